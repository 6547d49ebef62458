//! The binary as a user meets it: exit codes, what goes to which stream, and both formats.

use assert_cmd::Command;
use std::path::Path;
use std::process::Output;

fn tritloom(arguments: &[&str]) -> Output {
    let mut command = Command::cargo_bin("tritloom").expect("built");
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(arguments).output().expect("started")
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("text")
}

/// Standard output, which must be one JSON document.
fn document(output: &Output) -> serde_json::Value {
    assert_eq!(text(&output.stderr), "");
    serde_json::from_slice(&output.stdout).expect("one JSON document")
}

#[test]
fn commands_without_a_design_succeed_in_both_formats() {
    for command in [&["list"][..], &["schema"], &["doctor"]] {
        let output = tritloom(command);
        assert_eq!(output.status.code(), Some(0), "{command:?}: {}", text(&output.stderr));
        let output = tritloom(&[command, &["--format", "json"]].concat());
        assert_eq!(output.status.code(), Some(0), "{command:?}");
        assert!(document(&output).is_object());
    }
    assert_eq!(tritloom(&["schema"]).stdout, tritloom(&["--format=json", "schema"]).stdout);
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
fn an_unknown_family_is_refused() {
    let output = tritloom(&["describe", "no_such_family"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("error[U0002]: there is no family `no_such_family`"));
}
