//! Matrices as they pass the streams of an array. A mode is its place in [`Geometry::modes`].

use super::geometry::Geometry;
use super::mode::Operand;
use crate::interface::Beat;
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

/// The activation beats of one tile of columns: the places of each row, the first row lowest. Every tile of columns
/// takes them again. Places beyond the matrix, `inner` columns wide, and bits that the mode does not use are noise.
pub fn activations(geometry: &Geometry, mode: usize, rows: &[Vec<i32>], inner: u32, noise: Noise) -> Vec<Beat> {
    let operand = &geometry.modes[mode].activation;
    beats(
        geometry,
        mode,
        rows,
        inner,
        &Side { operand, first: 0, count: geometry.rows, bits: geometry.row_bits() },
        noise,
    )
}

/// The weight beats of tile `tile` of columns, a vector of `inner` weights for each column.
pub fn weights(
    geometry: &Geometry,
    mode: usize,
    columns: &[Vec<i32>],
    inner: u32,
    tile: u32,
    noise: Noise,
) -> Vec<Beat> {
    let (operand, count) = (&geometry.modes[mode].weight, geometry.columns);
    let side = Side { operand, first: tile * count, count, bits: geometry.column_bits() };
    beats(geometry, mode, columns, inner, &side, noise)
}

/// The vectors that enter together, and how.
struct Side<'a> {
    operand: &'a Operand,
    first: u32,
    count: u32,
    /// Of each vector.
    bits: u32,
}

fn beats(geometry: &Geometry, mode: usize, vectors: &[Vec<i32>], inner: u32, side: &Side, noise: Noise) -> Vec<Beat> {
    let places = geometry.modes[mode].places;
    let (least, greatest) = side.operand.numbers.range();
    let mut lane = |vector: u32, step: u32| {
        let mut lane = noisy(side.bits, noise);
        let value = |place: u32| vectors.get(vector as usize).and_then(|vector| vector.get(place as usize)).copied();
        let mut any = || (i64::from(least) + noise((i64::from(greatest) - i64::from(least) + 1) as u64) as i64) as i32;
        let values = (step * places..(step + 1) * places).map(|place| value(place).unwrap_or_else(&mut any));
        side.operand.encode(&values.collect::<Vec<_>>(), &mut lane);
        lane
    };
    let mut beat = |step: u32| {
        vec![Bits::join(&(side.first..side.first + side.count).map(|vector| lane(vector, step)).collect::<Vec<_>>())]
    };
    (0..geometry.inner_tiles(mode, inner)).map(&mut beat).collect()
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
        let value = |column: u32| product.get(row).and_then(|row| row.get(column as usize)).copied();
        let places = tile * geometry.columns..(tile + 1) * geometry.columns;
        let last = tile + 1 == tiles && row + 1 == rows;
        let lane = |column| Bits::from_i128(value(column).unwrap_or(0), geometry.sum_bits());
        vec![
            Bits::join(&places.clone().map(lane).collect::<Vec<_>>()),
            Bits::join(&places.map(|column| Bits::from_u64((column < columns).into(), 1)).collect::<Vec<_>>()),
            Bits::from_u64(last.into(), 1),
        ]
    };
    (0..tiles).flat_map(|tile| (0..rows).map(move |row| beat(tile, row))).collect()
}
