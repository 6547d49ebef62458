//! What a sweep writes: one document for programs, a table for spreadsheets.

use super::journal::failure_json;
use crate::config::parameter_value;
use crate::output::Files;
use serde_json::{Value, json};
use std::path::Path;
use tritloom_datapath::family::Family;
use tritloom_datapath::parameter::Parameters;
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
    mode: Mode,
    constraints: Vec<String>,
    objectives: Vec<(String, bool)>,
    points: Vec<Point>,
}

/// A configuration with its quantities.
struct Point {
    number: u64,
    front: bool,
    family: &'static dyn Family,
    parameters: Parameters,
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
        let points = numbers.into_iter().map(|(number, front)| point(search, number, front));
        let regions = search.plans().iter().zip(&space.regions);
        let failures = regions.flat_map(|(plan, region)| plan.failures().iter().map(|one| failure_json(region, one)));
        Ok(Results {
            name: name.to_owned(),
            technology: space.model.technology.name.clone(),
            configurations: space.size().unwrap_or(u64::MAX),
            failures: failures.collect(),
            mode: search.mode,
            constraints: space.constraints.iter().map(|constraint| constraint.text.clone()).collect(),
            objectives: objectives(space),
            points: points.collect::<Result<_, _>>()?,
            outcome,
        })
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
        files.insert(folder.join("front.csv"), self.csv().into_bytes());
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

    /// The front: a line for each configuration, a column for each parameter of any family and each quantity.
    fn csv(&self) -> String {
        let front = || self.points.iter().filter(|point| point.front);
        let mut parameters: Vec<&'static str> = vec![];
        for point in front() {
            for (parameter, _) in point.parameters.iter() {
                if !parameters.contains(&parameter.name) {
                    parameters.push(parameter.name);
                }
            }
        }
        let quantities = front().next().map_or(vec![], |point| {
            point.quantities.iter().map(|(quantity, _)| quantity.column_name).collect::<Vec<_>>()
        });
        let header = [&["number", "family"][..], &parameters, &quantities].concat().join(",");
        let line = |point: &Point| {
            let value = |name: &&str| point.parameters.get(name).map(ToString::to_string).unwrap_or_default();
            let cells = [point.number.to_string(), point.family.name().to_owned()].into_iter();
            let cells = cells.chain(parameters.iter().map(value));
            let cells = cells.chain(point.quantities.iter().map(|(_, value)| value.to_string()));
            cells.collect::<Vec<_>>().join(",")
        };
        std::iter::once(header).chain(front().map(line)).map(|line| line + "\n").collect()
    }
}

impl Point {
    fn json(&self) -> Value {
        let parameters: Vec<Value> = self.parameters.iter().map(|(_, value)| parameter_value(value)).collect();
        let values: Vec<f64> = self.quantities.iter().map(|(_, value)| *value).collect();
        json!({"number": self.number, "front": self.front, "parameters": parameters, "values": values})
    }
}

fn point(search: &Search, number: u64, front: bool) -> Result<Point, String> {
    let configuration = search.configuration(number);
    let quantities =
        quantities(search.space, configuration.family, &configuration.parameters, search.reads(&Column::Delay))?;
    Ok(Point { number, front, family: configuration.family, parameters: configuration.parameters, quantities })
}

fn objectives(space: &Space) -> Vec<(String, bool)> {
    let text = |objective: &tritloom_search::Objective| (objective.expression.text.clone(), objective.more_is_better);
    space.objectives.iter().map(text).collect()
}

/// Four digits are enough for people.
fn rounded(value: f64) -> String {
    let digits = 3 - (value.abs().max(1e-9).log10().floor() as i32).clamp(-6, 3);
    format!("{value:.*}", digits.max(0) as usize)
}
