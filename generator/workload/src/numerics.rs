//! The floating-point steps of a decode step, in f64.
//!
//! The file's description leaves the precision open, and f32 is not enough of it: an activation close to the
//! border between two of its 255 steps falls to either side with the order of a summation, which moves the
//! logits by a few hundredths, while the trained model's best two tokens are at times 0.007 apart. Of 32 ways
//! to mix f32 and f64 in one program 3 gave the published story; f64, f64 with reordered sums, and 80-bit
//! floating point all did, with the same margins to six digits.

/// The base of the rotary embedding's wavelengths.
const ROTARY_BASE: f64 = 10_000.0;

/// Added to the mean square of the last norm.
const EPSILON: f64 = 1e-5;

/// The largest quantised magnitude.
const LARGEST: f64 = 127.0;

/// A vector in 8 bits: element i is about `values[i] * step`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Quantised {
    pub(crate) values: Vec<i8>,
    pub(crate) step: f64,
}

/// Normalises `vector` to n = a / (|a| * sqrt(length)) and quantises n to -127..=127 of its own largest element,
/// rounding half away from zero. A vector of zeros stays one, with a step of 0.
pub(crate) fn quantise(vector: &[f64]) -> Quantised {
    let norm = (sum_of_squares(vector) * vector.len() as f64).sqrt();
    let largest = vector.iter().fold(0.0, |largest: f64, element| largest.max(element.abs()));
    if largest == 0.0 {
        return Quantised { values: vec![0; vector.len()], step: 0.0 };
    }
    // The norm divides an element and the largest one alike, so that n / s is their quotient times 127. Taken
    // like this it is exact where it matters: half of the largest element is 63.5 and not just below it.
    let values = vector.iter().map(|element| (element * LARGEST / largest).round() as i8).collect();
    Quantised { values, step: largest / norm / LARGEST }
}

/// The last norm: x / sqrt(mean(x^2) + 1e-5) * gain.
pub(crate) fn root_mean_square_norm(vector: &[f64], gain: &[f32]) -> Vec<f64> {
    let root = (sum_of_squares(vector) / vector.len() as f64 + EPSILON).sqrt();
    vector.iter().zip(gain).map(|(element, &gain)| element / root * f64::from(gain)).collect()
}

/// Turns each pair (2i, 2i + 1) by position / 10000^(((2i) mod head_size) / head_size).
pub(crate) fn rotate(vector: &mut [f64], position: usize, head_size: usize) {
    for (pair, elements) in vector.chunks_exact_mut(2).enumerate() {
        let exponent = (2 * pair % head_size) as f64 / head_size as f64;
        let (sine, cosine) = (position as f64 / ROTARY_BASE.powf(exponent)).sin_cos();
        let (even, odd) = (elements[0], elements[1]);
        elements[0] = even * cosine - odd * sine;
        elements[1] = even * sine + odd * cosine;
    }
}

/// e^x over their sum, in place, without overflow.
pub(crate) fn softmax(scores: &mut [f64]) {
    let largest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    for score in scores.iter_mut() {
        *score = (*score - largest).exp();
    }
    let sum: f64 = scores.iter().sum();
    for score in scores.iter_mut() {
        *score /= sum;
    }
}

/// x / (1 + e^-x).
pub(crate) fn silu(x: f64) -> f64 {
    x / (1.0 + (-x).exp())
}

/// The sum of the products of elements.
pub(crate) fn dot(left: &[f64], right: &[f64]) -> f64 {
    left.iter().zip(right).map(|(left, right)| left * right).sum()
}

fn sum_of_squares(vector: &[f64]) -> f64 {
    dot(vector, vector)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: &[f64], expected: &[f64]) {
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-9, "{found} is not {expected}");
        }
    }

    #[test]
    fn quantise_rounds_half_away_from_zero() {
        // In steps of 254 / 127 = 2: 127, -0.5, 1.5, 0. The norm is sqrt(254^2 + 1 + 9) * sqrt(4).
        let quantised = quantise(&[254.0, -1.0, 3.0, 0.0]);
        assert_eq!(quantised.values, [127, -1, 2, 0]);
        close(&[quantised.step], &[0.003_936_702_790_760_816]);
        assert_eq!(quantise(&[0.0, 0.0]), Quantised { values: vec![0, 0], step: 0.0 });
        assert_eq!(quantise(&[]).values, []);
        assert_eq!(quantise(&[f64::MAX, 1.0]).values.len(), 2);
    }

    #[test]
    fn rotate_turns_every_head_by_the_same_angles() {
        let mut vector = [1.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 1.0];
        rotate(&mut vector, 2, 4);
        // Angles 2 and 2 / 10000^(2/4) = 0.02.
        let head = [-0.416_146_836_547, 0.909_297_426_826, -0.019_998_666_693, 0.999_800_006_666];
        close(&vector, &[head, head].concat());
    }

    #[test]
    fn softmax_does_not_overflow() {
        let mut scores = [1000.0, 1000.0, 0.0];
        softmax(&mut scores);
        close(&scores, &[0.5, 0.5, 0.0]);
        let mut scores = [0.0, 3.0f64.ln()];
        softmax(&mut scores);
        close(&scores, &[0.25, 0.75]);
    }

    #[test]
    fn norm_and_silu_of_known_values() {
        // The mean square is 12.5: 3 / sqrt(12.50001), and 4 / sqrt(12.50001) * 2.
        let normed = root_mean_square_norm(&[3.0, 4.0], &[1.0, 2.0]);
        close(&normed, &[0.848_527_798_013, 2.262_740_794_701]);
        close(&[silu(1.0), silu(-2.0), silu(0.0)], &[0.731_058_578_630, -0.238_405_844_044, 0.0]);
    }
}
