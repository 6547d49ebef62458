//! The top module of an array: streams, operand registers, elements, and the results' way out.

use super::geometry::Geometry;
use super::mode::Mode;
use super::results::{Completed, results};
use crate::sequencer::{InnerStep, sequencer};
use tritloom_hdl::{Bits, Design, Diagnostics, Lanes, Module, ModuleBuilder, Staged, Value, uint};

/// What a family puts into an array.
pub trait Element {
    /// The name of the top module, every parameter in it.
    fn top_name(&self) -> String;

    /// One paragraph for the top module's header.
    fn summary(&self) -> String;

    /// What edges and elements are told of the number of a mode, decoded once: the input `control` of their modules,
    /// where the array has several modes.
    fn control(&self, _m: &ModuleBuilder, mode: &Value) -> Value {
        mode.clone()
    }

    /// What is made of a row's activations once, at the edge of the array, for all its elements: a module from
    /// `activations`, zero beyond the inner dimension, to `prepared`; `None` where elements take them as they come.
    fn row_edge(&self) -> Option<Module> {
        None
    }

    /// What is made of a column's weights once, at the edge of the array, for all its elements: a module from `weights`
    /// to `prepared`; `None` where elements take the weights as they come.
    fn column_edge(&self) -> Option<Module>;

    /// The module of one element: inputs `activations` and `weights` (what the edges made), `first` (the sum begins
    /// anew) and `enable`, output `sum` with the words of its sum, all flat and unsigned. With `enable` the products of
    /// this cycle are in the sum of the next.
    ///
    /// Where [`Geometry::element_stages`] is not zero, `first` and `enable` come so many cycles after the operands, and
    /// the registers between follow an input `advance`.
    fn element(&self) -> Module;
}

/// Builds the array.
pub fn build(geometry: &Geometry, element: &dyn Element) -> Result<Design, Diagnostics> {
    let m = ModuleBuilder::new(element.top_name(), element.summary());
    note_parameters(&m, geometry);
    let streams = Inputs::declare(&m, geometry);

    m.section("Schedule");
    let advance = m.forward("advance", uint(1));
    let schedule = Schedule::build(&m, geometry, element, &streams, &advance);

    m.section("Operands");
    let masked = masked(&m, geometry, &streams, &schedule);
    let activations = operands(&m, &ROW_SIDE, &masked, element.row_edge(), &schedule);
    let weights = operands(&m, &COLUMN_SIDE, &streams.weights, element.column_edge(), &schedule);

    m.section("Elements");
    let sums = elements(&m, geometry, element, &activations, &weights, &schedule, &advance);

    m.section("Results");
    let summed = 2 + geometry.element_stages;
    let completed = Completed {
        complete: m.wire("complete", &(schedule.valid.at(summed) & schedule.last.at(summed))),
        sums,
        rows: schedule.rows.at(summed),
        columns: schedule.columns_left.at(summed),
        last_tile: schedule.last_tile.at(summed),
    };
    results(&m, geometry, &completed, &streams.result_ready, &advance);
    m.port_order(&PORT_ORDER);
    Design::new(m.finish())
}

/// Stream by stream.
const PORT_ORDER: [&str; 17] = [
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
    "result_valid",
    "result_ready",
    "result_data",
    "result_keep",
    "result_last",
];

fn note_parameters(m: &ModuleBuilder, geometry: &Geometry) {
    m.parameter("rows", geometry.rows);
    m.parameter("columns", geometry.columns);
    m.parameter("products an element and cycle", geometry.depth);
    m.parameter("activation bits", geometry.activation_bits);
    m.parameter("weight bits", geometry.weight_bits);
    for (position, mode) in geometry.modes.iter().enumerate().filter(|_| geometry.has_modes()) {
        let (activation, weight) = (mode.activation.numbers.name(), mode.weight.numbers.name());
        let text = format!("{}: {activation} by {weight}, {} places a beat", mode.name, mode.places);
        m.parameter(&format!("mode {position}"), text);
    }
    m.parameter("sum bits", geometry.sum_bits());
    m.parameter("inner dimension of a run", format!("0 to {}", geometry.max_inner));
    m.parameter("columns of a run", format!("0 to {}", geometry.max_columns));
    m.parameter("rows of a run", format!("1 to {}", geometry.rows));
}

/// The input ports.
struct Inputs {
    run_valid: Value,
    run_inner: Value,
    run_columns: Value,
    run_rows: Value,
    /// Where there are several modes.
    run_mode: Option<Value>,
    activation_valid: Value,
    activations: Lanes,
    weight_valid: Value,
    weights: Lanes,
    result_ready: Value,
}

impl Inputs {
    fn declare(m: &ModuleBuilder, geometry: &Geometry) -> Inputs {
        let nest = geometry.nest();
        let (activation, activations) = match geometry.common_activation() {
            Some(operand) => (uint(operand.numbers.bits()), geometry.rows * geometry.most_places()),
            None => (uint(geometry.row_bits()), geometry.rows),
        };
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
                "first row lowest, in it the first place",
            ),
            weight_valid: m.documented_input("weight_valid", uint(1), "a tile of columns after the other"),
            weights: m.input_lanes(
                "weight_data",
                uint(geometry.column_bits()),
                geometry.columns,
                "first column lowest",
            ),
            result_ready: m.documented_input("result_ready", uint(1), "a row of a tile a beat"),
        }
    }
}

/// When operands enter, and what travels with them.
struct Schedule {
    /// A beat enters.
    issue: Value,
    /// Places of the inner dimension that are left, this beat included.
    inner_left: Value,
    /// Of the run, where there are several.
    mode: Option<ModeSchedule>,
    valid: Staged,
    first: Staged,
    last: Staged,
    last_tile: Staged,
    columns_left: Staged,
    rows: Staged,
}

/// The mode of the run under way.
struct ModeSchedule {
    number: Value,
    control: Staged,
}

impl Schedule {
    /// Both operands enter together, or none.
    fn build(
        m: &ModuleBuilder,
        geometry: &Geometry,
        element: &dyn Element,
        streams: &Inputs,
        advance: &Value,
    ) -> Schedule {
        let issue = m.forward("issue", uint(1));
        let sequencer = m.instance("sequencer", &sequencer(&geometry.nest()));
        sequencer.connect("run_valid", &streams.run_valid).connect("step", &issue);
        sequencer.connect("run_inner", &streams.run_inner).connect("run_outer", &streams.run_columns);
        let run_ready = sequencer.output("run_ready");
        m.documented_output("run_ready", &run_ready, "");
        let able = m.wire("able", &(sequencer.output("busy") & advance));
        issue.drive(&(&able & &streams.activation_valid & &streams.weight_valid));
        m.output("activation_ready", &(&able & &streams.weight_valid));
        m.output("weight_ready", &(&able & &streams.activation_valid));
        let start = m.wire("start", &(&streams.run_valid & &run_ready));
        let rows = m.delay("rows", &streams.run_rows, Some(&start));
        let pipeline = m.pipeline("beat", Some(advance));
        let mode = streams.run_mode.as_ref().map(|run_mode| {
            let number = m.delay("mode", run_mode, Some(&start));
            if let InnerStep::PerRun { .. } = geometry.nest().inner_step {
                sequencer.connect("inner_step", &places(m, geometry, &number));
            }
            let control = m.wire("control", &element.control(m, &number));
            ModeSchedule { number, control: pipeline.stage(0, "beat_control", &control) }
        });
        Schedule {
            mode,
            inner_left: sequencer.output("inner_left"),
            valid: pipeline.control(0, "beat_valid", &issue),
            first: pipeline.stage(0, "beat_first", &sequencer.output("first_inner")),
            last: pipeline.stage(0, "beat_last", &sequencer.output("last_inner")),
            last_tile: pipeline.stage(0, "beat_last_tile", &sequencer.output("last_outer")),
            columns_left: pipeline.stage(0, "beat_columns_left", &sequencer.output("outer_left")),
            rows: pipeline.stage(0, "beat_rows", &rows),
            issue: (*issue).clone(),
        }
    }
}

/// Places of the inner dimension that pass in a beat of the mode.
fn places(m: &ModuleBuilder, geometry: &Geometry, mode: &Value) -> Value {
    let bits = geometry.nest().inner_step.bits();
    let places: Vec<Bits> = geometry.modes.iter().map(|mode| Bits::from_u64(mode.places.into(), bits)).collect();
    m.wire("places", &mode.table(&places, uint(bits)))
}

/// The activations, a lane a row; what lies beyond the inner dimension counts as zero, so that the weights there do not
/// matter.
fn masked(m: &ModuleBuilder, geometry: &Geometry, streams: &Inputs, schedule: &Schedule) -> Lanes {
    let (rows, places) = (geometry.rows, geometry.most_places());
    let within = m.lanes("within_inner", uint(1), places);
    m.repeat("place", places, |place| {
        within.drive(place, &m.index(place, schedule.inner_left.width()).less(&schedule.inner_left));
    });
    let Some(operand) = geometry.common_activation() else {
        return masked_by_mode(m, geometry, streams, schedule, &within);
    };
    let bits = operand.numbers.bits();
    let masked = m.lanes("masked", uint(bits), rows * places);
    m.repeat("masked_row", rows, |row| {
        m.repeat("masked_place", places, |place| {
            let gate = within.lane(place).replicate(bits);
            masked.drive(row * places + place, &(streams.activations.lane(row * places + place) & gate));
        });
    });
    masked.flat().lanes(uint(bits * places), rows)
}

/// The same where a bit belongs to another place in another mode; bits that belong to none are zero.
fn masked_by_mode(
    m: &ModuleBuilder,
    geometry: &Geometry,
    streams: &Inputs,
    schedule: &Schedule,
    within: &Lanes,
) -> Lanes {
    let gates: Vec<Value> = geometry.modes.iter().map(|mode| gate(m, geometry, mode, within)).collect();
    let gate = match &schedule.mode {
        Some(mode) => m.wire("within_row", &mode.number.select(&gates)),
        None => gates[0].clone(),
    };
    let masked = m.lanes("masked", uint(geometry.row_bits()), geometry.rows);
    m.repeat("masked_row", geometry.rows, |row| masked.drive(row, &(streams.activations.lane(row) & &gate)));
    (*masked).clone()
}

/// By bit of a row's activations, whether the place that it belongs to in a mode is within the inner dimension.
fn gate(m: &ModuleBuilder, geometry: &Geometry, mode: &Mode, within: &Lanes) -> Value {
    let mut bits = vec![m.uint(0, 1); geometry.row_bits() as usize];
    for place in 0..mode.places {
        let first = mode.activation.offset(place) as usize;
        bits[first..first + mode.activation.numbers.bits() as usize].fill(within.lane(place));
    }
    m.concat(&bits.iter().rev().collect::<Vec<_>>())
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

/// The register of one operand behind its edge, a lane a row or column.
fn operands(m: &ModuleBuilder, side: &Side, incoming: &Lanes, edge: Option<Module>, schedule: &Schedule) -> Lanes {
    let name = side.operands;
    let Some(edge) = edge else {
        return m.delay(name, incoming.flat(), Some(&schedule.issue)).lanes(incoming.shape(), incoming.count());
    };
    let bits = edge.port("prepared").map_or(1, |port| edge.ports[port.index()].shape.width);
    let prepared = m.lanes(side.prepared, uint(bits), incoming.count());
    m.repeat(side.edges, incoming.count(), |position| {
        let instance = m.instance(side.edge, &edge);
        instance.connect(name, &incoming.lane(position));
        if let Some(mode) = &schedule.mode {
            instance.connect("control", &mode.control.at(0));
        }
        prepared.drive(position, &instance.output("prepared"));
    });
    m.delay(name, prepared.flat(), Some(&schedule.issue)).lanes(uint(bits), incoming.count())
}

/// The elements; gives their sums, row by row.
fn elements(
    m: &ModuleBuilder,
    geometry: &Geometry,
    element: &dyn Element,
    activations: &Lanes,
    weights: &Lanes,
    schedule: &Schedule,
    advance: &Value,
) -> Lanes {
    let module = element.element();
    let summing = 1 + geometry.element_stages;
    let enable = m.wire("accumulate", &(schedule.valid.at(summing) & advance));
    let first = schedule.first.at(summing);
    let control = schedule.mode.as_ref().map(|mode| mode.control.at(1));
    let sums = m.lanes("sums", uint(geometry.element_bits()), geometry.elements());
    m.repeat("row", geometry.rows, |row| {
        m.repeat("column", geometry.columns, |column| {
            let instance = m.instance("element", &module);
            instance.connect("activations", &activations.lane(row)).connect("weights", &weights.lane(column));
            if let Some(control) = &control {
                instance.connect("control", control);
            }
            if geometry.element_stages > 0 {
                instance.connect("advance", advance);
            }
            instance.connect("first", &first).connect("enable", &enable);
            sums.drive(row * geometry.columns + column, &instance.output("sum"));
        });
    });
    (*sums).clone()
}
