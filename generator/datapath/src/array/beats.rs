//! Matrices as they pass the streams of an array. A mode is its place in [`Geometry::modes`].

use super::geometry::{Geometry, Topology};
use super::golden::Offsets;
use super::mode::{Mode, Numbers, Operand};
use crate::interface::{Beat, result_beat};
use std::ops::Range;
use tritloom_hdl::Bits;

/// What an array must ignore: gives a number below the one that it is asked for.
pub type Noise<'a> = &'a mut dyn FnMut(u64) -> u64;

/// The beat of the run stream.
pub fn run(geometry: &Geometry, mode: usize, inner: u32, columns: u32, rows: u32) -> Beat {
    let nest = geometry.nest();
    let counts = [
        Bits::from_u64(inner.into(), nest.inner_bits()),
        Bits::from_u64(columns.into(), nest.outer_bits()),
        Bits::from_u64(rows.into(), geometry.row_count_bits()),
    ];
    let mode = geometry.has_modes().then(|| Bits::from_u64(mode as u64, geometry.mode_bits()));
    counts.into_iter().chain(mode).collect()
}

/// The operands that enter an array together, as plain integers and as the streams hold them. Where weights stay and vectors are
/// dealt out, a vector as the feeder sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperandBeat {
    /// The mode of its run.
    pub mode: usize,
    /// How often the operands of its tile, or the vector, have entered before.
    pub pass: u32,
    /// The places of each row of each layer; of a vector those of each row of the array.
    pub activations: Vec<Vec<i32>>,
    /// The places of each column of each layer; nothing beside a vector.
    pub weights: Vec<Vec<i32>>,
    /// How many of the places are within the run, those of all layers: the array takes activations beyond them as zero.
    pub places: u32,
}

/// The beats of tile `tile` of columns, pass after pass. Every tile takes the same activations again. Places beyond the
/// matrices, which are `inner` long, are noise.
pub fn operands(
    geometry: &Geometry,
    mode: usize,
    (activations, weights): (&[Vec<i32>], &[Vec<i32>]),
    inner: u32,
    tile: u32,
    noise: Noise,
) -> Vec<OperandBeat> {
    let Mode { activation, weight, places, .. } = geometry.modes[mode];
    let (first, layers) = (tile * geometry.columns, geometry.layers());
    let mut beat = |(pass, step): (u32, u32)| {
        let mut numbers = |vectors: &[Vec<i32>], which: Range<u32>, numbers: Numbers| {
            let of_layers =
                (step * layers..(step + 1) * layers).flat_map(|layer| which.clone().map(move |at| (layer, at)));
            let places_of = |layer: u32| layer * places..(layer + 1) * places;
            of_layers.map(|(layer, at)| part(vectors.get(at as usize), places_of(layer), numbers, noise)).collect()
        };
        OperandBeat {
            mode,
            pass,
            activations: numbers(activations, 0..geometry.rows, activation.numbers),
            weights: numbers(weights, first..first + geometry.columns, weight.numbers),
            places: inner.saturating_sub(step * layers * places).min(layers * places),
        }
    };
    let steps = 0..geometry.inner_tiles(mode, inner);
    (0..geometry.passes_of(mode)).flat_map(|pass| steps.clone().map(move |step| (pass, step))).map(&mut beat).collect()
}

/// The beats of tile `tile` of columns as the streams hold them, in any topology: of activations, and of weights. Every tile
/// takes the same activations again. What lies beyond the matrices is noise.
pub fn tile(
    geometry: &Geometry,
    mode: usize,
    factors: (&[Vec<i32>], &[Vec<i32>]),
    inner: u32,
    tile: u32,
    noise: Noise,
) -> [Vec<Beat>; 2] {
    match geometry.topology {
        Topology::WeightStationary { .. } => stationary(geometry, mode, factors, inner, tile, noise),
        _ => streams(geometry, &operands(geometry, mode, factors, inner, tile, noise), noise),
    }
}

/// Operands that enter together as the streams hold them: of activations, and of weights.
pub(super) fn streams(geometry: &Geometry, operands: &[OperandBeat], noise: Noise) -> [Vec<Beat>; 2] {
    let activations = operands.iter().map(|beat| beat.activation_beat(geometry, noise)).collect();
    [activations, operands.iter().map(|beat| beat.weight_beat(geometry, noise)).collect()]
}

/// The same where weights stay: of activations a vector a beat, or a plane of it a beat for each of its passes, and of weights a
/// row of the array a beat, tile after tile of the inner dimension.
fn stationary(
    geometry: &Geometry,
    mode: usize,
    (activations, weights): (&[Vec<i32>], &[Vec<i32>]),
    inner: u32,
    tile: u32,
    noise: Noise,
) -> [Vec<Beat>; 2] {
    let Mode { activation, weight, places, .. } = geometry.modes[mode];
    let passes = geometry.modes[mode].planes();
    let columns = tile * geometry.columns..(tile + 1) * geometry.columns;
    let (mut vectors, mut rows) = (Vec::new(), Vec::new());
    let tile_places = geometry.tile_places(mode);
    for first in (0..geometry.inner_tiles(mode, inner)).map(|step| step * tile_places) {
        for row in (0..geometry.rows).map(|row| first + row * places) {
            let of_column = |column| part(weights.get(column as usize), row..row + places, weight.numbers, noise);
            let row: Vec<Vec<i32>> = columns.clone().map(of_column).collect();
            rows.push(encoded(&weight, &row, geometry.column_bits(), noise));
        }
        for vector in activations {
            let vector = part(Some(vector), first..first + tile_places, activation.numbers, noise);
            let by_row: Vec<Vec<i32>> = vector.chunks(places as usize).map(<[i32]>::to_vec).collect();
            for [plane, _] in passes.iter().take(geometry.beats_of_a_vector(mode) as usize) {
                let held = in_plane(&activation, &by_row, *plane);
                vectors.push(encoded(&activation, &held, geometry.row_bits(), noise));
            }
        }
    }
    [vectors, rows]
}

/// Where weights stay and vectors are dealt out, the beats of all of them as the feeder sees them, pass after pass: a row of
/// the array for each of its places, zero beyond the run, and no weights.
pub(super) fn vectors<'a>(
    geometry: &'a Geometry,
    mode: usize,
    activations: &'a [Vec<i32>],
    inner: u32,
) -> impl Iterator<Item = OperandBeat> + 'a {
    let (places, tile_places) = (geometry.modes[mode].places as usize, geometry.tile_places(mode));
    let tiles = (0..geometry.inner_tiles(mode, inner)).map(move |step| step * tile_places);
    let beats = tiles.flat_map(move |first| activations.iter().map(move |vector| (first, vector)));
    let passes = beats.flat_map(move |beat| (0..geometry.passes_of(mode)).map(move |pass| (pass, beat)));
    passes.map(move |(pass, (first, vector))| {
        let value = |place: u32| vector.get(place as usize).copied().unwrap_or(0);
        let vector: Vec<i32> = (first..first + tile_places).map(value).collect();
        let activations = vector.chunks(places).map(<[i32]>::to_vec).collect();
        OperandBeat {
            mode,
            pass,
            activations,
            weights: Vec::new(),
            places: inner.saturating_sub(first).min(tile_places),
        }
    })
}

/// The beat of the zero points of tile `tile` of columns, noise beyond the run's columns; nothing where there are none.
pub fn zero_points(
    geometry: &Geometry,
    weights: &[Vec<i32>],
    offsets: &Offsets,
    tile: u32,
    noise: Noise,
) -> Option<Beat> {
    let numbers = geometry.zero_points?;
    let (bits, sum_bits) = (numbers.weight.width, numbers.weight_sum_bits(geometry.max_inner));
    let (mut of_weights, mut sums) = (Vec::new(), Vec::new());
    for column in (tile * geometry.columns..(tile + 1) * geometry.columns).map(|column| column as usize) {
        let (zero_point, sum) = match weights.get(column).zip(offsets.weights.get(column)) {
            Some((vector, &offset)) => {
                let sum = vector.iter().map(|&weight| i128::from(weight) - i128::from(offset)).sum();
                (Bits::from_i128(offset.into(), bits), Bits::from_i128(sum, sum_bits))
            }
            None => (noisy(bits, noise), noisy(sum_bits, noise)),
        };
        of_weights.push(zero_point);
        sums.push(sum);
    }
    let activation = Bits::from_i128(offsets.activation.into(), numbers.activation.width);
    Some(vec![activation, Bits::join(&of_weights), Bits::join(&sums)])
}

/// Some places of a vector, noise where it has none.
fn part(vector: Option<&Vec<i32>>, places: Range<u32>, numbers: Numbers, noise: Noise) -> Vec<i32> {
    let (least, greatest) = numbers.range();
    let mut any = || (i64::from(least) + noise((i64::from(greatest) - i64::from(least) + 1) as u64) as i64) as i32;
    let value = |place: u32| vector.and_then(|vector| vector.get(place as usize)).copied();
    places.map(|place| value(place).unwrap_or_else(&mut any)).collect()
}

impl OperandBeat {
    /// As the activation stream holds it, the first row of the first layer lowest. Bits that the mode does not use are noise.
    pub fn activation_beat(&self, geometry: &Geometry, noise: Noise) -> Beat {
        let (operand, [plane, _]) = (geometry.modes[self.mode].activation, self.planes(geometry));
        encoded(&operand, &in_plane(&operand, &self.activations, plane), geometry.row_bits(), noise)
    }

    /// As the weight stream holds it, the first column of the first layer lowest. Bits that the mode does not use are noise.
    pub fn weight_beat(&self, geometry: &Geometry, noise: Noise) -> Beat {
        let (operand, [_, plane]) = (geometry.modes[self.mode].weight, self.planes(geometry));
        encoded(&operand, &in_plane(&operand, &self.weights, plane), geometry.column_bits(), noise)
    }

    /// Of its pass; zero where numbers enter whole.
    fn planes(&self, geometry: &Geometry) -> [u32; 2] {
        geometry.modes[self.mode].planes().get(self.pass as usize).copied().unwrap_or_default()
    }
}

/// What a beat holds of vectors in the pass of a plane.
fn in_plane(operand: &Operand, vectors: &[Vec<i32>], plane: u32) -> Vec<Vec<i32>> {
    let held = |vector: &Vec<i32>| vector.iter().map(|&value| operand.numbers.in_plane(value, plane)).collect();
    vectors.iter().map(held).collect()
}

/// Vectors of places, each in so many bits.
fn encoded(operand: &Operand, vectors: &[Vec<i32>], bits: u32, noise: Noise) -> Beat {
    let lane = |vector: &Vec<i32>| {
        let mut lane = noisy(bits, noise);
        operand.encode(vector, &mut lane);
        lane
    };
    vec![Bits::join(&vectors.iter().map(lane).collect::<Vec<_>>())]
}

fn noisy(bits: u32, noise: Noise) -> Bits {
    let limbs: Vec<u64> = (0..bits.div_ceil(32)).map(|_| noise(1 << 32)).collect();
    let parts: Vec<Bits> = limbs.into_iter().map(|limb| Bits::from_u64(limb, 32)).collect();
    Bits::join(&parts).slice(0, bits)
}

/// The result beats of a run, tile by tile and row by row, with the columns beyond its end zero.
pub fn results(geometry: &Geometry, product: &[Vec<i128>], columns: u32) -> Vec<Beat> {
    let tiles = geometry.column_tiles(columns);
    let rows = product.len().max(1);
    let beat = |tile: u32, row: usize| {
        let value = |column: u32| product.get(row).and_then(|row| row.get(column as usize)).copied().unwrap_or(0);
        let places = tile * geometry.columns..columns.min((tile + 1) * geometry.columns);
        result(geometry, &places.map(value).collect::<Vec<_>>(), tile + 1 == tiles && row + 1 == rows)
    };
    (0..tiles).flat_map(|tile| (0..rows).map(move |row| beat(tile, row))).collect()
}

/// A result beat: the sums of a row within a tile of columns.
pub(super) fn result(geometry: &Geometry, sums: &[i128], last: bool) -> Beat {
    result_beat(sums, geometry.columns, geometry.result_bits(), last)
}
