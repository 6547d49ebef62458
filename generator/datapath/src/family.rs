//! The contract of a family of datapaths, and nothing else.

use crate::array;
use crate::array::Mode;
use crate::census::Parts;
use crate::interface::{Interface, Scenario};
use crate::matvec::Geometry;
use crate::parameter::{Parameter, Parameters, Problem};
use crate::typical::Work;
use tritloom_hdl::{Census, Design, Diagnostics};

/// A family of datapaths: everything that the command line, the bench, the cost model and the search need to know.
///
/// `parameters` passed to any method but `legality` are complete and legal (`legality` returned nothing).
pub trait Family: Sync {
    /// The key under `architecture:` in a configuration; the name of the family's room.
    fn name(&self) -> &'static str;

    /// One line for `list`.
    fn summary(&self) -> &'static str;

    /// What it computes, its streams and their layout, its latency: paragraphs for `describe`.
    fn contract(&self) -> &'static str;

    /// The parameters, in the order in which a reader wants them.
    fn parameters(&self) -> &'static [Parameter];

    /// Rules between parameters that single domains cannot say. All violations at once, each with its reason.
    fn legality(&self, parameters: &Parameters) -> Vec<Problem>;

    /// The hardware, checked. An error here is a defect of the family, not of the user.
    fn hardware(&self, parameters: &Parameters) -> Result<Design, Diagnostics>;

    /// The streams of the top module.
    fn interface(&self, parameters: &Parameters) -> Interface;

    /// Latency and throughput, as stated in the manifest and held in simulation to the cycle.
    fn timing(&self, parameters: &Parameters) -> Timing;

    /// What the field `mode` of the run stream may say, in the order of its values, with the places of all layers of a
    /// beat; nothing where a core has no such field.
    fn modes(&self, _parameters: &Parameters) -> Vec<Mode> {
        Vec::new()
    }

    /// How many primitives each part of the hardware holds, in closed form. Parts stand in the order in which data
    /// passes them, and their sum equals [`Design::census`].
    fn census_by_part(&self, parameters: &Parameters) -> Parts;

    /// How many primitives the hardware holds: the sum of [`Family::census_by_part`].
    fn census(&self, parameters: &Parameters) -> Census {
        let mut total = Census::default();
        self.census_by_part(parameters).iter().for_each(|(_, part)| total.add_census(part, 1));
        total
    }

    /// Stimulus and golden results, from plain integer arithmetic. Equal seeds give equal scenarios.
    fn scenarios(&self, parameters: &Parameters, seed: u64) -> Vec<Scenario>;

    /// Work as networks give it, to measure energies with. `mode` counts [`Family::modes`]; without one it is that of the widest
    /// operands, or all that an exact product takes.
    fn typical_work(&self, parameters: &Parameters, mode: Option<usize>, seed: u64) -> Work;

    /// How the core takes a ternary product `y = W x` apart, to run a network on it; `None` where it does not compute
    /// one.
    fn ternary_product(&self, _parameters: &Parameters) -> Option<Geometry> {
        None
    }

    /// How the core takes a product of two matrices apart, to run the attention of a network on it; `None` where it does
    /// not compute one.
    fn matrix_product(&self, _parameters: &Parameters) -> Option<array::Geometry> {
        None
    }

    /// Other members of the registry that do the same work, to compare with: each does as many products a cycle as the core
    /// does in one of its modes, and none is the core itself.
    fn baselines(&self, parameters: &Parameters) -> Vec<(&'static dyn Family, Parameters)>;
}

/// How many cycles a core works on a beat before it takes the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// For the beat that takes fewest, in the middle of a pass.
    pub least_cycles: u64,
    /// For the beat that takes most, with the cycle that may lie before it where it begins a further pass.
    pub most_cycles: u64,
}

impl Pace {
    /// A beat a cycle.
    pub const EVERY_CYCLE: Pace = Pace { least_cycles: 1, most_cycles: 1 };
}

/// The schedule of a core in closed form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timing {
    /// Cycles from the beat that completes a result to the cycle in which that result is valid, where that beat takes as
    /// few cycles as a beat can.
    pub latency_cycles: u64,
    /// Weights that enter in a beat of the weight stream.
    pub weights_per_beat: u64,
    /// Bits of them.
    pub weight_bits_per_beat: u64,
    /// Cycles that the core works on such a beat.
    pub pace: Pace,
    /// How many activations each weight of a beat meets at once: the rows of an array.
    pub rows: u64,
    /// How many vectors of activations a beat may meet one after the other while it stays: as many as it takes at its
    /// slowest pace.
    pub vectors: u64,
    /// Where beats are loaded first, one a cycle for each row of an array, and then meet vectors, each in the cycles of its
    /// passes for all of them together: the most vectors that they meet.
    pub loaded_for: Option<u64>,
    /// Cycles behind the beats that are loaded first, once for all rows of an array, until something of a vector meets them.
    pub cycles_to_vectors: u64,
    /// How often each beat enters before its weights are done with or, where beats are loaded first, each vector passes them.
    pub passes: u64,
    /// Runs that make an exact product, each with the weights' bits of its own: a draft and its rest are two.
    pub runs: u64,
    /// The formula in words and symbols, for the manifest.
    pub formula: String,
}

impl Timing {
    /// How many activations each weight of a beat is multiplied with: one of each vector in every row.
    pub fn reuse(&self) -> u64 {
        self.rows * self.vectors
    }

    /// The cycles of a beat, where it takes as many as a beat can, in all its passes and runs.
    pub fn cycles_a_beat(&self) -> u64 {
        self.pace.most_cycles * self.passes * self.runs
    }

    /// Exact multiply-accumulates in a cycle, at the slowest pace; of several modes in the one that does the most.
    pub fn products_a_cycle(&self) -> f64 {
        (self.weights_per_beat * self.reuse()) as f64 / self.cycles_a_beat() as f64
    }

    /// The same in each of a family's modes; without modes in all runs, which have no word for it.
    pub fn products_by_mode(&self, modes: &[Mode]) -> Vec<(Option<String>, f64)> {
        let most = self.products_a_cycle();
        let Some(places) = modes.iter().map(|mode| mode.places).max() else { return vec![(None, most)] };
        let products = |mode: &Mode| most * f64::from(mode.places) / f64::from(places);
        modes.iter().map(|mode| (Some(mode.name.clone()), products(mode))).collect()
    }

    /// Weights of the stream in a cycle, at the slowest pace.
    pub fn weights_a_cycle(&self) -> f64 {
        self.weights_per_beat as f64 / self.cycles_a_beat() as f64
    }

    /// Their bits.
    pub fn weight_bits_a_cycle(&self) -> f64 {
        (self.weight_bits_per_beat * self.runs) as f64 / self.cycles_a_beat() as f64
    }
}
