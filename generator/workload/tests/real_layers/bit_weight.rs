//! Every step of `bit_weight`: ternary matrices and the classifier, whole products and digit by digit.

use super::layers::{self, Layer};
use super::{arrays, core, run, verilator_is_there};

/// Rows of a matrix that pass: all would take minutes.
const MATRIX_ROWS: usize = 12;

#[test]
fn real_layers_pass_every_step_exactly() {
    let Some(model) = layers::model().filter(|_| verilator_is_there()) else { return };
    let (mut ternary, mut classifier) = layers::layers(&model, 1);
    ternary.iter_mut().chain([&mut classifier]).for_each(|layer| layer.weights.truncate(MATRIX_ROWS));
    let layers: Vec<(&str, &Layer)> = ternary.iter().chain([&classifier]).map(|layer| ("plain", layer)).collect();
    let steps = [("baseline", "2"), ("opt1", "2"), ("opt2", "4"), ("opt3", "4"), ("opt4c", "4"), ("opt4e", "16")];
    for (step, depth) in steps {
        let core = core("bit_weight", &[("step", step), ("depth", depth), ("columns", "1")]);
        let geometry = core.0.matrix_product(&core.1).expect("an array");
        let (inputs, results) = arrays::beats(&geometry, &layers);
        run(&core, inputs, results);
    }
}
