//! Every weight becomes the digits that its definition says.

use super::{Bench, digit_value, read, reference, shapes, some_values, values};
use tritloom_datapath::arith::recode::booth::{self, Radix};
use tritloom_datapath::arith::recode::{DigitSet, canonical, ent};
use tritloom_hdl::{Module, Random, Shape};

/// A recoder with its definition.
struct Recoding {
    module: fn(Shape) -> Module,
    /// The digits in the ports of the module.
    digits: fn(&mut Bench) -> Vec<i64>,
    /// The digits of a magnitude or of a weight, and the bits of a place.
    reference: fn(i64, u32) -> Vec<i64>,
    step: u32,
}

const RECODINGS: [Recoding; 4] = [
    Recoding {
        module: |weight| booth::recoder(Radix::Four, weight),
        digits: |bench| packed(bench, DigitSet::Radix4),
        reference: |weight, count| reference::booth(weight, 2, count),
        step: 2,
    },
    Recoding {
        module: |weight| booth::recoder(Radix::Eight, weight),
        digits: |bench| packed(bench, DigitSet::Radix8),
        reference: |weight, count| reference::booth(weight, 3, count),
        step: 3,
    },
    Recoding { module: ent::recoder, digits: ent_digits, reference: reference::ent, step: 2 },
    Recoding {
        module: canonical::recoder,
        digits: |bench| packed(bench, DigitSet::Ternary),
        reference: reference::canonical,
        step: 1,
    },
];

fn packed(bench: &mut Bench, set: DigitSet) -> Vec<i64> {
    bench.lanes("digits", set.bits()).iter().map(|packed| digit_value(set, packed)).collect()
}

fn ent_digits(bench: &mut Bench) -> Vec<i64> {
    let codes = bench.lanes("codes", ent::CODE_BITS);
    codes.iter().map(|code| [0, 1, 2, -1][code.to_u64().expect("two bits") as usize]).collect()
}

fn compare(recoding: &Recoding, weight: Shape, values: impl IntoIterator<Item = i64>) {
    let mut bench = Bench::new((recoding.module)(weight));
    let count = reference::count(weight, recoding.step);
    let has_sign = bench.evaluator.output("sign").is_ok();
    for value in values {
        bench.set("weight", value);
        let digits = (recoding.digits)(&mut bench);
        assert_eq!(digits, (recoding.reference)(value, count), "{value} of {weight}, {} bits a digit", recoding.step);
        let sum = reference::value(&digits, recoding.step);
        let negated = has_sign && bench.number("sign") == 1;
        assert_eq!(if negated { -sum } else { sum }, value, "{weight}, digits {digits:?}");
    }
}

#[test]
fn every_weight_is_the_sum_of_its_digits() {
    for recoding in &RECODINGS {
        shapes(2..=10).into_iter().for_each(|weight| compare(recoding, weight, values(weight)));
    }
}

#[test]
fn wide_weights_are_the_sum_of_their_digits() {
    let seed = 5101;
    println!("seed {seed}");
    let mut random = Random::new(seed);
    for recoding in &RECODINGS {
        for weight in shapes(11..=32) {
            compare(recoding, weight, some_values(weight, &mut random));
        }
    }
}

#[test]
fn weights_have_as_many_digits_as_said() {
    for weight in shapes(2..=32) {
        let booth = [Radix::Four, Radix::Eight].map(|radix| radix.digits(weight));
        let half = if weight.signed { weight.width.div_ceil(2) } else { weight.width / 2 + 1 };
        assert_eq!([booth[0], ent::digits(weight)], [half; 2], "{weight}");
        assert_eq!(booth[1], reference::count(weight, 3), "{weight}");
        assert_eq!(canonical::digits(weight), reference::count(weight, 1), "{weight}");
    }
}

/// Holds of the reference, which the hardware equals: exactly one of all forms has no two non-zero neighbours, and no
/// other has fewer non-zero digits.
#[test]
fn canonical_digits_are_unique_and_fewest() {
    let non_zeros = |digits: &[i64]| digits.iter().filter(|&&digit| digit != 0).count();
    for weight in shapes(2..=9) {
        let count = canonical::digits(weight);
        let canonical: Vec<Vec<i64>> = values(weight).map(|value| reference::canonical(value, count)).collect();
        let mut sparse_forms = vec![0; canonical.len()];
        for number in 0..3i64.pow(count) {
            let form: Vec<i64> = (0..count).map(|place| number / 3i64.pow(place) % 3 - 1).collect();
            let value = reference::value(&form, 1);
            if !values(weight).contains(&value) {
                continue;
            }
            let place = (value - values(weight).start()) as usize;
            assert!(non_zeros(&canonical[place]) <= non_zeros(&form), "{value}: {form:?}");
            if form.windows(2).all(|pair| pair[0] * pair[1] == 0) {
                sparse_forms[place] += 1;
                assert_eq!(form, canonical[place], "{value}");
            }
        }
        assert!(sparse_forms.iter().all(|&forms| forms == 1), "{weight}");
    }
}

#[test]
fn patterns_are_read_in_their_shape() {
    for shape in shapes([2, 7, 32]) {
        for value in values(shape).take(100) {
            assert_eq!(read(value as u64, shape), value, "{shape}");
        }
    }
}
