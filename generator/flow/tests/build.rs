//! Many designs, one cache.

#![allow(missing_docs)]

mod common;

use std::thread::scope;

use common::{adder, adder_scenarios, echo, has, sources, verilator};
use tritloom_flow::{Design, FlowError, Optimisation, RunOptions, Verilator};

/// An adder under another name.
fn renamed(name: &str) -> Design {
    let adder = adder();
    let text = adder.rtl["adder.v"].replace("module adder ", &format!("module {name} "));
    Design { top: name.to_owned(), rtl: sources(&[(&format!("{name}.v"), &text)]), ..adder }
}

#[test]
fn one_broken_design_does_not_spoil_the_others() {
    let Some(verilator) = verilator() else { return };
    let mut broken = renamed("broken");
    broken.rtl["broken.v"] += "module wrong (\n";
    let designs = [renamed("left"), broken, renamed("right"), echo()];
    let models = verilator.build(&designs, Optimisation::Check);
    let error = models[1].as_ref().expect_err("a syntax error");
    assert!(matches!(error, FlowError::Failed { .. }) && error.to_string().contains("broken.v"), "{error}");
    for index in [0, 2] {
        let model = models[index].as_ref().expect("it builds");
        let report = model.check(&adder_scenarios(), &RunOptions::default()).expect("it runs");
        assert!(report.passed(), "{report:#?}");
    }
    assert!(models[3].is_ok());
}

#[test]
fn a_module_that_means_two_things_is_built_twice() {
    let Some(verilator) = verilator() else { return };
    let mut wrong = adder();
    wrong.rtl["adder.v"] = wrong.rtl["adder.v"].replace("{1'b0, a_data_i} +", "{1'b0, a_data_i} -");
    let models = verilator.build(&[adder(), wrong], Optimisation::Check);
    let verdicts = models.iter().map(|model| {
        let model = model.as_ref().expect("it builds");
        model.check(&adder_scenarios(), &RunOptions::default()).expect("it runs").passed()
    });
    assert_eq!(verdicts.collect::<Vec<_>>(), [true, false]);
}

#[test]
fn two_builders_share_an_empty_cache() {
    if !has(&["verilator", "g++"]) {
        return;
    }
    let cache = tempfile::tempdir().expect("a directory");
    let build = || {
        let verilator = Verilator::open(cache.path(), 1).expect("the cache opens");
        let model = verilator.build(&[adder()], Optimisation::Check).remove(0).expect("it builds");
        model.check(&adder_scenarios(), &RunOptions::default()).expect("it runs").passed()
    };
    let verdicts =
        scope(|scope| [scope.spawn(build), scope.spawn(build)].map(|thread| thread.join().expect("no panic")));
    assert_eq!(verdicts, [true, true]);
    assert!(build(), "and from the cache");
    let left: Vec<_> = std::fs::read_dir(cache.path().join("new")).expect("it is there").collect();
    assert!(left.is_empty(), "{left:?}");
}
