//! The model file: known bytes, damage, and what is written comes back.

use proptest::prelude::*;
use tritloom_formats::FirstWeight;
use tritloom_workload::{Decoder, MatrixId, MatrixKind, Model, ReferenceEngine, Shape, bitllama, synthetic};

const SMALL: Shape = Shape { dim: 4, hidden: 8, layers: 1, heads: 2, kv_heads: 1, vocab: 2, seq_len: 3 };

/// Where the parts of [`small_file`] begin: 256 + 4 * 4 for the gain, + 2 * 4 * 4 for the embedding.
const EMBEDDING: usize = 272;
const WQ: usize = 304;
/// Behind a scale and 4 x 4 weights.
const WK: usize = WQ + 8;

/// A file made byte by byte.
fn small_file() -> Vec<u8> {
    let mut bytes = vec![0x32, 0x34, 0x6b, 0x61, 1, 0, 0, 0];
    for size in [4u8, 8, 1, 2, 1, 2, 3] {
        bytes.extend([size, 0, 0, 0]);
    }
    bytes.push(1);
    bytes.resize(256, 0);
    let float = |bytes: &mut Vec<u8>, number: f32| bytes.extend(number.to_le_bytes());
    (1..5u8).for_each(|gain| float(&mut bytes, gain.into()));
    (0..8u8).for_each(|index| float(&mut bytes, f32::from(index) / 8.0));
    for weights in [
        &[0x71, 0x00, 0xff, 0x55][..],
        &[0x71, 0x40],
        &[0xc0, 0x03],
        &[0x01, 0x04, 0x10, 0x40],
        &[0x4d; 8],
        &[0x11, 0x33, 0x44, 0xcc, 0x5f, 0xf5, 0x05, 0x50],
        &[0xd4; 8],
    ] {
        float(&mut bytes, 0.5);
        bytes.extend(weights);
    }
    bytes
}

fn read(bytes: &[u8]) -> Result<Model, String> {
    bitllama::read("m.bin", bytes, FirstWeight::High).map_err(|error| error.to_string())
}

/// The refusal of the small file with bytes replaced from `offset` on.
fn refused_with(offset: usize, replacement: &[u8]) -> String {
    let mut bytes = small_file();
    bytes[offset..offset + replacement.len()].copy_from_slice(replacement);
    read(&bytes).unwrap_err()
}

#[test]
fn known_bytes() {
    let model = read(&small_file()).unwrap();
    assert_eq!(*model.shape(), SMALL);
    assert_eq!(model.gain(), [1.0, 2.0, 3.0, 4.0]);
    assert_eq!(model.embedding(1), Some(&[0.5, 0.625, 0.75, 0.875][..]));
    assert_eq!(model.embedding(2), None);
    let matrix = |kind, layer| model.matrix(MatrixId { kind, layer });
    let wq = matrix(MatrixKind::Wq, 0).unwrap();
    assert_eq!((wq.rows(), wq.columns(), wq.scale()), (4, 4, 0.5));
    assert_eq!(wq.trits(), [1, -1, 0, 1, 0, 0, 0, 0, -1, -1, -1, -1, 1, 1, 1, 1]);
    assert_eq!(matrix(MatrixKind::W2, 0).unwrap().trits()[..8], [0, 1, 0, 1, 0, -1, 0, -1]);
    assert_eq!(matrix(MatrixKind::Wq, 1), None);
    assert_eq!(matrix(MatrixKind::W3, usize::MAX), None);
    assert_eq!(bitllama::write(&model, FirstWeight::High), Ok(small_file()));
}

#[test]
fn the_other_packing_order_is_an_option() {
    let model = bitllama::read("m.bin", &small_file(), FirstWeight::Low).unwrap();
    let wq = model.matrix(MatrixId { kind: MatrixKind::Wq, layer: 0 }).unwrap();
    assert_eq!(wq.trits()[..4], [1, 0, -1, 1]);
    assert_eq!(bitllama::write(&model, FirstWeight::Low), Ok(small_file()));
}

#[test]
fn a_damaged_header_is_refused_with_its_place() {
    assert_eq!(refused_with(0, &[0x33]), "m.bin: byte 0: expected the magic 0x616b3432, found 0x616b3433");
    assert_eq!(refused_with(4, &[2]), "m.bin: byte 4: expected version 1, found 2");
    assert_eq!(refused_with(8, &[0]), "m.bin: byte 8: expected dim: 1 to 8388608, found 0");
    assert_eq!(refused_with(8, &[6]), "m.bin: byte 8: expected dim: a multiple of 4, found 6");
    assert_eq!(refused_with(12, &[0, 0, 0, 0x80]), "m.bin: byte 12: expected hidden, not negative, found -2147483648");
    assert!(refused_with(20, &[3]).starts_with("m.bin: byte 20: expected heads: heads of an even number"));
    assert!(refused_with(20, &[4]).starts_with("m.bin: byte 20: expected heads: heads of an even number"));
    assert_eq!(refused_with(24, &[4]), "m.bin: byte 24: expected kv_heads: a divisor of the 2 heads, found 4");
    assert_eq!(refused_with(36, &[2]), "m.bin: byte 36: expected a flag of 0 or 1, found 2");
    assert_eq!(refused_with(255, &[9]), "m.bin: byte 255: expected a padding of 0, found 9");
}

#[test]
fn damaged_numbers_and_weights_are_refused_with_their_place() {
    let nan = f32::NAN.to_le_bytes();
    assert_eq!(refused_with(260, &nan), "m.bin: byte 260: expected the gain of the last norm, finite, found NaN");
    let infinite = f32::NEG_INFINITY.to_le_bytes();
    let place = EMBEDDING + 28;
    assert_eq!(
        refused_with(place, &infinite),
        format!("m.bin: byte {place}: expected the embedding, finite, found -inf")
    );
    assert_eq!(
        refused_with(WK, &nan),
        format!("m.bin: byte {WK}: expected the scale of wk of layer 0, finite, found NaN")
    );
    let place = WQ + 4 + 2;
    let legal = "four weights of wq of layer 0, each 11 (-1), 00 (0) or 01 (+1)";
    assert_eq!(refused_with(place, &[0x82]), format!("m.bin: byte {place}: expected {legal}, found 0b10000010"));
}

#[test]
fn every_truncation_and_any_more_bytes_are_refused() {
    let bytes = small_file();
    for length in 0..bytes.len() {
        let message = read(&bytes[..length]).unwrap_err();
        assert!(message.contains(" before the end"), "{message}");
    }
    let message = read(&bytes[..WK + 5]).unwrap_err();
    assert_eq!(
        message,
        format!("m.bin: byte {}: expected 2 bytes of the weights of wk of layer 0, found 1 before the end", WK + 4)
    );
    let longer = [&bytes[..], &[0]].concat();
    let expected = format!("m.bin: byte {}: expected the end of the file, found 1 more bytes", bytes.len());
    assert_eq!(read(&longer).unwrap_err(), expected);
}

#[test]
fn sizes_that_the_file_cannot_hold_allocate_nothing() {
    // dim, hidden and vocab of 2^23: an embedding of 2^48 bytes.
    let mut bytes = small_file();
    for offset in [8, 12, 28] {
        bytes[offset..offset + 4].copy_from_slice(&[0, 0, 0x80, 0]);
    }
    assert!(read(&bytes).unwrap_err().starts_with("m.bin: byte 256: expected 33554432 bytes of the gain"));
}

/// Small shapes with every relation between heads, `dim` and `hidden`.
fn shapes() -> impl Strategy<Value = Shape> {
    (1usize..4, 1usize..4, 1usize..4, 1usize..6, 1usize..3, 2usize..6).prop_map(
        |(kv_heads, sharing, half_head, hidden, layers, vocab)| {
            let heads = kv_heads * sharing;
            Shape { dim: 4 * heads * half_head, hidden: 4 * hidden, layers, heads, kv_heads, vocab, seq_len: 4 }
        },
    )
}

proptest! {
    #[test]
    fn models_come_back_in_both_orders(shape in shapes(), seed in any::<u64>()) {
        let model = synthetic::model(shape, seed).unwrap();
        for first in [FirstWeight::High, FirstWeight::Low] {
            let bytes = bitllama::write(&model, first).unwrap();
            prop_assert_eq!(bitllama::read("m.bin", &bytes, first), Ok(model.clone()));
        }
    }

    #[test]
    fn damaged_files_never_panic(
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        header in prop::option::of((0usize..7, any::<i32>())),
        length in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut bytes = small_file();
        for (place, byte) in damage {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if let Some((size, value)) = header {
            bytes[8 + 4 * size..12 + 4 * size].copy_from_slice(&value.to_le_bytes());
        }
        if let Some(length) = length {
            bytes.truncate(length.index(bytes.len() + 1));
        }
        if let Ok(model) = read(&bytes) {
            // What the reader lets pass, the decoder can run, and the writer gives back, but for the flag.
            Decoder::new(&model).step(&mut ReferenceEngine::new(&model), 1).unwrap();
            bytes[36] = 1;
            prop_assert_eq!(bitllama::write(&model, FirstWeight::High), Ok(bytes));
        }
    }
}
