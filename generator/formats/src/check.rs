//! The refusals that all codecs share.

use crate::FormatError;

/// Refuses the first value that is not -1, 0 or +1.
pub(crate) fn ternary(trits: &[i8]) -> Result<(), FormatError> {
    match trits.iter().position(|trit| !(-1..=1).contains(trit)) {
        Some(index) => Err(FormatError::NotTernary { index, value: trits[index] }),
        None => Ok(()),
    }
}

/// Refuses weights that are not ternary, or whose number is not a multiple of `unit`.
pub(crate) fn ternary_units(trits: &[i8], unit: usize) -> Result<(), FormatError> {
    if !trits.len().is_multiple_of(unit) {
        return Err(FormatError::WeightCount { expected: format!("a multiple of {unit}"), found: trits.len() });
    }
    ternary(trits)
}

/// Refuses bytes that are not a whole number of blocks; what does not fit begins behind the last whole one.
pub(crate) fn whole_blocks(bytes: &[u8], block_bytes: usize) -> Result<(), FormatError> {
    let rest = bytes.len() % block_bytes;
    if rest == 0 {
        return Ok(());
    }
    Err(FormatError::ByteCount {
        byte_offset: bytes.len() - rest,
        expected: format!("a multiple of {block_bytes}"),
        found: bytes.len(),
    })
}

/// Refuses any other number of bytes than `expected`.
pub(crate) fn byte_count(bytes: &[u8], expected: usize) -> Result<(), FormatError> {
    if bytes.len() == expected {
        return Ok(());
    }
    Err(FormatError::ByteCount {
        byte_offset: bytes.len().min(expected),
        expected: expected.to_string(),
        found: bytes.len(),
    })
}
