//! Bit vectors of any width: the values that designs carry, constants hold and benches exchange.

use std::fmt;

/// A vector of `width` bits, least significant first, in 64-bit limbs.
///
/// Bits above `width` are always zero, so that equality is equality of value.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Bits {
    width: u32,
    limbs: Vec<u64>,
}

impl Bits {
    /// `width` zero bits.
    pub fn zero(width: u32) -> Bits {
        Bits { width, limbs: vec![0; limb_count(width)] }
    }

    /// The low `width` bits of `value`.
    pub fn from_u64(value: u64, width: u32) -> Bits {
        let mut bits = Bits::zero(width);
        if let Some(low) = bits.limbs.first_mut() {
            *low = value;
        }
        bits.mask();
        bits
    }

    /// The low `width` bits of the two's complement of `value`, sign-extended beyond 128 bits.
    pub fn from_i128(value: i128, width: u32) -> Bits {
        let mut bits = Bits::zero(width);
        let fill = if value < 0 { u64::MAX } else { 0 };
        for (position, limb) in bits.limbs.iter_mut().enumerate() {
            *limb = match position {
                0 => value as u64,
                1 => (value >> 64) as u64,
                _ => fill,
            };
        }
        bits.mask();
        bits
    }

    /// From limbs, least significant first; missing limbs are zero and bits above `width` are dropped.
    pub fn from_limbs(limbs: &[u64], width: u32) -> Bits {
        let mut bits = Bits::zero(width);
        let count = bits.limbs.len().min(limbs.len());
        bits.limbs[..count].copy_from_slice(&limbs[..count]);
        bits.mask();
        bits
    }

    /// The number of bits.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// The limbs, least significant first.
    pub fn limbs(&self) -> &[u64] {
        &self.limbs
    }

    /// Bit `position`; false beyond the width.
    pub fn bit(&self, position: u32) -> bool {
        self.limbs.get(position as usize / 64).is_some_and(|limb| limb >> (position % 64) & 1 == 1)
    }

    /// Sets bit `position`, which must be below the width.
    pub fn set_bit(&mut self, position: u32, value: bool) {
        assert!(position < self.width, "bit {position} of a {} bit vector", self.width);
        let limb = &mut self.limbs[position as usize / 64];
        *limb = *limb & !(1 << (position % 64)) | u64::from(value) << (position % 64);
    }

    /// `width` bits from bit `low` up; zero beyond the end.
    pub fn slice(&self, low: u32, width: u32) -> Bits {
        let mut result = Bits::zero(width);
        let (first, shift) = (low as usize / 64, low % 64);
        for (position, limb) in result.limbs.iter_mut().enumerate() {
            let at = |index: usize| self.limbs.get(index).copied().unwrap_or(0);
            *limb = at(first + position) >> shift;
            if shift > 0 {
                *limb |= at(first + position + 1) << (64 - shift);
            }
        }
        result.mask();
        result
    }

    /// Overwrites the bits from `low` up with `value`, which must fit.
    pub fn splice(&mut self, low: u32, value: &Bits) {
        assert!(low + value.width <= self.width, "{} bits at {low} of {}", value.width, self.width);
        let (first, shift) = (low as usize / 64, low % 64);
        for (position, &limb) in value.limbs.iter().enumerate() {
            let valid = value.width - position as u32 * 64;
            let ones = if valid >= 64 { u64::MAX } else { (1 << valid) - 1 };
            let target = &mut self.limbs[first + position];
            *target = *target & !(ones << shift) | limb << shift;
            if shift > 0 && ones >> (64 - shift) != 0 {
                let above = &mut self.limbs[first + position + 1];
                *above = *above & !(ones >> (64 - shift)) | limb >> (64 - shift);
            }
        }
    }

    /// Concatenation of `parts`, the FIRST in the LEAST significant bits.
    pub fn join(parts: &[Bits]) -> Bits {
        let mut result = Bits::zero(parts.iter().map(Bits::width).sum());
        let mut low = 0;
        for part in parts {
            result.splice(low, part);
            low += part.width;
        }
        result
    }

    /// The value when it fits 64 bits, read as unsigned.
    pub fn to_u64(&self) -> Option<u64> {
        let (low, high) = self.limbs.split_first()?;
        high.iter().all(|&limb| limb == 0).then_some(*low)
    }

    /// The value when it fits 128 bits, read as two's complement.
    pub fn to_i128(&self) -> Option<i128> {
        let negative = self.width > 0 && self.bit(self.width - 1);
        let fill = if negative { u64::MAX } else { 0 };
        let extended = |position: usize| {
            let limb = self.limbs.get(position).copied().unwrap_or(fill);
            let valid = self.width.saturating_sub(position as u32 * 64).min(64);
            if negative && valid < 64 { limb | fill << valid } else { limb }
        };
        if (2..self.limbs.len()).any(|position| extended(position) != fill) {
            return None;
        }
        let value = (i128::from(extended(1) as i64) << 64) | i128::from(extended(0));
        ((value < 0) == negative).then_some(value)
    }

    /// Lower-case hexadecimal digits, most significant first, padded to the width, without prefix.
    pub fn to_hex(&self) -> String {
        (0..self.width.div_ceil(4))
            .rev()
            .map(|digit| {
                let nibble = self.limbs[digit as usize / 16] >> (digit % 16 * 4) & 15;
                char::from_digit(nibble as u32, 16).unwrap_or('0')
            })
            .collect()
    }

    fn mask(&mut self) {
        if !self.width.is_multiple_of(64)
            && let Some(top) = self.limbs.last_mut()
        {
            *top &= (1 << (self.width % 64)) - 1;
        }
    }
}

impl fmt::Debug for Bits {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}'h{}", self.width, self.to_hex())
    }
}

/// Limbs that hold `width` bits.
pub fn limb_count(width: u32) -> usize {
    width.div_ceil(64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn to_i128_reads_twos_complement_at_every_limb_boundary() {
        for width in [1, 2, 7, 63, 64, 65, 127, 128, 129, 200] {
            assert_eq!(Bits::from_i128(-1, width).to_i128(), Some(-1), "width {width}");
            let expected = if width == 1 { -1 } else { 1 };
            assert_eq!(Bits::from_i128(1, width).to_i128(), Some(expected), "width {width}");
        }
        let mut wide = Bits::zero(200);
        wide.set_bit(150, true);
        assert_eq!(wide.to_i128(), None);
    }

    #[test]
    fn slice_and_splice_are_inverse_across_limbs() {
        let value = Bits::from_i128(0x1234_5678_9abc_def0_0fed_cba9_8765_4321, 128);
        let mut target = Bits::zero(300);
        target.splice(61, &value);
        assert_eq!(target.slice(61, 128), value);
        assert_eq!(target.slice(0, 61), Bits::zero(61));
        assert_eq!(value.slice(120, 16).to_u64(), Some(0x12));
        assert_eq!(Bits::join(&[value.slice(0, 50), value.slice(50, 78)]), value);
        assert_eq!(Bits::from_u64(0x2b, 6).to_hex(), "2b");
    }
}
