//! Plots as SVG, for print: those of a report, and the charts that they are made of.

mod bars;
mod chart;
mod report;

pub use chart::{Axis, Chart, Series, charts, estimates};
pub use report::{Axes, Column, plots};

use plotters::coord::Shift;
use plotters::prelude::*;

type Problem<'a> = DrawingAreaErrorKind<<SVGBackend<'a> as DrawingBackend>::ErrorType>;
type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// Pixels from one line of a legend to the next.
const LEGEND_LINE: i32 = 20;

fn color(position: usize) -> RGBAColor {
    Palette99::pick(position).mix(0.8)
}

/// How wide a legend must be, in pixels; none without names.
fn legend_width<'a>(names: impl Iterator<Item = &'a str>) -> u32 {
    names.map(|name| 36 + 7 * name.chars().count() as u32).max().unwrap_or(0)
}

fn draw_legend<'a, 'n>(area: &Area<'a>, names: impl Iterator<Item = &'n str>) -> Result<(), Problem<'a>> {
    for (position, name) in names.enumerate() {
        let y = 60 + LEGEND_LINE * position as i32;
        area.draw(&Circle::new((8, y), 4, color(position).filled()))?;
        area.draw(&Text::new(name.to_owned(), (20, y - 7), ("sans-serif", 14)))?;
    }
    Ok(())
}

/// Three significant digits, or all of a whole number.
fn shown(value: &f64) -> String {
    if value.fract() == 0.0 || value.abs() >= 100.0 {
        return format!("{value:.0}");
    }
    let decimals = (2 - value.abs().log10().floor() as i32).max(0) as usize;
    let text = format!("{value:.decimals$}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
