//! One token after another, or several at once: the steps of a ternary transformer.

use crate::attention::{Attention, FloatAttention, Projected};
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
        /// The matrix.
        matrix: MatrixId,
        /// The elements that its products should have in all.
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
                write!(formatter, "products of {matrix}: expected {expected} elements, found {found}")
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
        let x = self.hidden(engine, &[token])?.concat();
        Ok(self.model.embedding.chunks(self.model.shape().dim).map(|row| dot(row, &x)).collect())
    }

    /// Takes several tokens at once, layer by layer, and returns for each of them what the classifier multiplies with the
    /// embedding of every token to make the logits, `dim` elements. These are, to the bit, those of the same tokens taken
    /// one after the other.
    ///
    /// # Errors
    /// As [`Decoder::step`].
    pub fn hidden<E: TernaryEngine>(&mut self, engine: &mut E, tokens: &[usize]) -> Stepped<Vec<Vec<f32>>, E, A> {
        let shape = self.model.shape();
        if self.position + tokens.len() > shape.seq_len {
            return Err(DecodeError::Full { seq_len: shape.seq_len });
        }
        let start = |&token: &usize| {
            let embedding = self.model.embedding(token).map(<[f32]>::to_vec);
            embedding.ok_or(DecodeError::Token { vocab: shape.vocab, found: token })
        };
        let mut positions = tokens.iter().map(start).collect::<Result<Vec<_>, _>>()?;
        for layer in 0..shape.layers {
            self.attention_block(engine, layer, &mut positions)?;
            self.feed_forward_block(engine, layer, &mut positions)?;
        }
        self.position += tokens.len();
        Ok(positions.iter().map(|x| root_mean_square_norm(x, self.model.gain())).collect())
    }

    /// Adds to each position what its heads find in the positions so far, itself included.
    fn attention_block<E: TernaryEngine>(
        &mut self,
        engine: &mut E,
        layer: usize,
        positions: &mut [Vec<f32>],
    ) -> Stepped<(), E, A> {
        let kinds = [MatrixKind::Wq, MatrixKind::Wk, MatrixKind::Wv];
        let [mut queries, mut keys, values] = self.project(engine, kinds, layer, positions)?;
        let head_size = self.model.shape().head_size();
        for (place, (query, key)) in queries.iter_mut().zip(&mut keys).enumerate() {
            rotate(query, self.position + place, head_size);
            rotate(key, self.position + place, head_size);
        }
        let gathered = self.attention.attend(layer, self.position, &Projected { queries, keys, values });
        let gathered = gathered.map_err(DecodeError::Attention)?;
        let [output] = self.project(engine, [MatrixKind::Wo], layer, &gathered)?;
        add(positions, &output);
        Ok(())
    }

    /// Adds to each position what the gated feed-forward block makes of it.
    fn feed_forward_block<E: TernaryEngine>(
        &self,
        engine: &mut E,
        layer: usize,
        positions: &mut [Vec<f32>],
    ) -> Stepped<(), E, A> {
        let [gates, passed] = self.project(engine, [MatrixKind::W1, MatrixKind::W3], layer, positions)?;
        let hidden = |(gate, passed): (&Vec<f32>, &Vec<f32>)| {
            gate.iter().zip(passed).map(|(&gate, passed)| silu(gate) * passed).collect()
        };
        let hidden: Vec<Vec<f32>> = gates.iter().zip(&passed).map(hidden).collect();
        let [output] = self.project(engine, [MatrixKind::W2], layer, &hidden)?;
        add(positions, &output);
        Ok(())
    }

    /// Quantises each of the `inputs` once and multiplies it with matrices of one layer: for each matrix, a vector a
    /// position.
    fn project<E: TernaryEngine, const N: usize>(
        &self,
        engine: &mut E,
        kinds: [MatrixKind; N],
        layer: usize,
        inputs: &[Vec<f32>],
    ) -> Stepped<[Vec<Vec<f32>>; N], E, A> {
        let (vectors, steps): (Vec<_>, Vec<f32>) =
            inputs.iter().map(|input| quantise(input)).map(|quantised| (quantised.values, quantised.step)).unzip();
        let mut projected = kinds.map(|_| Vec::new());
        for (kind, projected) in kinds.into_iter().zip(&mut projected) {
            let matrix = MatrixId { kind, layer };
            let products = engine.product(matrix, &vectors).map_err(DecodeError::Engine)?;
            let (rows, found) = (self.model.shape().matrix_size(kind).0, products.iter().map(Vec::len));
            if !found.clone().eq(vec![rows; vectors.len()]) {
                return Err(DecodeError::Products { matrix, expected: rows * vectors.len(), found: found.sum() });
            }
            let scale = self.model.matrix(matrix).map_or(0.0, |matrix| matrix.scale());
            let scaled = products.iter().zip(&steps).map(|(product, step)| scaled(product, scale * step));
            *projected = scaled.collect();
        }
        Ok(projected)
    }
}

fn scaled(product: &[i32], scale: f32) -> Vec<f32> {
    product.iter().map(|&element| element as f32 * scale).collect()
}

/// x += y, element by element of each position.
fn add(x: &mut [Vec<f32>], y: &[Vec<f32>]) {
    for (x, y) in x.iter_mut().flatten().zip(y.iter().flatten()) {
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

    /// Takes tokens that are known, all at once, as those that follow.
    ///
    /// # Errors
    /// As [`Decoder::step`].
    pub fn follow<E: TernaryEngine>(&mut self, engine: &mut E, known: &[usize]) -> Stepped<(), E, A> {
        let Some((&last, taken)) = known.split_last() else { return Ok(()) };
        let tokens: Vec<usize> = std::iter::once(self.token).chain(taken.iter().copied()).collect();
        self.decoder.hidden(engine, &tokens)?;
        self.token = last;
        Ok(())
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
