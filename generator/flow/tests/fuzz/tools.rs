//! Runs Verilator, Icarus and Yosys on a batch.

use super::bench;
use super::subject::Subject;
use std::path::Path;
use std::process::{Command, Output};

/// What runs the bench.
#[derive(Clone, Copy, Debug)]
pub enum Simulator {
    /// Event-driven.
    Icarus,
    /// Compiled.
    Verilator,
}

/// The tools that are not there.
pub fn missing() -> Vec<&'static str> {
    let starts = |tool: &str, option: &str| Command::new(tool).arg(option).output().is_ok();
    let tools = [("verilator", "--version"), ("iverilog", "-V"), ("vvp", "-V"), ("yosys", "-V")];
    tools.into_iter().filter(|(tool, option)| !starts(tool, option)).map(|(tool, _)| tool).collect()
}

/// Warnings of every design.
pub fn lint(folder: &Path, subjects: &[Subject]) -> Vec<String> {
    let mut warnings = Vec::new();
    for subject in subjects {
        let mut command = command("verilator", folder);
        command.args(["--lint-only", "-Wall", "--top-module", subject.top()]).args(files(subject));
        let Output { status, stdout, stderr } = run(&mut command);
        if !status.success() || !stdout.is_empty() || !stderr.is_empty() {
            warnings.push(format!("lint: seed {}: {}", subject.seed, text(&stdout) + &text(&stderr)));
        }
    }
    warnings
}

/// What Yosys says against a batch.
pub fn yosys(folder: &Path, subjects: &[Subject]) -> Option<String> {
    let names: Vec<String> = subjects.iter().flat_map(files).collect();
    let script = format!("read_verilog {}; hierarchy -check; proc; check -assert", names.join(" "));
    let output = run(command("yosys", folder).args(["-q", "-p", &script]));
    let said = text(&output.stdout) + &text(&output.stderr);
    (!output.status.success() || !said.is_empty()).then(|| format!("yosys: {said}"))
}

/// What the bench shows in a simulator.
pub fn simulate(folder: &Path, simulator: Simulator, subjects: &[Subject]) -> Result<String, String> {
    let files = subjects.iter().flat_map(files);
    match simulator {
        Simulator::Icarus => {
            let mut build = command("iverilog", folder);
            build.args(["-g2012", "-o", "bench.vvp", "-s", bench::TOP, bench::FILE]).args(files);
            expect_success(simulator, &mut build)?;
            expect_success(simulator, command("vvp", folder).args(["-n", "bench.vvp"]))
        }
        Simulator::Verilator => {
            let mut build = command("verilator", folder);
            build.args(["--binary", "-j", "2", "-Wno-fatal", "-Wno-lint", "-Wno-style", "-CFLAGS", "-O1"]);
            build.args(["--Mdir", "build", "--top-module", bench::TOP, bench::FILE]).args(files);
            expect_success(simulator, &mut build)?;
            expect_success(simulator, &mut command(&format!("{}/build/V{}", folder.display(), bench::TOP), folder))
        }
    }
}

fn files(subject: &Subject) -> Vec<String> {
    subject.files.iter().map(|file| file.0.clone()).collect()
}

fn command(tool: &str, folder: &Path) -> Command {
    let mut command = Command::new(tool);
    command.current_dir(folder);
    command
}

fn run(command: &mut Command) -> Output {
    command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"))
}

fn expect_success(simulator: Simulator, command: &mut Command) -> Result<String, String> {
    let output = run(command);
    if output.status.success() {
        return Ok(text(&output.stdout));
    }
    let said = text(&output.stdout) + &text(&output.stderr);
    Err(format!("{simulator:?} failed: {command:?}\n{said}"))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
