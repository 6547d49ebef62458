//! Reproducible random bits: SplitMix64, the same on every machine.

use crate::bits::{Bits, limb_count};

/// A generator; equal seeds give equal sequences.
#[derive(Clone, Debug)]
pub struct Random {
    state: u64,
}

impl Random {
    /// Starts a sequence.
    pub fn new(seed: u64) -> Random {
        Random { state: seed }
    }

    /// 64 random bits.
    pub fn limb(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    /// A number below `end`, which must not be zero.
    pub fn below(&mut self, end: u32) -> u32 {
        ((u64::from(end) * (self.limb() >> 32)) >> 32) as u32
    }

    /// `width` random bits.
    pub fn bits(&mut self, width: u32) -> Bits {
        let limbs: Vec<u64> = (0..limb_count(width)).map(|_| self.limb()).collect();
        Bits::from_limbs(&limbs, width)
    }
}
