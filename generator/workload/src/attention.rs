//! What the heads of a layer gather from the positions so far.

use crate::Shape;
use crate::numerics::{dot, softmax};
use std::convert::Infallible;

/// What a layer makes of consecutive positions, a vector a position.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Projected {
    /// `dim` elements each; consecutive query heads share a key head.
    pub queries: Vec<Vec<f32>>,
    /// `kv_dim` elements each.
    pub keys: Vec<Vec<f32>>,
    /// As many.
    pub values: Vec<Vec<f32>>,
}

/// The memory of a text, and how its heads read it.
pub trait Attention {
    /// Why nothing could be gathered.
    type Error;

    /// Remembers the keys and values of the positions from `first` on in `layer`, and returns for each of them what its
    /// query heads gather from all positions up to it, `dim` elements. What earlier calls left behind at `first` or later
    /// is dropped.
    ///
    /// # Errors
    /// As the memory defines.
    fn attend(&mut self, layer: usize, first: usize, projected: &Projected) -> Result<Vec<Vec<f32>>, Self::Error>;
}

/// Keys, values and weights in f32: the model as it was trained.
#[derive(Clone, Debug)]
pub struct FloatAttention {
    shape: Shape,
    caches: Vec<Cache>,
}

/// The keys and values of all positions so far of one layer, `kv_dim` elements a position.
#[derive(Clone, Debug, Default)]
struct Cache {
    keys: Vec<f32>,
    values: Vec<f32>,
}

impl FloatAttention {
    /// The memory of an empty text.
    pub fn new(shape: &Shape) -> FloatAttention {
        FloatAttention { shape: *shape, caches: vec![Cache::default(); shape.layers] }
    }

    /// For each key head of each layer, the largest magnitudes among its keys and among its values.
    pub(crate) fn largest(&self) -> impl Iterator<Item = (f32, f32)> + '_ {
        let (head_size, kv_dim) = (self.shape.head_size(), self.shape.kv_dim());
        let largest = move |vectors: &[f32], head: usize| {
            let parts =
                vectors.chunks(kv_dim).flat_map(move |vector| &vector[head * head_size..(head + 1) * head_size]);
            parts.fold(0.0, |largest: f32, element| largest.max(element.abs()))
        };
        let heads = 0..self.shape.kv_heads;
        self.caches.iter().flat_map(move |cache| {
            heads.clone().map(move |head| (largest(&cache.keys, head), largest(&cache.values, head)))
        })
    }
}

impl FloatAttention {
    /// What the heads of one query gather from `positions`.
    fn gather(&self, layer: usize, positions: usize, query: &[f32]) -> Vec<f32> {
        let (head_size, kv_dim) = (self.shape.head_size(), self.shape.kv_dim());
        let cache = &self.caches[layer];
        let mut gathered = vec![0.0; self.shape.dim];
        for (head, (query, gathered)) in query.chunks(head_size).zip(gathered.chunks_mut(head_size)).enumerate() {
            let first = head / (self.shape.heads / self.shape.kv_heads) * head_size;
            let part = first..first + head_size;
            let score = |key: &[f32]| dot(query, &key[part.clone()]) / (head_size as f32).sqrt();
            let mut weights: Vec<f32> = cache.keys.chunks(kv_dim).take(positions).map(score).collect();
            softmax(&mut weights);
            for (weight, value) in weights.iter().zip(cache.values.chunks(kv_dim)) {
                for (sum, element) in gathered.iter_mut().zip(&value[part.clone()]) {
                    *sum += weight * element;
                }
            }
        }
        gathered
    }
}

impl Attention for FloatAttention {
    type Error = Infallible;

    fn attend(&mut self, layer: usize, first: usize, projected: &Projected) -> Result<Vec<Vec<f32>>, Infallible> {
        let kv_dim = self.shape.kv_dim();
        let cache = &mut self.caches[layer];
        cache.keys.truncate(first * kv_dim);
        cache.values.truncate(first * kv_dim);
        cache.keys.extend(projected.keys.iter().flatten());
        cache.values.extend(projected.values.iter().flatten());
        let queries = projected.queries.iter().enumerate();
        Ok(queries.map(|(place, query)| self.gather(layer, first + place + 1, query)).collect())
    }
}
