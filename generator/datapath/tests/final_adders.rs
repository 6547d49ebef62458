//! Final adders: right, as large as their closed forms say, and prefix graphs as deep as their papers say.

#![expect(clippy::print_stdout, reason = "a failing test shows its seed")]

mod common;

use common::{alone, paths};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tritloom_datapath::arith::adder::prefix::{self, PrefixGraph};
use tritloom_datapath::arith::adder::{CarryOut, FinalAdder};
use tritloom_hdl::{Evaluator, InputHandle, OutputHandle};

const ADDERS: [FinalAdder; 8] = [
    FinalAdder::Synthesiser,
    FinalAdder::Ripple,
    FinalAdder::Sklansky,
    FinalAdder::BrentKung,
    FinalAdder::KoggeStone,
    FinalAdder::CarrySelect { block: 1 },
    FinalAdder::CarrySelect { block: 4 },
    FinalAdder::CarrySelect { block: 7 },
];

const CARRIES: [CarryOut; 2] = [CarryOut::Dropped, CarryOut::Kept];

fn each(widths: impl Iterator<Item = u32> + Clone, mut test: impl FnMut(FinalAdder, u32, CarryOut)) {
    for adder in ADDERS {
        for carry_out in CARRIES {
            widths.clone().for_each(|width| test(adder, width, carry_out));
        }
    }
}

struct Bench {
    evaluator: Evaluator,
    inputs: [InputHandle; 3],
    sum: OutputHandle,
    sum_width: u32,
    subject: String,
}

impl Bench {
    fn new(adder: FinalAdder, width: u32, carry_out: CarryOut) -> Bench {
        let evaluator = Evaluator::new(&alone(&adder.module(width, carry_out)));
        Bench {
            inputs: ["a", "b", "carry"].map(|port| evaluator.input(port).expect("an input")),
            sum: evaluator.output("sum").expect("an output"),
            evaluator,
            sum_width: width + u32::from(carry_out == CarryOut::Kept),
            subject: format!("{adder:?} {carry_out:?} of {width} bits"),
        }
    }

    fn check(&mut self, a: u64, b: u64, carry: u64) {
        for (port, value) in self.inputs.into_iter().zip([a, b, carry]) {
            self.evaluator.write(port, &[value]);
        }
        let expected = (a + b + carry) & ((1 << self.sum_width) - 1);
        assert_eq!(self.evaluator.read(self.sum), [expected], "{}: {a} + {b} + {carry}", self.subject);
    }

    /// Every pair of rows of so many bits, with and without a carry.
    fn check_all(&mut self, width: u32) {
        for pattern in 0..2 << (2 * width) {
            let row = |number: u32| pattern >> (number * width) & ((1 << width) - 1);
            self.check(row(0), row(1), pattern >> (2 * width));
        }
    }
}

#[test]
fn narrow_adders_are_right_for_every_input() {
    each(1..=5, |adder, width, carry_out| Bench::new(adder, width, carry_out).check_all(width));
}

#[test]
fn adders_of_a_byte_are_right_for_every_input() {
    each(8..=8, |adder, width, carry_out| Bench::new(adder, width, carry_out).check_all(width));
}

#[test]
fn wide_adders_are_right_for_random_and_rippling_inputs() {
    let seed = 51;
    println!("seed {seed}");
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    each(6..=48, |adder, width, carry_out| {
        let mut bench = Bench::new(adder, width, carry_out);
        let ones = (1 << width) - 1;
        (0..10).for_each(|_| {
            bench.check(random.random::<u64>() & ones, random.random::<u64>() & ones, random.random_range(0..=1))
        });
        // Carries that begin at every bit and run to the top, and one that stops.
        (0..width).for_each(|start| bench.check(ones, 1 << start, 0));
        let stop = 1 << random.random_range(0..width);
        bench.check(ones ^ stop, 0, 1);
        bench.check(ones, ones, 1);
    });
}

#[test]
fn closed_forms_are_what_modules_hold() {
    each(1..=70, |adder, width, carry_out| {
        let census = alone(&adder.module(width, carry_out)).census();
        assert_eq!(adder.census(width, carry_out), census, "{adder:?} {carry_out:?} of {width} bits");
    });
}

#[test]
fn every_module_has_a_name_of_its_own() {
    let mut names = Vec::new();
    each(4..=20, |adder, width, carry_out| names.push(adder.module(width, carry_out).name.clone()));
    let count = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), count);
    assert!(names.contains(&"sklansky_adder_w20".to_owned()), "{names:?}");
}

#[test]
fn graphs_join_every_column_with_all_below() {
    for graph in [prefix::serial, prefix::sklansky, prefix::brent_kung, prefix::kogge_stone] {
        for columns in 1..=130 {
            let graph: PrefixGraph = graph(columns);
            let mut lowest: Vec<u32> = (0..columns).collect();
            let mut made: Vec<u32> = vec![0; columns as usize];
            for (node, upper, lower) in graph.groups() {
                let (column, from) = (node.column as usize, node.from as usize);
                assert!(made[column] < node.level && upper == lowest[column], "{node:?} of {columns}");
                assert!(upper == node.from + 1, "{node:?} of {columns} joins groups that are no neighbours");
                // What a node reads may have been joined again on its own level, but not before.
                assert!(made[from] <= node.level && lower >= lowest[from], "{node:?} of {columns}");
                (lowest[column], made[column]) = (lower, node.level);
            }
            assert!(lowest.iter().all(|&column| column == 0), "{columns} columns: {lowest:?}");
        }
    }
}

#[test]
fn graphs_have_the_size_and_depth_of_their_papers() {
    for exponent in 2..=8 {
        let columns = 1 << exponent;
        let shape = |graph: PrefixGraph| (graph.nodes.len() as u32, graph.depth());
        assert_eq!(shape(prefix::serial(columns)), (columns - 1, columns - 1));
        assert_eq!(shape(prefix::sklansky(columns)), (columns / 2 * exponent, exponent));
        assert_eq!(shape(prefix::brent_kung(columns)), (2 * columns - 2 - exponent, 2 * exponent - 2));
        assert_eq!(shape(prefix::kogge_stone(columns)), (columns * exponent - columns + 1, exponent));
    }
}

#[test]
fn the_carry_in_costs_no_level() {
    for (adder, levels) in [(FinalAdder::Sklansky, 4), (FinalAdder::BrentKung, 6), (FinalAdder::KoggeStone, 4)] {
        // An exclusive OR before the levels, two gates on each, an exclusive OR behind.
        assert_eq!(paths::depth(&adder.module(16, CarryOut::Dropped), paths::is_gate), 2 * levels + 2, "{adder:?}");
    }
}
