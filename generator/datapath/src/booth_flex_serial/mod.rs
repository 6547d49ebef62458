//! A Booth multiplier unrolled in time (the serial BoothFlex of VitaLLM, arXiv 2604.27396): one radix-4 digit of every
//! weight a cycle.
//!
//! ```text
//!                feeder: holds a beat                       element
//!  activation ─► register ──────────────────────────► × ─► sum over the places ─► shift ─► + ─┬─► sum
//!  weight ─────► digit i of every weight ───────────►                             ▲        ▲  │
//!                position i ──────────────────────────────────────────────────────┘        └──┘
//! ```
//!
//! A digit's weight goes into the sum of an element's products, or at the edge of the array into the activations: a
//! register that moves up by a digit a cycle or, where zero digits are skipped, a selection. Where weights stay elements take
//! the same digit of each of theirs, and its weight goes into the sums that leave the array.

mod cost;
mod cycles;
mod element;
mod feeder;
mod parameters;

use crate::arith::recode::booth::Radix;
use crate::array::{self, ArrayFamily, ElementCensus, Geometry, Mode, OperandBeat};
use crate::family::Pace;
use crate::parameter::{Parameter, Parameters, Problem};
use crate::words::counted;
use parameters::{Config, config};
use tritloom_hdl::{Module, ModuleBuilder, Value};

/// Digits from -2 to 2: every multiple is a shift.
const RADIX: Radix = Radix::Four;

/// The family.
pub struct BoothFlexSerial;

/// The array's shape, for those who send matrices through it.
pub fn geometry(parameters: &Parameters) -> Geometry {
    config(parameters).geometry
}

/// How many cycles the core works on a beat of operands, from plain integers.
pub fn beat_cycles(parameters: &Parameters, beat: &OperandBeat) -> u64 {
    cycles::of_beat(&config(parameters), beat)
}

pub(crate) struct Element(Config);

impl ArrayFamily for BoothFlexSerial {
    type Element = Element;

    fn name(&self) -> &'static str {
        "booth_flex_serial"
    }

    fn summary(&self) -> &'static str {
        "matrix-matrix array that works on one Booth digit of every weight a cycle (VitaLLM's serial BoothFlex)"
    }

    fn contract(&self) -> &'static str {
        "\
result[m][n] = sum over k of activation[m][k] * weight[n][k], exact for every legal input.

Runs, streams and tiles are those of bit_weight. A run names the width of its weights, any even one up to the widest:
mode 0 is int2, which holds ternary weights, mode 1 int4, mode m int(2 m + 2). Each weight stands in the low bits of a
place of the widest; the bits above are ignored. A beat of operands is worked on for as many cycles as a weight has
radix-4 Booth digits, two bits each: 1 for ternary weights, 2 for int4, 4 for int8; the next beat enters in the last of
them. With `zero_digits: skipped` it takes a cycle for each position at which some weight of the beat has a digit other
than zero, and at least one; the operand streams wait meanwhile. Weights beyond the run do not change the result, but
those that are not zero may cost cycles there.

With `topology: weight_stationary` weights stay, as in bit_weight, and each vector passes them once for each digit of the
mode, the highest first, a cycle each: it enters once, and stands at the stream until the last pass. Sums of a pass are
moved up and added behind the array. Latency: rows + 3 from then, with `accumulation: carry_save` one more."
    }

    fn parameters(&self) -> &'static [Parameter] {
        parameters::TABLE
    }

    fn legality(&self, parameters: &Parameters) -> Vec<Problem> {
        parameters::legality(parameters)
    }

    fn element(&self, parameters: &Parameters) -> Element {
        Element(config(parameters))
    }
}

impl array::Element for Element {
    fn geometry(&self) -> &Geometry {
        &self.0.geometry
    }

    fn census(&self) -> ElementCensus {
        cost::element(&self.0)
    }

    fn pace(&self, mode: &Mode) -> Pace {
        cycles::pace(&self.0, mode)
    }

    fn beat_cycles(&self, beat: &OperandBeat) -> u64 {
        cycles::of_beat(&self.0, beat)
    }

    fn top_name(&self) -> String {
        format!("booth_flex_serial_{}_{}", self.0.name(), self.0.geometry.name_suffix())
    }

    fn summary(&self) -> String {
        let Geometry { rows, columns, depth, .. } = self.0.geometry;
        let how = if self.0.carry_save { "a carry-save sum" } else { "a sum in one word" };
        format!(
            "Multiplies two matrices, a Booth digit of {} a column and cycle: {rows} x {columns} elements, each with \
             {how}.",
            counted(depth, "weight")
        )
    }

    fn control(&self, m: &ModuleBuilder, mode: &Value) -> Value {
        feeder::further_digits(m, &self.0, mode)
    }

    fn column_edge(&self) -> Option<Module> {
        None
    }

    fn feeder(&self) -> Option<Module> {
        (!self.0.passes_sums()).then(|| feeder::feeder(&self.0))
    }

    fn element(&self) -> Module {
        element::element(&self.0)
    }
}
