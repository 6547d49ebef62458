//! The integer products of attention on a simulated array.

use crate::Shape;
use crate::array_core::{ArrayCore, ArrayError, Size, widest_mode};
use crate::core::{Core, Weights};
use crate::products::{Matrix, Product, ProductEngine, Step};
use crate::work::Work;
use std::collections::BTreeMap;
use tritloom_datapath::array::Geometry;

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
    /// None where the array has no products of signed bytes. Weights fill an unsigned byte where a mode has these, and
    /// seven bits otherwise.
    pub fn of(geometry: &Geometry) -> Option<AttentionModes> {
        let mode = |activation| widest_mode(geometry, activation, OPERAND);
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

/// Computes products of attention on an array.
pub struct ArrayEngine<C> {
    array: ArrayCore<C>,
    modes: AttentionModes,
    work: BTreeMap<Step, Work>,
}

impl<C: Core> ArrayEngine<C> {
    /// An engine on a core of this geometry.
    pub fn new(core: C, geometry: Geometry, modes: AttentionModes) -> ArrayEngine<C> {
        ArrayEngine { array: ArrayCore::new(core, geometry), modes, work: BTreeMap::new() }
    }

    /// What was done for one step of attention so far.
    pub fn work(&self, step: Step) -> Work {
        self.work.get(&step).copied().unwrap_or_default()
    }
}

impl<C: Core> ProductEngine for ArrayEngine<C> {
    type Error = ArrayError<C::Error>;

    fn largest_weight(&self) -> u8 {
        self.modes.largest_weight
    }

    fn rows_at_once(&self) -> usize {
        self.array.geometry().most_rows() as usize
    }

    fn products(&mut self, step: Step, products: &[Product]) -> Result<Vec<Matrix>, Self::Error> {
        let (mode, height) = (self.modes.mode(step), self.rows_at_once());
        let (mut parts, mut weights) = (Vec::new(), Vec::new());
        for Product { rows, columns } in products {
            let size = Size { inner: rows.first().map_or(0, Vec::len), columns: columns.len() };
            self.array.admit(size)?;
            let beats = self.array.weights(mode, columns);
            for rows in rows.chunks(height) {
                parts.push((rows, size));
                weights.extend(beats.iter().cloned());
            }
        }
        let (rows, work) = self.array.multiply(mode, &parts, Weights::Beats(weights))?;
        *self.work.entry(step).or_default() += work;
        let mut rows = rows.into_iter();
        Ok(products.iter().map(|product| rows.by_ref().take(product.rows.len()).collect()).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array_core::plain::{PlainArray, geometry};
    use crate::products::ReferenceProducts;
    use tritloom_datapath::array::{Mode, Numbers, Operand};
    use tritloom_hdl::{sint, uint};

    fn matrix(vectors: usize, length: usize) -> Matrix {
        let value = |vector: usize, place: usize| (vector * 37 + place * 59) as i32 % 255 - 127;
        (0..vectors).map(|vector| (0..length).map(|place| value(vector, place)).collect()).collect()
    }

    #[test]
    fn products_are_cut_into_runs_and_put_together_again() {
        let geometry = geometry(&[("rows", 2), ("columns", 3), ("depth", 2), ("max_inner", 9), ("max_columns", 8)]);
        let modes = AttentionModes::of(&geometry).expect("signed bytes");
        let mut engine = ArrayEngine::new(PlainArray::new(&geometry), geometry, modes);
        let product = |rows, columns, inner| Product { rows: matrix(rows, inner), columns: matrix(columns, inner) };
        let products = [product(3, 7, 5), product(1, 2, 9)];
        let Ok(expected) = ReferenceProducts { largest_weight: 0 }.products(Step::Scores, &products);
        assert_eq!(engine.products(Step::Scores, &products), Ok(expected));
        // Three runs at once; 6 elements of 2 products a cycle.
        assert_eq!(engine.work(Step::Scores), Work { cycles: 100, products: 105 + 18, capacity: 1200 });
        assert_eq!(engine.work(Step::Gathering), Work::default());
        let too_long = engine.products(Step::Scores, &[product(1, 1, 10)]);
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
