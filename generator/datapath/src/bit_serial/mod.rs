//! Products of integers bit by bit, in any precision up to the widest: bits of the weights (UNPU, JSSC 2019), of the
//! activations (Stripes, MICRO 2016), or of both (Loom, DAC 2018).
//!
//! ```text
//!  activations, whole ─► mask ─► inverted in the pass of a sign ─► register ─┐
//!  weights, a bit of each place ──────────────────────────────────► register ─► AND ─► compressor tree ─► two words ─┐
//!                                                                                        ▲─── × 1, or × 2 where ──────┘
//!                                                                                             a lighter bit begins
//!  both serial:  bits ─► register ─┐
//!                bits ─► register ─► AND ─► count of ones ─► negative? ─► the same two words
//!
//!  weights stay:  activations, or a bit of each ─► register ─► AND ─► compressor tree ─► to the element below ─► ... ─►
//!                 weights, held ─► the bit of the pass, if they are serial ─┘     resolve ─► × 1 or × 2, and added
//! ```
//!
//! The operands of a tile enter once for each bit of a serial side, or for each pair of bits, the heaviest first. A sum
//! moves up by a bit where the next lighter bits begin, so that no element has a shifter. Where weights stay each vector passes
//! so often instead, and the sums of its passes move up and are added behind the array, once a column.

mod element;
mod parameters;

use crate::array::{self, ArrayFamily, ElementCensus, Geometry};
use crate::parameter::{Parameter, Parameters, Problem};
use crate::words::counted;
use parameters::{Config, Serial, Side};
use tritloom_hdl::Module;

/// The family.
pub struct BitSerial;

pub(crate) struct Element(Config);

/// The shape of an array of the family.
pub fn geometry(parameters: &Parameters) -> Geometry {
    Config::new(parameters).geometry
}

impl ArrayFamily for BitSerial {
    type Element = Element;

    fn name(&self) -> &'static str {
        "bit_serial"
    }

    fn summary(&self) -> &'static str {
        "matrix-matrix array that takes weights, activations or both bit by bit, in any precision (UNPU, Stripes, Loom)"
    }

    fn contract(&self) -> &'static str {
        "\
result[m][n] = sum over k of activation[m][k] * weight[n][k], exact for every legal input.

A run names the precision of each serial side, from 1 bit to the widest, as its mode: with one serial side mode p takes
numbers of p + 1 bits, with both mode p * weight_bits + q takes activations of p + 1 and weights of q + 1 bits. A signed
number of one bit is 0 or -1. Runs follow one another without a bubble and without reset whatever their modes.

The operands of a tile enter once for each bit of the serial side, the top bit first, or with both for each pair of bits:
pairs of equal weight one after the other, the heaviest weight first and in it the highest bit of the activations first.
A beat of a serial side is a bit of each of `depth` places of every row or column; a beat of the other side holds them
whole, the same in every pass. The operands of the passes of a tile follow one another on the streams.

Runs, streams and tiles are those of bit_weight otherwise. A beat takes a cycle: a tile takes max(1, ceil(inner / depth))
times the precision of the serial side, or the product of both. Latency: 3 cycles (operand register, sum, capture), and
`columns` more with `topology: output_stationary`; with `draining` one more for each 8 bits of a sum, the last ones fewer.

With `topology: weight_stationary` weights enter whole, in the low bits of a place of the widest, once for each tile, a beat
for each row of the array; bits above the precision of the run are ignored. Each vector passes them once for each bit of
the serial side, or for each pair of bits, a cycle each: serial activations enter a bit of each place a beat, in the order
above, whole ones once, and stand at the stream until the last pass. Latency: rows + 4 from the beat of the last pass."
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
            row_edge: element::edge_census(&self.0, Side::Activation),
            column_edge: element::edge_census(&self.0, Side::Weight),
            parts: element::element_census(&self.0),
            ..ElementCensus::default()
        }
    }

    fn top_name(&self) -> String {
        format!("bit_serial_{}_{}_{}", self.0.numbers_name(), self.0.tree.name(), self.0.geometry.name_suffix())
    }

    fn summary(&self) -> String {
        let Geometry { rows, columns, depth, .. } = self.0.geometry;
        let serial = match self.0.serial {
            Serial::One(Side::Activation) => "activations",
            Serial::One(Side::Weight) => "weights",
            Serial::Both => "activations and weights",
        };
        format!(
            "Multiplies two matrices, {serial} bit by bit in the precision of a run: {rows} x {columns} elements, each \
             with {} of a bit a cycle and a carry-save sum.",
            counted(depth, "product")
        )
    }

    fn row_edge(&self) -> Option<Module> {
        element::edge(&self.0, Side::Activation)
    }

    fn column_edge(&self) -> Option<Module> {
        element::edge(&self.0, Side::Weight)
    }

    fn element(&self) -> Module {
        element::element(&self.0)
    }
}
