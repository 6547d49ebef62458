//! Quantities as sums over primitives.

use std::collections::BTreeMap;
use tritloom_hdl::{Census, Gate, GateCount, Primitive};

/// For each kind of primitive, in the order of [`Primitive::ALL`], how many and how many bits.
pub type Features = [f64; FEATURES];

/// The features of every part of a design, by its name; parts of one name are one.
pub type PartFeatures = BTreeMap<String, Features>;

/// How many features.
pub const FEATURES: usize = 2 * Primitive::ALL.len();

/// A sum over primitives: so much for each, and so much for each of its bits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Form {
    /// Coefficients of [`Features`]; none is negative.
    pub coefficients: Features,
}

impl Default for Form {
    fn default() -> Form {
        Form { coefficients: [0.0; FEATURES] }
    }
}

impl Form {
    /// A form of these coefficients; zero where there are none.
    pub(crate) fn new(coefficients: &[f64]) -> Form {
        let mut form = Form::default();
        form.coefficients.iter_mut().zip(coefficients).for_each(|(own, given)| *own = *given);
        form
    }

    /// The amount of a census.
    pub fn amount(&self, features: &Features) -> f64 {
        self.coefficients.iter().zip(features).map(|(coefficient, feature)| coefficient * feature).sum()
    }
}

/// The features of a census.
pub fn features(census: &Census) -> Features {
    let tallies = census.tallies();
    std::array::from_fn(|position| {
        let tally = tallies[position / 2];
        (if position % 2 == 0 { tally.count } else { tally.bits }) as f64
    })
}

/// Whether a feature is of memories.
pub fn is_of_memories(feature: usize) -> bool {
    Primitive::ALL[feature / 2] == Primitive::Memory
}

/// The features of parts.
pub fn part_features(parts: &[(&'static str, Census)]) -> PartFeatures {
    let mut all = PartFeatures::new();
    for (name, census) in parts {
        let sum = all.entry((*name).to_owned()).or_insert([0.0; FEATURES]);
        sum.iter_mut().zip(features(census)).for_each(|(sum, feature)| *sum += feature);
    }
    all
}

/// A sum over the gates of a light synthesis: so much for each, by kind in the order of [`Gate::ALL`].
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct GateForm {
    /// None is negative.
    pub coefficients: [f64; Gate::ALL.len()],
}

impl GateForm {
    /// The amount of a design.
    pub fn amount(&self, count: &GateCount) -> f64 {
        self.coefficients.iter().zip(count).map(|(coefficient, count)| coefficient * *count as f64).sum()
    }
}
