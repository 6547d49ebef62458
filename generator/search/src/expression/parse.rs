//! From text to a tree, by recursive descent.

use super::unit::{Dimension, unit, units};
use super::{ExpressionError, Node, Operator, Tree};

/// Deeper nesting is nobody's constraint, and would exhaust the stack.
const MAXIMUM_DEPTH: usize = 64;

/// A chain of operands is as deep a tree as it is long.
const MAXIMUM_TOKENS: usize = 1000;

/// Reads an expression.
pub fn parse(text: &str) -> Result<Tree, ExpressionError> {
    let tokens = tokens(text)?;
    if let Some(beyond) = tokens.get(MAXIMUM_TOKENS) {
        let message = format!("an expression of {} words, numbers and signs is too long", tokens.len());
        let error = ExpressionError::new(beyond.start, beyond.length(), message);
        return Err(error.legal(format!("at most {MAXIMUM_TOKENS}; several constraints hold together")));
    }
    let mut parser = Parser { tokens, position: 0, end: text.chars().count(), depth: 0 };
    let tree = parser.either()?;
    match parser.peek() {
        None => Ok(tree),
        Some(token) => {
            let message = format!("`{}` stands where the expression could end", token.text);
            Err(ExpressionError::new(token.start, token.length(), message))
        }
    }
}

/// A word, number or sign.
#[derive(Clone, Debug)]
struct Token {
    text: String,
    start: usize,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Number,
    Word,
    Sign,
}

impl Token {
    fn length(&self) -> usize {
        self.text.chars().count()
    }
}

fn tokens(text: &str) -> Result<Vec<Token>, ExpressionError> {
    let letters: Vec<char> = text.chars().collect();
    let mut tokens: Vec<Token> = vec![];
    let mut start = 0;
    while start < letters.len() {
        let rest = &letters[start..];
        let after_number = tokens.last().is_some_and(|token| token.kind == Kind::Number);
        let (kind, length) = match rest[0] {
            letter if letter.is_whitespace() => {
                start += 1;
                continue;
            }
            letter if letter.is_ascii_digit() => (Kind::Number, number_length(rest)),
            letter if letter.is_ascii_alphabetic() => (Kind::Word, word_length(rest, after_number)),
            letter => match sign_length(rest) {
                Some(length) => (Kind::Sign, length),
                None => return Err(ExpressionError::new(start, 1, format!("`{letter}` has no meaning here"))),
            },
        };
        tokens.push(Token { text: rest[..length].iter().collect(), start, kind });
        start += length;
    }
    Ok(tokens)
}

fn number_length(rest: &[char]) -> usize {
    let digits = |from: usize| rest[from..].iter().take_while(|letter| letter.is_ascii_digit()).count();
    let mut length = digits(0);
    if rest.get(length) == Some(&'.') {
        length += 1 + digits(length + 1);
    }
    if matches!(rest.get(length), Some('e' | 'E')) {
        let sign = usize::from(matches!(rest.get(length + 1), Some('+' | '-')));
        let exponent = digits((length + 1 + sign).min(rest.len()));
        length += if exponent > 0 { 1 + sign + exponent } else { 0 };
    }
    length
}

/// A word; behind a number it is a unit, to which `/s` may belong.
fn word_length(rest: &[char], after_number: bool) -> usize {
    let length = rest.iter().take_while(|letter| letter.is_ascii_alphanumeric() || **letter == '_').count();
    let a_second = rest.get(length) == Some(&'/') && rest.get(length + 1) == Some(&'s');
    let with_second = || rest[..length + 2].iter().collect::<String>();
    if after_number && a_second && unit(&with_second()).is_some() { length + 2 } else { length }
}

fn sign_length(rest: &[char]) -> Option<usize> {
    let two: String = rest.iter().take(2).collect();
    match two.as_str() {
        "==" | "!=" | "<=" | ">=" => Some(2),
        _ => "+-*/()<>,".contains(rest[0]).then_some(1),
    }
}

struct Parser {
    tokens: Vec<Token>,
    position: usize,
    end: usize,
    depth: usize,
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.position)
    }

    /// Takes the next token if it is this one.
    fn take(&mut self, text: &str) -> bool {
        let found = self.peek().is_some_and(|token| token.text == text);
        self.position += usize::from(found);
        found
    }

    fn expected(&self, what: &str) -> ExpressionError {
        match self.peek() {
            Some(token) => {
                ExpressionError::new(token.start, token.length(), format!("{what} is expected, not `{}`", token.text))
            }
            None => ExpressionError::new(self.end, 1, format!("{what} is expected at the end")),
        }
    }

    /// Operands with signs of one level between them, from left to right.
    fn chain(
        &mut self,
        signs: &[(&str, Operator)],
        operand: fn(&mut Parser) -> Result<Tree, ExpressionError>,
    ) -> Result<Tree, ExpressionError> {
        let mut left = operand(self)?;
        while let Some((_, operator)) = signs.iter().find(|(sign, _)| self.take(sign)) {
            left = binary(*operator, left, operand(self)?);
        }
        Ok(left)
    }

    fn either(&mut self) -> Result<Tree, ExpressionError> {
        self.chain(&[("or", Operator::Or)], Parser::both)
    }

    fn both(&mut self) -> Result<Tree, ExpressionError> {
        self.chain(&[("and", Operator::And)], Parser::comparison)
    }

    fn comparison(&mut self) -> Result<Tree, ExpressionError> {
        let left = self.sum()?;
        let signs = ["==", "!=", "<=", ">=", "<", ">"];
        let Some(sign) = signs.into_iter().find(|sign| self.take(sign)) else { return Ok(left) };
        let right = self.sum()?;
        Ok(match sign {
            "==" => binary(Operator::Equal, left, right),
            "!=" => binary(Operator::Different, left, right),
            "<=" => binary(Operator::AtMost, left, right),
            ">=" => mirrored(Operator::AtMost, left, right),
            "<" => binary(Operator::Less, left, right),
            _ => mirrored(Operator::Less, left, right),
        })
    }

    fn sum(&mut self) -> Result<Tree, ExpressionError> {
        self.chain(&[("+", Operator::Add), ("-", Operator::Subtract)], Parser::product)
    }

    fn product(&mut self) -> Result<Tree, ExpressionError> {
        self.chain(&[("*", Operator::Multiply), ("/", Operator::Divide)], Parser::prefixed)
    }

    fn prefixed(&mut self) -> Result<Tree, ExpressionError> {
        let start = self.peek().map_or(self.end, |token| token.start);
        self.depth += 1;
        if self.depth > MAXIMUM_DEPTH {
            let message = format!("parts lie more than {MAXIMUM_DEPTH} deep in one another");
            return Err(ExpressionError::new(start, 1, message));
        }
        let prefixed = |node: fn(Box<Tree>) -> Node, operand: Tree| Tree {
            start,
            length: operand.start + operand.length - start,
            node: node(Box::new(operand)),
        };
        let tree = if self.take("-") {
            prefixed(Node::Negate, self.prefixed()?)
        } else if self.take("not") {
            prefixed(Node::Not, self.prefixed()?)
        } else {
            self.primary()?
        };
        self.depth -= 1;
        Ok(tree)
    }

    fn primary(&mut self) -> Result<Tree, ExpressionError> {
        if self.take("(") {
            let inner = self.either()?;
            return if self.take(")") { Ok(inner) } else { Err(self.expected("`)`")) };
        }
        let token = match self.peek() {
            Some(token) if token.kind != Kind::Sign => token.clone(),
            _ => return Err(self.expected("a number, a name or `(`")),
        };
        self.position += 1;
        match (token.kind, token.text.as_str()) {
            (Kind::Number, _) => self.number(&token),
            (_, "max") if self.take("(") => self.call(&token, Operator::Maximum),
            (_, "min") if self.take("(") => self.call(&token, Operator::Minimum),
            _ => Ok(Tree { length: token.length(), start: token.start, node: Node::Name(token.text) }),
        }
    }

    fn number(&mut self, token: &Token) -> Result<Tree, ExpressionError> {
        let value: f64 = token.text.parse().unwrap_or(f64::INFINITY);
        if !value.is_finite() {
            return Err(ExpressionError::new(token.start, token.length(), "the number is too large"));
        }
        let operators = ["and", "or"];
        let unit_token = match self.peek() {
            Some(next) if next.kind == Kind::Word && !operators.contains(&next.text.as_str()) => next.clone(),
            _ => {
                let node = Node::Number(value, Dimension::NUMBER);
                return Ok(Tree { node, start: token.start, length: token.length() });
            }
        };
        let Some((dimension, size)) = unit(&unit_token.text) else {
            let message = format!("`{}` is no unit", unit_token.text);
            let error = ExpressionError::new(unit_token.start, unit_token.length(), message);
            return Err(error.legal(units().collect::<Vec<_>>().join(", ")));
        };
        self.position += 1;
        let length = unit_token.start + unit_token.length() - token.start;
        Ok(Tree { node: Node::Number(value * size, dimension), start: token.start, length })
    }

    fn call(&mut self, name: &Token, operator: Operator) -> Result<Tree, ExpressionError> {
        let left = self.either()?;
        if !self.take(",") {
            return Err(self.expected("`,`"));
        }
        let right = self.either()?;
        if !self.take(")") {
            return Err(self.expected("`)`"));
        }
        let tree = binary(operator, left, right);
        let length = tree.start + tree.length + 1 - name.start;
        Ok(Tree { start: name.start, length, ..tree })
    }
}

fn binary(operator: Operator, left: Tree, right: Tree) -> Tree {
    let (start, length) = (left.start, right.start + right.length - left.start);
    Tree { node: Node::Binary(operator, Box::new(left), Box::new(right)), start, length }
}

/// A comparison with its sides exchanged.
fn mirrored(operator: Operator, left: Tree, right: Tree) -> Tree {
    let tree = binary(operator, left, right);
    match tree.node {
        Node::Binary(operator, left, right) => Tree { node: Node::Binary(operator, right, left), ..tree },
        _ => tree,
    }
}
