//! Rooflines as SVG (Williams, Waterman and Patterson, Communications of the ACM 52(4), 2009).

use tritloom_report::plot::{Axis, Chart, Series, charts};

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

/// How far roofs go beyond what stands under them.
const MARGIN: f64 = 3.0;

/// Performance over operational intensity: a dot for tokens told, a ring for tokens read.
pub fn roofline(network: &str, bandwidth_gb_per_s: f64, roofs: &[Roof]) -> String {
    let ridge = |roof: &Roof| roof.peak_gops / bandwidth_gb_per_s;
    let intensities = || roofs.iter().flat_map(|roof| [roof.decode.0, roof.prefill.0, ridge(roof)]);
    let left = intensities().fold(f64::INFINITY, f64::min) / MARGIN;
    let right = intensities().fold(0.0, f64::max) * MARGIN;
    let series = roofs.iter().map(|roof| Series {
        name: format!("{}: {:.1} Gop/s at most", roof.name, roof.peak_gops),
        dots: vec![roof.decode],
        rings: vec![roof.prefill],
        line: vec![(left, left * bandwidth_gb_per_s), (ridge(roof), roof.peak_gops), (right, roof.peak_gops)],
    });
    let axis = |label: &str| Axis { label: label.into(), logarithmic: true };
    charts(&[Chart {
        title: format!("{network}, {bandwidth_gb_per_s} GB/s of weights"),
        horizontal: axis("operations for each byte of weights (ops/byte)"),
        vertical: axis("operations a second (Gop/s)"),
        series: series.collect(),
        guide: vec![],
    }])
}
