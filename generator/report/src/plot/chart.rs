//! Dots, rings and lines over two axes.

use super::{Area, Problem, color, draw_legend, legend_width, shown};
use crate::Comparison;
use plotters::coord::ranged1d::{AsRangedCoord, ValueFormatter};
use plotters::prelude::*;
use std::collections::BTreeSet;
use std::ops::Range;

/// What has one colour.
#[derive(Clone, Debug, Default)]
pub struct Series {
    /// For the legend.
    pub name: String,
    /// Filled dots.
    pub dots: Vec<(f64, f64)>,
    /// Rings around nothing, thinner than dots.
    pub rings: Vec<(f64, f64)>,
    /// A line from point to point.
    pub line: Vec<(f64, f64)>,
}

/// A side of a chart.
#[derive(Clone, Debug)]
pub struct Axis {
    /// What it shows, and in which unit.
    pub label: String,
    /// Where values are above zero and far from one another; others make it linear.
    pub logarithmic: bool,
}

/// A chart.
#[derive(Clone, Debug)]
pub struct Chart {
    /// Above it.
    pub title: String,
    /// From left to right.
    pub horizontal: Axis,
    /// Upwards.
    pub vertical: Axis,
    /// In an order that is the same in all charts side by side.
    pub series: Vec<Series>,
    /// A thin black line from point to point.
    pub guide: Vec<(f64, f64)>,
}

/// The sides of a chart in pixels.
const SIDES: (u32, u32) = (560, 500);

/// A logarithmic axis of less than this from end to end would have hardly a label.
const NARROW: f64 = 4.0;

/// More marks on an axis would crowd it.
const MOST_MARKS: usize = 9;

/// Charts side by side as one SVG; the legend, which is that of the first, stands beside them.
pub fn charts(charts: &[Chart]) -> String {
    let mut text = String::new();
    // Drawing into a string does not fail, and a chart without points is empty.
    _ = draw(&mut text, charts);
    text
}

/// Estimates on the horizontal, synthesis on the vertical axis, both logarithmic, with the line where both are equal;
/// `series` are families, which have the same colours in charts of the same ones.
pub fn estimates(comparison: &Comparison, families: &BTreeSet<&str>) -> Chart {
    let series = families.iter().map(|family| {
        let pairs = comparison.pairs.iter().filter(|pair| pair.family == *family);
        Series {
            name: (*family).to_owned(),
            dots: pairs.map(|pair| (pair.estimate, pair.measured)).collect(),
            ..Series::default()
        }
    });
    let values = || comparison.pairs.iter().flat_map(|pair| [pair.estimate, pair.measured]);
    let ends = [values().fold(f64::INFINITY, f64::min), values().fold(0.0, f64::max)];
    let unit = if comparison.unit.is_empty() { String::new() } else { format!(" ({})", comparison.unit) };
    let axis = |what: &str| Axis { label: format!("{what}{unit}"), logarithmic: true };
    Chart {
        title: comparison.quantity.clone(),
        horizontal: axis("estimate"),
        vertical: axis("synthesis"),
        series: series.collect(),
        guide: ends.map(|end| (end, end)).to_vec(),
    }
}

fn draw<'a>(text: &'a mut String, charts: &[Chart]) -> Result<(), Problem<'a>> {
    let width = SIDES.0 * charts.len() as u32;
    let names = || charts.first().into_iter().flat_map(|chart| &chart.series).map(|series| series.name.as_str());
    let area = SVGBackend::with_string(text, (width + legend_width(names()), SIDES.1)).into_drawing_area();
    area.fill(&WHITE)?;
    let (plots, legend) = area.split_horizontally(width);
    for (chart, area) in charts.iter().zip(plots.split_evenly((1, charts.len().max(1)))) {
        draw_scaled(&area, chart)?;
    }
    draw_legend(&legend, names())?;
    area.present()
}

fn draw_scaled<'a>(area: &Area<'a>, chart: &Chart) -> Result<(), Problem<'a>> {
    let (x, x_is_logarithmic) = range(chart, &chart.horizontal, |point| point.0);
    let (y, y_is_logarithmic) = range(chart, &chart.vertical, |point| point.1);
    let logarithmic = |range: Range<f64>| {
        let marks = marks(&range);
        range.log_scale().with_key_points(marks)
    };
    match (x_is_logarithmic, y_is_logarithmic) {
        (false, false) => draw_chart(area, chart, x, y),
        (false, true) => draw_chart(area, chart, x, logarithmic(y)),
        (true, false) => draw_chart(area, chart, logarithmic(x), y),
        (true, true) => draw_chart(area, chart, logarithmic(x), logarithmic(y)),
    }
}

/// What a logarithmic axis is marked with: 1, 2 and 5 of each power of ten, or where these are too many every power, or
/// every so many of them.
fn marks(range: &Range<f64>) -> Vec<f64> {
    let [first, last] = [range.start, range.end].map(|end| end.log10().floor() as i32);
    let powers = |steps: &[f64], stride: usize| -> Vec<f64> {
        let all =
            (first..=last).step_by(stride).flat_map(|power| steps.iter().map(move |step| step * 10f64.powi(power)));
        all.filter(|mark| range.contains(mark)).collect()
    };
    let fine = powers(&[1.0, 2.0, 5.0], 1);
    if fine.len() <= MOST_MARKS { fine } else { powers(&[1.0], ((last - first) as usize).div_ceil(MOST_MARKS).max(1)) }
}

/// What an axis shows, with room at both ends, and whether logarithmically.
fn range(chart: &Chart, axis: &Axis, of: fn(&(f64, f64)) -> f64) -> (Range<f64>, bool) {
    let series = chart.series.iter().flat_map(|series| [&series.dots, &series.rings, &series.line]);
    let values = || series.clone().chain([&chart.guide]).flatten().map(of);
    let (low, high) = (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max));
    if axis.logarithmic && low > 0.0 && high > NARROW * low {
        return (low / 1.2..high * 1.2, true);
    }
    let room = if high > low { (high - low) / 20.0 } else { high.abs().max(1.0) / 20.0 };
    // A quantity that is never negative starts at zero where that is near.
    let start = if low >= 0.0 && low < 0.5 * high { 0.0 } else { low - room };
    (start..high + room, false)
}

fn draw_chart<'a, X, Y>(area: &Area<'a>, chart: &Chart, x: X, y: Y) -> Result<(), Problem<'a>>
where
    X: AsRangedCoord<Value = f64>,
    X::CoordDescType: ValueFormatter<f64>,
    Y: AsRangedCoord<Value = f64>,
    Y::CoordDescType: ValueFormatter<f64>,
{
    let mut plot = ChartBuilder::on(area)
        .caption(&chart.title, ("sans-serif", 18))
        .margin(12)
        .x_label_area_size(44)
        .y_label_area_size(72)
        .build_cartesian_2d(x, y)?;
    plot.configure_mesh()
        .x_desc(&chart.horizontal.label)
        .y_desc(&chart.vertical.label)
        .x_labels(6)
        .y_labels(6)
        .x_label_formatter(&shown)
        .y_label_formatter(&shown)
        .light_line_style(WHITE)
        .draw()?;
    plot.draw_series(LineSeries::new(chart.guide.iter().copied(), BLACK.mix(0.5)))?;
    for (position, series) in chart.series.iter().enumerate() {
        let color = color(position);
        plot.draw_series(series.rings.iter().map(|point| Circle::new(*point, 5, color)))?;
        plot.draw_series(LineSeries::new(series.line.iter().copied(), color))?;
        plot.draw_series(series.dots.iter().map(|point| Circle::new(*point, 4, color.filled())))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_logarithmic_axis_has_marks_enough_and_not_too_many() {
        assert_eq!(marks(&(30.0..260.0)), [50.0, 100.0, 200.0]);
        assert_eq!(marks(&(100.0..2600.0)), [100.0, 200.0, 500.0, 1000.0, 2000.0]);
        assert_eq!(marks(&(3.0..40_000.0)), [10.0, 100.0, 1000.0, 10_000.0]);
        assert_eq!(marks(&(0.5..3.0)), [0.5, 1.0, 2.0]);
        assert_eq!(marks(&(1e-3..1e17)).len(), 7);
    }
}
