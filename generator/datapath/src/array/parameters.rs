//! Parameters that every array has.

use super::geometry::{Geometry, SumForm, SumWidth, Topology};
use super::mode::Mode;
use super::weight_stationary::{queue_places, queued_bits};
use crate::arith::adder::FinalAdder;
use crate::parameter::{Parameter, Parameters, Problem};
use tritloom_hdl::{MAXIMUM_LOOP_COUNT, MAXIMUM_WIDTH};

/// The topologies of elements that keep their sums until these are captured or selected, or add to a sum that comes in.
pub const TOPOLOGY_OF_PASSING_SUMS: Parameter = Parameter::choice(
    "topology",
    &[BROADCAST, CUBE, TREE, OUTPUT_STATIONARY, WEIGHT_STATIONARY],
    BROADCAST_NAME,
    PATHS,
);
/// The topologies of elements whose sums can leave through one another too.
pub const ANY_TOPOLOGY: Parameter = Parameter::choice(
    "topology",
    &[BROADCAST, CUBE, TREE, DRAINING, OUTPUT_STATIONARY, WEIGHT_STATIONARY],
    BROADCAST_NAME,
    PATHS,
);
/// The layers of a cube.
pub const LAYERS: Parameter = Parameter::integer(
    "layers",
    1,
    64,
    Some(2),
    "matrices of elements along the inner dimension with `topology: cube`; no effect otherwise",
);
/// The most rows of a run where weights stay.
pub const MAX_ROWS: Parameter = Parameter::integer(
    "max_rows",
    1,
    65_536,
    Some(64),
    "most rows of the result of a run (M) with `topology: weight_stationary`: words of its memory; no effect otherwise",
);
const BROADCAST: (&str, &str) =
    ("broadcast", "all elements of a row see its activations at once, all of a column its weights");
const CUBE: (&str, &str) =
    ("cube", "`layers` broadcast matrices along the inner dimension, whose sums are added as they leave");
const TREE: (&str, &str) = (
    "tree",
    "a row of multiplier-adder trees over `depth` places, which see the same activations; `rows` has no effect",
);
const DRAINING: (&str, &str) = (
    "draining",
    "as broadcast, but complete sums leave through the accumulators, row by row, before the next tile begins",
);
const OUTPUT_STATIONARY: (&str, &str) =
    ("output_stationary", "systolic: operands pass from element to element by registers, sums stay");
const WEIGHT_STATIONARY: (&str, &str) =
    ("weight_stationary", "systolic: weights stay, activations and sums pass; rows are places of the inner dimension");
const BROADCAST_NAME: Option<&str> = Some(BROADCAST.0);
const PATHS: &str = "how operands get to elements and sums from them";
/// Rows.
pub const ROWS: Parameter = Parameter::integer("rows", 1, 256, Some(4), "rows of the result computed at once");
/// Columns.
pub const COLUMNS: Parameter = Parameter::integer("columns", 1, 256, Some(4), "columns of the result computed at once");
/// Products an element and cycle.
pub const DEPTH: Parameter =
    Parameter::integer("depth", 1, 64, Some(1), "products that an element adds per cycle: a dot product above one");
/// The type of the activations.
pub const ACTIVATION: Parameter = Parameter::choice("activation", INTEGERS, Some("int8"), "type of the activations");
/// The type of the weights.
pub const WEIGHT: Parameter = Parameter::choice("weight", INTEGERS, Some("int8"), "type of the weights");
/// The width of a sum.
pub const ACCUMULATOR: Parameter = Parameter::choice(
    "accumulator",
    &[
        ("exact", "as many bits as the longest sum of the largest products needs"),
        ("bits32", "32 bits, to compare with designs that have no other"),
    ],
    Some("exact"),
    "width of the sums",
);
/// The adder behind a carry-save array.
pub const RESOLVE: Parameter = Parameter::choice(
    "resolve",
    &[
        ("synthesiser", "a plain addition"),
        ("ripple", "a carry at a time"),
        ("sklansky", "parallel prefix of fewest levels"),
        ("brent_kung", "parallel prefix of fewest nodes"),
        ("kogge_stone", "parallel prefix of fewest levels and fan-out two"),
        ("carry_select", "blocks of 4 bits, each with both of its sums before its carry comes"),
    ],
    Some("synthesiser"),
    "adder that makes one word of a carry-save sum, one a column, behind the array",
);
/// The longest inner dimension.
pub const MAX_INNER: Parameter =
    Parameter::integer("max_inner", 1, 65_536, Some(4096), "longest sum of a run (K): sets the accumulator width");
/// The most columns.
pub const MAX_COLUMNS: Parameter =
    Parameter::integer("max_columns", 1, 65_536, Some(4096), "most columns of the result of a run (N)");

const INTEGERS: &[(&str, &str)] =
    &[("int4", "signed, 4 bits"), ("int8", "signed, 8 bits"), ("int16", "signed, 16 bits")];

/// The geometry that these parameters make, with sums of form `sum_form`, one mode, one pass, no beat
/// that waits and no registers in elements.
pub fn geometry(parameters: &Parameters, sum_form: SumForm) -> Geometry {
    let number = |name: &str| parameters.integer(name) as u32;
    let bits = |name: &str| match parameters.choice(name) {
        "int4" => 4,
        "int16" => 16,
        _ => 8,
    };
    let (depth, activation_bits, weight_bits) = (number("depth"), bits("activation"), bits("weight"));
    Geometry {
        topology: topology(parameters),
        rows: rows(parameters),
        columns: number("columns"),
        depth,
        activation_bits,
        weight_bits,
        modes: vec![Mode::plain(depth, activation_bits, weight_bits)],
        passes: 1,
        beat_waits: false,
        dealt: None,
        element_stages: 0,
        zero_points: None,
        sum_width: if parameters.choice("accumulator") == "bits32" { SumWidth::Fixed(32) } else { SumWidth::Exact },
        sum_form,
        resolve: resolve(parameters),
        max_inner: number("max_inner"),
        max_columns: number("max_columns"),
    }
}

/// What [`RESOLVE`] says.
pub fn resolve(parameters: &Parameters) -> FinalAdder {
    match parameters.choice("resolve") {
        "ripple" => FinalAdder::Ripple,
        "sklansky" => FinalAdder::Sklansky,
        "brent_kung" => FinalAdder::BrentKung,
        "kogge_stone" => FinalAdder::KoggeStone,
        "carry_select" => FinalAdder::CarrySelect { block: CARRY_SELECT_BLOCK },
        _ => FinalAdder::Synthesiser,
    }
}

/// Bits of a block of a carry-select adder.
const CARRY_SELECT_BLOCK: u32 = 4;

/// What [`ROWS`] says: trees stand in one row.
pub fn rows(parameters: &Parameters) -> u32 {
    if topology(parameters) == Topology::Tree { 1 } else { parameters.integer("rows") as u32 }
}

/// What the parameter `topology` says.
pub fn topology(parameters: &Parameters) -> Topology {
    match parameters.choice("topology") {
        "cube" => Topology::Cube { layers: parameters.integer("layers") as u32 },
        "tree" => Topology::Tree,
        "draining" => Topology::Draining,
        "output_stationary" => Topology::OutputStationary,
        "weight_stationary" => Topology::WeightStationary { max_rows: parameters.integer("max_rows") as u32 },
        _ => Topology::Broadcast,
    }
}

/// Rules that hold for every array.
pub fn legality(geometry: &Geometry) -> Vec<Problem> {
    let mut problems = Vec::new();
    let Geometry { rows, columns, max_inner, max_columns, .. } = *geometry;
    let layers = geometry.layers();
    let places = (0..geometry.modes.len()).map(|mode| geometry.tile_places(mode)).max().unwrap_or(1);
    if places > max_inner {
        let message = format!("{places} places of the inner dimension pass at once, more than the longest sum has");
        let problem = Problem::rule("C0211", "max_inner", message, format!("{places} or more"));
        problems.push(problem.involving(&["depth", "rows", "layers"]).nearest(places));
    }
    if columns > max_columns {
        let message = format!("{columns} columns are computed at once, more than max_columns");
        let problem = Problem::rule("C0212", "columns", message, format!("at most max_columns ({max_columns})"));
        problems.push(problem.involving(&["max_columns"]).nearest(max_columns));
    }
    let (exact, bits) = (geometry.exact_sum_bits(), geometry.sum_bits());
    if exact > bits {
        let message = format!("the longest sum needs {exact} bits");
        let problem = Problem::rule("C0213", "accumulator", message, format!("exact, or at most {bits} bits"));
        problems.push(problem.involving(&["activation", "weight", "max_inner"]).nearest("exact"));
    }
    // Recoded weights are twice as wide at most.
    problems.extend(bus_legality(geometry, [geometry.row_bits(), 2 * geometry.column_bits()]));
    let sum_bits = u64::from(geometry.element_bits().max(geometry.word_bits()));
    let (rows, columns, layers) = (u64::from(rows), u64::from(columns), u64::from(layers));
    problems.extend(match rows + 1 > columns * layers {
        true => too_wide("the bus of sums", [("rows", rows), ("layers", 1)], sum_bits, sum_bits),
        false => too_wide("the bus of sums", [("columns", columns), ("layers", layers)], sum_bits, 0),
    });
    problems.extend(too_long("rows of operands are taken", [("rows", rows), ("layers", layers)]));
    problems.extend(too_long("columns of operands are taken", [("columns", columns), ("layers", layers)]));
    if let Topology::WeightStationary { .. } = geometry.topology {
        let places = u64::from(queue_places(geometry));
        let column_bits = u64::from(geometry.resolved_bits() + 1);
        let more_bits = places * (u64::from(queued_bits(geometry)) - columns * column_bits);
        let bus = [("columns", columns), ("layers", 1)];
        problems.extend(too_wide("the bus of rows that wait", bus, places * column_bits, more_bits));
    }
    problems
}

/// The rules for what elements see of a beat, so many bits a row and a column: also for what a feeder deals out.
pub fn bus_legality(geometry: &Geometry, [row_bits, column_bits]: [u32; 2]) -> Vec<Problem> {
    let [rows, columns, layers] = [geometry.rows, geometry.columns, geometry.layers()].map(u64::from);
    let [row_bits, column_bits] = [row_bits, column_bits].map(u64::from);
    let between = if geometry.topology == Topology::OutputStationary { columns } else { 0 };
    let staying = if let Topology::WeightStationary { .. } = geometry.topology { rows } else { 0 };
    let buses = [
        ("the bus of activations", [("rows", rows), ("layers", layers)], row_bits),
        ("the bus of activations between columns", [("rows", rows), ("columns", between)], row_bits),
        ("the bus of weights", [("columns", columns), ("layers", layers)], column_bits),
        ("the bus of weights that stay in a column", [("rows", staying), ("layers", 1)], column_bits),
    ];
    buses.into_iter().filter_map(|(what, parts, part_bits)| too_wide(what, parts, part_bits, 0)).collect()
}

/// The rules for a feeder that deals out so many bits a row and a column, and goes through the weights in a loop.
pub fn feeder_legality(geometry: &Geometry, dealt_bits: [u32; 2]) -> Vec<Problem> {
    let mut problems = bus_legality(geometry, dealt_bits);
    problems.extend(feeder_loop_legality(geometry, "weights", ("columns", geometry.columns)));
    problems
}

/// The problem of a feeder that goes through the operands of so many rows or columns in a loop.
pub fn feeder_loop_legality(geometry: &Geometry, what: &str, side: (&'static str, u32)) -> Option<Problem> {
    let (name, count) = side;
    let [count, layers, depth] = [count, geometry.layers(), geometry.depth].map(u64::from);
    too_long(&format!("{what} are held"), [(name, count), ("layers", layers), ("depth", depth)])
}

/// The problem of a loop over what the values of `factors` multiply to.
fn too_long<const N: usize>(what: &str, factors: [(&'static str, u64); N]) -> Option<Problem> {
    let count: u64 = factors.iter().map(|(_, value)| value).product();
    let names = factors.map(|(name, _)| name);
    (count > MAXIMUM_LOOP_COUNT.into()).then(|| {
        let message = format!("{count} {what} at once, which is a loop longer than tools unroll");
        let legal = format!("{} of at most {MAXIMUM_LOOP_COUNT}", names.join(" * "));
        let way_out = lowered(factors, MAXIMUM_LOOP_COUNT.into());
        let parameter = way_out.map_or(names[0], |(parameter, _)| parameter);
        let problem = Problem::rule("C0215", parameter, message, legal).involving(&names);
        match way_out {
            Some((_, nearest)) => problem.nearest(nearest),
            None => problem,
        }
    })
}

/// The problem of a bus of `more_bits`, and as many parts of `part_bits` as the values of `factors` multiply to.
fn too_wide(what: &str, factors: [(&'static str, u64); 2], part_bits: u64, more_bits: u64) -> Option<Problem> {
    let [(first, times), (second, more_times)] = factors;
    let (limit, width) = (u64::from(MAXIMUM_WIDTH), times * more_times * part_bits + more_bits);
    (width > limit).then(|| {
        let message = format!("{what} would be {width} bits wide, over the {limit} that Verilog tools must accept");
        let rule = |parameter, legal: &str| {
            Problem::rule("C0214", parameter, message, legal).involving(&["rows", "columns", "depth", "layers"])
        };
        let parts = limit.saturating_sub(more_bits) / part_bits;
        match lowered(factors, parts) {
            Some((parameter, most)) => rule(parameter, &format!("at most {most} beside the others")).nearest(most),
            None => rule(first, &format!("{first} * {second} of at most {parts}")),
        }
    })
}

/// The first of `factors` that alone can bring their product down to `most`, and the greatest value with which it does.
fn lowered<const N: usize>(factors: [(&'static str, u64); N], most: u64) -> Option<(&'static str, u64)> {
    let product: u64 = factors.iter().map(|(_, value)| value).product();
    factors.into_iter().map(|(name, value)| (name, most / (product / value))).find(|(_, value)| *value > 0)
}
