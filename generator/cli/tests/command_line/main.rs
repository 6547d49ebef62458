//! The binary as a user meets it: exit codes, what goes to which stream, and both formats.

mod common;
mod estimates;
mod models;
mod reports;
mod technologies;

use common::{TUTORIAL, document, text, tritloom, tritloom_with};
use std::fs;
use std::path::Path;

#[test]
fn commands_without_a_design_succeed_in_both_formats() {
    for command in [&["list"][..], &["schema"]] {
        let output = tritloom(command);
        assert_eq!(output.status.code(), Some(0), "{command:?}: {}", text(&output.stderr));
        let output = tritloom(&[command, &["--format", "json"]].concat());
        assert_eq!(output.status.code(), Some(0), "{command:?}");
        assert!(document(&output).is_object());
    }
    assert_eq!(tritloom(&["schema"]).stdout, tritloom(&["--format=json", "schema"]).stdout);
}

#[test]
fn numbers_that_are_not_legal_are_told_with_those_that_are() {
    let shares = ["--sign-bits", "--toggles", "--zero-weights", "--sign-changes", "--weight-sign-changes"];
    let shares = shares.iter().flat_map(|option| ["abc", "-0.1", "1.5", "NaN"].map(|value| ["cost", option, value]));
    let others = [
        ["cost", "--clock-mhz", "-5"],
        ["cost", "--bandwidth", "1e300"],
        ["synth", "--clock-ps", "-5"],
        ["sweep", "--verify-front", "0"],
        ["sweep", "--threads", "0"],
        ["run", "--tokens", "-5"],
        ["check", "--seed", "-3"],
        ["check", "--mutate", "99999999999999999999"],
    ];
    let mut told = String::new();
    for [command, option, value] in shares.chain(others) {
        let output = tritloom(&[command, TUTORIAL, option, value]);
        assert_eq!((output.status.code(), text(&output.stdout)), (Some(2), ""), "{option} {value}");
        told += text(&output.stderr).lines().next().unwrap_or_default();
        told += "\n";
    }
    insta::assert_snapshot!("numbers_that_are_not_legal", told);
}

#[test]
fn every_listed_family_is_described_and_in_the_schema() {
    let schema = document(&tritloom(&["schema"]));
    for family in document(&tritloom(&["list", "--format", "json"]))["families"].as_array().expect("a list") {
        let name = family["name"].as_str().expect("a name");
        let page = document(&tritloom(&["describe", name, "--format", "json"]));
        let parameters = page["parameters"].as_array().expect("a list");
        let properties = &schema["properties"]["architecture"]["properties"][name]["properties"];
        assert_eq!(properties.as_object().map(|properties| properties.len()), Some(parameters.len()), "{name}");
        let described = tritloom(&["describe", name]);
        assert!(
            parameters
                .iter()
                .all(|parameter| text(&described.stdout).contains(parameter["name"].as_str().expect("a name")))
        );
    }
}

#[test]
fn help_and_version_are_results() {
    for arguments in [&["--help"][..], &["--version"], &["help", "check"], &["generate", "--help"]] {
        let output = tritloom(arguments);
        assert_eq!(output.status.code(), Some(0));
        assert!(!output.stdout.is_empty() && output.stderr.is_empty());
    }
}

#[test]
fn a_wrong_command_line_is_refused_in_the_form_it_asks_for() {
    for arguments in [&[][..], &["chekc"], &["check"], &["generate", "a.yaml"], &["check", "a.yaml", "--seed", "x"]] {
        let output = tritloom(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty() && !output.stderr.is_empty());
    }
    let output = tritloom(&["chekc", "--format", "json"]);
    assert_eq!(output.status.code(), Some(2));
    let document = document(&output);
    assert_eq!(document["errors"][0]["code"], "U0001");
    assert!(document["errors"][0]["message"].as_str().is_some_and(|message| message.contains("chekc")));
}

#[test]
fn a_wrong_configuration_is_refused_with_every_problem_and_nothing_is_written() {
    let out = tempfile::tempdir().expect("temporary folder");
    let target = out.path().join("out");
    let target = target.to_str().expect("text");
    for command in [
        &["generate", "tests/wrong/name_number.yaml", "--out", target][..],
        &["check", "tests/wrong/name_number.yaml"],
        &["run", "tests/wrong/name_number.yaml"],
    ] {
        let output = tritloom(command);
        assert_eq!(output.status.code(), Some(2), "{command:?}");
        assert!(output.stdout.is_empty());
        assert!(text(&output.stderr).contains("error[C0107]: `name` takes a word, not an integer"));
        assert!(text(&output.stderr).contains("--> tests/wrong/name_number.yaml:1:7"));
        let document = document(&tritloom(&[command, &["--format", "json"]].concat()));
        assert_eq!(document["command"], command[0]);
        assert_eq!(document["status"], "refused");
        let first = &document["errors"][0];
        assert_eq!((&first["line"], &first["column"], &first["nearest"]), (&1.into(), &7.into(), &"design_32".into()));
    }
    assert!(!Path::new(target).exists());
}

#[test]
fn the_problems_of_all_files_come_at_once() {
    let output =
        tritloom(&["check", "tests/wrong/syntax_tab.yaml", "missing.yaml", "tests/wrong/word.yaml", "--format=json"]);
    let document = document(&output);
    let errors = document["errors"].as_array().expect("a list");
    let codes: Vec<&str> = errors.iter().filter_map(|error| error["code"].as_str()).collect();
    assert_eq!(codes, ["C0003", "C0001", "C0103"]);
}

#[test]
fn designs_of_one_name_are_told_beside_files_that_cannot_be_read() {
    let output = tritloom(&["verify", TUTORIAL, "missing.yaml", TUTORIAL, "--liberty", "nowhere.lib"]);
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(2), ""));
    insta::assert_snapshot!("names_beside_broken_files", text(&output.stderr));
}

/// The core of the tutorial and its two baselines, whole: a change of any of them must be seen to be meant.
#[test]
fn the_verilog_of_the_tutorial_is_as_it_was() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let out = folder.path().join("tutorial");
    let generated = tritloom(&["generate", TUTORIAL, "--out", out.to_str().expect("text"), "--baselines"]);
    assert!(generated.status.success(), "{}", text(&generated.stderr));
    let mut golden = String::new();
    for (name, folder) in ["", "baselines/sign_flip", "baselines/multiplier"].map(|name| (name, out.join(name))) {
        for file in fs::read_to_string(folder.join("filelist.f")).expect("a list").lines() {
            golden += &format!("==> {name}/{file}\n{}", fs::read_to_string(folder.join(file)).expect("listed"));
        }
    }
    insta::assert_snapshot!(golden);
    let readme = include_str!("../../../../README.md");
    let (_, shown) = readme.split_once("```verilog\n").expect("Verilog in the README");
    let (shown, _) = shown.split_once("```").expect("its end");
    assert!(golden.contains(shown), "the README shows other Verilog than is generated");
}

#[test]
fn an_output_is_replaced_until_somebody_works_in_it() {
    let root = tempfile::tempdir().expect("temporary folder");
    let config = root.path().join("tutorial.yaml");
    fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join(TUTORIAL), &config).expect("copied");
    let out = root.path().join("out");
    let generate = |config: &Path, out: &Path| {
        tritloom(&["generate", config.to_str().expect("text"), "--out", out.to_str().expect("text")])
    };
    for _ in 0..2 {
        assert_eq!(generate(&config, &out).status.code(), Some(0));
    }
    fs::write(out.join("synthesis.tcl"), "mine").expect("written");
    let refused = generate(&config, &out);
    assert_eq!(refused.status.code(), Some(2));
    assert!(
        text(&refused.stderr).contains("`synthesis.tcl` is not listed in `files.sha256`"),
        "{}",
        text(&refused.stderr)
    );
    assert_eq!(fs::read_to_string(out.join("synthesis.tcl")).expect("readable"), "mine");
    // The configuration itself, beside other files or as the lock file of the output.
    for (config, out) in [(&config, root.path()), (&out.join("config.lock.yaml"), &out)] {
        let refused = generate(config, out);
        assert_eq!(refused.status.code(), Some(2));
        assert!(text(&refused.stderr).contains("lies inside it"), "{}", text(&refused.stderr));
        assert!(config.exists());
    }
}

#[test]
fn kept_folders_are_written_all_or_none() {
    let root = tempfile::tempdir().expect("temporary folder");
    let kept = root.path().join("kept");
    let check = |designs: &[&str]| {
        let options = ["--simulator", "evaluator", "--keep", kept.to_str().expect("text")];
        tritloom(&[&["check"], designs, &options].concat())
    };
    assert_eq!(check(&["tests/wrong/rule.yaml"]).status.code(), Some(2));
    assert!(!kept.exists(), "there was nothing to put there");
    let folders =
        || fs::read_dir(&kept).expect("readable").map(|entry| entry.expect("entry").path()).collect::<Vec<_>>();
    let output = check(&[TUTORIAL, TUTORIAL]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("2 designs checked"), "{}", text(&output.stdout));
    let [folder] = &folders()[..] else { panic!("one folder for one design") };
    fs::write(folder.join("notes.txt"), "mine").expect("written");
    let output = check(&[TUTORIAL, "../../designs/tellme.yaml"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("`notes.txt` is not listed in `files.sha256`"));
    assert_eq!(folders().len(), 1);
}

#[test]
fn without_verilator_the_result_says_so() {
    let nothing = tempfile::tempdir().expect("temporary folder");
    let bare = |arguments: &[&str]| tritloom_with(&[("PATH", nothing.path())], arguments);
    let output = bare(&["check", TUTORIAL, "--quiet"]);
    assert_eq!(output.status.code(), Some(0));
    let expected = "1 design checked with seed 1, 0 failed\n\
                    Verilator is not installed: checked in the evaluator, the Verilog itself was not run\n";
    assert!(text(&output.stdout).ends_with(expected), "{}", text(&output.stdout));
    let document = document(&bare(&["check", TUTORIAL, "--quiet", "--format=json"]));
    assert_eq!(document["simulator"], "evaluator");
    assert!(document["fallback"].as_str().is_some_and(|reason| reason.contains("not installed")));
    assert_eq!(bare(&["check", TUTORIAL, "--simulator", "verilator"]).status.code(), Some(2));
    assert_eq!(bare(&["doctor"]).status.code(), Some(1));
    for options in [&["--mutate", "3"][..], &["--mutate", "3", "--simulator", "evaluator"]] {
        let output = bare(&[&["check", TUTORIAL], options].concat());
        assert_eq!(output.status.code(), Some(2));
        assert!(text(&output.stderr).contains("error[U0004]: `--mutate`"), "{}", text(&output.stderr));
    }
}

/// A folder with programs that say `verilator` and `g++` and do little more.
#[cfg(unix)]
fn impostors(verilator: &str) -> tempfile::TempDir {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("temporary folder");
    for (name, script) in [("verilator", verilator), ("g++", "echo g++ 12.2.0")] {
        let path = folder.path().join(name);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("made executable");
    }
    folder
}

#[cfg(unix)]
#[test]
fn a_tool_that_cannot_be_used_is_no_failure_of_the_design() {
    let cache = tempfile::tempdir().expect("temporary folder");
    let unwritable = "echo Verilator 5.006; echo VERILATOR_ROOT = ${0%/*}; \
                      case $* in -V|--version) ;; *) echo '%Error: Cannot write obj_dir/x.cpp' >&2; exit 1;; esac";
    for (script, word, code, message) in [
        ("echo Verilator 4.038 2020-07-11", "too old", 1, "verilator is too old"),
        ("exit 3", "broken", 1, "verilator failed (exit status: 3)"),
        (unwritable, "found", 0, "verilator failed (exit status: 1)"),
    ] {
        let tools = impostors(script);
        fs::create_dir(tools.path().join("include")).expect("created");
        let variables = [("PATH", tools.path()), ("TRITLOOM_CACHE", cache.path())];
        let doctor = tritloom_with(&variables, &["doctor"]);
        assert!(text(&doctor.stdout).starts_with(word), "{}", text(&doctor.stdout));
        assert_eq!(doctor.status.code(), Some(code), "{script}");
        let check = tritloom_with(&variables, &["check", TUTORIAL]);
        assert_eq!(check.status.code(), Some(2), "{}", text(&check.stdout));
        let expected = format!("error[T0001]: {message}");
        assert!(text(&check.stderr).contains(&expected), "{}", text(&check.stderr));
    }
    // Where a tool fails on the way, what is known of each design is told all the same.
    let tools = impostors(unwritable);
    fs::create_dir(tools.path().join("include")).expect("created");
    let variables = [("PATH", tools.path()), ("TRITLOOM_CACHE", cache.path())];
    let check = tritloom_with(&variables, &["check", TUTORIAL, "--format", "json", "--quiet"]);
    assert_eq!(check.status.code(), Some(2));
    let document = document(&check);
    assert_eq!((&document["status"], &document["errors"][0]["code"]), (&"incomplete".into(), &"T0001".into()));
    assert_eq!(document["designs"][0]["passed"], false);
    // The tools would do, but there is nowhere to keep anything.
    fs::write(cache.path().join("file"), "").expect("written");
    let tools = impostors(unwritable);
    fs::create_dir(tools.path().join("include")).expect("created");
    let variables = [("PATH", tools.path()), ("TRITLOOM_CACHE", &cache.path().join("file"))];
    let check = tritloom_with(&variables, &["check", TUTORIAL]);
    assert_eq!(check.status.code(), Some(2));
    assert!(text(&check.stderr).contains("error[T0002]: cannot create "), "{}", text(&check.stderr));
}

#[test]
fn the_bindings_that_the_socket_is_tested_with_are_those_that_generate_writes() {
    let bindings = "../rust_hdl/tests/bindings";
    let flex = format!("{bindings}/flex.yaml");
    for (name, config) in [("tutorial", TUTORIAL), ("flex", &flex)] {
        let folder = tempfile::tempdir().expect("a folder");
        let out = folder.path().join(name);
        let output = tritloom(&["generate", config, "--out", out.to_str().expect("text"), "--rust-hdl"]);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("{bindings}/{name}.rs"));
        let kept = fs::read_to_string(&path).expect("it is there");
        let written = fs::read_to_string(out.join(format!("rust_hdl/{name}.rs"))).expect("it was written");
        assert_eq!(kept, written, "put what `generate {config} --rust-hdl` writes into {bindings}/{name}.rs");
    }
}
