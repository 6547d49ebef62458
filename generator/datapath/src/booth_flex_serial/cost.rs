//! The primitives of feeder and element in closed form.

use super::RADIX;
use super::element::{profile, taken_census};
use super::parameters::{Config, Shift};
use crate::arith::bit_heap::Plan;
use crate::arith::recode::booth::digit_census;
use crate::arith::recode::digit_product::{moved_up_census, product_census};
use crate::arith::recode::pending::next_pending_census;
use crate::array::{ControlCensus, ElementCensus, FeederCensus, enabled_sum_census};
use crate::census::{copies, sum_of};
use tritloom_hdl::Census;
use tritloom_hdl::Primitive::{Adder, AndOr, EnabledRegister, Inverter, Multiplexer, Reduction, Table, Xor};

pub(super) fn element(config: &Config) -> ElementCensus {
    let depth = config.geometry.depth.into();
    let mut products = copies(&product_census(RADIX.digit_set(), config.seen_activation()), depth);
    if config.passes_sums() {
        products.add_census(&taken_census(config), 1);
    }
    let mut parts = vec![("digit products", products)];
    if config.shift == Shift::Element || !config.carry_save {
        parts.push(("reduction", reduction(config)));
    }
    if config.shift == Shift::Element {
        parts.push(("shift", shift(config)));
    }
    let (stays, width) = (u64::from(!config.passes_sums()), config.geometry.kept_bits());
    if config.carry_save {
        parts.push(("compression", compression(config)));
    }
    parts.push((
        "accumulate",
        match config.carry_save {
            true => copies(&enabled_sum_census(width), stays),
            false => accumulate_resolved(config),
        },
    ));
    let feeder = (!config.passes_sums()).then(|| FeederCensus {
        primitives: if config.skips { skipping(config) } else { in_order(config) },
        dealt_bits: config.dealt_bits(),
        in_a_cycle: false,
    });
    let decoder = if config.passes_sums() { Census::default() } else { control(config) };
    ElementCensus {
        control: ControlCensus { decoder, ..ControlCensus::default() },
        feeder,
        parts,
        ..ElementCensus::default()
    }
}

/// Of the digits that a mode has beyond one.
fn control(config: &Config) -> Census {
    let digits = config.digits();
    sum_of(&[(Table, 1, digits * (digits - 1))])
}

fn reduction(config: &Config) -> Census {
    config.adders.census(config.geometry.depth.into(), config.term_magnitude(), true)
}

fn shift(config: &Config) -> Census {
    let (_, full) = config.terms();
    moved_up_census(full - config.furthest(), config.position_bits(), RADIX.step())
}

fn accumulate_resolved(config: &Config) -> Census {
    let (stays, width) = (u64::from(!config.passes_sums()), config.geometry.kept_bits());
    sum_of(&[
        (Inverter, stays, 1),
        (AndOr, stays, width), // base
        (Adder, 1, width + 1), // total
        (EnabledRegister, stays, width),
    ])
}

fn compression(config: &Config) -> Census {
    Plan::new(&profile(config), &config.tree.compression()).census()
}

/// Activations and weights of a beat.
fn counts(config: &Config) -> (u32, u32) {
    let geometry = &config.geometry;
    (geometry.operand_rows() * geometry.depth, geometry.operand_columns() * geometry.depth)
}

fn in_order(config: &Config) -> Census {
    let (activations, weights) = counts(config);
    let (window, behind) = (config.geometry.weight_bits + 1, config.digits() - 1);
    let seen = config.seen_activation().width;
    let mut census = sum_of(&[
        (AndOr, 1, 1), // change
        (Multiplexer, weights.into(), window),
        (EnabledRegister, 1, weights * window),
        (EnabledRegister, 1, activations * seen),
        (Multiplexer, 1, behind),
        (EnabledRegister, 1, behind),
        (Inverter, 1, 1), // spent
    ]);
    match config.at_edge() {
        true => census.add(Multiplexer, activations.into(), seen.into()),
        false => census.add_census(&counter(config), 1),
    }
    census.add_census(&digit_census(RADIX), weights.into());
    census
}

/// Of the position.
fn counter(config: &Config) -> Census {
    let bits = config.position_bits();
    sum_of(&[(Adder, 1, bits + 1), (Multiplexer, 1, bits), (EnabledRegister, 1, bits)])
}

fn skipping(config: &Config) -> Census {
    let (activations, weights) = counts(config);
    let digits = config.digits();
    let choices = u64::from(2 * digits - 1);
    let mut census = sum_of(&[
        (AndOr, 1, 1),                             // change
        (Xor, 2 * u64::from(digits * weights), 1), // digits other than zero
        (AndOr, (digits * weights).into(), 1),
        (Reduction, digits.into(), weights), // at each position
        (AndOr, 1, digits),                  // of the mode
        (Multiplexer, 1, digits),            // pending
        (EnabledRegister, 2, digits),        // remaining, select
        (EnabledRegister, 1, activations * config.geometry.activation_bits),
        (EnabledRegister, 1, weights * config.geometry.weight_bits),
        (AndOr, choices * u64::from(weights), RADIX.step() + 1), // windows
        (Reduction, 1, digits),
        (Inverter, 1, 1), // spent
    ]);
    match config.at_edge() {
        true => census.add(AndOr, choices * u64::from(activations), config.seen_activation().width.into()),
        false => census.add(EnabledRegister, 1, config.position_bits().into()),
    }
    census.add_census(&next_pending_census(digits), 1);
    census.add_census(&digit_census(RADIX), weights.into());
    census
}
