//! The weight-stationary systolic array: weights stay, activations pass from column to column, sums from row to row.
//!
//! ```text
//!                  0                      0
//!                  ▼                      ▼
//!  places 0 ─► element (weights) ──► element (weights) ──► ...
//!                  │ register             │
//!                  ▼                      ▼
//!  places 1, a cycle later
//!                  ▼                      ▼
//!               resolve ─► in line ─► add to the partial sum in memory ─► result
//! ```
//!
//! Rows of the array are places of the inner dimension, `depth` each. For each tile of columns and, in it, each tile of
//! the inner dimension the weights of a row of the array enter a beat, and stay; then the vectors of activations pass,
//! one a cycle, and their sums over the tile leave at the bottom. Sums over several tiles are added up in a memory of
//! `max_rows` rows. Weights of the next tile wait until the last vector has passed the first row. Everything holds while
//! the receiver does not take a row.

use super::geometry::Geometry;
use super::operands::{COLUMN_SIDE, port_bits, prepared};
use super::results::{self, Row, resolved};
use super::shell::{Element, Inputs, PORT_ORDER, note_parameters};
use super::skew::{Wave, aligned, aligned_census, skewed, skewed_census, wave_census};
use crate::arith::thermometer::{thermometer, thermometer_census};
use crate::census::{copies, sum_of};
use crate::sequencer::{sequencer, sequencer_census};
use tritloom_hdl::Primitive::{
    Adder, AndOr, Comparator, EnabledRegister, Inverter, Memory, Multiplexer, Reduction, ResetRegister,
};
use tritloom_hdl::{Census, Design, Diagnostics, Lanes, Module, ModuleBuilder, Value, bits_for, uint};

/// Builds the array.
pub(super) fn build(geometry: &Geometry, max_rows: u32, element: &dyn Element) -> Result<Design, Diagnostics> {
    let m = ModuleBuilder::new(element.top_name(), element.summary());
    note_parameters(&m, geometry);
    let streams = Inputs::declare(&m, geometry);
    let moving = m.forward("moving", uint(1));
    m.section("Schedule");
    let schedule = Schedule::build(&m, geometry, &streams, &moving);
    m.section("Elements");
    let sums = columns(&m, geometry, element, &streams, &schedule, &moving);
    m.section("Rows");
    let row = rows(&m, geometry, max_rows, &schedule, &sums, &moving);
    moving.drive(&(&streams.result_ready | !&row.valid));
    results::results(&m, geometry, &row);
    m.port_order(&PORT_ORDER);
    Design::new(m.finish())
}

/// What enters in a cycle.
struct Schedule {
    /// By row of the array: weights enter for it.
    load: Lanes,
    /// A vector of activations enters.
    issue: Value,
    /// Places of the inner dimension that are left, those of this tile included.
    inner_left: Value,
    last_vector: Value,
    first_inner: Value,
    last_inner: Value,
    last_outer: Value,
    columns_left: Value,
}

impl Schedule {
    /// Weights of a tile, then vectors; no weights while the last vector is still on its way along the first row.
    fn build(m: &ModuleBuilder, geometry: &Geometry, streams: &Inputs, moving: &Value) -> Schedule {
        let (rows, bits) = (geometry.rows, geometry.row_count_bits());
        let step = m.forward("step", uint(1));
        let sequencer = m.instance("sequencer", &sequencer(&geometry.nest()));
        sequencer.connect("run_valid", &streams.run_valid).connect("step", &step);
        sequencer.connect("run_inner", &streams.run_inner).connect("run_outer", &streams.run_columns);
        let run_ready = sequencer.output("run_ready");
        m.documented_output("run_ready", &run_ready, "");
        let start = m.wire("start", &(&streams.run_valid & &run_ready));
        let run_rows = m.delay("rows", &streams.run_rows, Some(&start));

        let streaming = m.register("streaming", uint(1));
        let able = m.wire("able", &(sequencer.output("busy") & moving & !streaming.value()));
        let weight_ready = match passing(m, geometry, &step, moving) {
            Some(passing) => m.wire("free", &(able & !passing)),
            None => able,
        };
        m.output("weight_ready", &weight_ready);
        let loading = m.wire("load", &(weight_ready & &streams.weight_valid));
        let row = row_to_load(m, rows, &loading);
        let activation_ready = m.wire("open", &(streaming.value() & moving));
        m.output("activation_ready", &activation_ready);
        let issue = m.wire("issue", &(activation_ready & &streams.activation_valid));

        let vectors_left = m.register("vectors_left", uint(bits));
        let last_vector = m.wire("last_vector", &vectors_left.value().less_equal(&m.uint(1, bits)));
        let one_less = (vectors_left.value() - m.uint(1, bits)).wrap(bits).as_unsigned();
        let change = m.wire("load_or_issue", &(&loading | &issue));
        vectors_left.enable(&change).next(&loading.mux(&run_rows, &one_less));
        step.drive(&(&issue & &last_vector));
        let loaded = &loading & row.lane(rows - 1);
        streaming.reset(0).next(&(loaded | (streaming.value() & !&*step)));
        Schedule {
            load: m.wire("load_row", &(row.flat() & loading.replicate(rows))).lanes(uint(1), rows),
            issue,
            inner_left: sequencer.output("inner_left"),
            last_vector,
            first_inner: sequencer.output("first_inner"),
            last_inner: sequencer.output("last_inner"),
            last_outer: sequencer.output("last_outer"),
            columns_left: sequencer.output("outer_left"),
        }
    }
}

/// Whether the last vector of a tile is still on its way along the first row; `None` for one column.
fn passing(m: &ModuleBuilder, geometry: &Geometry, step: &Value, moving: &Value) -> Option<Value> {
    let cycles = geometry.columns.checked_sub(1).filter(|&cycles| cycles > 0)?;
    let passing = m.register("passing", uint(cycles));
    let next = match cycles {
        1 => step.clone(),
        _ => m.concat(&[&passing.value().slice(0, cycles - 1), step]),
    };
    passing.enable(moving).reset(0).next(&next);
    Some(m.wire("still_passing", &passing.value().any()))
}

/// A one at the row of the array that takes the next beat of weights.
fn row_to_load(m: &ModuleBuilder, rows: u32, loading: &Value) -> Lanes {
    if rows == 1 {
        return m.uint(1, 1).lanes(uint(1), 1);
    }
    let row = m.register("row_to_load", uint(rows));
    let next = m.concat(&[&row.value().slice(0, rows - 1), &row.value().top_bit()]);
    row.enable(loading).reset(1).next(&next);
    row.value().lanes(uint(1), rows)
}

/// The columns; gives the resolved sums of a tile of the inner dimension, all columns in line.
fn columns(
    m: &ModuleBuilder,
    geometry: &Geometry,
    element: &dyn Element,
    streams: &Inputs,
    schedule: &Schedule,
    moving: &Value,
) -> Lanes {
    let columns = geometry.columns;
    let masked = masked(m, geometry, streams, schedule);
    let held = m.delay("activations", masked.flat(), Some(&schedule.issue)).lanes(masked.shape(), geometry.rows);
    let activations = skewed(m, "activations", &held, moving);
    let weights = prepared(m, &COLUMN_SIDE, &streams.weights, element.column_edge(), (None, None));
    let at = m.lanes("activations_at", uint(activations.flat().width()), columns);
    at.drive(0, activations.flat());
    if columns > 1 {
        m.repeat("column_to_the_right", columns - 1, |column| {
            at.drive(column + 1, &m.delay("activations_right", &at.lane(column), Some(moving)));
        });
    }
    let module = column(geometry, element);
    let sums = m.lanes("sums", uint(geometry.element_bits()), columns);
    m.repeat("column", columns, |column| {
        let instance = m.instance("column", &module);
        instance.connect("activations", &at.lane(column)).connect("weights", &weights.lane(column));
        instance.connect("load", schedule.load.flat()).connect("moving", moving);
        sums.drive(column, &instance.output("sum"));
    });
    let resolved = resolved(m, geometry, &sums);
    let held = m.delay("resolved", resolved.flat(), Some(moving)).lanes(resolved.shape(), columns);
    aligned(m, "resolved", &held, moving)
}

/// The activations that enter, a lane a row of the array; zero beyond the inner dimension.
fn masked(m: &ModuleBuilder, geometry: &Geometry, streams: &Inputs, schedule: &Schedule) -> Lanes {
    let (incoming, places) = (&streams.activations, geometry.rows * geometry.depth);
    let within = thermometer(m, "within_inner", &schedule.inner_left, places).lanes(uint(1), places);
    let masked = m.lanes("masked", incoming.shape(), places);
    m.repeat("place", places, |place| {
        masked.drive(place, &(incoming.lane(place) & within.lane(place).replicate(incoming.shape().width)));
    });
    masked.flat().lanes(uint(incoming.shape().width * geometry.depth), geometry.rows)
}

/// Elements one below the other, each with weights that stay and a register behind its sum.
fn column(geometry: &Geometry, element: &dyn Element) -> Module {
    let (rows, bits, module) = (geometry.rows, geometry.element_bits(), element.element());
    let m = ModuleBuilder::new(
        format!("{}_column", element.top_name()),
        "A column of elements with weights that stay; sums pass down.",
    );
    m.parameter("rows", rows);
    let operand = |name: &str| uint(port_bits(&module, name));
    let activations = m.input_lanes("activations", operand("activations"), rows, "first row lowest");
    let weights = m.documented_input("weights", operand("weights"), "of the row that is loaded");
    let load = m.input_lanes("load", uint(1), rows, "a row takes the weights");
    let moving = m.documented_input("moving", uint(1), "time goes on");
    let sums = m.lanes("sums", uint(bits), rows + 1);
    sums.drive(0, &m.uint(0, bits));
    m.repeat("row", rows, |row| {
        let instance = m.instance("element", &module);
        instance.connect("activations", &activations.lane(row));
        instance.connect("weights", &m.delay("held_weights", &weights, Some(&load.lane(row))));
        instance.connect("addend", &sums.lane(row));
        sums.drive(row + 1, &m.delay("sum", &instance.output("sum"), Some(&moving)));
    });
    m.documented_output("sum", &sums.lane(rows), "of all rows");
    m.finish()
}

/// Cycles from a vector to its sums in line: operand register, a sum a row, resolution, the last column.
pub(super) fn way_of_a_vector(geometry: &Geometry) -> u32 {
    1 + geometry.rows + 1 + (geometry.columns - 1)
}

/// Adds the sums of a tile to those of the tiles before; complete ones are a row of the result.
fn rows(
    m: &ModuleBuilder,
    geometry: &Geometry,
    max_rows: u32,
    schedule: &Schedule,
    sums: &Lanes,
    moving: &Value,
) -> Row {
    let way = way_of_a_vector(geometry);
    let last = m.wire("row_is_last", &(&schedule.last_outer & &schedule.last_vector));
    let parts = [&schedule.columns_left, &last, &schedule.last_inner, &schedule.first_inner, &schedule.issue];
    let parts = m.concat(&parts);
    let vector = Wave::new(m, "vector", parts.width(), way + 1);
    vector.drive(&parts, moving);
    let last_vector = Wave::new(m, "last_vector", 1, way);
    last_vector.drive(&schedule.last_vector, moving);
    let here = vector.ago(way);
    let (there, begins, complete) = (here.bit(0), here.bit(1), here.bit(2));
    let partial = PartialSums {
        begins,
        arriving: vector.ago(way - 1).bit(0),
        last_vector: last_vector.ago(way - 1),
        kept: m.wire("kept_for_later", &(&there & !&complete & moving)),
    };
    Row {
        valid: m.wire("row_valid", &(there & complete)),
        columns_left: here.slice(4, schedule.columns_left.width()),
        last: here.bit(3),
        sums: partial_sums(m, geometry, max_rows, sums, &partial, moving),
        correction: None,
    }
}

/// What becomes of the sums in line.
struct PartialSums {
    /// They are the first of their row.
    begins: Value,
    /// There are sums a cycle later.
    arriving: Value,
    /// Those are of the last vector.
    last_vector: Value,
    /// More are still to come.
    kept: Value,
}

/// The memory, and the sums so far, those in line included.
fn partial_sums(
    m: &ModuleBuilder,
    geometry: &Geometry,
    max_rows: u32,
    sums: &Lanes,
    what: &PartialSums,
    moving: &Value,
) -> Lanes {
    let (columns, bits) = (geometry.columns, geometry.sum_bits());
    let memory = m.memory("partial_sums", uint(bits * columns), memory_rows(max_rows));
    let address = memory.address_shape();
    let number = m.register("vector_number", address);
    let change = m.wire("number_changes", &(&what.arriving & moving));
    let next = (number.value() + m.uint(1, address.width)).wrap(address.width);
    number.enable(&change).reset(0).next(&what.last_vector.mux(&m.uint(0, address.width), &next));
    let before = memory.read("before", moving, &number).lanes(uint(bits), columns);
    let total = m.lanes("total", uint(bits), columns);
    m.repeat("summed_column", columns, |column| {
        let base = (before.lane(column) & (!&what.begins).replicate(bits)).as_signed();
        let sum = sums.lane(column).as_signed();
        total.drive(column, &m.wire("sum_so_far", &(base + sum).wrap(bits).as_unsigned()));
    });
    memory.write(&what.kept, &m.delay("summed_number", &number, Some(moving)), total.flat());
    (*total).clone()
}

fn memory_rows(max_rows: u32) -> u32 {
    max_rows.max(2)
}

/// The primitives of the array around its elements, the weights prepared by edges to so many bits a column.
pub(super) fn census(geometry: &Geometry, max_rows: u32, column_bits: u32) -> Vec<(&'static str, Census)> {
    let Geometry { rows, columns, depth, .. } = *geometry;
    let row_bits = geometry.row_bits();
    let mut passing = thermometer_census(geometry.nest().inner_bits(), rows * depth); // places within the run
    let own = sum_of(&[
        (AndOr, (rows * depth).into(), row_bits / depth),           // mask
        (EnabledRegister, 1, rows * row_bits),                      // activations
        (EnabledRegister, u64::from(columns - 1), rows * row_bits), // activations from column to column
        (EnabledRegister, geometry.elements().into(), column_bits), // weights
        (EnabledRegister, geometry.elements().into(), geometry.element_bits()), // sums
        (EnabledRegister, 1, columns * geometry.kept_bits()),       // resolved
    ]);
    passing.add_census(&own, 1);
    passing.add_census(&skewed_census(rows, row_bits), 1);
    passing.add_census(&aligned_census(columns, geometry.kept_bits()), 1);
    vec![
        ("control", control(geometry)),
        ("passing", passing),
        ("partial sums", partial_sums_census(geometry, max_rows)),
    ]
}

fn control(geometry: &Geometry) -> Census {
    let Geometry { rows, columns, .. } = *geometry;
    let counted = geometry.row_count_bits();
    let (several_rows, several_columns) = (u64::from(rows > 1), u64::from(columns > 1));
    let mut census = sequencer_census(&geometry.nest());
    census.add_census(
        &sum_of(&[
            (AndOr, 10, 1),                // start, able 2, load, open, issue, load or issue, step, streaming 2
            (Inverter, 2, 1),              // of streaming, of step
            (AndOr, 1, 1),                 // loaded
            (AndOr, 1, rows),              // row that is loaded
            (EnabledRegister, 1, counted), // rows of the run
            (ResetRegister, 1, 1),         // streaming
            (ResetRegister, several_rows, rows),
            (ResetRegister, several_columns, columns - 1),
            (Reduction, several_columns, columns - 1),
            (AndOr, several_columns, 1),    // free
            (Inverter, several_columns, 1), // of passing
            (Comparator, 1, counted),       // last vector
            (Adder, 1, counted + 1),        // one vector less
            (Multiplexer, 1, counted),
            (EnabledRegister, 1, counted), // vectors left
            (AndOr, 2, 1),                 // last row, moving
            (Inverter, 1, 1),              // of valid
        ]),
        1,
    );
    census
}

fn partial_sums_census(geometry: &Geometry, max_rows: u32) -> Census {
    let (columns, bits, way) = (geometry.columns, geometry.sum_bits(), way_of_a_vector(geometry));
    let depth = memory_rows(max_rows);
    let address = bits_for(u64::from(depth) - 1);
    let mut census = sum_of(&[
        (AndOr, 4, 1),    // valid, kept 2, number changes
        (Inverter, 1, 1), // of complete
        (Adder, 1, address + 1),
        (Multiplexer, 1, address),
        (ResetRegister, 1, address),
        (EnabledRegister, 1, address),
        (Memory, 1, bits * columns * depth),
    ]);
    census.add_census(&copies(&sum_of(&[(AndOr, 1, bits), (Adder, 1, bits + 1)]), columns.into()), 1);
    census.add(Inverter, 1, 1); // of begins
    census.add_census(&wave_census(geometry.nest().outer_bits() + 4, way + 1), 1);
    census.add_census(&wave_census(1, way), 1);
    census
}
