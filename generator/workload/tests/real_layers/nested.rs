//! The classifier of the model in draft and exactly: the same bits from the array, and how often the draft alone picks
//! the token that all bits pick.

use super::layers::{self, Layer};
use super::{core, run, say, verilator_is_there};
use tritloom_datapath::array::{beats, product};
use tritloom_datapath::nested::{DRAFT, REST, Slicing, shape};

/// Tokens of the story whose last hidden states meet the classifier in software.
const TOKENS: usize = 200;

/// The row of the layer whose logit is the greatest, for each vector of activations, with `weights` in place of its own.
fn picks(layer: &Layer, weights: &[Vec<i32>]) -> Vec<usize> {
    let logit = |(sum, step): (i128, &f32)| sum as f64 * f64::from(*step);
    let pick = |sums: Vec<i128>| {
        let logits: Vec<f64> = sums.into_iter().zip(&layer.steps).map(logit).collect();
        (0..logits.len()).rev().max_by(|&a, &b| logits[a].total_cmp(&logits[b])).expect("not empty")
    };
    product(&layer.activations, weights).into_iter().map(pick).collect()
}

fn drafts(layer: &Layer, slicing: Slicing) -> Vec<Vec<i32>> {
    layer.weights.iter().map(|row| row.iter().map(|&weight| slicing.cut(weight).0).collect()).collect()
}

fn rests(layer: &Layer, slicing: Slicing) -> Vec<Vec<i32>> {
    layer.weights.iter().map(|row| row.iter().map(|&weight| slicing.cut(weight).1).collect()).collect()
}

#[test]
fn drafts_and_rests_of_the_classifier_are_multiplied_exactly() {
    let Some(model) = layers::model().filter(|_| verilator_is_there()) else { return };
    let (_, classifier) = layers::layers(&model, 8);
    for (slicing, topology) in [
        ("rounded", "broadcast"),
        ("floor", "broadcast"),
        ("rounded", "weight_stationary"),
        ("floor", "weight_stationary"),
    ] {
        let size = [("draft_bits", "4"), ("rows", "4"), ("columns", "8")];
        let core = core("nested", &[&[("slicing", slicing), ("topology", topology)], &size[..]].concat());
        let (geometry, slicing) = shape(&core.1);
        let (drafts, rests) = (drafts(&classifier, slicing), rests(&classifier, slicing));
        let (mut inputs, mut results) = (vec![Vec::new(); 3], Vec::new());
        let mut noise = |below: u64| below - 1;
        let tiles = drafts.chunks(8).zip(rests.chunks(8)).zip(classifier.weights.chunks(8));
        for ((drafts, rests), weights) in tiles {
            for rows in classifier.activations.chunks(4) {
                let inner = weights[0].len() as u32;
                for (mode, slices) in [(DRAFT, drafts), (REST, rests)] {
                    inputs[0].push(beats::run(&geometry, mode, inner, 8, rows.len() as u32));
                    let [of_rows, of_columns] = beats::tile(&geometry, mode, (rows, slices), inner, 0, &mut noise);
                    inputs[1].extend(of_rows);
                    inputs[2].extend(of_columns);
                }
                let draft = product(rows, drafts).into_iter().map(|row| row.into_iter().map(|sum| sum << 4).collect());
                results.extend(beats::results(&geometry, &draft.collect::<Vec<_>>(), 8));
                results.extend(beats::results(&geometry, &product(rows, weights), 8));
            }
        }
        run(&core, inputs, results);
    }
}

#[test]
fn drafts_of_more_bits_agree_with_all_bits_more_often() {
    let Some(model) = layers::model() else { return };
    let (_, classifier) = layers::layers(&model, TOKENS);
    let exact = picks(&classifier, &classifier.weights);
    let agreement = |draft_bits: u32, rounded: bool| {
        let drafts = drafts(&classifier, Slicing { weight_bits: 8, draft_bits, rounded });
        picks(&classifier, &drafts).iter().zip(&exact).filter(|(draft, exact)| draft == exact).count()
    };
    for draft_bits in 2..8 {
        let (floor, rounded) = (agreement(draft_bits, false), agreement(draft_bits, true));
        say(&format!("draft of {draft_bits} bits: floor agrees in {floor} of {TOKENS}, rounded in {rounded}"));
    }
    for rounded in [false, true] {
        assert!(agreement(2, rounded) < agreement(7, rounded));
    }
}
