//! One file a command. Each returns a value; nothing here prints a result.

pub mod calibrate;
pub mod check;
pub mod cost;
pub mod describe;
pub mod doctor;
mod energy;
mod engine;
mod examine;
pub mod generate;
pub mod list;
mod measure;
mod measured;
mod mode;
pub mod report;
pub mod run;
pub mod schema;
pub mod sweep;
pub mod synth;
pub mod validate;
pub mod verify;
pub mod work;

use crate::config::Configuration;
use crate::diagnostic::Diagnostic;
use comfy_table::{Table, presets};
use serde_json::Value;
use std::path::{Path, PathBuf};
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

/// Whether what was looked at is sound: a design, or the tools.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is, or nothing was looked at.
    Passed,
    /// It is not.
    Failed,
    /// Of some of it nothing is known, since these things failed outside of it.
    Unknown(Vec<Diagnostic>),
}

impl Report {
    /// Of a command that went well.
    pub fn passed(text: impl Into<String>, json: Value) -> Report {
        Report { text: text.into(), json, verdict: Verdict::Passed }
    }
}

/// A number with what it counts: `1 design`, `2 designs`.
fn counted(count: impl Into<u64>, noun: &str) -> String {
    match count.into() {
        1 => format!("1 {noun}"),
        count => format!("{count} {noun}s"),
    }
}

/// Rows under a header, with lines between them.
fn table<const N: usize>(header: &[&str; N], rows: impl Iterator<Item = [String; N]>) -> String {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY).set_header(header);
    rows.for_each(|row| _ = table.add_row(row));
    let lines: Vec<String> = table.lines().map(|line| line.trim_end().to_owned()).collect();
    lines.join("\n") + "\n"
}

/// Four digits are enough for people.
fn rounded(value: f64) -> String {
    let digits = 3 - (value.abs().max(1e-9).log10().floor() as i32).clamp(-6, 3);
    format!("{value:.*}", digits.max(0) as usize)
}

/// Reads several configurations; every problem of every file at once.
fn load_all(paths: &[PathBuf], families: &[&'static dyn Family]) -> Result<Vec<Configuration>, Vec<Diagnostic>> {
    let (loaded, problems) = load_each(paths, families);
    if problems.is_empty() {
        Ok(loaded.into_iter().map(|(_, configuration)| configuration).collect())
    } else {
        Err(problems)
    }
}

/// Those of several configurations that can be read, and every problem of the others.
fn load_each<'a>(
    paths: &'a [PathBuf],
    families: &[&'static dyn Family],
) -> (Vec<(&'a Path, Configuration)>, Vec<Diagnostic>) {
    let (mut loaded, mut problems) = (Vec::new(), Vec::new());
    for path in paths {
        match Configuration::load(path, families) {
            Ok(configuration) => loaded.push((path.as_path(), configuration)),
            Err(found) => problems.extend(found),
        }
    }
    (loaded, problems)
}
