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

/// The vector at the foot.
pub(super) struct AtFoot {
    /// Its sums leave.
    pub leaves: Value,
    /// They go round again.
    pub again: Value,
    /// What was said of it.
    pub told: Value,
}

/// Vectors that enter with `issue`, and what is `told` of each, through `rows` rows; `may_leave` says of one at the foot whether
/// its sums have somewhere to go. Drives `open`, whether a vector may enter.
pub(super) fn circulate(
    m: &ModuleBuilder,
    rows: u32,
    (issue, told): (&Value, &Value),
    may_leave: impl FnOnce(&Value) -> Value,
    open: &ForwardWire,
) -> AtFoot {
    let vector = Wave::new(m, "vector", told.width() + 2, rows + 1);
    let foot = vector.ago(rows);
    let (there, heads, told_here) = (foot.bit(0), foot.bit(1), foot.slice(2, told.width()));
    let waiting = m.register("waiting", uint(1));
    let turn = m.wire("turn", &(heads | !waiting.value()));
    let leaves = m.wire("vector_leaves", &(&there & &turn & may_leave(&told_here)));
    let again = m.wire("again", &(&there & !&leaves));
    waiting.reset(0).next(&(&again | !&turn));
    open.drive(&(&turn & !&again));
    let enters = m.concat(&[&again.mux(&told_here, told), &(&again & &turn), &(issue | &again)]);
    vector.drive(&enters, None);
    AtFoot { leaves, again, told: told_here }
}

/// The primitives of [`circulate`] but for `may_leave`.
pub(super) fn census(rows: u32, told_bits: u32) -> Census {
    let mut census = sum_of(&[
        (Inverter, 4, 1), // of waiting, leaves, turn, again
        (AndOr, 8, 1),    // turn, leaves 2, again, waiting, open, heads, there
        (ResetRegister, 1, 1),
        (Multiplexer, 1, told_bits),
    ]);
    census.add_census(&wave_census(told_bits + 2, rows + 1), 1);
    census
}
