//! Standard-cell libraries: what of a Liberty file synthesis and cost need to know.

mod function;
mod power;
mod syntax;

pub use function::Function;
pub use syntax::{Group, SyntaxError, parse};

use std::collections::BTreeMap;

/// The cells of a library.
#[derive(Clone, Debug, PartialEq)]
pub struct Library {
    /// As the file calls it.
    pub name: String,
    /// Of a unit of time.
    pub time_unit_ps: f64,
    /// Of a unit of capacitance.
    pub capacitance_unit_ff: f64,
    /// By name.
    pub cells: BTreeMap<String, Cell>,
}

/// One cell.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// The area of the cell.
    pub area_um2: f64,
    /// Whether the library asks not to use it.
    pub dont_use: bool,
    /// Input pins with their capacitances, in the order of the file.
    pub inputs: Vec<(String, f64)>,
    /// Output pins with their functions; `None` for what has no function of inputs and states.
    pub outputs: Vec<(String, Option<Function>)>,
    /// Whether it keeps a state, and which.
    pub state: State,
    /// What a toggle of each pin takes, the charging of an input pin included, in the order of the file.
    pub pin_energies_fj: Vec<(String, f64)>,
    /// What it leaks.
    pub leakage_nw: f64,
}

/// What a cell keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Nothing.
    None,
    /// A bit that changes with an edge.
    FlipFlop(FlipFlop),
    /// Anything else: a latch, scan logic.
    Other,
}

/// How a flip-flop works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlipFlop {
    /// What functions of outputs call the state, and its complement.
    pub states: [String; 2],
    /// The pin of the clock, where it is a plain pin.
    pub clock: Option<String>,
    /// Whether the edge is the rising one.
    pub rising: bool,
    /// What the state becomes with an edge; `None` where that is no function.
    pub next: Option<Function>,
    /// When it is low whatever the clock does.
    pub clear: Option<Function>,
    /// When it is high.
    pub preset: Option<Function>,
    /// Whether it is high where both hold.
    pub preset_wins: bool,
}

impl FlipFlop {
    /// Whether the next state is one pin, inverted or not.
    fn is_plain(&self) -> bool {
        match &self.next {
            Some(Function::Pin(_)) => true,
            Some(Function::Not(of)) => matches!(**of, Function::Pin(_)),
            _ => false,
        }
    }
}

/// Two-input NAND as a truth table.
const NAND2: u64 = 0b0111;
const NOR2: u64 = 0b0001;
const INVERTER: u64 = 0b01;
const BUFFER: u64 = 0b10;

impl Library {
    /// Reads the text of a file.
    pub fn read(text: &str) -> Result<Library, SyntaxError> {
        let group = parse(text)?;
        let unit = |text: Option<&str>| text.and_then(time_ps).unwrap_or(1000.0);
        let units = power::Units::of(&group, capacitance_ff(&group));
        let cells = group.of_kind("cell").map(|cell| (cell.name().to_owned(), group_cell(cell, &units)));
        Ok(Library {
            name: group.name().to_owned(),
            time_unit_ps: unit(group.attribute("time_unit")),
            capacitance_unit_ff: capacitance_ff(&group),
            cells: cells.collect(),
        })
    }

    /// Which cells are missing that no design can do without; empty for a library that will do.
    pub fn missing_cells(&self) -> Vec<&'static str> {
        let flip_flop = |cell: &Cell| matches!(&cell.state, State::FlipFlop(of) if of.rising && of.is_plain());
        let gate = |pins: usize, table: u64| self.gates(pins, table).next().is_some();
        [
            ("an inverter", gate(1, INVERTER)),
            ("a buffer", gate(1, BUFFER)),
            ("a two-input NAND", gate(2, NAND2)),
            ("a two-input NOR", gate(2, NOR2)),
            ("a flip-flop with a rising clock", self.cells.values().any(flip_flop)),
        ]
        .into_iter()
        .filter_map(|(what, there)| (!there).then_some(what))
        .collect()
    }

    /// The NAND2 of unit drive, of which areas are multiples.
    pub fn nand2(&self) -> Option<(&str, &Cell)> {
        self.of_drive(self.gates(2, NAND2), "1")
    }

    /// The buffer of drive 2, which is supposed to drive inputs.
    pub fn input_driver(&self) -> Option<(&str, &Cell)> {
        self.of_drive(self.gates(1, BUFFER), "2")
    }

    /// The capacitance of one input of the NAND2, which outputs are supposed to drive.
    pub fn output_load_ff(&self) -> Option<f64> {
        self.nand2().and_then(|(_, cell)| cell.inputs.first()).map(|(_, capacitance_ff)| *capacitance_ff)
    }

    /// Cells with one output of this function.
    fn gates(&self, pins: usize, table: u64) -> impl Iterator<Item = (&str, &Cell)> {
        self.cells.iter().filter(move |(_, cell)| cell.is_gate(pins, table)).map(|(name, cell)| (name.as_str(), cell))
    }

    /// The smallest cell whose name has the word of a drive in it, such as `x1` or `_1_`; else the smallest.
    fn of_drive<'a>(
        &self,
        cells: impl Iterator<Item = (&'a str, &'a Cell)>,
        drive: &str,
    ) -> Option<(&'a str, &'a Cell)> {
        let is_of_drive = |name: &str| name.split(['_', 'x', 'X']).any(|word| word == drive);
        cells.min_by(|left, right| {
            let key = |(name, cell): &(&str, &Cell)| (!is_of_drive(name), cell.area_um2);
            key(left).partial_cmp(&key(right)).unwrap_or(std::cmp::Ordering::Equal)
        })
    }
}

impl Cell {
    /// What it takes when every pin but the clock toggles once.
    pub fn toggle_energy_fj(&self) -> f64 {
        let toggling = self.pin_energies_fj.iter().filter(|(pin, _)| self.clock() != Some(pin));
        toggling.map(|(_, energy_fj)| energy_fj).sum()
    }

    /// What the two edges of a clock cycle take in a flip-flop.
    pub fn clock_energy_fj(&self) -> f64 {
        let clock = self.pin_energies_fj.iter().find(|(pin, _)| self.clock() == Some(pin));
        clock.map_or(0.0, |(_, energy_fj)| 2.0 * energy_fj)
    }

    /// The pin of a flip-flop's clock.
    pub fn clock(&self) -> Option<&str> {
        match &self.state {
            State::FlipFlop(flip_flop) => flip_flop.clock.as_deref(),
            State::None | State::Other => None,
        }
    }

    fn is_gate(&self, pins: usize, table: u64) -> bool {
        let names: Vec<&str> = self.inputs.iter().map(|(name, _)| name.as_str()).collect();
        let [(_, Some(function))] = self.outputs.as_slice() else { return false };
        self.state == State::None && !self.dont_use && names.len() == pins && function.table(&names) == table
    }
}

fn group_cell(group: &Group, units: &power::Units) -> Cell {
    let pins = |direction: &'static str| {
        group.of_kind("pin").filter(move |pin| pin.attribute("direction").is_some_and(|own| own == direction))
    };
    let capacitance = |pin: &Group| pin.number("capacitance").unwrap_or(0.0) * units.capacitance_ff;
    let mut cell = Cell {
        area_um2: group.number("area").unwrap_or(0.0),
        dont_use: group.attribute("dont_use") == Some("true"),
        inputs: pins("input").map(|pin| (pin.name().to_owned(), capacitance(pin))).collect(),
        outputs: pins("output")
            .map(|pin| (pin.name().to_owned(), pin.attribute("function").and_then(Function::parse)))
            .collect(),
        state: state(group),
        pin_energies_fj: vec![],
        leakage_nw: power::leakage_nw(group, units),
    };
    cell.pin_energies_fj = power::pin_energies_fj(&cell, group, units);
    cell
}

fn state(group: &Group) -> State {
    if let Some(flip_flop) = group.of_kind("ff").next() {
        let pin = |name: &str| flip_flop.attribute(name).and_then(Function::parse);
        let (clock, rising) = match pin("clocked_on") {
            Some(Function::Pin(name)) => (Some(name), true),
            Some(Function::Not(of)) => (if let Function::Pin(name) = *of { Some(name) } else { None }, false),
            _ => (None, false),
        };
        let states = [0, 1].map(|number| flip_flop.arguments.get(number).copied().unwrap_or_default().to_owned());
        let (next, clear, preset) = (pin("next_state"), pin("clear"), pin("preset"));
        let preset_wins = flip_flop.attribute("clear_preset_var1") == Some("H");
        return State::FlipFlop(FlipFlop { states, clock, rising, next, clear, preset, preset_wins });
    }
    let keeps = ["latch", "statetable", "latch_bank", "ff_bank"];
    let other = group.groups.iter().any(|inner| keeps.contains(&inner.kind));
    if other || group.attribute("clock_gating_integrated_cell").is_some() { State::Other } else { State::None }
}

/// `1ps`, `10ps`, `1ns`.
fn time_ps(text: &str) -> Option<f64> {
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let scale = match &text[digits.len()..] {
        "fs" => 1e-3,
        "ps" => 1.0,
        "ns" => 1e3,
        "us" => 1e6,
        _ => return None,
    };
    digits.trim().parse::<f64>().ok().map(|value| value * scale)
}

fn capacitance_ff(group: &Group) -> f64 {
    let Some([value, unit]) = group.values("capacitive_load_unit") else { return 1000.0 };
    value.parse::<f64>().unwrap_or(1.0) * if unit.eq_ignore_ascii_case("ff") { 1.0 } else { 1000.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"library (small) {
      time_unit : "10ps"; capacitive_load_unit (1, pf);
      nom_voltage : 2.0; leakage_power_unit : "10pW";
      cell (inv_2) { area : 1; pin (A) { direction : input; capacitance : 0.002; } leakage_power () { value : 5; }
                     pin (Y) { direction : output; function : "A'"; internal_power () { related_pin : "A";
                               rise_power (t) { values ("9, 9", "9, 0.003"); } fall_power (t) { values ("0.005"); } } } }
      cell (nand2_4) { area : 4; pin (A) { direction : input; } pin (B) { direction : input; }
                       pin (Y) { direction : output; function : "!(A & B)"; } }
      cell (nand2_1) { area : 2; pin (A) { direction : input; capacitance : 0.003; } pin (B) { direction : input; }
                       pin (Y) { direction : output; function : "!A + !B"; } }
      cell (latch) { area : 5; latch (Q, QN) { enable : "G"; data_in : "D"; } }
      cell (dff) { area : 6; ff (Q, QN) { clocked_on : "C"; next_state : "D"; clear : "R'"; }
                   pin (D) { direction : input; } pin (C) { direction : input; }
                   pin (Q) { direction : output; function : "Q"; } }
    }"#;

    #[test]
    fn cells_are_known_by_what_they_do() {
        let library = Library::read(TEXT).expect("legal");
        assert_eq!((library.time_unit_ps, library.capacitance_unit_ff), (10.0, 1000.0));
        assert_eq!(library.nand2().map(|(name, _)| name), Some("nand2_1"));
        assert_eq!(library.output_load_ff(), Some(3.0));
        assert_eq!(library.missing_cells(), ["a buffer", "a two-input NOR"]);
        assert_eq!(library.cells["latch"].state, State::Other);
        // 4 fJ inside, and 2 fF at 2 V: 4 fJ.
        assert_eq!((library.cells["inv_2"].toggle_energy_fj(), library.cells["inv_2"].leakage_nw), (8.0, 0.05));
        let State::FlipFlop(of) = &library.cells["dff"].state else { panic!("no flip-flop") };
        assert!(of.rising && of.is_plain() && of.clear.is_some() && of.clock.as_deref() == Some("C"));
        assert_eq!(of.states, ["Q", "QN"]);
    }
}
