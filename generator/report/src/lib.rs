//! What a search found, what synthesis said to it and what the parts take, as one HTML file that needs no network.
//!
//! A [`Report`] is plain data: configurations with their quantities, the front among them, estimates beside
//! measurements, areas by part, a roofline. [`page`] puts it into one file together with the plotting library Apache
//! ECharts, whose text the caller hands in; the page draws, filters and sorts in the browser. [`plot::plots`] draws the same as
//! SVG for print.

mod content;
mod data;
mod page;
pub mod plot;

pub use data::{Better, Breakdown, Comparison, Group, Pair, Point, Quantity, Report, Roof, Roofline, Workload};
pub use page::page;
