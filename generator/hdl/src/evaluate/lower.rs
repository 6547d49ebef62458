//! The action that each kind of node becomes: a narrow one where 64 bits hold all values, a wide one elsewhere.

use super::compile::{Compiler, Reading};
use super::program::{Action, List, Operand};
use super::wide::{Whole, Wide};
use crate::bits::{Bits, limb_count};
use crate::design::{NodeKind, Operator, Reduction};
use crate::hierarchy::Place;

/// A value that may be chosen.
#[derive(Clone, Copy)]
pub(super) enum Choice {
    /// Of up to 64 bits.
    Narrow(Operand),
    Wide(Whole),
}

impl Choice {
    /// The whole value at a limb.
    pub fn at(limb: u32, width: u32) -> Choice {
        match width {
            ..=64 => Choice::Narrow(Operand { limb, low: 0, width: width as u8, signed: false }),
            _ => Choice::Wide(Whole { limb, width, signed: false }),
        }
    }
}

impl Compiler<'_> {
    /// What the node at `place` does with its operands.
    pub(super) fn lower(&mut self, place: Place, readings: &[Reading]) -> Action {
        let node = self.hierarchy.node(place);
        match (&node.kind, readings) {
            (NodeKind::Table { entries, .. }, [index]) => self.table(place, index, entries),
            (NodeKind::Mux { .. }, [select, on_true, on_false]) => self.mux(select, on_true, on_false),
            (NodeKind::OneHot { selects, .. }, _) => {
                self.one_hot(&readings[..selects.len()], &readings[selects.len()..])
            }
            (NodeKind::Select { .. }, [index, values @ ..]) => self.select(index, values),
            (NodeKind::Extend(_), [a]) => self.copy(a, node.shape.width),
            (kind, _) if node.shape.width <= 64 && readings.iter().all(is_narrow) => self.narrow(kind, readings),
            (kind, _) => self.beyond(kind, readings),
        }
    }

    /// The value in `width` bits, its sign extended.
    pub(super) fn copy(&mut self, a: &Reading, width: u32) -> Action {
        if width <= 64 {
            return Action::Copy(self.operand(a));
        }
        let wide = Wide::Extend(self.whole(a));
        self.wide(wide)
    }

    /// One of two values of equal shape.
    pub(super) fn mux(&mut self, select: &Reading, on_true: &Reading, on_false: &Reading) -> Action {
        let select = self.operand(select);
        let [on_true, on_false] = [on_true, on_false].map(|value| self.choice(value));
        self.choose(select, on_true, on_false)
    }

    /// A value that may be chosen.
    pub(super) fn choice(&mut self, value: &Reading) -> Choice {
        if is_narrow(value) { Choice::Narrow(self.operand(value)) } else { Choice::Wide(self.whole(value)) }
    }

    /// One of two values of equal shape.
    pub(super) fn choose(&mut self, select: Operand, on_true: Choice, on_false: Choice) -> Action {
        match (on_true, on_false) {
            (Choice::Narrow(on_true), Choice::Narrow(on_false)) => Action::Mux(select, on_true, on_false),
            (Choice::Wide(on_true), Choice::Wide(on_false)) => self.wide(Wide::Mux(select, on_true, on_false)),
            _ => unreachable!("the values of a choice have one shape"),
        }
    }

    /// A value as it is.
    pub(super) fn take(&mut self, value: Choice) -> Action {
        match value {
            Choice::Narrow(value) => Action::Copy(value),
            Choice::Wide(value) => self.wide(Wide::Extend(value)),
        }
    }

    fn narrow(&mut self, kind: &NodeKind, readings: &[Reading]) -> Action {
        let operands: Vec<Operand> = readings.iter().map(|reading| self.operand(reading)).collect();
        match (kind, operands.as_slice()) {
            (NodeKind::Not(_), &[a]) => Action::Not(a),
            (NodeKind::Negate(_), &[a]) => Action::Negate(a),
            (NodeKind::Reduce(Reduction::And, _), &[a]) => {
                let width = readings[0].shape.width as u8;
                let ones = self.constant(&Bits::from_i128(-1, u32::from(width)));
                Action::Equal(Operand { signed: false, ..a }, Operand { limb: ones, low: 0, width, signed: false })
            }
            (NodeKind::Reduce(Reduction::Or, _), &[a]) => Action::Any(a),
            (NodeKind::Reduce(Reduction::Xor, _), &[a]) => Action::Parity(a),
            (NodeKind::Popcount(_), &[a]) => Action::Popcount(a),
            (NodeKind::AddCarry { .. }, &[a, b, carry]) => Action::AddCarry(a, b, carry),
            (NodeKind::Binary(operator, ..), &[a, b]) => narrow_binary(*operator, a, b, readings[0].shape.signed),
            _ => unreachable!("{kind:?} is wiring or handled above"),
        }
    }

    fn beyond(&mut self, kind: &NodeKind, readings: &[Reading]) -> Action {
        let a = self.whole(&readings[0]);
        let wide = match kind {
            NodeKind::Not(_) => Wide::Not(a),
            NodeKind::Negate(_) => Wide::Negate(a),
            NodeKind::Reduce(reduction, _) => Wide::Reduce(*reduction, a),
            NodeKind::Popcount(_) => Wide::Popcount(a),
            NodeKind::AddCarry { .. } => Wide::AddCarry(a, self.whole(&readings[1]), self.operand(&readings[2])),
            NodeKind::Binary(operator, ..) => Wide::Binary(*operator, a, self.whole(&readings[1])),
            _ => unreachable!("{kind:?} is wiring or handled above"),
        };
        self.wide(wide)
    }

    fn one_hot(&mut self, selects: &[Reading], values: &[Reading]) -> Action {
        if is_narrow(&values[0]) {
            let pairs: Vec<Operand> = std::iter::zip(selects, values)
                .flat_map(|(select, value)| [self.operand(select), self.operand(value)])
                .collect();
            return Action::OneHot(self.list(&pairs));
        }
        let choices = std::iter::zip(selects, values).map(|(select, value)| (self.operand(select), self.whole(value)));
        let wide = Wide::OneHot(choices.collect());
        self.wide(wide)
    }

    fn select(&mut self, index: &Reading, values: &[Reading]) -> Action {
        let index = self.index(index);
        if is_narrow(&values[0]) {
            let values: Vec<Operand> = values.iter().map(|value| self.operand(value)).collect();
            return Action::Select(index, self.list(&values));
        }
        let wide = Wide::Select(index, values.iter().map(|value| self.whole(value)).collect());
        self.wide(wide)
    }

    fn table(&mut self, place: Place, index: &Reading, entries: &[Bits]) -> Action {
        let key = (self.hierarchy.frames[place.frame as usize].layout, place.node);
        let words = &mut self.program.words;
        let first = *self.tables.entry(key).or_insert_with(|| {
            let first = words.len() as u32;
            entries.iter().for_each(|entry| words.extend(&entry.limbs()[..limb_count(entry.width())]));
            first
        });
        Action::Table(self.index(index), List { first, count: entries.len() as u32 })
    }

    /// An index of any width, as one of 64 bits that is beyond the end where it is.
    pub(super) fn index(&mut self, reading: &Reading) -> Operand {
        if is_narrow(reading) {
            return self.operand(reading);
        }
        let clamp = Wide::Clamp(self.whole(reading));
        let (action, fixed) = (self.wide(clamp), self.is_fixed(&reading.segments));
        Operand { limb: self.push(action, 64, fixed), low: 0, width: 64, signed: false }
    }

    fn list(&mut self, operands: &[Operand]) -> List {
        let first = self.program.operands.len() as u32;
        self.program.operands.extend(operands);
        List { first, count: operands.len() as u32 }
    }
}

fn is_narrow(reading: &Reading) -> bool {
    reading.shape.width <= 64
}

fn narrow_binary(operator: Operator, a: Operand, b: Operand, signed: bool) -> Action {
    match operator {
        Operator::Add => Action::Add(a, b),
        Operator::Subtract => Action::Subtract(a, b),
        Operator::Multiply => Action::Multiply(a, b),
        Operator::And => Action::And(a, b),
        Operator::Or => Action::Or(a, b),
        Operator::Xor => Action::Xor(a, b),
        Operator::Equal => Action::Equal(a, b),
        Operator::NotEqual => Action::NotEqual(a, b),
        Operator::Less if signed => Action::LessSigned(a, b),
        Operator::Less => Action::LessUnsigned(a, b),
        Operator::LessEqual if signed => Action::LessEqualSigned(a, b),
        Operator::LessEqual => Action::LessEqualUnsigned(a, b),
    }
}
