//! Two bits a weight, four weights a byte, in the three codes that are in use.
//!
//! | code | -1 | 0 | +1 | used by |
//! |---|---|---|---|---|
//! | [`TwoBitCode::OffsetOne`] | 00 | 01 | 10 | bitnet.cpp I2_S, Hugging Face, GGUF TQ2_0 |
//! | [`TwoBitCode::OffsetTwo`] | 01 | 10 | 11 | bitnet.cpp on GPUs |
//! | [`TwoBitCode::TwosComplement`] | 11 | 00 | 01 | bitllama2.c, the weight stream of the cores |

use crate::{FormatError, check};

/// How two bits stand for a weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TwoBitCode {
    /// w + 1; 11 is illegal.
    OffsetOne,
    /// w + 2; 00 is illegal.
    OffsetTwo,
    /// w in two's complement; 10 is illegal.
    TwosComplement,
}

/// The end of a byte at which its first weight stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum FirstWeight {
    /// In bits 1:0.
    Low,
    /// In bits 7:6.
    #[default]
    High,
}

impl FirstWeight {
    /// The place of the lowest bit of weight `index` of a byte.
    fn shift(self, index: usize) -> usize {
        match self {
            FirstWeight::Low => 2 * index,
            FirstWeight::High => 6 - 2 * index,
        }
    }
}

impl TwoBitCode {
    /// The codes in the order of their table.
    pub const ALL: [TwoBitCode; 3] = [TwoBitCode::OffsetOne, TwoBitCode::OffsetTwo, TwoBitCode::TwosComplement];

    /// What the code adds to a weight before it keeps the low two bits.
    fn offset(self) -> i8 {
        match self {
            TwoBitCode::OffsetOne => 1,
            TwoBitCode::OffsetTwo => 2,
            TwoBitCode::TwosComplement => 0,
        }
    }

    /// The legal codes in words.
    fn legal(self) -> &'static str {
        match self {
            TwoBitCode::OffsetOne => "00 (-1), 01 (0) or 10 (+1)",
            TwoBitCode::OffsetTwo => "01 (-1), 10 (0) or 11 (+1)",
            TwoBitCode::TwosComplement => "11 (-1), 00 (0) or 01 (+1)",
        }
    }

    /// The two bits of a weight that is known to be ternary.
    pub(crate) fn pack(self, trit: i8) -> u8 {
        (trit + self.offset()) as u8 & 3
    }

    /// The weight of the low two bits of `code`; the fourth code is refused.
    pub(crate) fn unpack(self, code: u8) -> Result<i8, FormatError> {
        // Two bits read as a signed number are -2..=1, and the code that is not a weight is always -2.
        let trit = ((code as i8 - self.offset()) << 6) >> 6;
        if trit == -2 {
            return Err(FormatError::IllegalCode { bit_offset: 0, code: code.into(), expected: self.legal() });
        }
        Ok(trit)
    }
}

/// Packs any number of ternary weights into ceil(n / 4) bytes; the last byte is filled with zero weights.
///
/// # Errors
/// `NotTernary`.
pub fn encode(code: TwoBitCode, first: FirstWeight, trits: &[i8]) -> Result<Vec<u8>, FormatError> {
    check::ternary(trits)?;
    let byte = |chunk: &[i8]| {
        (0..4).fold(0, |byte, index| byte | code.pack(chunk.get(index).copied().unwrap_or(0)) << first.shift(index))
    };
    Ok(trits.chunks(4).map(byte).collect())
}

/// Unpacks `count` ternary weights from exactly ceil(count / 4) bytes.
///
/// # Errors
/// `ByteCount`, or `IllegalCode` for the fourth code and for weights other than zero behind the last one.
pub fn decode(code: TwoBitCode, first: FirstWeight, bytes: &[u8], count: usize) -> Result<Vec<i8>, FormatError> {
    check::byte_count(bytes, count.div_ceil(4))?;
    let mut trits = Vec::with_capacity(count);
    for (offset, byte) in bytes.iter().enumerate() {
        for index in 0..4 {
            let shift = first.shift(index);
            let two = byte >> shift & 3;
            let bit_offset = 8 * offset + shift;
            let trit = code.unpack(two).map_err(|error| error.moved_bits(bit_offset))?;
            if trits.len() < count {
                trits.push(trit);
            } else if trit != 0 {
                let expected = "a zero weight behind the last one";
                return Err(FormatError::IllegalCode { bit_offset, code: two.into(), expected });
            }
        }
    }
    Ok(trits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{all_groups, blocks_of};
    use proptest::prelude::*;

    const ORDERS: [FirstWeight; 2] = [FirstWeight::Low, FirstWeight::High];

    #[test]
    fn every_byte_is_either_refused_or_comes_back() {
        for code in TwoBitCode::ALL {
            for order in ORDERS {
                let legal = (0..=255u8).filter(|&byte| {
                    let trits = decode(code, order, &[byte], 4);
                    trits.is_ok_and(|trits| encode(code, order, &trits) == Ok(vec![byte]))
                });
                assert_eq!(legal.count(), 81);
            }
        }
    }

    #[test]
    fn every_group_comes_back_with_any_padding() {
        for code in TwoBitCode::ALL {
            for order in ORDERS {
                for size in 0..=5 {
                    for group in all_groups(size) {
                        let bytes = encode(code, order, &group).unwrap();
                        assert_eq!(decode(code, order, &bytes, size as usize), Ok(group));
                    }
                }
            }
        }
    }

    #[test]
    fn known_bytes() {
        let trits = [1, -1, 0, 1];
        let packed = |code, first| encode(code, first, &trits).unwrap()[0];
        assert_eq!(packed(TwoBitCode::OffsetOne, FirstWeight::High), 0b10_00_01_10);
        assert_eq!(packed(TwoBitCode::OffsetOne, FirstWeight::Low), 0b10_01_00_10);
        assert_eq!(packed(TwoBitCode::OffsetTwo, FirstWeight::High), 0b11_01_10_11);
        assert_eq!(packed(TwoBitCode::OffsetTwo, FirstWeight::Low), 0b11_10_01_11);
        assert_eq!(packed(TwoBitCode::TwosComplement, FirstWeight::High), 0b01_11_00_01);
        assert_eq!(packed(TwoBitCode::TwosComplement, FirstWeight::Low), 0b01_00_11_01);
    }

    #[test]
    fn damage_is_refused_with_its_place() {
        let read = |bytes: &[u8], count| {
            decode(TwoBitCode::TwosComplement, FirstWeight::High, bytes, count).unwrap_err().to_string()
        };
        assert_eq!(read(&[0, 0b00_00_10_00], 8), "byte 1, bit 2: expected 11 (-1), 00 (0) or 01 (+1), found 0b10 (2)");
        assert_eq!(read(&[0, 1], 5), "byte 1, bit 0: expected a zero weight behind the last one, found 0b1 (1)");
        assert_eq!(read(&[0], 5), "byte 1: expected 2 bytes in all, found 1");
        assert_eq!(read(&[0; 3], 5), "byte 2: expected 2 bytes in all, found 3");
    }

    proptest! {
        #[test]
        fn weights_come_back(trits in blocks_of(1, 300), code in 0usize..3, order in 0usize..2) {
            let (code, order) = (TwoBitCode::ALL[code], ORDERS[order]);
            let bytes = encode(code, order, &trits).unwrap();
            prop_assert_eq!(decode(code, order, &bytes, trits.len()), Ok(trits));
        }
    }
}
