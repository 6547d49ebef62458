//! The primitives of serial elements and of what stands before them, in closed form.

use super::element::{RADIX, positions};
use super::encoder::{Time, ahead_census, dealer_census, edge_census, encoder_census};
use super::feeder::dealt_bits;
use super::parameters::Config;
use super::serial::{holds_products, profile};
use crate::arith::bit_heap::Plan;
use crate::arith::recode::digit_product::product_census;
use crate::array::{ElementCensus, FeederCensus, cleared_sum_census, moving_sum_census};
use crate::census::{Parts, copies, sum_of};
use tritloom_hdl::Census;
use tritloom_hdl::Primitive::{AndOr, EnabledRegister, Reduction, Register, ResetRegister};

pub(super) fn element(config: &Config) -> ElementCensus {
    let geometry = &config.geometry;
    let edge = edge_census(geometry.depth, positions(geometry.weight()).count);
    ElementCensus {
        column_edge: Some((edge, geometry.depth * RADIX.digit_set().bits())),
        feeder: Some(FeederCensus {
            primitives: feeder(config),
            dealt_bits: dealt_bits(config),
            in_a_cycle: config.has_one_place(),
        }),
        parts: parts(config),
        ..ElementCensus::default()
    }
}

fn parts(config: &Config) -> Parts {
    let (geometry, groups) = (&config.geometry, config.groups());
    let (width, activation) = (geometry.kept_bits(), geometry.activation_bits);
    let mut activations = Census::default();
    groups.iter().for_each(|group| activations.add(AndOr, 2 * group.len() as u64 - 1, activation.into()));
    let held = if config.drains() { Register } else { EnabledRegister };
    let mut products = copies(&product_census(RADIX.digit_set(), geometry.activation()), groups.len() as u64);
    if holds_products(config) {
        products.add(held, groups.len() as u64, RADIX.digit_set().product_bits(geometry.activation()).into());
        products.add(held, groups.len() as u64, 1); // carry
    } else {
        activations.add(held, groups.len() as u64, activation.into());
        activations.add(held, groups.len() as u64, RADIX.digit_set().bits().into());
    }
    if !config.drains() {
        products.add(AndOr, u64::from(RADIX.digit_set().reach()) * groups.len() as u64, 1); // only where they are added
    }
    let accumulate = if config.drains() { cleared_sum_census(width) } else { moving_sum_census(width, false) };
    let mut parts = vec![
        ("activations", activations),
        ("digit products", products),
        ("compression", Plan::new(&profile(config), &config.tree.compression()).census()),
        ("accumulate", accumulate),
    ];
    if config.elements_find_digits() {
        parts.insert(0, ("encoder", encoder_census(geometry.depth)));
    }
    parts
}

fn feeder(config: &Config) -> Census {
    let geometry = &config.geometry;
    let (columns, digits) = (geometry.operand_columns(), geometry.depth * RADIX.digit_set().bits());
    let (groups, always) = (config.groups(), config.drains());
    let rows = geometry.operand_rows();
    if config.has_one_place() {
        return sum_of(&[
            (Time::register(always), 1, rows * geometry.row_bits()),
            (Reduction, columns.into(), RADIX.digit_set().reach()), // non-zero
            (AndOr, if always { columns.into() } else { 0 }, 1),    // entering
            (Time::register(always), columns.into(), 1),            // selected
            (Time::register(always), columns.into(), digits),
            (AndOr, columns.into(), digits),
        ]);
    }
    let mut census = sum_of(&[
        (EnabledRegister, rows.into(), geometry.row_bits()),
        (AndOr, 3, 1), // more
        (Reduction, 2, columns * groups.len() as u32),
        (ResetRegister, 1, 1),
    ]);
    census.add_census(&Time::room_census(always), rows.into());
    match config.elements_find_digits() {
        true => {
            census.add(Time::register(always), columns.into(), 1); // fresh
            census.add(AndOr, if always { columns.into() } else { 0 }, 1);
            census.add(EnabledRegister, columns.into(), digits.into());
            census.add_census(&Time::room_census(always), columns.into());
            census.add_census(&ahead_census(geometry.depth, always), columns.into());
        }
        false => groups.iter().for_each(|group| {
            census.add_census(&dealer_census(group.len() as u32, always), columns.into());
        }),
    }
    census
}
