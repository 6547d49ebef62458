//! What a bench sends to a core and what must come back.

use super::geometry::{Geometry, LoopOrder};
use super::golden;
use crate::family::Timing;
use crate::interface::{Beat, Scenario};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tritloom_formats::WordLayout;
use tritloom_hdl::Bits;

/// One product of a matrix and a vector.
#[derive(Clone, Debug)]
pub struct MatvecJob {
    /// Rows of ternary weights, a row an output, as long as `activations`.
    pub weights: Vec<Vec<i8>>,
    /// The vector.
    pub activations: Vec<i32>,
}

/// A job as it passes the streams.
pub struct JobBeats {
    /// The run's lengths.
    pub run: Beat,
    /// In order of the tiles.
    pub activations: Vec<Beat>,
    /// In the loop order of the core.
    pub weights: Vec<Beat>,
    /// In order of the tiles.
    pub results: Vec<Beat>,
}

impl MatvecJob {
    /// Cuts the job into beats. Lanes beyond the vectors are filled by `filler` with arbitrary legal values,
    /// which a core must ignore.
    pub fn beats(&self, geometry: &Geometry, filler: &mut impl Rng) -> JobBeats {
        let (inputs, outputs) = (self.activations.len() as u32, self.weights.len() as u32);
        let (input_tiles, output_tiles) = (geometry.input_tiles(inputs), geometry.output_tiles(outputs));
        let activations = (0..input_tiles).map(|tile| self.activation_beat(geometry, tile, filler)).collect();
        let layout = geometry.word_layout();
        let mut weights = Vec::new();
        for outer in 0..if geometry.loop_order == LoopOrder::OutputStationary { output_tiles } else { input_tiles } {
            for inner in 0..if geometry.loop_order == LoopOrder::OutputStationary { input_tiles } else { output_tiles } {
                let (input_tile, output_tile) = match geometry.loop_order {
                    LoopOrder::OutputStationary => (inner, outer),
                    LoopOrder::TableStationary => (outer, inner),
                };
                weights.push(self.weight_beat(geometry, &layout, input_tile, output_tile, filler));
            }
        }
        let run = vec![
            Bits::from_u64(inputs.into(), geometry.input_count_bits()),
            Bits::from_u64(outputs.into(), geometry.output_count_bits()),
        ];
        JobBeats { run, activations, weights, results: self.result_beats(geometry) }
    }

    fn activation_beat(&self, geometry: &Geometry, tile: u32, filler: &mut impl Rng) -> Beat {
        let first = tile * geometry.lanes();
        let bits = geometry.activation_bits;
        let lane = |position: u32| match self.activations.get(position as usize) {
            Some(&value) => Bits::from_i128(value.into(), bits),
            None => Bits::from_u64(filler.random(), bits),
        };
        vec![Bits::join(&(first..first + geometry.lanes()).map(lane).collect::<Vec<_>>())]
    }

    fn weight_beat(&self, geometry: &Geometry, layout: &WordLayout, input: u32, output: u32, filler: &mut impl Rng) -> Beat {
        let (lanes, ports) = (geometry.lanes(), geometry.ports);
        let mut word = |row: u32| {
            let row = self.weights.get(row as usize);
            let columns = input * lanes..(input + 1) * lanes;
            let weight = |column: u32| row.and_then(|row| row.get(column as usize)).copied();
            let trits: Vec<i8> =
                columns.map(|column| weight(column).unwrap_or_else(|| filler.random_range(-1..=1))).collect();
            let word = layout.pack(&trits).expect("ternary weights, one a lane");
            Bits::from_limbs(word.limbs(), layout.bits())
        };
        vec![Bits::join(&(output * ports..(output + 1) * ports).map(&mut word).collect::<Vec<_>>())]
    }

    fn result_beats(&self, geometry: &Geometry) -> Vec<Beat> {
        let results = golden::product(&self.weights, &self.activations);
        let tiles = geometry.output_tiles(results.len() as u32);
        let beat = |tile: u32| {
            let rows = tile * geometry.ports..(tile + 1) * geometry.ports;
            let lanes = rows.clone().map(|row| {
                let value = results.get(row as usize).copied().unwrap_or(0);
                Bits::from_i128(value.into(), geometry.accumulator_bits())
            });
            let keep = rows.map(|row| Bits::from_u64(u64::from((row as usize) < results.len()), 1));
            let last = Bits::from_u64(u64::from(tile + 1 == tiles), 1);
            vec![Bits::join(&lanes.collect::<Vec<_>>()), Bits::join(&keep.collect::<Vec<_>>()), last]
        };
        (0..tiles).map(beat).collect()
    }
}

/// The scenarios of a core: corners, every key, sizes that do not divide, random runs with gaps and
/// back-pressure, resets in the middle of runs.
pub fn scenarios(geometry: &Geometry, timing: &Timing, seed: u64) -> Vec<Scenario> {
    let mut bench = Bench { geometry, timing, random: ChaCha8Rng::seed_from_u64(seed), scenarios: Vec::new() };
    bench.corners();
    bench.every_key();
    bench.sizes();
    for position in 0..3 {
        bench.stalled(&format!("random_gaps_{position}"), Stall { inputs: [20, 20, 20], results: 20 });
        bench.aborted(&format!("reset_{position}"));
    }
    bench.stalled("slow_results", Stall { inputs: [0, 0, 0], results: 80 });
    bench.stalled("slow_activations", Stall { inputs: [0, 80, 0], results: 0 });
    bench.stalled("slow_weights", Stall { inputs: [0, 0, 80], results: 0 });
    bench.scenarios
}

/// Percentages of cycles in which a side holds back.
struct Stall {
    /// Of each input stream.
    inputs: [u32; 3],
    /// Of the receiver.
    results: u32,
}

const FULL_SPEED: Stall = Stall { inputs: [0; 3], results: 0 };
/// Beats of the longest corner runs: longer vectors are cut here, so that a bench ends.
const MOST_BEATS: u32 = 4096;
/// Tiles of a random run in each dimension.
const RANDOM_TILES: u32 = 4;

struct Bench<'a> {
    geometry: &'a Geometry,
    timing: &'a Timing,
    random: ChaCha8Rng,
    scenarios: Vec<Scenario>,
}

impl Bench<'_> {
    fn corners(&mut self) {
        let geometry = self.geometry;
        let inputs = geometry.max_inputs.min(MOST_BEATS * geometry.lanes());
        let outputs = geometry.ports;
        let top = 1 << (geometry.activation_bits - 1);
        let corner = |activation: &dyn Fn(usize) -> i32, weight: &dyn Fn(usize) -> i8| MatvecJob {
            weights: vec![(0..inputs as usize).map(weight).collect(); outputs as usize],
            activations: (0..inputs as usize).map(activation).collect(),
        };
        let alternate = |k: usize| if k.is_multiple_of(2) { -top } else { top - 1 };
        let jobs = [
            ("minimum_times_minus_one", corner(&|_| -top, &|_| -1)),
            ("minimum_times_one", corner(&|_| -top, &|_| 1)),
            ("maximum_times_one", corner(&|_| top - 1, &|_| 1)),
            ("maximum_times_minus_one", corner(&|_| top - 1, &|_| -1)),
            ("alternating_same", corner(&alternate, &|k| if k % 2 == 0 { -1 } else { 1 })),
            ("alternating_opposite", corner(&alternate, &|k| if k % 2 == 0 { 1 } else { -1 })),
            ("all_zero_weights", corner(&alternate, &|_| 0)),
        ];
        for (name, job) in jobs {
            self.push(name, &[job], &FULL_SPEED, None);
        }
    }

    /// Every port sees every value of a group on every table, each with several activations.
    fn every_key(&mut self) {
        let geometry = self.geometry;
        let (lanes, group_size) = (geometry.lanes(), geometry.group_size);
        let values = 3u32.pow(group_size);
        let inputs = (values * lanes).min(geometry.max_inputs);
        let digit = |value: u32, position: u32| (value / 3u32.pow(position) % 3) as i8 - 1;
        let row = |port: u32| {
            let weight = |k: u32| {
                let (tile, table) = (k / lanes, k % lanes / group_size);
                digit((tile + 7 * table + 13 * port) % values, k % group_size)
            };
            (0..inputs).map(weight).collect()
        };
        let outputs = geometry.ports;
        let job = MatvecJob { weights: (0..outputs).map(row).collect(), activations: self.vector(inputs) };
        self.push("every_key", &[job], &FULL_SPEED, None);
    }

    /// Runs back to back at full speed, over sizes around the tile: none, one, one less, one more.
    fn sizes(&mut self) {
        let (lanes, ports) = (self.geometry.lanes(), self.geometry.ports);
        let around = |tile: u32| [0, 1, tile - 1, tile, tile + 1, 2 * tile - 1, 3 * tile + 1];
        let mut jobs = Vec::new();
        for inputs in around(lanes) {
            for outputs in around(ports) {
                jobs.push(self.job(inputs, outputs));
            }
        }
        self.push("sizes_back_to_back", &jobs, &FULL_SPEED, None);
    }

    fn stalled(&mut self, name: &str, stall: Stall) {
        let jobs = self.random_jobs(6);
        self.push(name, &jobs, &stall, None);
    }

    fn aborted(&mut self, name: &str) {
        let jobs = self.random_jobs(4);
        let cycle = self.random.random_range(3..20);
        self.push(name, &jobs, &Stall { inputs: [10; 3], results: 30 }, Some(cycle));
    }

    fn random_jobs(&mut self, count: usize) -> Vec<MatvecJob> {
        let (lanes, ports) = (self.geometry.lanes(), self.geometry.ports);
        let draw = |bench: &mut Self| {
            let inputs = bench.random.random_range(1..=RANDOM_TILES * lanes);
            let outputs = bench.random.random_range(1..=RANDOM_TILES * ports);
            bench.job(inputs, outputs)
        };
        (0..count).map(|_| draw(self)).collect()
    }

    /// A random job, no longer than the core allows.
    fn job(&mut self, inputs: u32, outputs: u32) -> MatvecJob {
        let inputs = inputs.min(self.geometry.max_inputs);
        let outputs = outputs.min(self.geometry.max_outputs);
        let weights = (0..outputs).map(|_| (0..inputs).map(|_| self.random.random_range(-1..=1)).collect()).collect();
        MatvecJob { weights, activations: self.vector(inputs) }
    }

    fn vector(&mut self, length: u32) -> Vec<i32> {
        let top = 1 << (self.geometry.activation_bits - 1);
        (0..length).map(|_| self.random.random_range(-top..top)).collect()
    }

    fn push(&mut self, name: &str, jobs: &[MatvecJob], stall: &Stall, abort_after: Option<u64>) {
        let mut inputs = vec![Vec::new(), Vec::new(), Vec::new()];
        let mut results = Vec::new();
        for job in jobs {
            let beats = job.beats(self.geometry, &mut self.random);
            for (stream, beats) in [vec![beats.run], beats.activations, beats.weights].into_iter().enumerate() {
                for beat in beats {
                    let gap = self.gap(stall.inputs[stream]);
                    inputs[stream].push((gap, beat));
                }
            }
            results.extend(beats.results);
        }
        let full_speed = stall.inputs == [0; 3] && stall.results == 0 && abort_after.is_none();
        let beats = inputs[2].len() as u64;
        let ready = vec![self.ready(stall.results)];
        self.scenarios.push(Scenario {
            name: name.to_string(),
            inputs,
            outputs: vec![results],
            ready,
            abort_after,
            cycles: full_speed.then_some(beats + self.timing.latency_cycles + 1),
        });
    }

    fn gap(&mut self, percent: u32) -> u32 {
        (0..8).take_while(|_| self.random.random_range(0..100) < percent).count() as u32
    }

    /// A pattern with at least one cycle in which the receiver is ready.
    fn ready(&mut self, percent: u32) -> u64 {
        let pattern = (0..64).map(|bit| u64::from(self.random.random_range(0..100) >= percent) << bit).sum::<u64>();
        if pattern == 0 { 1 } else { pattern }
    }
}
