//! Layers on arrays in which weights stay, in modes that change from run to run.

use super::layers::{self, Layer};
use super::{arrays, core, run, verilator_is_there};

/// Tokens of the story.
const TOKENS: usize = 5;
/// Rows of the classifier that pass bit by bit, or digit by digit, and ternary matrices: all would take minutes.
const CLASSIFIER_ROWS: usize = 256;
const TERNARY_MATRICES: usize = 8;

/// A mode, and the bits of its activations and weights.
type Precision = (&'static str, u32, u32);

/// Layers in modes, ternary matrices between some of the classifier, through an array of the family.
fn pass(family: &str, settings: &[(&str, &str)], layers: &[(&str, &Layer)]) {
    let shape = [("rows", "4"), ("columns", "8"), ("depth", "2"), ("max_inner", "256"), ("max_rows", "8")];
    let core = core(family, &[&[("topology", "weight_stationary")], &shape[..], settings].concat());
    let geometry = core.0.matrix_product(&core.1).expect("an array");
    let (inputs, results) = arrays::beats(&geometry, layers);
    run(&core, inputs, results);
}

/// The ternary matrices in a mode, between the classifier in others.
fn between<'l>(
    (mode, ternary): (&'l str, &'l [Layer]),
    classifiers: &'l [(&'l str, Layer)],
) -> Vec<(&'l str, &'l Layer)> {
    let parts = ternary.chunks(ternary.len().div_ceil(classifiers.len())).zip(classifiers);
    let part = |(ternary, (own, layer)): (&'l [Layer], &'l (&'l str, Layer))| {
        std::iter::once((*own, layer)).chain(ternary.iter().map(move |layer| (mode, layer)))
    };
    parts.flat_map(part).collect()
}

#[test]
fn real_layers_pass_booth_lanes_exactly_while_weights_stay() {
    let Some(model) = layers::model().filter(|_| verilator_is_there()) else { return };
    let (ternary, classifier) = layers::layers(&model, TOKENS);
    let classifiers = [("int8", 8), ("int4", 4)].map(|(mode, bits)| (mode, classifier.narrowed(8, bits)));
    let layers = between(("ternary", &ternary), &classifiers);
    pass("booth_flex", &[], &layers);
    let others = [("pipeline", "2"), ("accumulation", "carry_save"), ("recoding", "element")];
    pass("booth_flex", &others, &layers);
}

#[test]
fn real_layers_pass_slices_exactly_while_weights_stay() {
    let Some(model) = layers::model().filter(|_| verilator_is_there()) else { return };
    let (ternary, classifier) = layers::layers(&model, TOKENS);
    let widths = [("8x8", 8, 8), ("8x4", 8, 4), ("4x4", 4, 4), ("2x2", 2, 2)];
    let classifiers = widths.map(|(mode, activation, weight)| (mode, classifier.narrowed(activation, weight)));
    let layers = between(("8x2", &ternary), &classifiers);
    for shift in ["gathered", "element"] {
        pass("bit_slice", &[("shift", shift)], &layers);
    }
}

#[test]
fn real_layers_pass_bit_by_bit_exactly_while_weights_stay() {
    let Some(model) = layers::model().filter(|_| verilator_is_there()) else { return };
    let (mut ternary, mut classifier) = layers::layers(&model, TOKENS);
    ternary.truncate(TERNARY_MATRICES);
    classifier.weights.truncate(CLASSIFIER_ROWS);
    let sides: [(&str, &[Precision], &str); 3] = [
        ("weights", &[("8x8", 8, 8), ("8x5", 8, 5), ("8x1", 8, 1)], "8x2"),
        ("activations", &[("8x8", 8, 8), ("5x8", 5, 8), ("1x8", 1, 8)], "8x8"),
        ("both", &[("8x8", 8, 8), ("6x5", 6, 5), ("1x3", 1, 3)], "8x2"),
    ];
    for (serial, precisions, ternary_precision) in sides {
        let narrowed = |&(mode, activation, weight): &Precision| (mode, classifier.narrowed(activation, weight));
        let classifiers: Vec<_> = precisions.iter().map(narrowed).collect();
        pass("bit_serial", &[("serial", serial)], &between((ternary_precision, &ternary), &classifiers));
    }
}

#[test]
fn real_layers_pass_digit_by_digit_exactly_while_weights_stay() {
    let Some(model) = layers::model().filter(|_| verilator_is_there()) else { return };
    let (mut ternary, mut classifier) = layers::layers(&model, TOKENS);
    ternary.truncate(TERNARY_MATRICES);
    classifier.weights.truncate(CLASSIFIER_ROWS);
    let classifiers = [("int8", 8), ("int6", 6)].map(|(mode, bits)| (mode, classifier.narrowed(8, bits)));
    let layers = between(("int2", &ternary), &classifiers);
    for accumulation in ["resolved", "carry_save"] {
        pass("booth_flex_serial", &[("accumulation", accumulation)], &layers);
    }
}

#[test]
fn real_layers_pass_by_digits_of_vectors_that_are_not_zero_exactly_while_weights_stay() {
    let Some(model) = layers::model().filter(|_| verilator_is_there()) else { return };
    let (mut ternary, mut classifier) = layers::layers(&model, TOKENS);
    ternary.truncate(TERNARY_MATRICES);
    classifier.weights.truncate(CLASSIFIER_ROWS);
    let layers: Vec<_> = ternary.iter().chain([&classifier]).map(|layer| ("plain", layer)).collect();
    pass("sparse_serial", &[("serial", "activations")], &layers);
}
