//! How well estimates agree with measurements.

/// Estimates beside measurements.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Comparison {
    /// How many.
    pub points: usize,
    /// The mean of the relative errors' magnitudes.
    pub mean_error: f64,
    /// The largest magnitude of a relative error.
    pub worst_error: f64,
    /// The mean relative error: positive where estimates are too large.
    pub bias: f64,
    /// Kendall's rank correlation.
    pub kendall: f64,
}

impl Comparison {
    /// Compares pairs of estimate and measurement; `None` without any pair.
    pub fn new(pairs: &[(f64, f64)]) -> Option<Comparison> {
        if pairs.is_empty() {
            return None;
        }
        let errors: Vec<f64> = pairs.iter().map(|(estimate, measured)| estimate / measured - 1.0).collect();
        let count = pairs.len() as f64;
        Some(Comparison {
            points: pairs.len(),
            mean_error: errors.iter().map(|error| error.abs()).sum::<f64>() / count,
            worst_error: errors.iter().fold(0.0, |worst, error| f64::max(worst, error.abs())),
            bias: errors.iter().sum::<f64>() / count,
            kendall: kendall(pairs),
        })
    }
}

/// Kendall's tau-b: 1 where both orders agree on every pair, -1 where they disagree on every pair.
pub fn kendall(pairs: &[(f64, f64)]) -> f64 {
    let (mut agreement, mut left_apart, mut right_apart) = (0.0, 0.0, 0.0);
    for (position, one) in pairs.iter().enumerate() {
        for other in &pairs[..position] {
            let sign = |difference: f64| if difference == 0.0 { 0.0 } else { difference.signum() };
            let (left, right) = (sign(one.0 - other.0), sign(one.1 - other.1));
            agreement += left * right;
            left_apart += left * left;
            right_apart += right * right;
        }
    }
    if left_apart == 0.0 || right_apart == 0.0 { 0.0 } else { agreement / f64::sqrt(left_apart * right_apart) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_agree_disagree_or_tie() {
        assert_eq!(kendall(&[(1.0, 10.0), (2.0, 20.0), (3.0, 30.0)]), 1.0);
        assert_eq!(kendall(&[(1.0, 30.0), (2.0, 20.0), (3.0, 10.0)]), -1.0);
        // Two pairs agree, one disagrees.
        assert!((kendall(&[(1.0, 1.0), (2.0, 3.0), (3.0, 2.0)]) - 1.0 / 3.0).abs() < 1e-12);
        assert_eq!(kendall(&[(1.0, 5.0), (1.0, 6.0)]), 0.0);
    }

    #[test]
    fn errors_are_relative_to_the_measurement() {
        let comparison = Comparison::new(&[(110.0, 100.0), (40.0, 50.0)]).expect("pairs");
        assert!((comparison.mean_error - 0.15).abs() < 1e-12 && (comparison.worst_error - 0.2).abs() < 1e-12);
        assert!((comparison.bias + 0.05).abs() < 1e-12);
        assert_eq!(Comparison::new(&[]), None);
    }
}
