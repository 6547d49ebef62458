//! Layers of the trained model `bitllama-3m`, with the activations that the story brings to them, through generated
//! cores in Verilator, bit by bit.
//!
//! Without the model's folder, or without Verilator, nothing is tested, and that is said.

mod arrays;
mod binary;
mod bit_serial;
mod bit_slice;
mod bit_weight;
mod layers;
mod nested;
mod serial;
mod stationary;

use std::io::Write;
use std::path::Path;
use tritloom_datapath::family::Family;
use tritloom_datapath::interface::{Beat, Scenario};
use tritloom_datapath::parameter::{Given, Parameters};
use tritloom_datapath::registry;
use tritloom_flow::check::Task;
use tritloom_flow::{Verilator, tools};

/// Says it past the test runner, which shows nothing of what a passing test prints.
fn say(message: &str) {
    let _ = writeln!(std::io::stderr(), "{message}");
}

/// A core of the family of that name with `settings`, defaults for the rest.
fn core(name: &str, settings: &[(&str, &str)]) -> (&'static dyn Family, Parameters) {
    let family = registry::find(name).expect("a family");
    let given = |value: &str| match (value.parse::<u64>(), value.parse::<bool>()) {
        (Ok(number), _) => Given::from(number),
        (_, Ok(flag)) => Given::from(flag),
        _ => Given::from(value),
    };
    let settings = settings.iter().map(|&(name, value)| (name, given(value)));
    (family, registry::resolve(family, settings).expect("legal settings"))
}

/// Runs beats through a core in Verilator: its outputs must be `results`.
fn run((family, parameters): &(&dyn Family, Parameters), inputs: Vec<Vec<Beat>>, results: Vec<Beat>) {
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache");
    let verilator = Verilator::open(&cache, 2).expect("the cache opens");
    let scenario = Scenario {
        name: "real_layer".to_string(),
        inputs: inputs.into_iter().map(|beats| beats.into_iter().map(|beat| (0, beat)).collect()).collect(),
        outputs: vec![results],
        ready: vec![u64::MAX],
        abort_after: None,
        cycles: None,
    };
    let task = Task {
        hardware: family.hardware(parameters).expect("legal parameters"),
        interface: family.interface(parameters),
        scenarios: vec![scenario],
    };
    let outcome = verilator.check(&[task], 1, |_| {}).pop().expect("an outcome").expect("tools that work");
    assert!(outcome.passed(), "{:?} {:?}", outcome.findings, outcome.report.failures);
    say(&format!(
        "{}: {} result beats in {} cycles, as expected",
        family.name(),
        outcome.report.beats_compared,
        outcome.report.cycles
    ));
}

/// Whether Verilator is there; says so if not.
fn verilator_is_there() -> bool {
    let there = ["verilator", "g++"].iter().all(|tool| tools::find(tool).is_some());
    if !there {
        say("SKIPPED, NOT TESTED: there is no Verilator");
    }
    there
}
