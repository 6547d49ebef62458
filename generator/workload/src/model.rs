//! A ternary language model in memory.

use crate::{ModelError, Shape};
use std::fmt;

/// The seven matrices of a layer, by their names in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum MatrixKind {
    /// Queries from the running vector.
    Wq,
    /// Keys from the running vector.
    Wk,
    /// Values from the running vector.
    Wv,
    /// The running vector from what attention gathered.
    Wo,
    /// The gate of the feed-forward block.
    W1,
    /// The running vector from the feed-forward block.
    W2,
    /// What the gate lets pass.
    W3,
}

impl MatrixKind {
    /// In the order of the file.
    pub const ALL: [MatrixKind; 7] = [
        MatrixKind::Wq,
        MatrixKind::Wk,
        MatrixKind::Wv,
        MatrixKind::Wo,
        MatrixKind::W1,
        MatrixKind::W2,
        MatrixKind::W3,
    ];

    /// The name in the file's description.
    pub fn name(self) -> &'static str {
        ["wq", "wk", "wv", "wo", "w1", "w2", "w3"][self as usize]
    }
}

/// One matrix of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MatrixId {
    /// Which of a layer's matrices.
    pub kind: MatrixKind,
    /// The layer, from 0.
    pub layer: usize,
}

impl fmt::Display for MatrixId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} of layer {}", self.kind.name(), self.layer)
    }
}

/// A ternary matrix with one scale: y = scale * (W x).
#[derive(Clone, Debug, PartialEq)]
pub struct TernaryMatrix {
    pub(crate) rows: usize,
    pub(crate) columns: usize,
    pub(crate) trits: Vec<i8>,
    pub(crate) scale: f32,
}

impl TernaryMatrix {
    /// A matrix of `rows * columns` ternary weights, row by row.
    ///
    /// # Errors
    /// `Size`, `NotTernary`, `NotFinite`.
    pub fn new(rows: usize, columns: usize, trits: Vec<i8>, scale: f32) -> Result<TernaryMatrix, ModelError> {
        check_length("the weights", rows.saturating_mul(columns), trits.len())?;
        check_finite("the scale", &[scale])?;
        match trits.iter().position(|trit| !(-1..=1).contains(trit)) {
            Some(index) => Err(ModelError::NotTernary { index, value: trits[index] }),
            None => Ok(TernaryMatrix { rows, columns, trits, scale }),
        }
    }

    /// Outputs.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Inputs.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// The weights, row by row.
    pub fn trits(&self) -> &[i8] {
        &self.trits
    }

    /// The factor of every weight.
    pub fn scale(&self) -> f32 {
        self.scale
    }

    /// W x in 32-bit integers, without the scale; inputs beyond the columns, or missing, count as 0.
    pub fn product(&self, activations: &[i8]) -> Vec<i32> {
        let dot = |row: &[i8]| row.iter().zip(activations).map(|(&w, &x)| i32::from(w) * i32::from(x)).sum();
        // A matrix without columns has no chunks, but the shape of a model excludes it.
        self.trits.chunks(self.columns.max(1)).map(dot).collect()
    }
}

/// A ternary language model: all sizes agree, all weights are ternary, all other numbers finite.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    pub(crate) shape: Shape,
    pub(crate) gain: Vec<f32>,
    pub(crate) embedding: Vec<f32>,
    /// In the order of [`Model::ids`].
    pub(crate) matrices: Vec<TernaryMatrix>,
}

impl Model {
    /// A model of `gain[dim]` of the last norm, `embedding[vocab][dim]`, and the matrices in the order of
    /// [`Model::ids`].
    ///
    /// # Errors
    /// `Shape`, `Size`, `NotFinite`.
    pub fn new(
        shape: Shape,
        gain: Vec<f32>,
        embedding: Vec<f32>,
        matrices: Vec<TernaryMatrix>,
    ) -> Result<Model, ModelError> {
        shape.check()?;
        check_length("the gain", shape.dim, gain.len())?;
        check_length("the embedding", shape.vocab.saturating_mul(shape.dim), embedding.len())?;
        check_finite("the gain", &gain)?;
        check_finite("the embedding", &embedding)?;
        check_length("the matrices", MatrixKind::ALL.len().saturating_mul(shape.layers), matrices.len())?;
        for (id, matrix) in Model::ids(&shape).zip(&matrices) {
            let (expected, found) = (shape.matrix_size(id.kind), (matrix.rows, matrix.columns));
            if expected != found {
                let size = |(rows, columns)| format!("{rows} x {columns}");
                return Err(ModelError::Size { part: id.to_string(), expected: size(expected), found: size(found) });
            }
        }
        Ok(Model { shape, gain, embedding, matrices })
    }

    /// All matrices of a shape in the order of the file: kind by kind, of each layer 0 first.
    pub fn ids(shape: &Shape) -> impl Iterator<Item = MatrixId> + use<> {
        let layers = shape.layers;
        MatrixKind::ALL.into_iter().flat_map(move |kind| (0..layers).map(move |layer| MatrixId { kind, layer }))
    }

    /// The sizes.
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// The gain of the last norm, one an element.
    pub fn gain(&self) -> &[f32] {
        &self.gain
    }

    /// The embedding of a token, `dim` elements; none for a token beyond the vocabulary.
    pub fn embedding(&self, token: usize) -> Option<&[f32]> {
        self.embedding.chunks(self.shape.dim).nth(token)
    }

    /// One matrix; none for a layer beyond the last.
    pub fn matrix(&self, id: MatrixId) -> Option<&TernaryMatrix> {
        let of_kind = self.matrices.chunks(self.shape.layers).nth(id.kind as usize)?;
        of_kind.get(id.layer)
    }

    /// All matrices in the order of the file.
    pub fn matrices(&self) -> impl Iterator<Item = (MatrixId, &TernaryMatrix)> {
        Model::ids(&self.shape).zip(&self.matrices)
    }

    /// What a report says about the weights.
    pub fn statistics(&self) -> Statistics {
        let trits = || self.matrices.iter().flat_map(|matrix| &matrix.trits);
        Statistics { weights: trits().count() as u64, zeros: trits().filter(|&&trit| trit == 0).count() as u64 }
    }
}

/// Counts over all ternary weights of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Statistics {
    /// Ternary weights; each is read once for every token.
    pub weights: u64,
    /// Those of them that are 0.
    pub zeros: u64,
}

impl Statistics {
    /// The part of the weights that is 0, from 0 to 1.
    pub fn zero_fraction(&self) -> f64 {
        self.zeros as f64 / self.weights.max(1) as f64
    }
}

fn check_length(part: &str, expected: usize, found: usize) -> Result<(), ModelError> {
    if expected == found {
        return Ok(());
    }
    Err(ModelError::Size { part: part.to_string(), expected: expected.to_string(), found: found.to_string() })
}

fn check_finite(part: &str, numbers: &[f32]) -> Result<(), ModelError> {
    if numbers.iter().all(|number| number.is_finite()) {
        return Ok(());
    }
    Err(ModelError::NotFinite { part: part.to_string() })
}
