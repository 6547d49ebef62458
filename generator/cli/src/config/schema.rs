//! The JSON Schema from which editors complete and check configurations as they are typed.

use super::name;
use serde_json::{Map, Value, json};
use tritloom_datapath::family::Family;
use tritloom_datapath::parameter::{Domain, Parameter, ParameterValue, Parameters};

/// Draft 2020-12, built from the tables of the families.
pub fn schema(families: &[&'static dyn Family]) -> Value {
    let architectures: Map<String, Value> =
        families.iter().map(|family| (family.name().to_string(), architecture(*family))).collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "tritloom configuration",
        "description": "One design: its name and its architecture.",
        "type": "object",
        "additionalProperties": false,
        "required": ["name", "architecture"],
        "properties": {
            "name": {
                "description": format!("The design's name; it stands in the headers of its files and in reports: {}.", name::RULE),
                "type": "string",
                "pattern": name::PATTERN,
                "maxLength": name::MAXIMUM_LENGTH,
            },
            "architecture": {
                "description": "Exactly one family of datapaths, with its parameters.",
                "type": "object",
                "additionalProperties": false,
                "minProperties": 1,
                "maxProperties": 1,
                "properties": architectures,
            },
        },
    })
}

fn architecture(family: &dyn Family) -> Value {
    let table = family.parameters();
    let properties: Map<String, Value> = table.iter().map(|entry| (entry.name.to_string(), parameter(entry))).collect();
    let required: Vec<&str> = table.iter().filter(|entry| entry.default.is_none()).map(|entry| entry.name).collect();
    json!({
        "description": family.summary(),
        "type": "object",
        "additionalProperties": false,
        "required": required,
        "properties": properties,
    })
}

fn parameter(parameter: &Parameter) -> Value {
    let mut description = parameter.effect.to_string();
    let mut schema = match parameter.domain {
        Domain::Integer { minimum, maximum } => json!({"type": "integer", "minimum": minimum, "maximum": maximum}),
        Domain::Choice(words) => {
            for (word, effect) in words {
                description += &format!("\n- {word}: {effect}");
            }
            json!({"enum": words.iter().map(|(word, _)| word).collect::<Vec<_>>()})
        }
        Domain::Flag => json!({"type": "boolean"}),
    };
    schema["description"] = description.into();
    if let Some(default) = parameter.default_value() {
        schema["default"] = parameter_value(&default);
    }
    schema
}

/// A parameter's value in JSON.
pub fn parameter_value(value: &ParameterValue) -> Value {
    match value {
        ParameterValue::Integer(value) => json!(value),
        ParameterValue::Choice(word) => json!(word),
        ParameterValue::Flag(value) => json!(value),
    }
}

/// Every parameter in JSON, in the table's order.
pub fn parameter_object(parameters: &Parameters) -> Value {
    parameters.iter().map(|(parameter, value)| (parameter.name.to_string(), parameter_value(value))).collect()
}

#[cfg(test)]
mod tests {
    use crate::testing::FAMILIES;

    #[test]
    fn the_schema_says_what_the_tables_say() {
        insta::assert_snapshot!(serde_json::to_string_pretty(&super::schema(FAMILIES)).expect("JSON"));
    }
}
