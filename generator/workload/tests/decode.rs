//! Decoding: against an independent implementation, and engines that fail.

use std::convert::Infallible;
use std::fmt::Debug;
use tritloom_workload::{
    Attention, BEGIN_TOKEN, CheckError, CheckedEngine, DecodeError, Decoder, EngineError, FloatAttention,
    IntegerAttention, Matrix, MatrixId, MatrixKind, Model, ModelError, Product, ProductEngine, Ranking,
    ReferenceEngine, ReferenceProducts, Shape, Statistics, Step, Steps, Story, TernaryEngine, TernaryMatrix, greedy,
    synthetic,
};

/// Six query heads on two key heads, `hidden` other than `dim`, a head size that is no power of two.
const ODD_SHAPE: Shape = Shape { dim: 24, hidden: 20, layers: 3, heads: 6, kv_heads: 2, vocab: 10, seq_len: 16 };

/// The first six logits behind each token, from a Python program written from the file's description alone (own
/// generator, rounds to f32 behind each operation, in the order that `numerics` names).
type Golden = [(usize, [f32; 6]); 4];

const GOLDEN_DEFAULT_SHAPE_SEED_7: Golden = [
    (1, [0.371_972, 0.023_623, 0.011_686, 4.185_162, 5.467_543, 2.309_43]),
    (5, [0.533_241, -0.072_415, 0.105_735, 1.977_778, 5.499_552, 3.251_29]),
    (3, [0.169_518, -0.206_853, 0.615_5, 1.532_99, 6.608_59, -3.982_044]),
    (9, [0.017_976, -0.031_42, 0.047_81, -4.953_048, 5.816_409, -6.122_768]),
];
const GOLDEN_ODD_SHAPE_SEED_99: Golden = [
    (1, [-0.129_568, -0.020_734, -0.109_276, -1.363_291, -0.531_274, 1.445_088]),
    (5, [0.326_303, -0.023_435, -0.051_233, -3.447_112, -2.015_707, 0.371_645]),
    (3, [0.262_433, 0.112_907, -0.033_655, 2.208_73, -1.175_044, -0.872_135]),
    (9, [-0.184_894, 0.283_03, 0.064_534, 3.006_881, 0.148_589, 0.462_399]),
];

/// By the same program.
const GOLDEN_STORY: [usize; 64] = [
    13, 61, 62, 33, 40, 21, 52, 14, 34, 39, 17, 25, 61, 7, 57, 35, 9, 5, 25, 7, 50, 10, 10, 60, 21, 12, 44, 62, 30, 10,
    60, 40, 20, 30, 5, 40, 50, 15, 23, 54, 14, 40, 60, 31, 20, 12, 38, 16, 35, 10, 47, 63, 10, 30, 10, 18, 13, 24, 40,
    63, 45, 9, 45, 33,
];

/// The golden logits have six decimals, and Python's functions other last bits than `libm`'s.
const TOLERANCE: f32 = 1e-5;

fn check_logits(shape: Shape, seed: u64, golden: Golden) {
    let model = synthetic::model(shape, seed).unwrap();
    let (mut decoder, mut engine) = (Decoder::new(&model), ReferenceEngine::new(&model));
    for (token, expected) in golden {
        let logits = decoder.step(&mut engine, token).unwrap();
        assert_eq!(logits.len(), shape.vocab);
        for (found, expected) in logits.iter().zip(expected) {
            assert!((found - expected).abs() < TOLERANCE, "behind token {token}: {found} is not {expected}");
        }
    }
}

#[test]
fn logits_equal_an_independent_implementation() {
    check_logits(synthetic::SHAPE, 7, GOLDEN_DEFAULT_SHAPE_SEED_7);
    check_logits(ODD_SHAPE, 99, GOLDEN_ODD_SHAPE_SEED_99);
}

#[test]
fn the_synthetic_story_equals_an_independent_implementation_and_ends() {
    let (model, tokenizer) = synthetic::story(synthetic::SEED);
    assert_eq!(tokenizer.vocab(), model.shape().vocab);
    let (mut story, mut engine) = (Story::new(&model), ReferenceEngine::new(&model));
    let mut tokens = Vec::new();
    let mut text = Vec::new();
    while let Some((previous, token)) = story.next_token(&mut engine).unwrap() {
        assert_eq!(previous, tokens.last().copied().unwrap_or(BEGIN_TOKEN));
        tokens.push(token);
        text.extend_from_slice(&tokenizer.text(previous, token).unwrap());
    }
    assert_eq!(tokens, GOLDEN_STORY);
    let text = String::from_utf8(text).unwrap();
    assert!(text.starts_with("red today always thread wire tree opens blue cloth"), "{text}");
    assert_eq!(story.next_token(&mut engine), Ok(None));
}

#[test]
fn statistics_count_every_ternary_weight() {
    // 2 layers of 2 * 64 * 64 + 2 * 32 * 64 + 3 * 96 * 64 weights; the zeros from the Python program.
    let statistics = synthetic::model(synthetic::SHAPE, 7).unwrap().statistics();
    assert_eq!(statistics, Statistics { weights: 61_440, zeros: 22_080 });
    assert!((statistics.zero_fraction() - 0.359_375).abs() < 1e-12);
}

#[test]
fn greedy_takes_the_first_of_the_largest() {
    assert_eq!(greedy(&[1.0, 3.0, -2.0, 3.0]), 1);
    assert_eq!(greedy(&[-1.0]), 0);
    assert_eq!(greedy(&[]), 0);
}

#[test]
fn the_reference_refuses_what_the_model_has_not() {
    let model = synthetic::model(ODD_SHAPE, 1).unwrap();
    let mut engine = ReferenceEngine::new(&model);
    let id = |layer| MatrixId { kind: MatrixKind::W2, layer };
    assert_eq!(engine.product(id(3), &[vec![0; 20]]), Err(EngineError::Matrix(id(3))));
    let error = engine.product(id(2), &[vec![0; 20], vec![0; 24]]).unwrap_err().to_string();
    assert_eq!(error, "w2 of layer 2: expected 20 activations, found 24");
    let matrix = TernaryMatrix::new(2, 3, vec![1, -1, 0, -1, -1, -1], 1.0).unwrap();
    assert_eq!(matrix.product(&[-128, -128, 5]), [0, 251]);
}

/// An engine that spoils one product of many.
struct Faulty<'m> {
    reference: ReferenceEngine<'m>,
    calls: usize,
    spoil: fn(&mut Vec<i32>),
}

impl TernaryEngine for Faulty<'_> {
    type Error = EngineError;

    fn product(&mut self, matrix: MatrixId, vectors: &[Vec<i8>]) -> Result<Vec<Vec<i32>>, EngineError> {
        let mut products = self.reference.product(matrix, vectors)?;
        self.calls += 1;
        if let (10, Some(product)) = (self.calls, products.last_mut()) {
            (self.spoil)(product);
        }
        Ok(products)
    }
}

#[test]
fn a_checked_engine_finds_the_first_wrong_element() {
    let model = synthetic::model(ODD_SHAPE, 1).unwrap();
    let step = |spoil| {
        let engine = Faulty { reference: ReferenceEngine::new(&model), calls: 0, spoil };
        let mut engine = CheckedEngine::new(engine, &model);
        let result = Decoder::new(&model).step(&mut engine, 1);
        (result, engine.checked())
    };
    // The tenth product is wv of layer 1: the seven of layer 0, then wq and wk.
    let matrix = MatrixId { kind: MatrixKind::Wv, layer: 1 };
    let (result, checked) = step(|product| product[3] += 1);
    assert_eq!(checked, 9);
    match result {
        Err(DecodeError::Engine(CheckError::Mismatch { matrix: found_matrix, row: 3, expected, found })) => {
            assert_eq!((found_matrix, found), (matrix, expected + 1));
        }
        other => panic!("expected a mismatch, found {other:?}"),
    }
    let (result, _) = step(|product| product.truncate(5));
    assert_eq!(result, Err(DecodeError::Engine(CheckError::Elements { matrix, expected: 8, found: 5 })));
    let (result, checked) = step(|_| ());
    assert!(result.is_ok());
    assert_eq!(checked, 21);
}

#[test]
fn a_failed_step_can_be_repeated_and_wrong_requests_are_refused() {
    let model = synthetic::model(ODD_SHAPE, 1).unwrap();
    let mut reference = ReferenceEngine::new(&model);
    let mut faulty = Faulty { reference, calls: 0, spoil: |product| product.clear() };
    let (mut undisturbed, mut decoder) = (Decoder::new(&model), Decoder::new(&model));
    assert!(matches!(decoder.step(&mut faulty, 4), Err(DecodeError::Products { expected: 8, found: 0, .. })));
    assert_eq!(decoder.position(), 0);
    for token in [4, 5, 6] {
        assert_eq!(decoder.step(&mut reference, token), undisturbed.step(&mut reference, token));
    }
    assert_eq!(decoder.step(&mut reference, 10), Err(DecodeError::Token { vocab: 10, found: 10 }));
    while decoder.position() < 16 {
        decoder.step(&mut reference, 0).unwrap();
    }
    assert_eq!(decoder.step(&mut reference, 0), Err(DecodeError::Full { seq_len: 16 }));
}

/// A model whose heads look at every position: with the scales of a synthetic one, the best position takes all.
fn soft_model() -> Model {
    let sharp = synthetic::model(ODD_SHAPE, 3).unwrap();
    let soft = |(id, matrix): (MatrixId, &TernaryMatrix)| {
        let factor = if matches!(id.kind, MatrixKind::Wq | MatrixKind::Wk) { 1.0 / 32.0 } else { 1.0 };
        TernaryMatrix::new(matrix.rows(), matrix.columns(), matrix.trits().to_vec(), factor * matrix.scale()).unwrap()
    };
    let matrices = sharp.matrices().map(soft).collect();
    let embedding = (0..ODD_SHAPE.vocab).flat_map(|token| sharp.embedding(token).unwrap().to_vec()).collect();
    Model::new(ODD_SHAPE, sharp.gain().to_vec(), embedding, matrices).unwrap()
}

/// What each of six positions gives the classifier, taken in parts of `sizes` tokens.
fn states<A: Attention>(model: &Model, memory: A, sizes: &[usize]) -> Vec<Vec<f32>>
where
    A::Error: Debug,
{
    let (mut decoder, mut engine) = (Decoder::with_attention(model, memory), ReferenceEngine::new(model));
    let mut tokens = [1, 7, 7, 2, 9, 4].as_slice();
    let mut part = |&size: &usize| {
        let (taken, left) = tokens.split_at(size);
        tokens = left;
        decoder.hidden(&mut engine, taken).unwrap()
    };
    sizes.iter().flat_map(&mut part).collect()
}

/// Plain integers, which say that so many rows are as quick as one.
#[derive(Clone)]
struct Rows(usize);

impl ProductEngine for Rows {
    type Error = Infallible;

    fn largest_weight(&self) -> u8 {
        u8::MAX
    }

    fn rows_at_once(&self) -> usize {
        self.0
    }

    fn products(&mut self, step: Step, products: &[Product]) -> Result<Vec<Matrix>, Infallible> {
        ReferenceProducts { largest_weight: 0 }.products(step, products)
    }
}

#[test]
fn tokens_taken_at_once_give_the_bits_of_tokens_taken_one_by_one() {
    let model = soft_model();
    let float = |sizes: &[usize]| states(&model, FloatAttention::new(&ODD_SHAPE), sizes);
    let (steps, _) = Steps::calibrate(&model, 0);
    let memory = |rows| IntegerAttention::new(Rows(rows), steps.clone());
    // Three query heads share a key head: with 7 rows two positions are computed together.
    let whole = |sizes: &[usize], rows| states(&model, memory(rows), sizes);
    let pruned = |sizes: &[usize]| states(&model, memory(7).keep(2, Ranking::Exact), sizes);
    for sizes in [&[6][..], &[1, 5], &[3, 1, 2]] {
        assert_eq!(float(sizes), float(&[1; 6]), "{sizes:?}");
        for rows in [1, 7, 64] {
            assert_eq!(whole(sizes, rows), whole(&[1; 6], 1), "{sizes:?} {rows}");
        }
        assert_eq!(pruned(sizes), pruned(&[1; 6]), "{sizes:?}");
    }
    assert_ne!(whole(&[6], 1), pruned(&[6]));
}

#[test]
fn a_story_goes_on_behind_tokens_that_it_is_given() {
    let (model, _) = synthetic::story(synthetic::SEED);
    let (mut story, mut engine) = (Story::new(&model), ReferenceEngine::new(&model));
    story.follow(&mut engine, &[]).unwrap();
    story.follow(&mut engine, &GOLDEN_STORY[..5]).unwrap();
    story.follow(&mut engine, &GOLDEN_STORY[5..6]).unwrap();
    for step in 6..64 {
        assert_eq!(story.next_token(&mut engine), Ok(Some((GOLDEN_STORY[step - 1], GOLDEN_STORY[step]))));
    }
    assert_eq!(story.next_token(&mut engine), Ok(None));
}

#[test]
fn parts_that_make_no_model_are_refused() {
    let good = synthetic::model(ODD_SHAPE, 1).unwrap();
    let matrices: Vec<TernaryMatrix> = good.matrices().map(|(_, matrix)| matrix.clone()).collect();
    let embedding = vec![0.5; 240];
    let build = |gain: Vec<f32>, embedding: &[f32], matrices: &[TernaryMatrix]| {
        Model::new(ODD_SHAPE, gain, embedding.to_vec(), matrices.to_vec()).map_err(|error| error.to_string())
    };
    assert!(build(vec![1.0; 24], &embedding, &matrices).is_ok());
    let refused = |result: Result<Model, String>| result.unwrap_err();
    assert_eq!(refused(build(vec![1.0; 23], &embedding, &matrices)), "the gain: expected 24, found 23");
    assert_eq!(refused(build(vec![f32::NAN; 24], &embedding, &matrices)), "the gain: expected finite numbers");
    assert_eq!(refused(build(vec![1.0; 24], &[], &matrices)), "the embedding: expected 240, found 0");
    assert_eq!(refused(build(vec![1.0; 24], &embedding, &matrices[1..])), "the matrices: expected 21, found 20");
    let mut swapped = matrices.clone();
    swapped.swap(0, 5);
    let error = refused(build(vec![1.0; 24], &embedding, &swapped));
    assert_eq!(error, "wq of layer 0: expected 24 x 24, found 8 x 24");
    let error = TernaryMatrix::new(1, 2, vec![0, 2], 1.0).unwrap_err();
    assert_eq!(error, ModelError::NotTernary { index: 1, value: 2 });
    assert!(TernaryMatrix::new(1, 2, vec![0], 1.0).is_err());
    assert!(TernaryMatrix::new(1, 1, vec![0], f32::INFINITY).is_err());
    assert!(synthetic::model(Shape { heads: 5, ..ODD_SHAPE }, 1).is_err());
}
