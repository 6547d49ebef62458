//! Layers on arrays that multiply a matrix by a matrix: tokens are rows, outputs columns.

use super::layers::Layer;
use tritloom_datapath::array::{Geometry, beats, product_of_differences};
use tritloom_datapath::interface::Beat;

/// What an array is sent, and what must come back, for layers one after the other, each in the mode of that name.
pub fn beats(geometry: &Geometry, layers: &[(&str, &Layer)]) -> (Vec<Vec<Beat>>, Vec<Beat>) {
    let streams = if geometry.zero_points.is_some() { 4 } else { 3 };
    let (mut inputs, mut results) = (vec![Vec::new(); streams], Vec::new());
    let mut noise = |below: u64| below - 1;
    for (mode, layer) in layers {
        let mode = geometry.modes.iter().position(|known| known.name == *mode).expect("a mode");
        let (weights, inner) = (&layer.weights, layer.weights[0].len() as u32);
        for rows in layer.activations.chunks(geometry.most_rows() as usize) {
            let columns = weights.len() as u32;
            inputs[0].push(beats::run(geometry, mode, inner, columns, rows.len() as u32));
            for tile in 0..geometry.column_tiles(columns) {
                let [of_rows, of_columns] = beats::tile(geometry, mode, (rows, weights), inner, tile, &mut noise);
                inputs[1].extend(of_rows);
                inputs[2].extend(of_columns);
                if let Some(beat) = beats::zero_points(geometry, weights, &layer.offsets, tile, &mut noise) {
                    inputs[3].push(beat);
                }
            }
            results.extend(beats::results(geometry, &product_of_differences(rows, weights, &layer.offsets), columns));
        }
    }
    (inputs, results)
}
