//! Constraints and objectives over rows of configurations: what they have in common is computed once, in memory that
//! every row uses again.

use super::Operator;
use super::formula::{Formula, Step, popped};

/// Constraints and objectives over one row after the other.
#[derive(Debug)]
pub struct Sheet {
    /// How many configurations a row has.
    length: usize,
    /// Each behind those that it takes.
    parts: Vec<Part>,
    /// For each constraint the part that is one where it and those before it hold.
    masks: Vec<usize>,
    /// The parts that are objectives.
    objectives: Vec<usize>,
    /// What the parts are in this row, as far as they have been computed.
    values: Vec<Rows>,
    computed: usize,
}

/// A quantity, computed from others by their places.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Part {
    Constant(f64),
    Column(usize),
    Negate(usize),
    Not(usize),
    Binary(Operator, usize, usize),
}

/// A quantity over a row.
#[derive(Clone, Debug, Default)]
struct Rows {
    /// The value of all configurations; `None` where each has its own.
    all: Option<f64>,
    each: Vec<f64>,
}

impl Sheet {
    /// For rows of `length` configurations.
    pub fn new(length: usize, constraints: &[Formula], objectives: &[Formula]) -> Sheet {
        let mut sheet = Sheet { length, parts: vec![], masks: vec![], objectives: vec![], values: vec![], computed: 0 };
        for constraint in constraints {
            let holds = sheet.formula(constraint);
            let mask = match sheet.masks.last() {
                Some(before) => sheet.place(Part::Binary(Operator::And, *before, holds)),
                None => holds,
            };
            sheet.masks.push(mask);
        }
        sheet.objectives = objectives.iter().map(|objective| sheet.formula(objective)).collect();
        sheet.values = vec![Rows::default(); sheet.parts.len()];
        sheet
    }

    fn formula(&mut self, formula: &Formula) -> usize {
        let mut stack = vec![];
        for step in &formula.steps {
            let part = match *step {
                Step::Constant(value) => Part::Constant(value),
                Step::Column(column) => Part::Column(column),
                Step::Negate => Part::Negate(popped(&mut stack)),
                Step::Not => Part::Not(popped(&mut stack)),
                Step::Binary(operator) => {
                    let right = popped(&mut stack);
                    Part::Binary(operator, popped(&mut stack), right)
                }
            };
            stack.push(self.place(part));
        }
        popped(&mut stack)
    }

    /// The place of a part, which is added where it is missing.
    fn place(&mut self, part: Part) -> usize {
        self.parts.iter().position(|known| *known == part).unwrap_or_else(|| {
            self.parts.push(part);
            self.parts.len() - 1
        })
    }

    /// Begins another row: how many of its configurations meet every constraint. `column` gives the value that a column
    /// has in all of the row, or fills in one for each.
    pub fn suitable(&mut self, column: &impl Fn(usize, &mut Vec<f64>) -> Option<f64>) -> usize {
        self.computed = 0;
        let mut count = self.length;
        for constraint in 0..self.masks.len() {
            let mask = self.masks[constraint];
            self.compute(mask, column);
            count = self.values[mask].count(self.length);
            if count == 0 {
                break;
            }
        }
        count
    }

    /// The least of every objective over the suitable configurations of the row.
    pub fn least(&mut self, column: &impl Fn(usize, &mut Vec<f64>) -> Option<f64>) -> Vec<f64> {
        self.compute(self.parts.len() - 1, column);
        let mask = self.mask();
        self.objectives.iter().map(|objective| self.values[*objective].least_where(mask)).collect()
    }

    /// Writes the objectives of one configuration of the row; whether it is suitable.
    pub fn point(&self, position: usize, objectives: &mut [f64]) -> bool {
        let suitable = self.mask().is_none_or(|mask| mask.at(position) == 1.0);
        if suitable {
            let values = self.objectives.iter().map(|objective| self.values[*objective].at(position));
            objectives.iter_mut().zip(values).for_each(|(objective, value)| *objective = value);
        }
        suitable
    }

    fn mask(&self) -> Option<&Rows> {
        self.masks.last().map(|mask| &self.values[*mask])
    }

    /// Computes all parts up to this one.
    fn compute(&mut self, last: usize, column: &impl Fn(usize, &mut Vec<f64>) -> Option<f64>) {
        while self.computed <= last {
            let (known, rest) = self.values.split_at_mut(self.computed);
            let result = &mut rest[0];
            match self.parts[self.computed] {
                Part::Constant(value) => result.all = Some(value),
                Part::Column(number) => result.all = column(number, &mut result.each),
                Part::Negate(operand) => known[operand].mapped(result, |value| -value),
                Part::Not(operand) => known[operand].mapped(result, |value| 1.0 - value),
                Part::Binary(operator, left, right) => joined(operator, &known[left], &known[right], result),
            }
            self.computed += 1;
        }
    }
}

impl Rows {
    fn at(&self, position: usize) -> f64 {
        self.all.unwrap_or_else(|| self.each[position])
    }

    /// How many are one, of facts.
    fn count(&self, length: usize) -> usize {
        match self.all {
            Some(value) => value as usize * length,
            None => in_lanes(&self.each, 0.0, |sum, value| sum + value).into_iter().sum::<f64>() as usize,
        }
    }

    /// The least of those for which `mask` is one.
    fn least_where(&self, mask: Option<&Rows>) -> f64 {
        let lesser = |one: f64, other: f64| if other < one { other } else { one };
        if let Some(value) = self.all {
            return value;
        }
        let lanes = match mask {
            Some(Rows { all: None, each: mask }) => {
                let masked = |value: f64, mask: f64| if mask == 1.0 { value } else { f64::INFINITY };
                let (chunks, rest) = self.each.as_chunks::<LANES>();
                let (masks, masks_rest) = mask.as_chunks::<LANES>();
                let mut lanes = [f64::INFINITY; LANES];
                for (chunk, mask) in chunks.iter().zip(masks) {
                    for lane in 0..LANES {
                        lanes[lane] = lesser(lanes[lane], masked(chunk[lane], mask[lane]));
                    }
                }
                for ((lane, value), mask) in lanes.iter_mut().zip(rest).zip(masks_rest) {
                    *lane = lesser(*lane, masked(*value, *mask));
                }
                lanes
            }
            _ => in_lanes(&self.each, f64::INFINITY, lesser),
        };
        lanes.into_iter().fold(f64::INFINITY, lesser)
    }

    #[inline(always)]
    fn mapped(&self, result: &mut Rows, function: impl Fn(f64) -> f64) {
        result.all = self.all.map(&function);
        if result.all.is_none() {
            result.each.clear();
            result.each.extend(self.each.iter().map(|value| function(*value)));
        }
    }
}

/// So many at a time, so that no result waits for the one before.
const LANES: usize = 8;

#[inline(always)]
fn in_lanes(values: &[f64], start: f64, function: impl Fn(f64, f64) -> f64) -> [f64; LANES] {
    let (chunks, rest) = values.as_chunks::<LANES>();
    let mut lanes = [start; LANES];
    for chunk in chunks {
        lanes.iter_mut().zip(chunk).for_each(|(lane, value)| *lane = function(*lane, *value));
    }
    lanes.iter_mut().zip(rest).for_each(|(lane, value)| *lane = function(*lane, *value));
    lanes
}

fn joined(operator: Operator, left: &Rows, right: &Rows, result: &mut Rows) {
    // The operator is chosen outside the loops, which then compile to vector instructions.
    macro_rules! with {
        ($($name:ident),*) => {
            match operator {
                $(Operator::$name => zipped(left, right, result, |left, right| Operator::$name.of(left, right)),)*
            }
        };
    }
    with!(Add, Subtract, Multiply, Divide, Maximum, Minimum, Equal, Different, Less, AtMost, And, Or)
}

#[inline(always)]
fn zipped(left: &Rows, right: &Rows, result: &mut Rows, function: impl Fn(f64, f64) -> f64) {
    match (left.all, right.all) {
        (_, Some(right)) => left.mapped(result, |left| function(left, right)),
        (Some(left), None) => right.mapped(result, |right| function(left, right)),
        (None, None) => {
            result.all = None;
            result.each.clear();
            result.each.extend(left.each.iter().zip(&right.each).map(|(left, right)| function(*left, *right)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    const LENGTH: usize = 21;
    const COLUMNS: usize = 4;

    /// A formula over all columns, by operators drawn at random; a fact where `fact`.
    fn drawn(fact: bool, rng: &mut ChaCha8Rng) -> Formula {
        use Operator::{Add, Divide, Maximum, Minimum, Multiply, Subtract};
        let numbers = [Add, Subtract, Multiply, Divide, Maximum, Minimum];
        let facts = [Operator::Equal, Operator::Different, Operator::Less, Operator::AtMost];
        let mut formula = Formula::column(rng.random_range(0..COLUMNS));
        for _ in 0..rng.random_range(0..4) {
            let next = match rng.random_range(0..3) {
                0 => Formula::constant(f64::from(rng.random_range(1..4))),
                _ => Formula::column(rng.random_range(0..COLUMNS)).negated(),
            };
            formula = formula.joined(numbers[rng.random_range(0..numbers.len())], next);
        }
        let column = Formula::column(rng.random_range(0..COLUMNS));
        if fact { formula.joined(facts[rng.random_range(0..facts.len())], column).inverted() } else { formula }
    }

    #[test]
    fn a_row_holds_what_formulas_say_of_each_configuration() {
        let mut all_suitable = 0;
        for seed in 0..400 {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let constraints: Vec<Formula> = (0..rng.random_range(1..3)).map(|_| drawn(true, &mut rng)).collect();
            let objectives: Vec<Formula> = (0..rng.random_range(1..4)).map(|_| drawn(false, &mut rng)).collect();
            let mut sheet = Sheet::new(LENGTH, &constraints, &objectives);
            for _ in 0..3 {
                let mut values = |column: usize| -> Vec<f64> {
                    let count = if column.is_multiple_of(2) { LENGTH } else { 1 };
                    (0..count).map(|_| f64::from(rng.random_range(1..6))).collect()
                };
                let columns: Vec<Vec<f64>> = (0..COLUMNS).map(&mut values).collect();
                let column = |number: usize, row: &mut Vec<f64>| {
                    row.clone_from(&columns[number]);
                    (row.len() == 1).then(|| row[0])
                };
                let at = |position: usize| -> Vec<f64> {
                    columns.iter().map(|column| column[position.min(column.len() - 1)]).collect()
                };
                let meets =
                    |position: &usize| constraints.iter().all(|constraint| constraint.value(&at(*position)) == 1.0);
                let expected: Vec<usize> = (0..LENGTH).filter(meets).collect();
                assert_eq!(sheet.suitable(&column), expected.len(), "seed {seed}");
                all_suitable += expected.len();
                if expected.is_empty() {
                    continue;
                }
                let least = sheet.least(&column);
                for (place, objective) in objectives.iter().enumerate() {
                    let values = expected.iter().map(|position| objective.value(&at(*position)));
                    assert_eq!(least[place], values.fold(f64::INFINITY, f64::min), "seed {seed}");
                }
                let mut point = vec![0.0; objectives.len()];
                for position in 0..LENGTH {
                    assert_eq!(sheet.point(position, &mut point), expected.contains(&position), "seed {seed}");
                    if expected.contains(&position) {
                        let values: Vec<f64> =
                            objectives.iter().map(|objective| objective.value(&at(position))).collect();
                        assert!(
                            point.iter().zip(&values).all(|(one, other)| one.to_bits() == other.to_bits()),
                            "seed {seed}"
                        );
                    }
                }
            }
        }
        assert!(all_suitable > 1000, "{all_suitable}");
    }
}
