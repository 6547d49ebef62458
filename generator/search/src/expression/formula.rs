//! A checked expression as a program for a stack: over one configuration, over a region.

use super::Operator;

/// What an expression computes from the columns of a configuration.
#[derive(Clone, Debug, PartialEq)]
pub struct Formula {
    pub(super) steps: Vec<Step>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Step {
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

/// Of facts.
#[inline(always)]
pub(super) fn truth(fact: bool) -> f64 {
    // As a choice it becomes a vector instruction, as a conversion it does not.
    if fact { 1.0 } else { 0.0 }
}

impl Operator {
    /// On numbers; facts are one and zero.
    #[inline(always)]
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

pub(super) fn popped<T>(stack: &mut Vec<T>) -> T {
    stack.pop().expect("a formula leaves one value for each that it takes")
}
