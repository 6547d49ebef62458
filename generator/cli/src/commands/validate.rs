//! `tritloom validate`: estimates beside synthesis, for configurations that took no part in the fit.

use super::measure::{Subject, Target, measure};
use super::{Report, table};
use crate::arguments::Validate;
use crate::diagnostic::{Diagnostic, code};
use crate::environment::synthesiser;
use crate::plot::{Series, scatter};
use crate::technology::load;
use crate::terminal::Terminal;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use tritloom_cost::{Comparison, Point, Quantity, Sample, Technology, draw};
use tritloom_datapath::family::Family;

/// Draws, synthesises, compares.
pub fn validate(
    arguments: &Validate,
    families: &[&'static dyn Family],
    terminal: &Terminal,
) -> Result<Report, Vec<Diagnostic>> {
    let technology = load(&arguments.technology)?;
    let synthesiser = synthesiser()?;
    let target = Target::new(arguments.liberty.as_deref(), arguments.fpga)?;
    let fitted: BTreeSet<String> = technology.points.iter().map(|point| point.identity.clone()).collect();
    let samples = draw(families, arguments.n as usize, arguments.seed, &fitted);
    let subjects = samples.iter().map(Subject::of_sample).collect::<Result<Vec<_>, _>>()?;
    let measured = measure(&synthesiser, &target, &subjects, terminal);
    let mut checked = vec![];
    for ((sample, subject), result) in samples.iter().zip(&subjects).zip(measured) {
        match result {
            Ok(point) => checked.push(Checked::new(&technology, sample, subject, point)),
            Err(error) => terminal.note(&format!("left out: {}: {error}", subject.identity)),
        }
    }
    if checked.is_empty() {
        return Err(vec![Diagnostic::new(code::TOOL, "no design was synthesised").note("the remarks say why")]);
    }
    let compared = compared(&checked);
    if let Some(path) = &arguments.plot {
        let shown = path.display();
        fs::write(path, plot(&technology, &checked, &compared)).map_err(|error| {
            vec![Diagnostic::new(code::UNWRITABLE, format!("`{shown}` cannot be written: {error}"))]
        })?;
    }
    Ok(report(&technology, &checked, &compared, samples.len()))
}

/// One configuration.
struct Checked {
    family: &'static str,
    point: Point,
    /// Estimate and measurement of every quantity that both know.
    pairs: Vec<(Quantity, f64, f64)>,
}

impl Checked {
    fn new(technology: &Technology, sample: &Sample, subject: &Subject, point: Point) -> Checked {
        let census = sample.family.census(&sample.parameters);
        let estimate = |quantity| match quantity {
            Quantity::DelayPs => technology.delay_ps(sample.family.name(), &subject.hardware),
            _ => technology.amount(quantity, sample.family.name(), &census),
        };
        let known = point.quantities.iter();
        let pairs = known.filter_map(|(quantity, value)| Some((*quantity, estimate(*quantity)?, *value))).collect();
        Checked { family: sample.family.name(), point, pairs }
    }

    fn pair(&self, quantity: Quantity) -> Option<(f64, f64)> {
        let found = self.pairs.iter().find(|(own, ..)| *own == quantity);
        found.map(|(_, estimate, measured)| (*estimate, *measured))
    }

    fn json(&self) -> Value {
        let pairs = self.pairs.iter().map(|(quantity, estimate, measured)| {
            (quantity.name().to_owned(), json!({"estimate": estimate, "measured": measured}))
        });
        json!({"design": self.point.identity, "quantities": pairs.collect::<serde_json::Map<_, _>>()})
    }
}

fn compared(checked: &[Checked]) -> Vec<(Quantity, Comparison)> {
    let pairs = |quantity| checked.iter().filter_map(|one| one.pair(quantity)).collect::<Vec<_>>();
    Quantity::ALL.into_iter().filter_map(|quantity| Some((quantity, Comparison::new(&pairs(quantity))?))).collect()
}

/// The first quantity of a table: what most ask for.
fn leading(compared: &[(Quantity, Comparison)]) -> Quantity {
    compared.first().map_or(Quantity::AreaUm2, |(quantity, _)| *quantity)
}

fn percent(share: f64) -> String {
    format!("{:.1}", 100.0 * share)
}

fn report(technology: &Technology, checked: &[Checked], compared: &[(Quantity, Comparison)], drawn: usize) -> Report {
    let quantity = leading(compared);
    let rows = checked.iter().filter_map(|one| {
        let (estimate, measured) = one.pair(quantity)?;
        let error = format!("{:+.1}", 100.0 * (estimate / measured - 1.0));
        Some([one.point.identity.clone(), format!("{estimate:.1}"), format!("{measured:.1}"), error])
    });
    let mut text = table(&["configuration", quantity.name(), "synthesis", "error %"], rows);
    text += "\n";
    let rows = compared.iter().map(|(quantity, comparison)| {
        [
            quantity.name().to_owned(),
            comparison.points.to_string(),
            percent(comparison.mean_error),
            percent(comparison.worst_error),
            format!("{:+.1}", 100.0 * comparison.bias),
            format!("{:.3}", comparison.kendall),
        ]
    });
    text += &table(&["quantity", "points", "mean error %", "worst %", "bias %", "Kendall"], rows);
    let statistics: serde_json::Map<String, Value> = compared
        .iter()
        .map(|(quantity, comparison)| {
            let Comparison { points, mean_error, worst_error, bias, kendall } = comparison;
            let value = json!({
                "points": points, "mean_error": mean_error, "worst_error": worst_error, "bias": bias, "kendall": kendall,
            });
            (quantity.name().to_owned(), value)
        })
        .collect();
    let designs: Vec<Value> = checked.iter().map(Checked::json).collect();
    let json = json!({
        "command": "validate", "status": "ok", "technology": technology.name, "drawn": drawn,
        "statistics": statistics, "designs": designs,
    });
    Report::passed(text, json)
}

fn plot(technology: &Technology, checked: &[Checked], compared: &[(Quantity, Comparison)]) -> String {
    let quantity = leading(compared);
    let mut families: Vec<&str> = checked.iter().map(|one| one.family).collect();
    families.dedup();
    families.sort_unstable();
    families.dedup();
    let series = families.into_iter().map(|family| Series {
        name: family.to_owned(),
        points: checked.iter().filter(|one| one.family == family).filter_map(|one| one.pair(quantity)).collect(),
    });
    let caption = format!("{} in {}: estimate against synthesis", quantity.name(), technology.name);
    scatter(&caption, "estimate", "synthesis", &series.collect::<Vec<_>>())
}
