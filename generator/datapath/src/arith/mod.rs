//! Parts that families share: selectors, and reductions that absorb the carries of negated terms.

pub mod reduction;
pub mod selector;
