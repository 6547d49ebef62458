//! How often nets toggle, counted in Verilator.
//!
//! The bench runs one scenario and writes a trace (IEEE 1364-2005, 18: value change dump) with one sample a cycle, before
//! the rising edge, when all logic has settled: what changes between two samples has toggled. A simulation by cycles
//! knows no glitches.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;
use tritloom_datapath::interface::{Beat, Interface, Scenario};
use tritloom_emit::bench::{
    DesignUnderTest, HARNESS, MODEL_CLASS, VERILATOR_FLAGS, WRAPPER, instance, traced_main_program, wrapper,
};
use tritloom_emit::verilog::instance_name;
use tritloom_hdl::{Design as Hardware, Instance, Module, ModuleData};

use crate::bench::RunOptions;
use crate::build::{Model, Verilator};
use crate::check::sources;
use crate::error::FlowError;
use crate::files::{surroundings, write_all};
use crate::process::succeed;
use crate::tools;

/// What is traced at most: everything.
const LIMITS: [&str; 5] = ["--trace", "--trace-max-width", "100000000", "--trace-max-array", "100000000"];

/// Where Verilator writes.
const GENERATED: &str = "traced";

/// The trace in its folder.
const TRACE: &str = "trace.vcd";

/// Bits of nets, and how often they have toggled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Toggles {
    /// Of all nets of all instances; a net that several modules see counts in each.
    pub bits: u64,
    /// Of all of them in all cycles.
    pub toggles: u64,
}

/// What a simulation has counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Activity {
    /// From one sample to the next.
    pub cycles: u64,
    /// By module.
    pub modules: BTreeMap<String, Toggles>,
}

impl Activity {
    /// How often a net of a module toggles in a cycle, in the mean; `None` where the module has no nets.
    pub fn toggles_a_cycle(&self, module: &str) -> Option<f64> {
        let Toggles { bits, toggles } = self.modules.get(module)?;
        Some(*toggles as f64 / (*bits * self.cycles.max(1)) as f64)
    }
}

/// The scenario to measure: of those at full speed, without gaps, stalls or resets, the one with most different beats.
/// Corners are none, however much the noise in bits that nothing reads differs.
pub fn busiest(scenarios: &[Scenario]) -> Option<&Scenario> {
    let at_full_speed = |scenario: &&Scenario| {
        let gaps = scenario.inputs.iter().flatten().any(|(gap, _)| *gap > 0);
        let is_corner = scenario.name.contains("corner");
        !is_corner && !gaps && scenario.ready.iter().all(|ready| *ready == u64::MAX) && scenario.abort_after.is_none()
    };
    let different = |scenario: &&Scenario| -> usize {
        let beats = |stream: &[(u32, Beat)]| stream.iter().map(|(_, beat)| beat).collect::<BTreeSet<_>>().len();
        scenario.inputs.iter().map(|stream| beats(stream)).sum()
    };
    scenarios.iter().filter(at_full_speed).max_by_key(different)
}

/// A design with its bench, that writes a trace.
pub struct Traced<'a> {
    hardware: &'a Hardware,
    model: Model,
    trace: PathBuf,
    /// Where all of it lies.
    _folder: TempDir,
}

impl Verilator {
    /// Builds what counts a design's toggles.
    pub fn traced<'a>(&self, hardware: &'a Hardware, interface: &Interface) -> Result<Traced<'a>, FlowError> {
        let top = &hardware.top().name;
        let design = DesignUnderTest { top, interface, mutant_width: None };
        let folder = self.cache.scratch()?;
        let trace = folder.path().join(TRACE);
        let mut files = sources(hardware);
        files.insert(format!("{WRAPPER}.v"), wrapper(&[design]));
        files.insert("main.cpp".to_owned(), traced_main_program(&design));
        files.extend(HARNESS.map(|(name, text)| (name.to_owned(), text.to_owned())));
        write_all(folder.path(), &files)?;
        let mut command = Command::new(&self.program);
        command.current_dir(folder.path()).args(["--cc", "--exe", "--build", "--Mdir", GENERATED]);
        command.args(["--top-module", WRAPPER]).args(VERILATOR_FLAGS).args(LIMITS).args(["-CFLAGS", "-std=c++17 -I.."]);
        command.args(["-MAKEFLAGS", "OPT_FAST=-O1 OPT_SLOW=-O0"]);
        if tools::find("ccache").is_some() {
            // Verilator's runtime and the harness are the same for every design.
            command.env("OBJCACHE", "ccache");
        }
        command.args(files.keys().filter(|name| name.ends_with(".v") || name.ends_with(".cpp")));
        succeed("verilator", &mut command)?;
        let program = folder.path().join(GENERATED).join(MODEL_CLASS);
        let model = Model { program, top: top.clone(), interface: interface.clone() };
        Ok(Traced { hardware, model, trace, _folder: folder })
    }
}

impl Traced<'_> {
    /// Runs a scenario and counts toggles.
    pub fn measure(&self, scenario: &Scenario, seed: u32) -> Result<Activity, FlowError> {
        let options = RunOptions { seed, settle_cycles: 0, ..RunOptions::default() };
        let vectors = self.model.vectors(std::slice::from_ref(scenario))?;
        let report = self.model.finished(self.model.command(&vectors, &options).arg(&self.trace), &options)?;
        if let Some(failure) = report.failures.first() {
            return Err(FlowError::Misbehaved { reason: failure.to_string() });
        }
        let file = File::open(&self.trace).map_err(FlowError::file("read", surroundings(&self.trace)))?;
        Counter::new(self.hardware).count(BufReader::new(file)).map_err(|reason| FlowError::answer("verilator", reason))
    }
}

/// A net of the trace.
struct Net {
    /// Its last value; empty before the first sample.
    value: Vec<u8>,
    toggles: u64,
    /// By module, how many instances see it.
    seen: BTreeMap<String, u64>,
}

/// Reads a trace.
struct Counter<'a> {
    hardware: &'a Hardware,
    nets: Vec<Net>,
    by_code: BTreeMap<String, usize>,
}

impl<'a> Counter<'a> {
    fn new(hardware: &'a Hardware) -> Counter<'a> {
        Counter { hardware, nets: vec![], by_code: BTreeMap::new() }
    }

    fn count(mut self, trace: impl BufRead) -> Result<Activity, String> {
        let mut scopes: Vec<Scope<'a>> = vec![];
        let mut samples = 0_u64;
        for line in trace.lines() {
            let line = line.map_err(|error| error.to_string())?;
            let words: Vec<&str> = line.split_whitespace().collect();
            match words[..] {
                ["$scope", _, name, ..] => scopes.push(self.entered(scopes.last(), name)),
                ["$upscope", ..] => _ = scopes.pop(),
                ["$var", _, width, code, ..] => self.declare(scopes.last_mut(), width, code)?,
                [time] if time.starts_with('#') => samples += 1,
                [value, code] if value.starts_with('b') => self.change(code, &value.as_bytes()[1..])?,
                [value] if value.starts_with(['0', '1', 'x', 'z']) => {
                    let (bit, code) = value.split_at(1);
                    self.change(code, bit.as_bytes())?;
                }
                _ => {}
            }
        }
        let unseen = |module: &&Module| !self.nets.iter().any(|net| net.seen.contains_key(&module.name));
        if let Some(module) = self.hardware.modules.iter().find(unseen) {
            return Err(format!("its trace shows no net of the module `{}`", module.name));
        }
        let mut activity = Activity { cycles: samples.saturating_sub(1), modules: BTreeMap::new() };
        for net in &self.nets {
            for (module, instances) in &net.seen {
                let sum = activity.modules.entry(module.clone()).or_default();
                sum.bits += instances * net.value.len() as u64;
                sum.toggles += instances * net.toggles;
            }
        }
        Ok(activity)
    }

    /// The scope of this name in another: an instance, or a block of the same module; what is around the design is of
    /// no module.
    fn entered(&self, around: Option<&Scope<'a>>, name: &str) -> Scope<'a> {
        let (module, known) = match around {
            Some(Scope { module: Some(module), known }) => (*module, known),
            _ => {
                let module = (name == instance(0)).then(|| self.hardware.top());
                return Scope { module, known: BTreeSet::new() };
            }
        };
        let is_it = |instance: &&Instance| name == instance_name(&instance.name);
        match module.instances.iter().find(is_it) {
            Some(instance) => Scope { module: Some(&instance.module), known: BTreeSet::new() },
            None => Scope { module: Some(module), known: known.clone() },
        }
    }

    fn declare(&mut self, scope: Option<&mut Scope<'a>>, width: &str, code: &str) -> Result<(), String> {
        let Some(Scope { module: Some(module), known }) = scope else { return Ok(()) };
        let width: usize = width.parse().map_err(|_| format!("`{width}` is no width of a net in a trace"))?;
        let nets = &mut self.nets;
        let number = *self.by_code.entry(code.to_owned()).or_insert_with(|| {
            nets.push(Net { value: vec![b'x'; width], toggles: 0, seen: BTreeMap::new() });
            nets.len() - 1
        });
        if known.insert(number) {
            *nets[number].seen.entry(module.name.clone()).or_default() += 1;
        }
        Ok(())
    }

    fn change(&mut self, code: &str, value: &[u8]) -> Result<(), String> {
        let Some(number) = self.by_code.get(code) else { return Ok(()) };
        let net = &mut self.nets[*number];
        if value.len() > net.value.len() {
            return Err(format!("a value of {} bits for a net of {}", value.len(), net.value.len()));
        }
        // Zeros on the left may be left out.
        let padding = std::iter::repeat_n(&b'0', net.value.len() - value.len());
        for (old, new) in net.value.iter_mut().zip(padding.chain(value)) {
            net.toggles += u64::from(*old != b'x' && old != new);
            *old = *new;
        }
        Ok(())
    }
}

/// A scope of the trace: the module that it is of, and the nets met in this instance of it.
struct Scope<'a> {
    module: Option<&'a ModuleData>,
    known: BTreeSet<usize>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use tritloom_hdl::{ModuleBuilder, uint};

    /// A register of four bits in a module of its own.
    fn hardware() -> Hardware {
        let inner = ModuleBuilder::new("inner", "A register.");
        let x = inner.input("x", uint(4));
        inner.output("y", &inner.delay("held", &x, None));
        let inner = inner.finish();
        let outer = ModuleBuilder::new("outer", "Two registers.");
        let x = outer.input("x", uint(4));
        let first = outer.instance("first", &inner);
        first.connect("x", &x);
        outer.output("y", &first.output("y"));
        Hardware::new(outer.finish()).expect("sound")
    }

    const TRACE: &str = "\
$scope module TOP $end
 $var wire 1 ! clk $end
 $scope module u_d0 $end
  $var wire 4 # x_i [3:0] $end
  $var wire 4 $ y_o [3:0] $end
  $scope module u_first $end
   $var wire 4 # x_i [3:0] $end
   $var wire 4 $ held [3:0] $end
   $var wire 4 $ y_o [3:0] $end
  $upscope $end
  $scope module gen_x[0] $end
   $var wire 1 % extra $end
  $upscope $end
 $upscope $end
$upscope $end
$enddefinitions $end
#0
0!
b0000 #
bxxxx $
0%
#1
b1111 #
b0 $
1%
#2
b0 #
b1111 $
";

    #[test]
    fn toggles_are_counted_once_for_each_module_that_sees_a_net() {
        let hardware = hardware();
        let activity = Counter::new(&hardware).count(TRACE.as_bytes()).expect("a trace");
        // Of x 8, of y 4 (what is not known has not toggled), and one of the net in the block.
        let outer = Toggles { bits: 9, toggles: 13 };
        let inner = Toggles { bits: 8, toggles: 12 };
        assert_eq!(activity.modules, BTreeMap::from([("inner".to_owned(), inner), ("outer".to_owned(), outer)]));
        assert_eq!((activity.cycles, activity.toggles_a_cycle("inner")), (2, Some(0.75)));
    }

    #[test]
    fn a_trace_with_too_wide_a_value_is_refused() {
        let wrong = TRACE.replace("b1111 #", "b11111 #");
        assert!(Counter::new(&hardware()).count(wrong.as_bytes()).is_err());
    }
}
