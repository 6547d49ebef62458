//! The documents that a report is made of: `sweep.json` of a sweep, and what `validate --format json` prints.

use crate::diagnostic::{Diagnostic, code};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use tritloom_datapath::parameter::Given;
use tritloom_report::{Comparison, Group, Pair, Quantity};

/// A document that was read.
pub enum Document {
    /// Of `sweep`.
    Sweep(Box<Sweep>),
    /// Of `validate`.
    Validation(Validation),
}

/// What a sweep found. What else its document holds is not needed here.
#[derive(Deserialize)]
pub struct Sweep {
    pub name: String,
    pub technology: String,
    mode: String,
    counts: Counts,
    objectives: Vec<Objective>,
    quantities: Vec<Column>,
    pub groups: Vec<Group>,
    #[serde(default)]
    verified: Vec<Verified>,
}

/// A quantity and what expressions call it.
#[derive(Deserialize)]
struct Column {
    #[serde(flatten)]
    shown: Quantity,
    quantity: String,
}

#[derive(Deserialize)]
struct Objective {
    text: String,
}

#[derive(Deserialize)]
struct Counts {
    configurations: u64,
    visited: u64,
    suitable: Option<u64>,
    front: u64,
}

/// What of a configuration was made, or only its number where nothing was.
#[derive(Deserialize)]
struct Verified {
    number: u64,
    #[serde(flatten)]
    pair: Option<VerifiedPair>,
}

#[derive(Deserialize)]
struct VerifiedPair {
    quantity: String,
    estimate: f64,
    measured: f64,
}

/// What a validation found.
#[derive(Deserialize)]
pub struct Validation {
    technology: String,
    designs: Vec<Validated>,
}

#[derive(Deserialize)]
struct Validated {
    design: String,
    quantities: BTreeMap<String, Measured>,
}

#[derive(Deserialize)]
struct Measured {
    estimate: f64,
    measured: f64,
}

/// The folder of a sweep stands for its `sweep.json`.
pub fn file(path: &Path) -> PathBuf {
    if path.is_dir() { path.join("sweep.json") } else { path.to_owned() }
}

/// Reads files; what is wrong with each comes at once.
pub fn read_all(paths: &[PathBuf]) -> Result<Vec<Document>, Vec<Diagnostic>> {
    let (mut documents, mut problems) = (vec![], vec![]);
    for path in paths {
        let file = file(path);
        match read(&file) {
            Ok(document) => documents.push(document),
            Err(reason) => problems.push(refused(&file, &reason)),
        }
    }
    if problems.is_empty() { Ok(documents) } else { Err(problems) }
}

fn refused(path: &Path, reason: &str) -> Diagnostic {
    let diagnostic = Diagnostic::new(code::DOCUMENT, format!("`{}` makes no report: {reason}", path.display()));
    diagnostic.note("a report is made of the folders that `sweep` writes, and of what `validate --format json` prints")
}

fn read(path: &Path) -> Result<Document, String> {
    let text = fs::read_to_string(path).map_err(|error| several(path).unwrap_or_else(|| error.to_string()))?;
    let value: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    let document = match value.get("command").and_then(Value::as_str) {
        Some("validate") => serde_json::from_value(value).map(Document::Validation),
        Some(command) => return Err(format!("it is of `{command}`")),
        None => serde_json::from_value(value).map(|sweep| Document::Sweep(Box::new(sweep))),
    };
    document.map_err(|error| error.to_string())
}

/// What a sweep of several technologies leaves beside a path: a folder for each of them.
fn several(path: &Path) -> Option<String> {
    let folder = path.parent()?;
    let entries = fs::read_dir(folder).ok()?.filter_map(Result::ok).map(|entry| entry.path());
    let sweeps = entries.filter(|entry| entry.join("sweep.json").is_file());
    let mut names: Vec<String> = sweeps.map(|sweep| format!("`{}`", sweep.display())).collect();
    names.sort();
    (!names.is_empty()).then(|| format!("it has a sweep for each technology; name one: {}", names.join(", ")))
}

/// A parameter's value as a configuration gives it.
pub fn given(value: &Value) -> Option<Given> {
    match value {
        Value::Number(number) => Some(number.as_u64()?.into()),
        Value::String(word) => Some(word.as_str().into()),
        Value::Bool(flag) => Some((*flag).into()),
        _ => None,
    }
}

impl Sweep {
    /// What was searched, in a sentence.
    pub fn summary(&self) -> String {
        let Counts { configurations, visited, suitable, front } = &self.counts;
        let suitable = suitable.map(|suitable| format!(", {suitable} meet the constraints")).unwrap_or_default();
        format!(
            "{configurations} configurations, {visited} of them visited ({} mode){suitable}; {front} are on the front.",
            self.mode
        )
    }

    /// The quantities of the first two objectives, or else the first two.
    pub fn axes(&self) -> (usize, usize) {
        let place = |objective: &Objective| self.quantities.iter().position(|column| column.quantity == objective.text);
        let mut places: Vec<usize> = self.objectives.iter().filter_map(place).collect();
        places.extend([0, 1]);
        (places[0], places.iter().copied().find(|place| *place != places[0]).unwrap_or(0))
    }

    /// What is known of each configuration.
    pub fn quantities(&self) -> Vec<Quantity> {
        self.quantities.iter().map(|column| column.shown.clone()).collect()
    }

    /// Estimates beside synthesis of what was verified.
    pub fn comparisons(&self) -> Vec<Comparison> {
        let named: BTreeMap<u64, (String, &str)> = self
            .groups
            .iter()
            .flat_map(|group| {
                group.points.iter().map(|point| (point.number, (group.name(point), group.family.as_str())))
            })
            .collect();
        let mut pairs: BTreeMap<&str, Vec<Pair>> = BTreeMap::new();
        for verified in &self.verified {
            if let (Some((name, family)), Some(pair)) = (named.get(&verified.number), &verified.pair) {
                let VerifiedPair { quantity, estimate, measured } = pair;
                let (name, family) = (name.clone(), (*family).to_owned());
                let pair = Pair { name, family, estimate: *estimate, measured: *measured };
                pairs.entry(quantity).or_default().push(pair);
            }
        }
        pairs.into_iter().map(|(quantity, pairs)| comparison(&self.technology, quantity, pairs)).collect()
    }
}

impl Validation {
    /// Estimates beside synthesis, quantity by quantity.
    pub fn comparisons(&self) -> Vec<Comparison> {
        let mut pairs: BTreeMap<&str, Vec<Pair>> = BTreeMap::new();
        for validated in &self.designs {
            let family = validated.design.split(':').next().unwrap_or_default();
            for (quantity, Measured { estimate, measured }) in &validated.quantities {
                let (name, family) = (validated.design.clone(), family.to_owned());
                let pair = Pair { name, family, estimate: *estimate, measured: *measured };
                pairs.entry(quantity).or_default().push(pair);
            }
        }
        pairs.into_iter().map(|(quantity, pairs)| comparison(&self.technology, quantity, pairs)).collect()
    }
}

/// How names of quantities end, and the units that this says.
const UNITS: [(&str, &str); 5] =
    [("_um2", "um2"), ("_ps", "ps"), ("_fj", "fJ"), ("_nw", "nW"), ("_fj_per_cycle", "fJ per cycle")];

fn comparison(technology: &str, quantity: &str, pairs: Vec<Pair>) -> Comparison {
    let known = UNITS.iter().find_map(|(ending, unit)| Some((quantity.strip_suffix(ending)?, *unit)));
    let (name, unit) = known.unwrap_or((quantity, ""));
    Comparison { quantity: format!("{} in {technology}", name.replace('_', " ")), unit: unit.into(), pairs }
}
