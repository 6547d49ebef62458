//! The sparse encoder: of a group of digits of equal weight those that are not zero, one a cycle.

use super::element::RADIX;
use crate::arith::recode::booth::digit_census;
use crate::arith::recode::pending::{Order, next_pending, next_pending_census, selected_census};
use crate::arith::recode::{Digit, DigitSet};
use crate::census::{copies, sum_of};
use tritloom_hdl::Primitive::{AndOr, EnabledRegister, Inverter, Multiplexer, Reduction};
use tritloom_hdl::{Census, Lanes, Module, ModuleBuilder, Shape, Value, uint};

const DIGITS: DigitSet = DigitSet::Radix4;

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
    let next = Next::of(&m, &pending);
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

/// The same with `select` and `digit` out of registers: it is found a cycle ahead, of digits that `load` lets in before
/// they are held.
pub(super) fn registered_encoder(places: u32) -> Module {
    let m = ModuleBuilder::new(
        format!("registered_encoder_n{places}"),
        format!("Holds {places} digits and deals out those that are not zero, one a cycle, out of registers."),
    );
    m.parameter("digits", places);
    let load = m.documented_input("load", uint(1), "digits enter");
    let change = m.documented_input("change", uint(1), "digits enter, or the digit of this cycle is taken");
    let entering = m.input_lanes("digits", digit_shape(), places, "first place lowest");
    let held = m.delay("held", entering.flat(), Some(&load));
    let remaining = m.register("remaining", uint(places));
    let pending = m.wire("pending", &load.mux(&non_zero(&m, &entering), &remaining));
    let next = Next::of(&m, &pending);
    remaining.enable(&change).next(&next.remaining);
    let digits = m.wire("digits_seen", &load.mux(entering.flat(), &held)).lanes(digit_shape(), places);
    let digit = selected(&m, &next.select, &digits);
    m.output("select", &m.delay("selected", &next.select, Some(&change)));
    m.output("digit", &m.delay("digit", &digit, Some(&change)));
    m.output("spent", &!remaining.value().any());
    m.finish()
}

/// The primitives of [`registered_encoder`].
pub(super) fn registered_encoder_census(places: u32) -> Census {
    let bits = DIGITS.bits();
    let mut census = sum_of(&[
        (Reduction, places.into(), DIGITS.reach()), // non-zero
        (Multiplexer, 1, places),                   // pending
        (Multiplexer, 1, places * bits),            // digits
        (EnabledRegister, 1, places * bits),        // held
        (EnabledRegister, 2, places),               // remaining, selected
        (EnabledRegister, 1, bits),                 // digit
        (Reduction, 1, places),
        (Inverter, 1, 1), // of any
    ]);
    census.add_census(&next_census(places), 1);
    census.add_census(&selected_census(DIGITS, places), 1);
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
struct Next {
    select: Value,
    remaining: Value,
}

impl Next {
    fn of(m: &ModuleBuilder, pending: &Value) -> Next {
        if pending.width() == 1 {
            return Next { select: pending.clone(), remaining: m.uint(0, 1) };
        }
        let next = m.instance("next_place", &next_pending(Order::LowestFirst, pending.width()));
        next.connect("pending", pending);
        Next { select: next.output("select"), remaining: next.output("remaining") }
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
