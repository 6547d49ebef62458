//! The streams of an array, and its schedule in closed form.

use super::draining;
use super::geometry::{Geometry, Topology};
use super::mode::{Mode, Operand};
use super::settling::settling_cycles;
use super::weight_stationary::{cycles_to_array, queue_places, way_of_a_vector};
use crate::family::{Pace, Timing};
use crate::interface::{Direction, Interface, Stream};
use crate::sequencer::InnerStep;

/// Cycles from the beat that completes a tile to its first row, where a beat takes one: operand register, behind that in which
/// it may wait, those of the element, sum, capture or selection; in a systolic array a row is resolved and waits for its last column.
pub(super) fn latency_cycles(geometry: &Geometry) -> u64 {
    let held = 2 + u64::from(geometry.held_stage() + geometry.element_stages);
    match geometry.topology {
        Topology::Broadcast | Topology::Cube { .. } | Topology::Tree => held,
        Topology::Draining => held + settling_cycles(geometry),
        Topology::OutputStationary => held + u64::from(geometry.columns),
        Topology::WeightStationary { .. } => way_of_a_vector(geometry).into(),
    }
}

/// Cycles from the completion of a tile of so many rows to that of the next, on which the array works for `worked`. A
/// systolic array cannot tell the rows of two tiles apart while one is on its way down; where sums leave through the
/// accumulators the next tile begins behind them.
fn between(geometry: &Geometry, worked: u64, rows: u64) -> u64 {
    match geometry.topology {
        Topology::OutputStationary => worked.max(geometry.rows.into()),
        Topology::Draining => draining::between(geometry, worked, rows),
        Topology::Broadcast | Topology::Cube { .. } | Topology::Tree | Topology::WeightStationary { .. } => {
            worked.max(rows)
        }
    }
}

/// The streams, in port order.
pub fn interface(geometry: &Geometry) -> Interface {
    let columns = geometry.columns;
    let nest = geometry.nest();
    let counts = [("inner", nest.inner_bits()), ("columns", nest.outer_bits()), ("rows", geometry.row_count_bits())];
    let mode = geometry.has_modes().then(|| ("mode", geometry.mode_bits()));
    let run: Vec<(&str, u32)> = counts.into_iter().chain(mode).collect();
    let results = [("data", geometry.result_bits() * columns), ("keep", columns), ("last", 1)];
    let operands = |name: &str, parts: u32, part_bits: u32, operand: fn(&Mode) -> &Operand| {
        let stream = Stream::new(name, Direction::Input, &[("data", parts * part_bits)]);
        stream.in_lanes("data", parts * geometry.lanes(operand))
    };
    let mut streams = vec![
        Stream::new("run", Direction::Input, &run),
        operands("activation", geometry.operand_rows(), geometry.row_bits(), |mode| &mode.activation),
        operands("weight", geometry.operand_columns(), geometry.column_bits(), |mode| &mode.weight),
    ];
    let zero_points = geometry.zero_points.map(|zero_points| zero_points.fields(geometry));
    streams.extend(zero_points.map(|fields| {
        Stream::new("zero_point", Direction::Input, &fields).in_lanes("weights", columns).in_lanes("sums", columns)
    }));
    streams
        .push(Stream::new("result", Direction::Output, &results).in_lanes("data", columns).in_lanes("keep", columns));
    Interface { streams }
}

/// The schedule of an array that works on the beats of a mode at this pace, cycles between passes apart; with several modes
/// the weights of the one that takes the most.
pub fn timing(geometry: &Geometry, pace: impl Fn(&Mode) -> Pace) -> Timing {
    let (columns, latency) = (geometry.operand_columns(), latency_cycles(geometry));
    let paces: Vec<Pace> = geometry.modes.iter().map(pace).collect();
    let pace = Pace {
        least_cycles: paces.iter().map(|pace| pace.least_cycles).min().unwrap_or(1),
        most_cycles: paces.iter().map(|pace| pace.most_cycles).max().unwrap_or(1)
            + geometry.cycles_between_passes().min(1),
    };
    Timing {
        latency_cycles: latency - 1 + pace.least_cycles,
        pace,
        rows: geometry.rows.into(),
        vectors: 1,
        loaded_for: match geometry.topology {
            Topology::WeightStationary { max_rows } => Some(max_rows.into()),
            _ => None,
        },
        cycles_to_vectors: cycles_to_array(geometry).into(),
        passes: (0..geometry.modes.len()).map(|mode| geometry.passes_of(mode)).max().unwrap_or(1).into(),
        weights_per_beat: u64::from(columns) * u64::from(geometry.most_places()),
        weight_bits_per_beat: u64::from(columns) * u64::from(geometry.column_bits()),
        runs: 1,
        formula: match geometry.topology {
            Topology::Broadcast | Topology::Cube { .. } | Topology::Tree => {
                formula(geometry, &paces, &meanwhile("rows"))
            }
            Topology::OutputStationary => formula(geometry, &paces, &meanwhile("the array has rows")),
            Topology::Draining => {
                let every = draining::row_cycles(geometry);
                let early = settling_cycles(geometry);
                let enters = if geometry.beat_waits { "is dealt out from" } else { "enters" };
                let behind = format!("and the next tile, or run, {enters} {early} cycles before the last is valid");
                formula(geometry, &paces, &format!("the others every {every} cycles, {behind}"))
            }
            Topology::WeightStationary { .. } => stationary_formula(geometry, &paces),
        },
    }
}

fn formula(geometry: &Geometry, paces: &[Pace], next_tile: &str) -> String {
    let (columns, latency) = (geometry.columns, latency_cycles(geometry));
    let (places, explained) = places(geometry, "beat");
    let passes = match geometry.passes {
        _ if geometry.has_planes() => "a pass for each pair of planes, each of ".to_string(),
        1 => String::new(),
        count => format!("{count} passes, {} cycles between them, of ", geometry.cycles_between_passes()),
    };
    format!(
        "a run takes {passes}max(1, ceil(inner / {places})) beats ({} each) for each of its \
         max(1, ceil(columns / {columns})) tiles{explained}; a tile's first row is valid {latency} cycles after the beats that complete it, and those \
         that the last of them takes beyond one, {next_tile}",
        by_mode(geometry, paces),
    )
}

fn meanwhile(rows: &str) -> String {
    format!(
        "one row a cycle, while the next tile is computed; a tile of fewer cycles than {rows} waits for the rows before it; runs follow \
         one another without a bubble"
    )
}

fn stationary_formula(geometry: &Geometry, paces: &[Pace]) -> String {
    let (columns, rows, latency) = (geometry.columns, geometry.rows, latency_cycles(geometry));
    let (places, explained) = places(geometry, "tile");
    let (begins, vectors) = match geometry.dealt {
        None if geometry.vectors_have_passes() => (0, "one for each pair of planes of each of its rows".to_string()),
        None => (0, "one for each of its rows".to_string()),
        Some(_) => {
            let passes = if geometry.passes > 1 { format!("{} times ", geometry.passes) } else { String::new() };
            let digits = format!("for each of its rows {passes}{}", by_mode(geometry, paces));
            (
                cycles_to_array(geometry),
                format!("{digits}, of all rows of the array as many as the one with the most digits"),
            )
        }
    };
    let beyond = if begins > 0 { ", and those that they take beyond one" } else { "" };
    let begins = if begins > 0 { format!("{begins} to the first digits, ") } else { String::new() };
    format!(
        "a run takes {rows} cycles for weights, one for each row of the array, {begins}and {vectors}, for each of its \
         max(1, ceil(inner / {places})) tiles of the inner dimension in each of its max(1, ceil(columns / {columns})) \
         tiles of columns{explained}; a row is valid {latency} cycles after the activations that complete it{beyond}; runs follow one \
         another in the same way; a row that waits for the receiver while {} others do comes back {rows} cycles later",
        queue_places(geometry),
    )
}

/// What divides the inner dimension, the places of a beat or tile, and what that stands for.
fn places(geometry: &Geometry, of: &str) -> (String, String) {
    if let InnerStep::Fixed(_) = geometry.nest().inner_step {
        return (geometry.tile_places(0).to_string(), String::new());
    }
    let modes = geometry.modes.iter().enumerate();
    let each: Vec<String> =
        modes.map(|(number, mode)| format!("{} in {}", geometry.tile_places(number), mode.name)).collect();
    ("places".to_string(), format!(", with places of a {of}: {}", each.join(", ")))
}

/// The cycles of a beat, mode by mode where they differ.
fn by_mode(geometry: &Geometry, paces: &[Pace]) -> String {
    if paces.iter().all(|pace| pace == &paces[0]) {
        return cycles_of(paces[0]);
    }
    let each = geometry.modes.iter().zip(paces);
    each.map(|(mode, pace)| format!("{} in {}", cycles_of(*pace), mode.name)).collect::<Vec<_>>().join(", ")
}

/// The cycles of a beat in words.
fn cycles_of(Pace { least_cycles, most_cycles }: Pace) -> String {
    match (least_cycles, most_cycles) {
        (1, 1) => "1 cycle".to_string(),
        (least, most) if least == most => format!("{most} cycles"),
        (least, most) => format!("{least} to {most} cycles"),
    }
}

/// Cycles from the beat of the first run to the last row at full speed, both counted, for tiles of so many cycles
/// and rows each.
pub(crate) fn cycles(geometry: &Geometry, tiles: &[(u64, u64)]) -> u64 {
    if let Topology::WeightStationary { .. } = geometry.topology {
        return stationary_cycles(geometry, tiles);
    }
    let mut captured = 0;
    let mut rows_before = 0;
    for (position, &(worked, rows)) in tiles.iter().enumerate() {
        let step = match position {
            0 => latency_cycles(geometry) - 1 + worked,
            _ => between(geometry, worked, rows_before),
        };
        (captured, rows_before) = (captured + step, rows);
    }
    let rows = match geometry.topology {
        Topology::Draining => draining::way_of_rows(geometry, rows_before),
        _ => rows_before,
    };
    captured + rows + 1
}

/// The same where weights stay: for each tile of columns, its tiles of the inner dimension and the cycles of the vectors of all
/// of them.
fn stationary_cycles(geometry: &Geometry, tiles: &[(u64, u64)]) -> u64 {
    let begins = u64::from(geometry.rows + cycles_to_array(geometry));
    let all: u64 = tiles.iter().map(|&(tiles, vectors)| tiles * begins + vectors).sum();
    // The run, and the last row behind the last vector; its way to the array is counted with its tile.
    1 + all + latency_cycles(geometry) - u64::from(cycles_to_array(geometry))
}
