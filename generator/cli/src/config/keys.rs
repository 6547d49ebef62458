//! The keys of a mapping: known, unknown, repeated and missing ones.

use super::reader::Reader;
use super::source::Source;
use super::tree::{self, Content, Node};
use crate::diagnostic::{Diagnostic, printable};
use tritloom_datapath::parameter::{Given, closest, code};

/// Longer texts of the file are cut in messages; the excerpt shows more.
const LONGEST_SHOWN: usize = 60;

/// One known key of a mapping.
pub struct Entry<'a> {
    /// As it is registered.
    pub name: String,
    /// Its place.
    pub key: &'a Node,
    /// Its value and the place of that.
    pub value: &'a Node,
    /// With the keys around it.
    pub path: String,
}

/// A mapping as its reader sees it.
pub struct Level<'a> {
    /// Its own key; the root has none and stands for itself.
    pub key: &'a Node,
    /// The path of its own key, empty for the root.
    pub path: &'a str,
    /// What its keys are called in messages.
    pub noun: &'a str,
}

impl Level<'_> {
    /// The path of one of its keys.
    pub fn path_of(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_string() } else { format!("{}.{name}", self.path) }
    }
}

impl<'a> Reader<'a> {
    /// The known keys of a mapping, each once, if only under a misspelt name; unknown and repeated ones are reported.
    pub fn entries(&mut self, level: &Level<'_>, node: &'a Node, legal: &[&str]) -> Option<Vec<Entry<'a>>> {
        let Content::Mapping(pairs) = &node.value else {
            self.not_a_mapping(level, node, legal);
            return None;
        };
        let mut entries: Vec<Entry<'a>> = Vec::new();
        let mut unknown: Vec<Entry<'a>> = Vec::new();
        for (key, value) in pairs {
            let name = match &key.value {
                Content::Scalar(Given::Text(name)) => name.clone(),
                _ => tree::text(self.source, key).to_string(),
            };
            let path = level.path_of(&name);
            let entry = Entry { name, key, value, path };
            if !legal.contains(&entry.name.as_str()) {
                unknown.push(entry);
            } else if let Some(first) = entries.iter().find(|first| first.name == entry.name) {
                self.duplicate(&entry, first);
            } else {
                entries.push(entry);
            }
        }
        for entry in unknown {
            let meant =
                self.unknown(level, &entry, legal).filter(|name| entries.iter().all(|entry| entry.name != *name));
            // Its value is judged as that of the key that was meant.
            entries.extend(meant.map(|name| Entry { name: name.to_string(), path: level.path_of(name), ..entry }));
        }
        Some(entries)
    }

    fn not_a_mapping(&mut self, level: &Level<'_>, node: &'a Node, legal: &[&str]) {
        let kind = given(self.source, node).kind();
        let diagnostic = if level.path.is_empty() {
            let message = match node.value {
                Content::Scalar(Given::Nothing) => "the file holds no configuration".to_string(),
                _ => format!("a configuration is a mapping, not {kind}"),
            };
            Diagnostic::new(code::WRONG_TYPE, message).at(tree::excerpt(self.source, node))
        } else {
            let message = format!("`{}` takes a mapping, not {kind}", last(level.path));
            // An empty value has no text to point at: the key has.
            let at = if matches!(node.value, Content::Scalar(Given::Nothing)) { level.key } else { node };
            let diagnostic = Diagnostic::new(code::WRONG_TYPE, message).at(tree::excerpt(self.source, at));
            let diagnostic = Diagnostic { key: Some(level.path.to_string()), ..diagnostic };
            diagnostic.note(format!("`{}: {{}}` gives none of its keys", last(level.path)))
        };
        self.diagnostics.push(diagnostic.legal(format!("a mapping with the keys {}", legal.join(", "))));
    }

    /// Returns the key that was probably meant.
    fn unknown<'b>(&mut self, level: &Level<'_>, entry: &Entry<'a>, legal: &[&'b str]) -> Option<&'b str> {
        let message = format!("there is no {} `{}`", level.noun, shown(&entry.name));
        let diagnostic = Diagnostic::new(code::UNKNOWN_KEY, message).at(tree::excerpt(self.source, entry.key));
        let suggestion = closest(&entry.name, legal.iter().copied());
        let diagnostic = Diagnostic { key: Some(shown(&entry.path)), ..diagnostic };
        self.diagnostics.push(diagnostic.legal(legal.join(", ")).suggestion(suggestion));
        suggestion
    }

    fn duplicate(&mut self, entry: &Entry<'a>, first: &Entry<'a>) {
        let message = format!("`{}` is there twice", entry.name);
        let note = format!("the first one stands in line {}", first.key.referenced.line());
        let excerpt = tree::excerpt(self.source, entry.key);
        let diagnostic = self.about(entry, code::DUPLICATE_KEY, message).at(excerpt).legal("each key once").note(note);
        self.diagnostics.push(diagnostic);
    }

    /// An entry that must be there.
    pub fn mandatory<'b>(
        &mut self,
        level: &Level<'_>,
        entries: &'b [Entry<'a>],
        name: &str,
        legal: &str,
    ) -> Option<&'b Entry<'a>> {
        let found = entries.iter().find(|entry| entry.name == name);
        let path = level.path_of(name);
        if found.is_none() {
            let message = format!("`{name}` is mandatory and missing");
            let excerpt = tree::excerpt(self.source, level.key);
            let diagnostic = Diagnostic::new(code::MISSING_KEY, message).at(excerpt).legal(legal);
            self.diagnostics.push(Diagnostic { key: Some(path), ..diagnostic });
        }
        found
    }

    /// A problem with the value of a key.
    pub fn about(&self, entry: &Entry<'a>, code: &'static str, message: impl Into<String>) -> Diagnostic {
        // An empty value has no text to show or to point at: the key has.
        let empty = matches!(entry.value.value, Content::Scalar(Given::Nothing));
        let at = if empty { entry.key } else { entry.value };
        let value = Some(shown(tree::text(self.source, entry.value))).filter(|text| !empty && !text.is_empty());
        let diagnostic = Diagnostic::new(code, message).at(tree::excerpt(self.source, at));
        Diagnostic { key: Some(entry.path.clone()), value, ..diagnostic }
    }
}

/// What a parameter is given.
pub fn given(source: &Source, node: &Node) -> Given {
    match &node.value {
        Content::Mapping(_) => Given::Mapping,
        Content::List(_) => Given::List,
        // YAML turns an integer beyond 64 bits into a float; the text knows better.
        Content::Scalar(Given::Fraction(value)) => match tree::text(source, node) {
            text if text.trim_start_matches('-').bytes().all(|byte| byte.is_ascii_digit()) => {
                Given::Integer(*value as i128)
            }
            _ => Given::Fraction(*value),
        },
        Content::Scalar(Given::Integer(value)) if !is_plain_integer(tree::text(source, node)) => {
            Given::Text(value.to_string())
        }
        Content::Scalar(given) => given.clone(),
    }
}

/// Whether an integer is written in decimal or hexadecimal digits. YAML knows more notations; which of them depends on
/// the reader.
fn is_plain_integer(text: &str) -> bool {
    match text.strip_prefix("0x") {
        Some(digits) => digits.bytes().all(|byte| byte.is_ascii_hexdigit()),
        None => text.strip_prefix('-').unwrap_or(text).bytes().all(|byte| byte.is_ascii_digit()),
    }
}

/// The last key of a path.
fn last(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

/// A text of the file as a message shows it: one line, not too long, harmless to a terminal.
pub fn shown(text: &str) -> String {
    let text = text.trim_end();
    let line = text.lines().next().unwrap_or("");
    let cut: String = line.chars().map(printable).take(LONGEST_SHOWN).collect();
    if cut.chars().count() == text.chars().count() { cut } else { cut + "..." }
}
