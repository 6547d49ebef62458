//! Flip-flops: those of registers, of memories' words and of their read ports.

use super::FlipFlop;
use super::blast::Blaster;
use super::graph::{Bit, Graph};
use super::luts::Storage;
use crate::design::{MemoryId, NodeId, NodeKind, RegisterId};
use crate::hierarchy::{Hierarchy, Place};
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// What is known of a bit of state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// Nothing.
    Free,
    /// It never changes, or never tells.
    Constant(bool),
    /// It always equals another one.
    Same(usize),
}

/// The first bit of something that has state, in a frame and an iteration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Holder {
    Register(u32, RegisterId, u32),
    ReadPort(u32, MemoryId, u32, u32),
    Words(u32, MemoryId, u32),
}

/// All bits of state.
pub(super) struct State {
    first: HashMap<Holder, usize>,
    /// By number of a place that reads state: first bit and width.
    places: HashMap<usize, (usize, usize)>,
    fates: Vec<Fate>,
    /// What each bit gives in the graph.
    bits: Vec<Bit>,
}

impl State {
    pub(super) fn of(hierarchy: &Hierarchy<'_>) -> State {
        let mut state = State { first: HashMap::new(), places: HashMap::new(), fates: vec![], bits: vec![] };
        for frame in hierarchy.open_frames() {
            let layout = hierarchy.layout(frame);
            let module = layout.module;
            for (number, register) in module.registers.iter().enumerate() {
                for iteration in 0..layout.iterations(register.scope) {
                    let holder = Holder::Register(frame, RegisterId(number as u32), iteration);
                    state.add(holder, layout.state_bits(register, iteration));
                }
            }
            for (number, memory) in module.memories.iter().enumerate() {
                let id = MemoryId(number as u32);
                for iteration in 0..layout.iterations(memory.scope) {
                    if memory.contents.is_none() {
                        let bits = memory.shape.width as usize * memory.depth as usize;
                        state.add(Holder::Words(frame, id, iteration), bits);
                    }
                    for port in 0..memory.reads.len() as u32 {
                        state.add(Holder::ReadPort(frame, id, port, iteration), memory.shape.width as usize);
                    }
                }
            }
            for (position, node) in module.nodes.iter().enumerate() {
                for iteration in 0..layout.iterations(node.scope) {
                    let place = Place { frame, node: NodeId(position as u32), iteration };
                    let width = node.shape.width as usize;
                    // A delay line shows its oldest value.
                    let (holder, above) = match node.kind {
                        NodeKind::Register(id) => {
                            let bits = layout.state_bits(&module.registers[id.index()], iteration);
                            (Holder::Register(frame, id, iteration), bits - width)
                        }
                        NodeKind::MemoryRead { memory, port } => (Holder::ReadPort(frame, memory, port, iteration), 0),
                        _ => break,
                    };
                    let entry = (state.first[&holder] + above, width);
                    state.places.insert(hierarchy.number(place), entry);
                }
            }
        }
        state
    }

    fn add(&mut self, holder: Holder, bits: usize) {
        self.first.insert(holder, self.fates.len());
        self.fates.resize(self.fates.len() + bits, Fate::Free);
    }

    /// Gives every bit of which nothing is known a source in the graph.
    pub(super) fn open(&mut self, graph: &mut Graph) {
        self.bits.clear();
        for position in 0..self.fates.len() {
            let bit = match self.fates[position] {
                Fate::Free => graph.source(),
                // What it equals stands before it.
                Fate::Same(other) => self.bits[other],
                Fate::Constant(value) => Bit::from(value),
            };
            self.bits.push(bit);
        }
    }

    /// What the node of a place reads.
    pub(super) fn word(&self, place: usize) -> Vec<Bit> {
        let (first, width) = self.places[&place];
        self.bits[first..first + width].to_vec()
    }

    pub(super) fn at(&self, holder: Holder, width: usize) -> &[Bit] {
        let first = self.first[&holder];
        &self.bits[first..first + width]
    }

    /// Learns from flip-flops, one for each bit that is free, in their order; whether there was something to learn.
    pub(super) fn learn(&mut self, flip_flops: &[FlipFlop]) -> bool {
        let positions: HashMap<Bit, usize> = (0..self.fates.len())
            .filter(|position| self.fates[*position] == Fate::Free)
            .map(|position| (self.bits[position], position))
            .collect();
        let mut equal: HashMap<(Bit, Bit, Option<bool>), usize> = HashMap::new();
        let mut news = false;
        for flip_flop in flip_flops {
            let Some(&position) = positions.get(&flip_flop.state) else { continue };
            let fate = match flip_flop.never_changes() {
                Some(value) => Fate::Constant(value),
                None => match equal.entry((flip_flop.next, flip_flop.enable, flip_flop.reset)) {
                    Entry::Occupied(other) => Fate::Same(*other.get()),
                    Entry::Vacant(entry) => {
                        entry.insert(position);
                        Fate::Free
                    }
                },
            };
            news |= fate != Fate::Free;
            self.fates[position] = fate;
        }
        news
    }
}

impl FlipFlop {
    /// The value that it has for ever; where it has none at first, one that suits.
    fn never_changes(&self) -> Option<bool> {
        let held = self.enable == Bit::ZERO || self.next == self.state;
        match (self.next.constant(), self.reset) {
            _ if held => Some(self.reset.unwrap_or(false)),
            (Some(next), None) => Some(next),
            (Some(next), Some(reset)) if next == reset => Some(next),
            _ => None,
        }
    }
}

impl Blaster<'_> {
    /// The flip-flops of all bits that are free.
    pub(super) fn flip_flops(&mut self) -> Vec<FlipFlop> {
        let mut made = vec![];
        for frame in self.hierarchy.open_frames().collect::<Vec<_>>() {
            let module = self.hierarchy.layout(frame).module;
            for (number, register) in module.registers.iter().enumerate() {
                for iteration in 0..self.hierarchy.layout(frame).iterations(register.scope) {
                    let holder = Holder::Register(frame, RegisterId(number as u32), iteration);
                    let Some(next) = register.next else { continue };
                    let next = self.bits(frame, next, register.scope, iteration);
                    let enable = register
                        .enable
                        .map_or(Bit::ONE, |enable| self.bits(frame, enable, register.scope, iteration)[0]);
                    let bits = self.hierarchy.layout(frame).state_bits(register, iteration);
                    let states = self.state.at(holder, bits).to_vec();
                    // Behind what enters, each value of a delay line takes the one before it.
                    for (place, (next, state)) in next.iter().chain(&states).zip(&states).enumerate() {
                        let reset = register.reset.as_ref().map(|reset| reset.bit(place as u32));
                        made.push(FlipFlop { next: *next, enable, reset, state: *state });
                    }
                }
            }
            for number in 0..module.memories.len() {
                let iterations = self.hierarchy.layout(frame).iterations(module.memories[number].scope);
                (0..iterations).for_each(|iteration| self.memory(frame, MemoryId(number as u32), iteration, &mut made));
            }
        }
        made
    }

    /// A memory is made of flip-flops: an address selects a word, to write or to read it.
    fn memory(&mut self, frame: u32, id: MemoryId, iteration: u32, made: &mut Vec<FlipFlop>) {
        let memory = &self.hierarchy.layout(frame).module.memories[id.index()];
        let (width, depth) = (memory.shape.width as usize, memory.depth as usize);
        let device = self.device.filter(|_| memory.contents.is_none());
        if let Some((device, storage)) = device.map(|device| (device, device.storage(width, depth)))
            && storage != Storage::FlipFlops
        {
            return self.kept_memory(device, frame, id, iteration, storage, made);
        }
        let words: Vec<Vec<Bit>> = match &memory.contents {
            Some(contents) => contents
                .iter()
                .map(|word| (0..word.width()).map(|position| Bit::from(word.bit(position))).collect())
                .collect(),
            None => {
                let all = self.state.at(Holder::Words(frame, id, iteration), width * depth);
                all.chunks(width).map(<[Bit]>::to_vec).collect()
            }
        };
        if let Some(write) = memory.write {
            let mut bits = |node| self.bits(frame, node, memory.scope, iteration);
            let (enable, address, data) = (bits(write.enable)[0], bits(write.address), bits(write.data));
            for (number, word) in words.iter().enumerate() {
                let here =
                    address.iter().enumerate().map(|(place, bit)| if number >> place & 1 == 1 { *bit } else { !*bit });
                let here = self.graph.tree(here.collect(), Graph::and);
                let enable = self.graph.and(enable, here);
                made.extend(word.iter().zip(&data).map(|(state, next)| FlipFlop {
                    next: *next,
                    enable,
                    reset: None,
                    state: *state,
                }));
            }
        }
        for (port, read) in memory.reads.iter().enumerate() {
            let enable = self.bits(frame, read.enable, memory.scope, iteration)[0];
            let address = self.bits(frame, read.address, memory.scope, iteration);
            let next = self.graph.select(&address, words.clone(), None);
            let states = self.state.at(Holder::ReadPort(frame, id, port as u32, iteration), width).to_vec();
            made.extend(next.into_iter().zip(states).map(|(next, state)| FlipFlop {
                next,
                enable,
                reset: None,
                state,
            }));
        }
    }
}
