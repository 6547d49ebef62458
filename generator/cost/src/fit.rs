//! Fits: the non-negative coefficients whose relative errors have the smallest sum of squares.

use crate::form::{FEATURES, Features, Form};
use crate::point::{Point, Quantity};
use crate::statistics::Comparison;
use crate::technology::FitStatistics;
use tritloom_hdl::{Design, Levels, Path, PathWeights};

/// Parts that points are divided into for cross-validation.
pub const FOLDS: usize = 5;

/// Keeps coefficients of what hardly occurs from growing; in units of a squared relative error.
const RIDGE: f64 = 1e-4;

/// Sweeps of coordinate descent: far beyond what the few dozen coefficients need.
const SWEEPS: usize = 4000;

/// Non-negative coefficients `c` that minimise the sum of `(row . c / value - 1)^2`.
pub fn least_squares(rows: &[(Vec<f64>, f64)]) -> Vec<f64> {
    let size = rows.first().map_or(0, |(row, _)| row.len());
    let scaled: Vec<Vec<f64>> = rows.iter().map(|(row, value)| row.iter().map(|x| x / value).collect()).collect();
    let norms: Vec<f64> =
        (0..size).map(|column| scaled.iter().map(|row| row[column] * row[column]).sum::<f64>().sqrt()).collect();
    let entry = |row: &[f64], column: usize| if norms[column] > 0.0 { row[column] / norms[column] } else { 0.0 };
    let product =
        |left: usize, right: usize| -> f64 { scaled.iter().map(|row| entry(row, left) * entry(row, right)).sum() };
    let matrix: Vec<Vec<f64>> = (0..size).map(|left| (0..size).map(|right| product(left, right)).collect()).collect();
    let target: Vec<f64> = (0..size).map(|column| scaled.iter().map(|row| entry(row, column)).sum()).collect();
    let mut solution = vec![0.0; size];
    for _ in 0..SWEEPS {
        for column in 0..size {
            let rest: f64 =
                (0..size).filter(|other| *other != column).map(|other| matrix[column][other] * solution[other]).sum();
            solution[column] = f64::max(0.0, (target[column] - rest) / (matrix[column][column] + RIDGE));
        }
    }
    solution.iter().zip(&norms).map(|(value, norm)| if *norm > 0.0 { value / norm } else { 0.0 }).collect()
}

/// The form of a quantity that suits the points best.
pub fn form(points: &[&Point], quantity: Quantity) -> Form {
    let rows: Vec<(Vec<f64>, f64)> = points
        .iter()
        .filter_map(|point| {
            Some((point.features.to_vec(), *point.quantities.get(&quantity).filter(|value| **value > 0.0)?))
        })
        .collect();
    let mut coefficients: Features = [0.0; FEATURES];
    coefficients.iter_mut().zip(least_squares(&rows)).for_each(|(own, fitted)| *own = fitted);
    Form { coefficients }
}

/// What the form says of points that it was not fitted to, fold by fold.
pub fn cross_validated(points: &[&Point], quantity: Quantity) -> Option<FitStatistics> {
    let known: Vec<(&Point, f64)> = points
        .iter()
        .filter_map(|point| Some((*point, *point.quantities.get(&quantity).filter(|value| **value > 0.0)?)))
        .collect();
    let pairs = folded(&known, |train, test| {
        let train: Vec<&Point> = train.iter().map(|(point, _)| *point).collect();
        let form = form(&train, quantity);
        test.iter().map(|(point, value)| (form.amount(&point.features), *value)).collect()
    });
    statistics(&pairs)
}

/// The pairs of estimate and measurement of every fold, fitted to the others.
fn folded<T: Copy>(items: &[T], predict: impl Fn(&[T], &[T]) -> Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    let part = |fold: usize, inside: bool| -> Vec<T> {
        let positions = items.iter().enumerate();
        positions.filter(|(position, _)| (position % FOLDS == fold) == inside).map(|(_, item)| *item).collect()
    };
    (0..FOLDS).flat_map(|fold| predict(&part(fold, false), &part(fold, true))).collect()
}

fn statistics(pairs: &[(f64, f64)]) -> Option<FitStatistics> {
    let Comparison { points, mean_error, worst_error, kendall, .. } = Comparison::new(pairs)?;
    Some(FitStatistics { points, folds: FOLDS, mean_error, worst_error, kendall })
}

/// Rounds of following the longest paths and fitting their weights anew.
const ROUNDS: usize = 6;

/// The weights under which the longest paths suit the measured delays best: which path is the longest depends on the
/// weights, so both are found in turns.
pub fn path_weights(subjects: &[(&Design, f64)]) -> PathWeights {
    let mut weights = first_weights();
    let mut best = (f64::INFINITY, weights);
    for _ in 0..ROUNDS {
        let paths: Vec<(Path, f64)> =
            subjects.iter().map(|(hardware, delay_ps)| (hardware.longest_path(&weights), *delay_ps)).collect();
        let errors = paths.iter().map(|(path, delay_ps)| (path.length(&weights) / delay_ps - 1.0).abs());
        let error = errors.sum::<f64>();
        if error < best.0 {
            best = (error, weights);
        }
        weights = fitted_weights(&paths, &weights);
    }
    best.1
}

/// Something to begin with: every level alike.
fn first_weights() -> PathWeights {
    let mut weights = PathWeights { fan_out_doubling: 5.0, ..PathWeights::default() };
    weights.levels.iter_mut().for_each(|levels| *levels = Levels { count: 30.0, doublings: 10.0 });
    weights
}

/// What occurs on no path keeps the weight that it had: a weight of zero would hide it for ever.
fn fitted_weights(paths: &[(Path, f64)], old: &PathWeights) -> PathWeights {
    let row = |path: &Path| -> Vec<f64> {
        let levels = path.levels.iter().flat_map(|levels| [levels.count, levels.doublings]);
        levels.chain([path.fan_out_doublings]).collect()
    };
    let rows: Vec<(Vec<f64>, f64)> = paths.iter().map(|(path, delay_ps)| (row(path), *delay_ps)).collect();
    let fitted = least_squares(&rows);
    let occurs = |column: usize| rows.iter().any(|(row, _)| row[column] > 0.0);
    let pick = |column: usize, old: f64| if occurs(column) { fitted[column] } else { old };
    PathWeights {
        levels: std::array::from_fn(|kind| Levels {
            count: pick(2 * kind, old.levels[kind].count),
            doublings: pick(2 * kind + 1, old.levels[kind].doublings),
        }),
        fan_out_doubling: pick(FEATURES, old.fan_out_doubling),
    }
}

/// What the weights say of designs that they were not fitted to, fold by fold.
pub fn cross_validated_delay(subjects: &[(&Design, f64)]) -> Option<FitStatistics> {
    let pairs = folded(subjects, |train, test| {
        let weights = path_weights(train);
        test.iter().map(|(hardware, delay_ps)| (hardware.longest_path(&weights).length(&weights), *delay_ps)).collect()
    });
    statistics(&pairs)
}
