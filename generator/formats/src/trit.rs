//! Balanced ternary: a group of weights as one signed number and back.

/// The number whose balanced ternary digits are `trits`, the first most significant: sum of w_i * 3^(n-1-i).
/// Exact for up to 20 digits.
pub(crate) fn value(trits: &[i8]) -> i32 {
    trits.iter().fold(0, |value, &trit| 3 * value + i32::from(trit))
}

/// The `count` balanced ternary digits of `value`, the first most significant.
pub(crate) fn digits(value: i32, count: usize) -> Vec<i8> {
    let mut rest = value;
    let mut trits = vec![0; count];
    for trit in trits.iter_mut().rev() {
        // The lowest digit is the one that leaves a multiple of three.
        let digit = (rest + 1).rem_euclid(3) - 1;
        *trit = digit as i8;
        rest = (rest - digit) / 3;
    }
    trits
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::all_groups;

    #[test]
    fn numbers_and_digits_are_inverse_for_every_group() {
        for size in 1..=6 {
            let numbers: Vec<i32> = all_groups(size).iter().map(|group| value(group)).collect();
            let largest = (3i32.pow(size) - 1) / 2;
            assert_eq!(numbers, (-largest..=largest).collect::<Vec<i32>>());
            for group in all_groups(size) {
                assert_eq!(digits(value(&group), size as usize), group);
            }
        }
    }

    #[test]
    fn value_of_known_digits() {
        assert_eq!(value(&[1, -1, 0, 1]), 27 - 9 + 1);
        assert_eq!(value(&[-1, 0, 0, 0, 1, -1]), -243 + 3 - 1);
        assert_eq!(value(&[]), 0);
    }
}
