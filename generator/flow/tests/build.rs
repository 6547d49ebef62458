//! Many designs, one cache.

#![allow(missing_docs)]

mod common;

use std::fs;
use std::thread::scope;

use common::{adder, adder_scenarios, echo, has, sources, verilator};
use tritloom_flow::{Design, FlowError, Model, Optimisation, RunOptions, Verilator};

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
    assert!(matches!(error, FlowError::Refused { .. }) && error.to_string().contains("broken.v"), "{error}");
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
    let left: Vec<_> = fs::read_dir(cache.path().join("new")).expect("it is there").collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn what_is_damaged_in_the_cache_is_built_again() {
    if !has(&["verilator", "g++"]) {
        return;
    }
    let cache = tempfile::tempdir().expect("a directory");
    let passes = || {
        let verilator = Verilator::open(cache.path(), 2).expect("the cache opens");
        let model = verilator.build(&[adder()], Optimisation::Check).remove(0).expect("it builds");
        model.check(&adder_scenarios(), &RunOptions::default()).expect("it runs").passed()
    };
    assert!(passes());
    // All at once: the program, the objects that it is linked with, the precompiled header.
    for kind in ["model", "object", "header"] {
        for entry in fs::read_dir(cache.path().join(kind)).expect("it is there") {
            for file in fs::read_dir(entry.expect("an entry").path()).expect("it is there") {
                let path = file.expect("a file").path();
                let is_made = path.extension().is_none_or(|kind| kind == "o" || kind == "gch");
                if is_made && path.file_name().is_some_and(|name| name != "seal") {
                    fs::write(&path, "garbage").expect("written");
                }
            }
        }
    }
    assert!(passes());
}

#[test]
fn a_cache_that_cannot_be_written_is_no_fault_of_the_design() {
    if !has(&["verilator", "g++"]) {
        return;
    }
    let cache = tempfile::tempdir().expect("a directory");
    let verilator = Verilator::open(cache.path(), 1).expect("the cache opens");
    // A folder of no permissions would not stop root.
    let new = cache.path().join("new");
    fs::remove_dir(&new).expect("removed");
    fs::write(&new, "in the way").expect("written");
    let built = verilator.build(&[adder()], Optimisation::Check).remove(0).map(drop);
    let linted = verilator.lint(&adder().rtl, "adder").map(drop);
    for outcome in [built, linted] {
        let error = outcome.expect_err("refused");
        assert!(!error.is_about_design(), "{error}");
        let expected = format!("cannot create a directory in {}: not a directory", new.display());
        assert_eq!(error.to_string().to_lowercase(), expected.to_lowercase());
    }
}

#[test]
fn a_program_that_does_not_start_is_no_fault_of_the_design() {
    let folder = tempfile::tempdir().expect("a directory");
    let program = folder.path().join("bench");
    fs::write(&program, "garbage").expect("written");
    let model = Model { program, top: "adder".to_owned(), interface: adder().interface };
    let error = model.check(&adder_scenarios(), &RunOptions::default()).expect_err("no program");
    assert!(matches!(&error, FlowError::Start { tool, .. } if tool.ends_with("/bench")), "{error}");
    assert!(!error.is_about_design());
}
