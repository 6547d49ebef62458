//! The sum of a port: its terms and its accumulator, the carries of negated terms absorbed.

use super::cost::ElementCensus;
use super::geometry::{Accumulation, Geometry, ReductionStyle};
use crate::arith::bit_heap::{BitHeap, Profile, Tree};
use crate::arith::reduction::{Adders, Term, partial_bits};
use tritloom_hdl::{Lanes, ModuleBuilder, Value, uint};

/// Gate delays of the accumulator behind its gate.
const BASE_ARRIVAL: u32 = 1;
/// Gate delays of the carries: bits of the keys.
const CARRY_ARRIVAL: u32 = 0;
/// Bits of a carry as a signed number.
pub(super) const OWED_BITS: u32 = 2;

/// What a port adds to its accumulator in one cycle.
pub struct Terms<'a> {
    /// Signed words.
    pub words: &'a Lanes,
    /// For each word one bit of weight one that is still to be added to it, where words may be complements.
    pub carries: Option<&'a Lanes>,
    /// Each word with its carry lies within `-magnitude ..= magnitude`.
    pub magnitude: u64,
    /// When the words are there, in gate delays behind the keys (see [`crate::arith::bit_heap::Plan`]).
    pub arrival: u32,
}

/// The accumulator's next value, of [`Geometry::sum_shape`] like `base`: `base`, but for a
/// [single tile](Geometry::single_tile), and the terms, modulo the range of an accumulator, which exact results never leave.
/// Where `advance` is given a register stands between the terms' tree and the accumulator.
pub fn port_sum(
    m: &ModuleBuilder,
    geometry: &Geometry,
    terms: &Terms,
    base: Option<&Value>,
    advance: Option<&Value>,
) -> Value {
    match geometry.reduction {
        ReductionStyle::Tree(adders) => tree_sum(m, geometry, adders, terms, base, advance),
        ReductionStyle::Compressed(tree, _) => compressed_sum(m, geometry, tree, terms, base),
    }
}

/// Tree, register where asked for, accumulation; the accumulating adder takes the last carry.
fn tree_sum(
    m: &ModuleBuilder,
    geometry: &Geometry,
    adders: Adders,
    terms: &Terms,
    base: Option<&Value>,
    advance: Option<&Value>,
) -> Value {
    let carries: Vec<Option<Value>> = match terms.carries {
        Some(carries) => carries.iter().into_iter().map(Some).collect(),
        None => vec![None; terms.words.count() as usize],
    };
    let words = terms.words.iter().into_iter().zip(carries);
    let list: Vec<Term> = words.map(|(word, carry)| Term { word, carry }).collect();
    let mut partial = adders.tree(m, "sum", &list, terms.magnitude);
    if let Some(advance) = advance {
        partial.word = m.delay("partial", &partial.word, Some(advance));
        partial.carry = partial.carry.map(|carry| m.delay("partial_carry", &carry, Some(advance)));
    }
    let total = match (base, &partial.carry) {
        (Some(base), Some(carry)) => base.add_with_carry(&partial.word, carry),
        (Some(base), None) => base + &partial.word,
        (None, Some(carry)) => &partial.word + carry.extend(OWED_BITS).as_signed(),
        (None, None) => partial.word,
    };
    m.wire("total", &total).wrap(geometry.accumulator_bits())
}

/// Terms, their carries and the words of the accumulator through one compressor tree, and an adder behind it where the
/// accumulator has one word.
fn compressed_sum(m: &ModuleBuilder, geometry: &Geometry, tree: Tree, terms: &Terms, base: Option<&Value>) -> Value {
    let width = geometry.accumulator_bits();
    let mut heap = BitHeap::new(width);
    terms.words.iter().iter().for_each(|word| heap.add_signed(word, 0, terms.arrival));
    let carries = terms.carries.map(|carries| carries.iter()).unwrap_or_default();
    carries.iter().for_each(|carry| heap.add_bit(carry, 0, CARRY_ARRIVAL));
    if let Some(base) = base {
        let words = base.as_unsigned().lanes(uint(width), geometry.base_words());
        words.iter().iter().for_each(|word| heap.add_unsigned(word, 0, BASE_ARRIVAL));
    }
    let (sum, carry) = heap.reduce(m, "heap", &tree.compression());
    match geometry.accumulation() {
        Accumulation::Resolved => m.wire("total", &(sum + carry)).wrap(width).as_signed(),
        Accumulation::CarrySave => m.concat(&[&carry, &sum]),
    }
}

/// What the heap of [`compressed_sum`] holds, for its closed form.
pub(super) fn profile(geometry: &Geometry, element: &ElementCensus) -> Profile {
    let width = geometry.accumulator_bits();
    let term_bits = partial_bits(1, element.magnitude, element.owing);
    let mut profile = Profile::new(width);
    (0..geometry.tables).for_each(|_| profile.add_signed(term_bits, 0, element.arrival));
    let carries = if element.owing { geometry.tables } else { 0 };
    (0..carries).for_each(|_| profile.add_bit(0, CARRY_ARRIVAL));
    (0..geometry.base_words()).for_each(|_| profile.add_unsigned(width, 0, BASE_ARRIVAL));
    profile
}
