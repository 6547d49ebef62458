//! `tritloom synth CONFIG...`: what designs cost in standard cells or on an FPGA, by synthesis.

use super::energy::{HEADER, Measured, Meter, works};
use super::{Report, Verdict, load_all, table};
use crate::arguments::{Fpga, Hierarchy, Synth};
use crate::built::Built;
use crate::diagnostic::{Diagnostic, code};
use crate::environment::{synthesiser, tool_failure};
use crate::terminal::Terminal;
use serde_json::{Value, json};
use tritloom_cost::kept_modules;
use tritloom_datapath::family::Family;
use tritloom_datapath::parameter::closest;
use tritloom_datapath::typical::Work;
use tritloom_flow::FlowError;
use tritloom_flow::synth::{CellLibrary, CellResult, CellSynthesis, Device, DeviceResult, Synthesiser, Task};
use tritloom_hdl::Design;

impl From<Fpga> for Device {
    fn from(device: Fpga) -> Device {
        match device {
            Fpga::Xilinx => Device::Xilinx,
            Fpga::Ice40 => Device::Ice40,
            Fpga::Ecp5 => Device::Ecp5,
        }
    }
}

/// What became of one design.
struct Synthesised {
    name: String,
    rows: Vec<[String; COLUMNS]>,
    /// What does not fit into a row.
    remarks: String,
    energy: Option<Measured>,
    /// Why there is no energy where one was asked for.
    failure: Option<Diagnostic>,
    json: Value,
}

const COLUMNS: usize = 7;

/// All designs are read and elaborated before the first is synthesised; what a tool fails on is told and does not keep the
/// others from being made.
pub fn synth(
    arguments: &Synth,
    families: &[&'static dyn Family],
    terminal: &Terminal,
) -> Result<Report, Vec<Diagnostic>> {
    let configurations = load_all(&arguments.configs, families)?;
    let designs = configurations.iter().map(Built::new).collect::<Result<Vec<_>, _>>()?;
    let tasks = designs.iter().map(|design| task(design, arguments)).collect::<Result<Vec<_>, _>>()?;
    let works = works(arguments, &designs)?;
    let meter = works.as_ref().map(|_| Meter::new()).transpose()?;
    let synthesiser = synthesiser()?;
    let target = Target::new(arguments, meter, &synthesiser)?;
    let progress = terminal.progress("synth", designs.len());
    let (mut made, mut failures) = (vec![], vec![]);
    for (number, (design, task)) in designs.iter().zip(&tasks).enumerate() {
        let name = &design.configuration.name;
        let work = works.as_ref().map(|works| &works[number]);
        match target.synthesise(design, task, work) {
            Ok(mut synthesised) => {
                failures.extend(synthesised.failure.take());
                made.push(synthesised);
            }
            Err(error) => failures.push(failure(name, &error)),
        }
        progress.step(name);
    }
    drop(progress);
    if made.is_empty() { Err(failures) } else { Ok(report(&target, &made, failures)) }
}

/// What stands in a design's name is told with the failure of a tool.
fn failure(name: &str, error: &FlowError) -> Diagnostic {
    tool_failure(error).note(format!("while synthesising `{name}`"))
}

/// The Verilog, and which modules stay modules.
fn task(design: &Built, arguments: &Synth) -> Result<Task, Vec<Diagnostic>> {
    let modules = design.hardware.census_by_module();
    let top = match &arguments.module {
        None => design.top().to_owned(),
        Some(wanted) => {
            let names = || modules.iter().map(|(name, _)| name.as_str());
            let found = names().find(|name| name == wanted).map(str::to_owned);
            found.ok_or_else(|| vec![unknown_module(design, wanted, &names().collect::<Vec<_>>())])?
        }
    };
    let kept = match arguments.hierarchy {
        Hierarchy::Flat => vec![],
        Hierarchy::Kept => kept_modules(&design.hardware, &top),
        Hierarchy::Outer => outer_modules(&design.hardware, &top),
    };
    Ok(Task { sources: design.sources(), top, kept })
}

/// Modules that are large enough to stay modules and stand in `top` itself.
fn outer_modules(design: &Design, top: &str) -> Vec<String> {
    let above = design.modules.iter().find(|module| module.name == top);
    let stands =
        |name: &String| above.is_some_and(|above| above.instances.iter().any(|part| part.module.name == *name));
    kept_modules(design, top).into_iter().filter(stands).collect()
}

fn unknown_module(design: &Built, wanted: &str, names: &[&str]) -> Diagnostic {
    let message = format!("`{}` has no module `{wanted}`", design.configuration.name);
    let suggestion = closest(wanted, names.iter().copied());
    Diagnostic::new(code::UNKNOWN_MODULE, message).legal(names.join(", ")).suggestion(suggestion)
}

/// What designs are made of.
enum Target<'a> {
    Cells { synthesiser: &'a Synthesiser, library: Box<CellLibrary>, arguments: &'a Synth, meter: Option<Meter> },
    Fpga { synthesiser: &'a Synthesiser, device: Fpga, multipliers: bool },
}

impl<'a> Target<'a> {
    fn new(
        arguments: &'a Synth,
        meter: Option<Meter>,
        synthesiser: &'a Synthesiser,
    ) -> Result<Target<'a>, Vec<Diagnostic>> {
        if let Some(device) = arguments.cells.fpga {
            return Ok(Target::Fpga { synthesiser, device, multipliers: !arguments.no_dsp });
        }
        let path = arguments.cells.liberty.as_deref().unwrap_or(std::path::Path::new(""));
        let library = CellLibrary::open(path).map_err(|error| vec![tool_failure(&error)])?;
        Ok(Target::Cells { synthesiser, library: Box::new(library), arguments, meter })
    }

    /// Energy is measured on `work`.
    fn synthesise(&self, design: &Built, task: &Task, work: Option<&Work>) -> Result<Synthesised, FlowError> {
        let name = &design.configuration.name;
        match self {
            Target::Cells { synthesiser, library, arguments, meter } => {
                let clock_ps = arguments.clock_ps;
                let made = synthesiser.cells(task, library, clock_ps, &synthesiser.settings(clock_ps))?;
                let measured = meter.as_ref().zip(work).map(|(meter, work)| {
                    meter.measure(synthesiser, (design, work), task, library, (clock_ps, made.best()))
                });
                let (energy, failure) = match measured.transpose() {
                    Ok(energy) => (energy, None),
                    Err(error) => (None, Some(failure(name, &error))),
                };
                Ok(Synthesised { energy, failure, ..in_cells(name, task, library, &made) }.with_energy())
            }
            Target::Fpga { synthesiser, device, multipliers } => {
                Ok(on_fpga(name, task, &synthesiser.device(task, (*device).into(), *multipliers)?))
            }
        }
    }

    fn header(&self) -> [&'static str; COLUMNS] {
        match self {
            Target::Cells { .. } => {
                ["design", "setting", "area um2", "NAND2", "registers %", "delay ps", "register to register ps"]
            }
            Target::Fpga { .. } => {
                ["design", "LUTs", "memory LUTs", "registers", "carry bits", "multipliers", "block memories"]
            }
        }
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        match self {
            Target::Cells { synthesiser, library, arguments, .. } => vec![
                ("yosys", synthesiser.yosys_version()),
                ("library", library.cells.name.clone()),
                ("clock", arguments.clock_ps.map_or("no target: smallest area".to_owned(), |ps| format!("{ps} ps"))),
                ("timing", synthesiser.timing_engine(library)),
                ("nand2", format!("{} of {} um2", library.nand2, library.nand2_area_um2)),
                (
                    "surroundings",
                    format!("inputs from {}, outputs drive {} fF", library.driver, library.output_load_ff),
                ),
            ],
            Target::Fpga { synthesiser, device, multipliers } => vec![
                ("yosys", synthesiser.yosys_version()),
                ("device", device.pass().to_owned()),
                ("multipliers", if *multipliers { "blocks" } else { "look-up tables" }.to_owned()),
            ],
        }
    }
}

impl Synthesised {
    /// Tells programs of the energy, where it was measured.
    fn with_energy(mut self) -> Synthesised {
        if let Some(energy) = &self.energy {
            self.json["energy"] = energy.json();
        }
        self
    }
}

fn in_cells(name: &str, task: &Task, library: &CellLibrary, made: &CellSynthesis) -> Synthesised {
    let rows = made.results.iter().enumerate().map(|(rank, result)| cell_row(name, rank, library, result)).collect();
    let best = made.best();
    let mut remarks = String::new();
    if best.modules.len() > 1 {
        remarks += &hierarchy(best);
    }
    if let Some(timing) = best.timing.as_ref().filter(|timing| !timing.path.is_empty()) {
        remarks += &format!("longest path ({} gates): {}\n", timing.gates, timing.path.join(" > "));
    }
    let json = json!({
        "design": name,
        "top": task.top,
        "nand2_equivalents": best.area_um2 / library.nand2_area_um2,
        "best": best,
        "settings": made.results,
    });
    Synthesised { name: name.to_owned(), rows, remarks, energy: None, failure: None, json }
}

fn cell_row(name: &str, rank: usize, library: &CellLibrary, result: &CellResult) -> [String; COLUMNS] {
    let delay = |delay_ps: Option<f64>| delay_ps.map_or("-".to_owned(), |delay_ps| format!("{delay_ps:.0}"));
    let timing = result.timing.as_ref();
    [
        if rank == 0 { name.to_owned() } else { String::new() },
        result.setting.name().to_owned(),
        format!("{:.2}", result.area_um2),
        format!("{:.0}", result.area_um2 / library.nand2_area_um2),
        format!("{:.0}", 100.0 * result.sequential_area_um2 / result.area_um2),
        delay(timing.map(|timing| timing.delay_ps)),
        delay(timing.and_then(|timing| timing.register_to_register_ps)),
    ]
}

fn hierarchy(result: &CellResult) -> String {
    let header = ["module", "uses", "area of one um2", "of all um2", "%"];
    let rows = result.modules.iter().map(|(name, module)| {
        [
            name.clone(),
            module.uses.to_string(),
            format!("{:.2}", module.own_area_um2),
            format!("{:.2}", module.total_area_um2),
            format!("{:.1}", 100.0 * module.total_area_um2 / result.area_um2),
        ]
    });
    table(&header, rows)
}

fn on_fpga(name: &str, task: &Task, result: &DeviceResult) -> Synthesised {
    let counts = [
        result.luts,
        result.memory_luts,
        result.registers,
        result.carry_bits,
        result.multipliers,
        result.block_memories,
    ];
    let mut row = std::array::from_fn(|_| name.to_owned());
    row[1..].iter_mut().zip(counts).for_each(|(cell, count)| *cell = count.to_string());
    let json = json!({"design": name, "top": task.top, "result": result});
    Synthesised { name: name.to_owned(), rows: vec![row], remarks: String::new(), energy: None, failure: None, json }
}

fn report(target: &Target, made: &[Synthesised], failures: Vec<Diagnostic>) -> Report {
    let rows = made.iter().flat_map(|design| design.rows.iter().cloned());
    let mut text = table(&target.header(), rows);
    for design in made.iter().filter(|design| !design.remarks.is_empty()) {
        text += &format!("\n{}\n{}", design.name, design.remarks);
    }
    let energies = made.iter().filter_map(|design| Some(design.energy.as_ref()?.row(&design.name)));
    let energies: Vec<_> = energies.collect();
    if !energies.is_empty() {
        text +=
            &format!("\nenergy, from the toggles of the best result's nets\n{}", table(&HEADER, energies.into_iter()));
    }
    let facts = target.facts();
    text += "\n";
    facts.iter().for_each(|(what, fact)| text += &format!("{what}: {fact}\n"));
    let status = if failures.is_empty() { "ok" } else { "incomplete" };
    let errors: Vec<Value> = failures.iter().map(Diagnostic::to_json).collect();
    let mut document = json!({"command": "synth", "status": status, "errors": errors});
    facts.into_iter().for_each(|(what, fact)| document[what] = fact.into());
    document["designs"] = made.iter().map(|design| design.json.clone()).collect();
    let verdict = if failures.is_empty() { Verdict::Passed } else { Verdict::Unknown(failures) };
    Report { text, json: document, verdict }
}
