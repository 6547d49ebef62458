//! YAML as a tree whose every key and value knows its place.

use super::source::Source;
use crate::diagnostic::{Diagnostic, Excerpt, code};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_saphyr::options::MergeKeyPolicy;
use serde_saphyr::{DuplicateKeyPolicy, NonFiniteFloatPolicy, Options, Spanned};
use std::fmt;
use tritloom_datapath::parameter::Given;

/// A key or a value with its place.
pub type Node = Spanned<Content>;

/// What YAML can hold. Repeated keys are kept: the reader reports them.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// Anything but a mapping; of a list nothing but the fact that it is one.
    Scalar(Given),
    /// Keys and values in the order of the file.
    Mapping(Vec<(Node, Node)>),
}

/// Reads a text, or says where it stops being YAML.
pub fn parse(source: &Source) -> Result<Node, Vec<Diagnostic>> {
    serde_saphyr::from_str_with_options(&source.text, options()).map_err(|error| vec![syntax(source, &error)])
}

/// The excerpt of a node.
pub fn excerpt(source: &Source, node: &Node) -> Excerpt {
    let place = node.referenced;
    source.excerpt(place.line() as usize, place.column() as usize, place.span().len() as usize)
}

/// A scalar as the file writes it, quotes included; an alias as what it stands for.
pub fn text<'a>(source: &'a Source, node: &Node) -> &'a str {
    let span = node.defined.span();
    let range =
        span.byte_offset().zip(span.byte_len()).map(|(offset, length)| offset as usize..(offset + length) as usize);
    range.and_then(|range| source.text.get(range)).unwrap_or("")
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
        budget: serde_saphyr::budget! { max_depth: 16 },
    }
}

fn syntax(source: &Source, error: &serde_saphyr::Error) -> Diagnostic {
    let Some(place) = error.location() else {
        return Diagnostic::new(code::SYNTAX, format!("`{}` cannot be read as YAML: {error}", source.file));
    };
    // The place is shown with its line: the message need not end with it.
    let message = error.to_string();
    let ending = format!(" at line {}, column {}", place.line(), place.column());
    let message = match error {
        serde_saphyr::Error::MultipleDocuments { .. } => "a second document begins where one is expected".to_string(),
        _ => format!("this cannot be read as YAML: {}", message.strip_suffix(&ending).unwrap_or(&message)),
    };
    Diagnostic::new(code::SYNTAX, message).at(source.excerpt(place.line() as usize, place.column() as usize, 1))
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
        while list.next_element::<Content>()?.is_some() {}
        Ok(Content::Scalar(Given::List))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Content, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Content::Mapping(entries))
    }
}
