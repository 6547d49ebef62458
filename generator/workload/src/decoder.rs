//! One token after another: the decode step of a ternary transformer.

use crate::attention::{Attention, FloatAttention};
use crate::numerics::{dot, quantise, root_mean_square_norm, rotate, silu};
use crate::{MatrixId, MatrixKind, Model, TernaryEngine};
use std::convert::Infallible;
use std::error::Error;
use std::fmt;

/// The token that begins a text.
pub const BEGIN_TOKEN: usize = 1;

/// Why a step could not be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DecodeError<E, A = Infallible> {
    /// The engine failed.
    Engine(E),
    /// Attention failed.
    Attention(A),
    /// The engine returned products of the wrong size.
    Products {
        /// The first of the matrices asked for.
        matrix: MatrixId,
        /// The elements that the products should have in all.
        expected: usize,
        /// The elements returned.
        found: usize,
    },
    /// The token is beyond the vocabulary.
    Token {
        /// The number of tokens.
        vocab: usize,
        /// The token given.
        found: usize,
    },
    /// The text has as many positions as the model can tell apart.
    Full {
        /// That number.
        seq_len: usize,
    },
}

impl<E: fmt::Display, A: fmt::Display> fmt::Display for DecodeError<E, A> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DecodeError::Engine(error) => error.fmt(formatter),
            DecodeError::Attention(error) => error.fmt(formatter),
            DecodeError::Products { matrix, expected, found } => {
                write!(formatter, "products from {matrix} on: expected {expected} elements, found {found}")
            }
            DecodeError::Token { vocab, found } => {
                write!(formatter, "expected a token below {vocab}, found {found}")
            }
            DecodeError::Full { seq_len } => write!(formatter, "the model's {seq_len} positions are used up"),
        }
    }
}

impl<E: Error + 'static, A: Error + 'static> Error for DecodeError<E, A> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            DecodeError::Engine(error) => Some(error),
            DecodeError::Attention(error) => Some(error),
            _ => None,
        }
    }
}

/// What a step with an engine E and attention A gives.
pub type Stepped<T, E, A> = Result<T, DecodeError<<E as TernaryEngine>::Error, <A as Attention>::Error>>;

/// A text in the making: the model and what attention remembers.
#[derive(Clone, Debug)]
pub struct Decoder<'m, A = FloatAttention> {
    model: &'m Model,
    attention: A,
    position: usize,
}

impl<'m> Decoder<'m> {
    /// An empty text, attention in f32.
    pub fn new(model: &'m Model) -> Decoder<'m> {
        Decoder::with_attention(model, FloatAttention::new(model.shape()))
    }
}

impl<'m, A: Attention> Decoder<'m, A> {
    /// An empty text that remembers in `attention`, itself without a memory.
    pub fn with_attention(model: &'m Model, attention: A) -> Decoder<'m, A> {
        Decoder { model, attention, position: 0 }
    }

    /// The number of tokens taken so far.
    pub fn position(&self) -> usize {
        self.position
    }

    /// What attention remembers.
    pub fn attention(&self) -> &A {
        &self.attention
    }

    /// Takes a token and returns the logits of the next one, `vocab` elements. A step that failed in its
    /// engine can be repeated.
    ///
    /// # Errors
    /// `Token`, `Full`, or whatever the engine reports or returns wrongly.
    pub fn step<E: TernaryEngine>(&mut self, engine: &mut E, token: usize) -> Stepped<Vec<f32>, E, A> {
        let x = self.hidden(engine, token)?;
        Ok(self.model.embedding.chunks(self.model.shape().dim).map(|row| dot(row, &x)).collect())
    }

    /// As [`Decoder::step`], but returns what the classifier multiplies with the embedding of every token to make the
    /// logits: `dim` elements.
    ///
    /// # Errors
    /// As [`Decoder::step`].
    pub fn hidden<E: TernaryEngine>(&mut self, engine: &mut E, token: usize) -> Stepped<Vec<f32>, E, A> {
        let shape = self.model.shape();
        if self.position >= shape.seq_len {
            return Err(DecodeError::Full { seq_len: shape.seq_len });
        }
        let start = self.model.embedding(token).ok_or(DecodeError::Token { vocab: shape.vocab, found: token })?;
        let mut x = start.to_vec();
        for layer in 0..shape.layers {
            self.attention_block(engine, layer, &mut x)?;
            self.feed_forward_block(engine, layer, &mut x)?;
        }
        self.position += 1;
        Ok(root_mean_square_norm(&x, self.model.gain()))
    }

    /// Adds to `x` what its heads find in the positions so far, this one included.
    fn attention_block<E: TernaryEngine>(&mut self, engine: &mut E, layer: usize, x: &mut [f32]) -> Stepped<(), E, A> {
        let kinds = [MatrixKind::Wq, MatrixKind::Wk, MatrixKind::Wv];
        let [mut query, mut key, value] = self.project(engine, kinds, layer, x)?;
        let head_size = self.model.shape().head_size();
        rotate(&mut query, self.position, head_size);
        rotate(&mut key, self.position, head_size);
        let gathered = self.attention.attend(layer, self.position, &query, &key, &value);
        let gathered = gathered.map_err(DecodeError::Attention)?;
        let [output] = self.project(engine, [MatrixKind::Wo], layer, &gathered)?;
        add(x, &output);
        Ok(())
    }

    /// Adds to `x` what the gated feed-forward block makes of it.
    fn feed_forward_block<E: TernaryEngine>(&self, engine: &mut E, layer: usize, x: &mut [f32]) -> Stepped<(), E, A> {
        let [gate, passed] = self.project(engine, [MatrixKind::W1, MatrixKind::W3], layer, x)?;
        let hidden: Vec<f32> = gate.iter().zip(&passed).map(|(&gate, passed)| silu(gate) * passed).collect();
        let [output] = self.project(engine, [MatrixKind::W2], layer, &hidden)?;
        add(x, &output);
        Ok(())
    }

    /// Quantises `input` once and multiplies it with matrices of one layer.
    fn project<E: TernaryEngine, const N: usize>(
        &self,
        engine: &mut E,
        kinds: [MatrixKind; N],
        layer: usize,
        input: &[f32],
    ) -> Stepped<[Vec<f32>; N], E, A> {
        let ids = kinds.map(|kind| MatrixId { kind, layer });
        let activations = quantise(input);
        let products = engine.products(&ids, &activations.values).map_err(DecodeError::Engine)?;
        let rows = kinds.map(|kind| self.model.shape().matrix_size(kind).0);
        if !rows.iter().copied().eq(products.iter().map(Vec::len)) {
            let found = products.iter().map(Vec::len).sum();
            return Err(DecodeError::Products { matrix: ids[0], expected: rows.iter().sum(), found });
        }
        let mut products = products.into_iter();
        Ok(ids.map(|id| {
            let scale = self.model.matrix(id).map_or(0.0, |matrix| matrix.scale()) * activations.step;
            products.next().unwrap_or_default().into_iter().map(|element| element as f32 * scale).collect()
        }))
    }
}

/// x += y, element by element.
fn add(x: &mut [f32], y: &[f32]) {
    for (x, y) in x.iter_mut().zip(y) {
        *x += y;
    }
}

/// The token with the largest logit, the first of them where several are equal; 0 for no logits.
pub fn greedy(logits: &[f32]) -> usize {
    let mut best = 0;
    for (token, logit) in logits.iter().enumerate() {
        if *logit > logits[best] {
            best = token;
        }
    }
    best
}

/// A text that continues greedily from [`BEGIN_TOKEN`] until the model's positions are used up.
#[derive(Clone, Debug)]
pub struct Story<'m, A = FloatAttention> {
    decoder: Decoder<'m, A>,
    token: usize,
}

impl<'m> Story<'m> {
    /// A text that is about to begin, attention in f32.
    pub fn new(model: &'m Model) -> Story<'m> {
        Story::with_attention(model, FloatAttention::new(model.shape()))
    }
}

impl<'m, A: Attention> Story<'m, A> {
    /// A text that is about to begin and remembers in `attention`, itself without a memory.
    pub fn with_attention(model: &'m Model, attention: A) -> Story<'m, A> {
        Story { decoder: Decoder::with_attention(model, attention), token: BEGIN_TOKEN }
    }

    /// What attention remembers.
    pub fn attention(&self) -> &A {
        self.decoder.attention()
    }

    /// The previous token and the next one; none at the end of the model's positions.
    ///
    /// # Errors
    /// As [`Decoder::step`].
    pub fn next_token<E: TernaryEngine>(&mut self, engine: &mut E) -> Stepped<Option<(usize, usize)>, E, A> {
        if self.decoder.position() >= self.decoder.model.shape().seq_len {
            return Ok(None);
        }
        let previous = self.token;
        self.token = greedy(&self.decoder.step(engine, previous)?);
        Ok(Some((previous, self.token)))
    }
}
