//! Scatter plots as SVG.

use plotters::coord::Shift;
use plotters::prelude::*;
use std::ops::Range;

/// Points of one colour: (estimate, measurement).
pub struct Series {
    /// For the legend.
    pub name: String,
    /// Positive.
    pub points: Vec<(f64, f64)>,
}

/// One of the plots side by side.
pub struct Panel {
    /// What made the estimates.
    pub caption: String,
    /// In an order that is the same in all panels.
    pub series: Vec<Series>,
}

/// The sides of a panel, and the width of the legend, in pixels.
const PANEL: (u32, u32) = (520, 500);
const LEGEND: u32 = 170;

/// Estimates on the horizontal, synthesis on the vertical axis, both logarithmic in `unit`, with the line where both are
/// equal; the legend stands beside the plots.
pub fn scatter(title: &str, unit: &str, panels: &[Panel]) -> String {
    let mut text = String::new();
    // Drawing into a string does not fail, and a plot without points is empty.
    _ = draw(&mut text, title, unit, panels);
    text
}

type Problem<'a> = DrawingAreaErrorKind<<SVGBackend<'a> as DrawingBackend>::ErrorType>;
type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

fn draw<'a>(text: &'a mut String, title: &str, unit: &str, panels: &[Panel]) -> Result<(), Problem<'a>> {
    let width = PANEL.0 * panels.len() as u32;
    let area = SVGBackend::with_string(text, (width + LEGEND, PANEL.1)).into_drawing_area();
    area.fill(&WHITE)?;
    let (plots, legend) = area.split_horizontally(width);
    let range = range(panels);
    for (panel, area) in panels.iter().zip(plots.split_evenly((1, panels.len().max(1)))) {
        draw_panel(&area, &format!("{title}: {}", panel.caption), unit, panel, &range)?;
    }
    for (position, series) in panels.first().iter().flat_map(|panel| &panel.series).enumerate() {
        let y = 60 + 20 * position as i32;
        legend.draw(&Circle::new((8, y), 4, color(position).filled()))?;
        legend.draw(&Text::new(series.name.clone(), (20, y - 7), ("sans-serif", 14)))?;
    }
    area.present()
}

fn range(panels: &[Panel]) -> Range<f64> {
    let points = panels.iter().flat_map(|panel| &panel.series).flat_map(|series| &series.points);
    let values: Vec<f64> = points.flat_map(|point| [point.0, point.1]).collect();
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    low / 1.2..values.iter().copied().fold(0.0, f64::max) * 1.2
}

fn color(position: usize) -> RGBAColor {
    Palette99::pick(position).mix(0.8)
}

fn draw_panel<'a>(
    area: &Area<'a>,
    caption: &str,
    unit: &str,
    panel: &Panel,
    range: &Range<f64>,
) -> Result<(), Problem<'a>> {
    let mut chart = ChartBuilder::on(area)
        .caption(caption, ("sans-serif", 18))
        .margin(12)
        .x_label_area_size(44)
        .y_label_area_size(64)
        .build_cartesian_2d(range.clone().log_scale(), range.clone().log_scale())?;
    let (horizontal, vertical) = (format!("estimate ({unit})"), format!("synthesis ({unit})"));
    let shown = |value: &f64| format!("{value:.0}");
    chart
        .configure_mesh()
        .x_desc(horizontal)
        .y_desc(vertical)
        .x_labels(4)
        .y_labels(4)
        .x_label_formatter(&shown)
        .y_label_formatter(&shown)
        .light_line_style(WHITE)
        .draw()?;
    chart.draw_series(LineSeries::new([(range.start, range.start), (range.end, range.end)], BLACK.mix(0.5)))?;
    for (position, series) in panel.series.iter().enumerate() {
        chart.draw_series(series.points.iter().map(|point| Circle::new(*point, 4, color(position).filled())))?;
    }
    Ok(())
}
