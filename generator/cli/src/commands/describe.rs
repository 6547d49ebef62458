//! `tritloom describe NAME`: the contract and every parameter of a family, or what a technology states of primitives.

mod technology;

use super::Report;
use crate::config::parameter_value;
use crate::diagnostic::{Diagnostic, code};
use crate::named::missing;
use crate::technology::{FILE, load};
use comfy_table::{ContentArrangement, Table, presets};
use serde_json::{Value, json};
use std::path::Path;
use tritloom_datapath::family::Family;
use tritloom_datapath::parameter::{Domain, Parameter};

/// Wide enough for a terminal, narrow enough for a page.
const WIDTH: u16 = 110;

/// The manual page of a family, made from its table, or of a technology.
pub fn describe(name: &str, families: &[&'static dyn Family]) -> Result<Report, Vec<Diagnostic>> {
    if let Some(family) = families.iter().copied().find(|family| family.name() == name) {
        return Ok(Report::passed(text(family), document(family)));
    }
    let technologies = crate::technology::names();
    if technologies.contains(&name) || Path::new(name).exists() {
        return Ok(technology::describe(&load(name)?));
    }
    let names: Vec<&str> = families.iter().map(|family| family.name()).chain(technologies).collect();
    Err(vec![missing(code::UNKNOWN_FAMILY, "family, no technology", name, &names, FILE)])
}

fn text(family: &dyn Family) -> String {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY).set_width(WIDTH);
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(["parameter", "values", "default", "effect"]);
    for parameter in family.parameters() {
        let default = parameter.default_value().map_or("mandatory".to_string(), |value| value.to_string());
        table.add_row([parameter.name.to_string(), parameter.domain.to_string(), default, effect(parameter)]);
    }
    let table: Vec<String> = table.lines().map(|line| line.trim_end().to_string()).collect();
    let (name, summary, contract) = (family.name(), family.summary(), family.contract().trim());
    format!("{name}: {summary}\n\n{contract}\n\n{}\n", table.join("\n"))
}

/// The sentence of a parameter, and below it a line for each of its choices.
fn effect(parameter: &Parameter) -> String {
    let mut text = parameter.effect.to_string();
    if let Domain::Choice(words) = parameter.domain {
        for (word, effect) in words {
            text += &format!("\n{word}: {effect}");
        }
    }
    text
}

fn document(family: &dyn Family) -> Value {
    let parameters: Vec<Value> = family.parameters().iter().map(parameter).collect();
    json!({
        "command": "describe",
        "status": "ok",
        "name": family.name(),
        "summary": family.summary(),
        "contract": family.contract().trim(),
        "parameters": parameters,
    })
}

fn parameter(parameter: &Parameter) -> Value {
    let mut entry = json!({"name": parameter.name, "effect": parameter.effect});
    match parameter.domain {
        Domain::Integer { minimum, maximum } => {
            entry["minimum"] = minimum.into();
            entry["maximum"] = maximum.into();
        }
        Domain::Choice(words) => {
            let choice = |(word, effect): &(&str, &str)| json!({"word": word, "effect": effect});
            entry["choices"] = words.iter().map(choice).collect();
        }
        Domain::Flag => entry["choices"] = json!([true, false]),
    }
    entry["default"] = parameter.default_value().map_or(Value::Null, |value| parameter_value(&value));
    entry
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::FAMILIES;

    #[test]
    fn a_page_holds_the_contract_and_every_parameter() {
        let report = describe("toy_lut", FAMILIES).expect("known");
        insta::assert_snapshot!(format!("{}\n{:#}", report.text, report.json));
    }

    #[test]
    fn a_misspelt_family_is_refused_with_a_suggestion() {
        let diagnostics = describe("toylut", FAMILIES).expect_err("unknown");
        let here = std::env::current_dir().expect("known").display().to_string();
        insta::assert_snapshot!(diagnostics[0].render().replace(&here, "/here"));
    }
}
