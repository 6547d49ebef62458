//! bitnet.cpp TL2: a triple of weights is v = 9 * w0 + 3 * w1 + w2, kept as 4 bits of |v| and a sign, the
//! [`Key`] of group size 3 taken apart into two planes.
//!
//! Magnitudes: two a byte, the first in the high nibble. Signs: triple t is bit 15 - t mod 16 of the 16-bit
//! word t / 16. Weights come in multiples of 48, which fill a word of signs and 8 bytes of magnitudes.

use crate::{FormatError, Key, check, key};

/// Weights behind one word of signs.
pub const UNIT_WEIGHTS: usize = 48;

const GROUP_SIZE: u32 = 3;
const UNIT_TRIPLES: usize = 16;
const UNIT_BYTES: usize = 8;

/// The two planes of packed weights.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Planes {
    /// 4 bits a triple, 8 bytes for each word of signs.
    pub magnitudes: Vec<u8>,
    /// 1 bit a triple.
    pub signs: Vec<u16>,
}

/// Packs a multiple of 48 ternary weights.
///
/// # Errors
/// `WeightCount`, `NotTernary`.
pub fn encode(trits: &[i8]) -> Result<Planes, FormatError> {
    check::ternary_units(trits, UNIT_WEIGHTS)?;
    let keys = trits.chunks(GROUP_SIZE as usize).map(key::encode).collect::<Result<Vec<Key>, _>>()?;
    let nibble = |key: Key| key.magnitude() as u8;
    let magnitudes = keys.chunks(2).map(|pair| nibble(pair[0]) << 4 | nibble(pair[1])).collect();
    let word = |unit: &[Key]| unit.iter().fold(0, |word, key| word << 1 | u16::from(key.negative()));
    Ok(Planes { magnitudes, signs: keys.chunks(UNIT_TRIPLES).map(word).collect() })
}

/// Unpacks all weights.
///
/// # Errors
/// `ByteCount` unless there are 8 bytes of magnitudes a word of signs; `IllegalCode`, placed in the plane of
/// magnitudes, for a magnitude of 14 or 15 and for a zero with a sign.
pub fn decode(planes: &Planes) -> Result<Vec<i8>, FormatError> {
    check::byte_count(&planes.magnitudes, planes.signs.len().saturating_mul(UNIT_BYTES))?;
    let mut trits = Vec::with_capacity(planes.signs.len() * UNIT_WEIGHTS);
    for (offset, byte) in planes.magnitudes.iter().enumerate() {
        for (half, shift) in [4, 0].into_iter().enumerate() {
            let triple = 2 * offset + half;
            let sign = planes.signs[triple / UNIT_TRIPLES] >> (15 - triple % UNIT_TRIPLES) & 1;
            let code = u32::from(byte >> shift & 15) | u32::from(sign) << 4;
            let key = Key::from_code(GROUP_SIZE, code);
            trits.extend(key.map_err(|error| error.moved_bits(8 * offset + shift))?.decode());
        }
    }
    Ok(trits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{all_groups, blocks_of};
    use proptest::prelude::*;

    #[test]
    fn every_triple_comes_back_in_every_place() {
        for group in all_groups(3) {
            for place in 0..16 {
                let mut trits = vec![0; 48];
                trits[3 * place..3 * place + 3].copy_from_slice(&group);
                assert_eq!(decode(&encode(&trits).unwrap()), Ok(trits));
            }
        }
    }

    #[test]
    fn known_planes() {
        let mut trits = [0; 96];
        // 9 - 3 + 0 = 6; -9 - 3 - 1 = -13 in triple 1; -1 in triple 16 + 15.
        trits[..6].copy_from_slice(&[1, -1, 0, -1, -1, -1]);
        trits[95] = -1;
        let planes = encode(&trits).unwrap();
        assert_eq!((planes.magnitudes[0], planes.magnitudes[15]), (0x6d, 0x01));
        assert_eq!(planes.signs, [0x4000, 0x0001]);
    }

    #[test]
    fn damage_is_refused_with_its_place() {
        let good = encode(&[0; 48]).unwrap();
        let with = |place: usize, byte, signs| {
            let mut planes = good.clone();
            planes.magnitudes[place] = byte;
            planes.signs[0] = signs;
            decode(&planes).unwrap_err().to_string()
        };
        assert!(with(7, 0x0e, 0).starts_with("byte 7, bit 0: expected a magnitude of at most"));
        assert!(with(2, 0xf0, 0).starts_with("byte 2, bit 4: expected a magnitude of at most"));
        assert!(with(1, 0x01, 0x2000).starts_with("byte 1, bit 4: expected a zero without sign"));
        let short = Planes { signs: vec![0, 0], ..good };
        assert_eq!(decode(&short).unwrap_err().to_string(), "byte 8: expected 16 bytes in all, found 8");
    }

    proptest! {
        #[test]
        fn weights_come_back(trits in blocks_of(UNIT_WEIGHTS, 8)) {
            let planes = encode(&trits).unwrap();
            prop_assert_eq!(decode(&planes), Ok(trits));
        }
    }
}
