//! How long an estimate takes, family by family: prepared, and straight from the census and the hardware.
//!
//! `cargo run --release -p tritloom-search --example estimates -- TECHNOLOGY.yaml`
//!
//! Processor time of this thread. The configurations of a region are visited in a random order, so that nothing is known
//! of one from the one before.

#![allow(missing_docs, clippy::print_stdout)]

#[path = "../tests/common/mod.rs"]
mod common;

use common::{drawn_region, model};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use std::hint::black_box;
use tritloom_cost::Technology;
use tritloom_datapath::registry;
use tritloom_search::{Column, Estimator, Model};

/// Estimates of which the time is the mean.
const PREPARED: usize = 1_000_000;
const DIRECT: usize = 1000;

/// Nanoseconds that this thread has had a processor for.
fn cpu_nanoseconds() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux");
    text.split(' ').next().and_then(|nanoseconds| nanoseconds.parse().ok()).expect("a number")
}

fn nanoseconds(count: usize, mut work: impl FnMut(usize)) -> f64 {
    let start = cpu_nanoseconds();
    (0..count).for_each(&mut work);
    (cpu_nanoseconds() - start) / count as f64
}

fn main() {
    let file = std::env::args().nth(1);
    let technology =
        file.map(|file| Technology::read(&std::fs::read_to_string(file).expect("a file")).expect("a technology"));
    let technology = technology.unwrap_or_else(Technology::unit);
    let has_delays = technology.delay.is_some();
    println!(
        "| family in {} | configurations | prepared in ms | an estimate, ns | direct, ns | times as long |",
        technology.name
    );
    println!("|---|---|---|---|---|---|");
    for (seed, family) in (0_u64..).zip(registry::families()) {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let region = drawn_region(family.name(), 5, &mut rng);
        let period_ps = if has_delays { None } else { Some(1000.0) };
        let model = Model { technology: technology.clone(), period_ps, network: None, ..model() };
        let start = cpu_nanoseconds();
        let estimator = Estimator::prepare(&region, &model).expect("small tables");
        let prepared_ms = (cpu_nanoseconds() - start) * 1e-6;
        let size = region.size().expect("small");
        let mut all: Vec<Vec<usize>> = (0..size).map(|number| region.digits(number)).collect();
        all.retain(|digits| estimator.estimate(digits).is_some());
        all.shuffle(&mut rng);
        if all.is_empty() {
            continue;
        }
        let of = |round: usize| &all[round % all.len()];
        let own = nanoseconds(PREPARED, |round| _ = black_box(estimator.estimate(black_box(of(round)))));
        let (cells, fpga) = ([Column::Area, Column::Switching, Column::Leakage], [Column::Luts, Column::Registers]);
        let mut columns = if technology.is_fpga() { fpga.to_vec() } else { cells.to_vec() };
        columns.extend([Column::ProductsPerCycle]);
        columns.extend(has_delays.then_some(Column::Delay));
        let direct = nanoseconds(DIRECT, |round| {
            _ = black_box(model.columns(*family, &region.parameters(of(round)), &columns));
        });
        println!("| {} | {size} | {prepared_ms:.0} | {own:.0} | {direct:.0} | {:.0} |", family.name(), direct / own);
    }
}
