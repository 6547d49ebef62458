//! The walk through a chunk: every row is evaluated, or ruled out with all behind a place.

use crate::chunk::{Chunk, Place};
use crate::expression::{Bounds, Sheet};
use crate::front::{Front, Index, Member, dominates};
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
pub fn walk(plan: &Plan, number: usize, known: &Index, mode: Mode) -> Found {
    let chunk = Chunk::new(plan, number);
    let places = vec![chunk.start(); plan.walk.axes.len() + 1];
    let mut walker = Walker {
        plan,
        chunk: &chunk,
        known,
        mode,
        digits: chunk.digits.clone(),
        front: Front::default(),
        counts: Counts::default(),
        sheet: Sheet::new(plan.row.size(), &plan.constraints, &plan.objectives),
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

/// What bounds say of everything behind a place.
enum Limits {
    /// No configuration keeps the constraint of this place in the plan.
    Broken(usize),
    /// No objective is less in any of them.
    Least(Vec<f64>),
}

fn limits(plan: &Plan, chunk: &Chunk, place: &Place) -> Limits {
    let bounds: Vec<Bounds> = (0..plan.columns).map(|column| chunk.bounds(place, column)).collect();
    match plan.constraints.iter().position(|constraint| constraint.bounds(&bounds).most < 1.0) {
        Some(constraint) => Limits::Broken(constraint),
        None => Limits::Least(plan.objectives.iter().map(|objective| objective.bounds(&bounds).least).collect()),
    }
}

/// Why a configuration need not be looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct Exclusion {
    /// The axes whose digits it shares with all that are ruled out with it.
    pub decided: Vec<usize>,
    /// How many these are.
    pub configurations: u64,
    /// What rules them out.
    pub reason: Reason,
}

/// What rules out a region.
#[derive(Clone, Debug, PartialEq)]
pub enum Reason {
    /// A rule of the family is broken by all of it.
    Rule,
    /// The space's constraint of this place is broken by all of it.
    Constraint(usize),
    /// No objective is less than `least` in it, and a known configuration has these `better` ones.
    Dominated {
        /// Bounds of the objectives.
        least: Vec<f64>,
        /// Objectives of a configuration.
        better: Vec<f64>,
    },
}

/// The largest region around a configuration that bounds rule out, if `known` is known; `None` where it would be looked
/// at.
pub fn trace(plan: &Plan, digits: &[usize], known: &Index) -> Option<Exclusion> {
    let chunk = Chunk::new(plan, plan.outer.position(digits));
    let mut place = chunk.start();
    loop {
        let reason = match limits(plan, &chunk, &place) {
            Limits::Broken(0) => Some(Reason::Rule),
            Limits::Broken(constraint) => Some(Reason::Constraint(plan.met[constraint - 1].0)),
            Limits::Least(least) => {
                known.dominator(&least).map(|better| Reason::Dominated { better: better.to_vec(), least })
            }
        };
        if let Some(reason) = reason {
            let decided = [&plan.outer.axes[..], &plan.walk.axes[..place.depth]].concat();
            return Some(Exclusion { decided, configurations: plan.behind(place.depth), reason });
        }
        let axis = plan.walk.axes.get(place.depth)?;
        let mut next = place.clone();
        chunk.step(&place, digits[*axis], &mut next);
        place = next;
    }
}

struct Walker<'a> {
    plan: &'a Plan,
    known: &'a Index,
    mode: Mode,
    chunk: &'a Chunk<'a>,
    /// Of the axes that are decided; zero for the others.
    digits: Vec<usize>,
    front: Front,
    counts: Counts,
    sheet: Sheet,
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
        let rest = self.plan.behind(place.depth);
        match limits(self.plan, self.chunk, place) {
            Limits::Broken(_) => {
                self.counts.ruled_out += rest;
                true
            }
            Limits::Least(least) => {
                let dominated = self.dominated(&least);
                self.counts.dominated += if dominated { rest } else { 0 };
                dominated
            }
        }
    }

    fn dominated(&mut self, objectives: &[f64]) -> bool {
        if dominates(&self.killer, objectives) {
            return true;
        }
        let of_front = || self.front.dominator(objectives).map(|member| &member.objectives[..]);
        let dominator = self.known.dominator(objectives).or_else(of_front);
        if let Some(dominator) = dominator {
            self.killer.copy_from_slice(dominator);
        }
        dominator.is_some()
    }

    fn row(&mut self, place: &Place) {
        let chunk = self.chunk;
        let column = |column: usize, row: &mut Vec<f64>| chunk.row(place, column, row);
        let suitable = self.sheet.suitable(&column);
        self.counts.suitable += suitable as u64;
        self.counts.unsuitable += (self.offsets.len() - suitable) as u64;
        if suitable > 0 {
            let least = self.sheet.least(&column);
            if !self.dominated(&least) {
                self.members(&column);
            }
        }
    }

    /// Adds what the front lacks of the row: first what nothing in the row dominates, which is little.
    fn members(&mut self, column: &impl Fn(usize, &mut Vec<f64>)) {
        let weights = weights(self.plan);
        let decided: u64 = self.digits.iter().zip(&weights).map(|(digit, weight)| *digit as u64 * weight).sum();
        let is_sound = |position: usize| !self.plan.failed.contains_key(&(decided + self.offsets[position]));
        let mut of_row = Front::default();
        for (position, objectives) in self.sheet.contenders(&is_sound, column) {
            of_row.insert(decided + self.offsets[position], &objectives);
        }
        for Member { number, objectives } in of_row.members() {
            if !self.dominated(objectives) {
                self.front.insert(*number, objectives);
            }
        }
    }
}
