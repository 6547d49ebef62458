//! `rust_hdl` signals as ports of a core.

use num_bigint::BigUint;
use rust_hdl_core::prelude::{Bit, Bits, In, Logic, Out, Signal, Synth};
use std::fmt;
use tritloom_datapath::interface::Direction;

/// Direction and width of a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PortShape {
    /// Seen from the core.
    pub direction: Direction,
    /// In bits.
    pub width: u32,
}

impl fmt::Display for PortShape {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let direction = match self.direction {
            Direction::Input => "an input",
            Direction::Output => "an output",
        };
        write!(formatter, "{direction} of {} bit{}", self.width, if self.width == 1 { "" } else { "s" })
    }
}

/// A type of signals that a core's port can have: [`Bit`] or [`Bits`].
pub trait Wire: Synth {
    /// In 64-bit limbs, least significant first.
    fn to_limbs(self) -> Vec<u64>;

    /// From limbs that hold no bit beyond the width.
    fn from_limbs(limbs: &[u64]) -> Self;
}

impl Wire for Bit {
    fn to_limbs(self) -> Vec<u64> {
        vec![self.into()]
    }

    fn from_limbs(limbs: &[u64]) -> Bit {
        limbs.first().is_some_and(|&limb| limb == 1)
    }
}

impl<const N: usize> Wire for Bits<N> {
    fn to_limbs(self) -> Vec<u64> {
        BigUint::from(self).to_u64_digits()
    }

    fn from_limbs(limbs: &[u64]) -> Bits<N> {
        let halves = limbs.iter().flat_map(|&limb| [limb as u32, (limb >> 32) as u32]);
        Bits::from(BigUint::new(halves.collect()))
    }
}

/// A signal of a part.
pub trait Port: Logic {
    /// Direction and width.
    fn shape(&self) -> PortShape;

    /// Its value in limbs.
    fn limbs(&self) -> Vec<u64>;

    /// Gives it a value for the next pass of the simulator.
    fn drive(&mut self, limbs: &[u64]);
}

macro_rules! port {
    ($side:ty, $direction:expr) => {
        impl<T: Wire> Port for Signal<$side, T> {
            fn shape(&self) -> PortShape {
                PortShape { direction: $direction, width: T::BITS as u32 }
            }

            fn limbs(&self) -> Vec<u64> {
                self.val().to_limbs()
            }

            fn drive(&mut self, limbs: &[u64]) {
                self.next = T::from_limbs(limbs);
            }
        }
    };
}

port!(In, Direction::Input);
port!(Out, Direction::Output);

#[cfg(test)]
mod tests {
    use super::*;

    /// Every bit alone, and all of them.
    fn check<const N: usize>() {
        let limbs = |value: &BigUint| value.to_u64_digits();
        let ones = (BigUint::from(1u32) << N) - 1u32;
        let single = (0..N).map(|position| BigUint::from(1u32) << position);
        for value in single.chain([BigUint::default(), ones]) {
            let bits = Bits::<N>::from_limbs(&limbs(&value));
            assert_eq!(bits.to_limbs(), limbs(&value), "{N} bits");
            assert!((0..N).all(|position| bits.get_bit(position) == value.bit(position as u64)), "{N} bits");
        }
    }

    #[test]
    fn values_come_back_on_both_sides_of_every_limb() {
        check::<2>();
        check::<31>();
        check::<32>();
        check::<33>();
        check::<63>();
        check::<64>();
        check::<65>();
        check::<208>();
        assert!(Bit::from_limbs(&true.to_limbs()) && !Bit::from_limbs(&false.to_limbs()));
    }
}
