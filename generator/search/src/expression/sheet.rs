//! Constraints and objectives over rows of configurations: what they have in common is computed once, in memory that
//! every row uses again.

use super::Operator;
use super::formula::{Formula, Step, popped, truth};

/// Constraints and objectives over one row after the other.
#[derive(Debug)]
pub struct Sheet {
    /// How many configurations a row has.
    length: usize,
    /// Each behind those that it takes.
    parts: Vec<Part>,
    /// For each part those that it takes, directly or not, and itself.
    needs: Vec<Vec<usize>>,
    /// The parts that are constraints.
    constraints: Vec<usize>,
    /// The parts that are objectives.
    objectives: Vec<usize>,
    /// What the parts are in this row, as far as they have been computed.
    values: Vec<Values>,
    computed: Vec<bool>,
    /// After so many constraints, one where all of them hold, else zero.
    masks: Vec<Values>,
    /// Zero for what is suitable, else infinite.
    penalties: Values,
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

/// A quantity over a row, as far as it does not repeat itself: of two quantities the longer is a multiple of the other.
type Values = Vec<f64>;

impl Sheet {
    /// For rows of `length` configurations.
    pub fn new(length: usize, constraints: &[Formula], objectives: &[Formula]) -> Sheet {
        let mut parts = vec![];
        let constraints: Vec<usize> = constraints.iter().map(|formula| added(formula, &mut parts)).collect();
        let objectives = objectives.iter().map(|formula| added(formula, &mut parts)).collect();
        let mut needs: Vec<Vec<usize>> = vec![];
        for (place, part) in parts.iter().enumerate() {
            let mut own: Vec<usize> = part.operands().iter().flat_map(|operand| needs[*operand].clone()).collect();
            own.push(place);
            own.sort_unstable();
            own.dedup();
            needs.push(own);
        }
        let mut masks = vec![vec![]; constraints.len() + 1];
        masks[0].push(1.0);
        let (values, computed) = (vec![vec![]; parts.len()], vec![false; parts.len()]);
        Sheet { length, parts, needs, constraints, objectives, values, computed, masks, penalties: vec![] }
    }

    /// Begins another row: how many of its configurations meet every constraint. `column` fills in the values of a
    /// column, without repeats.
    pub fn suitable(&mut self, column: &impl Fn(usize, &mut Vec<f64>)) -> usize {
        self.computed.fill(false);
        let mut count = self.length;
        for place in 0..self.constraints.len() {
            count = self.narrow(place, column);
            if count == 0 {
                break;
            }
        }
        count
    }

    /// How many meet a constraint and those before it. What compares with a constant is not worth a row of its own.
    fn narrow(&mut self, place: usize, column: &impl Fn(usize, &mut Vec<f64>)) -> usize {
        let constraint = self.constraints[place];
        let (operator, operand, constant) = match self.parts[constraint] {
            Part::Binary(operator, left, right) => match self.parts[right] {
                Part::Constant(constant) => (operator, left, constant),
                _ => (Operator::And, constraint, 1.0),
            },
            _ => (Operator::And, constraint, 1.0),
        };
        self.compute(operand, column);
        let (before, after) = self.masks.split_at_mut(place + 1);
        let mask = &mut after[0];
        narrowed(operator, &self.values[operand], constant, &before[place], mask);
        mask.iter().filter(|holds| **holds == 1.0).count() * (self.length / mask.len())
    }

    /// The least of every objective over the suitable configurations of the row, of which there are some.
    pub fn least(&mut self, column: &impl Fn(usize, &mut Vec<f64>)) -> Vec<f64> {
        let mask = &self.masks[self.constraints.len()];
        fill(&mut self.penalties, mask.iter().map(|holds| if *holds == 1.0 { 0.0 } else { f64::INFINITY }));
        (0..self.objectives.len()).map(|place| self.least_of(self.objectives[place], column)).collect()
    }

    fn least_of(&mut self, part: usize, column: &impl Fn(usize, &mut Vec<f64>)) -> f64 {
        if let Part::Binary(operator @ (Operator::Multiply | Operator::Divide), left, right) = self.parts[part] {
            self.compute(right, column);
            // One positive number for all of the row keeps the order, and so does rounding: one division is enough.
            if let [all] = self.values[right][..]
                && all > 0.0
                && all.is_finite()
            {
                return operator.of(self.least_of(left, column), all);
            }
        }
        self.compute(part, column);
        least(&self.values[part], &self.penalties)
    }

    /// Positions and objectives of what may be on the front of a row, `least` of which has been asked for: what is
    /// suitable and sound, and better in something than one that is best in the first objective.
    pub fn contenders(
        &mut self,
        is_sound: &impl Fn(usize) -> bool,
        column: &impl Fn(usize, &mut Vec<f64>),
    ) -> Vec<(usize, Vec<f64>)> {
        (0..self.objectives.len()).for_each(|place| self.compute(self.objectives[place], column));
        let objectives: Vec<&[f64]> = self.objectives.iter().map(|part| &self.values[*part][..]).collect();
        let is_possible = |position: &usize| at(&self.penalties, *position) == 0.0 && is_sound(*position);
        let point = |position: usize| objectives.iter().map(|values| at(values, position)).collect::<Vec<f64>>();
        let first = least(objectives[0], &self.penalties);
        let is_first = |position: &usize| at(objectives[0], *position) == first && is_possible(position);
        let best = (0..self.length).find(is_first).map(point);
        let best = best.filter(|best| best.iter().all(|objective| !objective.is_nan()));
        let open = best.map_or(vec![1.0], |best| not_behind(&objectives, &best));
        let positions = (0..self.length).filter(|position| at(&open, *position) == 1.0 && is_possible(position));
        positions.map(|position| (position, point(position))).collect()
    }

    /// Computes a part, and what it takes.
    fn compute(&mut self, wanted: usize, column: &impl Fn(usize, &mut Vec<f64>)) {
        for part in &self.needs[wanted] {
            if std::mem::replace(&mut self.computed[*part], true) {
                continue;
            }
            let (known, rest) = self.values.split_at_mut(*part);
            let result = &mut rest[0];
            match self.parts[*part] {
                Part::Constant(value) => fill(result, [value]),
                Part::Column(number) => column(number, result),
                Part::Negate(operand) => fill(result, known[operand].iter().map(|value| -value)),
                Part::Not(operand) => fill(result, known[operand].iter().map(|value| 1.0 - value)),
                Part::Binary(operator, left, right) => joined(operator, &known[left], &known[right], result),
            }
        }
    }
}

/// Adds what a formula computes; its place.
fn added(formula: &Formula, parts: &mut Vec<Part>) -> usize {
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
        let known = parts.iter().position(|known| *known == part);
        stack.push(known.unwrap_or_else(|| {
            parts.push(part);
            parts.len() - 1
        }));
    }
    popped(&mut stack)
}

impl Part {
    /// The parts that it takes.
    fn operands(&self) -> Vec<usize> {
        match *self {
            Part::Constant(_) | Part::Column(_) => vec![],
            Part::Negate(operand) | Part::Not(operand) => vec![operand],
            Part::Binary(_, left, right) => vec![left, right],
        }
    }
}

/// One for what may not be behind `best`, which is best in the first objective: for what is better in another, or as good in
/// the first.
fn not_behind(objectives: &[&[f64]], best: &[f64]) -> Values {
    let mut open = vec![];
    fill(&mut open, objectives[0].iter().map(|value| truth(*value <= best[0])));
    for (values, best) in objectives.iter().zip(best).skip(1) {
        let before = std::mem::take(&mut open);
        zipped(&before, values, &mut open, |open, value| if value < *best { 1.0 } else { open });
    }
    open
}

fn at(values: &[f64], position: usize) -> f64 {
    match values {
        [all] => *all,
        each => each.get(position).copied().unwrap_or_else(|| each[position % each.len()]),
    }
}

#[inline(always)]
fn fill(result: &mut Values, values: impl IntoIterator<Item = f64>) {
    result.clear();
    result.extend(values);
}

/// Two quantities side by side, each repeated as often as the other one needs.
fn aligned<'a>(left: &'a [f64], right: &'a [f64]) -> impl Iterator<Item = (&'a [f64], &'a [f64])> {
    let (period, length) = (left.len().min(right.len()), left.len().max(right.len()));
    left.chunks_exact(period).cycle().zip(right.chunks_exact(period).cycle()).take(length / period)
}

/// The least of values, each with its penalty, of which some are zero. What is not a number does not count.
fn least(values: &[f64], penalties: &[f64]) -> f64 {
    if let [all] = values {
        return *all;
    }
    let of_pair = |before: f64, (values, penalties): (&[f64], &[f64])| {
        let (chunks, rest) = values.as_chunks();
        let (own, own_rest) = penalties.as_chunks();
        let lanes = least_in_lanes(chunks, own).into_iter().fold(before, lesser);
        rest.iter().zip(own_rest).fold(lanes, |least, (value, penalty)| lesser(least, value + penalty))
    };
    aligned(values, penalties).fold(f64::INFINITY, of_pair)
}

/// So many at a time, so that no result waits for the one before.
const LANES: usize = 8;

/// By itself it compiles to vector instructions.
fn least_in_lanes(values: &[[f64; LANES]], penalties: &[[f64; LANES]]) -> [f64; LANES] {
    let mut lanes = [f64::INFINITY; LANES];
    for (values, penalties) in values.iter().zip(penalties) {
        for lane in 0..LANES {
            lanes[lane] = lesser(lanes[lane], values[lane] + penalties[lane]);
        }
    }
    lanes
}

fn lesser(one: f64, other: f64) -> f64 {
    if other < one { other } else { one }
}

/// Does `$do` with `$of`, a function that is this operator: chosen outside the loops, which then compile to vector
/// instructions.
macro_rules! with_operator {
    ($operator:expr, $of:ident, $do:expr) => {
        with_operator!(@ $operator, $of, $do, Add Subtract Multiply Divide Maximum Minimum Equal Different Less AtMost And Or)
    };
    (@ $operator:expr, $of:ident, $do:expr, $($name:ident)*) => {
        match $operator {
            $(Operator::$name => {
                let $of = |left: f64, right: f64| Operator::$name.of(left, right);
                $do
            })*
        }
    };
}

fn joined(operator: Operator, left: &[f64], right: &[f64], result: &mut Values) {
    with_operator!(operator, of, zipped(left, right, result, of));
}

/// Those of a mask for which a comparison with a constant holds.
fn narrowed(operator: Operator, values: &[f64], constant: f64, mask: &[f64], result: &mut Values) {
    with_operator!(operator, of, zipped(values, mask, result, |value, mask| of(value, constant) * mask));
}

#[inline(always)]
fn zipped(left: &[f64], right: &[f64], result: &mut Values, function: impl Fn(f64, f64) -> f64) {
    match (left, right) {
        (_, [right]) => fill(result, left.iter().map(|left| function(*left, *right))),
        ([left], _) => fill(result, right.iter().map(|right| function(*left, *right))),
        _ => {
            result.clear();
            for (left, right) in aligned(left, right) {
                result.extend(left.iter().zip(right).map(|(left, right)| function(*left, *right)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::front::dominates;
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    const LENGTH: usize = 27;
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
        let (mut all_suitable, mut all_left_out) = (0, 0);
        for seed in 0..400 {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let constraints: Vec<Formula> = (0..rng.random_range(1..3)).map(|_| drawn(true, &mut rng)).collect();
            let objectives: Vec<Formula> = (0..rng.random_range(1..4)).map(|_| drawn(false, &mut rng)).collect();
            let mut sheet = Sheet::new(LENGTH, &constraints, &objectives);
            for _ in 0..3 {
                let mut values = |column: usize| -> Vec<f64> {
                    let count = [LENGTH, 1, 9, LENGTH][column];
                    (0..count).map(|_| f64::from(rng.random_range(1..6))).collect()
                };
                let columns: Vec<Vec<f64>> = (0..COLUMNS).map(&mut values).collect();
                let column = |number: usize, row: &mut Vec<f64>| row.clone_from(&columns[number]);
                let at = |position: usize| -> Vec<f64> {
                    columns.iter().map(|column| column[position % column.len()]).collect()
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
                let point = |position: &usize| -> Vec<f64> {
                    objectives.iter().map(|objective| objective.value(&at(*position))).collect()
                };
                let unsound = rng.random_range(0..2 * LENGTH);
                let is_sound = |position: usize| position != unsound;
                let contenders = sheet.contenders(&is_sound, &column);
                for (position, objectives) in &contenders {
                    assert!(expected.contains(position) && is_sound(*position), "seed {seed}");
                    let same =
                        objectives.iter().zip(point(position)).all(|(one, other)| one.to_bits() == other.to_bits());
                    assert!(same, "seed {seed}");
                }
                for position in expected.iter().filter(|position| is_sound(**position)) {
                    let own = point(position);
                    let listed = contenders.iter().any(|(contender, _)| contender == position);
                    let beaten = contenders.iter().any(|(_, contender)| dominates(contender, &own));
                    let comparable = own.iter().all(|objective| !objective.is_nan());
                    assert!(listed || beaten || !comparable, "seed {seed}");
                    all_left_out += usize::from(!listed);
                }
            }
        }
        assert!(all_suitable > 1000 && all_left_out > 1000, "{all_suitable} {all_left_out}");
    }
}
