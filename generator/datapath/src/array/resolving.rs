//! Two words that pass, a row of them a cycle, become one in two cycles: segments of them are added side by side, and each
//! takes the carries of those below a cycle later. Words of several positions are merged in a cycle before that.

use super::geometry::{Geometry, SumForm};
use super::results;
use super::settling::segments;
use crate::arith::adder::CarryOut;
use crate::census::copies;
use tritloom_hdl::Primitive::{Adder, AndOr, Reduction, Register};
use tritloom_hdl::{Census, Lanes, ModuleBuilder, Value, uint};

/// Cycles from what elements keep to sums in one word.
pub(super) fn resolving_cycles(geometry: &Geometry) -> u32 {
    match geometry.sum_form {
        SumForm::Resolved => 0,
        SumForm::CarrySave(_) => 1,
        SumForm::ByPosition(_) => 2,
    }
}

/// The sums of each column in one word, from what elements keep.
pub(super) fn in_one_word(m: &ModuleBuilder, geometry: &Geometry, kept: &Lanes) -> Lanes {
    if geometry.sum_form == SumForm::Resolved {
        return kept.clone();
    }
    let bits = geometry.kept_bits();
    let sums = m.lanes("resolved_sums", uint(bits), geometry.columns);
    m.repeat("resolved_column", geometry.columns, |column| {
        let words = words(m, geometry, &kept.lane(column));
        sums.drive(column, &with_carries(m, &added(m, geometry, &words)));
    });
    (*sums).clone()
}

/// The two words of a sum; those of several positions are merged a cycle earlier.
fn words(m: &ModuleBuilder, geometry: &Geometry, kept: &Value) -> Value {
    let words = results::words(m, geometry, kept);
    match geometry.sum_form {
        SumForm::ByPosition(_) => m.delay("merged", &words, None),
        SumForm::Resolved | SumForm::CarrySave(_) => words,
    }
}

/// The sum of each segment of two words, the lowest first, with its carry but for the top one; a cycle later.
fn added(m: &ModuleBuilder, geometry: &Geometry, words: &Value) -> Vec<Value> {
    let (bits, segments) = (geometry.kept_bits(), segments(geometry));
    let (mut low, mut sums) = (0, Vec::new());
    for (number, &bits_here) in segments.iter().enumerate() {
        let rows = (&words.slice(low, bits_here), &words.slice(bits + low, bits_here));
        let carry_out = if number + 1 == segments.len() { CarryOut::Dropped } else { CarryOut::Kept };
        let sum = geometry.resolve.add(m, &format!("segment{number}"), rows, &m.uint(0, 1), carry_out);
        sums.push(m.delay(&format!("added{number}"), &sum, None));
        low += bits_here;
    }
    sums
}

/// The segments as one word: a carry passes those that are all ones.
fn with_carries(m: &ModuleBuilder, segments: &[Value]) -> Value {
    let mut carry: Option<Value> = None;
    let mut parts = Vec::new();
    for (number, segment) in segments.iter().enumerate() {
        let top = number + 1 == segments.len();
        let bits = segment.width() - u32::from(!top);
        let sum = segment.slice(0, bits);
        parts.push(match &carry {
            None => sum.clone(),
            Some(carry) => (&sum + carry).wrap(bits).as_unsigned(),
        });
        if !top {
            let passed = carry.map(|carry| segment.top_bit() | (sum.all() & carry));
            carry = Some(m.wire(&format!("carry{number}"), &passed.unwrap_or_else(|| segment.top_bit())));
        }
    }
    m.concat(&parts.iter().rev().collect::<Vec<_>>())
}

/// The primitives of [`in_one_word`] but for the merges.
pub(super) fn census(geometry: &Geometry) -> Census {
    let segments = segments(geometry);
    let mut census = Census::default();
    for (number, &bits) in segments.iter().enumerate() {
        let (first, top) = (number == 0, number + 1 == segments.len());
        let carry_out = if top { CarryOut::Dropped } else { CarryOut::Kept };
        census.add_census(&geometry.resolve.census(bits, carry_out), 1);
        census.add(Register, 1, (bits + u32::from(!top)).into());
        census.add(Adder, u64::from(!first), (bits + 1).into()); // with carries
        let passes = u64::from(!first && !top);
        census.add(AndOr, 2 * passes, 1);
        census.add(Reduction, passes, bits.into());
    }
    if let SumForm::ByPosition(_) = geometry.sum_form {
        census.add(Register, 1, (2 * geometry.kept_bits()).into()); // merged
    }
    copies(&census, geometry.columns.into())
}
