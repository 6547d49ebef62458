//! Sums of random terms, as bit heaps and as plain integers.

use rand::Rng;
use tritloom_datapath::arith::bit_heap::{BitHeap, Carries, Compression, Counter, Order};
use tritloom_hdl::{Bits, ModuleBuilder, Shape, Value, sint, uint};

/// All orders.
pub const ORDERS: [Order; 3] = [Order::Dadda, Order::Wallace, Order::Arrival];

/// Counter sets: full adders alone, with half adders, each larger counter with and without them, and all.
pub const COUNTERS: [&[Counter]; 9] = [
    &[Counter::FullAdder],
    &[Counter::FullAdder, Counter::HalfAdder],
    &[Counter::FourTwo],
    &[Counter::FourTwo, Counter::HalfAdder],
    &[Counter::SixThree],
    &[Counter::SixThree, Counter::HalfAdder],
    &[Counter::SevenThree],
    &[Counter::SevenThree, Counter::HalfAdder],
    &[Counter::SevenThree, Counter::SixThree, Counter::FourTwo, Counter::HalfAdder],
];

/// Every order with every counter set.
pub fn compressions() -> impl Iterator<Item = Compression> {
    ORDERS
        .into_iter()
        .flat_map(|order| COUNTERS.into_iter().map(move |counters| Compression { counters: counters.to_vec(), order }))
}

/// A summand: a value of that shape times `2^shift`.
#[derive(Clone, Debug)]
pub struct Term {
    pub shape: Shape,
    pub shift: u32,
    pub arrival: u32,
}

/// What is added up, modulo `2^width`.
#[derive(Clone, Debug)]
pub struct Sum {
    pub width: u32,
    pub terms: Vec<Term>,
    pub constant: i64,
    pub carries: Carries,
}

impl Sum {
    /// Up to `terms` terms of up to `bits` bits, mixed in every respect; some reach beyond the width.
    pub fn random(width: u32, terms: usize, bits: u32, random: &mut impl Rng) -> Sum {
        let count = random.random_range(1..=terms);
        let latest = if random.random() { 20 } else { 0 };
        let mut term = || {
            let width_of_term = random.random_range(1..=bits);
            let shape = if random.random() { sint(width_of_term) } else { uint(width_of_term) };
            Term { shape, shift: random.random_range(0..width), arrival: random.random_range(0..=latest) }
        };
        let terms = (0..count).map(|_| term()).collect();
        let constant = if random.random() { random.random_range(-5000..5000) } else { 0 };
        let from = random.random_range(1..=width);
        let carries = match random.random_range(0..4) {
            0 => Carries::Below(from),
            1 => Carries::Apart { from, spacing: random.random_range(2..9) },
            _ => Carries::Everywhere,
        };
        Sum { width, terms, constant, carries }
    }

    /// The same with carries everywhere.
    pub fn in_two_rows(self) -> Sum {
        Sum { carries: Carries::Everywhere, ..self }
    }

    /// The partial products of an unsigned multiplier: rows of `bits` bits, each one column above the last.
    pub fn multiplier(bits: u32) -> Sum {
        let terms = (0..bits).map(|shift| Term { shape: uint(bits), shift, arrival: 1 }).collect();
        Sum { width: 2 * bits, terms, constant: 0, carries: Carries::Everywhere }
    }

    /// Bits of all terms together.
    pub fn input_bits(&self) -> u32 {
        self.terms.iter().map(|term| term.shape.width).sum()
    }

    /// The heap over inputs `t0`, `t1`, ... of an open module.
    pub fn heap(&self, m: &ModuleBuilder) -> BitHeap {
        let inputs: Vec<Value> =
            self.terms.iter().enumerate().map(|(number, term)| m.input(&format!("t{number}"), term.shape)).collect();
        let mut heap = BitHeap::new(self.width);
        for (term, input) in self.terms.iter().zip(&inputs) {
            match (term.shape.signed, term.shape.width) {
                (true, _) => heap.add_signed(input, term.shift, term.arrival),
                (false, 1) => heap.add_bit(input, term.shift, term.arrival),
                (false, _) => heap.add_unsigned(input, term.shift, term.arrival),
            }
        }
        heap.add_constant(self.constant.into(), 0);
        heap.leave(self.carries);
        heap
    }

    /// The sum of patterns, one a term, in plain integers.
    pub fn value(&self, patterns: &[Bits]) -> Bits {
        let mut sum = i128::from(self.constant);
        for (term, pattern) in self.terms.iter().zip(patterns) {
            let mut value = i128::from(pattern.to_u64().expect("narrow terms"));
            if term.shape.signed && pattern.bit(term.shape.width - 1) {
                value -= 1 << term.shape.width;
            }
            sum += value << term.shift;
        }
        Bits::from_i128(sum, self.width)
    }

    /// The terms' patterns out of one number, the first term in the low bits.
    pub fn patterns(&self, mut number: u64) -> Vec<Bits> {
        let mut take = |width: u32| {
            let bits = Bits::from_u64(number & ((1 << width) - 1), width);
            number >>= width;
            bits
        };
        self.terms.iter().map(|term| take(term.shape.width)).collect()
    }

    /// Random patterns, among them all zeros and all ones.
    pub fn random_patterns(&self, random: &mut impl Rng) -> Vec<Bits> {
        let fixed = [None, None, None, Some(0), Some(u64::MAX)][random.random_range(0..5)];
        let mut number = || fixed.unwrap_or_else(|| random.random());
        self.terms.iter().map(|term| Bits::from_limbs(&[number()], term.shape.width)).collect()
    }
}
