//! What is wrong with weights that cannot be packed, or with bytes that cannot be unpacked.

use std::fmt;

/// Why a codec refused its input. Places count from the start of the slice that the codec was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FormatError {
    /// A value to be packed is not -1, 0 or +1.
    NotTernary {
        /// Its place among the weights.
        index: usize,
        /// The value.
        value: i8,
    },
    /// The number of weights to be packed does not fill the packing.
    WeightCount {
        /// The numbers that would.
        expected: String,
        /// The number of weights given.
        found: usize,
    },
    /// A group of four weights to be packed as `sherry` does not hold exactly one zero.
    NotSparse {
        /// The group's number.
        group: usize,
        /// The number of zeros in it.
        zeros: usize,
    },
    /// The packed data are too short or too long.
    ByteCount {
        /// Where they stop to fit.
        byte_offset: usize,
        /// The lengths that would fit, in bytes.
        expected: String,
        /// The length given, in bytes.
        found: usize,
    },
    /// A code that no weights have.
    IllegalCode {
        /// The place of its lowest bit; bit 0 is the lowest bit of byte 0.
        bit_offset: usize,
        /// The code.
        code: u32,
        /// The codes that are legal there.
        expected: &'static str,
    },
    /// A group size outside of 1 to 6.
    GroupSize {
        /// The group size given.
        found: u32,
    },
    /// A port word that has another width than its layout, or bits beyond its width.
    WordWidth {
        /// What would fit, in bits.
        expected: String,
        /// The width given, in bits.
        found: u64,
    },
}

impl FormatError {
    /// The same error in a larger slice, where the codec's slice began at byte `offset`.
    pub fn moved(self, offset: usize) -> FormatError {
        match self {
            FormatError::ByteCount { byte_offset, expected, found } => {
                FormatError::ByteCount { byte_offset: byte_offset + offset, expected, found }
            }
            other => other.moved_bits(offset * 8),
        }
    }

    /// The same illegal code in a larger vector, where the codec's part began at bit `offset`.
    pub(crate) fn moved_bits(self, offset: usize) -> FormatError {
        match self {
            FormatError::IllegalCode { bit_offset, code, expected } => {
                FormatError::IllegalCode { bit_offset: bit_offset + offset, code, expected }
            }
            other => other,
        }
    }

    /// The byte of packed data that is to blame, if the packed data are.
    pub fn byte_offset(&self) -> Option<usize> {
        match self {
            FormatError::ByteCount { byte_offset, .. } => Some(*byte_offset),
            FormatError::IllegalCode { bit_offset, .. } => Some(bit_offset / 8),
            _ => None,
        }
    }
}

impl fmt::Display for FormatError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FormatError::NotTernary { index, value } => {
                write!(formatter, "weight {index}: expected -1, 0 or +1, found {value}")
            }
            FormatError::WeightCount { expected, found } => {
                write!(formatter, "expected {expected} weights, found {found}")
            }
            FormatError::NotSparse { group, zeros } => {
                write!(formatter, "group {group}: expected one zero in four weights, found {zeros}")
            }
            FormatError::ByteCount { byte_offset, expected, found } => {
                write!(formatter, "byte {byte_offset}: expected {expected} bytes in all, found {found}")
            }
            FormatError::IllegalCode { bit_offset, code, expected } => {
                let (byte, bit) = (bit_offset / 8, bit_offset % 8);
                write!(formatter, "byte {byte}, bit {bit}: expected {expected}, found {code:#b} ({code})")
            }
            FormatError::GroupSize { found } => {
                write!(formatter, "expected a group size of 1 to 6, found {found}")
            }
            FormatError::WordWidth { expected, found } => {
                write!(formatter, "expected a port word of {expected} bits, found {found}")
            }
        }
    }
}

impl std::error::Error for FormatError {}
