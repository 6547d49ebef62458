//! An operand as sign and leading-one position: five bits instead of eight.

use super::parameters::Config;
use crate::arith::recode::leading_one::{leading_one, leading_one_census};
use crate::census::sum_of;
use tritloom_hdl::Primitive::{Adder, AndOr, Inverter, Xor};
use tritloom_hdl::{Census, Lanes, Module, ModuleBuilder, sint, uint};

/// Bits of an operand.
pub(super) const OPERAND_BITS: u32 = 8;
/// Bits of the position of a leading one, above them a bit that only zero has.
pub(super) const EXPONENT_BITS: u32 = 4;
/// Bits of a code: the sign above the exponent.
pub(super) const CODE_BITS: u32 = EXPONENT_BITS + 1;

/// From a signed byte to its code. The exponent of zero is 15: with any other it sums to more than two leading ones do.
fn encoder() -> Module {
    let m = ModuleBuilder::new("leading_one_code", "Sign and position of the leading one of a signed byte.");
    let value = m.input("value", sint(OPERAND_BITS));
    let sign = value.top_bit();
    m.comment("The magnitude of -128 is 128: eight bits hold every one.");
    let complement = value.as_unsigned() ^ sign.replicate(OPERAND_BITS);
    let magnitude = m.wire("magnitude", &(complement + &sign).wrap(OPERAND_BITS));
    let detector = m.instance("detector", &leading_one(OPERAND_BITS));
    detector.connect("value", &magnitude);
    let zero = m.wire("zero", &!detector.output("found"));
    let position = detector.output("position") | zero.replicate(EXPONENT_BITS - 1);
    m.documented_output("code", &m.concat(&[&sign, &zero, &position]), "sign, then 0 to 7, or 15 for zero");
    m.finish()
}

/// The codes of the operands of a beat.
pub(super) fn encoded(m: &ModuleBuilder, config: &Config, name: &str, operands: &Lanes) -> Lanes {
    let encoder = encoder();
    let codes = m.lanes(&format!("{name}_codes"), uint(CODE_BITS), config.lanes);
    m.repeat(&format!("{name}_code"), config.lanes, |lane| {
        let instance = m.instance(&format!("encode_{name}"), &encoder);
        instance.connect("value", &operands.lane(lane));
        codes.drive(lane, &instance.output("code"));
    });
    (*codes).clone()
}

/// The primitives of one encoder.
pub(super) fn encoder_census() -> Census {
    let mut census = sum_of(&[
        (Xor, 1, OPERAND_BITS),        // complement
        (Adder, 1, OPERAND_BITS + 1),  // magnitude
        (Inverter, 1, 1),              // zero
        (AndOr, 1, EXPONENT_BITS - 1), // position
    ]);
    census.add_census(&leading_one_census(OPERAND_BITS), 1);
    census
}
