//! One element: what a digit of each place is worth, and a sum of two words.

use super::parameters::{Config, Form, Numbers};
use crate::arith::bit_heap::{BitHeap, Plan, Profile};
use crate::arith::recode::{Digit, DigitSet, Multiples, digit_product};
use crate::array::{Geometry, enabled_sum, enabled_sum_census, passing_sum};
use crate::census::{Parts, copies};
use tritloom_hdl::Primitive::Xor;
use tritloom_hdl::{Census, Module, ModuleBuilder, Shape, Value, sint, uint};

/// Gate delays of a product that is moved up, behind the feeder.
const PRODUCT_ARRIVAL: u32 = 8;
/// Gate delays of the sum so far, behind its gate.
const SUM_ARRIVAL: u32 = 1;

/// What elements move up: whole numbers, or powers of two.
fn moved_shape(moved: Numbers) -> Shape {
    if moved.form == Form::Power { uint(moved.digits()) } else { sint(moved.shape.width) }
}

/// Bits of a product before it is moved up.
fn product_bits(moved: Numbers) -> u32 {
    DigitSet::Ternary.product_bits(moved_shape(moved))
}

/// Bits of a product behind the greatest move.
fn moved_bits(positions: Numbers, moved: Numbers) -> u32 {
    product_bits(moved) + (1 << positions.position_bits()) - 1
}

/// Adds products of `depth` digits in each cycle.
pub(super) fn element(config: &Config) -> Module {
    let Geometry { depth, activation_bits, weight_bits, .. } = config.geometry;
    let [positions, moved] = config.positions_and_moved();
    let width = config.geometry.kept_bits();
    let m = ModuleBuilder::new(
        format!("sparse_element_a{activation_bits}_w{weight_bits}_d{depth}_s{width}_{}", config.element_name()),
        "Adds products of single digits to a carry-save sum.",
    );
    m.parameter("activation bits", activation_bits);
    m.parameter("weight bits", weight_bits);
    m.parameter("places", depth);
    m.parameter("bits of a word of the sum", width);
    let lanes = |name: &str, numbers: Numbers| m.input_lanes(name, uint(numbers.dealt_bits()), depth, told(numbers));
    let (activations, weights) = (lanes("activations", config.activations()), lanes("weights", config.weights()));
    let (digits, values) =
        if config.activations().form == Form::Position { (activations, weights) } else { (weights, activations) };
    let keeps = (!config.passes_sums()).then(|| {
        let first = m.documented_input("first", uint(1), "the sum begins anew");
        (first, m.documented_input("enable", uint(1), "the products are added"))
    });
    let mut heap = BitHeap::new(width);
    m.section("Digit products");
    let bits = positions.position_bits();
    let products = m.lanes("products", sint(moved_bits(positions, moved)), depth);
    let carries = m.lanes("carries", uint(1), depth);
    m.repeat("place", depth, |place| {
        let (digit, value) = (digits.lane(place), values.lane(place));
        let (value, negate) = signed(&m, moved, &value, &digit.top_bit());
        let times = Digit { negate: negate.clone(), magnitudes: vec![digit.bit(bits)] };
        let product = digit_product::product(&m, "digit", &times, &Multiples::up_to_one(&value));
        let product = digit_product::moved_up(&m, "moved", product, &digit.slice(0, bits), 1);
        products.drive(place, &product.word);
        carries.drive(place, &negate);
    });
    for place in 0..depth {
        heap.add_signed(&products.lane(place), 0, PRODUCT_ARRIVAL);
        heap.add_bit(&carries.lane(place), 0, 0);
    }
    let compression = config.tree.compression();
    match keeps {
        None => passing_sum(&m, heap, &compression),
        Some((first, enable)) => {
            m.section("Sum");
            let keep = m.wire("keep", &(!first).replicate(width));
            enabled_sum(&m, heap, (&keep, SUM_ARRIVAL), &enable, &compression);
        }
    }
    m.finish()
}

/// What a port holds of each place.
fn told(numbers: Numbers) -> &'static str {
    match numbers.form {
        Form::Whole => "first place lowest",
        Form::Position => "of a digit its position, whether there is one, and its sign",
        Form::Power => "of a digit its power of two, and its sign",
    }
}

/// A number that is moved up, and the sign of its product.
fn signed(m: &ModuleBuilder, moved: Numbers, value: &Value, negate: &Value) -> (Value, Value) {
    match moved.form {
        Form::Power => {
            let differ = m.wire("negate", &(value.top_bit() ^ negate));
            (value.slice(0, moved.digits()), differ)
        }
        Form::Whole | Form::Position => (value.as_signed(), negate.clone()),
    }
}

/// What the heap of [`element`] holds.
fn profile(config: &Config) -> Profile {
    let [positions, moved] = config.positions_and_moved();
    let mut profile = Profile::new(config.geometry.kept_bits());
    let bits = moved_bits(positions, moved);
    for _ in 0..config.geometry.depth {
        profile.add_signed(bits, 0, PRODUCT_ARRIVAL);
        profile.add_bit(0, 0);
    }
    let arrival = if config.passes_sums() { 0 } else { SUM_ARRIVAL };
    (0..2).for_each(|_| profile.add_unsigned(profile.width(), 0, arrival));
    profile
}

/// The parts of [`element`].
pub(super) fn element_census(config: &Config) -> Parts {
    let depth = config.geometry.depth.into();
    let [positions, moved] = config.positions_and_moved();
    let mut products = Census::default();
    products.add(Xor, u64::from(moved.form == Form::Power), 1);
    products.add_census(&digit_product::product_census(DigitSet::Ternary, moved_shape(moved)), 1);
    let shift = digit_product::moved_up_census(product_bits(moved), positions.position_bits(), 1);
    vec![
        ("digit products", copies(&products, depth)),
        ("shift", copies(&shift, depth)),
        ("compression", Plan::new(&profile(config), &config.tree.compression()).census()),
        ("accumulate", copies(&enabled_sum_census(config.geometry.kept_bits()), u64::from(!config.passes_sums()))),
    ]
}
