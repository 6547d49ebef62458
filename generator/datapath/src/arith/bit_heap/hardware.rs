//! The gates of a plan.

use tritloom_hdl::{ModuleBuilder, Value};

use super::plan::{Adder, BitId, Operands, Origin, Plan};

/// Builds the adders of a plan over the bits of its heap, given by column, and gives the row of the sum and the carries
/// that are left, the lowest first ([`super::Carries::columns`]).
#[track_caller]
pub(super) fn build(m: &ModuleBuilder, name: &str, plan: &Plan, heap: &[Vec<Value>]) -> (Value, Value) {
    let mut builder = Builder { m, name, plan, values: vec![None; plan.bits.len()] };
    for (position, bit) in plan.bits.iter().enumerate() {
        builder.values[position] = match bit.origin {
            Origin::Heap(row) => Some(heap[bit.column as usize][row as usize].clone()),
            Origin::One => Some(m.uint(1, 1)),
            Origin::Adder | Origin::Copy(_) => None,
        };
    }
    let mut stage = 0;
    for adder in &plan.adders {
        if adder.stage > stage {
            stage = adder.stage;
            m.comment(&format!("{name}, stage {stage} of {}", plan.stages()));
        }
        builder.add(adder);
    }
    (builder.sum(), builder.carries())
}

struct Builder<'a> {
    m: &'a ModuleBuilder,
    name: &'a str,
    plan: &'a Plan,
    /// By bit; those of adders follow when the adder is built.
    values: Vec<Option<Value>>,
}

impl Builder<'_> {
    #[track_caller]
    fn add(&mut self, adder: &Adder) {
        let (sum, carry) = match adder.operands {
            Operands::Three(bits) => {
                let [a, b, c] = bits.map(|id| self.value(id));
                let propagate = &a ^ &b;
                let propagate = match adder.carry {
                    Some(_) => self.m.wire(&self.wire_name(adder, "propagate"), &propagate),
                    None => propagate,
                };
                (&propagate ^ &c, (a & b) | (c & propagate))
            }
            Operands::TwoAndOne(bits) => {
                let [a, b] = bits.map(|id| self.value(id));
                (!(&a ^ &b), &a | &b)
            }
            Operands::Two(bits) => {
                let [a, b] = bits.map(|id| self.value(id));
                (&a ^ &b, &a & &b)
            }
            Operands::BitAndOne(bit) => (!self.value(bit), self.value(bit)),
        };
        self.values[adder.sum.index()] = Some(self.m.wire(&self.wire_name(adder, "sum"), &sum));
        if let Some(id) = adder.carry {
            let is_copy = matches!(self.plan.bit(id).origin, Origin::Copy(_));
            let named = || self.m.wire(&self.wire_name(adder, "carry"), &carry);
            self.values[id.index()] = Some(if is_copy { carry.clone() } else { named() });
        }
    }

    fn wire_name(&self, adder: &Adder, what: &str) -> String {
        format!("{}_stage{}_col{}_{what}{}", self.name, adder.stage, adder.column, adder.position)
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

    fn bit(&self, column: &[BitId], number: usize) -> Value {
        column.get(number).map_or_else(|| self.m.uint(0, 1), |&id| self.value(id))
    }

    #[track_caller]
    fn word(&self, number: u32, bits: Vec<Value>) -> Value {
        let word = self.m.concat(&bits.iter().rev().collect::<Vec<_>>());
        self.m.wire(&format!("{}_row{number}", self.name), &word)
    }
}
