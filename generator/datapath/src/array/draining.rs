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
//! elements see, and says itself when its sum of the first row leaves: no signal drives more than a column. Where beats wait
//! the last row that leaves clears the sums (`Geometry::clears_sums`): elements add whenever sums do not move, and nothing
//! tells them that one begins.

use super::column::{Beat, activation_port, weight_port};
use super::geometry::Geometry;
use super::results::{Completed, Row, kept, words};
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
    let moves = m.forward("row_moves", uint(1));
    let RowState { moved, valid, room } = row_state(m, geometry, &moves, ready);
    moves.drive(&(draining.value() & room));

    m.comment("Rows are counted a cycle behind the signal that moves them: none moves in that cycle.");
    let rows_left = m.register("rows_left", uint(bits));
    let one_less = (rows_left.value() - m.uint(1, bits)).wrap(bits).as_unsigned();
    rows_left.next(&completed.complete.mux(&completed.rows, &moved.mux(&one_less, &rows_left)));
    let last_row = m.wire("last_row", &rows_left.value().less_equal(&m.uint(1, bits)));
    draining.reset(0).next(&(&completed.complete | (draining.value() & !(&moved & &last_row))));
    let left = m.wire("tile_left", &(&*moves & &last_row));
    let blocked = m.register("blocked", uint(1));
    blocked.reset(0).next(&((&schedule.load & &schedule.last_loads) | (blocked.value() & !left)));
    free.drive(&!blocked.value());

    let told = match geometry.clears_sums() {
        true => cleared(m, schedule, &moves, &last_row),
        false => Told { leave: (*moves).clone(), drain: None },
    };
    let last_tile = m.delay("tile_is_last", &completed.last_tile, Some(&completed.complete));
    let keep = m.delay("tile_keep", &kept(m, geometry, &completed.columns_left), Some(&completed.complete));
    let row = columns(m, geometry, beat, &told);
    Row {
        valid,
        keep: m.delay("row_keep", &keep, Some(&moved)),
        last: m.delay("row_is_last", &(&last_row & last_tile), Some(&moved)),
        sums: in_one_word(m, geometry, &row),
        correction: None,
    }
}

/// Of the row that has left the accumulators.
struct RowState {
    /// It has left, in the cycle behind the signal that moves it.
    moved: Value,
    /// It is there, and has settled.
    valid: Value,
    /// The next may take its place.
    room: Value,
}

fn row_state(m: &ModuleBuilder, geometry: &Geometry, moves: &ForwardWire, ready: &Value) -> RowState {
    let moved = m.pipeline("row", None).control(0, "row_moved", moves);
    let (present, valid) = (m.register("row_present", uint(1)), m.register("row_valid", uint(1)));
    valid.reset(0).next(&(moved.at(row_cycles(geometry) as u32 - 1) | (valid.value() & !ready)));
    let valid = valid.value().clone();
    let stays = m.wire("row_stays", &(present.value() & !(&valid & ready)));
    present.reset(0).next(&(&**moves | &stays));
    RowState { moved: moved.at(1), valid, room: !stays }
}

/// What columns are told whose sums are cleared when the last row leaves: that a row leaves, and that others move up. Before the
/// first beat sums leave in every cycle, so that they are zero.
fn cleared(m: &ModuleBuilder, schedule: &Schedule, moves: &Value, last_row: &Value) -> Told {
    let begun = m.register("begun", uint(1));
    begun.reset(0).next(&(begun.value() | &schedule.issue));
    Told {
        leave: m.wire("sums_leave", &(moves | !begun.value())),
        drain: Some(m.wire("rows_move_up", &(moves & !last_row))),
    }
}

/// What columns are told of their sums.
struct Told {
    /// The one of the first row leaves.
    leave: Value,
    /// Those of the others move up; `None`: whenever one leaves.
    drain: Option<Value>,
}

/// The columns; gives the words of the row that leaves.
fn columns(m: &ModuleBuilder, geometry: &Geometry, beat: &Beat, told: &Told) -> Lanes {
    let module = column(geometry, beat);
    let leaving = m.lanes("leaving_row", uint(geometry.word_bits()), geometry.columns);
    m.repeat("column", geometry.columns, |column| {
        let instance = m.instance("column", &module);
        instance.connect("activations", beat.operands.rows.flat());
        instance.connect("weights", &beat.operands.columns.lane(column));
        match &told.drain {
            Some(drain) => instance.connect("leave", &told.leave).connect("drain", drain),
            None => instance.connect("drain", &told.leave),
        };
        beat.signals.connect(&instance);
        let sum = words(m, geometry, &instance.output("sum"));
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
    let leave = geometry.clears_sums().then(|| m.documented_input("leave", uint(1), "a row leaves a cycle later"));
    let drain = match &leave {
        Some(_) => m.documented_input("drain", uint(1), "the others move up"),
        None => m.documented_input("drain", uint(1), "a row leaves, and the others move up, a cycle later"),
    };
    let leave = leave.map(|leave| m.delay("held_leave", &leave, None));
    let drain = m.delay("held_drain", &drain, None);
    let (activations, weights) = match beat.operands.held {
        true => (activations, weights),
        false => {
            let held = m.delay("held_activations", activations.flat(), None);
            (held.lanes(activations.shape(), rows), m.delay("held_weights", &weights, None))
        }
    };
    let signals = if !beat.operands.held || geometry.beat_waits { signals.held(&m) } else { signals };
    let add = leave.as_ref().map(|leave| match signals.get("next_pass") {
        Some(next_pass) => m.wire("add", &!(leave | next_pass)),
        None => m.wire("add", &!leave),
    });
    let sums = m.lanes("sums", uint(geometry.element_bits()), rows + 1);
    m.repeat("row", rows, |row| {
        let instance = m.instance("element", &beat.element);
        instance.connect("activations", &activations.lane(row)).connect("weights", &weights);
        signals.connect(&instance);
        instance.connect("drain", &drain).connect("below", &sums.lane(row + 1));
        add.iter().for_each(|add| _ = instance.connect("add", add));
        sums.drive(row, &instance.output("sum"));
    });
    sums.drive(rows, &m.uint(0, geometry.element_bits()));
    m.documented_output("sum", &sums.lane(0), "of the first row");
    m.documented_output("leaves", leave.as_ref().unwrap_or(&drain), "it leaves the column");
    m.finish()
}

/// The primitives between the operands of a beat and the rows of a tile, elements apart.
pub(super) fn census(geometry: &Geometry, adds_always: bool, serial: bool) -> Census {
    let columns = u64::from(geometry.columns);
    let cleared = u64::from(geometry.clears_sums());
    let told = match serial && !geometry.beat_waits {
        true => 0,
        false => 1 + u64::from(geometry.has_passes()) + u64::from(!adds_always) - cleared,
    };
    let counted = geometry.row_count_bits();
    sum_of(&[
        (AndOr, 3 * cleared, 1),       // begun, sums leave, rows move up
        (Inverter, 2 * cleared, 1),    // of begun, of the last row
        (ResetRegister, cleared, 1),   // begun
        (AndOr, columns * cleared, 1), // add
        (Inverter, columns * cleared, 1),
        (AndOr, u64::from(adds_always), 1),               // first to add
        (AndOr, 8, 1),                                    // moves, left, draining 3, blocked 3
        (AndOr, 5, 1),                                    // valid 2, stays 2, present
        (AndOr, 1, 1),                                    // last
        (Inverter, 4, 1),                                 // of left 2, blocked, ready
        (Inverter, 2, 1),                                 // of taken, room
        (ResetRegister, 4, 1),                            // draining, blocked, present, valid
        (ResetRegister, row_cycles(geometry) - 1, 1),     // moved
        (Register, columns * (1 + told), 1),              // drain, next pass, first and enable or leave
        (Multiplexer, 2, counted),                        // rows left
        (Adder, 1, counted + 1),                          // one row less
        (Comparator, 1, counted),                         // last row
        (Register, 1, counted),                           // rows left
        (EnabledRegister, 2, 1),                          // last tile, last
        (EnabledRegister, 2, geometry.columns),           // keep
        (EnabledRegister, columns, geometry.word_bits()), // row
    ])
}
