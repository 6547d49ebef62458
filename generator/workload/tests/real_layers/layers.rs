//! Matrices of the model, and the activations that a story brings to them.

use super::say;
use std::fs;
use std::path::PathBuf;
use tritloom_datapath::array::Offsets;
use tritloom_formats::FirstWeight;
use tritloom_workload::{
    BEGIN_TOKEN, Decoder, EngineError, MatrixId, Model, ReferenceEngine, TernaryEngine, bitllama, greedy,
};

/// A matrix, an output a row, and vectors that it is multiplied with.
pub struct Layer {
    /// Rows of equal length.
    pub weights: Vec<Vec<i32>>,
    /// What a one is worth in each row.
    pub steps: Vec<f32>,
    /// Vectors of that length.
    pub activations: Vec<Vec<i32>>,
    /// What weights and activations are less than they are.
    pub offsets: Offsets,
}

impl Layer {
    /// The same with the top bits of 8-bit integers only, rounded down: a layer in fewer bits, with or without a sign.
    pub fn narrowed(&self, activation_bits: u32, weight_bits: u32) -> Layer {
        let narrow = |vectors: &Vec<Vec<i32>>, bits: u32| {
            vectors.iter().map(|vector| vector.iter().map(|value| value >> (8 - bits)).collect()).collect()
        };
        Layer {
            weights: narrow(&self.weights, weight_bits),
            steps: self.steps.iter().map(|step| step * (1 << (8 - weight_bits)) as f32).collect(),
            activations: narrow(&self.activations, activation_bits),
            offsets: self.offsets.clone(),
        }
    }

    /// The same in groups of so many places of the inner dimension, each asymmetric: unsigned numbers of so many bits
    /// that reach from the least to the greatest of all activations and of each row of weights, less a zero point.
    pub fn asymmetric_groups(&self, places: usize, activation_bits: u32, weight_bits: u32) -> Vec<Layer> {
        let group = |first: usize| {
            let part = |vectors: &[Vec<i32>]| -> Vec<Vec<i32>> {
                vectors.iter().map(|vector| vector.iter().skip(first).take(places).copied().collect()).collect()
            };
            let columns = part(&self.weights).into_iter().map(|row| asymmetric(vec![row], weight_bits));
            let (weights, zero_points): (Vec<Vec<Vec<i32>>>, Vec<i32>) = columns.unzip();
            let (activations, activation) = asymmetric(part(&self.activations), activation_bits);
            let offsets = Offsets { activation, weights: zero_points };
            Layer { weights: weights.concat(), steps: self.steps.clone(), activations, offsets }
        };
        (0..self.weights[0].len()).step_by(places).map(group).collect()
    }
}

/// The model, or none with a loud word about what is not tested then.
pub fn model() -> Option<Model> {
    let file = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/models/bitllama-3m/model.bin"));
    if !file.is_file() {
        say("SKIPPED, NOT TESTED: there is no model in ../shared/models/bitllama-3m");
        return None;
    }
    let bytes = fs::read(file).expect("a readable file");
    Some(bitllama::read("model.bin", &bytes, FirstWeight::High).expect("the model's format"))
}

/// The reference engine, which remembers the activations of every product.
struct Recorder<'m> {
    engine: ReferenceEngine<'m>,
    seen: Vec<(MatrixId, Vec<i8>)>,
}

impl TernaryEngine for Recorder<'_> {
    type Error = EngineError;

    fn product(&mut self, matrix: MatrixId, vectors: &[Vec<i8>]) -> Result<Vec<Vec<i32>>, EngineError> {
        self.seen.extend(vectors.iter().map(|vector| (matrix, vector.clone())));
        self.engine.product(matrix, vectors)
    }
}

/// The first `tokens` tokens of the story: every ternary matrix with the activations that come to it, and the
/// classifier in int8, with a scale of its own for each row, with the last hidden states.
pub fn layers(model: &Model, tokens: usize) -> (Vec<Layer>, Layer) {
    let mut recorder = Recorder { engine: ReferenceEngine::new(model), seen: Vec::new() };
    let mut decoder = Decoder::new(model);
    let (mut token, mut states) = (BEGIN_TOKEN, Vec::new());
    for _ in 0..tokens {
        let state = decoder.hidden(&mut recorder, &[token]).expect("a step").concat();
        token = greedy(&logits(model, &state));
        states.push(state);
    }
    let ternary = |(id, matrix): (MatrixId, &tritloom_workload::TernaryMatrix)| Layer {
        weights: matrix
            .trits()
            .chunks(matrix.columns())
            .map(|row| row.iter().map(|&trit| trit.into()).collect())
            .collect(),
        steps: vec![matrix.scale(); matrix.rows()],
        activations: recorder.seen.iter().filter(|(seen, _)| *seen == id).map(|(_, x)| wide(x)).collect(),
        offsets: Offsets::none(matrix.rows()),
    };
    let rows: Vec<&[f32]> = (0..model.shape().vocab).filter_map(|token| model.embedding(token)).collect();
    let steps: Vec<f32> = rows.iter().map(|row| largest(row) / 127.0).collect();
    let classifier = Layer {
        weights: rows.iter().zip(&steps).map(|(row, step)| int8(row, *step)).collect(),
        offsets: Offsets::none(steps.len()),
        steps,
        activations: states.iter().map(|state| int8(state, largest(state) / 127.0)).collect(),
    };
    (model.matrices().map(ternary).collect(), classifier)
}

fn logits(model: &Model, state: &[f32]) -> Vec<f32> {
    let rows = (0..model.shape().vocab).filter_map(|token| model.embedding(token));
    rows.map(|row| row.iter().zip(state).map(|(w, x)| w * x).sum()).collect()
}

/// Numbers of so many bits from zero up, the least and the greatest at the ends, and what stands for zero.
fn asymmetric(vectors: Vec<Vec<i32>>, bits: u32) -> (Vec<Vec<i32>>, i32) {
    let all = || vectors.iter().flatten().copied().chain([0]);
    let (least, greatest) = (all().min().unwrap_or(0), all().max().unwrap_or(0));
    let step = (greatest - least).max(1) as f32 / ((1 << bits) - 1) as f32;
    let number = |value: i32| ((value - least) as f32 / step).round() as i32;
    (vectors.iter().map(|vector| vector.iter().map(|&value| number(value)).collect()).collect(), number(0))
}

fn wide(values: &[i8]) -> Vec<i32> {
    values.iter().map(|&value| value.into()).collect()
}

fn largest(values: &[f32]) -> f32 {
    values.iter().fold(0.0, |largest: f32, value| largest.max(value.abs()))
}

/// To the nearest multiple of `step`.
fn int8(values: &[f32], step: f32) -> Vec<i32> {
    values.iter().map(|value| (value / step).round() as i32).collect()
}
