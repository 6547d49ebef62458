//! What an array must answer to beats that it has taken: they are read back into matrices, and those are multiplied by the
//! golden model.

use super::geometry::{Geometry, Topology};
use super::mode::{Mode, Operand};
use super::{beats, golden};
use crate::interface::Beat;
use crate::reference::Replies;
use tritloom_hdl::Bits;

impl Replies for Geometry {
    fn operand_beats(&self, run: &Beat) -> [usize; 2] {
        let run = Run::of_beat(self, run);
        run.beats_of_a_tile(self).map(|beats| beats * self.column_tiles(run.columns) as usize)
    }

    fn result_beats(&self, run: &Beat) -> usize {
        Run::of_beat(self, run).result_beats(self)
    }

    fn reply(&self, run: &Beat, activations: &[Beat], weights: &[Beat], number: usize) -> Option<Beat> {
        let run = Run::of_beat(self, run);
        let (tile, row) = (number / run.rows as usize, number % run.rows as usize);
        let [of_activations, of_weights] = run.beats_of_a_tile(self);
        let activations = of_tile(activations, tile, of_activations);
        let weights = of_tile(weights, tile, of_weights);
        let [rows, columns] = match self.topology {
            Topology::WeightStationary { .. } => run.stationary(self, activations, weights)?,
            _ => run.passing(self, activations, weights)?,
        };
        let within = (run.columns as usize).saturating_sub(tile * columns.len()).min(columns.len());
        let sums = golden::product(&rows[row..=row], &columns[..within]).concat();
        Some(beats::result(self, &sums, number + 1 == run.result_beats(self)))
    }
}

type Matrix = Vec<Vec<i32>>;

/// A run as its beat says it; of a mode that there is not, the last one stands in.
#[derive(Clone, Copy, Debug)]
struct Run {
    mode: usize,
    inner: u32,
    columns: u32,
    rows: u32,
}

impl Run {
    fn of_beat(geometry: &Geometry, beat: &Beat) -> Run {
        let field = |number: usize| beat.get(number).and_then(Bits::to_u64).unwrap_or(0) as u32;
        let mode = (field(3) as usize).min(geometry.modes.len() - 1);
        Run { mode, inner: field(0), columns: field(1), rows: field(2).max(1) }
    }

    fn result_beats(&self, geometry: &Geometry) -> usize {
        (geometry.column_tiles(self.columns) * self.rows) as usize
    }

    /// Beats of activations and of weights that a tile of columns takes.
    fn beats_of_a_tile(&self, geometry: &Geometry) -> [usize; 2] {
        let steps = geometry.inner_tiles(self.mode, self.inner);
        let [activations, weights] = match geometry.topology {
            Topology::WeightStationary { .. } => [self.rows, geometry.rows],
            _ => [geometry.passes_of(self.mode); 2],
        };
        [(steps * activations) as usize, (steps * weights) as usize]
    }

    /// Rows of activations and columns of weights of a tile whose operands enter together. Passes beyond the first bring the
    /// same again.
    fn passing(&self, geometry: &Geometry, activations: &[Beat], weights: &[Beat]) -> Option<[Matrix; 2]> {
        let Mode { activation, weight, .. } = &geometry.modes[self.mode];
        Some([
            self.vectors(geometry, activation, (geometry.rows, geometry.row_bits()), activations)?,
            self.vectors(geometry, weight, (geometry.columns, geometry.column_bits()), weights)?,
        ])
    }

    /// The vectors of one side, of which a beat has so many of so many bits each in each layer.
    fn vectors(
        &self,
        geometry: &Geometry,
        operand: &Operand,
        (count, bits): (u32, u32),
        beats: &[Beat],
    ) -> Option<Matrix> {
        let (places, layers) = (geometry.modes[self.mode].places, geometry.layers());
        let mut vectors = vec![Vec::new(); count as usize];
        for beat in beats.iter().take(geometry.inner_tiles(self.mode, self.inner) as usize) {
            for part in 0..layers * count {
                let values = operand.decode(places, &beat.first()?.slice(part * bits, bits))?;
                vectors[(part % count) as usize].extend(values);
            }
        }
        vectors.iter_mut().for_each(|vector| vector.truncate(self.inner as usize));
        Some(vectors)
    }

    /// Rows of activations and columns of weights of a tile where weights stay: a beat of weights for each row of the array,
    /// a beat of activations for each vector.
    fn stationary(&self, geometry: &Geometry, activations: &[Beat], weights: &[Beat]) -> Option<[Matrix; 2]> {
        let Mode { activation, weight, places, .. } = &geometry.modes[0];
        let mut rows = vec![Vec::new(); self.rows as usize];
        for (position, beat) in activations.iter().enumerate() {
            for row in 0..geometry.rows {
                let part = beat.first()?.slice(row * geometry.row_bits(), geometry.row_bits());
                rows[position % self.rows as usize].extend(activation.decode(*places, &part)?);
            }
        }
        let mut columns = vec![Vec::new(); geometry.columns as usize];
        for (beat, column) in weights.iter().flat_map(|beat| (0..geometry.columns).map(move |column| (beat, column))) {
            let part = beat.first()?.slice(column * geometry.column_bits(), geometry.column_bits());
            columns[column as usize].extend(weight.decode(*places, &part)?);
        }
        rows.iter_mut().chain(&mut columns).for_each(|vector| vector.truncate(self.inner as usize));
        Some([rows, columns])
    }
}

/// The beats of a tile that takes `count`, as far as they have come.
fn of_tile(beats: &[Beat], tile: usize, count: usize) -> &[Beat] {
    let first = (tile * count).min(beats.len());
    &beats[first..beats.len().min(first + count)]
}
