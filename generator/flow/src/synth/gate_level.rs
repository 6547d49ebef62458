//! A mapped netlist that can do a design's work: every cell what the library says that it does.

use std::collections::{BTreeMap, HashMap};

use super::library::CellLibrary;
use super::netlist::{Cell, Module};
use crate::error::FlowError;
use crate::liberty::{Cell as LibraryCell, FlipFlop, Function, State};
use serde_json::Value;

/// The port that clocks a design.
const CLOCK: &str = "clk_i";

/// Nets by number, what drives them, and what they take.
#[derive(Debug, Default)]
pub(super) struct GateLevel {
    /// All but the clock.
    pub(super) ports: Vec<Port>,
    /// Nets with their functions, each behind those that it reads.
    pub(super) gates: Vec<(usize, Function<usize>)>,
    pub(super) flip_flops: Vec<Register>,
    /// By net, what a toggle takes in all pins that are wired to it; `None` where there are none, and for the clock.
    pub(super) toggle_energies_fj: Vec<Option<f64>>,
    /// What the clock takes in the flip-flops in every cycle.
    pub(super) clock_energy_fj: f64,
}

/// A port of the module.
#[derive(Debug)]
pub(super) struct Port {
    pub(super) name: String,
    pub(super) is_input: bool,
    /// What it is wired to, the lowest bit first.
    pub(super) bits: Vec<Function<usize>>,
}

/// A flip-flop.
#[derive(Debug)]
pub(super) struct Register {
    /// The number of its state, which is a net of its own.
    pub(super) state: usize,
    /// What the state becomes with an edge.
    pub(super) next: Function<usize>,
    /// When it is what whatever the clock does; the first that holds wins.
    pub(super) set: Vec<(Function<usize>, bool)>,
}

impl GateLevel {
    /// Of a module. Cells that keep more than a bit, or whose outputs are no functions, are refused by name, and so is a
    /// clock that goes anywhere but to flip-flops.
    pub(super) fn new(module: &Module, library: &CellLibrary) -> Result<GateLevel, FlowError> {
        let clock = module.ports.get(CLOCK).and_then(|port| port.bits.first()?.as_u64());
        let mut wiring = Wiring { library, clock, numbers: HashMap::new(), made: GateLevel::default() };
        for cell in module.cells.values().filter(|cell| cell.kind != "$scopeinfo") {
            wiring.cell(cell)?;
        }
        for (name, port) in module.ports.iter().filter(|(name, _)| *name != CLOCK) {
            let bits = port.bits.iter().map(|bit| wiring.wired(bit)).collect();
            wiring.made.ports.push(Port { name: name.clone(), is_input: port.direction == "input", bits });
        }
        let mut made = wiring.made;
        made.gates = in_order(made.gates, made.toggle_energies_fj.len())?;
        Ok(made)
    }
}

struct Wiring<'a> {
    library: &'a CellLibrary,
    /// The bit of the clock.
    clock: Option<u64>,
    /// Of nets, by their bits.
    numbers: HashMap<u64, usize>,
    made: GateLevel,
}

impl Wiring<'_> {
    fn net(&mut self) -> usize {
        self.made.toggle_energies_fj.push(None);
        self.made.toggle_energies_fj.len() - 1
    }

    /// What a bit carries; undefined bits are low.
    fn wired(&mut self, bit: &Value) -> Function<usize> {
        let Some(bit) = bit.as_u64() else { return Function::Constant(bit.as_str() == Some("1")) };
        if let Some(number) = self.numbers.get(&bit) {
            return Function::Pin(*number);
        }
        let number = self.net();
        self.numbers.insert(bit, number);
        Function::Pin(number)
    }

    fn cell(&mut self, cell: &Cell) -> Result<(), FlowError> {
        let library = self.library;
        let known = library.cells.cells.get(&cell.kind).ok_or_else(|| library.lacks(&cell.kind))?;
        let refused = |reason: &str| library.cannot_simulate(&cell.kind, reason);
        let mut pins = BTreeMap::new();
        for (pin, energy_fj) in &known.pin_energies_fj {
            let bit = cell.connections.get(pin).and_then(|bits| bits.first());
            match (known.clock() == Some(pin), bit.and_then(Value::as_u64) == self.clock && self.clock.is_some()) {
                (true, true) => self.made.clock_energy_fj += 2.0 * energy_fj,
                (true, false) => return Err(refused("its clock is not the design's")),
                (false, true) => return Err(refused(&format!("the design's clock goes to its pin `{pin}`"))),
                (false, false) => {
                    // What nothing reads toggles too.
                    let net = match bit {
                        Some(bit) => self.wired(bit),
                        None => Function::Pin(self.net()),
                    };
                    // Constants never toggle.
                    if let Function::Pin(number) = net {
                        *self.made.toggle_energies_fj[number].get_or_insert(0.0) += energy_fj;
                    }
                    pins.insert(pin.as_str(), net);
                }
            }
        }
        match &known.state {
            State::None => {}
            State::FlipFlop(flip_flop) => self.flip_flop(flip_flop, &mut pins).map_err(refused)?,
            State::Other => return Err(refused("it is a latch, or keeps more than a bit")),
        }
        self.outputs(known, &pins).map_err(refused)
    }

    fn outputs(&mut self, known: &LibraryCell, pins: &BTreeMap<&str, Function<usize>>) -> Result<(), &'static str> {
        for (pin, function) in &known.outputs {
            let function = function.as_ref().ok_or("an output is no function")?;
            if let Some(Function::Pin(net)) = pins.get(pin.as_str()) {
                self.made.gates.push((*net, bound(function, pins)?));
            }
        }
        Ok(())
    }

    /// Its states become pins that outputs read.
    fn flip_flop<'a>(
        &mut self,
        flip_flop: &'a FlipFlop,
        pins: &mut BTreeMap<&'a str, Function<usize>>,
    ) -> Result<(), &'static str> {
        if !flip_flop.rising {
            return Err("it waits for the falling edge");
        }
        let state = self.net();
        let [own, complement] = &flip_flop.states;
        pins.insert(complement, Function::Not(Box::new(Function::Pin(state))));
        pins.insert(own, Function::Pin(state));
        let next = bound(flip_flop.next.as_ref().ok_or("its next state is no function")?, pins)?;
        let mut setting = vec![(&flip_flop.clear, false), (&flip_flop.preset, true)];
        if flip_flop.preset_wins {
            setting.reverse();
        }
        let set =
            setting.into_iter().filter_map(|(when, bit)| Some(bound(when.as_ref()?, pins).map(|when| (when, bit))));
        let set = set.collect::<Result<_, _>>()?;
        self.made.flip_flops.push(Register { state, next, set });
        Ok(())
    }
}

/// A function of nets.
fn bound(function: &Function, pins: &BTreeMap<&str, Function<usize>>) -> Result<Function<usize>, &'static str> {
    if function.pins().into_iter().any(|pin| !pins.contains_key(pin.as_str())) {
        return Err("a function of it reads what is no pin");
    }
    Ok(function.wired(&mut |pin| pins[pin.as_str()].clone()))
}

/// Gates so that each stands behind those that it reads.
fn in_order(gates: Vec<(usize, Function<usize>)>, nets: usize) -> Result<Vec<(usize, Function<usize>)>, FlowError> {
    let mut is_driven = vec![false; nets];
    gates.iter().for_each(|(net, _)| is_driven[*net] = true);
    let mut readers = vec![vec![]; nets];
    let mut missing = vec![0; gates.len()];
    for (gate, (_, function)) in gates.iter().enumerate() {
        for net in function.pins().into_iter().filter(|net| is_driven[**net]) {
            readers[*net].push(gate);
            missing[gate] += 1;
        }
    }
    let mut order: Vec<usize> = (0..gates.len()).filter(|gate| missing[*gate] == 0).collect();
    let mut done = 0;
    while let Some(gate) = order.get(done) {
        for reader in std::mem::take(&mut readers[gates[*gate].0]) {
            missing[reader] -= 1;
            if missing[reader] == 0 {
                order.push(reader);
            }
        }
        done += 1;
    }
    if done < gates.len() {
        return Err(FlowError::answer(
            "yosys",
            "its gates read one another in a circle, with no register between them",
        ));
    }
    let mut gates: Vec<Option<(usize, Function<usize>)>> = gates.into_iter().map(Some).collect();
    Ok(order.into_iter().filter_map(|gate| gates[gate].take()).collect())
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
  cell (scan_1) { area : 1; ff ("IQ","IQ_N") { clocked_on : "C"; next_state : "(D S') + E S"; preset : "P"; clear : "R'";
      clear_preset_var1 : "H"; }
    pin (C) { direction : input; capacitance : 3; } pin (D) { direction : input; } pin (E) { direction : input; }
    pin (S) { direction : input; } pin (P) { direction : input; } pin (R) { direction : input; }
    pin (Q) { direction : output; function : "IQ"; } pin (QN) { direction : output; function : "IQ_N"; } }
  cell (falling_1) { area : 1; ff ("IQ","IQN") { clocked_on : "!C"; next_state : "D"; }
    pin (C) { direction : input; } pin (D) { direction : input; } pin (Q) { direction : output; function : "IQ"; } }
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
        GateLevel::new(&module, &library())
    }

    #[test]
    fn a_flip_flop_does_what_the_library_says_of_it() {
        let pins = r#""C": [2], "D": [3], "E": [4], "S": ["1"], "P": ["0"], "R": [4], "QN": [5]"#;
        let made = gate_level("scan_1", pins).expect("known");
        let [low, high] = &made.ports[0].bits[..] else { panic!("{made:?}") };
        let not = |function: &Function<usize>| Function::Not(Box::new(function.clone()));
        let [register] = &made.flip_flops[..] else { panic!("{made:?}") };
        let state = Function::Pin(register.state);
        let and = |left: &Function<usize>, right| Function::And(Box::new(left.clone()), Box::new(right));
        let selected = and(low, not(&Function::Constant(true)));
        let scanned = and(high, Function::Constant(true));
        assert_eq!(register.next, Function::Or(Box::new(selected), Box::new(scanned)));
        assert_eq!(register.set, [(Function::Constant(false), true), (not(high), false)]);
        let [(unread, own), (net, complement)] = &made.gates[..] else { panic!("{made:?}") };
        assert_eq!((own, complement, &made.ports[1].bits[0]), (&state, &not(&state), &Function::Pin(*net)));
        // The output that nothing reads is a net too; two edges of 3 fF at 1 V.
        assert!(made.toggle_energies_fj[*unread].is_some() && made.toggle_energies_fj[register.state].is_none());
        assert_eq!(made.clock_energy_fj, 3.0);
    }

    #[test]
    fn what_cannot_be_simulated_is_refused_by_name() {
        for (kind, pins, reason) in [
            ("latch_1", r#""G": [3], "D": [4], "Q": [5]"#, "it is a latch, or keeps more than a bit"),
            ("odd_1", r#""A": [3], "Y": [5]"#, "an output is no function"),
            ("inv_1", r#""A": [2], "Y": [5]"#, "the design's clock goes to its pin `A`"),
            ("dff_1", r#""C": [3], "D": [4], "Q": [5]"#, "its clock is not the design's"),
            ("falling_1", r#""C": [2], "D": [4], "Q": [5]"#, "it waits for the falling edge"),
        ] {
            let told = gate_level(kind, pins).expect_err("it is refused").to_string();
            let start =
                format!("cells.lib cannot be used: its cell `{kind}` cannot be simulated to measure energy: {reason}");
            assert!(told.starts_with(&start), "{told}");
        }
        let told = gate_level("none_1", r#""A": [3], "Y": [5]"#).expect_err("it is refused").to_string();
        assert!(told.contains("no cell for `none_1`"), "{told}");
        let told = gate_level("inv_1", r#""A": [5], "Y": [5]"#).expect_err("it is refused").to_string();
        assert!(told.contains("in a circle"), "{told}");
    }
}
