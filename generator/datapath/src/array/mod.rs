//! Arrays of elements that multiply a matrix by a matrix, whatever stands in an element.
//!
//! ```text
//!  weight ──► edge ──► register ──┬──────────┬──────────┐
//!                                 ▼          ▼          ▼
//!  activation ─► mask ─► register ─► element ─► element ─► ...   row 0
//!                                 │          │          │
//!                                 ▼          ▼          ▼
//!                                element    element    ...       row 1
//!                                 │ captured when a tile of results is complete, and shifted out row by row
//!                                 ▼          ▼          ▼
//!                              resolve    resolve    resolve ──► result
//! ```
//!
//! The topology is the two-dimensional broadcast matrix: in each cycle every element of a row sees the row's
//! activations and every element of a column the column's weights, `depth` of each, and adds their products to sums of
//! its own. With one row it is a bank of multiplier-adder trees. While one tile of results is shifted out the next is
//! computed. A family adds an [`Element`].
//!
//! Where an array has several [`Mode`]s, each run names one: what its operands are, where they lie in a beat, and how
//! many places of the inner dimension a beat takes. Runs follow one another without a bubble whatever their modes; a
//! run of one tile is the least that has a mode of its own.
//!
//! Serial elements see a beat digit by digit: a feeder ([`Element::feeder`]) takes the place of the registers, deals the
//! beat out over several cycles, as many as the data ask for, and lets the next beat in with its last.

pub mod beats;
mod cost;
mod geometry;
mod golden;
mod interface;
mod merge;
mod mode;
mod operands;
mod parameters;
mod results;
mod schedule;
mod shell;
mod stimulus;

pub use beats::OperandBeat;
pub use cost::{ElementCensus, census_by_part};
pub use geometry::{Geometry, Positions, SumForm};
pub use golden::product;
pub use interface::{interface, timing};
pub use mode::{Mode, Numbers, Operand};
pub use parameters::*;
pub use shell::{Element, build};
pub use stimulus::{BeatCycles, scenarios};
