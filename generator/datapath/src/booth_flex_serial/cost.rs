//! The primitives of feeder and element in closed form.

use super::RADIX;
use super::element::profile;
use super::parameters::Config;
use crate::arith::bit_heap::Plan;
use crate::arith::recode::booth::digit_census;
use crate::arith::recode::digit_product::product_census;
use crate::arith::recode::pending::next_pending_census;
use crate::arith::reduction::balanced_census;
use crate::array::ElementCensus;
use crate::census::{copies, sum_of};
use tritloom_hdl::Census;
use tritloom_hdl::Primitive::{Adder, AndOr, EnabledRegister, Inverter, Multiplexer, Reduction, Xor};

pub(super) fn element(config: &Config) -> ElementCensus {
    let depth = config.geometry.depth.into();
    let products = copies(&product_census(RADIX.digit_set(), config.moved()), depth);
    let feeder = if config.skips { skipping(config) } else { in_order(config) };
    let mut parts = vec![("digit products", products)];
    parts.extend(match config.carry_save {
        false => [("reduction", reduction(config)), ("accumulate", accumulate_resolved(config))],
        true => [("compression", compression(config)), ("accumulate", accumulate_carry_save(config))],
    });
    ElementCensus { feeder: Some(feeder), parts, ..ElementCensus::default() }
}

fn reduction(config: &Config) -> Census {
    balanced_census(config.geometry.depth.into(), config.geometry.product_magnitude(), true)
}

fn accumulate_resolved(config: &Config) -> Census {
    let width = config.geometry.sum_bits();
    sum_of(&[
        (Inverter, 1, 1),
        (AndOr, 1, width),     // base
        (Adder, 1, width + 1), // total
        (EnabledRegister, 1, width),
    ])
}

fn compression(config: &Config) -> Census {
    Plan::new(&profile(config), &config.tree.compression()).census()
}

fn accumulate_carry_save(config: &Config) -> Census {
    let width = config.geometry.sum_bits();
    sum_of(&[
        (Inverter, 1, 1),
        (AndOr, 2, width), // words so far
        (EnabledRegister, 2, width),
    ])
}

/// Activations and weights of a beat.
fn counts(config: &Config) -> (u32, u32) {
    let geometry = &config.geometry;
    (geometry.rows * geometry.depth, geometry.columns * geometry.depth)
}

fn in_order(config: &Config) -> Census {
    let (activations, weights) = counts(config);
    let (window, moved, behind) = (config.geometry.weight_bits + 1, config.moved_bits(), config.digits() - 1);
    let mut census = sum_of(&[
        (AndOr, 1, 1), // change
        (Multiplexer, weights.into(), window),
        (EnabledRegister, 1, weights * window),
        (Multiplexer, activations.into(), moved),
        (EnabledRegister, 1, activations * moved),
        (Multiplexer, 1, behind),
        (EnabledRegister, 1, behind),
        (Inverter, 1, 1), // spent
    ]);
    census.add_census(&digit_census(RADIX), weights.into());
    census
}

fn skipping(config: &Config) -> Census {
    let (activations, weights) = counts(config);
    let (digits, moved) = (config.digits(), config.moved_bits());
    let choices = u64::from(2 * digits - 1);
    let mut census = sum_of(&[
        (AndOr, 1, 1),                             // change
        (Xor, 2 * u64::from(digits * weights), 1), // digits other than zero
        (AndOr, (digits * weights).into(), 1),
        (Reduction, digits.into(), weights), // at each position
        (Multiplexer, 1, digits),            // pending
        (EnabledRegister, 2, digits),        // remaining, select
        (EnabledRegister, 1, activations * config.geometry.activation_bits),
        (EnabledRegister, 1, weights * config.geometry.weight_bits),
        (AndOr, choices * u64::from(activations), moved),
        (AndOr, choices * u64::from(weights), RADIX.step() + 1), // windows
        (Reduction, 1, digits),
        (Inverter, 1, 1), // spent
    ]);
    census.add_census(&next_pending_census(digits), 1);
    census.add_census(&digit_census(RADIX), weights.into());
    census
}
