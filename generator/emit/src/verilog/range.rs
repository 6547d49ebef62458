//! Ranges of values of any width, to tell comparisons that shapes decide.

use tritloom_hdl::{Bits, Shape};

/// The values from `lowest` to `highest`.
pub(super) struct Range {
    pub lowest: Ordered,
    pub highest: Ordered,
}

impl Range {
    /// Everything that a shape holds.
    pub fn of(Shape { width, signed }: Shape) -> Range {
        let mut lowest = Bits::zero(width);
        let mut highest = Bits::from_limbs(&vec![u64::MAX; lowest.limbs().len()], width);
        if signed {
            lowest.set_bit(width - 1, true);
            highest.set_bit(width - 1, false);
        }
        Range { lowest: Ordered::new(&lowest, signed), highest: Ordered::new(&highest, signed) }
    }

    /// One value.
    pub fn single(bits: &Bits, signed: bool) -> Range {
        let value = Ordered::new(bits, signed);
        Range { lowest: value.clone(), highest: value }
    }
}

/// A value of any width; the order of fields makes the derived order that of the integers it stands for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Ordered {
    positive: bool,
    /// The number of limbs that matter, negative where more of them make the value smaller.
    magnitude: i64,
    /// Those limbs, most significant first.
    limbs: Vec<u64>,
}

impl Ordered {
    fn new(bits: &Bits, signed: bool) -> Ordered {
        let width = bits.width();
        let negative = signed && width > 0 && bits.bit(width - 1);
        let fill = if negative { u64::MAX } else { 0 };
        let mut limbs = bits.limbs().to_vec();
        if negative
            && !width.is_multiple_of(64)
            && let Some(top) = limbs.last_mut()
        {
            *top |= u64::MAX << (width % 64);
        }
        limbs.reverse();
        let redundant = limbs.iter().take_while(|&&limb| limb == fill).count();
        limbs.drain(..redundant);
        let count = limbs.len() as i64;
        Ordered { positive: !negative, magnitude: if negative { -count } else { count }, limbs }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_different_widths_order_as_integers() {
        let values = [-(1i128 << 100), -70_000, -129, -128, -1, 0, 1, 127, 128, 1 << 64, 1 << 100];
        for left in values {
            for right in values {
                for (left_width, right_width) in [(128, 128), (128, 200), (200, 128)] {
                    let ordered = |value, width| Ordered::new(&Bits::from_i128(value, width), true);
                    let found = ordered(left, left_width).cmp(&ordered(right, right_width));
                    assert_eq!(found, left.cmp(&right), "{left} against {right}");
                }
            }
        }
    }
}
