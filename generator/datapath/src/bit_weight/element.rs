//! One element of the array, at each step.

use super::parameters::Config;
use crate::arith::bit_heap::{BitHeap, Profile};
use crate::arith::recode::booth::{self, Radix};
use crate::arith::recode::{Digit, DigitSet, Multiples, digit_product};
use crate::arith::reduction::{Term, balanced};
use crate::array::Geometry;
use tritloom_hdl::{Lanes, Module, ModuleBuilder, Value, sint, uint};

/// Digits from -2 to 2: every multiple is a shift.
pub(super) const RADIX: Radix = Radix::Four;

/// Gate delays of a digit product behind the operand registers: AND, OR, exclusive OR.
const PRODUCT_ARRIVAL: u32 = 3;
/// Gate delays of the sum so far, behind its gate.
const SUM_ARRIVAL: u32 = 1;

/// Bits of one weight as digits.
pub(super) fn digit_bits(geometry: &Geometry) -> u32 {
    RADIX.digits(geometry.weight()) * RADIX.digit_set().bits()
}

/// From the weights of a column to their digits.
pub(super) fn edge(config: &Config) -> Module {
    let Geometry { depth, weight_bits, .. } = config.geometry;
    let m = ModuleBuilder::new(
        format!("booth_edge_w{weight_bits}_d{depth}"),
        format!("The Booth digits of {depth} weights of {weight_bits} bits."),
    );
    m.parameter("weight bits", weight_bits);
    m.parameter("places", depth);
    let weights = m.input_lanes("weights", uint(weight_bits), depth, "first place lowest");
    m.output_lanes("prepared", &recoded(&m, &config.geometry, &weights), "digits of each weight, the lowest first");
    m.finish()
}

fn recoded(m: &ModuleBuilder, geometry: &Geometry, weights: &Lanes) -> Lanes {
    let recoder = booth::recoder(RADIX, geometry.weight());
    let prepared = m.lanes("recoded", uint(digit_bits(geometry)), geometry.depth);
    m.repeat("recoded_place", geometry.depth, |place| {
        let instance = m.instance("recoder", &recoder);
        instance.connect("weight", &weights.lane(place).as_signed());
        prepared.drive(place, &instance.output("digits").as_unsigned());
    });
    (*prepared).clone()
}

/// The ports of every element.
struct Ports {
    activations: Lanes,
    weights: Lanes,
    first: Value,
    enable: Value,
}

impl Ports {
    fn declare(m: &ModuleBuilder, geometry: &Geometry, weight_bits: u32, weights: &str) -> Ports {
        let Geometry { depth, activation_bits, .. } = *geometry;
        m.parameter("activation bits", activation_bits);
        m.parameter("weight bits", geometry.weight_bits);
        m.parameter("products a cycle", depth);
        m.parameter("sum bits", geometry.sum_bits());
        Ports {
            activations: m.input_lanes("activations", uint(activation_bits), depth, "first place lowest"),
            weights: m.input_lanes("weights", uint(weight_bits), depth, weights),
            first: m.documented_input("first", uint(1), "the sum begins anew"),
            enable: m.documented_input("enable", uint(1), "a beat is added"),
        }
    }
}

/// A multiplier a place, a tree of adders, and the sum.
pub(super) fn baseline(config: &Config) -> Module {
    let geometry = &config.geometry;
    let Geometry { depth, activation_bits, weight_bits, .. } = *geometry;
    let width = geometry.sum_bits();
    let m = ModuleBuilder::new(
        format!("mac_element_a{activation_bits}_w{weight_bits}_d{depth}_s{width}"),
        format!("Adds {depth} products to a sum in each cycle."),
    );
    let ports = Ports::declare(&m, geometry, weight_bits, "first place lowest");
    let product_bits = activation_bits + weight_bits;
    let products = m.lanes("products", sint(product_bits), depth);
    m.repeat("place", depth, |place| {
        let (x, w) = (ports.activations.lane(place).as_signed(), ports.weights.lane(place).as_signed());
        products.drive(place, &m.wire("product", &(x * w)));
    });
    let terms: Vec<Term> = products.iter().into_iter().map(|word| Term { word, carry: None }).collect();
    let partial = balanced(&m, "sum", &terms, geometry.product_magnitude());
    let sum = m.register("sum", sint(width));
    let keep = (!&ports.first).replicate(width);
    let base = m.wire("base", &(sum.value().as_unsigned() & keep).as_signed());
    let total = m.wire("total", &(&base + &partial.word));
    sum.enable(&ports.enable).next(&total.wrap(width));
    m.output("sum", &sum.value().as_unsigned());
    m.finish()
}

/// The products of all digits and the two words of the sum, through one compressor tree: no carry propagates.
pub(super) fn carry_save(config: &Config) -> Module {
    let geometry = &config.geometry;
    let Geometry { depth, activation_bits, weight_bits, .. } = *geometry;
    let width = geometry.sum_bits();
    let m = ModuleBuilder::new(
        format!("carry_save_element_a{activation_bits}_w{weight_bits}_d{depth}_s{width}_{}", config.name()),
        format!("Adds {depth} products to a carry-save sum in each cycle, digit by digit."),
    );
    let ports = match config.recodes_at_edge() {
        true => Ports::declare(&m, geometry, digit_bits(geometry), "digits of each weight, the lowest first"),
        false => Ports::declare(&m, geometry, weight_bits, "first place lowest"),
    };
    let digits = match config.recodes_at_edge() {
        true => ports.weights,
        false => recoded(&m, geometry, &ports.weights),
    };
    let mut heap = BitHeap::new(width);
    m.section("Digit products");
    for place in 0..depth {
        let multiples = Multiples::up_to_two(&ports.activations.lane(place).as_signed());
        let packed = digits.lane(place).lanes(uint(RADIX.digit_set().bits()), RADIX.digits(geometry.weight()));
        for (position, packed) in packed.iter().iter().enumerate() {
            let digit = Digit::unpack(DigitSet::Radix4, packed);
            let term = digit_product::product(&m, &format!("place{place}_digit{position}"), &digit, &multiples);
            let shift = position as u32 * RADIX.step();
            heap.add_signed(&term.word, shift, PRODUCT_ARRIVAL);
            term.carry.iter().for_each(|carry| heap.add_bit(carry, shift, 0));
        }
    }
    m.section("Sum");
    let keep = m.wire("keep", &(!&ports.first).replicate(width));
    let words = [m.register("sum_word", uint(width)), m.register("carry_word", uint(width))];
    for (name, word) in ["sum_so_far", "carry_so_far"].iter().zip(&words) {
        heap.add_unsigned(&m.wire(name, &(word.value() & &keep)), 0, SUM_ARRIVAL);
    }
    let rows = heap.reduce(&m, "heap", &config.tree.compression());
    words[0].enable(&ports.enable).next(&rows.0);
    words[1].enable(&ports.enable).next(&rows.1);
    m.output("sum", &m.concat(&[words[1].value(), words[0].value()]));
    m.finish()
}

/// What the heap of [`carry_save`] holds, for its closed form.
pub(super) fn profile(geometry: &Geometry) -> Profile {
    let mut profile = Profile::new(geometry.sum_bits());
    let product_bits = RADIX.digit_set().product_bits(geometry.activation());
    for _ in 0..geometry.depth {
        for position in 0..RADIX.digits(geometry.weight()) {
            let shift = position * RADIX.step();
            profile.add_signed(product_bits, shift, PRODUCT_ARRIVAL);
            profile.add_bit(shift, 0);
        }
    }
    (0..2).for_each(|_| profile.add_unsigned(geometry.sum_bits(), 0, SUM_ARRIVAL));
    profile
}
