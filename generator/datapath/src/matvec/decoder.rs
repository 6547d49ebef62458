//! From a port's weight word to the keys of its groups: sign and magnitude of `v = sum w_i * 3^(mu-1-i)`.

use super::geometry::Geometry;
use tritloom_formats::{WeightFormat, key};
use tritloom_hdl::{Bits, Module, ModuleBuilder, Value, bits_for, sint, uint};

const TRITS_A_BYTE: u32 = 5;
/// The byte of five zeros: a byte is the value of its five trits plus this.
const BYTE_OFFSET: u64 = 121;
const LEGAL_BYTES: u32 = 243;

/// The decoder of one port, from `word` to `keys`; `None` where the word holds the keys already.
pub(super) fn decoder(geometry: &Geometry) -> Option<Module> {
    let group_size = geometry.group_size;
    if geometry.weights == WeightFormat::Key || (geometry.weights == WeightFormat::TwoBit && group_size == 1) {
        // Two's complement of one trit is its key: the top bit is the sign, the low bit says non-zero.
        return None;
    }
    let name = format!("{}_to_keys_g{group_size}_t{}", geometry.weights.name(), geometry.tables);
    let m = ModuleBuilder::new(name, "Decodes the weights of one port into the keys of its groups.");
    m.parameter("group size", group_size);
    m.parameter("groups", geometry.tables);
    let word = m.input("word", uint(geometry.word_bits()));
    let keys = m.lanes("keys", uint(key::bits(group_size)), geometry.tables);
    if geometry.weights == WeightFormat::FiveTrit && group_size == TRITS_A_BYTE {
        m.repeat("group", geometry.tables, |group| {
            let byte = word.lanes(uint(8), geometry.tables).lane(group);
            let decode = m.instance("key", &byte_key());
            decode.connect("byte_value", &byte);
            keys.drive(group, &decode.output("key"));
        });
    } else {
        let trits = match geometry.weights {
            WeightFormat::FiveTrit => trits_of_bytes(&m, &word, geometry),
            _ => word,
        };
        let codes = trits.lanes(uint(2 * group_size), geometry.tables);
        m.repeat("group", geometry.tables, |group| {
            let encode = m.instance("key", &key_encoder(group_size));
            encode.connect("trits", &codes.lane(group));
            keys.drive(group, &encode.output("key"));
        });
    }
    m.output_lanes("keys", &keys, "sign above magnitude, group 0 lowest");
    Some(m.finish())
}

/// Two bits a trit from bytes of five; what the last byte holds beyond the lanes is dropped.
fn trits_of_bytes(m: &ModuleBuilder, word: &Value, geometry: &Geometry) -> Value {
    let bytes = geometry.word_bits() / 8;
    let trits = m.lanes("trits", uint(2 * TRITS_A_BYTE), bytes);
    let lanes = word.lanes(uint(8), bytes);
    m.repeat("byte_index", bytes, |byte| {
        let decode = m.instance("trits", &byte_trits());
        decode.connect("byte_value", &lanes.lane(byte));
        trits.drive(byte, &decode.output("trits"));
    });
    trits.flat().wrap(2 * geometry.lanes())
}

/// One byte of five trits to its key: one comparison and one subtraction (bytes above 242 are illegal).
fn byte_key() -> Module {
    let m = ModuleBuilder::new("five_trit_key", "The key of a byte of five trits, value + 121.");
    let byte = m.documented_input("byte_value", uint(8), "0 to 242");
    let zero = m.uint(BYTE_OFFSET, 8);
    let negative = m.wire("negative", &byte.less(&zero));
    let larger = m.wire("larger", &negative.mux(&zero, &byte));
    let smaller = m.wire("smaller", &negative.mux(&byte, &zero));
    let magnitude = m.wire("difference", &(larger - smaller)).wrap(key::magnitude_bits(TRITS_A_BYTE));
    m.output("key", &m.concat(&[&negative, &magnitude]));
    m.finish()
}

/// One byte of five trits to five two's complement codes, the first trit lowest; zero for illegal bytes.
fn byte_trits() -> Module {
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

/// Groups of at most three trits have their value from a table of 64 entries.
const TABLE_TRITS: u32 = 3;

/// The key of a group of two's complement trits, the first trit lowest.
fn key_encoder(group_size: u32) -> Module {
    let m = ModuleBuilder::new(
        format!("key_encoder_g{group_size}"),
        "The key of a group of trits: sign and magnitude of its value in base three.",
    );
    m.parameter("group size", group_size);
    let trits = m.documented_input("trits", uint(2 * group_size), "two's complement, first trit lowest");
    let value = m.wire("value", &group_value(&m, &trits, group_size, 0));
    let negative = m.wire("negative", &value.top_bit());
    let flipped = m.wire("flipped", &(value.as_unsigned() ^ negative.replicate(value.width())));
    let magnitude = m.wire("magnitude", &(&flipped + &negative)).wrap(key::magnitude_bits(group_size));
    m.output("key", &m.concat(&[&negative, &magnitude]));
    m.finish()
}

/// The value of trits `first ..`, the first of them the most significant digit.
fn group_value(m: &ModuleBuilder, trits: &Value, group_size: u32, first: u32) -> Value {
    let count = (group_size - first).min(TABLE_TRITS);
    let value_bits = |trits: u32| bits_for(u64::from(key::entries(trits))) + 1;
    let entry = |code: u32| {
        let trit = |position: u32| [0, 1, 0, -1][(code >> (2 * position) & 3) as usize];
        let value: i128 = (0..count).fold(0, |value, position| 3 * value + trit(position));
        Bits::from_i128(value, value_bits(count))
    };
    let entries: Vec<Bits> = (0..1 << (2 * count)).map(entry).collect();
    let codes = trits.slice(2 * first, 2 * count);
    let head = m.wire(&format!("digits{first}"), &codes.table(&entries, sint(value_bits(count))));
    let rest = group_size - first - count;
    if rest == 0 {
        return head;
    }
    let tail = group_value(m, trits, group_size, first + count);
    let weight = m.sint(3i64.pow(rest), bits_for(3u64.pow(rest)) + 1);
    let scaled = m.wire(&format!("scaled{first}"), &(head * weight));
    (scaled + tail).wrap(value_bits(group_size))
}
