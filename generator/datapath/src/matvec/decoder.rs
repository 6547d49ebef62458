//! From a port's weight word to the keys of its groups: sign and magnitude of `v = sum w_i * 3^(mu-1-i)`.

use super::geometry::Geometry;
use crate::arith::five_trit::{self, TRITS_A_BYTE};
use crate::arith::reduction::bits_up_to;
use tritloom_formats::{WeightFormat, key};
use tritloom_hdl::{Bits, Module, ModuleBuilder, Value, sint, uint};

/// The byte of five zeros: a byte is the value of its five trits plus this.
const BYTE_OFFSET: u64 = 121;

/// Whether a port's word is anything but its keys. A lone trit in two's complement is its own key: the top bit is the
/// sign, the low bit says non-zero.
pub(super) fn has_decoder(geometry: &Geometry) -> bool {
    match geometry.weights {
        WeightFormat::Key => false,
        WeightFormat::TwoBit => geometry.group_size > 1,
        WeightFormat::FiveTrit => true,
    }
}

/// The decoder of one port, from `word` to `keys`; `None` where the word holds the keys already.
pub(super) fn decoder(geometry: &Geometry) -> Option<Module> {
    let group_size = geometry.group_size;
    if !has_decoder(geometry) {
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
            WeightFormat::FiveTrit => five_trit::decoded(&m, &word, geometry.lanes()),
            _ => word,
        };
        let codes = trits.lanes(uint(2 * group_size), geometry.tables);
        m.repeat("group", geometry.tables, |group| keys.drive(group, &key_of(&m, &codes.lane(group), group_size)));
    }
    m.output_lanes("keys", &keys, "sign above magnitude, group 0 lowest");
    Some(m.finish())
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

/// The key of a group of two's complement trits, the first trit lowest.
fn key_of(m: &ModuleBuilder, trits: &Value, group_size: u32) -> Value {
    if group_size == 1 {
        return trits.clone();
    }
    let encode = m.instance("encode", &key_encoder(group_size));
    encode.connect("trits", trits);
    encode.output("key")
}

/// Trits of which one table gives the value.
pub(super) const TABLE_TRITS: u32 = 3;

/// Sign and magnitude of the value of a group of trits.
fn key_encoder(group_size: u32) -> Module {
    let m = ModuleBuilder::new(
        format!("key_encoder_g{group_size}"),
        "The key of a group of trits: sign and magnitude of its value in base three.",
    );
    m.parameter("group size", group_size);
    let trits = m.documented_input("trits", uint(2 * group_size), "two's complement, first trit lowest");
    let head = part_value(&m, &trits, group_size, 0);
    let value = if group_size > TABLE_TRITS {
        let tail = part_value(&m, &trits, group_size, TABLE_TRITS);
        m.wire("sum", &(head + tail)).wrap(bits_up_to(key::entries(group_size).into()))
    } else {
        head
    };
    let negative = m.wire("negative", &value.top_bit());
    let low = value.as_unsigned().wrap(key::magnitude_bits(group_size));
    let flipped = m.wire("flipped", &(&low ^ negative.replicate(low.width())));
    let magnitude = m.wire("magnitude", &(&flipped + &negative)).wrap(low.width());
    m.output("key", &m.concat(&[&negative, &magnitude]));
    m.finish()
}

/// What up to three trits from `first` on contribute to the value of their group, from a table.
fn part_value(m: &ModuleBuilder, trits: &Value, group_size: u32, first: u32) -> Value {
    let count = (group_size - first).min(TABLE_TRITS);
    let weight = 3u32.pow(group_size - first - count);
    let bits = bits_up_to((key::entries(count) * weight).into());
    let entry = |code: u32| {
        let trit = |position: u32| [0, 1, 0, -1][(code >> (2 * position) & 3) as usize];
        let value: i128 = (0..count).fold(0, |value, position| 3 * value + trit(position));
        Bits::from_i128(value * i128::from(weight), bits)
    };
    let entries: Vec<Bits> = (0..1 << (2 * count)).map(entry).collect();
    let codes = trits.slice(2 * first, 2 * count);
    m.wire(&format!("value{first}"), &codes.table(&entries, sint(bits)))
}
