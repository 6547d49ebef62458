//! How a region is walked: which axes stand still in a chunk, which are decided one after the other, which form a row.

use crate::chunk::Layout;
use crate::expression::{Formula, Operator};
use crate::front::{Front, dominates};
use crate::grid::{Grid, TooLarge, number};
use crate::model::Model;
use crate::rules::Rule;
use crate::space::{Question, Region};
use crate::tables::{Failure, Table, Tables};
use crate::tabulation::Tabulation;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;

/// What is drawn at random is drawn the same way each time: it decides what is quick, never what is found.
const SEED: u64 = 1;

/// Legal combinations drawn for what follows.
const SAMPLES: usize = 2000;

/// Those from which axes are walked to see which matter.
const WALKS: usize = 40;

/// Descents that begin at a sample, each towards another mixture of objectives.
const DESCENTS: usize = 48;

/// Enough chunks to share between threads, and to resume between.
const CHUNKS: usize = 64;

/// More chunks would take minutes for nothing but their beginnings and ends.
const MOST_CHUNKS: usize = 1 << 22;

/// Tables are added up beforehand as long as a sum has no more points.
const JOINED: usize = 1 << 16;

/// How a region is walked, and every table that the walk reads.
pub struct Plan {
    /// Length of every axis.
    pub lengths: Vec<usize>,
    /// Axes that stand still in a chunk.
    pub outer: Grid,
    /// Axes that are decided one after the other.
    pub walk: Grid,
    /// Axes of a row.
    pub row: Grid,
    /// How many combinations the last of these axes have: those that act together with axes of the walk. Along the
    /// others all rows rise and fall alike.
    pub plane: usize,
    /// Every column. A table's axes are in this order: those of a chunk, of the walk, of a row.
    pub tables: Tables,
    /// For each table where its points belong.
    pub layouts: Vec<Layout>,
    /// How many columns.
    pub columns: usize,
    /// Each is one where it holds; the first one says that no rule is broken.
    pub constraints: Vec<Formula>,
    /// Each is to be small.
    pub objectives: Vec<Formula>,
    /// The rules that the region can break.
    pub rules: Vec<Rule>,
    /// Configurations that are known to fail, by their number in the region, and why; not those that tables forbid.
    pub failed: BTreeMap<u64, String>,
    failures: Vec<Failure>,
    /// Legal combinations drawn at random.
    pub samples: Vec<Vec<usize>>,
    /// For each constraint its place among the space's, and how many of these meet it.
    pub met: Vec<(usize, usize)>,
    /// Those of them that are suitable.
    pub suitable_samples: Vec<Vec<usize>>,
    /// Configurations that are known to be good.
    pub seeds: Front,
}

/// How much of a region is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Every configuration.
    Exhaustive,
    /// Those that bounds do not rule out.
    Pruned,
}

impl Mode {
    /// Most configurations of a row: long rows are quick, short ones are ruled out more precisely.
    fn row_limit(self) -> usize {
        match self {
            Mode::Exhaustive => 1024,
            Mode::Pruned => 64,
        }
    }

    /// As users write it.
    pub fn name(self) -> &'static str {
        match self {
            Mode::Exhaustive => "exhaustive",
            Mode::Pruned => "pruned",
        }
    }
}

impl Plan {
    /// Finds out what depends on what, fills the tables, and checks them against direct evaluation. Configurations of
    /// these numbers in the region have `failed`. It is an error where a table would be too large.
    pub fn new(
        region: &Region,
        model: &Model,
        question: &Question,
        mode: Mode,
        mut failed: BTreeMap<u64, String>,
    ) -> Result<Plan, TooLarge> {
        let mut rng = ChaCha8Rng::seed_from_u64(SEED);
        let lengths = region.lengths();
        let known: Vec<Vec<usize>> = failed.keys().map(|number| region.digits(*number)).collect();
        let columns = question.columns.all();
        let Tabulation { rules, mut tables } = Tabulation::new(region, model, columns, &known, &mut rng)?;
        let broken = columns.len();
        failed.retain(|number, _| rules.allow(&region.digits(*number)));
        let factors = tables.spread(&lengths);
        tables.join(JOINED, &lengths);
        let legality = Formula::column(broken).joined(Operator::Equal, Formula::constant(0.0));
        let named = question.constraints.iter().enumerate();
        let named: Vec<(usize, Formula)> =
            named.filter_map(|(place, formula)| Some((place, formula.clone()?))).collect();
        let mut plan = Plan {
            outer: Grid::new(factors, &lengths),
            walk: Grid::new(vec![], &lengths),
            row: Grid::new(vec![], &lengths),
            plane: 1,
            lengths,
            tables,
            layouts: vec![],
            columns: broken + 1,
            samples: vec![],
            met: named.iter().map(|(place, _)| (*place, 0)).collect(),
            suitable_samples: vec![],
            constraints: std::iter::once(legality).chain(named.into_iter().map(|(_, formula)| formula)).collect(),
            objectives: question.objectives.clone(),
            seeds: Front::default(),
            rules: vec![],
            failed,
            failures: rules.failing.failures(),
        };
        let samples = rules.legal_points(SAMPLES, &mut rng);
        plan.arrange(&samples, mode)?;
        plan.take_stock(&samples);
        if mode == Mode::Pruned {
            plan.descend(&samples, &mut rng);
        }
        (plan.rules, plan.samples) = (rules.rules, samples);
        Ok(plan)
    }

    /// How many chunks.
    pub fn chunks(&self) -> usize {
        self.outer.size()
    }

    /// How many configurations share the axes of a chunk and the first `depth` axes of the walk.
    pub fn behind(&self, depth: usize) -> u64 {
        self.walk.lengths[depth..].iter().chain(&self.row.lengths).map(|length| *length as u64).product()
    }

    /// What could not be evaluated: what all configurations that fail have in common, as far as it is known, and
    /// single ones that the tables have met beside.
    pub fn failures(&self) -> impl Iterator<Item = &Failure> {
        self.failures.iter().chain(&self.tables.failures)
    }

    /// The objectives of a configuration that meets everything.
    pub fn judge(&self, digits: &[usize]) -> Option<Vec<f64>> {
        if self.failed.contains_key(&number(&self.lengths, digits)) {
            return None;
        }
        let columns = self.tables.columns(digits, self.columns);
        let meets = self.constraints.iter().all(|constraint| constraint.value(&columns) == 1.0);
        let objectives = || self.objectives.iter().map(|objective| objective.value(&columns)).collect::<Vec<f64>>();
        Some(objectives()).filter(|objectives| meets && !objectives.iter().any(|objective| objective.is_nan()))
    }

    /// How many samples meet each constraint.
    fn take_stock(&mut self, samples: &[Vec<usize>]) {
        for digits in samples {
            let columns = self.tables.columns(digits, self.columns);
            let meets: Vec<bool> =
                self.constraints.iter().map(|constraint| constraint.value(&columns) == 1.0).collect();
            self.met.iter_mut().zip(&meets[1..]).for_each(|((_, met), meets)| *met += usize::from(*meets));
        }
        self.suitable_samples = samples.iter().filter(|digits| self.judge(digits).is_some()).cloned().collect();
    }

    /// For bounds, decides first what is a matter of taste, where better in one objective is worse in another: once that
    /// is decided, bounds are tight and rule out what is better or worse in all. To evaluate everything, decides first
    /// what large tables read: rows are then sums of small ones, and the same in many columns. What comes last forms the
    /// rows.
    fn arrange(&mut self, samples: &[Vec<usize>], mode: Mode) -> Result<(), TooLarge> {
        let axes = (0..self.lengths.len()).filter(|axis| !self.outer.axes.contains(axis));
        let weight = |axis: usize| match mode {
            Mode::Pruned => self.conflict(axis, samples),
            Mode::Exhaustive => self.tabulated(axis) as f64,
        };
        let mut order: Vec<(f64, usize)> = axes.map(|axis| (weight(axis), axis)).collect();
        order.sort_by(|left, right| right.0.total_cmp(&left.0));
        let mut order: Vec<usize> = order.into_iter().map(|(_, axis)| axis).collect();
        let mut outer = self.outer.axes.clone();
        let size = |axes: &[usize]| axes.iter().map(|axis| self.lengths[*axis]).product::<usize>();
        while order.len() > 1 && size(&outer) < CHUNKS {
            outer.push(order.remove(0));
        }
        let (mut row, mut walk): (Vec<usize>, Vec<usize>) = (vec![], vec![]);
        for axis in order.into_iter().rev() {
            let fits = row.is_empty() || size(&row) * self.lengths[axis] <= mode.row_limit();
            // Bounds need the order; without them any axis may be part of a row.
            if fits && (mode == Mode::Exhaustive || walk.is_empty()) {
                row.insert(0, axis);
            } else {
                walk.insert(0, axis);
            }
        }
        let walked = |table: &&Table| table.grid.axes.iter().any(|axis| walk.contains(axis));
        let together: Vec<usize> =
            self.tables.tables.iter().filter(walked).flat_map(|table| table.grid.axes.iter().copied()).collect();
        row.sort_by_key(|axis| together.contains(axis));
        self.plane = row.iter().filter(|axis| together.contains(axis)).map(|axis| self.lengths[*axis]).product();
        self.outer = Grid::new(outer, &self.lengths);
        self.outer.fits(MOST_CHUNKS, || "the list of parts to search one by one".to_owned())?;
        self.walk = Grid::new(walk, &self.lengths);
        self.row = Grid::new(row, &self.lengths);
        self.arrange_tables(&together);
        self.layouts = self.tables.tables.iter().map(|table| Layout::new(self, table)).collect();
        Ok(())
    }

    /// Gives the axes of every table the plan's order, so that what is read together stands together. Small tables that
    /// depend on axes of both walk and row get all axes of the plane, those that are `together`.
    fn arrange_tables(&mut self, together: &[usize]) {
        let order = [&self.outer.axes[..], &self.walk.axes, &self.row.axes].concat();
        for table in &mut self.tables.tables {
            let own = &table.grid.axes;
            let spreads = own.iter().any(|axis| self.walk.axes.contains(axis))
                && own.iter().any(|axis| self.row.axes.contains(axis));
            let with = |also: &dyn Fn(&usize) -> bool| {
                let axes = order.iter().copied().filter(|axis| own.contains(axis) || also(axis));
                Grid::new(axes.collect(), &self.lengths)
            };
            let plane = with(&|axis| spreads && self.row.axes.contains(axis) && together.contains(axis));
            *table = table.over(if plane.size() <= JOINED { plane } else { with(&|_| false) });
        }
    }

    /// The points of all tables that depend on an axis.
    fn tabulated(&self, axis: usize) -> usize {
        let tables = self.tables.tables.iter().filter(|table| table.grid.axes.contains(&axis));
        tables.map(|table| table.grid.size()).sum()
    }

    /// How often two values of an axis, all else equal, are each better in something; and how much they differ.
    fn conflict(&self, axis: usize, samples: &[Vec<usize>]) -> f64 {
        let (mut pairs, mut conflicts, mut difference) = (0.0, 0.0, 0.0);
        for sample in samples.iter().take(WALKS) {
            let mut digits = sample.clone();
            let line: Vec<Vec<f64>> = (0..self.lengths[axis])
                .filter_map(|digit| {
                    digits[axis] = digit;
                    let columns = self.tables.columns(&digits, self.columns);
                    let legal = self.constraints[0].value(&columns) == 1.0;
                    legal.then(|| self.objectives.iter().map(|objective| objective.value(&columns)).collect())
                })
                .collect();
            for pair in line.windows(2) {
                pairs += 1.0;
                let one_is_better = dominates(&pair[0], &pair[1]) || dominates(&pair[1], &pair[0]);
                conflicts += f64::from(u8::from(!one_is_better && pair[0] != pair[1]));
                let change = |(one, other): (&f64, &f64)| (one - other).abs() / one.abs().max(other.abs()).max(1e-30);
                difference += pair[0].iter().zip(&pair[1]).map(change).sum::<f64>();
            }
        }
        if pairs == 0.0 { 0.0 } else { conflicts / pairs + 1e-3 * difference / pairs }
    }

    /// Walks from samples to better neighbours, so that bounds have something good to be compared with from the start.
    fn descend(&mut self, samples: &[Vec<usize>], rng: &mut ChaCha8Rng) {
        let judged: Vec<(&Vec<usize>, Vec<f64>)> =
            samples.iter().filter_map(|sample| Some((sample, self.judge(sample)?))).collect();
        let mut seeds = Front::default();
        judged.iter().for_each(|(_, objectives)| _ = seeds.insert(0, objectives));
        for _ in 0..DESCENTS {
            let weights: Vec<f64> = self.objectives.iter().map(|_| rng.random_range(0.0..1.0_f64).powi(2)).collect();
            let mixture = |objectives: &[f64]| -> f64 {
                let logarithm =
                    |(objective, weight): (&f64, &f64)| weight * objective.signum() * objective.abs().ln_1p();
                objectives.iter().zip(&weights).map(logarithm).sum()
            };
            let best = judged.iter().min_by(|left, right| mixture(&left.1).total_cmp(&mixture(&right.1)));
            let Some((digits, objectives)) = best else { return };
            let (mut digits, mut least) = ((*digits).clone(), mixture(objectives));
            for _ in 0..3 {
                for axis in 0..self.lengths.len() {
                    let mut found = digits[axis];
                    for digit in 0..self.lengths[axis] {
                        digits[axis] = digit;
                        if let Some(objectives) = self.judge(&digits) {
                            seeds.insert(0, &objectives);
                            if mixture(&objectives) < least {
                                (least, found) = (mixture(&objectives), digit);
                            }
                        }
                    }
                    digits[axis] = found;
                }
            }
        }
        self.seeds = seeds;
    }
}
