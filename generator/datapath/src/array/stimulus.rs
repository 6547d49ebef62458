//! What a bench sends to an array and what must come back.

use super::beats::OperandBeat;
use super::geometry::{Geometry, SumForm, Topology};
use super::golden::Offsets;
use super::interface::{cycles, latency_cycles};
use super::mode::Numbers;
use super::zero_points::ZeroPoints;
use super::{beats, golden};
use crate::family::Pace;
use crate::interface::{Beat, Scenario};
use crate::pacing::{gap, ready};
use crate::typical::{self, Work};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeSet;
use tritloom_hdl::Shape;

/// One product of two matrices.
struct Job {
    mode: usize,
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

/// Rows of typical work where weights stay for many.
const MOST_TYPICAL_ROWS: u32 = 256;
/// Beats of typical work, however many cycles each of them takes.
const FEWEST_TYPICAL_BEATS: u64 = 4;

/// Percentages of cycles in which a side holds back.
struct Stall {
    /// Of each input stream; the last where there are zero points.
    inputs: [u32; 4],
    /// Of the receiver.
    results: u32,
}

const FULL_SPEED: Stall = Stall { inputs: [0; 4], results: 0 };
/// Beats of the longest corner runs: longer sums are cut here, so that a bench ends.
const MOST_BEATS: u32 = 4096;
/// Tiles of a random run in each dimension.
const RANDOM_TILES: u32 = 4;
/// Modes in each of which corners are sent; more are met where they change.
const MOST_MODES: usize = 16;
/// Beats of the changes of modes of one length, where every mode changes to every other.
const MOST_SWITCHED_BEATS: u32 = 16_384;
/// The same of changes after a beat of each pass: beyond, changes of modes are left out.
const MOST_BEATS_OF_SINGLE_SWITCHES: usize = 131_072;
/// Beats before and behind one with which a sum gets to a power of two: carries that wait take a few to get on.
const AROUND_A_POWER: u64 = 5;
/// Pairs of an activation and a weight up to which every place meets each.
const MOST_PAIRS: u64 = 1024;

/// The most runs of less than a beat in each mode.
const MOST_PART_BEATS: u32 = 128;

/// How many cycles an array works on a beat of operands, from plain integers.
pub type BeatCycles<'a> = &'a dyn Fn(&OperandBeat) -> u64;

/// The scenarios of an array that works on each beat for `beat_cycles`: corners, every weight, sizes that do not divide, random runs with gaps and back-pressure,
/// resets in the middle of runs. Each does so in every mode, one behind the other, or in a random one in each run.
pub fn scenarios(geometry: &Geometry, beat_cycles: BeatCycles, seed: u64) -> Vec<Scenario> {
    let mut bench = Bench { geometry, beat_cycles, random: ChaCha8Rng::seed_from_u64(seed), scenarios: Vec::new() };
    bench.corners();
    bench.in_every_mode("every_weight", Bench::every_weight);
    bench.in_every_mode("every_pair", Bench::every_pair);
    bench.in_every_mode("cancelling", |bench, mode| (0..6).map(|_| bench.cancelling(mode)).collect());
    bench.in_every_mode("growing_sums", Bench::growing_sums);
    bench.in_every_mode("waiting_carries", Bench::waiting_carries);
    bench.in_every_mode("sizes_back_to_back", Bench::sizes);
    bench.in_every_mode("part_beats", Bench::part_beats);
    for position in 0..3 {
        bench.stalled(&format!("random_gaps_{position}"), Stall { inputs: [20; 4], results: 20 });
        bench.aborted(&format!("reset_{position}"));
    }
    bench.stalled("slow_results", Stall { inputs: [0; 4], results: 80 });
    bench.stalled("slow_activations", Stall { inputs: [0, 80, 0, 0], results: 0 });
    bench.stalled("slow_weights", Stall { inputs: [0, 0, 80, 0], results: 0 });
    if geometry.zero_points.is_some() {
        bench.stalled("slow_zero_points", Stall { inputs: [0, 0, 0, 95], results: 0 });
    }
    bench.short_sums();
    bench.in_every_mode("most_columns", Bench::most_columns);
    bench.switches();
    bench.few_rows();
    bench.full_queue();
    bench.scenarios
}

/// From a mode to each later one and back, a beat of each pass: [`scenarios`] leaves some of these changes out where modes
/// are many.
pub fn mode_changes(geometry: &Geometry, beat_cycles: BeatCycles, from: usize, seed: u64) -> Scenario {
    let mut bench = Bench { geometry, beat_cycles, random: ChaCha8Rng::seed_from_u64(seed), scenarios: Vec::new() };
    let changes = (from + 1..geometry.modes.len()).flat_map(|to| [from, to]).chain([from]);
    bench.changes(&format!("mode_changes_from_{from}"), changes, 1);
    bench.scenarios.remove(0)
}

/// Work in a mode on normal operands: one run of as many tiles as it takes, each of as many beats as may be.
pub fn typical_work(geometry: &Geometry, beat_cycles: BeatCycles, (mode, pace): (usize, Pace), seed: u64) -> Work {
    let mut bench = Bench { geometry, beat_cycles, random: ChaCha8Rng::seed_from_u64(seed), scenarios: Vec::new() };
    let places = geometry.tile_places(mode);
    let rows = geometry.most_rows().min(MOST_TYPICAL_ROWS);
    let cycles = cycles_of_a_tile(geometry, mode, rows, pace.most_cycles);
    let wanted = typical::CYCLES.div_ceil(cycles).max(FEWEST_TYPICAL_BEATS);
    let inner = geometry.max_inner.min(wanted as u32 * places);
    let tiles = (wanted as u32 * places).div_ceil(inner);
    let columns = geometry.max_columns.min(tiles * geometry.columns);
    let random = &mut bench.random;
    let mut vectors = |count: u32, draw: fn(&mut ChaCha8Rng, (i32, i32)) -> i32, numbers: Numbers| -> Vec<Vec<i32>> {
        (0..count).map(|_| (0..inner).map(|_| draw(random, numbers.range())).collect()).collect()
    };
    let activations = vectors(rows, typical::activation, geometry.modes[mode].activation.numbers);
    let weights = vectors(columns, typical::weight, geometry.modes[mode].weight.numbers);
    bench.push(typical::NAME, &[Job { mode, activations, weights, inner }], &FULL_SPEED, None);
    Work {
        scenario: bench.scenarios.remove(0),
        products: u64::from(rows) * u64::from(columns) * u64::from(inner),
        mode: geometry.has_modes().then(|| geometry.modes[mode].name.clone()),
    }
}

struct Bench<'a> {
    geometry: &'a Geometry,
    beat_cycles: BeatCycles<'a>,
    random: ChaCha8Rng,
    scenarios: Vec<Scenario>,
}

impl Bench<'_> {
    /// Every mode or, of many, as many as corners are sent in, spread from the first to the last.
    fn modes(&self) -> Vec<usize> {
        let last = self.geometry.modes.len() - 1;
        let count = last.min(MOST_MODES - 1);
        (0..=count).map(|position| position * last / count.max(1)).collect()
    }

    /// At full speed, what `jobs` makes for each mode.
    fn in_every_mode(&mut self, name: &str, jobs: fn(&mut Self, usize) -> Vec<Job>) {
        let jobs: Vec<Job> = self.modes().into_iter().flat_map(|mode| jobs(self, mode)).collect();
        if !jobs.is_empty() {
            self.push(name, &jobs, &FULL_SPEED, None);
        }
    }

    fn activations_of(&self, mode: usize) -> Numbers {
        self.geometry.modes[mode].activation.numbers
    }

    fn weights_of(&self, mode: usize) -> Numbers {
        self.geometry.modes[mode].weight.numbers
    }

    fn corners(&mut self) {
        type Corner = (&'static str, fn(usize, (i32, i32)) -> i32, fn(usize, (i32, i32)) -> i32);
        let corners: [Corner; 7] = [
            ("minimum_times_minimum", |_, range| range.0, |_, range| range.0),
            ("minimum_times_maximum", |_, range| range.0, |_, range| range.1),
            ("maximum_times_minimum", |_, range| range.1, |_, range| range.0),
            ("maximum_times_maximum", |_, range| range.1, |_, range| range.1),
            ("alternating", alternating, alternating),
            (
                "alternating_signs",
                |place, range| alternating(place, (range.1.min(1), range.0.max(-1))),
                |_, range| {
                    if range.0 < 0 { -1 } else { 1 }
                },
            ),
            ("all_zero_weights", alternating, |_, _| 0),
        ];
        for (name, activation, weight) in corners {
            let jobs: Vec<Job> = self.modes().into_iter().map(|mode| self.uniform(mode, activation, weight)).collect();
            self.push(name, &jobs, &FULL_SPEED, None);
        }
    }

    /// The same in every row, and in every column, over the longest sum.
    fn uniform(
        &self,
        mode: usize,
        activation: fn(usize, (i32, i32)) -> i32,
        weight: fn(usize, (i32, i32)) -> i32,
    ) -> Job {
        let Geometry { columns, max_inner, .. } = *self.geometry;
        let rows = self.tallest();
        let inner = max_inner.min(MOST_BEATS * self.geometry.tile_places(mode));
        let (activations, weights) = (self.activations_of(mode).range(), self.weights_of(mode).range());
        let vector = |number: &dyn Fn(usize) -> i32| (0..inner as usize).map(number).collect::<Vec<_>>();
        Job {
            mode,
            activations: vec![vector(&|place| activation(place, activations)); rows as usize],
            weights: vec![vector(&|place| weight(place, weights)); columns as usize],
            inner,
        }
    }

    /// Every element sees every weight of up to 8 bits at every place.
    fn every_weight(&mut self, mode: usize) -> Vec<Job> {
        let Geometry { columns, max_inner, .. } = *self.geometry;
        let rows = self.tallest();
        let places = self.geometry.tile_places(mode);
        let (lightest, heaviest) = self.weights_of(mode).range();
        let span = heaviest - lightest + 1;
        let values = span.min(256);
        let step = span / values;
        let inner = (values as u32 * places).min(max_inner);
        let weight = |column: u32, place: u32| {
            let (beat, lane) = ((place / places) as i32, (place % places) as i32);
            lightest + step * ((beat + 7 * lane + 13 * column as i32) % values) + (step - 1) * (beat & 1)
        };
        let weights = (0..columns).map(|column| (0..inner).map(|place| weight(column, place)).collect());
        vec![Job { mode, weights: weights.collect(), activations: self.activations(mode, rows, inner), inner }]
    }

    /// Every place of every element sees every pair of operands, where these are few.
    fn every_pair(&mut self, mode: usize) -> Vec<Job> {
        let Geometry { columns, max_inner, .. } = *self.geometry;
        let rows = self.tallest();
        let places = self.geometry.tile_places(mode);
        let (activations, weights) = (self.activations_of(mode).range(), self.weights_of(mode).range());
        let span = |(least, greatest): (i32, i32)| (greatest - least + 1) as u32;
        let pairs = u64::from(span(activations)) * u64::from(span(weights));
        if pairs > MOST_PAIRS {
            return Vec::new();
        }
        let beats_of_a_run = (max_inner / places).min(pairs as u32);
        let pair = |first: u32, place: u32| (first + place / places + 5 * (place % places)) % pairs as u32;
        let job = |first: u32| {
            let vector = |number: &dyn Fn(u32) -> i32| -> Vec<i32> {
                (0..beats_of_a_run * places).map(|place| number(pair(first, place))).collect()
            };
            let activation = vector(&|pair| activations.0 + (pair % span(activations)) as i32);
            let weight = vector(&|pair| weights.0 + (pair / span(activations)) as i32);
            let (activations, weights) = (vec![activation; rows as usize], vec![weight; columns as usize]);
            Job { mode, activations, weights, inner: beats_of_a_run * places }
        };
        (0..pairs as u32).step_by(beats_of_a_run as usize).map(job).collect()
    }

    /// Large products that cancel but for a little: what is left of carry-save words takes carries all the way up.
    ///
    /// Random places, the same with opposite weights, and a small one at the end. Where weights have no opposites, what
    /// is left is the small one alone.
    fn cancelling(&mut self, mode: usize) -> Job {
        let Geometry { columns, max_inner, .. } = *self.geometry;
        let rows = self.tallest();
        let (lightest, heaviest) = self.weights_of(mode).range();
        let reach = heaviest.min(-lightest);
        let (least, greatest) = self.activations_of(mode).range();
        let half = (128 * self.geometry.tile_places(mode)).min(max_inner / 2);
        let (mut weights, mut activations) =
            (self.matrix(columns, half, (-reach, reach)), self.activations(mode, rows, half));
        let more = 2 * half < max_inner;
        for column in &mut weights {
            column.extend_from_within(..);
            column[half as usize..].iter_mut().for_each(|weight| *weight = -*weight);
            column.extend(more.then_some(heaviest.min(1)));
        }
        for row in &mut activations {
            row.extend_from_within(..);
            row.extend(more.then(|| self.random.random_range(least.max(-2)..=greatest.min(2))));
        }
        Job { mode, activations, weights, inner: 2 * half + u32::from(more) }
    }

    /// Sums of every magnitude, of either sign: products of one sign an element, over places doubled from run to run.
    fn growing_sums(&mut self, mode: usize) -> Vec<Job> {
        let Geometry { columns, max_inner, .. } = *self.geometry;
        let rows = self.tallest();
        let longest = max_inner.min(MOST_BEATS * self.geometry.tile_places(mode));
        let lengths = std::iter::successors(Some(longest), |length| Some(length / 2)).take_while(|length| *length > 0);
        let (activations, weights) = (self.activations_of(mode).range(), self.weights_of(mode).range());
        let job = |inner: u32| Job {
            mode,
            activations: self.one_sided(rows, inner, activations),
            weights: self.one_sided(columns, inner, weights),
            inner,
        };
        lengths.map(job).collect()
    }

    /// Where carries wait in some columns only: sums of largest products, of either sign, that end around the powers of two
    /// with which carries come to one of these columns and leave it.
    fn waiting_carries(&mut self, mode: usize) -> Vec<Job> {
        let SumForm::CarrySave(carries) = self.geometry.sum_form else { return Vec::new() };
        let Geometry { columns, max_inner, .. } = *self.geometry;
        let (rows, tile) = (self.tallest() as usize, u64::from(self.geometry.tile_places(mode)));
        let most = MOST_BEATS.min(max_inner / tile as u32).into();
        let of_a_beat = self.geometry.modes[mode].product_magnitude() * u64::from(self.geometry.modes[mode].places);
        let waiting = (0..self.geometry.kept_bits()).filter(|&column| carries.of_column(column) == 2);
        let powers = waiting.flat_map(|column| [1_u64 << column, 2 << column]);
        let ends = powers.map(|power| power.div_ceil(of_a_beat));
        let around = ends.flat_map(|end| end.saturating_sub(AROUND_A_POWER)..=end + AROUND_A_POWER);
        let beats: BTreeSet<u64> = around.filter(|beats| (1..=most).contains(beats)).collect();
        let (lightest, heaviest) = self.weights_of(mode).range();
        let job = |inner: u64| Job {
            mode,
            activations: vec![vec![self.activations_of(mode).range().0; inner as usize]; rows],
            weights: (0..columns)
                .map(|column| vec![if column.is_multiple_of(2) { lightest } else { heaviest }; inner as usize])
                .collect(),
            inner: inner as u32,
        };
        beats.into_iter().map(|beats| job(beats * tile)).collect()
    }

    /// Sizes around the tile: none, one, one less, one more.
    fn sizes(&mut self, mode: usize) -> Vec<Job> {
        let (rows, columns) = (self.tallest(), self.geometry.columns);
        let around = |tile: u32| [0, 1, tile - 1, tile, tile + 1, 2 * tile - 1, 3 * tile + 1];
        let mut jobs = Vec::new();
        for inner in around(self.geometry.tile_places(mode)) {
            for width in around(columns) {
                let height = self.random.random_range(1..=rows);
                jobs.push(self.job(mode, height, inner, width));
            }
        }
        jobs
    }

    /// Runs that end with each place of a beat, or with as many of them as a bench has time for, evenly spread. That place
    /// counts: no product there is zero.
    fn part_beats(&mut self, mode: usize) -> Vec<Job> {
        let places = self.geometry.tile_places(mode);
        let lengths = (1..=places).rev().step_by(places.div_ceil(MOST_PART_BEATS) as usize);
        let numbers = [self.activations_of(mode), self.weights_of(mode)];
        let ends = |inner: u32| {
            let mut job = self.job(mode, 1, inner, self.geometry.columns);
            for (vectors, numbers) in [&mut job.activations, &mut job.weights].into_iter().zip(numbers) {
                let last = vectors.iter_mut().filter_map(|vector| vector.last_mut());
                last.filter(|number| **number == 0).for_each(|number| *number = not_zero(numbers));
            }
            job
        };
        lengths.map(ends).collect()
    }

    fn stalled(&mut self, name: &str, stall: Stall) {
        let jobs = self.random_jobs(6);
        self.push(name, &jobs, &stall, None);
    }

    fn aborted(&mut self, name: &str) {
        let jobs = self.random_jobs(4);
        let cycle = self.random.random_range(3..20);
        self.push(name, &jobs, &Stall { inputs: [10; 4], results: 30 }, Some(cycle));
    }

    /// Sums of a beat each, so that the rows of one tile hold back the next; at full speed and against a slow receiver.
    fn short_sums(&mut self) {
        let (rows, columns) = (self.tallest(), self.geometry.columns);
        let short = |bench: &mut Self, mode: usize| {
            let places = bench.geometry.tile_places(mode);
            bench.job(mode, rows, places, RANDOM_TILES * columns)
        };
        let jobs: Vec<Job> = self.modes().into_iter().cycle().take(6).map(|mode| short(self, mode)).collect();
        self.push("short_sums", &jobs, &FULL_SPEED, None);
        self.push("short_sums_slow_results", &jobs, &Stall { inputs: [0; 4], results: 60 }, None);
    }

    /// Runs of two rows and of one in turn against a receiver so slow that every tile waits for the one before. Where weights
    /// stay, over several tiles of the inner dimension: the row of one tile may be right behind that of the tile before, to
    /// which it is added. Where operands enter several times a tile otherwise takes longer than its rows: here the first
    /// beat of the next run, or a gap and that, stands behind what waits.
    fn few_rows(&mut self) {
        let Geometry { columns, max_inner, passes, .. } = *self.geometry;
        let (tiles, gaps) = match self.geometry.topology {
            Topology::WeightStationary { .. } => (4, 0),
            _ if passes > 1 => (1, 50),
            _ => return,
        };
        let inner = max_inner.min(tiles * self.geometry.tile_places(0));
        let rows = |number: u32| self.geometry.most_rows().min(2 - number % 2);
        let mut jobs: Vec<Job> =
            (0..16).map(|number| self.job(0, rows(number), inner, RANDOM_TILES * columns)).collect();
        if self.geometry.dealt.is_some() {
            // Numbers of one digit at most, so that vectors are right behind one another.
            jobs.iter_mut().for_each(|job| job.activations = self.matrix(job.activations.len() as u32, inner, (-1, 1)));
        }
        self.push("few_rows_slow_results", &jobs, &Stall { inputs: [0, gaps, gaps, 0], results: 97 }, None);
    }

    /// Where vectors take several cycles each, rows of results that are complete with every one of them, against a receiver that is
    /// slower still: they wait for a place in the queue before it, and go round.
    fn full_queue(&mut self) {
        if !self.geometry.vectors_have_passes() {
            return;
        }
        let (rows, columns) = (self.tallest(), RANDOM_TILES * self.geometry.columns);
        let short = |bench: &mut Self, mode: usize| bench.job(mode, rows, bench.geometry.tile_places(mode), columns);
        let jobs: Vec<Job> = self.modes().into_iter().cycle().take(3).map(|mode| short(self, mode)).collect();
        self.push("full_queue", &jobs, &Stall { inputs: [0; 4], results: 99 }, None);
    }

    /// As many columns as the array allows.
    fn most_columns(&mut self, mode: usize) -> Vec<Job> {
        let Geometry { columns, max_columns, .. } = *self.geometry;
        let places = self.geometry.tile_places(mode);
        vec![self.job(mode, 1, places, max_columns.min(MOST_BEATS * columns))]
    }

    /// From every mode to every other, with so many beats in each that the change meets every stage of the pipeline.
    fn switches(&mut self) {
        let geometry = self.geometry;
        let modes = geometry.modes.len();
        let passes: u32 = (0..modes).map(|mode| geometry.passes_of(mode)).sum();
        let most = MOST_SWITCHED_BEATS / (passes * modes as u32).max(1);
        let every = (passes as usize * modes).div_ceil(MOST_BEATS_OF_SINGLE_SWITCHES);
        for beats in 1..=(latency_cycles(geometry) as u32 + 1).min(most.max(1)) {
            // To every later mode and back, so that each change of two modes is met in either direction.
            let changes = (0..modes).flat_map(|from| (from + 1..modes).flat_map(move |to| [from, to]).chain([from]));
            if modes > 1 {
                self.changes(&format!("mode_changes_after_{beats}"), changes.step_by(every), beats);
            }
        }
    }

    /// Runs in these modes, one behind the other, of so many beats a pass.
    fn changes(&mut self, name: &str, modes: impl Iterator<Item = usize>, beats: u32) {
        let geometry = self.geometry;
        let job = |mode: usize| {
            let height = self.random.random_range(1..=self.tallest());
            self.job(mode, height, beats * geometry.tile_places(mode), geometry.columns)
        };
        let jobs: Vec<Job> = modes.map(job).collect();
        self.push(name, &jobs, &FULL_SPEED, None);
    }

    fn random_jobs(&mut self, count: usize) -> Vec<Job> {
        let geometry = self.geometry;
        let draw = |bench: &mut Self| {
            let mode = bench.random.random_range(0..geometry.modes.len());
            let height = bench.random.random_range(1..=bench.tallest());
            let inner = bench.random.random_range(1..=RANDOM_TILES * geometry.tile_places(mode));
            let width = bench.random.random_range(1..=RANDOM_TILES * geometry.columns);
            bench.job(mode, height, inner, width)
        };
        (0..count).map(|_| draw(self)).collect()
    }

    /// A random job, no larger than the array allows.
    fn job(&mut self, mode: usize, rows: u32, inner: u32, columns: u32) -> Job {
        let inner = inner.min(self.geometry.max_inner);
        let columns = columns.min(self.geometry.max_columns);
        let weights = self.matrix(columns, inner, self.weights_of(mode).range());
        Job { mode, activations: self.activations(mode, rows, inner), weights, inner }
    }

    fn activations(&mut self, mode: usize, rows: u32, inner: u32) -> Vec<Vec<i32>> {
        self.matrix(rows, inner, self.activations_of(mode).range())
    }

    /// Every other vector without negative numbers, the rest, where there are any, without positive ones.
    fn one_sided(&mut self, vectors: u32, inner: u32, (least, greatest): (i32, i32)) -> Vec<Vec<i32>> {
        let half = |vector: u32| if vector.is_multiple_of(2) || least == 0 { (0, greatest) } else { (least, 0) };
        (0..vectors).flat_map(|vector| self.matrix(1, inner, half(vector))).collect()
    }

    fn matrix(&mut self, vectors: u32, inner: u32, (least, greatest): (i32, i32)) -> Vec<Vec<i32>> {
        (0..vectors).map(|_| (0..inner).map(|_| self.random.random_range(least..=greatest)).collect()).collect()
    }

    fn push(&mut self, name: &str, jobs: &[Job], stall: &Stall, abort_after: Option<u64>) {
        let geometry = self.geometry;
        let [mut runs, mut activations, mut weights, mut zero_points] = [const { Vec::new() }; 4];
        let (mut results, mut tiles) = (Vec::new(), Vec::new());
        for job in jobs {
            runs.push(beats::run(geometry, job.mode, job.inner, job.columns(), job.activations.len() as u32));
            let offsets = self.offsets(job);
            for tile in 0..geometry.column_tiles(job.columns()) {
                let entering = self.operands(job, tile);
                tiles.push((entering.worked, entering.rows));
                let [of_activations, of_weights] = entering.streams;
                activations.extend(of_activations);
                weights.extend(of_weights);
                let noise = &mut |below: u64| self.random.random_range(0..below);
                zero_points.extend(beats::zero_points(geometry, &job.weights, &offsets, tile, noise));
            }
            let product = golden::product_of_differences(&job.activations, &job.weights, &offsets);
            results.extend(beats::results(geometry, &product, job.columns()));
        }
        let mut streams = vec![runs, activations, weights];
        streams.extend(geometry.zero_points.map(|_| zero_points));
        let mut sent = |(beats, percent): (Vec<Beat>, u32)| {
            beats.into_iter().map(|beat| (gap(&mut self.random, percent), beat)).collect()
        };
        let full_speed = stall.inputs == [0; 4] && stall.results == 0 && abort_after.is_none();
        self.scenarios.push(Scenario {
            name: name.to_string(),
            inputs: streams.into_iter().zip(stall.inputs).map(&mut sent).collect(),
            outputs: vec![results],
            ready: vec![ready(&mut self.random, stall.results)],
            abort_after,
            cycles: full_speed.then(|| cycles(geometry, &tiles)),
        });
    }

    /// Zero points of a product; zero where the array has none.
    fn offsets(&mut self, job: &Job) -> Offsets {
        let Some(ZeroPoints { activation, weight }) = self.geometry.zero_points else {
            return Offsets::none(job.weights.len());
        };
        let mut far_from = |shape: Shape, vector: &Vec<i32>| far_from(vector, shape, &mut self.random);
        Offsets {
            activation: job.activations.first().map_or(0, |row| far_from(activation, row)),
            weights: job.weights.iter().map(|column| far_from(weight, column)).collect(),
        }
    }

    /// The operands of a tile of columns; what lies beyond the matrices is random, and the array must ignore it.
    fn operands(&mut self, job: &Job, tile: u32) -> Entering {
        let geometry = self.geometry;
        let noise = &mut |below: u64| self.random.random_range(0..below);
        let factors = (job.activations.as_slice(), job.weights.as_slice());
        if let Topology::WeightStationary { .. } = geometry.topology {
            let streams = beats::tile(geometry, job.mode, factors, job.inner, tile, noise);
            let tiles = geometry.inner_tiles(job.mode, job.inner);
            let rows = match geometry.dealt {
                None => u64::from(tiles * geometry.passes_of(job.mode)) * job.activations.len() as u64,
                Some(_) => beats::vectors(geometry, job.mode, &job.activations, job.inner)
                    .map(|beat| (self.beat_cycles)(&beat))
                    .sum(),
            };
            return Entering { worked: tiles.into(), rows, streams };
        }
        let beats = beats::operands(geometry, job.mode, factors, job.inner, tile, noise);
        Entering {
            worked: beats.iter().map(self.beat_cycles).sum::<u64>() + geometry.cycles_between_passes(),
            rows: job.activations.len() as u64,
            streams: beats::streams(geometry, &beats, noise),
        }
    }

    /// Rows of tall runs.
    fn tallest(&self) -> u32 {
        tallest(self.geometry)
    }
}

/// The operands of a tile of columns.
struct Entering {
    /// Cycles at full speed; where weights stay, tiles of the inner dimension.
    worked: u64,
    /// Rows of the result; where weights stay, the cycles of all of them in all tiles of the inner dimension.
    rows: u64,
    /// Of activations and of weights.
    streams: [Vec<Beat>; 2],
}

/// Rows of tall runs of an array.
pub(crate) fn tallest(geometry: &Geometry) -> u32 {
    geometry.most_rows().min(2 * geometry.rows + 1)
}

/// Cycles of a tile of the inner dimension of runs of so many rows, where a beat takes so many.
pub(crate) fn cycles_of_a_tile(geometry: &Geometry, mode: usize, rows: u32, cycles_of_a_beat: u64) -> u64 {
    let cycles = cycles_of_a_beat * u64::from(geometry.passes_of(mode));
    match geometry.topology {
        Topology::WeightStationary { .. } => u64::from(geometry.rows) + u64::from(rows) * cycles,
        _ => cycles,
    }
}

/// A zero point for a vector: any, or where the vector is one number throughout the extreme further from it, so that sums
/// grow as long as they can.
fn far_from(vector: &[i32], shape: Shape, random: &mut ChaCha8Rng) -> i32 {
    let (least, greatest) = Numbers::Integers(shape).range();
    match vector.split_first() {
        Some((first, rest)) if rest.iter().all(|number| number == first) => {
            if 2 * first > least + greatest {
                least
            } else {
                greatest
            }
        }
        _ => random.random_range(least..=greatest),
    }
}

/// A number that is not zero.
fn not_zero(numbers: Numbers) -> i32 {
    let (least, greatest) = numbers.range();
    if greatest > 0 { greatest } else { least }
}

/// The least and the greatest in turn.
fn alternating(place: usize, (least, greatest): (i32, i32)) -> i32 {
    if place.is_multiple_of(2) { least } else { greatest }
}
