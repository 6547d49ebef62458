//! Every step of `bit_weight`: ternary matrices and the classifier, whole products and digit by digit, on columns that wait
//! for one another.
//!
//! With TRITLOOM_WHOLE_MODEL all rows of all matrices pass every step and topology, which takes a quarter of an hour.

use super::layers::{self, Layer};
use super::{arrays, core, run, verilator_is_there};
use tritloom_workload::{MatrixId, Model};

/// Tokens of the story: of each matrix a run of as many rows as the array has, and one of fewer.
const TOKENS: usize = 3;
/// Outputs of a matrix that pass where not all do.
const OUTPUTS: usize = 12;
/// Each step, and the places that enter at once.
const STEPS: [(&str, &str); 6] =
    [("baseline", "2"), ("opt1", "2"), ("opt2", "4"), ("opt3", "4"), ("opt4c", "4"), ("opt4e", "16")];

/// Every ternary matrix, and the classifier, for which `None` stands. `whole` says which keep all of their outputs.
fn layers(model: &Model, whole: fn(Option<MatrixId>) -> bool) -> Vec<Layer> {
    let (mut layers, classifier) = layers::layers(model, TOKENS);
    layers.push(classifier);
    let ids = model.matrices().map(|(id, _)| Some(id)).chain([None]);
    let all = std::env::var("TRITLOOM_WHOLE_MODEL").is_ok();
    layers
        .iter_mut()
        .zip(ids)
        .filter(|(_, id)| !all && !whole(*id))
        .for_each(|(layer, _)| layer.weights.truncate(OUTPUTS));
    layers
}

/// Layers through an array of two rows and four columns.
fn pass(topology: &str, (step, depth): (&str, &str), layers: &[Layer]) {
    let shape = [("rows", "2"), ("columns", "4"), ("depth", depth), ("max_inner", "256")];
    let core = core("bit_weight", &[&[("topology", topology), ("step", step)], &shape[..]].concat());
    let geometry = core.0.matrix_product(&core.1).expect("an array");
    let layers: Vec<_> = layers.iter().map(|layer| ("plain", layer)).collect();
    let (inputs, results) = arrays::beats(&geometry, &layers);
    run(&core, inputs, results);
}

#[test]
fn real_layers_pass_every_step_exactly() {
    let Some(model) = layers::model().filter(|_| verilator_is_there()) else { return };
    let layers = layers(&model, |id| id.is_none_or(|id| id.layer == 0));
    STEPS.into_iter().for_each(|step| pass("broadcast", step, &layers));
}

#[test]
fn real_layers_pass_steps_of_other_topologies_exactly() {
    let Some(model) = layers::model().filter(|_| verilator_is_there()) else { return };
    let layers = layers(&model, |_| false);
    let serial = ["opt1", "opt3", "opt4c", "opt4e"];
    let all = STEPS.map(|(step, _)| step);
    for (topology, known) in [("draining", &serial[..]), ("output_stationary", &serial), ("weight_stationary", &all)] {
        let steps = STEPS.into_iter().filter(|(step, _)| known.contains(step));
        steps.for_each(|step| pass(topology, step, &layers));
    }
}
