//! The serial BoothFlex: ternary matrices in one cycle a weight, the classifier in int8 with zero digits skipped.

use super::layers::{self, Layer};
use super::{core, run, verilator_is_there};
use tritloom_datapath::array::{beats, product};
use tritloom_datapath::booth_flex_serial::geometry;
use tritloom_datapath::interface::Beat;

/// Rows of the classifier that pass: all would take minutes.
const CLASSIFIER_ROWS: usize = 256;

struct Job {
    mode: usize,
    layer: Layer,
}

#[test]
fn real_layers_of_two_widths_follow_one_another_exactly() {
    let Some(model) = layers::model().filter(|_| verilator_is_there()) else { return };
    let (ternary, mut classifier) = layers::layers(&model, 4);
    classifier.weights.truncate(CLASSIFIER_ROWS);
    let mut jobs: Vec<Job> = ternary.into_iter().map(|layer| Job { mode: 0, layer }).collect();
    jobs.push(Job { mode: 3, layer: classifier });
    for zero_digits in ["worked", "skipped"] {
        let core = core("booth_flex_serial", &[("zero_digits", zero_digits), ("depth", "4")]);
        let geometry = geometry(&core.1);
        // Zeros beyond the matrices: other weights there would cost cycles where zeros are skipped.
        let nothing = &mut |_| 0;
        let mut inputs: Vec<Vec<Beat>> = vec![Vec::new(); 3];
        let mut results = Vec::new();
        for Job { mode, layer: Layer { weights, activations, .. } } in &jobs {
            let (inner, columns) = (weights[0].len() as u32, weights.len() as u32);
            inputs[0].push(beats::run(&geometry, *mode, inner, columns, activations.len() as u32));
            for tile in 0..geometry.column_tiles(columns) {
                for beat in beats::operands(&geometry, *mode, (activations, weights), inner, tile, nothing) {
                    inputs[1].push(beat.activation_beat(&geometry, nothing));
                    inputs[2].push(beat.weight_beat(&geometry, nothing));
                }
            }
            results.extend(beats::results(&geometry, &product(activations, weights), columns));
        }
        run(&core, inputs, results);
    }
}
