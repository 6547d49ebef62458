//! `tritloom verify CONFIG...`: designs under real tools, here or as an array of tasks: linted, checked in Verilator,
//! synthesised.

use super::examine::Finding;
use super::measure::Target;
use super::work::folder::Cells;
use super::{Report, Verdict, counted, engine, load_all, table};
use crate::arguments::Verify;
use crate::config::Configuration;
use crate::diagnostic::{Diagnostic, code};
use crate::terminal::Terminal;
use serde_json::{Map, Value, json};
use std::path::Path;
use tritloom_datapath::family::Family;

/// All designs are read before the first is looked at; what fails is told and does not keep the others from being tried.
pub fn verify(
    arguments: &Verify,
    families: &[&'static dyn Family],
    terminal: &Terminal,
) -> Result<Report, Vec<Diagnostic>> {
    let configurations = load_all(&arguments.configs, families)?;
    distinct(arguments, &configurations)?;
    let target = Target::new(arguments.liberty.as_deref(), arguments.fpga)?;
    let cells = Cells { liberty: arguments.liberty.as_deref(), fpga: arguments.fpga };
    let findings = engine::examine(&arguments.engines, (&target, &cells), Path::new(""), &configurations, terminal)?;
    Ok(report(&configurations, &findings))
}

/// Lists and journals know designs by their names.
fn distinct(arguments: &Verify, configurations: &[Configuration]) -> Result<(), Vec<Diagnostic>> {
    let same = |position: &usize| {
        configurations[..*position].iter().position(|earlier| earlier.name == configurations[*position].name)
    };
    let twice = (0..configurations.len()).filter_map(|position| Some((same(&position)?, position)));
    let told = twice.map(|(earlier, position)| {
        let [earlier, own] = [earlier, position].map(|position| arguments.configs[position].display());
        let message = format!("`{own}` has the name of `{earlier}`: `{}`", configurations[position].name);
        Diagnostic::new(code::NAME_TWICE, message).legal("a name of its own for each design")
    });
    let told: Vec<Diagnostic> = told.collect();
    if told.is_empty() { Ok(()) } else { Err(told) }
}

fn report(configurations: &[Configuration], findings: &[Finding]) -> Report {
    let header = ["design", "family", "check", "lint warnings", "quantity", "measured"];
    let rows = configurations.iter().zip(findings).flat_map(|(design, finding)| rows(design, finding));
    let failed = findings.iter().filter(|finding| !finding.is_sound()).count();
    let text =
        table(&header, rows) + &format!("{} verified, {failed} failed\n", counted(findings.len() as u64, "design"));
    let (status, verdict) = if failed == 0 { ("ok", Verdict::Passed) } else { ("failed", Verdict::Failed) };
    let designs: Vec<Value> =
        configurations.iter().zip(findings).map(|(design, finding)| entry(design, finding)).collect();
    Report { text, json: json!({"command": "verify", "status": status, "designs": designs}), verdict }
}

/// One for each quantity that was measured.
fn rows(design: &Configuration, finding: &Finding) -> Vec<[String; 6]> {
    let row = |what: String, value: String| {
        let (name, family) = (design.name.clone(), design.family.name().to_owned());
        [name, family, finding.check.clone(), finding.lint_warnings.to_string(), what, value]
    };
    match &finding.measured {
        Ok(measured) => {
            measured.iter().map(|(quantity, value)| row(quantity.name().to_owned(), format!("{value:.1}"))).collect()
        }
        Err(failure) => vec![row(failure.clone(), String::new())],
    }
}

fn entry(design: &Configuration, finding: &Finding) -> Value {
    let Finding { check, lint_warnings, measured, .. } = finding;
    let mut entry = json!({
        "design": design.name, "family": design.family.name(), "hash": design.hash(), "check": check,
        "lint_warnings": lint_warnings, "passed": finding.is_sound(),
    });
    match measured {
        Ok(measured) => {
            let values = measured.iter().map(|(quantity, value)| (quantity.name().to_owned(), json!(value)));
            entry["measured"] = values.collect::<Map<_, _>>().into();
        }
        Err(failure) => entry["failure"] = failure.as_str().into(),
    }
    entry
}
