//! Fits: the non-negative coefficients whose relative errors have the smallest sum of squares.

use crate::form::{FEATURES, Features, Form};
use crate::point::{Point, Quantity};
use crate::statistics::Comparison;
use crate::technology::FitStatistics;
use std::collections::BTreeMap;
use tritloom_hdl::{Design, Levels, Path, PathWeights};

/// Parts that points are divided into for cross-validation.
pub const FOLDS: usize = 5;

/// Keeps coefficients of what hardly occurs from growing; in units of a squared relative error.
const RIDGE: f64 = 1e-4;

/// Sweeps of coordinate descent: far beyond what the few dozen coefficients need.
const SWEEPS: usize = 1000;

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

/// A design with one of its quantities.
pub struct Row<'a, T> {
    family: Option<&'a str>,
    of: T,
    value: f64,
}

impl<T: Copy> Clone for Row<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Copy> Copy for Row<'_, T> {}

/// The points that have a quantity.
pub fn rows<'a>(points: &'a [Point], quantity: Quantity) -> Vec<Row<'a, &'a Features>> {
    let row = |point: &'a Point| {
        let value = *point.quantities.get(&quantity).filter(|value| **value > 0.0)?;
        Some(Row { family: point.family(), of: &point.features, value })
    };
    points.iter().filter_map(row).collect()
}

/// The points that have a delay, with their hardware.
pub fn subjects<'a>(points: &'a [Point], hardware: &[&'a Design]) -> Vec<Row<'a, &'a Design>> {
    let row = |(point, hardware): (&'a Point, &&'a Design)| {
        let value = *point.quantities.get(&Quantity::DelayPs)?;
        Some(Row { family: point.family(), of: *hardware, value })
    };
    points.iter().zip(hardware).filter_map(row).collect()
}

/// Coefficients, and by family what their sum is multiplied with.
pub struct Fitted {
    coefficients: Vec<f64>,
    pub factors: BTreeMap<String, f64>,
}

impl Fitted {
    /// The coefficients as a form.
    pub fn form(&self) -> Form {
        let mut coefficients: Features = [0.0; FEATURES];
        coefficients.iter_mut().zip(&self.coefficients).for_each(|(own, fitted)| *own = *fitted);
        Form { coefficients }
    }

    fn predict(&self, family: Option<&str>, features: &[f64]) -> f64 {
        let sum: f64 = self.coefficients.iter().zip(features).map(|(coefficient, feature)| coefficient * feature).sum();
        sum * family.and_then(|family| self.factors.get(family)).copied().unwrap_or(1.0)
    }
}

/// Turns of fitting coefficients and factors to one another.
const TURNS: usize = 4;

/// How many points of a family weigh as much as the assumption that its factor is 1.
const DOUBT: f64 = 1.0;

/// Fits coefficients and factors in turns.
fn fit(rows: &[(Option<&str>, Vec<f64>, f64)]) -> Fitted {
    let mut fitted = Fitted { coefficients: vec![], factors: BTreeMap::new() };
    for _ in 0..TURNS {
        let factor =
            |family: &Option<&str>| family.and_then(|family| fitted.factors.get(family)).copied().unwrap_or(1.0);
        let scaled: Vec<(Vec<f64>, f64)> =
            rows.iter().map(|(family, row, value)| (row.clone(), value / factor(family))).collect();
        fitted.coefficients = least_squares(&scaled);
        fitted.factors.clear();
        let mut ratios: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
        for (family, row, value) in rows {
            if let Some(family) = family {
                ratios.entry(family).or_default().push(value / fitted.predict(None, row));
            }
        }
        for (family, ratios) in ratios {
            let factor = (DOUBT + ratios.iter().sum::<f64>()) / (DOUBT + ratios.len() as f64);
            fitted.factors.insert(family.to_owned(), factor);
        }
    }
    fitted
}

/// The coefficients and factors of a sum over primitives that suit the points best.
pub fn sum(rows: &[Row<'_, &Features>]) -> Fitted {
    fit(&rows.iter().map(|row| (row.family, row.of.to_vec(), row.value)).collect::<Vec<_>>())
}

/// What the form says of points that it was not fitted to, fold by fold.
pub fn cross_validated(rows: &[Row<'_, &Features>]) -> Option<FitStatistics> {
    let pairs = folded(rows, |train, test| {
        let fitted = sum(train);
        test.iter().map(|row| (fitted.predict(row.family, row.of), row.value)).collect()
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

/// The weights under which the longest paths suit the measured delays best, and the families' factors: which path is
/// the longest depends on the weights, so both are found in turns.
pub fn paths(subjects: &[Row<'_, &Design>]) -> (PathWeights, BTreeMap<String, f64>) {
    let mut current = (first_weights(), BTreeMap::new());
    let mut best = (f64::INFINITY, current.clone());
    for _ in 0..ROUNDS {
        let found: Vec<Path> = subjects.iter().map(|row| row.of.longest_path(&current.0)).collect();
        let error: f64 = subjects
            .iter()
            .zip(&found)
            .map(|(row, path)| (path.length(&current.0) * factor(&current.1, row.family) / row.value - 1.0).abs())
            .sum();
        if error < best.0 {
            best = (error, current.clone());
        }
        current = fitted_weights(subjects, &found, &current.0);
    }
    best.1
}

fn factor(factors: &BTreeMap<String, f64>, family: Option<&str>) -> f64 {
    family.and_then(|family| factors.get(family)).copied().unwrap_or(1.0)
}

/// Something to begin with: every level alike.
fn first_weights() -> PathWeights {
    let mut weights = PathWeights { fan_out_doubling: 5.0, ..PathWeights::default() };
    weights.levels.iter_mut().for_each(|levels| *levels = Levels { count: 30.0, doublings: 10.0 });
    weights
}

/// What occurs on no path keeps the weight that it had: a weight of zero would hide it for ever.
fn fitted_weights(
    subjects: &[Row<'_, &Design>],
    paths: &[Path],
    old: &PathWeights,
) -> (PathWeights, BTreeMap<String, f64>) {
    let row = |path: &Path| -> Vec<f64> {
        let levels = path.levels.iter().flat_map(|levels| [levels.count, levels.doublings]);
        levels.chain([path.fan_out_doublings]).collect()
    };
    let rows: Vec<(Option<&str>, Vec<f64>, f64)> =
        subjects.iter().zip(paths).map(|(subject, path)| (subject.family, row(path), subject.value)).collect();
    let Fitted { coefficients, factors } = fit(&rows);
    let occurs = |column: usize| rows.iter().any(|(_, row, _)| row[column] > 0.0);
    let pick = |column: usize, old: f64| if occurs(column) { coefficients[column] } else { old };
    let weights = PathWeights {
        levels: std::array::from_fn(|kind| Levels {
            count: pick(2 * kind, old.levels[kind].count),
            doublings: pick(2 * kind + 1, old.levels[kind].doublings),
        }),
        fan_out_doubling: pick(FEATURES, old.fan_out_doubling),
    };
    (weights, factors)
}

/// What the weights say of designs that they were not fitted to, fold by fold.
pub fn cross_validated_delay(subjects: &[Row<'_, &Design>]) -> Option<FitStatistics> {
    let pairs = folded(subjects, |train, test| {
        let (weights, factors) = paths(train);
        let delay_ps =
            |row: &Row<'_, &Design>| row.of.longest_path(&weights).length(&weights) * factor(&factors, row.family);
        test.iter().map(|row| (delay_ps(row), row.value)).collect()
    });
    statistics(&pairs)
}
