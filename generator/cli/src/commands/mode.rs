//! The mode of designs that an option names.

use crate::config::Configuration;
use crate::diagnostic::{Diagnostic, code};
use tritloom_datapath::parameter::closest;

/// Its number among each design's modes, `None` where none is named, which stands for that of the widest operands; or all
/// designs that have none of this name.
pub fn mode_numbers<'a>(
    configurations: impl Iterator<Item = &'a Configuration>,
    wanted: Option<&str>,
) -> Result<Vec<Option<usize>>, Vec<Diagnostic>> {
    let (mut numbers, mut unknown) = (vec![], vec![]);
    for configuration in configurations {
        match mode_number(configuration, wanted) {
            Ok(number) => numbers.push(number),
            Err(diagnostics) => unknown.extend(diagnostics),
        }
    }
    if unknown.is_empty() { Ok(numbers) } else { Err(unknown) }
}

fn mode_number(configuration: &Configuration, wanted: Option<&str>) -> Result<Option<usize>, Vec<Diagnostic>> {
    let Some(wanted) = wanted else { return Ok(None) };
    let modes = configuration.family.modes(&configuration.parameters);
    let modes: Vec<&str> = modes.iter().map(|mode| mode.name.as_str()).collect();
    let found = modes.iter().position(|mode| *mode == wanted);
    found.map(Some).ok_or_else(|| vec![unknown_mode(&configuration.name, wanted, &modes)])
}

fn unknown_mode(name: &str, wanted: &str, modes: &[&str]) -> Diagnostic {
    if modes.is_empty() {
        let message = format!("`{name}` has no modes, and so none called `{wanted}`");
        return Diagnostic::new(code::USAGE, message).legal("no `--mode`");
    }
    let suggestion = closest(wanted, modes.iter().copied());
    Diagnostic::new(code::USAGE, format!("`{name}` has no mode `{wanted}`"))
        .legal(modes.join(", "))
        .suggestion(suggestion)
}
