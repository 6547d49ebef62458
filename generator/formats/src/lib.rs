//! Weight packings of low-bit networks, bit exact.
//!
//! The one internal form of a weight is the ternary value itself, an `i8` that is -1, 0 or +1. Every module
//! is a codec between it and one packing; anything that does not fit is refused with its place.
//!
//! | module | packing | bits a weight |
//! |---|---|---|
//! | [`key`] | sign and magnitude of a group of 1 to 6 weights | 2, 2, 1.67, 1.75, 1.6, 1.67 |
//! | [`two_bit`] | three codes of 2 bits, first weight low or high in a byte | 2 |
//! | [`five_trit`] | 5 weights a byte | 1.6 |
//! | [`i2_s`] | bitnet.cpp I2_S: 128 weights in 32 bytes, one f32 scale behind the data | 2 |
//! | [`tl1`] | bitnet.cpp TL1: pairs in 4 bits | 2 |
//! | [`tl2`] | bitnet.cpp TL2: triples in 4 bits, signs in a plane of their own | 1.67 |
//! | [`tq1_0`] | GGUF TQ1_0: 256 weights and an f16 scale in 54 bytes | 1.6875 |
//! | [`sherry`] | STQ1_0: 256 weights, 3 of 4 non-zero, and an f16 scale in 42 bytes | 1.3125 |
//!
//! [`port_word`] packs what one read port of a core takes in one cycle, in the formats that hardware decodes
//! ([`WeightFormat`]).

mod check;
mod error;
pub mod five_trit;
pub mod i2_s;
pub mod key;
pub mod port_word;
mod scaled_blocks;
pub mod sherry;
#[cfg(test)]
mod testing;
pub mod tl1;
pub mod tl2;
pub mod tq1_0;
mod trit;
pub mod two_bit;

pub use error::FormatError;
pub use key::Key;
pub use port_word::{PortWord, WeightFormat, WordLayout};
pub use scaled_blocks::ScaledBlocks;
pub use two_bit::{FirstWeight, TwoBitCode};
