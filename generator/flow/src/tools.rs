//! Which outside tools are there.

use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::FlowError;
use crate::process::{finish, side_by_side};

/// An outside tool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tool {
    /// The program's name.
    pub name: &'static str,
    /// Where it is, when it is.
    pub found: Option<Found>,
    /// What cannot be done without it.
    pub needed_for: &'static str,
    /// The command that installs it on Debian and Ubuntu.
    pub install: &'static str,
}

/// A tool that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The first one in the search path.
    pub path: PathBuf,
    /// The first line that it says about its version; empty when it says nothing.
    pub version: String,
}

/// What is known of a tool before it is looked for.
struct Known {
    name: &'static str,
    version_option: &'static str,
    needed_for: &'static str,
    install: &'static str,
}

const KNOWN: [Known; 6] = [
    Known {
        name: "verilator",
        version_option: "--version",
        needed_for: "lint, `check`, `run`: the standard simulator",
        install: "apt-get install verilator",
    },
    Known {
        name: "g++",
        version_option: "--version",
        needed_for: "compiling Verilator's models",
        install: "apt-get install g++",
    },
    Known {
        name: "make",
        version_option: "--version",
        needed_for: "building an emitted folder by itself; not needed by tritloom",
        install: "apt-get install make",
    },
    Known {
        name: "ccache",
        version_option: "--version",
        needed_for: "quicker builds of an emitted folder; not needed by tritloom",
        install: "apt-get install ccache",
    },
    Known {
        name: "yosys",
        version_option: "-V",
        needed_for: "synthesis, and checking that emitted Verilog can be synthesised",
        install: "apt-get install yosys",
    },
    Known {
        name: "iverilog",
        version_option: "-V",
        needed_for: "a second simulator in differential tests",
        install: "apt-get install iverilog",
    },
];

/// All tools, found or not.
pub fn survey() -> Vec<Tool> {
    side_by_side(KNOWN.len(), &KNOWN, |known| Tool {
        name: known.name,
        found: find(known.name).map(|path| Found { version: version(known, &path), path }),
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

fn version(known: &Known, path: &Path) -> String {
    let finished = finish(known.name, Command::new(path).arg(known.version_option));
    let output = finished.map(|finished| finished.stdout + &finished.stderr).unwrap_or_default();
    output.lines().next().unwrap_or_default().trim().to_owned()
}
