//! Sums over several tiles of the inner dimension, added up in a memory.

use super::geometry::Geometry;
use crate::census::{copies, sum_of};
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

/// A row of sums that arrives, and those of the tiles before, a cycle later.
pub(super) fn added(m: &ModuleBuilder, geometry: &Geometry, max_rows: u32, sums: &Lanes, what: &PartialSums) -> Lanes {
    let (columns, bits) = (geometry.columns, geometry.resolved_bits());
    let memory = m.memory("partial_sums", uint(bits * columns), memory_rows(max_rows));
    let address = memory.address_shape();
    let number = m.register("vector_number", address);
    let next = (number.value() + m.uint(1, address.width)).wrap(address.width);
    number.enable(&what.arriving).reset(0).next(&what.last_vector.mux(&m.uint(0, address.width), &next));
    let before = memory.read("before", &what.arriving, &number).lanes(uint(bits), columns);
    let sums = m.delay("resolved", sums.flat(), None).lanes(sums.shape(), columns);
    let total = m.lanes("total", uint(bits), columns);
    m.repeat("summed_column", columns, |column| {
        let base = (before.lane(column) & (!&what.begins).replicate(bits)).as_signed();
        let sum = sums.lane(column).as_signed();
        total.drive(column, &m.wire("sum_so_far", &(base + sum).wrap(bits).as_unsigned()));
    });
    memory.write(&what.kept, &m.delay("summed_number", &number, None), total.flat());
    (*total).clone()
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
        (AndOr, 7, 1),    // may leave 2, apart, last left, promise, announced, kept
        (Inverter, 3, 1), // of complete 2, apart
        (Adder, 1, address + 1),
        (Multiplexer, 1, address),
        (ResetRegister, 1, address),
        (Register, 1, address),
        (Register, 1, columns * geometry.kept_bits()), // resolved
        (Memory, 1, bits * columns * depth),
        (Inverter, 1, 1), // of begins
    ]);
    census.add_census(&copies(&sum_of(&[(AndOr, 1, bits), (Adder, 1, bits + 1)]), columns.into()), 1);
    census
}
