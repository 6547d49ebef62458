//! EN-T recoding (arXiv 2503.06342, HPCA 2025): sign and magnitude, and the magnitude in radix-4 digits -1, 0, 1, 2.
//!
//! A pair of bits that, with the carry from below, makes 3 becomes -1 and carries one on, and so does a 4, which
//! becomes 0. A digit thus takes the two bits of its pair (2 is `10`, -1 is `11`) and a weight one bit more for its
//! sign: 9 bits for int8 where Booth's digits take 12. The price is a carry chain, and for signed weights a negation:
//! this recoder stands at the edge of an array, where weights are stored or enter, and [`digit`] in its elements.

use super::{Digit, described, suffix};
use tritloom_hdl::{Census, Lanes, Module, ModuleBuilder, Primitive, Shape, Value, uint};

/// Bits of a digit's code.
pub const CODE_BITS: u32 = 2;

/// How many digits a weight has.
///
/// k digits reach up to `2 * (4^k - 1) / 3`: beyond the magnitude `2^(2k-1)` of a signed weight of 2k bits, and of an
/// unsigned weight of 2k - 1 bits, but not beyond that of an unsigned one of 2k.
pub fn digits(weight: Shape) -> u32 {
    (weight.width + u32::from(!weight.signed)).div_ceil(2)
}

/// The digit of a code under the weight's sign, if it has one; its wires are named `<name>_...`.
pub fn digit(m: &ModuleBuilder, name: &str, code: &Value, sign: Option<&Value>) -> Digit {
    let wire = |suffix: &str, value: &Value| m.wire(&format!("{name}_{suffix}"), value);
    let (high, low) = (code.bit(1), code.bit(0));
    let minus = &high & &low;
    let negate = sign.map_or(minus.clone(), |sign| wire("negate", &(sign ^ &minus)));
    Digit { negate, magnitudes: vec![low.clone(), wire("two", &(high & !low))] }
}

/// The primitives of [`digit`].
pub fn digit_census(signed: bool) -> Census {
    let mut census = Census::default();
    census.add(Primitive::AndOr, 2, 1);
    census.add(Primitive::Inverter, 1, 1);
    census.add(Primitive::Xor, u64::from(signed), 1);
    census
}

/// From `weight` to `codes`, [`digits`] lanes of [`CODE_BITS`] bits, the least significant first, and for a signed
/// weight its `sign`.
///
/// The sum of digit i times `4^i`, negated under the sign, is the weight. Weights have 2 bits or more.
pub fn recoder(weight: Shape) -> Module {
    let count = digits(weight);
    let m = ModuleBuilder::new(
        format!("ent_recoder_{}", suffix(weight)),
        format!("EN-T recoding of {} into digits -1, 0, 1, 2 of radix 4.", described(weight)),
    );
    m.parameter("weight bits", weight.width);
    m.parameter("digits", count);
    let value = m.input("weight", weight);
    let sign = weight.signed.then(|| value.top_bit());
    let magnitude = match &sign {
        Some(sign) => magnitude(&m, &value, sign),
        None => value,
    };
    let width = CODE_BITS * count;
    let padded = if magnitude.width() < width { m.wire("padded", &magnitude.extend(width)) } else { magnitude };
    let codes = codes(&m, &padded.lanes(uint(CODE_BITS), count));
    m.output_lanes("codes", &codes, "00 is 0, 01 is 1, 10 is 2, 11 is -1; least significant first");
    if let Some(sign) = sign {
        m.documented_output("sign", &sign, "negates every digit");
    }
    m.finish()
}

/// The magnitude of a signed weight, as wide as the weight. The sign bit is left out of the inversion: it would give
/// zero.
fn magnitude(m: &ModuleBuilder, weight: &Value, sign: &Value) -> Value {
    let low = weight.width() - 1;
    let flipped = m.wire("flipped", &(weight.slice(0, low) ^ sign.replicate(low)));
    m.wire("magnitude", &(flipped + sign))
}

/// The codes of all pairs of bits; the lowest pair has no carry-in and is its own code.
fn codes(m: &ModuleBuilder, pairs: &Lanes) -> Lanes {
    let count = pairs.count();
    let codes = m.lanes("codes", uint(CODE_BITS), count);
    codes.drive(0, &pairs.lane(0));
    if count == 1 {
        return (*codes).clone();
    }
    m.comment("Carry i leaves pair i, which comes to 3 or 4, for the pair above.");
    let carries = m.lanes("carries", uint(1), count - 1);
    carries.drive(0, &(pairs.lane(0).bit(1) & pairs.lane(0).bit(0)));
    if count > 2 {
        m.repeat("carry", count - 2, |below| {
            let pair = pairs.lane(below + 1);
            carries.drive(below + 1, &(pair.bit(1) & (pair.bit(0) | carries.lane(below))));
        });
    }
    m.repeat("digit", count - 1, |below| {
        let (pair, carry) = (pairs.lane(below + 1), carries.lane(below));
        let high = pair.bit(1) ^ (pair.bit(0) & &carry);
        codes.drive(below + 1, &m.concat(&[&high, &(pair.bit(0) ^ carry)]));
    });
    (*codes).clone()
}

/// The primitives of [`recoder`]: a conditional negation, and above the lowest digit an increment of two bits each with
/// two gates for its carry, one for the lowest carry, none for the last.
pub fn recoder_census(weight: Shape) -> Census {
    let mut census = Census::default();
    if weight.signed {
        census.add(Primitive::Xor, 1, u64::from(weight.width) - 1);
        census.add(Primitive::Adder, 1, weight.width.into());
    }
    let incremented = u64::from(digits(weight)) - 1;
    census.add(Primitive::Xor, 2 * incremented, 1);
    census.add(Primitive::AndOr, incremented, 1);
    census.add(Primitive::AndOr, (2 * incremented).saturating_sub(1), 1);
    census
}
