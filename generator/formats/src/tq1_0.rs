//! GGUF TQ1_0: 256 weights and an f16 scale in 54 bytes.
//!
//! | bytes | weights | weight of digit i of byte j |
//! |---|---|---|
//! | 32 | 0..160, five a byte | 32 * i + j |
//! | 16 | 160..240, five a byte | 160 + 16 * i + j |
//! | 4 | 240..256, four a byte, the fifth digit is 0 | 240 + 4 * i + j |
//! | 2 | | the scale, little endian |
//!
//! The digits w + 1 form u = sum of (w_i + 1) * 3^(4-i), and the byte is ceil(u * 256 / 243): a fraction of
//! 256, from which a reader takes digit i as (((byte * 3^i) & 255) * 3) >> 8 without a division.

use crate::scaled_blocks::BLOCK_WEIGHTS;
use crate::{FormatError, ScaledBlocks, check};

/// Bytes of a block.
pub const BLOCK_BYTES: usize = 54;

/// A run of bytes whose digits stand for interleaved weights.
struct Section {
    first_byte: usize,
    bytes: usize,
    first_weight: usize,
    digits: usize,
}

const SECTIONS: [Section; 3] = [
    Section { first_byte: 0, bytes: 32, first_weight: 0, digits: 5 },
    Section { first_byte: 32, bytes: 16, first_weight: 160, digits: 5 },
    Section { first_byte: 48, bytes: 4, first_weight: 240, digits: 4 },
];

impl Section {
    /// The weight of digit `digit` of byte `byte` of the section, within the block.
    fn weight(&self, byte: usize, digit: usize) -> usize {
        self.first_weight + self.bytes * digit + byte
    }
}

/// The byte of five digits of 0 to 2 each.
fn fraction(digits: [u8; 5]) -> u8 {
    let number = digits.iter().fold(0, |number, &digit| 3 * number + u32::from(digit));
    (number * 256).div_ceil(243) as u8
}

/// The digits that a reader takes from a byte.
fn digits(byte: u8) -> [u8; 5] {
    [1, 3, 9, 27, 81].map(|power| ((u16::from(byte.wrapping_mul(power)) * 3) >> 8) as u8)
}

/// Packs whole blocks, 54 bytes each.
///
/// # Errors
/// `WeightCount`, `NotTernary`.
pub fn encode(blocks: &ScaledBlocks) -> Result<Vec<u8>, FormatError> {
    blocks.check()?;
    let mut bytes = Vec::with_capacity(blocks.scales.len() * BLOCK_BYTES);
    for (weights, scale) in blocks.blocks() {
        for section in &SECTIONS {
            bytes.extend((0..section.bytes).map(|byte| {
                let mut five = [0; 5];
                for (digit, slot) in five.iter_mut().enumerate().take(section.digits) {
                    *slot = (weights[section.weight(byte, digit)] + 1) as u8;
                }
                fraction(five)
            }));
        }
        bytes.extend(scale.to_le_bytes());
    }
    Ok(bytes)
}

/// Unpacks whole blocks.
///
/// # Errors
/// `ByteCount`; `IllegalCode` for the 13 bytes that no five digits give, and for a fifth digit other than 0
/// in a byte of four weights.
pub fn decode(bytes: &[u8]) -> Result<ScaledBlocks, FormatError> {
    check::whole_blocks(bytes, BLOCK_BYTES)?;
    let mut blocks = ScaledBlocks::default();
    for (number, block) in bytes.chunks(BLOCK_BYTES).enumerate() {
        let mut weights = [0; BLOCK_WEIGHTS];
        decode_block(block, &mut weights).map_err(|error| error.moved(number * BLOCK_BYTES))?;
        blocks.weights.extend(weights);
        blocks.scales.push(u16::from_le_bytes([block[BLOCK_BYTES - 2], block[BLOCK_BYTES - 1]]));
    }
    Ok(blocks)
}

/// Unpacks the weights of one block of 54 bytes.
fn decode_block(block: &[u8], weights: &mut [i8; BLOCK_WEIGHTS]) -> Result<(), FormatError> {
    for section in &SECTIONS {
        for byte in 0..section.bytes {
            let offset = section.first_byte + byte;
            let five = digits(block[offset]);
            let illegal =
                |expected| FormatError::IllegalCode { bit_offset: 8 * offset, code: block[offset].into(), expected };
            if fraction(five) != block[offset] {
                return Err(illegal("ceil(u * 256 / 243) of a u from 0 to 242"));
            }
            if five[section.digits..].iter().any(|&digit| digit != 0) {
                return Err(illegal("a fifth digit of 0"));
            }
            for (digit, value) in five.iter().enumerate().take(section.digits) {
                weights[section.weight(byte, digit)] = *value as i8 - 1;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{blocks_of, fnv1a, pattern};
    use proptest::prelude::*;

    fn one(weights: Vec<i8>) -> ScaledBlocks {
        ScaledBlocks { weights, scales: vec![0x3c00] }
    }

    #[test]
    fn every_byte_is_either_a_fraction_or_refused() {
        let legal: Vec<u8> = (0..=255).filter(|&byte| fraction(digits(byte)) == byte).collect();
        let all: Vec<u8> = (0..243u32).map(|number| (f64::from(number) * 256.0 / 243.0).ceil() as u8).collect();
        assert_eq!(legal, all);
    }

    #[test]
    fn known_bytes() {
        // All zero: u = 121, ceil(121 * 256 / 243) = 128; with the fifth digit 0: u = 120, 127.
        let bytes = encode(&one(vec![0; 256])).unwrap();
        assert_eq!((bytes[0], bytes[47], bytes[48]), (128, 128, 127));
        assert_eq!(bytes[52..], [0x00, 0x3c]);
        // Weight 35 is digit 1 of byte 3: u = 121 + 27, ceil(148 * 256 / 243) = 156.
        // Weight 245 is digit 1 of byte 48 + 1: u = 120 - 27, ceil(93 * 256 / 243) = 98.
        let mut weights = vec![0; 256];
        (weights[35], weights[245]) = (1, -1);
        let bytes = encode(&one(weights)).unwrap();
        assert_eq!((bytes[3], bytes[49]), (156, 98));
        assert_eq!(fnv1a(&encode(&one(pattern(256))).unwrap()), 0x3326_0eba_805f_d2a0);
    }

    #[test]
    fn damage_is_refused_with_its_place() {
        let good = encode(&ScaledBlocks { weights: vec![0; 512], scales: vec![0, 0] }).unwrap();
        let with = |place: usize, byte| {
            let mut bytes = good.clone();
            bytes[place] = byte;
            decode(&bytes).unwrap_err().to_string()
        };
        // u = 18 gives ceil(18.96) = 19 and u = 19 gives ceil(20.02) = 21: 20 is between.
        assert!(with(54 + 30, 20).starts_with("byte 84, bit 0: expected ceil(u * 256 / 243)"));
        assert!(with(50, 128).starts_with("byte 50, bit 0: expected a fifth digit of 0"));
        let short = decode(&good[..100]).unwrap_err().to_string();
        assert_eq!(short, "byte 54: expected a multiple of 54 bytes in all, found 100");
        let odd = ScaledBlocks { weights: vec![0; 255], scales: vec![0] };
        assert!(matches!(encode(&odd), Err(FormatError::WeightCount { found: 255, .. })));
    }

    proptest! {
        #[test]
        fn blocks_come_back(weights in blocks_of(256, 3), scale in any::<u16>()) {
            let blocks = ScaledBlocks { scales: vec![scale; weights.len() / 256], weights };
            let bytes = encode(&blocks).unwrap();
            prop_assert_eq!(decode(&bytes), Ok(blocks));
        }
    }
}
