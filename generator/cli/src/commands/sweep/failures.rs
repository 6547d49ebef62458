//! Configurations that could not be evaluated: for programs, for spreadsheets, for people.

use crate::commands::counted;
use crate::config::parameter_value;
use crate::parquet::{Column, Values};
use serde_json::{Map, Value, json};
use tritloom_search::{Configuration, Failure, Region, Search};

/// Reasons that people are told; the files have all of them.
const TOLD: usize = 5;

/// Each with its family, the parameters that matter, and why.
pub fn json(search: &Search) -> Vec<Value> {
    search.failures().iter().map(|(region, failure)| one(region, failure)).collect()
}

fn one(region: &Region, failure: &Failure) -> Value {
    let parameters = failure.axes.iter().map(|axis| {
        let axis_of = &region.axes[*axis];
        (axis_of.parameter.name.to_owned(), parameter_value(&axis_of.values[failure.digits[*axis]]))
    });
    let parameters: Map<String, Value> = parameters.collect();
    json!({"family": region.family.name(), "parameters": parameters, "reason": failure.reason})
}

/// One of which only its own evaluation has shown it.
pub fn of_configuration(configuration: &Configuration<'_>, reason: &str) -> Value {
    let Configuration { region, parameters, .. } = configuration;
    let digits = region.find(region.family.name(), parameters).unwrap_or_default();
    one(region, &Failure { axes: (0..digits.len()).collect(), digits, reason: reason.to_owned() })
}

/// A column for each parameter that matters to any of them, and the number of rows.
pub fn columns(failures: &[Value]) -> (Vec<Column>, usize) {
    let mut names: Vec<&String> = vec![];
    for name in failures.iter().filter_map(|failure| failure["parameters"].as_object()).flat_map(Map::keys) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let words = |values: Vec<&Value>| Values::Words(values.into_iter().map(word).collect());
    let all = |key: &str| failures.iter().map(|failure| &failure[key]).collect::<Vec<_>>();
    let parameter = |name: &&String| {
        let values = failures.iter().map(|failure| &failure["parameters"][name.as_str()]);
        Column { name: (*name).clone(), values: words(values.collect()) }
    };
    let mut columns = vec![Column { name: "family".to_owned(), values: words(all("family")) }];
    columns.extend(names.iter().map(parameter));
    columns.push(Column { name: "reason".to_owned(), values: words(all("reason")) });
    (columns, failures.len())
}

fn word(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(word) => Some(word.clone()),
        other => Some(other.to_string()),
    }
}

/// A line for each reason: what fails for it.
pub fn told(failures: &[Value]) -> Vec<String> {
    let mut reasons: Vec<(&Value, &Value, Vec<&Value>)> = vec![];
    for failure in failures {
        let (family, reason) = (&failure["family"], &failure["reason"]);
        match reasons.iter_mut().find(|(known, why, _)| (*known, *why) == (family, reason)) {
            Some((_, _, list)) => list.push(failure),
            None => reasons.push((family, reason, vec![failure])),
        }
    }
    let line = |(family, reason, list): &(&Value, &Value, Vec<&Value>)| {
        let parameters = list[0]["parameters"].as_object().into_iter().flatten();
        let example: Vec<String> =
            parameters.map(|(name, value)| format!("{name}: {}", word(value).unwrap_or_default())).collect();
        let which = match (list.len(), example.is_empty()) {
            (_, true) => "always".to_owned(),
            (1, false) => example.join(", "),
            (count, false) => format!("{count} combinations such as {}", example.join(", ")),
        };
        format!("{} has failed ({which}): {}", word(family).unwrap_or_default(), word(reason).unwrap_or_default())
    };
    let mut lines: Vec<String> = reasons.iter().take(TOLD).map(line).collect();
    if reasons.len() > TOLD {
        lines.push(format!("and {}", counted((reasons.len() - TOLD) as u64, "more reason")));
    }
    lines
}
