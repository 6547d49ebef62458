//! What can go wrong outside.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// A tool that is missing, fails, refuses a design or says what cannot be understood, or a file that cannot be read or written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FlowError {
    /// A program that is not installed.
    Missing {
        /// Its name.
        tool: String,
        /// The command that installs it.
        install: String,
    },
    /// A program that is there but too old.
    Outdated {
        /// Its name.
        tool: String,
        /// The version it has.
        version: String,
        /// The oldest version that will do.
        needed: &'static str,
    },
    /// A program that is there but does not start.
    Start {
        /// Its name.
        tool: String,
        /// What the system says.
        reason: String,
    },
    /// A tool that finds fault with a design.
    Refused {
        /// The tool's name.
        tool: String,
        /// All that it wrote.
        output: String,
    },
    /// A design that goes on no more in a simulation, or breaks the protocol of its streams.
    Misbehaved {
        /// What was seen, at which cycle.
        reason: String,
    },
    /// A program that ended with an error.
    Failed {
        /// Its name.
        tool: String,
        /// How it ended, such as `exit status: 1`.
        status: String,
        /// All that it wrote.
        output: String,
    },
    /// An answer that makes no sense, or none at all.
    Answer {
        /// The program's name.
        tool: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A cell library that no design, or not this one, can be made of.
    Library {
        /// The file.
        path: PathBuf,
        /// All that is wrong with it.
        reasons: Vec<String>,
    },
    /// A file or a directory.
    File {
        /// What was tried, such as `write`.
        action: &'static str,
        /// Where.
        path: PathBuf,
        /// What the system says.
        reason: String,
    },
}

impl FlowError {
    /// Whether the design is to blame, and not a tool, a file or the machine.
    pub fn is_about_design(&self) -> bool {
        matches!(self, FlowError::Refused { .. } | FlowError::Misbehaved { .. })
    }

    /// For `map_err` behind an action on a file.
    pub(crate) fn file(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> FlowError {
        let path = path.to_owned();
        move |error| FlowError::File { action, path, reason: reason(&error) }
    }

    pub(crate) fn answer(tool: &str, reason: impl fmt::Display) -> FlowError {
        FlowError::Answer { tool: tool.to_owned(), reason: reason.to_string() }
    }
}

/// What the system says. Errors that are not its own may name a temporary file, which is nobody's business.
fn reason(error: &io::Error) -> String {
    if error.raw_os_error().is_some() { error.to_string() } else { error.kind().to_string() }
}

impl fmt::Display for FlowError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FlowError::Missing { tool, install } => write!(formatter, "{tool} is not installed; try: {install}"),
            FlowError::Outdated { tool, version, needed } => {
                write!(formatter, "{tool} is too old: it says `{version}`, {needed} or newer is needed")
            }
            FlowError::Refused { tool, output } => write!(formatter, "{tool} refuses it:\n{}", output.trim_end()),
            FlowError::Misbehaved { reason } => write!(formatter, "in simulation: {reason}"),
            FlowError::Start { tool, reason } => write!(formatter, "{tool} does not start: {reason}"),
            FlowError::Failed { tool, status, output } => {
                write!(formatter, "{tool} failed ({status}):\n{}", output.trim_end())
            }
            FlowError::Answer { tool, reason } => write!(formatter, "{tool}: {reason}"),
            FlowError::Library { path, reasons } => {
                write!(formatter, "{} cannot be used: {}", path.display(), reasons.join("; "))
            }
            FlowError::File { action, path, reason } => {
                write!(formatter, "cannot {action} {}: {reason}", path.display())
            }
        }
    }
}

impl std::error::Error for FlowError {}
