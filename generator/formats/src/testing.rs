//! What the tests of all codecs share.

use proptest::prelude::*;

/// All groups of `size` weights, from all -1 to all +1, the first weight slowest.
pub(crate) fn all_groups(size: u32) -> Vec<Vec<i8>> {
    let mut groups = vec![Vec::new()];
    for _ in 0..size {
        let longer = |group: &Vec<i8>| [-1, 0, 1].map(|trit| [group.as_slice(), &[trit]].concat());
        groups = groups.iter().flat_map(longer).collect();
    }
    groups
}

/// Up to `blocks` blocks of `size` ternary weights.
pub(crate) fn blocks_of(size: usize, blocks: usize) -> impl Strategy<Value = Vec<i8>> {
    (0..=blocks).prop_flat_map(move |count| prop::collection::vec(-1i8..=1, count * size))
}

/// `count` weights from a short rule that is easy to repeat outside of this repository.
pub(crate) fn pattern(count: usize) -> Vec<i8> {
    (0..count).map(|index| ((index * index + index / 7) % 3) as i8 - 1).collect()
}

/// A 64-bit FNV-1a hash: a golden value for packings too long to write down.
pub(crate) fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
