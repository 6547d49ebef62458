//! Ternary weights that share bytes, five in each (`tritloom_formats::five_trit`), to two bits each.

use crate::census::sum_of;
use tritloom_hdl::{Bits, Census, Module, ModuleBuilder, Primitive, Value, uint};

/// Trits of a byte.
pub const TRITS_A_BYTE: u32 = 5;
/// Bytes that stand for five trits.
const LEGAL_BYTES: u32 = 243;

/// Bits of `count` trits that share bytes.
pub fn bits(count: u32) -> u32 {
    8 * count.div_ceil(TRITS_A_BYTE)
}

/// Two bits in two's complement for each of `count` trits, the first lowest, from the bytes that hold them; what the
/// last byte holds beyond them is dropped.
pub fn decoded(m: &ModuleBuilder, word: &Value, count: u32) -> Value {
    let bytes = count.div_ceil(TRITS_A_BYTE);
    let trits = m.lanes("trits", uint(2 * TRITS_A_BYTE), bytes);
    let lanes = word.lanes(uint(8), bytes);
    m.repeat("byte_index", bytes, |byte| {
        let decode = m.instance("trits", &byte_decoder());
        decode.connect("byte_value", &lanes.lane(byte));
        trits.drive(byte, &decode.output("trits"));
    });
    trits.flat().wrap(2 * count)
}

/// The primitives of [`decoded`].
pub fn census(count: u32) -> Census {
    sum_of(&[(Primitive::Table, count.div_ceil(TRITS_A_BYTE).into(), LEGAL_BYTES * 2 * TRITS_A_BYTE)])
}

/// One byte of five trits to five two's complement codes, the first trit lowest; zero for illegal bytes.
fn byte_decoder() -> Module {
    let m = ModuleBuilder::new("five_trit_decoder", "Five trits of a byte, two bits each in two's complement.");
    let byte = m.documented_input("byte_value", uint(8), "0 to 242");
    let entry = |code: u32| {
        let digit = |position: u32| code / 3u32.pow(TRITS_A_BYTE - 1 - position) % 3;
        let trit = |position: u32| (digit(position) + 3) % 4;
        Bits::from_u64((0..TRITS_A_BYTE).map(|position| u64::from(trit(position)) << (2 * position)).sum(), 10)
    };
    let entries: Vec<Bits> = (0..LEGAL_BYTES).map(entry).collect();
    m.documented_output("trits", &byte.table(&entries, uint(10)), "first trit lowest");
    m.finish()
}
