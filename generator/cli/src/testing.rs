//! Families without hardware, for tests of everything that only reads parameters.

#[path = "../../search/tests/common/frail.rs"]
pub mod frail;

use tritloom_datapath::family::{Family, Pace, Timing};
use tritloom_datapath::interface::{Interface, Scenario};
use tritloom_datapath::parameter::{Parameter, Parameters, Problem};
use tritloom_datapath::typical::Work;
use tritloom_hdl::{Census, Design, Diagnostics};

/// A registry of two.
pub static FAMILIES: &[&dyn Family] = &[
    &Toy { name: "toy_lut", summary: "A table instead of an adder", parameters: LUT },
    &Toy { name: "toy_flip", summary: "A sign flip instead of a table", parameters: FLIP },
];

static LUT: &[Parameter] = &[
    Parameter::integer("group_size", 1, 6, Some(3), "Activations per table."),
    Parameter::integer("tables", 1, 1024, None, "Tables side by side, each on a group of its own."),
    Parameter::integer("ports", 1, 1024, Some(32), "Read ports of each table: columns served in a cycle."),
    Parameter::choice(
        "table",
        &[("wired", "entries are combinational"), ("registered", "entries are kept, one cycle later")],
        Some("wired"),
        "Where the entries live.",
    ),
    Parameter::flag("saturate", Some(false), "Results stop at the largest value."),
];

static FLIP: &[Parameter] = &[Parameter::integer("lanes", 1, 64, Some(8), "Activations in a cycle.")];

struct Toy {
    name: &'static str,
    summary: &'static str,
    parameters: &'static [Parameter],
}

impl Family for Toy {
    fn name(&self) -> &'static str {
        self.name
    }

    fn summary(&self) -> &'static str {
        self.summary
    }

    fn contract(&self) -> &'static str {
        "It computes nothing.\n\nIts latency is zero."
    }

    fn parameters(&self) -> &'static [Parameter] {
        self.parameters
    }

    fn legality(&self, parameters: &Parameters) -> Vec<Problem> {
        if self.name != "toy_lut" {
            return Vec::new();
        }
        let (tables, ports) = (parameters.integer("tables"), parameters.integer("ports"));
        let mut problems = Vec::new();
        if tables * ports > 16384 {
            let message = format!("{} read ports are more than 16384", tables * ports);
            let problem = Problem::rule("C0201", "ports", message, "tables * ports of at most 16384");
            problems.push(problem.involving(&["tables"]).nearest(16384 / tables));
        }
        if parameters.integer("group_size") == 6 && parameters.choice("table") == "wired" {
            let message = "a table of 364 entries is too slow without registers";
            problems.push(Problem::rule("C0202", "table", message, "registered").involving(&["group_size"]));
        }
        problems
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
        unreachable!("it has no hardware to work")
    }

    fn baselines(&self, _: &Parameters) -> Vec<(&'static dyn Family, Parameters)> {
        Vec::new()
    }
}
