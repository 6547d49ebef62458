//! How often nets toggle, counted in Verilator.
//!
//! The bench runs one scenario and writes a trace with one sample a cycle, before the rising edge, when all logic has
//! settled: what changes between two samples has toggled. A simulation by cycles knows no glitches.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufReader;
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;
use tritloom_datapath::interface::Scenario;
use tritloom_emit::bench::{HARNESS, MODEL_CLASS, VERILATOR_FLAGS, WRAPPER, instance, traced_main_program, wrapper};
use tritloom_emit::verilog::instance_name;
use tritloom_hdl::{Design as Hardware, Instance, ModuleData};

use crate::bench::RunOptions;
use crate::build::{Design, Model, Verilator};
use crate::error::FlowError;
use crate::files::{surroundings, write_all};
use crate::process::succeed;
use crate::tools;
use crate::trace::Trace;

/// What is traced at most: everything.
const LIMITS: [&str; 5] = ["--trace", "--trace-max-width", "100000000", "--trace-max-array", "100000000"];

/// Where Verilator writes.
const GENERATED: &str = "traced";

/// Samples before a scenario's first: cycles of reset.
pub(crate) const RESET_CYCLES: u64 = 2;

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
    /// The toggles of a design's modules in a trace of it; an error where it shows no net of one.
    pub fn of(trace: &Trace, hardware: &Hardware) -> Result<Activity, FlowError> {
        let owners = owners(trace, hardware);
        let mut modules: BTreeMap<String, Toggles> = BTreeMap::new();
        for net in &trace.nets {
            let instances: BTreeMap<usize, &str> = net
                .seen
                .iter()
                .filter_map(|(scope, _)| owners[*scope])
                .map(|(module, instance)| (instance, module.name.as_str()))
                .collect();
            for module in instances.into_values() {
                let sum = modules.entry(module.to_owned()).or_default();
                sum.bits += net.bits();
                sum.toggles += net.toggles;
            }
        }
        match hardware.modules.iter().find(|module| !modules.contains_key(&module.name)) {
            None => Ok(Activity { cycles: trace.cycles, modules }),
            Some(module) => {
                let reason = format!("its trace shows no net of the module `{}`", module.name);
                Err(FlowError::answer("verilator", reason))
            }
        }
    }

    /// How often a net of a module toggles in a cycle, in the mean; `None` where the module has no nets.
    pub fn toggles_a_cycle(&self, module: &str) -> Option<f64> {
        let Toggles { bits, toggles } = self.modules.get(module)?;
        Some(*toggles as f64 / (*bits * self.cycles.max(1)) as f64)
    }
}

/// A design with its bench, that writes a trace.
pub struct Traced {
    model: Model,
    trace: PathBuf,
    /// Where all of it lies.
    _folder: TempDir,
}

impl Verilator {
    /// Builds what counts a design's toggles.
    pub fn traced(&self, design: &Design) -> Result<Traced, FlowError> {
        let under_test = design.under_test();
        let folder = self.cache.scratch()?;
        let trace = folder.path().join(TRACE);
        let mut files = design.rtl.clone();
        files.insert(format!("{WRAPPER}.v"), wrapper(&[under_test]));
        files.insert("main.cpp".to_owned(), traced_main_program(&under_test));
        files.extend(HARNESS.map(|(name, text)| (name.to_owned(), text.to_owned())));
        write_all(folder.path(), &files)?;
        let mut command = Command::new(&self.program);
        command.current_dir(folder.path()).args(["--cc", "--exe", "--build", "--Mdir", GENERATED]);
        command.args(["--top-module", WRAPPER]).args(VERILATOR_FLAGS).args(LIMITS).args(["-CFLAGS", "-std=c++17 -I.."]);
        // A thousand cycles pay for no optimisation.
        command.args(["-MAKEFLAGS", "OPT_FAST=-O0 OPT_SLOW=-O0"]);
        if tools::find("ccache").is_some() {
            // Verilator's runtime and the harness are the same for every design.
            command.env("OBJCACHE", "ccache");
        }
        command.args(files.keys().filter(|name| name.ends_with(".v") || name.ends_with(".cpp")));
        succeed("verilator", &mut command)?;
        let program = folder.path().join(GENERATED).join(MODEL_CLASS);
        let model = Model { program, top: design.top.clone(), interface: design.interface.clone() };
        Ok(Traced { model, trace, _folder: folder })
    }
}

impl Traced {
    /// Runs a scenario, whose results are held to the golden ones, and reads what has toggled behind the reset.
    pub fn run(&self, scenario: &Scenario, seed: u32) -> Result<Trace, FlowError> {
        self.run_seen(scenario, seed, |_| ())
    }

    /// The same; `see` is shown all nets in every cycle, those of the reset too.
    pub(crate) fn run_seen(&self, scenario: &Scenario, seed: u32, see: impl FnMut(&Trace)) -> Result<Trace, FlowError> {
        let options = RunOptions { seed, settle_cycles: 0, ..RunOptions::default() };
        let vectors = self.model.vectors(std::slice::from_ref(scenario))?;
        let report = self.model.finished(self.model.command(&vectors, &options).arg(&self.trace), &options)?;
        if let Some(failure) = report.failures.first() {
            return Err(FlowError::Misbehaved { reason: failure.to_string() });
        }
        let file = File::open(&self.trace).map_err(FlowError::file("read", surroundings(&self.trace)))?;
        Trace::read(BufReader::new(file), RESET_CYCLES, see).map_err(|reason| FlowError::answer("verilator", reason))
    }
}

/// The module that a scope of a trace shows, and which of its instances: a number, equal for all blocks in it.
type Owner<'a> = Option<(&'a ModuleData, usize)>;

/// The owners of a trace's scopes; what is around the design is of no module.
fn owners<'a>(trace: &Trace, hardware: &'a Hardware) -> Vec<Owner<'a>> {
    let mut owners: Vec<Owner> = vec![];
    for (number, scope) in trace.scopes.iter().enumerate() {
        let owner = match scope.around.and_then(|around| owners[around]) {
            None => (scope.name == instance(0)).then(|| (hardware.top(), number)),
            Some((module, own)) => {
                let is_it = |instance: &&Instance| scope.name == instance_name(&instance.name);
                let inner = module.instances.iter().find(is_it);
                Some(inner.map_or((module, own), |instance| (&*instance.module, number)))
            }
        };
        owners.push(owner);
    }
    owners
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
        let trace = Trace::read(TRACE.as_bytes(), 0, |_| ()).expect("a trace");
        let activity = Activity::of(&trace, &hardware).expect("it shows all modules");
        // Of x 8, of y 4 (what is not known has not toggled), and one of the net in the block.
        let outer = Toggles { bits: 9, toggles: 13 };
        let inner = Toggles { bits: 8, toggles: 12 };
        assert_eq!(activity.modules, BTreeMap::from([("inner".to_owned(), inner), ("outer".to_owned(), outer)]));
        assert_eq!((activity.cycles, activity.toggles_a_cycle("inner")), (2, Some(0.75)));
        let later =
            Activity::of(&Trace::read(TRACE.as_bytes(), 1, |_| ()).expect("a trace"), &hardware).expect("the same");
        assert_eq!((later.cycles, later.modules["inner"].toggles), (1, 8));
    }

    #[test]
    fn a_trace_with_too_wide_a_value_is_refused() {
        let wrong = TRACE.replace("b1111 #", "b11111 #");
        assert!(Trace::read(wrong.as_bytes(), 0, |_| ()).is_err());
    }
}
