//! The front under real tools: generated, linted, checked in Verilator, synthesised; estimates beside measurements.

use super::results::Results;
use crate::arguments::Sweep;
use crate::built::Built;
use crate::commands::measure::{Subject, Target, measure};
use crate::commands::table;
use crate::config::Configuration;
use crate::diagnostic::Diagnostic;
use crate::environment::{synthesiser, verilator};
use crate::terminal::Terminal;
use serde_json::{Value, json};
use tritloom_cost::{Quantity, Sample};
use tritloom_flow::FlowError;
use tritloom_flow::check::{Outcome, Task};

/// The seed of the stimulus.
const SEED: u32 = 1;

/// What tools say of a configuration of the front.
pub struct Verified {
    number: u64,
    family: &'static str,
    /// `passed`, or what went wrong.
    check: String,
    lint_warnings: usize,
    passed: bool,
    /// Name, estimate, measurement.
    pairs: Vec<(&'static str, f64, f64)>,
    /// Why there is no measurement.
    failure: Option<String>,
}

/// Generates, lints, checks and synthesises the best configurations of a front by its first objective. What fails is
/// told and does not keep the others from being tried.
pub fn verify(arguments: &Sweep, results: &Results, terminal: &Terminal) -> Result<Vec<Verified>, Vec<Diagnostic>> {
    let target = Target::new(arguments.liberty.as_deref(), arguments.fpga)?;
    let (verilator, synthesiser) = (verilator()?, synthesiser()?);
    let best = results.best(arguments.verify_front.flatten().unwrap_or(usize::MAX));
    let designs = best.iter().map(|point| {
        let (name, parameters) = (format!("configuration_{}", point.number), point.parameters.clone());
        Built::new(&Configuration { name, family: point.family, parameters })
    });
    let designs = designs.collect::<Result<Vec<_>, _>>()?;
    let tasks: Vec<Task> = designs
        .iter()
        .map(|design| Task {
            hardware: design.hardware.clone(),
            interface: design.interface.clone(),
            scenarios: design.scenarios(SEED.into()),
        })
        .collect();
    let progress = terminal.progress("check", tasks.len());
    let outcomes = verilator.check(&tasks, SEED, |position| progress.step(&designs[position].configuration.name));
    drop(progress);
    let samples = best.iter().map(|point| Sample { family: point.family, parameters: point.parameters.clone() });
    let subjects = samples.map(|sample| Subject::of_sample(&sample)).collect::<Result<Vec<_>, _>>()?;
    let measured = measure(&synthesiser, &target, &subjects, terminal);
    let verified = best.iter().zip(outcomes).zip(measured).map(|((point, outcome), measured)| {
        let (check, lint_warnings, passed) = judged(&outcome);
        let (pairs, failure) = match measured {
            Ok(measured) => {
                let shown = [Quantity::AreaUm2, Quantity::DelayPs, Quantity::Luts, Quantity::Registers];
                let pair = |quantity: &Quantity| {
                    let estimate = point.estimate(quantity.name())?;
                    Some((quantity.name(), estimate, *measured.quantities.get(quantity)?))
                };
                (shown.iter().filter_map(pair).collect(), None)
            }
            Err(error) => (vec![], Some(error.to_string())),
        };
        Verified { number: point.number, family: point.family.name(), check, lint_warnings, passed, pairs, failure }
    });
    Ok(verified.collect())
}

fn judged(outcome: &Result<Outcome, FlowError>) -> (String, usize, bool) {
    match outcome {
        Ok(outcome) if outcome.passed() => ("passed".to_owned(), 0, true),
        Ok(outcome) if outcome.report.passed() => ("passed".to_owned(), outcome.findings.len(), false),
        Ok(outcome) => ("failed".to_owned(), outcome.findings.len(), false),
        Err(error) => (error.to_string(), 0, false),
    }
}

impl Verified {
    /// Whether tools have nothing to say against it.
    pub fn is_sound(&self) -> bool {
        self.passed && self.failure.is_none()
    }

    /// One entry for each quantity that was measured.
    pub fn json(&self) -> Vec<Value> {
        let entry = |(name, estimate, measured): &(&str, f64, f64)| {
            json!({
                "number": self.number, "quantity": name, "estimate": estimate, "measured": measured,
                "check": self.check, "lint_warnings": self.lint_warnings,
            })
        };
        match &self.failure {
            Some(failure) => vec![json!({
                "number": self.number, "failure": failure, "check": self.check, "lint_warnings": self.lint_warnings,
            })],
            None => self.pairs.iter().map(entry).collect(),
        }
    }
}

/// For people.
pub fn shown(verified: &[Verified]) -> String {
    let header = ["number", "family", "check", "lint warnings", "quantity", "estimate", "measured", "error %"];
    let rows = verified.iter().flat_map(|one| {
        let start = [one.number.to_string(), one.family.to_owned(), one.check.clone(), one.lint_warnings.to_string()];
        let pairs = one.pairs.iter().map(|(name, estimate, measured)| {
            let error = 100.0 * (estimate / measured - 1.0);
            [(*name).to_owned(), format!("{estimate:.1}"), format!("{measured:.1}"), format!("{error:+.1}")]
        });
        let failure = one.failure.iter().map(|failure| [failure.clone(), String::new(), String::new(), String::new()]);
        let ends: Vec<[String; 4]> = pairs.chain(failure).collect();
        ends.into_iter().map(move |end| {
            let [a, b, c, d] = start.clone();
            let [e, f, g, h] = end;
            [a, b, c, d, e, f, g, h]
        })
    });
    table(&header, rows)
}
