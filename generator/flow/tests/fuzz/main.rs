//! Differential fuzzing: random legal designs do the same in the evaluator, in Verilator and in Icarus, cycle by
//! cycle; their Verilog has no lint warnings and Yosys reads it.
//!
//! The seeds are fixed so that a run is the same everywhere. `TRITLOOM_FUZZ_SEED` starts elsewhere and
//! `TRITLOOM_FUZZ_COUNT` takes more or fewer designs: one failure is repeated with its seed and a count of 1. A
//! failing batch leaves its folder behind. Without the tools the test says so and passes, unless
//! `TRITLOOM_REQUIRE_TOOLS` is 1.

mod bench;
mod subject;
mod tools;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use subject::Subject;
use tools::Simulator;

/// Designs in one build: Verilator's start is paid once for all of them.
const BATCH: usize = 50;

/// Clock cycles of each design.
const CYCLES: usize = 40;

#[test]
fn random_designs_agree_in_evaluator_verilator_and_icarus() {
    let missing = tools::missing();
    if !missing.is_empty() {
        say(&format!("FUZZ SKIPPED: not installed: {}", missing.join(", ")));
        assert!(environment("TRITLOOM_REQUIRE_TOOLS", 0) != 1, "TRITLOOM_REQUIRE_TOOLS is set");
        return;
    }
    let (first, count) = (environment("TRITLOOM_FUZZ_SEED", 1), environment("TRITLOOM_FUZZ_COUNT", 50));
    say(&format!("fuzz: {count} designs, seeds {first} to {}", first.wrapping_add(count - 1)));
    let seeds: Vec<u64> = (0..count).map(|offset| first.wrapping_add(offset)).collect();
    let mut failures = Vec::new();
    for batch in seeds.chunks(BATCH) {
        failures.extend(run_batch(batch));
    }
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}

/// Checks some designs together; gives what is wrong with them.
fn run_batch(seeds: &[u64]) -> Vec<String> {
    let folder = tempfile::Builder::new().prefix("tritloom-fuzz-").tempdir().expect("a temporary folder");
    let subjects: Vec<Subject> = seeds.iter().map(|&seed| Subject::new(seed, CYCLES)).collect();
    for (position, subject) in subjects.iter().enumerate() {
        subject.write(folder.path());
        write(folder.path(), &bench::stimulus_file(position), &bench::stimulus(subject));
    }
    write(folder.path(), bench::FILE, &bench::text(&subjects, CYCLES));
    let mut failures = tools::lint(folder.path(), &subjects);
    failures.extend(tools::yosys(folder.path(), &subjects));
    for simulator in [Simulator::Icarus, Simulator::Verilator] {
        match tools::simulate(folder.path(), simulator, &subjects) {
            Ok(text) => failures.extend(compare(simulator, &subjects, &text)),
            Err(message) => failures.push(message),
        }
    }
    if !failures.is_empty() {
        failures.push(format!("the files are in {}", folder.keep().display()));
    }
    failures
}

/// The first cycle of each design in which a simulator shows something else than the evaluator.
fn compare(simulator: Simulator, subjects: &[Subject], text: &str) -> Vec<String> {
    let mut shown: BTreeMap<(usize, usize), &str> = BTreeMap::new();
    for line in text.lines() {
        if let [position, cycle, outputs] = line.split(' ').collect::<Vec<_>>()[..]
            && let (Ok(position), Ok(cycle)) = (position.parse(), cycle.parse())
        {
            shown.insert((position, cycle), outputs);
        }
    }
    let mut failures = Vec::new();
    for (position, subject) in subjects.iter().enumerate() {
        let found = |cycle: usize| shown.get(&(position, cycle)).copied().unwrap_or("nothing");
        if let Some(cycle) = (0..CYCLES).find(|&cycle| found(cycle) != subject.expected[cycle].to_hex()) {
            failures.push(format!("{simulator:?}: {}", subject.difference(cycle, found(cycle))));
        }
    }
    failures
}

fn environment(name: &str, default: u64) -> u64 {
    let Ok(text) = std::env::var(name) else { return default };
    text.parse().unwrap_or_else(|_| panic!("{name} is `{text}`, not a number"))
}

fn write(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(name), text).unwrap_or_else(|error| panic!("{name}: {error}"));
}

/// Past the capture of the test's output.
fn say(text: &str) {
    writeln!(std::io::stderr(), "{text}").expect("standard error is open");
}
