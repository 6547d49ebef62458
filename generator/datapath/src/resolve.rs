//! From what a file says to a legal assignment, with every problem reported at once.

use crate::parameter::{Domain, Parameter, ParameterValue, Parameters};
use crate::problem::{Problem, code};

/// A value as a file or a program gives it, before it is known to be legal.
#[derive(Clone, Debug, PartialEq)]
pub enum Given {
    /// An integer; what does not fit is as good as the extreme value.
    Integer(i128),
    /// A number written with a fraction or an exponent, even where the fraction is zero.
    Fraction(f64),
    /// Text, whether quoted or not.
    Text(String),
    /// True or false.
    Flag(bool),
    /// A key without a value.
    Nothing,
    /// A list.
    List,
    /// A mapping.
    Mapping,
}

impl Given {
    /// The kind in words, as in `takes an integer, not text`.
    pub fn kind(&self) -> &'static str {
        match self {
            Given::Integer(_) => "an integer",
            Given::Fraction(_) => "a number with a fraction or an exponent",
            Given::Text(_) => "text",
            Given::Flag(_) => "true or false",
            Given::Nothing => "an empty value",
            Given::List => "a list",
            Given::Mapping => "a mapping",
        }
    }

    /// The text of a scalar, as far as it is needed to find what was meant.
    fn text(&self) -> Option<String> {
        match self {
            Given::Integer(value) => Some(value.to_string()),
            Given::Fraction(value) => Some(value.to_string()),
            Given::Text(text) => Some(text.trim().to_lowercase()),
            Given::Flag(value) => Some(value.to_string()),
            Given::Nothing | Given::List | Given::Mapping => None,
        }
    }
}

impl From<u64> for Given {
    fn from(value: u64) -> Given {
        Given::Integer(value.into())
    }
}

impl From<&str> for Given {
    fn from(word: &str) -> Given {
        Given::Text(word.to_string())
    }
}

impl From<bool> for Given {
    fn from(value: bool) -> Given {
        Given::Flag(value)
    }
}

impl From<ParameterValue> for Given {
    fn from(value: ParameterValue) -> Given {
        match value {
            ParameterValue::Integer(value) => Given::Integer(value.into()),
            ParameterValue::Choice(word) => Given::Text(word),
            ParameterValue::Flag(value) => Given::Flag(value),
        }
    }
}

/// The result of reading an assignment with all its problems.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolution {
    /// Complete and in the domains: for each problem a stand-in, so that rules can still be tried on the rest.
    pub parameters: Parameters,
    /// What was wrong, in the order of the table; unknown names last.
    pub problems: Vec<Problem>,
}

impl Resolution {
    /// What `given` says of the parameters of `table`; of a name given twice the first counts.
    pub fn new<N: AsRef<str>, G: Into<Given>>(
        table: &'static [Parameter],
        given: impl IntoIterator<Item = (N, G)>,
    ) -> Resolution {
        let given: Vec<(N, Given)> = given.into_iter().map(|(name, value)| (name, value.into())).collect();
        let mut problems = Vec::new();
        let mut values = Vec::with_capacity(table.len());
        for parameter in table {
            let found = given.iter().find(|(name, _)| name.as_ref() == parameter.name);
            let resolved = resolve_one(parameter, found.map(|(_, value)| value));
            values.push(resolved.unwrap_or_else(|problem| {
                problems.push(*problem);
                parameter.default_value().unwrap_or_else(|| parameter.domain.first())
            }));
        }
        let unknown = given.iter().map(|(name, _)| name.as_ref()).filter(|name| table.iter().all(|p| p.name != *name));
        problems.extend(unknown.map(|name| unknown_name(table, name)));
        Resolution { parameters: Parameters::from_legal(table, values), problems }
    }
}

fn resolve_one(parameter: &Parameter, given: Option<&Given>) -> Result<ParameterValue, Box<Problem>> {
    let Some(given) = given else {
        return parameter.default_value().ok_or_else(|| {
            problem(parameter, code::MISSING_KEY, format!("`{}` is mandatory and missing", parameter.name), None)
        });
    };
    match (parameter.domain, given) {
        (Domain::Integer { minimum, maximum }, Given::Integer(value)) => u64::try_from(*value)
            .ok()
            .filter(|value| (minimum..=maximum).contains(value))
            .map(ParameterValue::Integer)
            .ok_or_else(|| {
                let side = if *value < minimum.into() { "too small" } else { "too large" };
                problem(parameter, code::OUT_OF_RANGE, format!("`{}` is {side}", parameter.name), Some(given))
            }),
        (Domain::Choice(words), Given::Text(text)) => words
            .iter()
            .find(|(word, _)| word == text)
            .map(|(word, _)| ParameterValue::Choice(word.to_string()))
            .ok_or_else(|| {
                // Whatever stands in a file must neither fill nor command a terminal.
                let text = text.escape_debug().to_string();
                let message = format!("`{text:.40}` is not a choice of `{}`", parameter.name);
                problem(parameter, code::UNKNOWN_CHOICE, message, Some(given))
            }),
        (Domain::Flag, Given::Flag(value)) => Ok(ParameterValue::Flag(*value)),
        _ => Err(wrong_type(parameter, given)),
    }
}

fn wrong_type(parameter: &Parameter, given: &Given) -> Box<Problem> {
    let wanted = match parameter.domain {
        Domain::Integer { .. } => "an integer",
        Domain::Choice(_) => "a word",
        Domain::Flag => "true or false",
    };
    let message = format!("`{}` takes {wanted}, not {}", parameter.name, given.kind());
    problem(parameter, code::WRONG_TYPE, message, Some(given))
}

fn problem(parameter: &Parameter, code: &'static str, message: String, given: Option<&Given>) -> Box<Problem> {
    Box::new(Problem {
        code,
        parameter: Some(parameter.name),
        involved: Vec::new(),
        message,
        legal: parameter.domain.to_string(),
        nearest: given.and_then(|given| nearest(&parameter.domain, given)).map(|value| value.to_string()),
    })
}

fn unknown_name(table: &[Parameter], name: &str) -> Problem {
    let names = || table.iter().map(|parameter| parameter.name);
    Problem {
        code: code::UNKNOWN_KEY,
        parameter: None,
        involved: Vec::new(),
        message: format!("there is no parameter `{name}`"),
        legal: names().collect::<Vec<_>>().join(", "),
        nearest: closest(name, names()).map(str::to_string),
    }
}

/// The legal value that was most likely meant.
fn nearest(domain: &Domain, given: &Given) -> Option<ParameterValue> {
    let text = given.text()?;
    match domain {
        Domain::Integer { minimum, maximum } => {
            // A float-to-integer cast saturates, which is what the nearest legal value needs; NaN is nothing.
            let number = match given {
                Given::Integer(value) => *value,
                Given::Fraction(value) if value.is_nan() => return None,
                Given::Fraction(value) => value.round() as i128,
                Given::Text(_) => text.replace('_', "").parse().ok()?,
                _ => return None,
            };
            let clamped = number.clamp((*minimum).into(), (*maximum).into());
            u64::try_from(clamped).ok().map(ParameterValue::Integer)
        }
        Domain::Choice(words) => closest(&text, words.iter().map(|(word, _)| *word)).map(ParameterValue::from),
        Domain::Flag => match text.as_str() {
            "true" | "yes" | "on" | "y" | "1" => Some(ParameterValue::Flag(true)),
            "false" | "no" | "off" | "n" | "0" => Some(ParameterValue::Flag(false)),
            _ => None,
        },
    }
}

/// The candidate that a misspelt `word` most likely stands for: of those that differ in their last number only, as `int8`
/// and `int16`, the one with the nearest number, the larger of two; that may be all that is given. Of others a third of
/// the letters may be wrong, or the word may have been cut short.
pub fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.trim().to_lowercase().replace(['-', ' '], "_");
    let candidates: Vec<&str> = candidates.into_iter().collect();
    let distance = |candidate: &str| {
        let ((stem, number), (own_stem, own)) = (numbered(candidate)?, numbered(&word)?);
        (own_stem.is_empty() || stem == own_stem).then(|| (own.abs_diff(number), own > number))
    };
    let numbers = candidates.iter().filter_map(|candidate| Some((distance(candidate)?, *candidate)));
    if let Some((_, candidate)) = numbers.min_by_key(|(distance, _)| *distance) {
        return Some(candidate);
    }
    let plausible = |candidate: &str, distance: usize| {
        let cut_short = word.len() >= 3 && (candidate.starts_with(&word) || word.starts_with(candidate));
        cut_short || distance * 3 <= candidate.len().max(word.len())
    };
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&word, candidate), candidate))
        .filter(|(distance, candidate)| plausible(candidate, *distance))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// A word before the number that it ends with, and that number.
fn numbered(word: &str) -> Option<(&str, u64)> {
    let stem = word.trim_end_matches(|letter: char| letter.is_ascii_digit());
    word[stem.len()..].parse().ok().map(|number| (stem, number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TABLE;

    fn problems(given: &[(&str, Given)]) -> Vec<(&'static str, Option<String>)> {
        Resolution::new(TABLE, given.iter().cloned()).problems.into_iter().map(|p| (p.code, p.nearest)).collect()
    }

    #[test]
    fn every_problem_comes_at_once_each_with_the_nearest_value() {
        let given = [
            ("group_size", Given::Integer(9)),
            ("tables", Given::Fraction(8.0)),
            ("table", "wierd".into()),
            ("saturate", "yes".into()),
            ("grup_size", Given::Integer(2)),
        ];
        let some = |text: &str| Some(text.to_string());
        let expected = [
            (code::OUT_OF_RANGE, some("6")),
            (code::WRONG_TYPE, some("8")),
            (code::UNKNOWN_CHOICE, some("wired")),
            (code::WRONG_TYPE, some("true")),
            (code::UNKNOWN_KEY, some("group_size")),
        ];
        assert_eq!(problems(&given), expected);
    }

    #[test]
    fn extremes_and_nonsense_are_problems_and_never_panics() {
        for value in [
            Given::Integer(i128::MAX),
            Given::Integer(i128::MIN),
            Given::Fraction(f64::NAN),
            Given::Fraction(f64::NEG_INFINITY),
            Given::Fraction(1e300),
            Given::Text(String::new()),
            Given::Nothing,
            Given::List,
            Given::Mapping,
        ] {
            for parameter in TABLE {
                let given = [("tables", Given::Integer(1)), (parameter.name, value.clone())];
                let given = if parameter.name == "tables" { &given[1..] } else { &given[..] };
                assert_eq!(problems(given).len(), 1, "{} {value:?}", parameter.name);
            }
        }
    }

    #[test]
    fn a_missing_mandatory_key_is_named() {
        let problems = Resolution::new(TABLE, [] as [(&str, Given); 0]).problems;
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].parameter, Some("tables"));
        assert_eq!(problems[0].message, "`tables` is mandatory and missing");
    }

    #[test]
    fn closest_forgives_typing_errors_and_nothing_else() {
        let names = ["group_size", "tables", "ports", "key"];
        let closest = |word| closest(word, names);
        assert_eq!(closest("gruop_size"), Some("group_size"));
        assert_eq!(closest("Group-Size"), Some("group_size"));
        assert_eq!(closest("group"), Some("group_size"));
        assert_eq!(closest("table"), Some("tables"));
        assert_eq!(closest("kye"), Some("key"));
        assert_eq!(closest("activation"), None);
        assert_eq!(closest(""), None);
    }

    #[test]
    fn closest_counts_where_words_end_with_numbers() {
        let closest = |word| closest(word, ["int4", "int8", "int16", "bits32"]);
        for (word, expected) in
            [("int7", "int8"), ("INT5", "int4"), ("int6", "int8"), ("int32", "int16"), ("int0", "int4"), ("8", "int8")]
        {
            assert_eq!(closest(word), Some(expected), "{word}");
        }
        assert_eq!(closest("bits31"), Some("bits32"));
        assert_eq!(closest("uint8"), Some("int8"));
        assert_eq!(closest("99999999999999999999"), None);
    }
}
