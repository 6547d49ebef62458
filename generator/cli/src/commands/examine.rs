//! Configurations under real tools: generated, linted, checked in Verilator, synthesised.

use super::measure::{Subject, Target, measure};
use crate::built::Built;
use crate::config::Configuration;
use crate::diagnostic::Diagnostic;
use crate::environment::{synthesiser, verilator};
use crate::terminal::Terminal;
use serde_json::{Map, Value, json};
use tritloom_cost::{Point, Quantity, Sample};
use tritloom_flow::check::{Outcome, Task};
use tritloom_flow::synth::Synthesiser;
use tritloom_flow::{FlowError, Verilator};
use tritloom_search::guarded;

/// The seed of the stimulus.
const SEED: u32 = 1;

/// The tools, and what they make designs of.
pub struct Tools<'a> {
    verilator: Verilator,
    synthesiser: Synthesiser,
    target: &'a Target,
}

/// What tools say of a configuration.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// `passed`, or what went wrong.
    pub check: String,
    /// Of Verilator's linter.
    pub lint_warnings: usize,
    /// No warning and no failure.
    pub passed: bool,
    /// What synthesis comes to, or why it came to nothing.
    pub measured: Result<Vec<(Quantity, f64)>, String>,
}

impl<'a> Tools<'a> {
    /// Those of the user's environment.
    pub fn new(target: &'a Target) -> Result<Tools<'a>, Vec<Diagnostic>> {
        Ok(Tools { verilator: verilator()?, synthesiser: synthesiser()?, target })
    }

    /// What of them measurements depend on.
    pub fn source(&self) -> Map<String, Value> {
        source(self.target, &self.synthesiser)
    }

    /// Looks at each configuration. What fails is told and does not keep the others from being tried.
    pub fn examine(
        &self,
        configurations: &[Configuration],
        terminal: &Terminal,
    ) -> Result<Vec<Finding>, Vec<Diagnostic>> {
        let built: Vec<Result<(Task, Subject), String>> = configurations.iter().map(built).collect();
        let reasons: Vec<Option<String>> = built.iter().map(|built| built.as_ref().err().cloned()).collect();
        let (tasks, subjects): (Vec<Task>, Vec<Subject>) = built.into_iter().flatten().unzip();
        let progress = terminal.progress("check", tasks.len());
        let step = |position: usize| progress.step(&subjects[position].identity);
        let outcomes = self.verilator.check(&tasks, SEED, step);
        drop(progress);
        let measured = measure(&self.synthesiser, self.target, &subjects, terminal);
        let mut examined = outcomes.iter().zip(measured).map(|(outcome, point)| Finding::new(outcome, point));
        let finding = |reason| match reason {
            Some(reason) => Some(Finding::unbuilt(reason)),
            None => examined.next(),
        };
        Ok(reasons.into_iter().filter_map(finding).collect())
    }
}

/// What tools look at; or why there is no hardware, which is a defect of the family.
fn built(configuration: &Configuration) -> Result<(Task, Subject), String> {
    let told = |diagnostics: Vec<Diagnostic>| {
        let lines = diagnostics.into_iter().flat_map(|one| std::iter::once(one.message).chain(one.notes));
        lines.collect::<Vec<_>>().join("; ")
    };
    guarded(|| {
        let design = Built::new(configuration).map_err(told)?;
        let scenarios = design.scenarios(SEED.into());
        let task = Task { hardware: design.hardware, interface: design.interface, scenarios };
        let sample = Sample { family: configuration.family, parameters: configuration.parameters.clone() };
        Ok((task, Subject::of_sample(&sample).map_err(told)?))
    })
}

/// What measurements depend on: library, tools, script.
pub fn source(target: &Target, synthesiser: &Synthesiser) -> Map<String, Value> {
    target.source(synthesiser).into_iter().map(|(key, fact)| (key, fact.into())).collect()
}

fn judged(outcome: &Result<Outcome, FlowError>) -> (String, usize, bool) {
    match outcome {
        Ok(outcome) if outcome.passed() => ("passed".to_owned(), 0, true),
        Ok(outcome) if outcome.report.passed() => ("passed".to_owned(), outcome.findings.len(), false),
        Ok(outcome) => ("failed".to_owned(), outcome.findings.len(), false),
        Err(error) => (error.to_string(), 0, false),
    }
}

impl Finding {
    fn new(outcome: &Result<Outcome, FlowError>, point: Result<Point, FlowError>) -> Finding {
        let (check, lint_warnings, passed) = judged(outcome);
        let measured = point.map(|point| point.quantities.into_iter().collect());
        Finding { check, lint_warnings, passed, measured: measured.map_err(|error| error.to_string()) }
    }

    fn unbuilt(reason: String) -> Finding {
        Finding { check: "not built".to_owned(), lint_warnings: 0, passed: false, measured: Err(reason) }
    }

    /// Whether tools have nothing to say against it.
    pub fn is_sound(&self) -> bool {
        self.passed && self.measured.is_ok()
    }

    /// A record that [`Finding::of_record`] reads to the last bit: measurements are the bits of their floating-point
    /// numbers.
    pub fn record(&self, configuration: &str) -> Value {
        let bits = |measured: &Vec<(Quantity, f64)>| -> Value {
            measured
                .iter()
                .map(|(quantity, value)| (quantity.name().to_owned(), Value::from(value.to_bits())))
                .collect()
        };
        let (key, measured) = match &self.measured {
            Ok(measured) => ("measured", bits(measured)),
            Err(failure) => ("failure", failure.as_str().into()),
        };
        json!({
            "configuration": configuration, "check": self.check, "passed": self.passed,
            "lint_warnings": self.lint_warnings, key: measured,
        })
    }

    /// The name of the configuration, and what was found.
    pub fn of_record(record: &Value) -> Option<(String, Finding)> {
        let measurement = |(name, bits): (&String, &Value)| {
            let quantity = Quantity::ALL.into_iter().find(|quantity| quantity.name() == name)?;
            Some((quantity, f64::from_bits(bits.as_u64()?)))
        };
        let measured = match record.get("failure") {
            Some(failure) => Err(failure.as_str()?.to_owned()),
            None => Ok(record.get("measured")?.as_object()?.iter().map(measurement).collect::<Option<_>>()?),
        };
        let finding = Finding {
            check: record.get("check")?.as_str()?.to_owned(),
            lint_warnings: record.get("lint_warnings")?.as_u64()? as usize,
            passed: record.get("passed")?.as_bool()?,
            measured,
        };
        Some((record.get("configuration")?.as_str()?.to_owned(), finding))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_holds_a_finding_to_the_last_bit() {
        let measured = vec![(Quantity::AreaUm2, 0.1 + 0.2), (Quantity::DelayPs, 1e-310), (Quantity::Luts, 7.0)];
        let findings = [Ok(measured), Err("no such cell".to_owned())].map(|measured| Finding {
            check: "failed".to_owned(),
            lint_warnings: 3,
            passed: false,
            measured,
        });
        for finding in findings {
            let text = finding.record("configuration_7").to_string();
            let record = serde_json::from_str(&text).expect("JSON");
            assert_eq!(Finding::of_record(&record), Some(("configuration_7".to_owned(), finding)));
        }
    }
}
