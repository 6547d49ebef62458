//! Ternary weights in blocks with a scale each, as GGUF files keep them.

use crate::{FormatError, check};

/// Weights in a block.
pub(crate) const BLOCK_WEIGHTS: usize = 256;

/// Ternary weights, and a scale for every 256 of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScaledBlocks {
    /// 256 ternary weights a block.
    pub weights: Vec<i8>,
    /// One a block: the bits of an IEEE binary16 number, which the codecs pass on as they are.
    pub scales: Vec<u16>,
}

impl ScaledBlocks {
    /// Refuses weights that are not ternary or not 256 a scale.
    pub(crate) fn check(&self) -> Result<(), FormatError> {
        let expected = self.scales.len().saturating_mul(BLOCK_WEIGHTS);
        if self.weights.len() != expected {
            return Err(FormatError::WeightCount { expected: expected.to_string(), found: self.weights.len() });
        }
        check::ternary(&self.weights)
    }

    /// The weights and the scale of each block, in order.
    pub(crate) fn blocks(&self) -> impl Iterator<Item = (&[i8], u16)> {
        self.weights.chunks(BLOCK_WEIGHTS).zip(self.scales.iter().copied())
    }
}
