//! Outside tools: Verilator and the C++ compiler, Yosys, OpenSTA, Icarus, Slurm. The only crate that starts a process.
//!
//! [`tools::survey`] says what is installed. [`Verilator`] lints designs and builds them, with the bench that the
//! emitter writes, into a [`Model`]: a program that runs vectors ([`Model::run`]) or serves requests
//! ([`Simulation`]). Sources come as text and outcomes go as values: callers never meet a file.
//!
//! Building is what costs, so everything that can be kept is kept in a cache directory that the caller names: the
//! simulator's runtime and a precompiled header once per tool version, and every model by the hash of what went
//! into it. Several processes may use one cache at the same time.

pub mod activity;
pub mod bench;
mod build;
mod cache;
pub mod check;
mod compile;
mod correspondence;
pub mod equivalence;
mod error;
mod files;
mod group;
pub mod icarus;
pub mod liberty;
pub mod lint;
mod process;
pub mod serve;
pub mod slurm;
pub mod synth;
pub mod tools;
mod trace;
pub mod yosys;

use indexmap::IndexMap;

pub use bench::{BenchReport, Failure, FailureKind, RunOptions, Vectors};
pub use build::{Design, Model, Optimisation, Verilator};
pub use error::FlowError;
pub use process::side_by_side;
pub use serve::{Feed, RunResult, Simulation};
pub use trace::Trace;

/// Verilog files: name and text, in an order in which a module stands before it is used.
pub type Sources = IndexMap<String, String>;
