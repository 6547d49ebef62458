//! Scatter plots as SVG.

use plotters::prelude::*;

/// Points of one colour: (estimate, measurement).
pub struct Series {
    /// For the legend.
    pub name: String,
    /// Positive.
    pub points: Vec<(f64, f64)>,
}

/// The side of a plot in pixels.
const SIDE: (u32, u32) = (720, 640);

/// Estimates on the horizontal, measurements on the vertical axis, both logarithmic, with the line where both are equal.
pub fn scatter(caption: &str, horizontal: &str, vertical: &str, series: &[Series]) -> String {
    let mut text = String::new();
    // Drawing into a string does not fail, and a plot without points is empty.
    _ = draw(&mut text, caption, (horizontal, vertical), series);
    text
}

type Drawing<'a> = Result<(), DrawingAreaErrorKind<<SVGBackend<'a> as DrawingBackend>::ErrorType>>;

fn draw<'a>(text: &'a mut String, caption: &str, axes: (&str, &str), series: &[Series]) -> Drawing<'a> {
    let values = || series.iter().flat_map(|series| &series.points).flat_map(|point| [point.0, point.1]);
    let low = values().fold(f64::INFINITY, f64::min) / 1.2;
    let high = values().fold(0.0, f64::max) * 1.2;
    let area = SVGBackend::with_string(text, SIDE).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area)
        .caption(caption, ("sans-serif", 20))
        .margin(16)
        .x_label_area_size(48)
        .y_label_area_size(72)
        .build_cartesian_2d((low..high).log_scale(), (low..high).log_scale())?;
    chart.configure_mesh().x_desc(axes.0).y_desc(axes.1).light_line_style(WHITE).draw()?;
    chart.draw_series(LineSeries::new([(low, low), (high, high)], BLACK.mix(0.5)))?;
    for (position, series) in series.iter().enumerate() {
        let color = Palette99::pick(position).mix(0.8);
        let dots = series.points.iter().map(|point| Circle::new(*point, 4, color.filled()));
        let legend = move |(x, y)| Circle::new((x + 8, y), 4, color.filled());
        chart.draw_series(dots)?.label(&series.name).legend(legend);
    }
    let labels =
        chart.configure_series_labels().position(SeriesLabelPosition::UpperLeft).border_style(BLACK.mix(0.3)).draw();
    labels?;
    area.present()
}
