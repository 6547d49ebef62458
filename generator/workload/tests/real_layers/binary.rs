//! Signs of a layer's weights and activations: what a binarised layer would hold.

use super::layers::{self, Layer};
use super::{core, run, verilator_is_there};
use tritloom_datapath::binary::beats::{self, Job};
use tritloom_datapath::binary::{Outcome, shape};

/// A zero counts as positive.
fn signs(values: &[i32]) -> Vec<i8> {
    values.iter().map(|&value| if value < 0 { -1 } else { 1 }).collect()
}

/// One job for each vector of activations; half of the places must agree.
fn jobs(layer: &Layer) -> Vec<Job> {
    let weights: Vec<Vec<i8>> = layer.weights.iter().map(|row| signs(row)).collect();
    let thresholds = vec![layer.weights[0].len() as u64 / 2; weights.len()];
    let job = |x: &Vec<i32>| Job { activations: signs(x), weights: weights.clone(), thresholds: thresholds.clone() };
    layer.activations.iter().map(job).collect()
}

#[test]
fn signs_of_real_layers_meet_exactly() {
    let Some(model) = layers::model().filter(|_| verilator_is_there()) else { return };
    let (mut layers, classifier) = layers::layers(&model, 4);
    layers.push(classifier);
    let jobs: Vec<Job> = layers.iter().flat_map(jobs).collect();
    for result in ["dot_product", "distance", "threshold"] {
        let core = core("binary", &[("result", result), ("width", "128"), ("columns", "16")]);
        let shape = shape(&core.1);
        let beats = |of: &dyn Fn(&Job) -> Vec<_>| jobs.iter().flat_map(of).collect::<Vec<_>>();
        let mut inputs = vec![
            beats(&|job| vec![beats::run(&shape, job)]),
            beats(&|job| beats::activations(&shape, job, || false)),
            beats(&|job| beats::weights(&shape, job, || false)),
        ];
        if shape.outcome == Outcome::Threshold {
            inputs.push(beats(&|job| beats::thresholds(&shape, job, || false)));
        }
        run(&core, inputs, beats(&|job| beats::results(&shape, job)));
    }
}
