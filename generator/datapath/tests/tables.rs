//! The tables of the look-up-table core: as few adders as there can be, as shallow as promised, every entry right.

#![expect(clippy::print_stdout, reason = "the counts are published")]

mod common;

use common::{alone, paths};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tritloom_datapath::ternary_lut::{Build, table};
use tritloom_hdl::{Bits, Evaluator, Primitive};

const BUILDS: [Build; 3] = [Build::Minimal, Build::Balanced, Build::Pipelined];
/// By group size less one.
const ADDERS: [u64; 6] = [0, 2, 10, 36, 116, 358];
const LEVELS: [u32; 6] = [0, 1, 2, 2, 3, 3];

fn each(mut test: impl FnMut(u32, u32, Build)) {
    for group_size in 1..=6 {
        for activation_bits in [4, 8, 16] {
            BUILDS.into_iter().for_each(|build| test(group_size, activation_bits, build));
        }
    }
}

#[test]
fn a_table_has_an_adder_for_each_entry_that_is_no_activation() {
    each(|group_size, activation_bits, build| {
        let census = alone(&table(group_size, activation_bits, build)).census();
        assert_eq!(census.get(Primitive::Adder).count, ADDERS[group_size as usize - 1], "mu {group_size} {build:?}");
        let entries = (3_u32.pow(group_size) - 1) / 2;
        println!(
            "group size {group_size}, {activation_bits} bits, {build:?}: {entries} entries, {} adders",
            census.get(Primitive::Adder).count
        );
        let others = census.iter().filter(|(kind, _)| !matches!(kind, Primitive::Adder | Primitive::EnabledRegister));
        assert_eq!(others.count(), 0, "mu {group_size} {build:?}: {census:?}");
    });
}

#[test]
fn tables_are_as_deep_as_their_build_promises() {
    each(|group_size, activation_bits, build| {
        let levels = LEVELS[group_size as usize - 1];
        let promised = match build {
            Build::Minimal => group_size - 1,
            Build::Balanced => levels,
            Build::Pipelined => levels.min(1),
        };
        let module = table(group_size, activation_bits, build);
        assert_eq!(paths::depth(&module, paths::is_adder), promised, "mu {group_size} {build:?}");
    });
}

#[test]
fn every_way_through_a_table_has_as_many_registers() {
    each(|group_size, activation_bits, build| {
        let levels = LEVELS[group_size as usize - 1];
        let stages = if build == Build::Pipelined { levels.saturating_sub(1) } else { 0 };
        let found = paths::registers(&table(group_size, activation_bits, build));
        assert_eq!(found, (stages, stages), "mu {group_size} {build:?}");
    });
}

#[test]
fn entries_are_the_sums_of_their_digits() {
    let mut random = ChaCha8Rng::seed_from_u64(31);
    each(|group_size, activation_bits, build| {
        let mut bench = TableBench::new(group_size, activation_bits, build);
        if activation_bits == 4 && group_size <= 3 {
            let low_bits = |pattern: u32, position: u32| ((pattern >> (4 * position)) as i32) << 28 >> 28;
            let every =
                (0..1 << (4 * group_size)).map(|pattern| (0..group_size).map(|at| low_bits(pattern, at)).collect());
            every.for_each(|activations: Vec<i32>| bench.check(&activations));
        } else {
            let top = 1 << (activation_bits - 1);
            (0..60).for_each(|_| {
                bench.check(&(0..group_size).map(|_| random.random_range(-top..top)).collect::<Vec<_>>())
            });
            // All corners: each activation the smallest or the largest.
            let corner = |mask: u32, at: u32| if mask >> at & 1 == 1 { -top } else { top - 1 };
            (0..1 << group_size)
                .for_each(|mask| bench.check(&(0..group_size).map(|at| corner(mask, at)).collect::<Vec<_>>()));
        }
    });
}

struct TableBench {
    evaluator: Evaluator,
    activation_bits: u32,
    stages: u32,
    /// For each entry, the lowest first, the weights that it stands for.
    weights: Vec<Vec<i32>>,
}

impl TableBench {
    fn new(group_size: u32, activation_bits: u32, build: Build) -> TableBench {
        let module = table(group_size, activation_bits, build);
        let mut evaluator = Evaluator::new(&alone(&module));
        if module.port("advance").is_some() {
            evaluator.set("advance", &Bits::from_u64(1, 1)).expect("one bit");
        }
        let (_, stages) = paths::registers(&module);
        TableBench { evaluator, activation_bits, stages, weights: weights_of_entries(group_size) }
    }

    fn check(&mut self, activations: &[i32]) {
        let lanes: Vec<Bits> =
            activations.iter().map(|&value| Bits::from_i128(value.into(), self.activation_bits)).collect();
        self.evaluator.set("activations", &Bits::join(&lanes)).expect("as wide as the group");
        (0..self.stages).for_each(|_| self.evaluator.clock());
        let entries = self.evaluator.get("entries").expect("the entries");
        let width = entries.width() / self.weights.len() as u32;
        for (position, weights) in self.weights.iter().enumerate() {
            let sum: i32 = weights.iter().zip(activations).map(|(weight, activation)| weight * activation).sum();
            let entry = entries.slice(position as u32 * width, width).to_i128();
            assert_eq!(entry, Some(sum.into()), "entry {position} of {activations:?} with weights {weights:?}");
        }
    }
}

/// Every group of weights with a positive value in base three, in the order of the values.
fn weights_of_entries(group_size: u32) -> Vec<Vec<i32>> {
    let mut groups: Vec<Vec<i32>> = vec![Vec::new()];
    for _ in 0..group_size {
        groups =
            groups.iter().flat_map(|group| [-1, 0, 1].map(|weight| [group.as_slice(), &[weight]].concat())).collect();
    }
    // The first weight is the most significant digit, so the order is that of the values, with zero in the middle.
    groups.split_off(groups.len() / 2 + 1)
}
