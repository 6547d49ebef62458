//! Population counts and thermometers against plain integers, and their closed forms against the elaborated modules.

mod common;

use common::alone;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tritloom_datapath::arith::bit_heap::parameters::Tree;
use tritloom_datapath::arith::bit_heap::{Counter, Order};
use tritloom_datapath::arith::popcount::{popcount, popcount_census};
use tritloom_datapath::arith::thermometer::{thermometer, thermometer_census};
use tritloom_hdl::{Bits, Census, Evaluator, Module, ModuleBuilder, Primitive, Tally, bits_for, uint};

const TREES: [Tree; 3] = [
    Tree::DADDA,
    Tree { order: Order::Wallace, larger: Some(Counter::SevenThree) },
    Tree { order: Order::Arrival, larger: None },
];

/// What the only output of a module shows for each value of its only input.
fn outputs(module: &Module, ports: (&str, &str), values: impl Iterator<Item = Bits>) -> Vec<Vec<u64>> {
    let mut evaluator = Evaluator::new(&alone(module));
    let (input, output) = (evaluator.input(ports.0).expect("input"), evaluator.output(ports.1).expect("output"));
    let mut show = |value: Bits| {
        evaluator.write(input, value.limbs());
        evaluator.evaluate();
        evaluator.read(output).to_vec()
    };
    values.map(&mut show).collect()
}

fn tallies(census: &Census) -> Vec<(Primitive, Tally)> {
    census.iter().collect()
}

#[test]
fn narrow_words_are_counted_exhaustively() {
    for (width, tree) in (1..=10).flat_map(|width| TREES.map(|tree| (width, tree))) {
        let values = (0..1u64 << width).map(|value| Bits::from_u64(value, width));
        let counts = outputs(&popcount(width, tree), ("bits", "count"), values);
        for (value, count) in counts.iter().enumerate() {
            assert_eq!(count[0], u64::from(value.count_ones()), "{width} bits: {value:b}");
        }
    }
}

#[test]
fn wide_words_are_counted_whatever_is_left_over_beside_blocks() {
    let mut random = ChaCha8Rng::seed_from_u64(41);
    for width in [63, 64, 65, 127, 128, 129, 200, 1000, 4095, 4096] {
        let mut values = vec![Bits::zero(width), Bits::from_limbs(&[u64::MAX; 64], width)];
        values.extend((0..50).map(|_| {
            let limbs: Vec<u64> = (0..64).map(|_| random.random()).collect();
            Bits::from_limbs(&limbs, width)
        }));
        let expected: Vec<u64> =
            values.iter().map(|value| value.limbs().iter().map(|limb| u64::from(limb.count_ones())).sum()).collect();
        let counts = outputs(&popcount(width, Tree::DADDA), ("bits", "count"), values.into_iter());
        assert_eq!(counts.iter().map(|count| count[0]).collect::<Vec<_>>(), expected, "{width} bits");
    }
}

#[test]
fn population_counts_cost_what_the_formula_says() {
    for (width, tree) in [1, 2, 3, 63, 64, 65, 128, 1000, 4096].into_iter().flat_map(|n| TREES.map(|tree| (n, tree))) {
        let counted = alone(&popcount(width, tree)).census();
        assert_eq!(tallies(&popcount_census(width, tree)), tallies(&counted), "{width} bits, {}", tree.name());
    }
}

fn mask(count_bits: u32, places: u32) -> Module {
    let m = ModuleBuilder::new("mask", "Places below a count.");
    let count = m.input("count", uint(count_bits));
    m.output("below", &thermometer(&m, "places", &count, places));
    m.finish()
}

#[test]
fn a_thermometer_marks_the_places_below_every_count() {
    for places in 1..=40 {
        let least = bits_for(places.into());
        for count_bits in least..=least + 3 {
            let module = mask(count_bits, places);
            let counts = (0..1u64 << count_bits).map(|count| Bits::from_u64(count, count_bits));
            for (count, within) in outputs(&module, ("count", "below"), counts).iter().enumerate() {
                let expected = (0..places).filter(|&place| (place as usize) < count).map(|place| 1u64 << place).sum();
                assert_eq!(within[0], expected, "{places} places, {count} of {count_bits} bits");
            }
            let formula = thermometer_census(count_bits, places);
            assert_eq!(tallies(&formula), tallies(&alone(&module).census()), "{places} places, {count_bits} bits");
        }
    }
}
