//! A part of a region in which some axes stand still: its columns as tables that a walk over the others reads.

use crate::expression::{Bounds, Rows};
use crate::grid::Grid;
use crate::plan::Plan;
use crate::tables::Table;

/// A part of a region: the outer axes stand still.
pub struct Chunk<'a> {
    plan: &'a Plan,
    /// Positions of the outer axes; zero for the others.
    pub digits: Vec<usize>,
    terms: Vec<Term>,
    /// For each column the terms that add to it.
    of_column: Vec<Vec<usize>>,
    /// For each column the sum of its terms that depend on axes of the row only; empty where there is none.
    every_row: Vec<Vec<f64>>,
}

/// What a table adds to a column.
struct Term {
    /// For each axis of the walk, whether the term depends on it.
    depends: Vec<bool>,
    /// For each axis of the walk the number of values, where the term depends on it.
    lengths: Vec<usize>,
    /// At each depth, how many of its axes are decided.
    decided: Vec<usize>,
    /// After so many of its axes of the walk have been decided: the least over all others at each position.
    least: Vec<Vec<f64>>,
    /// The greatest.
    most: Vec<Vec<f64>>,
    /// At each position its values over the axes of the row on which it depends; empty where there is none.
    rows: Vec<f64>,
    /// How many these are.
    row_size: usize,
    /// Which of them belongs to each place of the plane, for terms that depend on the walk.
    places: Vec<usize>,
}

/// A place on the walk: how many axes are decided, and the position in each term.
#[derive(Clone, Debug)]
pub struct Place {
    /// Axes of the walk that are decided.
    pub depth: usize,
    positions: Vec<usize>,
}

impl<'a> Chunk<'a> {
    /// The chunk of this number.
    pub fn new(plan: &'a Plan, number: usize) -> Chunk<'a> {
        let mut digits = vec![0; plan.lengths.len()];
        plan.outer.place(number, &mut digits);
        let nothing = vec![vec![]; plan.columns];
        let mut chunk =
            Chunk { plan, digits, terms: vec![], of_column: vec![vec![]; plan.columns], every_row: nothing };
        for table in &plan.tables.tables {
            let products = table.products(&chunk.digits, plan.tables.all_values());
            for (column, amounts) in &table.amounts {
                chunk.of_column[*column].push(chunk.terms.len());
                chunk.terms.push(Term::new(plan, &chunk.digits, table, amounts, &products));
            }
        }
        for column in 0..plan.columns {
            let terms = chunk.of_column[column].iter().map(|number| &chunk.terms[*number]);
            let everywhere = terms.filter(|term| !term.rows.is_empty() && !term.is_walked());
            let rows = everywhere.map(|term| term.places.iter().map(|place| term.rows[*place]).collect::<Vec<f64>>());
            chunk.every_row[column] = rows.reduce(|sum, row| added(sum, &row)).unwrap_or_default();
        }
        chunk
    }

    /// Before the first axis is decided.
    pub fn start(&self) -> Place {
        Place { depth: 0, positions: vec![0; self.terms.len()] }
    }

    /// The place where the next axis has this digit.
    pub fn step(&self, place: &Place, digit: usize, next: &mut Place) {
        next.depth = place.depth + 1;
        for ((next, position), term) in next.positions.iter_mut().zip(&place.positions).zip(&self.terms) {
            *next = if term.depends[place.depth] { position * term.lengths[place.depth] + digit } else { *position };
        }
    }

    /// Bounds of a column over everything behind a place.
    pub fn bounds(&self, place: &Place, column: usize) -> Bounds {
        let mut bounds = Bounds::exactly(0.0);
        for number in &self.of_column[column] {
            let (term, position) = (&self.terms[*number], place.positions[*number]);
            let level = term.decided[place.depth];
            bounds.least += term.least[level][position];
            bounds.most += term.most[level][position];
        }
        bounds
    }

    /// A column over the row at a place where every axis of the walk is decided.
    pub fn row(&self, place: &Place, column: usize) -> Rows {
        let mut constant = 0.0;
        let mut plane: Vec<f64> = vec![];
        for number in &self.of_column[column] {
            let (term, position) = (&self.terms[*number], place.positions[*number]);
            if term.rows.is_empty() {
                constant += term.least[term.least.len() - 1][position];
            } else if term.is_walked() {
                let row = &term.rows[position * term.row_size..(position + 1) * term.row_size];
                plane.resize(self.plan.plane, 0.0);
                plane.iter_mut().zip(&term.places).for_each(|(sum, place)| *sum += row[*place]);
            }
        }
        let every_row = &self.every_row[column];
        let length = self.plan.row.size();
        match (plane.is_empty(), every_row.is_empty()) {
            (true, true) => Rows::One(constant),
            (true, false) => Rows::Each(every_row.iter().map(|amount| amount + constant).collect()),
            (false, true) => {
                let depth = length / self.plan.plane;
                Rows::Each(plane.iter().flat_map(|sum| std::iter::repeat_n(sum + constant, depth)).collect())
            }
            (false, false) => {
                let mut row = every_row.clone();
                for (part, sum) in row.chunks_exact_mut(length / self.plan.plane).zip(&plane) {
                    let sum = sum + constant;
                    part.iter_mut().for_each(|amount| *amount += sum);
                }
                Rows::Each(row)
            }
        }
    }
}

impl Term {
    /// Whether it depends on an axis of the walk.
    fn is_walked(&self) -> bool {
        self.depends.contains(&true)
    }

    fn new(plan: &Plan, digits: &[usize], table: &Table, amounts: &[f64], products: &[f64]) -> Term {
        let depends: Vec<bool> = plan.walk.axes.iter().map(|axis| table.grid.axes.contains(axis)).collect();
        let own = |grid: &Grid| -> Vec<usize> {
            grid.axes.iter().copied().filter(|axis| table.grid.axes.contains(axis)).collect()
        };
        let walk = Grid::new(own(&plan.walk), &plan.lengths);
        let row = Grid::new(own(&plan.row), &plan.lengths);
        let whole = Grid::new([walk.axes.clone(), row.axes.clone()].concat(), &plan.lengths);
        let mut point = digits.to_vec();
        let value = |position: usize| {
            whole.place(position, &mut point);
            let at = table.grid.position(&point) * products.len();
            products.iter().zip(&amounts[at..]).map(|(product, amount)| product * amount).sum()
        };
        let values: Vec<f64> = (0..whole.size()).map(value).collect();
        let (mut least, mut most) =
            (vec![folded(&values, row.size(), f64::min)], vec![folded(&values, row.size(), f64::max)]);
        for length in walk.lengths.iter().rev() {
            least.push(folded(&least[least.len() - 1], *length, f64::min));
            most.push(folded(&most[most.len() - 1], *length, f64::max));
        }
        least.reverse();
        most.reverse();
        let rows = if row.axes.is_empty() { vec![] } else { values };
        let places =
            if depends.contains(&true) { places(plan, &row, plan.plane) } else { places(plan, &row, plan.row.size()) };
        let decided = (0..=depends.len()).map(|depth| depends[..depth].iter().filter(|depends| **depends).count());
        Term {
            decided: decided.collect(),
            depends,
            lengths: plan.walk.lengths.clone(),
            least,
            most,
            rows,
            row_size: row.size(),
            places,
        }
    }
}

fn added(mut sum: Vec<f64>, row: &[f64]) -> Vec<f64> {
    sum.iter_mut().zip(row).for_each(|(sum, amount)| *sum += amount);
    sum
}

/// The extreme of each `length` values. What is not a number is of no legal configuration and does not count.
fn folded(values: &[f64], length: usize, extreme: fn(f64, f64) -> f64) -> Vec<f64> {
    values.chunks_exact(length).map(|values| values.iter().copied().fold(f64::NAN, extreme)).collect()
}

/// Which place on its own axes of the row each of the first `count` places of the plane, or of the row, is.
fn places(plan: &Plan, own: &Grid, count: usize) -> Vec<usize> {
    let mut point = vec![0; plan.lengths.len()];
    let place = |position: usize| {
        plan.row.place(position * (plan.row.size() / count), &mut point);
        own.position(&point)
    };
    (0..count).map(place).collect()
}
