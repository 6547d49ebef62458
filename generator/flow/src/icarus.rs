//! Icarus Verilog, the second simulator of differential tests.

use std::process::Command;

use tempfile::TempDir;

use crate::Sources;
use crate::error::FlowError;
use crate::files::write_all;
use crate::process::succeed;
use crate::tools::require;

/// Compiles `files`, Verilog-2005, runs module `top` to its `$finish`, and returns what it printed.
pub fn run(files: &Sources, top: &str) -> Result<String, FlowError> {
    let compiler = require("iverilog")?;
    let simulator = compiler.with_file_name("vvp");
    let folder = TempDir::new().map_err(FlowError::file("create a directory in", &std::env::temp_dir()))?;
    write_all(folder.path(), files)?;
    let mut compile = Command::new(compiler);
    compile.current_dir(folder.path()).args(["-g2005", "-o", "design.vvp", "-s", top]).args(files.keys());
    succeed("iverilog", &mut compile)?;
    // `-n`: a `$stop` ends the run, it does not wait for commands.
    succeed("vvp", Command::new(simulator).current_dir(folder.path()).args(["-n", "design.vvp"]))
}
