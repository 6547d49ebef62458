//! Arrays of elements that multiply a matrix by a matrix, whatever stands in an element.
//!
//! ```text
//!  weight ──► edge ──► register ──┬──────────┬──────────┐
//!                                 ▼          ▼          ▼
//!  activation ─► mask ─► register ─► element ─► element ─► ...   row 0
//!                                 │          │          │
//!                                 ▼          ▼          ▼
//!                                element    element    ...       row 1
//!                                 │ a row of a complete tile of sums after the other
//!                                 ▼          ▼          ▼
//!                              resolve    resolve    resolve ──► result
//! ```
//!
//! An element multiplies the activations of its row by the weights of its column, `depth` of each, and adds the products
//! to a sum of its own; while one tile of results moves out the next is computed. A family adds an [`Element`]. How
//! operands get to elements and sums from them is the [`Topology`]: the broadcast matrix (`broadcast`), several of them one
//! behind the other along the inner dimension (`cube`), one of a single row, whose elements are multiplier-adder trees over
//! `depth` places (`tree`), the same with sums that leave through the accumulators
//! (`draining`), the output-stationary systolic array (`systolic`), or the weight-stationary one (`weight_stationary`), in which rows stand for places of the inner dimension.
//!
//! Where an array has several [`Mode`]s, each run names one: what its operands are, where they lie in a beat, and how
//! many places of the inner dimension a beat takes. Runs follow one another without a bubble whatever their modes; a
//! run of one tile is the least that has a mode of its own.
//!
//! Serial elements see a beat digit by digit: a feeder ([`Element::feeder`]) takes the place of the registers, deals the
//! beat out over several cycles, as many as the data ask for, and lets the next beat in with its last; that one may wait in
//! registers before it ([`Geometry::beat_waits`]).

pub mod beats;
mod broadcast;
mod circulation;
mod column;
mod cost;
mod cube;
mod draining;
mod family;
mod feeder;
mod geometry;
mod golden;
mod interface;
mod merge;
mod mode;
mod moving_sum;
mod operands;
mod parameters;
mod partial_sums;
mod planes;
mod queue;
mod replies;
mod resolving;
mod results;
mod schedule;
mod settling;
mod shell;
mod skew;
mod stimulus;
mod systolic;
mod weight_stationary;
mod zero_points;

pub use beats::OperandBeat;
pub use cost::{ControlCensus, ElementCensus, FeederCensus, census_by_part};
pub(crate) use family::ArrayFamily;
pub(crate) use feeder::{FeederPorts, feeder_size};
pub use geometry::{Dealt, Geometry, Positions, SumForm, SumWidth, Topology};
pub(crate) use golden::booth_digit;
pub use golden::{Offsets, product, product_of_differences};
pub(crate) use interface::cycles;
pub use interface::{interface, timing};
pub use mode::{Mode, Numbers, Operand};
pub(crate) use moving_sum::{
    Below, ClearedSum, MovingSum, SO_FAR, cleared_sum_census, enabled_sum, enabled_sum_census, moving_sum_census,
    passing_sum,
};
pub use parameters::*;
pub use shell::{Element, build};
pub use stimulus::{BeatCycles, mode_changes, scenarios};
pub(crate) use stimulus::{cycles_of_a_tile, tallest};
pub use zero_points::ZeroPoints;
