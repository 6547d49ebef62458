//! Rooflines as SVG (Williams, Waterman and Patterson, Communications of the ACM 52(4), 2009).

use plotters::prelude::*;

/// One core under its roof.
pub struct Roof {
    /// For the legend.
    pub name: String,
    /// What the core computes where the weights are always there.
    pub peak_gops: f64,
    /// Operations for each byte of weights, and a second, of a token told.
    pub decode: (f64, f64),
    /// The same of a token read.
    pub prefill: (f64, f64),
}

/// The sides of the plot in pixels.
const SIDES: (u32, u32) = (880, 560);

/// How far axes go beyond what they show.
const MARGIN: f64 = 3.0;

/// Performance over operational intensity: a filled dot for tokens told, a ring for tokens read.
pub fn roofline(network: &str, bandwidth_gb_per_s: f64, roofs: &[Roof]) -> String {
    let mut text = String::new();
    // Drawing into a string does not fail, and a plot without roofs is empty.
    _ = draw(&mut text, network, bandwidth_gb_per_s, roofs);
    text
}

type Problem<'a> = DrawingAreaErrorKind<<SVGBackend<'a> as DrawingBackend>::ErrorType>;

fn draw<'a>(text: &'a mut String, network: &str, bandwidth: f64, roofs: &[Roof]) -> Result<(), Problem<'a>> {
    let points =
        || roofs.iter().flat_map(|roof| [roof.decode, roof.prefill, (roof.peak_gops / bandwidth, roof.peak_gops)]);
    let low = |of: fn((f64, f64)) -> f64| points().map(of).fold(f64::INFINITY, f64::min) / MARGIN;
    let high = |of: fn((f64, f64)) -> f64| points().map(of).fold(0.0, f64::max) * MARGIN;
    let (left, right) = (low(|point| point.0), high(|point| point.0));
    let (bottom, top) = (low(|point| point.1), high(|point| point.1));
    let area = SVGBackend::with_string(text, SIDES).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area)
        .caption(format!("{network}, {bandwidth} GB/s of weights"), ("sans-serif", 18))
        .margin(16)
        .x_label_area_size(44)
        .y_label_area_size(72)
        .build_cartesian_2d((left..right).log_scale(), (bottom..top).log_scale())?;
    let shown = |value: &f64| if *value < 10.0 { format!("{value}") } else { format!("{value:.0}") };
    chart
        .configure_mesh()
        .x_desc("operations for each byte of weights (ops/byte)")
        .y_desc("operations a second (GOPS)")
        .x_label_formatter(&shown)
        .y_label_formatter(&shown)
        .light_line_style(WHITE)
        .draw()?;
    for (position, roof) in roofs.iter().enumerate() {
        let color = Palette99::pick(position).mix(0.9);
        let ridge = roof.peak_gops / bandwidth;
        let line = [(left, left * bandwidth), (ridge, roof.peak_gops), (right, roof.peak_gops)];
        let label = format!("{}: {:.1} GOPS at most", roof.name, roof.peak_gops);
        let legend = move |(x, y)| Circle::new((x + 8, y), 4, color.filled());
        chart.draw_series(LineSeries::new(line, color))?.label(label).legend(legend);
        chart.draw_series([Circle::new(roof.prefill, 7, color)])?;
        chart.draw_series([Circle::new(roof.decode, 4, color.filled())])?;
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::LowerRight)
        .background_style(WHITE.mix(0.8))
        .border_style(BLACK.mix(0.3))
        .draw()?;
    area.present()
}
