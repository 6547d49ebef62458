//! One element: products of digits, summed.

use super::RADIX;
use super::parameters::Config;
use crate::arith::bit_heap::{BitHeap, Profile};
use crate::arith::recode::{Digit, Multiples, digit_product};
use crate::arith::reduction::Term;
use crate::array::{Geometry, enabled_sum};
use crate::words::counted;
use tritloom_hdl::{Module, ModuleBuilder, Value, uint};

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
    let digit_bits = RADIX.digit_set().bits();
    let (digits, position) = match config.at_edge {
        true => (m.input_lanes("weights", uint(digit_bits), depth, "a digit of each weight"), None),
        false => {
            let bits = digit_bits * depth;
            let dealt = uint(bits + config.position_bits());
            let dealt = m.documented_input("weights", dealt, "a digit of each weight, and above them their position");
            (dealt.slice(0, bits).lanes(uint(digit_bits), depth), Some(dealt.slice(bits, config.position_bits())))
        }
    };
    let first = m.documented_input("first", uint(1), "the sum begins anew");
    let enable = m.documented_input("enable", uint(1), "the products are added");
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
    m.section("Sum");
    let keep = m.wire("keep", &(!first).replicate(geometry.kept_bits()));
    match config.carry_save {
        false => resolved(&m, config, &terms, &keep, &enable),
        true => carry_save(&m, config, &terms, &keep, &enable),
    }
    m.finish()
}

/// A tree of adders, the last of which takes the sum so far; each takes a carry.
fn resolved(m: &ModuleBuilder, config: &Config, terms: &[Term], keep: &Value, enable: &Value) {
    let width = config.geometry.kept_bits();
    let sum = m.register("sum", uint(width));
    let partial = config.adders.tree(m, "sum", terms, config.term_magnitude());
    let base = m.wire("base", &(sum.value() & keep)).as_signed();
    let total = match &partial.carry {
        Some(carry) => base.add_with_carry(&partial.word, carry),
        None => base + &partial.word,
    };
    sum.enable(enable).next(&m.wire("total", &total.wrap(width)).as_unsigned());
    m.output("sum", &sum);
}

/// The products and the two words of the sum, through one compressor tree: no carry propagates.
fn carry_save(m: &ModuleBuilder, config: &Config, terms: &[Term], keep: &Value, enable: &Value) {
    let width = config.geometry.kept_bits();
    let mut heap = BitHeap::new(width);
    for Term { word, carry } in terms {
        heap.add_signed(word, 0, PRODUCT_ARRIVAL);
        carry.iter().for_each(|carry| heap.add_bit(carry, 0, 0));
    }
    enabled_sum(m, heap, (keep, SUM_ARRIVAL), enable, &config.tree.compression());
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
    (0..2).for_each(|_| profile.add_unsigned(width, 0, SUM_ARRIVAL));
    profile
}
