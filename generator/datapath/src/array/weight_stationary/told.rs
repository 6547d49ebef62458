//! What is said of a vector on its way through the array, and of its row of sums behind it.

use super::super::geometry::{Dealt, Geometry};
use super::super::planes;
use tritloom_hdl::{ModuleBuilder, Value};

/// Something that may be said of a vector, in a bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fact {
    /// It is the last of its run.
    Last,
    /// It is the last of its tile, in its last pass.
    EndsTile,
    /// It completes its sums: they leave the array.
    Complete,
    /// Its sums begin with it.
    Begins,
    /// It passes for the last time in its tile.
    LastPass,
    /// It passes for the first time in its tile.
    FirstPass,
    /// What its passes before have added weighs a digit more.
    MovesUp,
    /// The products of this pass count negative, where that is not said with the first pass.
    Negative,
}

impl Fact {
    /// As a reader of the Verilog sees it.
    fn words(self) -> &'static str {
        match self {
            Fact::Last => "last of its run",
            Fact::EndsTile => "ends its tile",
            Fact::Complete => "completes its sums",
            Fact::Begins => "begins its sums",
            Fact::LastPass => "last pass",
            Fact::FirstPass => "first pass",
            Fact::MovesUp => "sums move up",
            Fact::Negative => "products are negative",
        }
    }
}

/// What is said of every vector of an array, the lowest bit first; above it, how many columns of the run are left.
pub(super) fn facts(geometry: &Geometry) -> Vec<Fact> {
    let (partial, passes) = (geometry.has_partial_sums(), geometry.vectors_have_passes());
    let said = [
        (Fact::Last, true),
        (Fact::EndsTile, partial || geometry.zero_points.is_some()),
        (Fact::Complete, partial || passes),
        (Fact::Begins, partial),
        (Fact::LastPass, partial && passes),
        (Fact::FirstPass, passes),
        (Fact::MovesUp, passes && says_what_moves_up(geometry)),
        (Fact::Negative, passes && planes::has_negative(geometry) && !planes::first_is_negative(geometry)),
    ];
    said.into_iter().filter(|(_, is_said)| *is_said).map(|(fact, _)| fact).collect()
}

/// Whether it is said where sums of passes move up: else they do in all but the first of a vector, or never.
pub(super) fn says_what_moves_up(geometry: &Geometry) -> bool {
    match geometry.dealt {
        Some(Dealt { most_cycles, step, .. }) => step > 0 && most_cycles > 1,
        None => planes::says_what_moves_up(geometry),
    }
}

/// Bits of what is said of a vector.
pub(super) fn told_bits(geometry: &Geometry) -> u32 {
    facts(geometry).len() as u32 + geometry.nest().outer_bits()
}

/// All of it, from a value for each fact that is said.
pub(super) fn told(
    m: &ModuleBuilder,
    geometry: &Geometry,
    columns_left: &Value,
    value: impl Fn(Fact) -> Value,
) -> Value {
    let said: Vec<Value> = facts(geometry).into_iter().rev().map(value).collect();
    m.concat(&[columns_left].into_iter().chain(&said).collect::<Vec<_>>())
}

/// What is said of a vector in a bit, if it is.
pub(super) fn fact(geometry: &Geometry, told: &Value, fact: Fact) -> Option<Value> {
    Said::new(geometry, told).of(fact)
}

/// Facts, with a bit for each.
pub(super) struct Said {
    facts: Vec<Fact>,
    /// The bit of the first lowest.
    bits: Value,
}

impl Said {
    /// All facts that are told.
    pub fn new(geometry: &Geometry, told: &Value) -> Said {
        let facts = facts(geometry);
        Said { bits: told.slice(0, facts.len() as u32), facts }
    }

    /// A fact, if it is among them.
    pub fn of(&self, fact: Fact) -> Option<Value> {
        let bit = self.facts.iter().position(|said| *said == fact)?;
        Some(self.bits.bit(bit as u32))
    }

    /// Those of some kinds, at least one.
    pub fn of_those(&self, m: &ModuleBuilder, kinds: impl Fn(Fact) -> bool) -> Said {
        let facts: Vec<Fact> = self.facts.iter().copied().filter(|fact| kinds(*fact)).collect();
        let bits: Vec<Value> = facts.iter().rev().filter_map(|fact| self.of(*fact)).collect();
        Said { bits: m.concat(&bits.iter().collect::<Vec<_>>()), facts }
    }

    /// What bits of some kinds say, the lowest first.
    pub fn legend(&self, kinds: impl Fn(Fact) -> bool) -> String {
        let facts = self.facts.iter().copied().filter(|fact| kinds(*fact));
        facts.map(Fact::words).collect::<Vec<_>>().join(", ")
    }

    /// The same so many cycles later.
    pub fn later(&self, m: &ModuleBuilder, name: &str, cycles: u32) -> Said {
        Said { facts: self.facts.clone(), bits: m.delay_line(name, &self.bits, cycles, None) }
    }
}

/// How many columns of the run are left, those of its tile included.
pub(super) fn columns_left(geometry: &Geometry, told: &Value) -> Value {
    let bits = geometry.nest().outer_bits();
    told.slice(told.width() - bits, bits)
}
