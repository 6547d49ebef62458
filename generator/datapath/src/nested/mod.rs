//! Weights whose top bits are a model of their own (MatGPTQ, ELMoE-3D): a draft of every sum from the top slices alone,
//! and the exact sum by adding the rest to it.
//!
//! ```text
//!  weight: draft or rest ─► to one width ─► register ─► × ─► + over places ─┬─► · 2^dropped (draft) ─┬─► + ─► sum
//!  activation ─► mask ────────────────────► register ───►                   └─► as it is (rest) ─────┘   ▲___│
//! ```
//!
//! A multiplier is as wide as the wider slice, and never sees a whole weight.

mod element;
mod parameters;
mod slices;
mod stimulus;

pub use parameters::{DRAFT, REST};
pub use slices::Slicing;

use crate::array::{self, ArrayFamily, ControlCensus, ElementCensus, Geometry};
use crate::interface::Scenario;
use crate::parameter::{Parameter, Parameters, Problem};
use crate::typical::Work;
use crate::words::counted;
use parameters::Config;
use tritloom_hdl::Module;

/// The family.
pub struct Nested;

pub(crate) struct Element(Config);

/// The shape of an array of the family, and how its weights are cut.
pub fn shape(parameters: &Parameters) -> (Geometry, Slicing) {
    let config = Config::new(parameters);
    (config.geometry, config.slicing)
}

impl ArrayFamily for Nested {
    type Element = Element;

    fn name(&self) -> &'static str {
        "nested"
    }

    fn summary(&self) -> &'static str {
        "matrix-matrix array that drafts with the top slices of weights, and adds the rest for exact results"
    }

    fn contract(&self) -> &'static str {
        "\
A weight is w = d * 2^s + r, with its draft d of draft_bits and s = weight_bits - draft_bits.
mode draft: result[m][n] = 2^s * sum over k of activation[m][k] * d[n][k]
mode rest: result[m][n] += sum over k of activation[m][k] * r[n][k]
so that a draft and the rest behind it are sum over k of activation[m][k] * w[n][k], exact for every legal input.

slicing: floor    d = floor(w / 2^s), r of s bits without a sign
slicing: rounded  d = w / 2^s to the nearest, ties upwards, at most 2^(draft_bits - 1) - 1; r signed, of s + 1 bits

A rest adds to the sums that the elements hold: those of the last tile of the run before it. It must have that run's
inner dimension and activations, and no more rows and columns than that tile has. Drafts read draft_bits of each weight,
rests s (floor) or s + 1 bits (rounded), one after the other in a column's part of a beat.

Runs, streams and tiles are those of bit_weight; a run's mode is 0 for draft, 1 for rest, and runs follow one another
without a bubble. Latency: 3 cycles (operand register, sum, capture), and `columns` more with `topology:
output_stationary`. With `topology: weight_stationary` streams and tiles are those of bit_weight with it, and the sums that a rest
adds to are kept in the memory of partial sums; latency rows + 3."
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

    fn scenarios(&self, element: &Element, seed: u64) -> Vec<Scenario> {
        stimulus::scenarios(&element.0, seed)
    }

    fn typical_work(&self, element: &Element, mode: Option<usize>, seed: u64) -> Work {
        stimulus::typical_work(&element.0, mode != Some(DRAFT), seed)
    }

    /// A rest is no product of its own.
    fn matrix_product(&self, _element: &Element) -> Option<Geometry> {
        None
    }
}

impl array::Element for Element {
    fn geometry(&self) -> &Geometry {
        &self.0.geometry
    }

    fn census(&self) -> ElementCensus {
        ElementCensus {
            control: ControlCensus {
                bits: self.0.geometry.mode_bits(),
                stages: 1,
                read: 1,
                ..ControlCensus::default()
            },
            column_edge: element::column_edge_census(&self.0),
            parts: element::element_census(&self.0),
            ..ElementCensus::default()
        }
    }

    /// A draft, and its rest.
    fn runs(&self) -> u64 {
        2
    }

    fn top_name(&self) -> String {
        format!("nested_{}_{}", self.0.name(), self.0.geometry.name_suffix())
    }

    fn summary(&self) -> String {
        let Geometry { rows, columns, depth, .. } = self.0.geometry;
        let slicing = &self.0.slicing;
        format!(
            "Multiplies two matrices in draft, with the top {} of {} bits of the weights, or exactly, with the rest \
             behind it: {rows} x {columns} elements, {} each a cycle.",
            slicing.draft_bits,
            slicing.weight_bits,
            counted(depth, "product")
        )
    }

    fn column_edge(&self) -> Option<Module> {
        element::column_edge(&self.0)
    }

    fn element(&self) -> Module {
        element::element(&self.0)
    }
}
