//! A grid of multipliers of slices, and what their products are worth.

use super::parameters::Config;
use super::slicing::{Control, Side, Signal, Slicing};
use crate::arith::reduction::{Term, partial_bits};
use tritloom_hdl::Primitive::Multiplexer;
use tritloom_hdl::{Affine, Census, Lanes, ModuleBuilder, Value, sint, uint};

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

    /// The product of each slice of activations with each slice of a weight, a grid for each of `depth`.
    pub fn products(&self, m: &ModuleBuilder, config: &Config) -> Words {
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
        Words { lanes: (*products).clone(), grids: config.geometry.depth, activations: config.activation.count() }
    }

    /// The sums of the words of a place of all grids: those of one grid.
    pub fn gathered(&self, m: &ModuleBuilder, config: &Config, words: &Words) -> Words {
        m.section("Sums of equal place value");
        let (count, weights, magnitude) = (words.activations, config.weight.count(), config.product_magnitude());
        let sums = m.lanes("gathered", sint(partial_bits(words.grids.into(), magnitude, false)), count * weights);
        m.repeat("weight_digit", weights, |j| {
            m.repeat("activation_digit", count, |i| {
                let term = |grid| Term { word: words.at(grid, i, j), carry: None };
                let terms: Vec<Term> = (0..words.grids).map(term).collect();
                sums.drive(j * count + i, &config.adders.tree(m, "sum", &terms, magnitude).word);
            });
        });
        Words { lanes: (*sums).clone(), grids: 1, activations: count }
    }

    /// By bit, the digit that the slice at a position is in the mode.
    pub fn digit(&self, m: &ModuleBuilder, config: &Config, side: Side, position: u32) -> impl Fn(u32) -> Value {
        let control = Control::new(config.activation, config.weight);
        move |bit| control.signal(m, self.word_of_mode.as_ref(), Signal::Digit(side, position, bit))
    }
}

/// A word for each place of grids side by side.
pub(super) struct Words {
    lanes: Lanes,
    pub grids: u32,
    /// Digits of an activation.
    activations: u32,
}

impl Words {
    /// The word of a place of a grid.
    pub fn at(&self, grid: impl Into<Affine>, activation: impl Into<Affine>, weight: impl Into<Affine>) -> Value {
        let row = grid.into() * self.activations + activation.into();
        self.lanes.lane(row + weight.into() * (self.grids * self.activations))
    }
}

/// The word times `2^(slice * d)`, where d is the digit that the slice at `position` is; `digit` gives a bit of d.
pub(super) fn shifted(
    m: &ModuleBuilder,
    name: &str,
    slicing: &Slicing,
    position: u32,
    word: Value,
    digit: &impl Fn(u32) -> Value,
) -> Value {
    slicing.shifter(position, word.width()).into_iter().fold(word, |word, (bit, columns, width)| {
        let chosen = digit(bit).mux(&word.shift_left(columns).wrap(width), &word.extend(width));
        m.wire(&format!("{name}_w{width}"), &chosen)
    })
}

/// Bits of a word of `bits` behind its shifters, their multiplexers counted.
pub(super) fn shifted_census(slicing: &Slicing, position: u32, bits: u32, census: &mut Census) -> u32 {
    slicing.shifter(position, bits).into_iter().for_each(|(_, _, width)| census.add(Multiplexer, 1, width.into()));
    bits + slicing.most_moved(position)
}
