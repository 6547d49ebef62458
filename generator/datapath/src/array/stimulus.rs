//! What a bench sends to an array and what must come back.

use super::geometry::Geometry;
use super::interface::cycles;
use super::{beats, golden};
use crate::interface::{Beat, Scenario};
use crate::pacing::{gap, ready};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// One product of two matrices.
struct Job {
    /// Vectors of `inner` activations, one a row of the result.
    activations: Vec<Vec<i32>>,
    /// Vectors of `inner` weights, one a column of the result.
    weights: Vec<Vec<i32>>,
    inner: u32,
}

impl Job {
    fn columns(&self) -> u32 {
        self.weights.len() as u32
    }
}

/// Percentages of cycles in which a side holds back.
struct Stall {
    /// Of each input stream.
    inputs: [u32; 3],
    /// Of the receiver.
    results: u32,
}

const FULL_SPEED: Stall = Stall { inputs: [0; 3], results: 0 };
/// Beats of the longest corner runs: longer sums are cut here, so that a bench ends.
const MOST_BEATS: u32 = 4096;
/// Tiles of a random run in each dimension.
const RANDOM_TILES: u32 = 4;

/// The scenarios of an array: corners, every weight, sizes that do not divide, random runs with gaps and back-pressure,
/// resets in the middle of runs.
pub fn scenarios(geometry: &Geometry, seed: u64) -> Vec<Scenario> {
    let mut bench = Bench { geometry, random: ChaCha8Rng::seed_from_u64(seed), scenarios: Vec::new() };
    bench.corners();
    bench.every_weight();
    bench.cancelling();
    bench.sizes();
    for position in 0..3 {
        bench.stalled(&format!("random_gaps_{position}"), Stall { inputs: [20, 20, 20], results: 20 });
        bench.aborted(&format!("reset_{position}"));
    }
    bench.stalled("slow_results", Stall { inputs: [0; 3], results: 80 });
    bench.stalled("slow_activations", Stall { inputs: [0, 80, 0], results: 0 });
    bench.stalled("slow_weights", Stall { inputs: [0, 0, 80], results: 0 });
    bench.short_sums();
    bench.most_columns();
    bench.scenarios
}

struct Bench<'a> {
    geometry: &'a Geometry,
    random: ChaCha8Rng,
    scenarios: Vec<Scenario>,
}

/// The least and the greatest value of so many bits.
fn extremes(bits: u32) -> (i32, i32) {
    (-(1 << (bits - 1)), (1 << (bits - 1)) - 1)
}

impl Bench<'_> {
    fn corners(&mut self) {
        let geometry = self.geometry;
        let inner = geometry.max_inner.min(MOST_BEATS * geometry.depth);
        let (least, greatest) = extremes(geometry.activation_bits);
        let (lightest, heaviest) = extremes(geometry.weight_bits);
        let alternate = |a: i32, b: i32| move |place: usize| if place.is_multiple_of(2) { a } else { b };
        let job = |activation: &dyn Fn(usize) -> i32, weight: &dyn Fn(usize) -> i32| Job {
            activations: vec![(0..inner as usize).map(activation).collect(); geometry.rows as usize],
            weights: vec![(0..inner as usize).map(weight).collect(); geometry.columns as usize],
            inner,
        };
        let jobs = [
            ("minimum_times_minimum", job(&|_| least, &|_| lightest)),
            ("minimum_times_maximum", job(&|_| least, &|_| heaviest)),
            ("maximum_times_minimum", job(&|_| greatest, &|_| lightest)),
            ("maximum_times_maximum", job(&|_| greatest, &|_| heaviest)),
            ("alternating", job(&alternate(least, greatest), &alternate(lightest, heaviest))),
            ("alternating_signs", job(&alternate(1, -1), &alternate(-1, -1))),
            ("all_zero_weights", job(&alternate(least, greatest), &|_| 0)),
        ];
        for (name, job) in jobs {
            self.push(name, &[job], &FULL_SPEED, None);
        }
    }

    /// Every element sees every weight of up to 8 bits at every place.
    fn every_weight(&mut self) {
        let geometry = self.geometry;
        let values = 1 << geometry.weight_bits.min(8);
        let inner = (values * geometry.depth).min(geometry.max_inner);
        let (lightest, _) = extremes(geometry.weight_bits);
        let step = 1 << geometry.weight_bits.saturating_sub(8);
        let weight = |column: u32, place: u32| {
            let (beat, lane) = ((place / geometry.depth) as i32, (place % geometry.depth) as i32);
            lightest + step * ((beat + 7 * lane + 13 * column as i32) % values as i32) + (step - 1) * (beat & 1)
        };
        let weights = (0..geometry.columns).map(|column| (0..inner).map(|place| weight(column, place)).collect());
        let job = Job { weights: weights.collect(), activations: self.activations(geometry.rows, inner), inner };
        self.push("every_weight", &[job], &FULL_SPEED, None);
    }

    /// Large products that cancel but for a little: what is left of carry-save words takes carries all the way up.
    fn cancelling(&mut self) {
        let jobs: Vec<Job> = (0..6).map(|_| self.cancelling_job()).collect();
        self.push("cancelling", &jobs, &FULL_SPEED, None);
    }

    /// Random places, the same with opposite weights, and a small one at the end.
    fn cancelling_job(&mut self) -> Job {
        let Geometry { rows, columns, depth, max_inner, .. } = *self.geometry;
        let (_, heaviest) = extremes(self.geometry.weight_bits);
        let half = (128 * depth).min(max_inner / 2);
        let (mut weights, mut activations) =
            (self.matrix(columns, half, (-heaviest, heaviest)), self.activations(rows, half));
        let more = 2 * half < max_inner;
        for column in &mut weights {
            column.extend_from_within(..);
            column[half as usize..].iter_mut().for_each(|weight| *weight = -*weight);
            column.extend(more.then_some(1));
        }
        for row in &mut activations {
            row.extend_from_within(..);
            row.extend(more.then(|| self.random.random_range(-2..=2)));
        }
        Job { activations, weights, inner: 2 * half + u32::from(more) }
    }

    /// Runs back to back at full speed, over sizes around the tile: none, one, one less, one more.
    fn sizes(&mut self) {
        let Geometry { rows, columns, depth, .. } = *self.geometry;
        let around = |tile: u32| [0, 1, tile - 1, tile, tile + 1, 2 * tile - 1, 3 * tile + 1];
        let mut jobs = Vec::new();
        for inner in around(depth) {
            for width in around(columns) {
                let height = self.random.random_range(1..=rows);
                jobs.push(self.job(height, inner, width));
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

    /// Sums of a beat each, so that the rows of one tile hold back the next; at full speed and against a slow receiver.
    fn short_sums(&mut self) {
        let Geometry { rows, columns, depth, .. } = *self.geometry;
        let jobs: Vec<Job> = (0..6).map(|_| self.job(rows, depth, RANDOM_TILES * columns)).collect();
        self.push("short_sums", &jobs, &FULL_SPEED, None);
        self.push("short_sums_slow_results", &jobs, &Stall { inputs: [0; 3], results: 60 }, None);
    }

    /// As many columns as the array allows.
    fn most_columns(&mut self) {
        let Geometry { columns, depth, max_columns, .. } = *self.geometry;
        let job = self.job(1, depth, max_columns.min(MOST_BEATS * columns));
        self.push("most_columns", &[job], &FULL_SPEED, None);
    }

    fn random_jobs(&mut self, count: usize) -> Vec<Job> {
        let Geometry { rows, columns, depth, .. } = *self.geometry;
        let draw = |bench: &mut Self| {
            let height = bench.random.random_range(1..=rows);
            let inner = bench.random.random_range(1..=RANDOM_TILES * depth);
            let width = bench.random.random_range(1..=RANDOM_TILES * columns);
            bench.job(height, inner, width)
        };
        (0..count).map(|_| draw(self)).collect()
    }

    /// A random job, no larger than the array allows.
    fn job(&mut self, rows: u32, inner: u32, columns: u32) -> Job {
        let inner = inner.min(self.geometry.max_inner);
        let columns = columns.min(self.geometry.max_columns);
        let (lightest, heaviest) = extremes(self.geometry.weight_bits);
        let weights = self.matrix(columns, inner, (lightest, heaviest));
        Job { activations: self.activations(rows, inner), weights, inner }
    }

    fn activations(&mut self, rows: u32, inner: u32) -> Vec<Vec<i32>> {
        self.matrix(rows, inner, extremes(self.geometry.activation_bits))
    }

    fn matrix(&mut self, vectors: u32, inner: u32, (least, greatest): (i32, i32)) -> Vec<Vec<i32>> {
        (0..vectors).map(|_| (0..inner).map(|_| self.random.random_range(least..=greatest)).collect()).collect()
    }

    fn push(&mut self, name: &str, jobs: &[Job], stall: &Stall, abort_after: Option<u64>) {
        let geometry = self.geometry;
        let mut inputs = vec![Vec::new(), Vec::new(), Vec::new()];
        let (mut results, mut tiles) = (Vec::new(), Vec::new());
        for job in jobs {
            for (stream, beats) in self.input_beats(job).into_iter().enumerate() {
                for beat in beats {
                    let gap = gap(&mut self.random, stall.inputs[stream]);
                    inputs[stream].push((gap, beat));
                }
            }
            let product = golden::product(&job.activations, &job.weights);
            results.extend(beats::results(geometry, &product, job.columns()));
            let tile = (u64::from(geometry.inner_tiles(job.inner)), job.activations.len() as u64);
            tiles.extend(vec![tile; geometry.column_tiles(job.columns()) as usize]);
        }
        let full_speed = stall.inputs == [0; 3] && stall.results == 0 && abort_after.is_none();
        let ready = vec![ready(&mut self.random, stall.results)];
        self.scenarios.push(Scenario {
            name: name.to_string(),
            inputs,
            outputs: vec![results],
            ready,
            abort_after,
            cycles: full_speed.then(|| cycles(&tiles)),
        });
    }

    /// The beats of each input stream; places beyond the matrices hold anything, which the array must ignore.
    fn input_beats(&mut self, job: &Job) -> [Vec<Beat>; 3] {
        let geometry = self.geometry;
        let (activation, weight) = (extremes(geometry.activation_bits), extremes(geometry.weight_bits));
        let run = beats::run(geometry, job.inner, job.columns(), job.activations.len() as u32);
        let (mut activations, mut weights) = (Vec::new(), Vec::new());
        for tile in 0..geometry.column_tiles(job.columns()) {
            let noise = || self.random.random_range(activation.0..=activation.1);
            activations.extend(beats::activations(geometry, &job.activations, job.inner, noise));
            let noise = || self.random.random_range(weight.0..=weight.1);
            weights.extend(beats::weights(geometry, &job.weights, job.inner, tile, noise));
        }
        [vec![run], activations, weights]
    }
}
