//! Adders of neighbouring columns side by side: what becomes one operation on words.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::plan::{Adder, BitId, Operands, Origin, Plan};
use tritloom_hdl::Value;

/// What an adder is made of, and whether its carry is an operand, is made, or is dropped beyond the top.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kind {
    operands: usize,
    with_one: bool,
    carry: CarryKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum CarryKind {
    Made,
    Copied,
    Dropped,
}

impl Kind {
    fn of(plan: &Plan, adder: &Adder) -> Kind {
        let with_one = matches!(adder.operands, Operands::TwoAndOne(_) | Operands::BitAndOne(_));
        let carry = match adder.carry.map(|id| plan.bit(id).origin) {
            None => CarryKind::Dropped,
            Some(Origin::Copy(_)) => CarryKind::Copied,
            Some(_) => CarryKind::Made,
        };
        Kind { operands: adder.operands.bits().len(), with_one, carry }
    }
}

/// Adders of one kind in neighbouring columns, the lowest first, none of which adds what another makes.
pub(super) struct AdderRow<'a> {
    kind: Kind,
    pub adders: Vec<&'a Adder>,
    /// By operand, its bit of each adder.
    pub operands: Vec<Vec<BitId>>,
}

impl<'a> AdderRow<'a> {
    fn new(kind: Kind, adder: &'a Adder) -> AdderRow<'a> {
        let operands = adder.operands.bits().into_iter().map(|bit| vec![bit]).collect();
        AdderRow { kind, adders: vec![adder], operands }
    }

    /// The adder of its lowest column.
    pub fn lowest(&self) -> &'a Adder {
        self.adders[0]
    }

    /// The columns above the lowest.
    fn end(&self) -> u32 {
        self.lowest().column + self.adders.len() as u32
    }

    fn push(&mut self, adder: &'a Adder, operands: &[BitId]) {
        self.adders.push(adder);
        self.operands.iter_mut().zip(operands).for_each(|(bits, &bit)| bits.push(bit));
    }
}

/// The adders of a plan in groups that depend on those before only.
pub(super) fn levels(plan: &Plan) -> Vec<Vec<&Adder>> {
    let mut level_of_bit = vec![0; plan.bits.len()];
    let mut levels: BTreeMap<(u32, u32), Vec<&Adder>> = BTreeMap::new();
    for adder in &plan.adders {
        let is_of_stage = |id: &BitId| plan.bit(*id).stage == adder.stage;
        let inputs = adder.operands.bits().into_iter().filter(is_of_stage);
        let level = inputs.map(|id| level_of_bit[id.index()] + 1).max().unwrap_or(0);
        for id in [adder.sum].into_iter().chain(adder.carry) {
            level_of_bit[id.index()] = level;
        }
        levels.entry((adder.stage, level)).or_default().push(adder);
    }
    levels.into_values().collect()
}

/// Adders that do not depend on one another, by column, in rows whose operands are slices of values where that can be had.
pub(super) fn rows<'a>(plan: &Plan, adders: &[&'a Adder], value: impl Fn(BitId) -> Value) -> Vec<AdderRow<'a>> {
    let mut rows: Vec<AdderRow> = Vec::new();
    for of_column in adders.chunk_by(|one, next| one.column == next.column) {
        let mut pairs = Vec::new();
        for (position, &adder) in of_column.iter().enumerate() {
            let kind = Kind::of(plan, adder);
            for (number, row) in rows.iter().enumerate() {
                if row.kind == kind && row.end() == adder.column {
                    let (follow, operands) = aligned(plan, row, adder, &value);
                    pairs.push((Reverse(follow), number, position, operands));
                }
            }
        }
        pairs.sort();
        let mut waiting: Vec<Option<&Adder>> = of_column.iter().copied().map(Some).collect();
        for (_, number, position, operands) in pairs {
            let column = of_column[position].column;
            if rows[number].end() == column
                && let Some(adder) = waiting[position].take()
            {
                rows[number].push(adder, &operands);
            }
        }
        rows.extend(waiting.into_iter().flatten().map(|adder| AdderRow::new(Kind::of(plan, adder), adder)));
    }
    rows
}

/// The operands of an adder in the order in which most of them follow those of a row, and how many do. The latest of three
/// stays last.
fn aligned(plan: &Plan, row: &AdderRow, adder: &Adder, value: impl Fn(BitId) -> Value) -> (usize, Vec<BitId>) {
    let follow = |operands: &Vec<BitId>| {
        let before = row.operands.iter().map(|bits| bits[bits.len() - 1]);
        before.zip(operands).filter(|&(below, &bit)| value(below).is_below(&value(bit))).count()
    };
    let bits = adder.operands.bits();
    let orders: &[&[usize]] = match bits.len() {
        1 => &[&[0]],
        2 => &[&[0, 1], &[1, 0]],
        _ => &[&[0, 1, 2], &[1, 0, 2], &[0, 2, 1], &[2, 0, 1], &[1, 2, 0], &[2, 1, 0]],
    };
    let latest = bits.iter().map(|&id| plan.bit(id).arrival).max();
    let ordered = orders.iter().map(|order| order.iter().map(|&number| bits[number]).collect::<Vec<_>>());
    let legal = ordered.filter(|bits| bits.len() < 3 || bits.last().map(|&id| plan.bit(id).arrival) == latest);
    let counted = legal.enumerate().map(|(number, operands)| (follow(&operands), Reverse(number), operands));
    counted.max().map_or_else(|| (0, bits), |(follow, _, operands)| (follow, operands))
}
