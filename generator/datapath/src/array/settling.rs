//! Two words that stand still become one, a segment a cycle: the carry of each segment waits in a register for the next,
//! so that no path is longer than a segment, and nothing else has to be held.

use super::geometry::{Geometry, SumForm};
use crate::arith::adder::CarryOut;
use tritloom_hdl::Primitive::Register;
use tritloom_hdl::{Census, Lanes, ModuleBuilder, Value, uint};

/// The most bits of a segment: adding them takes about as long as the way through an element.
const SEGMENT_BITS: u32 = 8;

/// The bits of each segment, the lowest first: as few as there can be, and as equal.
pub(super) fn segments(geometry: &Geometry) -> Vec<u32> {
    let bits = geometry.kept_bits();
    let each = bits.div_ceil(bits.div_ceil(SEGMENT_BITS));
    (0..bits).step_by(each as usize).map(|low| each.min(bits - low)).collect()
}

/// Cycles for which the words must stand still before their sum is taken, that of taking it included.
pub(super) fn settling_cycles(geometry: &Geometry) -> u64 {
    match geometry.sum_form {
        SumForm::Resolved => 1,
        SumForm::CarrySave(_) | SumForm::ByPosition(_) => segments(geometry).len() as u64,
    }
}

/// The sums of each column in one word, from their words.
pub(super) fn in_one_word(m: &ModuleBuilder, geometry: &Geometry, held: &Lanes) -> Lanes {
    if geometry.sum_form == SumForm::Resolved {
        return held.clone();
    }
    let bits = geometry.kept_bits();
    let sums = m.lanes("settled_sums", uint(bits), geometry.columns);
    m.repeat("settled_column", geometry.columns, |column| {
        let words = held.lane(column);
        let (mut parts, mut carry, mut low) = (Vec::new(), m.uint(0, 1), 0);
        for (number, bits_here) in segments(geometry).into_iter().enumerate() {
            let rows = (&words.slice(low, bits_here), &words.slice(bits + low, bits_here));
            let top = low + bits_here == bits;
            let carry_out = if top { CarryOut::Dropped } else { CarryOut::Kept };
            let sum = geometry.resolve.add(m, &format!("segment{number}"), rows, &carry, carry_out);
            if !top {
                carry = m.delay(&format!("carry{number}"), &sum.top_bit(), None);
            }
            parts.push(sum.slice(0, bits_here));
            low += bits_here;
        }
        sums.drive(column, &m.concat(&parts.iter().rev().collect::<Vec<&Value>>()));
    });
    (*sums).clone()
}

/// The primitives of [`in_one_word`].
pub(super) fn census(geometry: &Geometry) -> Census {
    let (segments, columns) = (segments(geometry), u64::from(geometry.columns));
    let mut census = Census::default();
    for (number, &bits) in segments.iter().enumerate() {
        let carry_out = if number + 1 == segments.len() { CarryOut::Dropped } else { CarryOut::Kept };
        census.add_census(&geometry.resolve.census(bits, carry_out), columns);
    }
    census.add(Register, columns * (segments.len() as u64 - 1), 1);
    census
}
