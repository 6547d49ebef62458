//! Parameters of the family, and what they resolve to.

use crate::arith::bit_heap::Tree;
use crate::arith::bit_heap::parameters::{COMPRESSION, COUNTERS};
use crate::arith::reduction::bits_up_to;
use crate::parameter::{Parameter, Parameters, Problem};
use crate::sequencer::{InnerStep, Nest, Passes};
use tritloom_hdl::bits_for;

pub(super) const TABLE: &[Parameter] = &[
    Parameter::integer("lanes", 1, 256, Some(32), "places of a key that enter per cycle"),
    Parameter::integer("max_head_size", 1, 1024, Some(64), "longest query of a run: sets the width of a score"),
    Parameter::integer("max_keys", 2, 65_536, Some(512), "most keys of a run: sets the width of an index"),
    Parameter::integer("max_k", 1, 512, Some(64), "entries of the ranking: the most survivors of a ranked run"),
    COMPRESSION,
    COUNTERS,
];

/// The largest magnitude of an approximate product: of -128 and -128.
pub(super) const PRODUCT_MAGNITUDE: u64 = 1 << 14;

/// The resolved configuration.
#[derive(Clone, Copy, Debug)]
pub struct Config {
    /// Places of a key that enter per cycle.
    pub lanes: u32,
    /// The longest query.
    pub max_head_size: u32,
    /// The most keys.
    pub max_keys: u32,
    /// The most survivors of a ranked run.
    pub max_k: u32,
    pub(super) tree: Tree,
}

impl Config {
    /// What legal `parameters` of the family say.
    pub fn new(parameters: &Parameters) -> Config {
        let number = |name: &str| parameters.integer(name) as u32;
        Config {
            lanes: number("lanes"),
            max_head_size: number("max_head_size"),
            max_keys: number("max_keys"),
            max_k: number("max_k"),
            tree: Tree::new(parameters),
        }
    }

    /// Bits of a score: that of the longest query of the most negative places is exact.
    pub fn score_bits(&self) -> u32 {
        bits_up_to(PRODUCT_MAGNITUDE * u64::from(self.max_head_size))
    }

    /// Bits of a key's index.
    pub fn index_bits(&self) -> u32 {
        bits_for(u64::from(self.max_keys) - 1)
    }

    /// Bits of a run-time k.
    pub fn k_bits(&self) -> u32 {
        bits_for(self.max_k.into())
    }

    /// Beats of a key of `head_size` places.
    pub fn tiles(&self, head_size: u32) -> u32 {
        head_size.div_ceil(self.lanes).max(1)
    }

    /// Whether a query always is one beat, so that no memory gives it back.
    pub(super) fn one_tile(&self) -> bool {
        self.tiles(self.max_head_size) == 1
    }

    /// Places of a key run inside keys.
    pub(super) fn nest(&self) -> Nest {
        Nest {
            inner_max: self.max_head_size,
            inner_step: InnerStep::Fixed(self.lanes),
            outer_max: self.max_keys,
            outer_step: 1,
            passes: Passes::Fixed(1),
            back_to_back: true,
            keeps_tiles: true,
        }
    }

    pub(super) fn name(&self) -> String {
        let Config { lanes, max_head_size, max_keys, max_k, tree } = self;
        format!("leading_one_l{lanes}_d{max_head_size}_n{max_keys}_k{max_k}_{}", tree.name())
    }
}

pub(super) fn legality(config: &Config) -> Vec<Problem> {
    let mut problems = Vec::new();
    let Config { lanes, max_head_size, max_keys, max_k, .. } = *config;
    if lanes > max_head_size {
        let message = format!("{lanes} places enter per cycle, more than the longest query has");
        let problem = Problem::rule("C0221", "lanes", message, format!("at most max_head_size ({max_head_size})"));
        problems.push(problem.involving(&["max_head_size"]).nearest(max_head_size));
    }
    if max_k > max_keys {
        let message = format!("the ranking has {max_k} entries, more than a run has keys");
        let problem = Problem::rule("C0222", "max_k", message, format!("at most max_keys ({max_keys})"));
        problems.push(problem.involving(&["max_keys"]).nearest(max_keys));
    }
    problems
}
