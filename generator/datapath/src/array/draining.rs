//! The broadcast matrix without registers beside its sums: a complete tile leaves through the accumulators.
//!
//! ```text
//!             register ─► resolve ─► result
//!                  ▲
//!  row 0       element ◄─┐
//!                        │ sums move up, row by row, before the next tile begins
//!  row 1       element ◄─┘ ◄─┐
//!                            │
//!  row 2       element ◄─────┘
//! ```
//!
//! From the last beat of a tile on none enters until the last of its rows has left. So nothing in the array ever waits:
//! no register between operands and sums has an enable, and a cycle without a beat adds zeros. A tile takes some cycles a
//! row longer, in which carries propagate (`settling.rs`). Each column has registers of its own for what all of its
//! elements see, and says itself when its sum of the first row leaves: no signal drives more than a column.

use super::column::{Beat, activation_port, weight_port};
use super::geometry::Geometry;
use super::results::{Completed, Row, carries_in_place};
use super::schedule::Schedule;
use super::settling::{in_one_word, settling_cycles};
use crate::census::sum_of;
use tritloom_hdl::Primitive::{
    Adder, AndOr, Comparator, EnabledRegister, Inverter, Multiplexer, Register, ResetRegister,
};
use tritloom_hdl::{Census, ForwardWire, Lanes, Module, ModuleBuilder, Value, uint};

/// Cycles from one row to the next: sums are told to move and do, and the row settles.
pub(super) fn row_cycles(geometry: &Geometry) -> u64 {
    1 + settling_cycles(geometry)
}

/// Cycles from the first of so many rows to the last, both counted.
pub(super) fn way_of_rows(geometry: &Geometry, rows: u64) -> u64 {
    rows.checked_sub(1).map_or(0, |behind| behind * row_cycles(geometry) + 1)
}

/// Cycles from the first row of a tile of so many to that of the next, on which the array works for `worked`: its beats
/// enter when the last row has left the accumulators, and its first row when that has settled.
pub(super) fn between(geometry: &Geometry, worked: u64, rows: u64) -> u64 {
    let way = worked + 2 + u64::from(geometry.element_stages);
    (way_of_rows(geometry, rows) - 1) + way.max(row_cycles(geometry))
}

/// The elements, and the way of their sums to the rows of a tile; drives `free`, whether beats may enter.
pub(super) fn rows(
    m: &ModuleBuilder,
    geometry: &Geometry,
    (beat, completed): (&Beat, &Completed),
    schedule: &Schedule,
    ready: &Value,
    free: &ForwardWire,
) -> Row {
    let bits = geometry.row_count_bits();
    let draining = m.register("draining", uint(1));
    let drains = m.wire("drains", &(&completed.complete | draining.value()));
    let moves = m.forward("row_moves", uint(1));
    let RowState { valid, room } = row_state(m, geometry, &moves, ready);
    moves.drive(&(&drains & room));

    let rows_left = m.register("rows_left", uint(bits));
    let now = m.wire("rows_left_now", &completed.complete.mux(&completed.rows, &rows_left));
    let one_less = (&now - m.uint(1, bits)).wrap(bits).as_unsigned();
    rows_left.next(&moves.mux(&one_less, &now));
    let last_row = m.wire("last_row", &now.less_equal(&m.uint(1, bits)));
    let left = m.wire("tile_left", &(&*moves & &last_row));
    draining.reset(0).next(&(&drains & !&left));
    let blocked = m.register("blocked", uint(1));
    blocked.reset(0).next(&((&schedule.issue & &schedule.last_enters) | (blocked.value() & !&left)));
    free.drive(&!blocked.value());

    let held = |name: &str, value: &Value| {
        let held = m.delay(&format!("{name}_held"), value, Some(&completed.complete));
        m.wire(name, &completed.complete.mux(value, &held))
    };
    let last_tile = held("tile_is_last", &completed.last_tile);
    let columns_left = held("tile_columns_left", &completed.columns_left);
    let row = columns(m, geometry, beat, &moves);
    Row {
        valid,
        columns_left: m.delay("row_columns_left", &columns_left, Some(&moves)),
        last: m.delay("row_is_last", &(&last_row & last_tile), Some(&moves)),
        sums: in_one_word(m, geometry, &row),
        correction: None,
    }
}

/// Of the row that has left the accumulators.
struct RowState {
    /// It is there, and has settled.
    valid: Value,
    /// The next may take its place.
    room: Value,
}

fn row_state(m: &ModuleBuilder, geometry: &Geometry, moves: &ForwardWire, ready: &Value) -> RowState {
    let moved = m.pipeline("row", None).control(0, "row_moved", moves);
    let (present, settled) = (m.register("row_present", uint(1)), m.register("row_settled", uint(1)));
    let valid = m.wire("row_valid", &(moved.at(row_cycles(geometry) as u32) | settled.value()));
    settled.reset(0).next(&(&valid & !ready));
    let stays = m.wire("row_stays", &(present.value() & !(&valid & ready)));
    present.reset(0).next(&(&**moves | &stays));
    RowState { valid, room: !stays }
}

/// The columns; gives the sums of the row that leaves.
fn columns(m: &ModuleBuilder, geometry: &Geometry, beat: &Beat, drain: &Value) -> Lanes {
    let module = column(geometry, beat);
    let leaving = m.lanes("leaving_row", uint(geometry.placed_bits()), geometry.columns);
    m.repeat("column", geometry.columns, |column| {
        let instance = m.instance("column", &module);
        instance.connect("activations", beat.operands.rows.flat());
        instance.connect("weights", &beat.operands.columns.lane(column));
        instance.connect("drain", drain);
        beat.signals.connect(&instance);
        let sum = carries_in_place(m, geometry, &instance.output("sum"));
        leaving.drive(column, &m.delay("leaving", &sum, Some(&instance.output("leaves"))));
    });
    (*leaving).clone()
}

/// Elements one below the other, each of which can hand its sum to the one above.
fn column(geometry: &Geometry, beat: &Beat) -> Module {
    let rows = geometry.rows;
    let m = ModuleBuilder::new(beat.column_name(), "A column of elements whose complete sums move up through it.");
    m.parameter("rows", rows);
    let (activations, weights) = (activation_port(&m, &beat.element, rows), weight_port(&m, &beat.element));
    let signals = beat.signals.declare(&m);
    let drain = m.documented_input("drain", uint(1), "a row leaves, and the others move up, a cycle later");
    let leaves = m.delay("held_drain", &drain, None);
    let (activations, weights, signals) = match beat.operands.held {
        true => (activations, weights, signals),
        false => {
            let held = m.delay("held_activations", activations.flat(), None);
            (held.lanes(activations.shape(), rows), m.delay("held_weights", &weights, None), signals.held(&m))
        }
    };
    let drain = if beat.operands.held && geometry.is_told_early(true) { &drain } else { &leaves };
    let sums = m.lanes("sums", uint(geometry.element_bits()), rows + 1);
    m.repeat("row", rows, |row| {
        let instance = m.instance("element", &beat.element);
        instance.connect("activations", &activations.lane(row)).connect("weights", &weights);
        signals.connect(&instance);
        instance.connect("drain", drain).connect("below", &sums.lane(row + 1));
        sums.drive(row, &instance.output("sum"));
    });
    sums.drive(rows, &m.uint(0, geometry.element_bits()));
    m.documented_output("sum", &sums.lane(0), "of the first row");
    m.documented_output("leaves", &leaves, "it leaves the column");
    m.finish()
}

/// The primitives between the operands of a beat and the rows of a tile, elements apart.
pub(super) fn census(geometry: &Geometry, adds_always: bool, serial: bool) -> Census {
    let columns = u64::from(geometry.columns);
    let held = if serial { 0 } else { 1 + u64::from(geometry.has_passes()) + u64::from(!adds_always) };
    let (counted, outer) = (geometry.row_count_bits(), geometry.nest().outer_bits());
    sum_of(&[
        (AndOr, u64::from(adds_always), 1),                 // first to add
        (AndOr, 7, 1),                                      // drains, moves, left, draining, blocked 3
        (AndOr, 5, 1),                                      // valid, settled, stays 2, present
        (AndOr, 1, 1),                                      // last
        (Inverter, 4, 1),                                   // of left, blocked, ready, taken
        (Inverter, 1, 1),                                   // room
        (ResetRegister, 4, 1),                              // draining, blocked, present, settled
        (ResetRegister, row_cycles(geometry), 1),           // moved
        (Register, columns * (1 + held), 1),                // drain, first, next pass, enable
        (Multiplexer, 2, counted),                          // rows left
        (Adder, 1, counted + 1),                            // one row less
        (Comparator, 1, counted),                           // last row
        (Register, 1, counted),                             // rows left
        (EnabledRegister, 2, 1),                            // last tile held, last
        (EnabledRegister, 2, outer),                        // columns left
        (Multiplexer, 1, 1),                                // last tile
        (Multiplexer, 1, outer),                            // columns left
        (EnabledRegister, columns, geometry.placed_bits()), // row
    ])
}
