//! One element: products of digits, summed.

use super::RADIX;
use super::parameters::{Config, Shift};
use crate::arith::bit_heap::{BitHeap, Profile};
use crate::arith::recode::{Digit, Multiples, booth, digit_product};
use crate::arith::reduction::Term;
use crate::array::{Geometry, enabled_sum, passing_sum};
use crate::census::copies;
use crate::words::counted;
use tritloom_hdl::Primitive::AndOr;
use tritloom_hdl::{Census, Lanes, Module, ModuleBuilder, Value, uint};

/// Gate delays of a digit product behind the feeder: of the digit, and AND, OR, exclusive OR.
const PRODUCT_ARRIVAL: u32 = 5;
/// Gate delays of the sum so far, behind its gate.
const SUM_ARRIVAL: u32 = 1;

/// Adds the products of a digit of each of `depth` weights to a sum.
pub(super) fn element(config: &Config) -> Module {
    let geometry = &config.geometry;
    let Geometry { depth, activation_bits, weight_bits, .. } = *geometry;
    let m = ModuleBuilder::new(
        format!(
            "digit_element_a{activation_bits}_w{weight_bits}_d{depth}_s{}_{}",
            geometry.kept_bits(),
            config.element_name()
        ),
        format!("Adds digit products of {}, one of each, to a sum in each cycle.", counted(depth, "weight")),
    );
    m.parameter("activation bits", activation_bits);
    m.parameter("weight bits", weight_bits);
    m.parameter("places", depth);
    m.parameter("sum bits", geometry.kept_bits());
    let activations = m.input_lanes("activations", uint(config.seen_activation().width), depth, "first place lowest");
    let (digits, position) = match config.shift {
        Shift::Element => {
            let (digits, position) = dealt_digits(&m, config, config.position_bits());
            (digits, Some(position))
        }
        Shift::Edge => (dealt_digits(&m, config, 0).0, None),
        Shift::Behind => (taken_digits(&m, config), None),
    };
    let keeps = (!config.passes_sums()).then(|| Keeps {
        first: m.documented_input("first", uint(1), "the sum begins anew"),
        enable: m.documented_input("enable", uint(1), "the products are added"),
    });
    let mut terms = Vec::new();
    m.section("Digit products");
    for place in 0..depth {
        let multiples = Multiples::up_to_two(&activations.lane(place).as_signed());
        let digit = Digit::unpack(RADIX.digit_set(), &digits.lane(place));
        terms.push(digit_product::product(&m, &format!("place{place}"), &digit, &multiples));
    }
    if let Some(position) = position {
        m.section("Shift");
        let sum = config.adders.tree(&m, "partial", &terms, config.term_magnitude());
        terms = vec![digit_product::moved_up(&m, "moved", sum, &position, RADIX.step())];
    }
    match config.carry_save {
        false => resolved(&m, config, &terms, keeps.as_ref()),
        true => carry_save(&m, config, &terms, keeps.as_ref()),
    }
    m.finish()
}

/// What becomes of a sum that stays.
struct Keeps {
    first: Value,
    enable: Value,
}

/// The digits that the feeder deals out, and above them their position, of so many bits.
fn dealt_digits(m: &ModuleBuilder, config: &Config, position_bits: u32) -> (Lanes, Value) {
    let (depth, digit_bits) = (config.geometry.depth, RADIX.digit_set().bits());
    let bits = depth * digit_bits;
    if position_bits == 0 {
        return (m.input_lanes("weights", uint(digit_bits), depth, "a digit of each weight"), m.uint(0, 1));
    }
    let dealt = uint(bits + position_bits);
    let dealt = m.documented_input("weights", dealt, "a digit of each weight, and above them their position");
    (dealt.slice(0, bits).lanes(uint(digit_bits), depth), dealt.slice(bits, position_bits))
}

/// Of each weight that stays the digit that is taken.
fn taken_digits(m: &ModuleBuilder, config: &Config) -> Lanes {
    let Geometry { depth, weight_bits, .. } = config.geometry;
    let weights = m.input_lanes("weights", uint(weight_bits), depth, "first place lowest");
    let taken = m.input_lanes("taken", uint(1), config.digits(), "a one at the digit of each weight, the lowest first");
    let (taken, digits) = (taken.iter(), m.lanes("digits", uint(RADIX.digit_set().bits()), depth));
    m.repeat("digit_place", depth, |place| {
        let padded = weights.lane(place).shift_left(1);
        let windows: Vec<Value> =
            (0..config.digits()).map(|digit| padded.slice(digit * RADIX.step(), RADIX.step() + 1)).collect();
        let window = m.wire("window", &m.one_hot(&taken.iter().zip(&windows).collect::<Vec<_>>()));
        let bits: Vec<Value> = (0..=RADIX.step()).map(|bit| window.bit(bit)).collect();
        digits.drive(place, &booth::digit(m, "digit", RADIX, &bits).pack(m));
    });
    (*digits).clone()
}

/// The primitives of [`taken_digits`].
pub(super) fn taken_census(config: &Config) -> Census {
    let (depth, digits) = (u64::from(config.geometry.depth), u64::from(config.digits()));
    let mut census = copies(&booth::digit_census(RADIX), depth);
    census.add(AndOr, depth * (2 * digits - 1), (RADIX.step() + 1).into());
    census
}

/// A tree of adders, the last of which takes the sum so far; each takes a carry.
fn resolved(m: &ModuleBuilder, config: &Config, terms: &[Term], keeps: Option<&Keeps>) {
    let width = config.geometry.kept_bits();
    m.section("Sum");
    let own = keeps.map(|Keeps { first, enable }| {
        let keep = m.wire("keep", &(!first).replicate(width));
        (keep, m.register("sum", uint(width)), enable)
    });
    let partial = config.adders.tree(m, "sum", terms, config.term_magnitude());
    let base = match &own {
        Some((keep, sum, _)) => m.wire("base", &(sum.value() & keep)),
        None => m.input("addend", uint(width)),
    };
    let total = match &partial.carry {
        Some(carry) => base.as_signed().add_with_carry(&partial.word, carry),
        None => base.as_signed() + &partial.word,
    };
    let total = m.wire("total", &total.wrap(width)).as_unsigned();
    match own {
        Some((_, sum, enable)) => {
            sum.enable(enable).next(&total);
            m.output("sum", &sum);
        }
        None => m.output("sum", &total),
    }
}

/// The products and the two words of the sum, through one compressor tree: no carry propagates.
fn carry_save(m: &ModuleBuilder, config: &Config, terms: &[Term], keeps: Option<&Keeps>) {
    let width = config.geometry.kept_bits();
    let mut heap = BitHeap::new(width);
    for Term { word, carry } in terms {
        heap.add_signed(word, 0, PRODUCT_ARRIVAL);
        carry.iter().for_each(|carry| heap.add_bit(carry, 0, 0));
    }
    let compression = config.tree.compression();
    match keeps {
        None => passing_sum(m, heap, &compression),
        Some(Keeps { first, enable }) => {
            m.section("Sum");
            let keep = m.wire("keep", &(!first).replicate(width));
            enabled_sum(m, heap, (&keep, SUM_ARRIVAL), enable, &compression);
        }
    }
}

/// What the heap of [`carry_save`] holds, for its closed form.
pub(super) fn profile(config: &Config) -> Profile {
    let width = config.geometry.kept_bits();
    let mut profile = Profile::new(width);
    let (terms, bits) = config.terms();
    for _ in 0..terms {
        profile.add_signed(bits, 0, PRODUCT_ARRIVAL);
        profile.add_bit(0, 0);
    }
    let arrival = if config.passes_sums() { 0 } else { SUM_ARRIVAL };
    (0..2).for_each(|_| profile.add_unsigned(width, 0, arrival));
    profile
}
