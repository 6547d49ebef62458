//! The broadcast matrix without registers beside its sums: a complete tile leaves through the accumulators.
//!
//! ```text
//!               resolve ─► row register ─► result
//!                  ▲
//!  row 0       element ◄─┐
//!                        │ sums move up, a row in two cycles, before the next tile begins
//!  row 1       element ◄─┘ ◄─┐
//!                            │
//!  row 2       element ◄─────┘
//! ```
//!
//! From the last beat of a tile on none enters until the last of its rows has left. So nothing in the array ever waits:
//! no register between operands and sums has an enable, and a cycle without a beat adds zeros. A tile takes two cycles a
//! row longer. Each column has registers of its own for what all of its elements see: no signal drives more.

use super::column::{Beat, operand_ports};
use super::geometry::Geometry;
use super::results::{Completed, Row, resolved};
use super::schedule::Schedule;
use crate::census::sum_of;
use tritloom_hdl::Primitive::{
    Adder, AndOr, Comparator, EnabledRegister, Inverter, Multiplexer, Register, ResetRegister,
};
use tritloom_hdl::{Census, ForwardWire, Lanes, Module, ModuleBuilder, Value, uint};

/// Cycles from the completion of a tile of so many rows to its last row: each is told to move a cycle before it does.
pub(super) fn way_of_rows(rows: u64) -> u64 {
    (2 * rows).saturating_sub(1)
}

/// Cycles from there to the first beat of the next tile.
pub(super) fn pause(geometry: &Geometry) -> u64 {
    1 + u64::from(geometry.element_stages)
}

/// What says that beats may enter, and that the sums move up.
pub(super) struct Gates {
    pub free: ForwardWire,
    pub drain: ForwardWire,
}

/// The elements, and the way of their sums to the rows of a tile.
pub(super) fn rows(
    m: &ModuleBuilder,
    geometry: &Geometry,
    (beat, completed): (&Beat, &Completed),
    schedule: &Schedule,
    ready: &Value,
    gates: &Gates,
) -> Row {
    let bits = geometry.row_count_bits();
    let (valid, draining) = (m.register("result_valid", uint(1)), m.register("draining", uint(1)));
    let waits = m.wire("row_waits", &(valid.value() & !ready));
    let drains = m.wire("drains", &(&completed.complete | draining.value()));
    let moved = m.register("row_moved", uint(1));
    let moves = m.wire("row_moves", &(&drains & !(&waits | moved.value())));
    moved.reset(0).next(&moves);
    gates.drain.drive(&moves);
    valid.reset(0).next(&(&moves | &waits));

    let rows_left = m.register("rows_left", uint(bits));
    let now = m.wire("rows_left_now", &completed.complete.mux(&completed.rows, &rows_left));
    let one_less = (&now - m.uint(1, bits)).wrap(bits).as_unsigned();
    rows_left.next(&moves.mux(&one_less, &now));
    let last_row = m.wire("last_row", &now.less_equal(&m.uint(1, bits)));
    let left = m.wire("tile_left", &(&moves & &last_row));
    draining.reset(0).next(&(&drains & !&left));
    let blocked = m.register("blocked", uint(1));
    blocked.reset(0).next(&((&schedule.issue & &schedule.last_enters) | (blocked.value() & !&left)));
    gates.free.drive(&!blocked.value());

    let held = |name: &str, value: &Value| {
        let held = m.delay(&format!("{name}_held"), value, Some(&completed.complete));
        m.wire(name, &completed.complete.mux(value, &held))
    };
    let last_tile = held("tile_is_last", &completed.last_tile);
    let columns_left = held("tile_columns_left", &completed.columns_left);
    let sums = resolved(m, geometry, &columns(m, geometry, beat));
    Row {
        valid: valid.value().clone(),
        columns_left: m.delay("row_columns_left", &columns_left, Some(&moves)),
        last: m.delay("row_is_last", &(&last_row & last_tile), Some(&moves)),
        sums: m.delay("row", sums.flat(), Some(&moves)).lanes(sums.shape(), geometry.columns),
    }
}

/// The columns; gives the sums of the first row.
fn columns(m: &ModuleBuilder, geometry: &Geometry, beat: &Beat) -> Lanes {
    let module = column(geometry, beat);
    let sums = m.lanes("sums", uint(geometry.element_bits()), geometry.columns);
    m.repeat("column", geometry.columns, |column| {
        let instance = m.instance("column", &module);
        instance.connect("activations", beat.operands.rows.flat());
        instance.connect("weights", &beat.operands.columns.lane(column));
        beat.signals.connect(&instance);
        sums.drive(column, &instance.output("sum"));
    });
    (*sums).clone()
}

/// Elements one below the other, each of which can hand its sum to the one above.
fn column(geometry: &Geometry, beat: &Beat) -> Module {
    let rows = geometry.rows;
    let m = ModuleBuilder::new(beat.column_name(), "A column of elements whose complete sums move up through it.");
    m.parameter("rows", rows);
    let (activations, weights) = operand_ports(&m, &beat.element, rows);
    let (activations, weights) = match beat.operands.held {
        true => (activations, weights),
        false => {
            let held = m.delay("held_activations", activations.flat(), None);
            (held.lanes(activations.shape(), rows), m.delay("held_weights", &weights, None))
        }
    };
    let signals = beat.signals.declare(&m).delayed(&m, "drain");
    let sums = m.lanes("sums", uint(geometry.element_bits()), rows + 1);
    m.repeat("row", rows, |row| {
        let instance = m.instance("element", &beat.element);
        instance.connect("activations", &activations.lane(row)).connect("weights", &weights);
        signals.connect(&instance);
        instance.connect("below", &sums.lane(row + 1));
        sums.drive(row, &instance.output("sum"));
    });
    sums.drive(rows, &m.uint(0, geometry.element_bits()));
    m.documented_output("sum", &sums.lane(0), "of the first row");
    m.finish()
}

/// The primitives between the operands of a beat and the rows of a tile, elements apart.
pub(super) fn census(geometry: &Geometry, adds_always: bool) -> Census {
    let (counted, outer) = (geometry.row_count_bits(), geometry.nest().outer_bits());
    sum_of(&[
        (AndOr, u64::from(adds_always), 1),                            // first to add
        (AndOr, 10, 1),        // waits, drains, moves 2, next valid, left, draining, blocked 3
        (AndOr, 1, 1),         // last
        (Inverter, 4, 1),      // of ready, waits or moved, left, blocked
        (ResetRegister, 4, 1), // valid, moved, draining, blocked
        (Register, geometry.columns.into(), 1), // drain
        (Multiplexer, 2, counted), // rows left
        (Adder, 1, counted + 1), // one row less
        (Comparator, 1, counted), // last row
        (Register, 1, counted), // rows left
        (EnabledRegister, 2, 1), // last tile held, last
        (EnabledRegister, 2, outer), // columns left
        (Multiplexer, 1, 1),   // last tile
        (Multiplexer, 1, outer), // columns left
        (EnabledRegister, 1, geometry.columns * geometry.kept_bits()), // row
    ])
}
