//! Only digits that are not zero: of the activations (Pragmatic, MICRO 2017), of the weights, or pairs of both (Laconic,
//! arXiv 1805.04513), all as canonical signed digits.
//!
//! ```text
//!  activations ─► canonical digits ─► the next one: position, sign ───────────────────┐
//!  weights, held ─► inverted by the sign ─► shifted to the position ─► compressor tree ─► two words ─┐
//!                                                                         ▲───────────────────────────┘
//!  both:  activations ─► the next digit: power of two, sign ─► shifted by the position of
//!         weights ─────► the next digit: position, sign ───────┘        ─► the same tree
//! ```

mod cycles;
mod element;
mod feeder;
mod parameters;

use crate::array::{self, ArrayFamily, ElementCensus, FeederCensus, Geometry, Mode, OperandBeat};
use crate::family::Pace;
use crate::parameter::{Parameter, Parameters, Problem};
use crate::words::counted;
use parameters::{Config, Serial};
use tritloom_hdl::Module;

/// The family.
pub struct SparseSerial;

pub(crate) struct Element(Config);

/// The shape of an array of the family.
pub fn geometry(parameters: &Parameters) -> Geometry {
    Config::new(parameters).geometry
}

/// How many cycles the core works on a beat of operands, from plain integers.
pub fn beat_cycles(parameters: &Parameters, beat: &OperandBeat) -> u64 {
    cycles::of_beat(&Config::new(parameters), beat)
}

impl ArrayFamily for SparseSerial {
    type Element = Element;

    fn name(&self) -> &'static str {
        "sparse_serial"
    }

    fn summary(&self) -> &'static str {
        "matrix-matrix array that works on signed digits that are not zero, of one side or of both (Pragmatic, Laconic)"
    }

    fn contract(&self) -> &'static str {
        "\
result[m][n] = sum over k of activation[m][k] * weight[n][k], exact for every legal input.

Runs, streams and tiles are those of bit_weight. The numbers of a serial side become canonical signed digits -1, 0, 1 of
weights 2^i, of which every other one at most is not zero; an element adds, for each of its `depth` places at a time, the
product of the place's next digit that is not zero. A beat of operands takes as many cycles as the number of the serial
side has digits that has most of them, at least one: 1 to 4 for int8. With `serial: both` every digit of the activations
meets every digit of the weights: as many cycles as the product of both numbers, 1 to 16 for int8 by int8. All rows,
columns and places wait for the one that has most; the operand streams wait meanwhile. Narrow numbers have few digits, so
that no run has to name a precision. Weights beyond the run do not change the result, but may cost cycles.

Latency: a tile's first row is valid 3 cycles after the beat that completes it where that beat takes one cycle, and a cycle
later for each that it takes beyond; `columns` cycles later with `topology: output_stationary`.

With `topology: weight_stationary` weights stay, as in bit_weight, and `serial` is `activations`: a vector takes as many
cycles as that of its numbers in the array has digits that has most of them, at least one. Latency: rows + 5 from the
vector, and a cycle later for each that it takes beyond one."
    }

    fn parameters(&self) -> &'static [Parameter] {
        parameters::TABLE
    }

    fn legality(&self, parameters: &Parameters) -> Vec<Problem> {
        parameters::legality(parameters)
    }

    fn element(&self, parameters: &Parameters) -> Element {
        Element(Config::new(parameters))
    }
}

impl array::Element for Element {
    fn geometry(&self) -> &Geometry {
        &self.0.geometry
    }

    fn census(&self) -> ElementCensus {
        ElementCensus {
            feeder: Some(FeederCensus {
                primitives: feeder::census(&self.0),
                dealt_bits: self.0.dealt_bits(),
                in_a_cycle: false,
            }),
            parts: element::element_census(&self.0),
            ..ElementCensus::default()
        }
    }

    fn pace(&self, _mode: &Mode) -> Pace {
        cycles::pace(&self.0)
    }

    fn beat_cycles(&self, beat: &OperandBeat) -> u64 {
        cycles::of_beat(&self.0, beat)
    }

    fn top_name(&self) -> String {
        format!("sparse_serial_{}_{}", self.0.name(), self.0.geometry.name_suffix())
    }

    fn summary(&self) -> String {
        let Geometry { rows, columns, depth, .. } = self.0.geometry;
        let what = match self.0.serial {
            Serial::Weights => "digits of weights",
            Serial::Activations => "digits of activations",
            Serial::Both => "pairs of digits",
        };
        format!(
            "Multiplies two matrices, {what} that are not zero one after the other: {rows} x {columns} elements, each \
             with {} of a digit a cycle and a carry-save sum.",
            counted(depth, "product")
        )
    }

    fn column_edge(&self) -> Option<Module> {
        None
    }

    fn feeder(&self) -> Option<Module> {
        Some(feeder::feeder(&self.0))
    }

    fn element(&self) -> Module {
        element::element(&self.0)
    }
}
