//! What a user did wrong, as a value: where, what, what would be legal, what was probably meant.

use serde_json::{Map, Value, json};
use std::fmt::{Display, Write};

/// The codes of problems outside the keys of a configuration, which are numbered in the crate `datapath`.
pub mod code {
    /// A file cannot be read.
    pub const UNREADABLE: &str = "C0001";
    /// A file is not a configuration at all: too large, or not text.
    pub const NOT_TEXT: &str = "C0002";
    /// A file is not YAML.
    pub const SYNTAX: &str = "C0003";
    /// The design's name cannot stand in Verilog.
    pub const ILLEGAL_NAME: &str = "C0107";
    /// No architecture, or several.
    pub const NOT_ONE_ARCHITECTURE: &str = "C0108";
    /// A family refused its own legal parameters: a defect of tritloom.
    pub const DEFECT: &str = "D0001";
    /// An output folder holds something that would be lost.
    pub const IN_THE_WAY: &str = "O0001";
    /// An output folder cannot be written.
    pub const UNWRITABLE: &str = "O0002";
    /// The command line does not parse.
    pub const USAGE: &str = "U0001";
    /// A family that the registry does not have.
    pub const UNKNOWN_FAMILY: &str = "U0002";
    /// A family that the command has no use for.
    pub const NOT_A_CORE: &str = "U0003";
    /// A module that a design does not have.
    pub const UNKNOWN_MODULE: &str = "U0005";
    /// Designs of one list that have the same name.
    pub const NAME_TWICE: &str = "U0006";
    /// Something is asked for that only Verilator can do, and it is not to be used.
    pub const NEEDS_VERILATOR: &str = "U0004";
    /// A model that is missing, cannot be read or is damaged.
    pub const MODEL: &str = "M0001";
    /// A design that is too small for the model.
    pub const TOO_SMALL: &str = "M0002";
    /// An outside tool that is missing, too old, or failed.
    pub const TOOL: &str = "T0001";
    /// A cell library that designs cannot be made of.
    pub const LIBRARY: &str = "T0003";
    /// A technology that is not there, or a file that is none.
    pub const TECHNOLOGY: &str = "T0004";
    /// A network that is not there, or a file that is none.
    pub const NETWORK: &str = "T0005";
    /// A range of a space without a value in it, or with too many.
    pub const RANGE: &str = "S0001";
    /// An expression of a space that cannot be read, or that its quantities do not fit.
    pub const EXPRESSION: &str = "S0002";
    /// A space in which nothing is left to choose from.
    pub const NOTHING_LEFT: &str = "S0003";
    /// A journal that is not one of this sweep, or is damaged.
    pub const JOURNAL: &str = "S0004";
    /// An engine that refuses work, or has not done it.
    pub const ENGINE: &str = "T0007";
    /// A document that no report can be made of.
    pub const DOCUMENT: &str = "T0006";
    /// A configuration that is not of the space.
    pub const ELSEWHERE: &str = "S0005";
    /// A file of tritloom's own, in the cache or the folder for temporary files, cannot be read or written.
    pub const KEPT: &str = "T0002";
}

/// Lines longer than this are shown as a window around the column.
const WINDOW: usize = 100;

/// What does no harm to a terminal: neither controls it, nor turns the direction of what follows.
pub fn printable(c: char) -> char {
    let turns = matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if c.is_control() || turns { '\u{fffd}' } else { c }
}

/// One problem; what does not apply is absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable, as `C0102`.
    pub code: &'static str,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// Where it stands.
    pub excerpt: Option<Excerpt>,
    /// The key, with the keys around it: `architecture.ternary_lut.tables`.
    pub key: Option<String>,
    /// The value as the file has it.
    pub value: Option<String>,
    /// The legal values.
    pub legal: Option<String>,
    /// The legal value nearest to it.
    pub nearest: Option<String>,
    /// The name that was probably meant.
    pub suggestion: Option<String>,
    /// Whatever else helps.
    pub notes: Vec<String>,
}

/// A place in a file, with the text of its line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    /// As the user named it.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// The whole line.
    pub text: String,
    /// How many characters to underline, at least 1.
    pub length: usize,
}

impl Diagnostic {
    /// A problem without a place.
    pub fn new(code: &'static str, message: impl Into<String>) -> Diagnostic {
        Diagnostic { code, message: message.into(), ..Diagnostic::default() }
    }

    /// A file that cannot be read.
    pub fn unreadable(file: impl Display, error: &std::io::Error) -> Diagnostic {
        Diagnostic::new(code::UNREADABLE, format!("`{file}` cannot be read: {error}"))
    }

    /// Adds the place.
    pub fn at(mut self, excerpt: Excerpt) -> Diagnostic {
        self.excerpt = Some(excerpt);
        self
    }

    /// Adds the legal values.
    pub fn legal(mut self, legal: impl Into<String>) -> Diagnostic {
        self.legal = Some(legal.into());
        self
    }

    /// Adds the nearest legal value.
    pub fn nearest(mut self, nearest: Option<impl Into<String>>) -> Diagnostic {
        self.nearest = nearest.map(Into::into);
        self
    }

    /// Adds the name that was probably meant.
    pub fn suggestion(mut self, suggestion: Option<impl Into<String>>) -> Diagnostic {
        self.suggestion = suggestion.map(Into::into);
        self
    }

    /// Adds a remark.
    pub fn note(mut self, note: impl Into<String>) -> Diagnostic {
        self.notes.push(note.into());
        self
    }

    /// For people.
    pub fn render(&self) -> String {
        let mut text = format!("error[{}]: {}\n", self.code, self.message);
        let gutter = self.excerpt.as_ref().map_or(1, |excerpt| excerpt.line.to_string().len());
        if let Some(excerpt) = &self.excerpt {
            text += &excerpt.render(gutter);
        }
        let margin = " ".repeat(gutter);
        for (name, fact) in self.facts() {
            _ = writeln!(text, "{margin} = {name}: {fact}");
        }
        if let Some(nearest) = &self.nearest {
            _ = writeln!(text, "{margin} = nearest legal value: {nearest}");
        }
        if let Some(suggestion) = &self.suggestion {
            _ = writeln!(text, "{margin} = did you mean `{suggestion}`?");
        }
        for note in &self.notes {
            _ = writeln!(text, "{margin} = note: {note}");
        }
        text
    }

    /// For programs.
    pub fn to_json(&self) -> Value {
        let mut object = Map::new();
        object.insert("code".into(), self.code.into());
        object.insert("message".into(), self.message.as_str().into());
        if let Some(excerpt) = &self.excerpt {
            object.insert("file".into(), excerpt.file.as_str().into());
            object.insert("line".into(), excerpt.line.into());
            object.insert("column".into(), excerpt.column.into());
            object.insert("source".into(), excerpt.text.as_str().into());
        }
        let last = [("nearest", &self.nearest), ("suggestion", &self.suggestion)];
        let last = last.into_iter().filter_map(|(name, fact)| Some((name, fact.as_deref()?)));
        for (name, fact) in self.facts().chain(last) {
            object.insert(name.into(), fact.into());
        }
        if !self.notes.is_empty() {
            object.insert("notes".into(), json!(self.notes));
        }
        Value::Object(object)
    }

    fn facts(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let facts = [("key", &self.key), ("value", &self.value), ("legal", &self.legal)];
        facts.into_iter().filter_map(|(name, fact)| Some((name, fact.as_deref()?)))
    }
}

impl Excerpt {
    fn render(&self, gutter: usize) -> String {
        let (text, column) = self.window();
        let line = format!("{:>gutter$} | {text}", self.line);
        // A tab is as wide before the caret as it is in the line above.
        let before: String = text.chars().take(column - 1).map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
        let length = self.length.clamp(1, (text.chars().count() + 1).saturating_sub(column).max(1));
        let margin = " ".repeat(gutter);
        format!(
            "{margin}--> {}:{}:{}\n{margin} |\n{}\n{margin} | {before}{}\n",
            self.file,
            self.line,
            self.column,
            line.trim_end(),
            "^".repeat(length)
        )
    }

    /// The part of the line to show, printable, and the column in it.
    fn window(&self) -> (String, usize) {
        let characters: Vec<char> = self.text.chars().map(|c| if c == '\t' { c } else { printable(c) }).collect();
        let column = self.column.min(characters.len() + 1);
        if characters.len() <= WINDOW {
            return (characters.into_iter().collect(), column);
        }
        let start = column.saturating_sub(WINDOW / 2).min(characters.len() - WINDOW);
        (characters[start..start + WINDOW].iter().collect(), column - start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn excerpt(text: &str, column: usize, length: usize) -> String {
        Excerpt { file: "a.yaml".into(), line: 12, column, text: text.into(), length }.render(2)
    }

    #[test]
    fn the_caret_stands_under_the_value_whatever_is_in_the_line() {
        assert_eq!(excerpt("a:\t9", 4, 1), "  --> a.yaml:12:4\n   |\n12 | a:\t9\n   |   \t^\n");
        assert_eq!(excerpt("é: long", 4, 4), "  --> a.yaml:12:4\n   |\n12 | é: long\n   |    ^^^^\n");
        assert_eq!(excerpt("a:", 9, 7), "  --> a.yaml:12:9\n   |\n12 | a:\n   |   ^\n");
        for harmful in ["\u{0}x", "\u{1b}x", "\u{202e}x"] {
            assert_eq!(excerpt(harmful, 1, 1), "  --> a.yaml:12:1\n   |\n12 | \u{fffd}x\n   | ^\n");
        }
    }

    #[test]
    fn a_long_line_is_shown_around_the_column() {
        let line = format!("{}X{}", "a".repeat(500), "b".repeat(500));
        let rendered = excerpt(&line, 501, 1);
        let lines: Vec<&str> = rendered.lines().collect();
        assert_eq!(lines[2].find('X'), lines[3].find('^'));
        assert!(lines[2].len() < 120);
        assert!(excerpt(&line, 1001, 1).lines().all(|line| line.len() < 120));
    }

    #[test]
    fn json_holds_what_the_text_holds() {
        let diagnostic = Diagnostic::new("C0102", "too large").legal("1 to 6").nearest(Some("6")).note("a remark");
        assert_eq!(
            diagnostic.render(),
            "error[C0102]: too large\n  = legal: 1 to 6\n  = nearest legal value: 6\n  = note: a remark\n"
        );
        let expected =
            json!({"code": "C0102", "message": "too large", "legal": "1 to 6", "nearest": "6", "notes": ["a remark"]});
        assert_eq!(diagnostic.to_json(), expected);
    }
}
