//! Symbolic loop indices and the affine expressions over them that name lanes.

use crate::design::LoopId;
use std::ops::{Add, Mul, Sub};

/// The index of a loop: runs from 0 to the loop's count - 1.
#[derive(Clone, Copy, Debug)]
pub struct Index {
    /// `None` for the only index of a loop that runs once.
    pub(super) of: Option<LoopId>,
}

/// `constant + sum of factor * index`, terms sorted by loop, no zero factor.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Affine {
    /// The part that depends on no loop.
    pub constant: i64,
    /// Loops, outermost first, with their factors.
    pub terms: Vec<(LoopId, i64)>,
}

impl Affine {
    /// The value, when it depends on no loop.
    pub fn as_constant(&self) -> Option<i64> {
        self.terms.is_empty().then_some(self.constant)
    }

    /// The value for given indices of the loops.
    pub fn at(&self, index_of: impl Fn(LoopId) -> i64) -> i64 {
        self.constant + self.terms.iter().map(|&(of, factor)| factor * index_of(of)).sum::<i64>()
    }

    /// Stands for every expression whose numbers left 64 bits, and for what is made of it: no lane has it.
    fn overflown() -> Affine {
        Affine { constant: i64::MIN, terms: Vec::new() }
    }

    fn plus(mut self, other: &Affine, sign: i64) -> Option<Affine> {
        self.constant = self.constant.checked_add(sign.checked_mul(other.constant)?)?;
        for &(of, factor) in &other.terms {
            let factor = sign.checked_mul(factor)?;
            match self.terms.iter_mut().find(|term| term.0 == of) {
                Some(term) => term.1 = term.1.checked_add(factor)?,
                None => self.terms.push((of, factor)),
            }
        }
        self.terms.sort();
        (self.is_sound() && other.is_sound()).then_some(self)
    }

    fn times(mut self, factor: i64) -> Option<Affine> {
        let sound = self.is_sound();
        self.constant = self.constant.checked_mul(factor)?;
        for term in &mut self.terms {
            term.1 = term.1.checked_mul(factor)?;
        }
        sound.then_some(self)
    }

    fn is_sound(&self) -> bool {
        self.constant != i64::MIN
    }

    fn or_overflown(found: Option<Affine>) -> Affine {
        let mut affine = found.unwrap_or_else(Affine::overflown);
        affine.terms.retain(|term| term.1 != 0);
        affine
    }
}

impl From<Index> for Affine {
    fn from(index: Index) -> Affine {
        Affine { constant: 0, terms: index.of.into_iter().map(|of| (of, 1)).collect() }
    }
}

impl From<u32> for Affine {
    fn from(constant: u32) -> Affine {
        Affine { constant: i64::from(constant), terms: Vec::new() }
    }
}

macro_rules! arithmetic {
    ($($left:ty),*) => {$(
        impl<R: Into<Affine>> Add<R> for $left {
            type Output = Affine;
            fn add(self, right: R) -> Affine {
                Affine::or_overflown(Affine::from(self).plus(&right.into(), 1))
            }
        }
        impl<R: Into<Affine>> Sub<R> for $left {
            type Output = Affine;
            fn sub(self, right: R) -> Affine {
                Affine::or_overflown(Affine::from(self).plus(&right.into(), -1))
            }
        }
        impl Mul<u32> for $left {
            type Output = Affine;
            fn mul(self, factor: u32) -> Affine {
                Affine::or_overflown(Affine::from(self).times(i64::from(factor)))
            }
        }
    )*};
}

arithmetic!(Index, Affine);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_leave_64_bits_stay_lost() {
        let (index, zero) = (Index { of: Some(LoopId(0)) }, 0);
        let huge = index * u32::MAX * u32::MAX;
        assert_eq!(huge, Affine::overflown());
        assert_eq!(huge.clone() - huge.clone(), Affine::overflown());
        assert_eq!(huge * zero, Affine::overflown());
        assert_eq!((index * 3 + 5) - (index * 3), Affine::from(5));
    }
}
