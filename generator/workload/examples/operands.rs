//! The statistics of a real network's operands, as `tritloom cost` takes them: `--zero-weights`, `--toggles`, `--sign-bits`,
//! `--sign-changes` and `--weight-sign-changes`.
//!
//! `cargo run --release -p tritloom-workload --example operands -- MODEL_FOLDER [TOKENS]`
//!
//! Activations are those of a story that the model tells (40 tokens), int8 quantised to the largest of each vector;
//! consecutive are the elements of a vector, as they come into a lane. Weights are all of the model's; of their signs those
//! of consecutive weights of a row that are not zero.

#![expect(clippy::print_stdout, reason = "an example reports")]

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use tritloom_cost::Activity;
use tritloom_formats::FirstWeight;
use tritloom_workload::{EngineError, MatrixId, Model, ReferenceEngine, Story, TernaryEngine, TernaryMatrix, bitllama};

const TOKENS: usize = 40;
const ACTIVATION_BITS: u32 = 8;
const ALL: &str = "all";

/// Keeps what passes, by the kind of matrix that it meets.
struct Listener<'m> {
    engine: ReferenceEngine<'m>,
    activations: BTreeMap<&'static str, Vec<i32>>,
}

impl TernaryEngine for Listener<'_> {
    type Error = EngineError;

    fn product(&mut self, matrix: MatrixId, vectors: &[Vec<i8>]) -> Result<Vec<Vec<i32>>, EngineError> {
        for kind in [matrix.kind.name(), ALL] {
            let heard = self.activations.entry(kind).or_default();
            heard.extend(vectors.iter().flatten().map(|activation| i32::from(*activation)));
        }
        self.engine.product(matrix, vectors)
    }
}

/// Zeros, and changes of sign from one weight that is not zero to the next.
#[derive(Default)]
struct Weights {
    all: usize,
    zeros: usize,
    neighbours: usize,
    changes: usize,
}

impl Weights {
    fn add(&mut self, matrix: &TernaryMatrix) {
        self.all += matrix.trits().len();
        for row in matrix.trits().chunks(matrix.columns()) {
            let signs: Vec<i8> = row.iter().copied().filter(|trit| *trit != 0).collect();
            self.zeros += row.len() - signs.len();
            self.neighbours += signs.len().saturating_sub(1);
            self.changes += signs.windows(2).filter(|pair| pair[0] != pair[1]).count();
        }
    }

    fn statistics(&self) -> Activity {
        let share = |part: usize, whole: usize| part as f64 / whole.max(1) as f64;
        let weight_sign_changes = share(self.changes, self.neighbours);
        Activity { zero_weights: share(self.zeros, self.all), weight_sign_changes, ..Activity::default() }
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("which MODEL_FOLDER?")?;
    let tokens = arguments.next().map_or(Ok(TOKENS), |tokens| tokens.parse())?;
    let model = bitllama::read("model.bin", &std::fs::read(Path::new(&folder).join("model.bin"))?, FirstWeight::High)?;
    let activations = heard(&model, tokens)?;
    let mut weights: BTreeMap<&str, Weights> = BTreeMap::new();
    for (id, matrix) in model.matrices() {
        [id.kind.name(), ALL].into_iter().for_each(|kind| weights.entry(kind).or_default().add(matrix));
    }
    println!(
        "| product | zero_weights | toggles | sign_bits | sign_changes | weight_sign_changes |\n|---|---|---|---|---|---|"
    );
    for (kind, stream) in &activations {
        let statistics = weights[kind].statistics().with_activations(stream, ACTIVATION_BITS);
        let Activity { toggles_a_cycle, zero_weights, sign_bits, sign_changes, weight_sign_changes } =
            statistics.ok_or("no activations")?;
        println!(
            "| {kind} | {zero_weights:.3} | {toggles_a_cycle:.3} | {sign_bits:.3} | {sign_changes:.3} | \
             {weight_sign_changes:.3} |"
        );
    }
    Ok(())
}

/// The activations of so many tokens.
fn heard(model: &Model, tokens: usize) -> Result<BTreeMap<&'static str, Vec<i32>>, Box<dyn Error>> {
    let mut listener = Listener { engine: ReferenceEngine::new(model), activations: BTreeMap::new() };
    let mut story = Story::new(model);
    for _ in 0..tokens {
        if story.next_token(&mut listener)?.is_none() {
            break;
        }
    }
    Ok(listener.activations)
}
