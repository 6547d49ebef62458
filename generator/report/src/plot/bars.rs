//! Bars that are stacked of parts.

use super::{LEGEND_LINE, Problem, color, draw_legend, legend_width, shown};
use crate::Breakdown;
use plotters::prelude::*;

/// Pixels of a bar with the room above it, and of all bars together.
const BAR: u32 = 26;
const WIDTH: u32 = 620;

/// Pixels above and below the bars: the caption, the axis.
const FRAME: u32 = 110;

/// A bar for each configuration, from left to right its parts, in `unit`.
pub fn bars(title: &str, unit: &str, breakdowns: &[Breakdown]) -> String {
    let mut text = String::new();
    // Drawing into a string does not fail, and a plot without bars is empty.
    _ = draw(&mut text, title, unit, breakdowns);
    text
}

/// Every part once, in the order in which it is first met; parts that take nothing anywhere are left out.
fn parts(breakdowns: &[Breakdown]) -> Vec<&str> {
    let mut names: Vec<&str> = vec![];
    for (name, amount) in breakdowns.iter().flat_map(|breakdown| &breakdown.parts) {
        if *amount > 0.0 && !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    names
}

fn draw<'a>(text: &'a mut String, title: &str, unit: &str, breakdowns: &[Breakdown]) -> Result<(), Problem<'a>> {
    let names = parts(breakdowns);
    let labels = legend_width(breakdowns.iter().map(|breakdown| breakdown.name.as_str()));
    let width = WIDTH + labels;
    let lines = LEGEND_LINE as u32 * names.len() as u32;
    let height = (FRAME + BAR * breakdowns.len() as u32).max(80 + lines);
    let legend = legend_width(names.iter().copied());
    let area = SVGBackend::with_string(text, (width + legend, height)).into_drawing_area();
    area.fill(&WHITE)?;
    let (bars, legend) = area.split_horizontally(width);
    let total = |breakdown: &Breakdown| breakdown.parts.iter().map(|part| part.1).sum::<f64>();
    let widest = breakdowns.iter().map(total).fold(0.0, f64::max) * 1.02;
    let count = breakdowns.len();
    let mut chart = ChartBuilder::on(&bars)
        .caption(title, ("sans-serif", 18))
        .margin(12)
        .x_label_area_size(44)
        .y_label_area_size(labels)
        .build_cartesian_2d(0.0..widest, (0..count).into_segmented())?;
    // The first bar is the upper one.
    let name = |position: &SegmentValue<usize>| match position {
        SegmentValue::CenterOf(place) if *place < count => breakdowns[count - 1 - place].name.clone(),
        _ => String::new(),
    };
    chart
        .configure_mesh()
        .disable_y_mesh()
        .x_desc(unit)
        .x_labels(6)
        .y_labels(count)
        .x_label_formatter(&shown)
        .y_label_formatter(&name)
        .light_line_style(WHITE)
        .draw()?;
    for (place, breakdown) in breakdowns.iter().rev().enumerate() {
        let mut start = 0.0;
        for (part, amount) in breakdown.parts.iter().filter(|part| part.1 > 0.0) {
            let position = names.iter().position(|name| name == part).unwrap_or(0);
            let corners = [(start, SegmentValue::Exact(place)), (start + amount, SegmentValue::Exact(place + 1))];
            let mut bar = Rectangle::new(corners, color(position).filled());
            bar.set_margin(3, 3, 0, 0);
            chart.draw_series([bar])?;
            start += amount;
        }
    }
    draw_legend(&legend, names.iter().copied())?;
    area.present()
}
