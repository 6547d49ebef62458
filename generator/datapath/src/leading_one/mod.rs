//! The prediction unit: which keys of a query are worth fetching in full, from signs and leading ones alone (the
//! leading-one surrogate of arXiv 2605.00320; its circuit is not published).
//!
//! ```text
//!  query ─► mask ─► code ─► register, and memory for the later keys ─┐
//!                                                                    ▼
//!  key ───────────► code ─► register ──► lanes: ±2^(p+q) ──► compressor tree ──► score
//!                                                              ▲                  │ a key's last beat
//!                                                              └──── score ◄──────┤
//!                                                                                 ▼
//!                        result ◄── register ◄─┬── at or above the threshold? ────┤
//!                                              └── ranking: the best, in order ◄──┘
//! ```
//!
//! **Why a ranking and not a histogram.** Both select exactly. A ranking of `k` entries holds `k` scores and indices, a
//! comparator and two multiplexers an entry, and is done when the last key is. A histogram of scores with a threshold
//! (the comparison-free selector) counts them in bins, but must then see every score again: it holds the scores of ALL
//! keys, and needs a bin for each value of a score to be exact, or a pass a digit. For 64 of 512 keys of 64 places (22
//! bits a score, 9 an index) that is 64 * 32 = 2,048 register bits against 512 * 22 = 11,264 memory bits and the bins;
//! the ranking takes any number of keys, and its results come in order of rank.

pub mod beats;
mod code;
mod cost;
pub mod golden;
mod interface;
mod parameters;
mod ranking;
mod score;
mod selection;
mod shell;
mod stimulus;

pub use parameters::Config;

use crate::census::Parts;
use crate::family::{Family, Timing};
use crate::interface::{Interface, Scenario};
use crate::parameter::{Parameter, Parameters, Problem};
use crate::typical::Work;
use tritloom_hdl::{Design, Diagnostics};

/// The family.
pub struct LeadingOne;

impl Family for LeadingOne {
    fn name(&self) -> &'static str {
        "leading_one"
    }

    fn summary(&self) -> &'static str {
        "prediction unit: approximate q . k by sign and leading one, the best keys by threshold or rank"
    }

    fn contract(&self) -> &'static str {
        "\
score[n] = sum over d of a(query[d]) * a(key[n][d]), exact, where a(x) is x with only its leading one: its sign times the
largest power of two that is at most |x|, and 0 for 0; a(-128) = -128.

A run scores keys, counted from 0, against one query. A key survives where its score is at least the threshold and, in a
ranked run, fewer than k keys are better: of equal scores the earlier key is. Ranked, survivors come best first;
otherwise in order of index, and k has no effect. Streams: run {head_size, keys, k, threshold: signed, ranked}; query
{data: `lanes` places, first lowest}, a beat enters with each beat of the first key; key {data}, key after key, each
from a beat of its own; result {index, score: signed, keep, last}. The last beat of a run has last; where nobody is left
to tell it has keep 0 and zeros. A run of no keys takes the beats of one. Places beyond head_size are ignored. Latency
from a key's last beat: 3 cycles to its result; in ranked runs 4 cycles from the last key's last beat to the best. The
scores of the next run wait until the ranked ones are told, one a cycle; all else goes on."
    }

    fn parameters(&self) -> &'static [Parameter] {
        parameters::TABLE
    }

    fn legality(&self, parameters: &Parameters) -> Vec<Problem> {
        parameters::legality(&Config::new(parameters))
    }

    fn hardware(&self, parameters: &Parameters) -> Result<Design, Diagnostics> {
        shell::build(&Config::new(parameters))
    }

    fn interface(&self, parameters: &Parameters) -> Interface {
        interface::interface(&Config::new(parameters))
    }

    fn timing(&self, parameters: &Parameters) -> Timing {
        interface::timing(&Config::new(parameters))
    }

    fn census_by_part(&self, parameters: &Parameters) -> Parts {
        cost::census_by_part(&Config::new(parameters))
    }

    fn scenarios(&self, parameters: &Parameters, seed: u64) -> Vec<Scenario> {
        stimulus::scenarios(&Config::new(parameters), seed)
    }

    /// Its products are those of leading ones.
    fn typical_work(&self, parameters: &Parameters, _mode: Option<usize>, seed: u64) -> Work {
        stimulus::typical_work(&Config::new(parameters), seed)
    }

    fn baselines(&self, _: &Parameters) -> Vec<(&'static dyn Family, Parameters)> {
        Vec::new()
    }
}
