//! Decoders in hardware agree with the codecs in software on every legal code.

mod common;

use common::jobs::{Job, scenario};
use common::{alone, check_scenarios, configuration, family, geometry, hardware, part};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tritloom_formats::{PortWord, WeightFormat, WordLayout, key};
use tritloom_hdl::{Bits, Evaluator};

struct DecoderBench {
    evaluator: Evaluator,
    layout: WordLayout,
    group_size: u32,
}

impl DecoderBench {
    /// `None` where the format needs no decoder.
    fn new(format: WeightFormat, group_size: u32, tables: u32) -> Option<DecoderBench> {
        let family = family("ternary_lut");
        let lanes = group_size * tables;
        let settings = format!("group_size: {group_size}, tables: {tables}, max_inputs: {lanes}, weights: {format}");
        let design = hardware(family, &configuration(family, &settings));
        let module = part(&design, &format!("{format}_to_keys"))?;
        let layout = WordLayout::new(format, group_size, tables).expect("a legal layout");
        Some(DecoderBench { evaluator: Evaluator::new(&alone(&module)), layout, group_size })
    }

    /// Compares one word, if it is legal; returns whether it is.
    fn check(&mut self, word: &PortWord) -> bool {
        let Ok(trits) = self.layout.unpack(word) else { return false };
        let key = |group: &[i8]| key::encode(group).expect("a group").to_code();
        let keys = trits.chunks(self.group_size as usize);
        let keys: Vec<Bits> = keys.map(|group| Bits::from_u64(key(group).into(), key::bits(self.group_size))).collect();
        self.evaluator.set("word", &Bits::from_limbs(word.limbs(), word.width_bits())).expect("as wide as the layout");
        assert_eq!(self.evaluator.get("keys"), Ok(Bits::join(&keys)), "mu {} {trits:?}", self.group_size);
        true
    }
}

/// A word with `code` in bits `low ..`, and beside it what `trits` pack to.
fn word_with(layout: &WordLayout, trits: &[i8], low: u32, code: u64, code_bits: u32) -> PortWord {
    let packed = layout.pack(trits).expect("ternary");
    let mut bits = Bits::from_limbs(packed.limbs(), layout.bits());
    bits.splice(low, &Bits::from_u64(code, code_bits));
    PortWord::from_limbs(layout.bits(), bits.limbs().to_vec()).expect("of that width")
}

#[test]
fn every_group_of_two_bit_codes_becomes_its_key() {
    let mut random = ChaCha8Rng::seed_from_u64(41);
    for (group_size, tables) in (2..=6).flat_map(|group_size| [(group_size, 1), (group_size, 3)]) {
        let mut bench = DecoderBench::new(WeightFormat::TwoBit, group_size, tables).expect("a decoder");
        let code_bits = 2 * group_size;
        for table in 0..tables {
            let legal = (0..1u64 << code_bits).filter(|&code| {
                let trits: Vec<i8> = (0..group_size * tables).map(|_| random.random_range(-1..=1)).collect();
                bench.check(&word_with(&bench.layout, &trits, table * code_bits, code, code_bits))
            });
            assert_eq!(legal.count(), 3usize.pow(group_size), "mu {group_size}");
        }
    }
}

#[test]
fn every_byte_of_five_trits_becomes_its_keys() {
    let mut random = ChaCha8Rng::seed_from_u64(43);
    for (group_size, tables) in (1..=6).flat_map(|group_size| [1, 2, 5, 7].map(|tables| (group_size, tables))) {
        let mut bench = DecoderBench::new(WeightFormat::FiveTrit, group_size, tables).expect("a decoder");
        let lanes = group_size * tables;
        for byte in 0..lanes.div_ceil(5) {
            let legal = (0..256).filter(|&code| {
                let trits: Vec<i8> = (0..lanes).map(|_| random.random_range(-1..=1)).collect();
                bench.check(&word_with(&bench.layout, &trits, 8 * byte, code, 8))
            });
            assert_eq!(legal.count(), 3usize.pow((lanes - 5 * byte).min(5)), "mu {group_size}, byte {byte}");
        }
    }
}

#[test]
fn words_that_are_keys_need_no_decoder() {
    for group_size in 1..=6 {
        assert!(DecoderBench::new(WeightFormat::Key, group_size, 2).is_none());
    }
    assert!(DecoderBench::new(WeightFormat::TwoBit, 1, 2).is_none());
}

#[test]
fn every_group_in_every_format_selects_its_own_sum() {
    let mut random = ChaCha8Rng::seed_from_u64(47);
    let family = family("ternary_lut");
    for (group_size, format) in (1..=6).flat_map(|group_size| WeightFormat::ALL.map(|format| (group_size, format))) {
        let groups = 3u32.pow(group_size);
        let settings = format!("group_size: {group_size}, max_inputs: 6, max_outputs: {groups}, weights: {format}");
        let parameters = configuration(family, &settings);
        // With powers of three for activations, every group has a sum of its own: its value.
        let digit = |group: u32, at: u32| (group / 3u32.pow(group_size - 1 - at) % 3) as i8 - 1;
        let weights = (0..groups).map(|group| (0..group_size).map(|at| digit(group, at)).collect()).collect();
        let activations = (0..group_size).map(|at| 3i32.pow(group_size - 1 - at)).collect();
        let job = Job { weights, activations };
        let half = i64::from(groups / 2);
        assert_eq!(job.results(), (-half..=half).collect::<Vec<i64>>());
        let parameters = parameters.with("activation", "int16");
        let scenario = scenario(&geometry(family, &parameters), &[job], &mut random);
        check_scenarios(family, &parameters, &[scenario], 47);
    }
}
