//! The meaning of a design, cycle by cycle.
//!
//! A design becomes one flat program ([`program`]): the hierarchy and its loops are unrolled (`hierarchy`),
//! wiring disappears (`wiring`), the rest is ordered and lowered ([`compile`], [`lower`]). A settled program and
//! a copy of its staged state are a clock edge.

mod assemble;
mod compile;
mod lower;
mod memory;
mod program;
mod wide;

pub use memory::OutOfRange;

use crate::bits::{Bits, limb_count};
use crate::design::Design;
use crate::random::Random;
use crate::shape::Shape;
use assemble::{Assembly, StateElement, Variable};
use std::fmt;

/// Runs a checked design, one clock edge at a time.
///
/// Registers with a reset value start with it; all other state starts at zero, or at random bits after
/// [`Evaluator::randomise`]. Outputs follow inputs when they are next asked for.
///
/// ```
/// use tritloom_hdl::{Bits, Design, Evaluator, ModuleBuilder, uint};
///
/// let m = ModuleBuilder::new("accumulator_w8", "Adds its input at every clock edge.");
/// let x = m.input("x", uint(8));
/// let total = m.register("total", uint(8));
/// total.reset(0);
/// total.next(&(&*total + &x).wrap(8));
/// m.output("total", &total);
/// let design = Design::new(m.finish())?;
///
/// let mut evaluator = Evaluator::new(&design);
/// evaluator.set("x", &Bits::from_u64(3, 8))?;
/// evaluator.clock();
/// evaluator.clock();
/// assert_eq!(evaluator.get("total")?.to_u64(), Some(6));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Evaluator {
    parts: Assembly,
    /// Whether an input or state changed since the program last ran.
    stale: bool,
    in_reset: bool,
    cycles: u64,
    fault: Option<OutOfRange>,
}

/// An input port of the top module, for access without a look-up by name.
#[derive(Clone, Copy, Debug)]
pub struct InputHandle(Variable);

/// An output port of the top module, for access without a look-up by name.
#[derive(Clone, Copy, Debug)]
pub struct OutputHandle(Variable);

/// One element of state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State<'a> {
    /// What it is.
    pub kind: StateKind,
    /// Given names from the top: `row[1].u.sum`, `sum#2` for the second delay, `memory.port` for a read port.
    pub path: &'a str,
    /// The present value; of a delay line all that is on its way, the oldest in the least significant bits.
    pub value: Bits,
}

/// Kinds of state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StateKind {
    /// A register that reset sets.
    ControlRegister,
    /// A register without reset, or a delay line.
    DataRegister,
    /// The word that a read port keeps.
    ReadPort,
    /// The word of a RAM at an address.
    Word(u32),
}

/// A port that was asked for is not there or has another width.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PortError {
    /// No port of that direction has the name.
    Missing {
        /// As asked for.
        port: String,
        /// Those that there are.
        known: Vec<String>,
    },
    /// The value does not have the port's width.
    Width {
        /// As asked for.
        port: String,
        /// The port's.
        expected: u32,
        /// The value's.
        found: u32,
    },
}

impl Evaluator {
    /// Flattens a design into a program; its state is as after power-up.
    pub fn new(design: &Design) -> Evaluator {
        let mut evaluator =
            Evaluator { parts: assemble::assemble(design), stale: true, in_reset: false, cycles: 0, fault: None };
        evaluator.apply_reset();
        evaluator
    }

    /// Looks an input port up.
    pub fn input(&self, port: &str) -> Result<InputHandle, PortError> {
        let inputs = &self.parts.inputs;
        inputs.get(port).map(|&variable| InputHandle(variable)).ok_or_else(|| missing(port, inputs.keys()))
    }

    /// Looks an output port up.
    pub fn output(&self, port: &str) -> Result<OutputHandle, PortError> {
        let outputs = &self.parts.outputs;
        outputs.get(port).map(|&variable| OutputHandle(variable)).ok_or_else(|| missing(port, outputs.keys()))
    }

    /// Drives an input port; the widths must be equal.
    pub fn set(&mut self, port: &str, value: &Bits) -> Result<(), PortError> {
        let handle = self.input(port)?;
        let expected = handle.0.shape.width;
        if value.width() != expected {
            return Err(PortError::Width { port: port.to_string(), expected, found: value.width() });
        }
        self.write(handle, value.limbs());
        Ok(())
    }

    /// The value of an output port.
    pub fn get(&mut self, port: &str) -> Result<Bits, PortError> {
        let handle = self.output(port)?;
        let width = handle.0.shape.width;
        Ok(Bits::from_limbs(self.read(handle), width))
    }

    /// Drives an input port with limbs, least significant first; bits beyond its width are dropped.
    pub fn write(&mut self, port: InputHandle, limbs: &[u64]) {
        let width = port.0.shape.width;
        let target = &mut self.parts.arena[port.0.limb as usize..][..limb_count(width)];
        let last = target.len() - 1;
        for (position, target) in target.iter_mut().enumerate() {
            let mask = if position == last { u64::MAX >> (width.wrapping_neg() % 64) } else { u64::MAX };
            let limb = limbs.get(position).copied().unwrap_or(0) & mask;
            self.stale |= *target != limb;
            *target = limb;
        }
    }

    /// The limbs of an output port, least significant first; bits beyond its width are zero.
    pub fn read(&mut self, port: OutputHandle) -> &[u64] {
        self.evaluate();
        &self.parts.arena[port.0.limb as usize..][..limb_count(port.0.shape.width)]
    }

    /// The shapes of the input ports, in order.
    pub fn inputs(&self) -> impl Iterator<Item = (&str, Shape)> {
        self.parts.inputs.iter().map(|(name, variable)| (name.as_str(), variable.shape))
    }

    /// The shapes of the output ports, in order.
    pub fn outputs(&self) -> impl Iterator<Item = (&str, Shape)> {
        self.parts.outputs.iter().map(|(name, variable)| (name.as_str(), variable.shape))
    }

    /// Settles the combinational logic, if anything changed since it last settled.
    pub fn evaluate(&mut self) {
        if self.stale {
            self.parts.program.run(&mut self.parts.arena);
            self.stale = false;
        }
    }

    /// A rising clock edge: registers and memories take what stands at their inputs.
    pub fn clock(&mut self) {
        self.evaluate();
        let Assembly { arena, memories, staged, .. } = &mut self.parts;
        for memory in memories {
            let fault = memory.clock(arena, self.cycles);
            self.fault = self.fault.take().or(fault);
        }
        arena.copy_within(*staged.., 0);
        self.cycles += 1;
        self.stale = true;
        if self.in_reset {
            self.apply_reset();
        }
    }

    /// Asserts or releases the asynchronous reset: while asserted, registers with a reset value hold it.
    pub fn reset(&mut self, asserted: bool) {
        self.in_reset = asserted;
        if asserted {
            self.apply_reset();
        }
    }

    /// Fills registers without reset, read ports and RAMs with random bits, the same for the same seed.
    pub fn randomise(&mut self, seed: u64) {
        let mut random = Random::new(seed);
        let Assembly { state, arena, memories, .. } = &mut self.parts;
        for element in state.iter().filter(|element| element.reset.is_none()) {
            for Variable { limb, shape } in element.variables() {
                let bits = random.bits(shape.width);
                arena[limb as usize..][..bits.limbs().len()].copy_from_slice(bits.limbs());
            }
        }
        for memory in memories.iter_mut().filter(|memory| memory.writable) {
            for word in memory.words.chunks_mut(limb_count(memory.width)) {
                word.copy_from_slice(random.bits(memory.width).limbs());
            }
        }
        self.stale = true;
    }

    /// Every register, read port and RAM word that something reads.
    pub fn state(&self) -> impl Iterator<Item = State<'_>> {
        let elements = self.parts.state.iter().map(|element| {
            let kind = match (&element.reset, element.is_read_port) {
                (_, true) => StateKind::ReadPort,
                (Some(_), false) => StateKind::ControlRegister,
                (None, false) => StateKind::DataRegister,
            };
            State { kind, path: &element.path, value: self.value(element) }
        });
        let words = self.parts.memories.iter().filter(|memory| memory.writable).flat_map(|memory| {
            let words = memory.contents().enumerate();
            words.map(|(address, value)| State { kind: StateKind::Word(address as u32), path: &memory.path, value })
        });
        elements.chain(words)
    }

    /// The present value of a register or read port, as [`State::value`] has it, by the path that [`State::path`] shows.
    pub fn register(&self, path: &str) -> Option<Bits> {
        let element = self.parts.state.iter().find(|element| element.path == path)?;
        Some(self.value(element))
    }

    /// The first use of a memory beyond its end since the start.
    pub fn out_of_range(&self) -> Option<&OutOfRange> {
        self.fault.as_ref()
    }

    /// Clock edges so far.
    pub fn cycles(&self) -> u64 {
        self.cycles
    }

    /// How many operations one settling runs: what its time grows with.
    pub fn operations(&self) -> usize {
        self.parts.program.operations.len()
    }

    fn value(&self, element: &StateElement) -> Bits {
        let kept = element.variables().rev();
        let values = kept.map(|kept| Bits::from_limbs(&self.parts.arena[kept.limb as usize..], kept.shape.width));
        Bits::join(&values.collect::<Vec<_>>())
    }

    fn apply_reset(&mut self) {
        for element in &self.parts.state {
            if let Some(value) = &element.reset {
                let limb = element.variable.limb as usize;
                self.parts.arena[limb..][..value.limbs().len()].copy_from_slice(value.limbs());
            }
        }
        self.stale = true;
    }
}

/// How many nodes a design has when every loop and instance is written out.
#[cfg(any(test, feature = "arbitrary"))]
pub(crate) fn unrolled_nodes(design: &Design) -> usize {
    crate::hierarchy::Hierarchy::new(design).places
}

fn missing<'a>(port: &str, known: impl Iterator<Item = &'a String>) -> PortError {
    PortError::Missing { port: port.to_string(), known: known.cloned().collect() }
}

impl fmt::Display for PortError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PortError::Missing { port, known } => {
                write!(formatter, "no port `{port}` of that direction; there are: {}", known.join(", "))
            }
            PortError::Width { port, expected, found } => {
                write!(formatter, "port `{port}` has {expected} bits, the value {found}")
            }
        }
    }
}

impl std::error::Error for PortError {}
