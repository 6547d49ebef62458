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
//! Where elements take operands plane by plane a vector passes once for each pair of planes, and the sums of its passes are
//! added behind the resolution (`pass_sums.rs`): elements neither shift nor know a sign. So they are where a feeder deals the
//! digits of a vector out (`dealing.rs`), all rows as many cycles as the one with the most.
//!
//! Nothing waits for the receiver: a row that the queue before it has no place for goes round (`circulation.rs`), so that no
//! register between operands and sums has an enable.

mod dealing;
mod pass_sums;
mod schedule;
mod told;

pub(super) use dealing::census as dealing_census;

use super::circulation::{self, ToFoot, circulate};
use super::cost::ControlCensus;
use super::geometry::Geometry;
use super::operands::{Told, entering, port_bits, within_inner, within_issued};
use super::partial_sums::{self, PartialSums};
use super::planes;
use super::queue::{self, Queue};
use super::resolving::{in_one_word, resolving_cycles};
use super::results::{self, Row};
use super::shell::{CONTROL, Element, Inputs, TAKEN};
use super::skew::{Wave, skew_census, skewed, wave_census};
use super::zero_points::Correction;
use crate::census::{Parts, sum_of};
use pass_sums::PassSums;
use schedule::Schedule;
use told::{Fact, Said, fact, told_bits};
use tritloom_hdl::Primitive::{AndOr, EnabledRegister, Inverter, Register, ResetRegister};
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
    let last_left = geometry.has_partial_sums().then(|| m.register("last_left", uint(1)));
    let may_leave = |told: &Value| may_leave(m, geometry, told, (&room, last_left.as_ref()));
    let vector = circulate(m, geometry.rows, (&schedule.issue, &schedule.told), may_leave, &open_next);
    if let (Some(last_left), Some(ends_tile)) = (&last_left, fact(geometry, &vector.told, Fact::EndsTile)) {
        last_left.reset(0).next(&(&vector.leaves & ends_tile));
    }
    m.section("Elements");
    let sums = columns(m, geometry, element, streams, &schedule, &vector.again);
    m.section("Rows");
    queued(m, geometry, max_rows, (&vector, &sums), queue, ready)
}

/// Whether the sums of the vector that comes to the foot have somewhere to go: complete ones need room. Where they are added up in
/// a memory those of a run of one row must not leave one behind the other, the last of a tile `last_left` before: each is added
/// to what the one before has written.
fn may_leave(
    m: &ModuleBuilder,
    geometry: &Geometry,
    told: &Value,
    (room, last_left): (&Value, Option<&RegisterBuilder>),
) -> Value {
    let Some(complete) = fact(geometry, told, Fact::Complete) else { return room.clone() };
    match last_left.zip(fact(geometry, told, Fact::EndsTile)) {
        None => m.wire("may_leave", &(!complete | room)),
        Some((last_left, ends_tile)) => {
            let apart = m.wire("apart", &!(last_left.value() & ends_tile));
            m.wire("may_leave", &((!complete | room) & apart))
        }
    }
}

/// What comes out at the foot of the columns.
struct Foot {
    /// The sum of each column, in one word.
    sums: Lanes,
    /// Of activations, where there are zero points.
    activation_sum: Option<Value>,
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
    let within = match schedule.dealing {
        None => within_issued(m, &within, &schedule.issue),
        Some(_) => within,
    };
    let pass = schedule.pass.as_ref();
    let told =
        Told { mode: schedule.mode.clone(), pass: pass.map(|[pass, _]| pass), pass_ends: pass.map(|[_, ends]| ends) };
    let entering = entering(m, geometry, element, streams, (&told, &within));
    let rows = match &schedule.dealing {
        None => entering.rows,
        Some(dealing) => dealing.rows(m, geometry, &entering.rows),
    };
    let activations = skewed(m, ("activations", "row"), &rows, None);
    let weights = m.delay("weights", entering.columns.flat(), None).lanes(entering.columns.shape(), geometry.columns);
    let again = m.pipeline("round", None).control(0, "again_as_sum", again).at(geometry.element_stages);
    let cell = element.element();
    let controls = controls(m, geometry, &cell, schedule);
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

/// The inputs that tell elements the mode of what is in each of their stages, or which plane of their weights to take, each with
/// a lane a row: it passes the rows with the vectors.
fn controls(m: &ModuleBuilder, geometry: &Geometry, cell: &Module, schedule: &Schedule) -> Vec<(&'static str, Lanes)> {
    if let Some(taken) = &schedule.taken {
        let wave = Wave::new(m, "taken", taken.width(), geometry.rows + 1);
        wave.drive(taken, None);
        return vec![(TAKEN, wave.before(1, geometry.rows))];
    }
    let Some([_, control]) = &schedule.mode else { return Vec::new() };
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
    let told = CONTROL.into_iter().chain([TAKEN]).filter(|name| cell.port(name).is_some());
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
    let added = u32::from(geometry.has_partial_sums() || geometry.vectors_have_passes());
    2 + geometry.element_stages + resolving_cycles(geometry) + added
}

/// Places of the queue: as many as keep pace with a receiver that is always ready. A row takes as many cycles as its vector has
/// passes.
pub(super) fn queue_places(geometry: &Geometry) -> u32 {
    let passes = (0..geometry.modes.len()).map(|mode| geometry.passes_of(mode)).min().unwrap_or(1);
    (way_to_queue(geometry) + 2).div_ceil(passes).max(2)
}

/// Cycles from a vector to its row of results: to the array, to the cycle before the foot, from there to the queue, and into it.
pub(super) fn way_of_a_vector(geometry: &Geometry) -> u32 {
    cycles_to_array(geometry) + (geometry.rows - 1) + way_to_queue(geometry) + 1
}

/// Cycles from a vector that enters to what of it enters the array.
pub(super) fn cycles_to_array(geometry: &Geometry) -> u32 {
    if geometry.dealt.is_some() { dealing::cycles_to_digits(geometry) } else { 0 }
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
    let way = Way::new(m, geometry, vector);
    let sums = way.sums_of_passes(m, foot).unwrap_or_else(|| foot.sums.clone());
    let partial = way.partial_sums(m);
    let completes = fact(geometry, &vector.told, Fact::Complete);
    let (promise, announced) = match completes.zip(way.arriving.of(Fact::Complete)) {
        None => (vector.leaves.clone(), way.arrives()),
        Some((completes, arriving)) => {
            (m.wire("promise", &(&vector.leaves & completes)), m.wire("announced", &(way.arrives() & arriving)))
        }
    };
    let sums = match &partial {
        None => m.concat(&foot.activation_sum.iter().chain([sums.flat()]).collect::<Vec<_>>()),
        Some(partial) => partial_sums::added(m, geometry, max_rows, (&sums, foot.activation_sum.as_ref()), partial),
    };
    let corrected = geometry.zero_points.and(way.there.of(Fact::EndsTile));
    let last = way.there.of(Fact::Last).unwrap_or_else(|| m.uint(0, 1));
    let parts: Vec<&Value> = corrected.iter().chain([&last, &way.keep, &sums]).collect();
    let waiting = queue.pass(&promise, (&announced, &m.concat(&parts)), ready);
    let row = |low: u32, bits: u32| waiting.row.slice(low, bits);
    let columns = geometry.columns;
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

/// What goes with the sums of a vector from the foot to the queue.
struct Way<'a> {
    geometry: &'a Geometry,
    /// Whether there are sums.
    wave: Wave,
    /// What is said of them in the cycle before the queue.
    arriving: Said,
    /// And in the cycle in which they enter it.
    there: Said,
    /// The columns that are kept, in that cycle.
    keep: Value,
}

impl Way<'_> {
    fn new<'a>(m: &ModuleBuilder, geometry: &'a Geometry, vector: &ToFoot) -> Way<'a> {
        let arrival = way_to_queue(geometry);
        let wave = Wave::new(m, "row", 1, cycles_of_rows(geometry) + 1);
        wave.drive(&vector.leaves, None);
        let keep = results::kept(m, geometry, &told::columns_left(geometry, &vector.told));
        let told = Said::new(geometry, &vector.told);
        let at_queue = |fact| cycles_of(geometry, fact) == arrival;
        let (arriving, there) = (told.legend(|_| true), told.legend(at_queue));
        let later = if there == arriving { "the same" } else { &there };
        m.comment(&format!("Said of a row that arrives, the lowest bit first: {arriving}; a cycle later: {later}."));
        let arriving = told.later(m, "row_arriving", arrival - 1);
        let there = arriving.of_those(m, at_queue).later(m, "row_there", 1);
        let keep = m.delay_line("row_keep", &keep, arrival, None);
        Way { geometry, wave, arriving, there, keep }
    }

    /// Whether sums are there in the cycle before the queue.
    fn arrives(&self) -> Value {
        self.wave.ago(way_to_queue(self.geometry) - 1)
    }

    /// Where vectors have passes, the sums of those that have come, in the cycle before the queue.
    fn sums_of_passes(&self, m: &ModuleBuilder, foot: &Foot) -> Option<Lanes> {
        let first = self.arriving.of(Fact::FirstPass)?;
        let what = PassSums {
            arriving: self.arrives(),
            moves_up: self.arriving.of(Fact::MovesUp),
            negative: match planes::first_is_negative(self.geometry) {
                true => Some(first.clone()),
                false => self.arriving.of(Fact::Negative),
            },
            first,
        };
        Some(pass_sums::added(m, self.geometry, &foot.sums, &what))
    }

    /// Where sums may be partial, what becomes of them: of vectors that are the last of their tile, and complete.
    fn partial_sums(&self, m: &ModuleBuilder) -> Option<PartialSums> {
        let begins = self.there.of(Fact::Begins)?;
        let last_pass = |name: &str, there: Value, said: &Said| match said.of(Fact::LastPass) {
            None => there,
            Some(last) => m.wire(name, &(there & last)),
        };
        let there = self.wave.ago(way_to_queue(self.geometry));
        Some(PartialSums {
            arriving: last_pass("vector_arrives", self.arrives(), &self.arriving),
            last_vector: self.arriving.of(Fact::EndsTile)?,
            begins,
            kept: match self.there.of(Fact::Complete) {
                None => there,
                Some(complete) => {
                    m.wire("kept_for_later", &(last_pass("vector_there", there, &self.there) & !complete))
                }
            },
        })
    }
}

/// Cycles through which it goes with sums that they are there: to the queue, or to the memory of partial sums.
fn cycles_of_rows(geometry: &Geometry) -> u32 {
    way_to_queue(geometry) - u32::from(!geometry.has_partial_sums())
}

/// Cycles through which a fact goes with sums.
fn cycles_of(geometry: &Geometry, fact: Fact) -> u32 {
    let arrival = way_to_queue(geometry);
    match fact {
        Fact::Complete if geometry.adding_mode().is_some() || !geometry.has_partial_sums() => arrival - 1,
        Fact::EndsTile if geometry.zero_points.is_none() => arrival - 1,
        Fact::FirstPass | Fact::MovesUp | Fact::Negative => arrival - 1,
        Fact::Last | Fact::EndsTile | Fact::Complete | Fact::Begins | Fact::LastPass => arrival,
    }
}

/// Bits of a row that waits: for each column its sum and whether it is kept, and whether it is the last; where it is corrected,
/// the sum of its activations and whether it ends its tile.
pub(super) fn queued_bits(geometry: &Geometry) -> u32 {
    let correction = if geometry.zero_points.is_some() { geometry.activation_sum_bits() + 1 } else { 0 };
    geometry.columns * (geometry.resolved_bits() + 1) + 1 + correction
}

/// The primitives between the operands as elements see them, of so many bits a row and a column, and the rows of results,
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
        (AndOr, geometry.dealt.is_none().into(), places), // while a vector enters
        (Register, elements, row_bits),                   // activations
        (Register, elements, geometry.element_bits()),    // sums
        (AndOr, columns.into(), geometry.element_bits()), // what goes round
        (Register, columns.into(), 1),
        (ResetRegister, geometry.element_stages.into(), 1),
    ]);
    passing.add_census(&skew_census(Register, rows, row_bits), 1);
    if geometry.has_modes() && mode.stages > 0 {
        passing.add_census(&wave_census(mode.bits, rows + mode.stages), 1);
    }
    passing.add_census(&wave_census(planes::taken_bits(geometry), rows + 1), 1);
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
    let staying_weights = sum_of(&[
        (Register, 1, columns * column_bits),     // that enter
        (Register, columns.into(), 1),            // that they do
        (Register, columns.into(), rows),         // and for which row
        (AndOr, columns.into(), rows),            // load
        (EnabledRegister, elements, column_bits), // weights
    ]);
    let mut parts = vec![("staying weights", staying_weights), ("passing", passing)];
    if geometry.vectors_have_passes() {
        parts.push(("sums of passes", pass_sums::census(geometry)));
    }
    if geometry.has_partial_sums() {
        parts.push(("partial sums", partial_sums::census(geometry, max_rows)));
    }
    parts.push(("queue", queue::census(queue_places(geometry), queued_bits(geometry))));
    parts
}

/// The primitives of the schedule, of the way of the vectors and of what goes with their rows, modes apart.
pub(super) fn control(geometry: &Geometry) -> Census {
    let (partial, passes) = (geometry.has_partial_sums(), geometry.vectors_have_passes());
    let (arrival, facts) = (way_to_queue(geometry), told::facts(geometry));
    let there = facts.iter().filter(|fact| cycles_of(geometry, **fact) == arrival).count();
    let mut census = schedule::census(geometry);
    census.add_census(&circulation::census(geometry.rows, told_bits(geometry)), 1);
    census.add(Register, 1, (arrival * geometry.columns).into()); // columns that are kept
    census.add(Register, 1, u64::from(arrival - 1) * facts.len() as u64); // arriving
    census.add(Register, 1, there as u64);
    census.add(ResetRegister, u64::from(partial), 1); // whether a last vector has left
    census.add_census(&wave_census(1, cycles_of_rows(geometry) + 1), 1);
    if passes {
        census.add(AndOr, if partial { 2 } else { 3 }, 1); // vector there 2, or may leave, promise, announced
        census.add(Inverter, u64::from(!partial), 1);
    }
    census
}
