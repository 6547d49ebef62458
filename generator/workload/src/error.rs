//! What is wrong with a file, or with the parts of a model.

use crate::shape::ShapeError;
use std::fmt;

/// A damaged or foreign file: where, what was expected there, and what was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadError {
    /// The file's name, as the caller gave it.
    pub file: String,
    /// Where the part begins that does not fit.
    pub byte_offset: usize,
    /// What belongs there.
    pub expected: String,
    /// What is there.
    pub found: String,
}

impl fmt::Display for LoadError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let LoadError { file, byte_offset, expected, found } = self;
        write!(formatter, "{file}: byte {byte_offset}: expected {expected}, found {found}")
    }
}

impl std::error::Error for LoadError {}

/// Parts that do not make a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ModelError {
    /// The shape is impossible.
    Shape(ShapeError),
    /// A part has the wrong size.
    Size {
        /// The part.
        part: String,
        /// The size that the shape gives it.
        expected: String,
        /// The size it has.
        found: String,
    },
    /// A weight is not -1, 0 or +1.
    NotTernary {
        /// Its place in the matrix, row by row.
        index: usize,
        /// The value.
        value: i8,
    },
    /// A number is infinite or not a number.
    NotFinite {
        /// The part that holds it.
        part: String,
    },
}

impl fmt::Display for ModelError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ModelError::Shape(error) => error.fmt(formatter),
            ModelError::Size { part, expected, found } => {
                write!(formatter, "{part}: expected {expected}, found {found}")
            }
            ModelError::NotTernary { index, value } => {
                write!(formatter, "weight {index}: expected -1, 0 or +1, found {value}")
            }
            ModelError::NotFinite { part } => write!(formatter, "{part}: expected finite numbers"),
        }
    }
}

impl std::error::Error for ModelError {}

impl From<ShapeError> for ModelError {
    fn from(error: ShapeError) -> ModelError {
        ModelError::Shape(error)
    }
}
