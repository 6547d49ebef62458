//! A grid of multipliers of slices, and what their products are worth.

use super::parameters::Config;
use super::slicing::{Control, Side, Signal, Slicing};
use crate::arith::reduction::{Term, partial_bits};
use tritloom_hdl::Primitive::Multiplexer;
use tritloom_hdl::{Census, Lanes, ModuleBuilder, Value, sint, uint};

/// A place of the grid of one product of full width: the digits whose product stands there.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub activation: u32,
    pub weight: u32,
}

/// Every place, the lowest weight first.
pub(super) fn places(config: &Config) -> impl Iterator<Item = Place> + use<> {
    let (activations, weights) = (config.activation.count(), config.weight.count());
    (0..weights).flat_map(move |weight| (0..activations).map(move |activation| Place { activation, weight }))
}

/// The ports of the grids of an element.
pub(super) struct Grid {
    activations: Lanes,
    weights: Lanes,
    /// The mode, where there are several.
    word_of_mode: Option<Value>,
}

impl Grid {
    /// Declares them.
    pub fn declare(m: &ModuleBuilder, config: &Config) -> Grid {
        let (slices, weights) = (config.activation_slices(), config.weight.count());
        let (cells, comment) = (slices * weights, "row by row of their bus");
        let activations = m.input_lanes("activations", uint(config.activation.prepared_bits()), cells, comment);
        let weights = m.input_lanes("weights", uint(config.weight.prepared_bits()), cells, comment);
        let control = Control::new(config.activation, config.weight);
        let has_modes = config.geometry.has_modes();
        let word_of_mode = has_modes.then(|| m.documented_input("control", uint(control.bits()), "the mode"));
        Grid { activations, weights, word_of_mode }
    }

    /// The product of each slice of activations with each slice of a weight, row by row of the bus of activations.
    pub fn products(&self, m: &ModuleBuilder, config: &Config) -> Lanes {
        m.section("Slice products");
        let (slices, weights, bits) = (config.activation_slices(), config.weight.count(), config.product_bits());
        let products = m.lanes("products", sint(bits), slices * weights);
        m.repeat("weight_slice", weights, |j| {
            m.repeat("activation_slice", slices, |i| {
                let x = config.activation.number(&self.activations.lane(j * slices + i));
                let w = config.weight.number(&self.weights.lane(i * weights + j));
                products.drive(j * slices + i, &m.wire("product", &(x * w)).wrap(bits));
            });
        });
        (*products).clone()
    }

    /// The sum of the products of each place, which stand side by side as those of one product of full width.
    pub fn gathered(&self, m: &ModuleBuilder, config: &Config, products: &Lanes) -> Lanes {
        m.section("Sums of equal place value");
        let (count, weights) = (config.activation.count(), config.weight.count());
        let (depth, slices, magnitude) =
            (config.geometry.depth, config.activation_slices(), config.product_magnitude());
        let sums = m.lanes("gathered", sint(partial_bits(depth.into(), magnitude, false)), count * weights);
        m.repeat("weight_digit", weights, |j| {
            m.repeat("activation_digit", count, |i| {
                let product = |number: u32| products.lane(j * slices + i + number * count);
                let terms: Vec<Term> = (0..depth).map(|number| Term { word: product(number), carry: None }).collect();
                sums.drive(j * count + i, &config.adders.tree(m, "sum", &terms, magnitude).word);
            });
        });
        (*sums).clone()
    }

    /// The word of each place with the place value that it has in the mode.
    pub fn place_values(&self, m: &ModuleBuilder, config: &Config, word: impl Fn(Place) -> Value) -> Vec<Value> {
        let control = Control::new(config.activation, config.weight);
        let value = |place: Place| {
            let name = format!("worth_{}_{}", place.activation, place.weight);
            let shift = |side, position, word| {
                let signal = |bit| control.signal(m, self.word_of_mode.as_ref(), Signal::Digit(side, position, bit));
                shifted(m, &name, config.slicing(side), position, word, &signal)
            };
            shift(Side::Weight, place.weight, shift(Side::Activation, place.activation, word(place)))
        };
        places(config).map(value).collect()
    }
}

/// Bits of a word of so many bits behind the shifters of its place, their multiplexers counted.
pub(super) fn place_value_census(config: &Config, place: Place, bits: u32, census: &mut Census) -> u32 {
    let bits = shifted_census(&config.activation, place.activation, bits, census);
    shifted_census(&config.weight, place.weight, bits, census)
}

/// The word times `2^(slice * d)`, where d is the digit that the slice at `position` is; `signal` gives a bit of d.
pub(super) fn shifted(
    m: &ModuleBuilder,
    name: &str,
    slicing: &Slicing,
    position: u32,
    word: Value,
    signal: &impl Fn(u32) -> Value,
) -> Value {
    slicing.digit_bits(position).into_iter().fold(word, |word, bit| {
        let moved = word.shift_left(slicing.slice << bit);
        let chosen = signal(bit).mux(&moved, &word.extend(moved.width()));
        m.wire(&format!("{name}_w{}", moved.width()), &chosen)
    })
}

/// Bits of a word of `bits` behind its shifters, their multiplexers counted.
pub(super) fn shifted_census(slicing: &Slicing, position: u32, bits: u32, census: &mut Census) -> u32 {
    slicing.digit_bits(position).into_iter().fold(bits, |bits, bit| {
        let wider = bits + (slicing.slice << bit);
        census.add(Multiplexer, 1, wider.into());
        wider
    })
}
