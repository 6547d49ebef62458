//! `tritloom verify CONFIG...`: designs under real tools, here or as an array of tasks: linted, checked in Verilator,
//! synthesised.

use super::examine::Finding;
use super::measure::Target;
use super::{Report, Verdict, counted, engine, load_each, table};
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
    let (loaded, mut problems) = load_each(&arguments.configs, families);
    problems.extend(named_twice(&loaded));
    let target = Target::new(&arguments.cells);
    let target = target.map_err(|found| problems.extend(found)).ok().filter(|_| problems.is_empty());
    let Some(target) = target else { return Err(problems) };
    let configurations: Vec<Configuration> = loaded.into_iter().map(|(_, configuration)| configuration).collect();
    let made_of = (&target, &arguments.cells);
    let findings = engine::examine(&arguments.engines, made_of, Path::new(""), &configurations, terminal)?;
    Ok(report(&configurations, &findings))
}

/// Lists and journals know designs by their names.
fn named_twice(loaded: &[(&Path, Configuration)]) -> Vec<Diagnostic> {
    let told = loaded.iter().enumerate().filter_map(|(position, (own, configuration))| {
        let name = &configuration.name;
        let (earlier, _) = loaded[..position].iter().find(|(_, earlier)| earlier.name == *name)?;
        let message = format!("`{}` has the name of `{}`: `{name}`", own.display(), earlier.display());
        Some(Diagnostic::new(code::NAME_TWICE, message).legal("a name of its own for each design"))
    });
    told.collect()
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
