//! What a design's gates take, measured: toggles of every net of the mapped netlist, in a simulation that is held to golden
//! results, times what the pins on it take.

use serde::{Deserialize, Serialize};
use tritloom_datapath::interface::Interface;
use tritloom_datapath::typical::Work;
use tritloom_emit::bench::{DesignUnderTest, vectors};

use super::Task;
use super::gate_level::GateLevel;
use super::gate_work::GateWork;
use super::library::CellLibrary;
use super::netlist::Module;
use crate::build::{Design, Verilator};
use crate::cache::hash;
use crate::error::FlowError;
use crate::trace::Trace;

/// The work of which the energy is measured.
#[derive(Clone, Copy, Debug)]
pub struct Stimulus<'a> {
    /// The design's streams.
    pub interface: &'a Interface,
    /// What passes them.
    pub work: &'a Work,
    /// For the first values of registers without reset, and the noise on inputs that are not valid.
    pub seed: u32,
}

/// What a netlist takes in some work: no glitches, no wires, no clock tree.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Energy {
    /// Cycles of the work.
    pub cycles: u64,
    /// Products in it.
    pub products: u64,
    /// Nets, the clock's not among them.
    pub nets: u64,
    /// Of all of them in all cycles.
    pub toggles: u64,
    /// What these take in the pins that are wired to them.
    pub toggle_energy_fj: f64,
    /// What the two edges of the clock take in the flip-flops, in one cycle.
    pub clock_energy_fj: f64,
}

impl Energy {
    /// How often a net toggles in a cycle, in the mean.
    pub fn toggles_a_cycle(&self) -> f64 {
        self.toggles as f64 / (self.nets * self.cycles).max(1) as f64
    }

    /// Of toggles and the clock.
    pub fn dynamic_a_cycle_fj(&self) -> f64 {
        self.toggle_energy_fj / self.cycles.max(1) as f64 + self.clock_energy_fj
    }

    /// How many products the work is in a cycle.
    pub fn products_a_cycle(&self) -> f64 {
        self.products as f64 / self.cycles.max(1) as f64
    }
}

impl Stimulus<'_> {
    /// The hash of all that a simulation of `top` depends on beside its netlist.
    pub(super) fn hash(&self, verilator: &Verilator, top: &str) -> String {
        let design = DesignUnderTest { top, interface: self.interface, mutant_width: None };
        let text = vectors(&design, std::slice::from_ref(&self.work.scenario));
        let numbers = format!("{} {}", self.seed, self.work.products);
        hash([FORM, &verilator.versions, &numbers, &text])
    }
}

/// Changes where measurements of the same netlist change their form or meaning.
const FORM: &str = "energy 2";

/// Simulates the netlist beside the design, whose results are held to the golden ones, and the netlist's outputs to the
/// design's in every cycle.
pub(super) fn measure(
    verilator: &Verilator,
    (task, module): (&Task, &Module),
    library: &CellLibrary,
    stimulus: &Stimulus,
) -> Result<Energy, FlowError> {
    let gates = GateLevel::new(module, library)?;
    let interface = stimulus.interface.clone();
    let design = Design { top: task.top.clone(), interface, rtl: task.sources.clone(), mutant_width: None };
    let mut work = GateWork::new(&gates, stimulus.interface, stimulus.seed);
    let see = |trace: &Trace| work.cycle(trace);
    let cycles = verilator.traced(&design)?.run_seen(&stimulus.work.scenario, stimulus.seed, see)?.cycles;
    if let Some(reason) = work.failure {
        return Err(FlowError::Misbehaved { reason });
    }
    let taken = gates.toggle_energies_fj.iter().zip(&work.toggles);
    let nets = taken.filter_map(|(energy_fj, toggles)| Some((energy_fj.as_ref()?, *toggles)));
    Ok(Energy {
        cycles,
        products: stimulus.work.products,
        nets: nets.clone().count() as u64,
        toggles: nets.clone().map(|(_, toggles)| toggles).sum(),
        toggle_energy_fj: nets.map(|(energy_fj, toggles)| toggles as f64 * energy_fj).sum(),
        clock_energy_fj: gates.clock_energy_fj,
    })
}
