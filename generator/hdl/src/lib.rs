//! The hardware description language of tritloom, embedded in Rust.
//!
//! A block is a function from parameters to a [`Module`]: it opens a [`ModuleBuilder`], names ports, writes
//! expressions over [`Value`]s and finishes. [`Design::new`] checks a hierarchy and reports every defect at
//! once; a checked [`Design`] is a plain value of a small closed set of node kinds ([`NodeKind`]) that
//! emitters, the cost model and the [`Evaluator`] walk. This crate knows no Verilog and no datapath.
//!
//! Values carry width and signedness. Operators return exact widths: a sum is one bit wider than its wider
//! operand, a product as wide as both together. Bits are lost only by `wrap`, `saturate` and `truncate`.

#[cfg(any(test, feature = "arbitrary"))]
pub mod arbitrary;
pub mod bits;
mod builder;
mod census;
mod check;
mod design;
mod diagnostic;
mod evaluate;
mod gates;
mod hierarchy;
mod keyword;
mod mutate;
mod path;
mod random;
mod recode;
mod shape;
mod wiring;

pub use bits::Bits;
pub use builder::{
    Affine, ForwardWire, Index, InstanceBuilder, LONGEST_MODULE_NAME, LaneWire, Lanes, MemoryBuilder, ModuleBuilder,
    Pipeline, RegisterBuilder, Staged, Value,
};
pub use census::{Census, Primitive, Tally};
pub use design::*;
pub use diagnostic::{Code, Diagnostic, Diagnostics, Location};
pub use evaluate::{Evaluator, InputHandle, OutOfRange, OutputHandle, PortError, State, StateKind};
pub use gates::{Gate, GateCount, GatePath, GateWeights, Gates, LutDevice};
pub use keyword::{is_keyword, refusal};
pub use mutate::{MUTANT_PORT, Mutant, Mutants, mutate};
pub use path::{Levels, Path, PathWeights};
pub use random::Random;
pub use recode::{Code as StateCode, recode};
pub use shape::{MAXIMUM_ITERATIONS, MAXIMUM_LOOP_COUNT, MAXIMUM_WIDTH, Shape, bits_for, sint, uint};
