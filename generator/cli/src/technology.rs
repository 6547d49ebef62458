//! Technologies by name or file.

use crate::diagnostic::{Diagnostic, code};
use crate::named;
use tritloom_cost::Technology;

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

/// What a file must be.
pub const FILE: &str = "a file of `tritloom calibrate`";

/// A technology that the program has, or that of a file.
pub fn load(wanted: &str) -> Result<Technology, Vec<Diagnostic>> {
    if wanted == UNIT {
        return Ok(Technology::unit());
    }
    let missing = || named::missing(code::TECHNOLOGY, "technology", wanted, &names(), FILE);
    let text = named::read(wanted, SHIPPED, missing)?;
    Technology::read(&text).map_err(|error| {
        let diagnostic = named::refused(code::TECHNOLOGY, "technology", wanted, &text, &error);
        vec![diagnostic.legal(format!("{}, or {FILE}", names().join(", ")))]
    })
}
