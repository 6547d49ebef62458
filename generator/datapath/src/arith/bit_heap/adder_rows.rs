//! Adders side by side: what becomes one operation on words.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::plan::{Adder, BitId, Operands, Plan};
use tritloom_hdl::{NodeId, Value};

/// What an adder is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Kind {
    operands: usize,
    with_one: bool,
    has_carry: bool,
    /// An inverter that it shares with others.
    stands_alone: bool,
}

impl Kind {
    fn of(plan: &Plan, inverted_often: &BTreeSet<BitId>, adder: &Adder) -> Kind {
        let stands_alone =
            matches!(adder.operands, Operands::BitAndOne(bit) if inverted_often.contains(&plan.root(bit)));
        let with_one = matches!(adder.operands, Operands::TwoAndOne(_) | Operands::BitAndOne(_));
        Kind { operands: adder.operands.bits().len(), with_one, has_carry: adder.carry.is_some(), stands_alone }
    }
}

/// Adders of one kind, none of which adds what another makes: in neighbouring columns, the lowest first, or several such words side
/// by side.
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

    /// The column of the next adder; of words side by side there is none.
    fn end(&self) -> Option<u32> {
        if self.kind.stands_alone {
            return None;
        }
        let (lowest, highest) = (self.lowest().column, self.adders[self.adders.len() - 1].column);
        (highest - lowest + 1 == self.adders.len() as u32).then_some(highest + 1)
    }

    /// Adds the adders of another row of the same kind above.
    fn append(&mut self, mut row: AdderRow<'a>) {
        self.adders.append(&mut row.adders);
        self.operands.iter_mut().zip(row.operands).for_each(|(bits, mut others)| bits.append(&mut others));
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

/// Adders that do not depend on one another, by column, in rows whose operands are slices of values where that can be had: of a
/// word, and of words side by side.
pub(super) fn rows<'a>(
    (plan, inverted_often): (&Plan, &BTreeSet<BitId>),
    adders: &[&'a Adder],
    value: impl Fn(BitId) -> Value,
) -> Vec<AdderRow<'a>> {
    let kind = |adder: &Adder| Kind::of(plan, inverted_often, adder);
    let mut rows: Vec<AdderRow> = Vec::new();
    for of_column in adders.chunk_by(|one, next| one.column == next.column) {
        let mut waiting: Vec<Option<&Adder>> = of_column.iter().copied().map(Some).collect();
        for Follower { row, adder, operands, .. } in followers(plan, &rows, of_column, (&kind, &value)) {
            if rows[row].end() == Some(of_column[adder].column)
                && let Some(adder) = waiting[adder].take()
            {
                rows[row].push(adder, &operands);
            }
        }
        rows.extend(waiting.into_iter().flatten().map(|adder| AdderRow::new(kind(adder), adder)));
    }
    one_behind_the_other(side_by_side(rows, value))
}

/// An adder that may come next in a row.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Follower {
    /// How many of its operands follow the row's.
    follow: Reverse<usize>,
    row: usize,
    adder: usize,
    operands: Vec<BitId>,
}

/// Which adders of a column may come next in which rows, those first of which most operands follow.
fn followers(
    plan: &Plan,
    rows: &[AdderRow],
    of_column: &[&Adder],
    (kind, value): (impl Fn(&Adder) -> Kind, impl Fn(BitId) -> Value),
) -> Vec<Follower> {
    let mut expecting: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (number, row) in rows.iter().enumerate().filter(|(_, row)| row.end() == Some(of_column[0].column)) {
        for bits in &row.operands {
            expecting.entry(after(&value(bits[bits.len() - 1]))).or_default().push(number);
        }
    }
    let mut followers = Vec::new();
    for (position, &adder) in of_column.iter().enumerate() {
        let kind = kind(adder);
        let bits = adder.operands.bits();
        let expected = bits.iter().filter_map(|&id| expecting.get(&value(id).source())).flatten();
        for row in expected.copied().collect::<BTreeSet<_>>() {
            if rows[row].kind == kind {
                let (follow, operands) = aligned(plan, &rows[row], adder, &value);
                followers.push(Follower { follow: Reverse(follow), row, adder: position, operands });
            }
        }
    }
    followers.sort();
    followers
}

/// Where the bit above a bit stands in the same value.
fn after(bit: &Value) -> (NodeId, u32) {
    let (node, position) = bit.source();
    (node, position + 1)
}

/// Rows of one kind as one where the operands of the next begin, each in its value, where those of the one before end.
fn side_by_side(rows: Vec<AdderRow>, value: impl Fn(BitId) -> Value) -> Vec<AdderRow> {
    let beginning: BTreeMap<_, usize> =
        rows.iter().enumerate().map(|(number, row)| (value(row.operands[0][0]).source(), number)).collect();
    let mut rows: Vec<Option<AdderRow>> = rows.into_iter().map(Some).collect();
    let mut joined: Vec<AdderRow> = Vec::new();
    for number in 0..rows.len() {
        let Some(mut row) = rows[number].take() else { continue };
        let last = |bits: &Vec<BitId>| value(bits[bits.len() - 1]);
        while let Some(&next) = beginning.get(&after(&last(&row.operands[0])))
            && let Some(follower) = rows[next].take_if(|next| {
                let follows = |(before, bits): (_, &Vec<BitId>)| last(before).is_below(&value(bits[0]));
                row.kind == next.kind && !row.kind.stands_alone && row.operands.iter().zip(&next.operands).all(follows)
            })
        {
            row.append(follower);
        }
        joined.push(row);
    }
    joined
}

/// Rows of one kind as one where the columns of the next begin where those of the one before end; words side by side stay apart.
fn one_behind_the_other(rows: Vec<AdderRow>) -> Vec<AdderRow> {
    let mut joined: Vec<AdderRow> = Vec::new();
    for row in rows {
        let before = |before: &&mut AdderRow| {
            before.kind == row.kind && before.end() == Some(row.lowest().column) && row.end().is_some()
        };
        match joined.iter_mut().find(before) {
            Some(before) => before.append(row),
            None => joined.push(row),
        }
    }
    joined
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
