//! The classifier in 8 bits and fewer, and ternary matrices as weights of 2 bits, in modes that change from run to run.

use super::layers;
use super::{arrays, core, run, verilator_is_there};
use tritloom_datapath::bit_slice::geometry;

#[test]
fn real_layers_in_every_width_are_multiplied_exactly() {
    let Some(model) = layers::model().filter(|_| verilator_is_there()) else { return };
    let (ternary, classifier) = layers::layers(&model, 2);
    let widths = [("8x8", 8, 8), ("8x4", 8, 4), ("4x4", 4, 4), ("8x2", 8, 2), ("2x2", 2, 2)];
    let narrowed = widths.map(|(mode, activation, weight)| (mode, classifier.narrowed(activation, weight)));
    // A ternary matrix between two widths of the classifier.
    let pairs = ternary.chunks(ternary.len().div_ceil(widths.len())).zip(&narrowed);
    let layers: Vec<_> = pairs
        .flat_map(|(ternary, (mode, layer))| {
            std::iter::once((*mode, layer)).chain(ternary.iter().map(|layer| ("8x2", layer)))
        })
        .collect();
    for shift in ["gathered", "element"] {
        let settings = [("shift", shift), ("rows", "2"), ("columns", "8"), ("depth", "2"), ("max_inner", "256")];
        let core = core("bit_slice", &settings);
        let (inputs, results) = arrays::beats(&geometry(&core.1), &layers);
        run(&core, inputs, results);
    }
}

#[test]
fn signs_of_real_layers_are_multiplied_exactly_by_slices_of_a_bit() {
    let Some(model) = layers::model().filter(|_| verilator_is_there()) else { return };
    let (ternary, mut classifier) = layers::layers(&model, 2);
    classifier.weights.truncate(CLASSIFIER_ROWS);
    // The top bit of a signed number alone is its sign: minus one or zero.
    let [whole, signs, halves] = [(8, 8), (1, 1), (8, 1)].map(|(a, w)| (format!("{a}x{w}"), classifier.narrowed(a, w)));
    let ternary_signs: Vec<_> = ternary.iter().map(|layer| layer.narrowed(1, 1)).collect();
    let layers = [&whole, &signs, &halves, &signs].map(|(mode, layer)| (mode.as_str(), layer));
    let layers: Vec<_> = layers.into_iter().chain(ternary_signs.iter().map(|layer| ("1x1", layer))).collect();
    for shift in ["gathered", "element"] {
        let slices = [("activation_slice", "bits1"), ("weight_slice", "bits1")];
        let shape = [("shift", shift), ("rows", "2"), ("columns", "4"), ("depth", "1"), ("max_inner", "256")];
        let core = core("bit_slice", &[&slices[..], &shape[..]].concat());
        let (inputs, results) = arrays::beats(&geometry(&core.1), &layers);
        run(&core, inputs, results);
    }
}

/// Places of the inner dimension that share a zero point of the weights.
const GROUP: usize = 64;
/// Rows of the classifier that pass: all would take minutes.
const CLASSIFIER_ROWS: usize = 256;

#[test]
fn real_layers_with_a_zero_point_for_each_group_are_multiplied_exactly() {
    let Some(model) = layers::model().filter(|_| verilator_is_there()) else { return };
    let (_, mut classifier) = layers::layers(&model, 3);
    classifier.weights.truncate(CLASSIFIER_ROWS);
    for (activation_bits, weight_bits) in [(6, 6), (8, 2), (8, 4)] {
        let mode = format!("{activation_bits}x{weight_bits}");
        let groups = classifier.asymmetric_groups(GROUP, activation_bits, weight_bits);
        let layers: Vec<_> = groups.iter().map(|group| (mode.as_str(), group)).collect();
        let (activation_bits, weight_bits) = (activation_bits.to_string(), weight_bits.to_string());
        let settings = [
            ("zero_points", "true"),
            ("activation_slice", "bits1"),
            ("weight_slice", "bits1"),
            ("activation_bits", &activation_bits),
            ("weight_bits", &weight_bits),
            ("activation_sign", "unsigned"),
            ("weight_sign", "unsigned"),
            ("rows", "2"),
            ("columns", "8"),
            ("depth", "2"),
            ("max_inner", "256"),
        ];
        let core = core("bit_slice", &settings);
        let (inputs, results) = arrays::beats(&geometry(&core.1), &layers);
        run(&core, inputs, results);
    }
}
