//! A network's ternary products on a simulated core: matrices are packed once, activations pass for each product.

use crate::work::{Counted, Work};
use crate::{MatrixId, Model, TernaryEngine, TernaryMatrix};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;
use std::rc::Rc;
use tritloom_datapath::interface::Beat;
use tritloom_datapath::matvec::{Geometry, LoopOrder, beats};

/// Bits of the activations that a model multiplies.
const ACTIVATION_BITS: u32 = 8;

/// A core under simulation, wherever it runs.
pub trait Core {
    /// Why the simulation could not go on.
    type Error;

    /// Keeps the weight beats of a matrix under a number.
    ///
    /// # Errors
    /// As the simulation defines.
    fn store(&mut self, bank: u32, weights: Vec<Beat>) -> Result<(), Self::Error>;

    /// Runs of the core, one after the other without a pause; waits for `results` beats in all.
    ///
    /// # Errors
    /// As the simulation defines.
    fn run(
        &mut self,
        runs: Vec<Beat>,
        activations: Vec<Beat>,
        weights: Weights,
        results: usize,
    ) -> Result<CoreRun, Self::Error>;
}

/// A core that several engines share.
impl<C: Core> Core for Rc<RefCell<C>> {
    type Error = C::Error;

    fn store(&mut self, bank: u32, weights: Vec<Beat>) -> Result<(), C::Error> {
        self.borrow_mut().store(bank, weights)
    }

    fn run(
        &mut self,
        runs: Vec<Beat>,
        activations: Vec<Beat>,
        weights: Weights,
        results: usize,
    ) -> Result<CoreRun, C::Error> {
        self.borrow_mut().run(runs, activations, weights, results)
    }
}

/// Where the weights of runs come from.
#[derive(Clone, Debug)]
pub enum Weights {
    /// Beats that were stored under the number `bank`, so many times.
    Bank {
        /// The number.
        bank: u32,
        /// How often they come.
        times: u32,
    },
    /// These beats.
    Beats(Vec<Beat>),
}

/// What runs gave.
#[derive(Clone, Debug)]
pub struct CoreRun {
    /// The beats of the result stream.
    pub results: Vec<Beat>,
    /// From the first beat in to the last beat out.
    pub cycles: u64,
}

/// The least that a core must take to compute the products of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Demand {
    /// Bits of an activation.
    pub activation_bits: u32,
    /// The most rows of a matrix.
    pub rows: usize,
    /// The most columns of a matrix.
    pub columns: usize,
}

impl Demand {
    /// Quantised activations.
    pub(crate) const ACTIVATION: (i32, i32) = (-127, 127);

    /// Of all matrices of a model.
    pub fn of(model: &Model) -> Demand {
        let most = |size: fn(&TernaryMatrix) -> usize| model.matrices().map(|(_, matrix)| size(matrix)).max();
        Demand {
            activation_bits: ACTIVATION_BITS,
            rows: most(TernaryMatrix::rows).unwrap_or(0),
            columns: most(TernaryMatrix::columns).unwrap_or(0),
        }
    }
}

/// Computes the products of a model on a core.
pub struct CoreEngine<C> {
    core: C,
    geometry: Geometry,
    matrices: BTreeMap<MatrixId, Stored>,
    work: Work,
    weight_bits: u64,
}

/// A matrix whose weights the simulation holds.
struct Stored {
    bank: u32,
    rows: usize,
    columns: usize,
    weight_bits: u64,
}

/// Why a product could not be computed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CoreError<E> {
    /// A matrix of the model is larger than the core's longest run.
    TooLarge {
        /// The matrix.
        matrix: MatrixId,
        /// Its rows and columns.
        rows: usize,
        /// See `rows`.
        columns: usize,
        /// The core's longest output vector.
        max_outputs: u32,
        /// The core's longest input vector.
        max_inputs: u32,
    },
    /// The core's activations are not 8 bits wide or wider.
    ActivationBits(u32),
    /// The model has no such matrix, or it takes another number of activations.
    Request(MatrixId),
    /// The simulation failed.
    Simulation(E),
}

impl<E: fmt::Display> fmt::Display for CoreError<E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CoreError::TooLarge { matrix, rows, columns, max_outputs, max_inputs } => write!(
                formatter,
                "{matrix} has {rows} rows and {columns} columns; the core takes max_outputs: {max_outputs} and \
                 max_inputs: {max_inputs}"
            ),
            CoreError::ActivationBits(bits) => {
                write!(
                    formatter,
                    "the model's activations have 8 bits, the core's {bits}: use activation: int8 or int16"
                )
            }
            CoreError::Request(matrix) => write!(formatter, "no product of {matrix} with that many activations"),
            CoreError::Simulation(error) => error.fmt(formatter),
        }
    }
}

impl<E: Error + 'static> Error for CoreError<E> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            CoreError::Simulation(error) => Some(error),
            _ => None,
        }
    }
}

impl<C: Core> CoreEngine<C> {
    /// Packs every matrix of the model for the core and hands it to the simulation.
    ///
    /// # Errors
    /// When the model does not fit the core, or the simulation fails.
    pub fn new(mut core: C, geometry: Geometry, model: &Model) -> Result<CoreEngine<C>, CoreError<C::Error>> {
        if geometry.activation_bits < ACTIVATION_BITS {
            return Err(CoreError::ActivationBits(geometry.activation_bits));
        }
        let mut matrices = BTreeMap::new();
        for (bank, (id, matrix)) in model.matrices().enumerate() {
            let (rows, columns) = (matrix.rows(), matrix.columns());
            let (max_outputs, max_inputs) = (geometry.max_outputs, geometry.max_inputs);
            if rows > max_outputs as usize || columns > max_inputs as usize {
                return Err(CoreError::TooLarge { matrix: id, rows, columns, max_outputs, max_inputs });
            }
            let weights: Vec<Vec<i8>> = matrix.trits().chunks(columns).map(<[i8]>::to_vec).collect();
            let weights = beats::weights(&geometry, &weights, columns, || 0);
            let weight_bits = weights.len() as u64 * u64::from(geometry.word_bits() * geometry.ports);
            core.store(bank as u32, weights).map_err(CoreError::Simulation)?;
            matrices.insert(id, Stored { bank: bank as u32, rows, columns, weight_bits });
        }
        Ok(CoreEngine { core, geometry, matrices, work: Work::default(), weight_bits: 0 })
    }

    /// How many vectors a run takes.
    fn vectors_at_once(&self) -> usize {
        match self.geometry.loop_order {
            LoopOrder::WeightStationary => self.geometry.max_vectors as usize,
            LoopOrder::OutputStationary | LoopOrder::TableStationary => 1,
        }
    }
}

impl<C> Counted for CoreEngine<C> {
    fn work(&self) -> Work {
        self.work
    }

    fn weight_bits(&self) -> u64 {
        self.weight_bits
    }
}

impl<C: Core> TernaryEngine for CoreEngine<C> {
    type Error = CoreError<C::Error>;

    fn product(&mut self, matrix: MatrixId, vectors: &[Vec<i8>]) -> Result<Vec<Vec<i32>>, Self::Error> {
        let fits = |stored: &&Stored| vectors.iter().all(|vector| vector.len() == stored.columns);
        let stored = self.matrices.get(&matrix).filter(fits).ok_or(CoreError::Request(matrix))?;
        let (geometry, rows, columns) = (&self.geometry, stored.rows as u32, stored.columns as u32);
        let vectors = widened(vectors);
        let parts: Vec<&[Vec<i32>]> = vectors.chunks(self.vectors_at_once()).collect();
        let runs = parts.iter().map(|part| beats::run(geometry, columns, rows, part.len() as u32)).collect();
        let activations = parts.iter().flat_map(|part| beats::activations(geometry, part, rows, || 0)).collect();
        let weights = Weights::Bank { bank: stored.bank, times: parts.len() as u32 };
        let tiles = geometry.output_tiles(rows) as usize;
        let done = self.core.run(runs, activations, weights, tiles * vectors.len()).map_err(CoreError::Simulation)?;
        self.work += Work {
            cycles: done.cycles,
            products: (stored.rows * stored.columns * vectors.len()) as u64,
            capacity: done.cycles * u64::from(geometry.lanes() * geometry.ports),
        };
        self.weight_bits += stored.weight_bits * parts.len() as u64;
        let sizes: Vec<usize> = parts.iter().map(|part| part.len()).collect();
        Ok(values(geometry, &done.results, rows, &sizes))
    }
}

/// As the streams take them.
pub(crate) fn widened(vectors: &[Vec<i8>]) -> Vec<Vec<i32>> {
    vectors.iter().map(|vector| vector.iter().map(|&value| value.into()).collect()).collect()
}

/// The results of runs of so many vectors each.
fn values(geometry: &Geometry, beats: &[Beat], rows: u32, sizes: &[usize]) -> Vec<Vec<i32>> {
    let tiles = geometry.output_tiles(rows) as usize;
    // A sum of 8-bit activations over at most 65,536 inputs fits 32 bits.
    let narrow = |vector: Vec<i64>| vector.into_iter().map(|value| value as i32).collect();
    let mut first = 0;
    let mut run = |&vectors: &usize| {
        let own = &beats[first..first + tiles * vectors];
        first += own.len();
        beats::values(geometry, own, rows, vectors)
    };
    sizes.iter().flat_map(&mut run).map(narrow).collect()
}
