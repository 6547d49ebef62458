//! The seven sizes of a transformer.

use crate::MatrixKind;
use std::fmt;

/// The sizes of a transformer, in the order of its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Length of the vector that runs through the layers.
    pub dim: usize,
    /// Length of the vector inside a feed-forward block.
    pub hidden: usize,
    /// Number of layers.
    pub layers: usize,
    /// Query heads of a layer.
    pub heads: usize,
    /// Key and value heads of a layer; several query heads may share one.
    pub kv_heads: usize,
    /// Number of tokens.
    pub vocab: usize,
    /// The most positions of a text.
    pub seq_len: usize,
}

/// A size that cannot be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShapeError {
    /// Its name, one of [`Shape::NAMES`].
    pub size: &'static str,
    /// What it must be.
    pub expected: String,
    /// What it is.
    pub found: usize,
}

impl fmt::Display for ShapeError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: expected {}, found {}", self.size, self.expected, self.found)
    }
}

impl std::error::Error for ShapeError {}

impl Shape {
    /// The names of the sizes, in the order of [`Shape::sizes`].
    pub const NAMES: [&str; 7] = ["dim", "hidden", "layers", "heads", "kv_heads", "vocab", "seq_len"];

    /// The largest legal size: products of that many 8-bit activations with ternary weights fit 32 bits.
    pub const MAX_SIZE: usize = 1 << 23;

    /// The sizes in order.
    pub fn sizes(&self) -> [usize; 7] {
        [self.dim, self.hidden, self.layers, self.heads, self.kv_heads, self.vocab, self.seq_len]
    }

    /// The shape of the sizes in order.
    pub fn from_sizes(sizes: [usize; 7]) -> Shape {
        let [dim, hidden, layers, heads, kv_heads, vocab, seq_len] = sizes;
        Shape { dim, hidden, layers, heads, kv_heads, vocab, seq_len }
    }

    /// Elements of one head.
    pub fn head_size(&self) -> usize {
        self.dim / self.heads
    }

    /// Elements of the keys, and of the values, of one position.
    pub fn kv_dim(&self) -> usize {
        self.head_size() * self.kv_heads
    }

    /// Rows and columns of a matrix.
    pub fn matrix_size(&self, kind: MatrixKind) -> (usize, usize) {
        match kind {
            MatrixKind::Wq | MatrixKind::Wo => (self.dim, self.dim),
            MatrixKind::Wk | MatrixKind::Wv => (self.kv_dim(), self.dim),
            MatrixKind::W1 | MatrixKind::W3 => (self.hidden, self.dim),
            MatrixKind::W2 => (self.dim, self.hidden),
        }
    }

    /// Refuses the first size that is impossible.
    ///
    /// # Errors
    /// For a size outside of 1 to [`Shape::MAX_SIZE`]; for rows that do not fill whole bytes of four weights;
    /// for heads that do not divide `dim`, are of odd size, or cannot share the key heads evenly.
    pub fn check(&self) -> Result<(), ShapeError> {
        for (size, found) in Shape::NAMES.into_iter().zip(self.sizes()) {
            let expected = || format!("1 to {}", Shape::MAX_SIZE);
            refuse_unless((1..=Shape::MAX_SIZE).contains(&found), size, found, expected)?;
        }
        let four = || "a multiple of 4".to_string();
        refuse_unless(self.dim.is_multiple_of(4), "dim", self.dim, four)?;
        refuse_unless(self.hidden.is_multiple_of(4), "hidden", self.hidden, four)?;
        let even = self.dim.is_multiple_of(2 * self.heads);
        let heads = || format!("heads of an even number of elements each, of {} in all", self.dim);
        refuse_unless(even, "heads", self.heads, heads)?;
        let shared = || format!("a divisor of the {} heads", self.heads);
        refuse_unless(self.heads.is_multiple_of(self.kv_heads), "kv_heads", self.kv_heads, shared)
    }
}

/// The refusal of one size, unless it is legal.
fn refuse_unless(
    legal: bool,
    size: &'static str,
    found: usize,
    expected: impl Fn() -> String,
) -> Result<(), ShapeError> {
    if legal { Ok(()) } else { Err(ShapeError { size, expected: expected(), found }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: Shape = Shape { dim: 24, hidden: 20, layers: 1, heads: 6, kv_heads: 2, vocab: 5, seq_len: 7 };

    #[test]
    fn derived_sizes() {
        assert_eq!(GOOD.check(), Ok(()));
        assert_eq!((GOOD.head_size(), GOOD.kv_dim()), (4, 8));
        assert_eq!(GOOD.matrix_size(MatrixKind::Wv), (8, 24));
        assert_eq!(GOOD.matrix_size(MatrixKind::W2), (24, 20));
        assert_eq!(Shape::from_sizes(GOOD.sizes()), GOOD);
    }

    #[test]
    fn impossible_sizes_are_refused_by_name() {
        let refused = |shape: Shape| shape.check().unwrap_err().to_string();
        for (index, name) in Shape::NAMES.into_iter().enumerate() {
            let mut sizes = GOOD.sizes();
            sizes[index] = 0;
            assert_eq!(refused(Shape::from_sizes(sizes)), format!("{name}: expected 1 to 8388608, found 0"));
        }
        assert_eq!(refused(Shape { hidden: 21, ..GOOD }), "hidden: expected a multiple of 4, found 21");
        assert_eq!(refused(Shape { dim: 26, heads: 13, ..GOOD }), "dim: expected a multiple of 4, found 26");
        let heads = "heads: expected heads of an even number of elements each, of 24 in all, found";
        assert_eq!(refused(Shape { heads: 8, ..GOOD }), format!("{heads} 8"));
        assert_eq!(refused(Shape { heads: 5, ..GOOD }), format!("{heads} 5"));
        assert_eq!(refused(Shape { kv_heads: 4, ..GOOD }), "kv_heads: expected a divisor of the 6 heads, found 4");
    }
}
