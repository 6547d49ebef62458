//! Width and signedness.

use std::fmt;

/// The widest value, in bits: what every Verilog tool is bound to accept for a vector (IEEE 1364-2005, 4.3.1).
pub const MAXIMUM_WIDTH: u32 = 65_536;

/// The most iterations of one loop. Verilator 5.006 unrolls a `generate` loop so often unless it is told otherwise:
/// measured, it reads 3,074 iterations and refuses 3,075, whatever the body.
pub const MAXIMUM_LOOP_COUNT: u32 = 3 * 1024;

/// How often the body of nested loops may stand in all, in one module: more is a slip of the pen.
pub const MAXIMUM_ITERATIONS: u64 = 1 << 20;

/// Width and signedness of a value. Signed values are two's complement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Shape {
    /// In bits, 1 to [`MAXIMUM_WIDTH`].
    pub width: u32,
    /// Whether the top bit weighs `-2^(width-1)`.
    pub signed: bool,
}

/// An unsigned shape of `width` bits.
pub const fn uint(width: u32) -> Shape {
    Shape { width, signed: false }
}

/// A signed shape of `width` bits.
pub const fn sint(width: u32) -> Shape {
    Shape { width, signed: true }
}

/// The fewest bits that hold every unsigned value from 0 to `maximum`; 1 for 0.
pub const fn bits_for(maximum: u64) -> u32 {
    if maximum == 0 { 1 } else { u64::BITS - maximum.leading_zeros() }
}

impl fmt::Display for Shape {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}({})", if self.signed { "sint" } else { "uint" }, self.width)
    }
}
