//! The bit-weight transformations of a multiply-accumulate array (arXiv 2503.06342, HPCA 2025, section 3): the same
//! sums, with the carries propagated in other places.
//!
//! | step | an element holds | behind the array |
//! |---|---|---|
//! | `baseline` | a multiplier, an adder and the sum | nothing |
//! | `opt1` | the products of Booth digits and one compressor tree, over them and the two words of the sum | an adder a column |
//! | `opt2` | for each digit position the products of `depth` digits and a sum of two words, as wide as they need, without a shift | a merge of the positions and an adder a column |
//! | `opt3` | an encoder that finds the next digit that is not zero, its product, and a sum of two words | an adder a column |
//! | `opt4c` | the same without the encoder, which is the column's | an adder a column |
//! | `opt4e` | the products of a digit of each group of places, and a sum of two words | an adder a column |
//!
//! From `opt3` on digits are the weights', or where weights stay those of the vectors that pass: digits are what moves.

mod cost;
mod cycles;
mod element;
mod encoder;
mod feeder;
mod parameters;
mod products;
mod serial;
mod serial_cost;

use crate::array::{self, ArrayFamily, ElementCensus, Geometry, Mode, OperandBeat, SumForm};
use crate::family::{Family, Pace};
use crate::parameter::{Parameter, Parameters, Problem};
use crate::words::counted;
use parameters::{Config, Step, config};
use tritloom_hdl::Module;

/// The family.
pub struct BitWeight;

/// How many cycles the core works on a beat of operands, from plain integers.
pub fn beat_cycles(parameters: &Parameters, beat: &OperandBeat) -> u64 {
    cycles::of_beat(&config(parameters), beat)
}

pub(crate) struct Element(Config);

impl ArrayFamily for BitWeight {
    type Element = Element;

    fn name(&self) -> &'static str {
        "bit_weight"
    }

    fn summary(&self) -> &'static str {
        "matrix-matrix array of multiply-accumulate elements, plain or with carry-save sums of signed digits (HPCA 2025)"
    }

    fn contract(&self) -> &'static str {
        "\
result[m][n] = sum over k of activation[m][k] * weight[n][k], exact for every legal input.

A run computes up to `rows` rows and up to max_columns columns, in tiles of `columns`, over an inner dimension of up
to max_inner places; taller results are several runs, which follow one another without a bubble and without reset.
Streams: run {inner, columns, rows from 1}; activation {data: `depth` places of every row, first row lowest}, once for
each tile of columns; weight {data: `depth` places of every column}, tile after tile; result {data: one row of a tile,
keep: columns within the run, last: the run's last row}. An activation and a weight beat enter together. Places beyond
the run are ignored. Latency: 3 cycles (operand register, sum, capture), here and below two more with `opt3`, `opt4c`
and `opt4e`, where a beat waits for the one before it and elements hold a digit and its activation; a tile is captured
and shifted out row by row while the next is computed, and waits where that takes fewer cycles than the rows before
it. With `topology: cube` a beat holds `depth` places for each of `layers`, layer by layer, in each of them every row
or column; sums of layers are added behind the array. `tree` is one row of elements. With `topology: draining` it
leaves through the accumulators, row by row, before the next tile enters, and its words are added 8 bits a cycle:
latency 3 + those cycles. With `topology: output_stationary` operands pass from element to element: latency 3 +
columns (operand register, sum, selection, resolution, the last column), and a tile of fewer cycles than the array has
rows waits. With `topology: weight_stationary` rows of the array are places of the inner dimension and a run has up to
max_rows rows: for each tile of columns and in it each rows x depth places, weight is a beat for each row of the array
{data: `depth` places of every column}, activation a beat for each row of the result {data: rows x depth places, the
first lowest}; partial sums wait in a memory, which there is not if max_inner is one tile; latency rows + 3, with
`opt2` one more, with `baseline` one less, one more with that memory, and with digits one after the other as below; a
row that the receiver does not take goes round the array. `recoding`, `compression`, `counters` and `resolve` have no
effect with `step: baseline`, and `adders` with any other.
With `opt3`, `opt4c` and `opt4e` the operands of a tile enter as often as a weight has radix-4 Booth digits, four
times for int8, in the same order each time; the highest digits are added first. A beat takes a cycle for each digit
of its pass that is not zero, and at least one: of all `depth` places, or with `opt4e` of each `group` of them at
once; columns wait for one another. A pass but the first begins with a cycle in which sums move up and nothing is
added. Digits beyond the run may cost cycles, but do not change the result. `recoding` has no effect with these steps.
Where weights stay digits are those of the vectors that pass them, in each row of the array: a vector enters once,
stands at the stream until its last pass, and takes a cycle for each digit in each pass, as above; rows wait for one
another. There is no cycle between passes: sums move up behind the array. Latency: rows + 7 from the last pass, and a
cycle later for each that it takes beyond one. A tile begins two cycles later, in which the first digits are found."
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

    fn baselines(&self, parameters: &Parameters) -> Vec<(&'static dyn Family, Parameters)> {
        match config(parameters).step {
            Step::Baseline | Step::Opt3 | Step::Opt4c | Step::Opt4e => Vec::new(),
            Step::Opt1 | Step::Opt2 => vec![(&BitWeight, parameters.clone().with("step", "baseline"))],
        }
    }
}

impl array::Element for Element {
    fn geometry(&self) -> &Geometry {
        &self.0.geometry
    }

    fn census(&self) -> ElementCensus {
        cost::element(&self.0)
    }

    fn pace(&self, _mode: &Mode) -> Pace {
        cycles::pace(&self.0)
    }

    fn beat_cycles(&self, beat: &OperandBeat) -> u64 {
        cycles::of_beat(&self.0, beat)
    }

    fn top_name(&self) -> String {
        format!("bit_weight_{}_{}", self.0.name(), self.0.geometry.name_suffix())
    }

    fn summary(&self) -> String {
        let Geometry { rows, columns, depth, .. } = self.0.geometry;
        let digits = self.0.digits_word();
        let how = match self.0.geometry.sum_form {
            _ if self.0.is_serial() => "each with products of single Booth digits and a carry-save sum".to_string(),
            SumForm::Resolved => "each with a multiplier and an adder".to_string(),
            SumForm::CarrySave(_) => format!("each with the products of {digits} digits and a carry-save sum"),
            SumForm::ByPosition(_) => {
                format!("each with the products of {digits} digits and a carry-save sum for each position")
            }
        };
        let pace = match self.0.is_serial() {
            true => format!("{} at a time", counted(depth, "digit")),
            false => format!("{} a cycle", counted(depth, "product")),
        };
        format!("Multiplies two matrices: {rows} x {columns} elements, {how}, {pace}.")
    }

    fn row_edge(&self) -> Option<Module> {
        (self.0.is_serial() && self.0.passes_sums()).then(|| feeder::edge(&self.0))
    }

    fn column_edge(&self) -> Option<Module> {
        match self.0.is_serial() {
            true => (!self.0.passes_sums()).then(|| feeder::edge(&self.0)),
            false => self.0.recodes_at_edge().then(|| element::edge(&self.0)),
        }
    }

    fn feeder(&self) -> Option<Module> {
        self.0.is_serial().then(|| feeder::feeder(&self.0))
    }

    fn element(&self) -> Module {
        match self.0.step {
            Step::Baseline => element::baseline(&self.0),
            Step::Opt1 => element::carry_save(&self.0),
            Step::Opt2 => element::by_weight(&self.0),
            Step::Opt3 | Step::Opt4c | Step::Opt4e => serial::element(&self.0),
        }
    }
}
