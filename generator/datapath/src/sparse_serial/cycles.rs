//! How many cycles a beat takes, from its integers.

use super::parameters::{Config, Form, Numbers};
use crate::array::OperandBeat;
use crate::family::Pace;

/// Every other digit at most is not zero.
pub(super) fn pace(config: &Config) -> Pace {
    let most = |numbers: Numbers| match numbers.form {
        Form::Whole => 1,
        Form::Position | Form::Power => u64::from(numbers.digits().div_ceil(2)),
    };
    Pace { least_cycles: 1, most_cycles: most(config.activations()) * most(config.weights()) }
}

/// As many as the number has digits that has most of them, and at least one; where both sides are serial, so many of the
/// one for each of the other.
pub(super) fn of_beat(config: &Config, beat: &OperandBeat) -> u64 {
    let (activations, weights) = (within(config, beat), &beat.weights);
    let most = |numbers: Numbers, vectors: &[Vec<i32>]| match numbers.form {
        Form::Whole => 1,
        Form::Position | Form::Power => {
            vectors.iter().flatten().map(|&number| digits(number)).max().unwrap_or(1).max(1)
        }
    };
    most(config.activations(), &activations) * most(config.weights(), weights)
}

/// Activations beyond the run are taken as zero. The rows of a cube stand layer by layer, each layer with places of its own.
fn within(config: &Config, beat: &OperandBeat) -> Vec<Vec<i32>> {
    let (rows, depth) = (config.geometry.rows as usize, config.geometry.depth as usize);
    let left = |row: usize| (beat.places as usize).saturating_sub(row / rows * depth);
    let of_row = |(row, activations): (usize, &Vec<i32>)| activations.iter().take(left(row)).copied().collect();
    beat.activations.iter().enumerate().map(of_row).collect()
}

/// Canonical digits of a number that are not zero.
pub(super) fn digits(number: i32) -> u64 {
    let (mut left, mut count) = (i64::from(number), 0);
    while left != 0 {
        if left % 2 != 0 {
            left -= if left.rem_euclid(4) == 1 { 1 } else { -1 };
            count += 1;
        }
        left /= 2;
    }
    count
}
