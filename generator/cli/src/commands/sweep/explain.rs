//! `--explain CONFIG`: why a configuration is on the front, or is not.

use crate::commands::rounded;
use crate::config::Configuration;
use crate::diagnostic::{Diagnostic, code};
use tritloom_search::{Exclusion, Explanation, Outcome, Reason, Search, Space, find};

/// What the search says of a configuration.
pub fn explain(search: &Search, outcome: &Outcome, configuration: &Configuration) -> Result<String, Vec<Diagnostic>> {
    let Configuration { name, family, parameters } = configuration;
    let Some(explanation) = search.explain(family.name(), parameters, &outcome.front) else {
        let message = format!("`{name}` is not a configuration of this space");
        return Err(vec![
            differences(search.space, configuration)
                .into_iter()
                .fold(Diagnostic::new(code::ELSEWHERE, message), Diagnostic::note),
        ]);
    };
    let space = search.space;
    let mut text = format!(
        "{name} is configuration {} of the space: {}\n",
        explanation.number,
        told(space, &explanation.objectives, "")
    );
    if let Some(reason) = &explanation.failure {
        text += &format!("it cannot be evaluated: {reason}\n");
    }
    for place in &explanation.broken_constraints {
        text += &format!("it does not meet `{}`\n", space.constraints[*place].text);
    }
    text += &match &explanation.exclusion {
        Some(exclusion) => excluded(search, &explanation, exclusion, configuration),
        None => "no bound rules out a region with it: it is evaluated by itself\n".to_owned(),
    };
    text += &dominated(space, &explanation);
    if outcome.front.iter().any(|member| member.number == explanation.number) {
        text += "it is on the front: no configuration is better\n";
    }
    Ok(text)
}

/// Where a configuration leaves the regions of its family.
fn differences(space: &Space, configuration: &Configuration) -> Vec<String> {
    let own = space.regions.iter().filter(|region| region.family.name() == configuration.family.name());
    let mut notes = vec![];
    for region in own {
        for (parameter, value) in configuration.parameters.iter() {
            let axis = region.axes.iter().find(|axis| axis.parameter.name == parameter.name);
            let legal = match axis {
                Some(axis) if axis.values.contains(value) => continue,
                Some(axis) => format!("one of {} values", axis.values.len()),
                None if region.base.get(parameter.name) == Some(value) => continue,
                None => region.base.get(parameter.name).map(ToString::to_string).unwrap_or_default(),
            };
            notes.push(format!("its `{}` is {value}, in the space it is {legal}", parameter.name));
        }
    }
    if notes.is_empty() {
        notes.push(format!("the space has no family `{}`", configuration.family.name()));
    }
    notes
}

/// The region with which it is ruled out.
fn excluded(
    search: &Search,
    explanation: &Explanation,
    exclusion: &Exclusion,
    configuration: &Configuration,
) -> String {
    let value = |axis: &usize| {
        let name = explanation.axes[*axis];
        let value = configuration.parameters.get(name).map(ToString::to_string).unwrap_or_default();
        format!("{name}: {value}")
    };
    let decided: Vec<String> = exclusion.decided.iter().map(value).collect();
    let of = format!("the {} configurations with {}", exclusion.configurations, decided.join(", "));
    let space = search.space;
    match &exclusion.reason {
        Reason::Rule if explanation.failure.is_some() => format!("none that can be evaluated is among {of}\n"),
        Reason::Rule => format!("a rule of the family rules out {of}\n"),
        Reason::Constraint(place) => {
            format!("`{}` cannot hold in any of {of}\n", space.constraints[*place].text)
        }
        Reason::Dominated { least, better } => format!(
            "bounds rule out {of}: none of them is better than {}\n  where a known configuration has {}\n",
            told(space, least, "bound "),
            told(space, better, "")
        ),
    }
}

/// What is better, and what would have to change.
fn dominated(space: &Space, explanation: &Explanation) -> String {
    let Some(first) = explanation.dominators.first() else { return String::new() };
    let count = explanation.dominators.len();
    let mut text = format!(
        "better ones on the front: {count}, such as configuration {}: {}\n",
        first.number,
        told(space, &first.objectives, "")
    );
    for (place, objective) in space.objectives.iter().enumerate() {
        let least = explanation.dominators.iter().map(|member| member.objectives[place]).fold(f64::INFINITY, f64::min);
        let side = if objective.more_is_better { "above" } else { "below" };
        text += &format!(
            "  all else equal, none would be better with {} {side} {}\n",
            name(space, place),
            value(space, place, least)
        );
    }
    text
}

fn told(space: &Space, objectives: &[f64], word: &str) -> String {
    let each = objectives.iter().enumerate();
    let each =
        each.map(|(place, objective)| format!("{} {word}{}", name(space, place), value(space, place, *objective)));
    each.collect::<Vec<_>>().join(", ")
}

/// The name of an objective, with its unit.
fn name(space: &Space, place: usize) -> String {
    let text = &space.objectives[place].expression.text;
    find(text).map_or(text.clone(), |quantity| quantity.column_name.to_owned())
}

/// The value of an objective in the unit of results.
fn value(space: &Space, place: usize, objective: f64) -> String {
    let Space { objectives, .. } = space;
    let value = if objectives[place].more_is_better { -objective } else { objective };
    rounded(value / find(&objectives[place].expression.text).map_or(1.0, |quantity| quantity.result_unit))
}
