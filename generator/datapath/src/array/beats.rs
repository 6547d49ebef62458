//! Matrices as they pass the streams of an array.

use super::geometry::Geometry;
use crate::interface::Beat;
use tritloom_hdl::Bits;

/// The beat of the run stream.
pub fn run(geometry: &Geometry, inner: u32, columns: u32, rows: u32) -> Beat {
    let nest = geometry.nest();
    vec![
        Bits::from_u64(inner.into(), nest.inner_bits()),
        Bits::from_u64(columns.into(), nest.outer_bits()),
        Bits::from_u64(rows.into(), geometry.row_count_bits()),
    ]
}

/// The activation beats of one tile of columns: `depth` of each row, the first row lowest. Every tile of columns takes
/// them again. Places beyond the matrix, `inner` columns wide, are what `filler` gives: an array ignores them.
pub fn activations(geometry: &Geometry, rows: &[Vec<i32>], inner: u32, filler: impl FnMut() -> i32) -> Vec<Beat> {
    operands(geometry, rows, inner, (0, geometry.rows, geometry.activation_bits), filler)
}

/// The weight beats of tile `tile` of columns, a vector of `inner` weights for each column.
pub fn weights(
    geometry: &Geometry,
    columns: &[Vec<i32>],
    inner: u32,
    tile: u32,
    filler: impl FnMut() -> i32,
) -> Vec<Beat> {
    operands(geometry, columns, inner, (tile * geometry.columns, geometry.columns, geometry.weight_bits), filler)
}

/// From vector `first` on, `count` vectors of values of `bits` bits.
fn operands(
    geometry: &Geometry,
    vectors: &[Vec<i32>],
    inner: u32,
    (first, count, bits): (u32, u32, u32),
    mut filler: impl FnMut() -> i32,
) -> Vec<Beat> {
    let depth = geometry.depth;
    let mut value = |vector: u32, place: u32| {
        let there = vectors.get(vector as usize).and_then(|vector| vector.get(place as usize)).copied();
        Bits::from_i128(there.unwrap_or_else(&mut filler).into(), bits)
    };
    let mut beat = |step: u32| {
        let places = (first..first + count).flat_map(|vector| (0..depth).map(move |at| (vector, step * depth + at)));
        vec![Bits::join(&places.map(|(vector, place)| value(vector, place)).collect::<Vec<_>>())]
    };
    (0..geometry.inner_tiles(inner)).map(&mut beat).collect()
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
