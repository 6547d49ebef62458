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

pub mod beats;
mod cost;
mod geometry;
mod golden;
mod interface;
mod merge;
mod parameters;
mod results;
mod shell;
mod stimulus;

pub use cost::{ElementCensus, census_by_part};
pub use geometry::{Geometry, Positions, SumForm};
pub use golden::product;
pub use interface::{interface, timing};
pub use parameters::*;
pub use shell::{Element, build};
pub use stimulus::scenarios;
