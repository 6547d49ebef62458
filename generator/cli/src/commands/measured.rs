//! `cost --activity measured`: how often the nets of a design toggle, counted in Verilator.

use super::table;
use crate::config::Configuration;
use crate::diagnostic::Diagnostic;
use crate::environment::tool_failure;
use serde_json::{Value, json};
use tritloom_cost::{ModuleActivity, Technology, module_activities};
use tritloom_datapath::typical::Work;
use tritloom_flow::Verilator;
use tritloom_flow::activity::Activity;
use tritloom_flow::check::design;
use tritloom_hdl::Design;

/// The seed of the stimulus.
const SEED: u32 = 1;

/// What a simulation has counted.
pub struct Measured {
    scenario: String,
    /// `None` where the design has none, or the work takes several.
    mode: Option<String>,
    cycles: u64,
    modules: Vec<ModuleActivity>,
}

impl Measured {
    /// Runs a design on work as networks give it, in a mode, or else in that of the widest operands.
    pub fn new(
        verilator: &Verilator,
        technology: &Technology,
        (configuration, mode): (&Configuration, Option<usize>),
        hardware: &Design,
    ) -> Result<Measured, Vec<Diagnostic>> {
        let Configuration { family, parameters, .. } = configuration;
        let Work { scenario, mode, .. } = family.typical_work(parameters, mode, SEED.into());
        let traced = verilator.traced(&design(hardware, &family.interface(parameters), None));
        let trace = traced.and_then(|traced| traced.run(&scenario, SEED));
        let activity = trace.and_then(|trace| Activity::of(&trace, hardware));
        let activity = activity.map_err(|error| vec![tool_failure(&error)])?;
        let modules = module_activities(technology, hardware, |module| activity.toggles_a_cycle(module).unwrap_or(0.0));
        Ok(Measured { scenario: scenario.name, mode, cycles: activity.cycles, modules })
    }

    /// Whether this is the activity in one of these modes; work in no mode is as good as any.
    pub fn is_of(&self, modes: &[String]) -> bool {
        modes.is_empty() || self.mode.as_ref().is_none_or(|mode| modes.contains(mode))
    }

    /// How often a net toggles in a cycle, in the mean that the energies of toggles weigh.
    pub fn toggles_a_cycle(&self) -> f64 {
        self.modules.iter().map(|module| module.share * module.toggles_a_cycle).sum()
    }

    /// For people: `by_statistics` are toggles a cycle.
    pub fn text(&self, energy_fj: Option<f64>, statistical_fj: Option<f64>, by_statistics: f64) -> String {
        let header = ["module", "% of toggles' energy", "toggles a cycle"];
        let rows = self.modules.iter().map(|one| {
            [one.module.clone(), format!("{:.1}", 100.0 * one.share), format!("{:.3}", one.toggles_a_cycle)]
        });
        let shown = |energy_fj: Option<f64>| energy_fj.map_or("-".to_owned(), |energy_fj| format!("{energy_fj:.1}"));
        format!(
            "\nactivity measured in {} cycles of `{}`{}: a net toggles {:.3} times a cycle, {by_statistics:.3} by statistics; \
             a cycle takes {} fJ, {} by statistics\n{}",
            self.cycles,
            self.scenario,
            self.mode.as_ref().map_or(String::new(), |mode| format!(" in mode {mode}")),
            self.toggles_a_cycle(),
            shown(energy_fj),
            shown(statistical_fj),
            table(&header, rows)
        )
    }

    /// For programs.
    pub fn json(&self, statistical_fj: Option<f64>, by_statistics: f64) -> Value {
        let modules = self.modules.iter().map(
            |one| json!({"module": one.module, "share_of_energy": one.share, "toggles_a_cycle": one.toggles_a_cycle}),
        );
        json!({
            "scenario": self.scenario, "mode": self.mode, "cycles": self.cycles, "toggles_a_cycle": self.toggles_a_cycle(),
            "statistical_toggles_a_cycle": by_statistics, "statistical_energy_a_cycle_fj": statistical_fj,
            "modules": modules.collect::<Vec<_>>(),
        })
    }
}
