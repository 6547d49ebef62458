//! Pareto fronts: what nothing else is better than.

/// A configuration with its objectives, each of which is to be small.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// Its number in the space's order.
    pub number: u64,
    /// Its objectives.
    pub objectives: Vec<f64>,
}

/// Whether no objective of the first is larger and one is smaller.
pub fn dominates(better: &[f64], worse: &[f64]) -> bool {
    let mut smaller = false;
    for (better, worse) in better.iter().zip(worse) {
        if better > worse {
            return false;
        }
        smaller |= better < worse;
    }
    smaller
}

/// Members of which none dominates another. Equal objectives stay beside each other.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Front {
    /// By their first objective.
    members: Vec<Member>,
}

impl Front {
    /// The members in the space's order.
    pub fn into_members(self) -> Vec<Member> {
        let mut members = self.members;
        members.sort_by_key(|member| member.number);
        members
    }

    /// The members, by their first objective.
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// A member that dominates these objectives. The nearest one in the first objective is found first.
    pub fn dominator(&self, objectives: &[f64]) -> Option<&Member> {
        let end = self.members.partition_point(|member| member.objectives[0] <= objectives[0]);
        self.members[..end].iter().rev().find(|member| dominates(&member.objectives, objectives))
    }

    /// Adds a member unless another dominates it; those that it dominates leave. Whether it was added.
    pub fn insert(&mut self, number: u64, objectives: &[f64]) -> bool {
        if objectives.iter().any(|objective| objective.is_nan()) || self.dominator(objectives).is_some() {
            return false;
        }
        let start = self.members.partition_point(|member| member.objectives[0] < objectives[0]);
        let mut position = 0;
        self.members.retain(|member| {
            position += 1;
            position <= start || !dominates(objectives, &member.objectives)
        });
        self.members.insert(start, Member { number, objectives: objectives.to_vec() });
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    /// By definition, over all pairs.
    fn by_definition(all: &[Vec<f64>]) -> Vec<u64> {
        let best = |one: &&Vec<f64>| all.iter().all(|other| !dominates(other, one));
        all.iter().enumerate().filter(|(_, one)| best(one)).map(|(number, _)| number as u64).collect()
    }

    #[test]
    fn a_front_is_what_nothing_dominates_with_all_ties_whatever_the_order() {
        for seed in 0..60 {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let width = rng.random_range(1..=5);
            let all: Vec<Vec<f64>> =
                (0..80).map(|_| (0..width).map(|_| f64::from(rng.random_range(0..6))).collect()).collect();
            let (mut forward, mut backward) = (Front::default(), Front::default());
            for number in 0..all.len() {
                forward.insert(number as u64, &all[number]);
                let number = all.len() - 1 - number;
                backward.insert(number as u64, &all[number]);
            }
            let numbers = |front: Front| front.into_members().iter().map(|member| member.number).collect::<Vec<_>>();
            assert_eq!(numbers(forward), by_definition(&all), "seed {seed}");
            assert_eq!(numbers(backward), by_definition(&all), "seed {seed}");
        }
    }

    #[test]
    fn what_is_not_a_number_is_on_no_front() {
        let mut front = Front::default();
        assert!(!front.insert(0, &[1.0, f64::NAN]));
        assert!(front.insert(1, &[f64::INFINITY, 1.0]));
    }
}
