//! Which legal combinations of a region cannot be evaluated: a table over the axes that decide it.
//!
//! A failure is a defect of a family, so nothing says which parameters it follows from. Walks from a combination along
//! single axes show it, from one that fails and from one that does not.

use crate::grid::Grid;
use crate::rules::{Rules, steps};
use crate::tables::Failure;
use crate::veto::Veto;
use rand::Rng;

/// Combinations that are evaluated for the table, at most. A failure that follows from more is left to whoever meets it.
const MOST: usize = 1 << 16;

/// Why a combination cannot be evaluated.
pub type Complaint<'a> = &'a dyn Fn(&[usize]) -> Option<String>;

/// What is known of failures.
#[derive(Clone)]
pub struct Failing {
    /// Combinations of which every legal one is known to fail.
    pub veto: Veto,
    /// Why each of them does.
    reasons: Vec<Option<String>>,
    /// The last combinations that were learnt from: one that does not fail, and one that does.
    met: [Option<Vec<usize>>; 2],
}

impl Failing {
    /// Nothing is known to fail.
    pub fn nothing() -> Failing {
        Failing { veto: Veto::nothing(), reasons: vec![None], met: [None, None] }
    }

    /// Learns from a legal combination that `fails` or does not; whether that was not known. `legal` knows no failures.
    pub fn learn(
        &mut self,
        legal: &Rules,
        digits: &[usize],
        fails: bool,
        complaint: Complaint<'_>,
        rng: &mut impl Rng,
    ) -> bool {
        if self.veto.forbids(digits) == fails {
            return false;
        }
        let mut axes = self.veto.grid.axes.clone();
        let known = axes.len();
        for axis in (0..legal.lengths.len()).filter(|axis| !self.veto.grid.axes.contains(axis)) {
            let mut point = digits.to_vec();
            let decides = steps(legal.lengths[axis], rng).into_iter().any(|step| {
                point[axis] = step;
                legal.allow(&point) && complaint(&point).is_some() != fails
            });
            axes.extend(decides.then_some(axis));
        }
        self.met[usize::from(fails)] = Some(digits.to_vec());
        if axes.len() == known
            && let [Some(sound), Some(failing)] = &self.met
        {
            // No axis alone decides, as where no step along one is legal: one of those does in which the two differ.
            let differs = |axis: &usize| sound[*axis] != failing[*axis] && !self.veto.grid.axes.contains(axis);
            axes.extend((0..legal.lengths.len()).filter(differs));
        }
        axes.sort_unstable();
        let grid = Grid::new(axes, &legal.lengths);
        if grid.axes.len() == known && self.met.iter().all(Option::is_some) {
            // What fails here is left to whoever meets it.
            let position = grid.position(digits);
            return std::mem::take(&mut self.veto.broken[position]);
        }
        if grid.size() > MOST {
            return false;
        }
        self.veto.grid = grid;
        self.tabulate(legal, digits, complaint);
        true
    }

    fn tabulate(&mut self, legal: &Rules, digits: &[usize], complaint: Complaint<'_>) {
        let grid = &self.veto.grid;
        let mut wish = digits.to_vec();
        let reason = |position: usize| {
            grid.place(position, &mut wish);
            let point = legal.complete(&wish, &grid.axes)?;
            let reason = complaint(&point);
            wish = point;
            reason
        };
        self.reasons = (0..grid.size()).map(reason).collect();
        self.veto.broken = self.reasons.iter().map(Option::is_some).collect();
    }

    /// Each of them with its reason.
    pub fn failures(&self) -> Vec<Failure> {
        let Veto { grid, broken } = &self.veto;
        let last = grid.axes.last().map_or(0, |axis| axis + 1);
        let failure = |(position, reason): (usize, &Option<String>)| {
            let mut digits = vec![0; last];
            grid.place(position, &mut digits);
            let reason = reason.clone().filter(|_| broken[position])?;
            Some(Failure { digits, axes: grid.axes.clone(), reason })
        };
        self.reasons.iter().enumerate().filter_map(failure).collect()
    }
}
