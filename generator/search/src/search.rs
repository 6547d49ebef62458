//! The search of a space: chunk by chunk, in waves, each of which knows what the waves before have found.

use crate::column::{Column, Columns};
use crate::expression::Tree;
use crate::front::{Front, Index, Member, dominates};
use crate::plan::{Mode, Plan};
use crate::quantity::{QUANTITIES, Quantity};
use crate::reach::{Reach, Side};
use crate::space::{Question, Region, Space, SpaceError};
use crate::tables::Failure;
use crate::walk::{Counts, Exclusion, Found, trace, walk};
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use tritloom_datapath::family::Family;
use tritloom_datapath::parameter::Parameters;

/// Chunks of a wave. It does not follow from the number of threads: what a chunk knows, and with it every count, must
/// not either.
const WAVE: usize = 32;

/// A space that is ready to be searched.
pub struct Search<'a> {
    /// The space.
    pub space: &'a Space,
    /// How it is looked at.
    pub mode: Mode,
    questions: Vec<Question>,
    plans: Vec<Plan>,
    /// Number of the first combination of each region.
    firsts: Vec<u64>,
    /// Region and number within it of each chunk.
    chunks: Vec<(usize, usize)>,
}

/// What a search has found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// In the space's order.
    pub front: Vec<Member>,
    /// How many configurations were met in which way.
    pub counts: Counts,
}

/// Some of the chunks: those whose number leaves this rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// From zero.
    pub rest: usize,
    /// How many shards.
    pub of: usize,
}

impl Shard {
    /// All chunks.
    pub const WHOLE: Shard = Shard { rest: 0, of: 1 };
}

/// What a search says of one configuration.
pub struct Explanation {
    /// Its number.
    pub number: u64,
    /// Places of the constraints that it breaks.
    pub broken_constraints: Vec<usize>,
    /// Its objectives, each to be small.
    pub objectives: Vec<f64>,
    /// What is better.
    pub dominators: Vec<Member>,
    /// Why it cannot be evaluated, if it cannot.
    pub failure: Option<String>,
    /// The region with which it is ruled out.
    pub exclusion: Option<Exclusion>,
    /// The names of the axes of its region.
    pub axes: Vec<&'static str>,
}

/// What direct evaluation says of a member of a front.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// The same, to the last bit.
    Confirmed,
    /// Something else: a defect of the search.
    Contradicted,
    /// Nothing, for this reason.
    Failed(String),
}

/// A configuration of the space.
pub struct Configuration<'a> {
    /// Its number in the space's order.
    pub number: u64,
    /// The kind of datapath.
    pub family: &'static dyn Family,
    /// Its parameters.
    pub parameters: Parameters,
    /// The region that it is of.
    pub region: &'a Region,
}

impl<'a> Search<'a> {
    /// Finds out what depends on what and fills the tables; the expressions of the space may be wrong, or its tables
    /// too large.
    pub fn new(space: &'a Space, mode: Mode) -> Result<Search<'a>, Vec<SpaceError>> {
        Search::knowing(space, mode, &BTreeMap::new(), &|_| ())
    }

    /// The same where configurations of these numbers are known to have failed, for these reasons: it is learnt from them
    /// what else fails, and they are on no front. Tables take their time: `ready` is told of each region that has them.
    pub fn knowing(
        space: &'a Space,
        mode: Mode,
        failed: &BTreeMap<u64, String>,
        ready: &dyn Fn(&Region),
    ) -> Result<Search<'a>, Vec<SpaceError>> {
        let questions = space.questions()?;
        let ends = space.regions.iter().scan(0_u64, |next, region| {
            *next = next.saturating_add(region.size().unwrap_or(u64::MAX));
            Some(*next)
        });
        let ends: Vec<u64> = ends.collect();
        let firsts: Vec<u64> = std::iter::once(0).chain(ends.iter().copied()).take(ends.len()).collect();
        let plan = |(position, (region, question))| {
            let own = failed.range(firsts[position]..ends[position]);
            let own = own.map(|(number, reason)| (number - firsts[position], reason.clone())).collect();
            Plan::new(region, &space.model, question, mode, own)
        };
        let (mut plans, mut errors) = (vec![], vec![]);
        for (position, made) in space.regions.iter().zip(&questions).enumerate().map(plan).enumerate() {
            ready(&space.regions[position]);
            match made {
                Ok(plan) => plans.push(plan),
                Err(too_large) => errors.push(SpaceError::Region(position, too_large)),
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let chunks =
            plans.iter().enumerate().flat_map(|(region, plan)| (0..plan.chunks()).map(move |chunk| (region, chunk)));
        let chunks = chunks.collect();
        Ok(Search { space, mode, questions, plans, firsts, chunks })
    }

    /// How many chunks.
    pub fn chunks(&self) -> usize {
        self.chunks.len()
    }

    /// How near the configurations of a region come to a constraint; `None` where it is not asked of them.
    pub fn reach(&self, region: usize, constraint: usize) -> Option<Reach> {
        let (space, plan) = (self.space, &self.plans[region]);
        let met = plan.met.iter().find(|(place, _)| *place == constraint)?.1;
        let (family, columns) = (space.regions[region].family, &self.questions[region].columns);
        let side = |tree: &Tree| Side::new(tree, &space.model, family, columns, plan);
        let sides = space.constraints[constraint].tree.sides();
        let [left, right] = sides.map_or([None, None], |sides| sides.map(side));
        Some(Reach { met, left, right })
    }

    /// How each region is walked.
    pub fn plans(&self) -> &[Plan] {
        &self.plans
    }

    /// Searches the chunks of a shard, on so many threads. Chunks in `done` have been searched before; each other is
    /// told to `record` as it ends.
    pub fn run<E: Send>(
        &self,
        threads: usize,
        shard: Shard,
        done: &BTreeMap<usize, Found>,
        record: &(dyn Fn(usize, &Found) -> Result<(), E> + Sync),
    ) -> Result<Outcome, E> {
        let own: Vec<usize> = (0..self.chunks.len()).filter(|chunk| chunk % shard.of == shard.rest).collect();
        let mut front = Front::default();
        let mut counts = Counts::default();
        // A wave is of chunks from everywhere: what the first one finds is better than much of all that follow.
        let waves = own.len().div_ceil(WAVE);
        for first in 0..waves {
            let wave: Vec<usize> = own.iter().skip(first).step_by(waves).copied().collect();
            let seeds = self.plans.iter().flat_map(|plan| plan.seeds.members());
            let known = Index::new(seeds.chain(front.members()));
            let found = self.wave(&wave, threads, &known, done, record)?;
            for found in found {
                counts.add(&found.counts);
                for member in &found.members {
                    front.insert(member.number, &member.objectives);
                }
            }
        }
        Ok(Outcome { front: front.into_members(), counts })
    }

    fn wave<E: Send>(
        &self,
        wave: &[usize],
        threads: usize,
        known: &Index,
        done: &BTreeMap<usize, Found>,
        record: &(dyn Fn(usize, &Found) -> Result<(), E> + Sync),
    ) -> Result<Vec<Found>, E> {
        let next = AtomicUsize::new(0);
        let results: Mutex<BTreeMap<usize, Result<Found, E>>> = Mutex::new(BTreeMap::new());
        let work = || {
            while let Some(chunk) = wave.get(next.fetch_add(1, Ordering::Relaxed)) {
                let found = match done.get(chunk) {
                    Some(found) => Ok(found.clone()),
                    None => {
                        let found = self.chunk(*chunk, known);
                        record(*chunk, &found).map(|()| found)
                    }
                };
                results.lock().expect("no thread panics with the results").insert(*chunk, found);
            }
        };
        std::thread::scope(|scope| {
            (1..threads.min(wave.len())).for_each(|_| _ = scope.spawn(work));
            work();
        });
        results.into_inner().expect("no thread has panicked").into_values().collect()
    }

    /// Searches one chunk; its members' numbers are those of the space.
    fn chunk(&self, chunk: usize, known: &Index) -> Found {
        let (region, number) = self.chunks[chunk];
        let mut found = walk(&self.plans[region], number, known, self.mode);
        found.members.iter_mut().for_each(|member| member.number += self.firsts[region]);
        found
    }

    /// What a search that has found `front` says of a configuration; `None` where it is not of the space.
    pub fn explain(&self, family: &str, parameters: &Parameters, front: &[Member]) -> Option<Explanation> {
        let found = |region: &Region| region.find(family, parameters);
        let (position, digits) =
            self.space.regions.iter().enumerate().find_map(|(position, region)| Some((position, found(region)?)))?;
        let (plan, region) = (&self.plans[position], &self.space.regions[position]);
        let with_delay = self.questions[position].columns.all().contains(&Column::Delay);
        let columns = plan.tables.columns(&digits, plan.columns);
        let broken = plan.constraints[1..].iter().zip(&plan.met).filter(|(formula, _)| formula.value(&columns) != 1.0);
        let objectives: Vec<f64> = plan.objectives.iter().map(|objective| objective.value(&columns)).collect();
        Some(Explanation {
            number: self.firsts[position] + region.number(&digits),
            broken_constraints: broken.map(|(_, (place, _))| *place).collect(),
            dominators: front.iter().filter(|member| dominates(&member.objectives, &objectives)).cloned().collect(),
            objectives,
            exclusion: trace(plan, &digits, &Index::new(front)),
            failure: self.space.model.facts(region.family, parameters, with_delay).err(),
            axes: region.axes.iter().map(|axis| axis.parameter.name).collect(),
        })
    }

    /// Suitable configurations drawn at random, at most so many, in the space's order.
    pub fn sample(&self, count: usize) -> Vec<u64> {
        let regions = self.plans.iter().zip(&self.space.regions).zip(&self.firsts);
        let share = count / self.plans.len().max(1);
        let numbers = regions.flat_map(|((plan, region), first)| {
            plan.suitable_samples.iter().take(share).map(move |digits| first + region.number(digits))
        });
        let mut numbers: Vec<u64> = numbers.collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }

    /// Whether the tables say that the configuration of a number is legal, meets all constraints, and is not known to fail.
    pub fn is_suitable(&self, number: u64) -> bool {
        let (position, within) = self.place(number);
        self.plans[position].judge(&self.space.regions[position].digits(within)).is_some()
    }

    /// The region that holds a number, and its number in it.
    fn place(&self, number: u64) -> (usize, u64) {
        let position = self.firsts.iter().rposition(|first| *first <= number).unwrap_or(0);
        (position, number - self.firsts[position])
    }

    /// Whether an expression reads this column.
    pub fn reads(&self, column: &Column) -> bool {
        self.questions.iter().any(|question| question.columns.all().contains(column))
    }

    /// The configuration of a number.
    pub fn configuration(&self, number: u64) -> Configuration<'a> {
        let (position, within) = self.place(number);
        let region = &self.space.regions[position];
        let parameters = region.parameters(&region.digits(within));
        Configuration { number, family: region.family, parameters, region }
    }

    /// What direct evaluation says of a member of a front.
    pub fn verdict(&self, member: &Member) -> Verdict {
        let Configuration { family, parameters, .. } = self.configuration(member.number);
        let question = &self.questions[self.place(member.number).0];
        match self.space.model.columns(family, &parameters, question.columns.all()) {
            Err(reason) => Verdict::Failed(reason),
            Ok(columns) => {
                let mut objectives = question.objectives.iter().zip(&member.objectives);
                let same = objectives.all(|(formula, value)| formula.value(&columns) == *value);
                let legal = family.legality(&parameters).is_empty();
                if same && legal { Verdict::Confirmed } else { Verdict::Contradicted }
            }
        }
    }

    /// What could not be evaluated: regions with a failure, then single configurations that none of these holds, which
    /// were known beforehand.
    pub fn failures(&self) -> Vec<(&'a Region, Failure)> {
        let plans = self.plans.iter().zip(&self.space.regions);
        let failures = plans.flat_map(|(plan, region)| {
            let single = plan.failed.iter().map(|(number, reason)| {
                let digits = region.digits(*number);
                Failure { axes: (0..digits.len()).collect(), digits, reason: reason.clone() }
            });
            plan.failures().cloned().chain(single).map(move |failure| (region, failure)).collect::<Vec<_>>()
        });
        failures.collect()
    }
}

/// Quantities of a configuration that its model knows, in the unit of results; without the delay where it is not
/// `with_delay`.
pub fn quantities(
    space: &Space,
    family: &dyn Family,
    parameters: &Parameters,
    with_delay: bool,
) -> Result<Vec<(&'static Quantity, f64)>, String> {
    let mut columns = Columns::default();
    let mut known = vec![];
    for quantity in QUANTITIES.iter().filter(|quantity| with_delay || quantity.name != "delay") {
        let tree = crate::expression::parse(quantity.name).map_err(|error| error.to_string())?;
        if let Ok((formula, _)) = crate::expression::compile(&tree, &space.model, family.parameters(), &mut columns) {
            known.push((quantity, formula));
        }
    }
    let values = space.model.columns(family, parameters, columns.all())?;
    let unit = |quantity: &Quantity, value: f64| value / quantity.result_unit;
    Ok(known.into_iter().map(|(quantity, formula)| (quantity, unit(quantity, formula.value(&values)))).collect())
}
