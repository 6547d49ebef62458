//! Elements that add one digit after the other: OPT3, OPT4C and OPT4E.

use super::element::RADIX;
use super::encoder::{digit_shape, encoder};
use super::feeder::dealt_bits;
use super::parameters::{Config, Step};
use crate::arith::bit_heap::{BitHeap, Profile};
use crate::arith::recode::{Digit, Multiples, digit_product};
use crate::array::{Geometry, MovingSum};
use tritloom_hdl::{Lanes, Module, ModuleBuilder, Value, uint};

/// Registers between what is dealt out and the sum: a digit and its activation stand in them.
pub(super) const STAGES: u32 = 1;

/// Gate delays of a digit product behind these: AND, OR, exclusive OR, and in some arrays the gate of what is added.
const PRODUCT_ARRIVAL: u32 = 4;

struct Ports {
    /// A place a lane.
    activations: Lanes,
    dealt: Value,
    /// `None`: always.
    advance: Option<Value>,
    sum: MovingSum,
}

/// A digit, and the activation that it belongs to.
struct Pair {
    digit: Digit,
    activation: Value,
}

impl Pair {
    /// In registers of the element.
    fn held(m: &ModuleBuilder, ports: &Ports, number: usize, packed: &Value, activation: &Value) -> Pair {
        let held = |name: &str, value: &Value| m.delay(&format!("{name}{number}"), value, ports.advance.as_ref());
        let activation = held("activation", activation);
        let digit = match ports.advance {
            Some(_) => gated(Digit::unpack(RADIX.digit_set(), &held("digit", packed)), &ports.sum.enable),
            // What is said of the sum comes with the digit.
            None => {
                let digit = gated(Digit::unpack(RADIX.digit_set(), packed), &ports.sum.enable);
                Digit::unpack(RADIX.digit_set(), &held("digit", &digit.pack(m)))
            }
        };
        Pair { digit, activation }
    }
}

/// Adds a digit's product of each group of places to two words; before a pass begins they are moved up by a digit, in a
/// cycle in which nothing is added.
pub(super) fn element(config: &Config) -> Module {
    let Geometry { depth, activation_bits, .. } = config.geometry;
    let width = config.geometry.kept_bits();
    let m = ModuleBuilder::new(
        format!("digit_element_a{activation_bits}_d{depth}_s{width}_{}", config.element_name()),
        "Adds products of single digits to a carry-save sum, all of one weight before those of the next.",
    );
    m.parameter("activation bits", activation_bits);
    m.parameter("places", depth);
    m.parameter("bits of a word of the sum", width);
    let what = match config.step {
        Step::Opt3 => "a digit of each place, and above them whether they are fresh",
        _ => "of each group a digit, and above it a one at its place",
    };
    let ports = Ports {
        activations: m.input_lanes("activations", uint(activation_bits), depth, "first place lowest"),
        dealt: m.documented_input("weights", uint(dealt_bits(config)[1]), what),
        advance: (!config.drains()).then(|| m.documented_input("advance", uint(1), "what is dealt out is taken")),
        sum: MovingSum::declare(&m, RADIX.step()),
    };
    let ports = if config.drains() { Ports { sum: ports.sum.early(), ..ports } } else { ports };
    let pairs = match config.step {
        Step::Opt3 => vec![found(&m, config, &ports)],
        _ => dealt(&m, config, &ports),
    };
    let mut heap = BitHeap::new(width);
    m.section("Digit products");
    for (number, Pair { digit, activation }) in pairs.iter().enumerate() {
        let multiples = Multiples::up_to_two(&activation.as_signed());
        let term = digit_product::product(&m, &format!("group{number}"), digit, &multiples);
        heap.add_signed(&term.word, 0, PRODUCT_ARRIVAL);
        term.carry.iter().for_each(|carry| heap.add_bit(carry, 0, 0));
    }
    ports.sum.accumulate(&m, heap, config.drains(), &config.tree.compression());
    m.finish()
}

/// The digit where `enable`, zero where not.
fn gated(digit: Digit, enable: &Value) -> Digit {
    Digit { magnitudes: digit.magnitudes.iter().map(|magnitude| magnitude & enable).collect(), ..digit }
}

/// The digit that the element itself finds.
fn found(m: &ModuleBuilder, config: &Config, ports: &Ports) -> Pair {
    let places = config.geometry.depth;
    let bits = places * digit_shape().width;
    m.section("Next digit");
    let instance = m.instance("encoder", &encoder(places));
    let step = ports.advance.clone().unwrap_or_else(|| m.uint(1, 1));
    instance.connect("fresh", &ports.dealt.bit(bits)).connect("step", &step);
    instance.connect("digits", &ports.dealt.slice(0, bits));
    let activation = selected(m, "selected", &instance.output("select"), &ports.activations.iter());
    Pair::held(m, ports, 0, &instance.output("digit"), &activation)
}

/// The digits that the feeder has found.
fn dealt(m: &ModuleBuilder, config: &Config, ports: &Ports) -> Vec<Pair> {
    m.section("Activations");
    let (bits, activations, mut low) = (digit_shape().width, ports.activations.iter(), 0);
    let mut pairs = Vec::new();
    for (number, group) in config.groups().into_iter().enumerate() {
        let places = group.len() as u32;
        let select = ports.dealt.slice(low + bits, places);
        let of_group = &activations[group.start as usize..group.end as usize];
        let activation = selected(m, &format!("selected{number}"), &select, of_group);
        pairs.push(Pair::held(m, ports, number, &ports.dealt.slice(low, bits), &activation));
        low += bits + places;
    }
    pairs
}

/// The activation at the one of `select`; zero where there is none.
fn selected(m: &ModuleBuilder, name: &str, select: &Value, activations: &[Value]) -> Value {
    let select = select.lanes(uint(1), activations.len() as u32).iter();
    m.wire(name, &m.one_hot(&select.iter().zip(activations).collect::<Vec<_>>()))
}

/// What the heap of [`element`] holds, for its closed form.
pub(super) fn profile(config: &Config) -> Profile {
    let (geometry, groups) = (&config.geometry, config.groups().len());
    let mut profile = Profile::new(geometry.kept_bits());
    for _ in 0..groups {
        profile.add_signed(RADIX.digit_set().product_bits(geometry.activation()), 0, PRODUCT_ARRIVAL);
        profile.add_bit(0, 0);
    }
    (0..2).for_each(|_| profile.add_unsigned(profile.width(), 0, MovingSum::ARRIVAL));
    profile
}
