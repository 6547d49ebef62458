//! The serial BoothFlex: ternary matrices in one cycle a weight, the classifier in int8.

use super::layers::{self, Layer};
use super::{arrays, core, run, verilator_is_there};
use tritloom_datapath::booth_flex_serial::geometry;

/// Rows of the classifier that pass: all would take minutes.
const CLASSIFIER_ROWS: usize = 256;

#[test]
fn real_layers_of_two_widths_follow_one_another_exactly() {
    let Some(model) = layers::model().filter(|_| verilator_is_there()) else { return };
    let (ternary, mut classifier) = layers::layers(&model, 4);
    classifier.weights.truncate(CLASSIFIER_ROWS);
    let mut layers: Vec<(&str, &Layer)> = ternary.iter().map(|layer| ("int2", layer)).collect();
    layers.push(("int8", &classifier));
    for zero_digits in ["worked", "skipped"] {
        let core = core("booth_flex_serial", &[("zero_digits", zero_digits), ("depth", "4")]);
        let (inputs, results) = arrays::beats(&geometry(&core.1), &layers);
        run(&core, inputs, results);
    }
}
