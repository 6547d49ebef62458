//! A row: the words of a grid that share a digit of one side. They are moved up by their digits of the other side and added up
//! to two words, which are moved up by the digit that they share. Two words take fewer shifters than all.
//!
//! Words are biased, and moving a sum up moves its bias. The words of a row are too large by 2^W - 1, where W is how many columns
//! the word of its carries has. Moved up by d of D columns, that word leaves D columns free, below and above: with ones in
//! them the row is too large by 2^(W + D) - 1, whatever d is, and one constant takes it back in every mode.

use super::grid::{Grid, Words, shifted, shifted_census};
use super::parameters::Config;
use super::slicing::{Side, Slicing};
use crate::arith::bit_heap::{BitHeap, Carries, Compression, Plan, Profile};
use crate::census::copies;
use tritloom_hdl::Primitive::Multiplexer;
use tritloom_hdl::{Affine, Census, LaneWire, ModuleBuilder, Value, bits_for, uint};

/// Fewer words are two already.
const LEAST_WORDS: u32 = 3;

/// The rows of a grid.
pub(super) struct Rows<'a> {
    config: &'a Config,
    /// The side of whose digits a row has a word each, and the one of whose digits it has one.
    sides: [Side; 2],
    word_bits: u32,
    /// W.
    carry_bits: u32,
    plan: Plan,
}

impl Rows<'_> {
    /// Of a grid of words of so many bits; `None` where rows would hold too few, or there is but one.
    pub fn new(config: &Config, word_bits: u32) -> Option<Rows<'_>> {
        let (activations, weights) = (config.activation.count(), config.weight.count());
        let by_weight = activations >= weights;
        let sides = if by_weight { [Side::Activation, Side::Weight] } else { [Side::Weight, Side::Activation] };
        if activations.max(weights) < LEAST_WORDS || activations.min(weights) < 2 {
            return None;
        }
        let words = (0..config.slicing(sides[0]).count())
            .map(|position| shifted_census(config.slicing(sides[0]), position, word_bits, &mut Census::default()));
        let mut profile = Profile::new(u32::MAX.min(128));
        words.for_each(|bits| profile.add_biased(bits, 0, 0));
        todo!()
    }
}
