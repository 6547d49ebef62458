//! Words of bits, least significant first.

use super::graph::{Bit, Carries, Graph};
use std::collections::VecDeque;

/// A value with its sign.
#[derive(Clone, Debug)]
pub(super) struct Word {
    pub bits: Vec<Bit>,
    pub signed: bool,
}

impl Word {
    /// Bit `position`, beyond the end what extension supplies.
    pub fn bit(&self, position: usize) -> Bit {
        match self.bits.get(position) {
            Some(bit) => *bit,
            None if self.signed => self.bits.last().copied().unwrap_or(Bit::ZERO),
            None => Bit::ZERO,
        }
    }

    /// The bits of an extension or truncation.
    pub fn extended(&self, width: usize) -> Vec<Bit> {
        (0..width).map(|position| self.bit(position)).collect()
    }
}

/// Comparisons of so many bits with a constant are no chain in any device.
const WIDEST_TABLE: usize = 4;

/// An index of more bits never names words that far beyond the end.
const WHOLE_INDEX: usize = 16;

impl Graph {
    /// The lowest `width` bits of a sum.
    pub(super) fn add(&mut self, left: &[Bit], right: &[Bit], mut carry: Bit) -> Vec<Bit> {
        if self.carries == Carries::Prefix {
            return self.add_by_prefixes(left, right, carry);
        }
        let mut result = Vec::with_capacity(left.len());
        for (left, right) in left.iter().zip(right) {
            let (sum, next) = self.link(*left, *right, carry);
            result.push(sum);
            carry = next;
        }
        result
    }

    fn add_by_prefixes(&mut self, left: &[Bit], right: &[Bit], carry: Bit) -> Vec<Bit> {
        let (propagate, carries) = self.prefixes(left, right, carry);
        let into = std::iter::once(carry).chain(carries);
        propagate.into_iter().zip(into).map(|(propagate, carry)| self.xor(propagate, carry)).collect()
    }

    /// Which positions propagate a carry, and the carry out of each.
    fn prefixes(&mut self, left: &[Bit], right: &[Bit], carry: Bit) -> (Vec<Bit>, Vec<Bit>) {
        let pairs = || left.iter().zip(right);
        let propagate: Vec<Bit> = pairs().map(|(left, right)| self.xor(*left, *right)).collect();
        let mut carries: Vec<Bit> = pairs().map(|(left, right)| self.and(*left, *right)).collect();
        if let (Some(first), Some(propagate)) = (carries.first_mut(), propagate.first()) {
            let through = self.and(*propagate, carry);
            *first = self.or(*first, through);
        }
        let width = left.len();
        let levels = width.next_power_of_two().trailing_zeros();
        let up = (1..=levels).map(|level| (level, (1 << level) - 1));
        let down = (1..=levels).rev().map(|level| (level, (3 << (level - 1)) - 1));
        let mut groups = propagate.clone();
        for (level, first) in up.chain(down) {
            for position in (first..width).step_by(1 << level) {
                let below = position - (1 << (level - 1));
                let through = self.and(groups[position], carries[below]);
                carries[position] = self.or(carries[position], through);
                groups[position] = self.and(groups[position], groups[below]);
            }
        }
        (propagate, carries)
    }

    pub(super) fn subtract(&mut self, left: &[Bit], right: &[Bit]) -> Vec<Bit> {
        let inverted: Vec<Bit> = right.iter().map(|bit| !*bit).collect();
        self.add(left, &inverted, Bit::ONE)
    }

    pub(super) fn less(&mut self, left: &Word, right: &Word) -> Bit {
        let width = left.bits.len().max(right.bits.len());
        let (mut low, mut high) = (left.extended(width), right.extended(width));
        if let (true, Some(low), Some(high)) = (left.signed, low.last_mut(), high.last_mut()) {
            std::mem::swap(low, high);
        }
        low.iter_mut().for_each(|bit| *bit = !*bit);
        if self.carries == Carries::Prefix {
            return self.prefixes(&low, &high, Bit::ZERO).1.last().copied().unwrap_or(Bit::ZERO);
        }
        let is_constant = |bits: &[Bit]| bits.iter().all(|bit| bit.constant().is_some());
        let in_chain = width > WIDEST_TABLE || !is_constant(&left.bits) && !is_constant(&right.bits);
        low.into_iter().zip(high).fold(Bit::ZERO, |borrow, (low, high)| match in_chain {
            true => self.link(low, high, borrow).1,
            false => self.carry([low, high, borrow]),
        })
    }

    pub(super) fn equal(&mut self, left: &Word, right: &Word) -> Bit {
        let width = left.bits.len().max(right.bits.len());
        let same = (0..width).map(|position| !self.xor(left.bit(position), right.bit(position))).collect();
        self.tree(same, Graph::and)
    }

    /// All bits combined, in a tree.
    pub(super) fn tree(&mut self, bits: Vec<Bit>, operation: impl Fn(&mut Graph, Bit, Bit) -> Bit) -> Bit {
        let mut waiting: VecDeque<Bit> = bits.into();
        while let Some(left) = waiting.pop_front() {
            let Some(right) = waiting.pop_front() else { return left };
            waiting.push_back(operation(self, left, right));
        }
        Bit::ZERO
    }

    /// Bits of equal weight in each column, added.
    pub(super) fn add_columns(&mut self, mut columns: Vec<VecDeque<Bit>>) -> Vec<Bit> {
        let width = columns.len();
        for column in 0..width {
            columns[column].retain(|bit| *bit != Bit::ZERO);
            while columns[column].len() > 2 {
                let mut next = || columns[column].pop_front().unwrap_or(Bit::ZERO);
                let operands = [next(), next(), next()];
                let (sum, carry) = (self.sum(operands), self.carry(operands));
                columns[column].push_back(sum);
                if column + 1 < width {
                    columns[column + 1].push_back(carry);
                }
            }
        }
        let word = |row: usize| -> Vec<Bit> {
            columns.iter().map(|column| column.get(row).copied().unwrap_or(Bit::ZERO)).collect()
        };
        self.add(&word(0), &word(1), Bit::ZERO)
    }

    /// A product, signed ones after Baugh and Wooley (IEEE Transactions on Computers, 1973).
    pub(super) fn multiply(&mut self, left: &Word, right: &Word, width: usize) -> Vec<Bit> {
        self.in_product = true;
        let (rows, places) = (left.bits.len(), right.bits.len());
        let mut columns = vec![VecDeque::new(); width];
        for (row, low) in left.bits.iter().enumerate() {
            for (place, high) in right.bits.iter().enumerate() {
                let negative = left.signed && (row + 1 == rows) != (place + 1 == places);
                let product = self.and(*low, *high);
                columns[row + place].push_back(if negative { !product } else { product });
            }
        }
        if left.signed {
            for weight in [rows - 1, places - 1, width - 1] {
                columns[weight].push_back(Bit::ONE);
            }
        }
        let product = self.add_columns(columns);
        self.in_product = false;
        product
    }

    /// The word at the place that `index` names; beyond the end `beyond`, or any where that is not given.
    pub(super) fn select(&mut self, index: &[Bit], mut words: Vec<Vec<Bit>>, beyond: Option<Vec<Bit>>) -> Vec<Bit> {
        if let Some(beyond) = beyond {
            let whole = words.len().next_power_of_two().max(1 << index.len().min(WHOLE_INDEX));
            words.resize(whole, beyond);
        }
        for bit in index {
            words = words
                .chunks(2)
                .map(|pair| match pair {
                    [even, odd] => even.iter().zip(odd).map(|(even, odd)| self.mux(*bit, *odd, *even)).collect(),
                    rest => rest[0].clone(),
                })
                .collect();
        }
        words.swap_remove(0)
    }
}
