//! Sums of many terms, each of which may still owe a carry: `-x` is `!x` plus one, and that one is given to an
//! adder that has a free carry-in instead of to an adder of its own.

use tritloom_hdl::{Census, ModuleBuilder, Primitive, Value, bits_for};

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

/// Adds terms in a balanced tree, neighbours first, each sum in its exact width (see [`partial_bits`]); partial sums
/// are named `<name>_<first>_<last>`. Two terms that owe a carry each meet in an adder that takes one of them, so
/// that the sum owes one carry where every term does.
pub fn balanced(m: &ModuleBuilder, name: &str, terms: &[Term], magnitude: u64) -> Term {
    let owing = terms.iter().all(|term| term.carry.is_some());
    add_range(m, name, terms, 0, &|count| partial_bits(count as u64, magnitude, owing))
}

fn add_range(m: &ModuleBuilder, name: &str, terms: &[Term], first: usize, exact: &dyn Fn(usize) -> u32) -> Term {
    if let [only] = terms {
        return only.clone();
    }
    let middle = terms.len().div_ceil(2);
    let left = add_range(m, name, &terms[..middle], first, exact);
    let right = add_range(m, name, &terms[middle..], first + middle, exact);
    let (taken, owed) = if left.carry.is_some() { (left.carry, right.carry) } else { (right.carry, None) };
    let sum = match taken {
        Some(carry) => left.word.add_with_carry(&right.word, &carry),
        None => &left.word + &right.word,
    };
    let sum = m.wire(&format!("{name}_{first}_{}", first + terms.len() - 1), &sum);
    Term { word: sum.wrap(exact(terms.len()).min(sum.width())), carry: owed }
}

/// The primitives of [`balanced`] over words of their exact width.
///
/// At depth d of the tree stand 2^d sums of floor(n / 2^d) terms or of one more; the adder of a sum of k terms is one
/// bit wider than the word of its larger half, ceil(k / 2) terms.
pub fn balanced_census(terms: u64, magnitude: u64, owing: bool) -> Census {
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
