//! Estimates of the front beside what tools say of it.

use super::results::{Point, Results};
use crate::arguments::Sweep;
use crate::commands::engine;
use crate::commands::examine::Finding;
use crate::commands::measure::Target;
use crate::commands::table;
use crate::config::Configuration;
use crate::diagnostic::Diagnostic;
use crate::terminal::Terminal;
use serde_json::{Value, json};
use std::path::Path;
use tritloom_cost::{Quantity, evaluate};
use tritloom_search::{Model, Space, find};

/// A nanowatt for a picosecond, in femtojoules.
const FJ_PER_NW_PS: f64 = 1e-6;

/// What tools say of a configuration of the front.
pub struct Verified {
    number: u64,
    family: &'static str,
    finding: Finding,
    /// Name, estimate, measurement.
    pairs: Vec<(&'static str, f64, f64)>,
}

/// What the fronts are to be made of; refused where the estimates of one of the spaces are of something else.
pub fn target(arguments: &Sweep, spaces: &[Space], terminal: &Terminal) -> Result<Target, Vec<Diagnostic>> {
    let target = Target::new(&arguments.cells)?;
    let technologies = spaces.iter().map(|space| &space.model.technology);
    let unsuitable: Vec<Diagnostic> =
        technologies.filter_map(|technology| target.suits(technology, terminal).err()).flatten().collect();
    if unsuitable.is_empty() { Ok(target) } else { Err(unsuitable) }
}

/// Has the best configurations of a front by its first objective looked at, here or by an engine that has `folder`.
pub fn verify(
    arguments: &Sweep,
    target: &Target,
    (space, results): (&Space, &Results),
    folder: &Path,
    terminal: &Terminal,
) -> Result<Vec<Verified>, Vec<Diagnostic>> {
    let best = results.best(arguments.verify_front.flatten().unwrap_or(usize::MAX));
    let configurations: Vec<Configuration> = best.iter().map(|point| configuration(point)).collect();
    let findings = engine::examine(&arguments.engines, (target, &arguments.cells), folder, &configurations, terminal)?;
    Ok(best.iter().zip(findings).map(|(point, finding)| Verified::new(&space.model, point, finding)).collect())
}

fn configuration(point: &Point) -> Configuration {
    let (name, parameters) = (format!("configuration_{}", point.number), point.parameters.clone());
    Configuration { name, family: point.family, parameters }
}

impl Verified {
    fn new(model: &Model, point: &Point, finding: Finding) -> Verified {
        let measured = finding.measured.as_deref().unwrap_or_default();
        let mut pairs: Vec<_> =
            measured.iter().filter_map(|(quantity, value)| pair(model, point, *quantity, *value)).collect();
        pairs.extend(energy(model, point, measured));
        Verified { number: point.number, family: point.family.name(), finding, pairs }
    }

    /// Whether tools have nothing to say against it.
    pub fn is_sound(&self) -> bool {
        self.finding.is_sound()
    }

    /// One entry for each quantity that was measured.
    pub fn json(&self) -> Vec<Value> {
        let Finding { check, lint_warnings, measured, .. } = &self.finding;
        let entry = |(name, estimate, measured): &(&str, f64, f64)| {
            json!({
                "number": self.number, "quantity": name, "estimate": estimate, "measured": measured,
                "check": check, "lint_warnings": lint_warnings,
            })
        };
        match measured {
            Err(failure) => vec![json!({
                "number": self.number, "failure": failure, "check": check, "lint_warnings": lint_warnings,
            })],
            Ok(_) => self.pairs.iter().map(entry).collect(),
        }
    }
}

/// Estimate and measurement of a quantity that the model knows.
fn pair(model: &Model, point: &Point, quantity: Quantity, measured: f64) -> Option<(&'static str, f64, f64)> {
    let parts = || point.family.census_by_part(&point.parameters);
    let amount = || model.technology.amount(quantity, point.family.name(), &parts());
    let estimate = point.estimate(quantity.name()).or_else(amount)?;
    Some((quantity.name(), estimate, measured))
}

/// The energy of a working cycle: that of the netlist where its nets toggle as often, and its clock is as fast, as the
/// estimate says.
fn energy(model: &Model, point: &Point, measured: &[(Quantity, f64)]) -> Option<(&'static str, f64, f64)> {
    let of = |wanted| measured.iter().find(|(quantity, _)| *quantity == wanted).map(|(_, value)| *value);
    let name = find("energy")?.column_name;
    let estimate = point.estimate(name)?;
    let toggles_a_cycle = evaluate(&model.technology, point.family, &point.parameters).toggles_a_cycle(&model.activity);
    let period_ps = model.period_ps.or_else(|| point.estimate(Quantity::DelayPs.name()))?;
    let netlist = of(Quantity::ToggleEnergyFj)? * toggles_a_cycle
        + of(Quantity::ClockEnergyFj)?
        + of(Quantity::LeakageNw)? * period_ps * FJ_PER_NW_PS;
    Some((name, estimate, netlist))
}

/// For people.
pub fn shown(verified: &[Verified]) -> String {
    let header = ["number", "family", "check", "lint warnings", "quantity", "estimate", "measured", "error %"];
    let rows = verified.iter().flat_map(|one| {
        let Finding { check, lint_warnings, measured, .. } = &one.finding;
        let start = [one.number.to_string(), one.family.to_owned(), check.clone(), lint_warnings.to_string()];
        let pairs = one.pairs.iter().map(|(name, estimate, measured)| {
            let error = 100.0 * (estimate / measured - 1.0);
            [(*name).to_owned(), format!("{estimate:.1}"), format!("{measured:.1}"), format!("{error:+.1}")]
        });
        let failure =
            measured.as_ref().err().map(|failure| [failure.clone(), String::new(), String::new(), String::new()]);
        let ends: Vec<[String; 4]> = pairs.chain(failure).collect();
        ends.into_iter().map(move |end| {
            let [a, b, c, d] = start.clone();
            let [e, f, g, h] = end;
            [a, b, c, d, e, f, g, h]
        })
    });
    table(&header, rows)
}
