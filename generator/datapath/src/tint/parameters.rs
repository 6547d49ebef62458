//! Parameters of the family, and the geometry that they make.

use crate::arith::bit_heap::Tree;
use crate::arith::bit_heap::parameters::{COMPRESSION, COUNTERS};
use crate::matvec::{self, Accumulation, Addition, Geometry, LoopOrder, PartialSum, ReductionStyle};
use crate::parameter::{Parameter, Parameters};
use crate::sign_flip::{LANES, WEIGHTS};

pub(super) const TABLE: &[Parameter] = &[
    LANES,
    matvec::PORTS,
    matvec::ACTIVATION,
    COMPRESSION,
    COUNTERS,
    Parameter::choice(
        "accumulation",
        &[
            ("resolved", "one word: the adder behind the tree is in the loop"),
            (
                "carry_save",
                "two words: the adder stands behind the accumulator, one cycle more of latency, twice the registers",
            ),
        ],
        Some("resolved"),
        "what an accumulator holds",
    ),
    Parameter::choice(
        "loop_order",
        &[
            (
                "output_stationary",
                "one accumulator a port; activations are buffered and pass once for each output tile",
            ),
            ("table_stationary", "one accumulator an output, in a memory; each activation tile passes once"),
            (
                "weight_stationary",
                "a tile of weights stays while up to max_vectors vectors pass; a sum of each in a memory",
            ),
        ],
        Some("output_stationary"),
        "which operand stays in place while the other passes",
    ),
    WEIGHTS,
    matvec::MAX_INPUTS,
    matvec::MAX_OUTPUTS,
    Parameter::integer(
        "max_vectors",
        1,
        4096,
        Some(64),
        "most vectors of a run in weight-stationary order: words of the memory of sums; no effect in other orders",
    ),
];

pub(super) const CONTRACT: &str = "\
y[m] = sum over n of w[m][n] * x[n], with w in {-1, 0, +1}, exact for every legal input.

Each lane of a port gives its activation, its complement or zero to one compressor tree (arXiv 2604.27396); the ones
that complements owe are single bits of the tree, and no sign is extended: one constant stands for all extensions.
The accumulator enters the same tree, as one word (resolved) or as two (carry_save). In table-stationary order the
memory of sums holds as many words.

Streams, order of beats, masking and schedule are those of sign_flip, so that a core can be exchanged for the other.
In weight-stationary order a run is Y = W X: run {inputs, outputs, vectors}; each tile of weights is sent once and stays
while a tile of every vector passes, one a cycle, so that the weight stream rests for all but one of them; the vectors
are sent again for each tile of outputs; results come tile by tile, in it vector by vector.
Latency: 1 (entry) + 1 with a carry-save accumulation + 1 (result) cycles from the weight beat that completes a result;
one beat a cycle. A carry-save sum becomes one word in an adder a port, in the cycle behind the accumulator: these are
not shared, since runs of one tile of inputs complete a sum in every port and every cycle.

There is no option for zero gating: the gates that make the term of a zero weight are it; behind them no bit of such a
lane moves while its weight stays zero. To hold old operands instead would take a register
for each term of each port, or, in the activations that all ports share, only act where every port has a zero.";

/// The geometry of complete parameters.
pub(super) fn geometry(parameters: &Parameters) -> Geometry {
    let accumulation = match parameters.choice("accumulation") {
        "carry_save" => Accumulation::CarrySave,
        _ => Accumulation::Resolved,
    };
    let reduction = ReductionStyle::Compressed(Tree::new(parameters), accumulation);
    let addition = Addition { reduction, partial_sum: PartialSum::Wired };
    let weights = matvec::weight_format(parameters.choice("weights"));
    let geometry = matvec::geometry(parameters, 1, parameters.integer("lanes") as u32, weights, addition);
    match parameters.choice("loop_order") {
        "weight_stationary" => {
            let max_vectors = parameters.integer("max_vectors") as u32;
            Geometry { loop_order: LoopOrder::WeightStationary, max_vectors, ..geometry }
        }
        _ => geometry,
    }
}
