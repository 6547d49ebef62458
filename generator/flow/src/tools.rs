//! Which outside tools are there.

use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::FlowError;
use crate::process::{finish, side_by_side};
use crate::synth::Yosys;

/// An outside tool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tool {
    /// The program's name.
    pub name: &'static str,
    /// Whether it can be used.
    pub state: State,
    /// The oldest version that will do, where that matters.
    pub minimum: Option<&'static str>,
    /// Whether designs cannot be checked as Verilog without it.
    pub essential: bool,
    /// What cannot be done without it.
    pub needed_for: &'static str,
    /// The command that installs it on Debian and Ubuntu.
    pub install: &'static str,
}

/// Whether a tool can be used. A path is that of the first program of the name in the search path, a version the first
/// line that it says about its version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// It is not in the search path.
    Missing,
    /// It does not run, or does not say which version it is where that matters.
    Broken {
        /// Where it is.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// It is older than it may be.
    Outdated {
        /// Where it is.
        path: PathBuf,
        /// What it is.
        version: String,
    },
    /// It can be used.
    Ready {
        /// Where it is.
        path: PathBuf,
        /// What it is; empty when it says nothing.
        version: String,
    },
}

/// What is known of a tool before it is looked for.
struct Known {
    name: &'static str,
    version_option: &'static str,
    minimum: Option<&'static str>,
    essential: bool,
    needed_for: &'static str,
    install: &'static str,
}

const KNOWN: [Known; 9] = [
    Known {
        name: "verilator",
        version_option: "--version",
        minimum: Some("5.006"),
        essential: true,
        needed_for: "lint, `check`, `run`: the standard simulator",
        install: "apt-get install verilator",
    },
    Known {
        name: "g++",
        version_option: "--version",
        minimum: None,
        essential: true,
        needed_for: "compiling Verilator's models",
        install: "apt-get install g++",
    },
    Known {
        name: "make",
        version_option: "--version",
        minimum: None,
        essential: false,
        needed_for: "building an emitted folder by itself; not needed by tritloom",
        install: "apt-get install make",
    },
    Known {
        name: "ccache",
        version_option: "--version",
        minimum: None,
        essential: false,
        needed_for: "quicker builds of an emitted folder; not needed by tritloom",
        install: "apt-get install ccache",
    },
    Known {
        name: "yosys",
        version_option: "-V",
        minimum: None,
        essential: false,
        needed_for: "synthesis, and checking that emitted Verilog can be synthesised",
        install: "apt-get install yosys",
    },
    Known {
        name: "iverilog",
        version_option: "-V",
        minimum: None,
        essential: false,
        needed_for: "a second simulator in differential tests",
        install: "apt-get install iverilog",
    },
    Known {
        name: "sta",
        version_option: "-version",
        minimum: None,
        essential: false,
        needed_for: "the timing of `synth`; without it ABC measures the gates alone",
        install: "apt-get install opensta",
    },
    Known {
        name: "sbatch",
        version_option: "--version",
        minimum: None,
        essential: false,
        needed_for: "`sweep` and `verify` with `--engine slurm`",
        install: "apt-get install slurm-wlm",
    },
    Known {
        name: "squeue",
        version_option: "--version",
        minimum: None,
        essential: false,
        needed_for: "`sweep` and `verify` with `--engine slurm`",
        install: "apt-get install slurm-wlm",
    },
];

/// All tools, found or not.
pub fn survey() -> Vec<Tool> {
    let mut tools = programs();
    tools.push(pyosys());
    tools.push(echarts());
    tools
}

/// Where `scripts/setup` puts what is no package of the system: `tritloom` in the user's folder for data.
pub(crate) fn installed() -> Option<PathBuf> {
    let given = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let data = given("XDG_DATA_HOME").or_else(|| given("HOME").map(|home| home.join(".local/share")));
    data.map(|data| data.join("tritloom"))
}

/// The command that installs what `report` needs.
pub const INSTALL_ECHARTS: &str = "scripts/setup report";

/// The plotting library that a report carries: the file of Apache ECharts, minified.
pub fn plotting_library() -> Option<PathBuf> {
    let file = echarts_folder()?.join("dist/echarts.min.js");
    file.exists().then_some(file)
}

fn echarts_folder() -> Option<PathBuf> {
    Some(installed()?.join("echarts/node_modules/echarts"))
}

/// As npm knows it.
fn echarts_version() -> Option<String> {
    let package = fs::read(echarts_folder()?.join("package.json")).ok()?;
    let package: serde_json::Value = serde_json::from_slice(&package).ok()?;
    Some(format!("echarts {}", package.get("version")?.as_str()?))
}

fn echarts() -> Tool {
    let ready = |path| State::Ready { path, version: echarts_version().unwrap_or_default() };
    Tool {
        name: "echarts",
        state: plotting_library().map_or(State::Missing, ready),
        minimum: None,
        essential: false,
        needed_for: "the pages of `report`, which carry it",
        install: INSTALL_ECHARTS,
    }
}

/// The Yosys that is a package of Python, newer than the one of Debian.
fn pyosys() -> Tool {
    let ready = |yosys: Yosys| State::Ready { path: yosys.path().to_owned(), version: yosys.version };
    Tool {
        name: "pyosys",
        state: Yosys::of_python().map_or(State::Missing, ready),
        minimum: None,
        essential: false,
        needed_for: "synthesis by a newer Yosys, with smaller results",
        install: "scripts/setup synthesis",
    }
}

fn programs() -> Vec<Tool> {
    side_by_side(KNOWN.len(), &KNOWN, |known| Tool {
        name: known.name,
        state: find(known.name).map_or(State::Missing, |path| known.state(path)),
        minimum: known.minimum,
        essential: known.essential,
        needed_for: known.needed_for,
        install: known.install,
    })
}

/// The first executable `name` in the search path.
pub fn find(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(name)).find(|candidate| is_executable(candidate))
}

/// The first executable `name` in the search path, or how to install it.
pub(crate) fn require(name: &str) -> Result<PathBuf, FlowError> {
    find(name).ok_or_else(|| {
        let known = KNOWN.iter().find(|known| known.name == name);
        let install = known.map_or("see the tool's own page", |known| known.install);
        FlowError::Missing { tool: name.to_owned(), install: install.to_owned() }
    })
}

fn is_executable(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

/// Whether what a tool says about its version is new enough.
pub(crate) fn require_version(name: &str, said: &str) -> Result<(), FlowError> {
    let Some(needed) = KNOWN.iter().find(|known| known.name == name).and_then(|known| known.minimum) else {
        return Ok(());
    };
    let line = said.lines().next().unwrap_or_default().trim();
    match number(line) {
        None => Err(FlowError::answer(name, format!("it does not say its version, {needed} or newer is needed"))),
        Some(version) if Some(version) < number(needed) => {
            Err(FlowError::Outdated { tool: name.to_owned(), version: line.to_owned(), needed })
        }
        Some(_) => Ok(()),
    }
}

/// The first two numbers, joined by a dot, of a line such as `Verilator 5.006 2023-01-22`.
fn number(line: &str) -> Option<(u32, u32)> {
    line.split_whitespace().find_map(|word| {
        let (major, rest) = word.split_once('.')?;
        let minor = rest.split(|letter: char| !letter.is_ascii_digit()).next()?;
        Some((major.parse().ok()?, minor.parse().ok()?))
    })
}

impl Known {
    /// Of the program at `path`, which is asked for its version.
    fn state(&self, path: PathBuf) -> State {
        let finished = match finish(self.name, Command::new(&path).arg(self.version_option)) {
            Ok(finished) if finished.status.success() => finished,
            Ok(finished) => return State::Broken { path, reason: finished.failed(self.name).to_string() },
            Err(error) => return State::Broken { path, reason: error.to_string() },
        };
        let said = finished.stdout + &finished.stderr;
        let version = said.lines().next().unwrap_or_default().trim().to_owned();
        match require_version(self.name, &said) {
            Ok(()) => State::Ready { path, version },
            Err(FlowError::Outdated { .. }) => State::Outdated { path, version },
            Err(error) => State::Broken { path, reason: error.to_string() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_below_the_minimum_is_refused() {
        for said in ["Verilator 5.006 2023-01-22 rev (Debian)", "Verilator 5.020\nmore", "Verilator 6.1"] {
            assert_eq!(require_version("verilator", said), Ok(()), "{said}");
        }
        let error = require_version("verilator", "Verilator 4.038 2020-07-11").expect_err("too old");
        let text = "verilator is too old: it says `Verilator 4.038 2020-07-11`, 5.006 or newer is needed";
        assert_eq!(error.to_string(), text);
        assert!(matches!(require_version("verilator", "nonsense"), Err(FlowError::Answer { .. })));
        assert_eq!(require_version("make", ""), Ok(()));
    }

    #[test]
    fn a_program_that_fails_is_broken() {
        let known = |name| Known { name, version_option: "-V", ..KNOWN[0] };
        for path in ["/bin/false", "/etc/passwd"] {
            assert!(matches!(known("g++").state(path.into()), State::Broken { .. }), "{path}");
        }
        assert!(matches!(known("verilator").state("/bin/true".into()), State::Broken { .. }));
        assert!(matches!(known("g++").state("/bin/true".into()), State::Ready { .. }));
    }
}
