//! How many cycles int8 weights take where zero digits are skipped: a beat in `booth_flex_serial` and in `sparse_serial`, a
//! product in the serial steps of `bit_weight`.
//!
//! `cargo run --release -p tritloom-workload --example serial_cycles [MODEL]` prints shares of beats by their cycles, for
//! weights drawn at random and, where `model.bin` of a ternary model is named, for its ternary matrices and for its
//! classifier quantised to int8, and for the activations of a story that it tells, as where activations are the side that is
//! recoded. A beat is `depth` weights of each of `columns` columns, which are skipped together; in
//! `bit_weight` it passes four times, a digit of each weight at a time. In `sparse_serial` activations, of normal deviation
//! 35, take part too where both sides are serial: `rows` of them meet as many columns.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::io::Write;
use tritloom_datapath::array::OperandBeat;
use tritloom_datapath::parameter::{Given, Parameters};
use tritloom_datapath::registry;
use tritloom_datapath::{bit_weight, booth_flex_serial, sparse_serial};
use tritloom_formats::FirstWeight;
use tritloom_workload::{EngineError, MatrixId, Model, ReferenceEngine, Story, TernaryEngine, bitllama};

/// Columns and depth.
const SIZES: [(u64, u64); 5] = [(1, 1), (1, 4), (4, 1), (4, 4), (8, 4)];
/// Steps of `bit_weight`, their columns and depth.
const DIGIT_STEPS: [(&str, usize, usize); 6] =
    [("opt4c", 1, 4), ("opt4c", 1, 8), ("opt4c", 4, 4), ("opt4c", 16, 4), ("opt4e", 1, 16), ("opt4e", 16, 16)];
const MOST_CYCLES: usize = 4;
const BEATS: usize = 100_000;
const SEED: u64 = 1;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut out = std::io::stdout().lock();
    let mut random = ChaCha8Rng::seed_from_u64(SEED);
    let mut sources = drawn(&mut random);
    if let Some(file) = std::env::args().nth(1) {
        let model = bitllama::read("model.bin", &std::fs::read(file)?, FirstWeight::High)?;
        sources.extend(of_model(&model));
        sources.push(("activations of the model".to_string(), of_story(&model)?));
    }
    writeln!(out, "| weights | columns x depth | 1 | 2 | 3 | 4 cycles | mean |\n|---|---|---|---|---|---|---|")?;
    for (name, weights) in &sources {
        for (columns, depth) in SIZES {
            let shares = shares(&core(columns, depth), columns as usize, depth as usize, weights);
            let mean: f64 = shares.iter().zip(1..).map(|(share, cycles)| share * f64::from(cycles)).sum();
            let cells: Vec<String> = shares.iter().map(|share| format!("{:.1} %", 100.0 * share)).collect();
            writeln!(out, "| {name} | {columns} x {depth} | {} | {mean:.2} |", cells.join(" | "))?;
        }
    }
    writeln!(out, "\n| weights | step | columns x depth | cycles a product of an element |\n|---|---|---|---|")?;
    for (name, weights) in &sources {
        for (step, columns, depth) in DIGIT_STEPS {
            let cycles = cycles_a_product(step, columns, depth, weights);
            writeln!(out, "| {name} | {step} | {columns} x {depth} | {cycles:.2} |")?;
        }
    }
    sparse(&mut out, &mut random, &sources)
}

/// Beats of `sparse_serial` by their cycles, those that one side alone takes, and both.
fn sparse(
    out: &mut impl Write,
    random: &mut ChaCha8Rng,
    sources: &[(String, Vec<i32>)],
) -> Result<(), Box<dyn std::error::Error>> {
    let activations: Vec<i32> =
        (0..BEATS * 32).map(|_| (35.0 * normal(random)).round().clamp(-128.0, 127.0) as i32).collect();
    writeln!(
        out,
        "\n| weights | columns x depth | 1 | 2 | 3 | 4 cycles | mean | both serial, mean |\n|---|---|---|---|---|---|---|---|"
    )?;
    for (name, weights) in sources {
        for (columns, depth) in SIZES {
            let vectors = |numbers: &[i32]| numbers.chunks(depth as usize).map(<[i32]>::to_vec).collect::<Vec<_>>();
            let size = (columns * depth) as usize;
            let beats: Vec<OperandBeat> = weights
                .chunks_exact(size)
                .zip(activations.chunks_exact(size))
                .take(BEATS)
                .map(|(weights, activations)| OperandBeat {
                    mode: 0,
                    pass: 0,
                    activations: vectors(activations),
                    weights: vectors(weights),
                    places: depth as u32,
                })
                .collect();
            let cycles = |serial: &str| {
                let given: [(&str, Given); 4] = [
                    ("serial", serial.into()),
                    ("rows", columns.into()),
                    ("columns", columns.into()),
                    ("depth", depth.into()),
                ];
                let core = resolved("sparse_serial", given);
                beats.iter().map(|beat| sparse_serial::beat_cycles(&core, beat)).collect::<Vec<u64>>()
            };
            let mean = |cycles: &[u64]| cycles.iter().sum::<u64>() as f64 / cycles.len() as f64;
            let (one, both) = (cycles("weights"), cycles("both"));
            let share = |count: u64| one.iter().filter(|&&cycles| cycles == count).count() as f64 / one.len() as f64;
            let cells: Vec<String> =
                (1..=MOST_CYCLES as u64).map(|count| format!("{:.1} %", 100.0 * share(count))).collect();
            writeln!(
                out,
                "| {name} | {columns} x {depth} | {} | {:.2} | {:.2} |",
                cells.join(" | "),
                mean(&one),
                mean(&both)
            )?;
        }
    }
    Ok(())
}

/// Cycles in which an element of `bit_weight` adds a product, in the mean of many beats in all their passes.
fn cycles_a_product(step: &str, columns: usize, depth: usize, weights: &[i32]) -> f64 {
    let given: [(&str, Given); 3] =
        [("step", step.into()), ("columns", (columns as u64).into()), ("depth", (depth as u64).into())];
    let core = resolved("bit_weight", given);
    let beats = weights.chunks_exact(columns * depth).take(BEATS / depth);
    let total = beats.len() * depth;
    let of_beat = |weights: &[i32]| -> u64 {
        let weights: Vec<Vec<i32>> = weights.chunks(depth).map(<[i32]>::to_vec).collect();
        let beat = |pass| OperandBeat {
            mode: 0,
            pass,
            activations: Vec::new(),
            weights: weights.clone(),
            places: depth as u32,
        };
        (0..MOST_CYCLES as u32).map(|pass| bit_weight::beat_cycles(&core, &beat(pass))).sum()
    };
    beats.map(of_beat).sum::<u64>() as f64 / total as f64
}

fn core(columns: u64, depth: u64) -> Parameters {
    let given: [(&str, Given); 4] = [
        ("columns", columns.into()),
        ("depth", depth.into()),
        ("weight", "int8".into()),
        ("zero_digits", "skipped".into()),
    ];
    resolved("booth_flex_serial", given)
}

fn resolved<const N: usize>(family: &str, given: [(&str, Given); N]) -> Parameters {
    let family = registry::find(family).unwrap_or_else(|| unreachable!("a family of this build"));
    registry::resolve(family, given).unwrap_or_else(|problems| unreachable!("{problems:?}"))
}

/// Shares of beats that take 1, 2, 3 and 4 cycles; each takes the next weights.
fn shares(core: &Parameters, columns: usize, depth: usize, weights: &[i32]) -> [f64; MOST_CYCLES] {
    let mut counts = [0_u32; MOST_CYCLES];
    let beats = weights.chunks_exact(columns * depth).take(BEATS);
    let total = beats.len();
    for weights in beats {
        let weights = weights.chunks(depth).map(<[i32]>::to_vec).collect();
        let beat =
            OperandBeat { mode: MOST_CYCLES - 1, pass: 0, activations: Vec::new(), weights, places: depth as u32 };
        counts[booth_flex_serial::beat_cycles(core, &beat) as usize - 1] += 1;
    }
    counts.map(|count| f64::from(count) / total as f64)
}

/// Normal and Laplace weights of several deviations, and uniform ones.
fn drawn(random: &mut ChaCha8Rng) -> Vec<(String, Vec<i32>)> {
    let count = BEATS * 32;
    let mut draw = |name: String, one: &dyn Fn(&mut ChaCha8Rng) -> f64| {
        let int8 = |value: f64| value.round().clamp(-128.0, 127.0) as i32;
        (name, (0..count).map(|_| int8(one(random))).collect())
    };
    let mut sources = Vec::new();
    for deviation in [20.0, 35.0, 50.0] {
        sources.push(draw(format!("normal, deviation {deviation}"), &|random| deviation * normal(random)));
        sources.push(draw(format!("Laplace, deviation {deviation}"), &|random| deviation * laplace(random)));
    }
    sources.push(draw("uniform".to_string(), &|random| random.random_range(-128.5..127.5)));
    sources
}

/// Of deviation 1 (Box and Muller, 1958).
fn normal(random: &mut ChaCha8Rng) -> f64 {
    let (radius, angle): (f64, f64) = (1.0 - random.random::<f64>(), random.random());
    (-2.0 * radius.ln()).sqrt() * (std::f64::consts::TAU * angle).cos()
}

/// Of deviation 1: an exponential of either sign.
fn laplace(random: &mut ChaCha8Rng) -> f64 {
    let magnitude = -(1.0 - random.random::<f64>()).ln() / std::f64::consts::SQRT_2;
    if random.random() { magnitude } else { -magnitude }
}

/// The ternary matrices, and the classifier with its largest weight at 127.
fn of_model(model: &Model) -> Vec<(String, Vec<i32>)> {
    let trits = model.matrices().flat_map(|(_, matrix)| matrix.trits().iter().map(|&trit| i32::from(trit)));
    let classifier: Vec<f32> =
        (0..model.shape().vocab).filter_map(|token| model.embedding(token)).flatten().copied().collect();
    let step = classifier.iter().fold(0.0_f32, |largest, weight| largest.max(weight.abs())) / 127.0;
    let int8 = classifier.iter().map(|weight| (weight / step).round() as i32).collect();
    vec![("ternary matrices of the model".to_string(), trits.collect()), ("classifier of the model".to_string(), int8)]
}

/// The activations of all products while a story is told, of every matrix in turn.
fn of_story(model: &Model) -> Result<Vec<i32>, Box<dyn std::error::Error>> {
    let mut recorder = Recorder { engine: ReferenceEngine::new(model), activations: Vec::new() };
    let mut story = Story::new(model);
    while recorder.activations.len() < BEATS * 32 && story.next_token(&mut recorder)?.is_some() {}
    Ok(recorder.activations)
}

struct Recorder<'m> {
    engine: ReferenceEngine<'m>,
    activations: Vec<i32>,
}

impl TernaryEngine for Recorder<'_> {
    type Error = EngineError;

    fn product(&mut self, matrix: MatrixId, vectors: &[Vec<i8>]) -> Result<Vec<Vec<i32>>, EngineError> {
        self.activations.extend(vectors.iter().flatten().map(|&activation| i32::from(activation)));
        self.engine.product(matrix, vectors)
    }
}
