//! A small ternary model made in memory from a seed, for machines without a model file.
//!
//! It has learnt nothing: its story is made of words without a meaning. But every part of a real model is
//! there, shared key heads and a hidden size other than `dim` included.

use crate::{MatrixKind, Model, Shape, ShapeError, TernaryMatrix, Tokenizer};

/// The shape of [`story`].
pub const SHAPE: Shape = Shape { dim: 64, hidden: 96, layers: 2, heads: 4, kv_heads: 2, vocab: 64, seq_len: 64 };

/// A seed with a story of some variety.
pub const SEED: u64 = 35;

/// Tokens below it are no words.
const FIRST_WORD: usize = 3;

/// Makes the embeddings of tokens that are no words too small to win.
const NO_WORD: f32 = 1.0 / 16.0;

/// The words of the story, in the order of their tokens; with the three tokens before them they fill
/// the vocabulary.
const WORDS: &str = " a and the then but so one two old small red blue quiet busy cat dog bird fish tree river \
    house hill stone cloud star moon road boat song loom thread cloth table key adder gate clock wire chip \
    wafer sees finds reads adds counts turns weaves carries follows opens sleeps waits under over near with \
    again slowly today always .";

/// The model and the tokenizer of a seed, with the shape [`SHAPE`].
pub fn story(seed: u64) -> (Model, Tokenizer) {
    (build(SHAPE, seed), tokenizer())
}

/// A model of another shape.
///
/// # Errors
/// For an impossible shape.
pub fn model(shape: Shape, seed: u64) -> Result<Model, ShapeError> {
    shape.check()?;
    Ok(build(shape, seed))
}

/// A model of a shape that is known to be legal.
fn build(shape: Shape, seed: u64) -> Model {
    let mut random = SplitMix { state: seed };
    let embedding = (0..shape.vocab * shape.dim)
        .map(|index| random.number() * if index / shape.dim < FIRST_WORD { NO_WORD } else { 1.0 })
        .collect();
    let matrices = Model::ids(&shape)
        .map(|id| {
            let (rows, columns) = shape.matrix_size(id.kind);
            let trits = (0..rows * columns).map(|_| random.trit()).collect();
            TernaryMatrix { rows, columns, trits, scale: scale(id.kind) }
        })
        .collect();
    Model { shape, gain: vec![1.0; shape.dim], embedding, matrices }
}

/// Scales at which attention chooses and the layers outweigh the token that entered: with small ones the same
/// word would come for ever. Powers of two, found by trying.
fn scale(kind: MatrixKind) -> f32 {
    match kind {
        MatrixKind::Wq | MatrixKind::Wk => 256.0,
        MatrixKind::Wo => 16.0,
        MatrixKind::W2 => 128.0,
        MatrixKind::Wv | MatrixKind::W1 | MatrixKind::W3 => 64.0,
    }
}

/// The pieces of [`SHAPE`]'s vocabulary.
fn tokenizer() -> Tokenizer {
    let words = WORDS.split_whitespace().map(|word| if word == "." { word.to_string() } else { format!(" {word}") });
    let pieces = ["<unk>", "\n<s>\n", "\n</s>\n"].into_iter().map(String::from).chain(words);
    Tokenizer::new(pieces.enumerate().map(|(token, piece)| (-(token as f32), piece.into_bytes())).collect())
}

/// The generator SplitMix64: the same numbers on every machine.
struct SplitMix {
    state: u64,
}

impl SplitMix {
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    /// -1, 0 or +1; 0 for 9 of 25, as often as in a trained model.
    fn trit(&mut self) -> i8 {
        match (self.next() >> 32) % 25 {
            0..9 => 0,
            9..17 => 1,
            _ => -1,
        }
    }

    /// From -1 up to but without 1, in steps of 2^-23, so that every number is exact.
    fn number(&mut self) -> f32 {
        (self.next() >> 40) as f32 / 8_388_608.0 - 1.0
    }
}
