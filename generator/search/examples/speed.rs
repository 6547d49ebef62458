//! How fast spaces are searched: a thousand million configurations pruned, and some millions one by one.

#![allow(missing_docs, clippy::print_stdout)]

#[path = "../tests/common/mod.rs"]
mod common;

use common::{integers, region, space, words};
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::time::Instant;
use tritloom_search::{Found, Mode, Search, Shard, Space};

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
        ("partial_sum", words(&["wired", "registered"])),
        ("loop_order", words(&["output_stationary", "table_stationary"])),
        ("weights", words(&["key", "two_bit", "five_trit"])),
        ("max_outputs", integers([256, 512, 1024, 2048, 4096, 8192])),
    ];
    space(vec![region("ternary_lut", &axes)], &["area < 0.1 mm2"], &OBJECTIVES)
}

const OBJECTIVES: [&str; 4] = ["area", "energy_per_op", "throughput", "weight_bandwidth"];

fn main() {
    for (name, space, mode) in
        [("huge", huge(), Mode::Pruned), ("large", large(), Mode::Pruned), ("large", large(), Mode::Exhaustive)]
    {
        if std::env::args().nth(1).is_some_and(|wanted| wanted != format!("{name}_{}", mode.name())) {
            continue;
        }
        let start = Instant::now();
        let search = Search::new(&space, mode).expect("sound expressions");
        let planned = start.elapsed().as_secs_f64();
        println!("{} chunks, {planned:.2} s, {} evaluations", search.chunks(), search.plans()[0].tables.evaluations);
        let keep = |_: usize, _: &Found| Ok::<(), Infallible>(());
        let outcome = search.run(1, Shard::WHOLE, &BTreeMap::new(), &keep).expect("kept");
        let total = start.elapsed().as_secs_f64();
        let size = space.size().expect("small") as f64;
        let plan = &search.plans()[0];
        println!(
            "{name} {}: {size:.3e} configurations, {} on the front; tables in {planned:.2} s ({} evaluations), search in \
             {:.2} s: {:.3e} a second; visited {:.4} %; {:?}",
            mode.name(),
            outcome.front.len(),
            plan.tables.evaluations,
            total - planned,
            size / (total - planned),
            100.0 * outcome.counts.visited() as f64 / size,
            outcome.counts,
        );
        println!("  outer {:?} walk {:?} row {:?}", plan.outer, plan.walk, plan.row);
        for table in &plan.tables.tables {
            let columns: Vec<usize> = table.amounts.iter().map(|(column, _)| *column).collect();
            println!("  table {:?} factors {:?} columns {columns:?}", table.grid.axes, table.factors);
        }
    }
}
