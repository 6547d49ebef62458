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

use super::column::{Beat, SignalCensus, activation_port, gated, weight_port};
use super::geometry::Geometry;
use super::operands::port_bits;
use super::results::{Completed, Row, kept, resolved};
use super::skew::{Wave, aligned, skew_census, skewed, wave_census};
use super::zero_points::Correction;
use crate::census::sum_of;
use tritloom_hdl::Primitive::{
    Adder, AndOr, Comparator, EnabledRegister, Inverter, Multiplexer, Reduction, ResetRegister,
};
use tritloom_hdl::{Affine, Census, ForwardWire, Lanes, Module, ModuleBuilder, Value, uint};

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
    let resolved = resolved(m, geometry, &selected.products);
    let activation_sum = selected.activations.map(|sum| m.delay("activation_sum", &sum, Some(&moving)));
    let held = m.delay("resolved", resolved.flat(), Some(&moving)).lanes(resolved.shape(), geometry.columns);
    let sums = aligned(m, "sums", &held, &moving);
    let way = way_of_a_row(geometry);
    let ends_tile = activation_sum.is_some().then_some(&rows.ends_tile);
    let parts: Vec<&Value> = ends_tile.into_iter().chain([&rows.columns_left, &rows.last, &rows.valid]).collect();
    let parts = m.concat(&parts);
    let wave = Wave::new(m, "row", parts.width(), way + 1);
    wave.drive(&parts, Some(&moving));
    let row = wave.ago(way);
    moving.drive(&(ready | !row.bit(0)));
    let ends_tile = || row.top_bit();
    Row {
        valid: row.bit(0),
        last: row.bit(1),
        keep: kept(m, geometry, &row.slice(2, rows.columns_left.width())),
        correction: activation_sum.map(|sum| Correction { activation_sum: sum, ends_tile: Some(ends_tile()) }),
        sums,
    }
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
    /// It is the last of its tile.
    ends_tile: Value,
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
        ends_tile: last_row,
        complete,
    }
}

/// A row of selected sums.
struct SelectedRow {
    products: Lanes,
    /// Of activations, where there are zero points: beside the last column.
    activations: Option<Value>,
}

/// The columns, activations a register behind one another; gives the sum that each has selected.
fn columns(m: &ModuleBuilder, geometry: &Geometry, beat: &Beat, complete: &Lanes, moving: &Value) -> SelectedRow {
    let Geometry { rows, columns, .. } = *geometry;
    let entering = match &beat.accumulate {
        Some(accumulate) if beat.adds_always() => gated(m, "activations_to_add", &beat.operands.rows, accumulate),
        _ => beat.operands.rows.clone(),
    };
    let activations = skewed(m, ("activations", "row"), &entering, Some(moving));
    let weights = skewed(m, ("weights", "column"), &beat.operands.columns, Some(moving));
    let signals = Wave::new(m, "signals", beat.signals.bits(), reach(geometry)).of(&beat.signals.packed(m), moving);
    let at = m.lanes("activations_at", uint(activations.flat().width()), columns);
    at.drive(0, activations.flat());
    if columns > 1 {
        m.repeat("column_to_the_right", columns - 1, |column| {
            at.drive(column + 1, &m.delay("activations_right", &at.lane(column), Some(moving)));
        });
    }
    let seen = |name: &str, wave: &Lanes, column: Affine| {
        let seen = m.lanes(name, wave.shape(), rows);
        m.repeat(&format!("{name}_of_row"), rows, |row| seen.drive(row, &wave.lane(column.clone() + row)));
        seen.flat().clone()
    };
    let module = column(geometry, beat, (&beat.column_name(), &beat.element));
    let selected = m.lanes("selected", uint(geometry.element_bits()), columns);
    m.repeat("column", columns, |column| {
        let instance = m.instance("column", &module);
        instance.connect("activations", &at.lane(column)).connect("weights", &weights.lane(column));
        instance.connect("signals", &seen("column_signals", &signals, column.into()));
        instance.connect("complete", &seen("column_complete", complete, column.into())).connect("moving", moving);
        selected.drive(column, &instance.output("sum"));
    });
    let activations = beat.activation_sum.as_ref().map(|adder| {
        let last = columns - 1;
        let instance = m.instance("activation_sums", &column(geometry, beat, (&beat.sum_column_name(), adder)));
        instance.connect("activations", &at.lane(last)).connect("moving", moving);
        instance.connect("signals", &seen("sum_signals", &signals, last.into()));
        instance.connect("complete", &seen("sum_complete", complete, last.into()));
        instance.output("sum")
    });
    SelectedRow { products: (*selected).clone(), activations }
}

/// Elements one below the other, weights, where they see any, a register behind one another, and the sum that is complete.
fn column(geometry: &Geometry, beat: &Beat, (name, element): (&str, &Module)) -> Module {
    let rows = geometry.rows;
    let m = ModuleBuilder::new(name, "A column of elements that see operands one after the other.");
    m.parameter("rows", rows);
    let activations = activation_port(&m, element, rows);
    let weights = element.port("weights").map(|_| weight_port(&m, element));
    let signals = m.input_lanes("signals", uint(beat.signals.bits()), rows, "what goes with the operands of each row");
    let complete = m.input_lanes("complete", uint(1), rows, "the sum of a row is selected");
    let moving = m.documented_input("moving", uint(1), "time goes on");
    let activations = match beat.adds_always() {
        true => gated(&m, "activations_to_add", &activations, &moving),
        false => activations,
    };
    let weights = weights.map(|weights| one_behind_another(&m, &weights, rows, &moving));
    let sums = m.lanes("sums", uint(port_bits(element, "sum")), rows);
    m.repeat("row", rows, |row| {
        let instance = m.instance("element", element);
        instance.connect("activations", &activations.lane(row));
        if let Some(weights) = &weights {
            instance.connect("weights", &weights.lane(row));
        }
        beat.signals.unpacked(&signals.lane(row), &moving).connect(&instance);
        sums.drive(row, &instance.output("sum"));
    });
    let (bits, sums) = (complete.iter(), sums.iter());
    let choices: Vec<(&Value, &Value)> = bits.iter().zip(&sums).collect();
    m.documented_output("sum", &m.delay("selected", &m.one_hot(&choices), Some(&moving)), "the complete one");
    m.finish()
}

/// Weights as each row sees them: a register later than the row above.
fn one_behind_another(m: &ModuleBuilder, weights: &Value, rows: u32, moving: &Value) -> Lanes {
    let at = m.lanes("weights_at", weights.shape(), rows);
    at.drive(0, weights);
    if rows > 1 {
        m.repeat("row_below", rows - 1, |row| {
            at.drive(row + 1, &m.delay("weights_below", &at.lane(row), Some(moving)));
        });
    }
    (*at).clone()
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
    census.add_census(&skew_census(EnabledRegister, rows, row_bits), 1);
    census.add_census(&skew_census(EnabledRegister, columns, column_bits), 1);
    census.add_census(&skew_census(EnabledRegister, columns, geometry.resolved_bits()), 1);
    census.add(EnabledRegister, 1, (columns * geometry.resolved_bits()).into()); // resolved
    let (sum_columns, sum_bits) = (geometry.activation_sum_columns(), geometry.kept_activation_bits());
    census.add_census(
        &sum_of(&[
            (AndOr, (sum_columns * rows * signals.gated).into(), 1),
            (AndOr, (sum_columns * (2 * rows - 1)).into(), sum_bits), // selected
            (EnabledRegister, (2 * sum_columns).into(), sum_bits),    // selected, beside the resolved
        ]),
        1,
    );
    let row_bits = geometry.nest().outer_bits() + 2 + sum_columns; // columns left, last, valid, and the end of a tile
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
