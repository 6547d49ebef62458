//! The classifier bit by bit in several precisions, and ternary matrices as weights of 2 bits, from run to run; both by the
//! digits that are not zero.

use super::layers;
use super::{arrays, core, run, verilator_is_there};
use tritloom_datapath::{bit_serial, sparse_serial};

/// Rows of the classifier that pass: all would take minutes.
const CLASSIFIER_ROWS: usize = 256;

/// Bits of activations and of weights.
type Precision = (u32, u32);

#[test]
fn real_layers_are_multiplied_exactly_bit_by_bit() {
    let Some(model) = layers::model().filter(|_| verilator_is_there()) else { return };
    let (ternary, mut classifier) = layers::layers(&model, 2);
    classifier.weights.truncate(CLASSIFIER_ROWS);
    let sides: [(&str, &[Precision], &str); 3] = [
        ("weights", &[(8, 8), (8, 5), (8, 3)], "8x2"),
        ("activations", &[(8, 8), (5, 8), (1, 8)], "8x8"),
        ("both", &[(8, 8), (6, 5), (4, 4), (1, 3)], "8x2"),
    ];
    for (serial, precisions, ternary_precision) in sides {
        let narrowed: Vec<_> = precisions
            .iter()
            .map(|&(activation, weight)| (format!("{activation}x{weight}"), classifier.narrowed(activation, weight)))
            .collect();
        // A ternary matrix behind each precision of the classifier.
        let layers: Vec<_> = narrowed
            .iter()
            .zip(&ternary)
            .flat_map(|((mode, layer), ternary)| [(mode.as_str(), layer), (ternary_precision, ternary)])
            .collect();
        let settings = [("serial", serial), ("rows", "2"), ("columns", "8"), ("depth", "16"), ("max_inner", "256")];
        let core = core("bit_serial", &settings);
        let (inputs, results) = arrays::beats(&bit_serial::geometry(&core.1), &layers);
        run(&core, inputs, results);
    }
}

#[test]
fn real_layers_are_multiplied_exactly_by_digits_that_are_not_zero() {
    let Some(model) = layers::model().filter(|_| verilator_is_there()) else { return };
    let (ternary, mut classifier) = layers::layers(&model, 2);
    classifier.weights.truncate(CLASSIFIER_ROWS);
    let layers: Vec<_> = ternary.iter().take(4).chain([&classifier]).map(|layer| ("plain", layer)).collect();
    for serial in ["weights", "activations", "both"] {
        let core = core("sparse_serial", &[("serial", serial), ("rows", "2"), ("columns", "8"), ("depth", "4")]);
        let (inputs, results) = arrays::beats(&sparse_serial::geometry(&core.1), &layers);
        run(&core, inputs, results);
    }
}
