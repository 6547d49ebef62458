//! Lint, Yosys, Icarus, and the folder that runs without tritloom.

#![allow(missing_docs)]

mod common;

use std::fs;
use std::path::Path;
use std::process::Command;

use common::{adder, adder_scenarios, has, sources, verilator};
use tritloom_emit::bench::{DesignUnderTest, folder};
use tritloom_flow::{FlowError, check, icarus, tools, yosys};
use tritloom_hdl::{MAXIMUM_LOOP_COUNT, ModuleBuilder, uint};

#[test]
fn lint_finds_what_is_wrong_and_nothing_else() {
    let Some(verilator) = verilator() else { return };
    let clean = verilator.lint(&sources(&[("echo.v", include_str!("designs/echo.v"))]), "echo").expect("it runs");
    assert_eq!(clean, []);
    let narrow = "module narrow (input wire [7:0] a_i, output wire [8:0] b_o);\n  assign b_o = a_i;\nendmodule\n";
    let findings = verilator.lint(&sources(&[("narrow.v", narrow)]), "narrow").expect("it runs");
    let places: Vec<_> = findings.iter().map(|finding| (finding.code.starts_with("WIDTH"), finding.line)).collect();
    assert_eq!(places, [(true, 2)], "{findings:#?}");
    let broken = verilator.lint(&sources(&[("bad.v", "module bad (;\nendmodule\n")]), "bad").expect("it runs");
    assert!(broken.iter().any(|finding| finding.error && finding.file == "bad.v"), "{broken:#?}");
}

#[test]
fn a_lint_run_that_fails_for_another_reason_is_no_finding() {
    let Some(verilator) = verilator() else { return };
    let sources = sources(&[("echo.v", include_str!("designs/echo.v"))]);
    let error = verilator.lint(&sources, "nowhere").expect_err("no such top");
    assert!(matches!(&error, FlowError::Failed { output, .. } if output.contains("nowhere")), "{error}");
    assert!(!error.is_about_design());
}

/// A wire for each iteration, the longest loop that the language allows.
#[test]
fn the_longest_loop_is_read() {
    let Some(verilator) = verilator() else { return };
    let m = ModuleBuilder::new("longest", "As many wires as a loop may have iterations.");
    let (x, flipped) = (m.input_lanes("x", uint(1), MAXIMUM_LOOP_COUNT, ""), m.lanes("y", uint(1), MAXIMUM_LOOP_COUNT));
    m.repeat("lane", MAXIMUM_LOOP_COUNT, |lane| flipped.drive(lane, &!x.lane(lane)));
    m.output("flipped", flipped.flat());
    let sources = check::sources(&tritloom_hdl::Design::new(m.finish()).expect("a sound design"));
    assert_eq!(verilator.lint(&sources, "longest").expect("it runs"), []);
}

#[test]
fn yosys_reads_sound_verilog_and_refuses_the_rest() {
    if !has(&["yosys"]) {
        return;
    }
    let sound = yosys::read_check(&sources(&[("echo.v", include_str!("designs/echo.v"))]), "echo").expect("it runs");
    assert_eq!(sound, yosys::ReadCheck::default());
    let looped = "module looped (output wire a_o);\n  assign a_o = !a_o;\nendmodule\n";
    let check = yosys::read_check(&sources(&[("looped.v", looped)]), "looped").expect("it runs");
    assert!(!check.errors.is_empty(), "{check:#?}");
    let missing = "module missing;\n  nowhere u_nowhere ();\nendmodule\n";
    let check = yosys::read_check(&sources(&[("missing.v", missing)]), "missing").expect("it runs");
    assert!(check.errors.iter().any(|error| error.contains("nowhere")), "{check:#?}");
}

#[test]
fn icarus_gives_what_a_test_bench_prints() {
    if !has(&["iverilog"]) {
        return;
    }
    let text = "module bench;\n  initial begin\n    $display(\"%0d\", 6 * 7);\n    $finish;\n  end\nendmodule\n";
    assert_eq!(icarus::run(&sources(&[("bench.v", text)]), "bench").expect("it runs"), "42\n");
    assert!(icarus::run(&sources(&[("bench.v", "module bench")]), "bench").is_err());
}

#[test]
fn the_emitted_folder_runs_by_itself_and_can_fail() {
    if !has(&["verilator", "g++", "make"]) {
        return;
    }
    let home = tempfile::tempdir().expect("a directory");
    let design = adder();
    let under_test =
        DesignUnderTest { top: &design.top, interface: &design.interface, mutant_width: design.mutant_width };
    let files = folder(&under_test, &["rtl/adder.v"], &adder_scenarios());
    for (name, text) in files.iter().chain([(&"rtl/adder.v".to_owned(), &design.rtl["adder.v"])]) {
        let path = home.path().join(name);
        fs::create_dir_all(path.parent().unwrap_or(Path::new(""))).expect("a directory");
        fs::write(path, text).expect("a file");
    }
    let make = || {
        let output = Command::new("make").current_dir(home.path()).output().expect("make starts");
        (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let (passed, output) = make();
    assert!(passed && output.contains("PASS adder: 0 failures, 5 scenarios"), "{output}");
    let vectors = home.path().join("vectors/scenarios.txt");
    let text = fs::read_to_string(&vectors).expect("the vectors");
    let sabotaged: String =
        text.lines().filter(|line| !line.starts_with("expect")).map(|line| format!("{line}\n")).collect();
    fs::write(&vectors, sabotaged).expect("a file");
    let (passed, output) = make();
    assert!(!passed && output.contains("extra scenario=full_speed stream=sum"), "{output}");
}

#[test]
fn the_survey_names_every_tool_with_its_installation() {
    let survey = tools::survey();
    assert!(survey.iter().any(|tool| tool.name == "verilator") && survey.len() >= 6);
    for tool in survey {
        let installed_by = ["apt-get install ", "scripts/setup "];
        assert!(installed_by.iter().any(|command| tool.install.starts_with(command)), "{tool:?}");
        assert!(!tool.needed_for.is_empty(), "{tool:?}");
        let sound = match &tool.state {
            tools::State::Missing => true,
            tools::State::Ready { version, .. } => !version.is_empty(),
            // A Slurm that is installed and not set up is nobody's fault.
            tools::State::Broken { .. } | tools::State::Outdated { .. } => !tool.essential,
        };
        assert!(sound, "{tool:?}");
    }
}
