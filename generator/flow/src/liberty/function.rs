//! Boolean functions as Liberty writes them.

use std::collections::BTreeMap;

/// A function of pins, by their names or by what they are wired to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Function<Pin = String> {
    /// A constant.
    Constant(bool),
    /// A pin, or a state of the cell.
    Pin(Pin),
    /// The complement.
    Not(Box<Function<Pin>>),
    /// Both.
    And(Box<Function<Pin>>, Box<Function<Pin>>),
    /// Either or both.
    Or(Box<Function<Pin>>, Box<Function<Pin>>),
    /// Either, not both.
    Xor(Box<Function<Pin>>, Box<Function<Pin>>),
}

impl<Pin> Function<Pin> {
    /// Its value where `is_high` says which pins are high.
    pub fn value(&self, is_high: &impl Fn(&Pin) -> bool) -> bool {
        match self {
            Function::Constant(value) => *value,
            Function::Pin(pin) => is_high(pin),
            Function::Not(of) => !of.value(is_high),
            Function::And(left, right) => left.value(is_high) && right.value(is_high),
            Function::Or(left, right) => left.value(is_high) || right.value(is_high),
            Function::Xor(left, right) => left.value(is_high) != right.value(is_high),
        }
    }

    /// The same function of what stands for each pin.
    pub fn wired<Net>(&self, net: &mut impl FnMut(&Pin) -> Function<Net>) -> Function<Net> {
        let mut inner = |function: &Function<Pin>| Box::new(function.wired(net));
        match self {
            Function::Constant(value) => Function::Constant(*value),
            Function::Pin(pin) => net(pin),
            Function::Not(of) => Function::Not(inner(of)),
            Function::And(left, right) => Function::And(inner(left), inner(right)),
            Function::Or(left, right) => Function::Or(inner(left), inner(right)),
            Function::Xor(left, right) => Function::Xor(inner(left), inner(right)),
        }
    }

    /// What it reads, in the order in which it stands there.
    pub fn pins(&self) -> Vec<&Pin> {
        match self {
            Function::Constant(_) => vec![],
            Function::Pin(pin) => vec![pin],
            Function::Not(of) => of.pins(),
            Function::And(left, right) | Function::Or(left, right) | Function::Xor(left, right) => {
                [left.pins(), right.pins()].concat()
            }
        }
    }
}

impl Function {
    /// Reads a function; `None` where the text is none.
    pub fn parse(text: &str) -> Option<Function> {
        let mut letters = Letters { text: text.trim().as_bytes(), position: 0 };
        let function = letters.or()?;
        letters.peek().is_none().then_some(function)
    }

    /// The truth table over `pins`, the first of them in the lowest bit of the index; at most six.
    pub fn table(&self, pins: &[&str]) -> u64 {
        let positions: BTreeMap<&str, usize> =
            pins.iter().enumerate().map(|(position, pin)| (*pin, position)).collect();
        let value = |row: u64| {
            self.value(&|pin: &String| positions.get(pin.as_str()).is_some_and(|position| row >> position & 1 == 1))
        };
        (0..1 << pins.len()).map(|row| u64::from(value(row)) << row).sum()
    }
}

struct Letters<'a> {
    text: &'a [u8],
    position: usize,
}

impl Letters<'_> {
    fn peek(&mut self) -> Option<u8> {
        while self.text.get(self.position).is_some_and(u8::is_ascii_whitespace) {
            self.position += 1;
        }
        self.text.get(self.position).copied()
    }

    fn take(&mut self, letters: &[u8]) -> bool {
        let found = self.peek().is_some_and(|letter| letters.contains(&letter));
        self.position += usize::from(found);
        found
    }

    fn or(&mut self) -> Option<Function> {
        let mut function = self.and()?;
        while self.take(b"|+") {
            function = Function::Or(Box::new(function), Box::new(self.and()?));
        }
        Some(function)
    }

    /// Two operands with nothing between them are a conjunction too.
    fn and(&mut self) -> Option<Function> {
        let mut function = self.xor()?;
        while self.take(b"&*") || self.peek().is_some_and(|letter| !b"|+)".contains(&letter)) {
            function = Function::And(Box::new(function), Box::new(self.xor()?));
        }
        Some(function)
    }

    fn xor(&mut self) -> Option<Function> {
        let mut function = self.operand()?;
        while self.take(b"^") {
            function = Function::Xor(Box::new(function), Box::new(self.operand()?));
        }
        Some(function)
    }

    fn operand(&mut self) -> Option<Function> {
        if self.take(b"!") {
            return Some(Function::Not(Box::new(self.operand()?)));
        }
        let mut function = if self.take(b"(") {
            let inner = self.or()?;
            self.take(b")").then_some(inner)?
        } else {
            self.name()?
        };
        while self.take(b"'") {
            function = Function::Not(Box::new(function));
        }
        Some(function)
    }

    fn name(&mut self) -> Option<Function> {
        self.peek()?;
        let start = self.position;
        let belongs = |letter: &u8| letter.is_ascii_alphanumeric() || b"_[].".contains(letter);
        while self.text.get(self.position).is_some_and(belongs) {
            self.position += 1;
        }
        match std::str::from_utf8(&self.text[start..self.position]).ok()? {
            "" => None,
            "0" => Some(Function::Constant(false)),
            "1" => Some(Function::Constant(true)),
            name => Some(Function::Pin(name.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_of_writing_has_its_meaning() {
        for (text, table) in [
            ("A B", 0b1000),
            ("(A*B)'", 0b0111),
            ("!A | !B", 0b0111),
            ("A ^ B", 0b0110),
            ("A'B + A B'", 0b0110),
            ("!(A&B)", 0b0111),
            ("1", 0b1111),
            ("A^B&A", 0b0010),
        ] {
            let function = Function::parse(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(function.table(&["A", "B"]), table, "{text}");
        }
        for text in ["", "A |", "(A", "A)", "&A"] {
            assert_eq!(Function::parse(text), None, "{text}");
        }
    }
}
