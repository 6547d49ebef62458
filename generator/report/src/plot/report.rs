//! The plots of a report.

use super::bars::bars;
use super::{Axis, Chart, Series, charts, estimates};
use crate::{Better, Comparison, Group, Point, Report, Roofline};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Something that a configuration has a value of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Column {
    /// The quantity of this place.
    Quantity(usize),
    /// The parameter of this name.
    Parameter(String),
}

/// What the plot of the configurations shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Axes {
    /// From left to right.
    pub horizontal: Column,
    /// Upwards.
    pub vertical: Column,
    /// What has a colour of its own for each value; the family where there is none.
    pub color: Option<Column>,
}

/// Values whose largest is so many times the smallest are drawn logarithmically.
const WIDE: f64 = 20.0;

/// Files by name: `configurations.svg`, `estimates.svg`, `parts.svg`, `roofline.svg`, each where there is something to show.
pub fn plots(report: &Report, axes: &Axes) -> BTreeMap<&'static str, String> {
    let mut files = BTreeMap::new();
    if report.points() > 0 {
        files.insert("configurations.svg", charts(&[configurations(report, axes)]));
    }
    if !report.comparisons.is_empty() {
        files.insert("estimates.svg", charts(&compared(&report.comparisons)));
    }
    if let Some(first) = report.breakdowns.first() {
        let title = format!("{}: area by part", report.title);
        files.insert("parts.svg", bars(&title, &first.unit, &report.breakdowns));
    }
    if let Some(roofline) = &report.roofline {
        files.insert("roofline.svg", charts(&[under_roofs(roofline)]));
    }
    files
}

impl Report {
    /// A quantity by its name, or a parameter that some configuration sets.
    pub fn column(&self, name: &str) -> Option<Column> {
        let quantity = self.quantities.iter().position(|quantity| quantity.name == name).map(Column::Quantity);
        let parameters = self.groups.iter().flat_map(|group| &group.parameters);
        quantity.or_else(|| parameters.into_iter().find(|other| *other == name).cloned().map(Column::Parameter))
    }

    /// The names of all columns: quantities, then parameters.
    pub fn columns(&self) -> Vec<&str> {
        let parameters: BTreeSet<&str> =
            self.groups.iter().flat_map(|group| &group.parameters).map(String::as_str).collect();
        self.quantities.iter().map(|quantity| quantity.name.as_str()).chain(parameters).collect()
    }

    /// How many configurations have a number in all of these columns: what an axis is of is no word.
    pub fn placed(&self, columns: &[&Column]) -> usize {
        let placed = |group: &Group| {
            let has_all = |point: &&Point| columns.iter().all(|column| column.number(group, point).is_some());
            group.points.iter().filter(has_all).count()
        };
        self.groups.iter().map(placed).sum()
    }

    /// A column as the command line names it.
    pub fn name_of<'a>(&'a self, column: &'a Column) -> &'a str {
        match column {
            Column::Quantity(place) => &self.quantities[*place].name,
            Column::Parameter(name) => name,
        }
    }
}

impl Column {
    /// `None` where a configuration has no such value, or a word.
    fn number(&self, group: &Group, point: &Point) -> Option<f64> {
        match self {
            Column::Quantity(place) => point.values.get(*place).copied().flatten(),
            Column::Parameter(_) => self.value(group, point)?.as_f64(),
        }
    }

    fn value(&self, group: &Group, point: &Point) -> Option<Value> {
        match self {
            Column::Quantity(place) => point.values.get(*place).copied().flatten().map(Value::from),
            Column::Parameter(name) => {
                let place = group.parameters.iter().position(|parameter| parameter == name)?;
                point.parameters.get(place).cloned()
            }
        }
    }

    /// The name of the series that a configuration belongs to.
    fn label(&self, report: &Report, group: &Group, point: &Point) -> String {
        let value = match self.value(group, point) {
            Some(Value::String(word)) => word,
            Some(value) => value.to_string(),
            None => "without".to_owned(),
        };
        format!("{} {value}", report.name_of(self))
    }

    fn better(&self, report: &Report) -> Option<Better> {
        match self {
            Column::Quantity(place) => report.quantities[*place].better,
            Column::Parameter(_) => None,
        }
    }
}

/// The front as dots, all else as rings, and the staircase of what is best in both where both have a better side.
fn configurations(report: &Report, axes: &Axes) -> Chart {
    let mut series: Vec<Series> = vec![];
    for group in &report.groups {
        for point in &group.points {
            let place = (axes.horizontal.number(group, point), axes.vertical.number(group, point));
            let (Some(x), Some(y)) = place else { continue };
            let color = axes.color.as_ref().map(|color| color.label(report, group, point));
            let name = color.unwrap_or_else(|| group.family.clone());
            let position = series.iter().position(|one| one.name == name).unwrap_or_else(|| {
                series.push(Series { name, ..Series::default() });
                series.len() - 1
            });
            let points = if point.front { &mut series[position].dots } else { &mut series[position].rings };
            points.push((x, y));
        }
    }
    let points = || series.iter().flat_map(|series| series.dots.iter().chain(&series.rings)).copied();
    let guide = match (axes.horizontal.better(report), axes.vertical.better(report)) {
        (Some(x), Some(y)) => staircase(points().collect(), x, y),
        _ => vec![],
    };
    let axis = |column: &Column, of: fn((f64, f64)) -> f64| {
        let (low, high) =
            points().map(of).fold((f64::INFINITY, 0.0_f64), |(low, high), value| (low.min(value), high.max(value)));
        Axis { label: report.name_of(column).to_owned(), logarithmic: high > WIDE * low }
    };
    let (horizontal, vertical) = (axis(&axes.horizontal, |point| point.0), axis(&axes.vertical, |point| point.1));
    Chart { title: report.title.clone(), horizontal, vertical, series, guide }
}

/// What is best in both, in steps.
fn staircase(mut points: Vec<(f64, f64)>, x: Better, y: Better) -> Vec<(f64, f64)> {
    let sign = |better| if better == Better::Low { 1.0 } else { -1.0 };
    let (x, y) = (sign(x), sign(y));
    points.sort_by(|one, other| (x * one.0).total_cmp(&(x * other.0)).then((y * one.1).total_cmp(&(y * other.1))));
    let mut steps: Vec<(f64, f64)> = vec![];
    for point in points {
        match steps.last().copied() {
            Some(last) if y * point.1 >= y * last.1 => {}
            Some(last) => steps.extend([(point.0, last.1), point]),
            None => steps.push(point),
        }
    }
    steps
}

fn compared(comparisons: &[Comparison]) -> Vec<Chart> {
    let pairs = comparisons.iter().flat_map(|comparison| &comparison.pairs);
    let families: BTreeSet<&str> = pairs.map(|pair| pair.family.as_str()).collect();
    comparisons.iter().map(|comparison| estimates(comparison, &families)).collect()
}

/// What each configuration attains, and the first memory's roof above it.
fn under_roofs(roofline: &Roofline) -> Chart {
    let mut series: Vec<Series> = vec![];
    let bandwidth = roofline.roofs.first().map_or(f64::INFINITY, |roof| roof.bandwidth_gb_per_s);
    for workload in &roofline.workloads {
        let attained = workload.peak_gop_per_s.min(bandwidth * workload.operations_a_byte);
        let position = series.iter().position(|one| one.name == workload.family).unwrap_or_else(|| {
            series.push(Series { name: workload.family.clone(), ..Series::default() });
            series.len() - 1
        });
        series[position].dots.push((workload.operations_a_byte, attained));
    }
    let intensity = || roofline.workloads.iter().map(|workload| workload.operations_a_byte);
    let ends = [intensity().fold(f64::INFINITY, f64::min) / 2.0, intensity().fold(0.0, f64::max) * 2.0];
    let roof = ends.map(|end| (end, bandwidth * end));
    Chart {
        title: roofline.title.clone(),
        horizontal: Axis { label: "operations for each byte of weights (ops/byte)".into(), logarithmic: true },
        vertical: Axis { label: "operations a second (Gop/s)".into(), logarithmic: true },
        series,
        guide: if bandwidth.is_finite() { roof.to_vec() } else { vec![] },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_staircase_joins_what_is_best_in_both() {
        let points = vec![(3.0, 1.0), (1.0, 4.0), (2.0, 5.0), (2.0, 2.0), (4.0, 3.0)];
        assert_eq!(
            staircase(points, Better::Low, Better::Low),
            [(1.0, 4.0), (2.0, 4.0), (2.0, 2.0), (3.0, 2.0), (3.0, 1.0)]
        );
        assert_eq!(
            staircase(vec![(1.0, 1.0), (2.0, 2.0)], Better::Low, Better::High),
            [(1.0, 1.0), (2.0, 1.0), (2.0, 2.0)]
        );
    }
}
