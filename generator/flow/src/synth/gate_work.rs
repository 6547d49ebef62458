//! Gates beside the design that they were made of: the same inputs in every cycle, and the same outputs.

use tritloom_datapath::interface::{Direction, Interface};
use tritloom_emit::bench::instance;
use tritloom_hdl::Random;

use super::gate_level::{GateLevel, Register};
use crate::activity::RESET_CYCLES;
use crate::liberty::Function;
use crate::trace::Trace;

/// Gates at work.
pub(super) struct GateWork<'a> {
    gates: &'a GateLevel,
    interface: &'a Interface,
    /// By port: its net in the trace, and when what it carries means something.
    ports: Vec<(usize, Meaning)>,
    /// By net.
    is_high: Vec<bool>,
    /// Those seen.
    cycles: u64,
    /// By net.
    pub(super) toggles: Vec<u64>,
    /// How the gates are no longer those of the design, and since when.
    pub(super) failure: Option<String>,
}

/// When what a port carries means something.
#[derive(Clone, Copy)]
enum Meaning {
    Always,
    /// While this net of the trace is high.
    While(usize),
}

impl<'a> GateWork<'a> {
    /// Gates whose registers begin with whatever the seed says.
    pub(super) fn new(gates: &'a GateLevel, interface: &'a Interface, seed: u32) -> GateWork<'a> {
        let nets = gates.toggle_energies_fj.len();
        let mut random = Random::new(seed.into());
        GateWork {
            gates,
            interface,
            ports: vec![],
            is_high: (0..nets).map(|_| random.below(2) == 1).collect(),
            cycles: 0,
            toggles: vec![0; nets],
            failure: None,
        }
    }

    /// A cycle: takes the design's inputs as they are before the rising edge, compares outputs, and passes the edge. Toggles
    /// count from one cycle to the next behind the reset.
    pub(super) fn cycle(&mut self, trace: &Trace) {
        if self.failure.is_none()
            && let Err(failure) = self.try_cycle(trace)
        {
            self.failure = Some(failure);
        }
    }

    fn try_cycle(&mut self, trace: &Trace) -> Result<(), String> {
        if self.cycles == 0 {
            let port = |name: &str| Ok((find(trace, name)?, self.meaning(trace, name)?));
            self.ports = self.gates.ports.iter().map(|own| port(&own.name)).collect::<Result<_, String>>()?;
        }
        self.cycles += 1;
        let before = self.is_high.clone();
        self.take(trace);
        self.settle()?;
        if self.cycles > RESET_CYCLES {
            self.compare(trace)?;
        }
        if self.cycles > RESET_CYCLES + 1 {
            for ((toggles, before), after) in self.toggles.iter_mut().zip(before).zip(&self.is_high) {
                *toggles += u64::from(before != *after);
            }
        }
        let next = |register: &Register| self.forced(register).unwrap_or_else(|| self.value(&register.next));
        let next: Vec<bool> = self.gates.flip_flops.iter().map(next).collect();
        for (register, is_high) in self.gates.flip_flops.iter().zip(next) {
            self.is_high[register.state] = is_high;
        }
        Ok(())
    }

    /// When an output means something: fields of a stream while it is valid.
    fn meaning(&self, trace: &Trace, name: &str) -> Result<Meaning, String> {
        let outputs = self.interface.streams.iter().filter(|stream| stream.direction == Direction::Output);
        for stream in outputs {
            let port = |field: &str| format!("{}_{field}_o", stream.name);
            if stream.fields.iter().any(|field| port(&field.name) == name) {
                return find(trace, &port("valid")).map(Meaning::While);
            }
        }
        Ok(Meaning::Always)
    }

    fn value(&self, function: &Function<usize>) -> bool {
        function.value(&|net: &usize| self.is_high[*net])
    }

    /// Inputs as they are in the trace.
    fn take(&mut self, trace: &Trace) {
        for (port, (number, _)) in self.gates.ports.iter().zip(&self.ports).filter(|(port, _)| port.is_input) {
            for (bit, letter) in port.bits.iter().zip(trace.nets[*number].value.iter().rev()) {
                if let Function::Pin(net) = bit {
                    self.is_high[*net] = *letter == b'1';
                }
            }
        }
    }

    /// Until no register is set any more by anything but the clock.
    fn settle(&mut self) -> Result<(), String> {
        for _ in 0..=self.gates.flip_flops.len() {
            for (net, function) in &self.gates.gates {
                self.is_high[*net] = self.value(function);
            }
            let mut settled = true;
            for register in &self.gates.flip_flops {
                if let Some(forced) = self.forced(register).filter(|forced| *forced != self.is_high[register.state]) {
                    self.is_high[register.state] = forced;
                    settled = false;
                }
            }
            if settled {
                return Ok(());
            }
        }
        Err(format!("in cycle {} registers set and clear one another without end", self.cycles))
    }

    /// What a register is whatever the clock does.
    fn forced(&self, register: &Register) -> Option<bool> {
        register.set.iter().find(|(when, _)| self.value(when)).map(|(_, bit)| *bit)
    }

    /// Outputs that mean something against those in the trace.
    fn compare(&self, trace: &Trace) -> Result<(), String> {
        for (port, (number, meaning)) in self.gates.ports.iter().zip(&self.ports).filter(|(port, _)| !port.is_input) {
            let means_something = match meaning {
                Meaning::Always => true,
                Meaning::While(valid) => trace.nets[*valid].value == b"1",
            };
            let letter = |bit: &Function<usize>| if self.value(bit) { b'1' } else { b'0' };
            let found: Vec<u8> = port.bits.iter().rev().map(letter).collect();
            let expected = &trace.nets[*number].value;
            if means_something && found != *expected {
                let text = |letters: &[u8]| String::from_utf8_lossy(letters).into_owned();
                let (name, found, expected) = (&port.name, text(&found), text(expected));
                return Err(format!(
                    "in cycle {}, those of the reset counted, the gates have {found} at `{name}`, the design {expected}",
                    self.cycles
                ));
            }
        }
        Ok(())
    }
}

/// The net of a port.
fn find(trace: &Trace, port: &str) -> Result<usize, String> {
    trace.find(&instance(0), port).ok_or_else(|| format!("the trace of the design has no port `{port}`"))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::synth::library::CellLibrary;
    use crate::synth::netlist::Module;
    use tritloom_datapath::interface::Stream;

    /// Two cycles of reset and four more: what comes out is the complement of what went in a cycle before, but for the last
    /// cycle, in which it means nothing.
    const TRACE: &str = "\
$scope module u_d0 $end
$var wire 1 ! rst_ni $end
$var wire 1 a a_data_i $end
$var wire 1 w a_valid_i $end
$var wire 1 v b_valid_o $end
$var wire 1 b b_data_o $end
$upscope $end
$enddefinitions $end
#0
0!
0a
0w
0v
0b
#1
#2
1!
1w
1v
#3
1a
1b
#4
0a
0b
#5
0w
0v
";

    /// How gates fail that hold the complement of the input, or the input, and how often each of their nets toggles.
    fn work(inverted: bool) -> (Option<String>, Vec<u64>) {
        let library = include_str!("../../tests/cells.lib");
        let library = CellLibrary::new(Path::new("cells.lib"), library).expect("a library that will do");
        let data = if inverted { 5 } else { 3 };
        let text = format!(
            r#"{{"ports": {{"clk_i": {{"direction": "input", "bits": [2]}}, "a_data_i": {{"direction": "input", "bits": [3]}},
            "rst_ni": {{"direction": "input", "bits": [4]}}, "a_valid_i": {{"direction": "input", "bits": [7]}}, "b_valid_o": {{"direction": "output", "bits": [7]}},
            "b_data_o": {{"direction": "output", "bits": [6]}}}},
            "cells": {{"not": {{"type": "inv_1", "connections": {{"A": [3], "Y": [5]}}}},
            "held": {{"type": "dffr_1", "connections": {{"C": [2], "D": [{data}], "R": [4], "Q": [6]}}}}}},
            "netnames": {{}}}}"#
        );
        let module: Module = serde_json::from_str(&text).expect("a module");
        let gates = GateLevel::new(&module, &library).expect("known");
        let stream = |name, direction| Stream::new(name, direction, &[("data", 1)]);
        let interface = Interface { streams: vec![stream("a", Direction::Input), stream("b", Direction::Output)] };
        let mut work = GateWork::new(&gates, &interface, 1);
        Trace::read(TRACE.as_bytes(), RESET_CYCLES, |trace| work.cycle(trace)).expect("a trace");
        let toggles = gates.toggle_energies_fj.iter().zip(&work.toggles);
        (work.failure, toggles.filter(|(energy_fj, _)| energy_fj.is_some()).map(|(_, toggles)| *toggles).collect())
    }

    #[test]
    fn toggles_count_from_cycle_to_cycle_while_gates_do_as_the_design() {
        // What goes in and its complement twice, what comes out once more; the reset never.
        let (failure, mut toggles) = work(true);
        toggles.sort_unstable();
        assert_eq!((failure, toggles), (None, vec![0, 2, 2, 3]));
    }

    #[test]
    fn a_wrong_gate_is_told_with_its_cycle_and_port() {
        let told = "in cycle 4, those of the reset counted, the gates have 0 at `b_data_o`, the design 1";
        assert_eq!(work(false).0.as_deref(), Some(told));
    }
}
