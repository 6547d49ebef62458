//! What the environment says: where to keep what was built, and how much to do at a time.

use crate::diagnostic::{Diagnostic, code};
use std::env;
use std::path::PathBuf;
use std::thread::available_parallelism;
use tritloom_flow::synth::Synthesiser;
use tritloom_flow::{FlowError, Verilator};

/// `TRITLOOM_CACHE`, or `tritloom` in the user's cache folder, or in the folder for temporary files.
fn cache_folder() -> PathBuf {
    let given = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    given("TRITLOOM_CACHE")
        .or_else(|| given("XDG_CACHE_HOME").map(|folder| folder.join("tritloom")))
        .or_else(|| given("HOME").map(|folder| folder.join(".cache").join("tritloom")))
        .unwrap_or_else(|| env::temp_dir().join("tritloom-cache"))
}

/// How much to do at a time.
pub fn jobs() -> usize {
    available_parallelism().map_or(1, usize::from)
}

/// Verilator with the user's cache, as many jobs at a time as there are processors.
pub fn verilator() -> Result<Verilator, Vec<Diagnostic>> {
    let jobs = jobs();
    Verilator::open(&cache_folder(), jobs).map_err(|error| vec![tool_failure(&error)])
}

/// Yosys and the tools around it, with the user's cache.
pub fn synthesiser() -> Result<Synthesiser, Vec<Diagnostic>> {
    let jobs = jobs();
    Synthesiser::open(&cache_folder(), jobs).map_err(|error| vec![tool_failure(&error)])
}

/// What decides where tritloom keeps files of its own.
const FOLDERS: &str =
    "TRITLOOM_CACHE names the folder where tritloom keeps what it has built, TMPDIR the one for temporary files";

/// A failure outside the design, told with what a tool printed and with what can be done about it.
pub fn tool_failure(error: &FlowError) -> Diagnostic {
    let (code, remedy) = match error {
        FlowError::Refused { .. } | FlowError::Misbehaved { .. } => {
            (code::DEFECT, "tritloom has written wrong Verilog: please report it")
        }
        FlowError::Library { .. } => {
            (code::LIBRARY, "a Liberty file with combinational cells and flip-flops is needed, packed with gzip or not")
        }
        FlowError::File { .. } => (code::KEPT, FOLDERS),
        _ => (code::TOOL, "`tritloom doctor` says which tools are there and how to install the others"),
    };
    let text = error.to_string();
    let mut lines = text.lines();
    let diagnostic = Diagnostic::new(code, lines.next().unwrap_or_default());
    lines.fold(diagnostic, Diagnostic::note).note(remedy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_outside_the_design_say_what_can_be_done() {
        let text = |text: &str| text.to_string();
        let errors = [
            FlowError::Missing { tool: text("verilator"), install: text("apt-get install verilator") },
            FlowError::Outdated { tool: text("verilator"), version: text("Verilator 4.038"), needed: "5.006" },
            FlowError::Start { tool: text("the bench /cache/bench"), reason: text("Exec format error (os error 8)") },
            FlowError::Failed {
                tool: text("g++"),
                status: text("exit status: 1"),
                output: text("x.cpp:\n  no space\n"),
            },
            FlowError::File { action: "write in", path: PathBuf::from("/cache/new"), reason: text("no space") },
            FlowError::Refused { tool: text("verilator"), output: text("%Error: a.v:1:1: syntax error\n") },
        ];
        let rendered: Vec<String> = errors.iter().map(|error| tool_failure(error).render()).collect();
        insta::assert_snapshot!(rendered.join("\n"));
    }
}
