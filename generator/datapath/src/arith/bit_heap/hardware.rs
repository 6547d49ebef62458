//! The gates of a plan.

use std::collections::BTreeMap;

use tritloom_hdl::{ModuleBuilder, Value};

use super::adder_rows::{AdderRow, levels, rows};
use super::plan::{BitId, Operands, Origin, Plan};

/// Builds the adders of a plan over the bits of its heap, given by column, and gives the row of the sum and the carries
/// that are left, the lowest first ([`super::Carries::columns`]).
#[track_caller]
pub(super) fn build(m: &ModuleBuilder, name: &str, plan: &Plan, heap: &[Vec<Value>]) -> (Value, Value) {
    let builder = adders(m, name, plan, heap);
    (builder.sum(), builder.carries())
}

/// The same without zeros: by row, the bits that are left side by side.
#[track_caller]
pub(super) fn build_packed(m: &ModuleBuilder, name: &str, plan: &Plan, heap: &[Vec<Value>]) -> Vec<Value> {
    let builder = adders(m, name, plan, heap);
    (0..).map_while(|number| builder.packed(number)).collect()
}

#[track_caller]
fn adders<'a>(m: &'a ModuleBuilder, name: &'a str, plan: &'a Plan, heap: &[Vec<Value>]) -> Builder<'a> {
    let mut builder = Builder { m, name, plan, values: vec![None; plan.bits.len()], rows: BTreeMap::new() };
    for (position, bit) in plan.bits.iter().enumerate() {
        builder.values[position] = match bit.origin {
            Origin::Heap(row) => Some(heap[bit.column as usize][row as usize].clone()),
            Origin::One => Some(m.uint(1, 1)),
            Origin::Adder | Origin::Copy(_) => None,
        };
    }
    let inverted_often = plan.inverted_often();
    let mut stage = 0;
    for adders in levels(plan) {
        if adders[0].stage > stage {
            stage = adders[0].stage;
            m.comment(&format!("{name}, stage {stage} of {}", plan.stages()));
        }
        for row in rows((plan, &inverted_often), &adders, |id| builder.value(id)) {
            builder.add(&row);
        }
    }
    builder
}

struct Builder<'a> {
    m: &'a ModuleBuilder,
    name: &'a str,
    plan: &'a Plan,
    /// By bit; those of adders follow when the adder is built.
    values: Vec<Option<Value>>,
    /// By stage and column, the rows so far that begin there.
    rows: BTreeMap<(u32, u32), u32>,
}

impl Builder<'_> {
    /// Builds the adders of a row side by side.
    #[track_caller]
    fn add(&mut self, row: &AdderRow) {
        let lowest = row.lowest();
        let rows = self.rows.entry((lowest.stage, lowest.column)).or_default();
        let number = *rows;
        *rows += 1;
        let place = format!("{}_stage{}_col{}", self.name, lowest.stage, lowest.column);
        let wire_name = |what: &str| format!("{place}_{what}{number}");
        let operands = ["a", "b", "c"].iter().zip(&row.operands);
        let operands: Vec<Value> = operands.map(|(what, bits)| self.operand(&wire_name(what), bits)).collect();
        let (sum, carry) = match (&operands[..], lowest.operands) {
            ([a, b, c], _) => {
                let propagate = a ^ b;
                let propagate = match lowest.carry {
                    Some(_) => self.m.wire(&wire_name("propagate"), &propagate),
                    None => propagate,
                };
                (&propagate ^ c, (a & b) | (c & &propagate))
            }
            ([a, b], Operands::TwoAndOne(_)) => (!(a ^ b), a | b),
            ([a, b], _) => (a ^ b, a & b),
            ([a], _) => (!a, a.clone()),
            _ => unreachable!("an adder of {} bits", operands.len()),
        };
        let sum = self.m.wire(&wire_name("sum"), &sum);
        let is_made = lowest.carry.is_some_and(|id| self.plan.bit(id).origin == Origin::Adder);
        let carry = if is_made { self.m.wire(&wire_name("carry"), &carry) } else { carry };
        for (position, adder) in (0..).zip(&row.adders) {
            self.values[adder.sum.index()] = Some(sum.bit(position));
            if let Some(id) = adder.carry {
                self.values[id.index()] = Some(carry.bit(position));
            }
        }
    }

    /// An operand of a row: a slice of a value as it is, bits of several under a name of their own.
    #[track_caller]
    fn operand(&self, name: &str, bits: &[BitId]) -> Value {
        let bits: Vec<Value> = bits.iter().map(|&id| self.value(id)).collect();
        let word = self.m.concat(&bits.iter().rev().collect::<Vec<_>>());
        match bits.windows(2).all(|pair| pair[0].is_below(&pair[1])) {
            true => word,
            false => self.m.wire(name, &word),
        }
    }

    fn value(&self, id: BitId) -> Value {
        // Inputs stand before their users; a plan in any other order is a defect of the planner.
        self.values[id.index()].clone().unwrap_or_else(|| unreachable!("bit {id:?} is read before it is made"))
    }

    #[track_caller]
    fn sum(&self) -> Value {
        let bits = self.plan.rows.iter().map(|column| self.bit(column, 0)).collect();
        self.word(0, bits)
    }

    #[track_caller]
    fn carries(&self) -> Value {
        let (mut bits, mut below) = (Vec::new(), None);
        for column in self.plan.carries() {
            let number = if below == Some(column) { 2 } else { 1 };
            bits.push(self.bit(&self.plan.rows[column as usize], number));
            below = Some(column);
        }
        self.word(1, bits)
    }

    #[track_caller]
    fn packed(&self, number: u32) -> Option<Value> {
        let bits = self.plan.rows.iter().filter_map(|column| column.get(number as usize));
        let bits: Vec<Value> = bits.map(|&id| self.value(id)).collect();
        (!bits.is_empty()).then(|| self.word(number, bits))
    }

    fn bit(&self, column: &[BitId], number: usize) -> Value {
        column.get(number).map_or_else(|| self.m.uint(0, 1), |&id| self.value(id))
    }

    #[track_caller]
    fn word(&self, number: u32, bits: Vec<Value>) -> Value {
        let word = self.m.concat(&bits.iter().rev().collect::<Vec<_>>());
        self.m.wire(&format!("{}_row{number}", self.name), &word)
    }
}
