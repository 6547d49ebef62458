//! A recoder and its digit products together multiply.

use super::{Bench, read, shapes, some_values, values};
use tritloom_datapath::arith::recode::booth::{self, Radix};
use tritloom_datapath::arith::recode::{Digit, DigitSet, Multiples, canonical, digit_product, ent};
use tritloom_hdl::{InstanceBuilder, Lanes, Module, ModuleBuilder, Random, Shape, Value, sint, uint};

#[derive(Clone, Copy, Debug)]
enum Recoding {
    Booth(Radix),
    Ent,
    Canonical,
}

const RECODINGS: [Recoding; 4] =
    [Recoding::Booth(Radix::Four), Recoding::Booth(Radix::Eight), Recoding::Ent, Recoding::Canonical];

impl Recoding {
    fn recoder(self, weight: Shape) -> Module {
        match self {
            Recoding::Booth(radix) => booth::recoder(radix, weight),
            Recoding::Ent => ent::recoder(weight),
            Recoding::Canonical => canonical::recoder(weight),
        }
    }

    fn digit_set(self) -> DigitSet {
        match self {
            Recoding::Booth(radix) => radix.digit_set(),
            Recoding::Ent => DigitSet::Radix4,
            Recoding::Canonical => DigitSet::Ternary,
        }
    }

    fn step(self) -> u32 {
        match self {
            Recoding::Booth(radix) => radix.step(),
            Recoding::Ent => 2,
            Recoding::Canonical => 1,
        }
    }

    /// The digits as they leave the recoder.
    fn lanes(self, recoder: &InstanceBuilder) -> Lanes {
        match self {
            Recoding::Ent => recoder.output_lanes("codes", uint(ent::CODE_BITS)),
            _ => recoder.output_lanes("digits", uint(self.digit_set().bits())),
        }
    }

    fn digit(self, m: &ModuleBuilder, lane: &Value, sign: Option<&Value>) -> Digit {
        match self {
            Recoding::Ent => ent::digit(m, "digit", lane, sign),
            _ => Digit::unpack(self.digit_set(), lane),
        }
    }

    fn multiples(self, m: &ModuleBuilder, x: &Value) -> Multiples {
        match self.digit_set() {
            DigitSet::Ternary => Multiples::up_to_one(x),
            DigitSet::Radix4 => Multiples::up_to_two(x),
            DigitSet::Radix8 => Multiples::up_to_four(x, &m.wire("triple", &digit_product::triple(x))),
        }
    }
}

/// The products of all digits of a weight with an activation.
fn terms(recoding: Recoding, weight: Shape, activation: Shape) -> Module {
    let m = ModuleBuilder::new("digit_terms", "The products of all digits of a weight with an activation.");
    let (w, x) = (m.input("weight", weight), m.input("activation", activation));
    let recoder = m.instance("recoder", &recoding.recoder(weight));
    recoder.connect("weight", &w);
    let signed_digits = matches!(recoding, Recoding::Ent) && weight.signed;
    let sign = signed_digits.then(|| recoder.output("sign"));
    let (digits, multiples) = (recoding.lanes(&recoder), recoding.multiples(&m, &x));
    let words = m.lanes("words", sint(recoding.digit_set().product_bits(activation)), digits.count());
    let carries = m.lanes("carries", uint(1), digits.count());
    m.repeat("digit", digits.count(), |position| {
        let digit = recoding.digit(&m, &digits.lane(position), sign.as_ref());
        let product = digit_product::product(&m, "product", &digit, &multiples);
        words.drive(position, &product.word);
        carries.drive(position, &product.carry.expect("a product owes a carry"));
    });
    m.output_lanes("words", &words, "");
    m.output_lanes("carries", &carries, "");
    m.finish()
}

fn compare(recoding: Recoding, weight: Shape, activation: Shape, pairs: impl IntoIterator<Item = (i64, i64)>) {
    let mut bench = Bench::new(terms(recoding, weight, activation));
    let bits = recoding.digit_set().product_bits(activation);
    for (w, x) in pairs {
        bench.set("weight", w);
        bench.set("activation", x);
        let (words, carries) = (bench.lanes("words", bits), bench.lanes("carries", 1));
        let term = |word: u64, carry: bool| i128::from(read(word, sint(bits))) + i128::from(carry);
        let terms = words.iter().zip(&carries).map(|(word, carry)| term(word.to_u64().expect("a word"), carry.bit(0)));
        let product = terms.rev().fold(0, |sum, term| (sum << recoding.step()) + term);
        assert_eq!(product, i128::from(w) * i128::from(x), "{w} * {x}, {weight}, {activation}, {recoding:?}");
    }
}

#[test]
fn small_operands_multiply_exhaustively() {
    for (weight, activation) in shapes(2..=5).into_iter().flat_map(|w| shapes(2..=5).into_iter().map(move |x| (w, x))) {
        let pairs = || values(weight).flat_map(|w| values(activation).map(move |x| (w, x)));
        RECODINGS.iter().for_each(|recoding| compare(*recoding, weight, activation, pairs()));
    }
}

#[test]
fn wide_operands_multiply() {
    let seed = 5303;
    println!("seed {seed}");
    let mut random = Random::new(seed);
    for (position, weight) in shapes(6..=32).into_iter().enumerate() {
        let activation = shapes(2..=32)[(7 * position + 3) % 62];
        for recoding in RECODINGS {
            let weights = some_values(weight, &mut random);
            let activations = some_values(activation, &mut random);
            // Extremes meet extremes, random values random values.
            let extremes = weights[..6].iter().flat_map(|&w| activations[..6].iter().map(move |&x| (w, x)));
            let others = weights[6..].iter().copied().zip(activations[6..].iter().copied());
            compare(recoding, weight, activation, extremes.chain(others));
        }
    }
}
