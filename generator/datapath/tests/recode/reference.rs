//! Digits in plain integers, from what they are defined by rather than from bits.

use tritloom_hdl::Shape;

/// Booth digits of radix 2^step: what is lost when the weight, rounded to the nearest multiple of a place (halves
/// upwards), is rounded to the next place.
pub fn booth(weight: i64, step: u32, count: u32) -> Vec<i64> {
    let rounded = |place: u32| match step * place {
        0 => weight,
        bits => (weight + (1 << (bits - 1))).div_euclid(1 << bits),
    };
    (0..count).map(|place| rounded(place) - (rounded(place + 1) << step)).collect()
}

/// EN-T digits of the magnitude: remainders by 4, with -1 for 3.
pub fn ent(weight: i64, count: u32) -> Vec<i64> {
    let mut rest = weight.abs();
    let mut next = || {
        let digit = [0, 1, 2, -1][(rest % 4) as usize];
        rest = (rest - digit) / 4;
        digit
    };
    (0..count).map(|_| next()).collect()
}

/// Canonical digits: an odd rest gives that of -1 and 1 which leaves a multiple of four.
pub fn canonical(weight: i64, count: u32) -> Vec<i64> {
    let mut rest = weight;
    let mut next = || {
        let digit = if rest % 2 == 0 { 0 } else { 2 - rest.rem_euclid(4) };
        rest = (rest - digit) / 2;
        digit
    };
    (0..count).map(|_| next()).collect()
}

/// The sum of all digits in their places.
pub fn value(digits: &[i64], step: u32) -> i64 {
    digits.iter().rev().fold(0, |value, digit| (value << step) + digit)
}

/// As many digits as a signed number of the weight's range needs at `step` bits each.
pub fn count(weight: Shape, step: u32) -> u32 {
    (weight.width + u32::from(!weight.signed)).div_ceil(step)
}
