//! The core: agreements, counts, sums, results, a register stage each.

use super::parameters::{Outcome, Shape};
use crate::arith::popcount::popcount;
use crate::arith::thermometer::thermometer;
use crate::sequencer::sequencer;
use crate::words::counted;
use tritloom_hdl::{Design, Diagnostics, ForwardWire, Lanes, ModuleBuilder, Staged, Value, sint, uint};

/// Register stages before the result: agreements, counts, sums.
pub(super) const SUM_STAGE: u32 = 3;

/// Stream by stream.
const PORT_ORDER: [&str; 18] = [
    "run_valid",
    "run_ready",
    "run_inner",
    "run_columns",
    "activation_valid",
    "activation_ready",
    "activation_data",
    "weight_valid",
    "weight_ready",
    "weight_data",
    "threshold_valid",
    "threshold_ready",
    "threshold_data",
    "result_valid",
    "result_ready",
    "result_data",
    "result_keep",
    "result_last",
];

/// Builds the core.
pub(super) fn build(shape: &Shape) -> Result<Design, Diagnostics> {
    let m = ModuleBuilder::new(shape.top_name(), summary(shape));
    m.parameter("places a cycle", shape.width);
    m.parameter("columns at once", shape.columns);
    m.parameter("length of the vectors of a run", format!("0 to {}", shape.max_inner));
    m.parameter("columns of a run", format!("0 to {}", shape.max_columns));
    let inputs = Inputs::declare(&m, shape);

    m.section("Schedule");
    let advance = m.forward("advance", uint(1));
    let schedule = Schedule::build(&m, shape, &inputs, &advance);

    m.section("Agreements");
    let counted = agreements(&m, shape, &inputs, &schedule);

    m.section("Sums");
    let sums = sums(&m, shape, &counted, &schedule, &advance);

    m.section("Results");
    results(&m, shape, &inputs, &schedule, &sums, &advance);
    m.port_order(&PORT_ORDER);
    Design::new(m.finish())
}

fn summary(shape: &Shape) -> String {
    let what = match shape.outcome {
        Outcome::DotProduct => "dot products, -1 written as 0,",
        Outcome::Distance => "Hamming distances",
        Outcome::Threshold => "comparisons of the number of places that agree with thresholds",
    };
    format!(
        "A binary vector against many: {what} of {} at once, {} a cycle.",
        counted(shape.columns, "column"),
        counted(shape.width, "place")
    )
}

/// The input ports.
struct Inputs {
    run_valid: Value,
    run_inner: Value,
    run_columns: Value,
    activation_valid: Value,
    activations: Value,
    weight_valid: Value,
    weights: Lanes,
    /// Valid and data, where results are compared.
    thresholds: Option<(Value, Lanes)>,
    result_ready: Value,
}

impl Inputs {
    fn declare(m: &ModuleBuilder, shape: &Shape) -> Inputs {
        let (nest, Shape { width, columns, .. }) = (shape.nest(), *shape);
        Inputs {
            run_valid: m.documented_input("run_valid", uint(1), "a run: a vector against many"),
            run_inner: m.documented_input("run_inner", uint(nest.inner_bits()), "length of the vectors"),
            run_columns: m.documented_input("run_columns", uint(nest.outer_bits()), "columns"),
            activation_valid: m.documented_input("activation_valid", uint(1), "again for each tile of columns"),
            activations: m.documented_input("activation_data", uint(width), "first place lowest"),
            weight_valid: m.documented_input("weight_valid", uint(1), "a tile of columns after the other"),
            weights: m.input_lanes("weight_data", uint(width), columns, "first column lowest"),
            thresholds: (shape.outcome == Outcome::Threshold).then(|| {
                let valid = m.documented_input("threshold_valid", uint(1), "a beat a tile");
                let comment = "places of each column that must agree";
                (valid, m.input_lanes("threshold_data", uint(shape.count_bits()), columns, comment))
            }),
            result_ready: m.documented_input("result_ready", uint(1), "a tile a beat"),
        }
    }
}

/// When beats enter, and what travels with them.
struct Schedule {
    /// A beat enters.
    issue: Value,
    /// Places that are left, this beat included.
    inner_left: Value,
    valid: Staged,
    first: Staged,
    last: Staged,
    last_tile: Staged,
    columns_left: Staged,
    /// Length of the run's vectors, where dot products need it.
    inner: Option<Staged>,
}

impl Schedule {
    /// Both operands enter together, or none.
    fn build(m: &ModuleBuilder, shape: &Shape, inputs: &Inputs, advance: &Value) -> Schedule {
        let issue = m.forward("issue", uint(1));
        let sequencer = m.instance("sequencer", &sequencer(&shape.nest()));
        sequencer.connect("run_valid", &inputs.run_valid).connect("step", &issue);
        sequencer.connect("run_inner", &inputs.run_inner).connect("run_outer", &inputs.run_columns);
        let run_ready = sequencer.output("run_ready");
        m.documented_output("run_ready", &run_ready, "");
        let able = m.wire("able", &(sequencer.output("busy") & advance));
        issue.drive(&(&able & &inputs.activation_valid & &inputs.weight_valid));
        m.output("activation_ready", &(&able & &inputs.weight_valid));
        m.output("weight_ready", &(&able & &inputs.activation_valid));
        let pipeline = m.pipeline("beat", Some(advance));
        let inner = (shape.outcome == Outcome::DotProduct).then(|| {
            let start = m.wire("start", &(&inputs.run_valid & &run_ready));
            pipeline.stage(0, "beat_inner", &m.delay("inner", &inputs.run_inner, Some(&start)))
        });
        Schedule {
            inner_left: sequencer.output("inner_left"),
            valid: pipeline.control(0, "beat_valid", &issue),
            first: pipeline.stage(0, "beat_first", &sequencer.output("first_inner")),
            last: pipeline.stage(0, "beat_last", &sequencer.output("last_inner")),
            last_tile: pipeline.stage(0, "beat_last_tile", &sequencer.output("last_outer")),
            columns_left: pipeline.stage(0, "beat_columns_left", &sequencer.output("outer_left")),
            inner,
            issue: (*issue).clone(),
        }
    }
}

/// The register of what is counted, a lane a column: places that agree, or differ where distances are asked for; none
/// beyond the run.
fn agreements(m: &ModuleBuilder, shape: &Shape, inputs: &Inputs, schedule: &Schedule) -> Lanes {
    let within = thermometer(m, "within_inner", &schedule.inner_left, shape.width);
    let counted = m.lanes("counted", uint(shape.width), shape.columns);
    m.repeat("compared_column", shape.columns, |column| {
        let differing = &inputs.activations ^ inputs.weights.lane(column);
        let places = if shape.outcome == Outcome::Distance { differing } else { !differing };
        counted.drive(column, &(places & &within));
    });
    m.delay("places", counted.flat(), Some(&schedule.issue)).lanes(uint(shape.width), shape.columns)
}

/// The population counts, and their sums over the beats of a tile.
fn sums(m: &ModuleBuilder, shape: &Shape, places: &Lanes, schedule: &Schedule, advance: &Value) -> Lanes {
    let module = popcount(shape.width, shape.tree);
    let beat_bits = module.port("count").map_or(1, |port| module.ports[port.index()].shape.width);
    let counts = m.lanes("counts", uint(beat_bits), shape.columns);
    m.repeat("counted_column", shape.columns, |column| {
        let instance = m.instance("popcount", &module);
        instance.connect("bits", &places.lane(column));
        counts.drive(column, &instance.output("count"));
    });
    let counts = m.delay("beat_counts", counts.flat(), Some(advance)).lanes(uint(beat_bits), shape.columns);

    let bits = shape.count_bits();
    let enable = m.wire("accumulate", &(schedule.valid.at(SUM_STAGE - 1) & advance));
    let keep = m.wire("continue_sums", &(!schedule.first.at(SUM_STAGE - 1)).replicate(bits));
    let held = m.register("sums", uint(bits * shape.columns));
    let sums = held.value().lanes(uint(bits), shape.columns);
    let next = m.lanes("sums_next", uint(bits), shape.columns);
    m.repeat("summed_column", shape.columns, |column| {
        let base = sums.lane(column) & &keep;
        next.drive(column, &m.wire("total", &(base + counts.lane(column))).wrap(bits));
    });
    held.enable(&enable).next(next.flat());
    sums
}

/// The result register, which holds the core back while it is full and not taken, or a threshold is missing.
fn results(
    m: &ModuleBuilder,
    shape: &Shape,
    inputs: &Inputs,
    schedule: &Schedule,
    sums: &Lanes,
    advance: &ForwardWire,
) {
    let valid = m.register("result_valid", uint(1));
    let complete = m.wire("complete", &(schedule.valid.at(SUM_STAGE) & schedule.last.at(SUM_STAGE)));
    let occupied = m.wire("occupied", &(valid.value() & !&inputs.result_ready));
    let blocked = match &inputs.thresholds {
        Some((threshold_valid, _)) => {
            m.output("threshold_ready", &(&complete & !&occupied));
            m.wire("blocked", &(&occupied | !threshold_valid))
        }
        None => occupied.clone(),
    };
    advance.drive(&!(&complete & &blocked));
    let capture = m.wire("capture", &(&complete & !&blocked));
    valid.reset(0).next(&(&capture | &occupied));

    m.comment("Lanes beyond the run's columns are zero, and their keep bits too.");
    let keep = thermometer(m, "within_columns", &schedule.columns_left.at(SUM_STAGE), shape.columns);
    let kept = keep.lanes(uint(1), shape.columns);
    let inner = schedule.inner.as_ref().map(|inner| inner.at(SUM_STAGE));
    let data = m.lanes("kept", uint(shape.result_bits()), shape.columns);
    m.repeat("result_lane", shape.columns, |column| {
        let sum = sums.lane(column);
        let result = match (&inner, &inputs.thresholds) {
            (Some(inner), _) => {
                let product = m.wire("product", &(sum.shift_left(1) - inner));
                product.wrap(shape.result_bits()).as_unsigned()
            }
            (None, Some((_, thresholds))) => thresholds.lane(column).less_equal(&sum),
            (None, None) => sum,
        };
        data.drive(column, &(result & kept.lane(column).replicate(shape.result_bits())));
    });
    m.documented_output("result_valid", &valid, "");
    let data = m.delay("result", data.flat(), Some(&capture));
    let lane = if shape.outcome == Outcome::DotProduct { sint } else { uint };
    m.output_lanes("result_data", &data.lanes(lane(shape.result_bits()), shape.columns), "first column lowest");
    m.output("result_keep", &m.delay("result_within", &keep, Some(&capture)));
    m.output("result_last", &m.delay("result_last_tile", &schedule.last_tile.at(SUM_STAGE), Some(&capture)));
}
