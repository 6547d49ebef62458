//! The walk through a chunk: every row is evaluated, or ruled out with all behind a place.

use crate::chunk::{Chunk, Place};
use crate::expression::{Bounds, Rows};
use crate::front::{Front, Member, dominates};
use crate::plan::{Mode, Plan};

/// What a walk has found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// What nothing in the chunk, and nothing known before, dominates; numbers within the region.
    pub members: Vec<Member>,
    /// How many configurations were met in which way.
    pub counts: Counts,
}

/// How many configurations were met in which way. Together they are all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Evaluated, and legal, and meeting every constraint.
    pub suitable: u64,
    /// Evaluated, and breaking a rule or a constraint, or failed.
    pub unsuitable: u64,
    /// Ruled out because a rule or a constraint is broken by all of a region.
    pub ruled_out: u64,
    /// Ruled out because a known configuration is better than all of a region.
    pub dominated: u64,
}

impl Counts {
    /// Evaluated one by one.
    pub fn visited(&self) -> u64 {
        self.suitable + self.unsuitable
    }

    /// Adds those of another part.
    pub fn add(&mut self, other: &Counts) {
        self.suitable += other.suitable;
        self.unsuitable += other.unsuitable;
        self.ruled_out += other.ruled_out;
        self.dominated += other.dominated;
    }
}

/// Walks through a chunk; `known` are configurations that may be better than what is met.
pub fn walk(plan: &Plan, number: usize, known: &Front, mode: Mode) -> Found {
    let chunk = Chunk::new(plan, number);
    let places = vec![chunk.start(); plan.walk.axes.len() + 1];
    let mut walker = Walker {
        plan,
        known,
        mode,
        digits: chunk.digits.clone(),
        chunk,
        front: Front::default(),
        counts: Counts::default(),
        offsets: offsets(plan),
        killer: vec![f64::INFINITY; plan.objectives.len()],
    };
    let mut places = places;
    if !walker.excluded(&places[0]) {
        walker.descend(&mut places);
    }
    Found { members: walker.front.into_members(), counts: walker.counts }
}

/// What a step along each axis adds to a configuration's number.
fn weights(plan: &Plan) -> Vec<u64> {
    let mut weights = vec![1; plan.lengths.len()];
    for axis in (1..plan.lengths.len()).rev() {
        weights[axis - 1] = weights[axis] * plan.lengths[axis] as u64;
    }
    weights
}

/// What each place of a row adds to a configuration's number.
fn offsets(plan: &Plan) -> Vec<u64> {
    let weights = weights(plan);
    let mut digits = vec![0; plan.lengths.len()];
    let offset = |position: usize| {
        plan.row.place(position, &mut digits);
        plan.row.axes.iter().map(|axis| digits[*axis] as u64 * weights[*axis]).sum()
    };
    (0..plan.row.size()).map(offset).collect()
}

struct Walker<'a> {
    plan: &'a Plan,
    known: &'a Front,
    mode: Mode,
    chunk: Chunk<'a>,
    /// Of the axes that are decided; zero for the others.
    digits: Vec<usize>,
    front: Front,
    counts: Counts,
    offsets: Vec<u64>,
    /// What was better last is likely to be better again.
    killer: Vec<f64>,
}

impl Walker<'_> {
    fn descend(&mut self, places: &mut [Place]) {
        let [place, rest @ ..] = places else { return };
        if rest.is_empty() {
            return self.row(place);
        }
        let axis = self.plan.walk.axes[place.depth];
        for digit in 0..self.plan.lengths[axis] {
            self.chunk.step(place, digit, &mut rest[0]);
            self.digits[axis] = digit;
            if !self.excluded(&rest[0]) {
                self.descend(rest);
            }
        }
    }

    /// Whether bounds rule out everything behind a place.
    fn excluded(&mut self, place: &Place) -> bool {
        if self.mode == Mode::Exhaustive {
            return false;
        }
        let bounds: Vec<Bounds> = (0..self.plan.columns).map(|column| self.chunk.bounds(place, column)).collect();
        let rest = self.plan.walk.lengths[place.depth..].iter().product::<usize>() * self.plan.row.size();
        if self.plan.constraints.iter().any(|constraint| constraint.bounds(&bounds).most < 1.0) {
            self.counts.ruled_out += rest as u64;
            return true;
        }
        let least: Vec<f64> = self.plan.objectives.iter().map(|objective| objective.bounds(&bounds).least).collect();
        let dominated = self.dominated(&least);
        self.counts.dominated += if dominated { rest as u64 } else { 0 };
        dominated
    }

    fn dominated(&mut self, objectives: &[f64]) -> bool {
        if dominates(&self.killer, objectives) {
            return true;
        }
        let dominator = self.known.dominator(objectives).or_else(|| self.front.dominator(objectives));
        if let Some(member) = dominator {
            self.killer.copy_from_slice(&member.objectives);
        }
        dominator.is_some()
    }

    fn row(&mut self, place: &Place) {
        let length = self.plan.row.size();
        let columns: Vec<Rows> = (0..self.plan.columns).map(|column| self.chunk.row(place, column)).collect();
        let suitable: Vec<Rows> = self.plan.constraints.iter().map(|constraint| constraint.rows(&columns)).collect();
        let mut mask = vec![true; length];
        for rows in &suitable {
            match rows {
                Rows::One(value) if *value == 1.0 => {}
                Rows::One(_) => mask.fill(false),
                Rows::Each(values) => mask.iter_mut().zip(values).for_each(|(mask, value)| *mask &= *value == 1.0),
            }
        }
        let count = mask.iter().filter(|suitable| **suitable).count() as u64;
        self.counts.suitable += count;
        self.counts.unsuitable += length as u64 - count;
        if count == 0 {
            return;
        }
        let objectives: Vec<Rows> = self.plan.objectives.iter().map(|objective| objective.rows(&columns)).collect();
        let least: Vec<f64> = objectives.iter().map(Rows::least).collect();
        if self.dominated(&least) {
            return;
        }
        self.members(&mask, &objectives);
    }

    fn members(&mut self, mask: &[bool], objectives: &[Rows]) {
        let weights = weights(self.plan);
        let decided: u64 = self.digits.iter().zip(&weights).map(|(digit, weight)| *digit as u64 * weight).sum();
        let mut point = vec![0.0; objectives.len()];
        for position in (0..mask.len()).filter(|position| mask[*position]) {
            point.iter_mut().zip(objectives).for_each(|(value, rows)| *value = rows.at(position));
            if !self.dominated(&point) {
                self.front.insert(decided + self.offsets[position], &point);
            }
        }
    }
}
