//! A report as the page's program reads it, made for few bytes: numbers of six significant digits, tables by columns, what
//! is everywhere the same once.

use crate::data::{Group, Report, Roofline};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The report in JSON.
pub fn content(report: &Report) -> Value {
    json!({
        "title": report.title,
        "summary": report.summary,
        "quantities": report.quantities,
        "axes": report.axes,
        "groups": report.groups.iter().map(|group| table(group, report.quantities.len())).collect::<Vec<_>>(),
        "comparisons": light(value(&report.comparisons)),
        "breakdowns": light(value(&report.breakdowns)),
        "roofline": report.roofline.as_ref().map(under_roofs),
    })
}

fn table(group: &Group, quantities: usize) -> Value {
    let points = || group.points.iter();
    let setting = |place| column(points().map(|point| point.parameters.get(place).cloned().unwrap_or_default()));
    let known = |place| column(points().map(|point| value(point.values.get(place).copied().flatten())));
    json!({
        "family": group.family,
        "size": group.points.len(),
        "number": column(points().map(|point| point.number.into())),
        "front": column(points().map(|point| point.front.into())),
        "parameters": group.parameters,
        "settings": (0..group.parameters.len()).map(setting).collect::<Vec<_>>(),
        "values": (0..quantities).map(known).collect::<Vec<_>>(),
    })
}

fn under_roofs(roofline: &Roofline) -> Value {
    let workloads = || roofline.workloads.iter();
    json!({
        "title": roofline.title,
        "roofs": light(value(&roofline.roofs)),
        "size": roofline.workloads.len(),
        "family": column(workloads().map(|workload| workload.family.as_str().into())),
        "number": column(workloads().map(|workload| workload.number.into())),
        "operations_a_byte": column(workloads().map(|workload| workload.operations_a_byte.into())),
        "peak_gop_per_s": column(workloads().map(|workload| workload.peak_gop_per_s.into())),
    })
}

/// `each` value in turn, or, where that is shorter, places (`at`) in a list `of` different ones; a list of a single one needs
/// no places.
fn column(values: impl Iterator<Item = Value>) -> Value {
    let each: Vec<Value> = values.map(light).collect();
    let (mut places, mut of) = (BTreeMap::new(), vec![]);
    let place = |value: &Value| {
        *places.entry(value.to_string()).or_insert_with(|| {
            of.push(value.clone());
            of.len() - 1
        })
    };
    let at: Vec<usize> = each.iter().map(place).collect();
    if of.len() == 1 {
        return json!({"of": of});
    }
    let (each, coded) = (json!({"each": each}), json!({"of": of, "at": at}));
    if coded.to_string().len() < each.to_string().len() { coded } else { each }
}

/// A value with every number in it that is not whole in six significant digits: more than anyone sees on a page.
fn light(value: Value) -> Value {
    match value {
        Value::Number(number) if number.is_f64() => number.as_f64().map_or(Value::Null, rounded),
        Value::Array(values) => values.into_iter().map(light).collect(),
        Value::Object(entries) => entries.into_iter().map(|(name, value)| (name, light(value))).collect(),
        other => other,
    }
}

fn rounded(number: f64) -> Value {
    let rounded: f64 = format!("{number:.5e}").parse().unwrap_or(number);
    // Without the `.0` that a number with a fraction ends in; all whole numbers up to here are exact.
    if rounded.fract() == 0.0 && rounded.abs() < 9e15 { (rounded as i64).into() } else { rounded.into() }
}

/// What is neither text, number nor list of them does not occur, so that all has a form in JSON.
fn value(data: impl Serialize) -> Value {
    serde_json::to_value(data).expect("plain data")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_written_in_the_shortest_way() {
        let of = |values: Vec<Value>| column(values.into_iter());
        assert_eq!(of(vec!["key".into(), "key".into()]), json!({"of": ["key"]}));
        assert_eq!(of(vec![4.into(), 8.into(), 4.into()]), json!({"each": [4, 8, 4]}));
        let words = ["carry_save", "balanced", "carry_save", "balanced"];
        let coded = json!({"of": ["carry_save", "balanced"], "at": [0, 1, 0, 1]});
        assert_eq!(of(words.map(Value::from).to_vec()), coded);
        assert_eq!(of(vec![]), json!({"each": []}));
    }

    #[test]
    fn numbers_have_six_significant_digits_and_whole_ones_all() {
        let numbers = json!([158434.92932629585, 0.000123456789, 3.0, 4206919680.5, -0.5, 123456789, null]);
        assert_eq!(light(numbers).to_string(), "[158435,0.000123457,3,4206920000,-0.5,123456789,null]");
    }
}
