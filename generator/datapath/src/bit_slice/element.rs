//! One element of the array: a grid of multipliers of slices, shifters, compressor trees, and the sum.

use super::grid::Grid;
use super::grid_sum::GridSum;
use super::parameters::Config;
use crate::arith::bit_heap::{BitHeap, Plan, Profile, Tree};
use crate::arith::reduction::{bits_up_to, partial_bits};
use crate::census::{Parts, copies, products, sum_of};
use tritloom_hdl::Primitive::{Adder, AndOr, EnabledRegister, Inverter, Register};
use tritloom_hdl::{Census, Module, ModuleBuilder, Value, sint, uint};

/// Bits of the sum of a beat.
fn beat_bits(config: &Config) -> u32 {
    let geometry = &config.geometry;
    let greatest = geometry.modes.iter().map(|mode| u64::from(mode.places) * mode.product_magnitude()).max();
    bits_up_to(greatest.unwrap_or(1)).min(geometry.kept_bits())
}

pub(super) fn element(config: &Config) -> Module {
    let geometry = &config.geometry;
    let (width, slices, weights) = (geometry.kept_bits(), config.activation_slices(), config.weight.count());
    let m = ModuleBuilder::new(
        format!("slice_element_{}_d{}_s{width}{}", config.name(), geometry.depth, config.passing()),
        format!(
            "Multiplies {slices} slices of activations by {weights} of a weight each, and adds what they are worth."
        ),
    );
    m.parameter("slices of activations", slices);
    m.parameter("slices of a weight", weights);
    m.parameter("sum bits", width);
    let grid = Grid::declare(&m, config);
    let ports = SumPorts::declare(&m, config, width);
    let mut heap = BitHeap::new(beat_bits(config));
    let products = grid.products(&m, config);
    let words = if gathers(config) { grid.gathered(&m, config, &products) } else { products };
    sum_of_words(config).add(&m, &grid, &words, &mut heap);
    ports.accumulate(&m, heap, &config.tree, width);
    m.finish()
}

/// Whether products are added before they are shifted.
fn gathers(config: &Config) -> bool {
    !config.shift_in_element && config.geometry.depth > 1
}

/// The sum of products, or of what is gathered of them.
fn sum_of_words(config: &Config) -> GridSum<'_> {
    let (grids, gathered) = if gathers(config) { (1, config.geometry.depth) } else { (config.geometry.depth, 1) };
    GridSum::new(config, grids, partial_bits(gathered.into(), config.product_magnitude(), false))
}

/// The ports that say what becomes of a sum.
pub(super) enum SumPorts {
    /// It stays.
    Kept { first: Value, enable: Value, advance: Value },
    /// One that comes in is added to.
    Passing { addend: Value },
}

impl SumPorts {
    /// Declares them for a sum of so many bits.
    pub fn declare(m: &ModuleBuilder, config: &Config, width: u32) -> SumPorts {
        if config.passes_sums() {
            return SumPorts::Passing { addend: m.input("addend", uint(width)) };
        }
        SumPorts::Kept {
            first: m.documented_input("first", uint(1), "the sum begins anew"),
            enable: m.documented_input("enable", uint(1), "a beat is added"),
            advance: m.documented_input("advance", uint(1), "the registers before the sum move on"),
        }
    }

    /// Adds what a heap holds, a register later, to a sum of so many bits, and gives it as the output `sum`.
    pub fn accumulate(&self, m: &ModuleBuilder, heap: BitHeap, tree: &Tree, width: u32) {
        m.section("Sum");
        let beat_bits = heap.profile().width();
        let rows = heap.reduce(m, "heap", &tree.compression());
        let beat = m.wire("beat", &(rows.0 + rows.1)).wrap(beat_bits).as_signed();
        match self {
            SumPorts::Passing { addend } => {
                let beat = m.delay("beat_sum", &beat, None);
                let total = m.wire("total", &(addend.as_signed() + &beat));
                m.output("sum", &total.wrap(width).as_unsigned());
            }
            SumPorts::Kept { first, enable, advance } => {
                let beat = m.delay("beat_sum", &beat, Some(advance));
                let sum = m.register("sum", sint(width));
                let base = m.wire("base", &(sum.value().as_unsigned() & (!first).replicate(width)).as_signed());
                let total = m.wire("total", &(&base + &beat));
                sum.enable(enable).next(&total.wrap(width));
                m.output("sum", &sum.value().as_unsigned());
            }
        }
    }
}

/// The primitives of [`SumPorts::accumulate`] but for the compression.
pub(super) fn sum_census(config: &Config, width: u32, beat_bits: u32) -> Census {
    let mut census = sum_of(&[(Adder, 1, beat_bits + 1), (Adder, 1, width + 1)]); // beat, total
    match config.passes_sums() {
        true => census.add(Register, 1, beat_bits.into()),
        false => {
            let kept = [
                (EnabledRegister, 1, beat_bits),
                (Inverter, 1, 1),
                (AndOr, 1, width), // base
                (EnabledRegister, 1, width),
            ];
            census.add_census(&sum_of(&kept), 1);
        }
    }
    census
}

/// The parts of [`element`].
pub(super) fn element_census(config: &Config) -> Parts {
    let geometry = &config.geometry;
    let cells = u64::from(config.activation_slices() * config.weight.count());
    let places = u64::from(config.activation.count() * config.weight.count());
    let gathered = if gathers(config) { places } else { 0 };
    let sum = sum_of_words(config);
    let (shifters, mut reduction) = sum.census();
    let mut profile = Profile::new(beat_bits(config));
    sum.add_profile(&mut profile);
    reduction.add_census(&Plan::new(&profile, &config.tree.compression()).census(), 1);
    vec![
        ("multiply", products(cells, [config.activation.prepared_bits(), config.weight.prepared_bits()])),
        ("gather", copies(&config.adders.census(geometry.depth.into(), config.product_magnitude(), false), gathered)),
        ("shift", shifters),
        ("reduction", reduction),
        ("accumulate", sum_census(config, geometry.kept_bits(), beat_bits(config))),
    ]
}
