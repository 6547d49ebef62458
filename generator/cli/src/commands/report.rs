//! `tritloom report DOCUMENT...`: what a sweep and a validation found, as one page and as plots.

mod documents;

use super::{Report as Outcome, counted};
use crate::arguments::Report as Arguments;
use crate::diagnostic::{Diagnostic, code};
use crate::output::{Files, Target};
use crate::{network, output, technology};
use documents::{Document, Sweep};
use serde_json::json;
use std::fs;
use std::path::PathBuf;
use tritloom_cost::{Network, Platform, Technology, evaluate};
use tritloom_datapath::family::Family;
use tritloom_datapath::parameter::{Parameters, closest};
use tritloom_datapath::registry;
use tritloom_flow::tools;
use tritloom_report::plot::{Axes, Column, plots};
use tritloom_report::{Breakdown, Group, Point, Report, Roof, Roofline, Workload, page};

/// Configurations of the front whose parts are shown.
const MOST_BREAKDOWNS: usize = 24;

/// Reads every document first; writes what is asked for.
pub fn report(arguments: &Arguments) -> Result<Outcome, Vec<Diagnostic>> {
    let read: Vec<PathBuf> = arguments.documents.iter().map(|path| documents::file(path)).collect();
    let read = || read.iter().map(PathBuf::as_path);
    arguments.out.as_deref().map(|path| output::check_file(path, read())).transpose()?;
    let documents = documents::read_all(&arguments.documents)?;
    if documents.iter().filter(|document| matches!(document, Document::Sweep(_))).count() > 1 {
        let refusal = Diagnostic::new(code::DOCUMENT, "a report shows one sweep, and several are given");
        return Err(vec![refusal.note("make a page for each")]);
    }
    let network = arguments.network.as_deref().map(network::load).transpose()?;
    let library = arguments.out.as_ref().map(|_| library()).transpose()?;
    let folder = arguments.plots.as_deref().map(|folder| Target::new(folder, &arguments.documents)).transpose()?;
    let mut report = Report { title: title(&documents), ..Report::default() };
    for document in documents {
        match document {
            Document::Sweep(sweep) => add_sweep(&mut report, *sweep, arguments, network.as_ref())?,
            Document::Validation(validation) => report.comparisons.extend(validation.comparisons()),
        }
    }
    let axes = axes(arguments, &report)?;
    let mut text = String::new();
    let mut json = json!({"command": "report", "status": "ok", "points": report.points()});
    if let (Some(path), Some(library)) = (&arguments.out, library) {
        let page = page(&report, &library);
        output::write_file(path, page.as_bytes())?;
        let configurations = counted(report.points() as u64, "configuration");
        text += &format!("{}: {configurations}, {} bytes\n", path.display(), page.len());
        json["page"] = path.display().to_string().into();
        json["bytes"] = page.len().into();
    }
    if let (Some(path), Some(folder)) = (&arguments.plots, folder) {
        let plots = plots(&report, &axes).into_iter().map(|(name, plot)| (PathBuf::from(name), plot.into_bytes()));
        let plots: Files = plots.collect();
        let names: Vec<String> = plots.keys().map(|name| name.display().to_string()).collect();
        folder.write(plots)?;
        text += &format!("{}: {}\n", path.display(), names.join(", "));
        json["plots"] = json!({"folder": path.display().to_string(), "files": names});
    }
    Ok(Outcome::passed(text, json))
}

/// What the plot of the configurations shows; every name that is none is told.
fn axes(arguments: &Arguments, report: &Report) -> Result<Axes, Vec<Diagnostic>> {
    let mut problems = vec![];
    let mut column = |option: &str, name: Option<&String>, is_axis: bool| {
        let name = name?;
        let suits = |column: &Column| !is_axis || report.placed(&[column]) > 0;
        let column = report.column(name);
        if column.as_ref().is_some_and(suits) {
            return column;
        }
        let reason = if column.is_some() { "no configuration has a number there" } else { "no quantity or parameter" };
        let columns = report.columns();
        let legal = |name: &&&str| report.column(name).as_ref().is_some_and(suits);
        let legal: Vec<&str> = columns.iter().filter(legal).copied().collect();
        let suggestion = closest(name, legal.iter().copied());
        let problem = Diagnostic::new(code::DOCUMENT, format!("`{option} {name}`: {reason}"));
        problems.push(problem.legal(legal.join(", ")).suggestion(suggestion));
        None
    };
    let horizontal = column("--x", arguments.x.as_ref(), true).unwrap_or(Column::Quantity(report.axes.0));
    let vertical = column("--y", arguments.y.as_ref(), true).unwrap_or(Column::Quantity(report.axes.1));
    let color = column("--color", arguments.color.as_ref(), false);
    if problems.is_empty() && report.points() > 0 && report.placed(&[&horizontal, &vertical]) == 0 {
        let [x, y] = [&horizontal, &vertical].map(|column| report.name_of(column));
        let message = format!("no configuration has both `{x}` and `{y}`");
        problems.push(Diagnostic::new(code::DOCUMENT, message).note("a plot needs configurations with both"));
    }
    if problems.is_empty() { Ok(Axes { horizontal, vertical, color }) } else { Err(problems) }
}

/// The plotting library, which the page carries.
fn library() -> Result<String, Vec<Diagnostic>> {
    let missing = || {
        let diagnostic = Diagnostic::new(code::TOOL, "Apache ECharts, which a page carries, is not installed");
        vec![diagnostic.note(format!("install it with: {}", tools::INSTALL_ECHARTS))]
    };
    let path = tools::plotting_library().ok_or_else(missing)?;
    fs::read_to_string(&path)
        .map_err(|error| vec![Diagnostic::new(code::TOOL, format!("`{}` cannot be read: {error}", path.display()))])
}

fn title(documents: &[Document]) -> String {
    let sweep = documents.iter().find_map(|document| match document {
        Document::Sweep(sweep) => Some(format!("{} in {}", sweep.name, sweep.technology)),
        Document::Validation(_) => None,
    });
    sweep.unwrap_or_else(|| "The cost model against synthesis".into())
}

fn add_sweep(
    report: &mut Report,
    sweep: Sweep,
    arguments: &Arguments,
    network: Option<&Network>,
) -> Result<(), Vec<Diagnostic>> {
    report.summary.push(sweep.summary());
    report.comparisons.extend(sweep.comparisons());
    let technology = technology::load(arguments.technology.as_deref().unwrap_or(&sweep.technology))?;
    let front = designs_of_front(&sweep.groups)?;
    report.breakdowns = front.iter().take(MOST_BREAKDOWNS).map(|design| design.breakdown(&technology)).collect();
    if front.len() > MOST_BREAKDOWNS {
        report.summary.push(format!("Parts are shown of the first {MOST_BREAKDOWNS} of the front."));
    }
    report.axes = sweep.axes();
    report.quantities = sweep.quantities();
    report.groups = sweep.groups;
    report.thin(arguments.points);
    if let Some(network) = network {
        report.roofline = Some(roofline(network, &designs_of_front(&report.groups)?, arguments));
    }
    Ok(())
}

/// A configuration of the front.
struct Design {
    name: String,
    number: u64,
    family: &'static dyn Family,
    parameters: Parameters,
}

fn designs_of_front(groups: &[Group]) -> Result<Vec<Design>, Vec<Diagnostic>> {
    let all = groups.iter().flat_map(|group| group.points.iter().map(move |point| (group, point)));
    all.filter(|(_, point)| point.front).map(|(group, point)| design(group, point)).collect()
}

fn design(group: &Group, point: &Point) -> Result<Design, Vec<Diagnostic>> {
    let name = group.name(point);
    let refused =
        |reason: &str| vec![Diagnostic::new(code::DOCUMENT, format!("`{name}` is no configuration: {reason}"))];
    let family = registry::find(&group.family).ok_or_else(|| refused("there is no such family"))?;
    let given = group.parameters.iter().cloned().zip(point.parameters.iter().filter_map(documents::given));
    let parameters = registry::resolve(family, given)
        .map_err(|problems| refused(&problems.first().map(|problem| problem.message.clone()).unwrap_or_default()))?;
    Ok(Design { name: name.clone(), number: point.number, family, parameters })
}

impl Design {
    fn breakdown(&self, technology: &Technology) -> Breakdown {
        let parts = evaluate(technology, self.family, &self.parameters).parts;
        let amount = |amounts: tritloom_cost::Amounts| match technology.is_fpga() {
            true => amounts.luts,
            false => amounts.area_um2,
        };
        let unit = if technology.is_fpga() { "LUTs" } else { "um2" };
        let parts = parts.into_iter().map(|(part, amounts)| (part.to_owned(), amount(amounts)));
        Breakdown { name: self.name.clone(), unit: unit.into(), parts: parts.collect() }
    }
}

/// Two operations a weight: its product and the addition.
fn roofline(network: &Network, front: &[Design], arguments: &Arguments) -> Roofline {
    let platform = Platform { clock_mhz: arguments.clock_mhz, bandwidth_gb_per_s: arguments.bandwidth };
    let workload = |design: &Design| {
        let estimate = network.estimate(design.family, &design.parameters, &platform);
        let operations = 2.0 * estimate.weights as f64;
        Workload {
            family: design.family.name().to_owned(),
            number: design.number,
            operations_a_byte: operations / (estimate.weight_bits_a_token as f64 / 8.0),
            peak_gop_per_s: operations / estimate.cycles_a_token as f64 * platform.clock_mhz / 1e3,
        }
    };
    Roofline {
        title: format!("{}, token by token, at {} MHz", network.network, platform.clock_mhz),
        roofs: vec![Roof { name: "memory".into(), bandwidth_gb_per_s: platform.bandwidth_gb_per_s }],
        workloads: front.iter().map(workload).collect(),
    }
}
