//! The product of a digit and an activation, but for a carry of weight one that its reduction adds.
//!
//! **Width.** A negative product is the complement of the positive one, `-p = !p + 1`, and the one is left over as the
//! carry. So the word only holds p or `!p = -p - 1`. Where x is signed with W bits and the digit's magnitude at most
//! 2^e, p lies within `-2^(W+e-1) ..= 2^(W+e-1) - 2^e`, the range of W + e bits, which the complement maps onto itself:
//! W bits for ternary digits, W + 1 for radix 4, W + 2 for radix 8. Even -2 times the minimum, `2^W`, is exact: it is
//! the word `2^W - 1` and the carry. Where x is unsigned, p takes all W + e bits and one more holds the sign, which is
//! the carry itself.

use super::{Digit, DigitSet};
use crate::arith::reduction::Term;
use tritloom_hdl::{Census, Module, ModuleBuilder, Primitive, Shape, Value, uint};

/// The multiples of an activation that the digits of a set choose among, all as wide as the largest. Made once for all
/// digits that meet the activation.
#[derive(Clone, Debug)]
pub struct Multiples {
    words: Vec<Value>,
}

impl Multiples {
    /// For ternary digits.
    pub fn up_to_one(activation: &Value) -> Multiples {
        Multiples { words: vec![activation.clone()] }
    }

    /// For radix-4 and EN-T digits.
    pub fn up_to_two(activation: &Value) -> Multiples {
        Multiples { words: vec![activation.extend(activation.width() + 1), activation.shift_left(1)] }
    }

    /// For radix-8 digits; `triple` is the activation's [`triple`].
    pub fn up_to_four(activation: &Value, triple: &Value) -> Multiples {
        let width = activation.width() + 2;
        let double = activation.shift_left(1).extend(width);
        Multiples { words: vec![activation.extend(width), double, triple.clone(), activation.shift_left(2)] }
    }
}

/// Three times an activation of W bits, in W + 2 bits: the one multiple that costs an adder.
pub fn triple(activation: &Value) -> Value {
    activation + activation.shift_left(1)
}

/// The primitives of [`triple`].
pub fn triple_census(activation: Shape) -> Census {
    let mut census = Census::default();
    census.add(Primitive::Adder, 1, u64::from(activation.width) + 2);
    census
}

/// The product of `digit` and the activation of `multiples`, which must be as many as the digit has magnitudes; its
/// wires are named `<name>_...`. The word has [`DigitSet::product_bits`] bits.
pub fn product(m: &ModuleBuilder, name: &str, digit: &Digit, multiples: &Multiples) -> Term {
    let words = &multiples.words;
    assert_eq!(digit.magnitudes.len(), words.len(), "a digit chooses among as many multiples as it has magnitudes");
    let choices: Vec<(&Value, &Value)> = digit.magnitudes.iter().zip(words).collect();
    let chosen = m.wire(&format!("{name}_magnitude"), &m.one_hot(&choices));
    let copies = digit.negate.replicate(chosen.width());
    let word = if chosen.shape().signed {
        chosen ^ copies.as_signed()
    } else {
        m.concat(&[&digit.negate, &(chosen ^ copies)]).as_signed()
    };
    Term { word: m.wire(&format!("{name}_word"), &word), carry: Some(digit.negate.clone()) }
}

/// The primitives of [`product`]: n AND gates and their OR in each bit, and the inversion.
pub fn product_census(set: DigitSet, activation: Shape) -> Census {
    let (choices, bits) = (u64::from(set.reach()), u64::from(set.magnitude_bits(activation)));
    let mut census = Census::default();
    census.add(Primitive::AndOr, 2 * choices - 1, bits);
    census.add(Primitive::Xor, 1, bits);
    census
}

/// A term times 2 to the power of `step * position`. Bits like its carry enter from below: together with it they are the
/// carry's weight.
pub fn moved_up(m: &ModuleBuilder, name: &str, term: Term, position: &Value, step: u32) -> Term {
    let Term { mut word, carry } = term;
    let carry = carry.unwrap_or_else(|| m.uint(0, 1));
    for bit in 0..position.width() {
        let up = m.concat(&[&word.as_unsigned(), &carry.replicate(step << bit)]).as_signed();
        word = m.wire(&format!("{name}{bit}"), &position.bit(bit).mux(&up, &word.extend(up.width())));
    }
    Term { word, carry: Some(carry) }
}

/// The primitives of [`moved_up`] for a word of `bits`: a multiplexer for each bit of the position.
pub fn moved_up_census(bits: u32, position_bits: u32, step: u32) -> Census {
    let mut census = Census::default();
    for bit in 0..position_bits {
        census.add(Primitive::Multiplexer, 1, (bits + step * ((2 << bit) - 1)).into());
    }
    census
}

/// [`product`] as a module, from a packed `digit` and an `activation`, for radix 8 with its `triple`, to `word` and
/// `carry`. Its primitives are those of [`product_census`].
pub fn multiplier(set: DigitSet, activation: Shape) -> Module {
    let (reach, width) = (set.reach(), activation.width);
    let signed = if activation.signed { "s" } else { "u" };
    let m = ModuleBuilder::new(
        format!("digit_product_d{reach}_a{width}_{signed}"),
        format!(
            "A digit from -{reach} to {reach} times an activation, as a word and a carry that is still to be added."
        ),
    );
    m.parameter("greatest digit", reach);
    m.parameter("activation bits", width);
    let packed = m.documented_input("digit", uint(set.bits()), "negate above one-hot magnitudes");
    let x = m.input("activation", activation);
    let multiples = match set {
        DigitSet::Ternary => Multiples::up_to_one(&x),
        DigitSet::Radix4 => Multiples::up_to_two(&x),
        DigitSet::Radix8 => {
            let tripled = Shape { width: width + 2, ..activation };
            Multiples::up_to_four(&x, &m.documented_input("triple", tripled, "three times the activation"))
        }
    };
    let Term { word, carry } = product(&m, "product", &Digit::unpack(set, &packed), &multiples);
    m.output("word", &word);
    if let Some(carry) = carry {
        m.documented_output("carry", &carry, "to be added to the word");
    }
    m.finish()
}
