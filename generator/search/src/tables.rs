//! The columns of a region as sums of tables, each over the few axes that it depends on.

use crate::column::Column;
use crate::grid::{Grid, TooLarge};
use crate::model::{Facts, Model, Source, amount, number};
use crate::probe::{Dependence, Dependences};
use crate::rules::Rules;
use crate::space::Region;
use rand::Rng;
use std::collections::BTreeMap;

/// Together the tables hold no more than this, as long as an axis is left that need not be tabulated.
const ROOMY: usize = 400_000;

/// A table of more points takes minutes: each is a closed form, or an elaboration.
const MOST_POINTS: usize = 1 << 23;

/// A table of several columns.
#[derive(Clone, Debug)]
pub struct Table {
    /// The tabulated axes.
    pub grid: Grid,
    /// Axes whose value is a factor instead.
    pub factors: Vec<usize>,
    /// For each column that the table adds to: at each point of the grid, for each subset of the factors (in the order
    /// of binary numbers, the first factor lowest), what the product of its values is multiplied with. Not a number
    /// where no legal configuration is known.
    pub amounts: Vec<(usize, Vec<f64>)>,
}

/// A configuration, or all that differ from it in other axes only, of which nothing is known.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// Position on each axis.
    pub digits: Vec<usize>,
    /// The axes that matter.
    pub axes: Vec<usize>,
    /// Why.
    pub reason: String,
}

/// Every column of a region.
pub struct Tables {
    /// Their sum, column by column.
    pub tables: Vec<Table>,
    /// What could not be evaluated.
    pub failures: Vec<Failure>,
    /// How many configurations were evaluated to fill them.
    pub evaluations: u64,
    values: Vec<Vec<f64>>,
}

impl Tables {
    /// Evaluates as few configurations as the dependences allow.
    pub fn new(
        region: &Region,
        rules: &Rules,
        model: &Model,
        columns: &[Column],
        dependences: &Dependences,
        rng: &mut impl Rng,
    ) -> Result<Tables, TooLarge> {
        let lengths = region.lengths();
        let values = region.axes.iter().map(|axis| axis.values.iter().map(|value| number(value, "")).collect());
        let mut tables = Tables { tables: vec![], failures: vec![], evaluations: 0, values: values.collect() };
        let filler = Filler { region, rules, model, columns, lengths: &lengths, dependences };
        let mut made = match rules.anchor(rng) {
            Some(anchor) => filler.sums(&anchor, &mut tables)?,
            None => vec![],
        };
        made.sort_by_key(|table| std::cmp::Reverse(table.grid.size()));
        made.into_iter().for_each(|table| tables.merge(table));
        tables.parameters(region, columns, &lengths);
        Ok(tables)
    }

    /// Adds a table to one of the same columns that depends on no less, or beside the others.
    fn merge(&mut self, table: Table) {
        let fits = |host: &&mut Table| {
            let known = |axis: &usize| host.grid.axes.contains(axis) || host.factors.contains(axis);
            host.columns().eq(table.columns())
                && table.grid.axes.iter().all(|axis| host.grid.axes.contains(axis))
                && table.factors.iter().all(known)
        };
        match self.tables.iter_mut().find(fits) {
            Some(host) => host.add(table, 1.0, &self.values),
            None => self.tables.push(table),
        }
    }

    /// Columns that are parameters.
    fn parameters(&mut self, region: &Region, columns: &[Column], lengths: &[usize]) {
        for (position, column) in columns.iter().enumerate() {
            let (name, word) = match column {
                Column::Parameter(name) => (*name, ""),
                Column::Word(name, word) => (*name, word.as_str()),
                _ => continue,
            };
            let axis = region.axes.iter().position(|axis| axis.parameter.name == name);
            let values: Vec<f64> = match axis {
                Some(axis) => region.axes[axis].values.iter().map(|value| number(value, word)).collect(),
                None => region.base.get(name).map(|value| number(value, word)).into_iter().collect(),
            };
            let grid = Grid::new(axis.into_iter().collect(), lengths);
            self.tables.push(Table { grid, factors: vec![], amounts: vec![(position, values)] });
        }
    }

    /// Tabulates the factors that are not worth their trouble; those that are left are returned.
    pub fn spread(&mut self, lengths: &[usize]) -> Vec<usize> {
        let mut factors: Vec<usize> = self.tables.iter().flat_map(|table| table.factors.iter().copied()).collect();
        factors.sort_unstable();
        factors.dedup();
        let least = self.size_with(&factors, lengths);
        loop {
            let without = |axis: &usize| factors.iter().copied().filter(|kept| kept != axis).collect::<Vec<_>>();
            let cheapest = factors.iter().map(|axis| (self.size_with(&without(axis), lengths), *axis)).min();
            match cheapest {
                Some((size, axis)) if size <= ROOMY + 2 * least => factors.retain(|kept| *kept != axis),
                _ => break,
            }
        }
        for table in &mut self.tables {
            for axis in table.factors.clone() {
                if !factors.contains(&axis) {
                    table.tabulate(axis, &self.values[axis]);
                }
            }
        }
        factors
    }

    /// Adds up tables of the same columns and factors where the sum has no more than `most` points.
    pub fn join(&mut self, most: usize, lengths: &[usize]) {
        let mut joined: Vec<Table> = vec![];
        for table in std::mem::take(&mut self.tables) {
            let both = |host: &Table| {
                let more = table.grid.axes.iter().filter(|axis| !host.grid.axes.contains(axis));
                Grid::new(host.grid.axes.iter().chain(more).copied().collect(), lengths)
            };
            let fits = |host: &&mut Table| {
                host.factors == table.factors && host.columns().eq(table.columns()) && both(host).size() <= most
            };
            match joined.iter_mut().find(fits) {
                Some(host) => {
                    *host = host.over(both(host));
                    host.add(table, 1.0, &self.values);
                }
                None => joined.push(table),
            }
        }
        self.tables = joined;
    }

    /// The points of all grids, if only these factors are left.
    fn size_with(&self, factors: &[usize], lengths: &[usize]) -> usize {
        let size = |table: &Table| {
            let spread = table.factors.iter().filter(|axis| !factors.contains(axis)).map(|axis| lengths[*axis]);
            table.grid.size() * spread.product::<usize>()
        };
        self.tables.iter().map(size).fold(0, usize::saturating_add)
    }

    /// The columns of one configuration.
    pub fn columns(&self, digits: &[usize], count: usize) -> Vec<f64> {
        let mut columns = vec![0.0; count];
        self.add_columns(digits, &mut columns);
        columns
    }

    /// Adds the columns of one configuration to what is there.
    pub fn add_columns(&self, digits: &[usize], columns: &mut [f64]) {
        for table in &self.tables {
            let subsets = 1 << table.factors.len();
            let position = table.grid.position(digits) * subsets;
            for (column, amounts) in &table.amounts {
                columns[*column] += table.amount(&amounts[position..position + subsets], digits, &self.values);
            }
        }
    }

    /// The value of every axis at each position.
    pub fn all_values(&self) -> &[Vec<f64>] {
        &self.values
    }
}

impl Table {
    /// The columns that it adds to.
    fn columns(&self) -> impl Iterator<Item = usize> {
        self.amounts.iter().map(|(column, _)| *column)
    }

    /// The same table over a grid that has all its axes, in any order, and maybe others.
    pub fn over(&self, grid: Grid) -> Table {
        let subsets = 1 << self.factors.len();
        let mut digits = vec![0; grid.axes.iter().map(|axis| axis + 1).max().unwrap_or(0)];
        let mut amounts: Vec<(usize, Vec<f64>)> = self.columns().map(|column| (column, vec![])).collect();
        for position in 0..grid.size() {
            grid.place(position, &mut digits);
            let at = self.grid.position(&digits) * subsets;
            for ((_, amounts), (_, own)) in amounts.iter_mut().zip(&self.amounts) {
                amounts.extend_from_slice(&own[at..at + subsets]);
            }
        }
        Table { grid, factors: self.factors.clone(), amounts }
    }

    /// For each subset of the factors the product of their values.
    pub fn products(&self, digits: &[usize], values: &[Vec<f64>]) -> Vec<f64> {
        let mut products = vec![1.0];
        for axis in &self.factors {
            let value = values[*axis][digits[*axis]];
            products.extend(products.clone().iter().map(|product| product * value));
        }
        products
    }

    /// What the subsets of the factors amount to, each with the product of its values.
    fn amount(&self, of_subsets: &[f64], digits: &[usize], values: &[Vec<f64>]) -> f64 {
        let of_subset = |(subset, amount): (usize, &f64)| {
            let factors = self.factors.iter().enumerate().filter(|(place, _)| subset >> place & 1 == 1);
            factors.map(|(_, axis)| values[*axis][digits[*axis]]).product::<f64>() * amount
        };
        of_subsets.iter().enumerate().map(of_subset).sum()
    }

    /// Adds a multiple of a table whose axes are all axes here, and whose factors are axes or factors here.
    fn add(&mut self, mut other: Table, scale: f64, values: &[Vec<f64>]) {
        for axis in other.factors.clone() {
            if !self.factors.contains(&axis) {
                other.tabulate(axis, &values[axis]);
            }
        }
        let (subsets, other_subsets) = (1 << self.factors.len(), 1_usize << other.factors.len());
        let subset = |other_subset: usize| -> usize {
            let bit = |(place, axis): (usize, &usize)| {
                let own = self.factors.iter().position(|factor| factor == axis).unwrap_or(0);
                (other_subset >> place & 1) << own
            };
            other.factors.iter().enumerate().map(bit).sum()
        };
        let places: Vec<usize> = (0..other_subsets).map(subset).collect();
        let mut digits = vec![0; values.len()];
        for position in 0..self.grid.size() {
            self.grid.place(position, &mut digits);
            let at = other.grid.position(&digits) * other_subsets;
            for ((_, own), (_, added)) in self.amounts.iter_mut().zip(&other.amounts) {
                for (offset, place) in places.iter().enumerate() {
                    own[position * subsets + place] += scale * added[at + offset];
                }
            }
        }
    }

    /// Makes a factor an axis of the grid: its last one.
    fn tabulate(&mut self, axis: usize, values: &[f64]) {
        let Some(place) = self.factors.iter().position(|factor| *factor == axis) else { return };
        let subsets = 1 << self.factors.len();
        let without: Vec<usize> = (0..subsets).filter(|subset| subset & (1 << place) == 0).collect();
        for (_, amounts) in &mut self.amounts {
            let mut spread = Vec::with_capacity(amounts.len() / 2 * values.len());
            for point in amounts.chunks_exact(subsets) {
                for value in values {
                    spread.extend(without.iter().map(|subset| point[*subset] + value * point[*subset | (1 << place)]));
                }
            }
            *amounts = spread;
        }
        self.factors.remove(place);
        self.grid.axes.push(axis);
        self.grid.lengths.push(values.len());
    }
}

/// What is known at the corners of the factors' values.
struct Corners {
    /// Of each factor.
    ends: Vec<[f64; 2]>,
    /// In the order of binary numbers, the first factor lowest.
    facts: Vec<Option<Facts>>,
    /// Whether all are legal.
    legal: bool,
}

struct Filler<'a> {
    region: &'a Region,
    rules: &'a Rules,
    model: &'a Model,
    columns: &'a [Column],
    lengths: &'a [usize],
    dependences: &'a Dependences,
}

/// A function of few axes as a sum of multiples of a source, each with all axes but some at the anchor.
type Combination = BTreeMap<Vec<usize>, f64>;

/// A source is a sum of functions of its cliques. Each is what is left of the source, all other axes at the anchor,
/// when the functions before it are taken away.
fn combinations(cliques: &[Vec<usize>]) -> Vec<Combination> {
    let mut combinations: Vec<Combination> = vec![];
    for clique in cliques {
        let mut own = Combination::from([(clique.clone(), 1.0)]);
        for (axes, scale) in combinations.iter().flatten() {
            let common: Vec<usize> = axes.iter().copied().filter(|axis| clique.contains(axis)).collect();
            *own.entry(common).or_default() -= scale;
        }
        own.retain(|_, scale| *scale != 0.0);
        combinations.push(own);
    }
    combinations
}

impl Filler<'_> {
    /// The tables of all sources.
    fn sums(&self, anchor: &[usize], tables: &mut Tables) -> Result<Vec<Table>, TooLarge> {
        let family = self.region.family.name();
        let adds = |source: &&Source| {
            self.columns.iter().any(|column| self.model.coefficients(family, **source, column).is_some())
        };
        let sources: Vec<Source> = self.dependences.of.keys().filter(adds).copied().collect();
        let parts = sources.iter().map(|source| (*source, combinations(&self.dependences.cliques(*source))));
        let parts: Vec<(Source, Vec<Combination>)> = parts.collect();
        let mut projections: BTreeMap<(Vec<usize>, Vec<usize>), Vec<Source>> = BTreeMap::new();
        for (source, combinations) in &parts {
            for axes in combinations.iter().flat_map(Combination::keys) {
                let sources = projections.entry(self.split(*source, axes)).or_default();
                if !sources.contains(source) {
                    sources.push(*source);
                }
            }
        }
        for ((tabulated, _), sources) in &projections {
            self.grid(tabulated.clone(), sources)?;
        }
        let mut projected: BTreeMap<(Source, Vec<usize>), Table> = BTreeMap::new();
        let mut whole: Vec<Source> = vec![];
        for ((tabulated, factors), sources) in projections {
            let mut axes = [&tabulated[..], &factors[..]].concat();
            axes.sort_unstable();
            match self.project(anchor, &tabulated, &factors, &sources, tables) {
                Some(made) => projected.extend(sources.iter().map(|source| (*source, axes.clone())).zip(made)),
                None => whole.extend(sources),
            }
        }
        let mut made = vec![];
        for (source, combinations) in &parts {
            if whole.contains(source) {
                made.push(self.whole(*source, tables)?);
                continue;
            }
            for combination in combinations {
                let clique = combination.keys().max_by_key(|axes| axes.len()).cloned().unwrap_or_default();
                let mut sum = projected[&(*source, clique.clone())].clone();
                for (axes, scale) in combination.iter().filter(|(axes, _)| **axes != clique) {
                    sum.add(projected[&(*source, axes.clone())].clone(), *scale, &tables.values);
                }
                made.push(sum);
            }
        }
        Ok(made)
    }

    /// The grid of a table of these sources.
    fn grid(&self, axes: Vec<usize>, sources: &[Source]) -> Result<Grid, TooLarge> {
        let grid = Grid::new(axes, self.lengths);
        grid.fits(MOST_POINTS, || sources.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))?;
        Ok(grid)
    }

    /// The axes that are tabulated for a source, and those that are factors.
    fn split(&self, source: Source, axes: &[usize]) -> (Vec<usize>, Vec<usize>) {
        let known = &self.dependences.of[&source];
        // Of two values both are evaluated in either way.
        let factor = |axis: &usize| known[*axis] == Dependence::Affine && self.lengths[*axis] > 2;
        let (factors, tabulated) = axes.iter().copied().partition(factor);
        (tabulated, factors)
    }

    /// A table for each source, all other axes at the anchor; `None` where that is illegal and other values are not.
    fn project(
        &self,
        anchor: &[usize],
        tabulated: &[usize],
        factors: &[usize],
        sources: &[Source],
        tables: &mut Tables,
    ) -> Option<Vec<Table>> {
        let grid = Grid::new(tabulated.to_vec(), self.lengths);
        let mut made: Vec<Table> = sources.iter().map(|source| self.empty(*source, &grid, factors)).collect();
        let weights: Vec<Vec<Option<Vec<f64>>>> = sources.iter().map(|source| self.weights(*source)).collect();
        let mut point = anchor.to_vec();
        for position in 0..grid.size() {
            grid.place(position, &mut point);
            let Corners { ends, facts, .. } = self.corners(&mut point, tabulated, factors, sources, tables)?;
            for ((source, table), weights) in sources.iter().zip(&mut made).zip(&weights) {
                for (column, amounts) in &mut table.amounts {
                    let weight = weights[*column].as_deref().unwrap_or_default();
                    let of = |facts: &Option<Facts>| {
                        facts.as_ref().map_or(f64::NAN, |facts| amount(weight, facts.of(*source)))
                    };
                    let mut corners: Vec<f64> = facts.iter().map(of).collect();
                    multilinear(&mut corners, &ends);
                    amounts.extend(corners);
                }
            }
        }
        Some(made)
    }

    /// The facts where each factor has the first or second of its values, or else its last two: where factors have no
    /// such values, but others, nothing can be told of them.
    fn corners(
        &self,
        point: &mut [usize],
        tabulated: &[usize],
        factors: &[usize],
        sources: &[Source],
        tables: &mut Tables,
    ) -> Option<Corners> {
        let fixed = [tabulated, factors].concat();
        let mut at_ends = |last: bool| {
            let first = |axis: usize| if last { self.lengths[axis] - 2 } else { 0 };
            let mut legal = true;
            let corner = |corner: usize| {
                factors
                    .iter()
                    .enumerate()
                    .for_each(|(place, axis)| point[*axis] = first(*axis) + (corner >> place & 1));
                legal &= self.rules.allow(point);
                self.facts(point, &fixed, sources, tables)
            };
            let facts = (0..1_usize << factors.len()).map(corner).collect::<Option<Vec<_>>>()?;
            let value = |axis: usize, digit: usize| number(&self.region.axes[axis].values[digit], "");
            let ends = factors.iter().map(|axis| [value(*axis, first(*axis)), value(*axis, first(*axis) + 1)]);
            Some(Corners { ends: ends.collect(), facts, legal })
        };
        let found = at_ends(false);
        if factors.is_empty() || found.as_ref().is_some_and(|corners| corners.legal) {
            return found;
        }
        at_ends(true)
            .filter(|corners| corners.legal)
            .or(found.filter(|_| self.rules.complete(point, tabulated).is_none()))
    }

    /// The facts of a configuration that sources need, `None` for one of which nothing is known; nothing at all where it is illegal, and
    /// others with the same digits on `fixed` are not.
    fn facts(
        &self,
        point: &[usize],
        fixed: &[usize],
        sources: &[Source],
        tables: &mut Tables,
    ) -> Option<Option<Facts>> {
        if !self.rules.allow(point) {
            return if self.rules.complete(point, fixed).is_none() { Some(None) } else { None };
        }
        tables.evaluations += 1;
        match self.model.facts_of(sources, self.region.family, &self.region.parameters(point)) {
            Ok(facts) => Some(Some(facts)),
            Err(reason) => {
                let failure = Failure { digits: point.to_vec(), axes: fixed.to_vec(), reason };
                if !tables.failures.contains(&failure) {
                    tables.failures.push(failure);
                }
                Some(None)
            }
        }
    }

    fn empty(&self, source: Source, grid: &Grid, factors: &[usize]) -> Table {
        let weights = self.weights(source);
        let columns = (0..self.columns.len()).filter(|column| weights[*column].is_some());
        Table {
            grid: grid.clone(),
            factors: factors.to_vec(),
            amounts: columns.map(|column| (column, vec![])).collect(),
        }
    }

    /// For each column what the facts of a source are multiplied with.
    fn weights(&self, source: Source) -> Vec<Option<Vec<f64>>> {
        let family = self.region.family.name();
        self.columns.iter().map(|column| self.model.coefficients(family, source, column)).collect()
    }

    /// A source over every axis on which it depends, whatever values the others must have.
    fn whole(&self, source: Source, tables: &mut Tables) -> Result<Table, TooLarge> {
        let known = &self.dependences.of[&source];
        let axes: Vec<usize> = (0..known.len()).filter(|axis| known[*axis] != Dependence::None).collect();
        let grid = self.grid(axes.clone(), &[source])?;
        let mut table = self.empty(source, &grid, &[]);
        let weights = self.weights(source);
        let mut wish = vec![0; self.lengths.len()];
        for position in 0..grid.size() {
            grid.place(position, &mut wish);
            let facts = self.rules.complete(&wish, &axes).and_then(|legal| {
                let facts = self.facts(&legal, &axes, &[source], tables).flatten();
                wish = legal;
                facts
            });
            for (column, amounts) in &mut table.amounts {
                let weight = weights[*column].as_deref().unwrap_or_default();
                amounts.push(facts.as_ref().map_or(f64::NAN, |facts| amount(weight, facts.of(source))));
            }
        }
        Ok(table)
    }
}

/// From values at the corners to the coefficients of the products of factors; exact, because slopes are integers times
/// what amounts are multiples of.
fn multilinear(values: &mut [f64], corners: &[[f64; 2]]) {
    for (place, [first, second]) in corners.iter().enumerate() {
        for low in (0..values.len()).filter(|corner| corner & (1 << place) == 0) {
            let high = low | (1 << place);
            let slope = (values[high] - values[low]) / (second - first);
            (values[low], values[high]) = (values[low] - slope * first, slope);
        }
    }
}
