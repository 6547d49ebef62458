//! What a bench sends to a core and what must come back.

use super::beats::{self, Job};
use super::parameters::{Outcome, Shape};
use crate::family::Timing;
use crate::interface::{Beat, Scenario};
use crate::pacing::{gap, ready};
use crate::typical::{self, Work};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Percentages of cycles in which a side holds back.
struct Stall {
    /// Of the streams of runs, activations, weights and thresholds.
    inputs: [u32; 4],
    /// Of the receiver.
    results: u32,
}

const FULL_SPEED: Stall = Stall { inputs: [0; 4], results: 0 };
/// Beats of the longest corner runs: longer vectors are cut here, so that a bench ends.
const MOST_BEATS: u32 = 1024;
/// Tiles of a random run in each dimension.
const RANDOM_TILES: u32 = 4;

/// The scenarios of a core: corners, a single place that differs, sizes that do not divide, random runs with gaps and
/// back-pressure, resets in the middle of runs.
pub(super) fn scenarios(shape: &Shape, timing: &Timing, seed: u64) -> Vec<Scenario> {
    let mut bench = Bench { shape, timing, random: ChaCha8Rng::seed_from_u64(seed), scenarios: Vec::new() };
    bench.corners();
    bench.single_places();
    bench.sizes();
    for position in 0..3 {
        bench.stalled(&format!("random_gaps_{position}"), Stall { inputs: [20; 4], results: 20 });
        bench.aborted(&format!("reset_{position}"));
    }
    bench.stalled("slow_results", Stall { inputs: [0; 4], results: 80 });
    bench.stalled("slow_activations", Stall { inputs: [0, 80, 0, 0], results: 0 });
    bench.stalled("slow_weights", Stall { inputs: [0, 0, 80, 0], results: 0 });
    bench.stalled("slow_thresholds", Stall { inputs: [0, 0, 0, 80], results: 0 });
    bench.longest();
    bench.scenarios
}

/// Work on random bits: runs of as many places as may be.
pub(super) fn typical_work(shape: &Shape, timing: &Timing, seed: u64) -> Work {
    let mut bench = Bench { shape, timing, random: ChaCha8Rng::seed_from_u64(seed), scenarios: Vec::new() };
    let Shape { width, columns, max_inner, .. } = *shape;
    let inner = max_inner.min(typical::CYCLES as u32 * width);
    let runs = typical::CYCLES.div_ceil(inner.div_ceil(width).into());
    let jobs: Vec<Job> = (0..runs).map(|_| bench.job(inner, columns)).collect();
    bench.push(typical::NAME, &jobs, &FULL_SPEED, None);
    Work { scenario: bench.scenarios.remove(0), products: runs * u64::from(inner) * u64::from(columns), mode: None }
}

struct Bench<'a> {
    shape: &'a Shape,
    timing: &'a Timing,
    random: ChaCha8Rng,
    scenarios: Vec<Scenario>,
}

/// The value of each place.
type Pattern<'a> = &'a dyn Fn(u32) -> i8;

fn sign(positive: bool) -> i8 {
    if positive { 1 } else { -1 }
}

impl Bench<'_> {
    fn corners(&mut self) {
        let inner = self.shape.max_inner.min(MOST_BEATS * self.shape.width);
        let alternate = |place: u32| sign(place.is_multiple_of(2));
        let corners: [(&str, Pattern, Pattern); 5] = [
            ("all_agree_ones", &|_| 1, &|_| 1),
            ("all_agree_zeros", &|_| -1, &|_| -1),
            ("all_differ", &|_| 1, &|_| -1),
            ("alternating", &alternate, &alternate),
            ("alternating_opposite", &alternate, &|place| -alternate(place)),
        ];
        for (name, activation, weight) in corners {
            let activations = (0..inner).map(activation).collect();
            let weights = vec![(0..inner).map(weight).collect(); self.shape.columns as usize];
            let job = self.with_thresholds(activations, weights);
            self.push(name, &[job], &FULL_SPEED, None);
        }
    }

    /// Every place of a beat alone: its bit counts one, whatever stands around it.
    fn single_places(&mut self) {
        let Shape { width, columns, .. } = *self.shape;
        let steps = (MOST_BEATS / 4).min(width.div_ceil(columns)).min(self.shape.max_columns / columns);
        let marked = (width / (steps * columns).max(1)).max(1);
        let activations = vec![1; width as usize];
        let column = |number: u32| (0..width).map(|place| sign(place / marked == number)).collect();
        let weights = (0..steps * columns).map(column).collect();
        let job = self.with_thresholds(activations, weights);
        self.push("single_places", &[job], &FULL_SPEED, None);
    }

    /// Runs back to back at full speed, over sizes around the tile: none, one, one less, one more.
    fn sizes(&mut self) {
        let Shape { width, columns, .. } = *self.shape;
        let around = |tile: u32| [0, 1, tile - 1, tile, tile + 1, 2 * tile - 1, 3 * tile + 1];
        let mut jobs = Vec::new();
        for inner in around(width) {
            for count in around(columns) {
                jobs.push(self.job(inner, count));
            }
        }
        self.push("sizes_back_to_back", &jobs, &FULL_SPEED, None);
    }

    fn stalled(&mut self, name: &str, stall: Stall) {
        let jobs = self.random_jobs(8);
        self.push(name, &jobs, &stall, None);
    }

    fn aborted(&mut self, name: &str) {
        let jobs = self.random_jobs(4);
        let cycle = self.random.random_range(3..20);
        self.push(name, &jobs, &Stall { inputs: [10; 4], results: 30 }, Some(cycle));
    }

    /// As many places, and as many columns, as the core allows.
    fn longest(&mut self) {
        let Shape { width, columns, max_inner, max_columns, .. } = *self.shape;
        let job = self.job(max_inner.min(MOST_BEATS * width), columns);
        self.push("longest_vectors", &[job], &FULL_SPEED, None);
        let job = self.job(width, max_columns.min(MOST_BEATS * columns));
        self.push("most_columns", &[job], &FULL_SPEED, None);
    }

    fn random_jobs(&mut self, count: usize) -> Vec<Job> {
        let Shape { width, columns, .. } = *self.shape;
        let draw = |bench: &mut Self| {
            let inner = bench.random.random_range(1..=RANDOM_TILES * width);
            let count = bench.random.random_range(1..=RANDOM_TILES * columns);
            bench.job(inner, count)
        };
        (0..count).map(|_| draw(self)).collect()
    }

    /// A random job, no larger than the core allows.
    fn job(&mut self, inner: u32, columns: u32) -> Job {
        let (inner, columns) = (inner.min(self.shape.max_inner), columns.min(self.shape.max_columns));
        let activations = self.vector(inner);
        let weights = (0..columns).map(|_| self.vector(inner)).collect();
        self.with_thresholds(activations, weights)
    }

    fn vector(&mut self, length: u32) -> Vec<i8> {
        (0..length).map(|_| sign(self.random.random())).collect()
    }

    /// Thresholds around what each column has, so that either answer comes as often.
    fn with_thresholds(&mut self, activations: Vec<i8>, weights: Vec<Vec<i8>>) -> Job {
        let agreeing = |column: &Vec<i8>| activations.iter().zip(column).filter(|(x, w)| x == w).count() as u64;
        let threshold = |column: &Vec<i8>| {
            let most = self.shape.max_inner.into();
            (agreeing(column) + self.random.random_range(0..=2)).saturating_sub(1).min(most)
        };
        let thresholds = weights.iter().map(threshold).collect();
        Job { activations, weights, thresholds }
    }

    fn push(&mut self, name: &str, jobs: &[Job], stall: &Stall, abort_after: Option<u64>) {
        let mut inputs = Vec::new();
        for (stream, percent) in self.input_beats(jobs).into_iter().zip(stall.inputs) {
            inputs.push(stream.into_iter().map(|beat| (gap(&mut self.random, percent), beat)).collect::<Vec<_>>());
        }
        let results = jobs.iter().flat_map(|job| beats::results(self.shape, job)).collect();
        let full_speed = stall.inputs == [0; 4] && stall.results == 0 && abort_after.is_none();
        let beats = inputs[2].len() as u64;
        let ready = vec![ready(&mut self.random, stall.results)];
        self.scenarios.push(Scenario {
            name: name.to_string(),
            inputs,
            outputs: vec![results],
            ready,
            abort_after,
            cycles: full_speed.then_some(beats + self.timing.latency_cycles + 1),
        });
    }

    /// The beats of each input stream; places and columns beyond the runs hold anything, which the core must ignore.
    fn input_beats(&mut self, jobs: &[Job]) -> Vec<Vec<Beat>> {
        let (shape, random) = (self.shape, &mut self.random);
        let mut streams = vec![Vec::new(); if shape.outcome == Outcome::Threshold { 4 } else { 3 }];
        for job in jobs {
            streams[0].push(beats::run(shape, job));
            streams[1].extend(beats::activations(shape, job, || random.random()));
            streams[2].extend(beats::weights(shape, job, || random.random()));
            if shape.outcome == Outcome::Threshold {
                streams[3].extend(beats::thresholds(shape, job, || random.random()));
            }
        }
        streams
    }
}
