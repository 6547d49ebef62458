//! Why a part cannot be made.

use crate::PortShape;
use std::fmt;
use tritloom_datapath::parameter::Problem;
use tritloom_hdl::Diagnostics;

/// Why a part cannot be made of a configuration.
#[derive(Clone, Debug)]
pub enum SocketError {
    /// This build has no such family.
    UnknownFamily {
        /// The name of the design.
        core: &'static str,
        /// The family asked for.
        family: &'static str,
    },
    /// The parameters are not legal.
    Parameters {
        /// The name of the design.
        core: &'static str,
        /// All of them.
        problems: Vec<Problem>,
    },
    /// The family's hardware does not hold together.
    Defects {
        /// The name of the design.
        core: &'static str,
        /// All of them.
        defects: Diagnostics,
    },
    /// The ports of the part are not those of the core.
    Ports {
        /// The name of the design.
        core: &'static str,
        /// All of them, those of the core first.
        mismatches: Vec<PortMismatch>,
    },
}

/// A port on which part and core do not agree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortMismatch {
    /// The port's name.
    pub port: String,
    /// As the part has it, if it does.
    pub part: Option<PortShape>,
    /// As the core has it, if it does.
    pub core: Option<PortShape>,
}

impl fmt::Display for PortMismatch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = |shape: Option<PortShape>| shape.map_or("missing".to_owned(), |shape| shape.to_string());
        write!(formatter, "`{}`: {} in the part, {} in the core", self.port, side(self.part), side(self.core))
    }
}

impl fmt::Display for SocketError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SocketError::UnknownFamily { core, family } => {
                write!(formatter, "core `{core}`: this build of tritloom has no family `{family}`")
            }
            SocketError::Parameters { core, problems } => {
                let problem = |problem: &Problem| format!("\n  {}: {}", problem.code, problem.message);
                let problems: String = problems.iter().map(problem).collect();
                write!(formatter, "core `{core}`: its parameters are not legal:{problems}")
            }
            SocketError::Defects { core, defects } => write!(formatter, "core `{core}`: {defects}"),
            SocketError::Ports { core, mismatches } => {
                let mismatches: String = mismatches.iter().map(|mismatch| format!("\n  {mismatch}")).collect();
                write!(formatter, "core `{core}`: the ports of its part are not its own:{mismatches}")
            }
        }
    }
}

impl std::error::Error for SocketError {}
