//! The sum of a port: its terms and its accumulator, the carries of negated terms absorbed.

use super::geometry::{Geometry, ReductionStyle};
use crate::arith::reduction::{Term, balanced, carry_save};
use tritloom_hdl::{Lanes, ModuleBuilder, Value};

/// What a port adds to its accumulator in one cycle.
pub struct Terms<'a> {
    /// Signed words.
    pub words: &'a Lanes,
    /// For each word one bit of weight one that is still to be added to it, where words may be complements.
    pub carries: Option<&'a Lanes>,
    /// Each word with its carry lies within `-magnitude ..= magnitude`.
    pub magnitude: u64,
}

/// The accumulator's next value: `base` and the terms, modulo the range of `base`, which exact results never leave.
/// Where `advance` is given a register stands between the terms' tree and the accumulator.
pub fn port_sum(m: &ModuleBuilder, geometry: &Geometry, terms: &Terms, base: &Value, advance: Option<&Value>) -> Value {
    match geometry.reduction {
        ReductionStyle::Balanced => balanced_sum(m, terms, base, advance),
        ReductionStyle::CarrySave => carry_save_sum(m, terms, base),
    }
}

/// Tree, register where asked for, accumulation; the accumulating adder takes the last carry.
fn balanced_sum(m: &ModuleBuilder, terms: &Terms, base: &Value, advance: Option<&Value>) -> Value {
    let carries: Vec<Option<Value>> = match terms.carries {
        Some(carries) => carries.iter().into_iter().map(Some).collect(),
        None => vec![None; terms.words.count() as usize],
    };
    let words = terms.words.iter().into_iter().zip(carries);
    let list: Vec<Term> = words.map(|(word, carry)| Term { word, carry }).collect();
    let mut partial = balanced(m, "sum", &list, terms.magnitude);
    if let Some(advance) = advance {
        partial.word = m.delay("partial", &partial.word, Some(advance));
        partial.carry = partial.carry.map(|carry| m.delay("partial_carry", &carry, Some(advance)));
    }
    let total = match &partial.carry {
        Some(carry) => base.add_with_carry(&partial.word, carry),
        None => base + &partial.word,
    };
    m.wire("total", &total).wrap(base.width())
}

/// Terms and accumulator through compressor rows and one adder.
fn carry_save_sum(m: &ModuleBuilder, terms: &Terms, base: &Value) -> Value {
    let extend = |(position, word): (usize, Value)| m.wire(&format!("term{position}"), &word.extend(base.width()));
    let mut words: Vec<Value> = terms.words.iter().into_iter().enumerate().map(extend).collect();
    words.push(base.clone());
    let carries = terms.carries.map(|carries| carries.iter()).unwrap_or_default();
    carry_save(m, &words, &carries)
}
