//! `tritloom schema`: the JSON Schema of configurations.

use super::Report;
use crate::config;
use tritloom_datapath::family::Family;

/// The schema is the document, whatever the format, so that it can be written to a file as it is.
pub fn schema(families: &[&'static dyn Family]) -> Report {
    let schema = config::schema(families);
    Report::passed(format!("{schema:#}\n"), schema)
}
