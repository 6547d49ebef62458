//! Five weights a byte: the byte is v + 121, where v = sum of w_i * 3^(4-i), from 0 to 242.

use crate::{FormatError, check, trit};

/// Weights in a byte.
pub const WEIGHTS_PER_BYTE: usize = 5;

/// Added to the number of the five weights so that it is never negative.
const OFFSET: i32 = 121;

/// Packs any number of ternary weights into ceil(n / 5) bytes; the last byte is filled with zero weights.
///
/// # Errors
/// `NotTernary`.
pub fn encode(trits: &[i8]) -> Result<Vec<u8>, FormatError> {
    check::ternary(trits)?;
    Ok(trits.chunks(WEIGHTS_PER_BYTE).map(pack).collect())
}

/// Unpacks `count` ternary weights from exactly ceil(count / 5) bytes.
///
/// # Errors
/// `ByteCount`, or `IllegalCode` for 243 to 255 and for weights other than zero behind the last one.
pub fn decode(bytes: &[u8], count: usize) -> Result<Vec<i8>, FormatError> {
    check::byte_count(bytes, count.div_ceil(WEIGHTS_PER_BYTE))?;
    let mut trits = Vec::with_capacity(count);
    for (offset, &byte) in bytes.iter().enumerate() {
        let chunk = unpack(byte, WEIGHTS_PER_BYTE.min(count - trits.len()));
        trits.extend(chunk.map_err(|error| error.moved(offset))?);
    }
    Ok(trits)
}

/// The byte of up to five weights that are known to be ternary.
pub(crate) fn pack(trits: &[i8]) -> u8 {
    let missing = WEIGHTS_PER_BYTE - trits.len();
    (trit::value(trits) * 3i32.pow(missing as u32) + OFFSET) as u8
}

/// The first `count` weights of a byte, which has no others.
pub(crate) fn unpack(byte: u8, count: usize) -> Result<Vec<i8>, FormatError> {
    let illegal = |expected| FormatError::IllegalCode { bit_offset: 0, code: byte.into(), expected };
    if i32::from(byte) > 2 * OFFSET {
        return Err(illegal("0 to 242"));
    }
    let mut trits = trit::digits(i32::from(byte) - OFFSET, WEIGHTS_PER_BYTE);
    if trits.drain(count..).any(|trit| trit != 0) {
        return Err(illegal("zero weights behind the last one"));
    }
    Ok(trits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{all_groups, blocks_of};
    use proptest::prelude::*;

    #[test]
    fn the_legal_bytes_are_the_groups_in_order() {
        for (byte, group) in (0..=242u8).zip(all_groups(5)) {
            assert_eq!(decode(&[byte], 5), Ok(group.clone()));
            assert_eq!(encode(&group), Ok(vec![byte]));
        }
        for byte in 243..=255u8 {
            let code = byte.into();
            let error = FormatError::IllegalCode { bit_offset: 8, code, expected: "0 to 242" };
            assert_eq!(decode(&[0, byte], 10), Err(error));
        }
    }

    #[test]
    fn known_bytes() {
        // 121 + 81 - 27 + 1 = 176; a lone weight stands in the highest digit: 121 - 81 = 40.
        assert_eq!(encode(&[1, -1, 0, 0, 1, -1]), Ok(vec![176, 40]));
        assert_eq!(encode(&[0; 5]), Ok(vec![121]));
        assert_eq!(encode(&[]), Ok(vec![]));
    }

    #[test]
    fn damage_is_refused_with_its_place() {
        let read = |bytes: &[u8], count| decode(bytes, count).unwrap_err().to_string();
        assert_eq!(read(&[121], 6), "byte 1: expected 2 bytes in all, found 1");
        assert!(read(&[121, 122], 6).starts_with("byte 1, bit 0: expected zero weights behind the last one"));
        assert_eq!(encode(&[0, -2]), Err(FormatError::NotTernary { index: 1, value: -2 }));
    }

    proptest! {
        #[test]
        fn weights_come_back(trits in blocks_of(1, 300)) {
            let bytes = encode(&trits).unwrap();
            prop_assert_eq!(decode(&bytes, trits.len()), Ok(trits));
        }
    }
}
