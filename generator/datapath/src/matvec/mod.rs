//! The shell of every core that multiplies a ternary matrix by a vector: streams, schedule, buffers,
//! accumulators, decoders of the weight formats, golden model and stimulus.
//!
//! ```text
//!  run ────────► sequencer ──┬────────────┬───────────────┬──────────────┐
//!  activation ─► mask ─► buffer ─► prepare (tables) ─► ports ─► accumulators ─► result
//!  weight ─────► register ───────► decoder ───────────────┘
//! ```
//!
//! A family adds what stands between the activation register and the accumulators: an [`Element`].

mod accumulator;
pub mod beats;
mod cost;
mod decoder;
mod geometry;
mod golden;
mod interface;
mod parameters;
mod replies;
mod shell;
mod stimulus;
mod sum;
mod vectors;

pub use cost::{ElementCensus, census_by_part};
pub use geometry::{Accumulation, Geometry, LoopOrder, PartialSum, ReductionStyle};
pub use golden::product;
pub use interface::{interface, timing};
pub use parameters::*;
pub use shell::{Element, Prepared, build};
pub use stimulus::{scenarios, typical_work};
pub use sum::{Terms, port_sum};
