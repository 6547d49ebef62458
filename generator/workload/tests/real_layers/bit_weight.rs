//! The serial steps of `bit_weight`: ternary matrices and the classifier, digit by digit.

use super::layers::{self, Layer};
use super::{arrays, core, run, verilator_is_there};

/// Rows of a matrix that pass: all would take minutes.
const MATRIX_ROWS: usize = 12;

#[test]
fn real_layers_pass_digit_by_digit_exactly() {
    let Some(model) = layers::model().filter(|_| verilator_is_there()) else { return };
    let (mut ternary, mut classifier) = layers::layers(&model, 1);
    ternary.iter_mut().chain([&mut classifier]).for_each(|layer| layer.weights.truncate(MATRIX_ROWS));
    let layers: Vec<(&str, &Layer)> = ternary.iter().chain([&classifier]).map(|layer| ("plain", layer)).collect();
    for (step, depth) in [("opt3", "4"), ("opt4c", "4"), ("opt4e", "16")] {
        let core = core("bit_weight", &[("step", step), ("depth", depth), ("columns", "1")]);
        let geometry = core.0.matrix_product(&core.1).expect("an array");
        let (inputs, results) = arrays::beats(&geometry, &layers);
        run(&core, inputs, results);
    }
}
