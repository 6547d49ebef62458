//! The way of activation vectors through an array that never waits.
//!
//! ```text
//!  vector ─►┐
//!           ▼
//!  row 0   sums ◄─┐      a row of sums that may not leave enters the columns again,
//!           ▼     │      and passes elements whose activations are zero
//!  row 1   sums   │
//!           ▼     │
//!          foot ──┘
//!           ▼ leaves
//! ```
//!
//! A vector is at the foot as many cycles after it entered as the array has rows. There its sums leave or, where they may not,
//! take the place of a vector that would enter. No register of an element has an enable for it, and no signal that comes
//! from the receiver reaches further than the queue behind the foot.
//!
//! Rows leave in the order of their vectors: behind one that goes round the others do so too, until it is at the foot again
//! and leaves. No vector enters meanwhile, so that the next one is always the last in turn.

use super::skew::{Wave, wave_census};
use crate::census::sum_of;
use tritloom_hdl::Primitive::{AndOr, Inverter, Multiplexer, ResetRegister};
use tritloom_hdl::{Census, ForwardWire, ModuleBuilder, Value, uint};

/// The vector that comes to the foot in the next cycle.
pub(super) struct ToFoot {
    /// Its sums will leave.
    pub leaves: Value,
    /// What was said of it.
    pub told: Value,
    /// The sums of the one before, at the foot in this cycle, go round again.
    pub again: Value,
}

/// Vectors that enter with `issue`, and what is `told` of each, through `rows` rows; `may_leave` says of one that comes to the
/// foot whether its sums will have somewhere to go. Drives `open_next`, whether a vector may enter in the next cycle.
pub(super) fn circulate(
    m: &ModuleBuilder,
    rows: u32,
    (issue, told): (&Value, &Value),
    may_leave: impl FnOnce(&Value) -> Value,
    open_next: &ForwardWire,
) -> ToFoot {
    let bits = told.width();
    let [again, again_first, waiting] = ["again", "again_first", "waiting"].map(|name| {
        let register = m.register(name, uint(1));
        register.reset(0);
        register
    });
    let vector = Wave::new(m, "vector", bits + 2, rows + 1);
    let said = again.value().mux(&vector.ago(rows).slice(2, bits), told);
    let enters = m.wire("enters", &m.concat(&[&said, again_first.value(), &(issue | again.value())]));
    vector.drive(&enters, None);

    let next = if rows == 1 { enters } else { vector.ago(rows - 1) };
    let (comes, first, told) = (next.bit(0), next.bit(1), next.slice(2, bits));
    let turn = m.wire("turn", &(first | !waiting.value()));
    let leaves = m.wire("vector_leaves", &(&comes & &turn & may_leave(&told)));
    let stays = m.wire("vector_stays", &(comes & !&leaves));
    again.next(&stays);
    again_first.next(&(&stays & &turn));
    waiting.next(&(&stays | !&turn));
    open_next.drive(&(&turn & !&stays));
    ToFoot { leaves, told, again: again.value().clone() }
}

/// The primitives of [`circulate`] but for `may_leave`.
pub(super) fn census(rows: u32, told_bits: u32) -> Census {
    let mut census = sum_of(&[
        (Inverter, 4, 1),      // of waiting, leaves, turn, stays
        (AndOr, 8, 1),         // there, turn, leaves 2, stays, first, waiting, open
        (ResetRegister, 3, 1), // again, first, waiting
        (Multiplexer, 1, told_bits),
    ]);
    census.add_census(&wave_census(told_bits + 2, rows + 1), 1);
    census
}
