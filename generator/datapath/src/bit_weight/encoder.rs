//! The sparse encoder: of a group of digits of equal weight those that are not zero, one a cycle.

use super::element::RADIX;
use crate::arith::recode::booth::digit_census;
use crate::arith::recode::pending::{Order, next_pending, next_pending_census, selected_census};
use crate::arith::recode::{Digit, DigitSet};
use crate::census::{copies, sum_of};
use tritloom_hdl::Primitive::{AndOr, EnabledRegister, Inverter, Multiplexer, Reduction, Register};
use tritloom_hdl::{Census, Lanes, Module, ModuleBuilder, Primitive, Shape, Value, uint};

pub(super) const DIGITS: DigitSet = DigitSet::Radix4;

/// A packed digit.
pub(super) fn digit_shape() -> Shape {
    uint(DIGITS.bits())
}

/// From the digits that an element holds to the next one: `select`, a one at its place, and `digit`, zero where no digit
/// is left; `spent`, none is left behind it. `fresh`: the digits are new in this cycle; `step`: the digit is taken.
pub(super) fn encoder(places: u32) -> Module {
    let m = ModuleBuilder::new(
        format!("sparse_encoder_n{places}"),
        format!("Deals out those of {places} digits that are not zero, one a cycle."),
    );
    m.parameter("digits", places);
    let fresh = m.documented_input("fresh", uint(1), "the digits are seen for the first time");
    let step = m.documented_input("step", uint(1), "the digit of this cycle is taken");
    let digits = m.input_lanes("digits", digit_shape(), places, "first place lowest");
    let remaining = m.register("remaining", uint(places));
    let pending = m.wire("pending", &fresh.mux(&non_zero(&m, &digits), &remaining));
    let next = Next::of(&m, "next_place", &pending);
    remaining.enable(&step).next(&next.remaining);
    m.output("select", &next.select);
    m.output("digit", &selected(&m, &next.select, &digits));
    m.output("spent", &!next.remaining.any());
    m.finish()
}

/// The primitives of [`encoder`].
pub(super) fn encoder_census(places: u32) -> Census {
    let mut census = sum_of(&[
        (Reduction, places.into(), DIGITS.reach()), // non-zero
        (Multiplexer, 1, places),
        (EnabledRegister, 1, places),
        (Reduction, 1, places),
        (Inverter, 1, 1), // of any
    ]);
    census.add_census(&next_census(places), 1);
    census.add_census(&selected_census(DIGITS, places), 1);
    census
}

/// Holds digits until none is left, and gives as [`encoder`] does `select`, out of a register, and `digit`. Whether digits are
/// left is said a cycle ahead: `more_enter`, of those that enter more than one is not zero; `more_left`, of those left
/// behind the digit of this cycle there is more than one. `always`: what is dealt out is taken in every cycle, and is zero while
/// none is held.
pub(super) fn dealer(places: u32, always: bool) -> Module {
    let m = ModuleBuilder::new(
        format!("digit_dealer_n{places}{}", if always { "_always" } else { "" }),
        format!("Holds {places} digits and deals out those that are not zero, one a cycle."),
    );
    m.parameter("digits", places);
    let time = Time {
        more_next: m.documented_input("more_next", uint(1), "digits are left behind the next cycle"),
        taken: match always {
            true => Taken::Always { enters: m.documented_input("enters", uint(1), "digits enter where there is room") },
            false => Taken::With(Taken::advance(&m)),
        },
    };
    let entering = m.input_lanes("digits", digit_shape(), places, "first place lowest");
    let room = time.room(&m, "group");
    let held = m.delay("held", entering.flat(), Some(&room.enable)).lanes(digit_shape(), places);
    let ahead = Ahead::of(&m, &entering, &time, &room);
    let next = match &time.taken {
        Taken::Always { enters } => {
            let enter = m.wire("enter", &(&room.spent & enters));
            m.one_hot(&[(&enter, &ahead.entering.select), (&room.more, &ahead.left.select)])
        }
        Taken::With(_) => room.spent.mux(&ahead.entering.select, &ahead.left.select),
    };
    let select = m.delay("selected", &next, time.taken.advances());
    m.output("select", &select);
    m.output("digit", &selected(&m, &select, &held));
    m.output("more_enter", &ahead.entering.more());
    m.output("more_left", &ahead.left.more());
    m.finish()
}

/// The primitives of [`dealer`].
pub(super) fn dealer_census(places: u32, always: bool) -> Census {
    let mut census = sum_of(&[
        (EnabledRegister, 1, places * DIGITS.bits()), // held
        (Multiplexer, u64::from(!always), places),    // selected
        (AndOr, 3 * u64::from(always), places),
        (AndOr, u64::from(always), 1), // enter
        (Time::register(always), 1, places),
    ]);
    census.add_census(&Time::room_census(always), 1);
    census.add_census(&ahead_census(places, always), 1);
    census.add_census(&selected_census(DIGITS, places), 1);
    census
}

/// What the parts of a feeder are told of the time.
pub(super) struct Time {
    /// Digits of some column are left behind those of the next cycle.
    pub more_next: Value,
    pub taken: Taken,
}

/// When what is dealt out is taken.
pub(super) enum Taken {
    /// In every cycle, so that it must be zero while nothing is held: where there is room digits enter with `enters` only.
    Always { enters: Value },
    /// With this.
    With(Value),
}

impl Taken {
    /// The input `advance`.
    pub fn advance(m: &ModuleBuilder) -> Value {
        m.documented_input("advance", uint(1), "what is dealt out is taken")
    }

    /// What registers of what is dealt out are enabled by.
    pub fn advances(&self) -> Option<&Value> {
        match self {
            Taken::Always { .. } => None,
            Taken::With(advance) => Some(advance),
        }
    }
}

/// Whether what is held makes room.
pub(super) struct Room {
    /// Some of it is left behind this cycle.
    pub more: Value,
    /// Nothing of it is left behind this cycle.
    pub spent: Value,
    /// And this cycle is taken: what waits, if anything does, takes its place.
    pub enable: Value,
}

impl Time {
    /// A register that holds only where what is dealt out may have to wait.
    pub fn register(always: bool) -> Primitive {
        if always { Register } else { EnabledRegister }
    }

    /// Out of a register of its own, so that none drives more than a row or a column.
    pub fn room(&self, m: &ModuleBuilder, of: &str) -> Room {
        let more = m.delay(&format!("{of}_more"), &self.more_next, self.taken.advances());
        let spent = m.wire(&format!("{of}_spent"), &!&more);
        let enable =
            self.taken.advances().map_or(spent.clone(), |advance| m.wire(&format!("{of}_taken"), &(&spent & advance)));
        Room { more, spent, enable }
    }

    /// The primitives of [`Time::room`].
    pub fn room_census(always: bool) -> Census {
        sum_of(&[(Time::register(always), 1, 1), (Inverter, 1, 1), (AndOr, u64::from(!always), 1)])
    }
}

/// The next digit of a group, found a cycle ahead.
pub(super) struct Ahead {
    /// Of the digits that enter.
    pub entering: Next,
    /// Of those left behind the digit of this cycle.
    pub left: Next,
}

impl Ahead {
    /// Remembers which digits are left, of those that enter when there is room.
    pub fn of(m: &ModuleBuilder, entering: &Lanes, time: &Time, room: &Room) -> Ahead {
        let entering = Next::of(m, "first_place", &non_zero(m, entering));
        if entering.select.width() == 1 {
            let none = m.uint(0, 1);
            return Ahead { entering, left: Next { select: none.clone(), remaining: none } };
        }
        let remaining = m.register("remaining", entering.remaining.shape());
        let left = Next::of(m, "next_place", remaining.value());
        time.taken.advances().iter().for_each(|advance| _ = remaining.enable(advance));
        remaining.next(&room.spent.mux(&entering.remaining, &left.remaining));
        Ahead { entering, left }
    }
}

/// The primitives of [`Ahead`], and of whether each of its two leaves more digits.
pub(super) fn ahead_census(places: u32, always: bool) -> Census {
    let several = u64::from(places > 1);
    let mut census = sum_of(&[
        (Reduction, places.into(), DIGITS.reach()), // non-zero
        (Multiplexer, several, places),             // remaining
        (Time::register(always), several, places),
        (Reduction, 2 * several, places), // more
    ]);
    census.add_census(&next_census(places), 2);
    census
}

/// The digit at the one of `select`, zero where there is none.
fn selected(m: &ModuleBuilder, select: &Value, digits: &Lanes) -> Value {
    let (select, digits) = (select.lanes(uint(1), digits.count()).iter(), digits.iter());
    m.wire("next_digit", &m.one_hot(&select.iter().zip(&digits).collect::<Vec<_>>()))
}

/// A one for each digit that is not zero.
fn non_zero(m: &ModuleBuilder, digits: &Lanes) -> Value {
    let non_zero = m.lanes("non_zero", uint(1), digits.count());
    m.repeat("place", digits.count(), |place| {
        non_zero.drive(place, &Digit::unpack(DIGITS, &digits.lane(place)).non_zero(m));
    });
    non_zero.flat().clone()
}

/// The next of pending digits, and what is pending behind it.
pub(super) struct Next {
    pub select: Value,
    pub remaining: Value,
}

impl Next {
    fn of(m: &ModuleBuilder, name: &str, pending: &Value) -> Next {
        if pending.width() == 1 {
            return Next { select: pending.clone(), remaining: m.uint(0, 1) };
        }
        let next = m.instance(name, &next_pending(Order::LowestFirst, pending.width()));
        next.connect("pending", pending);
        Next { select: next.output("select"), remaining: next.output("remaining") }
    }

    /// Whether anything is pending behind it.
    pub fn more(&self) -> Value {
        if self.remaining.width() == 1 { self.remaining.clone() } else { self.remaining.any() }
    }
}

fn next_census(places: u32) -> Census {
    if places == 1 { Census::default() } else { next_pending_census(places) }
}

/// The primitives that read the digits at one position out of so many of `places` weights.
pub(super) fn edge_census(places: u32, positions: u32) -> Census {
    let mut census = copies(&digit_census(RADIX), places.into());
    census.add(AndOr, u64::from(2 * positions - 1) * u64::from(places), (RADIX.step() + 1).into());
    census
}
