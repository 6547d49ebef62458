//! What the toggles of a cell take, and what it leaks.

use super::{Cell, Group};

/// Units of a library.
pub(super) struct Units {
    pub(super) capacitance_ff: f64,
    pub(super) voltage: f64,
    pub(super) leakage_nw: f64,
}

impl Units {
    pub(super) fn of(library: &Group, capacitance_ff: f64) -> Units {
        Units {
            capacitance_ff,
            voltage: library.number("nom_voltage").unwrap_or(1.0),
            leakage_nw: library.attribute("leakage_power_unit").and_then(power_nw).unwrap_or(1.0),
        }
    }
}

/// What a toggle of each pin of a cell takes whose inputs are known.
pub(super) fn pin_energies_fj(cell: &Cell, group: &Group, units: &Units) -> Vec<(String, f64)> {
    let energy_fj = |pin: &Group| {
        // Liberty states internal energy in units of capacitance times volts squared.
        let internal_fj = internal(pin) * units.capacitance_ff;
        match cell.inputs.iter().find(|(name, _)| name == pin.name()) {
            Some((_, capacitance_ff)) => internal_fj + 0.5 * capacitance_ff * units.voltage * units.voltage,
            None => internal_fj,
        }
    };
    group.of_kind("pin").map(|pin| (pin.name().to_owned(), energy_fj(pin))).collect()
}

/// What a cell leaks.
pub(super) fn leakage_nw(group: &Group, units: &Units) -> f64 {
    leakage(group) * units.leakage_nw
}

/// The mean over a pin's arcs, rising and falling, in the middle of each table.
fn internal(pin: &Group) -> f64 {
    let tables = pin.of_kind("internal_power").flat_map(|power| &power.groups);
    let values: Vec<f64> = tables.filter_map(|table| middle(table.values("values")?)).collect();
    if values.is_empty() { 0.0 } else { values.iter().sum::<f64>() / values.len() as f64 }
}

fn middle(rows: &[&str]) -> Option<f64> {
    let row = rows.get(rows.len() / 2)?;
    let numbers: Vec<f64> = row.split([',', ' ', '\n', '\\']).filter_map(|word| word.parse().ok()).collect();
    numbers.get(numbers.len() / 2).copied()
}

/// As the library states it for the cell, else for no state in particular, else the mean over its states.
fn leakage(group: &Group) -> f64 {
    if let Some(leakage) = group.number("cell_leakage_power") {
        return leakage;
    }
    let values = |stated: bool| -> Vec<f64> {
        let groups = group.of_kind("leakage_power");
        let groups = groups.filter(|leakage| leakage.attribute("when").is_some() == stated);
        groups.filter_map(|leakage| leakage.number("value")).collect()
    };
    let (plain, stated) = (values(false), values(true));
    if plain.is_empty() { stated.iter().sum::<f64>() / stated.len().max(1) as f64 } else { plain.iter().sum() }
}

/// `1nW`, `10pW`.
fn power_nw(text: &str) -> Option<f64> {
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let scale = match &text[digits.len()..] {
        "pW" => 1e-3,
        "nW" => 1.0,
        "uW" => 1e3,
        "mW" => 1e6,
        _ => return None,
    };
    digits.parse::<f64>().ok().map(|value| value * scale)
}
