//! Parts that families share: selectors, recoders of weights into digits, and reductions that absorb the carries of
//! negated terms.

pub mod recode;
pub mod reduction;
pub mod selector;
