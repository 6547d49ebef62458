//! How much of a design toggles.

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
const AHEAD: [&str; 7] = ["activations", "operands", "tables", "decode", "row edge", "edge", "feeder"];

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
