use super::*;
use crate::testing::{all_groups, pattern};
use proptest::prelude::*;

fn layout(format: WeightFormat, group_size: u32, tables: u32) -> WordLayout {
    WordLayout::new(format, group_size, tables).unwrap()
}

#[test]
fn widths() {
    let bits = |format| layout(format, 3, 7).bits();
    assert_eq!(WeightFormat::ALL.map(bits), [35, 42, 40]);
    assert_eq!(layout(WeightFormat::Key, 6, 16).bits(), 160);
    assert_eq!(layout(WeightFormat::Key, 6, 16).lanes(), 96);
    assert_eq!(layout(WeightFormat::FiveTrit, 1, 1).bits(), 8);
}

#[test]
fn every_group_stands_in_the_lowest_bits_as_its_codec_says() {
    for size in 1..=6 {
        for group in all_groups(size) {
            let word = |format| layout(format, size, 1).pack(&group).unwrap().limbs()[0];
            assert_eq!(word(WeightFormat::Key), u64::from(key::encode(&group).unwrap().to_code()));
            let pairs = group.iter().rev().fold(0, |word, &trit| word << 2 | (trit as u64 & 3));
            assert_eq!(word(WeightFormat::TwoBit), pairs);
            let bytes = five_trit::encode(&group).unwrap();
            assert_eq!(word(WeightFormat::FiveTrit).to_le_bytes()[..bytes.len()], bytes);
        }
    }
}

#[test]
fn known_words() {
    let trits = [1, -1, 0, 1, 0, -1];
    let word = |format, size| layout(format, size, 6 / size).pack(&trits).unwrap().limbs()[0];
    // Triples 9 - 3 = 6 and 9 - 1 = 8, five bits each; pairs 2, 1, -1, four bits each.
    assert_eq!(word(WeightFormat::Key, 3), 8 << 5 | 6);
    assert_eq!(word(WeightFormat::Key, 2), 0b1001_0001_0010);
    assert_eq!(word(WeightFormat::TwoBit, 3), 0b11_00_01_00_11_01);
    // 121 + 81 - 27 + 3 = 178; then 121 - 81 = 40 with four zeros behind it.
    assert_eq!(word(WeightFormat::FiveTrit, 3), 40 << 8 | 178);
}

#[test]
fn words_longer_than_a_limb() {
    let hash = |format, size, tables| {
        let layout = layout(format, size, tables);
        let word = layout.pack(&pattern(layout.lanes())).unwrap();
        let bytes: Vec<u8> = word.limbs().iter().flat_map(|limb| limb.to_le_bytes()).collect();
        (word.width_bits(), crate::testing::fnv1a(&bytes))
    };
    assert_eq!(hash(WeightFormat::Key, 3, 43), (215, 0x74a2_7c44_339d_240e));
    assert_eq!(hash(WeightFormat::Key, 4, 32), (224, 0x20a4_cc31_788d_5bde));
    assert_eq!(hash(WeightFormat::TwoBit, 5, 21), (210, 0xb847_7e5d_fceb_facc));
    assert_eq!(hash(WeightFormat::FiveTrit, 6, 16), (160, 0x6103_2e7f_9052_b99c));
}

#[test]
fn what_is_not_a_word_is_refused_with_its_place() {
    let key = layout(WeightFormat::Key, 3, 20);
    let mut limbs = vec![0, 0];
    // Group 13 has bits 65 to 69; magnitude 14 is one too many.
    limbs[1] = 14 << 1;
    let word = PortWord::from_limbs(100, limbs).unwrap();
    assert!(key.unpack(&word).unwrap_err().to_string().starts_with("byte 8, bit 1: expected a magnitude"));

    let five = layout(WeightFormat::FiveTrit, 3, 2);
    let unpack = |limb| five.unpack(&PortWord::from_limbs(16, vec![limb]).unwrap()).map_err(|error| error.to_string());
    assert_eq!(unpack(121 << 8 | 121), Ok(vec![0; 6]));
    assert!(unpack(121 << 8 | 243).unwrap_err().starts_with("byte 0, bit 0: expected 0 to 242"));
    assert!(unpack(122 << 8 | 121).unwrap_err().starts_with("byte 1, bit 0: expected zero weights behind"));

    let two = layout(WeightFormat::TwoBit, 1, 4);
    let word = PortWord::from_limbs(8, vec![0b00_10_00_00]).unwrap();
    assert!(two.unpack(&word).unwrap_err().to_string().starts_with("byte 0, bit 4: expected 11 (-1)"));
    assert_eq!(two.unpack(&PortWord::zero(9)).unwrap_err().to_string(), "expected a port word of 8 bits, found 9");
    assert!(matches!(two.pack(&[0; 5]), Err(FormatError::WeightCount { found: 5, .. })));
    assert!(matches!(two.pack(&[0, 0, 3, 0]), Err(FormatError::NotTernary { index: 2, value: 3 })));
}

#[test]
fn widths_that_cannot_be_are_refused() {
    let refused = |group_size, tables| WordLayout::new(WeightFormat::Key, group_size, tables).unwrap_err();
    assert_eq!(refused(7, 1), FormatError::GroupSize { found: 7 });
    assert_eq!(refused(0, 1), FormatError::GroupSize { found: 0 });
    assert!(matches!(refused(2, 0), FormatError::WordWidth { found: 0, .. }));
    assert!(matches!(refused(6, u32::MAX), FormatError::WordWidth { found: 0x9_ffff_fff6, .. }));
    let found = |width, limbs| match PortWord::from_limbs(width, limbs) {
        Err(FormatError::WordWidth { found, .. }) => Some(found),
        _ => None,
    };
    assert_eq!(found(8, vec![256]), Some(9));
    assert_eq!(found(8, vec![0, 0]), Some(128));
    assert_eq!(found(65, vec![1]), Some(64));
    assert_eq!(found(65, vec![1, 1]), None);
    assert_eq!(found(128, vec![0, u64::MAX]), None);
    assert_eq!(found(0, vec![]), None);
}

#[test]
fn names_come_back() {
    for format in WeightFormat::ALL {
        assert_eq!(format.to_string().parse(), Ok(format));
    }
    let error = "keys".parse::<WeightFormat>().unwrap_err().to_string();
    assert_eq!(error, "expected a weight format (key, two_bit, five_trit), found `keys`");
}

proptest! {
    #[test]
    fn weights_come_back(format in 0usize..3, group_size in 1u32..=6, tables in 1u32..40, seed in any::<u64>()) {
        let layout = layout(WeightFormat::ALL[format], group_size, tables);
        let mut state = seed | 1;
        let trits: Vec<i8> = (0..layout.lanes()).map(|_| {
            state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
            ((state >> 33) % 3) as i8 - 1
        }).collect();
        let word = layout.pack(&trits).unwrap();
        prop_assert_eq!(word.width_bits(), layout.bits());
        prop_assert_eq!(PortWord::from_limbs(word.width_bits(), word.limbs().to_vec()), Ok(word.clone()));
        prop_assert_eq!(layout.unpack(&word), Ok(trits));
    }

    #[test]
    fn any_bits_are_refused_or_come_back(format in 0usize..3, group_size in 1u32..=6, limbs in any::<[u64; 2]>()) {
        let layout = layout(WeightFormat::ALL[format], group_size, 12);
        let bits = layout.bits();
        let mask = |limb: usize| u64::MAX.checked_shr((64 * (limb as u32 + 1)).saturating_sub(bits)).unwrap_or(0);
        let limbs = (0..bits.div_ceil(64) as usize).map(|limb| limbs[limb % 2] & mask(limb)).collect();
        let word = PortWord::from_limbs(bits, limbs).unwrap();
        if let Ok(trits) = layout.unpack(&word) {
            prop_assert_eq!(layout.pack(&trits), Ok(word));
        }
    }
}
