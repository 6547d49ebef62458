//! Work as networks give it: what energies are measured with.

use crate::interface::Scenario;
use rand::Rng;

/// Steady work at full speed, on operands that are spread as those of networks are, and how much it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Work {
    /// One scenario of about a thousand cycles, after which all results have come.
    pub scenario: Scenario,
    /// Exact products of an activation and a weight in it.
    pub products: u64,
    /// The mode that it is done in; `None` where there are none, or where it takes several.
    pub mode: Option<String>,
}

/// What scenarios of work are called.
pub(crate) const NAME: &str = "typical_work";

/// Cycles of a scenario: filling and draining a pipeline take a small share of them.
pub(crate) const CYCLES: u64 = 1024;

/// In hundred-and-twenty-eighths of the greatest magnitude: 35 of int8.
const ACTIVATION_DEVIATION: f64 = 35.0 / 128.0;
/// The same of weights: 20 of int8.
const WEIGHT_DEVIATION: f64 = 20.0 / 128.0;

/// An activation between two numbers.
pub(crate) fn activation<R: Rng + ?Sized>(random: &mut R, range: (i32, i32)) -> i32 {
    spread(random, range, ACTIVATION_DEVIATION)
}

/// A weight between two numbers.
pub(crate) fn weight<R: Rng + ?Sized>(random: &mut R, range: (i32, i32)) -> i32 {
    spread(random, range, WEIGHT_DEVIATION)
}

/// A normal number, its magnitude where none is negative; numbers up to one are each as likely, of two bits too.
fn spread<R: Rng + ?Sized>(random: &mut R, (least, greatest): (i32, i32), deviation: f64) -> i32 {
    if greatest <= 1 {
        return random.random_range(least.max(-1)..=greatest);
    }
    let reach = f64::from(greatest) - f64::from(least.min(0)) + 1.0;
    let magnitude = if least < 0 { reach / 2.0 } else { reach };
    let number = (normal(random) * deviation * magnitude).round() as i32;
    (if least < 0 { number } else { number.abs() }).clamp(least, greatest)
}

/// Of deviation 1, as the sum of twelve even numbers: without functions whose last bit depends on the machine.
fn normal<R: Rng + ?Sized>(random: &mut R) -> f64 {
    (0..12).map(|_| random.random::<f64>()).sum::<f64>() - 6.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    /// Mean and deviation of many.
    fn moments(draw: fn(&mut ChaCha8Rng, (i32, i32)) -> i32, range: (i32, i32)) -> (f64, f64) {
        let mut random = ChaCha8Rng::seed_from_u64(1);
        let numbers: Vec<f64> = (0..20_000).map(|_| draw(&mut random, range).into()).collect();
        assert!(numbers.iter().all(|number| (f64::from(range.0)..=f64::from(range.1)).contains(number)));
        let mean = |numbers: &[f64]| numbers.iter().sum::<f64>() / numbers.len() as f64;
        let squares: Vec<f64> = numbers.iter().map(|number| number * number).collect();
        (mean(&numbers), (mean(&squares) - mean(&numbers).powi(2)).sqrt())
    }

    #[test]
    fn bytes_are_normal_and_narrow_numbers_even() {
        let near = |(mean, deviation): (f64, f64), wanted: (f64, f64)| {
            (mean - wanted.0).abs() < 0.03 * wanted.1 && (deviation / wanted.1 - 1.0).abs() < 0.03
        };
        assert!(near(moments(activation, (-128, 127)), (0.0, 35.0)));
        assert!(near(moments(weight, (-128, 127)), (0.0, 20.0)));
        // Two thirds of a number of two bits are 1 or -1, so that its square is that in the mean.
        assert!(near(moments(weight, (-2, 1)), (0.0, (2.0_f64 / 3.0).sqrt())));
        assert!(near(moments(weight, (-1, 1)), (0.0, (2.0_f64 / 3.0).sqrt())));
        assert!(near(moments(activation, (0, 1)), (0.5, 0.5)));
        // Magnitudes of normal numbers of deviation 70.
        let expected = (70.0 * (2.0 / std::f64::consts::PI).sqrt(), 70.0 * (1.0 - 2.0 / std::f64::consts::PI).sqrt());
        assert!(near(moments(activation, (0, 255)), expected));
    }
}
