//! Adders of blocks that know both their sums before their carry arrives.

use tritloom_hdl::{Census, ModuleBuilder, Primitive, Value};

use super::CarryOut;

/// The blocks of an adder from the lowest up: first bit, bits, and bits of its sum that are wanted. The carry of every
/// block is, but that of the topmost only when it is kept.
fn blocks(width: u32, block: u32, carry_out: CarryOut) -> impl Iterator<Item = (u32, u32, u32)> {
    let step = block.max(1);
    (0..width).step_by(step as usize).map(move |first| {
        let bits = step.min(width - first);
        let carries = if first + bits < width { 1 } else { carry_out.bits() };
        (first, bits, bits + carries)
    })
}

#[track_caller]
pub(super) fn build(m: &ModuleBuilder, a: &Value, b: &Value, carry: &Value, block: u32, carry_out: CarryOut) -> Value {
    let width = a.width();
    let mut carry = carry.clone();
    let mut sums: Vec<Value> = Vec::new();
    for (number, (first, bits, wanted)) in blocks(width, block, carry_out).enumerate() {
        let (a, b) = (a.slice(first, bits), b.slice(first, bits));
        let sum = if number == 0 {
            a.add_with_carry(&b, &carry).wrap(wanted)
        } else {
            let without = m.wire(&format!("block{number}_sum_without_carry"), &(&a + &b).wrap(wanted));
            let with = a.add_with_carry(&b, &m.uint(1, 1)).wrap(wanted);
            carry.mux(&m.wire(&format!("block{number}_sum_with_carry"), &with), &without)
        };
        let sum = m.wire(&format!("block{number}_sum"), &sum);
        carry = sum.top_bit();
        sums.push(if first + bits < width { sum.wrap(bits) } else { sum });
    }
    m.concat(&sums.iter().rev().collect::<Vec<_>>())
}

/// One adder in the lowest block, two and a multiplexer in every other.
pub(super) fn census(width: u32, block: u32, carry_out: CarryOut) -> Census {
    let mut census = Census::default();
    for (first, bits, wanted) in blocks(width, block, carry_out) {
        census.add(Primitive::Adder, if first == 0 { 1 } else { 2 }, u64::from(bits) + 1);
        census.add(Primitive::Multiplexer, u64::from(first > 0), wanted.into());
    }
    census
}
