//! What Verilator, Icarus and Yosys say about the text: nothing.

use super::{designs, emitted};
use crate::verilog::Emission;
use std::io::Write;
use std::path::Path;
use std::process::Command;
use tritloom_hdl::Module;

/// A tool, and how it reads files in the folder that it is started in.
struct Tool {
    program: &'static str,
    arguments: fn(&str, &[String]) -> Vec<String>,
}

fn words(line: &str, files: &[String]) -> Vec<String> {
    line.split(' ').map(str::to_string).chain(files.iter().cloned()).collect()
}

const VERILATOR: Tool = Tool {
    program: "verilator",
    arguments: |top, files| words(&format!("--lint-only -Wall --top-module {top}"), files),
};

const ICARUS: Tool =
    Tool { program: "iverilog", arguments: |top, files| words(&format!("-g2005 -Wall -o /dev/null -s {top}"), files) };

const YOSYS: Tool = Tool {
    program: "yosys",
    arguments: |top, files| {
        let script = format!("read_verilog {}; hierarchy -check -top {top}; proc; check -assert", files.join(" "));
        vec!["-q".to_string(), "-p".to_string(), script]
    },
};

/// What a tool says; `None` where it is not installed.
fn said(tool: &Tool, emission: &Emission, folder: &Path) -> Option<String> {
    let files: Vec<String> = emission.files.keys().cloned().collect();
    let top = files.last()?.trim_end_matches(".v").to_string();
    let arguments = (tool.arguments)(&top, &files);
    let output = match Command::new(tool.program).args(arguments).current_dir(folder).output() {
        Ok(output) => output,
        Err(error) => {
            skip(&format!("{}: {error}", tool.program));
            return None;
        }
    };
    let text = String::from_utf8_lossy(&output.stdout).to_string() + &String::from_utf8_lossy(&output.stderr);
    // Newer Verilators end with a report.
    let remarks = text.lines().filter(|line| !line.starts_with("- V") && !line.starts_with("- Verilator"));
    let mut remarks: Vec<&str> = remarks.collect();
    if !output.status.success() {
        remarks.push("it failed");
    }
    Some(remarks.join("\n"))
}

fn skip(reason: &str) {
    assert!(std::env::var("TRITLOOM_REQUIRE_TOOLS").as_deref() != Ok("1"), "TRITLOOM_REQUIRE_TOOLS is 1: {reason}");
    let _ = writeln!(std::io::stderr(), "SKIPPED, NOTHING WAS LINTED: {reason}");
}

fn expect_silence(name: &str, module: Module, tools: &[Tool]) {
    let emission = emitted(module);
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (file, text) in &emission.files {
        std::fs::write(folder.path().join(file), text).expect("a written file");
    }
    for tool in tools {
        if let Some(remarks) = said(tool, &emission, folder.path()) {
            let text: Vec<&str> = emission.files.values().map(String::as_str).collect();
            assert!(remarks.is_empty(), "{} on {name}:\n{remarks}\n{}", tool.program, text.join("\n"));
        }
    }
}

#[test]
fn every_topic_is_silent_in_every_tool() {
    for (topic, module) in designs::all() {
        expect_silence(topic, module, &[VERILATOR, ICARUS, YOSYS]);
    }
}

#[test]
fn every_operator_is_silent_at_every_kind_of_width() {
    for width in [1, 2, 3, 31, 32, 33, 63, 64, 200] {
        expect_silence(&format!("width {width}"), designs::widths(width), &[VERILATOR, ICARUS, YOSYS]);
    }
}

/// The others take minutes for such vectors.
#[test]
fn every_operator_is_silent_in_verilator_at_the_greatest_width() {
    for width in [600, 32_768, 65_535] {
        expect_silence(&format!("width {width}"), designs::widths(width), &[VERILATOR]);
    }
}

#[test]
fn a_large_array_is_silent() {
    expect_silence("array", designs::array(32, 32), &[VERILATOR, ICARUS]);
}

/// A bench that cannot fail proves nothing.
#[test]
fn the_tools_do_speak() {
    let mut emission = emitted(designs::ports());
    let text = emission.files.values_mut().next().expect("a file");
    *text = text.replace("assign byte_too_o = byte_value_i;", "");
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("ports_w8.v"), text).expect("a written file");
    if let Some(remarks) = said(&VERILATOR, &emission, folder.path()) {
        assert!(remarks.contains("UNDRIVEN"), "{remarks}");
    }
}
