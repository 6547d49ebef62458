//! `synth --energy`: what the gates of a design take, measured on work as networks give it.

use super::mode::mode_numbers;
use crate::arguments::Synth;
use crate::built::Built;
use crate::diagnostic::{Diagnostic, code};
use crate::environment::verilator;
use serde_json::{Value, json};
use tritloom_datapath::typical::Work;
use tritloom_flow::synth::{CellLibrary, CellResult, Energy, Stimulus, Synthesiser, Task};
use tritloom_flow::{FlowError, Verilator};

/// The seed of the work.
const SEED: u32 = 1;

/// The columns of a row.
pub const HEADER: [&str; 9] = [
    "design",
    "mode",
    "cycles",
    "products a cycle",
    "fJ a cycle",
    "of it clock %",
    "of it leakage %",
    "toggles of a net a cycle",
    "fJ a product",
];

/// Where energies are asked for, the work of each design in the mode that was asked for, or else in that of the widest
/// operands.
pub fn works(arguments: &Synth, designs: &[Built]) -> Result<Option<Vec<Work>>, Vec<Diagnostic>> {
    if !arguments.energy {
        return Ok(None);
    }
    if let Some(module) = &arguments.module {
        let message = format!("`--energy` measures designs under their own bench, and the module `{module}` has none");
        return Err(vec![Diagnostic::new(code::USAGE, message).legal("`--energy` without `--module`")]);
    }
    let modes = mode_numbers(designs.iter().map(|design| &design.configuration), arguments.mode.as_deref())?;
    let work = |(design, mode): (&Built, Option<usize>)| {
        design.configuration.family.typical_work(&design.configuration.parameters, mode, SEED.into())
    };
    Ok(Some(designs.iter().zip(modes).map(work).collect()))
}

/// What energies are measured with.
pub struct Meter {
    verilator: Verilator,
}

impl Meter {
    /// Finds the tools.
    pub fn new() -> Result<Meter, Vec<Diagnostic>> {
        Ok(Meter { verilator: verilator()? })
    }

    /// Measures the best result of a synthesis.
    pub fn measure(
        &self,
        synthesiser: &Synthesiser,
        (design, work): (&Built, &Work),
        task: &Task,
        library: &CellLibrary,
        (clock_ps, best): (Option<u32>, &CellResult),
    ) -> Result<Measured, FlowError> {
        let stimulus = Stimulus { interface: &design.interface, work, seed: SEED };
        let energy = synthesiser.energy(&self.verilator, task, library, (clock_ps, best.setting), &stimulus)?;
        let delay_ps = best.timing.as_ref().map(|timing| timing.delay_ps);
        // A design that misses its clock has one of its own.
        let period_ps = delay_ps.into_iter().chain(clock_ps.map(f64::from)).reduce(f64::max);
        Ok(Measured {
            scenario: work.scenario.name.clone(),
            mode: work.mode.clone(),
            period_ps,
            // A nanowatt is a millionth of a femtojoule a picosecond.
            leakage_fj: period_ps.map(|period_ps| 1e-6 * best.leakage_nw * period_ps),
            energy,
        })
    }
}

/// What a design takes.
pub struct Measured {
    scenario: String,
    mode: Option<String>,
    energy: Energy,
    /// Of the clock at which it leaks; `None` where nothing has a delay.
    period_ps: Option<f64>,
    /// In a cycle.
    leakage_fj: Option<f64>,
}

impl Measured {
    fn a_cycle_fj(&self) -> f64 {
        self.energy.dynamic_a_cycle_fj() + self.leakage_fj.unwrap_or(0.0)
    }

    fn a_product_fj(&self) -> f64 {
        self.a_cycle_fj() / self.energy.products_a_cycle()
    }

    /// For people.
    pub fn row(&self, name: &str) -> [String; HEADER.len()] {
        let percent = |energy_fj: f64| format!("{:.1}", 100.0 * energy_fj / self.a_cycle_fj());
        [
            name.to_owned(),
            self.mode.clone().unwrap_or("-".to_owned()),
            self.energy.cycles.to_string(),
            format!("{:.2}", self.energy.products_a_cycle()),
            format!("{:.1}", self.a_cycle_fj()),
            percent(self.energy.clock_energy_fj),
            self.leakage_fj.map_or("-".to_owned(), percent),
            format!("{:.3}", self.energy.toggles_a_cycle()),
            format!("{:.2}", self.a_product_fj()),
        ]
    }

    /// For programs.
    pub fn json(&self) -> Value {
        json!({
            "scenario": self.scenario,
            "mode": self.mode,
            "cycles": self.energy.cycles,
            "products_a_cycle": self.energy.products_a_cycle(),
            "toggles_a_cycle": self.energy.toggles_a_cycle(),
            "energy_a_cycle_fj": self.a_cycle_fj(),
            "clock_energy_a_cycle_fj": self.energy.clock_energy_fj,
            "leakage_energy_a_cycle_fj": self.leakage_fj,
            "period_ps": self.period_ps,
            "energy_a_product_fj": self.a_product_fj(),
        })
    }
}
