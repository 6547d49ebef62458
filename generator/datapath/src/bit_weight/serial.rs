//! Elements that add one digit after the other: OPT3, OPT4C and OPT4E.

use super::element::RADIX;
use super::encoder::{digit_shape, encoder};
use super::feeder::dealt_bits;
use super::parameters::Config;
use crate::arith::bit_heap::{BitHeap, Profile};
use crate::arith::recode::{Digit, Multiples, digit_product};
use crate::arith::reduction::Term;
use crate::array::{ClearedSum, MovingSum, passing_sum};
use tritloom_hdl::{Lanes, Module, ModuleBuilder, Value, uint};

/// Registers between what is dealt out and the sum: products stand in them, or digits and their activations.
pub(super) const STAGES: u32 = 1;

/// Gate delays of the product of a digit in a register: AND, OR, exclusive OR, and in some arrays the gate of what is added.
const PRODUCT_ARRIVAL: u32 = 4;

/// The same of a product in a register: its sign enters many columns.
const HELD_PRODUCT_ARRIVAL: u32 = 2;

struct Ports {
    /// What meets digits, a place a lane: activations or, where weights stay, these.
    whole: Lanes,
    dealt: Value,
    sum: Sum,
}

enum Sum {
    /// Where something may wait: what is dealt out is taken with `advance`.
    Waiting { advance: Value, sum: MovingSum },
    /// Where nothing does.
    Draining(ClearedSum),
    /// To the element below; what is dealt out is zero where there is nothing to add.
    Passing,
}

impl Ports {
    fn declare(m: &ModuleBuilder, config: &Config) -> Ports {
        let depth = config.geometry.depth;
        let what = match config.elements_find_digits() {
            true if config.passes_sums() => "a digit of each place, above them whether they are fresh, and a one",
            true => "a digit of each place, and above them whether they are fresh",
            false => "of each group a digit, and above it a one at its place",
        };
        let [row_bits, column_bits] = dealt_bits(config);
        let whole = |name: &str| m.input_lanes(name, uint(config.whole().width), depth, "first place lowest");
        if config.passes_sums() {
            let dealt = m.documented_input("activations", uint(row_bits), what);
            return Ports { whole: whole("weights"), dealt, sum: Sum::Passing };
        }
        Ports {
            whole: whole("activations"),
            dealt: m.documented_input("weights", uint(column_bits), what),
            sum: match config.drains() {
                true => Sum::Draining(ClearedSum::declare(m, RADIX.step(), config.geometry.kept_bits())),
                false => Sum::Waiting {
                    advance: m.documented_input("advance", uint(1), "what is dealt out is taken"),
                    sum: MovingSum::declare(m, RADIX.step()),
                },
            },
        }
    }

    /// `None`: what is dealt out is always taken.
    fn advance(&self) -> Option<&Value> {
        match &self.sum {
            Sum::Waiting { advance, .. } => Some(advance),
            Sum::Draining(_) | Sum::Passing => None,
        }
    }

    /// Whether there is something to add; `None` where products are zero if not.
    fn enable(&self) -> Option<&Value> {
        match &self.sum {
            Sum::Waiting { sum, .. } => Some(&sum.enable),
            Sum::Draining(_) | Sum::Passing => None,
        }
    }
}

/// A digit as it is packed, and the number that it meets.
struct Pair {
    digit: Value,
    whole: Value,
}

impl Pair {
    fn held(self, m: &ModuleBuilder, number: usize, (name, advance): (&str, Option<&Value>)) -> Pair {
        Pair {
            whole: m.delay(&format!("{name}{number}"), &self.whole, advance),
            digit: m.delay(&format!("digit{number}"), &self.digit, advance),
        }
    }

    /// Their product; zero without `enable`.
    fn product(&self, m: &ModuleBuilder, number: usize, enable: Option<&Value>) -> Term {
        let Digit { negate, magnitudes } = Digit::unpack(RADIX.digit_set(), &self.digit);
        let gated = |magnitude: &Value| enable.map_or(magnitude.clone(), |enable| magnitude & enable);
        let digit = Digit { negate, magnitudes: magnitudes.iter().map(gated).collect() };
        let multiples = Multiples::up_to_two(&self.whole.as_signed());
        digit_product::product(m, &format!("group{number}"), &digit, &multiples)
    }
}

/// Whether the registers hold products, so that no gate stands between them and the addition. They do not where the element
/// looks for its digit, which takes long before them; nor where something may wait, and each bit would need a gate behind them.
pub(super) fn holds_products(config: &Config) -> bool {
    (config.drains() || config.passes_sums()) && !config.elements_find_digits()
}

/// Adds a digit's product of each group of places to two words; before a pass begins they are moved up by a digit, in a
/// cycle in which nothing is added. Words that pass are moved up behind the array.
pub(super) fn element(config: &Config) -> Module {
    let (depth, bits) = (config.geometry.depth, config.whole().width);
    let width = config.geometry.kept_bits();
    let (letter, whole) = if config.passes_sums() { ("w", "weight") } else { ("a", "activation") };
    let does = match config.passes_sums() {
        true => "Adds products of single digits of one weight to a carry-save sum that passes.",
        false => "Adds products of single digits to a carry-save sum, all of one weight before those of the next.",
    };
    let m =
        ModuleBuilder::new(format!("digit_element_{letter}{bits}_d{depth}_s{width}_{}", config.element_name()), does);
    m.parameter(&format!("{whole} bits"), bits);
    m.parameter("places", depth);
    m.parameter("bits of a word of the sum", width);
    let ports = Ports::declare(&m, config);
    let pairs = match config.elements_find_digits() {
        true => vec![found(&m, config, &ports)],
        false => dealt(&m, config, &ports),
    };
    let holds_products = holds_products(config);
    let held = |(number, pair): (usize, Pair)| {
        if holds_products { pair } else { pair.held(&m, number, (whole, ports.advance())) }
    };
    let pairs: Vec<Pair> = pairs.into_iter().enumerate().map(held).collect();
    let mut heap = BitHeap::new(width);
    m.section("Digit products");
    for (number, pair) in pairs.iter().enumerate() {
        let term = pair.product(&m, number, ports.enable());
        let term = if holds_products { held_term(&m, number, term) } else { term };
        heap.add_signed(&term.word, 0, product_arrival(config));
        term.carry.iter().for_each(|carry| heap.add_bit(carry, 0, 0));
    }
    let compression = config.tree.compression();
    match &ports.sum {
        Sum::Waiting { sum, .. } => sum.accumulate(&m, heap, false, &compression),
        Sum::Draining(sum) => sum.accumulate(&m, heap, &compression),
        Sum::Passing => passing_sum(&m, heap, &compression),
    }
    m.finish()
}

fn product_arrival(config: &Config) -> u32 {
    if holds_products(config) { HELD_PRODUCT_ARRIVAL } else { PRODUCT_ARRIVAL }
}

fn held_term(m: &ModuleBuilder, number: usize, term: Term) -> Term {
    Term {
        word: m.delay(&format!("product{number}"), &term.word, None),
        carry: term.carry.map(|carry| m.delay(&format!("product_carry{number}"), &carry, None)),
    }
}

/// The digit that the element itself finds.
fn found(m: &ModuleBuilder, config: &Config, ports: &Ports) -> Pair {
    let places = config.geometry.depth;
    let bits = places * digit_shape().width;
    m.section("Next digit");
    let instance = m.instance("encoder", &encoder(places));
    let step = match &ports.sum {
        Sum::Waiting { advance, .. } => advance.clone(),
        Sum::Draining(_) => m.uint(1, 1),
        Sum::Passing => ports.dealt.top_bit(),
    };
    instance.connect("fresh", &ports.dealt.bit(bits)).connect("step", &step);
    instance.connect("digits", &ports.dealt.slice(0, bits));
    let whole = selected(m, "selected", &instance.output("select"), &ports.whole.iter());
    Pair { digit: instance.output("digit"), whole }
}

/// The digits that the feeder has found.
fn dealt(m: &ModuleBuilder, config: &Config, ports: &Ports) -> Vec<Pair> {
    m.section(if config.passes_sums() { "Weights" } else { "Activations" });
    let (bits, whole, mut low) = (digit_shape().width, ports.whole.iter(), 0);
    let mut pairs = Vec::new();
    for (number, group) in config.groups().into_iter().enumerate() {
        let places = group.len() as u32;
        let select = ports.dealt.slice(low + bits, places);
        let of_group = &whole[group.start as usize..group.end as usize];
        let whole = selected(m, &format!("selected{number}"), &select, of_group);
        pairs.push(Pair { digit: ports.dealt.slice(low, bits), whole });
        low += bits + places;
    }
    pairs
}

/// The number at the one of `select`; zero where there is none.
fn selected(m: &ModuleBuilder, name: &str, select: &Value, numbers: &[Value]) -> Value {
    let select = select.lanes(uint(1), numbers.len() as u32).iter();
    m.wire(name, &m.one_hot(&select.iter().zip(numbers).collect::<Vec<_>>()))
}

/// What the heap of [`element`] holds, for its closed form.
pub(super) fn profile(config: &Config) -> Profile {
    let mut profile = Profile::new(config.geometry.kept_bits());
    for _ in config.groups() {
        profile.add_signed(RADIX.digit_set().product_bits(config.whole()), 0, product_arrival(config));
        profile.add_bit(0, 0);
    }
    let sum_arrival = if config.drains() || config.passes_sums() { 0 } else { MovingSum::ARRIVAL };
    (0..2).for_each(|_| profile.add_unsigned(profile.width(), 0, sum_arrival));
    profile
}
