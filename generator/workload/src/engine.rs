//! Who computes the ternary products: plain integers here, a simulated core elsewhere.

use crate::{MatrixId, Model, TernaryMatrix};
use std::error::Error;
use std::fmt;

/// Computes products of a model's ternary matrices with vectors of 8-bit activations.
pub trait TernaryEngine {
    /// Why a product could not be computed.
    type Error;

    /// `y = W x` of one matrix for each of the vectors, exact, without the scale: one element a row of W.
    ///
    /// # Errors
    /// As the engine defines.
    fn product(&mut self, matrix: MatrixId, vectors: &[Vec<i8>]) -> Result<Vec<Vec<i32>>, Self::Error>;
}

/// Plain integer arithmetic on a model's own weights.
#[derive(Clone, Copy, Debug)]
pub struct ReferenceEngine<'m> {
    model: &'m Model,
}

/// A request that the model has no product for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EngineError {
    /// The model has no such matrix.
    Matrix(MatrixId),
    /// The matrix takes another number of activations.
    Activations {
        /// The matrix.
        matrix: MatrixId,
        /// Its columns.
        expected: usize,
        /// The activations given.
        found: usize,
    },
}

impl fmt::Display for EngineError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EngineError::Matrix(matrix) => write!(formatter, "the model has no {matrix}"),
            EngineError::Activations { matrix, expected, found } => {
                write!(formatter, "{matrix}: expected {expected} activations, found {found}")
            }
        }
    }
}

impl Error for EngineError {}

impl<'m> ReferenceEngine<'m> {
    /// An engine for one model.
    pub fn new(model: &'m Model) -> ReferenceEngine<'m> {
        ReferenceEngine { model }
    }

    /// The matrix, if the vectors fit it.
    fn fitting(&self, matrix: MatrixId, vectors: &[Vec<i8>]) -> Result<&'m TernaryMatrix, EngineError> {
        let weights = self.model.matrix(matrix).ok_or(EngineError::Matrix(matrix))?;
        let expected = weights.columns();
        match vectors.iter().map(Vec::len).find(|&found| found != expected) {
            None => Ok(weights),
            Some(found) => Err(EngineError::Activations { matrix, expected, found }),
        }
    }
}

impl TernaryEngine for ReferenceEngine<'_> {
    type Error = EngineError;

    fn product(&mut self, matrix: MatrixId, vectors: &[Vec<i8>]) -> Result<Vec<Vec<i32>>, EngineError> {
        let weights = self.fitting(matrix, vectors)?;
        Ok(vectors.iter().map(|vector| weights.product(vector)).collect())
    }
}

/// Another engine, whose every product is compared with plain integer arithmetic.
#[derive(Debug)]
pub struct CheckedEngine<'m, E> {
    engine: E,
    reference: ReferenceEngine<'m>,
    checked: u64,
}

/// Why a checked product was not delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CheckError<E> {
    /// The engine itself failed.
    Engine(E),
    /// There is no such product.
    Reference(EngineError),
    /// The engine returned another number of elements.
    Elements {
        /// The matrix.
        matrix: MatrixId,
        /// Its rows, for all vectors.
        expected: usize,
        /// The elements returned.
        found: usize,
    },
    /// The engine computed something else; the first row that differs.
    Mismatch {
        /// The matrix.
        matrix: MatrixId,
        /// The row.
        row: usize,
        /// By integer arithmetic.
        expected: i32,
        /// By the engine.
        found: i32,
    },
}

impl<E: fmt::Display> fmt::Display for CheckError<E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CheckError::Engine(error) => error.fmt(formatter),
            CheckError::Reference(error) => error.fmt(formatter),
            CheckError::Elements { matrix, expected, found } => {
                write!(formatter, "{matrix}: expected {expected} elements, found {found}")
            }
            CheckError::Mismatch { matrix, row, expected, found } => {
                write!(formatter, "{matrix}, row {row}: expected {expected}, found {found}")
            }
        }
    }
}

impl<E: Error + 'static> Error for CheckError<E> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            CheckError::Engine(error) => Some(error),
            _ => None,
        }
    }
}

impl<'m, E: TernaryEngine> CheckedEngine<'m, E> {
    /// Checks `engine` against the weights of `model`.
    pub fn new(engine: E, model: &'m Model) -> CheckedEngine<'m, E> {
        CheckedEngine { engine, reference: ReferenceEngine::new(model), checked: 0 }
    }

    /// The engine, for its own figures.
    pub fn engine(&self) -> &E {
        &self.engine
    }

    /// The number of products that were equal so far.
    pub fn checked(&self) -> u64 {
        self.checked
    }

    /// Compares the products of one matrix, element by element.
    fn compare(&self, matrix: MatrixId, expected: &[Vec<i32>], found: &[Vec<i32>]) -> Result<(), CheckError<E::Error>> {
        if !expected.iter().map(Vec::len).eq(found.iter().map(Vec::len)) {
            let elements = |vectors: &[Vec<i32>]| vectors.iter().map(Vec::len).sum();
            return Err(CheckError::Elements { matrix, expected: elements(expected), found: elements(found) });
        }
        for (expected, found) in expected.iter().zip(found) {
            if let Some(row) = (0..found.len()).find(|&row| expected[row] != found[row]) {
                return Err(CheckError::Mismatch { matrix, row, expected: expected[row], found: found[row] });
            }
        }
        Ok(())
    }
}

impl<E: TernaryEngine> TernaryEngine for CheckedEngine<'_, E> {
    type Error = CheckError<E::Error>;

    fn product(&mut self, matrix: MatrixId, vectors: &[Vec<i8>]) -> Result<Vec<Vec<i32>>, Self::Error> {
        let found = self.engine.product(matrix, vectors).map_err(CheckError::Engine)?;
        let expected = self.reference.product(matrix, vectors).map_err(CheckError::Reference)?;
        self.compare(matrix, &expected, &found)?;
        self.checked += vectors.len() as u64;
        Ok(found)
    }
}
