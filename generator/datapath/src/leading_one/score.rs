//! The score of a key in the making: powers of two with signs, added to what its earlier beats gave.

use super::code::{CODE_BITS, EXPONENT_BITS};
use super::parameters::Config;
use crate::arith::bit_heap::{BitHeap, Plan, Profile};
use crate::census::{copies, sum_of};
use tritloom_hdl::Primitive::{Adder, AndOr, EnabledRegister, Inverter, Table, Xor};
use tritloom_hdl::{Bits, Census, Module, ModuleBuilder, Value, sint, uint};

/// Sums of two positions: 0 to 14.
const POWERS: u32 = 15;
/// Gate delays of a product behind the codes: the sum of two exponents, its decoder, exclusive OR.
const PRODUCT_ARRIVAL: u32 = 12;
/// Gate delays of a product's sign.
const SIGN_ARRIVAL: u32 = 2;
/// Gate delays of the score so far, behind its gate.
const SCORE_ARRIVAL: u32 = 1;

/// Inputs `query` and `key` (codes), `first` (the score begins anew) and `enable`; with `enable` the products of this
/// cycle are in the score of the next.
pub(super) fn score(config: &Config) -> Module {
    let (lanes, width) = (config.lanes, config.score_bits());
    let m = ModuleBuilder::new(
        format!("leading_one_score_l{lanes}_s{width}_{}", config.tree.name()),
        format!("Adds {lanes} products of powers of two to a score in each cycle."),
    );
    m.parameter("lanes", lanes);
    m.parameter("score bits", width);
    let query = m.input_lanes("query", uint(CODE_BITS), lanes, "codes, first place lowest");
    let key = m.input_lanes("key", uint(CODE_BITS), lanes, "codes, first place lowest");
    let first = m.documented_input("first", uint(1), "the score begins anew");
    let enable = m.documented_input("enable", uint(1), "a beat is added");

    m.section("Products");
    m.comment("A negative product is the complement of its power of two, and the sign is the one still to be added.");
    let signs = m.lanes("signs", uint(1), lanes);
    let words = m.lanes("words", sint(POWERS + 1), lanes);
    m.repeat("lane", lanes, |lane| {
        let (sign, word) = product(&m, &query.lane(lane), &key.lane(lane));
        signs.drive(lane, &sign);
        words.drive(lane, &word);
    });

    m.section("Score");
    let register = m.register("score", sint(width));
    let keep = (!&first).replicate(width);
    let base = m.wire("score_so_far", &(register.value().as_unsigned() & keep));
    let mut heap = BitHeap::new(width);
    words.iter().iter().for_each(|word| heap.add_signed(word, 0, PRODUCT_ARRIVAL));
    signs.iter().iter().for_each(|sign| heap.add_bit(sign, 0, SIGN_ARRIVAL));
    heap.add_unsigned(&base, 0, SCORE_ARRIVAL);
    let (sum, carry) = heap.reduce(&m, "heap", &config.tree.compression());
    register.enable(&enable).next(&m.wire("total", &(sum + carry)).wrap(width).as_signed());
    m.output("score", &register);
    m.finish()
}

/// The sign of a product and its power of two, complemented where it is negative. No power stands for an exponent of 15
/// or more: zero, or its complement and a one, which is zero too.
fn product(m: &ModuleBuilder, query: &Value, key: &Value) -> (Value, Value) {
    let exponent = |code: &Value| code.slice(0, EXPONENT_BITS);
    let sign = m.wire("sign", &(query.top_bit() ^ key.top_bit()));
    let sum = m.wire("exponent", &(exponent(query) + exponent(key)));
    let powers: Vec<Bits> = (0..POWERS).map(|power| Bits::from_u64(1 << power, POWERS)).collect();
    let power = m.wire("power", &sum.table(&powers, uint(POWERS)));
    let word = power ^ sign.replicate(POWERS);
    (sign.clone(), m.concat(&[&sign, &word]).as_signed())
}

/// What the heap of [`score`] holds, for its closed form.
fn profile(config: &Config) -> Profile {
    let mut profile = Profile::new(config.score_bits());
    (0..config.lanes).for_each(|_| profile.add_signed(POWERS + 1, 0, PRODUCT_ARRIVAL));
    (0..config.lanes).for_each(|_| profile.add_bit(0, SIGN_ARRIVAL));
    profile.add_unsigned(config.score_bits(), 0, SCORE_ARRIVAL);
    profile
}

/// The primitives of the products.
pub(super) fn products_census(config: &Config) -> Census {
    let product = sum_of(&[
        (Xor, 1, 1),                   // sign
        (Adder, 1, EXPONENT_BITS + 1), // exponent
        (Table, 1, POWERS * POWERS),   // power
        (Xor, 1, POWERS),              // word
    ]);
    copies(&product, config.lanes.into())
}

/// The primitives of the score's tree and adder.
pub(super) fn reduction_census(config: &Config) -> Census {
    let width = config.score_bits();
    let mut census = sum_of(&[
        (Inverter, 1, 1),            // of first
        (AndOr, 1, width),           // score so far
        (Adder, 1, width + 1),       // total
        (EnabledRegister, 1, width), // score
    ]);
    census.add_census(&Plan::new(&profile(config), &config.tree.compression()).census(), 1);
    census
}
