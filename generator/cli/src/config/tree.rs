//! YAML as a tree whose every key and value knows its place.

use super::source::Source;
use crate::diagnostic::{Diagnostic, Excerpt, code};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_saphyr::budget::BudgetBreach;
use serde_saphyr::options::MergeKeyPolicy;
use serde_saphyr::{DuplicateKeyPolicy, Error as YamlError, Location, NonFiniteFloatPolicy, Options, Spanned};
use std::fmt;
use tritloom_datapath::parameter::Given;

/// A configuration needs three levels.
const MAXIMUM_DEPTH: usize = 16;

/// A key or a value with its place.
pub type Node = Spanned<Content>;

/// What YAML can hold. Repeated keys are kept: the reader reports them.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// Neither a list nor a mapping.
    Scalar(Given),
    /// Values in the order of the file.
    List(Vec<Node>),
    /// Keys and values in the order of the file.
    Mapping(Vec<(Node, Node)>),
}

/// Reads a text, or says where it stops being YAML.
pub fn parse(source: &Source) -> Result<Node, Vec<Diagnostic>> {
    serde_saphyr::from_str_with_options(&source.text, options()).map_err(|error| vec![syntax(source, &error)])
}

/// The excerpt of a node: the first line of a collection.
pub fn excerpt(source: &Source, node: &Node) -> Excerpt {
    let place = node.referenced;
    let first = spelling(source, node, place).lines().next().unwrap_or("");
    let length = (place.span().len() as usize).max(first.chars().count());
    source.excerpt(place.line() as usize, place.column() as usize, length)
}

/// A value as the file writes it, quotes included; an alias as what it stands for.
pub fn text<'a>(source: &'a Source, node: &Node) -> &'a str {
    spelling(source, node, node.defined)
}

/// What the file holds for `node` at `place`.
fn spelling<'a>(source: &'a Source, node: &Node, place: Location) -> &'a str {
    let span = place.span();
    let Some((start, length)) = span.byte_offset().zip(span.byte_len()) else { return "" };
    let (start, length) = (start as usize, length as usize);
    let from = source.text.get(start..).unwrap_or("");
    match &node.value {
        // The span of a collection is its first character.
        Content::Mapping(_) | Content::List(_) if from.starts_with(['[', '{']) => bracketed(from),
        Content::List(_) if from.starts_with("- ") => from.lines().next().unwrap_or(""),
        _ => from.get(..length).unwrap_or(""),
    }
}

/// A text from the bracket that it begins with to the one that closes it; brackets in quotes do not count.
fn bracketed(text: &str) -> &str {
    let (mut depth, mut quote) = (0_usize, None);
    for (position, letter) in text.char_indices() {
        match (quote, letter) {
            (Some(open), _) if open == letter => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(letter),
            (None, '[' | '{') => depth += 1,
            (None, ']' | '}') => depth -= 1,
            (None, _) => {}
        }
        if depth == 0 {
            return &text[..position + letter.len_utf8()];
        }
    }
    text
}

/// Everything lenient is off, so that an editor's YAML 1.2 and this reader agree; limits keep small files small.
fn options() -> Options {
    serde_saphyr::options! {
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        merge_keys: MergeKeyPolicy::AsOrdinary,
        non_finite_float_policy: NonFiniteFloatPolicy::PassThrough,
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
        with_snippet: false,
        alias_limits: serde_saphyr::alias_limits! { max_total_replayed_events: 1000 },
        budget: serde_saphyr::budget! { max_depth: MAXIMUM_DEPTH },
    }
}

fn syntax(source: &Source, error: &YamlError) -> Diagnostic {
    let Some(place) = error.location() else {
        return Diagnostic::new(
            code::SYNTAX,
            format!("`{}` cannot be read as YAML: {}", source.file, complaint(error)),
        );
    };
    // The place is shown with its line: the message need not end with it.
    let message = complaint(error);
    let ending = format!(" at line {}, column {}", place.line(), place.column());
    let message = match error {
        YamlError::MultipleDocuments { .. } => message,
        _ => format!("this cannot be read as YAML: {}", message.strip_suffix(&ending).unwrap_or(&message)),
    };
    Diagnostic::new(code::SYNTAX, message).at(source.excerpt(place.line() as usize, place.column() as usize, 1))
}

/// What is wrong, in words for the user where the library speaks of itself.
fn complaint(error: &YamlError) -> String {
    let too_deep = format!("lists and mappings lie more than {MAXIMUM_DEPTH} deep in one another");
    match error {
        YamlError::AliasError { error, .. } => complaint(error),
        YamlError::MultipleDocuments { .. } => "a second document begins where one is expected".to_string(),
        YamlError::Budget { breach: BudgetBreach::Depth { .. }, .. } => too_deep,
        // The scanner has a limit of its own, and no name for it but this.
        YamlError::Message { msg, .. } if msg.contains("recursion limit") => too_deep,
        YamlError::Budget { .. } => "it is larger than any configuration".to_string(),
        YamlError::AliasReplayLimitExceeded { .. }
        | YamlError::AliasExpansionLimitExceeded { .. }
        | YamlError::AliasReplayCounterOverflow { .. } => {
            "its aliases stand for more than any configuration".to_string()
        }
        YamlError::AliasReplayStackDepthExceeded { .. } => "its aliases lie too deep in one another".to_string(),
        YamlError::RecursiveReferencesRequireWeakTypes { .. } => {
            "an alias stands inside what it stands for".to_string()
        }
        YamlError::UnknownAnchor { .. } => "an alias has no anchor before it".to_string(),
        YamlError::InvalidScalar { .. } => "a value is not of the kind that its tag says".to_string(),
        _ => error.to_string(),
    }
}

impl<'de> Deserialize<'de> for Content {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Content, D::Error> {
        deserializer.deserialize_any(ContentVisitor)
    }
}

struct ContentVisitor;

impl<'de> Visitor<'de> for ContentVisitor {
    type Value = Content;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any YAML")
    }

    fn visit_unit<E: Error>(self) -> Result<Content, E> {
        Ok(Content::Scalar(Given::Nothing))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Content, E> {
        Ok(Content::Scalar(Given::Flag(value)))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Content, E> {
        Ok(Content::Scalar(Given::Integer(value.into())))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Content, E> {
        Ok(Content::Scalar(Given::Integer(value.into())))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Content, E> {
        Ok(Content::Scalar(Given::Fraction(value)))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Content, E> {
        Ok(Content::Scalar(Given::Text(value.to_string())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Content, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element()? {
            values.push(value);
        }
        Ok(Content::List(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Content, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Content::Mapping(entries))
    }
}
