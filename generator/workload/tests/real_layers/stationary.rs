//! Layers on arrays in which weights stay, in modes that change from run to run.

use super::layers::{self, Layer};
use super::{arrays, core, run, verilator_is_there};

/// Tokens of the story.
const TOKENS: usize = 5;

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
