//! Sums over several tiles of the inner dimension, added up in a memory.

use super::geometry::Geometry;
use crate::census::sum_of;
use tritloom_hdl::Primitive::{Adder, AndOr, Inverter, Memory, Multiplexer, Register, ResetRegister};
use tritloom_hdl::{Census, Lanes, ModuleBuilder, Value, bits_for, uint};

/// What becomes of a row of sums.
pub(super) struct PartialSums {
    /// It arrives.
    pub arriving: Value,
    /// It is the last of its tile.
    pub last_vector: Value,
    /// It is the first of its sums, a cycle later.
    pub begins: Value,
    /// More are still to come, a cycle later.
    pub kept: Value,
}

/// A row of sums that arrives, and the sum of its activations where there is one above them; all with those of the tiles
/// before, a cycle later. Sums of vectors with passes come out of registers, that cycle later.
pub(super) fn added(
    m: &ModuleBuilder,
    geometry: &Geometry,
    max_rows: u32,
    (sums, activation_sum): (&Lanes, Option<&Value>),
    what: &PartialSums,
) -> Value {
    let (columns, bits) = (geometry.columns, geometry.resolved_bits());
    let memory = m.memory("partial_sums", uint(row_bits(geometry)), memory_rows(max_rows));
    let address = memory.address_shape();
    let number = m.register("vector_number", address);
    let next = (number.value() + m.uint(1, address.width)).wrap(address.width);
    number.enable(&what.arriving).reset(0).next(&what.last_vector.mux(&m.uint(0, address.width), &next));
    let before = memory.read("before", &what.arriving, &number);
    let total = |base: Value, sum: &Value| {
        let bits = base.width();
        let base = (base & (!&what.begins).replicate(bits)).as_signed();
        (base + sum.as_signed()).wrap(bits).as_unsigned()
    };
    let sums = match geometry.vectors_have_passes() {
        true => sums.clone(),
        false => m.delay("resolved", sums.flat(), None).lanes(sums.shape(), columns),
    };
    let of_columns = before.slice(0, bits * columns).lanes(uint(bits), columns);
    let totals = m.lanes("total", uint(bits), columns);
    m.repeat("summed_column", columns, |column| {
        totals.drive(column, &m.wire("sum_so_far", &total(of_columns.lane(column), &sums.lane(column))));
    });
    let row = match activation_sum {
        None => totals.flat().clone(),
        Some(sum) => {
            let base = before.slice(bits * columns, geometry.activation_sum_bits());
            let sum = total(base, &m.delay("resolved_activation_sum", sum, None));
            m.concat(&[&m.wire("activation_sum_so_far", &sum), totals.flat()])
        }
    };
    memory.write(&what.kept, &m.delay("summed_number", &number, None), &row);
    row
}

/// Bits of a word of the memory.
fn row_bits(geometry: &Geometry) -> u32 {
    let activation_sum = if geometry.zero_points.is_some() { geometry.activation_sum_bits() } else { 0 };
    geometry.resolved_bits() * geometry.columns + activation_sum
}

fn memory_rows(max_rows: u32) -> u32 {
    max_rows.max(2)
}

/// The primitives of [`added`], and what says of a row of sums what becomes of it.
pub(super) fn census(geometry: &Geometry, max_rows: u32) -> Census {
    let (columns, bits) = (geometry.columns, geometry.resolved_bits());
    let depth = memory_rows(max_rows);
    let address = bits_for(u64::from(depth) - 1);
    let mut census = sum_of(&[
        (AndOr, 7, 1),    // may leave 2, apart, last left, promise, announced, and kept or begins
        (Inverter, 3, 1), // of complete, apart, and of complete or of the mode that adds
        (Adder, 1, address + 1),
        (Multiplexer, 1, address),
        (ResetRegister, 1, address),
        (Register, 1, address),
        (Memory, 1, row_bits(geometry) * depth),
        (Inverter, 1, 1), // of begins
    ]);
    if !geometry.vectors_have_passes() {
        census.add(Register, 1, (columns * geometry.kept_bits()).into()); // resolved
    }
    let total = |bits: u32| sum_of(&[(AndOr, 1, bits), (Adder, 1, bits + 1)]);
    census.add_census(&total(bits), columns.into());
    let sum_columns = u64::from(geometry.activation_sum_columns());
    census.add(Register, sum_columns, geometry.kept_activation_bits().into()); // resolved
    census.add_census(&total(geometry.activation_sum_bits()), sum_columns);
    census
}
