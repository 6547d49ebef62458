//! How fast spaces are searched.
//!
//! Without arguments: a thousand million configurations, pruned. `tables FILE`: some millions one by one, and what
//! `scripts/sweep_numpy.py` needs to do the same by numpy.

#![allow(missing_docs, clippy::print_stdout)]

#[path = "../tests/common/mod.rs"]
mod common;

use common::{integers, region, space, words};
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fmt::Write;
use tritloom_search::{Found, Mode, Outcome, Plan, Search, Shard, Space};

const OBJECTIVES: [&str; 3] = ["area", "throughput", "energy_per_op"];

/// Searches of which the time is the mean.
const RUNS: u32 = 10;

/// More than a thousand million configurations of the look-up-table core.
fn huge() -> Space {
    let axes = [
        ("group_size", integers(1..=6)),
        ("tables", integers(1..=64)),
        ("ports", integers(1..=128)),
        ("activation", words(&["int4", "int8", "int16"])),
        ("table", words(&["wired", "registered"])),
        ("build", words(&["minimal", "balanced", "pipelined"])),
        ("reduction", words(&["balanced", "carry_save"])),
        ("partial_sum", words(&["wired", "registered"])),
        ("loop_order", words(&["output_stationary", "table_stationary"])),
        ("weights", words(&["key", "two_bit", "five_trit"])),
        ("max_inputs", integers([512, 1024, 2048, 4096, 8192, 16384, 32768, 65536])),
        ("max_outputs", integers([256, 512, 1024, 2048, 4096, 8192])),
    ];
    space(vec![region("ternary_lut", &axes)], &["activation != int4", "max_inputs >= 4096"], &OBJECTIVES)
}

/// Some millions.
fn large() -> Space {
    let axes = [
        ("group_size", integers(1..=6)),
        ("tables", integers(1..=64)),
        ("ports", integers(1..=128)),
        ("activation", words(&["int4", "int8"])),
        ("reduction", words(&["balanced", "carry_save"])),
        ("partial_sum", words(&["wired", "registered"])),
        ("loop_order", words(&["output_stationary", "table_stationary"])),
        ("weights", words(&["key", "two_bit", "five_trit"])),
        ("max_outputs", integers([256, 512, 1024, 2048, 4096, 8192])),
    ];
    space(vec![region("ternary_lut", &axes)], &["area < 0.1 mm2"], &OBJECTIVES)
}

/// Seconds that this thread has had a processor for: what others do on the machine does not count.
fn cpu_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux");
    text.split(' ').next().and_then(|nanoseconds| nanoseconds.parse::<f64>().ok()).expect("a number") * 1e-9
}

/// Searches on one thread; seconds without those in which the tables are filled.
fn run(space: &Space, mode: Mode) -> (Search<'_>, Outcome, f64) {
    let start = cpu_seconds();
    let search = Search::new(space, mode).expect("sound expressions");
    let planned = cpu_seconds() - start;
    let keep = |_: usize, _: &Found| Ok::<(), Infallible>(());
    let mut outcome = Outcome::default();
    for _ in 0..RUNS {
        outcome = search.run(1, Shard::WHOLE, &BTreeMap::new(), &keep).expect("kept");
    }
    let seconds = (cpu_seconds() - start - planned) / f64::from(RUNS);
    let size = space.size().expect("small") as f64;
    let plan = &search.plans()[0];
    println!(
        "{}: {size:.4e} configurations, {} on the front; tables in {planned:.2} CPU s ({} evaluations), search in \
         {seconds:.2} CPU s: {:.3e} a second; visited {:.5} %; {:?}",
        mode.name(),
        outcome.front.len(),
        plan.tables.evaluations,
        size / seconds,
        100.0 * outcome.counts.visited() as f64 / size,
        outcome.counts,
    );
    (search, outcome, seconds)
}

/// One table over all axes on which it depends.
fn table_text(plan: &Plan, position: usize) -> String {
    let table = &plan.tables.tables[position];
    let axes = [&table.grid.axes[..], &table.factors].concat();
    let mut sums: Vec<(usize, Vec<f64>)> = table.amounts.iter().map(|(column, _)| (*column, vec![])).collect();
    let lengths: Vec<usize> = axes.iter().map(|axis| plan.lengths[*axis]).collect();
    let mut digits = vec![0; plan.lengths.len()];
    for mut number in 0..lengths.iter().product::<usize>() {
        for (axis, length) in axes.iter().zip(&lengths).rev() {
            digits[*axis] = number % length;
            number /= length;
        }
        let products = table.products(&digits, plan.tables.all_values());
        let at = table.grid.position(&digits) * products.len();
        for ((_, sums), (_, amounts)) in sums.iter_mut().zip(&table.amounts) {
            sums.push(products.iter().zip(&amounts[at..]).map(|(product, amount)| product * amount).sum());
        }
    }
    let number = |value: &f64| if value.is_nan() { "NaN".to_owned() } else { format!("{value:?}") };
    let amounts = sums
        .iter()
        .map(|(column, values)| format!("[{column}, [{}]]", values.iter().map(number).collect::<Vec<_>>().join(", ")));
    format!("{{\"axes\": {axes:?}, \"amounts\": [{}]}}", amounts.collect::<Vec<_>>().join(", "))
}

fn write_tables(path: &str) {
    let space = large();
    let (search, outcome, seconds) = run(&space, Mode::Exhaustive);
    let plan = &search.plans()[0];
    let questions = space.questions().expect("sound expressions");
    println!("columns {:?}", questions[0].columns.all());
    let tables: Vec<String> = (0..plan.tables.tables.len()).map(|position| table_text(plan, position)).collect();
    let front: Vec<u64> = outcome.front.iter().map(|member| member.number).collect();
    let objectives: Vec<&[f64]> = outcome.front.iter().map(|member| &member.objectives[..]).collect();
    let mut text = String::new();
    _ = write!(
        text,
        "{{\"lengths\": {:?}, \"columns\": {}, \"period_ps\": 1000.0, \"most_area_um2\": 1e5, \"front\": {front:?}, \
         \"objectives\": {objectives:?}, \"suitable\": {}, \"configurations_a_second\": {:?}, \"tables\": [{}]}}",
        plan.lengths,
        plan.columns,
        outcome.counts.suitable,
        space.size().expect("small") as f64 / seconds,
        tables.join(",\n"),
    );
    std::fs::write(path, text).expect("written");
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    match arguments.get(1).map(String::as_str) {
        Some("tables") => write_tables(arguments.get(2).expect("a file")),
        _ => drop(run(&huge(), Mode::Pruned)),
    }
}
