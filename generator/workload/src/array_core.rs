//! Products of integer matrices on a simulated array.

use crate::core::{Core, Weights};
use crate::products::Matrix;
use crate::work::Work;
use std::cmp::Ordering;
use std::error::Error;
use std::fmt;
use tritloom_datapath::array::{Geometry, beats};
use tritloom_datapath::interface::Beat;

/// An array under simulation, whose operands pass in the order of [`beats::tile`].
pub(crate) struct ArrayCore<C> {
    core: C,
    geometry: Geometry,
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
            ArrayError::TooLarge { .. } => None,
        }
    }
}

/// The sizes of a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Size {
    /// The length of a sum.
    pub inner: usize,
    /// Columns of the result.
    pub columns: usize,
}

/// The mode with the most products a cycle that takes the numbers of either side, each from least to greatest.
pub(crate) fn widest_mode(geometry: &Geometry, activation: (i32, i32), weight: (i32, i32)) -> Option<usize> {
    let holds = |(from, to): (i32, i32), (least, greatest): (i32, i32)| from <= least && greatest <= to;
    let takes = |position: &usize| {
        let mode = &geometry.modes[*position];
        holds(mode.activation.numbers.range(), activation) && holds(mode.weight.numbers.range(), weight)
    };
    (0..geometry.modes.len()).filter(takes).max_by(|one, other| products_a_cycle(geometry, *one, *other))
}

/// How the products a cycle of two modes compare: places of a beat over passes.
fn products_a_cycle(geometry: &Geometry, one: usize, other: usize) -> Ordering {
    let places = |mode: usize| geometry.modes[mode].places;
    (places(one) * geometry.passes_of(other)).cmp(&(places(other) * geometry.passes_of(one)))
}

impl<C: Core> ArrayCore<C> {
    pub fn new(core: C, geometry: Geometry) -> ArrayCore<C> {
        ArrayCore { core, geometry }
    }

    pub fn geometry(&self) -> &Geometry {
        &self.geometry
    }

    /// Keeps the weight beats of a matrix under a number.
    pub fn store(&mut self, bank: u32, weights: Vec<Beat>) -> Result<(), ArrayError<C::Error>> {
        self.core.store(bank, weights).map_err(ArrayError::Simulation)
    }

    /// Refuses a product that is too large.
    pub fn admit(&self, Size { inner, columns }: Size) -> Result<(), ArrayError<C::Error>> {
        if inner > self.geometry.max_inner as usize || columns > self.geometry.max_columns as usize {
            return Err(ArrayError::TooLarge { inner, columns });
        }
        Ok(())
    }

    /// The weight beats of a matrix.
    pub fn weights(&self, mode: usize, columns: &[Vec<i32>]) -> Vec<Beat> {
        let geometry = &self.geometry;
        let inner = columns.first().map_or(0, Vec::len) as u32;
        let tile = |tile| {
            let [_, weights] = beats::tile(geometry, mode, (&[], columns), inner, tile, &mut |_| 0);
            weights
        };
        (0..geometry.column_tiles(columns.len() as u32)).flat_map(tile).collect()
    }

    /// Multiplies with weights, one run for each of the `parts`, which are rows of the size's inner length, at most as many
    /// as a run may have; one run after the other, without a pause. Returns the rows of all results.
    pub fn multiply(
        &mut self,
        mode: usize,
        parts: &[(&[Vec<i32>], Size)],
        weights: Weights,
    ) -> Result<(Matrix, Work), ArrayError<C::Error>> {
        let geometry = &self.geometry;
        let (mut runs, mut activations, mut results) = (Vec::new(), Vec::new(), 0);
        for &(rows, Size { inner, columns }) in parts {
            let tiles = geometry.column_tiles(columns as u32) as usize;
            let [tile, _] = beats::tile(geometry, mode, (rows, &[]), inner as u32, 0, &mut |_| 0);
            // Every tile of columns takes the same activations again.
            activations.extend(std::iter::repeat_n(tile, tiles).flatten());
            runs.push(beats::run(geometry, mode, inner as u32, columns as u32, rows.len() as u32));
            results += tiles * rows.len();
        }
        let done = self.core.run(runs, activations, weights, results).map_err(ArrayError::Simulation)?;
        let a_cycle = u64::from(geometry.elements()) * u64::from(geometry.modes[mode].places);
        let products = parts.iter().map(|(rows, size)| (rows.len() * size.inner * size.columns) as u64).sum();
        let capacity = done.cycles * a_cycle / u64::from(geometry.passes_of(mode));
        let work = Work { cycles: done.cycles, products, capacity };
        Ok((values(geometry, &done.results, parts), work))
    }
}

/// The rows of all results from their beats, which come run by run, in it tile by tile and row by row.
fn values(geometry: &Geometry, mut beats: &[Beat], parts: &[(&[Vec<i32>], Size)]) -> Matrix {
    let (lanes, bits) = (geometry.columns as usize, geometry.sum_bits());
    let mut values = Vec::new();
    for (rows, Size { columns, .. }) in parts {
        let value = |row: usize, column: usize| {
            let beat = &beats[column / lanes * rows.len() + row];
            // A sum of 65,536 products of bytes fits 32 bits.
            beat[0].slice((column % lanes) as u32 * bits, bits).to_i128().map_or(0, |value| value as i32)
        };
        values.extend((0..rows.len()).map(|row| (0..*columns).map(|column| value(row, column)).collect()));
        beats = &beats[columns.div_ceil(lanes).max(1) * rows.len()..];
    }
    values
}

/// An array of plain bytes in software, for tests: it reads beats back, and multiplies.
#[cfg(test)]
pub(crate) mod plain {
    use super::*;
    use crate::core::CoreRun;
    use std::collections::BTreeMap;
    use std::convert::Infallible;
    use tritloom_datapath::array::product;
    use tritloom_datapath::parameter::Given;
    use tritloom_datapath::registry;

    /// Of a `bit_weight` with these settings.
    pub fn geometry(settings: &[(&str, u64)]) -> Geometry {
        let family = registry::find("bit_weight").expect("registered");
        let given = settings.iter().map(|&(name, value)| (name, Given::from(value)));
        let parameters = registry::resolve(family, given).expect("legal");
        family.matrix_product(&parameters).expect("an array")
    }

    pub struct PlainArray {
        geometry: Geometry,
        banks: BTreeMap<u32, Vec<Beat>>,
    }

    impl PlainArray {
        pub fn new(geometry: &Geometry) -> PlainArray {
            PlainArray { geometry: geometry.clone(), banks: BTreeMap::new() }
        }

        fn vectors(&self, beats: &[Beat], vectors: u32, inner: usize) -> Vec<Vec<i32>> {
            let places = self.geometry.modes[0].places;
            let byte = |beat: &Beat, at: u32| beat[0].slice(8 * at, 8).to_i128().expect("a byte") as i32;
            let vector = |vector: u32| {
                let all =
                    beats.iter().flat_map(|beat| (0..places).map(move |place| byte(beat, vector * places + place)));
                all.take(inner).collect()
            };
            (0..vectors).map(vector).collect()
        }

        /// One run, which takes its beats from the front.
        fn run_one(&self, run: &Beat, activations: &mut Vec<Beat>, weights: &mut Vec<Beat>) -> Vec<Beat> {
            let count = |field: usize| run[field].limbs()[0] as usize;
            let (inner, columns, rows) = (count(0), count(1), count(2));
            let a_tile = self.geometry.inner_tiles(0, inner as u32) as usize;
            let beats = a_tile * self.geometry.column_tiles(columns as u32) as usize;
            let (own, weights): (Vec<Beat>, Vec<Beat>) =
                (activations.drain(..beats).collect(), weights.drain(..beats).collect());
            let all_rows = self.vectors(&own[..a_tile], self.geometry.rows, inner);
            let tiles = weights.chunks(a_tile).flat_map(|tile| self.vectors(tile, self.geometry.columns, inner));
            let all_columns: Vec<Vec<i32>> = tiles.take(columns).collect();
            beats::results(&self.geometry, &product(&all_rows[..rows], &all_columns), columns as u32)
        }
    }

    impl Core for PlainArray {
        type Error = Infallible;

        fn store(&mut self, bank: u32, weights: Vec<Beat>) -> Result<(), Infallible> {
            self.banks.insert(bank, weights);
            Ok(())
        }

        fn run(
            &mut self,
            runs: Vec<Beat>,
            mut activations: Vec<Beat>,
            weights: Weights,
            results: usize,
        ) -> Result<CoreRun, Infallible> {
            let mut weights = match weights {
                Weights::Beats(weights) => weights,
                Weights::Bank { bank, times } => vec![self.banks[&bank].clone(); times as usize].concat(),
            };
            let one = |run: &Beat| self.run_one(run, &mut activations, &mut weights);
            let all: Vec<Beat> = runs.iter().flat_map(one).collect();
            assert!(all.len() == results && activations.is_empty() && weights.is_empty());
            Ok(CoreRun { results: all, cycles: 100 })
        }
    }
}
