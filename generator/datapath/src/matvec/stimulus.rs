//! What a bench sends to a core and what must come back.

use super::beats;
use super::geometry::Geometry;
use super::golden;
use crate::family::Timing;
use crate::interface::{Beat, Scenario};
use crate::pacing::Stall;
use crate::typical::{self, Work};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// One product of a matrix and some vectors.
struct Job {
    /// Rows of ternary weights, a row an output, as long as the vectors.
    weights: Vec<Vec<i8>>,
    /// The vectors: one but in weight-stationary order.
    vectors: Vec<Vec<i32>>,
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
    bench.stalled("slow_results", SLOW_RESULTS);
    bench.stalled("slow_activations", Stall { inputs: [0, 80, 0], results: 0 });
    bench.stalled("slow_weights", Stall { inputs: [0, 0, 80], results: 0 });
    bench.narrow();
    bench.longest();
    bench.scenarios
}

const FULL_SPEED: Stall<3> = Stall::FULL_SPEED;
const SLOW_RESULTS: Stall<3> = Stall { inputs: [0; 3], results: 80 };
/// Beats of the longest corner runs: longer vectors are cut here, so that a bench ends.
const MOST_BEATS: u32 = 4096;
/// Tiles of a random run in each dimension.
const RANDOM_TILES: u32 = 4;
/// Tiles of inputs in a run of typical work.
const MOST_TYPICAL_TILES: u32 = 256;
/// Vectors in one, where weights stay.
const MOST_TYPICAL_VECTORS: u32 = 16;
/// Vectors of a random run.
const RANDOM_VECTORS: u32 = 4;

/// Work on normal activations and ternary weights of which a third are zero: runs of as many inputs as may be.
pub fn typical_work(geometry: &Geometry, timing: &Timing, seed: u64) -> Work {
    let mut bench = Bench { geometry, timing, random: ChaCha8Rng::seed_from_u64(seed), scenarios: Vec::new() };
    let (lanes, top) = (geometry.lanes(), 1 << (geometry.activation_bits - 1));
    let inputs = geometry.max_inputs.min(MOST_TYPICAL_TILES * lanes);
    let outputs = geometry.max_outputs.min(RANDOM_TILES * geometry.ports);
    let vectors = geometry.max_vectors.min(MOST_TYPICAL_VECTORS);
    let beats_of_a_run = inputs.div_ceil(lanes) * outputs.div_ceil(geometry.ports) * vectors;
    let runs = typical::CYCLES.div_ceil(beats_of_a_run.into());
    let random = &mut bench.random;
    let mut job = || Job {
        weights: (0..outputs).map(|_| (0..inputs).map(|_| random.random_range(-1..=1)).collect()).collect(),
        vectors: (0..vectors)
            .map(|_| (0..inputs).map(|_| typical::activation(random, (-top, top - 1))).collect())
            .collect(),
    };
    let jobs: Vec<Job> = (0..runs).map(|_| job()).collect();
    bench.push(typical::NAME, &jobs, &FULL_SPEED, None);
    let products = runs * u64::from(inputs) * u64::from(outputs) * u64::from(vectors);
    Work { scenario: bench.scenarios.remove(0), products, mode: None }
}

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
        let corner = |activation: &dyn Fn(usize) -> i32, weight: &dyn Fn(usize) -> i8| Job {
            weights: vec![(0..inputs as usize).map(weight).collect(); outputs as usize],
            vectors: vec![(0..inputs as usize).map(activation).collect()],
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
        let job = Job { weights: (0..outputs).map(row).collect(), vectors: self.vectors(inputs) };
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

    fn stalled(&mut self, name: &str, stall: Stall<3>) {
        let jobs = self.random_jobs(6);
        self.push(name, &jobs, &stall, None);
    }

    /// Runs of one tile in one dimension against a slow receiver: stalls in every stage, at every turn of a loop.
    fn narrow(&mut self) {
        let (lanes, ports) = (self.geometry.lanes(), self.geometry.ports);
        let jobs: Vec<Job> = (0..12).map(|_| self.job(lanes, RANDOM_TILES * ports)).collect();
        self.push("one_input_tile_slow_results", &jobs, &SLOW_RESULTS, None);
        let jobs: Vec<Job> = (0..12).map(|_| self.job(RANDOM_TILES * lanes, ports)).collect();
        self.push("one_output_tile_slow_results", &jobs, &SLOW_RESULTS, None);
    }

    /// As many tiles as the core allows in either dimension, and two in the other so that what is kept is read back.
    fn longest(&mut self) {
        let (lanes, ports) = (self.geometry.lanes(), self.geometry.ports);
        let job = self.job(MOST_BEATS / 2 * lanes, 2 * ports);
        self.push("longest_inputs", &[job], &FULL_SPEED, None);
        let job = self.job(2 * lanes, MOST_BEATS / 2 * ports);
        self.push("longest_outputs", &[job], &FULL_SPEED, None);
    }

    fn aborted(&mut self, name: &str) {
        let jobs = self.random_jobs(4);
        let cycle = self.random.random_range(3..20);
        self.push(name, &jobs, &Stall { inputs: [10; 3], results: 30 }, Some(cycle));
    }

    fn random_jobs(&mut self, count: usize) -> Vec<Job> {
        let (lanes, ports) = (self.geometry.lanes(), self.geometry.ports);
        let draw = |bench: &mut Self| {
            let inputs = bench.random.random_range(1..=RANDOM_TILES * lanes);
            let outputs = bench.random.random_range(1..=RANDOM_TILES * ports);
            bench.job(inputs, outputs)
        };
        (0..count).map(|_| draw(self)).collect()
    }

    /// A random job, no longer than the core allows.
    fn job(&mut self, inputs: u32, outputs: u32) -> Job {
        let inputs = inputs.min(self.geometry.max_inputs);
        let outputs = outputs.min(self.geometry.max_outputs);
        let weights = (0..outputs).map(|_| (0..inputs).map(|_| self.random.random_range(-1..=1)).collect()).collect();
        Job { weights, vectors: self.vectors(inputs) }
    }

    /// As many as a run may have, up to a few.
    fn vectors(&mut self, length: u32) -> Vec<Vec<i32>> {
        let count = self.random.random_range(1..=self.geometry.max_vectors.min(RANDOM_VECTORS));
        (0..count).map(|_| self.vector(length)).collect()
    }

    fn vector(&mut self, length: u32) -> Vec<i32> {
        let top = 1 << (self.geometry.activation_bits - 1);
        (0..length).map(|_| self.random.random_range(-top..top)).collect()
    }

    fn push(&mut self, name: &str, jobs: &[Job], stall: &Stall<3>, abort_after: Option<u64>) {
        let mut inputs = [Vec::new(), Vec::new(), Vec::new()];
        let mut results = Vec::new();
        for job in jobs {
            inputs.iter_mut().zip(self.input_beats(job)).for_each(|(stream, beats)| stream.extend(beats));
            let product = |vector: &Vec<i32>| golden::product(&job.weights, vector);
            results.extend(beats::results(self.geometry, &job.vectors.iter().map(product).collect::<Vec<_>>()));
        }
        let cycles = inputs[1].len().max(inputs[2].len()) as u64 + self.timing.latency_cycles + 1;
        self.scenarios.push(stall.scenario(&mut self.random, name, inputs, results, abort_after, cycles));
    }

    /// The beats of each input stream; lanes beyond the vectors hold anything, which the core must ignore.
    fn input_beats(&mut self, job: &Job) -> [Vec<Beat>; 3] {
        let (geometry, random) = (self.geometry, &mut self.random);
        let (inputs, outputs) = (job.vectors[0].len(), job.weights.len() as u32);
        let run = beats::run(geometry, inputs as u32, outputs, job.vectors.len() as u32);
        let activations = beats::activations(geometry, &job.vectors, outputs, || random.random());
        let weights = beats::weights(geometry, &job.weights, inputs, || random.random_range(-1..=1));
        [vec![run], activations, weights]
    }
}
