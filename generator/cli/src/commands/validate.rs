//! `tritloom validate`: estimates beside synthesis, for configurations that took no part in the fit.

use super::measure::{Subject, Target, measure};
use super::{Report, table};
use crate::arguments::Validate;
use crate::diagnostic::{Diagnostic, code};
use crate::environment::synthesiser;
use crate::output::{check_file, write_file};
use crate::technology::load;
use crate::terminal::Terminal;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;
use tritloom_cost::{Comparison, Point, Quantity, Sample, Sizes, Technology, draw};
use tritloom_datapath::family::Family;
use tritloom_report::Pair;
use tritloom_report::plot::{charts, estimates};

/// Draws, synthesises, compares.
pub fn validate(
    arguments: &Validate,
    families: &[&'static dyn Family],
    terminal: &Terminal,
) -> Result<Report, Vec<Diagnostic>> {
    let read = || arguments.cells.liberty.as_deref().into_iter().chain([Path::new(&arguments.technology)]);
    arguments.plot.as_deref().map(|path| check_file(path, read())).transpose()?;
    let technology = load(&arguments.technology)?;
    let target = Target::new(&arguments.cells)?;
    target.suits(&technology, terminal)?;
    let synthesiser = synthesiser()?;
    let fitted: BTreeSet<String> = technology.points.iter().map(|point| point.identity.clone()).collect();
    let sizes = if arguments.large { &Sizes::LARGE } else { &Sizes::SMALL };
    let samples = draw(families, arguments.n as usize, arguments.seed, sizes, &fitted);
    let mut subjects = samples.iter().map(Subject::of_sample).collect::<Result<Vec<_>, _>>()?;
    if arguments.large {
        subjects = subjects.into_iter().map(Subject::only_small).collect();
    }
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
        write_file(path, plot(&technology, &checked, leading(&compared)).as_bytes())?;
    }
    Ok(report(&technology, &checked, &compared, samples.len()))
}

/// One configuration.
struct Checked {
    family: &'static str,
    point: Point,
    /// Estimate and measurement of every quantity that both know.
    pairs: Vec<(Compared, f64, f64)>,
}

/// What estimates.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Estimator {
    /// Counted gates of a light synthesis.
    Light,
    /// The closed form of the family, and for the delay the design as it is written.
    Closed,
}

impl Estimator {
    const ALL: [Estimator; 2] = [Estimator::Light, Estimator::Closed];

    fn name(self) -> &'static str {
        match self {
            Estimator::Light => "light_synthesis",
            Estimator::Closed => "closed_form",
        }
    }
}

/// A quantity as one of them estimates it.
type Compared = (Estimator, Quantity);

impl Checked {
    fn new(technology: &Technology, sample: &Sample, subject: &Subject, point: Point) -> Checked {
        let parts = sample.family.census_by_part(&sample.parameters);
        let (family, hardware) = (sample.family.name(), &subject.hardware);
        let flat = technology.gate_delay.map(|_| hardware.gates());
        let estimate = |estimator, quantity| match (estimator, quantity) {
            (Estimator::Light, Quantity::DelayPs) => technology.light_delay_ps(family, flat.as_ref()?),
            (Estimator::Light, _) => technology.light_amount(quantity, &point.gates),
            (Estimator::Closed, Quantity::DelayPs) => technology.delay_ps(family, hardware),
            (Estimator::Closed, _) => technology.amount(quantity, family, &parts),
        };
        let mut pairs = vec![];
        for estimator in Estimator::ALL {
            let known = point.quantities.iter();
            pairs.extend(known.filter_map(|(quantity, value)| {
                Some(((estimator, *quantity), estimate(estimator, *quantity)?, *value))
            }));
        }
        Checked { family, point, pairs }
    }

    fn pair(&self, compared: Compared) -> Option<(f64, f64)> {
        let found = self.pairs.iter().find(|(own, ..)| *own == compared);
        found.map(|(_, estimate, measured)| (*estimate, *measured))
    }

    fn json(&self) -> Value {
        let measured = self.point.quantities.iter().map(|(quantity, measured)| {
            let estimate = |estimator| self.pair((estimator, *quantity)).map(|(estimate, _)| estimate);
            let entry = json!({
                "measured": measured, "estimate": estimate(Estimator::Light), "closed_form": estimate(Estimator::Closed),
            });
            (quantity.name().to_owned(), entry)
        });
        json!({"design": self.point.identity, "quantities": measured.collect::<serde_json::Map<_, _>>()})
    }
}

fn compared(checked: &[Checked]) -> Vec<(Compared, Comparison)> {
    let pairs = |compared| checked.iter().filter_map(|one| one.pair(compared)).collect::<Vec<_>>();
    let all = Estimator::ALL.into_iter().flat_map(|estimator| Quantity::ALL.map(|quantity| (estimator, quantity)));
    all.filter_map(|compared| Some((compared, Comparison::new(&pairs(compared))?))).collect()
}

/// The first quantity of a table: what most ask for.
fn leading(compared: &[(Compared, Comparison)]) -> Quantity {
    compared.first().map_or(Quantity::AreaUm2, |((_, quantity), _)| *quantity)
}

fn percent(share: f64) -> String {
    format!("{:.1}", 100.0 * share)
}

fn report(technology: &Technology, checked: &[Checked], compared: &[(Compared, Comparison)], drawn: usize) -> Report {
    let quantity = leading(compared);
    let rows = checked.iter().filter_map(|one| {
        let (light, measured) = one.pair((Estimator::Light, quantity))?;
        let closed = one.pair((Estimator::Closed, quantity)).map_or(f64::NAN, |(closed, _)| closed);
        let error = |estimate: f64| format!("{:+.1}", 100.0 * (estimate / measured - 1.0));
        Some([one.point.identity.clone(), format!("{measured:.1}"), error(light), error(closed)])
    });
    let header = [
        "configuration",
        &format!("{} of synthesis", quantity.name()),
        "light synthesis: error %",
        "closed form: error %",
    ];
    let mut text = table(&header, rows);
    text += "\n";
    let rows = compared.iter().map(|((estimator, quantity), comparison)| {
        [
            estimator.name().replace('_', " "),
            quantity.name().to_owned(),
            comparison.points.to_string(),
            percent(comparison.mean_error),
            percent(comparison.worst_error),
            format!("{:+.1}", 100.0 * comparison.bias),
            format!("{:.3}", comparison.kendall),
        ]
    });
    text += &table(&["estimator", "quantity", "points", "mean error %", "worst %", "bias %", "Kendall"], rows);
    let statistics = |wanted: Estimator| -> serde_json::Map<String, Value> {
        let own = compared.iter().filter(|((estimator, _), _)| *estimator == wanted);
        let entry = |((_, quantity), comparison): &(Compared, Comparison)| {
            let Comparison { points, mean_error, worst_error, bias, kendall } = comparison;
            let value = json!({
                "points": points, "mean_error": mean_error, "worst_error": worst_error, "bias": bias, "kendall": kendall,
            });
            (quantity.name().to_owned(), value)
        };
        own.map(entry).collect()
    };
    let designs: Vec<Value> = checked.iter().map(Checked::json).collect();
    let json = json!({
        "command": "validate", "status": "ok", "technology": technology.name, "drawn": drawn,
        "statistics": statistics(Estimator::Light), "closed_form": statistics(Estimator::Closed), "designs": designs,
    });
    Report::passed(text, json)
}

/// The estimates of both, side by side.
fn plot(technology: &Technology, checked: &[Checked], quantity: Quantity) -> String {
    let families: BTreeSet<&str> = checked.iter().map(|one| one.family).collect();
    let chart = |estimator: Estimator| {
        let pairs = checked.iter().filter_map(|one| {
            let (estimate, measured) = one.pair((estimator, quantity))?;
            Some(Pair { name: one.point.identity.clone(), family: one.family.to_owned(), estimate, measured })
        });
        let estimator = estimator.name().replace('_', " ");
        let title = format!("{} in {}: {estimator}", quantity.quantity(), technology.name);
        let comparison =
            tritloom_report::Comparison { quantity: title, unit: quantity.unit().into(), pairs: pairs.collect() };
        estimates(&comparison, &families)
    };
    charts(&Estimator::ALL.map(chart))
}
