//! Expressions as text: on one line where they fit, else broken at their outermost operator.

use super::Printer;
use crate::verilog::syntax::{Expression, Part, Reference, Signal};
use tritloom_hdl::Affine;

impl Printer<'_, '_> {
    /// On one line.
    pub(super) fn flat(&self, expression: &Expression) -> String {
        match expression {
            Expression::Literal { text, .. } => text.clone(),
            Expression::Read(reference) => self.reference(reference),
            Expression::Unary(operator, operand) => format!("{operator}{}", self.operand_of_prefix(operand)),
            Expression::Operation(operator, operands) => {
                let operands: Vec<String> = operands.iter().map(|operand| self.operand(operator, operand)).collect();
                operands.join(&format!(" {operator} "))
            }
            Expression::Choose(cases, otherwise) => {
                let case = |(condition, value): &(Expression, Expression)| {
                    format!("{} ? {} : ", self.operand("?", condition), self.operand_of_choice(value))
                };
                cases.iter().map(case).collect::<String>() + &self.flat(otherwise)
            }
            Expression::Concat(parts) => {
                let parts: Vec<String> = parts.iter().map(|part| self.flat(part)).collect();
                format!("{{{}}}", parts.join(", "))
            }
            Expression::Replicate(count, value) => match value.as_ref() {
                Expression::Concat(_) => format!("{{{count}{}}}", self.flat(value)),
                value => format!("{{{count}{{{}}}}}", self.flat(value)),
            },
            Expression::Signed(value) => format!("$signed({})", self.flat(value)),
            Expression::Unsigned(value) => format!("$unsigned({})", self.flat(value)),
            Expression::CountOnes(width, value) => {
                format!("{}({})", self.names.of(Signal::CountOnes(*width)), self.flat(value))
            }
        }
    }

    /// A signal or a part of it.
    pub(super) fn reference(&self, reference: &Reference) -> String {
        let name = match (&reference.piece, reference.signal) {
            (Some(piece), Signal::Pieces(wire)) => {
                let block = self.names.pieces_loop(wire).1;
                format!("{block}[{}].{}", self.affine(piece), self.names.of(reference.signal))
            }
            _ => self.names.of(reference.signal).to_string(),
        };
        match &reference.part {
            Part::Whole => name,
            Part::Bit(index) => format!("{name}[{}]", self.flat(index)),
            Part::Bits { low, width } => self.bits(&name, low, *width),
        }
    }

    /// `width` bits of a vector from `low` on.
    pub(super) fn bits(&self, name: &str, low: &Affine, width: u32) -> String {
        match (low.as_constant(), width) {
            (_, 1) => format!("{name}[{}]", self.affine(low)),
            (Some(low), width) => format!("{name}[{}:{low}]", low + i64::from(width) - 1),
            (None, width) => format!("{name}[{} +: {width}]", self.scaled(low, width)),
        }
    }

    /// `4*row + col`, positive terms first.
    pub(super) fn affine(&self, affine: &Affine) -> String {
        let module = self.plan.reading.module;
        let term = |&(of, factor): &(_, i64)| {
            let name: &tritloom_hdl::LoopId = &of;
            let name = &module.loops[name.index()].name;
            (factor < 0, if factor.abs() == 1 { name.clone() } else { format!("{}*{name}", factor.abs()) })
        };
        let mut terms: Vec<(bool, String)> = affine.terms.iter().map(term).collect();
        if affine.constant != 0 || terms.is_empty() {
            terms.push((affine.constant < 0, affine.constant.unsigned_abs().to_string()));
        }
        terms.sort_by_key(|term| term.0);
        let mut text = String::new();
        for (negative, term) in terms {
            let sign = match (text.is_empty(), negative) {
                (true, false) => "",
                (true, true) => "-",
                (false, false) => " + ",
                (false, true) => " - ",
            };
            text = text + sign + &term;
        }
        text
    }

    /// `8*(4*row + col)`: the first bit of a lane, as a lane number times its width where it is one.
    fn scaled(&self, low: &Affine, width: u32) -> String {
        let width = i64::from(width);
        let lanes = low.constant % width == 0 && low.terms.iter().all(|term| term.1 % width == 0);
        let several = low.terms.len() + usize::from(low.constant != 0) > 1;
        if !(lanes && several) {
            return self.affine(low);
        }
        let terms = low.terms.iter().map(|&(of, factor)| (of, factor / width)).collect();
        format!("{width}*({})", self.affine(&Affine { constant: low.constant / width, terms }))
    }

    /// `lead expression tail`, broken into several lines where it does not fit one.
    pub(super) fn expression(&mut self, lead: &str, expression: &Expression, tail: &str) {
        let line = format!("{lead}{}{tail}", self.flat(expression));
        if self.text.fits(&line) {
            self.text.line(line);
            return;
        }
        match expression {
            Expression::Concat(parts) => {
                self.text.line(format!("{lead}{{"));
                self.list(parts);
                self.text.line(format!("}}{tail}"));
            }
            Expression::Operation(operator, operands) => {
                self.break_lead(lead);
                self.text.indent(2);
                self.operands(operator, operands, tail);
                self.text.outdent(2);
            }
            Expression::Choose(cases, otherwise) => {
                self.break_lead(lead);
                self.text.indent(2);
                self.choices(cases, otherwise, tail);
                self.text.outdent(2);
            }
            Expression::Signed(value) => self.expression(&format!("{lead}$signed("), value, &format!("){tail}")),
            Expression::Unsigned(value) => self.expression(&format!("{lead}$unsigned("), value, &format!("){tail}")),
            Expression::CountOnes(width, value) => {
                let name = self.names.of(Signal::CountOnes(*width)).to_string();
                self.expression(&format!("{lead}{name}("), value, &format!("){tail}"));
            }
            Expression::Unary(operator, operand) => {
                let brackets = needs_brackets_after_prefix(operand);
                self.parenthesised(&format!("{lead}{operator}"), operand, brackets, tail);
            }
            Expression::Replicate(count, value)
                if !matches!(**value, Expression::Literal { .. } | Expression::Read(_)) =>
            {
                self.expression(&format!("{lead}{{{count}{{"), value, &format!("}}}}{tail}"));
            }
            Expression::Literal { .. } | Expression::Read(_) | Expression::Replicate(..) => {
                self.break_leaf(lead, expression, tail);
            }
        }
    }

    /// Cases on one line if that holds them, else one on a line.
    fn choices(&mut self, cases: &[(Expression, Expression)], otherwise: &Expression, tail: &str) {
        let line = self.flat(&Expression::Choose(cases.to_vec(), Box::new(otherwise.clone()))) + tail;
        if self.text.fits(&line) {
            self.text.line(line);
            return;
        }
        for (condition, value) in cases {
            let condition = format!("{} ? ", self.operand("?", condition));
            self.parenthesised(&condition, value, needs_brackets_in_choice(value), " :");
        }
        self.expression("", otherwise, tail);
    }

    /// A name that does not fit behind its lead stands on a line of its own.
    fn break_leaf(&mut self, lead: &str, expression: &Expression, tail: &str) {
        let line = format!("{}{tail}", self.flat(expression));
        if lead.ends_with("= ") {
            self.break_lead(lead);
            self.text.indent(2);
            self.text.line(line);
            self.text.outdent(2);
        } else {
            self.text.line(format!("{lead}{line}"));
        }
    }

    fn break_lead(&mut self, lead: &str) {
        let lead = lead.trim_end();
        if !lead.is_empty() {
            self.text.line(lead);
        }
    }

    /// Operands, as many on a line as fit, the operator in front of each but the first.
    fn operands(&mut self, operator: &str, operands: &[Expression], tail: &str) {
        let mut line = String::new();
        for (position, operand) in operands.iter().enumerate() {
            let (first, last) = (position == 0, position + 1 == operands.len());
            let lead = if first { String::new() } else { format!("{operator} ") };
            let end = if last { tail } else { "" };
            let text = format!("{lead}{}{end}", self.operand(operator, operand));
            let joined = if line.is_empty() { text.clone() } else { format!("{line} {text}") };
            if self.text.fits(&joined) {
                line = joined;
                continue;
            }
            self.flush(&mut line);
            if self.text.fits(&text) {
                line = text;
            } else {
                self.parenthesised(&lead, operand, needs_brackets(operator, operand), end);
            }
        }
        self.flush(&mut line);
    }

    /// Parts of a concatenation, as many on a line as fit.
    fn list(&mut self, parts: &[Expression]) {
        self.text.indent(1);
        let mut line = String::new();
        for (position, part) in parts.iter().enumerate() {
            let comma = if position + 1 == parts.len() { "" } else { "," };
            let text = format!("{}{comma}", self.flat(part));
            let joined = if line.is_empty() { text.clone() } else { format!("{line} {text}") };
            if self.text.fits(&joined) {
                line = joined;
                continue;
            }
            self.flush(&mut line);
            if self.text.fits(&text) {
                line = text;
            } else {
                self.expression("", part, comma);
            }
        }
        self.flush(&mut line);
        self.text.outdent(1);
    }

    fn flush(&mut self, line: &mut String) {
        if !line.is_empty() {
            self.text.line(std::mem::take(line));
        }
    }

    fn parenthesised(&mut self, lead: &str, expression: &Expression, brackets: bool, tail: &str) {
        if brackets {
            self.expression(&format!("{lead}("), expression, &format!("){tail}"));
        } else {
            self.expression(lead, expression, tail);
        }
    }

    fn operand(&self, operator: &str, expression: &Expression) -> String {
        bracketed(self.flat(expression), needs_brackets(operator, expression))
    }

    fn operand_of_prefix(&self, expression: &Expression) -> String {
        bracketed(self.flat(expression), needs_brackets_after_prefix(expression))
    }

    fn operand_of_choice(&self, expression: &Expression) -> String {
        bracketed(self.flat(expression), needs_brackets_in_choice(expression))
    }
}

fn bracketed(text: String, brackets: bool) -> String {
    if brackets { format!("({text})") } else { text }
}

/// As an operand of an operator: everything that has one itself, but `~` and the minus of a constant compared.
fn needs_brackets(around: &str, expression: &Expression) -> bool {
    match expression {
        Expression::Operation(..) | Expression::Choose(..) => true,
        Expression::Unary(operator, _) => *operator != "~" && around != "?",
        Expression::Literal { text, .. } => text.starts_with('-') && matches!(around, "+" | "-" | "*"),
        _ => false,
    }
}

fn needs_brackets_after_prefix(expression: &Expression) -> bool {
    match expression {
        Expression::Operation(..) | Expression::Choose(..) | Expression::Unary(..) => true,
        Expression::Literal { text, .. } => text.starts_with('-'),
        _ => false,
    }
}

/// As the middle operand of a choice.
fn needs_brackets_in_choice(expression: &Expression) -> bool {
    matches!(expression, Expression::Choose(..))
}
