//! The top module of an array: streams, operand registers, elements, and the results' way out.

use super::beats::OperandBeat;
use super::column::{Beat, Signals};
use super::cost::ElementCensus;
use super::draining;
use super::geometry::{Geometry, Topology};
use super::mode::Mode;
use super::operands::{self, Operands};
use super::results::{Completed, Row, results};
use super::schedule::{Flow, Schedule};
use super::{broadcast, planes, systolic, weight_stationary, zero_points};
use crate::family::Pace;
use crate::words::counted;
use tritloom_hdl::{Design, Diagnostics, Lanes, Module, ModuleBuilder, Value, uint};

/// What a family puts into an array.
pub trait Element {
    /// The shape of the array.
    fn geometry(&self) -> &Geometry;

    /// The primitives that it adds to the array.
    fn census(&self) -> ElementCensus;

    /// How many cycles it works on a beat of a mode.
    fn pace(&self, _mode: &Mode) -> Pace {
        Pace::EVERY_CYCLE
    }

    /// How many cycles it works on this beat, from plain integers.
    fn beat_cycles(&self, _beat: &OperandBeat) -> u64 {
        1
    }

    /// Runs that make an exact product.
    fn runs(&self) -> u64 {
        1
    }

    /// The name of the top module, every parameter in it.
    fn top_name(&self) -> String;

    /// One paragraph for the top module's header.
    fn summary(&self) -> String;

    /// What edges, feeder and elements are told of the number of a mode, decoded once: the input `control` of their
    /// modules, where the array has several modes; elements may do without.
    fn control(&self, _m: &ModuleBuilder, mode: &Value) -> Value {
        mode.clone()
    }

    /// What is made of a row's activations once, at the edge of the array, for all its elements: a module from
    /// `activations`, zero beyond the inner dimension, to `prepared`; `None` where elements take them as they come. One
    /// with an input `within_inner`, a bit a place, sees the activations as they come and makes zeros of those beyond itself.
    fn row_edge(&self) -> Option<Module> {
        None
    }

    /// What is made of a column's weights once, at the edge of the array, for all its elements: a module from `weights`
    /// to `prepared`; `None` where elements take the weights as they come.
    fn column_edge(&self) -> Option<Module>;

    /// For elements that work on a beat for several cycles: the module, one for the whole array, that holds the beat and
    /// deals it out; `None` where a beat takes one cycle and plain registers hold it.
    ///
    /// Inputs: `activations` and `weights`, what enters behind the edges, of all rows and columns; `load`, it enters with
    /// this clock edge; `step`, the array takes what is dealt out in this cycle; `control` of what enters, where the
    /// array has several modes. `load` and `step` may both be one in one cycle, the last of a beat. Outputs: `to_rows`,
    /// a lane a row, and `to_columns`, a lane a column: what elements see as `activations` and `weights`, of any width;
    /// `spent`, nothing of the beat is left behind this cycle. While no beat is held they mean nothing.
    ///
    /// Where beats wait ([`Geometry::beat_waits`]) what enters comes out of registers, and what is dealt out is taken in every
    /// cycle or, where something may wait in the array, with an input `advance`: there is no `step`. Instead of `spent` there is
    /// `more`, a cycle early: something is left behind the next cycle; zero while no beat is held. In an array that drains what is dealt out adds nothing
    /// then: its products are zero, for which an input `enters` says apart from `more` that a beat enters where there is room.
    /// One that deals every beat out in a cycle has neither `spent` nor `more`.
    ///
    /// In a weight-stationary array ([`Geometry::dealt`]) it deals out vectors: it has no `weights`, `to_columns`, `enters` and
    /// `control`. What it deals out is seen by the array in cycles of `step` or `advance` only, in which something is held.
    fn feeder(&self) -> Option<Module> {
        None
    }

    /// Where there are zero points: what adds up the activations of a row, each once in the beats that an element adds. Its
    /// module has the ports of an element but for `weights`, and `sum` in so many bits as
    /// [`Geometry::kept_activation_bits`] says.
    fn activation_sum(&self) -> Option<Module> {
        None
    }

    /// The module of one element: inputs `activations` and `weights` (what the edges made or the feeder deals out),
    /// `first` (the sum begins anew) and `enable`, output `sum` with the words of its sum, all flat and unsigned. With
    /// `enable` the products of this cycle are in the sum of the next.
    ///
    /// An element without an input `enable` adds in every cycle: where there is nothing to add its activations are zero
    /// and `first` is low, and what it adds must be zero then, whatever the weights.
    ///
    /// Where operands enter several times ([`Geometry::passes`]) and weights do not stay, an input `next_pass` says that a pass begins which is not
    /// the first of its tile; with a feeder in a cycle of its own, in which `enable` is low. Edges see the pass that enters
    /// as an input `pass`, a one at its number, if they have one. Where operands enter bit by bit ([`super::Numbers::Planes`]) `next_pass` says that the
    /// bits that begin weigh half of those before, and `pass` has a bit for each side of several planes, the activations'
    /// lowest: the top plane enters, which counts negative if the numbers have a sign. No module has `control` then.
    ///
    /// In an array that drains it has inputs `drain` and `below` too: with `drain` its sum becomes that of the element
    /// below. There is then nothing to add. Where beats wait `next_pass` and `drain` come a cycle early there, and with
    /// them `add` instead of `first` and `enable`: what the element has is added, which is zero while no beat is held. With none of
    /// the three the sum becomes zero. The element holds them itself.
    ///
    /// In a weight-stationary array it does not keep its sum: inputs `activations`, `weights` and `addend`, output `sum`, the
    /// addend and the products, both in the words of a sum. The products of activations of zero must be zero, whatever the
    /// weights and the mode. Where it sees operands plane by plane it adds products of the planes of a pass, without their weight and
    /// the sign of top planes; with weights of several digits ([`super::Numbers::Digits`]) an input `taken` has a one at the plane that
    /// is taken of them.
    ///
    /// Where [`Geometry::element_stages`] is not zero, `first` and `enable` come so many cycles after the operands, and
    /// the registers between follow an input `advance`; so does `addend`, where nothing ever waits and there is no `advance`. `control` comes with the operands, `control1` a cycle later,
    /// and so on: an element has those that it needs.
    fn element(&self) -> Module;
}

/// Builds the array.
pub fn build(element: &dyn Element) -> Result<Design, Diagnostics> {
    let geometry = element.geometry();
    let m = ModuleBuilder::new(element.top_name(), element.summary());
    note_parameters(&m, geometry);
    let streams = Inputs::declare(&m, geometry);
    let zero_points = geometry.zero_points.map(|numbers| zero_points::Inputs::declare(&m, geometry, &numbers));

    let ready = &match &zero_points {
        Some(inputs) => m.wire("row_ready", &(&streams.result_ready & &inputs.valid)),
        None => streams.result_ready.clone(),
    };
    let row = match geometry.topology {
        Topology::WeightStationary { max_rows } => {
            weight_stationary::rows(&m, geometry, max_rows, element, (&streams, ready))
        }
        _ => rows(&m, geometry, element, &streams, ready),
    };
    let row = match (&zero_points, &row.correction) {
        (Some(inputs), Some(correction)) => inputs.corrected(&m, geometry, (&row, correction), &streams.result_ready),
        _ => row,
    };
    m.section("Results");
    results(&m, geometry, &row);
    m.port_order(&PORT_ORDER);
    Design::new(m.finish())
}

/// The rows of results of an array whose operands enter together.
fn rows(m: &ModuleBuilder, geometry: &Geometry, element: &dyn Element, streams: &Inputs, ready: &Value) -> Row {
    m.section("Schedule");
    let draining = geometry.topology == Topology::Draining;
    let advance = (!draining).then(|| m.forward("advance", uint(1)));
    let free = draining.then(|| m.forward("free", uint(1)));
    let flow = Flow { free: free.as_deref(), advance: advance.as_deref() };
    let feeder = element.feeder();
    let spent =
        feeder.as_ref().filter(|feeder| operands::takes_several_cycles(feeder)).map(|_| m.forward("spent", uint(1)));
    let schedule = Schedule::build(m, geometry, element, streams, &flow, spent.as_deref());

    m.section("Operands");
    let mut within = operands::within_inner(m, geometry, &schedule.inner_left);
    if draining && feeder.is_none() {
        within = operands::within_issued(m, &within, &schedule.issue);
    }
    let entering = operands::entering(m, geometry, element, streams, (&schedule.told(), &within));
    let operands = match &feeder {
        Some(feeder) => {
            let before = if geometry.beat_waits { operands::held(m, &entering, &schedule.enter) } else { entering };
            operands::fed(m, feeder, &before, &schedule, flow.advance, spent.as_ref())
        }
        _ if draining => entering,
        _ => operands::held(m, &entering, &schedule.issue),
    };

    m.section("Elements");
    let beat = beat(m, geometry, element, operands, &schedule, flow.advance);
    let summed = geometry.held_stage() + u32::from(!draining) + geometry.element_stages;
    let completed = Completed {
        complete: m.wire("complete", &(schedule.done.at(summed) & schedule.last.at(summed))),
        rows: match &schedule.rows {
            Some(rows) => rows.at(summed),
            None => m.uint(1, geometry.row_count_bits()),
        },
        columns_left: schedule.columns_left.at(summed),
        last_tile: schedule.last_tile.at(summed),
    };
    match (&free, &advance) {
        (Some(free), _) => draining::rows(m, geometry, (&beat, &completed), &schedule, ready, free),
        (_, Some(advance)) if geometry.topology == Topology::OutputStationary => {
            systolic::rows(m, geometry, (&beat, &completed), ready, advance)
        }
        (_, Some(advance)) => broadcast::rows(m, geometry, (&beat, &completed), ready, advance),
        (None, None) => unreachable!("an array that does not drain advances"),
    }
}

/// Stream by stream.
const PORT_ORDER: [&str; 22] = [
    "run_valid",
    "run_ready",
    "run_inner",
    "run_columns",
    "run_rows",
    "run_mode",
    "activation_valid",
    "activation_ready",
    "activation_data",
    "weight_valid",
    "weight_ready",
    "weight_data",
    "zero_point_valid",
    "zero_point_ready",
    "zero_point_activation",
    "zero_point_weights",
    "zero_point_sums",
    "result_valid",
    "result_ready",
    "result_data",
    "result_keep",
    "result_last",
];

fn note_parameters(m: &ModuleBuilder, geometry: &Geometry) {
    m.parameter("rows", geometry.rows);
    m.parameter("columns", geometry.columns);
    if geometry.layers() > 1 {
        m.parameter("layers", geometry.layers());
    }
    m.parameter("products an element and cycle", geometry.depth);
    m.parameter("activation bits", geometry.activation_bits);
    m.parameter("weight bits", geometry.weight_bits);
    if geometry.has_planes() {
        planes::note_modes(m, geometry);
    } else if geometry.has_modes() {
        note_modes(m, geometry);
    }
    if geometry.passes > 1 {
        let of = if geometry.dealt.is_some() { "a vector" } else { "the operands of a tile" };
        m.parameter(&format!("passes of {of}"), geometry.passes);
    }
    m.parameter("sum bits", geometry.sum_bits());
    m.parameter("inner dimension of a run", format!("0 to {}", geometry.max_inner));
    m.parameter("columns of a run", format!("0 to {}", geometry.max_columns));
    m.parameter("rows of a run", format!("1 to {}", geometry.most_rows()));
}

/// A line a mode.
fn note_modes(m: &ModuleBuilder, geometry: &Geometry) {
    for (position, mode) in geometry.modes.iter().enumerate() {
        let (activation, weight) = (mode.activation.numbers.name(), mode.weight.numbers.name());
        let text = format!("{}: {activation} by {weight}, {} a beat", mode.name, counted(mode.places, "place"));
        m.parameter(&format!("mode {position}"), text);
    }
}

/// The input ports.
pub(super) struct Inputs {
    pub run_valid: Value,
    pub run_inner: Value,
    pub run_columns: Value,
    pub run_rows: Value,
    /// Where there are several modes.
    pub run_mode: Option<Value>,
    pub activation_valid: Value,
    pub activations: Lanes,
    pub weight_valid: Value,
    pub weights: Lanes,
    pub result_ready: Value,
}

impl Inputs {
    pub fn declare(m: &ModuleBuilder, geometry: &Geometry) -> Inputs {
        let nest = geometry.nest();
        let (activation, activations) = match geometry.common_activation() {
            Some(operand) => (uint(operand.numbers.bits()), geometry.operand_rows() * geometry.most_places()),
            None => (uint(geometry.row_bits()), geometry.operand_rows()),
        };
        let of_layers = if geometry.layers() > 1 { ", layer by layer" } else { "" };
        let mode = || m.documented_input("run_mode", uint(geometry.mode_bits()), "what is multiplied: see above");
        Inputs {
            run_valid: m.documented_input("run_valid", uint(1), "a run: a matrix product"),
            run_inner: m.documented_input("run_inner", uint(nest.inner_bits()), "length of the sums"),
            run_columns: m.documented_input("run_columns", uint(nest.outer_bits()), "columns of the result"),
            run_rows: m.documented_input("run_rows", uint(geometry.row_count_bits()), "rows of the result, from 1"),
            run_mode: geometry.has_modes().then(mode),
            activation_valid: m.documented_input("activation_valid", uint(1), "again for each tile of columns"),
            activations: m.input_lanes(
                "activation_data",
                activation,
                activations,
                &format!("first row lowest, in it the first place{of_layers}"),
            ),
            weight_valid: m.documented_input("weight_valid", uint(1), "a tile of columns after the other"),
            weights: m.input_lanes(
                "weight_data",
                uint(geometry.column_bits()),
                geometry.operand_columns(),
                &format!("first column lowest{of_layers}"),
            ),
            result_ready: m.documented_input("result_ready", uint(1), "a row of a tile a beat"),
        }
    }
}

/// The inputs that tell an element the mode of what is in each of its stages.
pub(super) const CONTROL: [&str; 3] = ["control", "control1", "control2"];
/// The input that tells an element which plane of its weights to take, where weights stay and are seen plane by plane.
pub(super) const TAKEN: &str = "taken";

/// What elements see of a beat in the cycle in which it is added; a cycle earlier where columns or elements hold it in
/// registers of their own.
fn beat(
    m: &ModuleBuilder,
    geometry: &Geometry,
    element: &dyn Element,
    operands: Operands,
    schedule: &Schedule,
    advance: Option<&Value>,
) -> Beat {
    let seen = if operands.held { geometry.held_stage() } else { 0 };
    let early = if operands.held { geometry.told_early(true) } else { 0 };
    let summing = seen + geometry.element_stages - early;
    let module = element.element();
    let accumulate = (!geometry.clears_sums()).then(|| {
        let valid = schedule.valid.at(summing);
        m.wire("accumulate", &advance.map_or(valid.clone(), |advance| &valid & advance))
    });
    let mut signals = Vec::new();
    if let (Some(first), Some(accumulate)) = (&schedule.first, &accumulate) {
        let first = first.at(summing);
        let enabled = module.port("enable").is_some();
        signals.push(("first", if enabled { first } else { m.wire("first_added", &(first & accumulate)) }));
    }
    signals.extend(schedule.pass.as_ref().map(|pass| {
        let begins = pass.begins.at(summing);
        ("next_pass", advance.map_or(begins.clone(), |advance| m.wire("sums_move_up", &(begins & advance))))
    }));
    signals.extend(accumulate.clone().map(|accumulate| ("enable", accumulate)));
    signals.extend(advance.map(|advance| ("advance", advance.clone())));
    let told = (seen..).zip(CONTROL).filter(|(_, name)| module.port(name).is_some());
    signals.extend(told.filter_map(|(stage, name)| Some((name, schedule.mode.as_ref()?.control.at(stage)))));
    let signals = Signals::new(&module, signals);
    let activation_sum = geometry.zero_points.and_then(|_| element.activation_sum());
    Beat { name: element.top_name(), element: module, activation_sum, operands, signals, accumulate }
}
