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
        let behind = self.members.split_off(start);
        self.members.push(Member { number, objectives: objectives.to_vec() });
        self.members.extend(behind.into_iter().filter(|member| !dominates(objectives, &member.objectives)));
        true
    }
}

/// The objectives of many members, arranged so that one which dominates is found quickly.
///
/// A balanced tree that halves its members along one objective after the other (J. Bentley, Multidimensional binary
/// search trees, 1975), each node with the least and the greatest of every objective.
#[derive(Debug)]
pub struct Index {
    width: usize,
    /// The objectives of all members, one after the other.
    objectives: Vec<f64>,
    /// The node of a range of members stands before those of its halves.
    nodes: Vec<Node>,
}

#[derive(Debug)]
struct Node {
    least: Vec<f64>,
    most: Vec<f64>,
    /// Members of a leaf; the whole range otherwise.
    range: std::ops::Range<usize>,
    /// The nodes of the two halves.
    halves: Option<[usize; 2]>,
}

/// Members of a leaf.
const LEAF: usize = 8;

impl Index {
    /// Arranges members.
    pub fn new<'a>(members: impl IntoIterator<Item = &'a Member>) -> Index {
        let mut members: Vec<&[f64]> = members.into_iter().map(|member| &member.objectives[..]).collect();
        let width = members.first().map_or(0, |objectives| objectives.len());
        let mut nodes = vec![];
        if !members.is_empty() {
            plant(&mut members, 0, 0, &mut nodes);
        }
        Index { width, objectives: members.concat(), nodes }
    }

    /// The objectives of a member that dominates these.
    pub fn dominator(&self, objectives: &[f64]) -> Option<&[f64]> {
        if self.nodes.is_empty() { None } else { self.search(0, objectives) }
    }

    fn search(&self, node: usize, objectives: &[f64]) -> Option<&[f64]> {
        let node = &self.nodes[node];
        if node.least.iter().zip(objectives).any(|(least, objective)| least > objective) {
            return None;
        }
        let member = |position: usize| &self.objectives[position * self.width..(position + 1) * self.width];
        if dominates(&node.most, objectives) {
            return Some(member(node.range.start));
        }
        match node.halves {
            Some([first, second]) => self.search(first, objectives).or_else(|| self.search(second, objectives)),
            None => node.range.clone().map(member).find(|member| dominates(member, objectives)),
        }
    }
}

/// Adds the node of these members, which are rearranged, and all below it; its position.
fn plant(members: &mut [&[f64]], start: usize, depth: usize, nodes: &mut Vec<Node>) -> usize {
    let width = members[0].len();
    let extreme = |extreme: fn(f64, f64) -> f64| -> Vec<f64> {
        let over = |objective: usize| members.iter().map(|member| member[objective]).reduce(extreme);
        (0..width).filter_map(over).collect()
    };
    let (least, most) = (extreme(f64::min), extreme(f64::max));
    let position = nodes.len();
    nodes.push(Node { least, most, range: start..start + members.len(), halves: None });
    if members.len() > LEAF {
        let (objective, middle) = (depth % width, members.len() / 2);
        members.select_nth_unstable_by(middle, |one, other| one[objective].total_cmp(&other[objective]));
        let (first, second) = members.split_at_mut(middle);
        let first = plant(first, start, depth + 1, nodes);
        nodes[position].halves = Some([first, plant(second, start + middle, depth + 1, nodes)]);
    }
    position
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
    fn an_index_finds_a_dominator_exactly_where_there_is_one() {
        for seed in 0..60 {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let width = rng.random_range(1..=4);
            let mut draw =
                |most: i32| -> Vec<f64> { (0..width).map(|_| f64::from(rng.random_range(0..most))).collect() };
            let mut front = Front::default();
            (0..300).for_each(|number| _ = front.insert(number, &draw(40)));
            let index = Index::new(front.members());
            for _ in 0..200 {
                let point = draw(40);
                let found = index.dominator(&point);
                assert_eq!(found.is_some(), front.dominator(&point).is_some(), "seed {seed} {point:?}");
                assert!(found.is_none_or(|found| dominates(found, &point)), "seed {seed}");
            }
        }
    }

    #[test]
    fn what_is_not_a_number_is_on_no_front() {
        let mut front = Front::default();
        assert!(!front.insert(0, &[1.0, f64::NAN]));
        assert!(front.insert(1, &[f64::INFINITY, 1.0]));
    }
}
