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
//! ```
//!
//! The operands of a tile enter once for each bit of a serial side, or for each pair of bits, the heaviest first. A sum
//! moves up by a bit where the next lighter bits begin, so that no element has a shifter.

mod element;
mod parameters;

use crate::array::{self, ElementCensus, Geometry, Mode};
use crate::census::Parts;
use crate::family::{Family, Pace, Timing};
use crate::interface::{Interface, Scenario};
use crate::parameter::{Parameter, Parameters, Problem};
use parameters::{Config, Serial, Side};
use tritloom_hdl::{Design, Diagnostics, Module};

/// The family.
pub struct BitSerial;

struct Element(Config);

/// The shape of an array of the family.
pub fn geometry(parameters: &Parameters) -> Geometry {
    Config::new(parameters).geometry
}

impl Family for BitSerial {
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
times the precision of the serial side, or the product of both. Latency: 3 cycles (operand register, sum, capture)."
    }

    fn parameters(&self) -> &'static [Parameter] {
        parameters::TABLE
    }

    fn legality(&self, parameters: &Parameters) -> Vec<Problem> {
        parameters::legality(parameters)
    }

    fn hardware(&self, parameters: &Parameters) -> Result<Design, Diagnostics> {
        let element = Element(Config::new(parameters));
        array::build(&element.0.geometry, &element)
    }

    fn interface(&self, parameters: &Parameters) -> Interface {
        array::interface(&geometry(parameters))
    }

    fn timing(&self, parameters: &Parameters) -> Timing {
        array::timing(&geometry(parameters), |_| Pace::EVERY_CYCLE)
    }

    fn modes(&self, parameters: &Parameters) -> Vec<Mode> {
        geometry(parameters).modes
    }

    fn census_by_part(&self, parameters: &Parameters) -> Parts {
        let config = Config::new(parameters);
        let element = ElementCensus {
            row_edge: element::edge_census(&config, Side::Activation),
            column_edge: element::edge_census(&config, Side::Weight),
            parts: element::element_census(&config),
            ..ElementCensus::default()
        };
        array::census_by_part(&config.geometry, element)
    }

    fn scenarios(&self, parameters: &Parameters, seed: u64) -> Vec<Scenario> {
        array::scenarios(&geometry(parameters), &|_| 1, seed)
    }

    fn baselines(&self, _parameters: &Parameters) -> Vec<(&'static dyn Family, Parameters)> {
        Vec::new()
    }
}

impl array::Element for Element {
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
             with {depth} products of a bit a cycle and a carry-save sum."
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
