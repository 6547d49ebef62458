//! A part of a region in which some axes stand still: its columns as tables that a walk over the others reads.

use crate::expression::Bounds;
use crate::grid::Grid;
use crate::plan::Plan;
use crate::tables::Table;
use std::borrow::Cow;
use std::cell::OnceCell;

/// A part of a region: the outer axes stand still.
pub struct Chunk<'a> {
    plan: &'a Plan,
    /// Positions of the outer axes; zero for the others.
    pub digits: Vec<usize>,
    terms: Vec<Term<'a>>,
    /// For each column the terms that add to it.
    of_column: Vec<Vec<usize>>,
    /// Those of them that depend on no axis of the row.
    constant_in_row: Vec<Vec<usize>>,
    /// Those of them that depend on axes of both walk and row.
    in_plane: Vec<Vec<usize>>,
    /// For each column the sum of its terms that depend on axes of the row only; empty where there is none.
    every_row: Vec<Vec<f64>>,
}

/// Where a table's points belong in any chunk.
pub struct Layout {
    /// For each axis of the walk, whether the table depends on it.
    depends: Vec<bool>,
    /// At each depth, how many of its axes are decided.
    decided: Vec<usize>,
    /// The lengths of its axes of the walk.
    walk: Vec<usize>,
    /// How many points its axes of the row have.
    row_size: usize,
    /// Whether it depends on an axis of the row.
    in_row: bool,
    /// As many neighbours in a row belong to the same of its points.
    run: usize,
    /// Which of its points of the row belongs to each run of the plane, or of the row where it depends on no axis of the
    /// walk.
    places: Vec<usize>,
}

/// What a table adds to a column.
struct Term<'a> {
    layout: &'a Layout,
    /// At each position its values over the axes of the row on which it depends.
    values: Cow<'a, [f64]>,
    /// Found when the first bounds are asked for: a walk that evaluates everything asks for none.
    extremes: OnceCell<Extremes>,
}

/// After so many of a term's axes of the walk have been decided: the extremes over all others at each position.
struct Extremes {
    least: Vec<Vec<f64>>,
    most: Vec<Vec<f64>>,
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
        let mut chunk = Chunk {
            plan,
            digits,
            terms: vec![],
            of_column: nothing.clone(),
            constant_in_row: nothing.clone(),
            in_plane: nothing,
            every_row: vec![vec![]; plan.columns],
        };
        for (table, layout) in plan.tables.tables.iter().zip(&plan.layouts) {
            let products = table.products(&chunk.digits, plan.tables.all_values());
            let start = table.grid.position(&chunk.digits);
            for (column, amounts) in &table.amounts {
                let number = chunk.terms.len();
                chunk.of_column[*column].push(number);
                match (layout.in_row, layout.is_walked()) {
                    (false, _) => chunk.constant_in_row[*column].push(number),
                    (true, true) => chunk.in_plane[*column].push(number),
                    (true, false) => {}
                }
                chunk.terms.push(Term::new(layout, start, amounts, &products));
            }
        }
        for column in 0..plan.columns {
            let terms = chunk.of_column[column].iter().map(|number| &chunk.terms[*number]);
            let everywhere = terms.filter(|term| term.layout.in_row && !term.layout.is_walked());
            let rows = everywhere.map(Term::spread);
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
        let length = self.plan.walk.lengths[place.depth];
        for ((next, position), term) in next.positions.iter_mut().zip(&place.positions).zip(&self.terms) {
            *next = if term.layout.depends[place.depth] { position * length + digit } else { *position };
        }
    }

    /// Bounds of a column over everything behind a place.
    pub fn bounds(&self, place: &Place, column: usize) -> Bounds {
        let mut bounds = Bounds::exactly(0.0);
        for number in &self.of_column[column] {
            let (term, position) = (&self.terms[*number], place.positions[*number]);
            let level = term.layout.decided[place.depth];
            let extremes = term.extremes.get_or_init(|| Extremes::new(term.layout, &term.values));
            bounds.least += extremes.least[level][position];
            bounds.most += extremes.most[level][position];
        }
        bounds
    }

    /// A column over the row at a place where every axis of the walk is decided, as far as it does not repeat itself:
    /// one value, a plane, or all.
    pub fn row(&self, place: &Place, column: usize, row: &mut Vec<f64>) {
        let every_row = &self.every_row[column];
        let with_position = |number: &usize| (&self.terms[*number], place.positions[*number]);
        let constants = self.constant_in_row[column].iter().map(with_position);
        let constant: f64 = constants.map(|(term, position)| term.values[position]).sum();
        let mut in_plane = self.in_plane[column].iter().map(with_position).peekable();
        if in_plane.peek().is_none() {
            row.clear();
            row.extend(every_row.iter().map(|amount| constant + amount));
            if every_row.is_empty() {
                row.push(constant);
            }
            return;
        }
        row.resize(every_row.len().max(self.plan.plane), 0.0);
        let (plane, rest) = row.split_at_mut(self.plan.plane);
        plane.fill(constant);
        for (term, position) in in_plane {
            let size = term.layout.row_size;
            let values = &term.values[position * size..(position + 1) * size];
            if size == plane.len() {
                plane.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
            } else {
                let runs = plane.chunks_exact_mut(term.layout.run).zip(&term.layout.places);
                runs.for_each(|(run, place)| run.iter_mut().for_each(|sum| *sum += values[*place]));
            }
        }
        if every_row.is_empty() {
            return;
        }
        let (first, others) = every_row.split_at(plane.len());
        for (repeat, amounts) in rest.chunks_exact_mut(plane.len()).zip(others.chunks_exact(plane.len())) {
            let sums = plane.iter().zip(amounts);
            repeat.iter_mut().zip(sums).for_each(|(sum, (plane, amount))| *sum = plane + amount);
        }
        plane.iter_mut().zip(first).for_each(|(sum, amount)| *sum += amount);
    }
}

impl Layout {
    /// That of a table in a plan whose axes have been arranged.
    pub fn new(plan: &Plan, table: &Table) -> Layout {
        let depends: Vec<bool> = plan.walk.axes.iter().map(|axis| table.grid.axes.contains(axis)).collect();
        let own = |grid: &Grid| -> Vec<usize> {
            grid.axes.iter().copied().filter(|axis| table.grid.axes.contains(axis)).collect()
        };
        let walk = Grid::new(own(&plan.walk), &plan.lengths);
        let row = Grid::new(own(&plan.row), &plan.lengths);
        let count = if depends.contains(&true) { plan.plane } else { plan.row.size() };
        let behind = plan.row.axes.iter().zip(&plan.row.lengths).rev().take_while(|(axis, _)| !row.axes.contains(axis));
        let run = behind.map(|(_, length)| length).product::<usize>().min(count);
        let decided = (0..=depends.len()).map(|depth| depends[..depth].iter().filter(|depends| **depends).count());
        Layout {
            decided: decided.collect(),
            places: places(plan, &row, run, count / run),
            run,
            row_size: row.size(),
            in_row: !row.axes.is_empty(),
            walk: walk.lengths,
            depends,
        }
    }

    /// Whether the table depends on an axis of the walk.
    fn is_walked(&self) -> bool {
        !self.walk.is_empty()
    }
}

impl<'a> Term<'a> {
    /// `start` is the position of the chunk's outer axes in the table; `products` are of its factors.
    fn new(layout: &'a Layout, start: usize, amounts: &'a [f64], products: &[f64]) -> Term<'a> {
        let size = layout.walk.iter().product::<usize>() * layout.row_size;
        let amounts = &amounts[start * products.len()..][..size * products.len()];
        let value = |amounts: &[f64]| products.iter().zip(amounts).map(|(product, amount)| product * amount).sum();
        let values = match products {
            [_] => Cow::Borrowed(amounts),
            [_, factor] => amounts.as_chunks().0.iter().map(|[constant, slope]| constant + factor * slope).collect(),
            _ => amounts.chunks_exact(products.len()).map(value).collect(),
        };
        Term { layout, values, extremes: OnceCell::new() }
    }

    /// At each place of a row, where it depends on no axis of the walk.
    fn spread(&self) -> Vec<f64> {
        let runs = self.layout.places.iter().map(|place| std::iter::repeat_n(self.values[*place], self.layout.run));
        runs.flatten().collect()
    }
}

impl Extremes {
    fn new(layout: &Layout, values: &[f64]) -> Extremes {
        let mut least = vec![folded(values, layout.row_size, f64::min)];
        let mut most = vec![folded(values, layout.row_size, f64::max)];
        for length in layout.walk.iter().rev() {
            least.push(folded(&least[least.len() - 1], *length, f64::min));
            most.push(folded(&most[most.len() - 1], *length, f64::max));
        }
        least.reverse();
        most.reverse();
        Extremes { least, most }
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

/// Which place on its own axes of the row each of the first `count` runs of the plane, or of the row, is.
fn places(plan: &Plan, own: &Grid, run: usize, count: usize) -> Vec<usize> {
    let mut point = vec![0; plan.lengths.len()];
    let place = |position: usize| {
        plan.row.place(position * run, &mut point);
        own.position(&point)
    };
    (0..count).map(place).collect()
}
