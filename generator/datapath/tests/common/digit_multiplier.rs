//! Multipliers out of recoders and digit products, which a plain multiplication must equal.
#![allow(dead_code, reason = "no test uses all of it")]

use tritloom_datapath::arith::recode::booth::{self, Radix};
use tritloom_datapath::arith::recode::pending::{Order, next_pending, selected};
use tritloom_datapath::arith::recode::{Digit, DigitSet, Multiples, canonical, digit_product, ent};
use tritloom_datapath::arith::reduction::Term;
use tritloom_hdl::{InstanceBuilder, Lanes, Module, ModuleBuilder, Shape, Value, uint};

/// A way to cut a weight into digits.
#[derive(Clone, Copy, Debug)]
pub enum Recoding {
    /// Booth's digits.
    Booth(Radix),
    /// Digits -1, 0, 1, 2 under a sign.
    Ent,
    /// Digits of which no two neighbours are non-zero.
    Canonical,
    /// The same, but of them only those that are not zero, one after the other.
    Sparse(Order),
}

/// All of them.
pub const RECODINGS: [Recoding; 6] = [
    Recoding::Booth(Radix::Four),
    Recoding::Booth(Radix::Eight),
    Recoding::Ent,
    Recoding::Canonical,
    Recoding::Sparse(Order::LowestFirst),
    Recoding::Sparse(Order::HighestFirst),
];

impl Recoding {
    fn recoder(self, weight: Shape) -> Module {
        match self {
            Recoding::Booth(radix) => booth::recoder(radix, weight),
            Recoding::Ent => ent::recoder(weight),
            Recoding::Canonical | Recoding::Sparse(_) => canonical::recoder(weight),
        }
    }

    fn digit_set(self) -> DigitSet {
        match self {
            Recoding::Booth(radix) => radix.digit_set(),
            Recoding::Ent => DigitSet::Radix4,
            Recoding::Canonical | Recoding::Sparse(_) => DigitSet::Ternary,
        }
    }

    /// Bits of weight to a digit.
    fn step(self) -> u32 {
        match self {
            Recoding::Booth(radix) => radix.step(),
            Recoding::Ent => 2,
            Recoding::Canonical | Recoding::Sparse(_) => 1,
        }
    }

    /// What its digits choose among.
    pub fn multiples(self, m: &ModuleBuilder, activation: &Value) -> Multiples {
        match self.digit_set() {
            DigitSet::Ternary => Multiples::up_to_one(activation),
            DigitSet::Radix4 => Multiples::up_to_two(activation),
            DigitSet::Radix8 => {
                Multiples::up_to_four(activation, &m.wire("triple", &digit_product::triple(activation)))
            }
        }
    }

    /// The digits as they leave the recoder.
    fn packed(self, recoder: &InstanceBuilder) -> Lanes {
        match self {
            Recoding::Ent => recoder.output_lanes("codes", uint(ent::CODE_BITS)),
            _ => recoder.output_lanes("digits", uint(self.digit_set().bits())),
        }
    }

    /// The digits that are multiplied with, each with its place times `step` bits.
    pub fn digits(self, m: &ModuleBuilder, weight: &Value, step: u32) -> Vec<(Digit, Place)> {
        let recoder = m.instance("recoder", &self.recoder(weight.shape()));
        recoder.connect("weight", weight);
        let packed = self.packed(&recoder);
        let digit = |place: usize, packed: &Value| match self {
            Recoding::Ent => {
                let sign = weight.shape().signed.then(|| recoder.output("sign"));
                ent::digit(m, &format!("digit{place}"), packed, sign.as_ref())
            }
            _ => Digit::unpack(self.digit_set(), packed),
        };
        match self {
            Recoding::Sparse(order) => sparse(m, order, &packed),
            _ => {
                let placed = |(place, packed)| (digit(place, packed), Place::Known(step * place as u32));
                packed.iter().iter().enumerate().map(placed).collect()
            }
        }
    }
}

/// By how many bits a digit product is moved up.
pub enum Place {
    /// Where the digit stands.
    Known(u32),
    /// Found at run time.
    Found(Value),
}

/// As many digits as canonical ones that are not zero: found one by one, each among those that are left.
fn sparse(m: &ModuleBuilder, order: Order, packed: &Lanes) -> Vec<(Digit, Place)> {
    let lanes = packed.iter();
    let non_zero: Vec<Value> =
        lanes.iter().rev().map(|packed| Digit::unpack(DigitSet::Ternary, packed).non_zero(m)).collect();
    let mut pending = m.concat(&non_zero.iter().collect::<Vec<_>>());
    let mut digits = vec![];
    for number in 0..packed.count().div_ceil(2) {
        let next = m.instance(&format!("next{number}"), &next_pending(order, packed.count()));
        next.connect("pending", &pending);
        let digit = selected(m, DigitSet::Ternary, &next.output("select"), packed);
        digits.push((digit, Place::Found(next.output("index"))));
        pending = next.output("remaining");
    }
    digits
}

/// `weight * activation` as the plain sum of its digit products. With a `skew` of one every digit weighs as if it stood
/// behind digits of a bit more than they take, which is wrong.
pub fn multiplier(recoding: Recoding, weight: Shape, activation: Shape, skew: u32) -> Module {
    let m = ModuleBuilder::new("digit_multiplier", "A product as the sum of digit products.");
    let (w, x) = (m.input("weight", weight), m.input("activation", activation));
    let multiples = recoding.multiples(&m, &x);
    let width = weight.width + activation.width;
    let mut sum = m.sint(0, width);
    for (number, (digit, place)) in recoding.digits(&m, &w, recoding.step() + skew).iter().enumerate() {
        let name = format!("product{number}");
        let product = digit_product::product(&m, &name, digit, &multiples);
        let value = match place {
            Place::Known(bits) => value(&m, &name, product).shift_left(*bits),
            Place::Found(index) => value(&m, &name, digit_product::moved_up(&m, &name, product, index, 1 + skew)),
        };
        sum = fitted(&(sum + fitted(&value, width)), width);
    }
    m.output("product", &sum);
    m.finish()
}

/// A term in one word.
fn value(m: &ModuleBuilder, name: &str, term: Term) -> Value {
    let carry = term.carry.expect("a product owes a carry").to_signed();
    m.wire(&format!("{name}_value"), &(term.word + carry))
}

/// The value modulo `2^width`.
fn fitted(value: &Value, width: u32) -> Value {
    value.extend(value.width().max(width)).wrap(width)
}
