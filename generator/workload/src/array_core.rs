//! The integer products of attention on a simulated array.

use crate::Shape;
use crate::core::{Core, Weights};
use crate::products::{ProductEngine, Step};
use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;
use tritloom_datapath::array::{Geometry, Numbers, Topology, beats};
use tritloom_datapath::interface::Beat;

/// Quantised queries, keys and values.
const OPERAND: (i32, i32) = (-127, 127);

/// What an array must take to compute the attention of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttentionDemand {
    /// The longest sum, and the most columns: elements of a head, or positions.
    pub longest: usize,
}

impl AttentionDemand {
    /// Of a model.
    pub fn of(shape: &Shape) -> AttentionDemand {
        AttentionDemand { longest: shape.seq_len.max(shape.head_size()) }
    }
}

/// The modes of an array in which attention runs: those with the most products a cycle that take its numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttentionModes {
    scores: usize,
    gathering: usize,
    largest_weight: u8,
}

impl AttentionModes {
    /// None where the array has no products of signed bytes, or takes its operands in the order of a weight-stationary one.
    /// Weights fill an unsigned byte where a mode has these, and
    /// seven bits otherwise.
    pub fn of(geometry: &Geometry) -> Option<AttentionModes> {
        if let Topology::WeightStationary { .. } = geometry.topology {
            return None;
        }
        let holds = |numbers: Numbers, (least, greatest): (i32, i32)| {
            let (from, to) = numbers.range();
            from <= least && greatest <= to
        };
        let mode = |activation: (i32, i32)| {
            let modes =
                geometry.modes.iter().enumerate().filter(|(_, mode)| {
                    holds(mode.activation.numbers, activation) && holds(mode.weight.numbers, OPERAND)
                });
            modes.max_by_key(|(_, mode)| mode.places).map(|(position, _)| position)
        };
        let scores = mode(OPERAND)?;
        let unsigned = mode((0, u8::MAX.into())).map(|gathering| (gathering, u8::MAX));
        let (gathering, largest_weight) = unsigned.unwrap_or((scores, i8::MAX as u8));
        Some(AttentionModes { scores, gathering, largest_weight })
    }

    fn mode(&self, step: Step) -> usize {
        match step {
            Step::Scores => self.scores,
            Step::Gathering => self.gathering,
        }
    }
}

/// What an array has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// Cycles of all runs, each from its first beat in to its last beat out.
    pub cycles: u64,
    /// Products that were asked for.
    pub products: u64,
    /// Products that the array could have made in these cycles.
    pub capacity: u64,
}

/// Computes products on an array.
pub struct ArrayEngine<C> {
    core: C,
    geometry: Geometry,
    modes: AttentionModes,
    work: BTreeMap<Step, Work>,
}

/// Why a product could not be computed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ArrayError<E> {
    /// The matrices are larger than the array takes.
    TooLarge {
        /// The length of a sum.
        inner: usize,
        /// The columns of the result.
        columns: usize,
    },
    /// The simulation failed.
    Simulation(E),
}

impl<E: fmt::Display> fmt::Display for ArrayError<E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ArrayError::TooLarge { inner, columns } => {
                write!(formatter, "a product with sums of {inner} and {columns} columns is too large for the array")
            }
            ArrayError::Simulation(error) => error.fmt(formatter),
        }
    }
}

impl<E: Error + 'static> Error for ArrayError<E> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            ArrayError::Simulation(error) => Some(error),
            _ => None,
        }
    }
}

impl<C: Core> ArrayEngine<C> {
    /// An engine on a core of this geometry.
    pub fn new(core: C, geometry: Geometry, modes: AttentionModes) -> ArrayEngine<C> {
        ArrayEngine { core, geometry, modes, work: BTreeMap::new() }
    }

    /// What was done for one step of attention so far.
    pub fn work(&self, step: Step) -> Work {
        self.work.get(&step).copied().unwrap_or_default()
    }

    /// One run: at most as many rows as the array has.
    fn run(
        &mut self,
        step: Step,
        rows: &[Vec<i32>],
        columns: &[Vec<i32>],
    ) -> Result<Vec<Vec<i32>>, ArrayError<C::Error>> {
        let (geometry, mode) = (&self.geometry, self.modes.mode(step));
        let (inner, width) = (rows.first().map_or(0, Vec::len), columns.len());
        if inner > geometry.max_inner as usize || width > geometry.max_columns as usize {
            return Err(ArrayError::TooLarge { inner, columns: width });
        }
        let (mut activations, mut weights) = (Vec::new(), Vec::new());
        let tiles = geometry.column_tiles(width as u32);
        for tile in 0..tiles {
            for beat in beats::operands(geometry, mode, (rows, columns), inner as u32, tile, &mut |_| 0) {
                activations.push(beat.activation_beat(geometry, &mut |_| 0));
                weights.push(beat.weight_beat(geometry, &mut |_| 0));
            }
        }
        let run = beats::run(geometry, mode, inner as u32, width as u32, rows.len() as u32);
        let expected = tiles as usize * rows.len();
        let done =
            self.core.run(run, activations, Weights::Beats(weights), expected).map_err(ArrayError::Simulation)?;
        let work = self.work.entry(step).or_default();
        let a_cycle = u64::from(geometry.elements()) * u64::from(geometry.modes[mode].places);
        work.cycles += done.cycles;
        work.products += (rows.len() * inner * width) as u64;
        work.capacity += done.cycles * a_cycle;
        Ok(values(geometry, &done.results, rows.len(), width))
    }
}

/// The rows of a result from its beats, tile by tile and row by row.
fn values(geometry: &Geometry, beats: &[Beat], rows: usize, columns: usize) -> Vec<Vec<i32>> {
    let (lanes, bits) = (geometry.columns as usize, geometry.sum_bits());
    let value = |row: usize, column: usize| {
        let beat = &beats[column / lanes * rows + row];
        // A sum of 65,536 products of bytes fits 32 bits.
        beat[0].slice((column % lanes) as u32 * bits, bits).to_i128().map_or(0, |value| value as i32)
    };
    (0..rows).map(|row| (0..columns).map(|column| value(row, column)).collect()).collect()
}

impl<C: Core> ProductEngine for ArrayEngine<C> {
    type Error = ArrayError<C::Error>;

    fn largest_weight(&self) -> u8 {
        self.modes.largest_weight
    }

    fn product(&mut self, step: Step, rows: &[Vec<i32>], columns: &[Vec<i32>]) -> Result<Vec<Vec<i32>>, Self::Error> {
        let height = self.geometry.rows as usize;
        let parts: Result<Vec<_>, _> = rows.chunks(height).map(|rows| self.run(step, rows, columns)).collect();
        Ok(parts?.concat())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::CoreRun;
    use crate::products::ReferenceProducts;
    use std::convert::Infallible;
    use tritloom_datapath::array::{Mode, Operand, product};
    use tritloom_datapath::parameter::Given;
    use tritloom_datapath::registry;
    use tritloom_hdl::{sint, uint};

    fn geometry(settings: &[(&str, u64)]) -> Geometry {
        let family = registry::find("bit_weight").expect("registered");
        let given = settings.iter().map(|&(name, value)| (name, Given::from(value)));
        let parameters = registry::resolve(family, given).expect("legal");
        family.matrix_product(&parameters).expect("an array")
    }

    /// Reads the beats of one plain mode of bytes back, and multiplies.
    struct PlainArray(Geometry);

    impl PlainArray {
        fn vectors(&self, beats: &[Beat], vectors: u32, inner: usize) -> Vec<Vec<i32>> {
            let places = self.0.modes[0].places;
            let byte = |beat: &Beat, at: u32| beat[0].slice(8 * at, 8).to_i128().expect("a byte") as i32;
            let vector = |vector: u32| {
                let all =
                    beats.iter().flat_map(|beat| (0..places).map(move |place| byte(beat, vector * places + place)));
                all.take(inner).collect()
            };
            (0..vectors).map(vector).collect()
        }
    }

    impl Core for PlainArray {
        type Error = Infallible;

        fn store(&mut self, _: u32, _: Vec<Beat>) -> Result<(), Infallible> {
            Ok(())
        }

        fn run(
            &mut self,
            run: Beat,
            activations: Vec<Beat>,
            weights: Weights,
            results: usize,
        ) -> Result<CoreRun, Infallible> {
            let Weights::Beats(weights) = weights else { panic!("weights come as beats") };
            let count = |field: usize| run[field].limbs()[0] as usize;
            let (inner, columns, rows) = (count(0), count(1), count(2));
            let a_tile = self.0.inner_tiles(0, inner as u32) as usize;
            let rows: Vec<Vec<i32>> =
                self.vectors(&activations[..a_tile], self.0.rows, inner).into_iter().take(rows).collect();
            let tiles = weights.chunks(a_tile).flat_map(|tile| self.vectors(tile, self.0.columns, inner));
            let columns: Vec<Vec<i32>> = tiles.take(columns).collect();
            let beats = beats::results(&self.0, &product(&rows, &columns), columns.len() as u32);
            assert_eq!(beats.len(), results);
            Ok(CoreRun { results: beats, cycles: 100 })
        }
    }

    #[test]
    fn products_are_cut_into_runs_and_put_together_again() {
        let geometry = geometry(&[("rows", 2), ("columns", 3), ("depth", 2), ("max_inner", 9), ("max_columns", 8)]);
        let modes = AttentionModes::of(&geometry).expect("signed bytes");
        let mut engine = ArrayEngine::new(PlainArray(geometry.clone()), geometry, modes);
        let value = |vector: usize, place: usize| (vector * 37 + place * 59) as i32 % 255 - 127;
        let vectors = |count: usize| (0..count).map(|vector| (0..5).map(|place| value(vector, place)).collect());
        let (rows, columns): (Vec<Vec<i32>>, Vec<Vec<i32>>) = (vectors(3).collect(), vectors(7).collect());
        let Ok(expected) = ReferenceProducts { largest_weight: 0 }.product(Step::Scores, &rows, &columns);
        assert_eq!(engine.product(Step::Scores, &rows, &columns), Ok(expected));
        // Two runs, the second with one row; 6 elements of 2 products a cycle.
        assert_eq!(engine.work(Step::Scores), Work { cycles: 200, products: 105, capacity: 2400 });
        assert_eq!(engine.work(Step::Gathering), Work::default());
        let too_long = engine.product(Step::Scores, &[vec![0; 10]], &[vec![0; 10]]);
        assert_eq!(too_long, Err(ArrayError::TooLarge { inner: 10, columns: 1 }));
    }

    #[test]
    fn attention_runs_in_the_widest_modes_that_take_its_numbers() {
        let mut geometry = geometry(&[]);
        let operand = |shape| Operand::dense(Numbers::Integers(shape));
        let mode = |activation, weight, places| Mode {
            activation: operand(activation),
            weight: operand(weight),
            places,
            ..geometry.modes[0].clone()
        };
        let modes = vec![
            mode(sint(16), sint(8), 1),
            mode(sint(8), sint(8), 2),
            mode(sint(8), sint(4), 4),
            mode(uint(8), sint(8), 2),
        ];
        geometry.modes = modes;
        let found = AttentionModes::of(&geometry);
        assert_eq!(found, Some(AttentionModes { scores: 1, gathering: 3, largest_weight: 255 }));
        geometry.modes.truncate(2);
        let found = AttentionModes::of(&geometry);
        assert_eq!(found, Some(AttentionModes { scores: 1, gathering: 0, largest_weight: 255 }));
        geometry.modes = geometry.modes.split_off(1);
        let found = AttentionModes::of(&geometry);
        assert_eq!(found, Some(AttentionModes { scores: 0, gathering: 0, largest_weight: 127 }));
        geometry.modes[0].weight = operand(sint(4));
        assert_eq!(AttentionModes::of(&geometry), None);
    }
}
