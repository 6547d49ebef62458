//! Families of datapaths, written in the tritloom language, behind one trait.
//!
//! A family is one room: its parameters with their rules, its hardware, its golden model and its closed-form cost.
//! [`registry`] holds the list; [`family::Family`] is the contract.

pub mod arith;
pub mod array;
pub mod binary;
pub mod bit_serial;
pub mod bit_slice;
pub mod bit_weight;
pub mod booth_flex;
pub mod booth_flex_serial;
pub mod census;
pub mod family;
pub mod interface;
pub mod leading_one;
pub mod matvec;
pub mod multiplier;
pub mod nested;
mod pacing;
pub mod parameter;
mod problem;
pub mod reference;
pub mod registry;
pub mod rehearsal;
mod replay;
mod resolve;
mod sequencer;
pub mod sign_flip;
pub mod sparse_serial;
pub mod ternary_lut;
#[cfg(test)]
mod testing;
pub mod tint;
pub mod typical;
mod words;
