//! Which configurations a technology is fitted to, and which it is held to.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeSet;
use std::ops::Range;
use tritloom_datapath::family::Family;
use tritloom_datapath::parameter::{Given, Parameters};
use tritloom_datapath::registry::{random_small, resolve};

/// A configuration of a family.
#[derive(Clone)]
pub struct Sample {
    /// The kind of datapath.
    pub family: &'static dyn Family,
    /// All of its parameters.
    pub parameters: Parameters,
}

impl Sample {
    /// What tells it from every other: the family, and every parameter on one line.
    pub fn identity(&self) -> String {
        identity(self.family, &self.parameters)
    }

    /// The configuration of an identity; what it does not say has its default. `None` where it is no longer legal.
    pub fn of_identity(families: &[&'static dyn Family], identity: &str) -> Option<Sample> {
        let (name, parameters) = identity.split_once(": {")?;
        let family = *families.iter().find(|family| family.name() == name)?;
        let pairs = parameters.strip_suffix('}')?.split(", ").map(|pair| pair.split_once(": "));
        let given = pairs.map(|pair| {
            let (key, value) = pair?;
            let flag = || value.parse().ok().map(Given::Flag);
            let number = || value.parse().ok().map(Given::Integer);
            Some((key, number().or_else(flag).unwrap_or(Given::Text(value.to_owned()))))
        });
        let parameters = resolve(family, given.collect::<Option<Vec<_>>>()?).ok()?;
        Some(Sample { family, parameters })
    }
}

/// The family, and every parameter on one line.
pub fn identity(family: &dyn Family, parameters: &Parameters) -> String {
    let values: Vec<String> =
        parameters.iter().map(|(parameter, value)| format!("{}: {value}", parameter.name)).collect();
    format!("{}: {{{}}}", family.name(), values.join(", "))
}

/// How large the configurations of a draw are.
#[derive(Clone, Debug)]
pub struct Sizes {
    /// In bits of primitives.
    pub bits: Range<f64>,
    /// Nothing is drawn larger, so that the bits of a core are not all those of its memories.
    pub caps: &'static [(&'static str, u64)],
}

impl Sizes {
    /// Enough that a design is more than its control, few enough that synthesis takes seconds. Where small tiles are drawn
    /// their matrices are not.
    pub const SMALL: Sizes = Sizes {
        bits: 300.0..4000.0,
        caps: &[
            ("tables", 6),
            ("lanes", 24),
            ("width", 128),
            ("activation_bits", 8),
            ("weight_bits", 8),
            ("ports", 12),
            ("rows", 6),
            ("columns", 6),
            ("depth", 4),
            ("max_inputs", 4096),
            ("max_outputs", 4096),
            ("max_inner", 4096),
            ("max_columns", 4096),
            ("max_rows", 64),
            ("max_vectors", 16),
            ("max_head_size", 128),
            ("max_keys", 256),
            ("max_k", 12),
        ],
    };

    /// Cores as they are built: synthesis takes a minute or more.
    pub const LARGE: Sizes = Sizes {
        bits: 8000.0..40_000.0,
        caps: &[
            ("tables", 48),
            ("lanes", 96),
            ("width", 4096),
            ("activation_bits", 8),
            ("weight_bits", 8),
            ("ports", 48),
            ("rows", 24),
            ("columns", 24),
            ("depth", 32),
            ("max_inputs", 4096),
            ("max_outputs", 256),
            ("max_inner", 4096),
            ("max_columns", 256),
            ("max_rows", 64),
            ("max_vectors", 16),
            ("max_head_size", 128),
            ("max_keys", 1024),
            ("max_k", 64),
        ],
    };
}

/// How far from the size that a draw asks for it may be.
const TOLERANCE: f64 = 1.25;

/// Draws whose size does not suit before the size is given up.
const PATIENCE: usize = 2000;

/// Sizes given up before a family has no more to draw.
const SIZES_TRIED: usize = 8;

/// `count` configurations, taken from all families in turn; none of them has an identity in `excluded`, and none occurs
/// twice. What is drawn from a family does not depend on which other families there are.
pub fn draw(
    families: &[&'static dyn Family],
    count: usize,
    seed: u64,
    sizes: &Sizes,
    excluded: &BTreeSet<String>,
) -> Vec<Sample> {
    let mut urns: Vec<Urn> = families.iter().map(|family| Urn::new(*family, seed, sizes, excluded)).collect();
    let rounds = (0..count).map(|_| urns.iter_mut().filter_map(Urn::next).collect::<Vec<_>>());
    rounds.take_while(|round| !round.is_empty()).flatten().take(count).collect()
}

/// The draws of one family.
struct Urn<'a> {
    family: &'static dyn Family,
    rng: ChaCha8Rng,
    sizes: &'a Sizes,
    excluded: &'a BTreeSet<String>,
    taken: BTreeSet<String>,
}

impl<'a> Urn<'a> {
    fn new(family: &'static dyn Family, seed: u64, sizes: &'a Sizes, excluded: &'a BTreeSet<String>) -> Urn<'a> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(family.name().bytes().fold(0, |stream, letter| (stream * 257 + u64::from(letter)) % (1 << 48)));
        Urn { family, rng, sizes, excluded, taken: BTreeSet::new() }
    }

    fn next(&mut self) -> Option<Sample> {
        (0..SIZES_TRIED).find_map(|_| self.of_some_size())
    }

    fn of_some_size(&mut self) -> Option<Sample> {
        let wanted = self.rng.random_range(self.sizes.bits.start.ln()..self.sizes.bits.end.ln()).exp();
        let suits = |bits: u64| (wanted / TOLERANCE..wanted * TOLERANCE).contains(&(bits as f64));
        for _ in 0..PATIENCE {
            let parameters = random_small(self.family, self.sizes.caps, &mut self.rng);
            let sample = Sample { family: self.family, parameters };
            let identity = sample.identity();
            if suits(size(&sample)) && !self.excluded.contains(&identity) && self.taken.insert(identity) {
                return Some(sample);
            }
        }
        None
    }
}

fn size(sample: &Sample) -> u64 {
    sample.family.census(&sample.parameters).bits()
}
