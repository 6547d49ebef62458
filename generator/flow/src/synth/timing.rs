//! How long the longest path of a mapped design is.

use std::collections::HashMap;
use std::path::Path;
use std::process::Command;

use serde::{Deserialize, Serialize};

use super::CellLibrary;
use super::netlist::Module;
use super::program::Yosys;
use super::script::{LIBRARY, SURROUNDINGS};
use crate::Sources;
use crate::error::FlowError;
use crate::files::write_all;
use crate::process::succeed;
use crate::tools::find;

/// The longest path.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Timing {
    /// What measured it.
    pub engine: TimingEngine,
    /// The longest path of any kind.
    pub delay_ps: f64,
    /// The longest path from register to register, clock-to-output and set-up included; only OpenSTA knows it.
    pub register_to_register_ps: Option<f64>,
    /// The signals on the longest path that the source text names, from its beginning to its end.
    pub path: Vec<String>,
    /// How many gates it passes.
    pub gates: u64,
}

/// What measures paths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimingEngine {
    /// Paths between registers, inputs and outputs, with clock-to-output and set-up.
    OpenSta,
    /// `stime` of ABC: the gates between registers, inputs and outputs alone.
    Abc,
}

impl TimingEngine {
    /// For people.
    pub fn name(self) -> &'static str {
        match self {
            TimingEngine::OpenSta => "OpenSTA",
            TimingEngine::Abc => "ABC stime",
        }
    }
}

/// The old OpenSTA of Debian 12 equals current ones for these libraries; it is off for others.
const TRUSTED_BY_OLD: [&str; 2] = ["asap7", "gt2_"];

/// The clock period that is asked for, longer than any path.
const PERIOD_PS: f64 = 1e6;

/// OpenSTA, where it is installed.
#[derive(Clone, Debug)]
pub(super) struct OpenSta {
    program: std::path::PathBuf,
    pub(super) version: String,
}

impl OpenSta {
    pub(super) fn find() -> Option<OpenSta> {
        let program = find("sta")?;
        let version = succeed("sta", Command::new(&program).arg("-version")).ok()?.trim().to_owned();
        Some(OpenSta { program, version })
    }

    /// Whether its delays are right for a library: known for the old one, taken for granted of newer ones.
    pub(super) fn is_trusted(&self, library: &str) -> bool {
        !self.version.starts_with("2.0.") || TRUSTED_BY_OLD.iter().any(|known| library.starts_with(known))
    }

    pub(super) fn measure(&self, folder: &Path, module: &Module, library: &CellLibrary) -> Result<Timing, FlowError> {
        let files = [("plain.v", module.plain_verilog()), ("timing.tcl", self.script(module, library))];
        let files: Sources = files.map(|(name, text)| (name.to_owned(), text)).into_iter().collect();
        write_all(folder, &files)?;
        let mut command = Command::new(&self.program);
        let output = succeed("sta", command.current_dir(folder).args(["-no_splash", "-exit", "timing.tcl"]))?;
        let (all, between) = output.split_once(SEPARATOR).unwrap_or((&output, ""));
        let unit_ps = library.cells.time_unit_ps;
        let path = StaPath::read(all).ok_or_else(|| FlowError::answer("sta", output.trim_end()))?;
        let delay_ps = |slack: f64| PERIOD_PS - slack * unit_ps;
        let names = module.names();
        let mut signals: Vec<String> = path.nets.iter().filter_map(|net| known_name(&names, net)).collect();
        signals.extend(module.output_net(&path.endpoint, &library.cells).and_then(|net| known_name(&names, &net)));
        signals.dedup();
        Ok(Timing {
            engine: TimingEngine::OpenSta,
            delay_ps: delay_ps(path.slack),
            register_to_register_ps: StaPath::read(between).map(|path| delay_ps(path.slack)),
            path: signals,
            gates: path.gates,
        })
    }

    fn script(&self, module: &Module, library: &CellLibrary) -> String {
        let period = PERIOD_PS / library.cells.time_unit_ps;
        let load = library.output_load_ff / library.cells.capacitance_unit_ff;
        let ports = if module.has_input(CLOCK) { format!(" [get_ports {CLOCK}]") } else { String::new() };
        let report = "report_checks -path_delay max -digits 4 -fields {net}";
        format!(
            "read_liberty {LIBRARY}\nread_verilog plain.v\nlink_design top\n\
             create_clock -name clock -period {period}{ports}\nset_input_delay 0 -clock clock [all_inputs]\n\
             set_output_delay 0 -clock clock [all_outputs]\nset_driving_cell -lib_cell {} [all_inputs]\n\
             set_load {load} [all_outputs]\n{report}\nputs {{{SEPARATOR}}}\n\
             {report} -from [all_registers -clock_pins] -to [all_registers -data_pins]\n",
            library.driver
        )
    }
}

/// The clock of every design.
const CLOCK: &str = "clk_i";

/// Stands between two reports.
const SEPARATOR: &str = "== between registers";

/// A path as `report_checks` prints it.
struct StaPath {
    slack: f64,
    nets: Vec<String>,
    gates: u64,
    endpoint: String,
}

impl StaPath {
    fn read(report: &str) -> Option<StaPath> {
        let mut path = StaPath { slack: f64::NAN, nets: vec![], gates: 0, endpoint: String::new() };
        for line in report.lines() {
            let words: Vec<&str> = line.split_whitespace().collect();
            match words.as_slice() {
                ["Endpoint:", name, ..] => path.endpoint = (*name).to_owned(),
                [_, net, "(net)"] => path.nets.push((*net).to_owned()),
                [_, _, "^" | "v", pin, _] if pin.contains('/') => path.gates += 1,
                [slack, "slack", ..] => path.slack = slack.parse().ok()?,
                _ => {}
            }
        }
        // The endpoint's own line stands among those of gates.
        path.gates = path.gates.saturating_sub(1);
        path.slack.is_finite().then_some(path)
    }
}

/// ABC's own timing of the gates.
pub(super) fn measure_gates(
    yosys: &Yosys,
    folder: &Path,
    module: &Module,
    library: &CellLibrary,
) -> Result<Option<Timing>, FlowError> {
    let gates = module.gates_as_blif(&library.cells);
    let files = Sources::from_iter([("gates.blif".to_owned(), gates.text)]);
    write_all(folder, &files)?;
    let script = format!("read_lib {LIBRARY}; read_constr {SURROUNDINGS}; read_blif gates.blif; topo; stime -p");
    let mut command = Command::new(&yosys.abc);
    let output = succeed("abc", command.current_dir(folder).args(["-q", &script]))?;
    let Some(delay_ps) = number_behind(&output, "Delay =") else { return Ok(None) };
    let names = module.names();
    let end = |mark: &str, nets: &[String]| {
        let position = number_behind(&output, mark)? as usize;
        known_name(&names, nets.get(position)?)
    };
    let path = [end("Start-point = pi", &gates.inputs), end("End-point = po", &gates.outputs)];
    Ok(Some(Timing {
        engine: TimingEngine::Abc,
        delay_ps,
        register_to_register_ps: None,
        path: path.into_iter().flatten().collect(),
        gates: output.lines().filter(|line| line.starts_with("Path ")).count().saturating_sub(1) as u64,
    }))
}

fn number_behind(text: &str, mark: &str) -> Option<f64> {
    let rest = text.split_once(mark)?.1.trim_start();
    let end = rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(rest.len());
    rest[..end].trim_end_matches('.').parse().ok()
}

/// The name that a reader knows of a net such as `n12`.
fn known_name(names: &HashMap<u64, String>, net: &str) -> Option<String> {
    names.get(&net.strip_prefix('n')?.parse().ok()?).cloned()
}
