//! Which combinations of a region are legal: the family's rules, each as a table over the parameters that it reads.

use crate::failing::{Complaint, Failing};
use crate::grid::{Grid, TooLarge};
use crate::space::Region;
use crate::veto::Veto;
use rand::Rng;
use rand::seq::index;
use tritloom_datapath::parameter::Problem;

/// Random combinations tried to see which rules can be broken.
const TRIALS: usize = 2000;

/// Combinations from which is seen what a rule reads.
const WALKS: usize = 60;

/// Values of a long axis that are tried.
const STEPS: usize = 24;

/// Combinations of which the one with most freedom is chosen.
const ANCHORS: usize = 64;

/// Attempts at mending a combination before another is drawn.
const REPAIRS: usize = 40;

/// A rule that is decided by more combinations takes minutes to tabulate.
const MOST_POINTS: usize = 1 << 24;

/// Legal combinations to which what is known of failures is held.
const CHECKS: usize = 300;

/// Rounds of learning from failures before they are left to whoever meets them.
const PATIENCE: usize = 64;

/// A rule of the family, as far as this region can break it.
#[derive(Clone, Debug)]
pub struct Rule {
    /// The rule's code and the parameter that it is told at.
    pub key: Key,
    /// What it forbids, over the axes that it reads.
    pub veto: Veto,
    /// As the family tells it, at one of these.
    pub example: Problem,
    /// Combinations from which was seen what it reads.
    walks: usize,
}

type Key = (&'static str, Option<&'static str>);

/// All rules that this region can break, and what fails although it breaks none.
#[derive(Clone)]
pub struct Rules {
    /// Of the axes.
    pub lengths: Vec<usize>,
    /// In the order in which they were met.
    pub rules: Vec<Rule>,
    /// What cannot be evaluated.
    pub failing: Failing,
    /// Rounds in which something was learnt about that.
    rounds: usize,
}

impl Rules {
    /// Tries corners and random combinations, and tabulates every rule that one of them breaks; until nothing
    /// contradicts the tables.
    pub fn new(region: &Region, rng: &mut impl Rng) -> Result<Rules, TooLarge> {
        let mut rules = Rules { lengths: region.lengths(), rules: vec![], failing: Failing::nothing(), rounds: 0 };
        for _ in 0..TRIALS {
            let digits = rules.draw(rng);
            rules.learn(region, &digits, rng)?;
        }
        while rules.contradicted(region, rng)? {}
        Ok(rules)
    }

    /// Draws once more, and learns from every combination of which the tables say something wrong; whether there was
    /// one.
    fn contradicted(&mut self, region: &Region, rng: &mut impl Rng) -> Result<bool, TooLarge> {
        let mut contradicted = false;
        for _ in 0..TRIALS {
            let digits = self.draw(rng);
            let problems = region.family.legality(&region.parameters(&digits));
            if problems.is_empty() != self.allow(&digits) {
                contradicted |= self.learn(region, &digits, rng)?;
                let broken = self.rules.iter().position(|rule| rule.veto.forbids(&digits));
                if let Some(position) = broken.filter(|_| problems.is_empty()) {
                    contradicted |= self.walk_around(region, position, &digits, false, rng)?;
                }
            }
        }
        Ok(contradicted)
    }

    /// Digits of which many are at an end of their axis, where rules are broken first.
    pub fn draw(&self, rng: &mut impl Rng) -> Vec<usize> {
        let digit = |length: &usize| match rng.random_range(0..4) {
            0 => 0,
            1 => length - 1,
            _ => rng.random_range(0..*length),
        };
        self.lengths.iter().map(digit).collect::<Vec<_>>()
    }

    /// Learns from the rules that a combination breaks; whether there was something to learn.
    pub fn learn(&mut self, region: &Region, digits: &[usize], rng: &mut impl Rng) -> Result<bool, TooLarge> {
        let mut learnt = false;
        for problem in region.family.legality(&region.parameters(digits)) {
            let key = (problem.code, problem.parameter);
            let known = self.rules.iter().position(|rule| rule.key == key);
            let position = known.unwrap_or(self.rules.len());
            if known.is_none() {
                let names = |axis: &usize| problem.concerns(region.axes[*axis].parameter.name);
                let axes = (0..self.lengths.len()).filter(names).collect();
                let grid = Grid::new(axes, &self.lengths);
                self.rules.push(Rule { key, veto: Veto { grid, broken: vec![] }, example: problem, walks: 0 });
                self.tabulate(region, position, digits)?;
                learnt = true;
            }
            let rule = &mut self.rules[position];
            rule.walks += 1;
            if rule.walks <= WALKS || !rule.veto.forbids(digits) {
                learnt |= self.walk_around(region, position, digits, true, rng)?;
            }
        }
        Ok(learnt)
    }

    /// Walks from a combination along each axis that a rule is not known to read: it reads the axis where it does not
    /// stay `broken` or whole. Whether it reads more than was known.
    fn walk_around(
        &mut self,
        region: &Region,
        position: usize,
        digits: &[usize],
        broken: bool,
        rng: &mut impl Rng,
    ) -> Result<bool, TooLarge> {
        let key = self.rules[position].key;
        let mut axes = self.rules[position].veto.grid.axes.clone();
        let known = axes.len();
        for axis in (0..self.lengths.len()).filter(|axis| !self.rules[position].veto.grid.axes.contains(axis)) {
            let mut point = digits.to_vec();
            let changes = steps(self.lengths[axis], rng).into_iter().any(|step| {
                point[axis] = step;
                is_broken(region, key, &point) != broken
            });
            if changes {
                axes.push(axis);
            }
        }
        if axes.len() == known {
            return Ok(false);
        }
        axes.sort_unstable();
        self.rules[position].veto.grid = Grid::new(axes, &self.lengths);
        self.tabulate(region, position, digits)?;
        Ok(true)
    }

    fn tabulate(&mut self, region: &Region, position: usize, digits: &[usize]) -> Result<(), TooLarge> {
        let Rule { key, veto, .. } = &mut self.rules[position];
        veto.grid.fits(MOST_POINTS, || format!("the rule {}", key.0))?;
        let mut digits = digits.to_vec();
        let broken = (0..veto.grid.size()).map(|position| {
            veto.grid.place(position, &mut digits);
            is_broken(region, *key, &digits)
        });
        veto.broken = broken.collect();
        Ok(())
    }

    /// Learns from legal combinations that have failed, until what is known of failures fits others drawn at random;
    /// whether there was something to learn.
    pub fn learn_failures(&mut self, failed: &[Vec<usize>], complaint: Complaint<'_>, rng: &mut impl Rng) -> bool {
        if failed.is_empty() || self.rounds == PATIENCE {
            return false;
        }
        let legal = Rules { failing: Failing::nothing(), ..self.clone() };
        let failed = failed.iter().filter(|digits| legal.allow(digits));
        let mut met: Vec<(Vec<usize>, bool)> = failed.map(|digits| (digits.clone(), true)).collect();
        let mut learnt = false;
        loop {
            let learn = |new, (digits, fails): &(Vec<usize>, bool)| {
                new | self.failing.learn(&legal, digits, *fails, complaint, rng)
            };
            if !met.iter().fold(false, learn) {
                return learnt;
            }
            learnt = true;
            self.rounds += 1;
            if self.rounds == PATIENCE {
                self.failing = Failing::nothing();
                return learnt;
            }
            let drawn = legal.legal_points(CHECKS, rng).into_iter();
            let judged = |digits: Vec<usize>| {
                let fails = complaint(&digits).is_some();
                (digits, fails)
            };
            met = drawn.map(judged).collect();
        }
    }

    /// What each rule forbids, and what fails.
    pub fn vetoes(&self) -> impl Iterator<Item = &Veto> {
        self.rules.iter().map(|rule| &rule.veto).chain([&self.failing.veto])
    }

    /// Whether a combination breaks no rule, and is not known to fail.
    pub fn allow(&self, digits: &[usize]) -> bool {
        !self.vetoes().any(|veto| veto.forbids(digits))
    }

    /// A legal combination near `wish` with these axes as they are in it; `None` where there is none.
    pub fn complete(&self, wish: &[usize], fixed: &[usize]) -> Option<Vec<usize>> {
        if self.allow(wish) {
            return Some(wish.to_vec());
        }
        let mut digits: Vec<Option<usize>> = vec![None; self.lengths.len()];
        fixed.iter().for_each(|axis| digits[*axis] = Some(wish[*axis]));
        let read = |axis: &usize| self.vetoes().any(|veto| veto.grid.axes.contains(axis));
        let free: Vec<usize> = (0..self.lengths.len()).filter(|axis| digits[*axis].is_none() && read(axis)).collect();
        for axis in 0..self.lengths.len() {
            if digits[axis].is_none() && !free.contains(&axis) {
                digits[axis] = Some(wish[axis]);
            }
        }
        self.search(&mut digits, &free).then(|| digits.into_iter().map(Option::unwrap_or_default).collect())
    }

    /// Gives the free axes values, first ones first, until no rule is broken.
    fn search(&self, digits: &mut [Option<usize>], free: &[usize]) -> bool {
        if self.vetoes().any(|veto| veto.hopeless(digits)) {
            return false;
        }
        let Some((axis, rest)) = free.split_first() else { return true };
        for digit in 0..self.lengths[*axis] {
            digits[*axis] = Some(digit);
            if self.search(digits, rest) {
                return true;
            }
        }
        digits[*axis] = None;
        false
    }

    /// Legal combinations, spread over the region; fewer where it has fewer, none where it has none.
    pub fn legal_points(&self, count: usize, rng: &mut impl Rng) -> Vec<Vec<usize>> {
        let mut points: Vec<Vec<usize>> = (0..count).filter_map(|_| self.mended(rng)).collect();
        if points.is_empty() {
            points.extend(self.complete(&vec![0; self.lengths.len()], &[]));
        }
        points
    }

    /// A legal combination from which most steps along one axis are legal too.
    pub fn anchor(&self, rng: &mut impl Rng) -> Option<Vec<usize>> {
        let open = |digits: &[usize]| -> usize {
            let mut point = digits.to_vec();
            let mut legal = 0;
            for axis in 0..digits.len() {
                for digit in 0..self.lengths[axis] {
                    point[axis] = digit;
                    legal += usize::from(self.allow(&point));
                }
                point[axis] = digits[axis];
            }
            legal
        };
        let points = self.legal_points(ANCHORS, rng);
        let first = self.complete(&vec![0; self.lengths.len()], &[]);
        let mut best = first.into_iter().chain(points).max_by_key(|point| open(point))?;
        for axis in 0..best.len() {
            let moved = |digit: usize| {
                let mut point = best.clone();
                point[axis] = digit;
                point
            };
            let ends = [moved(0), moved(self.lengths[axis] - 1)].into_iter().filter(|point| self.allow(point));
            if let Some(end) = ends.max_by_key(|point| open(point)).filter(|end| open(end) > open(&best)) {
                best = end;
            }
        }
        Some(best)
    }

    /// A random combination, with other values where it breaks rules.
    fn mended(&self, rng: &mut impl Rng) -> Option<Vec<usize>> {
        let mut digits = self.draw(rng);
        for _ in 0..REPAIRS {
            match self.vetoes().find(|veto| veto.forbids(&digits)) {
                None => return Some(digits),
                Some(veto) => {
                    veto.grid.axes.iter().for_each(|axis| digits[*axis] = rng.random_range(0..self.lengths[*axis]));
                }
            }
        }
        None
    }
}

fn is_broken(region: &Region, key: Key, digits: &[usize]) -> bool {
    let problems = region.family.legality(&region.parameters(digits));
    problems.iter().any(|problem| (problem.code, problem.parameter) == key)
}

/// Some of the values of an axis, all where they are few; its ends are among them.
pub fn steps(length: usize, rng: &mut impl Rng) -> Vec<usize> {
    let mut steps = if length <= STEPS { (0..length).collect() } else { index::sample(rng, length, STEPS).into_vec() };
    steps.extend([0, length - 1]);
    steps
}
