//! From the operand streams to what elements see: mask, edges, and the registers or the feeder that holds a beat.

use super::cube::each_layer;
use super::geometry::Geometry;
use super::mode::Mode;
use super::schedule::{PassSchedule, Schedule};
use super::shell::{Element, Inputs};
use crate::arith::thermometer::thermometer;
use crate::sequencer::count_passes;
use tritloom_hdl::{ForwardWire, Lanes, Module, ModuleBuilder, Value, uint};

/// A beat, as it enters or as elements see it.
pub(super) struct Operands {
    /// A lane a row.
    pub rows: Lanes,
    /// A lane a column.
    pub columns: Lanes,
    /// Whether they come out of registers.
    pub held: bool,
}

/// The beat that enters, behind the edges; with `only_issued` activations are zero where none does.
pub(super) fn entering(
    m: &ModuleBuilder,
    geometry: &Geometry,
    element: &dyn Element,
    streams: &Inputs,
    schedule: &Schedule,
    only_issued: bool,
) -> Operands {
    let within = within(m, geometry, schedule, only_issued);
    let row_edge = element.row_edge();
    let (activations, within) = match row_edge.as_ref().is_some_and(|edge| edge.port("within_inner").is_some()) {
        true => {
            let incoming = streams.activations.flat().lanes(uint(geometry.row_bits()), geometry.operand_rows());
            (incoming, Some(within_rows(m, geometry, &within)))
        }
        false => (masked(m, geometry, streams, schedule, &within), None),
    };
    Operands {
        rows: prepared(m, &ROW_SIDE, &activations, row_edge, (Some(schedule), within.as_ref())),
        columns: prepared(m, &COLUMN_SIDE, &streams.weights, element.column_edge(), (Some(schedule), None)),
        held: false,
    }
}

/// For each row the places that lie within the inner dimension: those of its layer.
fn within_rows(m: &ModuleBuilder, geometry: &Geometry, within: &Lanes) -> Lanes {
    let (rows, places) = (geometry.rows, geometry.most_places());
    let of_layers = within.flat().lanes(uint(places), geometry.layers());
    let of_rows = m.lanes("within_row", uint(places), geometry.operand_rows());
    each_layer(m, geometry, "within_layer", |layer| {
        m.repeat("row_within", rows, |row| of_rows.drive(layer.clone() * rows + row, &of_layers.lane(layer.clone())));
    });
    (*of_rows).clone()
}

/// Which places of the beat that enters lie within the inner dimension; with `only_issued` none does where none enters.
fn within(m: &ModuleBuilder, geometry: &Geometry, schedule: &Schedule, only_issued: bool) -> Lanes {
    let places = geometry.most_places() * geometry.layers();
    let in_run = thermometer(m, "within_inner", &schedule.inner_left, places);
    let within = match only_issued {
        true => m.wire("within_issued", &(in_run & schedule.issue.replicate(places))),
        false => in_run,
    };
    within.lanes(uint(1), places)
}

/// The activations, a lane a row; what lies beyond the inner dimension counts as zero, so that the weights there do not
/// matter.
fn masked(m: &ModuleBuilder, geometry: &Geometry, streams: &Inputs, schedule: &Schedule, within: &Lanes) -> Lanes {
    let (rows, places) = (geometry.rows, geometry.most_places());
    let Some(operand) = geometry.common_activation() else {
        return masked_by_mode(m, geometry, streams, schedule, within);
    };
    let bits = operand.numbers.bits();
    let masked = m.lanes("masked", uint(bits), geometry.operand_rows() * places);
    each_layer(m, geometry, "masked_layer", |layer| {
        m.repeat("masked_row", rows, |row| {
            m.repeat("masked_place", places, |place| {
                let gate = within.lane(layer.clone() * places + place).replicate(bits);
                let at = (layer.clone() * rows + row) * places + place;
                masked.drive(at.clone(), &(streams.activations.lane(at) & gate));
            });
        });
    });
    masked.flat().lanes(uint(bits * places), geometry.operand_rows())
}

/// The same where a bit belongs to another place in another mode; bits that belong to none are zero.
fn masked_by_mode(
    m: &ModuleBuilder,
    geometry: &Geometry,
    streams: &Inputs,
    schedule: &Schedule,
    within: &Lanes,
) -> Lanes {
    let rows = geometry.rows;
    let masked = m.lanes("masked", uint(geometry.row_bits()), geometry.operand_rows());
    for layer in 0..geometry.layers() {
        let of_layer = if geometry.layers() > 1 { format!("_{layer}") } else { String::new() };
        let named = |mode: &Mode, gate| m.wire(&format!("within{of_layer}_as_{}", mode.name), &gate);
        let as_mode = |mode: &Mode| named(mode, gate(m, geometry, (mode, layer), within));
        let gates: Vec<Value> = geometry.modes.iter().map(as_mode).collect();
        let gate = match &schedule.mode {
            Some(mode) => m.wire(&format!("within_row{of_layer}"), &mode.number.select(&gates)),
            None => gates[0].clone(),
        };
        m.repeat(&format!("masked_row{of_layer}"), rows, |row| {
            let row = row + layer * rows;
            masked.drive(row.clone(), &(streams.activations.lane(row) & &gate));
        });
    }
    (*masked).clone()
}

/// By bit of the activations of a row of a layer, whether the place that it belongs to in a mode is within the inner
/// dimension.
fn gate(m: &ModuleBuilder, geometry: &Geometry, (mode, layer): (&Mode, u32), within: &Lanes) -> Value {
    let mut bits = vec![m.uint(0, 1); geometry.row_bits() as usize];
    for place in 0..mode.places {
        let first = mode.activation.offset(place) as usize;
        let within = within.lane(layer * mode.places + place);
        bits[first..first + mode.activation.numbers.bits() as usize].fill(within);
    }
    m.concat(&bits.iter().rev().collect::<Vec<_>>())
}

/// The names of what stands on one side of the array.
pub(super) struct Side {
    /// The operands, as an edge calls them too.
    operands: &'static str,
    edges: &'static str,
    edge: &'static str,
    prepared: &'static str,
}

const ROW_SIDE: Side =
    Side { operands: "activations", edges: "row_edges", edge: "row_edge", prepared: "prepared_activations" };
pub(super) const COLUMN_SIDE: Side =
    Side { operands: "weights", edges: "column_edge", edge: "edge", prepared: "prepared" };

/// One operand behind its edge, a lane a row or column; edges are told of mode and pass by the schedule, and those that mask
/// their operands which places are within the inner dimension.
pub(super) fn prepared(
    m: &ModuleBuilder,
    side: &Side,
    incoming: &Lanes,
    edge: Option<Module>,
    (schedule, within): (Option<&Schedule>, Option<&Lanes>),
) -> Lanes {
    let Some(edge) = edge else {
        return incoming.clone();
    };
    let has = |port: &str| edge.port(port).is_some();
    let prepared = m.lanes(side.prepared, uint(port_bits(&edge, "prepared")), incoming.count());
    m.repeat(side.edges, incoming.count(), |position| {
        let instance = m.instance(side.edge, &edge);
        instance.connect(side.operands, &incoming.lane(position));
        if let Some(mode) = schedule.and_then(|schedule| schedule.mode.as_ref()).filter(|_| has("control")) {
            instance.connect("control", &mode.control.at(0));
        }
        if let Some(pass) = schedule.and_then(|schedule| schedule.pass.as_ref()).filter(|_| has("pass")) {
            instance.connect("pass", &own_pass(m, side, pass));
        }
        if let Some(within) = within {
            instance.connect("within_inner", &within.lane(position));
        }
        prepared.drive(position, &instance.output("prepared"));
    });
    (*prepared).clone()
}

/// The pass that enters; a number of it in registers of an edge's own, since it selects all that enters there.
fn own_pass(m: &ModuleBuilder, side: &Side, pass: &PassSchedule) -> Value {
    let Some(ends) = &pass.ends else { return pass.entering.clone() };
    let own = m.register(&format!("{}_pass", side.edge), pass.entering.shape());
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
