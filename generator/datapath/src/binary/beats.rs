//! Binary vectors as they pass the streams of a core: a place of +1 is a one, of -1 a zero.

use super::golden;
use super::parameters::{Outcome, Shape};
use crate::interface::{Beat, result_beat};
use tritloom_hdl::Bits;

/// A vector of activations and the columns that it meets, all of one length; every value -1 or +1.
#[derive(Clone, Debug)]
pub struct Job {
    /// The vector.
    pub activations: Vec<i8>,
    /// The columns.
    pub weights: Vec<Vec<i8>>,
    /// For each column the number of places that must agree; read by cores that compare with it.
    pub thresholds: Vec<u64>,
}

impl Job {
    fn inner(&self) -> u32 {
        self.activations.len() as u32
    }

    fn columns(&self) -> u32 {
        self.weights.len() as u32
    }
}

/// The beat of the run stream.
pub fn run(shape: &Shape, job: &Job) -> Beat {
    let nest = shape.nest();
    vec![Bits::from_u64(job.inner().into(), nest.inner_bits()), Bits::from_u64(job.columns().into(), nest.outer_bits())]
}

/// The activation beats: the vector again for each tile of columns. Places beyond its end are what `filler` gives.
pub fn activations(shape: &Shape, job: &Job, mut filler: impl FnMut() -> bool) -> Vec<Beat> {
    let steps = shape.inner_tiles(job.inner());
    let tiles = shape.column_tiles(job.columns());
    let mut beat = |step| vec![places(shape, Some(&job.activations), step, &mut filler)];
    (0..tiles).flat_map(|_| (0..steps).collect::<Vec<_>>()).map(&mut beat).collect()
}

/// The weight beats, tile after tile. Places and columns beyond the run are what `filler` gives.
pub fn weights(shape: &Shape, job: &Job, mut filler: impl FnMut() -> bool) -> Vec<Beat> {
    let mut beats = Vec::new();
    for tile in 0..shape.column_tiles(job.columns()) {
        for step in 0..shape.inner_tiles(job.inner()) {
            let columns = tile * shape.columns..(tile + 1) * shape.columns;
            let vectors = columns.map(|column| job.weights.get(column as usize));
            let words: Vec<Bits> = vectors.map(|vector| places(shape, vector, step, &mut filler)).collect();
            beats.push(vec![Bits::join(&words)]);
        }
    }
    beats
}

/// The threshold beats, one a tile.
pub fn thresholds(shape: &Shape, job: &Job, mut filler: impl FnMut() -> bool) -> Vec<Beat> {
    let bits = shape.count_bits();
    let mut word = |column: u32| {
        let noise = if filler() { u64::MAX >> (64 - bits) } else { 0 };
        Bits::from_u64(job.thresholds.get(column as usize).copied().unwrap_or(noise), bits)
    };
    let columns = shape.columns;
    let mut beat =
        |tile: u32| vec![Bits::join(&(tile * columns..(tile + 1) * columns).map(&mut word).collect::<Vec<_>>())];
    (0..shape.column_tiles(job.columns())).map(&mut beat).collect()
}

/// The result beats, with the columns beyond the run zero, as a core must give them.
pub fn results(shape: &Shape, job: &Job) -> Vec<Beat> {
    let tiles = shape.column_tiles(job.columns());
    let value = |column: u32| -> i128 {
        let (x, w) = (&job.activations, &job.weights[column as usize]);
        match shape.outcome {
            Outcome::DotProduct => golden::dot_product(x, w).into(),
            Outcome::Distance => golden::distance(x, w).into(),
            Outcome::Threshold => golden::reaches(x, w, job.thresholds[column as usize]).into(),
        }
    };
    let beat = |tile: u32| {
        let columns = tile * shape.columns..job.columns().min((tile + 1) * shape.columns);
        result_beat(&columns.map(value).collect::<Vec<_>>(), shape.columns, shape.result_bits(), tile + 1 == tiles)
    };
    (0..tiles).map(beat).collect()
}

/// One beat of a vector, a bit a place.
fn places(shape: &Shape, vector: Option<&Vec<i8>>, step: u32, filler: &mut impl FnMut() -> bool) -> Bits {
    let place = |place: u32| vector.and_then(|vector| vector.get(place as usize)).map(|&value| value > 0);
    let mut word = Bits::zero(shape.width);
    for position in 0..shape.width {
        word.set_bit(position, place(step * shape.width + position).unwrap_or_else(&mut *filler));
    }
    word
}
