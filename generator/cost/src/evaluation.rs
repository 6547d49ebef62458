//! What a configuration takes, part by part.

use crate::energy::Activity;
use crate::form::{Features, features, is_of_memories};
use crate::point::{Quantity, gate_count};
use crate::technology::Technology;
use tritloom_datapath::family::{Family, Timing};
use tritloom_datapath::parameter::Parameters;
use tritloom_hdl::Design;

/// Amounts of a part or of the whole; zero for what a technology does not know.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Amounts {
    /// The area of all cells where the design is as small as it can be.
    pub area_um2: f64,
    /// The area of all cells where the design is as quick as it can be; it may be below `area_um2`, see
    /// [`Quantity::QuickAreaUm2`].
    pub quick_area_um2: f64,
    /// The energy when every net but the clock toggles once.
    pub toggle_energy_fj: f64,
    /// What of it nets of memories take.
    pub memory_toggle_energy_fj: f64,
    /// The energy that the clock takes in the registers in each cycle.
    pub clock_energy_fj: f64,
    /// What all cells leak.
    pub leakage_nw: f64,
    /// Look-up tables of an FPGA.
    pub luts: f64,
    /// Flip-flops of an FPGA.
    pub registers: f64,
}

impl Amounts {
    fn of(technology: &Technology, family: &str, part: &str, features: &Features) -> Amounts {
        let amount_of = |quantity, features: &Features| {
            technology.form(family, part, quantity).map_or(0.0, |form| form.amount(features))
        };
        let amount = |quantity| amount_of(quantity, features);
        let memories = std::array::from_fn(|feature| if is_of_memories(feature) { features[feature] } else { 0.0 });
        Amounts {
            area_um2: amount(Quantity::AreaUm2),
            quick_area_um2: amount(Quantity::QuickAreaUm2),
            toggle_energy_fj: amount(Quantity::ToggleEnergyFj),
            memory_toggle_energy_fj: amount_of(Quantity::ToggleEnergyFj, &memories),
            clock_energy_fj: amount(Quantity::ClockEnergyFj),
            leakage_nw: amount(Quantity::LeakageNw),
            luts: amount(Quantity::Luts),
            registers: amount(Quantity::Registers),
        }
    }

    fn add(&mut self, other: &Amounts) {
        self.area_um2 += other.area_um2;
        self.quick_area_um2 += other.quick_area_um2;
        self.toggle_energy_fj += other.toggle_energy_fj;
        self.memory_toggle_energy_fj += other.memory_toggle_energy_fj;
        self.clock_energy_fj += other.clock_energy_fj;
        self.leakage_nw += other.leakage_nw;
        self.luts += other.luts;
        self.registers += other.registers;
    }

    fn scale(&mut self, ratios: &Amounts) {
        self.area_um2 *= ratios.area_um2;
        self.quick_area_um2 *= ratios.quick_area_um2;
        self.toggle_energy_fj *= ratios.toggle_energy_fj;
        self.memory_toggle_energy_fj *= ratios.memory_toggle_energy_fj;
        self.clock_energy_fj *= ratios.clock_energy_fj;
        self.leakage_nw *= ratios.leakage_nw;
        self.luts *= ratios.luts;
        self.registers *= ratios.registers;
    }
}

/// The amounts of a configuration, and its schedule.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation {
    /// Each part in the order in which data passes.
    pub parts: Vec<(&'static str, Amounts)>,
    /// Latency and throughput.
    pub timing: Timing,
}

/// Multiplies a technology with a configuration's closed-form census.
pub fn evaluate(technology: &Technology, family: &dyn Family, parameters: &Parameters) -> Evaluation {
    let parts = family.census_by_part(parameters);
    let amounts =
        parts.iter().map(|(name, census)| (*name, Amounts::of(technology, family.name(), name, &features(census))));
    Evaluation { parts: amounts.collect(), timing: family.timing(parameters) }
}

impl Evaluation {
    /// The same with the amounts of a light synthesis of the hardware, which is more exact; the parts keep their shares.
    pub fn refined(mut self, technology: &Technology, hardware: &Design) -> Evaluation {
        let gates = gate_count(hardware, technology.device);
        let closed = self.total();
        let ratio = |quantity, closed: f64| match technology.light_amount(quantity, &gates) {
            Some(amount) if closed > 0.0 => amount / closed,
            _ => 1.0,
        };
        let of_toggles = ratio(Quantity::ToggleEnergyFj, closed.toggle_energy_fj);
        let ratios = Amounts {
            area_um2: ratio(Quantity::AreaUm2, closed.area_um2),
            quick_area_um2: ratio(Quantity::QuickAreaUm2, closed.quick_area_um2),
            toggle_energy_fj: of_toggles,
            memory_toggle_energy_fj: of_toggles,
            clock_energy_fj: ratio(Quantity::ClockEnergyFj, closed.clock_energy_fj),
            leakage_nw: ratio(Quantity::LeakageNw, closed.leakage_nw),
            luts: ratio(Quantity::Luts, closed.luts),
            registers: ratio(Quantity::Registers, closed.registers),
        };
        self.parts.iter_mut().for_each(|(_, part)| part.scale(&ratios));
        self
    }

    /// The sum of the parts.
    pub fn total(&self) -> Amounts {
        let mut total = Amounts::default();
        self.parts.iter().for_each(|(_, part)| total.add(part));
        total
    }

    /// The energy of a cycle of `period_ps` in which the core works.
    pub fn energy_a_cycle_fj(&self, activity: &Activity, period_ps: f64) -> f64 {
        let total = self.total();
        // A nanowatt for a picosecond is a millionth of a femtojoule.
        self.switched_fj(activity) + total.clock_energy_fj + total.leakage_nw * period_ps * 1e-6
    }

    /// How often a net toggles in a cycle, in the mean that the energies of toggles weigh.
    pub fn toggles_a_cycle(&self, activity: &Activity) -> f64 {
        self.switched_fj(activity) / self.total().toggle_energy_fj
    }

    fn switched_fj(&self, activity: &Activity) -> f64 {
        self.parts.iter().map(|(name, part)| activity.energy_a_cycle_fj(name, part)).sum()
    }

    /// The energy of a cycle of `period_ps` in which nets toggle so often in that mean.
    pub fn energy_of_toggles_fj(&self, toggles_a_cycle: f64, period_ps: f64) -> f64 {
        let total = self.total();
        total.toggle_energy_fj * toggles_a_cycle + total.clock_energy_fj + total.leakage_nw * period_ps * 1e-6
    }
}
