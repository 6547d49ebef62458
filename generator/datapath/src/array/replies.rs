//! What an array must answer to beats that it has taken: they are read back into matrices, and those are multiplied by the
//! golden model.

use super::geometry::{Geometry, Topology};
use super::mode::{Mode, Operand};
use super::{beats, golden};
use crate::interface::Beat;
use crate::reference::Replies;
use std::ops::Range;
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
        if !run.is_legal {
            return None;
        }
        let (tile, row) = (number / run.rows as usize, number as u32 % run.rows);
        let [of_activations, of_weights] = run.beats_of_a_tile(self);
        let activations = of_tile(activations, tile, of_activations);
        let weights = of_tile(weights, tile, of_weights);
        let columns = run.columns.saturating_sub(tile as u32 * self.columns).min(self.columns);
        let [row, columns] = match self.topology {
            Topology::WeightStationary { .. } => run.stationary(self, (row, activations), (columns, weights))?,
            _ => run.passing(self, (row, activations), (columns, weights))?,
        };
        let sums = golden::product(&row, &columns).concat();
        Some(beats::result(self, &sums, number + 1 == run.result_beats(self)))
    }
}

type Matrix = Vec<Vec<i32>>;

/// A run as its beat says it.
#[derive(Clone, Copy, Debug)]
struct Run {
    /// The last one stands in for a mode that there is not.
    mode: usize,
    inner: u32,
    columns: u32,
    rows: u32,
    /// Whether the array is made for it.
    is_legal: bool,
}

impl Run {
    fn of_beat(geometry: &Geometry, beat: &Beat) -> Run {
        let field = |number: usize| beat.get(number).and_then(Bits::to_u64).unwrap_or(0) as u32;
        let [inner, columns, rows, mode] = [0, 1, 2, 3].map(field);
        let within = inner <= geometry.max_inner && columns <= geometry.max_columns;
        let is_legal = within && (1..=geometry.most_rows()).contains(&rows) && (mode as usize) < geometry.modes.len();
        Run { mode: (mode as usize).min(geometry.modes.len() - 1), inner, columns, rows: rows.max(1), is_legal }
    }

    fn result_beats(&self, geometry: &Geometry) -> usize {
        geometry.column_tiles(self.columns) as usize * self.rows as usize
    }

    /// Beats of activations and of weights that a tile of columns takes.
    fn beats_of_a_tile(&self, geometry: &Geometry) -> [usize; 2] {
        let steps = geometry.inner_tiles(self.mode, self.inner) as usize;
        let [activations, weights] = match geometry.topology {
            Topology::WeightStationary { .. } => [self.rows * geometry.beats_of_a_vector(self.mode), geometry.rows],
            _ => [geometry.passes_of(self.mode); 2],
        };
        [steps * activations as usize, steps * weights as usize]
    }

    /// A row of activations and the first columns of weights of a tile whose operands enter together.
    fn passing(
        &self,
        geometry: &Geometry,
        (row, activations): (u32, &[Beat]),
        (columns, weights): (u32, &[Beat]),
    ) -> Option<[Matrix; 2]> {
        let mode = &geometry.modes[self.mode];
        let [of_activations, of_weights] = first_passes(mode);
        let activation = (&mode.activation, &of_activations[..]);
        let weight = (&mode.weight, &of_weights[..]);
        Some([
            self.vectors(geometry, activation, row..row + 1, [geometry.rows, geometry.row_bits()], activations)?,
            self.vectors(geometry, weight, 0..columns, [geometry.columns, geometry.column_bits()], weights)?,
        ])
    }

    /// Some vectors of one side, of which a beat has so many of so many bits each in each layer. Each plane of them is read from
    /// the first pass that brings it; other passes bring the same again.
    fn vectors(
        &self,
        geometry: &Geometry,
        (operand, passes): (&Operand, &[usize]),
        which: Range<u32>,
        [count, bits]: [u32; 2],
        beats: &[Beat],
    ) -> Option<Matrix> {
        let (layers, places) = (geometry.layers() as usize, geometry.modes[self.mode].places as usize);
        let steps = geometry.inner_tiles(self.mode, self.inner) as usize;
        let mut vectors = vec![vec![0; self.inner as usize]; which.len()];
        for (plane, pass) in (0..).zip(passes) {
            for (step, beat) in beats.iter().skip(pass * steps).take(steps).enumerate() {
                for (layer, before) in (0..).zip(step * layers..(step + 1) * layers) {
                    for (vector, number) in vectors.iter_mut().zip(which.clone()) {
                        let part = beat.first()?.slice((layer * count + number) * bits, bits);
                        let held = operand.decode(self.places_from(geometry, before as u32), &part)?;
                        let values = vector.iter_mut().skip(before * places).zip(held);
                        values.for_each(|(value, held)| *value += operand.numbers.of_plane(held, plane));
                    }
                }
            }
        }
        Some(vectors)
    }

    /// How many of the places of a beat are the run's, where so many beats' places are before them.
    fn places_from(&self, geometry: &Geometry, before: u32) -> u32 {
        let places = geometry.modes[self.mode].places;
        self.inner.saturating_sub(before * places).min(places)
    }

    /// A row of activations and the first columns of weights of a tile where weights stay: a beat of weights for each row of
    /// the array, a beat of activations for each vector, or for each of its passes.
    fn stationary(
        &self,
        geometry: &Geometry,
        (row, activations): (u32, &[Beat]),
        (columns, weights): (u32, &[Beat]),
    ) -> Option<[Matrix; 2]> {
        let Mode { activation, weight, .. } = &geometry.modes[self.mode];
        let beats_of_a_vector = geometry.beats_of_a_vector(self.mode) as usize;
        let [of_planes, _] = first_passes(&geometry.modes[self.mode]);
        let mut vector = Vec::new();
        let vectors = activations.chunks(beats_of_a_vector);
        for (tile, beats) in (0..).zip(vectors.skip(row as usize).step_by(self.rows as usize)) {
            for line in 0..geometry.rows {
                let places = self.places_from(geometry, tile * geometry.rows + line);
                let mut values = vec![0; places as usize];
                for (plane, pass) in (0..).zip(&of_planes) {
                    let part = beats.get(*pass)?.first()?.slice(line * geometry.row_bits(), geometry.row_bits());
                    let held = activation.decode(places, &part)?;
                    let values = values.iter_mut().zip(held);
                    values.for_each(|(value, held)| *value += activation.numbers.of_plane(held, plane));
                }
                vector.extend(values);
            }
        }
        let mut stored = vec![Vec::new(); columns as usize];
        for (before, beat) in (0..).zip(weights) {
            for (number, column) in (0..).zip(&mut stored) {
                let part = beat.first()?.slice(number * geometry.column_bits(), geometry.column_bits());
                column.extend(weight.decode(self.places_from(geometry, before), &part)?);
            }
        }
        Some([vec![vector], stored])
    }
}

/// For each plane of the activations, and of the weights, the first pass that brings it.
fn first_passes(mode: &Mode) -> [Vec<usize>; 2] {
    let passes = mode.planes();
    let first = |side: usize, plane: u32| passes.iter().position(|planes| planes[side] == plane).unwrap_or(0);
    let [activations, weights] = [mode.activation, mode.weight].map(|operand| operand.numbers.planes());
    [(0..activations).map(|plane| first(0, plane)).collect(), (0..weights).map(|plane| first(1, plane)).collect()]
}

/// The beats of a tile that takes `count`, as far as they have come.
fn of_tile(beats: &[Beat], tile: usize, count: usize) -> &[Beat] {
    let first = (tile * count).min(beats.len());
    &beats[first..beats.len().min(first + count)]
}
