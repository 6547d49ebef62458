//! Yosys, as a second reader of emitted Verilog.

use std::process::Command;

use tempfile::TempDir;

use crate::Sources;
use crate::error::FlowError;
use crate::files::write_all;
use crate::process::finish;
use crate::tools::require;

/// What Yosys says about a design.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadCheck {
    /// Why it cannot be read or is no sound netlist; empty when it can and is.
    pub errors: Vec<String>,
    /// What is odd.
    pub warnings: Vec<String>,
}

/// Reads `files`, resolves the hierarchy under `top`, turns processes into registers and checks the netlist: no
/// conflicting drivers, no undriven wires, no loops.
pub fn read_check(files: &Sources, top: &str) -> Result<ReadCheck, FlowError> {
    let folder = TempDir::new().map_err(FlowError::file("create a directory in", &std::env::temp_dir()))?;
    write_all(folder.path(), files)?;
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    let script = format!("read_verilog {}; hierarchy -check -top {top}; proc; check -assert", names.join(" "));
    let mut command = Command::new(require("yosys")?);
    let finished = finish("yosys", command.current_dir(folder.path()).args(["-q", "-p", &script]))?;
    let lines =
        |mark: &str| finished.stderr.lines().filter(|line| line.contains(mark)).map(str::to_owned).collect::<Vec<_>>();
    let check = ReadCheck { errors: lines("ERROR: "), warnings: lines("Warning: ") };
    if check.errors.is_empty() && !finished.status.success() { Err(finished.failed("yosys")) } else { Ok(check) }
}
