//! The floating-point steps of a decode step, in f32.
//!
//! Each step takes its operations in the order of the program that the model was published with (`runbit.c` of the
//! public repository HKUSTGZ-MICS-LYU/bitllama2.c): sums run from the first element to the last, norms multiply by a
//! reciprocal, the gate multiplies by 1 / (1 + e^-x). The order matters: an activation close to the border between two
//! of its 255 steps falls to either side with the rounding of a sum, which moves the logits by a few hundredths, and the
//! trained model's best two tokens are at times 0.01 apart. Rust reorders no floating-point operation, and the functions
//! come from `libm`, whose bits do not depend on the machine: every build and every machine tells the same story.

/// The base of the rotary embedding's wavelengths.
const ROTARY_BASE: f32 = 10_000.0;

/// Added to the mean square of the last norm.
const EPSILON: f32 = 1e-5;

/// The largest quantised magnitude.
const LARGEST: f32 = 127.0;

/// A vector in 8 bits: element i is about `values[i] * step`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Quantised {
    pub(crate) values: Vec<i8>,
    pub(crate) step: f32,
}

/// Normalises `vector` to n = a / (|a| * sqrt(length)) and quantises n to -127..=127 of its own largest element,
/// rounding half away from zero. A vector of zeros stays one, with a step of 0.
pub(crate) fn quantise(vector: &[f32]) -> Quantised {
    let length = vector.len() as f32;
    let mean_square = sum_of_squares(vector) / length;
    if mean_square == 0.0 {
        return Quantised { values: vec![0; vector.len()], step: 0.0 };
    }
    let factor = 1.0 / mean_square.sqrt() / length;
    let normed: Vec<f32> = vector.iter().map(|element| element * factor).collect();
    let step = normed.iter().fold(0.0, |largest: f32, element| largest.max(element.abs())) / LARGEST;
    let steps_per_unit = 1.0 / step;
    Quantised { values: normed.iter().map(|element| (element * steps_per_unit).round() as i8).collect(), step }
}

/// The last norm: x / sqrt(mean(x^2) + 1e-5) * gain.
pub(crate) fn root_mean_square_norm(vector: &[f32], gain: &[f32]) -> Vec<f32> {
    let factor = 1.0 / (sum_of_squares(vector) / vector.len() as f32 + EPSILON).sqrt();
    vector.iter().zip(gain).map(|(element, gain)| gain * (factor * element)).collect()
}

/// Turns each pair (2i, 2i + 1) by position / 10000^(((2i) mod head_size) / head_size).
pub(crate) fn rotate(vector: &mut [f32], position: usize, head_size: usize) {
    for (pair, elements) in vector.chunks_exact_mut(2).enumerate() {
        let exponent = (2 * pair % head_size) as f32 / head_size as f32;
        let frequency = 1.0 / libm::powf(ROTARY_BASE, exponent);
        let (sine, cosine) = libm::sincosf(position as f32 * frequency);
        let (even, odd) = (elements[0], elements[1]);
        elements[0] = even * cosine - odd * sine;
        elements[1] = even * sine + odd * cosine;
    }
}

/// e^x over their sum, in place, without overflow.
pub(crate) fn softmax(scores: &mut [f32]) {
    let largest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    for score in scores.iter_mut() {
        *score = libm::expf(*score - largest);
    }
    let sum: f32 = scores.iter().sum();
    for score in scores.iter_mut() {
        *score /= sum;
    }
}

/// x / (1 + e^-x).
pub(crate) fn silu(x: f32) -> f32 {
    x * (1.0 / (1.0 + libm::expf(-x)))
}

/// The sum of the products of elements.
pub(crate) fn dot(left: &[f32], right: &[f32]) -> f32 {
    left.iter().zip(right).map(|(left, right)| left * right).sum()
}

fn sum_of_squares(vector: &[f32]) -> f32 {
    dot(vector, vector)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: &[f32], expected: &[f32]) {
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-6, "{found} is not {expected}");
        }
    }

    #[test]
    fn quantise_rounds_half_away_from_zero() {
        // The squares add up to 16 * 32^2: the norm divides by 32 * 16, and every number here is exact.
        let mut vector = [0.0; 16];
        vector[..5].copy_from_slice(&[127.0, 15.5, -3.5, 1.5, -0.5]);
        let quantised = quantise(&vector);
        assert_eq!(quantised.values, [127, 16, -4, 2, -1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(quantised.step, 1.0 / 512.0);
    }

    #[test]
    fn quantise_survives_what_f32_cannot_square() {
        assert_eq!(quantise(&[0.0, 0.0]), Quantised { values: vec![0, 0], step: 0.0 });
        assert_eq!(quantise(&[1e-30, 0.0]), Quantised { values: vec![0, 0], step: 0.0 });
        assert_eq!(quantise(&[f32::MAX, 1.0]), Quantised { values: vec![0, 0], step: 0.0 });
        assert_eq!(quantise(&[]).values, []);
    }

    #[test]
    fn rotate_turns_every_head_by_the_same_angles() {
        let mut vector = [1.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 1.0];
        rotate(&mut vector, 2, 4);
        // Angles 2 and 2 / 10000^(2/4) = 0.02.
        let head = [-0.416_146_84, 0.909_297_4, -0.019_998_667, 0.999_8];
        close(&vector, &[head, head].concat());
    }

    #[test]
    fn softmax_does_not_overflow() {
        let mut scores = [1000.0, 1000.0, 0.0];
        softmax(&mut scores);
        close(&scores, &[0.5, 0.5, 0.0]);
        let mut scores = [0.0, 3.0f32.ln()];
        softmax(&mut scores);
        close(&scores, &[0.25, 0.75]);
    }

    #[test]
    fn norm_and_silu_of_known_values() {
        // The mean square is 12.5: 3 / sqrt(12.50001), and 4 / sqrt(12.50001) * 2.
        let normed = root_mean_square_norm(&[3.0, 4.0], &[1.0, 2.0]);
        close(&normed, &[0.848_527_8, 2.262_740_8]);
        close(&[silu(1.0), silu(-2.0), silu(0.0)], &[0.731_058_6, -0.238_405_84, 0.0]);
    }
}
