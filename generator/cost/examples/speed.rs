//! How long an estimate takes, family by family, beside a closed form of 60 terms.

#![allow(missing_docs, clippy::print_stdout)]

use std::collections::BTreeSet;
use std::hint::black_box;
use std::time::Instant;
use tritloom_cost::{Sizes, Technology, draw, evaluate};
use tritloom_datapath::registry;

const ROUNDS: u32 = 20_000;

fn nanoseconds(mut work: impl FnMut(u32)) -> f64 {
    let start = Instant::now();
    (0..ROUNDS).for_each(&mut work);
    start.elapsed().as_nanos() as f64 / f64::from(ROUNDS)
}

/// Sixty products and sums, as a formula of a datapath might have.
fn terms(x: f64) -> f64 {
    (1..=60).fold(0.0, |sum, term| sum + f64::from(term) * (x + f64::from(term % 7)))
}

fn main() {
    let technology = Technology::unit();
    let plain = nanoseconds(|round| _ = black_box(terms(black_box(f64::from(round)))));
    println!("a closed form of 60 terms: {plain:.0} ns");
    for family in registry::families() {
        let samples = draw(&[*family], 50, 1, &Sizes::SMALL, &BTreeSet::new());
        let parameters = |round: u32| &samples[round as usize % samples.len()].parameters;
        let census = nanoseconds(|round| _ = black_box(family.census_by_part(black_box(parameters(round)))));
        let whole =
            nanoseconds(|round| _ = black_box(evaluate(&technology, *family, black_box(parameters(round))).total()));
        println!(
            "{}: {whole:.0} ns an estimate, {census:.0} of them for the census; {:.0} closed forms",
            family.name(),
            whole / plain
        );
    }
}
