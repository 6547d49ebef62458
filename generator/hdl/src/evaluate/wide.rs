//! Operations with a value beyond 64 bits: the same meaning, limb by limb.

use super::program::Operand;
use crate::bits::limb_count;
use crate::design::{Operator, Reduction};
use std::cmp::Ordering;

/// A value of any width that starts at a limb.
#[derive(Clone, Copy, Debug)]
pub(super) struct Whole {
    pub limb: u32,
    pub width: u32,
    pub signed: bool,
}

/// What a wide operation computes.
#[derive(Clone, Debug)]
pub(super) enum Wide {
    /// Copies, extends the sign.
    Extend(Whole),
    Not(Whole),
    Negate(Whole),
    Reduce(Reduction, Whole),
    Popcount(Whole),
    Binary(Operator, Whole, Whole),
    AddCarry(Whole, Whole, Operand),
    Mux(Operand, Whole, Whole),
    OneHot(Vec<(Operand, Whole)>),
    Select(Operand, Vec<Whole>),
    /// The value where 64 bits hold it, else all ones: an index is then beyond every end.
    Clamp(Whole),
}

impl Wide {
    /// Computes `width` bits into the first limbs of `output`.
    pub fn run(&self, inputs: &[u64], output: &mut [u64], width: u32) {
        let output = &mut output[..limb_count(width)];
        let number = |whole: &Whole| Number::new(inputs, *whole);
        let chosen = |select: &Operand| select.load(inputs) == 1;
        match self {
            Wide::Extend(a) => number(a).copy(output),
            Wide::Not(a) => each(output, |position| !number(a).limb(position)),
            Wide::Negate(a) => subtract(output, |_| 0, &number(a)),
            Wide::Reduce(reduction, a) => output[0] = u64::from(number(a).reduce(*reduction)),
            Wide::Popcount(a) => output[0] = number(a).limbs.iter().map(|limb| u64::from(limb.count_ones())).sum(),
            Wide::Binary(operator, a, b) => binary(output, *operator, &number(a), &number(b)),
            Wide::AddCarry(a, b, carry) => add(output, &number(a), &number(b), chosen(carry)),
            Wide::Mux(select, a, b) => number(if chosen(select) { a } else { b }).copy(output),
            Wide::OneHot(choices) => {
                output.fill(0);
                for (_, value) in choices.iter().filter(|choice| chosen(&choice.0)) {
                    output.iter_mut().zip(number(value).limbs).for_each(|(limb, bits)| *limb |= bits);
                }
            }
            Wide::Select(index, values) => {
                let position = index.load(inputs).min(values.len() as u64 - 1);
                number(&values[position as usize]).copy(output);
            }
            Wide::Clamp(a) => output[0] = number(a).clamp(),
        }
        if let Some(top) = output.last_mut() {
            *top &= top_mask(width);
        }
    }
}

/// A value in the arena, readable at any limb.
struct Number<'a> {
    limbs: &'a [u64],
    width: u32,
    /// What stands beyond the width: the sign.
    fill: u64,
}

impl<'a> Number<'a> {
    fn new(arena: &'a [u64], whole: Whole) -> Number<'a> {
        let Whole { limb, width, signed } = whole;
        let limbs = &arena[limb as usize..][..limb_count(width)];
        let negative = signed && limbs[limbs.len() - 1] >> ((width - 1) % 64) & 1 == 1;
        Number { limbs, width, fill: if negative { u64::MAX } else { 0 } }
    }

    /// A limb of the value extended without end.
    fn limb(&self, position: usize) -> u64 {
        match (position + 1).cmp(&self.limbs.len()) {
            Ordering::Less => self.limbs[position],
            Ordering::Equal => self.limbs[position] | self.fill & !top_mask(self.width),
            Ordering::Greater => self.fill,
        }
    }

    fn copy(&self, output: &mut [u64]) {
        each(output, |position| self.limb(position));
    }

    fn reduce(&self, reduction: Reduction) -> bool {
        let (top, below) = (self.limbs[self.limbs.len() - 1], &self.limbs[..self.limbs.len() - 1]);
        match reduction {
            Reduction::And => top == top_mask(self.width) && below.iter().all(|&limb| limb == u64::MAX),
            Reduction::Or => self.limbs.iter().any(|&limb| limb != 0),
            Reduction::Xor => self.limbs.iter().fold(0, |sum, limb| sum ^ limb).count_ones() % 2 == 1,
        }
    }

    fn clamp(&self) -> u64 {
        if self.limbs[1..].iter().all(|&limb| limb == 0) { self.limbs[0] } else { u64::MAX }
    }

    /// Compares values of equal signedness.
    fn compare(&self, right: &Number) -> Ordering {
        let top = self.limbs.len().max(right.limbs.len());
        // The limb above both holds nothing but the sign.
        let signs = (self.limb(top) as i64).cmp(&(right.limb(top) as i64));
        (0..top).rev().fold(signs, |order, position| order.then_with(|| self.limb(position).cmp(&right.limb(position))))
    }
}

/// The bits of the top limb that a value of that width has.
fn top_mask(width: u32) -> u64 {
    u64::MAX >> (width.wrapping_neg() % 64)
}

fn each(output: &mut [u64], limb: impl Fn(usize) -> u64) {
    output.iter_mut().enumerate().for_each(|(position, target)| *target = limb(position));
}

fn binary(output: &mut [u64], operator: Operator, a: &Number, b: &Number) {
    let holds = match operator {
        Operator::Add => return add(output, a, b, false),
        Operator::Subtract => return subtract(output, |position| a.limb(position), b),
        Operator::Multiply => return multiply(output, a, b),
        Operator::And => return each(output, |position| a.limb(position) & b.limb(position)),
        Operator::Or => return each(output, |position| a.limb(position) | b.limb(position)),
        Operator::Xor => return each(output, |position| a.limb(position) ^ b.limb(position)),
        Operator::Equal => a.compare(b).is_eq(),
        Operator::NotEqual => a.compare(b).is_ne(),
        Operator::Less => a.compare(b).is_lt(),
        Operator::LessEqual => a.compare(b).is_le(),
    };
    output[0] = u64::from(holds);
}

fn add(output: &mut [u64], a: &Number, b: &Number, mut carry: bool) {
    for (position, target) in output.iter_mut().enumerate() {
        let (sum, first) = a.limb(position).overflowing_add(b.limb(position));
        let (sum, second) = sum.overflowing_add(u64::from(carry));
        *target = sum;
        carry = first | second;
    }
}

fn subtract(output: &mut [u64], a: impl Fn(usize) -> u64, b: &Number) {
    let mut borrow = false;
    for (position, target) in output.iter_mut().enumerate() {
        let (difference, first) = a(position).overflowing_sub(b.limb(position));
        let (difference, second) = difference.overflowing_sub(u64::from(borrow));
        *target = difference;
        borrow = first | second;
    }
}

/// Schoolbook over the extended values: modulo the output's size, signed and unsigned are the same.
fn multiply(output: &mut [u64], a: &Number, b: &Number) {
    output.fill(0);
    for position in 0..output.len() {
        let factor = u128::from(a.limb(position));
        let mut carry = 0;
        for (offset, target) in output[position..].iter_mut().enumerate() {
            let sum = factor * u128::from(b.limb(offset)) + u128::from(*target) + carry;
            *target = sum as u64;
            carry = sum >> 64;
        }
    }
}
