//! What a sweep writes: one document for programs, a table for spreadsheets.

use super::failures;
use super::verify::Verified;
use crate::commands::rounded;
use crate::config::parameter_value;
use crate::output::Files;
use crate::parquet::{self, Values};
use serde_json::{Value, json};
use std::path::Path;
use tritloom_datapath::family::Family;
use tritloom_datapath::parameter::{Parameter, ParameterValue, Parameters};
use tritloom_search::{Column, Mode, Outcome, Quantity, Search, Space, find, quantities};

/// Configurations of the sample beside the front.
const SAMPLE: usize = 2000;

/// The form of `sweep.json`; another form gets another number.
const FORM: u32 = 1;

/// What a sweep in one technology has come to.
pub struct Results {
    /// Of the space.
    pub name: String,
    /// In which quantities were estimated.
    pub technology: String,
    /// How many combinations the space has.
    pub configurations: u64,
    /// The front and the counts.
    pub outcome: Outcome,
    /// What could not be evaluated.
    pub failures: Vec<Value>,
    /// What tools say of the front.
    pub verified: Vec<Verified>,
    /// What there is to say of a configuration that was asked for.
    pub explanation: Option<String>,
    /// How much of the space was looked at.
    pub mode: Mode,
    constraints: Vec<String>,
    objectives: Vec<(String, bool)>,
    points: Vec<Point>,
}

/// A configuration with its quantities.
pub struct Point {
    /// In the space's order.
    pub number: u64,
    /// Whether it is on the front.
    pub front: bool,
    /// The kind of datapath.
    pub family: &'static dyn Family,
    /// All of its parameters.
    pub parameters: Parameters,
    quantities: Vec<(&'static Quantity, f64)>,
}

impl Results {
    /// Evaluates the front, and a sample of what is not on it.
    pub fn new(name: &str, search: &Search, outcome: Outcome) -> Result<Results, String> {
        let space = search.space;
        let on_front: Vec<u64> = outcome.front.iter().map(|member| member.number).collect();
        let sample = search.sample(SAMPLE);
        let sample = sample.into_iter().filter(|number| on_front.binary_search(number).is_err());
        let mut numbers: Vec<(u64, bool)> = sample.map(|number| (number, false)).collect();
        numbers.extend(on_front.iter().map(|number| (*number, true)));
        numbers.sort_unstable();
        let mut failures = failures::json(search);
        // Of the sample something may fail that no search has evaluated.
        let point = |(number, front)| match point(search, number, front) {
            Err(reason) if !front => {
                failures.push(failures::of_configuration(&search.configuration(number), &reason));
                None
            }
            point => Some(point),
        };
        let points = numbers.into_iter().filter_map(point).collect::<Result<_, _>>()?;
        Ok(Results {
            name: name.to_owned(),
            technology: space.model.technology.name.clone(),
            configurations: space.size().unwrap_or(u64::MAX),
            failures,
            verified: vec![],
            explanation: None,
            mode: search.mode,
            constraints: space.constraints.iter().map(|constraint| constraint.text.clone()).collect(),
            objectives: objectives(space),
            points,
            outcome,
        })
    }

    /// The members of the front that are best in the first objective, at most so many.
    pub fn best(&self, count: usize) -> Vec<&Point> {
        let points = self.points.iter().filter(|point| point.front);
        let mut members: Vec<_> = self.outcome.front.iter().zip(points).collect();
        members.sort_by(|(one, _), (other, _)| one.objectives[0].total_cmp(&other.objectives[0]));
        members.into_iter().take(count).map(|(_, point)| point).collect()
    }

    /// The columns of the table on the terminal.
    pub fn header(&self) -> [&'static str; 3] {
        ["family", "objectives", "parameters"]
    }

    /// The front on the terminal.
    pub fn rows(&self) -> impl Iterator<Item = [String; 3]> {
        let members = self.outcome.front.iter().zip(self.points.iter().filter(|point| point.front));
        members.map(|(member, point)| {
            let objectives = self.objectives.iter().zip(&member.objectives).map(|((text, more_is_better), value)| {
                let value = if *more_is_better { -value } else { *value };
                match find(text) {
                    Some(quantity) => format!("{}: {}", quantity.column_name, rounded(value / quantity.result_unit)),
                    None => format!("{text}: {}", rounded(value)),
                }
            });
            let objectives: Vec<String> = objectives.collect();
            let parameters =
                point.parameters.iter().filter(|(parameter, value)| parameter.default_value().as_ref() != Some(value));
            let parameters: Vec<String> =
                parameters.map(|(parameter, value)| format!("{}: {value}", parameter.name)).collect();
            [point.family.name().to_owned(), objectives.join("\n"), parameters.join("\n")]
        })
    }

    /// Adds the files of a folder.
    pub fn files(&self, files: &mut Files, folder: &Path) {
        files.insert(folder.join("sweep.json"), format!("{:#}\n", self.json()).into_bytes());
        let (columns, rows) = self.columns();
        files.insert(folder.join("front.csv"), csv(&columns, rows).into_bytes());
        files.insert(folder.join("front.parquet"), parquet::file(&columns, rows));
        if !self.failures.is_empty() {
            let (columns, rows) = failures::columns(&self.failures);
            files.insert(folder.join("failures.csv"), csv(&columns, rows).into_bytes());
            files.insert(folder.join("failures.parquet"), parquet::file(&columns, rows));
        }
    }

    /// The whole document.
    pub fn json(&self) -> Value {
        let counts = &self.outcome.counts;
        let suitable = (self.mode == Mode::Exhaustive).then_some(counts.suitable);
        let better = |more_is_better: bool| if more_is_better { "high" } else { "low" };
        let objectives: Vec<Value> = self
            .objectives
            .iter()
            .map(|(text, more_is_better)| json!({"text": text, "better": better(*more_is_better)}))
            .collect();
        let quantities = self.points.first().map_or(&[][..], |point| &point.quantities);
        let quantities: Vec<Value> = quantities
            .iter()
            .map(|(quantity, _)| {
                json!({
                    "name": quantity.column_name, "unit": quantity.unit, "better": better(quantity.more_is_better),
                    "quantity": quantity.name, "explanation": quantity.explanation,
                })
            })
            .collect();
        let verified: Vec<Value> = self.verified.iter().flat_map(Verified::json).collect();
        json!({
            "format": FORM,
            "name": self.name,
            "technology": self.technology,
            "mode": self.mode.name(),
            "objectives": objectives,
            "constraints": self.constraints,
            "counts": {
                "configurations": self.configurations,
                "visited": counts.visited(),
                "suitable": suitable,
                "ruled_out": counts.ruled_out,
                "dominated": counts.dominated,
                "failed": self.failures.len(),
                "front": self.outcome.front.len(),
            },
            "quantities": quantities,
            "groups": self.groups(),
            "failures": self.failures,
            "verified": verified,
            "explanation": self.explanation,
        })
    }

    fn groups(&self) -> Vec<Value> {
        let mut names: Vec<&'static str> = vec![];
        for point in &self.points {
            if !names.contains(&point.family.name()) {
                names.push(point.family.name());
            }
        }
        let group = |name: &&'static str| {
            let own: Vec<&Point> = self.points.iter().filter(|point| point.family.name() == *name).collect();
            let parameters: Vec<&str> = own[0].family.parameters().iter().map(|parameter| parameter.name).collect();
            let points: Vec<Value> = own.iter().map(|point| point.json()).collect();
            json!({"family": name, "parameters": parameters, "points": points})
        };
        names.iter().map(group).collect()
    }

    /// The front as a table, and the number of rows.
    fn columns(&self) -> (Vec<parquet::Column>, usize) {
        let front: Vec<&Point> = self.points.iter().filter(|point| point.front).collect();
        let mut header = Header::default();
        front
            .iter()
            .flat_map(|point| point.parameters.iter())
            .for_each(|(parameter, value)| header.add(parameter, value));
        (header.columns(&front), front.len())
    }

    /// Adds what could not be evaluated, unless it is known.
    pub fn add_failure(&mut self, failure: Value) {
        if !self.failures.contains(&failure) {
            self.failures.push(failure);
        }
    }

    /// Whether the configuration of a number is on the front.
    pub fn is_on_front(&self, number: u64) -> bool {
        self.outcome.front.binary_search_by_key(&number, |member| member.number).is_ok()
    }
}

/// The parameters that a table has a column for: their names, and whether all of their values are integers.
#[derive(Default)]
pub struct Header(Vec<(&'static str, bool)>);

impl Header {
    /// Those of all configurations of a space.
    pub fn of_space(space: &Space) -> Header {
        let mut header = Header::default();
        for region in &space.regions {
            region.base.iter().for_each(|(parameter, value)| header.add(parameter, value));
            for axis in &region.axes {
                axis.values.iter().for_each(|value| header.add(axis.parameter, value));
            }
        }
        header
    }

    fn add(&mut self, parameter: &'static Parameter, value: &ParameterValue) {
        let is_integer = integer(value).is_some();
        match self.0.iter_mut().find(|(name, _)| *name == parameter.name) {
            Some((_, all_are)) => *all_are &= is_integer,
            None => self.0.push((parameter.name, is_integer)),
        }
    }

    /// A column for each parameter of any family and each quantity.
    pub fn columns(&self, points: &[&Point]) -> Vec<parquet::Column> {
        let column = |name: &str, values: Values| parquet::Column { name: name.to_owned(), values };
        let numbers = points.iter().map(|point| Some(point.number as i64)).collect();
        let families = points.iter().map(|point| Some(point.family.name().to_owned())).collect();
        let mut columns = vec![column("number", Values::Integers(numbers)), column("family", Values::Words(families))];
        columns.extend(self.0.iter().map(|(name, integers)| column(name, of_parameter(points, name, *integers))));
        let quantities = points.first().map_or(&[][..], |point| &point.quantities);
        for (quantity, _) in quantities {
            let values = points.iter().map(|point| point.estimate(quantity.column_name)).collect();
            columns.push(column(quantity.column_name, Values::Numbers(values)));
        }
        columns
    }
}

fn integer(value: &ParameterValue) -> Option<i64> {
    match value {
        ParameterValue::Integer(value) => i64::try_from(*value).ok(),
        _ => None,
    }
}

/// A parameter of several configurations.
fn of_parameter(points: &[&Point], name: &str, integers: bool) -> Values {
    let values = points.iter().map(|point| point.parameters.get(name));
    match integers {
        true => Values::Integers(values.map(|value| value.and_then(integer)).collect()),
        false => Values::Words(values.map(|value| value.map(ToString::to_string)).collect()),
    }
}

/// The whole of a table.
fn csv(columns: &[parquet::Column], rows: usize) -> String {
    csv_head(columns) + &csv_rows(columns, rows)
}

/// The names of columns.
pub fn csv_head(columns: &[parquet::Column]) -> String {
    columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>().join(",") + "\n"
}

/// Text in quotes where commas, quotes or line breaks need them (RFC 4180).
pub fn csv_rows(columns: &[parquet::Column], rows: usize) -> String {
    let cell = |values: &Values, row: usize| match values {
        Values::Integers(values) => values[row].map(|value| value.to_string()),
        Values::Numbers(values) => values[row].map(|value| value.to_string()),
        Values::Words(values) => values[row].as_deref().map(quoted),
    };
    let line = |row: usize| {
        let cells = columns.iter().map(|column| cell(&column.values, row).unwrap_or_default());
        cells.collect::<Vec<_>>().join(",")
    };
    (0..rows).map(|row| line(row) + "\n").collect()
}

fn quoted(word: &str) -> String {
    let plain = !word.contains([',', '"', '\n', '\r']);
    if plain { word.to_owned() } else { format!("\"{}\"", word.replace('"', "\"\"")) }
}

impl Point {
    /// The estimate of a quantity, by its name in results.
    pub fn estimate(&self, name: &str) -> Option<f64> {
        self.quantities.iter().find(|(quantity, _)| quantity.column_name == name).map(|(_, value)| *value)
    }

    fn json(&self) -> Value {
        let parameters: Vec<Value> = self.parameters.iter().map(|(_, value)| parameter_value(value)).collect();
        let values: Vec<f64> = self.quantities.iter().map(|(_, value)| *value).collect();
        json!({"number": self.number, "front": self.front, "parameters": parameters, "values": values})
    }
}

/// Evaluates a configuration, or says why it cannot be.
pub fn point(search: &Search, number: u64, front: bool) -> Result<Point, String> {
    let configuration = search.configuration(number);
    let quantities =
        quantities(search.space, configuration.family, &configuration.parameters, search.reads(&Column::Delay))?;
    Ok(Point { number, front, family: configuration.family, parameters: configuration.parameters, quantities })
}

fn objectives(space: &Space) -> Vec<(String, bool)> {
    let text = |objective: &tritloom_search::Objective| (objective.expression.text.clone(), objective.more_is_better);
    space.objectives.iter().map(text).collect()
}
