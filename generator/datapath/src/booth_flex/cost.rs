//! The primitives of the family's parts in closed form, in the order of the text of `element`.

use super::edge::{column_edge_census, recoded_census, row_edge_census};
use super::element::{
    PRODUCT_ARRIVAL, SHIFT_ARRIVAL, SUM_ARRIVAL, gathered_bits, is_gathered, product_bits, reads_control, row_ranges,
    shift_bounds,
};
use super::parameters::Config;
use crate::arith::adder::CarryOut;
use crate::arith::bit_heap::{Plan, Profile};
use crate::arith::recode::digit_product;
use crate::array::{ControlCensus, ElementCensus};
use crate::census::{Parts, copies, sum_of};
use tritloom_hdl::Census;
use tritloom_hdl::Primitive::{AndOr, EnabledRegister, Inverter};

pub(super) fn census(config: &Config) -> ElementCensus {
    let read: Vec<u32> = (0..=config.geometry.element_stages).filter(|&stage| reads_control(config, stage)).collect();
    ElementCensus {
        control: ControlCensus {
            decoder: config.lines.decode_census(),
            bits: config.lines.count(),
            stages: read.last().map_or(0, |last| 1 + last),
            read: read.len() as u32,
        },
        row_edge: row_edge_census(config),
        column_edge: column_edge_census(config),
        parts: element(config),
        ..ElementCensus::default()
    }
}

/// A word of a sum.
#[derive(Clone, Copy)]
struct Word {
    low: u32,
    bits: u32,
    arrival: u32,
}

fn element(config: &Config) -> Parts {
    let stages = config.geometry.element_stages;
    let (mut compression, mut registers) = (Census::default(), Census::default());
    let mut words: Vec<Vec<Word>> =
        (0..config.lane.digits).map(|digit| gathered(config, digit, &mut compression)).collect();
    if stages > 1 {
        words.iter_mut().for_each(|words| *words = held(words, &mut registers));
    }
    let (shifts, mut shifted) = shifted(config, &words);
    if stages > 0 {
        let mut profile = Profile::new(product_bits(config));
        add_words(&mut profile, &shifted);
        let plan = Plan::new(&profile, &config.tree.compression());
        compression.add_census(&plan.census(), 1);
        shifted = held(&rows(&plan), &mut registers);
    }
    let plan = sum_plan(config, &shifted);
    compression.add_census(&plan.census(), 1);
    let mut parts = Parts::new();
    if !config.recoding_at_edge {
        parts.push(("recoding", recoded_census(config)));
    }
    parts.extend([
        ("digit products", products(config)),
        ("shifts", shifts),
        ("compression", compression),
        ("pipeline", registers),
        ("accumulate", accumulate(config)),
    ]);
    parts
}

/// The product of a digit in every lane, with its sign inverted.
fn products(config: &Config) -> Census {
    let (lane, shapes) = (&config.lane, config.activations());
    let mut products = Census::default();
    for digit in 0..lane.digits {
        products.add_census(&digit_product::product_census(lane.digit_set(), shapes[lane.activation_of(digit)]), 1);
        products.add(Inverter, 1, 1);
    }
    copies(&products, config.geometry.depth.into())
}

/// The products of one digit, or the words of their sum.
fn gathered(config: &Config, digit: u32, compression: &mut Census) -> Vec<Word> {
    let product = Word { low: 0, bits: config.product_bits(digit), arrival: PRODUCT_ARRIVAL };
    let carry = Word { low: 0, bits: 1, arrival: 0 };
    let products = [product, carry].repeat(config.geometry.depth as usize);
    if !is_gathered(config, digit) {
        return products;
    }
    let mut profile = Profile::new(gathered_bits(config, digit));
    add_words(&mut profile, &products);
    let plan = Plan::new(&profile, &config.tree.compression());
    compression.add_census(&plan.census(), 1);
    rows(&plan)
}

fn rows(plan: &Plan) -> Vec<Word> {
    let word = |(low, bits): (u32, u32)| Word { low, bits, arrival: plan.arrival() };
    row_ranges(plan).into_iter().map(word).collect()
}

/// The words behind registers.
fn held(words: &[Word], registers: &mut Census) -> Vec<Word> {
    words.iter().for_each(|word| registers.add(EnabledRegister, 1, word.bits.into()));
    words.iter().map(|word| Word { arrival: 0, ..*word }).collect()
}

/// The choices among shifts, and the words of all digits behind them.
fn shifted(config: &Config, words: &[Vec<Word>]) -> (Census, Vec<Word>) {
    let (mut census, mut shifted) = (Census::default(), Vec::new());
    for (digit, word) in (0..).zip(words).flat_map(|(digit, words)| words.iter().map(move |word| (digit, word))) {
        let shifts = config.lane.shifts(digit);
        let (least, most) = shift_bounds(&shifts);
        let bits = word.bits + most - least;
        let sets: Vec<_> = shifts.iter().map(|(_, set)| *set).collect();
        census.add_census(&config.lines.choose_census(&sets, bits), 1);
        let arrival = word.arrival + if least < most { SHIFT_ARRIVAL } else { 0 };
        shifted.push(Word { low: word.low + least, bits, arrival });
    }
    (census, shifted)
}

fn add_words(profile: &mut Profile, words: &[Word]) {
    words.iter().for_each(|word| profile.add_unsigned(word.bits, word.low, word.arrival));
}

/// The tree that the sum so far is in.
fn sum_plan(config: &Config, words: &[Word]) -> Plan {
    let width = config.geometry.kept_bits();
    let mut profile = Profile::new(width);
    add_words(&mut profile, words);
    for (column, set) in (0..).zip(config.correction()) {
        match (set, config.lines.is_constant(set)) {
            (0, _) => {}
            (_, true) => profile.add_constant(1, column),
            (_, false) => profile.add_bit(column, 0),
        }
    }
    (0..sum_words(config)).for_each(|_| profile.add_unsigned(width, 0, SUM_ARRIVAL));
    Plan::new(&profile, &config.tree.compression())
}

fn sum_words(config: &Config) -> u32 {
    if config.carry_save { 2 } else { 1 }
}

fn accumulate(config: &Config) -> Census {
    let (words, width) = (sum_words(config).into(), config.geometry.kept_bits());
    let mut census = sum_of(&[(Inverter, 1, 1), (AndOr, words, width), (EnabledRegister, words, width)]);
    if !config.carry_save {
        census.add_census(&config.geometry.resolve.census(width, CarryOut::Dropped), 1);
    }
    census
}
