//! Spaces as YAML: families with lists and ranges of values, constraints, objectives, and the model that judges.

use super::keys::{Entry, Level, given, shown};
use super::reader::Reader;
use super::source::Source;
use super::tree::{self, Content, Node};
use crate::diagnostic::{Diagnostic, Excerpt, code};
use crate::{network, technology};
use std::ops::RangeInclusive;
use std::path::Path;
use tritloom_cost::{Activity, Network, Technology};
use tritloom_datapath::family::Family;
use tritloom_datapath::parameter::{Given, Parameter, ParameterValue, Problem, Resolution, code as key_code};
use tritloom_search::{
    Axis, Dimension, Expression, ExpressionError, Model, Objective, Region, Space, SpaceError, find, parse,
};

/// A range holds no more values than this.
const MOST_VALUES: u128 = 1 << 20;

/// Clock periods from the end of what switches to the end of patience.
const PERIODS_PS: RangeInclusive<f64> = 1.0..=1e12;

/// What an expression is made of.
const EXPRESSION: &str =
    "names, numbers with their units, + - * /, min(x, y), max(x, y), == != < <= > >=, and, or, not, ( )";

/// The keys of a space.
const KEYS: [&str; 13] = [
    "name",
    "technology",
    "clock",
    "network",
    "bandwidth",
    "zero_weights",
    "toggles",
    "sign_bits",
    "sign_changes",
    "weight_sign_changes",
    "families",
    "constraints",
    "objectives",
];

/// A space in each of its technologies.
pub struct Sweeps {
    /// What it is called.
    pub name: String,
    /// The text of the file: what journals belong to.
    pub text: String,
    /// The same space in each technology.
    pub spaces: Vec<Space>,
    /// Where each constraint stands.
    pub constraints: Vec<Excerpt>,
    /// Where the values of each axis of each region stand.
    pub axes: Vec<Vec<Excerpt>>,
}

/// Reads a space; every problem at once.
pub fn load_space(path: &Path, families: &[&'static dyn Family]) -> Result<Sweeps, Vec<Diagnostic>> {
    read(&Source::read(path)?, families)
}

/// Whether an expression is this text, but for blanks.
fn is_same(expression: &Expression, text: &str) -> bool {
    let letters = |text: &str| text.split_whitespace().collect::<String>();
    letters(&expression.text) == letters(text)
}

fn stands_twice(objective: &str) -> ExpressionError {
    ExpressionError {
        start: 0,
        length: objective.chars().count(),
        message: format!("the objective `{objective}` stands there twice"),
        legal: Some("every objective once".to_owned()),
        suggestion: None,
        unknown: None,
    }
}

/// Reads the text of a space.
pub fn read(source: &Source, families: &[&'static dyn Family]) -> Result<Sweeps, Vec<Diagnostic>> {
    let root = tree::parse(source)?;
    let mut reader = Reader::new(source, families, &[]);
    let level = Level { key: &root, path: "", noun: "key" };
    let Some(entries) = reader.entries(&level, &root, &KEYS) else { return Err(reader.complaints()) };
    let find = |name: &str| entries.iter().find(|entry| entry.name == name);
    let family_names = reader.family_names().join(", ");
    let name = reader.mandatory(&level, &entries, "name", "a word").map(|entry| reader.words(entry, 1));
    let (regions, axes) = reader
        .mandatory(&level, &entries, "families", &format!("families among {family_names}"))
        .map_or((vec![], vec![]), |entry| reader.regions(entry).into_iter().unzip());
    let constraints = find("constraints").map_or(vec![], |entry| reader.expressions(entry));
    let objectives = reader
        .mandatory(&level, &entries, "objectives", "a list of quantities")
        .map_or(vec![], |entry| reader.expressions(entry));
    let before = reader.diagnostics.len();
    let technologies = reader.technologies(find("technology"));
    let usual = Activity::default();
    let mut share = |name: &str, usual: f64| find(name).and_then(|entry| reader.share(entry)).unwrap_or(usual);
    let activity = Activity {
        zero_weights: share("zero_weights", usual.zero_weights),
        toggles_a_cycle: share("toggles", usual.toggles_a_cycle),
        sign_bits: share("sign_bits", usual.sign_bits),
        sign_changes: share("sign_changes", usual.sign_changes),
        weight_sign_changes: share("weight_sign_changes", usual.weight_sign_changes),
    };
    let settings = Settings {
        period_ps: find("clock").and_then(|entry| reader.period(entry)),
        network: find("network").and_then(|entry| reader.network(entry)),
        bandwidth_gb_per_s: find("bandwidth").and_then(|entry| reader.bandwidth(entry)).unwrap_or(100.0),
        activity,
    };
    let settled = reader.diagnostics.len() == before;
    let spaces: Vec<Space> = technologies
        .into_iter()
        .map(|technology| settings.space(technology, &regions, &constraints, &objectives))
        .collect();
    // What expressions can name follows from the settings: wrong ones would be told twice.
    if settled && !regions.is_empty() {
        let errors = spaces.iter().find_map(|space| space.questions().err()).unwrap_or_default();
        errors.iter().for_each(|error| reader.misfit(error, &constraints, &objectives));
    }
    let diagnostics = reader.complaints();
    if !diagnostics.is_empty() {
        return Err(diagnostics);
    }
    let name = name.flatten().and_then(|names| names.into_iter().next()).unwrap_or_default();
    let constraints = constraints.iter().map(|(_, node)| tree::excerpt(source, node)).collect();
    Ok(Sweeps { name, text: source.text.clone(), spaces, constraints, axes })
}

/// What spaces of all technologies share.
struct Settings {
    period_ps: Option<f64>,
    network: Option<Network>,
    bandwidth_gb_per_s: f64,
    activity: Activity,
}

impl Settings {
    fn space(
        &self,
        technology: Technology,
        regions: &[Region],
        constraints: &[(Expression, &Node)],
        objectives: &[(Expression, &Node)],
    ) -> Space {
        let expressions =
            |list: &[(Expression, &Node)]| list.iter().map(|(expression, _)| expression.clone()).collect();
        let objective = |(expression, _): &(Expression, &Node)| Objective {
            more_is_better: find(&expression.text).is_some_and(|quantity| quantity.more_is_better),
            expression: expression.clone(),
        };
        Space {
            regions: regions.to_vec(),
            constraints: expressions(constraints),
            objectives: objectives.iter().map(objective).collect(),
            model: Model {
                technology,
                activity: self.activity,
                period_ps: self.period_ps,
                network: self.network.clone(),
                bandwidth_gb_per_s: self.bandwidth_gb_per_s,
            },
        }
    }
}

impl<'a> Reader<'a> {
    /// One word, or a list of at most `most`.
    fn words(&mut self, entry: &Entry<'a>, most: usize) -> Option<Vec<String>> {
        let nodes = match &entry.value.value {
            Content::List(nodes) => nodes.iter().collect(),
            _ => vec![entry.value],
        };
        let word = |node: &Node| match &node.value {
            Content::Scalar(Given::Text(text)) => Some(text.clone()),
            _ => None,
        };
        let words: Option<Vec<String>> = nodes.iter().map(|node| word(node)).collect();
        let words = words.filter(|words| !words.is_empty() && words.len() <= most);
        if words.is_none() {
            let wanted = if most == 1 { "a word" } else { "a word or a list of words" };
            self.complain(entry, key_code::WRONG_TYPE, format!("`{}` takes {wanted}", entry.name), wanted);
        }
        words
    }

    fn complain(&mut self, entry: &Entry<'a>, code: &'static str, message: String, legal: &str) {
        let diagnostic = self.about(entry, code, message).legal(legal);
        self.diagnostics.push(diagnostic);
    }

    fn technologies(&mut self, entry: Option<&Entry<'a>>) -> Vec<Technology> {
        let Some(entry) = entry else { return technology::load("asap7").into_iter().collect() };
        let mut technologies = vec![];
        for name in self.words(entry, usize::MAX).unwrap_or_default() {
            match technology::load(&name) {
                // Each has a folder of results of its name.
                Ok(technology) if technologies.iter().any(|other: &Technology| other.name == technology.name) => {
                    let message = format!("`technology` has `{}` twice", technology.name);
                    self.complain(entry, key_code::DUPLICATE_KEY, message, "each technology once");
                }
                Ok(technology) => technologies.push(technology),
                Err(errors) => self.located(entry, errors),
            }
        }
        technologies
    }

    fn network(&mut self, entry: &Entry<'a>) -> Option<Network> {
        let name = self.words(entry, 1)?.remove(0);
        network::load(&name).map_err(|errors| self.located(entry, errors)).ok()
    }

    /// Says where in the file a problem comes from that was found elsewhere.
    fn located(&mut self, entry: &Entry<'a>, errors: Vec<Diagnostic>) {
        let excerpt = tree::excerpt(self.source, entry.value);
        self.diagnostics.extend(errors.into_iter().map(|error| error.at(excerpt.clone())));
    }

    fn share(&mut self, entry: &Entry<'a>) -> Option<f64> {
        let value = match given(self.source, entry.value) {
            Given::Fraction(value) => Some(value),
            Given::Integer(value) => Some(value as f64),
            _ => None,
        };
        let value = value.filter(|value| (0.0..=1.0).contains(value));
        if value.is_none() {
            let message = format!("`{}` takes a share", entry.name);
            self.complain(entry, key_code::OUT_OF_RANGE, message, "a number from 0 to 1");
        }
        value
    }

    fn period(&mut self, entry: &Entry<'a>) -> Option<f64> {
        let kinds = [Dimension::RATE, Dimension::TIME];
        let (value, dimension) = self.quantity(entry, &kinds, "a frequency or a period, as in 500 MHz or 2 ns")?;
        let period_ps = if dimension == Dimension::RATE { 1.0 / value } else { value };
        if !PERIODS_PS.contains(&period_ps) {
            let nearest = if period_ps < *PERIODS_PS.start() { "1 ps" } else { "1 s" };
            let message = format!("`{}` is no period that a circuit has", entry.name);
            let diagnostic = self.about(entry, key_code::OUT_OF_RANGE, message);
            self.diagnostics.push(diagnostic.legal("1 ps to 1 s, 1000 GHz to 1 Hz").nearest(Some(nearest)));
            return None;
        }
        Some(period_ps)
    }

    fn bandwidth(&mut self, entry: &Entry<'a>) -> Option<f64> {
        self.quantity(entry, &[Dimension::RATE], "a bandwidth, as in 100 GB/s").map(|(value, _)| value / 8e-3)
    }

    /// A positive number with a unit of one of these kinds.
    fn quantity(&mut self, entry: &Entry<'a>, kinds: &[Dimension], legal: &str) -> Option<(f64, Dimension)> {
        let number = match &entry.value.value {
            Content::Scalar(Given::Text(text)) => parse(text).ok().and_then(|tree| tree.number()),
            _ => None,
        };
        let number = number.filter(|(value, dimension)| *value > 0.0 && kinds.contains(dimension));
        if number.is_none() {
            let message = format!("`{}` takes {legal}", entry.name);
            self.complain(entry, key_code::WRONG_TYPE, message, "a positive number with its unit");
        }
        number
    }

    /// Expressions with their places.
    fn expressions(&mut self, entry: &Entry<'a>) -> Vec<(Expression, &'a Node)> {
        let nodes: Vec<&Node> = match &entry.value.value {
            Content::List(nodes) => nodes.iter().collect(),
            _ => vec![entry.value],
        };
        let mut expressions = vec![];
        for node in nodes {
            let Content::Scalar(Given::Text(text)) = &node.value else {
                let message = format!("`{}` takes a list of expressions", entry.name);
                self.complain(entry, key_code::WRONG_TYPE, message, "`area < 0.2 mm2`, `throughput`, and the like");
                continue;
            };
            match parse(text) {
                Ok(_) if entry.name == "objectives" && expressions.iter().any(|(other, _)| is_same(other, text)) => {
                    self.expression_error(&entry.name, node, &stands_twice(text));
                }
                Ok(tree) => expressions.push((Expression { text: text.clone(), tree }, node)),
                Err(error) => self.expression_error(&entry.name, node, &error),
            }
        }
        if expressions.is_empty() && entry.name == "objectives" && self.diagnostics.is_empty() {
            self.complain(entry, code::EXPRESSION, "there is no objective".to_owned(), "at least one quantity");
        }
        expressions
    }

    fn misfit(&mut self, error: &SpaceError, constraints: &[(Expression, &Node)], objectives: &[(Expression, &Node)]) {
        match error {
            SpaceError::Constraint(place, error) => self.expression_error("constraints", constraints[*place].1, error),
            SpaceError::Objective(place, error) => self.expression_error("objectives", objectives[*place].1, error),
            // Tables are a matter of the search.
            SpaceError::Region(..) => {}
        }
    }

    /// Points at the part of an expression that is wrong.
    fn expression_error(&mut self, key: &str, node: &Node, error: &ExpressionError) {
        let mut excerpt = tree::excerpt(self.source, node);
        let written = tree::text(self.source, node);
        let quote = usize::from(written.starts_with(['"', '\'']));
        if !written.contains('\n') {
            excerpt.column += quote + error.start;
            excerpt.length = error.length;
        }
        let mut diagnostic = Diagnostic::new(code::EXPRESSION, error.message.clone()).at(excerpt);
        diagnostic.key = Some(key.to_owned());
        diagnostic.value = Some(shown(written));
        diagnostic.legal = Some(error.legal.clone().unwrap_or(EXPRESSION.to_owned()));
        self.diagnostics.push(diagnostic.suggestion(error.suggestion.clone()));
    }

    /// A mapping of families, or a list of mappings of one family each; with the places of their axes.
    fn regions(&mut self, entry: &Entry<'a>) -> Vec<(Region, Vec<Excerpt>)> {
        let nodes: Vec<&Node> = match &entry.value.value {
            Content::List(nodes) => nodes.iter().collect(),
            _ => vec![entry.value],
        };
        let names = self.family_names();
        let level = Level { key: entry.key, path: &entry.path, noun: "family" };
        let mut families = vec![];
        for node in nodes {
            families.extend(self.entries(&level, node, &names).unwrap_or_default());
        }
        if families.is_empty() && self.diagnostics.is_empty() {
            let message = "`families` names no family".to_owned();
            self.complain(entry, code::NOT_ONE_ARCHITECTURE, message, &names.join(", "));
        }
        let mut regions: Vec<(Region, Vec<Excerpt>)> = vec![];
        for entry in &families {
            let Some(family) = self.families.iter().copied().find(|family| family.name() == entry.name) else {
                continue;
            };
            let before = self.diagnostics.len();
            let (region, axes) = self.region(family, entry);
            if self.diagnostics.len() == before {
                self.apart(&regions, &region, entry);
            }
            regions.push((region, axes));
        }
        regions
    }

    /// A configuration counts once: regions of a family must differ.
    fn apart(&mut self, others: &[(Region, Vec<Excerpt>)], region: &Region, entry: &Entry<'a>) {
        if let Some(shared) = others.iter().find_map(|(other, _)| other.shared(region)) {
            let message = format!("this region of `{}` has {shared} of another one", entry.name);
            let legal = "regions of a family that have no configuration in common";
            self.complain(entry, code::RANGE, message, legal);
        }
    }

    /// What is wrong leaves the family's own values.
    fn region(&mut self, family: &'static dyn Family, entry: &Entry<'a>) -> (Region, Vec<Excerpt>) {
        let table = family.parameters();
        let names: Vec<&str> = table.iter().map(|parameter| parameter.name).collect();
        let level = Level { key: entry.key, path: &entry.path, noun: "parameter" };
        let before = self.diagnostics.len();
        let entries = self.entries(&level, entry.value, &names).unwrap_or_default();
        let mut values: Vec<(&'static Parameter, Vec<ParameterValue>)> = vec![];
        for parameter in table {
            if let Some(entry) = entries.iter().find(|entry| entry.name == parameter.name) {
                values.push((parameter, self.values(table, parameter, entry)));
            }
        }
        if self.diagnostics.len() > before {
            values.clear();
        }
        let first = values.iter().map(|(parameter, values)| (parameter.name, values[0].clone()));
        let Resolution { parameters: base, problems } = Resolution::new(table, first);
        if self.diagnostics.len() == before {
            for problem in problems {
                let diagnostic = self.problem(problem, family, entry, &entries);
                self.diagnostics.push(diagnostic);
            }
        }
        let axes = values.into_iter().filter(|(_, values)| values.len() > 1);
        let axes: Vec<Axis> = axes.map(|(parameter, values)| Axis { parameter, values }).collect();
        let of = |axis: &Axis| entries.iter().find(|entry| entry.name == axis.parameter.name);
        let places = axes.iter().filter_map(of).map(|entry| tree::excerpt(self.source, entry.value)).collect();
        (Region { family, base, axes }, places)
    }

    /// The values of a parameter: one, a list, or a range.
    fn values(
        &mut self,
        table: &'static [Parameter],
        parameter: &'static Parameter,
        entry: &Entry<'a>,
    ) -> Vec<ParameterValue> {
        let given: Vec<(Given, &Node)> = match &entry.value.value {
            Content::List(nodes) => nodes.iter().map(|node| (given(self.source, node), node)).collect(),
            Content::Mapping(_) => {
                let values = self.range(entry).unwrap_or_default();
                values.into_iter().map(|value| (Given::Integer(value), entry.value)).collect()
            }
            Content::Scalar(_) => vec![(given(self.source, entry.value), entry.value)],
        };
        if given.is_empty() && matches!(entry.value.value, Content::List(_)) {
            let message = format!("`{}` has no value to choose from", entry.name);
            self.complain(entry, code::RANGE, message, &parameter.domain.to_string());
        }
        let mut values: Vec<ParameterValue> = vec![];
        for (given, node) in given {
            let resolution = Resolution::new(table, [(parameter.name, given)]);
            let problem = resolution.problems.into_iter().find(|problem| problem.parameter == Some(parameter.name));
            let value = resolution.parameters.get(parameter.name).cloned();
            match (problem, value) {
                (Some(problem), _) => {
                    self.value_problem(entry, node, problem);
                    // Of a range, the first illegal value tells the rest.
                    if matches!(entry.value.value, Content::Mapping(_)) {
                        break;
                    }
                }
                (None, Some(value)) if values.contains(&value) && matches!(entry.value.value, Content::List(_)) => {
                    let message = format!("`{value}` is twice among the values of `{}`", entry.name);
                    let excerpt = tree::excerpt(self.source, node);
                    let diagnostic = Diagnostic::new(key_code::DUPLICATE_KEY, message).at(excerpt);
                    let (key, value) = (Some(entry.path.clone()), Some(value.to_string()));
                    self.diagnostics.push(Diagnostic { key, value, ..diagnostic }.legal("each value once"));
                }
                (None, Some(value)) => values.push(value),
                (None, None) => {}
            }
        }
        values
    }

    fn value_problem(&mut self, entry: &Entry<'a>, node: &Node, problem: Problem) {
        let value = shown(tree::text(self.source, node));
        let diagnostic = Diagnostic::new(problem.code, problem.message).at(tree::excerpt(self.source, node));
        let diagnostic = diagnostic.legal(problem.legal).nearest(problem.nearest);
        self.diagnostics.push(Diagnostic { key: Some(entry.path.clone()), value: Some(value), ..diagnostic });
    }

    /// `{from: 1, to: 64, step: 3}` or `{from: 1, to: 64, times: 2}`.
    fn range(&mut self, entry: &Entry<'a>) -> Option<Vec<i128>> {
        let level = Level { key: entry.key, path: &entry.path, noun: "key of a range" };
        let before = self.diagnostics.len();
        let entries = self.entries(&level, entry.value, &["from", "to", "step", "times"])?;
        let from = self.mandatory(&level, &entries, "from", "an integer").map(|entry| self.integer(entry, 0));
        let to = self.mandatory(&level, &entries, "to", "an integer").map(|entry| self.integer(entry, 0));
        let find = |name: &str| entries.iter().find(|entry| entry.name == name);
        let step = find("step").map(|entry| self.integer(entry, 1));
        let times = find("times").map(|entry| self.integer(entry, 2));
        if self.diagnostics.len() > before {
            return None;
        }
        let (from, to) = (from??, to??);
        let name = &entry.name;
        let complaint = if from > to {
            let message = format!("the range of `{name}` is empty: it begins at {from} and ends at {to}");
            Some((message, format!("`from` at most {to}, or `to` at least {from}")))
        } else if step.is_some() && times.is_some() {
            let message = format!("the range of `{name}` has a step and a factor");
            Some((message, "`step` or `times`".to_owned()))
        } else if times.is_some() && from == 0 {
            let message = format!("the range of `{name}` begins at 0, which no factor leaves");
            Some((message, "`from` at least 1, or `step` in the place of `times`".to_owned()))
        } else if times.is_none()
            && (to - from).unsigned_abs() / step.flatten().unwrap_or(1).unsigned_abs() >= MOST_VALUES
        {
            let message = format!("the range of `{name}` has more than {MOST_VALUES} values");
            Some((message, format!("at most {MOST_VALUES} values")))
        } else {
            None
        };
        if let Some((message, legal)) = complaint {
            self.complain(entry, code::RANGE, message, &legal);
            return None;
        }
        let next = |value: &i128| match times.flatten() {
            Some(times) => value.checked_mul(times),
            None => value.checked_add(step.flatten().unwrap_or(1)),
        };
        Some(std::iter::successors(Some(from), next).take_while(|value| *value <= to).collect())
    }

    fn integer(&mut self, entry: &Entry<'a>, least: i128) -> Option<i128> {
        match given(self.source, entry.value) {
            Given::Integer(value) if value >= least => Some(value),
            _ => {
                let message = format!("`{}` takes an integer of at least {least}", entry.name);
                self.complain(entry, key_code::WRONG_TYPE, message, &format!("{least} or more"));
                None
            }
        }
    }
}
