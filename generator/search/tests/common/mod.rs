//! Spaces for tests, and fronts by definition.

#![allow(dead_code)]

pub mod frail;

use rand::seq::index;
use rand_chacha::ChaCha8Rng;
use tritloom_cost::{Activity, Network, Technology};
use tritloom_datapath::parameter::{Domain, ParameterValue, Parameters};
use tritloom_datapath::registry;
use tritloom_search::{Axis, Expression, Member, Model, Objective, Region, Space, dominates, find, parse};

/// A network of two products.
pub const NETWORK: &str = "network: small\nsource: none\nprefill_tokens: 1\ndecode_tokens: 1\nproducts:\n  \
                           - {name: q, inputs: 100, outputs: 70, count: 3}\n  - {name: p, inputs: 30, outputs: 9, count: 1}\n";

/// A clock of a gigahertz in the technology without a library.
pub fn model() -> Model {
    Model {
        technology: Technology::unit(),
        activity: Activity::default(),
        period_ps: Some(1000.0),
        network: Some(Network::read(NETWORK).expect("a network")),
        bandwidth_gb_per_s: 0.1,
    }
}

/// A family with lists of values, in any notation of [`ParameterValue`].
pub fn region(family: &str, axes: &[(&str, Vec<ParameterValue>)]) -> Region {
    let family = registry::find(family).expect("a family");
    let table = family.parameters();
    let first = axes.iter().map(|(name, values)| (*name, values[0].clone()));
    let given: Vec<_> = first.collect();
    let base = Parameters::resolve(table, given).expect("legal values");
    let axis = |(name, values): &(&str, Vec<ParameterValue>)| Axis {
        parameter: table.iter().find(|parameter| parameter.name == *name).expect("a parameter"),
        values: values.clone(),
    };
    let mut axes: Vec<Axis> = axes.iter().filter(|(_, values)| values.len() > 1).map(axis).collect();
    axes.sort_by_key(|axis| table.iter().position(|parameter| parameter.name == axis.parameter.name));
    Region { family, base, axes }
}

pub fn integers(values: impl IntoIterator<Item = u64>) -> Vec<ParameterValue> {
    values.into_iter().map(ParameterValue::Integer).collect()
}

pub fn words(values: &[&str]) -> Vec<ParameterValue> {
    values.iter().map(|word| ParameterValue::from(*word)).collect()
}

pub fn expression(text: &str) -> Expression {
    Expression { text: text.to_owned(), tree: parse(text).unwrap_or_else(|error| panic!("{text}: {error}")) }
}

pub fn space(regions: Vec<Region>, constraints: &[&str], objectives: &[&str]) -> Space {
    let objective = |text: &&str| Objective {
        expression: expression(text),
        more_is_better: find(text).is_some_and(|quantity| quantity.more_is_better),
    };
    Space {
        regions,
        constraints: constraints.iter().map(|text| expression(text)).collect(),
        objectives: objectives.iter().map(objective).collect(),
        model: model(),
    }
}

/// The front by definition: every configuration evaluated directly, every pair compared.
pub fn by_definition(space: &Space) -> Vec<Member> {
    let questions = space.questions().expect("sound expressions");
    let mut suitable: Vec<Member> = vec![];
    let mut first = 0;
    for (region, question) in space.regions.iter().zip(&questions) {
        let size = region.size().expect("small");
        for number in 0..size {
            let parameters = region.parameters(&region.digits(number));
            if !region.family.legality(&parameters).is_empty() {
                continue;
            }
            // What cannot be evaluated is on no front.
            let Ok(columns) = space.model.columns(region.family, &parameters, question.columns.all()) else { continue };
            let mut constraints = question.constraints.iter().flatten();
            if constraints.all(|constraint| constraint.value(&columns) == 1.0) {
                let objectives = question.objectives.iter().map(|objective| objective.value(&columns)).collect();
                suitable.push(Member { number: first + number, objectives });
            }
        }
        first += size;
    }
    let best = |one: &&Member| suitable.iter().all(|other| !dominates(&other.objectives, &one.objectives));
    suitable.iter().filter(best).cloned().collect()
}

/// Some values of each parameter of a family: all words, small integers.
pub fn small_axes(family: &str) -> Vec<(&'static str, Vec<ParameterValue>)> {
    let family = registry::find(family).expect("a family");
    let values = |domain: &Domain, name: &str| match domain {
        Domain::Integer { minimum, maximum } => {
            let base = if name.starts_with("max_") { 40 } else { 1 };
            integers(
                [base, base + 1, base + 3, base + 4].into_iter().filter(|value| (minimum..=maximum).contains(&value)),
            )
        }
        Domain::Choice(choices) => choices.iter().map(|(word, _)| ParameterValue::from(*word)).collect(),
        Domain::Flag => vec![ParameterValue::Flag(false), ParameterValue::Flag(true)],
    };
    family.parameters().iter().map(|parameter| (parameter.name, values(&parameter.domain, parameter.name))).collect()
}

/// Some axes of a family, chosen at random; the others stand at their first value, the longest vectors at the longest, so
/// that most combinations are legal.
pub fn drawn_region(family: &str, axes: usize, rng: &mut ChaCha8Rng) -> Region {
    let all = small_axes(family);
    let chosen = index::sample(rng, all.len(), axes.min(all.len())).into_vec();
    let given = all.iter().enumerate().map(|(place, (name, values))| {
        let one = if name.starts_with("max_") { values.last() } else { values.first() };
        (*name, if chosen.contains(&place) { values.clone() } else { one.cloned().into_iter().collect() })
    });
    region(family, &given.collect::<Vec<_>>())
}
