//! bitnet.cpp I2_S as laid out for x86: blocks of 128 weights in 32 bytes, then one f32 scale for all.
//!
//! Weight j of a block stands in byte j mod 32, in the two bits from 6 - 2*(j/32) up, with the code
//! [`TwoBitCode::OffsetOne`]. The scale is little endian.

use crate::{FormatError, TwoBitCode, check};

/// Weights in a block.
pub const BLOCK_WEIGHTS: usize = 128;

const BLOCK_BYTES: usize = 32;
const SCALE_BYTES: usize = 4;
const CODE: TwoBitCode = TwoBitCode::OffsetOne;

/// The lowest bit of the weights number 32 * `quarter` and up.
fn shift(quarter: usize) -> usize {
    6 - 2 * quarter
}

/// Packs a multiple of 128 ternary weights and their scale, which may be any f32.
///
/// # Errors
/// `WeightCount`, `NotTernary`.
pub fn encode(trits: &[i8], scale: f32) -> Result<Vec<u8>, FormatError> {
    check::ternary_units(trits, BLOCK_WEIGHTS)?;
    let mut bytes = Vec::with_capacity(trits.len() / 4 + SCALE_BYTES);
    for block in trits.chunks(BLOCK_WEIGHTS) {
        let byte = |place| (0..4).fold(0, |byte, i| byte | CODE.pack(block[place + BLOCK_BYTES * i]) << shift(i));
        bytes.extend((0..BLOCK_BYTES).map(byte));
    }
    bytes.extend(scale.to_le_bytes());
    Ok(bytes)
}

/// Unpacks the weights and the scale of a whole tensor.
///
/// # Errors
/// `ByteCount` unless the length is 4 more than a multiple of 32, `IllegalCode`.
pub fn decode(bytes: &[u8]) -> Result<(Vec<i8>, f32), FormatError> {
    let (data, scale) = bytes
        .split_last_chunk::<SCALE_BYTES>()
        .filter(|(data, _)| data.len().is_multiple_of(BLOCK_BYTES))
        .ok_or_else(|| FormatError::ByteCount {
            byte_offset: bytes.len(),
            expected: format!("{SCALE_BYTES} more than a multiple of {BLOCK_BYTES}"),
            found: bytes.len(),
        })?;
    let mut trits = Vec::with_capacity(data.len() * 4);
    for (number, block) in data.chunks(BLOCK_BYTES).enumerate() {
        for quarter in 0..4 {
            for (place, byte) in block.iter().enumerate() {
                let bit_offset = 8 * (number * BLOCK_BYTES + place) + shift(quarter);
                let trit = CODE.unpack(byte >> shift(quarter) & 3);
                trits.push(trit.map_err(|error| error.moved_bits(bit_offset))?);
            }
        }
    }
    Ok((trits, f32::from_le_bytes(*scale)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{blocks_of, fnv1a, pattern};
    use proptest::prelude::*;

    #[test]
    fn known_bytes() {
        let mut trits = [0; 256];
        // Byte 3 of block 0 holds weights 3, 35, 67 and 99 from its top down.
        (trits[3], trits[35], trits[99], trits[128 + 127]) = (1, -1, -1, 1);
        let bytes = encode(&trits, 1.5).unwrap();
        assert_eq!(bytes.len(), 68);
        assert_eq!((bytes[3], bytes[4]), (0b10_00_01_00, 0b01_01_01_01));
        assert_eq!(bytes[63], 0b01_01_01_10);
        assert_eq!(bytes[64..], [0, 0, 0xc0, 0x3f]);
        assert_eq!(fnv1a(&encode(&pattern(256), 0.25).unwrap()), 0xad05_47a5_eed2_1981);
    }

    #[test]
    fn damage_is_refused_with_its_place() {
        let mut bytes = encode(&[0; 256], 1.0).unwrap();
        bytes[40] |= 0b11_00;
        let expected = "byte 40, bit 2: expected 00 (-1), 01 (0) or 10 (+1), found 0b11 (3)";
        assert_eq!(decode(&bytes).unwrap_err().to_string(), expected);
        for length in [0, 3, 5, 35, 37, 67] {
            assert_eq!(decode(&bytes[..length]).unwrap_err().byte_offset(), Some(length));
        }
        assert!(matches!(encode(&[0; 127], 1.0), Err(FormatError::WeightCount { found: 127, .. })));
    }

    proptest! {
        #[test]
        fn weights_and_scale_come_back(trits in blocks_of(BLOCK_WEIGHTS, 3), scale in -1e9f32..1e9) {
            let bytes = encode(&trits, scale).unwrap();
            prop_assert_eq!(decode(&bytes), Ok((trits, scale)));
        }
    }
}
