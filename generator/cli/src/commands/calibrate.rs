//! `tritloom calibrate --liberty FILE --out FILE`: the cost model's technology from synthesised designs.
//!
//! What was synthesised before is in the cache: a calibration that was interrupted goes on where it ended.

use super::measure::{Subject, Target, measure};
use super::{Report, counted};
use crate::arguments::{Calibrate, Cells};
use crate::diagnostic::{Diagnostic, code};
use crate::environment::{jobs, synthesiser, tool_failure};
use crate::output::{check_file, write_file};
use crate::technology::load;
use crate::terminal::Terminal;
use serde_json::json;
use std::collections::BTreeSet;
use tritloom_cost::{
    FitStatistics, Light, PartFeatures, Point, Quantity, Sample, Sizes, Source, Technology, blocks, draw, features,
    gate_count, light, part_features,
};
use tritloom_datapath::family::Family;
use tritloom_flow::side_by_side;
use tritloom_flow::synth::Synthesiser;
use tritloom_hdl::{Design, LutDevice};

/// Fewer points than this fit nothing.
const FEWEST_POINTS: usize = 20;

/// Blocks and drawn configurations are synthesised, fitted and written.
pub fn calibrate(
    arguments: &Calibrate,
    families: &[&'static dyn Family],
    terminal: &Terminal,
) -> Result<Report, Vec<Diagnostic>> {
    let Cells { liberty, fpga } = &arguments.cells;
    // A technology may be fitted anew in its place.
    check_file(&arguments.out, liberty.as_deref().into_iter())?;
    let synthesised = liberty.is_some() || fpga.is_some();
    let target = synthesised.then(|| Target::new(&arguments.cells)).transpose()?;
    let mut basis = match &arguments.refit {
        Some(path) => {
            let technology = load(&path.to_string_lossy())?;
            if let Some(target) = &target {
                target.suits(&technology, terminal)?;
            }
            if technology.points.is_empty() {
                let message = format!("the technology {} has no points to fit anything to", technology.name);
                return Err(vec![Diagnostic::new(code::TECHNOLOGY, message).legal("a file of `calibrate`".to_owned())]);
            }
            Basis::of_technology(technology, families, terminal)
        }
        None => Basis::default(),
    };
    let failed = match &target {
        Some(target) => basis.extend(target, arguments, families, terminal)?,
        None => 0,
    };
    let technology = basis.fitted(&name(arguments), families, terminal);
    write_file(&arguments.out, technology.write().as_bytes())?;
    Ok(report(arguments, &technology, failed))
}

/// What a technology is fitted to.
#[derive(Default)]
struct Basis {
    /// The one that gave the first points.
    technology: Option<Technology>,
    source: Source,
    device: Option<LutDevice>,
    points: Vec<Point>,
    /// The design and the parts of each point; blocks have no parts.
    designs: Vec<(Design, Option<PartFeatures>)>,
}

impl Basis {
    /// The points of a technology whose designs this program still makes alike, with its count of their gates.
    fn of_technology(technology: Technology, families: &[&'static dyn Family], terminal: &Terminal) -> Basis {
        let blocks = blocks();
        let design = |point: &Point| -> Option<(Design, Option<PartFeatures>)> {
            if let Some(block) = blocks.iter().find(|block| block.identity == point.identity) {
                return (block.features() == point.features).then(|| (block.hardware.clone(), None));
            }
            let Sample { family, parameters } = Sample::of_identity(families, &point.identity)?;
            let is_same = features(&family.census(&parameters)) == point.features;
            let parts = is_same.then(|| part_features(&family.census_by_part(&parameters)))?;
            Some((family.hardware(&parameters).ok()?, Some(parts)))
        };
        let (mut points, mut designs) = (vec![], vec![]);
        for point in &technology.points {
            let Some((hardware, parts)) = design(point) else { continue };
            points.push(Point { gates: gate_count(&hardware, technology.device), ..point.clone() });
            designs.push((hardware, parts));
        }
        let left_out = technology.points.len() - points.len();
        if left_out > 0 {
            let remark = "of designs that this program makes otherwise left out";
            terminal.note(&format!("{} {remark}", counted(left_out as u64, "point")));
        }
        let (source, device) = (technology.source.clone(), technology.device);
        Basis { technology: Some(technology), source, device, points, designs }
    }

    /// Synthesises what the arguments ask for, and tells how many designs failed.
    fn extend(
        &mut self,
        target: &Target,
        arguments: &Calibrate,
        families: &[&'static dyn Family],
        terminal: &Terminal,
    ) -> Result<usize, Vec<Diagnostic>> {
        let synthesiser = synthesiser()?;
        let (mut subjects, mut drawn) = (vec![], vec![]);
        if self.technology.is_none() {
            (self.source, self.device) = (target.source(&synthesiser), target.device());
            subjects.extend(blocks().into_iter().map(Subject::of_block));
            drawn.push(("draw", arguments.points, Sizes::SMALL, Subject::of_sample as fn(&Sample) -> _));
        }
        let only_small = |sample: &Sample| Subject::of_sample(sample).map(Subject::only_small);
        drawn.push(("draw of large ones", arguments.large, Sizes::LARGE, only_small));
        let known: BTreeSet<String> = self.points.iter().map(|point| point.identity.clone()).collect();
        for (fact, count, sizes, subject) in drawn {
            let samples = draw(families, count as usize, arguments.seed, &sizes, &known);
            let said = format!("{} configurations from seed {}", samples.len(), arguments.seed);
            match self.source.iter_mut().find(|(known, _)| known == fact) {
                Some((_, before)) => *before = format!("{before}, {said}"),
                None => self.source.push((fact.to_owned(), said)),
            }
            subjects.extend(samples.iter().map(subject).collect::<Result<Vec<_>, _>>()?);
        }
        self.measure(&synthesiser, target, subjects, terminal)
    }

    /// Adds the points of subjects, and tells how many of them failed.
    fn measure(
        &mut self,
        synthesiser: &Synthesiser,
        target: &Target,
        subjects: Vec<Subject>,
        terminal: &Terminal,
    ) -> Result<usize, Vec<Diagnostic>> {
        let mut failed = 0;
        let measured = measure(synthesiser, target, &subjects, terminal);
        for (subject, result) in subjects.into_iter().zip(measured) {
            match result {
                Ok(point) => {
                    self.points.push(point);
                    self.designs.push((subject.hardware, subject.parts));
                }
                Err(error) => {
                    failed += 1;
                    terminal.note(&format!("left out: {}: {error}", subject.identity));
                    if self.points.is_empty() && failed == FEWEST_POINTS {
                        return Err(vec![tool_failure(&error)]);
                    }
                }
            }
        }
        if self.points.len() < FEWEST_POINTS {
            let message = format!("only {} were synthesised", counted(self.points.len() as u64, "design"));
            return Err(vec![Diagnostic::new(code::TOOL, message).note("a fit needs more points")]);
        }
        Ok(failed)
    }

    fn fitted(mut self, name: &str, families: &[&'static dyn Family], terminal: &Terminal) -> Technology {
        self.source.sort();
        let name = self.technology.as_ref().map_or(name, |technology| &technology.name);
        let hardware: Vec<&Design> = self.designs.iter().map(|(hardware, _)| hardware).collect();
        let parts: Vec<_> = self.designs.iter().map(|(_, parts)| parts.clone()).collect();
        let light = light_syntheses(families, self.device, terminal);
        let is_known = |quantity: &Quantity| self.points.iter().any(|point| point.quantities.contains_key(quantity));
        let quantities: Vec<Quantity> = Quantity::ALL.into_iter().filter(is_known).collect();
        let mut technology = Technology::of_points(name, self.source, self.device, self.points);
        let progress = terminal.progress("fit", quantities.len());
        for quantity in quantities {
            technology.fit(quantity, &hardware, &parts, &light);
            progress.step(quantity.name());
        }
        technology
    }
}

/// Those of every family.
fn light_syntheses(families: &[&'static dyn Family], device: Option<LutDevice>, terminal: &Terminal) -> Light {
    let progress = terminal.progress("light synthesis", families.len());
    let made = side_by_side(jobs(), families, |family| {
        let made = light(*family, device);
        progress.step(family.name());
        made
    });
    families.iter().map(|family| family.name().to_owned()).zip(made).collect()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arguments::Format;
    use std::collections::BTreeMap;
    use std::fs;
    use std::io::{BufRead, BufReader};
    use std::os::unix::fs::MetadataExt;
    use std::path::{Path, PathBuf};
    use std::process::{Child, Command, Stdio};
    use tritloom_datapath::registry;
    use tritloom_flow::tools;

    /// Where a calibration is to be written; what is killed must be a process, and the tests themselves are it.
    const OUT: &str = "TRITLOOM_TEST_CALIBRATION";

    /// Designs that are synthesised before it is killed.
    const BEFORE: usize = 5;

    #[test]
    fn a_calibration_that_was_killed_goes_on_where_it_was() {
        if let Some(out) = std::env::var_os(OUT) {
            return small(Path::new(&out));
        }
        if std::env::var_os("TRITLOOM_REQUIRE_TOOLS").is_none() && tools::find("yosys").is_none() {
            return;
        }
        let folder = tempfile::tempdir().expect("a folder");
        let [whole, killed] = ["whole", "killed"].map(|name| folder.path().join(name).join("small.yaml"));
        finished(start(&whole));
        let mut child = start(&killed);
        let told = BufReader::new(child.stderr.take().expect("piped")).lines().map_while(Result::ok);
        assert_eq!(told.filter(|line| line.starts_with("synth ")).take(BEFORE).count(), BEFORE);
        child.kill().expect("killed");
        assert!(!child.wait().expect("ended").success() && !killed.exists());
        let before = entries(&killed);
        assert!(before.len() >= BEFORE, "{before:?}");

        finished(start(&killed));
        assert_eq!(fs::read_to_string(&killed).expect("written"), fs::read_to_string(&whole).expect("written"));
        // What was there is there, untouched, and nothing was made that an undisturbed calibration does not make.
        let after = entries(&killed);
        before.iter().for_each(|(entry, written)| assert_eq!(after.get(entry), Some(written), "{entry}"));
        assert!(before.len() < after.len() && after.keys().eq(entries(&whole).keys()), "{before:?} {after:?}");
    }

    /// Blocks, and one configuration of one family.
    fn small(out: &Path) {
        let cells = Path::new(env!("CARGO_MANIFEST_DIR")).join("../flow/tests/cells.lib");
        let arguments = Calibrate {
            refit: None,
            cells: Cells { liberty: Some(cells), fpga: None },
            out: out.to_owned(),
            points: 1,
            large: 0,
            seed: 1,
        };
        let terminal = Terminal { format: Format::Text, quiet: false };
        calibrate(&arguments, &[registry::find("sign_flip").expect("a family")], &terminal).expect("calibrated");
    }

    /// A calibration with a cache of its own beside it.
    fn start(out: &Path) -> Child {
        fs::create_dir_all(cache(out)).expect("created");
        let mut command = Command::new(std::env::current_exe().expect("known"));
        command.args(["a_calibration_that_was_killed", "--nocapture"]).env(OUT, out).env("TRITLOOM_CACHE", cache(out));
        command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("started")
    }

    fn finished(child: Child) {
        let output = child.wait_with_output().expect("ended");
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{told}");
        for line in ["light synthesis 1/1: sign_flip", "fit 1/6: area_um2", "fit 3/6: delay_ps"] {
            assert!(told.lines().any(|one| one == line), "{line}: {told}");
        }
    }

    fn cache(out: &Path) -> PathBuf {
        out.with_file_name("cache")
    }

    /// What was synthesised: the file that seals an entry of the cache is written with it, and never again.
    fn entries(out: &Path) -> BTreeMap<String, (u64, i64, i64)> {
        let all = |folder: &Path| fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
        let seals = all(&cache(out)).filter(|kind| kind.is_dir()).flat_map(|kind| all(&kind).collect::<Vec<_>>());
        let seals = seals.map(|entry| entry.join("seal")).filter(|seal| seal.exists());
        let written = |seal: &Path| fs::metadata(seal).map(|file| (file.ino(), file.mtime(), file.mtime_nsec()));
        let name = |seal: &Path| seal.strip_prefix(cache(out)).expect("in it").display().to_string();
        seals.map(|seal| (name(&seal), written(&seal).expect("a file"))).collect()
    }
}
