//! How many cycles a beat takes, from the integers of its weights.

use super::parameters::Config;
use crate::array::OperandBeat;
use crate::family::Pace;

pub(super) fn pace(config: &Config) -> Pace {
    let most_cycles = config.digits().into();
    Pace { least_cycles: if config.skips { 1 } else { most_cycles }, most_cycles }
}

/// A cycle for each position that is not skipped, and at least one.
pub(super) fn of_beat(config: &Config, beat: &OperandBeat) -> u64 {
    let worked = |position: &u32| beat.weights.iter().flatten().any(|&weight| digit(weight, *position) != 0);
    match config.skips {
        true => (0..config.digits()).filter(worked).count().max(1) as u64,
        false => config.digits().into(),
    }
}

/// Booth digit `position` of a weight: `-2 b1 + b0 + b-1` of the bits there and below.
fn digit(weight: i32, position: u32) -> i32 {
    let doubled = weight << 1 >> (2 * position);
    (doubled & 1) + (doubled >> 1 & 1) - 2 * (doubled >> 2 & 1)
}
