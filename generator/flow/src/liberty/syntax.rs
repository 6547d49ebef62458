//! The syntax of Liberty files: groups `kind (arguments) { ... }`, attributes `name : value;` and `name (values);`.

use std::fmt;

/// A group with what stands in it. Texts are those of the file, without quotes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group<'a> {
    /// Such as `cell`.
    pub kind: &'a str,
    /// What stands in its parentheses.
    pub arguments: Vec<&'a str>,
    /// Attributes in their order, each with its values.
    pub attributes: Vec<(&'a str, Vec<&'a str>)>,
    /// Groups in their order.
    pub groups: Vec<Group<'a>>,
}

impl<'a> Group<'a> {
    /// The first argument, empty where there is none.
    pub fn name(&self) -> &'a str {
        self.arguments.first().copied().unwrap_or_default()
    }

    /// The first value of an attribute.
    pub fn attribute(&self, name: &str) -> Option<&'a str> {
        self.values(name)?.first().copied()
    }

    /// All values of an attribute.
    pub fn values(&self, name: &str) -> Option<&[&'a str]> {
        self.attributes.iter().find(|(own, _)| *own == name).map(|(_, values)| values.as_slice())
    }

    /// The first value of an attribute as a number.
    pub fn number(&self, name: &str) -> Option<f64> {
        self.attribute(name)?.parse().ok()
    }

    /// The groups of a kind.
    pub fn of_kind(&self, kind: &'static str) -> impl Iterator<Item = &Group<'a>> {
        self.groups.iter().filter(move |group| group.kind == kind)
    }
}

/// Where a file is no Liberty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// From 1.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "line {}: {}", self.line, self.message)
    }
}

/// The one group that a file consists of.
pub fn parse(text: &str) -> Result<Group<'_>, SyntaxError> {
    let mut parser = Parser { text, position: 0, depth: 0 };
    let kind = parser.word().ok_or_else(|| parser.error("a `library` group is expected"))?;
    match parser.statement(kind)? {
        Statement::Group(group) if group.kind == "library" => Ok(group),
        _ => Err(parser.error("a `library` group is expected")),
    }
}

enum Statement<'a> {
    Group(Group<'a>),
    Attribute(&'a str, Vec<&'a str>),
}

/// Groups stand in groups, in real libraries half a dozen deep.
const MOST_DEPTH: usize = 100;

struct Parser<'a> {
    text: &'a str,
    position: usize,
    /// Groups around what is read.
    depth: usize,
}

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.position..]
    }

    fn error(&self, message: impl Into<String>) -> SyntaxError {
        let line = self.text[..self.position].matches('\n').count() + 1;
        SyntaxError { line, message: message.into() }
    }

    /// Skips white space, comments and the mark of a line that goes on.
    fn skip(&mut self) {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start_matches(|letter: char| letter.is_whitespace() || letter == '\\');
            self.position += rest.len() - trimmed.len();
            let end = if trimmed.starts_with("/*") {
                trimmed.find("*/").map(|end| end + 2)
            } else if trimmed.starts_with("//") {
                trimmed.find('\n')
            } else {
                return;
            };
            self.position += end.unwrap_or(trimmed.len());
        }
    }

    fn take(&mut self, letter: char) -> bool {
        self.skip();
        let found = self.rest().starts_with(letter);
        self.position += if found { letter.len_utf8() } else { 0 };
        found
    }

    /// A quoted text, or letters up to something that ends a word.
    fn word(&mut self) -> Option<&'a str> {
        self.skip();
        let rest = self.rest();
        if let Some(quoted) = rest.strip_prefix('"') {
            let end = quoted.find('"')?;
            self.position += end + 2;
            return Some(&quoted[..end]);
        }
        let ends = |letter: char| letter.is_whitespace() || "(){}:;,\"".contains(letter);
        let end = rest.find(ends).unwrap_or(rest.len());
        self.position += end;
        (end > 0).then(|| &rest[..end])
    }

    /// What follows the word `name`.
    fn statement(&mut self, name: &'a str) -> Result<Statement<'a>, SyntaxError> {
        if self.take(':') {
            let value = self.value(name)?;
            return Ok(Statement::Attribute(name, vec![value]));
        }
        if !self.take('(') {
            return Err(self.error(format!("`:` or `(` is expected behind `{name}`")));
        }
        let arguments = self.arguments()?;
        if !self.take('{') {
            self.take(';');
            return Ok(Statement::Attribute(name, arguments));
        }
        if self.depth == MOST_DEPTH {
            return Err(self.error(format!("`{name}` stands in more than {MOST_DEPTH} groups")));
        }
        self.depth += 1;
        let mut group = Group { kind: name, arguments, ..Group::default() };
        while !self.take('}') {
            if self.take(';') {
                continue;
            }
            let name = self.word().ok_or_else(|| self.error(format!("`{}` is not closed here", group.kind)))?;
            match self.statement(name)? {
                Statement::Group(inner) => group.groups.push(inner),
                Statement::Attribute(name, values) => group.attributes.push((name, values)),
            }
        }
        self.depth -= 1;
        Ok(Statement::Group(group))
    }

    /// A value ends with its quote, with a semicolon or with the line.
    fn value(&mut self, name: &str) -> Result<&'a str, SyntaxError> {
        self.skip();
        let value = if self.rest().starts_with('"') {
            self.word()
        } else {
            let rest = self.rest();
            let end = rest.find([';', '\n', '}']).unwrap_or(rest.len());
            self.position += end;
            Some(rest[..end].trim()).filter(|value| !value.is_empty())
        };
        self.take(';');
        value.ok_or_else(|| self.error(format!("`{name}` has no value")))
    }

    fn arguments(&mut self) -> Result<Vec<&'a str>, SyntaxError> {
        let mut arguments = vec![];
        while !self.take(')') {
            if self.take(',') {
                continue;
            }
            arguments.push(self.word().ok_or_else(|| self.error("`)` is expected"))?);
        }
        Ok(arguments)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_attributes_and_comments_are_told_apart() {
        let text = "/* a */ library (lib) {\n unit (1, \"ff\"); // b\n cell (\"X\") {\n area : 0.5\n pin (Y) \
                    { function : \"A B\"; }\n }\n values (\"1, 2\", \\\n \"3, 4\");\n}\n";
        let library = parse(text).expect("legal");
        assert_eq!((library.name(), library.values("unit")), ("lib", Some(["1", "ff"].as_slice())));
        assert_eq!(library.values("values"), Some(["1, 2", "3, 4"].as_slice()));
        let cell = library.of_kind("cell").next().expect("a cell");
        assert_eq!((cell.name(), cell.number("area")), ("X", Some(0.5)));
        assert_eq!(cell.groups[0].attribute("function"), Some("A B"));
    }

    #[test]
    fn an_error_names_its_line() {
        for (text, line) in
            [("", 1), ("cell (X) { }", 1), ("library (a) {\n cell (X) {\n", 3), ("library (a) {\n b;", 2)]
        {
            assert_eq!(parse(text).expect_err("illegal").line, line, "{text}");
        }
    }

    #[test]
    fn endless_nesting_is_an_error_and_no_end_of_the_stack() {
        let nested = |depth: usize| "library (a) {\n".repeat(depth) + &"}".repeat(depth);
        assert!(parse(&nested(MOST_DEPTH)).is_ok());
        let error = parse(&nested(100_000)).expect_err("illegal");
        assert_eq!(error.line, MOST_DEPTH + 1);
        assert_eq!(error.message, "`library` stands in more than 100 groups");
    }
}
