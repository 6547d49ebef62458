//! Constraints and objectives as a user writes them: `tables * group_size == ports`, `area < 0.2 mm2`.

mod compile;
mod formula;
mod parse;
mod sheet;
mod unit;

pub use compile::{Type, compile};
pub use formula::{Bounds, Formula};
pub use parse::parse;
pub use sheet::Sheet;
pub use unit::{Dimension, unit, units};

/// A part of an expression, with its place in the text.
#[derive(Clone, Debug, PartialEq)]
pub struct Tree {
    /// What it is.
    pub node: Node,
    /// Characters before it.
    pub start: usize,
    /// Its characters.
    pub length: usize,
}

/// The kinds of parts.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// A number, in um2, ps and fJ where it has a unit.
    Number(f64, Dimension),
    /// The name of a quantity, of a parameter, or of one of its words.
    Name(String),
    /// `-x`.
    Negate(Box<Tree>),
    /// `not x`.
    Not(Box<Tree>),
    /// Two operands.
    Binary(Operator, Box<Tree>, Box<Tree>),
}

/// What stands between two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `+`.
    Add,
    /// `-`.
    Subtract,
    /// `*`.
    Multiply,
    /// `/`.
    Divide,
    /// `max(x, y)`.
    Maximum,
    /// `min(x, y)`.
    Minimum,
    /// `==`.
    Equal,
    /// `!=`.
    Different,
    /// `<`.
    Less,
    /// `<=`.
    AtMost,
    /// `and`.
    And,
    /// `or`.
    Or,
}

/// What is wrong with an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpressionError {
    /// Characters before the place.
    pub start: usize,
    /// Characters of the place.
    pub length: usize,
    /// What is wrong, without the place.
    pub message: String,
    /// What would be legal.
    pub legal: Option<String>,
    /// The name that was probably meant.
    pub suggestion: Option<String>,
    /// The name that nothing is known by.
    pub unknown: Option<String>,
}

impl ExpressionError {
    fn new(start: usize, length: usize, message: impl Into<String>) -> ExpressionError {
        let message = message.into();
        ExpressionError { start, length: length.max(1), message, legal: None, suggestion: None, unknown: None }
    }

    pub(crate) fn at(tree: &Tree, message: impl Into<String>) -> ExpressionError {
        ExpressionError::new(tree.start, tree.length, message)
    }

    pub(crate) fn legal(self, legal: impl Into<String>) -> ExpressionError {
        ExpressionError { legal: Some(legal.into()), ..self }
    }
}

impl std::fmt::Display for ExpressionError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "character {}: {}", self.start + 1, self.message)
    }
}

impl std::error::Error for ExpressionError {}

impl Tree {
    /// The number that the whole expression is, in um2, ps and fJ.
    pub fn number(&self) -> Option<(f64, Dimension)> {
        match self.node {
            Node::Number(value, dimension) => Some((value, dimension)),
            _ => None,
        }
    }

    /// What a comparison compares, in the order of the text.
    pub fn sides(&self) -> Option<[&Tree; 2]> {
        use Operator::{AtMost, Different, Equal, Less};
        match &self.node {
            Node::Binary(Equal | Different | Less | AtMost, left, right) => {
                Some(if left.start <= right.start { [left, right] } else { [right, left] })
            }
            _ => None,
        }
    }
}
