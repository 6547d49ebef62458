//! Products of integers by slices, fused at run time: BitFusion (ISCA 2018, arXiv 1712.01507) and BitBlade (DAC 2019).
//!
//! ```text
//!            weight bus: a row a slice of the activations
//!                 │ edge: deals slices out, signs on top slices
//!  activation     ▼
//!  bus ── edge ─► w_j x_i  w_j x_i  ...   a grid of multipliers of slices
//!                   │        │
//!                   ▼        ▼            gathered over `depth`, or a grid for each of `depth`
//!                 rows: the words of a weight digit j, each shifted by the digit that i is in the mode, added to two words
//!                   │        │            (of an activation digit i where weights have more digits)
//!                   └───┬────┘
//!                       ▼                 shifted by the digit that j is in the mode
//!                 compressor tree ─► register ─► + ─► sum
//! ```
//!
//! Where slice products are not gathered, the compressor tree is split: each of `depth` fusion units leaves two words.

mod activation_sum;
mod edge;
mod element;
mod grid;
mod grid_sum;
mod parameters;
mod rows;
mod slicing;

use crate::array::{self, ArrayFamily, ControlCensus, ElementCensus, Geometry};
use crate::bit_weight::BitWeight;
use crate::family::Family;
use crate::parameter::{Given, Parameter, Parameters, Problem};
use crate::registry;
use crate::words::counted;
use parameters::Config;
use slicing::{Control, Side, Slicing};
use tritloom_hdl::{Census, Module, ModuleBuilder, Primitive, Value};

/// The family.
pub struct BitSlice;

pub(crate) struct Element(Config);

/// The shape of an array of the family.
pub fn geometry(parameters: &Parameters) -> Geometry {
    Config::new(parameters).geometry
}

impl ArrayFamily for BitSlice {
    type Element = Element;

    fn name(&self) -> &'static str {
        "bit_slice"
    }

    fn summary(&self) -> &'static str {
        "matrix-matrix array of multipliers of slices that fuse to the widths of a run (BitFusion, BitBlade)"
    }

    fn contract(&self) -> &'static str {
        "\
result[m][n] = sum over k of activation[m][k] * weight[n][k], exact for every legal input.

A run names its mode: activations and weights of how many bits it multiplies, any number of whole slices on either side
that divides the widest one. An element has `depth` multipliers of the widest numbers, each a grid of multipliers of
slices; in a mode of narrower numbers the grid falls apart, and a beat takes as many more places of the inner dimension.
With 8-bit numbers and slices of 2 bits these are 8x8, 8x4, 8x2, 4x8, ... 2x2, of 1, 2, 4, ... 16 places for each of
`depth`. Numbers of one bit are 0 and 1, or signed 0 and -1.

Runs, streams and tiles are those of bit_weight; runs of different modes follow one another without a bubble. In a mode
of activations of a bits and weights of w bits, with S = depth * activation_bits / a, place p of a beat has its
activation at bit p % S * a + p / S * (w / weight_slice) * depth * activation_bits of its row, and its weight at bit
p % S * (a / activation_slice) * weight_bits + p / S * w of its column.

With `zero_points` numbers stand for what they are less a zero point:
result[m][n] = sum over k of (activation[m][k] - za) * (weight[n][k] - zw[n]), exact for all zero points that the widest
numbers can be, in any mode. They enter on a stream of their own, zero_point {activation: za; weights: zw of every column,
first column lowest; sums: of every column the sum over the run's k of weight[n][k] - zw[n], signed}: a beat for each tile
of columns, taken with the tile's last row, which waits for it. The sums are known with the weights; those of the
activations are made here, once for all columns. Groups of the inner dimension with zero points of their own are runs of
their own. Every column has two multipliers for its zero points behind the array.

Latency: 4 cycles (operand register, beat sum, sum, capture), and `columns` more with `topology: output_stationary`.
With `topology: weight_stationary` streams and tiles are those of bit_weight with it, each row of the array a part of the inner
dimension as long as a beat of the mode; latency rows + 3, one more for partial sums in a memory."
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

    /// In each place a multiplier of the narrowest type that holds the widest numbers, or these less their zero points.
    fn baselines(&self, parameters: &Parameters) -> Vec<(&'static dyn Family, Parameters)> {
        let Config { activation, weight, geometry, .. } = Config::new(parameters);
        let word = |slicing: Slicing| {
            let wider = !slicing.signed || geometry.zero_points.is_some();
            let types = [(4, "int4"), (8, "int8"), (16, "int16")];
            types.into_iter().find(|(bits, _)| slicing.bits + u32::from(wider) <= *bits).map(|(_, word)| word)
        };
        let Some((activation, weight)) = word(activation).zip(word(weight)) else { return Vec::new() };
        let topology = ("topology", parameters.choice("topology"));
        let adders = ("adders", parameters.choice("adders"));
        let words = [("step", "baseline"), ("activation", activation), ("weight", weight), topology, adders];
        let numbers = [
            ("layers", geometry.layers()),
            ("rows", geometry.rows),
            ("columns", geometry.columns),
            ("depth", geometry.depth),
            ("max_inner", geometry.max_inner),
            ("max_columns", geometry.max_columns),
            ("max_rows", parameters.integer("max_rows") as u32),
        ];
        let numbers = numbers.map(|(name, value)| (name, Given::from(u64::from(value))));
        let given = words.map(|(name, word)| (name, Given::from(word))).into_iter().chain(numbers);
        let multipliers = registry::resolve(&BitWeight, given);
        multipliers.into_iter().map(|parameters| (&BitWeight as &dyn Family, parameters)).collect()
    }
}

impl array::Element for Element {
    fn geometry(&self) -> &Geometry {
        &self.0.geometry
    }

    fn census(&self) -> ElementCensus {
        let control = Control::new(self.0.activation, self.0.weight);
        let table = u64::from(control.bits()) * control.modes() as u64;
        let mut decoder = Census::default();
        decoder.add(Primitive::Table, 1, table);
        ElementCensus {
            control: ControlCensus { decoder, bits: control.bits(), stages: 1, read: 1 },
            row_edge: Some(edge::edge_census(&self.0, Side::Activation)),
            column_edge: Some(edge::edge_census(&self.0, Side::Weight)),
            parts: element::element_census(&self.0),
            activation_sum: activation_sum::census(&self.0),
            ..ElementCensus::default()
        }
    }

    fn top_name(&self) -> String {
        let zero_points = if self.0.geometry.zero_points.is_some() { "zero_points_" } else { "" };
        format!("bit_slice_{zero_points}{}_{}", self.0.name(), self.0.geometry.name_suffix())
    }

    fn summary(&self) -> String {
        let Config { geometry, activation, weight, .. } = &self.0;
        format!(
            "Multiplies two matrices of integers of up to {} by {} bits: {} x {} elements of {} of {} by {} \
             bits.",
            activation.bits,
            weight.bits,
            geometry.rows,
            geometry.columns,
            counted(self.0.activation_slices() * weight.count(), "multiplier"),
            activation.slice,
            weight.slice
        )
    }

    fn control(&self, _m: &ModuleBuilder, mode: &Value) -> Value {
        Control::new(self.0.activation, self.0.weight).decode(mode)
    }

    fn row_edge(&self) -> Option<Module> {
        Some(edge::edge(&self.0, Side::Activation))
    }

    fn column_edge(&self) -> Option<Module> {
        Some(edge::edge(&self.0, Side::Weight))
    }

    fn activation_sum(&self) -> Option<Module> {
        Some(activation_sum::activation_sum(&self.0))
    }

    fn element(&self) -> Module {
        element::element(&self.0)
    }
}
