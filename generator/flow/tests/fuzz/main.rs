//! Differential fuzzing: random legal designs do the same in the evaluator, in Verilator and in Icarus, cycle by
//! cycle; their Verilog has no lint warnings and Yosys reads it.
//!
//! The seeds are fixed so that a run is the same everywhere. `TRITLOOM_FUZZ_SEED` starts elsewhere and
//! `TRITLOOM_FUZZ_COUNT` takes more or fewer designs: one failure is repeated with its seed and a count of 1. A
//! failing batch leaves its folder behind. Without the tools the test says so and passes, unless
//! `TRITLOOM_REQUIRE_TOOLS` is 1.

mod bench;
mod subject;
mod verilated;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use subject::Subject;
use tritloom_flow::{FlowError, Sources, Verilator, icarus, tools, yosys};
use tritloom_hdl::Bits;

/// Designs in one build: the start of Verilator and of the C++ compiler is paid once for all of them.
const BATCH: usize = 50;

/// Clock cycles of each design.
const CYCLES: usize = 40;

#[test]
fn random_designs_agree_in_evaluator_verilator_and_icarus() {
    let needed = ["verilator", "g++", "make", "iverilog", "yosys"];
    let missing: Vec<&str> = needed.into_iter().filter(|tool| tools::find(tool).is_none()).collect();
    if !missing.is_empty() {
        say(&format!("FUZZ SKIPPED: not installed: {}", missing.join(", ")));
        assert!(environment("TRITLOOM_REQUIRE_TOOLS", 0) != 1, "TRITLOOM_REQUIRE_TOOLS is 1");
        return;
    }
    let (first, count) = (environment("TRITLOOM_FUZZ_SEED", 1), environment("TRITLOOM_FUZZ_COUNT", 50));
    let seeds: Vec<u64> = (0..count).map(|offset| first.wrapping_add(offset)).collect();
    let mut failures = Vec::new();
    for batch in seeds.chunks(BATCH) {
        say(&format!("fuzz: {} designs from seed {}", batch.len(), batch[0]));
        failures.extend(run_batch(batch));
    }
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn one_wrong_bit_is_reported_with_its_port() {
    let subjects = [Subject::new(1, CYCLES), Subject::new(2, CYCLES)];
    let mut shown = subjects.each_ref().map(|subject| subject.expected.clone());
    let text = |shown: &[Vec<Bits>]| -> String {
        let line =
            |position| move |(cycle, outputs): (usize, &Bits)| format!("{position} {cycle} {}\n", outputs.to_hex());
        shown.iter().enumerate().flat_map(|(position, rows)| rows.iter().enumerate().map(line(position))).collect()
    };
    assert_eq!(compare("none", &subjects, &text(&shown)), Vec::<String>::new());
    let bit = shown[1][7].bit(0);
    shown[1][7].set_bit(0, !bit);
    let failures = compare("none", &subjects, &text(&shown));
    assert_eq!(failures.len(), 1);
    assert!(failures[0].starts_with("none: seed 2, cycle 7:\n    "), "{}", failures[0]);
    shown[0].truncate(30);
    assert!(compare("none", &subjects, &text(&shown))[0].starts_with("none: seed 1, cycle 30:"));
}

/// Checks some designs together; gives what is wrong with them.
fn run_batch(seeds: &[u64]) -> Vec<String> {
    let folder = tempfile::Builder::new().prefix("tritloom-fuzz-").tempdir().expect("a temporary folder");
    let subjects: Vec<Subject> = seeds.iter().map(|&seed| Subject::new(seed, CYCLES)).collect();
    let mut files: Sources = subjects.iter().flat_map(|subject| subject.files.clone()).collect();
    files.insert(format!("{}.v", bench::SUBJECTS), bench::subjects_module(&subjects));
    let mut failures = readers(&files, folder.path());
    files.insert(format!("{}.v", bench::BENCH), bench::bench_module(&subjects, CYCLES));
    let simulated = std::thread::scope(|scope| {
        let icarus = scope.spawn(|| icarus::run(&files, bench::BENCH));
        let verilator = verilated::run(&files, bench::BENCH, folder.path());
        [("Icarus", icarus.join().expect("no panic")), ("Verilator", verilator)]
    });
    for (simulator, shown) in simulated {
        match shown {
            Ok(text) => failures.extend(compare(simulator, &subjects, &text)),
            Err(error) => failures.push(format!("{simulator}: {error}")),
        }
    }
    if !failures.is_empty() {
        failures.push(format!("the files are in {}", folder.keep().display()));
    }
    failures
}

/// What Verilator's lint and Yosys say against some designs.
fn readers(files: &Sources, folder: &Path) -> Vec<String> {
    let lint = || -> Result<Vec<String>, FlowError> {
        let found = Verilator::open(&folder.join("cache"), 1)?.lint(files, bench::SUBJECTS)?;
        Ok(found.iter().map(|finding| format!("lint: {finding}")).collect())
    };
    let read = || -> Result<Vec<String>, FlowError> {
        let read = yosys::read_check(files, bench::SUBJECTS)?;
        let said = read.errors.iter().chain(&read.warnings);
        Ok(said.filter(|message| !is_oddity(message)).map(|message| format!("Yosys: {message}")).collect())
    };
    let unusable = |error: FlowError| vec![error.to_string()];
    std::thread::scope(|scope| {
        let read = scope.spawn(|| read().unwrap_or_else(unusable));
        let mut failures = lint().unwrap_or_else(unusable);
        failures.extend(read.join().expect("no panic"));
        failures
    })
}

/// Whether Yosys means something that random designs do and that is no fault of the text: an address or an enable
/// that happens to be constant leaves words without a write and registers without a clock.
fn is_oddity(message: &str) -> bool {
    let oddities = ["Replacing memory", "is used but has no driver", "problems in 'check -assert'"];
    oddities.iter().any(|oddity| message.contains(oddity))
}

/// The first cycle of each design in which a simulator shows something else than the evaluator.
fn compare(simulator: &str, subjects: &[Subject], text: &str) -> Vec<String> {
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
            failures.push(format!("{simulator}: {}", subject.difference(cycle, found(cycle))));
        }
    }
    failures
}

fn environment(name: &str, default: u64) -> u64 {
    let Ok(text) = std::env::var(name) else { return default };
    text.parse().unwrap_or_else(|_| panic!("{name} is `{text}`, not a number"))
}

/// Past the capture of the test's output.
fn say(text: &str) {
    writeln!(std::io::stderr(), "{text}").expect("standard error is open");
}
