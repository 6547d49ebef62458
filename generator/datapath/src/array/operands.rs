//! From the operand streams to what elements see: mask, edges, and the registers or the feeder that holds a beat.

use super::geometry::Geometry;
use super::mode::{Mode, Operand};
use super::schedule::Schedule;
use super::shell::{Element, Inputs};
use crate::arith::thermometer::thermometer;
use crate::sequencer::count_passes;
use std::collections::BTreeMap;
use tritloom_hdl::{Affine, ForwardWire, Lanes, Module, ModuleBuilder, Value, uint};

/// A beat, as it enters or as elements see it.
pub(super) struct Operands {
    /// A lane a row.
    pub rows: Lanes,
    /// A lane a column.
    pub columns: Lanes,
    /// Whether they come out of registers.
    pub held: bool,
}

/// What is told of operands as they enter.
pub(super) struct Told<'a> {
    /// Where there are several modes, the number of theirs, and what edges know of it.
    pub mode: Option<[Value; 2]>,
    /// Where they enter several times, a one at the pass.
    pub pass: Option<&'a Value>,
    /// It ends with what enters, where edges count passes themselves.
    pub pass_ends: Option<&'a Value>,
}

impl Told<'_> {
    fn control(&self) -> Option<&Value> {
        self.mode.as_ref().map(|[_, control]| control)
    }
}

/// By place of a beat, part by part of the inner dimension, whether it lies within what is left of the run.
pub(super) fn within_inner(m: &ModuleBuilder, geometry: &Geometry, inner_left: &Value) -> Value {
    thermometer(m, "within_inner", inner_left, geometry.most_places() * geometry.inner_parts())
}

/// The same, and nothing where no beat is issued.
pub(super) fn within_issued(m: &ModuleBuilder, within: &Value, issue: &Value) -> Value {
    m.wire("within_issued", &(within & issue.replicate(within.width())))
}

/// The beat that enters, behind the edges. Activations of places that are not `within` count as zero, so that the weights
/// there do not matter.
pub(super) fn entering(
    m: &ModuleBuilder,
    geometry: &Geometry,
    element: &dyn Element,
    streams: &Inputs,
    (told, within): (&Told, &Value),
) -> Operands {
    let row_edge = element.row_edge();
    let masks = row_edge.as_ref().is_some_and(|edge| edge.port("within_inner").is_some());
    let (activations, within) = match geometry.common_activation() {
        None => (masked_by_mode(m, geometry, streams, (told, within)), None),
        Some(operand) => {
            let within = within_parts(m, geometry, told, within);
            match masks {
                true => {
                    let incoming = streams.activations.flat().lanes(uint(geometry.row_bits()), geometry.operand_rows());
                    (incoming, Some(within_rows(m, geometry, &within)))
                }
                false => (masked(m, geometry, streams, (operand.numbers.bits(), &within)), None),
            }
        }
    };
    Operands {
        rows: prepared(m, &ROW_SIDE, &activations, row_edge, (told, within.as_ref())),
        columns: prepared(m, &COLUMN_SIDE, &streams.weights, element.column_edge(), (told, None)),
        held: false,
    }
}

/// What `body` describes for a part of the inner dimension, given its number, for each.
fn each_part(m: &ModuleBuilder, geometry: &Geometry, name: &str, body: impl Fn(Affine)) {
    match geometry.inner_parts() {
        1 => body(Affine::from(0)),
        parts => m.repeat(name, parts, |part| body(part.into())),
    }
}

/// The places of a part that lie within, in a mode.
fn of_part(geometry: &Geometry, mode: &Mode, within: &Value, part: &Affine) -> Value {
    let parts = geometry.inner_parts();
    within.slice(0, parts * mode.places).lanes(uint(mode.places), parts).lane(part.clone())
}

/// For each part of the inner dimension its places that lie within.
fn within_parts(m: &ModuleBuilder, geometry: &Geometry, told: &Told, within: &Value) -> Lanes {
    let (parts, places) = (geometry.inner_parts(), geometry.most_places());
    let Some([number, _]) = told.mode.as_ref().filter(|_| !geometry.parts_agree()) else {
        return within.lanes(uint(places), parts);
    };
    let of_parts = m.lanes("within_part", uint(places), parts);
    each_part(m, geometry, "part_within", |part| {
        let as_mode = |mode: &Mode| of_part(geometry, mode, within, &part).extend(places);
        of_parts.drive(part.clone(), &number.select(&geometry.modes.iter().map(as_mode).collect::<Vec<_>>()));
    });
    (*of_parts).clone()
}

/// For each row the places that lie within: those of its part.
fn within_rows(m: &ModuleBuilder, geometry: &Geometry, within: &Lanes) -> Lanes {
    let rows = geometry.rows_of_a_part();
    let of_rows = m.lanes("within_row", within.shape(), geometry.operand_rows());
    each_part(m, geometry, "part_of_rows", |part| {
        m.repeat("row_within", rows, |row| of_rows.drive(part.clone() * rows + row, &within.lane(part.clone())));
    });
    (*of_rows).clone()
}

/// The activations, a lane a row, each place of so many bits zero where it does not lie `within` its part.
fn masked(m: &ModuleBuilder, geometry: &Geometry, streams: &Inputs, (bits, within): (u32, &Lanes)) -> Lanes {
    let (rows, places) = (geometry.rows_of_a_part(), geometry.most_places());
    let within = within.flat().lanes(uint(1), places * geometry.inner_parts());
    let masked = m.lanes("masked", uint(bits), geometry.operand_rows() * places);
    each_part(m, geometry, "masked_part", |part| {
        m.repeat("masked_row", rows, |row| {
            m.repeat("masked_place", places, |place| {
                let gate = within.lane(part.clone() * places + place).replicate(bits);
                let at = (part.clone() * rows + row) * places + place;
                masked.drive(at.clone(), &(streams.activations.lane(at) & gate));
            });
        });
    });
    masked.flat().lanes(uint(bits * places), geometry.operand_rows())
}

/// The same where a bit belongs to another place in another mode; bits that belong to none are zero.
fn masked_by_mode(m: &ModuleBuilder, geometry: &Geometry, streams: &Inputs, (told, within): (&Told, &Value)) -> Lanes {
    let rows = geometry.rows_of_a_part();
    let gates = gates(m, geometry, within);
    let masked = m.lanes("masked", uint(geometry.row_bits()), geometry.operand_rows());
    each_part(m, geometry, "masked_part", |part| {
        let of_part = |(mode, gates): (&Mode, &Value)| gate_of_part(m, geometry, (mode, gates), &part);
        let gates: Vec<Value> = geometry.modes.iter().zip(&gates).map(of_part).collect();
        let gate = match &told.mode {
            Some([number, _]) => m.wire("within_row", &number.select(&gates)),
            None => gates[0].clone(),
        };
        m.repeat("masked_row", rows, |row| {
            let row = part.clone() * rows + row;
            masked.drive(row.clone(), &(streams.activations.lane(row) & &gate));
        });
    });
    (*masked).clone()
}

/// For each mode, by bit of the numbers of all its places, one after the other, whether the place lies within. Modes of equal
/// numbers share them.
fn gates(m: &ModuleBuilder, geometry: &Geometry, within: &Value) -> Vec<Value> {
    let (bits, parts) = (|mode: &Mode| mode.activation.numbers.bits(), geometry.inner_parts());
    let of_bits = |width: u32| {
        let places =
            geometry.modes.iter().filter(|mode| bits(mode) == width).map(|mode| mode.places).max().unwrap_or(1);
        let gates = m.lanes(&format!("within_by_{width}"), uint(width), parts * places);
        let within = within.slice(0, parts * places).lanes(uint(1), parts * places);
        each_part(m, geometry, &format!("part_by_{width}"), |part| {
            m.repeat(&format!("place_by_{width}"), places, |place| {
                let place = part.clone() * places + place;
                gates.drive(place.clone(), &within.lane(place).replicate(width));
            });
        });
        gates.flat().clone()
    };
    let mut by_bits = BTreeMap::new();
    let of_mode = |mode: &Mode| {
        let gates: &mut Value = by_bits.entry(bits(mode)).or_insert_with(|| of_bits(bits(mode)));
        gates.slice(0, parts * mode.places * bits(mode))
    };
    geometry.modes.iter().map(of_mode).collect()
}

/// By bit of the activations of a row of a part, the gate of the place that it belongs to in a mode. The numbers of a slot's
/// lanes stand side by side.
fn gate_of_part(m: &ModuleBuilder, geometry: &Geometry, (mode, gates): (&Mode, &Value), part: &Affine) -> Value {
    let Operand { numbers, lanes, pitch, .. } = mode.activation;
    let slots = mode.places / lanes;
    let gates = gates.lanes(uint(lanes * numbers.bits()), geometry.inner_parts() * slots);
    let slots = (0..slots).rev().map(|slot| gates.lane(part.clone() * slots + slot).extend(pitch));
    m.concat(&slots.collect::<Vec<_>>().iter().collect::<Vec<_>>()).extend(geometry.row_bits())
}

/// The names of what stands on one side of the array.
struct Side {
    /// The operands, as an edge calls them too.
    operands: &'static str,
    edges: &'static str,
    edge: &'static str,
    prepared: &'static str,
}

const ROW_SIDE: Side =
    Side { operands: "activations", edges: "row_edges", edge: "row_edge", prepared: "prepared_activations" };
const COLUMN_SIDE: Side = Side { operands: "weights", edges: "column_edge", edge: "edge", prepared: "prepared" };

/// One operand behind its edge, a lane a row or column; edges that mask their operands are told which places are within.
fn prepared(
    m: &ModuleBuilder,
    side: &Side,
    incoming: &Lanes,
    edge: Option<Module>,
    (told, within): (&Told, Option<&Lanes>),
) -> Lanes {
    let Some(edge) = edge else {
        return incoming.clone();
    };
    let has = |port: &str| edge.port(port).is_some();
    let prepared = m.lanes(side.prepared, uint(port_bits(&edge, "prepared")), incoming.count());
    m.repeat(side.edges, incoming.count(), |position| {
        let instance = m.instance(side.edge, &edge);
        instance.connect(side.operands, &incoming.lane(position));
        if let Some(control) = told.control().filter(|_| has("control")) {
            instance.connect("control", control);
        }
        if let Some(pass) = told.pass.filter(|_| has("pass")) {
            instance.connect("pass", &own_pass(m, side, pass, told.pass_ends));
        }
        if let Some(within) = within {
            instance.connect("within_inner", &within.lane(position));
        }
        prepared.drive(position, &instance.output("prepared"));
    });
    (*prepared).clone()
}

/// The pass that enters; a number of it in registers of an edge's own, since it selects all that enters there.
fn own_pass(m: &ModuleBuilder, side: &Side, pass: &Value, ends: Option<&Value>) -> Value {
    let Some(ends) = ends else { return pass.clone() };
    let own = m.register(&format!("{}_pass", side.edge), pass.shape());
    count_passes(m, &own, ends);
    own.value().clone()
}

/// Registers that take a beat with `enter`.
pub(super) fn held(m: &ModuleBuilder, entering: &Operands, enter: &Value) -> Operands {
    let register = |side: &Side, lanes: &Lanes| {
        m.delay(side.operands, lanes.flat(), Some(enter)).lanes(lanes.shape(), lanes.count())
    };
    let (rows, columns) = (register(&ROW_SIDE, &entering.rows), register(&COLUMN_SIDE, &entering.columns));
    Operands { rows, columns, held: true }
}

/// Whether a feeder may take several cycles for a beat.
pub(super) fn takes_several_cycles(feeder: &Module) -> bool {
    ["more", "spent"].iter().any(|port| feeder.port(port).is_some())
}

/// The feeder, which holds a beat until it is `spent` or, without, for a cycle.
pub(super) fn fed(
    m: &ModuleBuilder,
    feeder: &Module,
    entering: &Operands,
    schedule: &Schedule,
    advance: Option<&Value>,
    spent: Option<&ForwardWire>,
) -> Operands {
    let instance = m.instance("feeder", feeder);
    let has = |port: &str| feeder.port(port).is_some();
    instance.connect("load", &schedule.load);
    if let Some(enters) = schedule.enters.as_ref().filter(|_| has("enters")) {
        instance.connect("enters", enters);
    }
    if has("step") {
        let held = schedule.valid.at(1);
        instance.connect("step", &m.wire("step", &advance.map_or(held.clone(), |advance| &held & advance)));
    }
    if let Some(advance) = advance.filter(|_| has("advance")) {
        instance.connect("advance", advance);
    }
    if let Some(mode) = &schedule.mode {
        instance.connect("control", &mode.control.at(0));
    }
    instance.connect(ROW_SIDE.operands, entering.rows.flat()).connect(COLUMN_SIDE.operands, entering.columns.flat());
    if let Some(spent) = spent {
        spent.drive(&match has("more") {
            true => {
                let more = m.register("more", uint(1));
                advance.iter().for_each(|advance| _ = more.enable(advance));
                more.reset(0).next(&instance.output("more"));
                !more.value()
            }
            false => instance.output("spent"),
        });
    }
    let dealt = |port: &str, count: u32| instance.output_lanes(port, uint(port_bits(feeder, port) / count));
    let (rows, columns) = (dealt("to_rows", entering.rows.count()), dealt("to_columns", entering.columns.count()));
    Operands { rows, columns, held: true }
}

/// Bits of a port; an absent one is reported where it is connected.
pub(super) fn port_bits(module: &Module, port: &str) -> u32 {
    module.port(port).map_or(1, |port| module.ports[port.index()].shape.width)
}
