//! A bench in Verilog, with its delays, as a program: what the flow's own models have no use for.

use std::path::Path;
use std::process::Command;
use tritloom_flow::{FlowError, Sources, tools};

/// Forty cycles do not repay an optimising compiler.
const NO_OPTIMISATION: &str = "OPT_FAST=-O0 OPT_SLOW=-O0 OPT_GLOBAL=-O0";

/// Optimisations that get bits wrong: see `tritloom_emit::bench::VERILATOR_FLAGS`.
const UNSOUND: [&str; 2] = ["-fno-const-bit-op-tree", "-fno-table"];

/// What module `top` prints until its `$finish`. The files stay in `folder`.
pub fn run(files: &Sources, top: &str, folder: &Path) -> Result<String, FlowError> {
    for (name, text) in files {
        std::fs::write(folder.join(name), text).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    let mut build = Command::new("verilator");
    build.args(["--binary", "-j", "2"]).args(UNSOUND).args([
        "-Wno-fatal",
        "-Wno-lint",
        "-Wno-style",
        "--Mdir",
        "build",
    ]);
    build.args(["-MAKEFLAGS", NO_OPTIMISATION, "--top-module", top]).args(files.keys());
    if tools::find("ccache").is_some() {
        // The runtime is the same in every build.
        build.env("OBJCACHE", "ccache");
    }
    succeed(&mut build, folder)?;
    succeed(&mut Command::new(folder.join(format!("build/V{top}"))), folder)
}

fn succeed(command: &mut Command, folder: &Path) -> Result<String, FlowError> {
    let tool = command.get_program().to_string_lossy().into_owned();
    let output = command.current_dir(folder).output();
    let output = output.map_err(|error| FlowError::Start { tool: tool.clone(), reason: error.to_string() })?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if output.status.success() {
        return Ok(text(&output.stdout));
    }
    let output = (output.status.to_string(), text(&output.stdout) + &text(&output.stderr));
    Err(FlowError::Failed { tool, status: output.0, output: output.1 })
}
