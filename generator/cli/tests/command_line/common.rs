//! The program, and what it says.

use assert_cmd::Command;
use std::path::Path;
use std::process::Output;

pub const TUTORIAL: &str = "../../designs/tutorial.yaml";

pub fn tritloom(arguments: &[&str]) -> Output {
    tritloom_with(&[], arguments)
}

/// With variables of the environment.
pub fn tritloom_with(variables: &[(&str, &Path)], arguments: &[&str]) -> Output {
    let mut command = Command::cargo_bin("tritloom").expect("built");
    command.current_dir(env!("CARGO_MANIFEST_DIR")).envs(variables.iter().copied());
    command.args(arguments).output().expect("started")
}

pub fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("text")
}

pub fn text_of(output: &Output) -> String {
    text(&output.stderr).to_owned()
}

/// Standard output, which must be one JSON document.
pub fn document(output: &Output) -> serde_json::Value {
    assert_eq!(text(&output.stderr), "");
    serde_json::from_slice(&output.stdout).expect("one JSON document")
}

/// The cells of the flow's own tests.
pub const CELLS: &str = "../flow/tests/cells.lib";
