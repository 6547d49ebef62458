//! Multipliers out of partial products and a reduction, which a plain multiplication must equal.
#![allow(dead_code, reason = "no test uses all of it")]

use super::digit_multiplier::Recoding;
use tritloom_datapath::arith::adder::{CarryOut, FinalAdder};
use tritloom_datapath::arith::bit_heap::{BitHeap, Carries, Compression, Counter, Order};
use tritloom_datapath::arith::recode::booth::Radix;
use tritloom_datapath::arith::recode::digit_product;
use tritloom_hdl::{Module, ModuleBuilder, Shape, Value, sint, uint};

/// What is added up.
#[derive(Clone, Copy, Debug)]
pub enum Rows {
    /// The activation for each bit of the weight that is one; both are unsigned.
    OfBits,
    /// The products of Booth's radix-4 digits, words and carries; both are signed.
    OfDigits,
}

/// Every reduction: each order with each largest counter.
pub fn reductions() -> impl Iterator<Item = Compression> {
    let larger = [None, Some(Counter::FourTwo), Some(Counter::SixThree), Some(Counter::SevenThree)];
    let of = move |order| {
        larger.map(|larger| {
            let mut compression = Compression::full_and_half_adders(order);
            compression.counters.extend(larger);
            compression
        })
    };
    [Order::Dadda, Order::Wallace, Order::Arrival].into_iter().flat_map(of)
}

/// Every kind of rows, with carries in every column of their sum and apart, for operands of so many bits.
pub fn ways(bits: u32) -> [(Rows, Carries); 4] {
    [
        (Rows::OfBits, Carries::Everywhere),
        (Rows::OfBits, Carries::Apart { from: 1, spacing: 2 }),
        (Rows::OfDigits, Carries::Everywhere),
        (Rows::OfDigits, Carries::Apart { from: bits, spacing: 3 }),
    ]
}

impl Rows {
    /// Of an operand of so many bits.
    pub fn operand(self, bits: u32) -> Shape {
        match self {
            Rows::OfBits => uint(bits),
            Rows::OfDigits => sint(bits),
        }
    }

    fn heap(self, m: &ModuleBuilder, weight: &Value, activation: &Value) -> BitHeap {
        let mut heap = BitHeap::new(weight.width() + activation.width());
        match self {
            Rows::OfBits => (0..weight.width()).for_each(|place| {
                let row = activation & weight.bit(place).replicate(activation.width());
                heap.add_unsigned(&m.wire(&format!("row{place}"), &row), place, 1);
            }),
            Rows::OfDigits => {
                let recoding = Recoding::Booth(Radix::Four);
                let multiples = recoding.multiples(m, activation);
                for (place, (digit, _)) in (0..).zip(recoding.digits(m, weight, 2)) {
                    let product = digit_product::product(m, &format!("product{place}"), &digit, &multiples);
                    heap.add_signed(&product.word, 2 * place, 3);
                    heap.add_bit(&product.carry.expect("a product owes a carry"), 2 * place, 0);
                }
            }
        }
        heap
    }

    /// `weight * activation`, both of so many bits, as what `compression` leaves of the rows, added up.
    pub fn multiplier(self, bits: u32, compression: &Compression, carries: Carries) -> Module {
        let m = ModuleBuilder::new("reduced_product", "A product as the reduced sum of its rows.");
        let (w, x) = (m.input("weight", self.operand(bits)), m.input("activation", self.operand(bits)));
        let mut heap = self.heap(&m, &w, &x);
        heap.leave(carries);
        let (word, left) = heap.reduce(&m, "heap", compression);
        let words = match carries {
            Carries::Everywhere | Carries::Below(_) => m.concat(&[&left.extend(2 * bits), &word]),
            Carries::Apart { .. } => {
                let in_place = m.instance("in_place", &carries.two_words(2 * bits));
                in_place.connect("sum", &m.concat(&[&left, &word]));
                in_place.output("words")
            }
        };
        let rows = (&words.slice(0, 2 * bits), &words.slice(2 * bits, 2 * bits));
        m.output("product", &FinalAdder::Synthesiser.add(&m, "add", rows, &m.uint(0, 1), CarryOut::Dropped));
        m.finish()
    }
}
