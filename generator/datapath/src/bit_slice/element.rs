//! One element of the array: a grid of multipliers of slices, shifters, compressor trees, and the sum.

use super::fusion_unit;
use super::grid::{Grid, Place, place_value_census, places};
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
    if fusion_unit::are_in(config) {
        fusion_unit::add_units(&m, config, (&grid, &products), &mut heap);
    } else {
        let words = if gathers(config) { grid.gathered(&m, config, &products) } else { products };
        let word = |place: Place| words.lane(place.weight * config.activation.count() + place.activation);
        m.section("Place values");
        let worth = match places(config).count() {
            1 => words.iter(),
            _ => grid.place_values(&m, config, word),
        };
        worth.iter().for_each(|worth| heap.add_signed(worth, 0, 0));
    }
    ports.accumulate(&m, heap, &config.tree, width);
    m.finish()
}

/// Whether products are added before they are shifted.
fn gathers(config: &Config) -> bool {
    !config.shift_in_element && config.geometry.depth > 1
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
    let gathered = if gathers(config) { places(config).count() as u64 } else { 0 };
    let (shifters, reduction) = sum_of_products_census(config);
    vec![
        ("multiply", products(cells, [config.activation.prepared_bits(), config.weight.prepared_bits()])),
        ("gather", copies(&config.adders.census(geometry.depth.into(), config.product_magnitude(), false), gathered)),
        ("shift", shifters),
        ("reduction", reduction),
        ("accumulate", sum_census(config, geometry.kept_bits(), beat_bits(config))),
    ]
}

/// The shifters of slice products or of their sums, and what adds them up.
fn sum_of_products_census(config: &Config) -> (Census, Census) {
    let (depth, mut profile) = (config.geometry.depth, Profile::new(beat_bits(config)));
    let (mut shifters, mut reduction) = (Census::default(), Census::default());
    if fusion_unit::are_in(config) {
        let sum = fusion_unit::sum(config);
        (0..depth).for_each(|_| sum.join_profile(&mut profile, 0));
        shifters.add_census(&fusion_unit::shifters(config), depth.into());
        reduction.add_census(&sum.census(), depth.into());
    } else {
        let (words, gathered) = if config.shift_in_element { (depth, 1) } else { (1, depth) };
        let bits = partial_bits(gathered.into(), config.product_magnitude(), false);
        for place in places(config) {
            for _ in 0..words {
                profile.add_signed(place_value_census(config, place, bits, &mut shifters), 0, 0);
            }
        }
    }
    reduction.add_census(&Plan::new(&profile, &config.tree.compression()).census(), 1);
    (shifters, reduction)
}
