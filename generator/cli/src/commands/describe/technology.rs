//! What a technology states of primitives and of the gates of a light synthesis.

use crate::commands::{Report, rounded};
use comfy_table::{Table, presets};
use serde_json::{Map, Value, json};
use tritloom_cost::{Quantity, Technology, primitive_name};
use tritloom_hdl::{Gate, LutDevice, Primitive};

/// The page of a technology.
pub fn describe(technology: &Technology) -> Report {
    Report::passed(text(technology), document(technology))
}

fn text(technology: &Technology) -> String {
    let facts = technology.source.iter().filter(|(_, fact)| !fact.contains('\n'));
    let facts: String = facts.map(|(what, fact)| format!("{what}: {fact}\n")).collect();
    let primitives = Primitive::ALL.iter().enumerate().map(|(kind, primitive)| {
        let cells = primitive_quantities(technology).map(|quantity| {
            let (each, rest) = of_primitive(technology, quantity, kind);
            // Each bit is a primitive.
            let together = primitive.is_bitwise() && quantity != Quantity::DelayPs;
            let (each, rest) = if together { (0.0, each + rest) } else { (each, rest) };
            sum(each, rest, if quantity == Quantity::DelayPs { " log2 n" } else { " n" })
        });
        std::iter::once(primitive_name(*primitive).to_owned()).chain(cells).collect()
    });
    let gates = Gate::ALL.into_iter().filter(|gate| is_counted(technology, *gate)).map(|gate| {
        let cells = gate_quantities(technology).map(|quantity| rounded_or_nothing(of_gate(technology, quantity, gate)));
        std::iter::once(shown(gate)).chain(cells).collect()
    });
    format!(
        "{}\n{facts}\na primitive of n bits takes, where its family has no figures of its own:\n{}\n\
         a gate of a light synthesis takes:\n{}",
        technology.name,
        table("primitive", primitive_quantities(technology), primitives),
        table("gate", gate_quantities(technology), gates),
    )
}

fn table(
    what: &'static str,
    quantities: impl Iterator<Item = Quantity>,
    rows: impl Iterator<Item = Vec<String>>,
) -> String {
    let mut table = Table::new();
    let names = std::iter::once(what).chain(quantities.map(Quantity::name));
    table.load_style(presets::UTF8_HORIZONTAL_ONLY).set_header(names);
    rows.for_each(|row| _ = table.add_row(row));
    let lines: Vec<String> = table.lines().map(|line| line.trim_end().to_owned()).collect();
    lines.join("\n") + "\n"
}

/// The quantities with closed forms.
fn primitive_quantities(technology: &Technology) -> impl Iterator<Item = Quantity> {
    let knows_delays = technology.delay.is_some();
    let known = move |quantity: &Quantity| match quantity {
        Quantity::DelayPs => knows_delays,
        quantity => technology.forms.contains_key(quantity),
    };
    Quantity::ALL.into_iter().filter(known)
}

/// The quantities that gates have.
fn gate_quantities(technology: &Technology) -> impl Iterator<Item = Quantity> {
    let known = |quantity: &Quantity| match quantity {
        Quantity::DelayPs => technology.gate_delay.is_some(),
        quantity => technology.gates.contains_key(quantity),
    };
    Quantity::ALL.into_iter().filter(known)
}

/// Of each primitive, and of each of its bits; of the delay, of each doubling of its size.
fn of_primitive(technology: &Technology, quantity: Quantity, kind: usize) -> (f64, f64) {
    match (quantity, &technology.delay, technology.forms.get(&quantity)) {
        (Quantity::DelayPs, Some(delay), _) => (delay.levels[kind].count, delay.levels[kind].doublings),
        (_, _, Some(form)) => (form.coefficients[2 * kind], form.coefficients[2 * kind + 1]),
        _ => (0.0, 0.0),
    }
}

fn of_gate(technology: &Technology, quantity: Quantity, gate: Gate) -> f64 {
    match (quantity, &technology.gate_delay, technology.gates.get(&quantity)) {
        (Quantity::DelayPs, Some(delay), _) => delay.gates[gate as usize],
        (_, _, Some(form)) => form.coefficients[gate as usize],
        _ => 0.0,
    }
}

/// Gates of standard cells have no look-up tables, and only UltraScale+ has memory in them.
fn is_counted(technology: &Technology, gate: Gate) -> bool {
    let is_cell_of_fpga = matches!(gate, Gate::Lut | Gate::ChainSum | Gate::ChainCarry);
    match (gate, technology.device) {
        (Gate::MemoryLut | Gate::ShiftLut, device) => device == Some(LutDevice::UltrascalePlus),
        (Gate::Register | Gate::EnabledRegister | Gate::ResetRegister | Gate::EnabledResetRegister, _) => true,
        (_, device) => is_cell_of_fpga == device.is_some(),
    }
}

fn shown(gate: Gate) -> String {
    match gate {
        Gate::MemoryLut => "MemoryLut (LUT-RAM)".to_owned(),
        gate => format!("{gate:?}"),
    }
}

fn rounded_or_nothing(value: f64) -> String {
    if value == 0.0 { "0".to_owned() } else { rounded(value) }
}

/// Without terms that are zero.
fn sum(each: f64, rest: f64, of: &str) -> String {
    match (each == 0.0, rest == 0.0) {
        (_, true) => rounded_or_nothing(each),
        (true, false) => rounded(rest) + of,
        (false, false) => format!("{} + {}{of}", rounded(each), rounded(rest)),
    }
}

fn document(technology: &Technology) -> Value {
    let primitive = |(kind, primitive): (usize, &Primitive)| {
        let figures = primitive_quantities(technology).map(|quantity| {
            let (each, rest) = of_primitive(technology, quantity, kind);
            // Each bit is a primitive.
            let together = primitive.is_bitwise() && quantity != Quantity::DelayPs;
            let (each, rest) = if together { (0.0, each + rest) } else { (each, rest) };
            (quantity.name().to_owned(), json!([each, rest]))
        });
        (primitive_name(*primitive).to_owned(), Value::Object(figures.collect()))
    };
    let gate = |gate: Gate| {
        let figures = gate_quantities(technology)
            .map(|quantity| (quantity.name().to_owned(), json!(of_gate(technology, quantity, gate))));
        (format!("{gate:?}"), Value::Object(figures.collect()))
    };
    let primitives: Map<String, Value> = Primitive::ALL.iter().enumerate().map(primitive).collect();
    let gates: Map<String, Value> =
        Gate::ALL.into_iter().filter(|gate| is_counted(technology, *gate)).map(gate).collect();
    let source: Map<String, Value> =
        technology.source.iter().map(|(what, fact)| (what.clone(), fact.as_str().into())).collect();
    json!({
        "command": "describe", "status": "ok", "technology": technology.name, "source": source,
        "points": technology.points.len(), "primitives": primitives, "gates": gates,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::technology::{load, names};

    #[test]
    fn a_page_holds_what_every_primitive_takes() {
        insta::assert_snapshot!(describe(&load("unit").expect("there")).text);
    }

    /// The files' own text is what a page must say.
    #[test]
    fn figures_are_those_of_the_file() {
        for name in names() {
            let technology = load(name).expect("there");
            let (page, file) = (describe(&technology).json, technology.write());
            let quantity = if technology.is_fpga() { "luts" } else { "area_um2" };
            let line = |start: &str| file.lines().find(|line| line.starts_with(start)).expect("a line").to_owned();
            let numbers = |text: &str| -> Vec<f64> {
                let inside = text.split_once(&format!("{quantity}: [")).expect("figures").1;
                inside
                    .split(']')
                    .next()
                    .expect("an end")
                    .split(", ")
                    .map(|word| word.parse().expect("a number"))
                    .collect()
            };
            let memory = &page["primitives"]["memory"][quantity];
            assert_eq!(json!(numbers(&line("  memory: {"))), *memory, "{name}");
            // Kinds of gates in their order; those at the end that the file leaves out are zero.
            let gates = numbers(&line(&format!("  {quantity}: [")));
            for (place, gate) in Gate::ALL.into_iter().enumerate().filter(|(_, gate)| is_counted(&technology, *gate)) {
                let figure = page["gates"][format!("{gate:?}")][quantity].as_f64();
                assert_eq!(figure, Some(gates.get(place).copied().unwrap_or(0.0)), "{name}: {gate:?}");
            }
            assert_eq!(page["gates"].get("MemoryLut").is_some(), name == "ultrascale_plus");
        }
    }
}
