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

use crate::attention::{Attention, FloatAttention};
use crate::products::{ProductEngine, Step};
use crate::{Model, ReferenceEngine, Shape, Story};
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
    values: Vec<i8>,
    step: f32,
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

    fn remember(&mut self, layer: usize, position: usize, key: &[f32], value: &[f32]) {
        let head_size = self.steps.shape.head_size();
        let first = layer * self.steps.shape.kv_heads;
        for (head, (key, value)) in key.chunks(head_size).zip(value.chunks(head_size)).enumerate() {
            let (cache, head) = (&mut self.caches[first + head], first + head);
            cache.keys.truncate(position);
            cache.values.truncate(position);
            cache.keys.push(quantise(key, self.steps.keys[head]));
            cache.values.push(quantise(value, self.steps.values[head]));
        }
    }

    /// What the query heads of one key head gather, one after the other.
    fn attend_head(&mut self, head: usize, queries: &[Query]) -> Result<Vec<f32>, E::Error> {
        let count = self.caches[head].keys.len();
        let Some((best, ranking)) = self.kept else {
            let all: Vec<usize> = (0..count).collect();
            self.count_fetches(count, count);
            return self.gather(head, queries, &all);
        };
        let mut gathered = Vec::new();
        let mut needed = vec![false; count];
        for query in queries {
            let positions = self.ranked(head, query, best, ranking);
            positions.iter().for_each(|&position| needed[position] = true);
            gathered.extend(self.gather(head, std::slice::from_ref(query), &positions)?);
        }
        self.count_fetches(needed.into_iter().filter(|needed| *needed).count(), count);
        Ok(gathered)
    }

    /// The best positions, in order.
    fn ranked(&self, head: usize, query: &Query, best: usize, ranking: Ranking) -> Vec<usize> {
        let score = |key: &Vec<i8>| match ranking {
            Ranking::LeadingOne => golden::score(&query.values, key),
            Ranking::Exact => query.values.iter().zip(key).map(|(&q, &k)| i64::from(q) * i64::from(k)).sum(),
        };
        let scores: Vec<i64> = self.caches[head].keys.iter().map(score).collect();
        let survivors = golden::select(&scores, &Selection { threshold: i64::MIN, best: Some(best) });
        let mut positions: Vec<usize> = survivors.into_iter().map(|survivor| survivor.index).collect();
        positions.sort_unstable();
        positions
    }

    fn gather(&mut self, head: usize, queries: &[Query], positions: &[usize]) -> Result<Vec<f32>, E::Error> {
        let cache = &self.caches[head];
        let rows: Vec<Vec<i32>> = queries.iter().map(|query| widened(&query.values)).collect();
        let keys: Vec<Vec<i32>> = positions.iter().map(|&position| widened(&cache.keys[position])).collect();
        let head_size = self.steps.shape.head_size();
        let element =
            |element: usize| positions.iter().map(|&position| cache.values[position][element].into()).collect();
        let values: Vec<Vec<i32>> = (0..head_size).map(element).collect();

        let scores = self.engine.product(Step::Scores, &rows, &keys)?;
        let largest = f32::from(self.engine.largest_weight());
        let root = (head_size as f32).sqrt();
        let weights: Vec<Vec<i32>> = scores
            .iter()
            .zip(queries)
            .map(|(scores, query)| weights(scores, query.step * self.steps.keys[head] / root, largest))
            .collect();
        let sums = self.engine.product(Step::Gathering, &weights, &values)?;
        let step = self.steps.values[head];
        let scaled = sums.iter().zip(&weights).flat_map(|(sums, weights)| {
            let total = weights.iter().sum::<i32>() as f32;
            sums.iter().map(move |&sum| sum as f32 * step / total)
        });
        Ok(scaled.collect())
    }

    /// A key and a value a position.
    fn count_fetches(&mut self, made: usize, of: usize) {
        self.fetches.made += 2 * made as u64;
        self.fetches.of += 2 * of as u64;
    }
}

impl<E: ProductEngine> Attention for IntegerAttention<E> {
    type Error = E::Error;

    fn attend(
        &mut self,
        layer: usize,
        position: usize,
        query: &[f32],
        key: &[f32],
        value: &[f32],
    ) -> Result<Vec<f32>, E::Error> {
        self.remember(layer, position, key, value);
        let Shape { dim, heads, kv_heads, .. } = self.steps.shape;
        let head_size = self.steps.shape.head_size();
        let mut gathered = Vec::with_capacity(dim);
        for (head, queries) in query.chunks(heads / kv_heads * head_size).enumerate() {
            let queries: Vec<Query> = queries.chunks(head_size).map(quantised_query).collect();
            gathered.extend(self.attend_head(layer * kv_heads + head, &queries)?);
        }
        Ok(gathered)
    }
}

/// A step of 0 belongs to a head that only ever gave zeros.
fn quantise(vector: &[f32], step: f32) -> Vec<i8> {
    let value = |element: &f32| (element / step).round().clamp(-LARGEST, LARGEST) as i8;
    if step == 0.0 { vec![0; vector.len()] } else { vector.iter().map(value).collect() }
}

fn quantised_query(vector: &[f32]) -> Query {
    let step = vector.iter().fold(0.0, |largest: f32, element| largest.max(element.abs())) / LARGEST;
    Query { values: quantise(vector, step), step }
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

    #[test]
    fn one_position_is_gathered_as_it_is_quantised() {
        let gathered = memory(255).attend(0, 0, &[1.0, -2.0], &[3.0, 0.4], &[10.0, -70.0]);
        // -70 / 0.5 saturates at -127.
        assert_eq!(gathered, Ok(vec![10.0, -63.5]));
    }

    #[test]
    fn weights_follow_the_exponential_and_a_step_may_be_repeated() {
        let mut memory = memory(255);
        // The query is 127, 0 with a step of 1 / 127: scores 0 and 127, factor 1 / 127 / sqrt(2).
        let mut attend = |position, key, value| memory.attend(0, position, &[1.0, 0.0], &[key, 0.0], &[value, 0.0]);
        assert_eq!(attend(0, 0.0, 1.0), Ok(vec![1.0, 0.0]));
        assert!(attend(1, 5.0, 7.0).is_ok());
        // 255 * e^(-1 / sqrt 2) = 125.7; values 2 and 20 in steps of 0.5.
        let expected = (126.0 * 2.0 + 255.0 * 20.0) * 0.5 / 381.0;
        let gathered = attend(1, 1.0, 10.0).unwrap();
        assert!((gathered[0] - expected).abs() < 1e-5, "{gathered:?} is not {expected}");
    }

    #[test]
    fn pruned_heads_see_the_best_positions_and_fetches_are_counted() {
        let mut memory = memory(127).keep(1, Ranking::LeadingOne);
        assert_eq!(memory.attend(0, 0, &[1.0, 0.0], &[64.0, 0.0], &[1.0, 2.0]), Ok(vec![1.0, 2.0]));
        assert_eq!(memory.attend(0, 1, &[1.0, 0.0], &[3.0, 0.0], &[9.0, 9.0]), Ok(vec![1.0, 2.0]));
        assert_eq!(memory.fetches(), Fetches { made: 4, of: 6 });
    }
}
