//! One file a command. Each returns a value; nothing here prints a result.

pub mod check;
pub mod describe;
pub mod doctor;
pub mod generate;
pub mod list;
pub mod run;
pub mod schema;

use crate::config::Configuration;
use crate::diagnostic::Diagnostic;
use serde_json::Value;
use std::path::PathBuf;
use tritloom_datapath::family::Family;

/// What a command has to say, in both forms.
#[derive(Clone, Debug)]
pub struct Report {
    /// For people.
    pub text: String,
    /// For programs: one document.
    pub json: Value,
    /// Decides the exit code.
    pub verdict: Verdict,
}

/// Whether the design did what it should.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It did, or nothing was asked of one.
    Passed,
    /// It did not.
    Failed,
}

impl Report {
    /// Of a command that went well.
    pub fn passed(text: impl Into<String>, json: Value) -> Report {
        Report { text: text.into(), json, verdict: Verdict::Passed }
    }
}

/// Reads several configurations; every problem of every file at once.
fn load_all(paths: &[PathBuf], families: &[&'static dyn Family]) -> Result<Vec<Configuration>, Vec<Diagnostic>> {
    let mut configurations = Vec::new();
    let mut diagnostics = Vec::new();
    for path in paths {
        match Configuration::load(path, families) {
            Ok(configuration) => configurations.push(configuration),
            Err(problems) => diagnostics.extend(problems),
        }
    }
    if diagnostics.is_empty() { Ok(configurations) } else { Err(diagnostics) }
}
