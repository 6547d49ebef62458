//! The internal form of the ternary-LUT core: a group of weights as the sign and magnitude of one number.
//!
//! The group w_0 .. w_(n-1) is v = sum of w_i * 3^(n-1-i). Its code holds |v| in the low bits, which is the
//! place of the table's entry (0 stands for no entry), and in the top bit whether v is negative.
//!
//! | group size | 1 | 2 | 3 | 4 | 5 | 6 |
//! |---|---|---|---|---|---|---|
//! | entries | 1 | 4 | 13 | 40 | 121 | 364 |
//! | bits | 2 | 4 | 5 | 7 | 8 | 10 |

use crate::{FormatError, check, trit};

/// The largest group that a key describes.
pub const MAX_GROUP_SIZE: u32 = 6;

/// The largest magnitude of a group of `group_size` weights, (3^n - 1) / 2; saturates beyond 20 weights.
pub fn entries(group_size: u32) -> u32 {
    // A power of three is odd: halving drops the one.
    3u32.saturating_pow(group_size) / 2
}

/// The bits that hold any magnitude of a group of `group_size` weights: ceil(log2(entries + 1)).
pub fn magnitude_bits(group_size: u32) -> u32 {
    u32::BITS - entries(group_size).leading_zeros()
}

/// The bits of a key of `group_size` weights: the magnitude and a sign.
pub fn bits(group_size: u32) -> u32 {
    magnitude_bits(group_size) + 1
}

/// The key of a group of 1 to 6 ternary weights.
///
/// # Errors
/// `GroupSize` for any other number of weights, `NotTernary` for any other value.
pub fn encode(trits: &[i8]) -> Result<Key, FormatError> {
    let group_size = u32::try_from(trits.len()).unwrap_or(u32::MAX);
    check_group_size(group_size)?;
    check::ternary(trits)?;
    let value = trit::value(trits);
    Ok(Key { group_size, negative: value < 0, magnitude: value.unsigned_abs() })
}

/// Refuses a group size outside of 1 to 6.
pub(crate) fn check_group_size(group_size: u32) -> Result<(), FormatError> {
    if (1..=MAX_GROUP_SIZE).contains(&group_size) { Ok(()) } else { Err(FormatError::GroupSize { found: group_size }) }
}

/// The key of a group of weights; legal by construction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    group_size: u32,
    negative: bool,
    magnitude: u32,
}

impl Key {
    /// Reads a code of [`bits`]`(group_size)` bits.
    ///
    /// # Errors
    /// `GroupSize`, or `IllegalCode` for bits beyond the code, a magnitude above [`entries`], or a negative zero.
    pub fn from_code(group_size: u32, code: u32) -> Result<Key, FormatError> {
        check_group_size(group_size)?;
        let illegal = |expected| FormatError::IllegalCode { bit_offset: 0, code, expected };
        let sign_bit = magnitude_bits(group_size);
        let (sign, magnitude) = (code >> sign_bit, code & ((1 << sign_bit) - 1));
        if sign > 1 {
            return Err(illegal("a key no wider than its group needs"));
        }
        if magnitude > entries(group_size) {
            return Err(illegal("a magnitude of at most (3^group_size - 1) / 2"));
        }
        if sign == 1 && magnitude == 0 {
            return Err(illegal("a zero without sign"));
        }
        Ok(Key { group_size, negative: sign == 1, magnitude })
    }

    /// The code: the magnitude in the low bits, the sign in bit [`magnitude_bits`].
    pub fn to_code(self) -> u32 {
        self.magnitude | u32::from(self.negative) << magnitude_bits(self.group_size)
    }

    /// The weights of the group, the first one first.
    pub fn decode(self) -> Vec<i8> {
        trit::digits(self.value(), self.group_size as usize)
    }

    /// The number of weights in the group.
    pub fn group_size(self) -> u32 {
        self.group_size
    }

    /// Whether the group's number is below zero.
    pub fn negative(self) -> bool {
        self.negative
    }

    /// The absolute value of the group's number.
    pub fn magnitude(self) -> u32 {
        self.magnitude
    }

    /// The group's number, sum of w_i * 3^(n-1-i).
    pub fn value(self) -> i32 {
        if self.negative { -(self.magnitude as i32) } else { self.magnitude as i32 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::all_groups;

    #[test]
    fn sizes_are_those_of_the_published_table() {
        assert_eq!([1, 2, 3, 4, 5, 6].map(entries), [1, 4, 13, 40, 121, 364]);
        assert_eq!([1, 2, 3, 4, 5, 6].map(bits), [2, 4, 5, 7, 8, 10]);
    }

    #[test]
    fn every_group_of_every_size_comes_back() {
        for size in 1..=6 {
            for group in all_groups(size) {
                let key = encode(&group).unwrap();
                assert_eq!(key.decode(), group);
                assert_eq!(Key::from_code(size, key.to_code()), Ok(key));
            }
        }
    }

    #[test]
    fn exactly_the_codes_of_the_groups_are_legal() {
        for size in 1..=6u32 {
            let legal = (0..1 << (bits(size) + 1)).filter(|&code| Key::from_code(size, code).is_ok());
            assert_eq!(legal.count(), 3usize.pow(size));
        }
    }

    #[test]
    fn known_codes() {
        // 9 - 3 + 1 = 7; 0 - 3 - 1 = -4 with the sign in bit 4; -243 + 81 = -162 with the sign in bit 9.
        assert_eq!(encode(&[1, -1, 1]).unwrap().to_code(), 7);
        assert_eq!(encode(&[0, -1, -1]).unwrap().to_code(), 16 + 4);
        assert_eq!(encode(&[-1, 1, 0, 0, 0, 0]).unwrap().to_code(), 512 + 162);
        assert_eq!(encode(&[0, 0]).unwrap().to_code(), 0);
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let refused = |size, code| Key::from_code(size, code).unwrap_err().to_string();
        assert_eq!(refused(3, 0b10000), "byte 0, bit 0: expected a zero without sign, found 0b10000 (16)");
        assert!(refused(3, 14).contains("expected a magnitude of at most"));
        assert!(refused(3, 32 + 1).contains("no wider than its group"));
        assert_eq!(Key::from_code(0, 0), Err(FormatError::GroupSize { found: 0 }));
        assert_eq!(encode(&[0; 7]), Err(FormatError::GroupSize { found: 7 }));
        assert_eq!(encode(&[]), Err(FormatError::GroupSize { found: 0 }));
        assert_eq!(encode(&[0, 2]), Err(FormatError::NotTernary { index: 1, value: 2 }));
    }
}
