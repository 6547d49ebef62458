//! The weight-stationary array: weights stay, sums pass from row to row.
//!
//! ```text
//!                     0, or what goes round
//!                              ▼
//!  places 0 ─► register ─► element (weights)
//!                              ▼ register
//!  places 1, a cycle later ─► element (weights)
//!                              ▼ register
//!                           resolve ─► add to the partial sum in memory ─► queue ─► result
//! ```
//!
//! Rows of the array are places of the inner dimension, `depth` each. For each tile of columns and, in it, each tile of
//! the inner dimension the weights of a row of the array enter a beat, and stay; then the vectors of activations pass,
//! one a cycle, seen by all columns at once, and their sums over the tile leave at the bottom. Where the inner dimension has
//! several tiles their sums are added up in a memory of `max_rows` rows. Weights of the next tile follow the last vector row by
//! row.
//!
//! Nothing waits for the receiver: a row that the queue before it has no place for goes round (`circulation.rs`), so that no
//! register between operands and sums has an enable.

use super::circulation::{self, ToFoot, circulate};
use super::cost::ControlCensus;
use super::geometry::Geometry;
use super::operands::{Told, entering, port_bits, within_inner, within_issued};
use super::partial_sums::{self, PartialSums};
use super::queue::{self, Queue};
use super::resolving::{in_one_word, resolving_cycles};
use super::results::{self, Row};
use super::schedule::mode_of_run;
use super::shell::{CONTROL, Element, Inputs};
use super::skew::{Wave, skewed, skewed_census, wave_census};
use super::zero_points::Correction;
use crate::census::{Parts, sum_of};
use crate::sequencer::{sequencer, sequencer_census};
use tritloom_hdl::Primitive::{
    Adder, AndOr, Comparator, EnabledRegister, Inverter, Multiplexer, Register, ResetRegister,
};
use tritloom_hdl::{Census, InstanceBuilder, Lanes, Module, ModuleBuilder, RegisterBuilder, Shape, Value, uint};

/// The rows of results.
pub(super) fn rows(
    m: &ModuleBuilder,
    geometry: &Geometry,
    max_rows: u32,
    element: &dyn Element,
    (streams, ready): (&Inputs, &Value),
) -> Row {
    m.section("Schedule");
    let open_next = m.forward("open_next", uint(1));
    let schedule = Schedule::build(m, geometry, element, streams, &open_next);
    m.section("Vectors");
    let queue = Queue::new(m, queue_places(geometry));
    let room = queue.room();
    let partial = geometry.has_partial_sums().then(|| Partial::declare(m));
    let may_leave = |told: &Value| match &partial {
        Some(partial) => partial.may_leave(m, told, &room),
        None => room.clone(),
    };
    let vector = circulate(m, geometry.rows, (&schedule.issue, &schedule.told), may_leave, &open_next);
    partial.iter().for_each(|partial| partial.note(&vector));
    m.section("Elements");
    let sums = columns(m, geometry, element, streams, &schedule, &vector.again);
    m.section("Rows");
    queued(m, geometry, max_rows, (&vector, &sums), queue, ready)
}

/// Where sums may be partial: which of them leave.
struct Partial {
    /// The last vector of a tile has left in the cycle before.
    last_left: RegisterBuilder,
}

impl Partial {
    fn declare(m: &ModuleBuilder) -> Partial {
        Partial { last_left: m.register("last_left", uint(1)) }
    }

    /// Complete sums need room. Those of a run of one row must not leave one behind the other: each is added to what the one
    /// before has written.
    fn may_leave(&self, m: &ModuleBuilder, told: &Value, room: &Value) -> Value {
        let apart = m.wire("apart", &!(self.last_left.value() & told.bit(ENDS_TILE)));
        m.wire("may_leave", &((!told.bit(COMPLETE) | room) & apart))
    }

    fn note(&self, vector: &ToFoot) {
        self.last_left.reset(0).next(&(&vector.leaves & vector.told.bit(ENDS_TILE)));
    }
}

/// In what is said of a vector: it is the last of its run; where sums may be partial or rows are corrected, the last of its
/// tile; where sums may be partial, it completes them, and begins them. Above that, how many columns of the run are left.
const LAST: u32 = 0;
const ENDS_TILE: u32 = 1;
const COMPLETE: u32 = 2;
const BEGINS: u32 = 3;

/// Whether it is said of a vector that it is the last of its tile.
fn tells_ends(geometry: &Geometry) -> bool {
    geometry.has_partial_sums() || geometry.zero_points.is_some()
}

/// Bits of what is said of a vector.
fn told_bits(geometry: &Geometry) -> u32 {
    let partial = if geometry.has_partial_sums() { 2 } else { 0 };
    1 + u32::from(tells_ends(geometry)) + partial + geometry.nest().outer_bits()
}

/// What enters in a cycle.
struct Schedule {
    /// Weights enter.
    load: Value,
    /// By row of the array: they are for it.
    row: Lanes,
    /// A vector of activations enters.
    issue: Value,
    /// Places of the inner dimension that are left, those of this tile included.
    inner_left: Value,
    /// What is said of the vector.
    told: Value,
    /// Where there are several modes, the number of that of the run, and what edges and elements are told of it.
    mode: Option<[Value; 2]>,
}

impl Schedule {
    /// Weights of a tile, then vectors while they are let in, as is known a cycle ahead.
    fn build(
        m: &ModuleBuilder,
        geometry: &Geometry,
        element: &dyn Element,
        streams: &Inputs,
        open_next: &Value,
    ) -> Schedule {
        let (rows, bits) = (geometry.rows, geometry.row_count_bits());
        let step = m.forward("step", uint(1));
        let sequencer = m.instance("sequencer", &sequencer(&geometry.nest()));
        sequencer.connect("run_valid", &streams.run_valid).connect("step", &step);
        sequencer.connect("run_inner", &streams.run_inner).connect("run_outer", &streams.run_columns);
        let run_ready = sequencer.output("run_ready");
        m.documented_output("run_ready", &run_ready, "");
        let start = m.wire("start", &(&streams.run_valid & &run_ready));
        let run_rows = m.delay("rows", &streams.run_rows, Some(&start));
        let mode_of_run = |run_mode| mode_of_run(m, geometry, element, (run_mode, &start), &sequencer);
        let mode = streams.run_mode.as_ref().map(mode_of_run);

        let streaming = m.register("streaming", uint(1));
        let weight_ready = m.wire("loadable", &(sequencer.output("busy") & !streaming.value()));
        m.output("weight_ready", &weight_ready);
        let loading = m.wire("load", &(weight_ready & &streams.weight_valid));
        let row = row_to_load(m, rows, &loading);
        let enterable = m.register("enterable", uint(1));
        m.output("activation_ready", enterable.value());
        let issue = m.wire("issue", &(enterable.value() & &streams.activation_valid));

        let vectors_left = m.register("vectors_left", uint(bits));
        let one_less = (vectors_left.value() - m.uint(1, bits)).wrap(bits).as_unsigned();
        let change = m.wire("load_or_issue", &(&loading | &issue));
        vectors_left.enable(&change).next(&loading.mux(&run_rows, &one_less));
        let only = run_rows.less_equal(&m.uint(1, bits));
        let one_behind = vectors_left.value().less_equal(&m.uint(geometry.most_rows().min(2).into(), bits));
        let last_vector = m.delay("last_vector", &loading.mux(&only, &one_behind), Some(&change));
        step.drive(&(&issue & &last_vector));
        let loaded = &loading & row.lane(rows - 1);
        let streaming_next = m.wire("streaming_next", &(loaded | (streaming.value() & !&*step)));
        streaming.reset(0).next(&streaming_next);
        enterable.reset(0).next(&(streaming_next & open_next));

        let last = m.wire("vector_is_last", &(sequencer.output("last_outer") & &last_vector));
        let (first_inner, last_inner) = (sequencer.output("first_inner"), sequencer.output("last_inner"));
        let columns_left = sequencer.output("outer_left");
        let begins = match (&mode, geometry.adding_mode()) {
            (Some([number, _]), Some(adding)) => {
                let adds = number.equals(&m.uint(adding as u64, number.width()));
                m.wire("begins_sums", &(first_inner & !adds))
            }
            _ => first_inner,
        };
        let partial = [&begins, &last_inner].into_iter().filter(|_| geometry.has_partial_sums());
        let ends_tile = tells_ends(geometry).then_some(&last_vector);
        let told: Vec<&Value> = [&columns_left].into_iter().chain(partial).chain(ends_tile).chain([&last]).collect();
        Schedule { load: loading, row, issue, inner_left: sequencer.output("inner_left"), told: m.concat(&told), mode }
    }
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

/// What comes out at the foot of the columns.
struct Foot {
    /// The sum of each column, in one word.
    sums: Lanes,
    /// Of activations, where there are zero points.
    activation_sum: Option<Value>,
}

impl Foot {
    /// All of it, the first column lowest.
    fn packed(&self, m: &ModuleBuilder) -> Value {
        m.concat(&self.activation_sum.iter().chain([self.sums.flat()]).collect::<Vec<_>>())
    }
}

/// The columns.
fn columns(
    m: &ModuleBuilder,
    geometry: &Geometry,
    element: &dyn Element,
    streams: &Inputs,
    schedule: &Schedule,
    again: &Value,
) -> Foot {
    m.comment("What lies within the inner dimension is the same for all vectors of a tile, and known before the first of them.");
    let within = m.delay("within_tile", &within_inner(m, geometry, &schedule.inner_left), None);
    let within = within_issued(m, &within, &schedule.issue);
    let told = Told { mode: schedule.mode.clone(), pass: None };
    let entering = entering(m, geometry, element, streams, (&told, &within));
    let activations = skewed(m, "activations", &entering.rows, None);
    let weights = m.delay("weights", entering.columns.flat(), None).lanes(entering.columns.shape(), geometry.columns);
    let again = m.pipeline("round", None).control(0, "again_as_sum", again).at(geometry.element_stages);
    let cell = element.element();
    let controls = schedule.mode.as_ref().map(|[_, control]| controls(m, geometry, &cell, control)).unwrap_or_default();
    let connect = |instance: &InstanceBuilder| {
        instance.connect("activations", activations.flat()).connect("again", &again);
        for (name, of_rows) in &controls {
            instance.connect(name, of_rows.flat());
        }
    };
    let module = column(geometry, &format!("{}_column", element.top_name()), &cell);
    let sums = m.lanes("sums", uint(geometry.element_bits()), geometry.columns);
    m.repeat("column", geometry.columns, |column| {
        let instance = m.instance("column", &module);
        connect(&instance);
        instance.connect("weights", &weights.lane(column));
        instance.connect("load", &schedule.load).connect("row", schedule.row.flat());
        sums.drive(column, &instance.output("sum"));
    });
    let activation_sum = geometry.zero_points.and_then(|_| element.activation_sum()).map(|adder| {
        let name = format!("{}_activation_sums", element.top_name());
        let instance = m.instance("activation_sums", &column(geometry, &name, &adder));
        connect(&instance);
        m.pipeline("resolving", None).stage(0, "activation_sum", &instance.output("sum")).at(resolving_cycles(geometry))
    });
    Foot { sums: in_one_word(m, geometry, &sums), activation_sum }
}

/// The inputs that tell elements the mode of what is in each of their stages, each with a lane a row: it passes the rows
/// with the vectors.
fn controls(m: &ModuleBuilder, geometry: &Geometry, cell: &Module, control: &Value) -> Vec<(&'static str, Lanes)> {
    let read: Vec<_> = (1..).zip(CONTROL).filter(|(_, name)| cell.port(name).is_some()).collect();
    let Some((last, _)) = read.last() else { return Vec::new() };
    let wave = Wave::new(m, "control", control.width(), last + geometry.rows);
    wave.drive(control, None);
    read.iter().map(|&(ago, name)| (name, wave.before(ago, geometry.rows))).collect()
}

/// Elements one below the other, each with weights that stay, a register of its own for its activations, and one behind its
/// sum; also where they add up activations and see no weights.
fn column(geometry: &Geometry, name: &str, cell: &Module) -> Module {
    let (rows, bits) = (geometry.rows, port_bits(cell, "sum"));
    let m = ModuleBuilder::new(name, "A column of elements with operands that stay; sums pass down.");
    m.parameter("rows", rows);
    let operand = |name: &str| uint(port_bits(cell, name));
    let activations = m.input_lanes("activations", operand("activations"), rows, "first row lowest");
    let weights = cell.port("weights").map(|_| held_weights(&m, operand("weights"), rows));
    let again = m.documented_input("again", uint(1), "the sum that is at the foot a cycle later enters again");
    let told = CONTROL.into_iter().filter(|name| cell.port(name).is_some());
    let controls: Vec<_> = told.map(|name| (name, m.input_lanes(name, operand(name), rows, "of each row"))).collect();
    let (above, sums) = (m.lanes("above", uint(bits), rows), m.lanes("sums", uint(bits), rows));
    let round = m.delay("goes_round", &again, None);
    above.drive(0, &(sums.lane(rows - 1) & round.replicate(bits)));
    if rows > 1 {
        m.repeat("row_below", rows - 1, |row| above.drive(row + 1, &sums.lane(row)));
    }
    m.repeat("row", rows, |row| {
        let instance = m.instance("element", cell);
        instance.connect("activations", &m.delay("held_activations", &activations.lane(row), None));
        if let Some(weights) = &weights {
            instance.connect("weights", &weights.lane(row));
        }
        for (name, of_rows) in &controls {
            instance.connect(name, &of_rows.lane(row));
        }
        instance.connect("addend", &above.lane(row));
        sums.drive(row, &m.delay("sum", &instance.output("sum"), None));
    });
    m.documented_output("sum", &sums.lane(rows - 1), "of all rows");
    m.finish()
}

/// The weights of each row of a column, in registers that take them where they are for that row.
fn held_weights(m: &ModuleBuilder, shape: Shape, rows: u32) -> Lanes {
    let weights = m.documented_input("weights", shape, "of the row that is loaded");
    let load = m.documented_input("load", uint(1), "a row takes the weights of the next cycle");
    let to_load = m.input_lanes("row", uint(1), rows, "a one at that row");
    let (load, to_load) = (m.delay("load_now", &load, None), m.delay("row_now", to_load.flat(), None));
    let load = m.wire("load_row", &(to_load & load.replicate(rows))).lanes(uint(1), rows);
    let held = m.lanes("weights_of_rows", shape, rows);
    m.repeat("row_of_weights", rows, |row| {
        held.drive(row, &m.delay("held_weights", &weights, Some(&load.lane(row))));
    });
    (*held).clone()
}

/// Cycles from that before a vector is at the foot, two before its sums are there, to the last before its row is in the queue.
fn way_to_queue(geometry: &Geometry) -> u32 {
    2 + geometry.element_stages + resolving_cycles(geometry) + u32::from(geometry.has_partial_sums())
}

/// Places of the queue: as many as keep pace with a receiver that is always ready.
pub(super) fn queue_places(geometry: &Geometry) -> u32 {
    way_to_queue(geometry) + 2
}

/// Cycles from a vector to its row of results: to the cycle before the foot, from there to the queue, and into it.
pub(super) fn way_of_a_vector(geometry: &Geometry) -> u32 {
    (geometry.rows - 1) + way_to_queue(geometry) + 1
}

/// From the vector that comes to the foot, and the sums there, to the rows that wait for the receiver.
fn queued(
    m: &ModuleBuilder,
    geometry: &Geometry,
    max_rows: u32,
    (vector, foot): (&ToFoot, &Foot),
    queue: Queue,
    ready: &Value,
) -> Row {
    let (arrival, outer, columns) = (way_to_queue(geometry), geometry.nest().outer_bits(), geometry.columns);
    let way = m.pipeline("row", None);
    let there = way.control(0, "row_there", &vector.leaves);
    let told = |name: &str, bit| way.stage(0, name, &vector.told.bit(bit));
    let last = told("row_is_last", LAST).at(arrival);
    let ends_tile = tells_ends(geometry).then(|| told("row_ends_tile", ENDS_TILE));
    let columns_left = vector.told.slice(told_bits(geometry) - outer, outer);
    let keep = way.stage(0, "row_keep", &results::kept(m, geometry, &columns_left)).at(arrival);
    let (promise, announced, sums) = match ends_tile.as_ref().filter(|_| geometry.has_partial_sums()) {
        None => (vector.leaves.clone(), there.at(arrival - 1), foot.packed(m)),
        Some(ends_tile) => {
            let (complete, begins) = (told("row_complete", COMPLETE), told("row_begins", BEGINS));
            let partial = PartialSums {
                arriving: there.at(arrival - 1),
                last_vector: ends_tile.at(arrival - 1),
                begins: begins.at(arrival),
                kept: match geometry.adding_mode() {
                    Some(_) => there.at(arrival),
                    None => m.wire("kept_for_later", &(there.at(arrival) & !complete.at(arrival))),
                },
            };
            let promise = m.wire("promise", &(&vector.leaves & complete.at(0)));
            let announced = m.wire("announced", &(there.at(arrival - 1) & complete.at(arrival - 1)));
            let sums = (&foot.sums, foot.activation_sum.as_ref());
            (promise, announced, partial_sums::added(m, geometry, max_rows, sums, &partial))
        }
    };
    let corrected = geometry.zero_points.and(ends_tile.as_ref()).map(|ends_tile| ends_tile.at(arrival));
    let parts: Vec<&Value> = corrected.iter().chain([&last, &keep, &sums]).collect();
    let waiting = queue.pass(&promise, (&announced, &m.concat(&parts)), ready);
    let row = |low: u32, bits: u32| waiting.row.slice(low, bits);
    let (bits, above) = (geometry.resolved_bits() * columns, sums.width());
    Row {
        valid: waiting.valid.clone(),
        sums: row(0, bits).lanes(uint(geometry.resolved_bits()), columns),
        keep: row(above, columns),
        last: row(above + columns, 1),
        correction: corrected
            .is_some()
            .then(|| Correction { activation_sum: row(bits, above - bits), ends_tile: Some(waiting.row.top_bit()) }),
    }
}

/// Bits of a row that waits: for each column its sum and whether it is kept, and whether it is the last; where it is corrected,
/// the sum of its activations and whether it ends its tile.
pub(super) fn queued_bits(geometry: &Geometry) -> u32 {
    let correction = if geometry.zero_points.is_some() { geometry.activation_sum_bits() + 1 } else { 0 };
    geometry.columns * (geometry.resolved_bits() + 1) + 1 + correction
}

/// The primitives between the operands behind their edges, of so many bits a row and a column, and the rows of results,
/// elements apart.
pub(super) fn census(
    geometry: &Geometry,
    max_rows: u32,
    [row_bits, column_bits]: [u32; 2],
    mode: &ControlCensus,
) -> Parts {
    let Geometry { rows, columns, .. } = *geometry;
    let elements = u64::from(geometry.elements());
    let places = rows * geometry.most_places();
    let mut passing = sum_of(&[
        (Register, 1, places),                            // within
        (AndOr, 1, places),                               // while a vector enters
        (Register, elements, row_bits),                   // activations
        (Register, 1, columns * column_bits),             // weights that enter
        (Register, columns.into(), 1),                    // that they do
        (Register, columns.into(), rows),                 // and for which row
        (AndOr, columns.into(), rows),                    // load
        (EnabledRegister, elements, column_bits),         // weights
        (Register, elements, geometry.element_bits()),    // sums
        (AndOr, columns.into(), geometry.element_bits()), // what goes round
        (Register, columns.into(), 1),
        (ResetRegister, geometry.element_stages.into(), 1),
    ]);
    passing.add_census(&skewed_census(Register, rows, row_bits), 1);
    if geometry.has_modes() && mode.stages > 0 {
        passing.add_census(&wave_census(mode.bits, rows + mode.stages), 1);
    }
    let (sum_columns, sum_bits) = (geometry.activation_sum_columns(), geometry.kept_activation_bits());
    passing.add_census(
        &sum_of(&[
            (Register, (sum_columns * rows).into(), row_bits),
            (Register, (sum_columns * (rows + resolving_cycles(geometry))).into(), sum_bits),
            (AndOr, sum_columns.into(), sum_bits), // what goes round
            (Register, sum_columns.into(), 1),
        ]),
        1,
    );
    let mut parts = vec![("passing", passing)];
    if geometry.has_partial_sums() {
        parts.push(("partial sums", partial_sums::census(geometry, max_rows)));
    }
    parts.push(("queue", queue::census(queue_places(geometry), queued_bits(geometry))));
    parts
}

/// The primitives of the schedule, of the way of the vectors and of what goes with their rows, modes apart.
pub(super) fn control(geometry: &Geometry) -> Census {
    let rows = geometry.rows;
    let counted = geometry.row_count_bits();
    let (several_rows, partial) = (u64::from(rows > 1), geometry.has_partial_sums());
    let arrival = u64::from(way_to_queue(geometry));
    let mut census = sequencer_census(&geometry.nest());
    census.add_census(
        &sum_of(&[
            (AndOr, 9, 1),                 // start, loadable, load, enterable, issue, load or issue, step, streaming 2
            (Inverter, 2, 1),              // of streaming, of step
            (AndOr, 1, 1),                 // loaded
            (EnabledRegister, 1, counted), // rows of the run
            (ResetRegister, 2, 1),         // streaming, enterable
            (ResetRegister, several_rows, rows),
            (Comparator, 2, counted), // last vector
            (Multiplexer, 1, 1),
            (EnabledRegister, 1, 1),
            (Adder, 1, counted + 1), // one vector less
            (Multiplexer, 1, counted),
            (EnabledRegister, 1, counted), // vectors left
            (AndOr, 1, 1),                 // last vector of its run
            (Register, arrival, 1),
            (Register, arrival, geometry.columns), // columns that are kept
        ]),
        1,
    );
    // Row there, complete, begins; whether a last vector has left.
    match partial {
        false => census.add(ResetRegister, arrival - 1, 1),
        true => {
            let adds = geometry.adding_mode().is_some();
            let complete = if adds { arrival - 1 } else { arrival };
            census.add(ResetRegister, arrival + 1, 1);
            census.add(Register, complete + arrival, 1);
            census.add(Comparator, adds.into(), geometry.mode_bits().into()); // begins
        }
    }
    let ends_tile = if geometry.zero_points.is_some() { arrival } else { (arrival - 1) * u64::from(partial) };
    census.add(Register, ends_tile, 1);
    census.add_census(&circulation::census(rows, told_bits(geometry)), 1);
    census
}
