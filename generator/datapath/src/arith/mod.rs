//! Parts that families share: selectors, recoders of weights into digits, reductions that absorb the carries of
//! negated terms, bit heaps that counters compress to two rows, and the adders behind them.

pub mod adder;
pub mod bit_heap;
pub mod recode;
pub mod reduction;
pub mod selector;
