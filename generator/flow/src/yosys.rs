//! Yosys, as a second reader of emitted Verilog and as a prover.

use std::process::Command;

use tempfile::TempDir;

use crate::Sources;
use crate::error::FlowError;
use crate::files::write_all;
use crate::process::{finish, succeed};
use crate::tools::require;

/// How `timeout` ends when it ended what it started.
const STATUS_OF_A_TIMEOUT: i32 = 124;

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

/// What a proof comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The modules are equal.
    Equal,
    /// Some input tells them apart.
    Different,
    /// No proof and no such input within the given time.
    Unknown,
}

/// Whether two combinational modules among `files`, with the same ports, give the same outputs for every input: ABC has
/// an answer or is given up after `patience_seconds`.
pub fn compare(files: &Sources, left: &str, right: &str, patience_seconds: u32) -> Result<Verdict, FlowError> {
    let joined = format!("proc -norom; miter -equiv -flatten {left} {right} {DIFFERENCE}");
    is_zero(files, &format!("{joined}; hierarchy -check -top {DIFFERENCE}"), 1, patience_seconds)
}

/// The module that says whether two others differ.
const DIFFERENCE: &str = "difference";

/// The netlist between Yosys and ABC.
const NETLIST: &str = "netlist.aig";

/// Whether every output of `top` among `files` is zero in each of the first `cycles` cycles, whatever its inputs are and
/// whatever registers without an initial value hold at first. Its one clock is in every register; an asynchronous reset
/// counts as a synchronous one.
///
/// ABC unrolls the cycles into one network without registers and solves that. It is given up after `patience_seconds`.
pub fn stays_zero(files: &Sources, top: &str, cycles: u32, patience_seconds: u32) -> Result<Verdict, FlowError> {
    is_zero(files, &format!("hierarchy -check -top {top}; proc -norom"), cycles, patience_seconds)
}

/// The same of the top module that the commands `elaborate` leave.
fn is_zero(files: &Sources, elaborate: &str, cycles: u32, patience_seconds: u32) -> Result<Verdict, FlowError> {
    let folder = TempDir::new().map_err(FlowError::file("create a directory in", &std::env::temp_dir()))?;
    write_all(folder.path(), files)?;
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    let script = format!(
        "read_verilog {}; {elaborate}; flatten; async2sync; opt; techmap; opt; dffunmap; \
         simplemap; setundef -undriven -anyseq; aigmap; opt_clean; write_aiger {NETLIST}",
        names.join(" ")
    );
    succeed("yosys", Command::new(require("yosys")?).current_dir(folder.path()).args(["-q", "-p", &script]))?;
    let script = format!("read_aiger {NETLIST}; frames -F {cycles} -i; strash; scorr; dc2; orpos; sat");
    let mut command = Command::new("timeout");
    command.arg(patience_seconds.to_string()).arg(require("yosys-abc")?).args(["-q", &script]);
    let finished = finish("yosys-abc", command.current_dir(folder.path()))?;
    if finished.stdout.contains("UNSATISFIABLE") {
        Ok(Verdict::Equal)
    } else if finished.stdout.contains("SATISFIABLE") {
        Ok(Verdict::Different)
    } else if finished.status.code() == Some(STATUS_OF_A_TIMEOUT) {
        Ok(Verdict::Unknown)
    } else {
        Err(finished.failed("yosys-abc"))
    }
}
