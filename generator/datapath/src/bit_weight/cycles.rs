//! How many cycles a beat takes, from the integers of its weights.

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
    let position = positions(config.geometry.weight()).count - 1 - beat.pass;
    let worked = |group: &[i32]| group.iter().filter(|&&weight| booth_digit(weight, position) != 0).count() as u64;
    let groups = beat.weights.iter().flat_map(|column| column.chunks(config.group as usize));
    groups.map(worked).max().unwrap_or(1).max(1)
}
