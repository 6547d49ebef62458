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

    fn plus(mut self, other: &Affine, sign: i64) -> Affine {
        self.constant += sign * other.constant;
        for &(of, factor) in &other.terms {
            match self.terms.iter_mut().find(|term| term.0 == of) {
                Some(term) => term.1 += sign * factor,
                None => self.terms.push((of, sign * factor)),
            }
        }
        self.terms.retain(|term| term.1 != 0);
        self.terms.sort();
        self
    }

    fn times(mut self, factor: i64) -> Affine {
        self.constant *= factor;
        self.terms.iter_mut().for_each(|term| term.1 *= factor);
        self.terms.retain(|term| term.1 != 0);
        self
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
                Affine::from(self).plus(&right.into(), 1)
            }
        }
        impl<R: Into<Affine>> Sub<R> for $left {
            type Output = Affine;
            fn sub(self, right: R) -> Affine {
                Affine::from(self).plus(&right.into(), -1)
            }
        }
        impl Mul<u32> for $left {
            type Output = Affine;
            fn mul(self, factor: u32) -> Affine {
                Affine::from(self).times(i64::from(factor))
            }
        }
    )*};
}

arithmetic!(Index, Affine);
