//! A mapped netlist as Verilog that is simulated in the place of the design: every net one wire of its own, every cell
//! what the library says that it does.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::library::CellLibrary;
use super::netlist::{Cell, Module, literal, net};
use crate::error::FlowError;
use crate::liberty::{Cell as LibraryCell, FlipFlop, State};

/// The port that clocks a design.
const CLOCK: &str = "clk_i";

/// A netlist that can be simulated, and what it takes.
pub(super) struct GateLevel {
    /// The module.
    pub(super) verilog: String,
    /// By net, what a toggle takes in all pins that are wired to it; without the net of the clock.
    pub(super) toggle_energies_fj: BTreeMap<String, f64>,
    /// What the clock takes in the flip-flops in every cycle.
    pub(super) clock_energy_fj: f64,
}

impl GateLevel {
    /// The module `top`. Cells that keep more than a bit, or whose outputs are no functions, are refused by name, and so is a
    /// clock that goes anywhere but to flip-flops.
    pub(super) fn new(top: &str, module: &Module, library: &CellLibrary) -> Result<GateLevel, FlowError> {
        let clock = module.ports.get(CLOCK).and_then(|port| port.bits.first()).map(net);
        let mut writer = Writer { clock, ..Writer::new(library) };
        writer.ports(module);
        for (number, cell) in module.cells.values().enumerate().filter(|(_, cell)| cell.kind != "$scopeinfo") {
            writer.cell(number, cell)?;
        }
        Ok(writer.finish(top, module))
    }
}

struct Writer<'a> {
    library: &'a CellLibrary,
    /// The net of the clock.
    clock: Option<String>,
    nets: BTreeSet<String>,
    body: String,
    /// Conditions that set flip-flops, each a wire that all of them share.
    conditions: BTreeMap<String, String>,
    toggle_energies_fj: BTreeMap<String, f64>,
    clock_energy_fj: f64,
}

impl<'a> Writer<'a> {
    fn new(library: &'a CellLibrary) -> Writer<'a> {
        Writer {
            library,
            clock: None,
            nets: BTreeSet::new(),
            body: String::new(),
            conditions: BTreeMap::new(),
            toggle_energies_fj: BTreeMap::new(),
            clock_energy_fj: 0.0,
        }
    }

    /// Nets of input ports, and output ports of nets.
    fn ports(&mut self, module: &Module) {
        for (name, port) in &module.ports {
            for (position, bit) in port.bits.iter().enumerate() {
                let own = if port.bits.len() > 1 { format!("{name}[{position}]") } else { name.clone() };
                if port.direction == "input" {
                    self.assign(&net(bit), &own);
                } else {
                    _ = writeln!(self.body, "  assign {own} = {};", literal(&net(bit)));
                }
            }
        }
    }

    fn assign(&mut self, net: &str, value: &str) {
        self.nets.insert(net.to_owned());
        _ = writeln!(self.body, "  assign {net} = {value};");
    }

    fn cell(&mut self, number: usize, cell: &Cell) -> Result<(), FlowError> {
        let known = self.library.cells.cells.get(&cell.kind).ok_or_else(|| self.library.lacks(&cell.kind))?;
        let refused = |reason: &str| self.library.cannot_simulate(&cell.kind, reason);
        // What nothing reads toggles too.
        let wired = |pin: &str| match cell.connections.get(pin).and_then(|bits| bits.first()) {
            Some(bit) => net(bit),
            None => format!("g{number}_{pin}"),
        };
        for (pin, energy_fj) in &known.pin_energies_fj {
            let (net, is_clock) = (wired(pin), known.clock() == Some(pin));
            match (is_clock, Some(&net) == self.clock.as_ref()) {
                (true, true) => self.clock_energy_fj += 2.0 * energy_fj,
                (true, false) => return Err(refused("its clock is not the design's")),
                (false, true) => return Err(refused(&format!("the design's clock goes to its pin `{pin}`"))),
                (false, false) if literal(&net) == net => {
                    *self.toggle_energies_fj.entry(net).or_default() += energy_fj;
                }
                // Constants never toggle.
                (false, false) => {}
            }
        }
        let state = format!("g{number}_state");
        match &known.state {
            State::None => {}
            State::FlipFlop(flip_flop) => self.flip_flop(&state, flip_flop, &wired).map_err(refused)?,
            State::Other => return Err(refused("it is a latch, or keeps more than a bit")),
        }
        for (pin, function) in &known.outputs {
            let function = function.as_ref().ok_or_else(|| refused("an output is no function"))?;
            let value = function.verilog(&|name: &str| read(name, known, &state, &wired));
            self.assign(&wired(pin), &value);
        }
        Ok(())
    }

    /// Registers whose state nothing sets begin with whatever the simulator has there.
    fn flip_flop(
        &mut self,
        state: &str,
        flip_flop: &FlipFlop,
        wired: &impl Fn(&str) -> String,
    ) -> Result<(), &'static str> {
        let value = |name: &str| state_or(name, flip_flop, state, wired);
        let next = flip_flop.next.as_ref().ok_or("its next state is no function")?.verilog(&value);
        let clock = wired(flip_flop.clock.as_deref().ok_or("its clock is no pin")?);
        let mut setting = vec![(&flip_flop.clear, 0), (&flip_flop.preset, 1)];
        if flip_flop.preset_wins {
            setting.reverse();
        }
        let mut events = format!("{} {clock}", if flip_flop.rising { "posedge" } else { "negedge" });
        let mut rules = String::new();
        for (condition, bit) in setting.into_iter().filter_map(|(when, bit)| Some((when.as_ref()?, bit))) {
            let count = self.conditions.len();
            let wire = self.conditions.entry(condition.verilog(&value)).or_insert_with(|| format!("set{count}"));
            _ = write!(events, " or posedge {wire}");
            _ = write!(rules, "if ({wire}) {state} <= 1'b{bit}; else ");
        }
        _ = writeln!(self.body, "  reg {state};\n  always @({events}) {rules}{state} <= {next};");
        Ok(())
    }

    fn finish(self, top: &str, module: &Module) -> GateLevel {
        let ports = module.ports.iter().map(|(name, port)| {
            let range = if port.bits.len() > 1 { format!("[{}:0] ", port.bits.len() - 1) } else { String::new() };
            format!("  {} wire {range}{name}", port.direction)
        });
        let mut verilog = format!("module {top} (\n{}\n);\n", ports.collect::<Vec<_>>().join(",\n"));
        self.nets.iter().for_each(|net| _ = writeln!(verilog, "  wire {net};"));
        self.conditions.iter().for_each(|(value, wire)| _ = writeln!(verilog, "  wire {wire} = {value};"));
        verilog += &self.body;
        verilog += "endmodule\n";
        GateLevel { verilog, toggle_energies_fj: self.toggle_energies_fj, clock_energy_fj: self.clock_energy_fj }
    }
}

/// What an output's function reads by a name.
fn read(name: &str, cell: &LibraryCell, state: &str, wired: &impl Fn(&str) -> String) -> String {
    match &cell.state {
        State::FlipFlop(flip_flop) => state_or(name, flip_flop, state, wired),
        State::None | State::Other => literal(&wired(name)).to_owned(),
    }
}

/// The state of a flip-flop, or the net of a pin.
fn state_or(name: &str, flip_flop: &FlipFlop, state: &str, wired: &impl Fn(&str) -> String) -> String {
    match flip_flop.states.iter().position(|own| own == name) {
        Some(0) => state.to_owned(),
        Some(_) => format!("~{state}"),
        None => literal(&wired(name)).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    /// Beside the cells of tests a latch, a cell without a function, and a flip-flop with a scanned next state whose
    /// complement comes out.
    fn library() -> CellLibrary {
        let more = r#"
  cell (latch_1) { area : 1; latch (IQ, IQN) { enable : "G"; data_in : "D"; }
    pin (G) { direction : input; } pin (D) { direction : input; } pin (Q) { direction : output; function : "IQ"; } }
  cell (odd_1) { area : 1; pin (A) { direction : input; } pin (Y) { direction : output; } }
  cell (scan_1) { area : 1; ff ("IQ","IQ_N") { clocked_on : "!C"; next_state : "(D S') + E S"; preset : "P"; clear : "R'";
      clear_preset_var1 : "H"; }
    pin (C) { direction : input; capacitance : 3; } pin (D) { direction : input; } pin (E) { direction : input; }
    pin (S) { direction : input; } pin (P) { direction : input; } pin (R) { direction : input; }
    pin (Q) { direction : output; function : "IQ"; } pin (QN) { direction : output; function : "IQ_N"; } }
}"#;
        let text = include_str!("../../tests/cells.lib").trim_end().trim_end_matches('}').to_owned() + more;
        CellLibrary::new(Path::new("cells.lib"), &text).expect("a library that will do")
    }

    /// A netlist of one cell: the clock is net 2, an input of two bits 3 and 4, an output 5.
    fn gate_level(kind: &str, connections: &str) -> Result<GateLevel, FlowError> {
        let text = format!(
            r#"{{"ports": {{"clk_i": {{"direction": "input", "bits": [2]}}, "a_i": {{"direction": "input", "bits": [3, 4]}},
            "b_o": {{"direction": "output", "bits": [5]}}}},
            "cells": {{"one": {{"type": "{kind}", "connections": {{{connections}}}}}}}, "netnames": {{}}}}"#
        );
        let module: Module = serde_json::from_str(&text).expect("a module");
        GateLevel::new("design", &module, &library())
    }

    #[test]
    fn a_flip_flop_does_what_the_library_says_of_it() {
        let pins = r#""C": [2], "D": [3], "E": [4], "S": ["1"], "P": ["0"], "R": [4], "QN": [5]"#;
        let GateLevel { verilog, toggle_energies_fj, clock_energy_fj } = gate_level("scan_1", pins).expect("known");
        let expected = "\
module design (
  input wire [1:0] a_i,
  output wire b_o,
  input wire clk_i
);
  wire g0_Q;
  wire n2;
  wire n3;
  wire n4;
  wire n5;
  wire set0 = 1'b0;
  wire set1 = ~n4;
  assign n3 = a_i[0];
  assign n4 = a_i[1];
  assign b_o = n5;
  assign n2 = clk_i;
  reg g0_state;
  always @(negedge n2 or posedge set0 or posedge set1) if (set0) g0_state <= 1'b1; else if (set1) g0_state <= 1'b0; \
else g0_state <= ((n3 & ~1'b1) | (n4 & 1'b1));
  assign g0_Q = g0_state;
  assign n5 = ~g0_state;
endmodule
";
        assert_eq!(verilog, expected);
        // The output that nothing reads is a net too; two edges of 3 fF at 1 V.
        assert_eq!(toggle_energies_fj.keys().collect::<Vec<_>>(), ["g0_Q", "n3", "n4", "n5"]);
        assert_eq!(clock_energy_fj, 3.0);
    }

    #[test]
    fn what_cannot_be_simulated_is_refused_by_name() {
        for (kind, pins, reason) in [
            ("latch_1", r#""G": [3], "D": [4], "Q": [5]"#, "it is a latch, or keeps more than a bit"),
            ("odd_1", r#""A": [3], "Y": [5]"#, "an output is no function"),
            ("inv_1", r#""A": [2], "Y": [5]"#, "the design's clock goes to its pin `A`"),
            ("dff_1", r#""C": [3], "D": [4], "Q": [5]"#, "its clock is not the design's"),
        ] {
            let told = gate_level(kind, pins).err().expect("it is refused").to_string();
            let start =
                format!("cells.lib cannot be used: its cell `{kind}` cannot be simulated to measure energy: {reason}");
            assert!(told.starts_with(&start), "{told}");
        }
        let told = gate_level("none_1", r#""A": [3], "Y": [5]"#).err().expect("it is refused").to_string();
        assert!(told.contains("no cell for `none_1`"), "{told}");
    }
}
