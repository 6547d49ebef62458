//! The families that this build knows. A new datapath is one room and one line here.

use crate::family::Family;
use crate::parameter::{Domain, Given, Parameter, ParameterValue, Parameters, Problem, Resolution};
use rand::Rng;

/// One line a family, in the order in which `list` shows them.
#[rustfmt::skip]
static FAMILIES: &[&dyn Family] = &[
    &crate::ternary_lut::TernaryLut,
    &crate::sign_flip::SignFlip,
    &crate::tint::Tint,
    &crate::multiplier::Multiplier,
    &crate::bit_weight::BitWeight,
    &crate::booth_flex::BoothFlex,
    &crate::booth_flex_serial::BoothFlexSerial,
    &crate::bit_slice::BitSlice,
    &crate::bit_serial::BitSerial,
    &crate::sparse_serial::SparseSerial,
    &crate::nested::Nested,
    &crate::binary::Binary,
    &crate::leading_one::LeadingOne,
];

/// Every family.
pub fn families() -> &'static [&'static dyn Family] {
    FAMILIES
}

/// The family of that name.
pub fn find(name: &str) -> Option<&'static dyn Family> {
    families().iter().copied().find(|family| family.name() == name)
}

/// What `given` says, defaults for the rest, under the domains and the rules of `family`; every problem at once.
///
/// The rules are tried even where single values are wrong, on stand-ins for these; what a rule then says is
/// reported only if it concerns none of them.
pub fn resolve<N: AsRef<str>, G: Into<Given>>(
    family: &dyn Family,
    given: impl IntoIterator<Item = (N, G)>,
) -> Result<Parameters, Vec<Problem>> {
    let Resolution { parameters, mut problems } = Resolution::new(family.parameters(), given);
    let in_doubt: Vec<&str> = problems.iter().filter_map(|problem| problem.parameter).collect();
    let independent = |rule: &Problem| in_doubt.iter().all(|name| !rule.concerns(name));
    let mut rules = family.legality(&parameters);
    rules.retain(|rule| in_doubt.is_empty() || rule.parameter.is_some() && independent(rule));
    let deciding: Vec<_> = rules.iter().map(|rule| deciding(family, &parameters, rule, &rules)).collect();
    rules.iter_mut().zip(deciding).for_each(|(rule, names)| rule.involved = names);
    problems.extend(rules);
    if problems.is_empty() { Ok(parameters) } else { Err(problems) }
}

/// The other parameters that decide what a rule says here: with another value of one of them, and no other problem for
/// that, it says something else or nothing.
fn deciding(family: &dyn Family, parameters: &Parameters, rule: &Problem, rules: &[Problem]) -> Vec<&'static str> {
    let same = |one: &Problem, other: &Problem| (one.code, one.parameter) == (other.code, other.parameter);
    let changes = |changed: &Parameters| {
        let found = family.legality(changed);
        match found.iter().find(|problem| same(problem, rule)) {
            Some(problem) => problem.message != rule.message,
            None => found.iter().all(|problem| rules.iter().any(|known| same(problem, known))),
        }
    };
    let others = parameters.iter().filter(|(parameter, _)| Some(parameter.name) != rule.parameter);
    let decides = |(parameter, value): &(&'static Parameter, &ParameterValue)| {
        let mut values = other_values(&parameter.domain, value).into_iter();
        values.any(|value| changes(&parameters.with(parameter.name, value)))
    };
    others.filter(decides).map(|(parameter, _)| parameter.name).collect()
}

/// Values of a domain around and far from one of them; all where they are few.
fn other_values(domain: &Domain, value: &ParameterValue) -> Vec<ParameterValue> {
    match (domain, value) {
        (Domain::Integer { minimum, maximum }, ParameterValue::Integer(value)) => {
            let around = [value.saturating_sub(1), value + 1, value / 2, value.saturating_mul(2)];
            let around = around.into_iter().filter(|value| (minimum..=maximum).contains(&value));
            around.chain([*minimum, *maximum]).map(ParameterValue::from).collect()
        }
        (Domain::Choice(words), _) => words.iter().map(|(word, _)| ParameterValue::from(*word)).collect(),
        _ => vec![ParameterValue::from(true), ParameterValue::from(false)],
    }
}

/// Draws from the domains until the family's rules are content: for tests over random configurations.
///
/// Wide integer ranges are drawn by magnitude, so that small designs are as frequent as large ones.
///
/// # Panics
/// If 100,000 draws bring nothing legal: the domains of the family say far too little.
pub fn random_legal<R: Rng + ?Sized>(family: &dyn Family, rng: &mut R) -> Parameters {
    let table = family.parameters();
    (0..100_000)
        .map(|_| Parameters::from_legal(table, table.iter().map(|parameter| draw(&parameter.domain, rng)).collect()))
        .find(|parameters| family.legality(parameters).is_empty())
        .unwrap_or_else(|| panic!("no legal parameters of `{}` found at random", family.name()))
}

/// Caps for [`random_small`] under which a design is quick to simulate, even in the evaluator; every choice stays open.
pub const SIMULATION_CAPS: &[(&str, u64)] = &[
    ("tables", 4),
    ("lanes", 12),
    ("width", 80),
    ("activation_bits", 8),
    ("weight_bits", 8),
    ("ports", 6),
    ("max_inputs", 150),
    ("max_outputs", 40),
    ("rows", 3),
    ("columns", 3),
    ("depth", 3),
    ("max_inner", 60),
    ("max_columns", 12),
    ("max_rows", 9),
    ("max_vectors", 9),
    ("max_head_size", 30),
    ("max_keys", 40),
    ("max_k", 9),
];

/// The same with no integer above its cap, for tests that elaborate or simulate what they draw. Caps on parameters that
/// the family does not have are ignored.
///
/// # Panics
/// As [`random_legal`].
pub fn random_small<R: Rng + ?Sized>(family: &dyn Family, caps: &[(&str, u64)], rng: &mut R) -> Parameters {
    let caps = family.parameters().iter().filter_map(|parameter| {
        let cap = caps.iter().find(|(name, _)| *name == parameter.name)?.1;
        let Domain::Integer { minimum, .. } = parameter.domain else { return None };
        Some((parameter.name, minimum..=cap.max(minimum)))
    });
    let caps: Vec<_> = caps.collect();
    loop {
        let mut parameters = random_legal(family, rng);
        for (name, range) in &caps {
            if parameters.integer(name) > *range.end() {
                parameters = parameters.with(name, rng.random_range(range.clone()));
            }
        }
        if family.legality(&parameters).is_empty() {
            return parameters;
        }
    }
}

fn draw<R: Rng + ?Sized>(domain: &Domain, rng: &mut R) -> ParameterValue {
    match domain {
        Domain::Integer { minimum, maximum } => {
            let span = maximum - minimum;
            let reach = if span < 16 { span } else { span.min(u64::MAX >> rng.random_range(span.leading_zeros()..64)) };
            ParameterValue::Integer(minimum + rng.random_range(0..=reach))
        }
        Domain::Choice(words) => ParameterValue::from(words[rng.random_range(0..words.len())].0),
        Domain::Flag => ParameterValue::Flag(rng.random()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameter::code;
    use crate::testing::Toy;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;
    use std::collections::BTreeSet;

    /// What is wrong with a table itself.
    fn defects(table: &[Parameter]) -> Vec<String> {
        let mut defects = Vec::new();
        let mut names = BTreeSet::new();
        for parameter in table {
            let name = parameter.name;
            let mut expect = |fact: bool, text: &str| {
                if !fact {
                    defects.push(format!("{name}: {text}"));
                }
            };
            expect(names.insert(name), "is there twice");
            expect(is_plain_word(name), "is not a plain word");
            expect(!parameter.effect.is_empty(), "has no effect");
            expect(
                parameter.default_value().is_none_or(|value| parameter.domain.contains(&value)),
                "has an illegal default",
            );
            expect(parameter.domain.contains(&parameter.domain.first()), "has an empty domain");
            if let Domain::Choice(words) = parameter.domain {
                expect(words.iter().all(|(word, _)| is_plain_word(word)), "has a choice that is not a plain word");
                expect(words.iter().all(|(_, effect)| !effect.is_empty()), "has a choice without effect");
            }
        }
        defects
    }

    /// Words that YAML reads as text and that can stand in a name.
    fn is_plain_word(word: &str) -> bool {
        let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        let another_kind = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
        word.starts_with(|c: char| c.is_ascii_lowercase()) && word.chars().all(legal) && !another_kind.contains(&word)
    }

    #[test]
    fn every_table_is_well_formed_and_every_name_unique() {
        let mut names = BTreeSet::new();
        for family in families().iter().copied().chain([&Toy as &dyn Family]) {
            assert_eq!(defects(family.parameters()), [] as [String; 0], "{}", family.name());
            assert!(names.insert(family.name()) && is_plain_word(family.name()), "{}", family.name());
        }
    }

    #[test]
    fn find_knows_exactly_the_registered_names() {
        for family in families() {
            assert_eq!(find(family.name()).map(|found| found.name()), Some(family.name()));
        }
        assert!(find("no_such_family").is_none());
    }

    #[test]
    fn rules_are_reported_beside_other_problems_unless_they_follow_from_them() {
        let codes = |given: &[(&str, u64)]| -> Vec<&str> {
            let problems = resolve(&Toy, given.iter().copied()).err().unwrap_or_default();
            problems.iter().map(|problem| problem.code).collect()
        };
        assert_eq!(codes(&[("tables", 8), ("group_size", 2)]), [] as [&str; 0]);
        assert_eq!(codes(&[("tables", 1024), ("group_size", 6)]), ["C0201"]);
        assert_eq!(codes(&[("tables", 1024), ("group_size", 6), ("saturate", 1)]), [code::WRONG_TYPE, "C0201"]);
        assert_eq!(codes(&[("tables", 1024), ("group_size", 7)]), [code::OUT_OF_RANGE]);
    }

    #[test]
    fn a_rule_names_the_parameters_that_decide_it_here_and_no_others() {
        let number = |value: u64| Given::from(value);
        let named = |given: &[(&str, Given)], expected: (&str, &str, &[&str], &str)| {
            let problems = resolve(&crate::bit_weight::BitWeight, given.iter().cloned()).expect_err("illegal");
            let [rule] = &problems[..] else { panic!("{problems:?}") };
            let nearest = rule.nearest.as_deref().unwrap_or_default();
            assert_eq!((rule.code, rule.parameter.unwrap_or_default(), &rule.involved[..], nearest), expected);
        };
        let cube = [("topology", Given::from("cube")), ("layers", number(8)), ("depth", number(2))];
        let inner = [&cube[..], &[("max_inner", number(12))]].concat();
        named(&inner, ("C0211", "max_inner", &["topology", "layers", "depth"], "16"));
        let wide = [("rows", number(256)), ("depth", number(64)), ("max_inner", number(64))];
        named(&wide, ("C0214", "rows", &["topology", "depth", "activation"], "128"));
    }

    #[test]
    fn random_parameters_are_legal_repeatable_and_reach_both_ends() {
        let draws = |seed: u64| -> Vec<Parameters> {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            (0..300).map(|_| random_legal(&Toy, &mut rng)).collect()
        };
        assert_eq!(draws(7), draws(7));
        assert_ne!(draws(7), draws(8));
        let tables: Vec<u64> = draws(7).iter().map(|parameters| parameters.integer("tables")).collect();
        assert!(tables.iter().any(|&tables| tables <= 2) && tables.iter().any(|&tables| tables >= 512));
        assert!(draws(7).iter().all(|parameters| Toy.legality(parameters).is_empty()));
        let saturated = draws(7).iter().filter(|parameters| parameters.flag("saturate")).count();
        assert!((100..200).contains(&saturated));
    }
}
