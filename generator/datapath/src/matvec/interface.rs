//! The streams of a core, and its schedule in closed form.

use super::geometry::{Geometry, LoopOrder};
use super::shell::result_stage;
use crate::family::{Pace, Timing};
use crate::interface::{Direction, Interface, Stream};

/// The streams, in port order.
pub fn interface(geometry: &Geometry) -> Interface {
    let ports = geometry.ports;
    let counts = [("inputs", geometry.input_count_bits()), ("outputs", geometry.output_count_bits())];
    let vectors = ("vectors", geometry.vector_count_bits());
    let counts: Vec<_> =
        counts.into_iter().chain((geometry.loop_order == LoopOrder::WeightStationary).then_some(vectors)).collect();
    let results = [("data", geometry.accumulator_bits() * ports), ("keep", ports), ("last", 1)];
    Interface {
        streams: vec![
            Stream::new("run", Direction::Input, &counts),
            Stream::new("activation", Direction::Input, &[("data", geometry.activation_bits * geometry.lanes())])
                .in_lanes("data", geometry.lanes()),
            Stream::new("weight", Direction::Input, &[("data", geometry.word_bits() * ports)]).in_lanes("data", ports),
            Stream::new("result", Direction::Output, &results).in_lanes("data", ports).in_lanes("keep", ports),
        ],
    }
}

/// The schedule of a core whose element prepares in `prepare_stages` stages.
pub fn timing(geometry: &Geometry, prepare_stages: u32) -> Timing {
    let latency_cycles = u64::from(result_stage(geometry, prepare_stages)) + 1;
    let order = match geometry.loop_order {
        LoopOrder::OutputStationary => "input tiles within output tiles",
        LoopOrder::TableStationary => "output tiles within input tiles",
        LoopOrder::WeightStationary => "input tiles within output tiles, and within each all vectors",
    };
    let (lanes, ports) = (geometry.lanes(), geometry.ports);
    let (vectors, weight_beats) = match geometry.loop_order {
        LoopOrder::WeightStationary => (" * max(1, vectors)", "a weight beat for each max(1, vectors) of them"),
        LoopOrder::OutputStationary | LoopOrder::TableStationary => ("", "one weight beat each"),
    };
    Timing {
        latency_cycles,
        weights_per_beat: u64::from(lanes) * u64::from(ports),
        weight_bits_per_beat: u64::from(geometry.word_bits()) * u64::from(ports),
        pace: Pace { least_cycles: 1, most_cycles: geometry.max_vectors.into() },
        rows: 1,
        vectors: geometry.max_vectors.into(),
        loaded_for: None,
        cycles_to_vectors: 0,
        passes: 1,
        runs: 1,
        formula: format!(
            "a run takes max(1, ceil(inputs / {lanes})) * max(1, ceil(outputs / {ports})){vectors} cycles, \
             {weight_beats}, {order}; a result is valid {latency_cycles} cycles after the beat that completes it; runs follow \
             one another without a bubble"
        ),
    }
}
