//! What the unit must compute, in plain integers; nothing here is shared with the hardware.

/// Which keys survive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Selection {
    /// The least score of a survivor.
    pub threshold: i64,
    /// How many of them at most, the best of all, best first; `None`: all, in order of index.
    pub best: Option<usize>,
}

/// A key that is worth fetching.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Survivor {
    /// Its place among the keys.
    pub index: usize,
    /// Its approximate product with the query.
    pub score: i64,
}

/// `value` with only its leading one.
pub fn approximate(value: i8) -> i64 {
    let magnitude = i64::from(value).abs();
    let power = (0..8).map(|position| 1 << position).rfind(|power| *power <= magnitude).unwrap_or(0);
    power * i64::from(value.signum())
}

/// The approximate product of two vectors.
pub fn score(query: &[i8], key: &[i8]) -> i64 {
    query.iter().zip(key).map(|(&q, &k)| approximate(q) * approximate(k)).sum()
}

/// The survivors among keys of these scores; of equal ones the earlier is the better.
pub fn select(scores: &[i64], selection: &Selection) -> Vec<Survivor> {
    let all = scores.iter().enumerate().map(|(index, &score)| Survivor { index, score });
    let mut survivors: Vec<Survivor> = all.filter(|survivor| survivor.score >= selection.threshold).collect();
    if let Some(best) = selection.best {
        survivors.sort_by_key(|survivor| std::cmp::Reverse(survivor.score));
        survivors.truncate(best);
    }
    survivors
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_leading_one_is_left() {
        let expected = [(-128, -128), (-127, -64), (-3, -2), (-1, -1), (0, 0), (1, 1), (5, 4), (64, 64), (127, 64)];
        expected.into_iter().for_each(|(value, power)| assert_eq!(approximate(value), power, "{value}"));
        assert_eq!(score(&[-128, 3, 0], &[-128, -9, 100]), 16384 - 16);
    }

    #[test]
    fn of_equal_scores_the_earlier_is_the_better() {
        let selected = |threshold, best| -> Vec<usize> {
            let survivors = select(&[5, 7, 5, -2, 7], &Selection { threshold, best });
            survivors.into_iter().map(|survivor| survivor.index).collect()
        };
        assert_eq!(selected(i64::MIN, Some(3)), [1, 4, 0]);
        assert_eq!(selected(6, Some(3)), [1, 4]);
        assert_eq!(selected(5, None), [0, 1, 2, 4]);
        assert_eq!(selected(i64::MIN, Some(0)), []);
    }
}
