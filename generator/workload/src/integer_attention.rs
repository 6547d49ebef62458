//! Attention over keys and values of 8 bits, every product an exact integer.
//!
//! For each query head, with L the largest weight of the engine:
//!
//! 1. Keys and values are `round(x / s)` within -127..=127; each key head has a step s for its keys and one for its values,
//!    fixed for the text ([`Steps`]). The query is quantised so to its own largest element.
//! 2. scores `q . k`, exact.
//! 3. weights `p = round(L * e^(c * (score - largest score)))`, where c is the product of both steps over the root of the
//!    head size, in f32: the softmax without its sum, of which the best position has L.
//! 4. `p . v`, exact; the result is that times the values' step, over the sum of all p.
//!
//! With [`IntegerAttention::keep`] a head only sees the positions that rank best by its quantised query and keys.

use crate::attention::{Attention, FloatAttention, Projected};
use crate::products::{Matrix, Product, ProductEngine, Step};
use crate::{Model, ReferenceEngine, Shape, Story};
use std::collections::BTreeSet;
use tritloom_datapath::leading_one::golden::{self, Selection};

/// The largest quantised magnitude.
const LARGEST: f32 = 127.0;

/// The steps of the quantised keys and values of each key head of each layer.
#[derive(Clone, Debug, PartialEq)]
pub struct Steps {
    shape: Shape,
    keys: Vec<f32>,
    values: Vec<f32>,
}

impl Steps {
    /// Tokens on which steps are measured.
    pub const CALIBRATION: usize = 64;

    /// Those under which no key and no value of a text saturates.
    pub fn of(text: &FloatAttention, shape: &Shape) -> Steps {
        let (keys, values) = text.largest().map(|(key, value)| (key / LARGEST, value / LARGEST)).unzip();
        Steps { shape: *shape, keys, values }
    }

    /// Those of the first [`Steps::CALIBRATION`] tokens that a model tells in f32; with so many tokens of that text. Later
    /// keys and values may saturate.
    pub fn calibrate(model: &Model, tokens: usize) -> (Steps, Vec<usize>) {
        let (mut story, mut engine) = (Story::new(model), ReferenceEngine::new(model));
        let (mut told, mut steps) = (Vec::new(), Steps::of(story.attention(), model.shape()));
        while told.len() < tokens.max(Steps::CALIBRATION) {
            // The reference engine has every matrix of its own model.
            let Ok(Some((_, token))) = story.next_token(&mut engine) else { break };
            told.push(token);
            if told.len() <= Steps::CALIBRATION {
                steps = Steps::of(story.attention(), model.shape());
            }
        }
        told.truncate(tokens);
        (steps, told)
    }
}

/// By what keys are ranked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ranking {
    /// By the scores of the prediction unit (`leading_one`), as its golden model gives them.
    LeadingOne,
    /// By `q . k` itself: the best that a prediction can do.
    Exact,
}

/// How many keys and values were read in full, out of how many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fetches {
    /// Those that some query head of their key head needed.
    pub made: u64,
    /// Those of all positions.
    pub of: u64,
}

/// The memory of a text in 8 bits.
#[derive(Clone, Debug)]
pub struct IntegerAttention<E> {
    engine: E,
    steps: Steps,
    /// Of each key head of each layer.
    caches: Vec<Cache>,
    kept: Option<(usize, Ranking)>,
    fetches: Fetches,
}

/// A vector a position.
#[derive(Clone, Debug, Default)]
struct Cache {
    keys: Vec<Vec<i8>>,
    values: Vec<Vec<i8>>,
}

/// A query in 8 bits.
struct Query {
    /// Its place among the positions that are attended together.
    place: usize,
    /// How many positions it sees.
    seen: usize,
    values: Vec<i8>,
    step: f32,
}

/// Queries that share a key head, and the positions that at least one of them sees, in order.
struct Group {
    /// The key head, counted over all layers.
    head: usize,
    queries: Vec<Query>,
    positions: Vec<usize>,
}

impl<E: ProductEngine> IntegerAttention<E> {
    /// The memory of an empty text.
    pub fn new(engine: E, steps: Steps) -> IntegerAttention<E> {
        let caches = vec![Cache::default(); steps.keys.len()];
        IntegerAttention { engine, steps, caches, kept: None, fetches: Fetches::default() }
    }

    /// From now on each query head only sees the `best` positions, at least one; of equal ones the earlier is the better.
    pub fn keep(mut self, best: usize, ranking: Ranking) -> IntegerAttention<E> {
        self.kept = Some((best.max(1), ranking));
        self
    }

    /// The engine, for its own figures.
    pub fn engine(&self) -> &E {
        &self.engine
    }

    /// What was read so far.
    pub fn fetches(&self) -> Fetches {
        self.fetches
    }

    /// Takes up keys and values, of `kv_heads` each, as those of the positions from `first` on.
    fn remember(&mut self, layer: usize, first: usize, projected: &Projected) {
        let Shape { kv_heads, .. } = self.steps.shape;
        let head_size = self.steps.shape.head_size();
        for head in 0..kv_heads {
            let (part, head) = (head * head_size..(head + 1) * head_size, layer * kv_heads + head);
            let cache = &mut self.caches[head];
            cache.keys.truncate(first);
            cache.values.truncate(first);
            cache.keys.extend(projected.keys.iter().map(|key| quantise(&key[part.clone()], self.steps.keys[head])));
            let values = projected.values.iter();
            cache.values.extend(values.map(|value| quantise(&value[part.clone()], self.steps.values[head])));
        }
    }

    /// The queries of one key head, at `head` of all, whose first position is `first`, as they are to be computed together.
    fn groups(&mut self, head: usize, first: usize, queries: Vec<Query>) -> Vec<Group> {
        let count = self.steps.shape.heads / self.steps.shape.kv_heads;
        let Some((best, ranking)) = self.kept else {
            (first..self.caches[head].keys.len()).for_each(|position| self.count_fetches(position + 1, position + 1));
            let together = (self.engine.rows_at_once() / count).max(1) * count;
            return grouped(queries, together, |queries| Group {
                head,
                positions: (0..queries.iter().map(|query| query.seen).max().unwrap_or(0)).collect(),
                queries,
            });
        };
        let groups = grouped(queries, 1, |mut queries| {
            let positions = self.ranked(head, &queries[0], best, ranking);
            queries[0].seen = positions.len();
            Group { head, queries, positions }
        });
        for (place, heads) in groups.chunks(count).enumerate() {
            let needed: BTreeSet<usize> = heads.iter().flat_map(|group| group.positions.iter().copied()).collect();
            self.count_fetches(needed.len(), first + place + 1);
        }
        groups
    }

    /// The best positions, in order.
    fn ranked(&self, head: usize, query: &Query, best: usize, ranking: Ranking) -> Vec<usize> {
        let score = |key: &Vec<i8>| match ranking {
            Ranking::LeadingOne => golden::score(&query.values, key),
            Ranking::Exact => query.values.iter().zip(key).map(|(&q, &k)| i64::from(q) * i64::from(k)).sum(),
        };
        let scores: Vec<i64> = self.caches[head].keys.iter().take(query.seen).map(score).collect();
        let survivors = golden::select(&scores, &Selection { threshold: i64::MIN, best: Some(best) });
        let mut positions: Vec<usize> = survivors.into_iter().map(|survivor| survivor.index).collect();
        positions.sort_unstable();
        positions
    }

    /// The keys that a group meets.
    fn scores(&self, group: &Group) -> Product {
        let keys = &self.caches[group.head].keys;
        Product {
            rows: group.queries.iter().map(|query| widened(&query.values)).collect(),
            columns: group.positions.iter().map(|&position| widened(&keys[position])).collect(),
        }
    }

    /// The values that a group gathers, with the weights that follow from its scores.
    fn gathering(&self, group: &Group, scores: &Matrix) -> Product {
        let values = &self.caches[group.head].values;
        let head_size = self.steps.shape.head_size();
        let factor = self.steps.keys[group.head] / (head_size as f32).sqrt();
        let largest = f32::from(self.engine.largest_weight());
        let row = |(scores, query): (&Vec<i32>, &Query)| {
            let mut weights = weights(&scores[..query.seen], query.step * factor, largest);
            weights.resize(scores.len(), 0);
            weights
        };
        let element = |element: usize| group.positions.iter().map(|&at| values[at][element].into()).collect();
        Product {
            rows: scores.iter().zip(&group.queries).map(row).collect(),
            columns: (0..head_size).map(element).collect(),
        }
    }

    /// A key and a value a position.
    fn count_fetches(&mut self, made: usize, of: usize) {
        self.fetches.made += 2 * made as u64;
        self.fetches.of += 2 * of as u64;
    }
}

impl<E: ProductEngine> Attention for IntegerAttention<E> {
    type Error = E::Error;

    fn attend(&mut self, layer: usize, first: usize, projected: &Projected) -> Result<Vec<Vec<f32>>, E::Error> {
        self.remember(layer, first, projected);
        let Shape { dim, heads, kv_heads, .. } = self.steps.shape;
        let (head_size, count) = (self.steps.shape.head_size(), heads / kv_heads);
        let mut groups = Vec::new();
        for head in 0..kv_heads {
            let part = head * count * head_size..(head + 1) * count * head_size;
            let of_position = |(place, query): (usize, &Vec<f32>)| -> Vec<Query> {
                query[part.clone()].chunks(head_size).map(|part| Query::new(place, first, part)).collect()
            };
            let queries = projected.queries.iter().enumerate().flat_map(of_position).collect();
            groups.extend(self.groups(layer * kv_heads + head, first, queries));
        }
        let scores: Vec<Product> = groups.iter().map(|group| self.scores(group)).collect();
        let scores = self.engine.products(Step::Scores, &scores)?;
        let gathering = groups.iter().zip(&scores).map(|(group, scores)| self.gathering(group, scores));
        let gathering: Vec<Product> = gathering.collect();
        let sums = self.engine.products(Step::Gathering, &gathering)?;
        let mut gathered = vec![Vec::with_capacity(dim); projected.queries.len()];
        for ((group, sums), Product { rows, .. }) in groups.iter().zip(sums).zip(gathering) {
            for ((query, sums), weights) in group.queries.iter().zip(sums).zip(rows) {
                let total = weights.iter().sum::<i32>() as f32;
                let step = self.steps.values[group.head];
                gathered[query.place].extend(sums.iter().map(|&sum| sum as f32 * step / total));
            }
        }
        Ok(gathered)
    }
}

impl Query {
    /// That of one head at a place behind `first` positions.
    fn new(place: usize, first: usize, vector: &[f32]) -> Query {
        let step = vector.iter().fold(0.0, |largest: f32, element| largest.max(element.abs())) / LARGEST;
        Query { place, seen: first + place + 1, values: quantise(vector, step), step }
    }
}

/// Queries in groups of so many.
fn grouped(queries: Vec<Query>, together: usize, group: impl FnMut(Vec<Query>) -> Group) -> Vec<Group> {
    let mut left = queries.into_iter().peekable();
    let parts = std::iter::from_fn(|| left.peek().is_some().then(|| left.by_ref().take(together).collect()));
    parts.map(group).collect()
}

/// A step of 0 belongs to a head that only ever gave zeros.
fn quantise(vector: &[f32], step: f32) -> Vec<i8> {
    let value = |element: &f32| (element / step).round().clamp(-LARGEST, LARGEST) as i8;
    if step == 0.0 { vec![0; vector.len()] } else { vector.iter().map(value).collect() }
}

fn widened(vector: &[i8]) -> Vec<i32> {
    vector.iter().map(|&element| element.into()).collect()
}

/// `round(largest * e^(factor * (score - largest score)))`.
fn weights(scores: &[i32], factor: f32, largest: f32) -> Vec<i32> {
    let best = scores.iter().copied().max().unwrap_or(0);
    let weight = |score: &i32| (largest * libm::expf(factor * (score - best) as f32)).round() as i32;
    scores.iter().map(weight).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::products::ReferenceProducts;

    /// One layer, one key head of two elements, one query head.
    const SHAPE: Shape = Shape { dim: 2, hidden: 1, layers: 1, heads: 1, kv_heads: 1, vocab: 1, seq_len: 8 };

    fn memory(largest_weight: u8) -> IntegerAttention<ReferenceProducts> {
        let steps = Steps { shape: SHAPE, keys: vec![1.0], values: vec![0.5] };
        IntegerAttention::new(ReferenceProducts { largest_weight }, steps)
    }

    /// One position: what its only head gathers.
    fn attend(
        memory: &mut IntegerAttention<ReferenceProducts>,
        position: usize,
        [query, key, value]: [[f32; 2]; 3],
    ) -> Vec<f32> {
        let one = |vector: [f32; 2]| vec![vector.to_vec()];
        let projected = Projected { queries: one(query), keys: one(key), values: one(value) };
        let Ok(gathered) = memory.attend(0, position, &projected);
        gathered.concat()
    }

    #[test]
    fn one_position_is_gathered_as_it_is_quantised() {
        let gathered = attend(&mut memory(255), 0, [[1.0, -2.0], [3.0, 0.4], [10.0, -70.0]]);
        // -70 / 0.5 saturates at -127.
        assert_eq!(gathered, [10.0, -63.5]);
    }

    #[test]
    fn weights_follow_the_exponential_and_a_step_may_be_repeated() {
        let mut memory = memory(255);
        // The query is 127, 0 with a step of 1 / 127: scores 0 and 127, factor 1 / 127 / sqrt(2).
        let mut attend = |position, key, value| attend(&mut memory, position, [[1.0, 0.0], [key, 0.0], [value, 0.0]]);
        assert_eq!(attend(0, 0.0, 1.0), [1.0, 0.0]);
        attend(1, 5.0, 7.0);
        // 255 * e^(-1 / sqrt 2) = 125.7; values 2 and 20 in steps of 0.5.
        let expected = (126.0 * 2.0 + 255.0 * 20.0) * 0.5 / 381.0;
        let gathered = attend(1, 1.0, 10.0);
        assert!((gathered[0] - expected).abs() < 1e-5, "{gathered:?} is not {expected}");
    }

    #[test]
    fn pruned_heads_see_the_best_positions_and_fetches_are_counted() {
        let mut memory = memory(127).keep(1, Ranking::LeadingOne);
        assert_eq!(attend(&mut memory, 0, [[1.0, 0.0], [64.0, 0.0], [1.0, 2.0]]), [1.0, 2.0]);
        assert_eq!(attend(&mut memory, 1, [[1.0, 0.0], [3.0, 0.0], [9.0, 9.0]]), [1.0, 2.0]);
        assert_eq!(memory.fetches(), Fetches { made: 4, of: 6 });
    }
}
