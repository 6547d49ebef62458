//! Spaces of configurations, and exact Pareto fronts over them.
//!
//! A [`Space`] is regions side by side: a family with values for some of its parameters. Its configurations are judged
//! by expressions over the quantities of the cost model: constraints that must hold, objectives that are to be small or
//! large. [`Search`] finds every configuration that meets the constraints and that no other one is better than.
//!
//! The cost model is a sum over parts, and most parts depend on few parameters. So the columns of a region are sums of
//! [`tables`](crate::Plan), each over the axes that it depends on; amounts are multiples of one quantum, so that these
//! sums are exact in any order, and equal to direct evaluation to the last bit. The exhaustive mode adds rows of tables.
//! The pruned mode also keeps for each table the extremes over all that is not yet decided: their sums are bounds of
//! each column, interval arithmetic over the expressions makes them bounds of constraints and objectives, and a region
//! is ruled out when a constraint cannot hold in it, or when a known configuration is better than its bounds.
//!
//! A legal configuration that cannot be evaluated is a defect of its family, and no reason to stop: what fails is learnt
//! like a rule ([`Plan::failures`]), and what is met as late as on a front is left out of the next search
//! ([`Search::knowing`]).
//!
//! No files, processes or clocks: those are the command line's.

mod chunk;
mod column;
mod estimator;
mod expression;
mod failing;
mod front;
mod grid;
mod model;
mod plan;
mod probe;
mod quantity;
mod reach;
mod rules;
mod search;
mod space;
mod tables;
mod tabulation;
mod veto;
mod walk;

pub use column::{Column, Columns};
pub use estimator::{Estimate, Estimator};
pub use expression::{Dimension, ExpressionError, Tree, Type, compile, parse, unit, units};
pub use front::{Front, Index, Member, dominates};
pub use grid::TooLarge;
pub use model::{Facts, Model, Schedule, Source, guarded, is_guarded};
pub use plan::{Mode, Plan};
pub use quantity::{Meaning, QUANTITIES, Quantity, find};
pub use reach::{Reach, Side};
pub use search::{Configuration, Explanation, Outcome, Search, Shard, Verdict, quantities};
pub use space::{Axis, Expression, Objective, Question, Region, Space, SpaceError};
pub use tables::Failure;
pub use walk::{Counts, Exclusion, Found, Reason, trace};
