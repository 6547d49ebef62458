//! `tritloom calibrate --liberty FILE --out FILE`: the cost model's technology from synthesised designs.
//!
//! What was synthesised before is in the cache: a calibration that was interrupted goes on where it ended.

use super::measure::{Subject, Target, measure};
use super::{Report, counted};
use crate::arguments::Calibrate;
use crate::diagnostic::{Diagnostic, code};
use crate::environment::{synthesiser, tool_failure};
use crate::technology::load;
use crate::terminal::Terminal;
use serde_json::json;
use std::collections::BTreeSet;
use std::fs;
use tritloom_cost::{
    FitStatistics, PartFeatures, Point, Sample, Technology, blocks, draw, features, light, part_features,
};
use tritloom_datapath::family::Family;
use tritloom_hdl::Design;

/// Fewer points than this fit nothing.
const FEWEST_POINTS: usize = 20;

/// Blocks and drawn configurations are synthesised, fitted and written.
pub fn calibrate(
    arguments: &Calibrate,
    families: &[&'static dyn Family],
    terminal: &Terminal,
) -> Result<Report, Vec<Diagnostic>> {
    let (technology, failed) = match &arguments.refit {
        Some(path) => (refitted(&load(&path.to_string_lossy())?, families), 0),
        None => measured(arguments, families, terminal)?,
    };
    let file = arguments.out.display();
    fs::write(&arguments.out, technology.write())
        .map_err(|error| vec![Diagnostic::new(code::UNWRITABLE, format!("`{file}` cannot be written: {error}"))])?;
    Ok(report(arguments, &technology, failed))
}

/// The same points; families and blocks as they are in this program.
fn refitted(technology: &Technology, families: &[&'static dyn Family]) -> Technology {
    let blocks = blocks();
    let known = |point: &Point| -> Option<(Design, Option<PartFeatures>)> {
        if let Some(block) = blocks.iter().find(|block| block.identity == point.identity) {
            return (block.features() == point.features).then(|| (block.hardware.clone(), None));
        }
        let Sample { family, parameters } = Sample::of_identity(families, &point.identity)?;
        let is_same = features(&family.census(&parameters)) == point.features;
        let parts = is_same.then(|| part_features(&family.census_by_part(&parameters)))?;
        Some((family.hardware(&parameters).ok()?, Some(parts)))
    };
    let known: Vec<_> = technology.points.iter().map(known).collect();
    let hardware: Vec<Option<&Design>> = known.iter().map(|known| Some(&known.as_ref()?.0)).collect();
    let parts: Vec<_> = known.iter().map(|known| known.as_ref()?.1.clone()).collect();
    technology.clone().refitted(&hardware, &parts, &light(families, technology.device))
}

/// A technology of designs that are synthesised, and how many of them failed.
fn measured(
    arguments: &Calibrate,
    families: &[&'static dyn Family],
    terminal: &Terminal,
) -> Result<(Technology, usize), Vec<Diagnostic>> {
    let synthesiser = synthesiser()?;
    let target = Target::new(arguments.liberty.as_deref(), arguments.fpga)?;
    let samples = draw(families, arguments.points as usize, arguments.seed, &BTreeSet::new());
    let mut subjects: Vec<Subject> = blocks().into_iter().map(Subject::of_block).collect();
    for sample in &samples {
        subjects.push(Subject::of_sample(sample)?);
    }
    let measured = measure(&synthesiser, &target, &subjects, terminal);
    let (mut points, mut hardware, mut parts): (Vec<Point>, Vec<Option<&Design>>, Vec<_>) = (vec![], vec![], vec![]);
    let mut failed = 0;
    for (subject, result) in subjects.iter().zip(measured) {
        match result {
            Ok(point) => {
                points.push(point);
                hardware.push(Some(&subject.hardware));
                parts.push(subject.parts.clone());
            }
            Err(error) => {
                failed += 1;
                terminal.note(&format!("left out: {}: {error}", subject.identity));
                if points.is_empty() && failed == FEWEST_POINTS {
                    return Err(vec![tool_failure(&error)]);
                }
            }
        }
    }
    if points.len() < FEWEST_POINTS {
        let message = format!("only {} were synthesised", counted(points.len() as u64, "design"));
        return Err(vec![Diagnostic::new(code::TOOL, message).note("a fit needs more points")]);
    }
    let mut source = target.source(&synthesiser);
    source.push((
        "draw".to_owned(),
        format!("{} configurations from seed {}, and blocks", samples.len(), arguments.seed),
    ));
    let technology = Technology::fitted(
        &name(arguments),
        source,
        target.device(),
        points,
        &hardware,
        &parts,
        &light(families, target.device()),
    );
    Ok((technology, failed))
}

/// The name of the file without its ending.
fn name(arguments: &Calibrate) -> String {
    arguments.out.file_stem().map_or("technology".to_owned(), |stem| stem.to_string_lossy().into_owned())
}

fn report(arguments: &Calibrate, technology: &Technology, failed: usize) -> Report {
    let points = technology.points.len();
    let mut text =
        format!("{}: {} fitted to {}", arguments.out.display(), technology.name, counted(points as u64, "design"));
    if failed > 0 {
        text += &format!(", {failed} left out");
    }
    text += "\n";
    let estimators = [("light synthesis", &technology.fits), ("closed form", &technology.closed_fits)];
    let all =
        || estimators.iter().flat_map(|(name, fits)| fits.iter().map(move |(quantity, fit)| (*name, quantity, fit)));
    for (estimator, quantity, fit) in all() {
        let FitStatistics { folds, mean_error, worst_error, kendall, .. } = fit;
        text += &format!(
            "{estimator}: {}: mean error {:.1} %, worst {:.1} %, Kendall {kendall:.3} ({folds}-fold)\n",
            quantity.name(),
            100.0 * mean_error,
            100.0 * worst_error
        );
    }
    let fits = all().map(|(estimator, quantity, fit)| {
        let FitStatistics { points, folds, mean_error, worst_error, kendall } = fit;
        json!({
            "estimator": estimator, "quantity": quantity.name(), "points": points, "folds": folds,
            "mean_error": mean_error, "worst_error": worst_error, "kendall": kendall,
        })
    });
    let fits: Vec<_> = fits.collect();
    let file = arguments.out.display().to_string();
    Report::passed(
        text,
        json!({"command": "calibrate", "status": "ok", "file": file, "left_out": failed, "fits": fits}),
    )
}
