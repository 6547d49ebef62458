//! Compression as a user chooses it: two words.

use super::{Compression, Counter, Order};
use crate::parameter::{Parameter, Parameters};

/// The order of a compressor tree.
pub const COMPRESSION: Parameter = Parameter::choice(
    "compression",
    &[
        ("dadda", "as few counters as possible, stage by stage"),
        ("wallace", "words by three become two, those of one shape side by side: short Verilog for large trees"),
        ("arrival", "the earliest bits first, with full and half adders"),
    ],
    Some("dadda"),
    "order in which bits meet in the compressor tree",
);
/// The counters of a compressor tree.
pub const COUNTERS: Parameter = Parameter::choice(
    "counters",
    &[
        ("three_two", "full and half adders"),
        ("four_two", "4:2 counters beside them"),
        ("six_three", "6:3 counters beside them"),
        ("seven_three", "7:3 counters beside them"),
    ],
    Some("three_two"),
    "largest counter of the compressor tree; with `compression: arrival` used only where Dadda's order is the earlier one",
);

/// A compression by full and half adders and one larger counter beside them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tree {
    /// Which bits meet first.
    pub order: Order,
    /// The larger counter.
    pub larger: Option<Counter>,
}

impl Tree {
    /// Full and half adders, as few as possible.
    pub const DADDA: Tree = Tree { order: Order::Dadda, larger: None };

    /// What [`COMPRESSION`] and [`COUNTERS`] say.
    pub fn new(parameters: &Parameters) -> Tree {
        Tree {
            order: match parameters.choice("compression") {
                "wallace" => Order::Wallace,
                "arrival" => Order::Arrival,
                _ => Order::Dadda,
            },
            larger: match parameters.choice("counters") {
                "four_two" => Some(Counter::FourTwo),
                "six_three" => Some(Counter::SixThree),
                "seven_three" => Some(Counter::SevenThree),
                _ => None,
            },
        }
    }

    /// The order and all counters.
    pub fn compression(self) -> Compression {
        let mut compression = Compression::full_and_half_adders(self.order);
        compression.counters.extend(self.larger);
        compression
    }

    /// A word for names of modules.
    pub fn name(self) -> String {
        let order = match self.order {
            Order::Dadda => "dadda",
            Order::Wallace => "wallace",
            Order::Arrival => "arrival",
        };
        let larger = match self.larger {
            Some(Counter::FourTwo) => "42",
            Some(Counter::SixThree) => "63",
            Some(Counter::SevenThree) => "73",
            Some(Counter::HalfAdder | Counter::FullAdder) | None => "",
        };
        format!("{order}{larger}")
    }
}
