//! The top module of an array: streams, operand registers, elements, and the results' way out.

use super::geometry::Geometry;
use super::results::{Completed, results};
use crate::sequencer::sequencer;
use tritloom_hdl::{Design, Diagnostics, Lanes, Module, ModuleBuilder, Staged, Value, uint};

/// What a family puts into an array.
pub trait Element {
    /// The name of the top module, every parameter in it.
    fn top_name(&self) -> String;

    /// One paragraph for the top module's header.
    fn summary(&self) -> String;

    /// What is made of a column's weights once, at the edge of the array, for all its elements: a module from `weights`
    /// to `prepared`; `None` where elements take the weights as they come.
    fn edge(&self) -> Option<Module>;

    /// The module of one element: inputs `activations` (`depth` lanes), `weights` (what the edge made), `first` (the sum
    /// begins anew) and `enable`, output `sum` with the words of its sum, all flat and unsigned. With `enable` the
    /// products of this cycle are in the sum of the next.
    fn element(&self) -> Module;
}

/// Builds the array.
pub fn build(geometry: &Geometry, element: &dyn Element) -> Result<Design, Diagnostics> {
    let m = ModuleBuilder::new(element.top_name(), element.summary());
    note_parameters(&m, geometry);
    let streams = Inputs::declare(&m, geometry);

    m.section("Schedule");
    let advance = m.forward("advance", uint(1));
    let schedule = Schedule::build(&m, geometry, &streams, &advance);

    m.section("Operands");
    let activations = activations(&m, geometry, &streams, &schedule);
    let weights = weights(&m, geometry, element, &streams, &schedule);

    m.section("Elements");
    let enable = m.wire("accumulate", &(schedule.valid.at(1) & &*advance));
    let sums = elements(&m, geometry, element, &activations, &weights, &schedule.first.at(1), &enable);

    m.section("Results");
    let completed = Completed {
        complete: m.wire("complete", &(schedule.valid.at(2) & schedule.last.at(2))),
        sums,
        rows: schedule.rows.at(2),
        columns: schedule.columns_left.at(2),
        last_tile: schedule.last_tile.at(2),
    };
    results(&m, geometry, &completed, &streams.result_ready, &advance);
    m.port_order(&PORT_ORDER);
    Design::new(m.finish())
}

/// Stream by stream.
const PORT_ORDER: [&str; 16] = [
    "run_valid",
    "run_ready",
    "run_inner",
    "run_columns",
    "run_rows",
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
    activation_valid: Value,
    activations: Lanes,
    weight_valid: Value,
    weights: Lanes,
    result_ready: Value,
}

impl Inputs {
    fn declare(m: &ModuleBuilder, geometry: &Geometry) -> Inputs {
        let (nest, depth) = (geometry.nest(), geometry.depth);
        let column_bits = geometry.weight_bits * depth;
        Inputs {
            run_valid: m.documented_input("run_valid", uint(1), "a run: a matrix product"),
            run_inner: m.documented_input("run_inner", uint(nest.inner_bits()), "length of the sums"),
            run_columns: m.documented_input("run_columns", uint(nest.outer_bits()), "columns of the result"),
            run_rows: m.documented_input("run_rows", uint(geometry.row_count_bits()), "rows of the result, from 1"),
            activation_valid: m.documented_input("activation_valid", uint(1), "again for each tile of columns"),
            activations: m.input_lanes(
                "activation_data",
                geometry.activation(),
                geometry.rows * depth,
                "first row lowest, in it the first place",
            ),
            weight_valid: m.documented_input("weight_valid", uint(1), "a tile of columns after the other"),
            weights: m.input_lanes("weight_data", uint(column_bits), geometry.columns, "first column lowest"),
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
    valid: Staged,
    first: Staged,
    last: Staged,
    last_tile: Staged,
    columns_left: Staged,
    rows: Staged,
}

impl Schedule {
    /// Both operands enter together, or none.
    fn build(m: &ModuleBuilder, geometry: &Geometry, streams: &Inputs, advance: &Value) -> Schedule {
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
        Schedule {
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

/// The register of the activations, a lane a row; what lies beyond the inner dimension counts as zero, so that the
/// weights there do not matter.
fn activations(m: &ModuleBuilder, geometry: &Geometry, streams: &Inputs, schedule: &Schedule) -> Lanes {
    let Geometry { rows, depth, activation_bits, .. } = *geometry;
    let within = m.lanes("within_inner", uint(1), depth);
    m.repeat("place", depth, |place| {
        within.drive(place, &m.index(place, schedule.inner_left.width()).less(&schedule.inner_left));
    });
    let masked = m.lanes("masked", uint(activation_bits), rows * depth);
    m.repeat("masked_row", rows, |row| {
        m.repeat("masked_place", depth, |place| {
            let gate = within.lane(place).replicate(activation_bits);
            let activation = streams.activations.lane(row * depth + place).as_unsigned();
            masked.drive(row * depth + place, &(activation & gate));
        });
    });
    let held = m.delay("activations", masked.flat(), Some(&schedule.issue));
    held.lanes(uint(activation_bits * depth), rows)
}

/// The register of the weights behind the edge, a lane a column.
fn weights(
    m: &ModuleBuilder,
    geometry: &Geometry,
    element: &dyn Element,
    streams: &Inputs,
    schedule: &Schedule,
) -> Lanes {
    let incoming = &streams.weights;
    let Some(edge) = element.edge() else {
        return m.delay("weights", incoming.flat(), Some(&schedule.issue)).lanes(incoming.shape(), incoming.count());
    };
    let bits = edge.port("prepared").map_or(1, |port| edge.ports[port.index()].shape.width);
    let prepared = m.lanes("prepared", uint(bits), geometry.columns);
    m.repeat("column_edge", geometry.columns, |column| {
        let instance = m.instance("edge", &edge);
        instance.connect("weights", &incoming.lane(column));
        prepared.drive(column, &instance.output("prepared"));
    });
    m.delay("weights", prepared.flat(), Some(&schedule.issue)).lanes(uint(bits), geometry.columns)
}

/// The elements; gives their sums, row by row.
fn elements(
    m: &ModuleBuilder,
    geometry: &Geometry,
    element: &dyn Element,
    activations: &Lanes,
    weights: &Lanes,
    first: &Value,
    enable: &Value,
) -> Lanes {
    let module = element.element();
    let sums = m.lanes("sums", uint(geometry.element_bits()), geometry.elements());
    m.repeat("row", geometry.rows, |row| {
        m.repeat("column", geometry.columns, |column| {
            let instance = m.instance("element", &module);
            instance.connect("activations", &activations.lane(row)).connect("weights", &weights.lane(column));
            instance.connect("first", first).connect("enable", enable);
            sums.drive(row * geometry.columns + column, &instance.output("sum"));
        });
    });
    (*sums).clone()
}
