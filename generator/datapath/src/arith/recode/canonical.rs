//! Canonical signed digits (G. W. Reitwiesner, 1960): radix 2, digits -1, 0, 1, no two neighbours non-zero.
//!
//! Every integer has one such form, and no other form in these digits has fewer non-zero ones: a third of them on
//! average, and at most every other one.

use super::{Digit, DigitSet, described, suffix};
use tritloom_hdl::{Census, Module, ModuleBuilder, Primitive, Shape, uint};

/// How many digits a weight has: the top one of an unsigned weight is a carry out of it.
pub fn digits(weight: Shape) -> u32 {
    weight.width + u32::from(!weight.signed)
}

/// From `weight` to `digits`, [`digits`] lanes of packed ternary digits, the least significant first.
///
/// Reitwiesner's carry into digit i is bit i of `(w + w/2) ^ w ^ w/2`, so that digit i is non-zero where `w + w/2`
/// and `w/2` differ in bit i, and negative where bit i of `w/2`, the weight's next bit, is one: the carry chain is an
/// adder, which synthesis builds as fast as it must. Weights have 2 bits or more.
pub fn recoder(weight: Shape) -> Module {
    let count = digits(weight);
    let m = ModuleBuilder::new(
        format!("canonical_recoder_{}", suffix(weight)),
        format!("Canonical signed digits of {}: no two neighbours are non-zero.", described(weight)),
    );
    m.parameter("weight bits", weight.width);
    m.parameter("digits", count);
    let value = m.input("weight", weight).to_signed();
    let half = m.wire("half", &value.truncate(1).extend(count));
    let sum = m.wire("sum", &(&value + &half)).wrap(count);
    let non_zero = m.wire("non_zero", &(sum ^ &half)).lanes(uint(1), count);
    let negative = half.lanes(uint(1), count);
    let digits = m.lanes("digits", uint(DigitSet::Ternary.bits()), count);
    m.repeat("digit", count, |position| {
        let digit = Digit { negate: negative.lane(position), magnitudes: vec![non_zero.lane(position)] };
        digits.drive(position, &digit.pack(&m));
    });
    m.output_lanes("digits", &digits, "negate above non-zero, the least significant digit first");
    m.finish()
}

/// The primitives of [`recoder`].
pub fn recoder_census(weight: Shape) -> Census {
    let count = u64::from(digits(weight));
    let mut census = Census::default();
    census.add(Primitive::Adder, 1, count + 1);
    census.add(Primitive::Xor, 1, count);
    census
}
