//! Parameters that every core has, and the geometry that they make.

use super::geometry::{Accumulation, Geometry, LoopOrder, PartialSum, ReductionStyle};
use crate::arith::bit_heap::Tree;
use crate::arith::reduction::Adders;
use crate::parameter::{Parameter, Parameters, Problem};
use tritloom_formats::WeightFormat;
use tritloom_hdl::MAXIMUM_WIDTH;

/// Columns of weights served per cycle.
pub const PORTS: Parameter = Parameter::integer(
    "ports",
    1,
    1024,
    Some(32),
    "outputs served per cycle (K): each has a reduction and an accumulator",
);
/// The type of the activations.
pub const ACTIVATION: Parameter = Parameter::choice(
    "activation",
    &[("int4", "signed, 4 bits"), ("int8", "signed, 8 bits"), ("int16", "signed, 16 bits")],
    Some("int8"),
    "type of the activations; entry and accumulator widths follow exactly",
);
/// The loop order.
pub const LOOP_ORDER: Parameter = Parameter::choice(
    "loop_order",
    &[
        ("output_stationary", "one accumulator a port; activations are buffered and pass once for each output tile"),
        ("table_stationary", "one accumulator an output, in a memory; each activation tile passes once"),
    ],
    Some("output_stationary"),
    "which operand stays in place while the other passes",
);
/// The reduction.
pub const REDUCTION: Parameter = Parameter::choice(
    "reduction",
    &[
        ("balanced", "a balanced tree of adders that absorb the carries of negated terms"),
        ("ternary", "the same of adders of three words each, which fit the look-up tables and carry chains of an FPGA"),
        ("carry_save", "a tree of full and half adders with the accumulator among the words, then one adder"),
    ],
    Some("balanced"),
    "how the terms of a port are added",
);
/// The register behind the reduction.
pub const PARTIAL_SUM: Parameter = Parameter::choice(
    "partial_sum",
    &[
        ("wired", "reduction and accumulation in one cycle"),
        ("registered", "a register between them: a shorter path, one cycle more of latency"),
    ],
    Some("wired"),
    "whether a register stands between a port's reduction and its accumulator",
);
/// The weight packing.
pub const WEIGHTS: Parameter = Parameter::choice(
    "weights",
    &[
        ("key", "sign and magnitude of each group's value in base three: no decoder"),
        ("two_bit", "two's complement, two bits a weight"),
        ("five_trit", "five weights a byte"),
    ],
    Some("key"),
    "packing of the weight stream; a decoder stands in front of the ports",
);
/// The longest input vector.
pub const MAX_INPUTS: Parameter = Parameter::integer(
    "max_inputs",
    1,
    65_536,
    Some(4096),
    "longest input vector (N) of a run: sets the accumulator width and the buffer depth",
);
/// The longest output vector.
pub const MAX_OUTPUTS: Parameter =
    Parameter::integer("max_outputs", 1, 65_536, Some(4096), "longest output vector (M) of a run");

/// How a core adds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Addition {
    /// How terms are added.
    pub reduction: ReductionStyle,
    /// Where a cycle ends.
    pub partial_sum: PartialSum,
}

impl Addition {
    /// What [`REDUCTION`] and [`PARTIAL_SUM`] say.
    pub fn new(parameters: &Parameters) -> Addition {
        Addition {
            reduction: match parameters.choice("reduction") {
                "carry_save" => ReductionStyle::Compressed(Tree::DADDA, Accumulation::Resolved),
                "ternary" => ReductionStyle::Tree(Adders::ThreeWords),
                _ => ReductionStyle::Tree(Adders::TwoWords),
            },
            partial_sum: match parameters.choice("partial_sum") {
                "registered" => PartialSum::Registered,
                _ => PartialSum::Wired,
            },
        }
    }
}

/// The geometry that the common parameters make, with groups of `group_size` and `tables` of them a cycle.
pub fn geometry(
    parameters: &Parameters,
    group_size: u32,
    tables: u32,
    weights: WeightFormat,
    addition: Addition,
) -> Geometry {
    let number = |name: &str| parameters.integer(name) as u32;
    Geometry {
        activation_bits: match parameters.choice("activation") {
            "int4" => 4,
            "int16" => 16,
            _ => 8,
        },
        group_size,
        tables,
        ports: number("ports"),
        weights,
        loop_order: match parameters.choice("loop_order") {
            "table_stationary" => LoopOrder::TableStationary,
            _ => LoopOrder::OutputStationary,
        },
        reduction: addition.reduction,
        partial_sum: addition.partial_sum,
        max_inputs: number("max_inputs"),
        max_outputs: number("max_outputs"),
        max_vectors: 1,
    }
}

/// The weight format of that name.
pub fn weight_format(name: &str) -> WeightFormat {
    WeightFormat::ALL.into_iter().find(|format| format.name() == name).unwrap_or(WeightFormat::Key)
}

/// Rules that hold for every core. `lanes` are the parameters that the activations per cycle follow from.
pub fn legality(geometry: &Geometry, lanes: &[&'static str]) -> Vec<Problem> {
    let mut problems = Vec::new();
    let lane_count = u64::from(geometry.lanes());
    if lane_count > u64::from(geometry.max_inputs) {
        let message = format!("{lane_count} activations enter per cycle, more than the longest input vector has");
        let problem = Problem::rule("C0201", "max_inputs", message, format!("{lane_count} or more"));
        problems.push(problem.involving(lanes).nearest(lane_count));
    }
    if geometry.ports > geometry.max_outputs {
        let message = format!("{} outputs are served per cycle, more than max_outputs", geometry.ports);
        let legal = format!("at most max_outputs ({})", geometry.max_outputs);
        let problem = Problem::rule("C0202", "ports", message, legal);
        problems.push(problem.involving(&["max_outputs"]).nearest(geometry.max_outputs));
    }
    if matches!(geometry.reduction, ReductionStyle::Compressed(..)) && geometry.partial_sum == PartialSum::Registered {
        let message = "with reduction: carry_save the accumulator is one of the words of the compressor tree, so \
                       that no register can stand between";
        problems
            .push(Problem::rule("C0203", "partial_sum", message, "wired").involving(&["reduction"]).nearest("wired"));
    }
    let ports = u64::from(geometry.ports);
    let buses = [
        (
            lanes[0],
            "the activation bus",
            u64::from(geometry.activation_bits * geometry.group_size),
            geometry.tables.into(),
        ),
        (
            "ports",
            "the bus of weights, packed or as keys,",
            u64::from(geometry.word_bits().max(geometry.key_bits())),
            ports,
        ),
        ("ports", "the bus of running sums", u64::from(geometry.sum_shape().width), ports),
    ];
    problems.extend(buses.into_iter().filter_map(|(parameter, what, part, count)| {
        too_wide(parameter, what, part, count).map(|problem| problem.involving(lanes))
    }));
    problems
}

/// The problem of a bus of `count` parts, which is the value of a parameter, of `part_bits` bits that no tool must accept.
pub fn too_wide(parameter: &'static str, what: &str, part_bits: u64, count: u64) -> Option<Problem> {
    let limit = u64::from(MAXIMUM_WIDTH);
    (part_bits * count > limit).then(|| {
        let (width, most) = (part_bits * count, limit / part_bits);
        let message = format!("{what} would be {width} bits wide, over the {limit} that Verilog tools must accept");
        Problem::rule("C0204", parameter, message, format!("parts of {part_bits} bits: at most {most}")).nearest(most)
    })
}
