//! A recoder and its digit products together multiply.

use super::digit_multiplier::{RECODINGS, Recoding, multiplier};
use super::{Bench, shapes, some_values, values};
use tritloom_hdl::{Random, Shape};

fn compare(recoding: Recoding, weight: Shape, activation: Shape, pairs: impl IntoIterator<Item = (i64, i64)>) {
    let mut bench = Bench::new(multiplier(recoding, weight, activation, 0));
    let [w_port, x_port] = ["weight", "activation"].map(|port| bench.evaluator.input(port).expect("an input"));
    let product_port = bench.evaluator.output("product").expect("an output");
    let unused = 64 - weight.width - activation.width;
    for (w, x) in pairs {
        bench.evaluator.write(w_port, &[w as u64]);
        bench.evaluator.write(x_port, &[x as u64]);
        let product = bench.evaluator.read(product_port)[0];
        let expected = (i128::from(w) * i128::from(x)) as u64;
        assert_eq!(product << unused, expected << unused, "{w} * {x}, {weight}, {activation}, {recoding:?}");
    }
}

/// Every pair of operands of these shapes.
fn compare_all(weight: Shape, activation: Shape) {
    let pairs = || values(weight).flat_map(|w| values(activation).map(move |x| (w, x)));
    RECODINGS.iter().for_each(|recoding| compare(*recoding, weight, activation, pairs()));
}

#[test]
fn small_operands_multiply_exhaustively() {
    for (weight, activation) in shapes(2..=5).into_iter().flat_map(|w| shapes(2..=5).into_iter().map(move |x| (w, x))) {
        compare_all(weight, activation);
    }
}

#[test]
fn operands_of_a_byte_multiply_exhaustively() {
    for weight in shapes([8]) {
        shapes([8]).into_iter().for_each(|activation| compare_all(weight, activation));
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
