//! From a tree to a formula: names are found, and units must agree.

use super::formula::Formula;
use super::parse::parse;
use super::unit::Dimension;
use super::{ExpressionError, Node, Operator, Tree};
use crate::column::{Column, Columns};
use crate::model::Model;
use crate::quantity::{Meaning, QUANTITIES};
use tritloom_datapath::parameter::{Domain, Parameter, closest};

/// What an expression is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// A quantity.
    Quantity(Dimension),
    /// True or false.
    Fact,
}

/// Compiles an expression over the quantities of `model` and the parameters of a family; columns that it reads are
/// added to `columns`.
pub fn compile(
    tree: &Tree,
    model: &Model,
    parameters: &'static [Parameter],
    columns: &mut Columns,
) -> Result<(Formula, Type), ExpressionError> {
    Compiler { model, parameters, columns }.tree(tree)
}

struct Compiler<'a> {
    model: &'a Model,
    parameters: &'static [Parameter],
    columns: &'a mut Columns,
}

type Compiled = Result<(Formula, Type), ExpressionError>;

impl Compiler<'_> {
    fn tree(&mut self, tree: &Tree) -> Compiled {
        match &tree.node {
            Node::Number(value, dimension) => Ok((Formula::constant(*value), Type::Quantity(*dimension))),
            Node::Name(name) => self.name(tree, name),
            Node::Negate(operand) => {
                let (formula, dimension) = self.quantity(operand)?;
                Ok((formula.negated(), Type::Quantity(dimension)))
            }
            Node::Not(operand) => Ok((self.fact(operand)?.inverted(), Type::Fact)),
            Node::Binary(operator, left, right) => self.binary(tree, *operator, left, right),
        }
    }

    fn binary(&mut self, tree: &Tree, operator: Operator, left: &Tree, right: &Tree) -> Compiled {
        if let (Operator::Equal | Operator::Different, Some(word)) = (operator, self.word(left, right)) {
            let formula = Formula::column(self.columns.of(word?));
            return Ok((if operator == Operator::Equal { formula } else { formula.inverted() }, Type::Fact));
        }
        if matches!(operator, Operator::And | Operator::Or) {
            return Ok((self.fact(left)?.joined(operator, self.fact(right)?), Type::Fact));
        }
        let (left_formula, left_dimension) = self.quantity(left)?;
        let (right_formula, right_dimension) = self.quantity(right)?;
        if operator == Operator::Divide && right_formula.as_constant() == Some(0.0) {
            return Err(ExpressionError::at(right, "nothing can be divided by zero").legal("what is not always zero"));
        }
        let formula = left_formula.joined(operator, right_formula);
        match operator {
            Operator::Multiply => Ok((formula, Type::Quantity(left_dimension.times(right_dimension)))),
            Operator::Divide => Ok((formula, Type::Quantity(left_dimension.over(right_dimension)))),
            _ if left_dimension != right_dimension => {
                let message = format!("{left_dimension} stands beside {right_dimension}");
                Err(ExpressionError::at(tree, message).legal("the same kind of quantity on both sides"))
            }
            Operator::Add | Operator::Subtract | Operator::Maximum | Operator::Minimum => {
                Ok((formula, Type::Quantity(left_dimension)))
            }
            _ => Ok((formula, Type::Fact)),
        }
    }

    fn quantity(&mut self, tree: &Tree) -> Result<(Formula, Dimension), ExpressionError> {
        match self.tree(tree)? {
            (formula, Type::Quantity(dimension)) => Ok((formula, dimension)),
            (_, Type::Fact) => Err(ExpressionError::at(tree, "this is true or false, and a quantity is needed")),
        }
    }

    fn fact(&mut self, tree: &Tree) -> Result<Formula, ExpressionError> {
        match self.tree(tree)? {
            (formula, Type::Fact) => Ok(formula),
            (_, Type::Quantity(dimension)) => {
                let message = format!("this is {dimension}, and something true or false is needed");
                Err(ExpressionError::at(tree, message).legal("a comparison with ==, !=, <, <=, > or >="))
            }
        }
    }

    fn name(&mut self, tree: &Tree, name: &str) -> Compiled {
        if let Some(quantity) = QUANTITIES.iter().find(|quantity| quantity.name == name) {
            let lacks = self.model.lacks(quantity);
            return match (lacks, &quantity.meaning) {
                (Some(reason), _) => Err(ExpressionError::at(tree, format!("`{name}` is not known: {reason}"))),
                (None, Meaning::Column(column)) => {
                    Ok((Formula::column(self.columns.of(column.clone())), Type::Quantity(quantity.dimension)))
                }
                (None, Meaning::Multiple(column, factor)) => {
                    let column = Formula::column(self.columns.of(column.clone()));
                    let formula = column.joined(Operator::Multiply, Formula::constant(*factor));
                    Ok((formula, Type::Quantity(quantity.dimension)))
                }
                (None, Meaning::Formula(text)) => {
                    // What is wrong inside stands at the name that the user wrote.
                    let inside = parse(text).and_then(|inside| self.tree(&inside));
                    inside.map_err(|error| ExpressionError::at(tree, error.message))
                }
            };
        }
        // Without a clock a configuration runs at its own longest path.
        if name == "period" && self.model.period_ps.is_none() {
            return self.name(tree, "delay");
        }
        if let Some((constant, dimension)) = self.model.constant(name) {
            return Ok((Formula::constant(constant), Type::Quantity(dimension)));
        }
        match self.parameters.iter().find(|parameter| parameter.name == name) {
            Some(Parameter { name, domain: Domain::Integer { .. }, .. }) => {
                let column = self.columns.of(Column::Parameter(name));
                Ok((Formula::column(column), Type::Quantity(Dimension::NUMBER)))
            }
            Some(Parameter { name, domain: Domain::Flag, .. }) => {
                Ok((Formula::column(self.columns.of(Column::Word(name, "true".to_owned()))), Type::Fact))
            }
            Some(Parameter { domain, .. }) => {
                let message = format!("`{name}` is a word, which is compared with == or !=");
                Err(ExpressionError::at(tree, message).legal(domain.to_string()))
            }
            None => Err(self.unknown(tree, name)),
        }
    }

    /// A comparison of a parameter with one of its words.
    fn word(&self, left: &Tree, right: &Tree) -> Option<Result<Column, ExpressionError>> {
        let (Node::Name(left_name), Node::Name(right_name)) = (&left.node, &right.node) else { return None };
        let of_words = |name: &str| {
            let found = self.parameters.iter().find(|parameter| parameter.name == name);
            found.filter(|parameter| !matches!(parameter.domain, Domain::Integer { .. }))
        };
        let (parameter, word, place) = match (of_words(left_name), of_words(right_name)) {
            (Some(parameter), None) => (parameter, right_name, right),
            (None, Some(parameter)) => (parameter, left_name, left),
            _ => return None,
        };
        let words: Vec<&str> = match parameter.domain {
            Domain::Choice(words) => words.iter().map(|(word, _)| *word).collect(),
            _ => vec!["true", "false"],
        };
        if words.contains(&word.as_str()) {
            return Some(Ok(Column::Word(parameter.name, word.clone())));
        }
        let suggestion = closest(word, words.iter().copied()).map(str::to_owned);
        let message = format!("`{word}` is not a choice of `{}`", parameter.name);
        let error = ExpressionError::at(place, message).legal(parameter.domain.to_string());
        Some(Err(ExpressionError { suggestion, ..error }))
    }

    fn unknown(&self, tree: &Tree, name: &str) -> ExpressionError {
        let quantities = || QUANTITIES.iter().map(|quantity| quantity.name);
        let parameters = || self.parameters.iter().map(|parameter| parameter.name);
        let message = format!("there is no quantity and no parameter `{name}`");
        let legal =
            format!("{}; {}", quantities().collect::<Vec<_>>().join(", "), parameters().collect::<Vec<_>>().join(", "));
        let suggestion = closest(name, quantities().chain(parameters())).map(str::to_owned);
        ExpressionError {
            suggestion,
            unknown: Some(name.to_owned()),
            ..ExpressionError::at(tree, message).legal(legal)
        }
    }
}
