//! How many cycles a beat takes, from the integers of its weights.

use super::parameters::Config;
use crate::array::{Mode, OperandBeat, booth_digit};
use crate::family::Pace;

pub(super) fn pace(config: &Config, mode: &Mode) -> Pace {
    if config.passes_sums() {
        return Pace::EVERY_CYCLE;
    }
    let most_cycles = digits(mode).into();
    Pace { least_cycles: if config.skips { 1 } else { most_cycles }, most_cycles }
}

/// A cycle for each position that is not skipped, and at least one.
pub(super) fn of_beat(config: &Config, beat: &OperandBeat) -> u64 {
    let digits = digits(&config.geometry.modes[beat.mode]);
    let worked = |position: &u32| beat.weights.iter().flatten().any(|&weight| booth_digit(weight, *position) != 0);
    if config.skips { (0..digits).filter(worked).count().max(1) as u64 } else { digits.into() }
}

/// Two bits each.
fn digits(mode: &Mode) -> u32 {
    mode.weight.numbers.bits() / 2
}
