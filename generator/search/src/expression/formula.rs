//! A checked expression as a program for a stack: over one configuration, over a row of them, over a region.

use super::Operator;
use std::borrow::Cow;

/// What an expression computes from the columns of a configuration.
#[derive(Clone, Debug, PartialEq)]
pub struct Formula {
    steps: Vec<Step>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Step {
    Constant(f64),
    Column(usize),
    Negate,
    Not,
    Binary(Operator),
}

/// The least and the greatest that a quantity may be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    /// Not less.
    pub least: f64,
    /// Not more.
    pub most: f64,
}

impl Bounds {
    /// Nothing is known.
    const ANYTHING: Bounds = Bounds { least: f64::NEG_INFINITY, most: f64::INFINITY };

    /// One value.
    pub fn exactly(value: f64) -> Bounds {
        Bounds { least: value, most: value }
    }
}

/// A quantity over a row of configurations.
#[derive(Clone, Debug)]
pub enum Rows<'a> {
    /// The same for all.
    One(f64),
    /// One for each.
    Each(Cow<'a, [f64]>),
}

impl<'a> Rows<'a> {
    /// One for each.
    pub fn owned(values: Vec<f64>) -> Rows<'a> {
        Rows::Each(Cow::Owned(values))
    }

    /// The same without a copy.
    pub fn borrowed(&self) -> Rows<'_> {
        match self {
            Rows::One(value) => Rows::One(*value),
            Rows::Each(values) => Rows::Each(Cow::Borrowed(values)),
        }
    }

    /// That of a configuration of the row.
    pub fn at(&self, position: usize) -> f64 {
        match self {
            Rows::One(value) => *value,
            Rows::Each(values) => values[position],
        }
    }

    /// One where both are, of facts.
    pub fn and(self, other: Rows<'a>) -> Rows<'a> {
        match (self, other) {
            (Rows::One(1.0), rows) | (rows, Rows::One(1.0)) => rows,
            (Rows::One(_), _) | (_, Rows::One(_)) => Rows::One(0.0),
            (one, other) => binary_rows(Operator::And, one, other),
        }
    }

    /// The sum over a row of `length`, of whole numbers.
    pub fn total(&self, length: usize) -> f64 {
        match self {
            Rows::One(value) => *value * length as f64,
            Rows::Each(values) => {
                let lanes = in_lanes(values, 0.0, |sum, value| sum + value);
                lanes.into_iter().sum()
            }
        }
    }

    /// The least of those for which `mask` is one.
    pub fn least_where(&self, mask: &Rows) -> f64 {
        let lesser = |one: f64, other: f64| if other < one { other } else { one };
        let lanes = match (self, mask) {
            (Rows::One(value), _) => return *value,
            (Rows::Each(values), Rows::One(_)) => in_lanes(values, f64::INFINITY, lesser),
            (Rows::Each(values), Rows::Each(mask)) => {
                let masked = |value: &f64, mask: &f64| if *mask == 1.0 { *value } else { f64::INFINITY };
                let mut lanes = [f64::INFINITY; LANES];
                let (chunks, rest) = values.as_chunks::<LANES>();
                let (masks, masks_rest) = mask.as_chunks::<LANES>();
                for (chunk, mask) in chunks.iter().zip(masks) {
                    for lane in 0..LANES {
                        lanes[lane] = lesser(lanes[lane], masked(&chunk[lane], &mask[lane]));
                    }
                }
                lanes[0] = rest
                    .iter()
                    .zip(masks_rest)
                    .fold(lanes[0], |least, (value, mask)| lesser(least, masked(value, mask)));
                lanes
            }
        };
        lanes.into_iter().fold(f64::INFINITY, lesser)
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

fn truth(fact: bool) -> f64 {
    f64::from(u8::from(fact))
}

impl Operator {
    /// On numbers; facts are one and zero.
    pub fn of(self, left: f64, right: f64) -> f64 {
        match self {
            Operator::Add => left + right,
            Operator::Subtract => left - right,
            Operator::Multiply => left * right,
            Operator::Divide => left / right,
            Operator::Maximum => {
                if left > right {
                    left
                } else {
                    right
                }
            }
            Operator::Minimum => {
                if left < right {
                    left
                } else {
                    right
                }
            }
            Operator::Equal => truth(left == right),
            Operator::Different => truth(left != right),
            Operator::Less => truth(left < right),
            Operator::AtMost => truth(left <= right),
            Operator::And => left * right,
            Operator::Or => {
                if left > right {
                    left
                } else {
                    right
                }
            }
        }
    }

    /// On bounds: every result of operands within theirs is within the result's, rounding included, because rounding
    /// keeps the order.
    fn of_bounds(self, left: Bounds, right: Bounds) -> Bounds {
        match self {
            Operator::Subtract => Bounds { least: left.least - right.most, most: left.most - right.least },
            Operator::Multiply => extremes(self, left, right),
            Operator::Divide if right.least <= 0.0 && right.most >= 0.0 => Bounds::ANYTHING,
            Operator::Divide => extremes(self, left, right),
            Operator::Equal => Bounds {
                least: truth(left.least == left.most && right.least == right.most && left.least == right.least),
                most: truth(left.least <= right.most && right.least <= left.most),
            },
            Operator::Different => {
                let equal = Operator::Equal.of_bounds(left, right);
                Bounds { least: 1.0 - equal.most, most: 1.0 - equal.least }
            }
            Operator::Less | Operator::AtMost => {
                Bounds { least: self.of(left.most, right.least), most: self.of(left.least, right.most) }
            }
            _ => Bounds { least: self.of(left.least, right.least), most: self.of(left.most, right.most) },
        }
    }
}

fn extremes(operator: Operator, left: Bounds, right: Bounds) -> Bounds {
    let corners = [
        operator.of(left.least, right.least),
        operator.of(left.least, right.most),
        operator.of(left.most, right.least),
        operator.of(left.most, right.most),
    ];
    if corners.iter().any(|corner| corner.is_nan()) {
        return Bounds::ANYTHING;
    }
    let bounds = Bounds::exactly(corners[0]);
    corners
        .iter()
        .fold(bounds, |bounds, corner| Bounds { least: bounds.least.min(*corner), most: bounds.most.max(*corner) })
}

impl Formula {
    /// The value of a formula that reads no column.
    pub fn as_constant(&self) -> Option<f64> {
        let reads = self.steps.iter().any(|step| matches!(step, Step::Column(_)));
        (!reads).then(|| self.value(&[]))
    }

    pub(crate) fn constant(value: f64) -> Formula {
        Formula { steps: vec![Step::Constant(value)] }
    }

    pub(crate) fn column(column: usize) -> Formula {
        Formula { steps: vec![Step::Column(column)] }
    }

    pub(crate) fn negated(mut self) -> Formula {
        self.steps.push(Step::Negate);
        self
    }

    pub(crate) fn inverted(mut self) -> Formula {
        self.steps.push(Step::Not);
        self
    }

    pub(crate) fn joined(mut self, operator: Operator, right: Formula) -> Formula {
        self.steps.extend(right.steps);
        self.steps.push(Step::Binary(operator));
        self
    }

    /// The columns that it reads.
    pub fn columns(&self) -> impl Iterator<Item = usize> {
        self.steps.iter().filter_map(|step| match step {
            Step::Column(column) => Some(*column),
            _ => None,
        })
    }

    /// Its value where the columns have these values.
    pub fn value(&self, columns: &[f64]) -> f64 {
        self.run(
            |column| columns[column],
            |value| value,
            |value| -value,
            |value| 1.0 - value,
            |operator, left, right| operator.of(left, right),
        )
    }

    /// Its bounds where the columns are within these.
    pub fn bounds(&self, columns: &[Bounds]) -> Bounds {
        self.run(
            |column| columns[column],
            Bounds::exactly,
            |Bounds { least, most }| Bounds { least: -most, most: -least },
            |Bounds { least, most }| Bounds { least: 1.0 - most, most: 1.0 - least },
            |operator, left, right| operator.of_bounds(left, right),
        )
    }

    /// Its values over a row of configurations.
    pub fn rows<'a>(&self, columns: impl Fn(usize) -> Rows<'a>) -> Rows<'a> {
        self.run(
            columns,
            Rows::One,
            |rows| each(rows, |value| -value),
            |rows| each(rows, |value| 1.0 - value),
            binary_rows,
        )
    }

    fn run<T>(
        &self,
        column: impl Fn(usize) -> T,
        constant: impl Fn(f64) -> T,
        negate: impl Fn(T) -> T,
        not: impl Fn(T) -> T,
        binary: impl Fn(Operator, T, T) -> T,
    ) -> T {
        let mut stack: Vec<T> = Vec::with_capacity(8);
        for step in &self.steps {
            let result = match step {
                Step::Constant(value) => constant(*value),
                Step::Column(position) => column(*position),
                Step::Negate => negate(popped(&mut stack)),
                Step::Not => not(popped(&mut stack)),
                Step::Binary(operator) => {
                    let right = popped(&mut stack);
                    let left = popped(&mut stack);
                    binary(*operator, left, right)
                }
            };
            stack.push(result);
        }
        popped(&mut stack)
    }
}

fn popped<T>(stack: &mut Vec<T>) -> T {
    stack.pop().expect("a formula leaves one value for each that it takes")
}

fn each<'a>(rows: Rows<'a>, function: impl Fn(f64) -> f64) -> Rows<'a> {
    match rows {
        Rows::One(value) => Rows::One(function(value)),
        Rows::Each(values) => mapped(values, function),
    }
}

#[inline(always)]
fn mapped<'a>(values: Cow<'a, [f64]>, function: impl Fn(f64) -> f64) -> Rows<'a> {
    match values {
        Cow::Owned(mut values) => {
            values.iter_mut().for_each(|value| *value = function(*value));
            Rows::owned(values)
        }
        Cow::Borrowed(values) => Rows::owned(values.iter().map(|value| function(*value)).collect()),
    }
}

fn binary_rows<'a>(operator: Operator, left: Rows<'a>, right: Rows<'a>) -> Rows<'a> {
    // The operator is chosen outside the loops, which then compile to vector instructions.
    macro_rules! with {
        ($($name:ident),*) => {
            match operator {
                $(Operator::$name => zipped(left, right, |left, right| Operator::$name.of(left, right)),)*
            }
        };
    }
    with!(Add, Subtract, Multiply, Divide, Maximum, Minimum, Equal, Different, Less, AtMost, And, Or)
}

#[inline(always)]
fn zipped<'a>(left: Rows<'a>, right: Rows<'a>, function: impl Fn(f64, f64) -> f64) -> Rows<'a> {
    match (left, right) {
        (Rows::One(left), Rows::One(right)) => Rows::One(function(left, right)),
        (Rows::Each(left), Rows::One(right)) => mapped(left, |left| function(left, right)),
        (Rows::One(left), Rows::Each(right)) => mapped(right, |right| function(left, right)),
        (Rows::Each(Cow::Owned(mut left)), Rows::Each(right)) => {
            left.iter_mut().zip(&*right).for_each(|(left, right)| *left = function(*left, *right));
            Rows::owned(left)
        }
        (Rows::Each(left), Rows::Each(Cow::Owned(mut right))) => {
            right.iter_mut().zip(&*left).for_each(|(right, left)| *right = function(*left, *right));
            Rows::owned(right)
        }
        (Rows::Each(left), Rows::Each(right)) => {
            Rows::owned(left.iter().zip(&*right).map(|(left, right)| function(*left, *right)).collect())
        }
    }
}
