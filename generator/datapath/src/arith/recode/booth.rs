//! Booth recoding (A. D. Booth, 1951; overlapping windows of several bits: O. L. MacSorley, 1961).
//!
//! Digit i of radix 2^s is read from a window of s + 1 bits, the top one of which is the next window's lowest: bits
//! `s*i - 1 ..= s*i + s - 1`, where bit -1 is zero and bits beyond the weight are its sign, or zero. The window's top
//! bit weighs `-2^(s-1)`, its lowest 1, so that no carry passes from digit to digit: all digits are there at once.

use super::{Digit, DigitSet, described, suffix};
use tritloom_hdl::{Census, Module, ModuleBuilder, Primitive, Shape, Value, uint};

/// The radix of the digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Radix {
    /// Digits -2 to 2, two bits of weight each: every multiple is a shift.
    Four,
    /// Digits -4 to 4, three bits of weight each: a third fewer products, for three times the activation made once.
    Eight,
}

impl Radix {
    /// Bits of weight to a digit.
    pub fn step(self) -> u32 {
        match self {
            Radix::Four => 2,
            Radix::Eight => 3,
        }
    }

    /// The digits that occur.
    pub fn digit_set(self) -> DigitSet {
        match self {
            Radix::Four => DigitSet::Radix4,
            Radix::Eight => DigitSet::Radix8,
        }
    }

    /// How many digits a weight has: an unsigned one needs a zero above its top bit, which is no sign.
    pub fn digits(self, weight: Shape) -> u32 {
        (weight.width + u32::from(!weight.signed)).div_ceil(self.step())
    }
}

/// The digit of one window, [`Radix::step`] + 1 bits, the lowest first; its wires are named `<name>_...`.
///
/// With t the window's top bit, the magnitude is the sum of the two lowest bits, each exclusive-ored with t, and of
/// radix 8 twice the third bit in addition, exclusive-ored with t as well. Whether two bits differ does not depend on
/// t: the magnitude is odd where bits 0 and 1 differ, an even one is 2 where bits 1 and 2 differ, else 0 or 4, and of
/// radix 8 it is 2 or more where bits 2 and 3 differ.
pub fn digit(m: &ModuleBuilder, name: &str, radix: Radix, window: &[Value]) -> Digit {
    let wire = |suffix: &str, value: &Value| m.wire(&format!("{name}_{suffix}"), value);
    let differ = &window[2] ^ &window[1];
    match radix {
        Radix::Four => {
            let one = wire("one", &(&window[1] ^ &window[0]));
            let two = wire("two", &(differ & !&one));
            Digit { negate: window[2].clone(), magnitudes: vec![one, two] }
        }
        Radix::Eight => {
            let odd = wire("odd", &(&window[1] ^ &window[0]));
            let differ = wire("middle_differ", &differ);
            let large = wire("large", &(&window[3] ^ &window[2]));
            let one = wire("one", &(&odd & !&large));
            let two = wire("two", &(!&odd & &differ));
            let three = wire("three", &(&odd & &large));
            let four = wire("four", &(&large & !(&odd | &differ)));
            Digit { negate: window[3].clone(), magnitudes: vec![one, two, three, four] }
        }
    }
}

/// The primitives of [`digit`].
pub fn digit_census(radix: Radix) -> Census {
    let (exclusive, and_or, inverters) = match radix {
        Radix::Four => (2, 1, 1),
        Radix::Eight => (3, 5, 3),
    };
    let mut census = Census::default();
    census.add(Primitive::Xor, exclusive, 1);
    census.add(Primitive::AndOr, and_or, 1);
    census.add(Primitive::Inverter, inverters, 1);
    census
}

/// From `weight` to `digits`, [`Radix::digits`] lanes of packed digits, the least significant first.
///
/// The sum of digit i times `2^(step * i)` is the weight. Weights have 2 bits or more.
pub fn recoder(radix: Radix, weight: Shape) -> Module {
    let (step, count, bits) = (radix.step(), radix.digits(weight), radix.digit_set().bits());
    let m = ModuleBuilder::new(
        format!("booth{}_recoder_{}", 1 << step, suffix(weight)),
        format!("Booth recoding of {} into digits of radix {}.", described(weight), 1 << step),
    );
    m.parameter("weight bits", weight.width);
    m.parameter("radix", 1 << step);
    m.parameter("digits", count);
    let value = m.input("weight", weight);
    m.comment("A zero below the weight; its sign, or zeros, up to a whole digit above it.");
    let padded = m.wire("padded", &value.extend(step * count).shift_left(1)).lanes(uint(1), step * count + 1);
    let digits = m.lanes("digits", uint(bits), count);
    m.repeat("digit", count, |position| {
        let window: Vec<Value> = (0..=step).map(|offset| padded.lane(position * step + offset)).collect();
        digits.drive(position, &digit(&m, "digit", radix, &window).pack(&m));
    });
    m.output_lanes("digits", &digits, "negate above one-hot magnitudes, the least significant digit first");
    m.finish()
}

/// The primitives of [`recoder`].
pub fn recoder_census(radix: Radix, weight: Shape) -> Census {
    let mut census = Census::default();
    census.add_census(&digit_census(radix), radix.digits(weight).into());
    census
}
