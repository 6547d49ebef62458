//! One element of the array: a grid of multipliers of slices, shifters, one compressor tree, and the sum.

use super::parameters::Config;
use super::slicing::{Control, Side, Signal, Slicing};
use crate::arith::bit_heap::{BitHeap, Plan, Profile, Tree};
use crate::arith::reduction::{Term, bits_up_to, partial_bits};
use crate::census::{Parts, copies, products, sum_of};
use tritloom_hdl::Primitive::{Adder, AndOr, EnabledRegister, Inverter, Multiplexer, Register};
use tritloom_hdl::{Census, Lanes, Module, ModuleBuilder, Value, sint, uint};

/// What a word is shifted by: the digits that it is a product of.
#[derive(Clone, Copy)]
struct Place {
    activation: u32,
    weight: u32,
}

/// Every place of the grid of one activation and one weight.
fn places(config: &Config) -> impl Iterator<Item = Place> + use<> {
    let (activations, weights) = (config.activation.count(), config.weight.count());
    (0..weights).flat_map(move |weight| (0..activations).map(move |activation| Place { activation, weight }))
}

/// The words of one place that are shifted alone: one for each product of full width, or their sum.
fn words_of_a_place(config: &Config) -> u32 {
    if config.shift_in_element { config.geometry.depth } else { 1 }
}

/// Bits of such a word.
fn word_bits(config: &Config) -> u32 {
    let gathered = config.geometry.depth / words_of_a_place(config);
    partial_bits(gathered.into(), config.product_magnitude(), false)
}

/// Bits of the sum of a beat.
fn beat_bits(config: &Config) -> u32 {
    let geometry = &config.geometry;
    let greatest = geometry.modes.iter().map(|mode| u64::from(mode.places) * mode.product_magnitude()).max();
    bits_up_to(greatest.unwrap_or(1)).min(geometry.kept_bits())
}

pub(super) fn element(config: &Config) -> Module {
    let geometry = &config.geometry;
    let (width, slices, weights) = (geometry.kept_bits(), config.activation_slices(), config.weight.count());
    let control = Control::new(config.activation, config.weight);
    let m = ModuleBuilder::new(
        format!("slice_element_{}_d{}_s{width}{}", config.name(), geometry.depth, config.passing()),
        format!(
            "Multiplies {slices} slices of activations by {weights} of a weight each, and adds what they are worth."
        ),
    );
    m.parameter("slices of activations", slices);
    m.parameter("slices of a weight", weights);
    m.parameter("sum bits", width);
    let cells = slices * weights;
    let comment = "row by row of their bus";
    let activations = m.input_lanes("activations", uint(config.activation.prepared_bits()), cells, comment);
    let of_weights = m.input_lanes("weights", uint(config.weight.prepared_bits()), cells, comment);
    let word_of_mode = geometry.has_modes().then(|| m.documented_input("control", uint(control.bits()), "the mode"));
    let ports = SumPorts::declare(&m, config, width);

    m.section("Slice products");
    let products = m.lanes("products", sint(config.product_bits()), cells);
    m.repeat("weight_slice", weights, |j| {
        m.repeat("activation_slice", slices, |i| {
            let x = config.activation.number(&activations.lane(j * slices + i));
            let w = config.weight.number(&of_weights.lane(i * weights + j));
            products.drive(j * slices + i, &m.wire("product", &(x * w)).wrap(config.product_bits()));
        });
    });

    m.section("Place values");
    let mut heap = BitHeap::new(beat_bits(config));
    for place in places(config) {
        for (number, gathered) in words(&m, config, &products, place).into_iter().enumerate() {
            let name = format!("worth_{}_{}_{number}", place.activation, place.weight);
            let shift = |side, position, word| {
                let signal = |bit| control.signal(&m, word_of_mode.as_ref(), Signal::Digit(side, position, bit));
                shifted(&m, &name, config.slicing(side), position, word, &signal)
            };
            let by_activation = shift(Side::Activation, place.activation, gathered);
            heap.add_signed(&shift(Side::Weight, place.weight, by_activation), 0, 0);
        }
    }
    ports.accumulate(&m, heap, &config.tree, width);
    m.finish()
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

/// The slice products of one place, each alone or all together.
fn words(m: &ModuleBuilder, config: &Config, products: &Lanes, place: Place) -> Vec<Value> {
    let (count, slices) = (config.activation.count(), config.activation_slices());
    let product = |number: u32| products.lane(place.weight * slices + number * count + place.activation);
    let all: Vec<Value> = (0..config.geometry.depth).map(product).collect();
    if config.shift_in_element {
        return all;
    }
    let terms: Vec<Term> = all.into_iter().map(|word| Term { word, carry: None }).collect();
    let name = format!("gathered_{}_{}", place.activation, place.weight);
    vec![config.adders.tree(m, &name, &terms, config.product_magnitude()).word]
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

/// The parts of [`element`].
pub(super) fn element_census(config: &Config) -> Parts {
    let geometry = &config.geometry;
    let (width, depth) = (geometry.kept_bits(), u64::from(geometry.depth));
    let cells = u64::from(config.activation_slices() * config.weight.count());
    let gathers = if config.shift_in_element { 0 } else { places(config).count() as u64 };
    let (mut shifters, mut profile) = (Census::default(), Profile::new(beat_bits(config)));
    for place in places(config) {
        for _ in 0..words_of_a_place(config) {
            let bits = shifted_census(&config.activation, place.activation, word_bits(config), &mut shifters);
            profile.add_signed(shifted_census(&config.weight, place.weight, bits, &mut shifters), 0, 0);
        }
    }
    vec![
        ("multiply", products(cells, [config.activation.prepared_bits(), config.weight.prepared_bits()])),
        ("gather", copies(&config.adders.census(depth, config.product_magnitude(), false), gathers)),
        ("shift", shifters),
        ("reduction", Plan::new(&profile, &config.tree.compression()).census()),
        ("accumulate", sum_census(config, width, beat_bits(config))),
    ]
}
