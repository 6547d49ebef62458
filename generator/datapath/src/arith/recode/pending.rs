//! The next non-zero digit of a group: what lets a digit-serial element skip the zeros.

use super::{Digit, DigitSet};
use tritloom_hdl::{Affine, Census, Index, Lanes, Module, ModuleBuilder, Primitive, Value, bits_for, uint};

/// Which pending digit is next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// That in the least significant place: the trailing one.
    LowestFirst,
    /// That in the most significant place: the leading one.
    HighestFirst,
}

impl Order {
    fn name(self) -> &'static str {
        match self {
            Order::LowestFirst => "lowest",
            Order::HighestFirst => "highest",
        }
    }

    /// The place that is looked at after so many others, of `count`.
    fn place(self, count: u32, after: Affine) -> Affine {
        match self {
            Order::LowestFirst => after,
            Order::HighestFirst => Affine::from(count - 1) - after,
        }
    }
}

/// From `pending`, one bit for each of `count` digits that are still to be done, to the next one: `select`, one-hot,
/// `index`, its place, `remaining`, what is pending without it, and `any`, whether there is one. Where there is none,
/// all are zero.
///
/// A chain along the group says which digits wait behind another. Its length is the group's: it is meant for 2 to
/// 16 digits, and [`super::leading_one`] for wide words.
pub fn next_pending(order: Order, count: u32) -> Module {
    let m = ModuleBuilder::new(
        format!("next_pending_n{count}_{}", order.name()),
        format!("The next of {count} digits that are still to be done, the {} first.", order.name()),
    );
    m.parameter("digits", count);
    let pending = m.input("pending", uint(count));
    let places = pending.lanes(uint(1), count);
    m.comment("Whether a digit waits behind one that is looked at before it.");
    let waiting = m.lanes("waiting", uint(1), count);
    waiting.drive(order.place(count, Affine::from(0)), &m.uint(0, 1));
    m.repeat("place", count - 1, |index: Index| {
        let (here, next) = (order.place(count, index.into()), order.place(count, index + 1));
        waiting.drive(next, &(waiting.lane(here.clone()) | places.lane(here)));
    });
    let select = m.wire("select", &(&pending & !waiting.flat()));
    m.output("select", &select);
    m.output("index", &one_hot_index(&m, &select));
    m.output("remaining", &(&pending & waiting.flat()));
    m.output("any", &pending.any());
    m.finish()
}

/// The place of the one in a one-hot value of 2 bits or more; zero where there is none.
fn one_hot_index(m: &ModuleBuilder, select: &Value) -> Value {
    let bits = bits_for(u64::from(select.width()) - 1);
    let of_bit = |bit: u32| {
        let with: Vec<Value> = places_with(select.width(), bit).map(|place| select.bit(place)).collect();
        m.concat(&with.iter().rev().collect::<Vec<_>>()).any()
    };
    let ones: Vec<Value> = (0..bits).rev().map(of_bit).collect();
    m.concat(&ones.iter().collect::<Vec<_>>())
}

/// Places below `count` in whose number that bit is one.
fn places_with(count: u32, bit: u32) -> impl Iterator<Item = u32> {
    (0..count).filter(move |place| place >> bit & 1 == 1)
}

/// The one of the packed `digits` whose bit of `select`, one-hot, is set; a digit of zero where none is.
pub fn selected(m: &ModuleBuilder, set: DigitSet, select: &Value, digits: &Lanes) -> Digit {
    let selects = select.lanes(uint(1), digits.count()).iter();
    let digits = digits.iter();
    let choices: Vec<(&Value, &Value)> = selects.iter().zip(&digits).collect();
    Digit::unpack(set, &m.one_hot(&choices))
}

/// The primitives of [`next_pending`] over at least two digits.
pub fn next_pending_census(count: u32) -> Census {
    let (all, mut census) = (u64::from(count), Census::default());
    census.add(Primitive::AndOr, all - 1, 1);
    census.add(Primitive::AndOr, 2, all);
    census.add(Primitive::Inverter, 1, all);
    census.add(Primitive::Reduction, 1, all);
    for bit in 0..bits_for(all - 1) {
        census.add(Primitive::Reduction, 1, places_with(count, bit).count() as u64);
    }
    census
}

/// The primitives of [`selected`].
pub fn selected_census(set: DigitSet, count: u32) -> Census {
    let mut census = Census::default();
    census.add(Primitive::AndOr, 2 * u64::from(count) - 1, set.bits().into());
    census
}
