//! Zero points: operands that stand for what they are less an offset of their run.
//!
//! ```text
//! sum of (x - zx) (w - zw[n]) = sum of x w - zw[n] * sum of x - zx * sum of (w - zw[n])
//! ```
//!
//! Elements multiply operands as they come, and the two products of zero points are taken from a row of sums as it
//! leaves: two multipliers a column, whatever the inner dimension. The sum of a row's activations is the same for all
//! columns; a column of adders beside the elements makes it ([`super::Element::activation_sum`]). The sums of weights
//! less their zero points are known with the weights, and enter with the zero points.

use super::geometry::{Geometry, Topology};
use super::results::Row;
use crate::arith::reduction::bits_up_to;
use crate::census::{copies, products, sum_of};
use tritloom_hdl::Primitive::{Adder, AndOr};
use tritloom_hdl::{Census, Lanes, ModuleBuilder, Shape, Value, sint, uint};

/// The numbers that zero points may be: those of full width, in every mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ZeroPoints {
    /// Of activations.
    pub activation: Shape,
    /// Of weights.
    pub weight: Shape,
}

impl ZeroPoints {
    /// The greatest magnitude of a number less a zero point.
    fn span(shape: Shape) -> u64 {
        (1 << shape.width) - 1
    }

    /// Bits of a result over so many places.
    pub(super) fn result_bits(&self, inner: u32) -> u32 {
        bits_up_to(ZeroPoints::span(self.activation) * ZeroPoints::span(self.weight) * u64::from(inner))
    }

    /// Bits of a sum of weights less their zero point, over so many places.
    pub(super) fn weight_sum_bits(&self, inner: u32) -> u32 {
        bits_up_to(ZeroPoints::span(self.weight) * u64::from(inner))
    }

    /// The fields of the stream that brings them, each with its bits.
    pub(super) fn fields(&self, geometry: &Geometry) -> [(&'static str, u32); 3] {
        let Geometry { columns, max_inner, .. } = *geometry;
        [
            ("activation", self.activation.width),
            ("weights", self.weight.width * columns),
            ("sums", self.weight_sum_bits(max_inner) * columns),
        ]
    }
}

/// What a row is corrected with, from the array.
pub(super) struct Correction {
    /// The sum of its activations.
    pub activation_sum: Value,
    /// It is the last of its tile; `None`: every row is.
    pub ends_tile: Option<Value>,
}

/// The stream of zero points: a beat for each tile of columns.
pub(super) struct Inputs {
    pub valid: Value,
    activation: Value,
    weights: Lanes,
    sums: Lanes,
}

impl Inputs {
    pub fn declare(m: &ModuleBuilder, geometry: &Geometry, zero_points: &ZeroPoints) -> Inputs {
        let Geometry { columns, max_inner, .. } = *geometry;
        let ZeroPoints { activation, weight } = *zero_points;
        let sum = sint(zero_points.weight_sum_bits(max_inner));
        Inputs {
            valid: m.documented_input("zero_point_valid", uint(1), "for each tile of columns"),
            activation: m.documented_input("zero_point_activation", activation, "of all activations"),
            weights: m.input_lanes("zero_point_weights", weight, columns, "of each column, the first lowest"),
            sums: m.input_lanes("zero_point_sums", sum, columns, "of the weights of each column less its zero point"),
        }
    }

    /// The row less what its zero points contribute, valid where they are; they are taken with the last row of a tile.
    pub fn corrected(
        &self,
        m: &ModuleBuilder,
        geometry: &Geometry,
        (row, correction): (&Row, &Correction),
        ready: &Value,
    ) -> Row {
        m.section("Zero points");
        let taken = &row.valid & ready;
        let taken = correction.ends_tile.as_ref().map_or(taken.clone(), |ends_tile| &taken & ends_tile);
        m.documented_output("zero_point_ready", &taken, "with the last row of the tile");
        let activation_sum = correction.activation_sum.as_signed();
        let zero_activation = number(&self.activation);
        let bits = geometry.result_bits();
        let corrected = m.lanes("corrected", uint(bits), geometry.columns);
        m.repeat("corrected_column", geometry.columns, |column| {
            let of_weights = m.wire("of_weights", &(number(&self.weights.lane(column)) * &activation_sum));
            let of_activations = m.wire("of_activations", &(&zero_activation * self.sums.lane(column)));
            let excess = m.wire("excess", &(&of_weights + &of_activations));
            let exact = m.wire("exact", &(row.sums.lane(column).as_signed() - &excess));
            let result = if exact.width() > bits { exact.wrap(bits) } else { exact.extend(bits) };
            corrected.drive(column, &result.as_unsigned());
        });
        Row {
            valid: m.wire("row_and_zero_points", &(&row.valid & &self.valid)),
            sums: (*corrected).clone(),
            keep: row.keep.clone(),
            last: row.last.clone(),
            correction: None,
        }
    }
}

fn number(value: &Value) -> Value {
    if value.shape().signed { value.clone() } else { value.to_signed() }
}

fn number_bits(shape: Shape) -> u32 {
    shape.width + u32::from(!shape.signed)
}

/// The primitives of [`Inputs::corrected`], and of what keeps a row until its zero points are there.
pub(super) fn census(geometry: &Geometry) -> Census {
    let Some(zero_points) = &geometry.zero_points else { return Census::default() };
    let ends_tile = geometry.rows > 1
        || matches!(geometry.topology, Topology::OutputStationary | Topology::WeightStationary { .. });
    let (activation, weight) = (number_bits(zero_points.activation), number_bits(zero_points.weight));
    let (of_row, of_column) = (geometry.activation_sum_bits(), zero_points.weight_sum_bits(geometry.max_inner));
    let excess = (weight + of_row).max(activation + of_column) + 1;
    let mut column = sum_of(&[(Adder, 1, excess), (Adder, 1, excess.max(geometry.sum_bits()) + 1)]);
    column.add_census(&products(1, [zero_points.weight.width, of_row]), 1);
    column.add_census(&products(1, [zero_points.activation.width, of_column]), 1);
    let mut census = copies(&column, geometry.columns.into());
    census.add(AndOr, 3 + u64::from(ends_tile), 1); // row is taken, its ready, valid
    census
}
