//! Who computes the integer products of attention: plain integers here, a simulated core elsewhere.

use std::convert::Infallible;
use std::error::Error;
use std::fmt;

/// The two products of attention.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// q . k: signed queries, a row a query head, with signed keys, a column a position.
    Scores,
    /// p . v: weights from 0 up, a row a query head, with signed values, a column an element of the head.
    Gathering,
}

impl fmt::Display for Step {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Step::Scores => "q.k",
            Step::Gathering => "p.v",
        })
    }
}

/// A matrix of integers, row by row.
pub type Matrix = Vec<Vec<i32>>;

/// Two matrices to be multiplied: `result[m][n] = sum over i of rows[m][i] * columns[n][i]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// Queries or weights.
    pub rows: Matrix,
    /// Signed bytes: keys, or elements of a head.
    pub columns: Matrix,
}

/// Computes exact products of small integer matrices.
pub trait ProductEngine {
    /// Why a product could not be computed.
    type Error;

    /// The largest weight that a head may give a position: the engine takes weights of 0 to this as activations.
    fn largest_weight(&self) -> u8;

    /// How many rows of a product take no longer than one.
    fn rows_at_once(&self) -> usize;

    /// Products that do not depend on one another, each exact.
    ///
    /// # Errors
    /// As the engine defines.
    fn products(&mut self, step: Step, products: &[Product]) -> Result<Vec<Matrix>, Self::Error>;
}

/// Plain integer arithmetic.
#[derive(Clone, Copy, Debug)]
pub struct ReferenceProducts {
    /// The largest weight that a head may give a position.
    pub largest_weight: u8,
}

impl ProductEngine for ReferenceProducts {
    type Error = Infallible;

    fn largest_weight(&self) -> u8 {
        self.largest_weight
    }

    fn rows_at_once(&self) -> usize {
        1
    }

    fn products(&mut self, _: Step, products: &[Product]) -> Result<Vec<Matrix>, Infallible> {
        let dot = |row: &[i32], column: &[i32]| row.iter().zip(column).map(|(x, w)| x * w).sum();
        let row = |row: &Vec<i32>, columns: &Matrix| columns.iter().map(|column| dot(row, column)).collect();
        let product = |Product { rows, columns }: &Product| rows.iter().map(|x| row(x, columns)).collect();
        Ok(products.iter().map(product).collect())
    }
}

/// Another engine, whose every product is compared with plain integer arithmetic.
#[derive(Debug)]
pub struct CheckedProducts<E> {
    engine: E,
    checked: u64,
}

/// Why a checked product was not delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProductError<E> {
    /// The engine itself failed.
    Engine(E),
    /// The engine computed something else.
    Mismatch(Step),
}

impl<E: fmt::Display> fmt::Display for ProductError<E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ProductError::Engine(error) => error.fmt(formatter),
            ProductError::Mismatch(step) => write!(formatter, "{step} of attention differs from integer arithmetic"),
        }
    }
}

impl<E: Error + 'static> Error for ProductError<E> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            ProductError::Engine(error) => Some(error),
            _ => None,
        }
    }
}

impl<E> CheckedProducts<E> {
    /// Checks `engine`.
    pub fn new(engine: E) -> CheckedProducts<E> {
        CheckedProducts { engine, checked: 0 }
    }

    /// The engine, for its own figures.
    pub fn engine(&self) -> &E {
        &self.engine
    }

    /// The number of products that were equal so far.
    pub fn checked(&self) -> u64 {
        self.checked
    }
}

impl<E: ProductEngine> ProductEngine for CheckedProducts<E> {
    type Error = ProductError<E::Error>;

    fn largest_weight(&self) -> u8 {
        self.engine.largest_weight()
    }

    fn rows_at_once(&self) -> usize {
        self.engine.rows_at_once()
    }

    fn products(&mut self, step: Step, products: &[Product]) -> Result<Vec<Matrix>, Self::Error> {
        let found = self.engine.products(step, products).map_err(ProductError::Engine)?;
        let Ok(expected) = ReferenceProducts { largest_weight: 0 }.products(step, products);
        if found != expected {
            return Err(ProductError::Mismatch(step));
        }
        self.checked += products.len() as u64;
        Ok(found)
    }
}
