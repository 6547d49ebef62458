//! How much of a design toggles.

use crate::evaluation::Amounts;
use crate::form::{FEATURES, features, is_of_memories};
use crate::point::Quantity;
use crate::technology::Technology;
use tritloom_hdl::Design;

/// The statistics of operands from which toggles follow. A first model: nets behind random operands toggle in every
/// second cycle, nets that a zero weight holds still do not, and what glitches is not seen. Of a memory a word at a time is
/// written and one is read, which leaves most of its nets as they are.
///
/// Bits of a number are of two kinds (P. E. Landman, J. M. Rabaey, "Architectural power analysis: the dual bit type
/// method", IEEE Trans. VLSI Systems 3(2), 1995): low ones are random, high ones repeat the sign and toggle with it. Both
/// kinds are taken to be as frequent in all nets that operands reach as they are in the operands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Activity {
    /// How often a net that the low bits of operands reach toggles in a cycle.
    pub toggles_a_cycle: f64,
    /// The share of weights that are zero.
    pub zero_weights: f64,
    /// The share of the bits of activations that repeat the sign, the sign among them: above the first bit that differs
    /// from it in either of two consecutive ones.
    pub sign_bits: f64,
    /// How often the sign of an activation is not that of the one before.
    pub sign_changes: f64,
    /// The same of weights; zero where weights stay while activations pass.
    pub weight_sign_changes: f64,
}

impl Default for Activity {
    /// Random bits, as 8 of them have so many repetitions of the sign; as many zeros as ternary networks have: a third.
    fn default() -> Activity {
        Activity {
            toggles_a_cycle: 0.5,
            zero_weights: 1.0 / 3.0,
            sign_bits: 1.0 / 6.0,
            sign_changes: 0.5,
            weight_sign_changes: 0.5,
        }
    }
}

/// Parts whose nets change seldom: they follow counters and handshakes, or hold weights while activations pass.
const STEADY: [&str; 3] = ["control", "results", "staying weights"];

/// Parts that see the operands before any weight has stopped them.
const AHEAD: [&str; 9] =
    ["activations", "activation sums", "operands", "tables", "decode", "row edge", "edge", "dealing", "feeder"];

/// How often nets of steady parts, and of memories, toggle in a cycle.
const STEADY_TOGGLES: f64 = 0.05;

impl Activity {
    /// What nets of a part take in a cycle.
    pub fn energy_a_cycle_fj(&self, part: &str, amounts: &Amounts) -> f64 {
        let Amounts { toggle_energy_fj, memory_toggle_energy_fj, .. } = *amounts;
        let of_memories = memory_toggle_energy_fj * STEADY_TOGGLES;
        (toggle_energy_fj - memory_toggle_energy_fj) * self.of_part(part) + of_memories
    }

    /// For each [feature](crate::Features) of a part, how often the nets behind it toggle in a cycle.
    pub fn by_feature(&self, part: &str) -> [f64; FEATURES] {
        let others = self.of_part(part);
        std::array::from_fn(|feature| if is_of_memories(feature) { STEADY_TOGGLES } else { others })
    }

    /// How often nets of a part toggle in a cycle, memories apart.
    fn of_part(&self, part: &str) -> f64 {
        if STEADY.contains(&part) {
            STEADY_TOGGLES
        } else if AHEAD.contains(&part) {
            self.of_operands(self.sign_changes)
        } else {
            self.of_operands(self.sign_changes_of_products()) * (1.0 - self.zero_weights)
        }
    }

    /// How often nets toggle where signs change so often. The form keeps equal toggles of all bits to the last bit.
    fn of_operands(&self, sign_changes: f64) -> f64 {
        self.toggles_a_cycle + self.sign_bits * (sign_changes - self.toggles_a_cycle)
    }

    /// Either sign changes, not both: signs of activations and weights know nothing of each other.
    fn sign_changes_of_products(&self) -> f64 {
        let (own, weights) = (self.sign_changes, self.weight_sign_changes);
        own + weights - 2.0 * own * weights
    }

    /// The statistics of a stream of activations of so many bits; zeros of weights and changes of their signs are left as
    /// they are. `None` where fewer than two activations pass.
    pub fn with_activations(self, stream: &[i32], bits: u32) -> Option<Activity> {
        let (mut free, mut toggles, mut changes) = (0, 0, 0);
        for pair in stream.windows(2) {
            let [one, other] = [pair[0], pair[1]].map(i64::from);
            let own = magnitude_bits(one).max(magnitude_bits(other));
            free += u64::from(own);
            toggles += u64::from(((one ^ other) & ((1 << own) - 1)).count_ones());
            changes += u64::from((one < 0) != (other < 0));
        }
        let pairs = stream.len().checked_sub(1).filter(|pairs| *pairs > 0)? as f64;
        let share = |part: u64, whole: f64| if whole > 0.0 { part as f64 / whole } else { 0.0 };
        Some(Activity {
            toggles_a_cycle: share(toggles, free as f64),
            sign_bits: 1.0 - share(free, pairs * f64::from(bits)),
            sign_changes: share(changes, pairs),
            ..self
        })
    }
}

/// The bits of a number in two's complement below those that repeat its sign.
fn magnitude_bits(value: i64) -> u32 {
    i64::BITS - (value ^ value >> (i64::BITS - 1)).leading_zeros()
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
    use super::{AHEAD, Activity, STEADY};
    use crate::evaluation::Amounts;
    use crate::sample::{Sizes, draw};
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;
    use std::collections::BTreeSet;
    use tritloom_datapath::registry;
    use tritloom_hdl::Primitive;

    /// Parts that are taken for such as a weight of zero holds still; of `encoder` and `passing`, through which operands
    /// only travel, that is too little.
    const BEHIND: [&str; 27] = [
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
        "sums of passes",
        "weights",
    ];

    #[test]
    fn sign_changes_reach_the_bits_that_repeat_the_sign() {
        let random = Activity { zero_weights: 0.25, ..Activity::default() };
        let parts = |activity: Activity| ["control", "activations", "reduction"].map(|part| activity.of_part(part));
        assert_eq!(parts(random), [0.05, 0.5, 0.375]);
        // Half of the bits repeat a sign that never changes; behind weights of any sign it changes as ever.
        let steady = Activity { sign_bits: 0.5, sign_changes: 0.0, ..random };
        assert_eq!(parts(steady), [0.05, 0.25, 0.375]);
        // Where the weights stay the signs of products do.
        assert_eq!(parts(Activity { weight_sign_changes: 0.0, ..steady }), [0.05, 0.25, 0.1875]);
        // Signs that always change, times such weights: those of products never do.
        let lively = Activity { sign_changes: 1.0, weight_sign_changes: 1.0, ..steady };
        assert_eq!(parts(lively), [0.05, 0.75, 0.1875]);
    }

    #[test]
    fn most_of_a_memory_is_still() {
        let activity = Activity::default();
        let amounts = Amounts { toggle_energy_fj: 100.0, memory_toggle_energy_fj: 60.0, ..Amounts::default() };
        assert_eq!(activity.energy_a_cycle_fj("activations", &amounts), 40.0 * 0.5 + 60.0 * 0.05);
        let memory = 2 * Primitive::ALL.iter().position(|primitive| *primitive == Primitive::Memory).expect("one");
        for (feature, toggles) in activity.by_feature("activations").into_iter().enumerate() {
            assert_eq!(toggles, if feature / 2 == memory / 2 { 0.05 } else { 0.5 }, "{feature}");
        }
    }

    #[test]
    fn statistics_are_those_of_consecutive_activations() {
        // 3 = 0011, -1 = 1111, -4 = 1100, 2 = 0010: two low bits in each pair. Toggles of them: 00, 11, 10.
        let measured = Activity::default().with_activations(&[3, -1, -4, 2], 4).expect("pairs");
        assert_eq!((measured.toggles_a_cycle, measured.sign_bits, measured.sign_changes), (0.5, 0.5, 2.0 / 3.0));
        assert_eq!(Activity::default().with_activations(&[3], 4), None);
        // Bits that repeat the sign, and low ones, are all toggles that there are.
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let stream: Vec<i32> = (0..100_000).map(|_| rng.random_range(-128..128)).collect();
        let activity = Activity::default().with_activations(&stream, 8).expect("pairs");
        let toggles: u32 = stream.windows(2).map(|pair| ((pair[0] ^ pair[1]) & 0xff).count_ones()).sum();
        let mean = f64::from(toggles) / (99_999.0 * 8.0);
        let of_low_and_high = activity.of_part("activations");
        assert!((of_low_and_high - mean).abs() < 0.005, "{of_low_and_high} {mean}");
        // One bit and a third of the 8: both have k repetitions of it in one pair of 4^k.
        assert!((activity.sign_bits - 1.0 / 6.0).abs() < 0.002, "{activity:?}");
    }

    #[test]
    fn every_part_is_known_to_stand_before_or_behind_the_weights() {
        let known: BTreeSet<&str> = STEADY.into_iter().chain(AHEAD).chain(BEHIND).collect();
        for family in registry::families() {
            for sample in draw(&[*family], 60, 3, &Sizes::SMALL, &BTreeSet::new()) {
                for (part, _) in family.census_by_part(&sample.parameters) {
                    assert!(known.contains(part), "{}: `{part}`", family.name());
                }
            }
        }
    }
}
