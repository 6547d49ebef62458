//! bitnet.cpp TL1: a pair of weights is the key 3 * w0 + w1 + 4, from 0 to 8, in 4 bits; two keys a byte,
//! the first in the high nibble.

use crate::{FormatError, check, trit};

/// Weights in a byte.
pub const WEIGHTS_PER_BYTE: usize = 4;

/// Added to the number of a pair so that it is never negative.
const OFFSET: i32 = 4;

/// Packs a multiple of 4 ternary weights, four in a byte.
///
/// # Errors
/// `WeightCount`, `NotTernary`.
pub fn encode(trits: &[i8]) -> Result<Vec<u8>, FormatError> {
    check::ternary_units(trits, WEIGHTS_PER_BYTE)?;
    let key = |pair| (trit::value(pair) + OFFSET) as u8;
    Ok(trits.chunks(WEIGHTS_PER_BYTE).map(|four| key(&four[..2]) << 4 | key(&four[2..])).collect())
}

/// Unpacks all weights.
///
/// # Errors
/// `IllegalCode` for the keys 9 to 15.
pub fn decode(bytes: &[u8]) -> Result<Vec<i8>, FormatError> {
    let mut trits = Vec::with_capacity(bytes.len() * WEIGHTS_PER_BYTE);
    for (offset, byte) in bytes.iter().enumerate() {
        for shift in [4, 0] {
            let key = byte >> shift & 15;
            if i32::from(key) > 2 * OFFSET {
                let (bit_offset, code) = (8 * offset + shift, key.into());
                return Err(FormatError::IllegalCode { bit_offset, code, expected: "a pair's key of 0 to 8" });
            }
            trits.extend(trit::digits(i32::from(key) - OFFSET, 2));
        }
    }
    Ok(trits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{all_groups, blocks_of};
    use proptest::prelude::*;

    #[test]
    fn every_byte_is_either_refused_or_comes_back() {
        let same = |byte: u8| decode(&[byte]).is_ok_and(|trits| encode(&trits) == Ok(vec![byte]));
        let legal = (0..=255).filter(|&byte| same(byte));
        assert_eq!(legal.count(), 81);
        for group in all_groups(4) {
            assert_eq!(decode(&encode(&group).unwrap()), Ok(group));
        }
    }

    #[test]
    fn known_bytes() {
        // 3 - 1 + 4 = 6 and 0 + 1 + 4 = 5; -3 - 1 + 4 = 0 and 3 + 1 + 4 = 8.
        assert_eq!(encode(&[1, -1, 0, 1, -1, -1, 1, 1]), Ok(vec![0x65, 0x08]));
    }

    #[test]
    fn damage_is_refused_with_its_place() {
        let read = |bytes: &[u8]| decode(bytes).unwrap_err().to_string();
        assert_eq!(read(&[0x44, 0x94]), "byte 1, bit 4: expected a pair's key of 0 to 8, found 0b1001 (9)");
        assert_eq!(read(&[0x4f]), "byte 0, bit 0: expected a pair's key of 0 to 8, found 0b1111 (15)");
        assert!(matches!(encode(&[0; 6]), Err(FormatError::WeightCount { found: 6, .. })));
    }

    proptest! {
        #[test]
        fn weights_come_back(trits in blocks_of(WEIGHTS_PER_BYTE, 80)) {
            let bytes = encode(&trits).unwrap();
            prop_assert_eq!(decode(&bytes), Ok(trits));
        }
    }
}
