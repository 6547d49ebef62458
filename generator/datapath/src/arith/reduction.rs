//! Sums of many terms, each of which may still owe a carry: `-x` is `!x` plus one, and that one is given to an
//! adder that has a free carry-in instead of to an adder of its own.

use crate::parameter::{Parameter, Parameters};
use tritloom_hdl::{Census, ModuleBuilder, Primitive, Value, bits_for};

/// The adders of a tree of adders.
pub const ADDERS: Parameter = Parameter::choice(
    "adders",
    &[
        ("two_words", "two words each, in a carry chain"),
        (
            "three_words",
            "three words each, in full adders and a carry chain: a bit of both fits a look-up table of an FPGA with six inputs and two outputs",
        ),
    ],
    Some("two_words"),
    "what the adders of a tree of adders add; no effect where a compressor tree adds",
);

/// A summand: its value is `word + carry`.
#[derive(Clone)]
pub struct Term {
    /// Signed.
    pub word: Value,
    /// One bit that is still to be added with weight one.
    pub carry: Option<Value>,
}

/// Bits of a signed value from `-magnitude` to `magnitude - 1`.
pub fn bits_below(magnitude: u64) -> u32 {
    bits_for(magnitude - 1) + 1
}

/// Bits of a signed value from `-magnitude` to `magnitude`.
pub fn bits_up_to(magnitude: u64) -> u32 {
    bits_for(magnitude) + 1
}

/// Bits of the word of a sum of `count` terms, each with its carry within `-magnitude ..= magnitude`.
///
/// Where terms are `owing` a carry, each word alone lies within `-magnitude ..= magnitude - 1` (the range is closed
/// under complement), and since one carry of every partial sum is still owed, so does the sum of k of them, times k.
pub fn partial_bits(count: u64, magnitude: u64, owing: bool) -> u32 {
    let bound = count * magnitude;
    if owing { bits_below(bound) } else { bits_up_to(bound) }
}

/// What the adders of a tree of adders are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Adders {
    /// Of two words. Two terms that owe a carry each meet in an adder that takes one of them.
    TwoWords,
    /// Of three words, each a row of full adders and a carry chain behind it: a look-up table of six inputs with two
    /// outputs holds both for a bit. Such an adder takes two of three carries.
    ThreeWords,
}

impl Adders {
    /// What [`ADDERS`] says.
    pub fn new(parameters: &Parameters) -> Adders {
        match parameters.choice("adders") {
            "three_words" => Adders::ThreeWords,
            _ => Adders::TwoWords,
        }
    }

    /// Adds terms in a balanced tree, neighbours first, each sum in its exact width (see [`partial_bits`]); partial sums
    /// are named `<name>_<first>_<last>`. The sum owes one carry where every term does.
    pub fn tree(self, m: &ModuleBuilder, name: &str, terms: &[Term], magnitude: u64) -> Term {
        let owing = terms.iter().all(|term| term.carry.is_some());
        add_range(m, name, terms, 0, (self.words(), &|count| partial_bits(count as u64, magnitude, owing)))
    }

    /// The primitives of [`Adders::tree`] over words of their exact width.
    pub fn census(self, terms: u64, magnitude: u64, owing: bool) -> Census {
        match self {
            Adders::TwoWords => two_words_census(terms, magnitude, owing),
            Adders::ThreeWords => three_words_census(terms, magnitude, owing),
        }
    }

    /// The end of a module's name that shows it: nothing for adders of two words.
    pub fn name_suffix(self) -> &'static str {
        match self {
            Adders::TwoWords => "",
            Adders::ThreeWords => "_add3",
        }
    }

    fn words(self) -> usize {
        match self {
            Adders::TwoWords => 2,
            Adders::ThreeWords => 3,
        }
    }
}

fn add_range(
    m: &ModuleBuilder,
    name: &str,
    terms: &[Term],
    first: usize,
    (most, exact): (usize, &dyn Fn(usize) -> u32),
) -> Term {
    if let [only] = terms {
        return only.clone();
    }
    let (mut rest, mut sums) = (terms, Vec::new());
    for parts in (1..=most.min(terms.len())).rev() {
        let (part, others) = rest.split_at(rest.len().div_ceil(parts));
        sums.push(add_range(m, name, part, first + terms.len() - rest.len(), (most, exact)));
        rest = others;
    }
    let (name, bits) = (format!("{name}_{first}_{}", first + terms.len() - 1), exact(terms.len()));
    match <[Term; 3]>::try_from(sums) {
        Ok(three) => add_three(m, &name, &three, bits),
        Err(two) => add_two(m, &name, &two[0], &two[1], bits),
    }
}

fn add_two(m: &ModuleBuilder, name: &str, left: &Term, right: &Term, bits: u32) -> Term {
    let (taken, owed) = if left.carry.is_some() { (&left.carry, &right.carry) } else { (&right.carry, &None) };
    let sum = match taken {
        Some(carry) => left.word.add_with_carry(&right.word, carry),
        None => &left.word + &right.word,
    };
    let sum = m.wire(name, &sum);
    Term { word: sum.wrap(bits.min(sum.width())), carry: owed.clone() }
}

/// One carry has the free place below the carries of the full adders, one is the carry-in of the chain.
fn add_three(m: &ModuleBuilder, name: &str, terms: &[Term; 3], bits: u32) -> Term {
    let [a, b, c] = terms.each_ref().map(|term| term.word.extend(bits).as_unsigned());
    let mut carries = terms.iter().filter_map(|term| term.carry.clone());
    let differ = m.wire(&format!("{name}_differ"), &(&a ^ &b));
    let low = |value: &Value| value.slice(0, bits - 1);
    let majority = (low(&a) & low(&b)) | (low(&c) & low(&differ));
    let lowest = carries.next().unwrap_or_else(|| m.uint(0, 1));
    let row = m.wire(&format!("{name}_carries"), &m.concat(&[&majority, &lowest]));
    let sum = match carries.next() {
        Some(carry) => (differ ^ c).add_with_carry(&row, &carry),
        None => (differ ^ c) + row,
    };
    Term { word: m.wire(name, &sum).wrap(bits).as_signed(), carry: carries.next() }
}

/// At depth d of the tree stand 2^d sums of floor(n / 2^d) terms or of one more; the adder of a sum of k terms is one
/// bit wider than the word of its larger half, ceil(k / 2) terms.
fn two_words_census(terms: u64, magnitude: u64, owing: bool) -> Census {
    let mut census = Census::default();
    for depth in 0..=terms.ilog2() {
        let (sums, smaller) = (1 << depth, terms >> depth);
        let larger = terms - sums * smaller;
        for (size, count) in [(smaller, sums - larger), (smaller + 1, larger)] {
            if size > 1 {
                let half = partial_bits(size.div_ceil(2), magnitude, owing);
                census.add(Primitive::Adder, count, u64::from(half) + 1);
            }
        }
    }
    census
}

fn three_words_census(terms: u64, magnitude: u64, owing: bool) -> Census {
    if terms < 3 {
        return two_words_census(terms, magnitude, owing);
    }
    let mut census = Census::default();
    let bits = u64::from(partial_bits(terms, magnitude, owing));
    census.add(Primitive::Xor, 2, bits);
    census.add(Primitive::AndOr, 3, bits - 1);
    census.add(Primitive::Adder, 1, bits + 1);
    for part in [terms.div_ceil(3), (terms + 1) / 3, terms / 3] {
        census.add_census(&three_words_census(part, magnitude, owing), 1);
    }
    census
}
