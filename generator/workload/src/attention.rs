//! What the heads of a layer gather from the positions so far.

use crate::Shape;
use crate::numerics::{dot, softmax};
use std::convert::Infallible;

/// The memory of a text, and how its heads read it.
pub trait Attention {
    /// Why nothing could be gathered.
    type Error;

    /// Remembers the key and the value of `position` in `layer`, `kv_dim` elements each, and returns what each query head
    /// gathers from all positions up to it, `dim` elements; consecutive query heads share a key head. What earlier calls
    /// left behind at `position` or later is dropped.
    ///
    /// # Errors
    /// As the memory defines.
    fn attend(
        &mut self,
        layer: usize,
        position: usize,
        query: &[f32],
        key: &[f32],
        value: &[f32],
    ) -> Result<Vec<f32>, Self::Error>;
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

impl Attention for FloatAttention {
    type Error = Infallible;

    fn attend(
        &mut self,
        layer: usize,
        position: usize,
        query: &[f32],
        key: &[f32],
        value: &[f32],
    ) -> Result<Vec<f32>, Infallible> {
        let (head_size, kv_dim) = (self.shape.head_size(), self.shape.kv_dim());
        let cache = &mut self.caches[layer];
        cache.keys.truncate(position * kv_dim);
        cache.values.truncate(position * kv_dim);
        cache.keys.extend(key);
        cache.values.extend(value);
        let mut gathered = vec![0.0; self.shape.dim];
        for (head, (query, gathered)) in query.chunks(head_size).zip(gathered.chunks_mut(head_size)).enumerate() {
            let first = head / (self.shape.heads / self.shape.kv_heads) * head_size;
            let part = first..first + head_size;
            let score = |key: &[f32]| dot(query, &key[part.clone()]) / (head_size as f32).sqrt();
            let mut weights: Vec<f32> = cache.keys.chunks(kv_dim).map(score).collect();
            softmax(&mut weights);
            for (weight, value) in weights.iter().zip(cache.values.chunks(kv_dim)) {
                for (sum, element) in gathered.iter_mut().zip(&value[part.clone()]) {
                    *sum += weight * element;
                }
            }
        }
        Ok(gathered)
    }
}
