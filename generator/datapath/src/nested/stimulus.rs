//! What a bench sends and what must come back: drafts, and drafts with their rest.

use super::parameters::{Config, DRAFT, REST};
use crate::array::{self, Topology, beats, cycles_of_a_tile, product, tallest};
use crate::interface::{Beat, Scenario};
use crate::pacing::Stall;
use crate::typical::{self, Work};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A product of two matrices, in draft alone or exact.
struct Job {
    activations: Vec<Vec<i32>>,
    /// Whole weights, a vector a column.
    weights: Vec<Vec<i32>>,
    inner: u32,
    /// Of how many rows and columns of the last tile the rest follows the draft.
    settled: Option<(usize, usize)>,
}

/// Vectors of activations, and slices of a vector of weights for each column.
type Operands<'a> = (&'a [Vec<i32>], &'a [Vec<i32>]);

/// Beats of the longest sums: longer ones are cut here, so that a bench ends.
const MOST_BEATS: u32 = 1024;
/// Tiles of a random run in each dimension.
const RANDOM_TILES: u32 = 4;
/// Rests of fewer rows and columns than their drafts, at the most.
const SMALLER_RESTS: u32 = 64;

pub(super) fn scenarios(config: &Config, seed: u64) -> Vec<Scenario> {
    let mut bench = Bench { config, random: ChaCha8Rng::seed_from_u64(seed), scenarios: Vec::new() };
    bench.corners();
    bench.every_weight();
    bench.sizes();
    bench.smaller_rests();
    for position in 0..3 {
        bench.stalled(&format!("random_gaps_{position}"), &Stall { inputs: [20; 3], results: 20 });
        bench.aborted(&format!("reset_{position}"));
    }
    bench.stalled("slow_results", &Stall { inputs: [0; 3], results: 80 });
    bench.stalled("slow_activations", &Stall { inputs: [0, 80, 0], results: 0 });
    bench.stalled("slow_weights", &Stall { inputs: [0, 0, 80], results: 0 });
    bench.most_columns();
    bench.few_rows();
    bench.scenarios
}

/// Work on normal operands, in draft or exact: a draft, and its rest behind it.
pub(super) fn typical_work(config: &Config, is_exact: bool, seed: u64) -> Work {
    let mut bench = Bench { config, random: ChaCha8Rng::seed_from_u64(seed), scenarios: Vec::new() };
    let array::Geometry { columns, max_inner, .. } = config.geometry;
    let rows = tallest(&config.geometry);
    let cycles = cycles_of_a_tile(&config.geometry, DRAFT, rows, 1) * if is_exact { 2 } else { 1 };
    let beats = (typical::CYCLES / cycles) as u32;
    let inner = max_inner.min(beats * config.geometry.tile_places(0));
    let runs = (beats * config.geometry.tile_places(0)).div_ceil(inner);
    let (activation, weight) = (bench.activation_range(), bench.weight_range());
    let random = &mut bench.random;
    let mut vectors = |count: u32, draw: fn(&mut ChaCha8Rng, (i32, i32)) -> i32, range| -> Vec<Vec<i32>> {
        (0..count).map(|_| (0..inner).map(|_| draw(random, range)).collect()).collect()
    };
    let mut job = || {
        let operands = (vectors(rows, typical::activation, activation), vectors(columns, typical::weight, weight));
        let job = exact(operands.0, operands.1, inner);
        if is_exact { job } else { Job { settled: None, ..job } }
    };
    let jobs: Vec<Job> = (0..runs).map(|_| job()).collect();
    bench.push(typical::NAME, &jobs, &Stall::FULL_SPEED, None);
    let products = u64::from(runs) * u64::from(rows) * u64::from(columns) * u64::from(inner);
    let mode = (!is_exact).then(|| config.geometry.modes[DRAFT].name.clone());
    Work { scenario: bench.scenarios.remove(0), products, mode }
}

struct Bench<'a> {
    config: &'a Config,
    random: ChaCha8Rng,
    scenarios: Vec<Scenario>,
}

/// The least and the greatest signed value of so many bits.
fn extremes(bits: u32) -> (i32, i32) {
    (-(1 << (bits - 1)), (1 << (bits - 1)) - 1)
}

impl Bench<'_> {
    fn activation_range(&self) -> (i32, i32) {
        extremes(self.config.geometry.activation_bits)
    }

    fn weight_range(&self) -> (i32, i32) {
        extremes(self.config.slicing.weight_bits)
    }

    /// Every extreme against every other, over the longest sum, exact.
    fn corners(&mut self) {
        let array::Geometry { columns, max_inner, .. } = self.config.geometry;
        let rows = tallest(&self.config.geometry);
        let places = self.config.geometry.tile_places(0);
        let inner = max_inner.min(MOST_BEATS * places);
        let (activation, weight) = (self.activation_range(), self.weight_range());
        let mut jobs = Vec::new();
        for x in [activation.0, activation.1] {
            for w in [weight.0, weight.1] {
                let activations = vec![vec![x; inner as usize]; rows as usize];
                jobs.push(exact(activations, vec![vec![w; inner as usize]; columns as usize], inner));
            }
        }
        self.push("corners", &jobs, &Stall::FULL_SPEED, None);
    }

    /// Every weight of up to 8 bits at every place, and as many of wider ones.
    fn every_weight(&mut self) {
        let array::Geometry { columns, max_inner, .. } = self.config.geometry;
        let rows = tallest(&self.config.geometry);
        let places = self.config.geometry.tile_places(0);
        let (lightest, heaviest) = self.weight_range();
        let values = (heaviest - lightest + 1).min(256);
        let step = (heaviest - lightest + 1) / values;
        let inner = (values as u32 * places).min(max_inner);
        let runs = (values as u32 * places).div_ceil(inner);
        let job = |bench: &mut Self, run: u32| {
            let mut weight = |column: u32, place: u32| {
                let number = (run * inner + place) / places + 13 * column + 7 * (place % places);
                let low = bench.random.random_range(0..step);
                lightest + step * (number as i32 % values) + low
            };
            let weights = (0..columns).map(|column| (0..inner).map(|place| weight(column, place)).collect()).collect();
            exact(bench.activations(rows, inner), weights, inner)
        };
        let jobs: Vec<Job> = (0..runs).map(|run| job(self, run)).collect();
        self.push("every_weight", &jobs, &Stall::FULL_SPEED, None);
    }

    /// Runs back to back over sizes around the tile, exact and in draft by turns.
    fn sizes(&mut self) {
        let (rows, columns) = (tallest(&self.config.geometry), self.config.geometry.columns);
        let places = self.config.geometry.tile_places(0);
        let around = |tile: u32| [0, 1, tile - 1, tile, tile + 1, 3 * tile + 1];
        let mut jobs = Vec::new();
        for inner in around(places) {
            for width in around(columns) {
                let height = self.random.random_range(1..=rows);
                jobs.push(self.job(height, inner, width, true));
                jobs.push(self.job(height, inner, width, false));
            }
        }
        self.push("sizes_back_to_back", &jobs, &Stall::FULL_SPEED, None);
    }

    fn stalled(&mut self, name: &str, stall: &Stall<3>) {
        let jobs = self.random_jobs(12);
        self.push(name, &jobs, stall, None);
    }

    fn aborted(&mut self, name: &str) {
        let jobs = self.random_jobs(6);
        let cycle = self.random.random_range(3..20);
        self.push(name, &jobs, &Stall { inputs: [10; 3], results: 30 }, Some(cycle));
    }

    /// As many columns as the array allows, in draft.
    fn most_columns(&mut self) {
        let array::Geometry { columns, max_columns, .. } = self.config.geometry;
        let places = self.config.geometry.tile_places(0);
        let job = self.job(1, places, max_columns.min(MOST_BEATS * columns), false);
        self.push("most_columns", &[job], &Stall::FULL_SPEED, None);
    }

    fn random_jobs(&mut self, count: usize) -> Vec<Job> {
        let (rows, columns) = (tallest(&self.config.geometry), self.config.geometry.columns);
        let places = self.config.geometry.tile_places(0);
        let draw = |bench: &mut Self| {
            let height = bench.random.random_range(1..=rows);
            let inner = bench.random.random_range(1..=RANDOM_TILES * places);
            let width = bench.random.random_range(1..=RANDOM_TILES * columns);
            let exact = bench.random.random();
            bench.job(height, inner, width, exact)
        };
        (0..count).map(|_| draw(self)).collect()
    }

    /// A random job, no larger than the array allows; an exact one of no more than a tile of columns.
    fn job(&mut self, rows: u32, inner: u32, columns: u32, is_exact: bool) -> Job {
        let geometry = &self.config.geometry;
        let widest = if is_exact { geometry.columns } else { geometry.max_columns };
        let (inner, columns) = (inner.min(geometry.max_inner), columns.min(widest));
        let weights = self.matrix(columns, inner, self.weight_range());
        let job = exact(self.activations(rows, inner), weights, inner);
        if is_exact { job } else { Job { settled: None, ..job } }
    }

    /// Drafts of several tiles, and rests of fewer rows and columns than their last tile: of small arrays every number of
    /// rows behind a tile of every width.
    fn smaller_rests(&mut self) {
        let (rows, columns) = (tallest(&self.config.geometry), self.config.geometry.columns);
        let places = self.config.geometry.tile_places(0);
        let every = (1..=rows).flat_map(|height| (1..=columns).map(move |width| (height, width)));
        let mut jobs = Vec::new();
        for (height, width) in every.step_by((rows * columns).div_ceil(SMALLER_RESTS) as usize) {
            let inner = self.random.random_range(1..=RANDOM_TILES * places);
            let tiles = self.random.random_range(0..RANDOM_TILES);
            let drafted = self.random.random_range(height..=rows);
            let job = self.job(drafted, inner, tiles * columns + width, false);
            let last_tile = (job.weights.len() as u32 - 1) % columns + 1;
            let settled = Some((height as usize, self.random.random_range(1..=last_tile) as usize));
            jobs.push(Job { settled, ..job });
        }
        self.push("smaller_rests", &jobs, &Stall::FULL_SPEED, None);
    }

    /// Where weights stay, exact runs of two rows and of one in turn against a receiver so slow that every tile waits for the one
    /// before: a row may be right behind that to which it is added, also a rest's behind its draft's.
    fn few_rows(&mut self) {
        let Topology::WeightStationary { .. } = self.config.geometry.topology else { return };
        let (columns, most) = (self.config.geometry.columns, self.config.geometry.most_rows());
        let inner = |number: u32| number.div_ceil(2) % 3 * self.config.geometry.tile_places(0);
        let sizes: Vec<(u32, u32)> = (0..16).map(|number| (most.min(2 - number % 2), inner(number))).collect();
        let jobs: Vec<Job> = sizes.into_iter().map(|(rows, inner)| self.job(rows, inner, columns, true)).collect();
        self.push("few_rows_slow_results", &jobs, &Stall { inputs: [0; 3], results: 97 }, None);
    }

    fn activations(&mut self, rows: u32, inner: u32) -> Vec<Vec<i32>> {
        self.matrix(rows, inner, self.activation_range())
    }

    fn matrix(&mut self, vectors: u32, inner: u32, (least, greatest): (i32, i32)) -> Vec<Vec<i32>> {
        (0..vectors).map(|_| (0..inner).map(|_| self.random.random_range(least..=greatest)).collect()).collect()
    }

    fn push(&mut self, name: &str, jobs: &[Job], stall: &Stall<3>, abort_after: Option<u64>) {
        let geometry = &self.config.geometry;
        let (mut streams, mut results, mut tiles) = ([Vec::new(), Vec::new(), Vec::new()], Vec::new(), Vec::new());
        let random = &mut self.random;
        let mut send = |mode: usize, inner: u32, (x, slices): Operands, expected: &[Vec<i128>]| {
            let (columns, rows) = (slices.len() as u32, x.len() as u32);
            streams[0].push(beats::run(geometry, mode, inner, columns, rows));
            let noise = &mut |below: u64| random.random_range(0..below);
            for tile in 0..geometry.column_tiles(columns) {
                let [activations, weights] = beats::tile(geometry, mode, (x, slices), inner, tile, noise);
                let steps = u64::from(geometry.inner_tiles(mode, inner));
                let vectors = match geometry.topology {
                    Topology::WeightStationary { .. } => steps * u64::from(rows),
                    _ => rows.into(),
                };
                tiles.push((steps, vectors));
                streams[1].extend(activations);
                streams[2].extend(weights);
            }
            results.extend(beats::results(geometry, expected, columns));
        };
        for job in jobs {
            let Job { activations, weights, inner, settled } = job;
            let (drafts, rests) = cut(self.config, weights);
            send(DRAFT, *inner, (activations, &drafts), &drafted(self.config, activations, &drafts));
            if let Some((height, width)) = *settled {
                let tile = weights.len().saturating_sub(1) / geometry.columns as usize * geometry.columns as usize;
                let (activations, columns) = (&activations[..height], tile..tile + width);
                let exact = product(activations, &weights[columns.clone()]);
                send(REST, *inner, (activations, &rests[columns]), &exact);
            }
        }
        let streams: [Vec<Beat>; 3] = streams;
        let cycles = array::cycles(geometry, &tiles);
        let scenario = stall.scenario(&mut self.random, name, streams, results, abort_after, cycles);
        self.scenarios.push(scenario);
    }
}

/// A job of one tile whose rest settles all of it.
fn exact(activations: Vec<Vec<i32>>, weights: Vec<Vec<i32>>, inner: u32) -> Job {
    let settled = Some((activations.len(), weights.len()));
    Job { activations, weights, inner, settled }
}

/// The drafts of weights, and their rests.
fn cut(config: &Config, weights: &[Vec<i32>]) -> (Vec<Vec<i32>>, Vec<Vec<i32>>) {
    let slices = |column: &Vec<i32>| column.iter().map(|&weight| config.slicing.cut(weight)).unzip();
    weights.iter().map(slices).unzip()
}

/// The products with drafts, at their worth.
fn drafted(config: &Config, activations: &[Vec<i32>], drafts: &[Vec<i32>]) -> Vec<Vec<i128>> {
    let worth = 1 << config.slicing.dropped_bits();
    product(activations, drafts).into_iter().map(|row| row.into_iter().map(|sum| sum * worth).collect()).collect()
}
