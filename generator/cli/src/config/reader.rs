//! The tree of a file becomes a configuration, or a list of everything that is wrong with it.

use super::keys::{Entry, Level, given, shown};
use super::source::Source;
use super::tree::{self, Content, Node};
use super::{Configuration, name};
use crate::diagnostic::{Diagnostic, code};
use tritloom_datapath::family::Family;
use tritloom_datapath::parameter::{Given, Parameters, Problem, code as key_code};
use tritloom_datapath::registry;

/// Reads a configuration; problems come in the order of the file.
pub fn read(source: &Source, families: &[&'static dyn Family]) -> Result<Configuration, Vec<Diagnostic>> {
    read_against(source, families, &[])
}

/// Reads a configuration whose parameters, legal in themselves, do not suit a command, for the reasons in `misfits`.
pub fn read_against(
    source: &Source,
    families: &[&'static dyn Family],
    misfits: &[Problem],
) -> Result<Configuration, Vec<Diagnostic>> {
    let root = tree::parse(source)?;
    let mut reader = Reader::new(source, families, misfits);
    let configuration = reader.root(&root);
    let diagnostics = reader.complaints();
    match configuration {
        Some(configuration) if diagnostics.is_empty() => Ok(configuration),
        _ => Err(diagnostics),
    }
}

/// A file on the way, with what is wrong so far.
pub struct Reader<'a> {
    pub source: &'a Source,
    pub families: &'a [&'static dyn Family],
    misfits: &'a [Problem],
    pub diagnostics: Vec<Diagnostic>,
}

impl<'a> Reader<'a> {
    /// Before anything is read.
    pub fn new(source: &'a Source, families: &'a [&'static dyn Family], misfits: &'a [Problem]) -> Reader<'a> {
        Reader { source, families, misfits, diagnostics: Vec::new() }
    }

    /// What is wrong, in the order of the file.
    pub fn complaints(self) -> Vec<Diagnostic> {
        let mut diagnostics = self.diagnostics;
        diagnostics.sort_by_key(|diagnostic| diagnostic.excerpt.as_ref().map(|excerpt| (excerpt.line, excerpt.column)));
        diagnostics
    }

    fn root(&mut self, root: &'a Node) -> Option<Configuration> {
        let level = Level { key: root, path: "", noun: "key" };
        let entries = self.entries(&level, root, &["name", "architecture"])?;
        let name = self.mandatory(&level, &entries, "name", name::RULE).and_then(|entry| self.name(entry));
        let families = self.family_names().join(", ");
        let architecture = self.mandatory(&level, &entries, "architecture", &format!("one of {families}"));
        let (family, parameters) = architecture.and_then(|entry| self.architecture(entry))?;
        Some(Configuration { name: name?, family, parameters })
    }

    fn name(&mut self, entry: &Entry<'a>) -> Option<String> {
        let (message, nearest) = match &entry.value.value {
            Content::Scalar(Given::Text(name)) => match name::defect(name) {
                None => return Some(name.clone()),
                Some(defect) => (format!("`{}` cannot be the name: {defect}", shown(name)), name::nearest(name)),
            },
            _ => {
                let kind = match given(self.source, entry.value) {
                    Given::Text(_) => "a number",
                    other => other.kind(),
                };
                let message = format!("`name` takes a word, not {kind}");
                (message, name::nearest(tree::text(self.source, entry.value)))
            }
        };
        let diagnostic = self.about(entry, code::ILLEGAL_NAME, message).legal(name::RULE).nearest(nearest);
        self.diagnostics.push(diagnostic);
        None
    }

    fn architecture(&mut self, entry: &Entry<'a>) -> Option<(&'static dyn Family, Parameters)> {
        let level = Level { key: entry.key, path: &entry.path, noun: "family" };
        let before = self.diagnostics.len();
        let names = self.family_names();
        let entries = self.entries(&level, entry.value, &names)?;
        let Some((first, rest)) = entries.split_first() else {
            // A misspelt family has been reported already.
            if self.diagnostics.len() == before {
                let message = "`architecture` names no family";
                let diagnostic = self
                    .about(entry, code::NOT_ONE_ARCHITECTURE, message)
                    .legal(format!("one of {}", names.join(", ")));
                self.diagnostics.push(diagnostic);
            }
            return None;
        };
        for extra in rest {
            let message = format!("a design has one architecture: `{}` stands beside `{}`", extra.name, first.name);
            let excerpt = tree::excerpt(self.source, extra.key);
            let diagnostic = Diagnostic::new(code::NOT_ONE_ARCHITECTURE, message).at(excerpt);
            let diagnostic = diagnostic.legal(format!("exactly one of {}", names.join(", ")));
            self.diagnostics.push(Diagnostic { key: Some(extra.path.clone()), ..diagnostic });
        }
        // Only the first one counts; the others are read for their problems.
        let mut read = entries.iter().map(|entry| self.family(entry)).collect::<Vec<_>>().into_iter();
        read.next().flatten()
    }

    fn family(&mut self, entry: &Entry<'a>) -> Option<(&'static dyn Family, Parameters)> {
        let family = self.families.iter().copied().find(|family| family.name() == entry.name)?;
        self.parameters(family, entry).map(|parameters| (family, parameters))
    }

    fn parameters(&mut self, family: &'static dyn Family, family_entry: &Entry<'a>) -> Option<Parameters> {
        let level = Level { key: family_entry.key, path: &family_entry.path, noun: "parameter" };
        let names: Vec<&str> = family.parameters().iter().map(|parameter| parameter.name).collect();
        let entries = self.entries(&level, family_entry.value, &names)?;
        let values = entries.iter().map(|entry| (entry.name.as_str(), given(self.source, entry.value)));
        let problems = match registry::resolve(family, values) {
            Ok(parameters) if self.misfits.is_empty() => return Some(parameters),
            Ok(_) => self.misfits.to_vec(),
            Err(problems) => problems,
        };
        for problem in problems {
            let diagnostic = self.problem(problem, family, family_entry, &entries);
            self.diagnostics.push(diagnostic);
        }
        None
    }

    /// Points a problem at its key, or at the family where the file does not give the key.
    pub fn problem(
        &self,
        problem: Problem,
        family: &dyn Family,
        family_entry: &Entry<'a>,
        entries: &[Entry<'a>],
    ) -> Diagnostic {
        let given = entries.iter().find(|entry| Some(entry.name.as_str()) == problem.parameter);
        let mut diagnostic = match given {
            Some(entry) => self.about(entry, problem.code, problem.message),
            None => {
                let mut path = family_entry.path.clone();
                path.extend(problem.parameter.map(|name| format!(".{name}")));
                let excerpt = tree::excerpt(self.source, family_entry.key);
                Diagnostic { key: Some(path), ..Diagnostic::new(problem.code, problem.message).at(excerpt) }
            }
        };
        if problem.code == key_code::WRONG_TYPE && problem.nearest.is_some() {
            diagnostic
                .notes
                .extend(given.and_then(|entry| hint(tree::text(self.source, entry.value))).map(str::to_string));
        }
        let unseen = problem.parameter.filter(|_| given.is_none());
        let beside = unseen.into_iter().chain(problem.involved);
        diagnostic.notes.extend(beside.filter_map(|name| self.standing(name, family, entries)));
        diagnostic.legal(problem.legal).nearest(problem.nearest)
    }

    /// What a parameter is that a problem reads, and why.
    fn standing(&self, name: &str, family: &dyn Family, entries: &[Entry<'a>]) -> Option<String> {
        if let Some(entry) = entries.iter().find(|entry| entry.name == name) {
            let value = shown(tree::text(self.source, entry.value));
            return Some(format!("`{name}: {value}` stands in line {}", entry.key.referenced.line()));
        }
        let parameter = family.parameters().iter().find(|parameter| parameter.name == name)?;
        parameter.default_value().map(|default| format!("`{name}: {default}` is the default"))
    }

    pub fn family_names(&self) -> Vec<&'static str> {
        self.families.iter().map(|family| family.name()).collect()
    }
}

/// What helps with a value of the wrong type, going by how it is written.
fn hint(value: &str) -> Option<&'static str> {
    let digit = |c: char| c.is_ascii_digit();
    if value.starts_with(['"', '\'']) {
        Some("numbers, `true` and `false` are written without quotes")
    } else if value.starts_with(digit) && value.contains(['.', 'e', 'E']) && !value.starts_with("0x") {
        Some("an integer is written without a fraction and without an exponent")
    } else if value.len() > 1 && value.trim_start_matches(['+', '-']).starts_with(digit) {
        Some("an integer is written in plain digits without leading zeros, or as 0x and hexadecimal digits")
    } else {
        None
    }
}
