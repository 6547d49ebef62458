//! A network's ternary products on a simulated array: in its ternary mode, or whichever of its modes multiplies most.

use crate::array_core::{ArrayCore, ArrayError, Size, widest_mode};
use crate::core::{Core, Demand, Weights, widened};
use crate::work::{Counted, Work};
use crate::{MatrixId, Model, TernaryEngine};
use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;
use tritloom_datapath::array::Geometry;

/// Ternary weights.
const WEIGHT: (i32, i32) = (-1, 1);

/// The mode in which an array multiplies the matrices of a model: that with the most products a cycle that takes quantised
/// activations and ternary weights. None where there is no such mode.
pub fn projection_mode(geometry: &Geometry) -> Option<usize> {
    widest_mode(geometry, Demand::ACTIVATION, WEIGHT)
}

/// Computes the products of a model on an array.
pub struct ArrayProjection<C> {
    array: ArrayCore<C>,
    mode: usize,
    matrices: BTreeMap<MatrixId, Stored>,
    work: Work,
    weight_bits: u64,
}

/// A matrix whose weights the simulation holds.
#[derive(Clone, Copy)]
struct Stored {
    bank: u32,
    size: Size,
    weight_bits: u64,
}

/// Why a product of a model could not be computed on an array.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProjectionError<E> {
    /// The array failed, or takes no such product.
    Array(ArrayError<E>),
    /// The model has no such matrix, or it takes another number of activations.
    Request(MatrixId),
}

impl<E: fmt::Display> fmt::Display for ProjectionError<E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ProjectionError::Array(error) => error.fmt(formatter),
            ProjectionError::Request(matrix) => write!(formatter, "no product of {matrix} with that many activations"),
        }
    }
}

impl<E: Error + 'static> Error for ProjectionError<E> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            ProjectionError::Array(error) => Some(error),
            ProjectionError::Request(_) => None,
        }
    }
}

impl<C: Core> ArrayProjection<C> {
    /// Packs every matrix of the model for a mode of the array and hands it to the simulation.
    ///
    /// # Errors
    /// When the model does not fit the array, or the simulation fails.
    pub fn new(core: C, geometry: Geometry, mode: usize, model: &Model) -> Result<Self, ArrayError<C::Error>> {
        let mut array = ArrayCore::new(core, geometry);
        let mut matrices = BTreeMap::new();
        for (bank, (id, matrix)) in (0..).zip(model.matrices()) {
            let size = Size { inner: matrix.columns(), columns: matrix.rows() };
            array.admit(size)?;
            let rows: Vec<Vec<i8>> = matrix.trits().chunks(matrix.columns()).map(<[i8]>::to_vec).collect();
            let weights = array.weights(mode, &widened(&rows));
            let beat_bits = array.geometry().columns * array.geometry().column_bits();
            let weight_bits = weights.len() as u64 * u64::from(beat_bits);
            array.store(bank, weights)?;
            matrices.insert(id, Stored { bank, size, weight_bits });
        }
        Ok(ArrayProjection { array, mode, matrices, work: Work::default(), weight_bits: 0 })
    }
}

impl<C> Counted for ArrayProjection<C> {
    fn work(&self) -> Work {
        self.work
    }

    fn weight_bits(&self) -> u64 {
        self.weight_bits
    }
}

impl<C: Core> TernaryEngine for ArrayProjection<C> {
    type Error = ProjectionError<C::Error>;

    fn product(&mut self, matrix: MatrixId, vectors: &[Vec<i8>]) -> Result<Vec<Vec<i32>>, Self::Error> {
        let stored = self.matrices.get(&matrix).copied();
        let fits = |stored: &Stored| vectors.iter().all(|vector| vector.len() == stored.size.inner);
        let Stored { bank, size, weight_bits } = stored.filter(fits).ok_or(ProjectionError::Request(matrix))?;
        let vectors = widened(vectors);
        let height = self.array.geometry().most_rows() as usize;
        let parts: Vec<_> = vectors.chunks(height).map(|rows| (rows, size)).collect();
        let weights = Weights::Bank { bank, times: parts.len() as u32 };
        let (products, work) = self.array.multiply(self.mode, &parts, weights).map_err(ProjectionError::Array)?;
        self.work += work;
        self.weight_bits += parts.len() as u64 * weight_bits;
        Ok(products)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array_core::plain::{PlainArray, geometry};
    use crate::core::CoreRun;
    use crate::{MatrixKind, ReferenceEngine, synthetic};
    use std::convert::Infallible;
    use tritloom_datapath::array::{Mode, Numbers, Operand};
    use tritloom_datapath::interface::Beat;
    use tritloom_datapath::parameter::Given;
    use tritloom_datapath::reference::{Input, Reference};
    use tritloom_datapath::registry;
    use tritloom_hdl::sint;

    const W2: MatrixId = MatrixId { kind: MatrixKind::W2, layer: 1 };

    #[test]
    fn matrices_meet_several_vectors_as_plain_integers_do() {
        let (model, _) = synthetic::story(synthetic::SEED);
        let geometry = geometry(&[("rows", 2), ("columns", 5), ("depth", 7), ("max_inner", 96), ("max_columns", 96)]);
        let mut engine = ArrayProjection::new(PlainArray::new(&geometry), geometry, 0, &model).expect("it fits");
        // W2 has 64 rows and 96 columns.
        let vectors: Vec<Vec<i8>> =
            (0..3).map(|vector| (0..96).map(|place| (vector * 61 + place * 29) as i8).collect()).collect();
        let expected = ReferenceEngine::new(&model).product(W2, &vectors).expect("there is one");
        assert_eq!(engine.product(W2, &vectors), Ok(expected));
        // Two runs at once, 10 elements of 7 products a cycle; 14 * 13 beats of 5 * 7 bytes a run.
        assert_eq!(engine.work(), Work { cycles: 100, products: 3 * 64 * 96, capacity: 7000 });
        assert_eq!(engine.weight_bits(), 2 * 14 * 13 * 5 * 7 * 8);
        assert_eq!(engine.product(W2, &[vec![0; 95]]), Err(ProjectionError::Request(W2)));
    }

    /// The golden model of an array, which reads bits back from all of their passes.
    struct Golden {
        reference: Reference,
        banks: Vec<Vec<Beat>>,
    }

    impl Core for Golden {
        type Error = Infallible;

        fn store(&mut self, bank: u32, weights: Vec<Beat>) -> Result<(), Infallible> {
            assert_eq!(bank as usize, self.banks.len());
            self.banks.push(weights);
            Ok(())
        }

        fn run(
            &mut self,
            runs: Vec<Beat>,
            activations: Vec<Beat>,
            weights: Weights,
            results: usize,
        ) -> Result<CoreRun, Infallible> {
            let Weights::Bank { bank, times } = weights else { panic!("of a matrix of the model") };
            let weights = vec![self.banks[bank as usize].clone(); times as usize].concat();
            for (input, beats) in Input::ALL.into_iter().zip([runs, activations, weights]) {
                beats.into_iter().for_each(|beat| self.reference.take(input, beat));
            }
            let mut next = || {
                let result = self.reference.result().expect("a result");
                self.reference.pass();
                result
            };
            Ok(CoreRun { results: (0..results).map(|_| next()).collect(), cycles: 160 })
        }
    }

    #[test]
    fn matrices_enter_bit_by_bit_in_the_fewest_passes_that_hold_their_weights() {
        let (model, _) = synthetic::story(synthetic::SEED);
        let vectors: Vec<Vec<i8>> =
            (0..3).map(|vector| (0..96).map(|place| (vector * 61 + place * 29) as i8).collect()).collect();
        let expected = ReferenceEngine::new(&model).product(W2, &vectors).expect("there is one");
        let family = registry::find("bit_serial").expect("registered");
        for (serial, name, passes) in [("weights", "8x2", 2), ("activations", "8x8", 8), ("both", "8x2", 16)] {
            let sizes = [("rows", 2), ("columns", 5), ("depth", 7), ("max_inner", 96), ("max_columns", 96)];
            let given = sizes.map(|(name, value): (&str, u64)| (name, Given::from(value)));
            let given = given.into_iter().chain([("serial", Given::from(serial))]);
            let parameters = registry::resolve(family, given).expect("legal");
            let geometry = family.matrix_product(&parameters).expect("an array");
            let mode = projection_mode(&geometry).expect("a mode");
            assert_eq!(geometry.modes[mode].name, name);
            let reference = Reference::new(family, &parameters).expect("a product of matrices");
            let core = Golden { reference, banks: Vec::new() };
            let mut engine = ArrayProjection::new(core, geometry, mode, &model).expect("it fits");
            assert_eq!(engine.product(W2, &vectors), Ok(expected.clone()), "{serial}");
            // 10 elements of 7 products in as many cycles as there are passes.
            let capacity = 160 * 70 / passes;
            assert_eq!(engine.work(), Work { cycles: 160, products: 3 * 64 * 96, capacity });
        }
    }

    #[test]
    fn a_matrix_that_is_too_large_is_refused() {
        let (model, _) = synthetic::story(synthetic::SEED);
        let geometry = geometry(&[("max_inner", 95), ("max_columns", 96)]);
        let refused = ArrayProjection::new(PlainArray::new(&geometry), geometry, 0, &model).err();
        assert_eq!(refused, Some(ArrayError::TooLarge { inner: 96, columns: 64 }));
    }

    #[test]
    fn projections_run_in_the_widest_mode_of_ternary_weights() {
        let mut geometry = geometry(&[]);
        let mode = |activation_bits, numbers, places| Mode {
            weight: Operand::dense(numbers),
            ..Mode::plain(places, activation_bits, 8)
        };
        geometry.modes = vec![
            mode(8, Numbers::Integers(sint(8)), 2),
            mode(8, Numbers::Trits, 8),
            mode(8, Numbers::Integers(sint(4)), 4),
            mode(4, Numbers::Trits, 16),
        ];
        assert_eq!(projection_mode(&geometry), Some(1));
        geometry.modes.remove(1);
        assert_eq!(projection_mode(&geometry), Some(1));
        geometry.modes = geometry.modes.split_off(2);
        assert_eq!(projection_mode(&geometry), None);
    }
}
