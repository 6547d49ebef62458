//! Spaces: families with values for some of their parameters, what configurations must meet and are compared by.

use crate::column::Columns;
use crate::expression::{Dimension, ExpressionError, Formula, Tree, Type, compile};
use crate::grid::{TooLarge, number};
use crate::model::Model;
use tritloom_datapath::family::Family;
use tritloom_datapath::parameter::{Parameter, ParameterValue, Parameters};

/// Values of one parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// The parameter.
    pub parameter: &'static Parameter,
    /// At least two legal values, no two equal.
    pub values: Vec<ParameterValue>,
}

/// A family with every combination of values of some parameters; the others stand still.
#[derive(Clone)]
pub struct Region {
    /// The kind of datapath.
    pub family: &'static dyn Family,
    /// The parameters that stand still; of the others any value.
    pub base: Parameters,
    /// The parameters that do not, in the order of the family's table; the last one is the fastest.
    pub axes: Vec<Axis>,
}

impl Region {
    /// The length of each axis.
    pub fn lengths(&self) -> Vec<usize> {
        self.axes.iter().map(|axis| axis.values.len()).collect()
    }

    /// How many combinations, legal or not; `None` where 64 bits do not hold it.
    pub fn size(&self) -> Option<u64> {
        self.axes.iter().try_fold(1_u64, |size, axis| size.checked_mul(axis.values.len() as u64))
    }

    /// The parameters of the point at these positions on the axes.
    pub fn parameters(&self, digits: &[usize]) -> Parameters {
        let values = self.axes.iter().zip(digits).map(|(axis, digit)| (axis.parameter.name, &axis.values[*digit]));
        self.base.with_each(values)
    }

    /// The positions on the axes of the combination of this number.
    pub fn digits(&self, mut number: u64) -> Vec<usize> {
        let mut digits = vec![0; self.axes.len()];
        for (digit, axis) in digits.iter_mut().zip(&self.axes).rev() {
            *digit = (number % axis.values.len() as u64) as usize;
            number /= axis.values.len() as u64;
        }
        digits
    }

    /// The number of the combination at these positions.
    pub fn number(&self, digits: &[usize]) -> u64 {
        number(&self.lengths(), digits)
    }

    /// A configuration, as far as it differs from the defaults, that another region has too.
    pub fn shared(&self, other: &Region) -> Option<String> {
        if self.family.name() != other.family.name() {
            return None;
        }
        let values = |region: &Region, name: &str| -> Vec<ParameterValue> {
            let axis = region.axes.iter().find(|axis| axis.parameter.name == name);
            axis.map_or(region.base.get(name).cloned().into_iter().collect(), |axis| axis.values.clone())
        };
        let mut shared = vec![];
        for parameter in self.family.parameters() {
            let theirs = values(other, parameter.name);
            let value = values(self, parameter.name).into_iter().find(|value| theirs.contains(value))?;
            let varies =
                [self, other].iter().any(|region| region.axes.iter().any(|axis| axis.parameter.name == parameter.name));
            if varies || parameter.default_value().as_ref() != Some(&value) {
                shared.push(format!("{}: {value}", parameter.name));
            }
        }
        Some(if shared.is_empty() { "the configuration".to_owned() } else { format!("{{{}}}", shared.join(", ")) })
    }

    /// The positions of a configuration on the axes; `None` where it is not of this region.
    pub fn find(&self, family: &str, parameters: &Parameters) -> Option<Vec<usize>> {
        let on_axis = |name: &str| self.axes.iter().any(|axis| axis.parameter.name == name);
        let mut still = self.base.iter().zip(parameters.iter());
        if family != self.family.name() || still.any(|(own, other)| own != other && !on_axis(own.0.name)) {
            return None;
        }
        let position = |axis: &Axis| {
            let value = parameters.get(axis.parameter.name)?;
            axis.values.iter().position(|known| known == value)
        };
        self.axes.iter().map(position).collect()
    }
}

/// An expression with the text that it was read from.
#[derive(Clone, Debug, PartialEq)]
pub struct Expression {
    /// As the user wrote it.
    pub text: String,
    /// As it was read.
    pub tree: Tree,
}

/// What is to be small or large.
#[derive(Clone, Debug, PartialEq)]
pub struct Objective {
    /// The quantity.
    pub expression: Expression,
    /// Whether more of it is better.
    pub more_is_better: bool,
}

/// Regions, what their configurations must meet, and what they are compared by.
pub struct Space {
    /// Side by side: the space's order is theirs.
    pub regions: Vec<Region>,
    /// Each must hold, where a family has the parameters that it names.
    pub constraints: Vec<Expression>,
    /// At least one.
    pub objectives: Vec<Objective>,
    /// What quantities follow from.
    pub model: Model,
}

/// What is asked of the configurations of one region.
pub struct Question {
    /// What the formulas read.
    pub columns: Columns,
    /// Each is one where a constraint holds; `None` where the region's family does not have what it names.
    pub constraints: Vec<Option<Formula>>,
    /// Each is to be small.
    pub objectives: Vec<Formula>,
}

/// What a space cannot be searched for: an expression by its place among the constraints or objectives, a region by its.
#[derive(Clone, Debug, PartialEq)]
pub enum SpaceError {
    /// A constraint.
    Constraint(usize, ExpressionError),
    /// An objective.
    Objective(usize, ExpressionError),
    /// A region that would take too large a table.
    Region(usize, TooLarge),
}

impl SpaceError {
    /// Of what list it is about what.
    fn place(&self) -> (u8, usize) {
        match self {
            SpaceError::Constraint(place, _) => (0, *place),
            SpaceError::Objective(place, _) => (1, *place),
            SpaceError::Region(place, _) => (2, *place),
        }
    }
}

impl Space {
    /// How many combinations, legal or not; `None` where 64 bits do not hold it.
    pub fn size(&self) -> Option<u64> {
        self.regions.iter().try_fold(0_u64, |sum, region| sum.checked_add(region.size()?))
    }

    /// The formulas of each region, or everything that is wrong with the expressions.
    pub fn questions(&self) -> Result<Vec<Question>, Vec<SpaceError>> {
        let mut errors = vec![];
        let questions: Vec<Question> = self.regions.iter().map(|region| self.question(region, &mut errors)).collect();
        for (position, constraint) in self.constraints.iter().enumerate() {
            if questions.iter().all(|question| question.constraints[position].is_none()) {
                // The family that knows most of the names says which it does not know.
                let complaint = |region: &Region| {
                    compile(&constraint.tree, &self.model, region.family.parameters(), &mut Columns::default()).err()
                };
                let error = self.regions.iter().filter_map(complaint).max_by_key(|error| error.start);
                errors.extend(error.map(|error| SpaceError::Constraint(position, error)));
            }
        }
        // Of one expression the first error tells what the others follow from.
        let mut seen = vec![];
        errors.retain(|error| {
            let first = !seen.contains(&error.place());
            seen.push(error.place());
            first
        });
        if errors.is_empty() { Ok(questions) } else { Err(errors) }
    }

    fn question(&self, region: &Region, errors: &mut Vec<SpaceError>) -> Question {
        let mut columns = Columns::default();
        let table = region.family.parameters();
        let mut constraints = vec![];
        for (position, constraint) in self.constraints.iter().enumerate() {
            let compiled = compile(&constraint.tree, &self.model, table, &mut columns).and_then(fact(&constraint.tree));
            if let Err(error) = &compiled
                && error.unknown.is_none()
            {
                errors.push(SpaceError::Constraint(position, error.clone()));
            }
            constraints.push(compiled.ok());
        }
        let mut objectives = vec![];
        for (position, objective) in self.objectives.iter().enumerate() {
            let wrong = |message: &str| {
                let error = ExpressionError::at(&objective.expression.tree, message);
                SpaceError::Objective(position, error.legal("an expression with a quantity or a parameter"))
            };
            match compile(&objective.expression.tree, &self.model, table, &mut columns) {
                Ok((_, Type::Fact)) => errors.push(wrong("an objective is a quantity, and this is true or false")),
                Ok((formula, _)) if formula.as_constant().is_some() => {
                    errors.push(wrong("an objective that is the same for all configurations chooses none"));
                }
                Ok((formula, Type::Quantity(_))) => {
                    objectives.push(if objective.more_is_better { formula.negated() } else { formula });
                }
                Err(error) => errors.push(SpaceError::Objective(position, error)),
            }
        }
        Question { columns, constraints, objectives }
    }
}

fn fact(tree: &Tree) -> impl Fn((Formula, Type)) -> Result<Formula, ExpressionError> {
    |(formula, kind)| match kind {
        Type::Fact => Ok(formula),
        Type::Quantity(dimension) => {
            let kind: Dimension = dimension;
            let message = format!("a constraint is true or false, and this is {kind}");
            Err(ExpressionError::at(tree, message).legal("a comparison with ==, !=, <, <=, > or >="))
        }
    }
}
