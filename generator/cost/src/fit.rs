//! Fits: the non-negative coefficients whose relative errors are the smallest.

use crate::statistics::Comparison;
use crate::technology::FitStatistics;
use std::collections::BTreeMap;
use tritloom_hdl::{Design, Gate, GateWeights, Gates, Levels, PathWeights, Primitive};

/// Parts that points are divided into for cross-validation.
pub const FOLDS: usize = 5;

/// Keeps coefficients of what hardly occurs from growing; in units of a squared relative error.
const RIDGE: f64 = 1e-3;

/// Keeps coefficients that samples tell little of near those that are known already; in the same units.
const TRUST: f64 = 3e-3;

/// Sweeps of coordinate descent: far beyond what the few dozen coefficients need.
const SWEEPS: usize = 1000;

/// Rounds in which points far off count less than before.
const ROBUST_ROUNDS: usize = 3;

/// The same where nothing is measured: what is far off is rare, but no mistake.
const SAMPLE_ROUNDS: usize = 1;

/// Errors beyond so many median errors count by their magnitude, not its square (Huber 1964).
const FAR_OFF: f64 = 2.0;

/// Below this relative error none counts as far off.
const NEAR: f64 = 0.01;

/// What is counted, and the value that it has.
pub type Row = (Vec<f64>, f64);

/// What a row's counts amount to.
pub fn amount(coefficients: &[f64], counts: &[f64]) -> f64 {
    coefficients.iter().zip(counts).map(|(coefficient, count)| coefficient * count).sum()
}

/// Non-negative coefficients under which the relative errors of rows are small; a few rows may be far off.
pub fn robust(rows: &[Row]) -> Vec<f64> {
    let zeros = vec![0.0; rows.first().map_or(0, |(counts, _)| counts.len())];
    fitted(rows, &Pull { towards: &zeros, strength: RIDGE }, ROBUST_ROUNDS)
}

/// The same for samples of light syntheses, near coefficients that are `known` already.
pub fn near(known: &[f64], rows: &[Row]) -> Vec<f64> {
    fitted(rows, &Pull { towards: known, strength: TRUST }, SAMPLE_ROUNDS)
}

/// Where coefficients are drawn to.
struct Pull<'a> {
    towards: &'a [f64],
    /// In units of a squared relative error.
    strength: f64,
}

fn fitted(rows: &[Row], pull: &Pull, robust_rounds: usize) -> Vec<f64> {
    let mut weights = vec![1.0; rows.len()];
    let mut coefficients = least_squares(rows, &weights, pull);
    for _ in 0..robust_rounds {
        let errors: Vec<f64> =
            rows.iter().map(|(counts, value)| (amount(&coefficients, counts) / value - 1.0).abs()).collect();
        let far = FAR_OFF * f64::max(median(&errors), NEAR / FAR_OFF);
        weights.iter_mut().zip(&errors).for_each(|(weight, error)| *weight = f64::min(1.0, far / error));
        coefficients = least_squares(rows, &weights, pull);
    }
    coefficients
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(0.0)
}

/// Non-negative coefficients `c` that minimise the sum of `weight * (counts . c / value - 1)^2`; for what no row counts
/// those that they are drawn to.
fn least_squares(rows: &[Row], weights: &[f64], pull: &Pull) -> Vec<f64> {
    let mut coefficients = pull.towards.to_vec();
    let is_used = |column: &usize| rows.iter().any(|(counts, _)| counts[*column] > 0.0);
    let used: Vec<usize> = (0..coefficients.len()).filter(is_used).collect();
    let counted = |(counts, value): &Row| (used.iter().map(|column| counts[*column]).collect(), *value);
    let rows: Vec<Row> = rows.iter().map(counted).collect();
    let towards: Vec<f64> = used.iter().map(|column| pull.towards[*column]).collect();
    let fitted = least_squares_of_all(&rows, weights, &Pull { towards: &towards, ..*pull });
    used.iter().zip(fitted).for_each(|(column, fitted)| coefficients[*column] = fitted);
    coefficients
}

/// The same where every column counts something.
fn least_squares_of_all(rows: &[Row], weights: &[f64], pull: &Pull) -> Vec<f64> {
    let size = rows.first().map_or(0, |(counts, _)| counts.len());
    let scales = rows.iter().zip(weights).map(|((_, value), weight)| weight.sqrt() / value);
    let scales: Vec<f64> = scales.collect();
    let scaled: Vec<Vec<f64>> = rows
        .iter()
        .zip(&scales)
        .map(|((counts, _), scale)| counts.iter().map(|count| count * scale).collect())
        .collect();
    let norms: Vec<f64> =
        (0..size).map(|column| scaled.iter().map(|row| row[column] * row[column]).sum::<f64>().sqrt()).collect();
    let entry = |row: &[f64], column: usize| row[column] / norms[column];
    let product =
        |left: usize, right: usize| -> f64 { scaled.iter().map(|row| entry(row, left) * entry(row, right)).sum() };
    let matrix: Vec<Vec<f64>> = (0..size).map(|left| (0..size).map(|right| product(left, right)).collect()).collect();
    let target =
        |column: usize| scaled.iter().zip(weights).map(|(row, weight)| entry(row, column) * weight.sqrt()).sum();
    let target: Vec<f64> = (0..size).map(target).collect();
    let towards: Vec<f64> = pull.towards.iter().zip(&norms).map(|(value, norm)| value * norm).collect();
    let mut solution = towards.clone();
    for _ in 0..SWEEPS {
        for column in 0..size {
            let row = &matrix[column];
            let rest = amount(row, &solution) - row[column] * solution[column];
            let drawn = target[column] - rest + pull.strength * towards[column];
            solution[column] = f64::max(0.0, drawn / (row[column] + pull.strength));
        }
    }
    solution.iter().zip(&norms).map(|(value, norm)| value / norm).collect()
}

/// What the fit says of rows that it did not see, fold by fold.
pub fn cross_validated(rows: &[Row]) -> Option<FitStatistics> {
    let pairs = folded(rows, |train, test| {
        let coefficients = robust(train);
        test.iter().map(|(counts, value)| (amount(&coefficients, counts), *value)).collect()
    });
    statistics(&pairs)
}

/// The pairs of estimate and measurement of every fold, fitted to the others.
pub fn folded<T: Clone>(items: &[T], predict: impl Fn(&[T], &[T]) -> Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    let part = |fold: usize, inside: bool| -> Vec<T> {
        let positions = items.iter().enumerate();
        positions.filter(|(position, _)| (position % FOLDS == fold) == inside).map(|(_, item)| item.clone()).collect()
    };
    (0..FOLDS).flat_map(|fold| predict(&part(fold, false), &part(fold, true))).collect()
}

/// Statistics of pairs of estimate and measurement.
pub fn statistics(pairs: &[(f64, f64)]) -> Option<FitStatistics> {
    let Comparison { points, mean_error, worst_error, kendall, .. } = Comparison::new(pairs)?;
    Some(FitStatistics { points, folds: FOLDS, mean_error, worst_error, kendall })
}

/// Something with a longest path, which depends on what each of its parts takes.
pub trait Paths {
    /// Weights to begin with: something for every part.
    fn first() -> Vec<f64>;

    /// How often the longest path passes each part.
    fn longest(&self, weights: &[f64]) -> Vec<f64>;
}

impl Paths for Design {
    fn first() -> Vec<f64> {
        Primitive::ALL.iter().flat_map(|_| [30.0, 10.0]).chain([5.0]).collect()
    }

    fn longest(&self, weights: &[f64]) -> Vec<f64> {
        let path = self.longest_path(&path_weights(weights));
        path.levels.iter().flat_map(|levels| [levels.count, levels.doublings]).chain([path.fan_out_doublings]).collect()
    }
}

impl Paths for Gates {
    fn first() -> Vec<f64> {
        Gate::ALL.iter().map(|_| 20.0).chain([5.0]).collect()
    }

    fn longest(&self, weights: &[f64]) -> Vec<f64> {
        let path = self.longest_path(&gate_weights(weights));
        path.gates.into_iter().chain([path.fan_out_doublings]).collect()
    }
}

/// Weights of [`Design::longest_path`].
pub fn path_weights(weights: &[f64]) -> PathWeights {
    let levels = |kind: usize| Levels { count: weights[2 * kind], doublings: weights[2 * kind + 1] };
    PathWeights { levels: std::array::from_fn(levels), fan_out_doubling: weights[2 * Primitive::ALL.len()] }
}

/// The same as a list: what [`path_weights`] reads.
pub fn flat(weights: &PathWeights) -> Vec<f64> {
    let levels = weights.levels.iter().flat_map(|levels| [levels.count, levels.doublings]);
    levels.chain([weights.fan_out_doubling]).collect()
}

/// Weights of [`Gates::longest_path`].
pub fn gate_weights(weights: &[f64]) -> GateWeights {
    GateWeights { gates: std::array::from_fn(|kind| weights[kind]), fan_out_doublings: weights[Gate::ALL.len()] }
}

/// A design with its family and its delay.
pub type Timed<'a, T> = (Option<&'a str>, &'a T, f64);

/// Weights of parts of paths, and what the paths of families are multiplied with.
#[derive(Clone, Default)]
pub struct Delays {
    /// As the longest paths take them.
    pub weights: Vec<f64>,
    /// By family; 1 where there is none.
    pub factors: BTreeMap<String, f64>,
}

impl Delays {
    /// The delay of a design; that of its point does not matter.
    pub fn estimate<T: Paths>(&self, (family, design, _): &Timed<'_, T>) -> f64 {
        amount(&self.weights, &design.longest(&self.weights)) * self.factor(*family)
    }

    fn factor(&self, family: Option<&str>) -> f64 {
        family.and_then(|family| self.factors.get(family)).copied().unwrap_or(1.0)
    }

    /// How many points of a family weigh as much as the assumption that its factor is 1.
    const DOUBT: f64 = 1.0;

    fn fit_factors<T: Paths>(&mut self, subjects: &[Timed<'_, T>]) {
        self.factors.clear();
        let mut ratios: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
        for subject in subjects {
            if let Some(family) = subject.0 {
                ratios.entry(family).or_default().push(subject.2 / self.estimate(subject));
            }
        }
        for (family, ratios) in ratios {
            let factor = (Self::DOUBT + ratios.iter().sum::<f64>()) / (Self::DOUBT + ratios.len() as f64);
            self.factors.insert(family.to_owned(), factor);
        }
    }
}

/// Rounds of following the longest paths and fitting their weights anew.
const ROUNDS: usize = 8;

/// The weights under which the longest paths suit the measured delays best: which path is the longest depends on the
/// weights, so both are found in turns.
pub fn delays<T: Paths>(subjects: &[Timed<'_, T>]) -> Delays {
    let mut current = Delays { weights: T::first(), factors: BTreeMap::new() };
    let mut best = (f64::INFINITY, current.clone());
    for _ in 0..ROUNDS {
        let paths: Vec<Vec<f64>> = subjects.iter().map(|(_, design, _)| design.longest(&current.weights)).collect();
        let row =
            |(path, (family, _, value)): (&Vec<f64>, &Timed<'_, T>)| (path.clone(), value / current.factor(*family));
        let rows: Vec<Row> = paths.iter().zip(subjects).map(row).collect();
        let fitted = robust(&rows);
        // What occurs on no path keeps the weight that it had: a weight of zero would hide it for ever.
        let occurs = |column: usize| rows.iter().any(|(path, _)| path[column] > 0.0);
        let weights =
            (0..fitted.len()).map(|column| if occurs(column) { fitted[column] } else { current.weights[column] });
        current.weights = weights.collect();
        current.fit_factors(subjects);
        let error: f64 = subjects.iter().map(|subject| (current.estimate(subject) / subject.2 - 1.0).abs()).sum();
        if error < best.0 {
            best = (error, current.clone());
        }
    }
    best.1
}

/// The weights under which the longest paths suit the delays of samples best, near weights that are `known` already.
pub fn own_weights<T: Paths>(known: &[f64], samples: &[(&T, f64)]) -> Vec<f64> {
    let mut current = known.to_vec();
    let mut best = (f64::INFINITY, current.clone());
    for _ in 0..=ROUNDS {
        let rows: Vec<Row> = samples.iter().map(|(design, delay)| (design.longest(&current), *delay)).collect();
        let error: f64 = rows.iter().map(|(path, delay)| (amount(&current, path) / delay - 1.0).abs()).sum();
        if error < best.0 {
            best = (error, current);
        }
        current = near(known, &rows);
    }
    best.1
}

/// What the weights say of designs that they were not fitted to, fold by fold.
pub fn cross_validated_delays<T: Paths>(subjects: &[Timed<'_, T>]) -> Option<FitStatistics> {
    let pairs = folded(subjects, |train, test| {
        let fitted = delays(train);
        test.iter().map(|subject| (fitted.estimate(subject), subject.2)).collect()
    });
    statistics(&pairs)
}
