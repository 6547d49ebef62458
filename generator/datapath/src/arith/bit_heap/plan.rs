//! The plan of a compression: pure data.

use std::collections::BTreeSet;

use tritloom_hdl::{Census, Primitive};

use super::draft::Draft;
use super::wallace::Grouping;
use super::{Carries, Compression, Order, Profile, dadda, greedy, wallace};

/// A bit of a plan, by its place in [`Plan::bits`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BitId(pub(super) u32);

impl BitId {
    /// The place in [`Plan::bits`].
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Where a bit comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The heap: the bit with that number in its column.
    Heap(u32),
    /// The constant of the heap: it is one.
    One,
    /// An adder.
    Adder,
    /// Another bit, to which it is equal: the carry of a half adder that adds one.
    Copy(BitId),
}

/// A bit on its way from the heap to the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bit {
    /// It weighs `2^column`.
    pub column: u32,
    /// In gate delays.
    pub arrival: u32,
    /// The stage that made it; 0 for bits of the heap.
    pub stage: u32,
    /// Where it comes from.
    pub origin: Origin,
}

/// What an adder adds, the latest bit last: it has the shortest way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operands {
    /// A full adder: `a ^ b ^ c` and `a & b | c & (a ^ b)`.
    Three([BitId; 3]),
    /// A full adder with a constant one: `!(a ^ b)` and `a | b`.
    TwoAndOne([BitId; 2]),
    /// A half adder: `a ^ b` and `a & b`.
    Two([BitId; 2]),
    /// A half adder with a constant one: `!a` and `a`.
    BitAndOne(BitId),
}

impl Operands {
    /// Those that are no constants.
    pub fn bits(&self) -> Vec<BitId> {
        match self {
            Operands::Three(bits) => bits.to_vec(),
            Operands::TwoAndOne(bits) | Operands::Two(bits) => bits.to_vec(),
            Operands::BitAndOne(bit) => vec![*bit],
        }
    }
}

/// A full or half adder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adder {
    /// Later than the stages of its inputs; but adders of one counter share a stage.
    pub stage: u32,
    /// The column of its inputs and its sum.
    pub column: u32,
    /// What it adds.
    pub operands: Operands,
    /// Of the same column.
    pub sum: BitId,
    /// Of the next column; `None` beyond the top.
    pub carry: Option<BitId>,
}

/// Which bits meet in which adders, and what is left.
///
/// Arrivals count gate delays of the unit-gate model: AND and OR one, XOR and XNOR two, inverters none. A constant one
/// makes an adder smaller ([`Operands`]): constants are folded here and not left to synthesis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Every bit, those of the heap first.
    pub bits: Vec<Bit>,
    /// By stage, then by column; inputs before their users.
    pub adders: Vec<Adder>,
    /// By column, the bits that are left: two, or one, or none; with [`Carries::Apart`] as that says.
    pub rows: Vec<Vec<BitId>>,
    carries: Carries,
    inverted_signs: u64,
}

impl Plan {
    /// The compression of a heap.
    pub fn new(profile: &Profile, compression: &Compression) -> Plan {
        let stages = || Plan::of(dadda::compress(Draft::new(profile), profile.carries(), compression), profile);
        match compression.order {
            Order::Dadda => stages(),
            Order::Wallace => {
                let grouped = |grouping| Plan::of(wallace::compress(profile, compression, grouping), profile);
                let shapes = grouped(Grouping::Shapes);
                if compression.has_larger_counters() {
                    return shapes;
                }
                let rows = grouped(Grouping::Rows);
                let when = |plan: &Plan| (plan.arrival(), plan.stages());
                if when(&rows) < when(&shapes) { rows } else { shapes }
            }
            Order::Arrival => {
                let greedy = Plan::of(greedy::compress(Draft::new(profile), profile.carries(), compression), profile);
                let stages = stages();
                if stages.arrival() < greedy.arrival() { stages } else { greedy }
            }
        }
    }

    fn of(mut draft: Draft, profile: &Profile) -> Plan {
        // Within a stage, bits move to the same column or to higher ones only.
        draft.adders.sort_by_key(|adder| (adder.stage, adder.column));
        let (carries, inverted_signs) = (profile.carries(), profile.inverted_signs());
        Plan { bits: draft.bits, adders: draft.adders, rows: draft.columns, carries, inverted_signs }
    }

    /// One of its bits.
    pub fn bit(&self, id: BitId) -> &Bit {
        &self.bits[id.index()]
    }

    /// The columns of the carries that may be left over, the lowest first; of as many there may be less.
    pub fn carries(&self) -> impl Iterator<Item = u32> {
        self.carries.columns(self.rows.len() as u32)
    }

    /// When the latest bit of the rows arrives, in gate delays.
    pub fn arrival(&self) -> u32 {
        self.rows.iter().flatten().map(|&id| self.bit(id).arrival).max().unwrap_or(0)
    }

    /// How many stages there are.
    pub fn stages(&self) -> u32 {
        self.adders.last().map_or(0, |adder| adder.stage)
    }

    /// The primitives of the heap and its compression.
    pub fn census(&self) -> Census {
        let mut census = Census::default();
        let mut inverted = BTreeSet::new();
        for adder in &self.adders {
            let carries = u64::from(adder.carry.is_some());
            let (xors, and_ors) = match adder.operands {
                Operands::Three(_) => (2, 3),
                Operands::TwoAndOne(_) | Operands::Two(_) => (1, 1),
                Operands::BitAndOne(_) => (0, 0),
            };
            census.add(Primitive::Xor, xors, 1);
            census.add(Primitive::AndOr, and_ors * carries, 1);
            match adder.operands {
                Operands::TwoAndOne(_) => census.add(Primitive::Inverter, 1, 1),
                Operands::BitAndOne(bit) => drop(inverted.insert(self.root(bit))),
                Operands::Three(_) | Operands::Two(_) => {}
            }
        }
        census.add(Primitive::Inverter, self.inverted_signs + inverted.len() as u64, 1);
        census
    }

    /// Bits that several adders invert, by an inverter that they share.
    pub(super) fn inverted_often(&self) -> BTreeSet<BitId> {
        let (mut once, mut often) = (BTreeSet::new(), BTreeSet::new());
        for adder in &self.adders {
            if let Operands::BitAndOne(bit) = adder.operands
                && !once.insert(self.root(bit))
            {
                often.insert(self.root(bit));
            }
        }
        often
    }

    /// The first of the bits that are equal to this one.
    pub(super) fn root(&self, id: BitId) -> BitId {
        match self.bit(id).origin {
            Origin::Copy(of) => self.root(of),
            _ => id,
        }
    }
}
