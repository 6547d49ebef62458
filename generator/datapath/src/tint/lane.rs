//! A lane: an activation, its complement or nothing, as its weight says.

use crate::census::sum_of;
use tritloom_hdl::{Census, ModuleBuilder, Primitive, Value};

/// Gate delays of a term behind the keys: one to tell plus from minus, AND, OR.
pub(super) const ARRIVAL: u32 = 3;

/// The term of a key, sign above magnitude: a signed word, and the one that is still to be added where it is a complement.
///
/// One of two words, or none: an AND-OR gate a bit. The same by an exclusive OR behind an AND, as a core of tables needs it
/// for magnitudes above one, is larger in every cell library, and no synthesis finds this form, which takes it that no key
/// has a sign and no magnitude.
pub(super) fn term(m: &ModuleBuilder, key: &Value, activation: &Value) -> (Value, Value) {
    let bits = activation.width();
    let minus = m.wire("minus", &key.top_bit());
    let plus = m.wire("plus", &(key.bit(0) & !&minus));
    let word = activation & plus.replicate(bits) | !activation & minus.replicate(bits);
    (word.as_signed(), minus)
}

/// The primitives of the terms of so many lanes.
pub(super) fn census(lanes: u32, bits: u32) -> Census {
    sum_of(&[
        (Primitive::Inverter, lanes.into(), 1),
        (Primitive::AndOr, lanes.into(), 1),
        (Primitive::Inverter, lanes.into(), bits),
        (Primitive::AndOr, 3 * u64::from(lanes), bits),
    ])
}
