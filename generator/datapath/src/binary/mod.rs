//! Binary vectors, the smallest member of the bit-sliced families: a product of -1 and +1 is an exclusive NOR, a sum of
//! products a population count (XNOR-Net, arXiv 1603.05279; FINN, arXiv 1612.07119, section 4 for the thresholds).
//!
//! ```text
//!  activation ─┐
//!  weight ─────┴► XNOR, mask ─► register ─► population count ─► register ─► + ─► sum ─► 2 sum - inner ─► result
//!                 (a column)                (compressor trees)              ▲___│       or a comparison
//! ```

pub mod beats;
mod cost;
mod golden;
mod hardware;
mod parameters;
mod stimulus;

pub use parameters::{Outcome, Shape};

use crate::census::Parts;
use crate::family::{Family, Pace, Timing};
use crate::interface::{Direction, Interface, Scenario, Stream};
use crate::parameter::{Parameter, Parameters, Problem};
use crate::typical::Work;
use tritloom_hdl::{Design, Diagnostics};

/// The family.
pub struct Binary;

/// The shape of a core of the family with these parameters.
pub fn shape(parameters: &Parameters) -> Shape {
    Shape::new(parameters)
}

impl Family for Binary {
    fn name(&self) -> &'static str {
        "binary"
    }

    fn summary(&self) -> &'static str {
        "binary vectors: XNOR and population count, for dot products, Hamming distances or thresholds"
    }

    fn contract(&self) -> &'static str {
        "\
With vectors of -1 and +1, a bit of 0 standing for -1, and `inner` their length:
result: dot_product  y[n] = sum over k of x[k] * w[n][k] = 2 * (places that agree) - inner
result: distance     y[n] = places in which x and w[n] differ
result: threshold    y[n] = 1 where at least threshold[n] places agree, otherwise 0
exact for every legal input. A batch norm and a sign behind a dot product are such a threshold (arXiv 1612.07119): the
places that agree, p, are 2 p - inner + b >= 0 where p >= ceil((inner - b) / 2).

Streams: run {inner, columns}; activation {data: `width` places}, the vector again for each tile of columns; weight
{data: `width` places of every column of the tile}; with thresholds threshold {data: a count of each column}, a beat a
tile; result {data: one value a column, keep: columns within the run, last: the run's last tile}. An activation and a
weight beat enter together; a threshold beat is taken when its tile is complete. Places beyond the run are ignored.
Latency: 4 cycles (agreements, counts, sums, result) from the beat that completes a tile; one beat a cycle; runs follow
one another without a bubble and without reset."
    }

    fn parameters(&self) -> &'static [Parameter] {
        parameters::TABLE
    }

    fn legality(&self, parameters: &Parameters) -> Vec<Problem> {
        parameters::legality(&shape(parameters))
    }

    fn hardware(&self, parameters: &Parameters) -> Result<Design, Diagnostics> {
        hardware::build(&shape(parameters))
    }

    fn interface(&self, parameters: &Parameters) -> Interface {
        let shape = shape(parameters);
        let (nest, columns) = (shape.nest(), shape.columns);
        let counts = [("inner", nest.inner_bits()), ("columns", nest.outer_bits())];
        let results = [("data", shape.result_bits() * columns), ("keep", columns), ("last", 1)];
        let mut streams = vec![
            Stream::new("run", Direction::Input, &counts),
            Stream::new("activation", Direction::Input, &[("data", shape.width)]).in_lanes("data", shape.width),
            Stream::new("weight", Direction::Input, &[("data", shape.width * columns)]).in_lanes("data", columns),
        ];
        if shape.outcome == Outcome::Threshold {
            let thresholds = [("data", shape.count_bits() * columns)];
            streams.push(Stream::new("threshold", Direction::Input, &thresholds).in_lanes("data", columns));
        }
        streams.push(
            Stream::new("result", Direction::Output, &results).in_lanes("data", columns).in_lanes("keep", columns),
        );
        Interface { streams }
    }

    fn timing(&self, parameters: &Parameters) -> Timing {
        let Shape { width, columns, .. } = shape(parameters);
        let latency_cycles = u64::from(hardware::SUM_STAGE) + 1;
        let weights = u64::from(width) * u64::from(columns);
        Timing {
            latency_cycles,
            weights_per_beat: weights,
            weight_bits_per_beat: weights,
            pace: Pace::EVERY_CYCLE,
            rows: 1,
            vectors: 1,
            loaded_for: None,
            cycles_to_vectors: 0,
            passes: 1,
            runs: 1,
            formula: format!(
                "a run takes max(1, ceil(inner / {width})) cycles for each of its max(1, ceil(columns / {columns})) \
                 tiles; a tile is valid {latency_cycles} cycles after the beat that completes it; runs follow one \
                 another without a bubble"
            ),
        }
    }

    fn census_by_part(&self, parameters: &Parameters) -> Parts {
        cost::census_by_part(&shape(parameters))
    }

    fn scenarios(&self, parameters: &Parameters, seed: u64) -> Vec<Scenario> {
        stimulus::scenarios(&shape(parameters), &self.timing(parameters), seed)
    }

    fn typical_work(&self, parameters: &Parameters, _mode: Option<usize>, seed: u64) -> Work {
        stimulus::typical_work(&shape(parameters), &self.timing(parameters), seed)
    }

    fn baselines(&self, _parameters: &Parameters) -> Vec<(&'static dyn Family, Parameters)> {
        Vec::new()
    }
}
