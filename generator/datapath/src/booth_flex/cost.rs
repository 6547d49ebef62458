//! The primitives of the family's parts in closed form, in the order of the text of `element`.

use super::digit_sum::DigitSum;
use super::edge::{column_edge_census, masks, recoded_census, row_edge_census};
use super::element::{
    PRODUCT_ARRIVAL, SHIFT_ARRIVAL, SUM_ARRIVAL, blocks, is_gathered, least_shift, reads_control, row_ranges,
    shapes_in_blocks, shift_bounds,
};
use super::parameters::Config;
use crate::arith::adder::CarryOut;
use crate::arith::bit_heap::{PartialSum, Plan, Profile};
use crate::arith::recode::digit_product;
use crate::array::{ControlCensus, ElementCensus};
use crate::census::{Parts, copies, sum_of};
use tritloom_hdl::Primitive::{AndOr, EnabledRegister, Inverter, Register};
use tritloom_hdl::{Census, Primitive};

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
        row_edge_masks: masks(config),
        column_edge: column_edge_census(config),
        parts: element(config),
        ..ElementCensus::default()
    }
}

/// What is added to the sum: a signed word and a carry.
#[derive(Clone, Copy)]
struct Summand {
    low: u32,
    bits: u32,
    arrival: u32,
}

fn element(config: &Config) -> Parts {
    let (mut compression, mut registers) = (Census::default(), Census::default());
    let gathered: Vec<Vec<Summand>> =
        (0..config.lane.digits).map(|digit| gathered(config, digit, &mut compression, &mut registers)).collect();
    let (shifts, summands) = shifted(config, &gathered);
    let mut profile = Profile::new(config.geometry.kept_bits());
    match config.geometry.element_stages {
        0 => {
            join_blocks(config, &mut profile);
            add_summands(&mut profile, &summands);
        }
        _ => compression.add_census(&add_held_products(config, &summands, &mut profile, &mut registers), 1),
    }
    (0..sum_words(config)).for_each(|_| profile.add_unsigned(config.geometry.kept_bits(), 0, SUM_ARRIVAL));
    compression.add_census(&Plan::new(&profile, &config.tree.compression()).census(), 1);
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

/// The product of each digit in every lane.
fn products(config: &Config) -> Census {
    let (lane, shapes) = (&config.lane, config.activations());
    let mut products = Census::default();
    for digit in 0..lane.digits {
        products.add_census(&digit_product::product_census(lane.digit_set(), shapes[lane.activation_of(digit)]), 1);
    }
    copies(&products, config.geometry.depth.into())
}

/// The products of one digit, or their sum; behind registers where there are two stages of them.
fn gathered(config: &Config, digit: u32, compression: &mut Census, registers: &mut Census) -> Vec<Summand> {
    let product = Summand { low: 0, bits: config.product_bits(digit), arrival: PRODUCT_ARRIVAL };
    let summands = match is_gathered(config, digit) {
        true => {
            let sum = DigitSum::new(config, digit);
            compression.add_census(&sum.census(), 1);
            vec![Summand { low: 0, bits: sum.bits(), arrival: sum.arrival() }]
        }
        false => {
            let blocks = blocks(config, digit);
            blocks.iter().for_each(|blocks| compression.add_census(&blocks.census(), 1));
            vec![product; (config.geometry.depth - blocks.map_or(0, |blocks| blocks.lanes())) as usize]
        }
    };
    if config.geometry.element_stages < 2 {
        return summands;
    }
    summands
        .iter()
        .flat_map(|summand| [summand.bits, 1])
        .for_each(|bits| registers.add(pipeline_register(config), 1, bits.into()));
    summands.iter().map(|summand| Summand { arrival: 0, ..*summand }).collect()
}

/// The choices among shifts, and what is added behind them.
fn shifted(config: &Config, gathered: &[Vec<Summand>]) -> (Census, Vec<Summand>) {
    let (mut census, mut shifted) = (Census::default(), Vec::new());
    for (digit, summand) in (0..).zip(gathered).flat_map(|(digit, all)| all.iter().map(move |one| (digit, one))) {
        let shifts = config.lane.shifts(digit);
        let (least, most) = shift_bounds(&shifts);
        let bits = summand.bits + most - least;
        let sets: Vec<_> = shifts.iter().map(|(_, set)| *set).collect();
        census.add_census(&config.lines.choose_census(&sets, bits), 1);
        let arrival = summand.arrival + if least < most { SHIFT_ARRIVAL } else { 0 };
        shifted.push(Summand { low: summand.low + least, bits, arrival });
    }
    (census, shifted)
}

fn add_summands(profile: &mut Profile, summands: &[Summand]) {
    for summand in summands {
        profile.add_signed(summand.bits, summand.low, summand.arrival);
        profile.add_bit(summand.low, 0);
    }
}

/// Adds what blocks leave to a profile; gives by how much it is then too large, if nothing takes it back.
fn join_blocks(config: &Config, profile: &mut Profile) -> i128 {
    let mut bias = 0;
    for (digit, blocks) in (0..config.lane.digits).filter_map(|digit| Some((digit, blocks(config, digit)?))) {
        let low = least_shift(config, digit);
        blocks.join_profile(profile, low);
        bias += blocks.bias() << low;
    }
    bias
}

/// The compression of a beat's products to two words; `profile` gets these.
fn add_held_products(config: &Config, summands: &[Summand], profile: &mut Profile, registers: &mut Census) -> Census {
    let shapes = summands.iter().map(|summand| (summand.low, summand.bits)).chain(shapes_in_blocks(config));
    let mut products = Profile::new(PartialSum::bits(shapes));
    let bias = join_blocks(config, &mut products);
    products.add_constant(bias, 0);
    profile.add_constant(-bias, 0);
    for Summand { low, bits, arrival } in summands {
        products.add_unsigned(*bits, *low, *arrival);
        products.add_bit(*low, 0);
        profile.add_constant(-1, low + bits - 1);
    }
    let plan = Plan::new(&products, &config.tree.compression());
    for (low, bits) in row_ranges(&plan) {
        registers.add(pipeline_register(config), 1, bits.into());
        profile.add_unsigned(bits, low, 0);
    }
    let mut census = plan.census();
    census.add(Inverter, summands.len() as u64, 1);
    census
}

/// Where nothing waits the pipeline always moves.
fn pipeline_register(config: &Config) -> Primitive {
    if config.passes_sums() { Register } else { EnabledRegister }
}

fn sum_words(config: &Config) -> u32 {
    if config.carry_save { 2 } else { 1 }
}

fn accumulate(config: &Config) -> Census {
    let (words, width) = (sum_words(config).into(), config.geometry.kept_bits());
    let mut census = match config.passes_sums() {
        true => Census::default(),
        false => sum_of(&[(Inverter, 1, 1), (AndOr, words, width), (EnabledRegister, words, width)]),
    };
    if !config.carry_save {
        census.add_census(&config.geometry.resolve.census(width, CarryOut::Dropped), 1);
    }
    census
}
