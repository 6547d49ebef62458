//! Memories of an FPGA: what enters them leaves the gates, and what they give comes from outside.

use super::blast::Blaster;
use super::graph::{Bit, Graph, Node};
use super::luts::{LutDevice, Storage};
use super::state::Holder;
use super::{FlipFlop, Gate};
use crate::design::{MemoryId, MemoryWrite};
use std::collections::BTreeSet;

/// The write port.
struct Entering {
    enable: Bit,
    address: Vec<Bit>,
    data: Vec<Bit>,
}

impl Blaster<'_> {
    /// A memory that stays one. In look-up tables a register stands behind each read port; a block holds that itself.
    pub(super) fn kept_memory(
        &mut self,
        device: LutDevice,
        frame: u32,
        id: MemoryId,
        iteration: u32,
        storage: Storage,
        made: &mut Vec<FlipFlop>,
    ) {
        let memory = &self.hierarchy.layout(frame).module.memories[id.index()];
        let width = memory.shape.width as usize;
        let mut bits = |node| self.bits(frame, node, memory.scope, iteration);
        let write = memory.write.map(|MemoryWrite { enable, address, data }| Entering {
            enable: bits(enable)[0],
            address: bits(address),
            data: bits(data),
        });
        let reads: Vec<(Bit, Vec<Bit>)> =
            memory.reads.iter().map(|read| (bits(read.enable)[0], bits(read.address))).collect();
        if let Some(write) = &write {
            self.into_memories.extend(write.address.iter().chain(&write.data).copied().chain([write.enable]));
        }
        for (port, (enable, address)) in reads.into_iter().enumerate() {
            self.into_memories.extend(&address);
            let states = self.state.at(Holder::ReadPort(frame, id, port as u32, iteration), width).to_vec();
            match (storage, &write) {
                (Storage::Luts(luts), _) => {
                    self.memory_luts += luts;
                    made.extend(states.into_iter().map(|state| {
                        let next = self.graph.source();
                        FlipFlop { next, enable, reset: None, state }
                    }));
                }
                (_, Some(write)) if !device.reads_before_writing() && !self.graph.exclude(enable, write.enable) => {
                    self.into_memories.push(enable);
                    self.read_before_writing(write, &address, &states, made);
                }
                _ => self.into_memories.push(enable),
            }
        }
    }

    /// What Yosys puts around a block that gives anything for a word in the cycle in which it is written: writing happens
    /// a cycle later, and what is read of a word on its way comes from there.
    fn read_before_writing(&mut self, write: &Entering, address: &[Bit], states: &[Bit], made: &mut Vec<FlipFlop>) {
        let mut later = |graph: &mut Graph, next: Bit| {
            let state = graph.source();
            made.push(FlipFlop { next, enable: Bit::ONE, reset: None, state });
            state
        };
        let graph = &mut self.graph;
        let enable = later(graph, write.enable);
        let written: Vec<Bit> = write.address.iter().map(|bit| later(graph, *bit)).collect();
        let data: Vec<Bit> = write.data.iter().map(|bit| later(graph, *bit)).collect();
        let same: Vec<Bit> = written.iter().zip(address).map(|(one, other)| !graph.xor(*one, *other)).collect();
        let same = graph.tree([vec![enable], same].concat(), Graph::and);
        let same = later(graph, same);
        let passed: Vec<Bit> = data.iter().map(|bit| later(graph, *bit)).collect();
        let given: Vec<Bit> =
            passed.iter().zip(states).map(|(passed, stored)| graph.mux(same, *passed, *stored)).collect();
        self.into_memories.extend([written, data, vec![enable], given].concat());
    }
}

impl Graph {
    /// Whether two bits are plainly never one together: as products of factors of which one is the inverse of another.
    fn exclude(&self, one: Bit, other: Bit) -> bool {
        let others = self.factors(other);
        self.factors(one).iter().any(|factor| others.contains(&!*factor))
    }

    fn factors(&self, product: Bit) -> BTreeSet<Bit> {
        let mut factors = BTreeSet::new();
        let mut stack = vec![product];
        while let Some(bit) = stack.pop() {
            match self.nodes()[bit.node()] {
                Node::Gate(Gate::And, [left, right, _]) if bit == bit.plain() => stack.extend([left, right]),
                _ => _ = factors.insert(bit),
            }
        }
        factors
    }
}
