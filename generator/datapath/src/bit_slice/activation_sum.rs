//! What adds up the activations of a row, where weights have zero points: an element without multipliers.
//!
//! Activations come as elements see them: a row of the bus for each slice of the weights. In a block of rows all hold what
//! its corner holds, so that only corner rows count, in which an activation meets the lowest slice of a weight.

use super::element::{SumPorts, sum_census};
use super::grid::{shifted, shifted_census};
use super::parameters::Config;
use super::slicing::{Control, Side, Signal, Slicing};
use crate::arith::bit_heap::{BitHeap, Plan, Profile};
use crate::arith::reduction::{Term, bits_up_to, partial_bits};
use crate::census::{copies, sum_of};
use tritloom_hdl::Primitive::{AndOr, Inverter};
use tritloom_hdl::{Census, Lanes, Module, ModuleBuilder, Value, sint, uint};

/// Bits of the sum of a beat.
fn beat_bits(config: &Config) -> u32 {
    let geometry = &config.geometry;
    let greatest = geometry.modes.iter().map(|mode| u64::from(mode.places) * mode.activation.numbers.magnitude()).max();
    bits_up_to(greatest.unwrap_or(1)).min(geometry.kept_activation_bits())
}

/// Slices that have the same position in an activation: those of all places and rows of the bus.
fn slices_of_a_position(config: &Config) -> u32 {
    config.geometry.depth * config.weight.count()
}

/// The module: `sum` of the activations of a row.
pub(super) fn activation_sum(config: &Config) -> Module {
    let Config { geometry, activation, weight, adders, tree, .. } = config;
    let (width, slices, rows) = (geometry.kept_activation_bits(), config.activation_slices(), weight.count());
    let control = Control::new(*activation, *weight);
    let m = ModuleBuilder::new(
        format!(
            "activation_sum_{}_{}{}_{}_d{}_s{width}{}",
            activation.name("a"),
            weight.name("w"),
            adders.name_suffix(),
            tree.name(),
            geometry.depth,
            config.passing()
        ),
        "Adds up the activations of a row, for the zero points of weights.",
    );
    m.parameter("slices of activations", slices);
    m.parameter("rows of the bus", rows);
    m.parameter("sum bits", width);
    let activations =
        m.input_lanes("activations", uint(activation.prepared_bits()), slices * rows, "row by row of their bus");
    let word = geometry.has_modes().then(|| m.documented_input("control", uint(control.bits()), "the mode"));
    let ports = SumPorts::declare(&m, config, width);

    m.section("Slices");
    let counted = counted(&m, config, &control, word.as_ref(), &activations);
    let gathered = gathered(&m, config, counted);

    m.section("Place values");
    let mut heap = BitHeap::new(beat_bits(config));
    for position in 0..activation.count() {
        let signal = |bit| control.signal(&m, word.as_ref(), Signal::Digit(Side::Activation, position, bit));
        let sum = gathered.lane(position);
        heap.add_signed(&shifted(&m, &format!("worth_{position}"), activation, position, sum, &signal), 0, 0);
    }
    ports.accumulate(&m, heap, tree, width);
    m.finish()
}

/// Every slice as a number, zero in rows that are no corner of a block.
fn counted(m: &ModuleBuilder, config: &Config, control: &Control, word: Option<&Value>, slices: &Lanes) -> Lanes {
    let Config { activation, weight, .. } = config;
    let (in_a_row, rows) = (config.activation_slices(), weight.count());
    let gates = (rows > 1).then(|| corners(m, weight, control, word));
    let counted = m.lanes("counted", sint(bits_up_to(activation.magnitude())), in_a_row * rows);
    m.repeat("row", rows, |row| {
        m.repeat("slice", in_a_row, |slice| {
            let at = row * in_a_row + slice;
            let bits = slices.lane(at.clone());
            let seen = gates.as_ref().map_or(bits.clone(), |gates| &bits & gates.lane(row).replicate(bits.width()));
            counted.drive(at, &activation.number(&seen).extend(bits_up_to(activation.magnitude())));
        });
    });
    (*counted).clone()
}

/// By row of the bus, whether it is the corner of its blocks: its slice of the weights is the lowest.
fn corners(m: &ModuleBuilder, weight: &Slicing, control: &Control, word: Option<&Value>) -> Lanes {
    let corner = |row: u32| {
        let digit = weight.digit_bits(row).into_iter();
        let bits = digit.map(|bit| control.signal(m, word, Signal::Digit(Side::Weight, row, bit)));
        bits.reduce(|one, other| one | other).map_or_else(|| m.uint(1, 1), |above| !above)
    };
    let corners: Vec<Value> = (0..weight.count()).rev().map(corner).collect();
    m.wire("corners", &m.concat(&corners.iter().collect::<Vec<_>>())).lanes(uint(1), weight.count())
}

/// The sum of the slices of each position.
fn gathered(m: &ModuleBuilder, config: &Config, counted: Lanes) -> Lanes {
    let (positions, same) = (config.activation.count(), slices_of_a_position(config));
    if same == 1 {
        return counted;
    }
    let magnitude = config.activation.magnitude();
    let sums = m.lanes("gathered", sint(partial_bits(same.into(), magnitude, false)), positions);
    m.repeat("position", positions, |position| {
        let slice = |place: u32| counted.lane(position + place * positions);
        let terms: Vec<Term> = (0..same).map(|place| Term { word: slice(place), carry: None }).collect();
        sums.drive(position, &config.adders.tree(m, "sum", &terms, magnitude).word);
    });
    (*sums).clone()
}

/// The primitives of [`activation_sum`].
pub(super) fn census(config: &Config) -> Census {
    let Config { activation, weight, adders, .. } = config;
    let positions = activation.count();
    let same = u64::from(slices_of_a_position(config));
    let mut census = copies(&adders.census(same, activation.magnitude(), false), positions.into());
    if weight.count() > 1 {
        let above = (1..weight.count()).map(|row| weight.digit_bits(row).len() as u64);
        let slices = config.activation_slices() * weight.count();
        let gates = [
            (AndOr, above.map(|bits| bits - 1).sum(), 1), // above the corner
            (Inverter, u64::from(weight.count() - 1), 1),
            (AndOr, slices.into(), activation.prepared_bits()),
        ];
        census.add_census(&sum_of(&gates), 1);
    }
    let gathered = partial_bits(same, activation.magnitude(), false);
    let mut profile = Profile::new(beat_bits(config));
    for position in 0..positions {
        profile.add_signed(shifted_census(activation, position, gathered, &mut census), 0, 0);
    }
    census.add_census(&Plan::new(&profile, &config.tree.compression()).census(), 1);
    census.add_census(&sum_census(config, config.geometry.kept_activation_bits(), beat_bits(config)), 1);
    census
}
