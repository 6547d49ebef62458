//! A digit times an activation is the word and the carry together.

use super::{Bench, SETS, digit_value, packed_digits, read, shapes, some_values, values};
use tritloom_datapath::arith::recode::{Digit, DigitSet, Multiples, digit_product, ent};
use tritloom_hdl::{Module, ModuleBuilder, Random, Shape, sint, uint};

fn compare(set: DigitSet, activation: Shape, activations: impl IntoIterator<Item = i64>) {
    let mut bench = Bench::new(digit_product::multiplier(set, activation));
    for x in activations {
        bench.set("activation", x);
        if set == DigitSet::Radix8 {
            bench.set("triple", 3 * x);
        }
        for packed in packed_digits(set) {
            bench.set("digit", packed.to_u64().expect("a few bits") as i64);
            let digit = digit_value(set, &packed);
            assert_eq!(product(&mut bench), digit * x, "{digit} * {x}, {activation}, {packed:?}");
        }
    }
}

/// Word and carry in plain integers.
fn product(bench: &mut Bench) -> i64 {
    let word = bench.get("word");
    read(word.to_u64().expect("64 bits"), sint(word.width())) + bench.number("carry") as i64
}

#[test]
fn every_digit_times_every_activation() {
    for set in SETS {
        shapes(2..=8).into_iter().for_each(|activation| compare(set, activation, values(activation)));
    }
}

#[test]
fn every_digit_times_extreme_and_random_activations() {
    let seed = 5202;
    println!("seed {seed}");
    let mut random = Random::new(seed);
    for set in SETS {
        for activation in shapes(9..=32) {
            compare(set, activation, some_values(activation, &mut random));
        }
    }
}

/// One bit fewer would not do: the width is exact, and reached.
#[test]
fn words_are_as_narrow_as_they_can_be() {
    for (set, activation) in SETS.into_iter().flat_map(|set| shapes(2..=16).into_iter().map(move |of| (set, of))) {
        let (least, greatest) = values(activation).into_inner();
        let reach = i64::from(set.reach());
        let products = [reach * least, reach * greatest];
        let words = products.into_iter().chain(products.map(|product| -product - 1));
        let fits = |width: u32| words.clone().all(|word| values(sint(width)).contains(&word));
        let width = set.product_bits(activation);
        assert!(fits(width) && !fits(width - 1), "{set:?}, {activation}: {width} bits");
        let extra = set.reach().ilog2() + u32::from(!activation.signed);
        assert_eq!(width, activation.width + extra);
    }
}

/// An EN-T code under a sign, times an activation.
fn ent_product(activation: Shape, signed: bool) -> Module {
    let m = ModuleBuilder::new("ent_product", "A product with an EN-T digit.");
    let code = m.input("code", uint(ent::CODE_BITS));
    let x = m.input("activation", activation);
    let sign = signed.then(|| m.input("sign", uint(1)));
    let digit = ent::digit(&m, "digit", &code, sign.as_ref());
    let product = digit_product::product(&m, "product", &digit, &Multiples::up_to_two(&x));
    m.output("word", &product.word);
    m.output("carry", &product.carry.expect("a product owes a carry"));
    m.output("non_zero", &digit.non_zero(&m));
    m.finish()
}

#[test]
fn every_ent_digit_times_every_activation() {
    for activation in shapes(2..=8) {
        for signed in [false, true] {
            let mut bench = Bench::new(ent_product(activation, signed));
            for (sign, x) in (0..=i64::from(signed)).flat_map(|sign| values(activation).map(move |x| (sign, x))) {
                bench.set("activation", x);
                if signed {
                    bench.set("sign", sign);
                }
                for (code, digit) in [0, 1, 2, -1].into_iter().enumerate() {
                    bench.set("code", code as i64);
                    assert_eq!(product(&mut bench), digit * x * (1 - 2 * sign), "{digit} * {x}, sign {sign}");
                    assert_eq!(bench.number("non_zero"), u64::from(digit != 0));
                }
            }
        }
    }
}

#[test]
fn a_trit_is_a_digit() {
    let m = ModuleBuilder::new("trit_product", "A product with a ternary weight.");
    let (trit, x) = (m.input("trit", sint(2)), m.input("activation", sint(8)));
    let product_of = digit_product::product(&m, "product", &Digit::ternary(&trit), &Multiples::up_to_one(&x));
    m.output("word", &product_of.word);
    m.output("carry", &product_of.carry.expect("a product owes a carry"));
    let mut bench = Bench::new(m.finish());
    for (trit, x) in (-1..=1).flat_map(|trit| values(sint(8)).map(move |x| (trit, x))) {
        bench.set("trit", trit);
        bench.set("activation", x);
        assert_eq!(product(&mut bench), trit * x);
    }
}
