//! Technologies by name or file.

use crate::config::Source;
use crate::diagnostic::{Diagnostic, code};
use std::fs;
use std::path::Path;
use tritloom_cost::{Technology, TechnologyError};
use tritloom_datapath::parameter::closest;

/// The files of `designs/technology` that are in the program.
const SHIPPED: &[(&str, &str)] = &[
    ("asap7", include_str!("../../../designs/technology/asap7.yaml")),
    ("gt2n", include_str!("../../../designs/technology/gt2n.yaml")),
    ("ice40", include_str!("../../../designs/technology/ice40.yaml")),
    ("ihp130", include_str!("../../../designs/technology/ihp130.yaml")),
    ("sky130", include_str!("../../../designs/technology/sky130.yaml")),
    ("ultrascale_plus", include_str!("../../../designs/technology/ultrascale_plus.yaml")),
];

/// The technology of tests, which is not fitted to anything.
const UNIT: &str = "unit";

/// The names that a user may give instead of a file.
pub fn names() -> Vec<&'static str> {
    std::iter::once(UNIT).chain(SHIPPED.iter().map(|(name, _)| *name)).collect()
}

/// A technology that the program has, or that of a file.
pub fn load(wanted: &str) -> Result<Technology, Vec<Diagnostic>> {
    if wanted == UNIT {
        return Ok(Technology::unit());
    }
    let shipped = SHIPPED.iter().find(|(name, _)| *name == wanted).map(|(_, text)| (*text).to_owned());
    let text = match shipped {
        Some(text) => text,
        None if Path::new(wanted).exists() => {
            fs::read_to_string(wanted).map_err(|error| vec![Diagnostic::unreadable(wanted, &error)])?
        }
        None => {
            let message = format!("there is no technology and no file `{wanted}`");
            let diagnostic = Diagnostic::new(code::TECHNOLOGY, message);
            return Err(vec![diagnostic.legal(names().join(", ")).suggestion(closest(wanted, names().into_iter()))]);
        }
    };
    Technology::read(&text).map_err(|error| {
        let diagnostic = refused(code::TECHNOLOGY, &format!("`{wanted}` is no technology"), wanted, &text, &error);
        vec![diagnostic.legal(format!("{}, or a file of `tritloom calibrate`", names().join(", ")))]
    })
}

/// What is wrong with the text of a file, and where.
pub fn refused(code: &'static str, what: &str, file: &str, text: &str, error: &TechnologyError) -> Diagnostic {
    let diagnostic = Diagnostic::new(code, format!("{what}: {}", error.message));
    match error.place {
        Some((line, column)) => diagnostic.at(Source::new(file, text).excerpt(line, column, 1)),
        None => diagnostic,
    }
}
