//! Synthesis: what a design costs in standard cells or in the cells of an FPGA.
//!
//! Every result is kept in the cache under the hash of sources, library, script and versions of the tools, so that
//! nothing is synthesised twice.

mod energy;
mod gate_level;
mod gate_work;
mod library;
mod netlist;
mod program;
mod script;
mod timing;

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::Sources;
use crate::build::Verilator;
use crate::cache::{Cache, hash};
use crate::error::FlowError;
use crate::files::{read, write_all};
use crate::liberty::State;
use crate::process::side_by_side;
use netlist::{Module, Netlist};
use timing::OpenSta;

pub use energy::{Energy, Stimulus};
pub use library::CellLibrary;
pub(crate) use program::Yosys;
pub use timing::{Timing, TimingEngine};

/// The cache's entries of results.
const RESULTS: &str = "synthesis";

/// How many of them the cache holds: some kilobytes each.
const RESULTS_KEPT: usize = 20_000;

/// The cache's entries of designs in gates of no library, for whichever library comes next.
const GATES: &str = "gates";

/// How many of them the cache holds: up to some megabytes each.
const GATES_KEPT: usize = 1000;

/// The file of a result.
const RESULT: &str = "result.json";

/// A design to synthesise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// The Verilog.
    pub sources: Sources,
    /// The module to synthesise, with what stands in it.
    pub top: String,
    /// Modules that stay modules: they are mapped once and their area is told apart. All others become part of the
    /// module that they stand in.
    pub kept: Vec<String>,
}

/// How Yosys may go about a design. No setting is the best for every design.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Setting {
    /// `synth`: adders of products merge with them.
    Plain,
    /// `synth -booth`: multipliers recode an operand.
    Booth,
    /// `synth -noalumacc`: adders and products stay apart.
    NoAlumacc,
    /// `synth -noabc`, and no rewriting for area before the cells are chosen: a prefix tree stays a tree, and `+` is one.
    /// The others make a chain of carries of both.
    Depth,
}

impl Setting {
    /// All of them.
    pub const ALL: [Setting; 4] = [Setting::Plain, Setting::Booth, Setting::NoAlumacc, Setting::Depth];

    /// Those that make a design small.
    pub const SMALL: [Setting; 3] = [Setting::Plain, Setting::Booth, Setting::NoAlumacc];

    fn options(self) -> &'static str {
        match self {
            Setting::Plain => "",
            Setting::Booth => " -booth",
            Setting::NoAlumacc => " -noalumacc",
            Setting::Depth => " -noabc",
        }
    }

    /// For people.
    pub fn name(self) -> &'static str {
        match self {
            Setting::Plain => "plain",
            Setting::Booth => "-booth",
            Setting::NoAlumacc => "-noalumacc",
            Setting::Depth => "depth",
        }
    }
}

/// A device of which cells are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Device {
    /// AMD UltraScale+.
    Xilinx,
    /// Lattice iCE40.
    Ice40,
    /// Lattice ECP5.
    Ecp5,
}

/// A design in standard cells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CellResult {
    /// How it was made.
    pub setting: Setting,
    /// The area of all cells.
    pub area_um2: f64,
    /// The part of it that flip-flops and latches take.
    pub sequential_area_um2: f64,
    /// What it takes when every net but the clock toggles once.
    pub toggle_energy_fj: f64,
    /// What the clock takes in the flip-flops in every cycle, without the wires to them.
    pub clock_energy_fj: f64,
    /// What all cells leak.
    pub leakage_nw: f64,
    /// How many cells.
    pub cells: u64,
    /// How many flip-flops and latches among them.
    pub registers: u64,
    /// Modules that stayed modules, by name.
    pub modules: BTreeMap<String, ModuleArea>,
    /// `None` for a design without gates between its ports and registers.
    pub timing: Option<Timing>,
}

/// The area of a module.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModuleArea {
    /// How often it stands in the design.
    pub uses: u64,
    /// Of one of them, without the modules in it.
    pub own_area_um2: f64,
    /// Of all of them, without the modules in them: these parts add up to the design.
    pub total_area_um2: f64,
}

/// A design in standard cells, as every setting makes it.
#[derive(Clone, Debug, PartialEq)]
pub struct CellSynthesis {
    /// The settings' results, the best first.
    pub results: Vec<CellResult>,
}

impl CellSynthesis {
    /// The best of the results.
    pub fn best(&self) -> &CellResult {
        &self.results[0]
    }
}

/// A design in the cells of an FPGA.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceResult {
    /// Look-up tables of logic, of whatever number of inputs.
    pub luts: u64,
    /// Look-up tables that serve as memory or shift register.
    pub memory_luts: u64,
    /// Flip-flops.
    pub registers: u64,
    /// Bits of carry chains.
    pub carry_bits: u64,
    /// Multiplier blocks.
    pub multipliers: u64,
    /// Block memories.
    pub block_memories: u64,
    /// All cells by kind.
    pub cells: BTreeMap<String, u64>,
}

/// Yosys with the tools around it, and the cache of what they made.
#[derive(Clone, Debug)]
pub struct Synthesiser {
    yosys: Yosys,
    sta: Option<OpenSta>,
    cache: Cache,
    /// How much to do at a time.
    jobs: usize,
}

impl Synthesiser {
    /// Finds the tools. The directory `cache` is created where it is missing; `jobs` is how much to do at a time.
    pub fn open(cache: &Path, jobs: usize) -> Result<Synthesiser, FlowError> {
        let cache = Cache::open(cache)?;
        cache.trim(RESULTS, RESULTS_KEPT);
        cache.trim(GATES, GATES_KEPT);
        Ok(Synthesiser { yosys: Yosys::find()?, sta: OpenSta::find(), cache, jobs })
    }

    /// The version of Yosys, without the compiler that built it.
    pub fn yosys_version(&self) -> String {
        match self.yosys.version.split_once(',') {
            Some((version, _)) => format!("{version})"),
            None => self.yosys.version.clone(),
        }
    }

    /// What measures the delays of designs in a library, with its version.
    pub fn timing_engine(&self, library: &CellLibrary) -> String {
        match self.trusted_sta(library) {
            Some(sta) => format!("OpenSTA {}", sta.version),
            None => "ABC stime (gates only: no clock-to-output, no set-up)".to_owned(),
        }
    }

    /// What Yosys is told to map a design to standard cells.
    pub fn cell_script(&self, task: &Task, clock_ps: Option<u32>, setting: Setting) -> String {
        script::to_gates(&task.sources, &task.top, &task.kept, setting)
            + &script::to_cells(&task.kept, setting, clock_ps)
    }

    /// What Yosys is told to map a design to a device.
    pub fn device_script(&self, task: &Task, device: Device, multipliers: bool) -> String {
        script::for_device(&task.sources, &task.top, &task.kept, device, multipliers)
    }

    /// The settings worth trying that this Yosys knows: without a clock to meet, those that make a design small.
    pub fn settings(&self, clock_ps: Option<u32>) -> Vec<Setting> {
        let all: &[Setting] = if clock_ps.is_some() { &Setting::ALL } else { &Setting::SMALL };
        all.iter().copied().filter(|setting| *setting != Setting::Booth || self.yosys.knows_booth()).collect()
    }

    /// Synthesises a design with every setting. Without a clock to meet, the best is the smallest; with one it is the
    /// smallest of those that meet it, or else the quickest.
    pub fn cells(
        &self,
        task: &Task,
        library: &CellLibrary,
        clock_ps: Option<u32>,
        settings: &[Setting],
    ) -> Result<CellSynthesis, FlowError> {
        let made = side_by_side(self.jobs, settings, |setting| self.with_setting(task, library, clock_ps, *setting));
        let mut results = made.into_iter().collect::<Result<Vec<_>, _>>()?;
        let rank = |result: &CellResult| {
            let delay_ps = result.timing.as_ref().map_or(0.0, |timing| timing.delay_ps);
            let late_ps = clock_ps.map_or(0.0, |clock_ps| (delay_ps - f64::from(clock_ps)).max(0.0));
            (late_ps, result.area_um2)
        };
        results.sort_by(|left, right| rank(left).partial_cmp(&rank(right)).unwrap_or(std::cmp::Ordering::Equal));
        Ok(CellSynthesis { results })
    }

    fn with_setting(
        &self,
        task: &Task,
        library: &CellLibrary,
        clock_ps: Option<u32>,
        setting: Setting,
    ) -> Result<CellResult, FlowError> {
        let script = self.cell_script(task, clock_ps, setting);
        let timing = self.timing_engine(library);
        let extra = [library.hash(), &timing, &library.surroundings()];
        self.kept_result(task, &script, &extra, |folder| {
            self.map(folder, task, library, clock_ps, setting)?;
            let (mapped, flat) = (netlist(folder, script::MAPPED)?, netlist(folder, script::FLAT)?);
            let mut result = areas(&mapped, task, library, setting)?;
            result.timing = self.timing(folder, flat_module(&flat, task)?, library)?;
            Ok(result)
        })
    }

    /// Measures what the gates take that a setting makes of a design: they are simulated in its place, and a result that is
    /// not the golden one is an error.
    pub fn energy(
        &self,
        verilator: &Verilator,
        task: &Task,
        library: &CellLibrary,
        (clock_ps, setting): (Option<u32>, Setting),
        stimulus: &Stimulus,
    ) -> Result<Energy, FlowError> {
        let script = self.cell_script(task, clock_ps, setting);
        let extra = [library.hash(), &library.surroundings(), &stimulus.hash(verilator, &task.top)];
        self.kept_result(task, &script, &extra, |folder| {
            self.map(folder, task, library, clock_ps, setting)?;
            let flat = netlist(folder, script::FLAT)?;
            energy::measure(verilator, (task, flat_module(&flat, task)?), library, stimulus)
        })
    }

    /// Writes the netlists of a design in a library's cells.
    fn map(
        &self,
        folder: &Path,
        task: &Task,
        library: &CellLibrary,
        clock_ps: Option<u32>,
        setting: Setting,
    ) -> Result<(), FlowError> {
        library.place(folder)?;
        self.place_gates(folder, task, setting)?;
        write_all(folder, &one(SCRIPT, script::to_cells(&task.kept, setting, clock_ps)))?;
        self.yosys.run(folder, SCRIPT).map_err(|error| library.blamed(error)).map(|_| ())
    }

    /// Writes the design in gates of no library: the longer part of synthesis, and the same for every library.
    fn place_gates(&self, folder: &Path, task: &Task, setting: Setting) -> Result<(), FlowError> {
        let script = script::to_gates(&task.sources, &task.top, &task.kept, setting);
        let texts = task.sources.iter().flat_map(|(name, text)| [name.as_str(), text.as_str()]);
        let key = hash([self.yosys.version.as_str(), script.as_str()].into_iter().chain(texts));
        let entry = self.cache.entry(GATES, &key, |entry| {
            let folder = self.cache.scratch()?;
            write_all(folder.path(), &task.sources)?;
            write_all(folder.path(), &one(SCRIPT, script.clone()))?;
            self.yosys.run(folder.path(), SCRIPT)?;
            write_all(entry, &one(script::GENERIC, read(&folder.path().join(script::GENERIC))?))
        })?;
        write_all(folder, &one(script::GENERIC, read(&entry.join(script::GENERIC))?))
    }

    fn timing(&self, folder: &Path, module: &Module, library: &CellLibrary) -> Result<Option<Timing>, FlowError> {
        match self.trusted_sta(library) {
            Some(sta) => sta.measure(folder, module, library).map(Some),
            None => timing::measure_gates(&self.yosys, folder, module, library),
        }
    }

    fn trusted_sta(&self, library: &CellLibrary) -> Option<&OpenSta> {
        self.sta.as_ref().filter(|sta| sta.is_trusted(&library.cells.name))
    }

    /// Synthesises a design for a device; without `multipliers` products are made of look-up tables.
    pub fn device(&self, task: &Task, device: Device, multipliers: bool) -> Result<DeviceResult, FlowError> {
        let script = self.device_script(task, device, multipliers);
        self.kept_result(task, &script, &[], |folder| {
            self.yosys.run(folder, SCRIPT)?;
            let flat = netlist(folder, script::FLAT)?;
            Ok(device_result(flat_module(&flat, task)?))
        })
    }

    /// The result in the cache; `make` gets a folder with sources and script when there is none yet.
    fn kept_result<T: Serialize + for<'a> Deserialize<'a>>(
        &self,
        task: &Task,
        script: &str,
        extra: &[&str],
        make: impl FnOnce(&Path) -> Result<T, FlowError>,
    ) -> Result<T, FlowError> {
        let texts = task.sources.iter().flat_map(|(name, text)| [name.as_str(), text.as_str()]);
        let known = [FORM, self.yosys.version.as_str(), script];
        let key = hash(known.into_iter().chain(extra.iter().copied()).chain(texts));
        let entry = self.cache.entry(RESULTS, &key, |entry| {
            let folder = self.cache.scratch()?;
            write_all(folder.path(), &task.sources)?;
            write_all(folder.path(), &one(SCRIPT, script.to_owned()))?;
            let result = make(folder.path())?;
            let text = serde_json::to_string(&result).map_err(|error| FlowError::answer("yosys", error))?;
            write_all(entry, &one(RESULT, text))
        })?;
        let text = read(&entry.join(RESULT))?;
        serde_json::from_str(&text).map_err(|error| FlowError::answer("the cache", error))
    }
}

/// The script that Yosys runs.
const SCRIPT: &str = "script.ys";

/// Changes where results of the same inputs change their form or meaning.
const FORM: &str = "3";

fn one(name: &str, text: String) -> Sources {
    Sources::from_iter([(name.to_owned(), text)])
}

fn netlist(folder: &Path, name: &str) -> Result<Netlist, FlowError> {
    Netlist::read(&read(&folder.join(name))?)
}

fn flat_module<'a>(netlist: &'a Netlist, task: &Task) -> Result<&'a Module, FlowError> {
    let missing = || FlowError::answer("yosys", format!("its netlist has no module `{}`", task.top));
    netlist.modules.get(&task.top).ok_or_else(missing)
}

/// Areas by module; an error where a cell is not of the library.
fn areas(mapped: &Netlist, task: &Task, library: &CellLibrary, setting: Setting) -> Result<CellResult, FlowError> {
    let mut result = CellResult {
        setting,
        area_um2: 0.0,
        sequential_area_um2: 0.0,
        toggle_energy_fj: 0.0,
        clock_energy_fj: 0.0,
        leakage_nw: 0.0,
        cells: 0,
        registers: 0,
        modules: BTreeMap::new(),
        timing: None,
    };
    for (name, uses) in mapped.uses(&task.top) {
        let mut own_area_um2 = 0.0;
        for (kind, count) in mapped.modules[&name].counts() {
            if mapped.modules.contains_key(kind) || kind == "$scopeinfo" {
                continue;
            }
            let cell = library.cells.cells.get(kind).ok_or_else(|| library.lacks(kind))?;
            let area_um2 = cell.area_um2 * count as f64;
            own_area_um2 += area_um2;
            let all = (count * uses) as f64;
            result.toggle_energy_fj += cell.toggle_energy_fj() * all;
            result.clock_energy_fj += cell.clock_energy_fj() * all;
            result.leakage_nw += cell.leakage_nw * all;
            result.cells += count * uses;
            if cell.state != State::None {
                result.registers += count * uses;
                result.sequential_area_um2 += area_um2 * uses as f64;
            }
        }
        let total_area_um2 = own_area_um2 * uses as f64;
        result.area_um2 += total_area_um2;
        result.modules.insert(name, ModuleArea { uses, own_area_um2, total_area_um2 });
    }
    Ok(result)
}

fn device_result(module: &Module) -> DeviceResult {
    let mut result = DeviceResult::default();
    for (kind, count) in module.counts() {
        let (field, factor) = match kind {
            "$scopeinfo" => continue,
            _ if kind.starts_with("RAM") || kind.starts_with("SRL") || kind == "TRELLIS_DPR16X4" => {
                memory_field(&mut result, kind)
            }
            _ if kind.starts_with("LUT") || kind == "SB_LUT4" => (&mut result.luts, 1),
            // An inverter is a table of one input unless it is swallowed, and Yosys swallows all that it can.
            "INV" => (&mut result.luts, 1),
            _ if kind.starts_with("FD") || kind.starts_with("SB_DFF") || kind == "TRELLIS_FF" => {
                (&mut result.registers, 1)
            }
            "CARRY4" => (&mut result.carry_bits, 4),
            "CARRY8" => (&mut result.carry_bits, 8),
            "SB_CARRY" => (&mut result.carry_bits, 1),
            "CCU2C" => (&mut result.carry_bits, 2),
            "DSP48E2" | "SB_MAC16" | "MULT18X18D" => (&mut result.multipliers, 1),
            "SB_RAM40_4K" | "DP16KD" | "PDPW16KD" => (&mut result.block_memories, 1),
            _ if kind.starts_with("URAM") => (&mut result.block_memories, 1),
            _ => {
                result.cells.insert(kind.to_owned(), count);
                continue;
            }
        };
        *field += count * factor;
        result.cells.insert(kind.to_owned(), count);
    }
    result
}

/// Memories of AMD: block memories are `RAMB...`; the others take as many tables as their kind says.
fn memory_field<'a>(result: &'a mut DeviceResult, kind: &str) -> (&'a mut u64, u64) {
    match kind {
        _ if kind.starts_with("RAMB") => (&mut result.block_memories, 1),
        "RAM32M" | "RAM64M" | "TRELLIS_DPR16X4" => (&mut result.memory_luts, 4),
        "RAM32M16" | "RAM64M8" => (&mut result.memory_luts, 8),
        "RAM32X1D" | "RAM64X1D" => (&mut result.memory_luts, 2),
        "RAM128X1D" => (&mut result.memory_luts, 4),
        "RAM256X1D" => (&mut result.memory_luts, 8),
        _ => (&mut result.memory_luts, 1),
    }
}
