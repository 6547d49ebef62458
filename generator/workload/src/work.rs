//! What a core has done, beside what it could have done.

use std::ops::{Add, AddAssign, Sub};

/// What a core has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// Cycles of all requests, each from its first beat in to its last beat out.
    pub cycles: u64,
    /// Products that were asked for.
    pub products: u64,
    /// Products that the core could have made in these cycles.
    pub capacity: u64,
}

impl Work {
    /// The part of the products that fit in the cycles which was asked for, from 0 to 1.
    pub fn utilisation(&self) -> f64 {
        self.products as f64 / self.capacity.max(1) as f64
    }
}

impl Add for Work {
    type Output = Work;

    fn add(self, other: Work) -> Work {
        Work {
            cycles: self.cycles + other.cycles,
            products: self.products + other.products,
            capacity: self.capacity + other.capacity,
        }
    }
}

impl AddAssign for Work {
    fn add_assign(&mut self, other: Work) {
        *self = *self + other;
    }
}

impl Sub for Work {
    type Output = Work;

    /// What came to `earlier` work of the same core.
    fn sub(self, earlier: Work) -> Work {
        Work {
            cycles: self.cycles - earlier.cycles,
            products: self.products - earlier.products,
            capacity: self.capacity - earlier.capacity,
        }
    }
}

/// An engine that counts what its core does.
pub trait Counted {
    /// What was done so far.
    fn work(&self) -> Work;

    /// Bits that passed the weight stream so far.
    fn weight_bits(&self) -> u64;
}
