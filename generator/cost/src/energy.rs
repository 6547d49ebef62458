//! How much of a design toggles.

use crate::form::features;
use crate::point::Quantity;
use crate::technology::Technology;
use tritloom_hdl::Design;

/// The statistics of operands from which toggles follow. A first model: nets behind random operands toggle in every
/// second cycle, nets that a zero weight holds still do not, and what glitches is not seen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Activity {
    /// How often a net that operands reach toggles in a cycle.
    pub toggles_a_cycle: f64,
    /// The share of weights that are zero.
    pub zero_weights: f64,
}

impl Default for Activity {
    /// Random bits, and as many zeros as ternary networks have: a third.
    fn default() -> Activity {
        Activity { toggles_a_cycle: 0.5, zero_weights: 1.0 / 3.0 }
    }
}

/// Parts whose nets follow counters and handshakes, which change seldom.
const STEADY: [&str; 2] = ["control", "results"];

/// Parts that see the operands before any weight has stopped them.
const AHEAD: [&str; 8] =
    ["activations", "activation sums", "operands", "tables", "decode", "row edge", "edge", "feeder"];

/// How often nets of steady parts toggle in a cycle.
const STEADY_TOGGLES: f64 = 0.05;

impl Activity {
    /// How often nets of a part toggle in a cycle.
    pub fn of_part(&self, part: &str) -> f64 {
        if STEADY.contains(&part) {
            STEADY_TOGGLES
        } else if AHEAD.contains(&part) {
            self.toggles_a_cycle
        } else {
            self.toggles_a_cycle * (1.0 - self.zero_weights)
        }
    }
}

/// How often the nets of a module toggle, and how much that matters.
#[derive(Clone, Debug, PartialEq)]
pub struct ModuleActivity {
    /// Its name; all of its instances together, what stands below it left out.
    pub module: String,
    /// The share of the energy that the design takes when every net toggles once, by the common closed form.
    pub share: f64,
    /// In the mean over its nets.
    pub toggles_a_cycle: f64,
}

/// The modules of a design whose nets toggle as often as `toggles_a_cycle` says by their name.
pub fn module_activities(
    technology: &Technology,
    hardware: &Design,
    toggles_a_cycle: impl Fn(&str) -> f64,
) -> Vec<ModuleActivity> {
    let Some(form) = technology.forms.get(&Quantity::ToggleEnergyFj) else { return vec![] };
    let energies = hardware.own_census_by_module().into_iter().map(|(module, census)| {
        let toggles = toggles_a_cycle(&module);
        (module, form.amount(&features(&census)), toggles)
    });
    let energies: Vec<(String, f64, f64)> = energies.filter(|(_, energy_fj, _)| *energy_fj > 0.0).collect();
    let total: f64 = energies.iter().map(|(_, energy_fj, _)| energy_fj).sum();
    let activity =
        |(module, energy_fj, toggles_a_cycle)| ModuleActivity { module, share: energy_fj / total, toggles_a_cycle };
    energies.into_iter().map(activity).collect()
}

#[cfg(test)]
mod tests {
    use super::{AHEAD, STEADY};
    use crate::sample::draw;
    use std::collections::BTreeSet;
    use tritloom_datapath::registry;

    /// Parts that are taken for such as a weight of zero holds still; of `encoder` and `passing`, through which operands
    /// only travel, that is too little.
    const BEHIND: [&str; 25] = [
        "accumulate",
        "add or subtract",
        "agreements",
        "capture",
        "codes",
        "complete",
        "compression",
        "digit products",
        "draining",
        "encoder",
        "gather",
        "mask",
        "multiply",
        "partial sums",
        "passing",
        "pipeline",
        "population counts",
        "products",
        "queue",
        "ranking",
        "recoding",
        "reduction",
        "select",
        "shift",
        "shifts",
    ];

    #[test]
    fn every_part_is_known_to_stand_before_or_behind_the_weights() {
        let known: BTreeSet<&str> = STEADY.into_iter().chain(AHEAD).chain(BEHIND).collect();
        for family in registry::families() {
            for sample in draw(&[*family], 60, 3, &BTreeSet::new()) {
                for (part, _) in family.census_by_part(&sample.parameters) {
                    assert!(known.contains(part), "{}: `{part}`", family.name());
                }
            }
        }
    }
}
