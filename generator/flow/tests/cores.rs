//! Random legal cores of every family: emitted, free of lint, and right in Verilator.
//!
//! `TRITLOOM_RANDOM_CORES` says how many in all; without it, one of each family.

#![expect(clippy::print_stdout, reason = "a failing test shows its seed")]

mod common;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use tritloom_datapath::registry;
use tritloom_flow::check::Task;

const SEED: u64 = 2026;
/// Cores built together: a build that fails must not take long to find.
const BATCH: usize = 50;

#[test]
fn random_cores_are_free_of_lint_and_right_in_verilator() {
    let Some(verilator) = common::verilator() else { return };
    let families = registry::families();
    let asked = std::env::var("TRITLOOM_RANDOM_CORES").ok().and_then(|text| text.parse().ok());
    let count: usize = asked.unwrap_or(families.len());
    println!("{count} cores from seed {SEED}");
    let mut random = ChaCha8Rng::seed_from_u64(SEED);
    let drawn: Vec<_> = (0..count)
        .map(|number| families[number % families.len()])
        .map(|family| (family, registry::random_small(family, registry::SIMULATION_CAPS, &mut random)))
        .collect();
    for batch in drawn.chunks(BATCH) {
        let task = |(number, (family, parameters)): (usize, &(&dyn tritloom_datapath::family::Family, _))| Task {
            hardware: family.hardware(parameters).expect("a legal configuration"),
            interface: family.interface(parameters),
            scenarios: family.scenarios(parameters, number as u64),
        };
        let tasks: Vec<Task> = batch.iter().enumerate().map(task).collect();
        for ((family, parameters), outcome) in batch.iter().zip(verilator.check(&tasks, 1, |_| {})) {
            let subject = format!("{}\n{}", family.name(), parameters.canonical_text());
            let outcome = outcome.unwrap_or_else(|error| panic!("{subject}{error}"));
            assert!(outcome.findings.is_empty(), "{subject}{:?}", outcome.findings);
            assert!(outcome.report.passed(), "{subject}{:?}", outcome.report.failures);
        }
    }
}
