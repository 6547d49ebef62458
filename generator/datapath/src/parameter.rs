//! Parameters as data: one table feeds the configuration reader, `describe`, the JSON Schema and the manual.

use std::fmt;

pub use crate::problem::{Problem, code};
pub use crate::resolve::{Given, Resolution, closest};

/// What values a parameter may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Domain {
    /// An integer within inclusive bounds.
    Integer {
        /// The smallest legal value.
        minimum: u64,
        /// The largest legal value.
        maximum: u64,
    },
    /// One of a list of words, each with its effect.
    Choice(&'static [(&'static str, &'static str)]),
    /// True or false.
    Flag,
}

impl Domain {
    /// Whether `value` is of the right kind and legal.
    pub fn contains(&self, value: &ParameterValue) -> bool {
        match (self, value) {
            (Domain::Integer { minimum, maximum }, ParameterValue::Integer(value)) => {
                (minimum..=maximum).contains(&value)
            }
            (Domain::Choice(words), ParameterValue::Choice(word)) => words.iter().any(|(legal, _)| legal == word),
            (Domain::Flag, ParameterValue::Flag(_)) => true,
            _ => false,
        }
    }

    /// The first legal value: it stands in where a file gives none and a table has no default.
    pub fn first(&self) -> ParameterValue {
        match self {
            Domain::Integer { minimum, .. } => ParameterValue::Integer(*minimum),
            Domain::Choice(words) => ParameterValue::Choice(words.first().map_or("", |(word, _)| word).to_string()),
            Domain::Flag => ParameterValue::Flag(false),
        }
    }
}

/// The legal values in words: `1 to 6`, `wired or registered`, `true or false`.
impl fmt::Display for Domain {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Domain::Integer { minimum, maximum } => write!(formatter, "{minimum} to {maximum}"),
            Domain::Choice(words) => {
                let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
                match words.split_last() {
                    Some((last, rest)) if !rest.is_empty() => write!(formatter, "{} or {last}", rest.join(", ")),
                    _ => formatter.write_str(&words.concat()),
                }
            }
            Domain::Flag => formatter.write_str("true or false"),
        }
    }
}

/// One parameter of a family: its name in the YAML file, its domain, its default and what it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// The key in the configuration file.
    pub name: &'static str,
    /// The legal values.
    pub domain: Domain,
    /// What holds where the file says nothing; `None` makes the key mandatory.
    pub default: Option<ParameterDefault>,
    /// One sentence: what the parameter changes in the hardware, with its unit.
    pub effect: &'static str,
}

impl Parameter {
    /// An integer from `minimum` to `maximum`, both legal.
    pub const fn integer(
        name: &'static str,
        minimum: u64,
        maximum: u64,
        default: Option<u64>,
        effect: &'static str,
    ) -> Parameter {
        let default = match default {
            Some(value) => Some(ParameterDefault::Integer(value)),
            None => None,
        };
        Parameter { name, domain: Domain::Integer { minimum, maximum }, default, effect }
    }

    /// One of `words`, each with its effect.
    pub const fn choice(
        name: &'static str,
        words: &'static [(&'static str, &'static str)],
        default: Option<&'static str>,
        effect: &'static str,
    ) -> Parameter {
        let default = match default {
            Some(word) => Some(ParameterDefault::Choice(word)),
            None => None,
        };
        Parameter { name, domain: Domain::Choice(words), default, effect }
    }

    /// True or false.
    pub const fn flag(name: &'static str, default: Option<bool>, effect: &'static str) -> Parameter {
        let default = match default {
            Some(value) => Some(ParameterDefault::Flag(value)),
            None => None,
        };
        Parameter { name, domain: Domain::Flag, default, effect }
    }

    /// The default as a value.
    pub fn default_value(&self) -> Option<ParameterValue> {
        self.default.map(ParameterValue::from)
    }
}

/// A default, in constant form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterDefault {
    /// For `Domain::Integer`.
    Integer(u64),
    /// For `Domain::Choice`.
    Choice(&'static str),
    /// For `Domain::Flag`.
    Flag(bool),
}

/// The value of one parameter.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ParameterValue {
    /// For `Domain::Integer`.
    Integer(u64),
    /// For `Domain::Choice`.
    Choice(String),
    /// For `Domain::Flag`.
    Flag(bool),
}

/// As a configuration file writes it.
impl fmt::Display for ParameterValue {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ParameterValue::Integer(value) => write!(formatter, "{value}"),
            ParameterValue::Choice(word) => formatter.write_str(word),
            ParameterValue::Flag(value) => write!(formatter, "{value}"),
        }
    }
}

impl From<ParameterDefault> for ParameterValue {
    fn from(default: ParameterDefault) -> ParameterValue {
        match default {
            ParameterDefault::Integer(value) => ParameterValue::Integer(value),
            ParameterDefault::Choice(word) => ParameterValue::Choice(word.to_string()),
            ParameterDefault::Flag(value) => ParameterValue::Flag(value),
        }
    }
}

impl From<u64> for ParameterValue {
    fn from(value: u64) -> ParameterValue {
        ParameterValue::Integer(value)
    }
}

impl From<&str> for ParameterValue {
    fn from(word: &str) -> ParameterValue {
        ParameterValue::Choice(word.to_string())
    }
}

impl From<bool> for ParameterValue {
    fn from(value: bool) -> ParameterValue {
        ParameterValue::Flag(value)
    }
}

/// A complete assignment: a legal value for every parameter of a table, defaults filled in, in the table's order.
///
/// Rules between parameters are the family's ([`crate::registry::resolve`] applies both).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameters {
    table: &'static [Parameter],
    /// One for each entry of `table`, in its domain.
    values: Vec<ParameterValue>,
}

impl Parameters {
    /// What `given` says, defaults for the rest; every problem at once.
    pub fn resolve<N: AsRef<str>, G: Into<Given>>(
        table: &'static [Parameter],
        given: impl IntoIterator<Item = (N, G)>,
    ) -> Result<Parameters, Vec<Problem>> {
        let Resolution { parameters, problems } = Resolution::new(table, given);
        if problems.is_empty() { Ok(parameters) } else { Err(problems) }
    }

    /// The caller warrants that `values` fit `table` one by one.
    pub(crate) fn from_legal(table: &'static [Parameter], values: Vec<ParameterValue>) -> Parameters {
        debug_assert!(table.len() == values.len());
        debug_assert!(table.iter().zip(&values).all(|(parameter, value)| parameter.domain.contains(value)));
        Parameters { table, values }
    }

    /// The value of `name`, if the table has it.
    pub fn get(&self, name: &str) -> Option<&ParameterValue> {
        self.values.get(self.position(name)?)
    }

    /// The value of an integer parameter.
    ///
    /// # Panics
    /// If the table has no integer of that name: a defect of the family.
    #[track_caller]
    pub fn integer(&self, name: &str) -> u64 {
        match self.get(name) {
            Some(ParameterValue::Integer(value)) => *value,
            other => panic!("`{name}` is no integer parameter but {other:?}"),
        }
    }

    /// The word chosen for a parameter.
    ///
    /// # Panics
    /// If the table has no choice of that name: a defect of the family.
    #[track_caller]
    pub fn choice(&self, name: &str) -> &str {
        match self.get(name) {
            Some(ParameterValue::Choice(word)) => word,
            other => panic!("`{name}` is no choice parameter but {other:?}"),
        }
    }

    /// The value of a flag.
    ///
    /// # Panics
    /// If the table has no flag of that name: a defect of the family.
    #[track_caller]
    pub fn flag(&self, name: &str) -> bool {
        match self.get(name) {
            Some(ParameterValue::Flag(value)) => *value,
            other => panic!("`{name}` is no flag parameter but {other:?}"),
        }
    }

    /// The same assignment with another value for `name`.
    ///
    /// # Panics
    /// If the table has no such parameter, or the value is outside its domain: a defect of the family.
    #[track_caller]
    pub fn with(&self, name: &str, value: impl Into<ParameterValue>) -> Parameters {
        let value = value.into();
        let Some(position) = self.position(name) else { panic!("no parameter `{name}`") };
        let domain = self.table[position].domain;
        assert!(domain.contains(&value), "`{name}: {value}` is not legal: {domain}");
        let mut changed = self.clone();
        changed.values[position] = value;
        changed
    }

    /// The same assignment with other values for some parameters, each of a name in the table and in its domain.
    pub fn with_each<'a>(&self, values: impl IntoIterator<Item = (&'a str, &'a ParameterValue)>) -> Parameters {
        let mut changed = self.clone();
        for (name, value) in values {
            if let Some(position) = self.position(name) {
                debug_assert!(self.table[position].domain.contains(value));
                changed.values[position] = value.clone();
            }
        }
        changed
    }

    /// Every parameter with its value, in the table's order.
    pub fn iter(&self) -> impl Iterator<Item = (&'static Parameter, &ParameterValue)> {
        self.table.iter().zip(&self.values)
    }

    /// One line `name: value` for each parameter, in the table's order: what is hashed, and legal YAML.
    pub fn canonical_text(&self) -> String {
        self.iter().map(|(parameter, value)| format!("{}: {value}\n", parameter.name)).collect()
    }

    fn position(&self, name: &str) -> Option<usize> {
        self.table.iter().position(|parameter| parameter.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TABLE;

    fn defaults() -> Parameters {
        Parameters::resolve(TABLE, [("tables", 4)]).expect("legal")
    }

    #[test]
    fn an_assignment_is_complete_and_in_table_order() {
        assert_eq!(defaults().canonical_text(), "group_size: 3\ntables: 4\ntable: wired\nsaturate: false\n");
        assert_eq!(defaults().integer("group_size"), 3);
        assert_eq!(defaults().choice("table"), "wired");
        assert!(!defaults().flag("saturate"));
        assert_eq!(defaults().get("tabels"), None);
    }

    #[test]
    fn with_changes_one_value_and_leaves_the_original() {
        let original = defaults();
        let changed = original.with("table", "registered").with("saturate", true).with("tables", 9);
        assert_eq!(changed.canonical_text(), "group_size: 3\ntables: 9\ntable: registered\nsaturate: true\n");
        assert_eq!(original, defaults());
    }

    #[test]
    #[should_panic(expected = "`group_size: 7` is not legal: 1 to 6")]
    fn with_refuses_a_value_outside_the_domain() {
        let _ = defaults().with("group_size", 7);
    }

    #[test]
    fn a_domain_speaks_plain_words() {
        let words: Vec<String> = TABLE.iter().map(|parameter| parameter.domain.to_string()).collect();
        assert_eq!(words, ["1 to 6", "1 to 1024", "wired or registered", "true or false"]);
    }
}
