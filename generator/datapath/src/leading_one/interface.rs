//! The streams of the unit, and its schedule in closed form.

use super::code::OPERAND_BITS;
use super::parameters::Config;
use crate::family::{Pace, Timing};
use crate::interface::{Direction, Interface, Stream};

/// Cycles from a key's last beat to its result: code register, score, result register.
const LATENCY_CYCLES: u64 = 3;

/// The streams, in port order.
pub(super) fn interface(config: &Config) -> Interface {
    let nest = config.nest();
    let run = [
        ("head_size", nest.inner_bits()),
        ("keys", nest.outer_bits()),
        ("k", config.k_bits()),
        ("threshold", config.score_bits()),
        ("ranked", 1),
    ];
    let operands = [("data", OPERAND_BITS * config.lanes)];
    let results = [("index", config.index_bits()), ("score", config.score_bits()), ("keep", 1), ("last", 1)];
    Interface {
        streams: vec![
            Stream::new("run", Direction::Input, &run),
            Stream::new("query", Direction::Input, &operands).in_lanes("data", config.lanes),
            Stream::new("key", Direction::Input, &operands).in_lanes("data", config.lanes),
            Stream::new("result", Direction::Output, &results),
        ],
    }
}

/// The schedule.
pub(super) fn timing(config: &Config) -> Timing {
    let lanes = config.lanes;
    Timing {
        latency_cycles: LATENCY_CYCLES,
        weights_per_beat: lanes.into(),
        weight_bits_per_beat: u64::from(OPERAND_BITS * lanes),
        pace: Pace::EVERY_CYCLE,
        rows: 1,
        vectors: 1,
        loaded_for: None,
        cycles_to_vectors: 0,
        passes: 1,
        runs: 1,
        formula: format!(
            "a run takes max(1, ceil(head_size / {lanes})) * max(1, keys) cycles, one beat of a key each; a result is \
             valid {LATENCY_CYCLES} cycles after its key's last beat, the best of a ranked run {} cycles after the \
             last key's, and the others follow, one a cycle, before the next run's first score is told or ranked; runs \
             follow one another without another bubble",
            LATENCY_CYCLES + 1
        ),
    }
}

/// What of a run its duration depends on.
pub(super) struct Work {
    /// Beats of a key.
    pub tiles: u64,
    /// Keys, or one.
    pub keys: u64,
    /// Beats of its results, where it is ranked.
    pub told: Option<u64>,
}

/// Cycles from the beat of the first run to the last result at full speed, both counted.
pub(super) fn cycles(runs: &[Work]) -> u64 {
    // The cycle in which the score before is ranked or told, and that from which on the next one may.
    let (mut scored, mut able) = (LATENCY_CYCLES - 1, 0);
    for run in runs {
        scored = (scored + run.tiles).max(able) + run.tiles * (run.keys - 1);
        able = scored + run.told.map_or(0, |told| told + 1);
    }
    let last_result = if runs.last().is_some_and(|run| run.told.is_some()) { able } else { scored + 1 };
    last_result + 1
}
