//! What a core must answer to beats that it has taken: they are read back into a matrix and vectors, and those are
//! multiplied by the golden model.

use super::geometry::{Geometry, LoopOrder};
use super::{beats, golden};
use crate::interface::Beat;
use crate::reference::Replies;
use tritloom_formats::PortWord;
use tritloom_hdl::Bits;

impl Replies for Geometry {
    fn operand_beats(&self, run: &Beat) -> [usize; 2] {
        let run = Run::of_beat(run);
        let inputs = self.input_tiles(run.inputs) as usize;
        let tiles = inputs * self.output_tiles(run.outputs) as usize;
        match self.loop_order {
            LoopOrder::WeightStationary => [tiles * run.vectors as usize, tiles],
            LoopOrder::OutputStationary | LoopOrder::TableStationary => [inputs, tiles],
        }
    }

    fn result_beats(&self, run: &Beat) -> usize {
        Run::of_beat(run).result_beats(self)
    }

    fn reply(&self, run: &Beat, activations: &[Beat], weights: &[Beat], number: usize) -> Option<Beat> {
        let run = Run::of_beat(run);
        let most = (self.max_inputs, self.max_outputs, self.max_vectors.max(1));
        if run.inputs > most.0 || run.outputs > most.1 || run.vectors > most.2 {
            return None;
        }
        let (tile, vector) = (number as u32 / run.vectors, number as u32 % run.vectors);
        let outputs = tile * self.ports..run.outputs.min((tile + 1) * self.ports);
        let rows: Vec<Vec<i8>> = outputs.map(|row| run.row(self, row, weights)).collect::<Option<_>>()?;
        let sums = golden::product(&rows, &run.vector(self, tile, vector, activations)?);
        Some(beats::result(self, &sums, number + 1 == run.result_beats(self)))
    }
}

/// A run as its beat says it.
#[derive(Clone, Copy, Debug)]
struct Run {
    inputs: u32,
    outputs: u32,
    vectors: u32,
}

impl Run {
    fn of_beat(beat: &Beat) -> Run {
        let field = |number: usize| beat.get(number).and_then(Bits::to_u64).unwrap_or(0) as u32;
        Run { inputs: field(0), outputs: field(1), vectors: field(2).max(1) }
    }

    fn result_beats(&self, geometry: &Geometry) -> usize {
        geometry.output_tiles(self.outputs) as usize * self.vectors as usize
    }

    /// A vector as it was sent for a tile of outputs: again for each where weights stay. What has not come is zero.
    fn vector(&self, geometry: &Geometry, tile: u32, vector: u32, beats: &[Beat]) -> Option<Vec<i32>> {
        let (lanes, bits) = (geometry.lanes(), geometry.activation_bits);
        let first = match geometry.loop_order {
            LoopOrder::WeightStationary => tile * geometry.input_tiles(self.inputs),
            LoopOrder::OutputStationary | LoopOrder::TableStationary => 0,
        };
        let value = |place: u32| {
            let Some(beat) = beats.get(((first + place / lanes) * self.vectors + vector) as usize) else {
                return Some(0);
            };
            Some(beat.first()?.slice(place % lanes * bits, bits).to_i128()? as i32)
        };
        (0..self.inputs).map(value).collect()
    }

    /// The weights of an output. What has not come is zero.
    fn row(&self, geometry: &Geometry, row: u32, beats: &[Beat]) -> Option<Vec<i8>> {
        let (layout, port) = (geometry.word_layout(), row % geometry.ports);
        let (inputs, outputs) = (geometry.input_tiles(self.inputs), geometry.output_tiles(self.outputs));
        let word = |tile: u32| {
            let beat = match geometry.loop_order {
                LoopOrder::OutputStationary | LoopOrder::WeightStationary => row / geometry.ports * inputs + tile,
                LoopOrder::TableStationary => tile * outputs + row / geometry.ports,
            };
            let Some(beat) = beats.get(beat as usize) else { return Some(vec![0; layout.lanes()]) };
            let word = beat.first()?.slice(port * layout.bits(), layout.bits());
            let word = PortWord::from_limbs(layout.bits(), word.limbs().to_vec()).ok()?;
            layout.unpack(&word).ok()
        };
        let mut weights = (0..inputs).map(word).collect::<Option<Vec<_>>>()?.concat();
        weights.truncate(self.inputs as usize);
        Some(weights)
    }
}
