//! Sums and products for devices whose carries stay in chains, as Yosys makes them (its passes `alumacc` and `maccmap`):
//! a sum or a product that only another sum reads becomes part of it; all summands go through one tree of full adders
//! into one chain.

use super::arithmetic::Word;
use super::blast::Blaster;
use super::graph::{Bit, Graph};
use crate::design::{NodeId, NodeKind, Operator};
use crate::hierarchy::Place;

/// Something that is added, or subtracted.
pub(super) struct Summand {
    value: Term,
    negative: bool,
}

enum Term {
    Word(Word),
    Product(Word, Word),
}

/// Bits by weight, none twice at the same.
struct Columns(Vec<Vec<Bit>>);

impl Columns {
    fn add(&mut self, bit: Bit, mut column: usize) {
        while bit != Bit::ZERO && column < self.0.len() {
            let Some(twin) = self.0[column].iter().position(|other| *other == bit) else {
                return self.0[column].push(bit);
            };
            self.0[column].remove(twin);
            column += 1;
        }
    }

    fn add_word(&mut self, bits: &[Bit], negative: bool) {
        if negative {
            self.add(Bit::ONE, 0);
        }
        let bits = bits.iter().map(|bit| if negative { !*bit } else { *bit });
        bits.enumerate().for_each(|(column, bit)| self.add(bit, column));
    }

    /// Words that have at most one bit of each column.
    fn words(self) -> Vec<Vec<Bit>> {
        let rows = self.0.iter().map(Vec::len).max().unwrap_or(0);
        let bit = |column: &Vec<Bit>, row: usize| column.get(row).copied().unwrap_or(Bit::ZERO);
        (0..rows).map(|row| self.0.iter().map(|column| bit(column, row)).collect()).collect()
    }
}

impl Graph {
    fn add_summands(&mut self, summands: &[Summand], width: usize) -> Vec<Bit> {
        let mut columns = Columns(vec![vec![]; width]);
        let mut carry = Bit::ZERO;
        for Summand { value, negative } in summands {
            match value {
                Term::Word(Word { bits, signed: false }) if bits.len() == 1 && !negative && carry == Bit::ZERO => {
                    carry = bits[0];
                }
                Term::Word(word) => columns.add_word(&word.extended(width), *negative),
                Term::Product(left, right) => {
                    self.rows(left, right, width).iter().for_each(|row| columns.add_word(row, *negative));
                }
            }
        }
        let mut words = columns.words();
        while words.len() > 2 {
            words = words.chunks(3).flat_map(|words| self.reduce_words(words)).collect();
        }
        words.resize(2, vec![Bit::ZERO; width]);
        self.add(&words[0], &words[1], carry)
    }

    /// The rows of a product: the longer factor where a bit of the other is one, its complement for the sign.
    fn rows(&mut self, left: &Word, right: &Word, width: usize) -> Vec<Vec<Bit>> {
        let (long, short) = if left.bits.len() < right.bits.len() { (right, left) } else { (left, right) };
        let mut rows = vec![];
        for (place, bit) in short.bits.iter().enumerate() {
            let is_sign = short.signed && place + 1 == short.bits.len();
            let mut row = vec![Bit::ZERO; width];
            for (column, product) in row.iter_mut().skip(place).enumerate() {
                let factor = long.bit(column);
                *product = self.and(if is_sign { !factor } else { factor }, *bit);
            }
            rows.push(row);
            if is_sign {
                let mut row = vec![Bit::ZERO; width];
                row[place] = *bit;
                rows.push(row);
            }
        }
        rows
    }

    fn reduce_words(&mut self, words: &[Vec<Bit>]) -> Vec<Vec<Bit>> {
        let [a, b, c] = words else { return words.to_vec() };
        let mut sums = vec![];
        let mut carries = vec![Bit::ZERO];
        for column in 0..a.len() {
            let operands = [a[column], b[column], c[column]];
            sums.push(self.sum(operands));
            carries.push(self.carry(operands));
        }
        carries.pop();
        vec![sums, carries]
    }
}

impl Blaster<'_> {
    /// The sum or product at `place` with those that become part of it; `None` where two words are added and nothing else.
    pub(super) fn sum_of_summands(&mut self, place: Place) -> Option<Vec<Bit>> {
        let mut summands = vec![];
        self.collect(place, false, &mut summands);
        let is_word = |summand: &Summand| matches!(summand.value, Term::Word(_));
        let width = self.hierarchy.node(place).shape.width as usize;
        let is_plain =
            summands.iter().all(is_word) && summands.len() <= self.hierarchy.node(place).kind.operands().len();
        (!is_plain).then(|| self.graph.add_summands(&summands, width))
    }

    fn collect(&self, place: Place, negative: bool, summands: &mut Vec<Summand>) {
        let mut operand = |operand: NodeId, negative: bool| {
            let operand = self.hierarchy.operand(place, operand);
            match self.part(operand) {
                Some(part) => self.collect(part, negative, summands),
                None => summands.push(Summand { value: Term::Word(self.known_word(operand)), negative }),
            }
        };
        match &self.hierarchy.node(place).kind {
            NodeKind::Binary(Operator::Multiply, left, right) => {
                let [left, right] = [left, right].map(|factor| self.known_word(self.hierarchy.operand(place, *factor)));
                summands.push(Summand { value: Term::Product(left, right), negative });
            }
            NodeKind::Binary(operator @ (Operator::Add | Operator::Subtract), left, right) => {
                operand(*left, negative);
                operand(*right, negative != (*operator == Operator::Subtract));
            }
            NodeKind::Negate(of) => operand(*of, !negative),
            NodeKind::AddCarry { left, right, carry } => {
                [left, right, carry].into_iter().for_each(|of| operand(*of, negative));
            }
            _ => {}
        }
    }

    /// The sum or product that the value at `place` is, if nothing else reads it and its own width is seen to hold it: of
    /// three summands one of which is a carry Yosys does not see it, nor of a difference of unsigned values.
    fn part(&self, place: Place) -> Option<Place> {
        let signed = self.hierarchy.node(place).shape.signed;
        let segments = self.segments(place);
        let (segment, beyond) = segments.split_first()?;
        let part = segment.place.filter(|part| self.is_read_once(*part))?;
        let node = self.hierarchy.node(part);
        let is_whole = segment.low == 0 && segment.width == node.shape.width;
        let zeros_beyond = beyond.iter().all(|segment| segment.place.is_none());
        if !is_whole || !zeros_beyond || signed && !beyond.is_empty() || node.shape.signed != signed {
            return None;
        }
        let is_signed = |operand: NodeId| self.hierarchy.node(self.hierarchy.operand(part, operand)).shape.signed;
        match node.kind {
            NodeKind::Extend(of) => self.part(self.hierarchy.operand(part, of)),
            NodeKind::Binary(Operator::Add | Operator::Multiply, ..) => Some(part),
            NodeKind::Binary(Operator::Subtract, of, _) | NodeKind::Negate(of) => is_signed(of).then_some(part),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::gates::{Gate, LutDevice};
    use crate::{Design, ModuleBuilder, Value, sint, uint};

    /// Sums at places of carry chains.
    fn in_chains(sum: impl Fn(&ModuleBuilder) -> Value) -> u64 {
        let m = ModuleBuilder::new("summed", "A sum.");
        let sum = sum(&m);
        m.output("y", &sum);
        let design = Design::new(m.finish()).expect("a sound design");
        design.lut_count(&[], LutDevice::Ice40)[Gate::ChainSum as usize]
    }

    #[test]
    fn products_and_their_sum_end_in_one_chain() {
        let product = |m: &ModuleBuilder, number: u32| {
            &m.input(&format!("a{number}"), sint(6)) * &m.input(&format!("b{number}"), sint(4))
        };
        let sum = in_chains(|m| &(&product(m, 0) + &product(m, 1)) + &(&product(m, 2) + &product(m, 3)));
        assert!((1..=12).contains(&sum), "{sum} places for 12 bits");
    }

    #[test]
    fn a_sum_that_others_read_keeps_its_chain() {
        let sums = |m: &ModuleBuilder, is_read: bool| {
            let [a, b, c] = ["a", "b", "c"].map(|name| m.input(name, uint(8)));
            let first = &a + &b;
            if is_read {
                m.output("first", &first);
            }
            &first + &c
        };
        assert_eq!([false, true].map(|is_read| in_chains(|m| sums(m, is_read)) > 10), [false, true]);
    }

    #[test]
    fn a_sum_with_a_carry_keeps_its_chain() {
        let sums = |m: &ModuleBuilder, with_carry: bool| {
            let [a, b, c] = ["a", "b", "c"].map(|name| m.input(name, sint(8)));
            let carry = m.input("carry", uint(1));
            let first = if with_carry { a.add_with_carry(&b, &carry) } else { &a + &b };
            &first + &c
        };
        assert_eq!([false, true].map(|with_carry| in_chains(|m| sums(m, with_carry)) > 10), [false, true]);
    }
}
