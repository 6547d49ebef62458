//! How many cycles a beat takes, from the integers that become digits: of its weights, or of activations where weights stay.

use super::element::positions;
use super::parameters::Config;
use crate::array::{OperandBeat, booth_digit};
use crate::family::Pace;

/// A serial element takes a group of a single place in a cycle whatever its digit.
pub(super) fn pace(config: &Config) -> Pace {
    match config.is_serial() {
        false => Pace::EVERY_CYCLE,
        true => Pace { least_cycles: 1, most_cycles: config.group.min(config.geometry.depth).into() },
    }
}

/// A cycle for each digit other than zero of the group that has most of them, and at least one.
pub(super) fn of_beat(config: &Config, beat: &OperandBeat) -> u64 {
    if !config.is_serial() {
        return 1;
    }
    let position = positions(config.recoded()).count - 1 - beat.pass;
    let worked = |group: &[i32]| group.iter().filter(|&&number| booth_digit(number, position) != 0).count() as u64;
    let vectors = if config.passes_sums() { &beat.activations } else { &beat.weights };
    let groups = vectors.iter().flat_map(|vector| vector.chunks(config.group as usize));
    groups.map(worked).max().unwrap_or(1).max(1)
}
