//! What a design's gates take, measured: toggles of every net of the mapped netlist, in a simulation that is held to golden
//! results, times what the pins on it take.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tritloom_datapath::interface::Interface;
use tritloom_datapath::typical::Work;
use tritloom_emit::bench::{DesignUnderTest, instance, vectors};

use super::gate_level::GateLevel;
use super::library::CellLibrary;
use super::netlist::Module;
use crate::Sources;
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
const FORM: &str = "energy 1";

/// Simulates the netlist in the place of the design.
pub(super) fn measure(
    verilator: &Verilator,
    (top, module): (&str, &Module),
    library: &CellLibrary,
    stimulus: &Stimulus,
) -> Result<Energy, FlowError> {
    let GateLevel { verilog, toggle_energies_fj, clock_energy_fj } = GateLevel::new(top, module, library)?;
    let design = Design {
        top: top.to_owned(),
        interface: stimulus.interface.clone(),
        rtl: Sources::from_iter([(format!("{top}.v"), verilog)]),
        mutant_width: None,
    };
    let trace = verilator.traced(&design)?.run(&stimulus.work.scenario, stimulus.seed)?;
    let toggles = toggles_by_net(&trace);
    let mut energy = Energy {
        cycles: trace.cycles,
        products: stimulus.work.products,
        nets: toggle_energies_fj.len() as u64,
        toggles: 0,
        toggle_energy_fj: 0.0,
        clock_energy_fj,
    };
    for (net, energy_fj) in &toggle_energies_fj {
        let missing = || FlowError::answer("verilator", format!("its trace shows no net `{net}` of the netlist"));
        let toggles = *toggles.get(net.as_str()).ok_or_else(missing)?;
        energy.toggles += toggles;
        energy.toggle_energy_fj += toggles as f64 * energy_fj;
    }
    Ok(energy)
}

/// Of the nets in the design's own scope.
fn toggles_by_net(trace: &Trace) -> BTreeMap<&str, u64> {
    let is_design = |scope: usize| trace.scopes[scope].name == instance(0);
    let seen = trace.nets.iter().flat_map(|net| net.seen.iter().map(move |seen| (seen, net.toggles)));
    seen.filter(|((scope, _), _)| is_design(*scope)).map(|((_, name), toggles)| (name.as_str(), toggles)).collect()
}
