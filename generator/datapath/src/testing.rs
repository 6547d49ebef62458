//! A family without hardware, for tests of everything that only reads parameters.

use crate::family::{Family, Pace, Timing};
use crate::interface::{Interface, Scenario};
use crate::parameter::{Parameter, Parameters, Problem};
use crate::typical::Work;
use tritloom_hdl::{Census, Design, Diagnostics};

/// One parameter of each kind, one of them mandatory.
pub(crate) static TABLE: &[Parameter] = &[
    Parameter::integer("group_size", 1, 6, Some(3), "Activations per table."),
    Parameter::integer("tables", 1, 1024, None, "Tables side by side."),
    Parameter::choice(
        "table",
        &[("wired", "combinational"), ("registered", "one cycle later")],
        Some("wired"),
        "Where the entries live.",
    ),
    Parameter::flag("saturate", Some(false), "Results stop at the largest value."),
];

/// The family of [`TABLE`], with one rule: at most 4,096 activations a cycle.
pub(crate) struct Toy;

impl Family for Toy {
    fn name(&self) -> &'static str {
        "toy"
    }

    fn summary(&self) -> &'static str {
        "Nothing at all"
    }

    fn contract(&self) -> &'static str {
        "It computes nothing."
    }

    fn parameters(&self) -> &'static [Parameter] {
        TABLE
    }

    fn legality(&self, parameters: &Parameters) -> Vec<Problem> {
        let per_cycle = parameters.integer("group_size") * parameters.integer("tables");
        if per_cycle <= 4096 {
            return Vec::new();
        }
        let message = format!("{per_cycle} activations a cycle are more than 4096");
        vec![
            Problem::rule("C0201", "tables", message, "group_size * tables of at most 4096").involving(&["group_size"]),
        ]
    }

    fn hardware(&self, _: &Parameters) -> Result<Design, Diagnostics> {
        Err(Diagnostics(Vec::new()))
    }

    fn interface(&self, _: &Parameters) -> Interface {
        Interface { streams: Vec::new() }
    }

    fn timing(&self, _: &Parameters) -> Timing {
        Timing {
            latency_cycles: 0,
            weights_per_beat: 0,
            weight_bits_per_beat: 0,
            pace: Pace::EVERY_CYCLE,
            rows: 1,
            vectors: 1,
            loaded_for: None,
            cycles_to_vectors: 0,
            passes: 1,
            runs: 1,
            formula: String::new(),
        }
    }

    fn census_by_part(&self, _: &Parameters) -> Vec<(&'static str, Census)> {
        Vec::new()
    }

    fn scenarios(&self, _: &Parameters, _: u64) -> Vec<Scenario> {
        Vec::new()
    }

    fn typical_work(&self, _: &Parameters, _: Option<usize>, _: u64) -> Work {
        unreachable!("nothing is measured")
    }

    fn baselines(&self, _: &Parameters) -> Vec<(&'static dyn Family, Parameters)> {
        Vec::new()
    }
}
