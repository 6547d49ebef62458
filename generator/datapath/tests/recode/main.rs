//! Recoders and digit products against plain integers.

#![allow(missing_docs)]
#![expect(clippy::print_stdout, reason = "a failing test shows its seed")]

mod census;
#[path = "../common/digit_multiplier.rs"]
mod digit_multiplier;
mod multiplications;
mod pending;
mod products;
mod recoders;
mod reference;

use std::ops::RangeInclusive;
use tritloom_datapath::arith::recode::DigitSet;
use tritloom_hdl::{Bits, Design, Evaluator, Module, Random, Shape, sint, uint};

const SETS: [DigitSet; 3] = [DigitSet::Ternary, DigitSet::Radix4, DigitSet::Radix8];

/// A module at work: values in, values out.
struct Bench {
    evaluator: Evaluator,
}

impl Bench {
    fn new(module: Module) -> Bench {
        let design = Design::new(module).unwrap_or_else(|defects| panic!("{defects}"));
        Bench { evaluator: Evaluator::new(&design) }
    }

    fn set(&mut self, port: &str, value: i64) {
        let input = self.evaluator.input(port).expect("an input");
        self.evaluator.write(input, &[value as u64]);
    }

    fn get(&mut self, port: &str) -> Bits {
        self.evaluator.get(port).expect("an output")
    }

    /// An output of at most 64 bits, unsigned.
    fn number(&mut self, port: &str) -> u64 {
        self.get(port).to_u64().expect("64 bits")
    }

    /// An output of lanes of `width` bits.
    fn lanes(&mut self, port: &str, width: u32) -> Vec<Bits> {
        let all = self.get(port);
        (0..all.width() / width).map(|lane| all.slice(lane * width, width)).collect()
    }
}

/// Both shapes of a width.
fn shapes(widths: impl IntoIterator<Item = u32>) -> Vec<Shape> {
    widths.into_iter().flat_map(|width| [sint(width), uint(width)]).collect()
}

/// All values of a shape.
fn values(shape: Shape) -> RangeInclusive<i64> {
    let half = 1i64 << (shape.width - 1);
    if shape.signed { -half..=half - 1 } else { 0..=2 * half - 1 }
}

/// The least and the greatest value, their neighbours, those about zero, and random ones.
fn some_values(shape: Shape, random: &mut Random) -> Vec<i64> {
    let (least, greatest) = values(shape).into_inner();
    let mut some = vec![least, least + 1, greatest - 1, greatest, 0, 1];
    some.extend((0..200).map(|_| read(random.limb(), shape)));
    some
}

/// The low bits of a pattern as a value of a shape.
fn read(pattern: u64, shape: Shape) -> i64 {
    let unused = 64 - shape.width;
    if shape.signed { (pattern << unused) as i64 >> unused } else { (pattern << unused >> unused) as i64 }
}

/// What a packed digit stands for: at most one of its magnitudes.
fn digit_value(set: DigitSet, packed: &Bits) -> i64 {
    let magnitudes: Vec<u32> = (1..=set.reach()).filter(|magnitude| packed.bit(magnitude - 1)).collect();
    assert!(magnitudes.len() <= 1, "{set:?} {packed:?}");
    let magnitude = magnitudes.first().map_or(0, |&magnitude| i64::from(magnitude));
    if packed.bit(set.reach()) { -magnitude } else { magnitude }
}

/// Every digit of a set in its packed form, zero with either sign.
fn packed_digits(set: DigitSet) -> Vec<Bits> {
    let magnitudes = (0..=set.reach()).map(|magnitude| if magnitude == 0 { 0 } else { 1 << (magnitude - 1) });
    let signs = |magnitude: u64| [magnitude, magnitude | 1 << set.reach()];
    magnitudes.flat_map(signs).map(|pattern| Bits::from_u64(pattern, set.bits())).collect()
}
