//! Parts that families share: selectors, decoders of packed trits, recoders of weights into digits, reductions that
//! absorb the carries of negated terms, bit heaps that counters compress to two rows, the adders behind them, population
//! counts, and thermometers that tell which places lie below a count.

pub mod adder;
pub mod bit_heap;
pub mod five_trit;
pub mod popcount;
pub mod recode;
pub mod reduction;
pub mod selector;
pub mod thermometer;
