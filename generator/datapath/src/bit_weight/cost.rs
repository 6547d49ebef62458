//! The primitives of an element in closed form.

use super::element::{RADIX, digit_sum_profile, edge_bits, profile};
use super::parameters::{Config, Recoding, Step};
use super::products::{block_sum, blocks};
use super::serial_cost;
use crate::arith::bit_heap::{Plan, Profile};
use crate::arith::recode::{booth, digit_product, ent};
use crate::array::ElementCensus;
use crate::census::{Parts, copies, products, sum_of};
use tritloom_hdl::Primitive::{Adder, AndOr, EnabledRegister, Inverter, Multiplexer, Register};

pub(super) fn element(config: &Config) -> ElementCensus {
    match config.step {
        Step::Baseline => ElementCensus { parts: baseline(config), ..ElementCensus::default() },
        Step::Opt1 => carry_save(config, &profile(config), 1),
        Step::Opt2 => carry_save(config, &digit_sum_profile(config), RADIX.digits(config.geometry.weight())),
        Step::Opt3 | Step::Opt4c | Step::Opt4e => serial_cost::element(config),
    }
}

fn baseline(config: &Config) -> Parts {
    let geometry = &config.geometry;
    let (depth, width) = (geometry.depth.into(), geometry.kept_bits());
    let (kept, drains) = (u64::from(!config.passes_sums()), u64::from(config.drains()));
    let accumulate = sum_of(&[
        (AndOr, drains, 1), // change
        (Multiplexer, drains, width),
        (Adder, 1, width + 1), // total
        (Inverter, kept, 1),
        (AndOr, kept, width),           // base
        (EnabledRegister, kept, width), // sum
    ]);
    vec![
        ("multiply", products(depth, [geometry.activation_bits, geometry.weight_bits])),
        ("reduction", config.adders.census(depth, geometry.product_magnitude(), false)),
        ("accumulate", accumulate),
    ]
}

/// An element with so many sums, what is added to each given by its profile.
fn carry_save(config: &Config, profile: &Profile, sums: u32) -> ElementCensus {
    let geometry = &config.geometry;
    let (depth, width) = (geometry.depth.into(), profile.width());
    let kept_carries = profile.carries().count(width);
    let recoder = match config.recoding {
        Recoding::Ent => ent::recoder_census(geometry.weight()),
        Recoding::Edge | Recoding::Element => booth::recoder_census(RADIX, geometry.weight()),
    };
    let recoders = copies(&recoder, depth);
    let positions = RADIX.digits(geometry.weight());
    let products = depth * u64::from(positions);
    let product = digit_product::product_census(RADIX.digit_set(), geometry.activation());
    let kept = if config.passes_sums() { 0 } else { sums.into() };
    let drains = u64::from(config.drains());
    let accumulate = sum_of(&[
        (AndOr, drains, 1), // keep
        (Inverter, 1, 1),
        (AndOr, 1 + 2 * drains, width), // word so far
        (AndOr, 1 + 2 * drains, kept_carries),
        (Register, 1, width), // word
        (Register, 1, kept_carries),
    ]);
    let mut compression = Plan::new(profile, &config.tree.compression()).census();
    let blocks = blocks(config, positions / sums);
    if blocks.count > 0 {
        compression.add_census(&block_sum(config, blocks).census(), u64::from(blocks.count * positions / sums));
    }
    let mut parts = vec![
        ("digit products", copies(&product, products)),
        ("compression", copies(&compression, sums.into())),
        ("accumulate", copies(&accumulate, kept)),
    ];
    let column_edge = match config.recoding {
        Recoding::Element => {
            parts.insert(0, ("recoding", recoders));
            None
        }
        Recoding::Ent => {
            parts.insert(0, ("recoding", copies(&ent::digit_census(true), products)));
            Some((recoders, edge_bits(config) * geometry.depth))
        }
        Recoding::Edge => Some((recoders, edge_bits(config) * geometry.depth)),
    };
    ElementCensus { column_edge, adds_always: true, parts, ..ElementCensus::default() }
}
