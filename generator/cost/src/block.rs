//! Primitives alone between registers: they tell apart what always occurs together in whole designs.

use crate::form::{Features, features};
use tritloom_hdl::{Bits, Design, ModuleBuilder, Value, bits_for, uint};

/// A design of one primitive with its registers.
pub struct Block {
    /// What it is, and how large.
    pub identity: String,
    /// The design.
    pub hardware: Design,
}

impl Block {
    /// The features of its census.
    pub fn features(&self) -> Features {
        features(&self.hardware.census())
    }
}

/// What stands between the registers: from their values and a size to one value.
type Logic = fn(&ModuleBuilder, &[Value], u32) -> Value;

/// One kind of block.
struct Kind {
    name: &'static str,
    sizes: &'static [u32],
    /// The widths of the operands, each in a register.
    operands: fn(u32) -> Vec<u32>,
    logic: Logic,
}

/// The width of words that are chosen, stored or looked up.
const WORD: u32 = 9;

#[rustfmt::skip]
const KINDS: &[Kind] = &[
    Kind { name: "register", sizes: &[8, 32], operands: |n| vec![n], logic: |_, x, _| x[0].clone() },
    Kind { name: "adder", sizes: &[4, 8, 16, 24], operands: |n| vec![n, n], logic: |_, x, _| &x[0] + &x[1] },
    Kind { name: "multiplier", sizes: &[3, 4, 6, 8], operands: |n| vec![n, n], logic: |_, x, _| &x[0] * &x[1] },
    Kind { name: "less", sizes: &[4, 8, 16], operands: |n| vec![n, n], logic: |_, x, _| x[0].less(&x[1]) },
    Kind { name: "equal", sizes: &[4, 8, 16], operands: |n| vec![n, n], logic: |_, x, _| x[0].equals(&x[1]) },
    Kind { name: "and", sizes: &[8, 32], operands: |n| vec![n, n], logic: |_, x, _| &x[0] & &x[1] },
    Kind { name: "xor", sizes: &[8, 32], operands: |n| vec![n, n], logic: |_, x, _| &x[0] ^ &x[1] },
    Kind { name: "full_adder", sizes: &[8, 24], operands: |n| vec![n, n, n], logic: full_adder },
    Kind { name: "mux", sizes: &[8, 32], operands: |n| vec![n, n, 1], logic: |_, x, _| x[2].mux(&x[0], &x[1]) },
    Kind { name: "select", sizes: &[4, 8, 16], operands: |n| vec![n * WORD, bits_for(u64::from(n) - 1)], logic: select },
    Kind { name: "any", sizes: &[8, 24], operands: |n| vec![n], logic: |_, x, _| x[0].any() },
    Kind { name: "parity", sizes: &[8, 24], operands: |n| vec![n], logic: |_, x, _| x[0].parity() },
    Kind { name: "popcount", sizes: &[8, 24], operands: |n| vec![n], logic: |_, x, _| x[0].popcount() },
    Kind { name: "table", sizes: &[32, 243], operands: |n| vec![bits_for(u64::from(n) - 1)], logic: table },
    Kind { name: "memory", sizes: &[6, 24], operands: |n| vec![WORD, bits_for(u64::from(n) - 1), 2], logic: memory },
    Kind { name: "enabled", sizes: &[8, 32], operands: |n| vec![n, 1], logic: enabled },
    Kind { name: "reset", sizes: &[8, 32], operands: |n| vec![n], logic: reset },
];

fn full_adder(m: &ModuleBuilder, x: &[Value], _: u32) -> Value {
    let (left, right, carry) = (&x[0], &x[1], &x[2]);
    let half = left ^ right;
    m.concat(&[&(&half ^ carry), &(&(left & right) | &(&half & carry))])
}

fn select(_: &ModuleBuilder, x: &[Value], size: u32) -> Value {
    let words: Vec<Value> = (0..size).map(|place| x[0].slice(place * WORD, WORD)).collect();
    x[1].select(&words)
}

/// Entries as irregular as a decoder's.
fn table(_: &ModuleBuilder, x: &[Value], size: u32) -> Value {
    let entry = |place: u32| Bits::from_u64(u64::from(place * place * 37 / 5 + place * 11) % (1 << WORD), WORD);
    x[0].table(&(0..size).map(entry).collect::<Vec<_>>(), uint(WORD))
}

fn memory(m: &ModuleBuilder, x: &[Value], size: u32) -> Value {
    let memory = m.memory("words", uint(WORD), size);
    memory.write(&x[2].bit(0), &x[1], &x[0]);
    memory.read("word", &x[2].bit(1), &x[1])
}

fn enabled(m: &ModuleBuilder, x: &[Value], size: u32) -> Value {
    let register = m.register("held", uint(size));
    register.enable(&x[1]);
    register.next(&x[0]);
    register.value().clone()
}

fn reset(m: &ModuleBuilder, x: &[Value], size: u32) -> Value {
    let register = m.register("state", uint(size));
    register.reset(0);
    register.next(&x[0]);
    register.value().clone()
}

/// Every block of every size.
///
/// # Panics
/// Where a block is no sound design: a defect of this file.
pub fn blocks() -> Vec<Block> {
    KINDS.iter().flat_map(|kind| kind.sizes.iter().map(|size| block(kind, *size))).collect()
}

fn block(kind: &Kind, size: u32) -> Block {
    let m = ModuleBuilder::new(format!("block_{}_{size}", kind.name), "One primitive between registers.");
    let register = |(position, width): (usize, u32)| {
        let input = m.input(&format!("x{position}"), uint(width));
        m.delay(&format!("operand{position}"), &input, None)
    };
    let operands: Vec<Value> = (kind.operands)(size).into_iter().enumerate().map(register).collect();
    let result = (kind.logic)(&m, &operands, size);
    m.output("y", &m.delay("result", &result, None));
    let hardware = Design::new(m.finish()).expect("a block is a sound design");
    Block { identity: format!("block {} {size}", kind.name), hardware }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tritloom_hdl::Primitive;

    #[test]
    fn blocks_reach_every_primitive() {
        let blocks = blocks();
        for primitive in Primitive::ALL {
            let holds = |block: &&Block| block.hardware.census().get(primitive).count > 0;
            assert!(blocks.iter().filter(holds).count() > 1 || primitive == Primitive::Inverter, "{primitive:?}");
        }
    }
}
