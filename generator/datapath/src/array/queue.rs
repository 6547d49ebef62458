//! Rows of results that wait for the receiver.
//!
//! What sends them asks for room before it knows when the row will be there, so that nothing behind it ever has to wait: a
//! place is promised, and stays so until the row in it has left. `ready` is seen by the registers of the queue alone.

use crate::census::sum_of;
use tritloom_hdl::Primitive::{AndOr, EnabledRegister, Inverter, Multiplexer, Register, ResetRegister, Xor};
use tritloom_hdl::{Census, ModuleBuilder, RegisterBuilder, Value, uint};

/// A first-in first-out queue of at least two places.
pub(super) struct Queue {
    m: ModuleBuilder,
    places: u32,
    promised: RegisterBuilder,
}

/// The oldest row in a queue.
pub(super) struct Waiting {
    /// There is one.
    pub valid: Value,
    pub row: Value,
}

impl Queue {
    /// A queue of so many places. One that is promised in a cycle and filled `n` cycles later keeps pace with a receiver that
    /// is always ready if it has `n + 2`.
    pub fn new(m: &ModuleBuilder, places: u32) -> Queue {
        Queue { m: m.clone(), places, promised: m.register("promised", uint(places)) }
    }

    /// There is a place that is not promised.
    pub fn room(&self) -> Value {
        self.m.wire("room", &!self.promised.value().top_bit())
    }

    /// Promises a place in a cycle of `promise`, which must have room; takes `row` in the cycle behind one in which it is
    /// `announced`, in the order of the promises; the oldest leaves when the receiver is `ready`.
    pub fn pass(&self, promise: &Value, (announced, row): (&Value, &Value), ready: &Value) -> Waiting {
        let (m, places) = (&self.m, self.places);
        let present = m.register("present", uint(places));
        let valid = present.value().bit(0);
        let leaves = m.wire("oldest_leaves", &(&valid & ready));
        self.count(&self.promised, promise, &leaves);
        let arrives = m.register("row_arrives", uint(1));
        arrives.reset(0).next(announced);
        self.count(&present, arrives.value(), &leaves);
        let (oldest, free) = (self.place("oldest", &leaves), self.place("free", announced));
        let taken = m.delay("taken", &(free & announced.replicate(places)), None).lanes(uint(1), places);
        let rows = m.lanes("waiting", row.shape(), places);
        m.repeat("queue_place", places, |place| {
            let taken = taken.lane(place);
            rows.drive(place, &m.delay("waiting_row", row, Some(&taken)));
        });
        let (oldest, rows) = (oldest.lanes(uint(1), places).iter(), rows.iter());
        let choices: Vec<(&Value, &Value)> = oldest.iter().zip(&rows).collect();
        Waiting { valid, row: m.wire("oldest_row", &m.one_hot(&choices)) }
    }

    /// A count as so many ones, the lowest first.
    fn count(&self, count: &RegisterBuilder, up: &Value, down: &Value) {
        let (m, places) = (&self.m, self.places);
        let more = m.concat(&[&count.value().slice(0, places - 1), &m.uint(1, 1)]);
        let fewer = count.value().slice(1, places - 1).extend(places);
        count.enable(&(up ^ down)).reset(0).next(&up.mux(&more, &fewer));
    }

    /// A one at a place; it moves to the next with `step`.
    fn place(&self, name: &str, step: &Value) -> Value {
        let place = self.m.register(name, uint(self.places));
        let next = self.m.concat(&[&place.value().slice(0, self.places - 1), &place.value().top_bit()]);
        place.enable(step).reset(1).next(&next);
        place.value().clone()
    }
}

/// The primitives of a [`Queue`] of rows of so many bits.
pub(super) fn census(places: u32, bits: u32) -> Census {
    sum_of(&[
        (Inverter, 1, 1),      // room
        (AndOr, 1, 1),         // leaves
        (ResetRegister, 1, 1), // arrives
        (Xor, 2, 1),           // counts
        (Multiplexer, 2, places),
        (ResetRegister, 4, places), // counts, places
        (AndOr, 1, places),         // taken
        (Register, 1, places),
        (EnabledRegister, places.into(), bits),
        (AndOr, u64::from(2 * places - 1), bits), // oldest row
    ])
}
