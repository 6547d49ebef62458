//! A checked design as plain synthesizable Verilog-2005, one file for each module.
//!
//! The way of one module:
//!
//! - `reading`: which nodes are but views of others, constants in disguise, or read by nobody;
//! - `suspects`: which values a lint tool may find to be constant;
//! - `chain`: wires whose lanes depend on one another need a form of their own;
//! - `connect`: which instance outputs drive their target without a net between;
//! - `plan`: which expressions get a name, since Verilog or the reader's eye wants one;
//! - `lower`: nodes and records become the trees of `syntax`, which name signals by what they stand for;
//! - `schedule`: their order, each name declared before it is read;
//! - `usage`: which bits nothing reads, since lint tools warn of them;
//! - `naming`: the names, last, so that they can say what is unused;
//! - `print`: trees become lines.
//!
//! The text depends on the design and the identity alone: no clock, no path, no order of a hash table.

mod chain;
mod connect;
mod demand;
mod extent;
mod line_map;
mod literal;
mod lower;
mod naming;
mod plan;
mod print;
mod range;
mod reading;
mod schedule;
mod suspects;
mod syntax;
#[cfg(test)]
mod tests;
mod usage;

pub use line_map::LineMap;
pub use naming::{CLOCK, RESET, instance_name, port_name};

use indexmap::IndexMap;
use tritloom_hdl::Design;

/// What the head of every file names, so that a file found alone says where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The version of this tool.
    pub tool_version: String,
    /// The name of the configuration.
    pub design_name: String,
    /// The hash of the resolved configuration.
    pub config_hash: String,
}

/// The files of a design.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Emission {
    /// By file name, the modules that others are built from first, the top last.
    pub files: IndexMap<String, String>,
    /// The text of `filelist.f`: the names in that order, one on a line.
    pub filelist: String,
    /// The Rust lines behind the lines of the files.
    pub line_map: LineMap,
}

/// Prints every module of a checked design.
pub fn emit(design: &Design, identity: &Identity) -> Emission {
    let mut emission = Emission { files: IndexMap::new(), filelist: String::new(), line_map: LineMap::default() };
    let mut paths = chain::Paths::default();
    for module in &design.modules {
        let reading = reading::Reading::new(module);
        let chains = paths.visit(&reading);
        let plan = plan::Plan::new(reading, chains);
        let mut statements = schedule::schedule(&plan);
        let usage = usage::Usage::of(&plan, &statements);
        let names = naming::Names::new(&plan, &usage.signals());
        usage.add_sinks(&plan, &mut statements);
        let (text, lines) = print::print(&plan, &names, &statements, identity);
        let file = format!("{}.v", module.name);
        emission.filelist += &format!("{file}\n");
        emission.line_map.files.insert(file.clone(), lines);
        emission.files.insert(file, text);
    }
    emission
}
