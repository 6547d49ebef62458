//! Sums of each digit position, merged into one behind the array.
//!
//! An element that keeps the products of equal weight apart hands over two words for each position. A pair stands for
//! its sum modulo `2^b`, and so cannot be extended by itself: whether the words' addition overflows is not known
//! without it. With one bit more than the sum takes, only the top two bits of the words matter: b bits hold twice the
//! range `-2^(b-2) .. 2^(b-2)` of the sum, the lower b - 2 bits of both words add up to less than `2^(b-1)`, and so
//! the top two bits, added modulo four, are 0, -1 or -2 and never 1. As a number of two bits they are exact.

use super::geometry::{Geometry, Positions};
use crate::arith::bit_heap::{BitHeap, Compression, Order, Plan, Profile};
use crate::census::{copies, sum_of};
use tritloom_hdl::Primitive::{AndOr, Xor};
use tritloom_hdl::{Census, Module, ModuleBuilder, Value, uint};

/// Bits of a pair of words that are added before the words meet others.
const TOP_BITS: u32 = 2;

/// From `sum`, two words of each position, the lowest first, to `words`: two words of the whole sum.
pub(super) fn merge(geometry: &Geometry, positions: &Positions) -> Module {
    let (bits, sum_bits) = (geometry.position_bits(positions), geometry.kept_bits());
    let Positions { count, step, .. } = *positions;
    let m = ModuleBuilder::new(
        format!("position_merge_p{count}_r{}_w{bits}_s{sum_bits}", 1 << step),
        format!("Two words of a sum from the two words of each of its {count} digit positions."),
    );
    m.parameter("positions", count);
    m.parameter("radix", 1 << step);
    m.parameter("bits of a position's word", bits);
    m.parameter("bits of the sum", sum_bits);
    let words = m.input_lanes("sum", uint(2 * bits), count, "two words of each position, the lowest first");
    let mut heap = BitHeap::new(sum_bits);
    for (position, pair) in words.iter().iter().enumerate() {
        let (low, shift) = (bits - TOP_BITS, position as u32 * step);
        (0..2).for_each(|word| heap.add_unsigned(&pair.slice(word * bits, low), shift, 0));
        let top = m.wire(&format!("top_of_position{position}"), &top(&m, pair, bits).as_signed());
        heap.add_signed(&top, shift + low, 0);
    }
    let rows = heap.reduce(&m, "heap", &compression());
    m.output("words", &m.concat(&[&rows.1, &rows.0]));
    m.finish()
}

/// The top two bits of both words, added modulo four.
fn top(m: &ModuleBuilder, pair: &Value, bits: u32) -> Value {
    let bit = |word: u32, place: u32| pair.bit(word * bits + bits - TOP_BITS + place);
    let carry = bit(0, 0) & bit(1, 0);
    m.concat(&[&(bit(0, 1) ^ bit(1, 1) ^ carry), &(bit(0, 0) ^ bit(1, 0))])
}

fn compression() -> Compression {
    Compression::full_and_half_adders(Order::Dadda)
}

/// The primitives of [`merge`].
pub(super) fn merge_census(geometry: &Geometry, positions: &Positions) -> Census {
    let low = geometry.position_bits(positions) - TOP_BITS;
    let mut profile = Profile::new(geometry.kept_bits());
    for shift in (0..positions.count).map(|position| position * positions.step) {
        (0..2).for_each(|_| profile.add_unsigned(low, shift, 0));
        profile.add_signed(TOP_BITS, shift + low, 0);
    }
    let mut census = copies(&sum_of(&[(Xor, 3, 1), (AndOr, 1, 1)]), positions.count.into());
    census.add_census(&Plan::new(&profile, &compression()).census(), 1);
    census
}
