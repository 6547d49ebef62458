//! The test bench of a design: wrapper, main program, harness, vectors, and the folder that holds them all.

mod folder;
mod main_program;
mod vectors;
mod wrapper;

use crate::verilog::instance_name;
use tritloom_datapath::interface::{Direction, Interface, Stream};

pub use folder::folder;
pub use main_program::{main_program, traced_main_program};
pub use vectors::vectors;
pub use wrapper::wrapper;

/// A design as a bench sees it.
#[derive(Clone, Copy, Debug)]
pub struct DesignUnderTest<'a> {
    /// Its top module, which is also its name on the bench's command line.
    pub top: &'a str,
    /// Its streams.
    pub interface: &'a Interface,
    /// In bits, 1 to 32, where the top has an input `mutant_i` whose value selects a defect (0: none).
    pub mutant_width: Option<u32>,
}

/// The harness in C++, file name and text: the same for every design.
pub const HARNESS: [(&str, &str); 10] = [
    ("engine.cpp", include_str!("../../../sim/engine.cpp")),
    ("engine.h", include_str!("../../../sim/engine.h")),
    ("harness.cpp", include_str!("../../../sim/harness.cpp")),
    ("harness.h", include_str!("../../../sim/harness.h")),
    ("report.cpp", include_str!("../../../sim/report.cpp")),
    ("report.h", include_str!("../../../sim/report.h")),
    ("serve.cpp", include_str!("../../../sim/serve.cpp")),
    ("serve.h", include_str!("../../../sim/serve.h")),
    ("vectors.cpp", include_str!("../../../sim/vectors.cpp")),
    ("vectors.h", include_str!("../../../sim/vectors.h")),
];

/// The module that [`wrapper`] gives.
pub const WRAPPER: &str = "bench_top";

/// The class that Verilator must make of the wrapper, as [`main_program`] expects it.
pub const MODEL_CLASS: &str = "Vbench_top";

/// What Verilator must be told beside the files and the top. Unknown values and registers without reset
/// become random, so that a design that relies on them fails. Warnings are a lint run's business. Two optimisations
/// are off, since they get bits wrong: trees of bit operations, in 5.006 and in later versions (verilator issues 4059,
/// 4709 and 5186), and tables, in 5.006, where a signed index turns out to be a negative constant.
pub const VERILATOR_FLAGS: [&str; 9] = [
    "--prefix",
    MODEL_CLASS,
    "--x-assign",
    "unique",
    "--x-initial",
    "unique",
    "-Wno-fatal",
    "-fno-const-bit-op-tree",
    "-fno-table",
];

/// The 32-bit words that each field of a beat takes in the harness.
pub fn field_words(stream: &Stream) -> impl Iterator<Item = u32> + '_ {
    stream.fields.iter().map(|field| field.width.div_ceil(32))
}

/// The name of the instance of design `index` in the wrapper.
pub fn instance(index: usize) -> String {
    instance_name(&prefix(index))
}

/// What the names of design `index` begin with in the wrapper.
fn prefix(index: usize) -> String {
    format!("d{index}")
}

fn word(direction: Direction) -> &'static str {
    match direction {
        Direction::Input => "input",
        Direction::Output => "output",
    }
}
