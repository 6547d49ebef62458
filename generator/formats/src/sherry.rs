//! Sherry, GGUF STQ1_0: 256 weights of which 3 in 4 are non-zero, and an f16 scale, in 42 bytes.
//!
//! | bytes | what |
//! |---|---|
//! | 32 | a 4-bit code for each of 64 groups, even groups in the low nibble |
//! | 8 | a sign for each group: group g is bit g mod 8 of byte g / 8; 0 is + |
//! | 2 | the scale, little endian |
//!
//! Lane p of group g is weight (g / 16) * 64 + g mod 16 + 16 * p. Code bits 3:2 are the lane that is zero.
//! The first non-zero lane has the group's sign; code bit 0 says that the second has the other one than the
//! first, code bit 1 that the third has. All 32 codes are legal.

use crate::scaled_blocks::BLOCK_WEIGHTS;
use crate::{FormatError, ScaledBlocks, check};

/// Bytes of a block.
pub const BLOCK_BYTES: usize = 42;

/// Groups of four weights in a block.
const GROUPS: usize = 64;
const CODE_BYTES: usize = 32;
const SIGN_BYTES: usize = 8;

/// The place in its block of lane `lane` of group `group`.
fn place(group: usize, lane: usize) -> usize {
    (group / 16) * 64 + group % 16 + 16 * lane
}

/// The code and the sign bit of a group that holds exactly one zero; the number of zeros of any other.
fn pack_group(group: [i8; 4]) -> Result<(u8, u8), usize> {
    let zeros = group.iter().filter(|&&weight| weight == 0).count();
    let zero = group.iter().position(|&weight| weight == 0).filter(|_| zeros == 1).ok_or(zeros)?;
    let mut signs = group.iter().filter(|&&weight| weight != 0).map(|&weight| u8::from(weight < 0));
    let mut next = || signs.next().unwrap_or_default();
    let (first, second, third) = (next(), next(), next());
    Ok(((zero as u8) << 2 | (third ^ first) << 1 | (second ^ first), first))
}

/// The weights of a group.
fn unpack_group(code: u8, sign: u8) -> [i8; 4] {
    let signs = [sign, sign ^ (code & 1), sign ^ (code >> 1 & 1)].map(|sign| if sign == 0 { 1 } else { -1 });
    let mut group = [0; 4];
    let zero = usize::from(code >> 2);
    for (lane, sign) in (0..4).filter(|&lane| lane != zero).zip(signs) {
        group[lane] = sign;
    }
    group
}

/// Refuses weights of which any group, as the layout cuts them, does not hold exactly one zero.
///
/// # Errors
/// `NotSparse` with the group's number counted over all blocks, `WeightCount`, `NotTernary`.
pub fn check_sparsity(weights: &[i8]) -> Result<(), FormatError> {
    check::ternary_units(weights, BLOCK_WEIGHTS)?;
    for (block, weights) in weights.chunks(BLOCK_WEIGHTS).enumerate() {
        for group in 0..GROUPS {
            pack_group(lanes(weights, group))
                .map_err(|zeros| FormatError::NotSparse { group: block * GROUPS + group, zeros })?;
        }
    }
    Ok(())
}

/// The weights of a group of a block.
fn lanes(block: &[i8], group: usize) -> [i8; 4] {
    [0, 1, 2, 3].map(|lane| block[place(group, lane)])
}

/// Packs whole blocks, 42 bytes each.
///
/// # Errors
/// `WeightCount`, `NotTernary`, `NotSparse` with the group's number counted over all blocks.
pub fn encode(blocks: &ScaledBlocks) -> Result<Vec<u8>, FormatError> {
    blocks.check()?;
    let mut bytes = Vec::with_capacity(blocks.scales.len() * BLOCK_BYTES);
    for (number, (weights, scale)) in blocks.blocks().enumerate() {
        let (mut codes, mut signs) = ([0; CODE_BYTES], [0; SIGN_BYTES]);
        for group in 0..GROUPS {
            let (code, sign) = pack_group(lanes(weights, group))
                .map_err(|zeros| FormatError::NotSparse { group: number * GROUPS + group, zeros })?;
            codes[group / 2] |= code << (4 * (group % 2));
            signs[group / 8] |= sign << (group % 8);
        }
        bytes.extend(codes);
        bytes.extend(signs);
        bytes.extend(scale.to_le_bytes());
    }
    Ok(bytes)
}

/// Unpacks whole blocks.
///
/// # Errors
/// `ByteCount`; no code is illegal.
pub fn decode(bytes: &[u8]) -> Result<ScaledBlocks, FormatError> {
    check::whole_blocks(bytes, BLOCK_BYTES)?;
    let mut blocks = ScaledBlocks::default();
    for block in bytes.chunks(BLOCK_BYTES) {
        let mut weights = [0; BLOCK_WEIGHTS];
        for group in 0..GROUPS {
            let code = block[group / 2] >> (4 * (group % 2)) & 15;
            let sign = block[CODE_BYTES + group / 8] >> (group % 8) & 1;
            for (lane, weight) in unpack_group(code, sign).into_iter().enumerate() {
                weights[place(group, lane)] = weight;
            }
        }
        blocks.weights.extend(weights);
        blocks.scales.push(u16::from_le_bytes([block[BLOCK_BYTES - 2], block[BLOCK_BYTES - 1]]));
    }
    Ok(blocks)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{all_groups, fnv1a};
    use proptest::prelude::*;

    #[test]
    fn the_32_codes_are_the_32_sparse_groups() {
        let mut packed: Vec<(u8, u8)> = Vec::new();
        for group in all_groups(4) {
            let group: [i8; 4] = group.try_into().unwrap();
            if let Ok((code, sign)) = pack_group(group) {
                assert_eq!(unpack_group(code, sign), group);
                packed.push((code, sign));
            }
        }
        packed.sort_unstable();
        let all: Vec<(u8, u8)> = (0..16).flat_map(|code| [(code, 0), (code, 1)]).collect();
        assert_eq!(packed, all);
    }

    #[test]
    fn known_bytes() {
        assert_eq!(pack_group([1, 0, -1, 1]), Ok((0b01_01, 0)));
        assert_eq!(pack_group([0, -1, 1, 1]), Ok((0b00_11, 1)));
        assert_eq!(pack_group([-1, -1, 1, 0]), Ok((0b11_10, 1)));
        // Every group + + + 0, but group 17 (weights 65, 81, 97, 113) is - 0 - +.
        let mut weights: Vec<i8> = (0..256).map(|index| i8::from(index % 64 < 48)).collect();
        (weights[65], weights[81], weights[97], weights[113]) = (-1, 0, -1, 1);
        let bytes = encode(&ScaledBlocks { weights, scales: vec![0x1234] }).unwrap();
        assert_eq!((bytes[7], bytes[8], bytes[9]), (0xcc, 0x6c, 0xcc));
        assert_eq!((bytes[34], bytes[35], &bytes[40..]), (0b10, 0, &[0x34, 0x12][..]));
    }

    #[test]
    fn golden_block() {
        let bytes: Vec<u8> = (0..42u32).map(|index| (index * 73 + 19) as u8).collect();
        let weights = decode(&bytes).unwrap().weights;
        let digits: Vec<u8> = weights.iter().map(|&weight| (weight + 1) as u8).collect();
        assert_eq!(fnv1a(&digits), 0x6e85_7d94_7a47_ece5);
    }

    #[test]
    fn what_is_not_sparse_is_refused_with_its_group() {
        let mut weights: Vec<i8> = (0..512).map(|index| i8::from(index % 64 >= 16)).collect();
        assert_eq!(check_sparsity(&weights), Ok(()));
        weights[256 + 16] = 0;
        let error = FormatError::NotSparse { group: 64, zeros: 2 };
        assert_eq!(check_sparsity(&weights), Err(error.clone()));
        assert_eq!(encode(&ScaledBlocks { weights, scales: vec![0, 0] }), Err(error));
        assert_eq!(pack_group([1, 1, 1, 1]), Err(0));
        let short = decode(&[0; 41]).unwrap_err().to_string();
        assert_eq!(short, "byte 0: expected a multiple of 42 bytes in all, found 41");
    }

    proptest! {
        #[test]
        fn any_bytes_come_back(blocks in 0usize..4, seed in prop::collection::vec(any::<u8>(), 4 * BLOCK_BYTES)) {
            let bytes = &seed[..blocks * BLOCK_BYTES];
            let unpacked = decode(bytes).unwrap();
            prop_assert_eq!(check_sparsity(&unpacked.weights), Ok(()));
            prop_assert_eq!(encode(&unpacked), Ok(bytes.to_vec()));
        }
    }
}
