//! The streams of an array, and its schedule in closed form.

use super::geometry::Geometry;
use crate::family::Timing;
use crate::interface::{Direction, Field, Interface, Stream};

/// Cycles from the beat that completes a tile to its first row: operand register, sum, capture.
const LATENCY_CYCLES: u64 = 3;

/// The streams, in port order.
pub fn interface(geometry: &Geometry) -> Interface {
    let Geometry { rows, columns, depth, activation_bits, weight_bits, .. } = *geometry;
    let stream = |name: &str, direction, fields: &[(&str, u32)]| Stream {
        name: name.to_string(),
        direction,
        fields: fields.iter().map(|&(name, width)| Field { name: name.to_string(), width }).collect(),
    };
    let nest = geometry.nest();
    let counts = [("inner", nest.inner_bits()), ("columns", nest.outer_bits()), ("rows", geometry.row_count_bits())];
    let results = [("data", geometry.sum_bits() * columns), ("keep", columns), ("last", 1)];
    Interface {
        streams: vec![
            stream("run", Direction::Input, &counts),
            stream("activation", Direction::Input, &[("data", activation_bits * rows * depth)]),
            stream("weight", Direction::Input, &[("data", weight_bits * columns * depth)]),
            stream("result", Direction::Output, &results),
        ],
    }
}

/// The schedule.
pub fn timing(geometry: &Geometry) -> Timing {
    let Geometry { columns, depth, .. } = *geometry;
    let weights = u64::from(columns) * u64::from(depth);
    Timing {
        latency_cycles: LATENCY_CYCLES,
        weights_per_cycle: weights,
        weight_bits_per_cycle: weights * u64::from(geometry.weight_bits),
        formula: format!(
            "a run takes max(1, ceil(inner / {depth})) cycles for each of its max(1, ceil(columns / {columns})) tiles; \
             a tile's first row is valid {LATENCY_CYCLES} cycles after the beats that complete it, one row a cycle, \
             while the next tile is computed; a tile of fewer cycles than rows waits for the rows before it; runs \
             follow one another without a bubble"
        ),
    }
}

/// Cycles from the beat of the first run to the last row at full speed, both counted, for tiles of so many beats and
/// rows each.
pub(super) fn cycles(tiles: &[(u64, u64)]) -> u64 {
    let mut captured = 0;
    let mut rows_before = 0;
    for (position, &(beats, rows)) in tiles.iter().enumerate() {
        let step = if position == 0 { LATENCY_CYCLES - 1 + beats } else { beats.max(rows_before) };
        (captured, rows_before) = (captured + step, rows);
    }
    captured + rows_before + 1
}
