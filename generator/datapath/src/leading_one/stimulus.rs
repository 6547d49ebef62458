//! What a bench sends to the unit and what must come back.

use super::beats;
use super::golden::{self, Selection};
use super::interface::{Work, cycles};
use super::parameters::Config;
use crate::interface::{Beat, Scenario};
use crate::pacing::Stall;
use crate::typical;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// One query and its keys.
struct Job {
    query: Vec<i8>,
    keys: Vec<Vec<i8>>,
    selection: Selection,
}

const FULL_SPEED: Stall<3> = Stall::FULL_SPEED;
/// Every key survives.
const ALL: Selection = Selection { threshold: i64::MIN, best: None };
/// Beats of the longest corner runs: longer ones are cut here, so that a bench ends.
const MOST_BEATS: u32 = 2048;
/// Values that an operand takes where scores shall be equal.
const FEW: [i8; 4] = [0, 1, -1, 2];

/// The scenarios of the unit: corners, every operand, ties, rankings of every length, thresholds, sizes that do not divide,
/// gaps and back-pressure, resets in the middle of runs.
pub(super) fn scenarios(config: &Config, seed: u64) -> Vec<Scenario> {
    let mut bench = Bench { config, random: ChaCha8Rng::seed_from_u64(seed), scenarios: Vec::new() };
    bench.corners();
    bench.every_operand();
    bench.orders();
    bench.thresholds();
    bench.sizes();
    for position in 0..3 {
        bench.stalled(&format!("random_gaps_{position}"), Stall { inputs: [20, 20, 20], results: 20 });
        bench.aborted(&format!("reset_{position}"));
    }
    bench.stalled("slow_results", Stall { inputs: [0; 3], results: 80 });
    bench.stalled("slow_query", Stall { inputs: [0, 80, 0], results: 0 });
    bench.stalled("slow_keys", Stall { inputs: [0, 0, 80], results: 0 });
    bench.stalled("slow_runs", Stall { inputs: [80, 0, 0], results: 0 });
    bench.short_runs();
    bench.longest();
    bench.scenarios
}

/// Work on normal operands: runs of as many keys as may be, which all survive.
pub(super) fn typical_work(config: &Config, seed: u64) -> typical::Work {
    let mut bench = Bench { config, random: ChaCha8Rng::seed_from_u64(seed), scenarios: Vec::new() };
    let beats_of_a_key = u64::from(config.tiles(config.max_head_size));
    let keys = typical::CYCLES.div_ceil(beats_of_a_key).min(config.max_keys.into());
    let runs = typical::CYCLES.div_ceil(beats_of_a_key * keys);
    let random = &mut bench.random;
    let mut vector =
        || -> Vec<i8> { (0..config.max_head_size).map(|_| typical::activation(random, (-128, 127)) as i8).collect() };
    let mut job = || Job { query: vector(), keys: (0..keys).map(|_| vector()).collect(), selection: ALL };
    let jobs: Vec<Job> = (0..runs).map(|_| job()).collect();
    bench.push(typical::NAME, &jobs, &FULL_SPEED, None);
    let products = runs * keys * u64::from(config.max_head_size);
    typical::Work { scenario: bench.scenarios.remove(0), products, mode: None }
}

struct Bench<'a> {
    config: &'a Config,
    random: ChaCha8Rng,
    scenarios: Vec<Scenario>,
}

impl Bench<'_> {
    /// The longest sums of the largest products, and vectors of zeros.
    fn corners(&mut self) {
        let size = self.config.max_head_size as usize;
        let alternating: Vec<i8> = [-128, 127].into_iter().cycle().take(size).collect();
        let minimum = vec![i8::MIN; size];
        let vectors = [minimum.clone(), vec![i8::MAX; size], vec![0; size], vec![-1; size], alternating];
        let pairs = vectors.iter().flat_map(|query| vectors.iter().map(move |key| (query, key)));
        let job = |(query, key): (&Vec<i8>, &Vec<i8>)| Job {
            query: query.clone(),
            keys: vec![key.clone(), minimum.clone()],
            selection: ALL,
        };
        let jobs: Vec<Job> = pairs.map(job).collect();
        self.push("corners", &jobs, &FULL_SPEED, None);
    }

    /// Every lane sees every value of a key and of a query, and every pair of positions.
    fn every_operand(&mut self) {
        let Config { lanes, max_keys, .. } = *self.config;
        let value = |lane: u32, step: u32| (lane.wrapping_mul(7) + step) as u8 as i8;
        let vector = |step: u32| (0..lanes).map(|lane| value(lane, step)).collect::<Vec<i8>>();
        let few = (0..lanes).map(|lane| -128i8 >> (lane % 8)).collect::<Vec<i8>>();
        let keys: Vec<Vec<i8>> = (0..256.min(max_keys)).map(vector).collect();
        let mut jobs = vec![Job { query: few.clone(), keys, selection: ALL }];
        jobs.extend((0..256).map(|step| Job { query: vector(step), keys: vec![few.clone()], selection: ALL }));
        for (position, sign) in (0..8).flat_map(|position| [(position, 1), (position, -1)]) {
            let power = |position: u32, sign: i32| (sign * (1 << position)).clamp(-128, 127) as i8;
            let query = (0..lanes).map(|lane| power((position + lane) % 8, sign)).collect();
            let keys =
                (0..8.min(max_keys)).map(|step| (0..lanes).map(|lane| power((step + 3 * lane) % 8, 1)).collect());
            jobs.push(Job { query, keys: keys.collect(), selection: ALL });
        }
        self.push("every_operand", &jobs, &FULL_SPEED, None);
    }

    /// Scores that rise, fall, are all equal, or few and mixed; ranked to every interesting length, with fewer keys and more.
    fn orders(&mut self) {
        let Config { max_keys, max_k, .. } = *self.config;
        let mut jobs = Vec::new();
        for best in [0, 1, 2, max_k / 2, max_k - 1, max_k].into_iter().filter(|best| *best <= max_k) {
            for count in
                [1, best.max(2) - 1, best, best + 1, 2 * best + 3].into_iter().filter(|count| *count <= max_keys)
            {
                for order in 0..4 {
                    jobs.push(self.ordered(order, count, best));
                }
            }
        }
        self.push("orders", &jobs, &FULL_SPEED, None);
    }

    /// Keys of one place that counts: rising, falling, equal or mixed.
    fn ordered(&mut self, order: u32, count: u32, best: u32) -> Job {
        let few = |bench: &mut Self| FEW[bench.random.random_range(0..FEW.len())];
        let key = |bench: &mut Self, place: u32| match order {
            0 => vec![1 << (place * 7 / count)],
            1 => vec![64 >> (place * 7 / count)],
            2 => vec![-3],
            _ => vec![few(bench)],
        };
        let keys = (0..count).map(|place| key(self, place)).collect();
        Job { query: vec![1], keys, selection: Selection { threshold: i64::MIN, best: Some(best as usize) } }
    }

    /// Thresholds at, just above and just below scores that occur, and beyond them all; ranked and not.
    fn thresholds(&mut self) {
        let mut jobs = Vec::new();
        for _ in 0..4 {
            let mut job = self.job(self.config.lanes + 1, 9, ALL);
            let scores: Vec<i64> = job.keys.iter().map(|key| golden::score(&job.query, key)).collect();
            let Some(&at) = scores.get(scores.len() / 2) else { continue };
            let extremes = [i64::MIN, i64::MAX];
            for threshold in [at, at + 1, at - 1, *scores.iter().max().unwrap_or(&at)].into_iter().chain(extremes) {
                for best in [None, Some(self.config.max_k as usize), Some(1)] {
                    job.selection = Selection { threshold, best };
                    jobs.push(Job { query: job.query.clone(), keys: job.keys.clone(), ..job });
                }
            }
        }
        self.push("thresholds", &jobs, &FULL_SPEED, None);
    }

    /// Runs back to back at full speed, of sizes around the tile: none, one, one less, one more.
    fn sizes(&mut self) {
        let Config { lanes, .. } = *self.config;
        let mut jobs = Vec::new();
        for head_size in [0, 1, lanes - 1, lanes, lanes + 1, 2 * lanes - 1, 3 * lanes + 1] {
            for keys in [0, 1, 2, 5] {
                let selection = self.selection();
                jobs.push(self.job(head_size, keys, selection));
            }
        }
        self.push("sizes_back_to_back", &jobs, &FULL_SPEED, None);
    }

    fn stalled(&mut self, name: &str, stall: Stall<3>) {
        let jobs = self.random_jobs(8);
        self.push(name, &jobs, &stall, None);
    }

    fn aborted(&mut self, name: &str) {
        let jobs = self.random_jobs(6);
        let cycle = self.random.random_range(3..40);
        self.push(name, &jobs, &Stall { inputs: [10; 3], results: 30 }, Some(cycle));
    }

    /// Long rankings before runs of a beat, which wait for them; at full speed and against a slow receiver.
    fn short_runs(&mut self) {
        let Config { lanes, max_k, .. } = *self.config;
        let long = Selection { threshold: i64::MIN, best: Some(max_k as usize) };
        let mut jobs = Vec::new();
        for _ in 0..3 {
            jobs.push(self.job(lanes, max_k.min(20), long));
            for _ in 0..3 {
                let selection = self.selection();
                jobs.push(self.job(lanes, 1, selection));
            }
        }
        self.push("short_runs", &jobs, &FULL_SPEED, None);
        self.push("short_runs_slow_results", &jobs, &Stall { inputs: [0; 3], results: 60 }, None);
    }

    /// As many keys and places as the unit takes.
    fn longest(&mut self) {
        let Config { max_head_size, max_keys, max_k, .. } = *self.config;
        let best = Selection { threshold: i64::MIN, best: Some(max_k as usize) };
        for (name, head_size) in [("most_keys", 1), ("most_places", max_head_size)] {
            let keys = max_keys.min(MOST_BEATS / self.config.tiles(head_size));
            let jobs = [self.job(head_size, keys, best), self.job(head_size, keys, ALL)];
            self.push(name, &jobs, &FULL_SPEED, None);
        }
    }

    fn random_jobs(&mut self, count: usize) -> Vec<Job> {
        let draw = |bench: &mut Self| {
            let head_size = bench.random.random_range(1..=3 * bench.config.lanes);
            let keys = bench.random.random_range(1..=12);
            let selection = bench.selection();
            bench.job(head_size, keys, selection)
        };
        (0..count).map(|_| draw(self)).collect()
    }

    fn selection(&mut self) -> Selection {
        let ranked: bool = self.random.random();
        let best = self.random.random_range(0..=self.config.max_k) as usize;
        let threshold = if self.random.random() { i64::MIN } else { self.random.random_range(-2048..2048) };
        Selection { threshold, best: ranked.then_some(best) }
    }

    /// A random job, no larger than the unit allows.
    fn job(&mut self, head_size: u32, keys: u32, selection: Selection) -> Job {
        let head_size = head_size.min(self.config.max_head_size);
        let keys = keys.min(self.config.max_keys);
        let query = self.vector(head_size);
        Job { query, keys: (0..keys).map(|_| self.vector(head_size)).collect(), selection }
    }

    fn vector(&mut self, length: u32) -> Vec<i8> {
        (0..length).map(|_| self.random.random()).collect()
    }

    fn push(&mut self, name: &str, jobs: &[Job], stall: &Stall<3>, abort_after: Option<u64>) {
        let mut inputs = [Vec::new(), Vec::new(), Vec::new()];
        let (mut results, mut works) = (Vec::new(), Vec::new());
        for job in jobs {
            inputs.iter_mut().zip(self.input_beats(job)).for_each(|(stream, beats)| stream.extend(beats));
            let scores: Vec<i64> = job.keys.iter().map(|key| golden::score(&job.query, key)).collect();
            let survivors = golden::select(&scores, &job.selection);
            let ranked = job.selection.best.is_some();
            let told = beats::results(self.config, &survivors, job.keys.len(), ranked);
            works.push(Work {
                tiles: self.config.tiles(job.query.len() as u32).into(),
                keys: job.keys.len().max(1) as u64,
                told: ranked.then_some(told.len() as u64),
            });
            results.extend(told);
        }
        let cycles = cycles(&works);
        self.scenarios.push(stall.scenario(&mut self.random, name, inputs, results, abort_after, cycles));
    }

    /// The beats of each input stream; places beyond the vectors hold anything, which the unit must ignore.
    fn input_beats(&mut self, job: &Job) -> [Vec<Beat>; 3] {
        let (config, random) = (self.config, &mut self.random);
        let run = beats::run(config, job.query.len() as u32, job.keys.len() as u32, &job.selection);
        let query = beats::operands(config, &job.query, || random.random());
        let none = vec![i8::MIN; job.query.len()];
        let keys = if job.keys.is_empty() { std::slice::from_ref(&none) } else { &job.keys[..] };
        let keys = keys.iter().flat_map(|key| beats::operands(config, key, || random.random())).collect();
        [vec![run], query, keys]
    }
}
