//! The output-stationary systolic array: operands pass from element to element, sums stay.
//!
//! ```text
//!  weights of column 0     column 1, a cycle later
//!         ▼                       ▼
//!  row 0 ─► element ──register──► element ──► ...
//!         │                       │
//!      register                register
//!         ▼                       ▼
//!  row 1, a cycle later
//! ```
//!
//! The element in row r and column c sees everything r + c cycles after the first: operands by the registers between
//! elements, what goes with them by its place in a shift register. Its sum is complete r + c cycles after the first
//! one's, for a cycle, in which it is selected: a column gives a row a cycle, and no sum is captured. Behind the array
//! the columns wait for the last. Everything holds while the receiver does not take a row.

use super::column::{Beat, SignalCensus, gated, operand_ports};
use super::geometry::Geometry;
use super::results::{Completed, Row, resolved};
use super::skew::{Wave, aligned, aligned_census, skewed, skewed_census, wave_census};
use crate::census::sum_of;
use tritloom_hdl::Primitive::{
    Adder, AndOr, Comparator, EnabledRegister, Inverter, Multiplexer, Reduction, ResetRegister,
};
use tritloom_hdl::{Census, ForwardWire, Lanes, Module, ModuleBuilder, Value, uint};

/// Cycles in which the elements see a beat, one after the other.
fn reach(geometry: &Geometry) -> u32 {
    geometry.rows + geometry.columns - 1
}

/// The elements and the way of their sums to the rows of a tile.
pub(super) fn rows(
    m: &ModuleBuilder,
    geometry: &Geometry,
    (beat, completed): (&Beat, &Completed),
    ready: &Value,
    advance: &ForwardWire,
) -> Row {
    let moving = m.forward("moving", uint(1));
    let rows = count_rows(m, geometry, completed, &moving, advance);
    let selected = columns(m, geometry, beat, &rows.complete, &moving);

    m.section("Rows of a tile");
    let resolved = resolved(m, geometry, &selected);
    let held = m.delay("resolved", resolved.flat(), Some(&moving)).lanes(resolved.shape(), geometry.columns);
    let sums = aligned(m, "sums", &held, &moving);
    let way = way_of_a_row(geometry);
    let parts = m.concat(&[&rows.columns_left, &rows.last, &rows.valid]);
    let wave = Wave::new(m, "row", parts.width(), way + 1);
    wave.drive(&parts, &moving);
    let row = wave.ago(way);
    moving.drive(&(ready | !row.bit(0)));
    Row { valid: row.bit(0), last: row.bit(1), columns_left: row.slice(2, rows.columns_left.width()), sums }
}

/// Cycles from the selection of a row in the first column to its way out: selected, resolved, in line with the last
/// column.
fn way_of_a_row(geometry: &Geometry) -> u32 {
    2 + geometry.columns - 1
}

/// The row that the first column selects in a cycle.
struct Rows {
    /// By the cycles since then: a tile was taken.
    complete: Lanes,
    valid: Value,
    /// It is the last of its run.
    last: Value,
    columns_left: Value,
}

/// Counts the rows of completed tiles. A tile that is complete while the one before is still on its way down the rows
/// waits, and the beats behind it: also where the run has fewer rows, since no column could tell the two apart.
fn count_rows(
    m: &ModuleBuilder,
    geometry: &Geometry,
    completed: &Completed,
    moving: &Value,
    advance: &ForwardWire,
) -> Rows {
    let bits = geometry.row_count_bits();
    let wave = Wave::new(m, "complete", 1, reach(geometry));
    let (capture, free) = match wave.lately(geometry.rows - 1) {
        None => (completed.complete.clone(), moving.clone()),
        Some(occupied) => {
            let free = moving & !(&completed.complete & &occupied);
            (m.wire("capture", &(&completed.complete & !occupied)), free)
        }
    };
    advance.drive(&free);
    let complete = wave.of(&capture, moving);
    let rows_left = m.register("rows_left", uint(bits));
    let now = m.wire("rows_left_now", &capture.mux(&completed.rows, &rows_left));
    let last_row = m.wire("last_row", &now.less_equal(&m.uint(1, bits)));
    let one_less = (&now - m.uint(1, bits)).wrap(bits).as_unsigned();
    rows_left.enable(moving).reset(0).next(&last_row.mux(&m.uint(0, bits), &one_less));

    let taken = m.wire("tile_taken", &(&capture & moving));
    let held = |name: &str, value: &Value| {
        let held = m.delay(&format!("{name}_held"), value, Some(&taken));
        m.wire(name, &capture.mux(value, &held))
    };
    let last_tile = held("tile_is_last", &completed.last_tile);
    Rows {
        valid: m.wire("row_selected", &now.any()),
        last: m.wire("row_is_last", &(&last_row & last_tile)),
        columns_left: held("tile_columns_left", &completed.columns_left),
        complete,
    }
}

/// The columns, activations a register behind one another; gives the sum that each has selected.
fn columns(m: &ModuleBuilder, geometry: &Geometry, beat: &Beat, complete: &Lanes, moving: &Value) -> Lanes {
    let Geometry { rows, columns, .. } = *geometry;
    let entering = match beat.adds_always() {
        true => gated(m, "activations_to_add", &beat.operands.rows, &beat.accumulate),
        false => beat.operands.rows.clone(),
    };
    let activations = skewed(m, "activations", &entering, moving);
    let weights = skewed(m, "weights", &beat.operands.columns, moving);
    let signals = Wave::new(m, "signals", beat.signals.bits(), reach(geometry)).of(&beat.signals.packed(m), moving);
    let at = m.lanes("activations_at", uint(activations.flat().width()), columns);
    at.drive(0, activations.flat());
    if columns > 1 {
        m.repeat("column_to_the_right", columns - 1, |column| {
            at.drive(column + 1, &m.delay("activations_right", &at.lane(column), Some(moving)));
        });
    }
    let module = column(geometry, beat);
    let selected = m.lanes("selected", uint(geometry.element_bits()), columns);
    m.repeat("column", columns, |column| {
        let seen = |name: &str, wave: &Lanes| {
            let seen = m.lanes(name, wave.shape(), rows);
            m.repeat(&format!("{name}_of_row"), rows, |row| seen.drive(row, &wave.lane(column + row)));
            seen.flat().clone()
        };
        let instance = m.instance("column", &module);
        instance.connect("activations", &at.lane(column)).connect("weights", &weights.lane(column));
        instance.connect("signals", &seen("column_signals", &signals));
        instance.connect("complete", &seen("column_complete", complete)).connect("moving", moving);
        selected.drive(column, &instance.output("sum"));
    });
    (*selected).clone()
}

/// Elements one below the other, weights a register behind one another, and the sum that is complete.
fn column(geometry: &Geometry, beat: &Beat) -> Module {
    let rows = geometry.rows;
    let m = ModuleBuilder::new(beat.column_name(), "A column of elements that see operands one after the other.");
    m.parameter("rows", rows);
    let (activations, weights) = operand_ports(&m, &beat.element, rows);
    let signals = m.input_lanes("signals", uint(beat.signals.bits()), rows, "what goes with the operands of each row");
    let complete = m.input_lanes("complete", uint(1), rows, "the sum of a row is selected");
    let moving = m.documented_input("moving", uint(1), "time goes on");
    let activations = match beat.adds_always() {
        true => gated(&m, "activations_to_add", &activations, &moving),
        false => activations,
    };
    let at = m.lanes("weights_at", weights.shape(), rows);
    at.drive(0, &weights);
    if rows > 1 {
        m.repeat("row_below", rows - 1, |row| {
            at.drive(row + 1, &m.delay("weights_below", &at.lane(row), Some(&moving)));
        });
    }
    let sums = m.lanes("sums", uint(geometry.element_bits()), rows);
    m.repeat("row", rows, |row| {
        let instance = m.instance("element", &beat.element);
        instance.connect("activations", &activations.lane(row)).connect("weights", &at.lane(row));
        beat.signals.unpacked(&signals.lane(row), &moving).connect(&instance);
        sums.drive(row, &instance.output("sum"));
    });
    let (bits, sums) = (complete.iter(), sums.iter());
    let choices: Vec<(&Value, &Value)> = bits.iter().zip(&sums).collect();
    m.documented_output("sum", &m.delay("selected", &m.one_hot(&choices), Some(&moving)), "the complete one");
    m.finish()
}

/// The primitives between the operands of a beat, of so many bits a row and a column, and the rows of a tile, elements
/// apart.
pub(super) fn census(geometry: &Geometry, [row_bits, column_bits]: [u32; 2], signals: &SignalCensus) -> Census {
    let Geometry { rows, columns, .. } = *geometry;
    let (elements, bits) = (u64::from(geometry.elements()), geometry.element_bits());
    let zeros = if signals.adds_always { elements + u64::from(rows) } else { 0 };
    let mut census = sum_of(&[
        (EnabledRegister, u64::from(columns - 1), rows * row_bits), // activations from column to column
        (EnabledRegister, elements - u64::from(columns), column_bits), // weights from row to row
        (AndOr, zeros, row_bits),                                   // activations to add
        (AndOr, u64::from(signals.adds_always), 1),                 // first to add
        (AndOr, elements * u64::from(signals.gated), 1),
        (AndOr, (columns * (2 * rows - 1)).into(), bits), // selected
        (EnabledRegister, columns.into(), bits),
    ]);
    census.add_census(&skewed_census(rows, row_bits), 1);
    census.add_census(&skewed_census(columns, column_bits), 1);
    census.add_census(&aligned_census(columns, geometry.sum_bits()), 1);
    census.add(EnabledRegister, 1, (columns * geometry.sum_bits()).into()); // resolved
    let row_bits = geometry.nest().outer_bits() + 2; // columns left, last, valid
    census.add_census(&wave_census(row_bits, way_of_a_row(geometry) + 1), 1);
    census.add_census(&wave_census(signals.bits, reach(geometry)), 1);
    census.add_census(&wave_census(1, reach(geometry)), 1); // complete
    census.add_census(&way_out(geometry), 1);
    census
}

/// What counts the rows of tiles, and what goes with them.
fn way_out(geometry: &Geometry) -> Census {
    let rows = geometry.rows;
    let (counted, outer) = (geometry.row_count_bits(), geometry.nest().outer_bits());
    let several = u64::from(rows > 1);
    sum_of(&[
        (Reduction, several, rows - 1), // lately
        (AndOr, 3 * several, 1),        // advance 2, capture
        (Inverter, 2 * several, 1),     // of waiting, of lately
        (Reduction, 1, counted),        // row selected
        (AndOr, 3, 1),                  // taken, last, moving
        (Inverter, 1, 1),               // of valid
        (Multiplexer, 2, counted),      // rows left
        (Comparator, 1, counted),       // last row
        (Adder, 1, counted + 1),        // one row less
        (ResetRegister, 1, counted),    // rows left
        (EnabledRegister, 1, 1),        // last tile
        (EnabledRegister, 1, outer),    // columns left
        (Multiplexer, 1, 1),            // last tile
        (Multiplexer, 1, outer),        // columns left
    ])
}
