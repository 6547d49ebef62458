//! The primitives of serial elements and of what stands before them, in closed form.

use super::element::{RADIX, positions};
use super::encoder::{Time, ahead_census, dealer_census, edge_census, encoder_census};
use super::feeder::{dealt_bits, digit_lanes};
use super::parameters::Config;
use super::serial::{holds_products, profile};
use crate::arith::bit_heap::Plan;
use crate::arith::recode::digit_product::product_census;
use crate::array::{ElementCensus, FeederCensus, cleared_sum_census, moving_sum_census};
use crate::census::{Parts, copies, sum_of};
use tritloom_hdl::Census;
use tritloom_hdl::Primitive::{AndOr, EnabledRegister, Reduction, Register, ResetRegister};

pub(super) fn element(config: &Config) -> ElementCensus {
    let depth = config.geometry.depth;
    let edge = (edge_census(depth, positions(config.recoded()).count), depth * RADIX.digit_set().bits());
    let (row_edge, column_edge) = if config.passes_sums() { (Some(edge), None) } else { (None, Some(edge)) };
    ElementCensus {
        row_edge,
        column_edge,
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
    let (width, whole) = (geometry.kept_bits(), config.whole());
    let waits = !config.drains() && !config.passes_sums();
    let mut selected = Census::default();
    groups.iter().for_each(|group| selected.add(AndOr, 2 * group.len() as u64 - 1, whole.width.into()));
    let held = if waits { EnabledRegister } else { Register };
    let mut products = copies(&product_census(RADIX.digit_set(), whole), groups.len() as u64);
    if holds_products(config) {
        products.add(held, groups.len() as u64, RADIX.digit_set().product_bits(whole).into());
        products.add(held, groups.len() as u64, 1); // carry
    } else {
        selected.add(held, groups.len() as u64, whole.width.into());
        selected.add(held, groups.len() as u64, RADIX.digit_set().bits().into());
    }
    if waits {
        products.add(AndOr, u64::from(RADIX.digit_set().reach()) * groups.len() as u64, 1); // only where they are added
    }
    let mut parts = vec![
        (if config.passes_sums() { "weights" } else { "activations" }, selected),
        ("digit products", products),
        ("compression", Plan::new(&profile(config), &config.tree.compression()).census()),
    ];
    if waits {
        parts.push(("accumulate", moving_sum_census(width, false)));
    } else if config.drains() {
        parts.push(("accumulate", cleared_sum_census(width)));
    }
    if config.elements_find_digits() {
        parts.insert(0, ("encoder", encoder_census(geometry.depth)));
    }
    parts
}

fn feeder(config: &Config) -> Census {
    let geometry = &config.geometry;
    let (lanes, digits) = (digit_lanes(config), geometry.depth * RADIX.digit_set().bits());
    let (groups, always) = (config.groups(), config.drains());
    // Activations that are held beside the digits.
    let rows = if config.passes_sums() { 0 } else { geometry.operand_rows() };
    if config.has_one_place() {
        return sum_of(&[
            (Time::register(always), 1, rows * geometry.row_bits()),
            (Reduction, lanes.into(), RADIX.digit_set().reach()), // non-zero
            (AndOr, if always { lanes.into() } else { 0 }, 1),    // entering
            (Time::register(always), lanes.into(), 1),            // selected
            (Time::register(always), lanes.into(), digits),
            (AndOr, lanes.into(), digits),
        ]);
    }
    let mut census = sum_of(&[
        (EnabledRegister, rows.into(), geometry.row_bits()),
        (AndOr, 3, 1), // more
        (Reduction, 2, lanes * groups.len() as u32),
        (ResetRegister, 1, 1),
    ]);
    census.add_census(&Time::room_census(always), rows.into());
    match config.elements_find_digits() {
        true => {
            census.add(Time::register(always), lanes.into(), 1); // fresh
            census.add(AndOr, if always { lanes.into() } else { 0 }, 1);
            census.add(EnabledRegister, lanes.into(), digits.into());
            census.add_census(&Time::room_census(always), lanes.into());
            census.add_census(&ahead_census(geometry.depth, always), lanes.into());
        }
        false => groups.iter().for_each(|group| {
            census.add_census(&dealer_census(group.len() as u32, always), lanes.into());
        }),
    }
    census
}
