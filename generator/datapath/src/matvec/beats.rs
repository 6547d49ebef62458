//! Matrices and vectors as they pass the streams of a core, and back.

use super::geometry::{Geometry, LoopOrder};
use crate::interface::{Beat, result_beat};
use tritloom_hdl::Bits;

/// The beat of the run stream: the lengths of x and y, and how many x there are.
pub fn run(geometry: &Geometry, inputs: u32, outputs: u32, vectors: u32) -> Beat {
    let counts = [
        Bits::from_u64(inputs.into(), geometry.input_count_bits()),
        Bits::from_u64(outputs.into(), geometry.output_count_bits()),
    ];
    let vectors = Bits::from_u64(vectors.into(), geometry.vector_count_bits());
    counts.into_iter().chain((geometry.loop_order == LoopOrder::WeightStationary).then_some(vectors)).collect()
}

/// The beats of each x: in weight-stationary order a tile of each, one tile after the other, again for each tile of y;
/// in other orders of the only one. Lanes beyond its end are what `filler` gives: a core ignores them.
pub fn activations(
    geometry: &Geometry,
    vectors: &[Vec<i32>],
    outputs: u32,
    mut filler: impl FnMut() -> i32,
) -> Vec<Beat> {
    let lanes = geometry.lanes() as usize;
    let mut beat = |values: &Vec<i32>, tile: usize| {
        let mut lane = |position: usize| {
            let value = values.get(position).copied().unwrap_or_else(&mut filler);
            Bits::from_i128(value.into(), geometry.activation_bits)
        };
        vec![Bits::join(&(tile * lanes..(tile + 1) * lanes).map(&mut lane).collect::<Vec<_>>())]
    };
    let tiles = geometry.input_tiles(vectors.first().map_or(0, Vec::len) as u32) as usize;
    let passes = match geometry.loop_order {
        LoopOrder::WeightStationary => geometry.output_tiles(outputs) as usize,
        LoopOrder::OutputStationary | LoopOrder::TableStationary => 1,
    };
    let places = (0..passes * tiles).flat_map(|step| vectors.iter().map(move |values| (values, step % tiles)));
    places.map(|(values, tile)| beat(values, tile)).collect()
}

/// The beats of W, a row of `columns` ternary weights for each output, in the loop order of the core. Places beyond
/// its edges are what `filler` gives: a core ignores them.
pub fn weights(geometry: &Geometry, rows: &[Vec<i8>], columns: usize, mut filler: impl FnMut() -> i8) -> Vec<Beat> {
    let input_tiles = geometry.input_tiles(columns as u32) as usize;
    let output_tiles = geometry.output_tiles(rows.len() as u32) as usize;
    let (outer, inner) = match geometry.loop_order {
        LoopOrder::OutputStationary | LoopOrder::WeightStationary => (output_tiles, input_tiles),
        LoopOrder::TableStationary => (input_tiles, output_tiles),
    };
    let (lanes, ports, layout) = (geometry.lanes() as usize, geometry.ports as usize, geometry.word_layout());
    let mut beats = Vec::with_capacity(outer * inner);
    for step in 0..outer * inner {
        let (input, output) = match geometry.loop_order {
            LoopOrder::OutputStationary | LoopOrder::WeightStationary => (step % inner, step / inner),
            LoopOrder::TableStationary => (step / inner, step % inner),
        };
        let mut word = |row: usize| {
            let place = |column: usize| rows.get(row).and_then(|row| row.get(column)).copied();
            let columns = input * lanes..(input + 1) * lanes;
            let trits: Vec<i8> = columns.map(|column| place(column).unwrap_or_else(&mut filler)).collect();
            let word = layout.pack(&trits).expect("ternary weights, one a lane");
            Bits::from_limbs(word.limbs(), layout.bits())
        };
        beats.push(vec![Bits::join(&(output * ports..(output + 1) * ports).map(&mut word).collect::<Vec<_>>())]);
    }
    beats
}

/// The beats of each y, tile by tile, with the lanes beyond its end zero, as a core must give them.
pub fn results(geometry: &Geometry, vectors: &[Vec<i64>]) -> Vec<Beat> {
    let tiles = geometry.output_tiles(vectors.first().map_or(0, Vec::len) as u32) as usize;
    let ports = geometry.ports as usize;
    let beat = |tile: usize, vector: usize| {
        let values = &vectors[vector];
        let sums = &values[(tile * ports).min(values.len())..values.len().min((tile + 1) * ports)];
        result(geometry, sums, tile + 1 == tiles && vector + 1 == vectors.len())
    };
    (0..tiles).flat_map(|tile| (0..vectors.len()).map(move |vector| (tile, vector))).map(|(t, v)| beat(t, v)).collect()
}

/// A result beat: the sums of a vector within a tile of outputs.
pub(super) fn result(geometry: &Geometry, sums: &[i64], last: bool) -> Beat {
    let sums: Vec<i128> = sums.iter().map(|sum| (*sum).into()).collect();
    result_beat(&sums, geometry.ports, geometry.accumulator_bits(), last)
}

/// The `outputs` values of each y from the beats of a run.
pub fn values(geometry: &Geometry, beats: &[Beat], outputs: u32, vectors: usize) -> Vec<Vec<i64>> {
    let (ports, bits) = (geometry.ports, geometry.accumulator_bits());
    let value = |vector: usize, row: u32| {
        let beat = &beats[(row / ports) as usize * vectors + vector];
        beat[0].slice(row % ports * bits, bits).to_i128().map_or(0, |value| value as i64)
    };
    (0..vectors).map(|vector| (0..outputs).map(|row| value(vector, row)).collect()).collect()
}
