//! The bench passes a sound design and finds every kind of defect.

#![allow(missing_docs)]

mod common;

use std::collections::BTreeSet;

use common::{adder, adder_scenarios, additions, echo, echo_beats, verilator};
use tritloom_datapath::interface::Scenario;
use tritloom_flow::{BenchReport, FailureKind, Model, Optimisation, RunOptions, Verilator};

fn model(verilator: &Verilator, design: tritloom_flow::Design) -> Model {
    verilator.build(&[design], Optimisation::Check).remove(0).expect("the design builds")
}

fn kinds(report: &BenchReport) -> BTreeSet<FailureKind> {
    report.failures.iter().map(|failure| failure.kind).collect()
}

#[test]
fn a_sound_design_passes() {
    let Some(verilator) = verilator() else { return };
    for seed in 0..4 {
        let options = RunOptions { seed, ..RunOptions::default() };
        let report = model(&verilator, adder()).check(&adder_scenarios(), &options).expect("it runs");
        assert!(report.passed(), "{report:#?}");
        assert_eq!((report.scenarios, report.design.as_str()), (5, "adder"));
        // All beats of four scenarios, and those of the aborted one that came in time.
        assert!(report.beats_compared > 121 && report.beats_compared < 161, "{report:#?}");
    }
}

#[test]
fn every_kind_of_defect_is_found_by_one_build() {
    use FailureKind::{Crash, Extra, Latency, Mismatch, Missing, Stuck, Unstable, Withdrawn};
    let Some(verilator) = verilator() else { return };
    let model = model(&verilator, adder());
    let vectors = model.vectors(&adder_scenarios()).expect("vectors are written");
    let run = |mutant| {
        let options = RunOptions { mutant, stop_after: 1000, watchdog_cycles: 100, ..RunOptions::default() };
        model.run(&vectors, &options).expect("it runs")
    };
    let expected = [
        (1, Mismatch),
        (2, Extra),
        (3, Missing),
        (4, Unstable),
        (5, Stuck),
        (6, Latency),
        (7, Withdrawn),
        (8, Mismatch),
        (9, Mismatch),
    ];
    for (mutant, kind) in expected {
        let report = run(mutant);
        assert!(kinds(&report).contains(&kind), "mutant {mutant}: {report:#?}");
    }
    assert_eq!(kinds(&run(1)), [Mismatch].into());
    assert_eq!(kinds(&run(6)), [Latency].into());
    assert!(!run(10).passed(), "a reset that clears nothing");
    assert_eq!(kinds(&run(11)), [Crash].into(), "logic that never settles ends the simulation");
}

#[test]
fn a_failure_says_where() {
    let Some(verilator) = verilator() else { return };
    let mut scenario = additions("wrong_expectation", 5, 0, u64::MAX);
    let wrong = &mut scenario.outputs[0][3][0];
    let got = wrong.to_hex();
    wrong.set_bit(9, !wrong.bit(9));
    let expected = wrong.to_hex();
    let report = model(&verilator, adder()).check(&[scenario], &RunOptions::default()).expect("it runs");
    let line = format!(
        "mismatch scenario=wrong_expectation stream=sum beat=3 field=data[11:8] expected={} got={} cycle=4",
        &expected[2..3],
        &got[2..3]
    );
    assert_eq!(report.failures.iter().map(ToString::to_string).collect::<Vec<_>>(), [line]);
}

#[test]
fn wide_fields_are_compared_in_every_bit() {
    let Some(verilator) = verilator() else { return };
    let model = model(&verilator, echo());
    let beats = echo_beats(1, 20);
    let mut scenario = Scenario {
        name: "echo".to_owned(),
        inputs: vec![beats.iter().map(|beat| (0, beat.clone())).collect()],
        outputs: vec![beats],
        ready: vec![0xf731],
        abort_after: None,
        cycles: None,
    };
    let report = model.check(std::slice::from_ref(&scenario), &RunOptions::default()).expect("it runs");
    assert!(report.passed(), "{report:#?}");
    for (field, bit, name) in [(0, 0, "bit"), (1, 31, "word"), (2, 32, "odd"), (3, 0, "wide"), (3, 999, "wide")] {
        let value = &mut scenario.outputs[0][7][field];
        value.set_bit(bit, !value.bit(bit));
        let report = model.check(std::slice::from_ref(&scenario), &RunOptions::default()).expect("it runs");
        assert_eq!(report.failure_count, 1, "{report:#?}");
        let failure = &report.failures[0];
        assert!(failure.beat == 7 && failure.field == name && (failure.low..=failure.high).contains(&bit), "{failure}");
        let value = &mut scenario.outputs[0][7][field];
        value.set_bit(bit, !value.bit(bit));
    }
}

#[test]
fn a_bench_that_compares_nothing_is_an_error() {
    let Some(verilator) = verilator() else { return };
    let report = model(&verilator, adder()).check(&[additions("empty", 0, 0, u64::MAX)], &RunOptions::default());
    let error = report.expect_err("no verdict without comparison").to_string();
    assert!(error.contains("nothing was compared"), "{error}");
}
