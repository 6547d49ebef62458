//! The gates of a design in the look-up tables of an FPGA.
//!
//! Every gate keeps a few cuts (sets of signals from which it can be computed), those with the least area flow first, as
//! in A. Mishchenko, S. Chatterjee, R. Brayton, "Improvements to Technology Mapping for LUT-Based FPGAs" (TCAD 2007); a
//! cover from the outputs backwards picks the best of each gate that it needs, and says how often gates are shared, from
//! which the next round's flow follows.

use super::graph::{Bit, Graph, Node};
use super::{FlipFlop, Gate, GateCount, Gates, live};
use std::collections::{BTreeSet, HashMap};

/// A family of FPGAs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LutDevice {
    /// Lattice iCE40: tables of 4 inputs, each beside a carry; memories in blocks of 4 kbit.
    Ice40,
    /// AMD UltraScale+: tables of 6 inputs, which propagate carries or hold memory or shift registers; memories in
    /// blocks of 18 kbit.
    UltrascalePlus,
}

/// Where a memory lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Storage {
    /// In flip-flops.
    FlipFlops,
    /// In so many look-up tables for each read port.
    Luts(u64),
    /// In block memories.
    Block,
}

impl LutDevice {
    /// Every device.
    pub const ALL: [LutDevice; 2] = [LutDevice::Ice40, LutDevice::UltrascalePlus];

    /// As files write it.
    pub fn name(self) -> &'static str {
        match self {
            LutDevice::Ice40 => "ice40",
            LutDevice::UltrascalePlus => "ultrascale_plus",
        }
    }

    /// Inputs of a table.
    pub fn inputs(self) -> usize {
        match self {
            LutDevice::Ice40 => 4,
            LutDevice::UltrascalePlus => 6,
        }
    }

    /// What a table of so many inputs costs in the choice of tables, as Yosys has it.
    fn table_cost(self, inputs: usize) -> f32 {
        match (self, inputs) {
            (LutDevice::Ice40, _) => 1.0,
            (LutDevice::UltrascalePlus, 0..=2) => 2.0,
            (LutDevice::UltrascalePlus, 3) => 3.0,
            (LutDevice::UltrascalePlus, _) => 5.0,
        }
    }

    /// The cheapest of what a memory can be made of, as Yosys' descriptions of the devices weigh them against a unit for
    /// each bit in flip-flops.
    pub(super) fn storage(self, width: usize, depth: usize) -> Storage {
        let bits = (width * depth) as u64;
        let blocks = |shapes: &[(usize, usize)]| -> u64 {
            let needed = shapes.iter().map(|(wide, deep)| width.div_ceil(*wide) * depth.div_ceil(*deep));
            needed.min().unwrap_or(0) as u64
        };
        match self {
            LutDevice::Ice40 if 64 * blocks(&[(16, 256), (8, 512), (4, 1024), (2, 2048)]) < bits => Storage::Block,
            LutDevice::Ice40 => Storage::FlipFlops,
            LutDevice::UltrascalePlus => {
                let groups = blocks(&[(14, 32), (7, 64)]);
                let in_blocks = 129 * blocks(&[(36, 512), (18, 1024), (9, 2048), (4, 4096), (2, 8192), (1, 16384)]);
                if bits < in_blocks.min(16 * groups) {
                    Storage::FlipFlops
                } else if in_blocks < 16 * groups {
                    Storage::Block
                } else {
                    Storage::Luts(8 * groups)
                }
            }
        }
    }

    /// Whether its block memories give the old word where one is read and written in the same cycle.
    pub(super) fn reads_before_writing(self) -> bool {
        self == LutDevice::UltrascalePlus
    }

    /// Stages from which on a chain of flip-flops is a shift register.
    fn shift_stages(self) -> Option<usize> {
        (self == LutDevice::UltrascalePlus).then_some(3)
    }
}

/// The most inputs of any device.
const MOST_INPUTS: usize = 6;

/// Cuts kept for each gate.
const CUTS: usize = 8;

/// Rounds of choosing cuts anew.
const ROUNDS: usize = 4;

/// Stages of one shift register.
const SHIFT_STAGES: usize = 32;

/// Signals from which a gate can be computed, in order.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Cut {
    leaves: [u32; MOST_INPUTS],
    size: usize,
    flow: f32,
}

impl Cut {
    fn of(node: u32) -> Cut {
        Cut { leaves: [node, 0, 0, 0, 0, 0], size: 1, flow: 0.0 }
    }

    fn leaves(&self) -> &[u32] {
        &self.leaves[..self.size]
    }

    /// Both together; `None` beyond `most` leaves.
    fn with(&self, other: &Cut, most: usize) -> Option<Cut> {
        let mut union = Cut { leaves: [0; MOST_INPUTS], size: 0, flow: 0.0 };
        let (mut left, mut right) = (self.leaves().iter().peekable(), other.leaves().iter().peekable());
        loop {
            let next = match (left.peek(), right.peek()) {
                (None, None) => return Some(union),
                (Some(one), Some(two)) => *(*one).min(*two),
                (Some(one), None) | (None, Some(one)) => **one,
            };
            left.next_if(|leaf| **leaf == next);
            right.next_if(|leaf| **leaf == next);
            if union.size == most {
                return None;
            }
            union.leaves[union.size] = next;
            union.size += 1;
        }
    }

    fn is_within(&self, other: &Cut) -> bool {
        self.leaves().iter().all(|leaf| other.leaves().contains(leaf))
    }
}

/// The choice of cuts.
struct Mapper<'a> {
    nodes: &'a [Node],
    live: Vec<bool>,
    device: LutDevice,
    cuts: Vec<Vec<Cut>>,
    /// By gate, the flow of its best cut.
    flow: Vec<f32>,
    /// By gate, how many tables read it in the cover.
    readers: Vec<u32>,
}

impl Mapper<'_> {
    fn choose(&mut self) {
        for position in 0..self.nodes.len() {
            let Some(operands) = logic(&self.nodes[position]).filter(|_| self.live[position]) else {
                self.cuts[position] = vec![Cut::of(position as u32)];
                continue;
            };
            let mut found = vec![Cut { size: 0, ..Cut::of(0) }];
            let inputs = self.device.inputs();
            for operand in operands {
                let own = &self.cuts[operand.node()];
                let joined = found.iter().flat_map(|cut| own.iter().filter_map(|other| cut.with(other, inputs)));
                found = joined.collect();
                found.dedup();
            }
            found.iter_mut().for_each(|cut| cut.flow = self.device.table_cost(cut.size) + self.flow_into(cut));
            found.sort_by(|left, right| {
                (left.flow, left.size).partial_cmp(&(right.flow, right.size)).unwrap_or(std::cmp::Ordering::Equal)
            });
            let mut kept: Vec<Cut> = vec![];
            for cut in found {
                if kept.len() == CUTS {
                    break;
                }
                if !kept.iter().any(|better| better.is_within(&cut)) {
                    kept.push(cut);
                }
            }
            self.flow[position] = kept[0].flow;
            kept.push(Cut::of(position as u32));
            self.cuts[position] = kept;
        }
    }

    fn flow_into(&self, cut: &Cut) -> f32 {
        cut.leaves().iter().map(|leaf| self.flow[*leaf as usize] / self.readers[*leaf as usize].max(1) as f32).sum()
    }

    /// The gates that stand at the output of a table where `roots` are needed; counts their readers.
    fn cover(&mut self, roots: &BTreeSet<usize>) -> Vec<usize> {
        self.readers.fill(0);
        roots.iter().for_each(|root| self.readers[*root] += 1);
        let mut covered = vec![];
        for position in (0..self.nodes.len()).rev() {
            if self.readers[position] == 0 || logic(&self.nodes[position]).is_none() {
                continue;
            }
            covered.push(position);
            let best = self.cuts[position][0];
            best.leaves().iter().for_each(|leaf| self.readers[*leaf as usize] += 1);
        }
        covered
    }
}

/// The operands of a gate that look-up tables can hold.
fn logic(node: &Node) -> Option<&[Bit]> {
    match node {
        Node::Gate(Gate::And | Gate::Xor, operands) => Some(&operands[..2]),
        Node::Gate(Gate::Mux, operands) => Some(operands),
        _ => None,
    }
}

impl Gates {
    /// How many cells of a device: look-up tables, places of carry chains, flip-flops by kind.
    pub fn lut_count(&self, device: LutDevice) -> GateCount {
        let nodes = self.graph.nodes();
        let live = live(&self.graph, self.roots());
        let mut count = [0; Gate::ALL.len()];
        for (node, live) in nodes.iter().zip(&live) {
            if let (Node::Gate(gate @ (Gate::ChainSum | Gate::ChainCarry), _), true) = (node, live) {
                count[*gate as usize] += 1;
            }
        }
        let shifted = device.shift_stages().map_or(vec![], |stages| self.shift_chains(stages));
        let within: BTreeSet<Bit> = shifted.iter().flatten().copied().collect();
        count[Gate::ShiftLut as usize] = shifted.iter().map(|chain| chain.len().div_ceil(SHIFT_STAGES) as u64).sum();
        let flip_flops = self.flip_flops.iter().filter(|flip_flop| !within.contains(&flip_flop.state));
        flip_flops.for_each(|flip_flop| count[flip_flop.kind() as usize] += 1);
        count[Gate::MemoryLut as usize] = self.memory_luts;
        count[Gate::Lut as usize] = self.luts(device, live);
        count
    }

    fn luts(&self, device: LutDevice, live: Vec<bool>) -> u64 {
        let mut graph = self.graph.clone();
        let needed = self.needed(device, &live, &mut graph);
        let nodes = graph.nodes();
        let roots: BTreeSet<usize> = needed.iter().map(|bit| bit.node()).collect();
        let size = nodes.len();
        let (mut live, mut readers) = (live, self.loads());
        live.resize(size, true);
        readers.resize(size, 1);
        let mut mapper = Mapper { nodes, live, device, cuts: vec![vec![]; size], flow: vec![0.0; size], readers };
        let mut covered = vec![];
        for _ in 0..ROUNDS {
            mapper.choose();
            covered = mapper.cover(&roots);
        }
        // A table gives one polarity, and what is no gate its own.
        let inverters = needed
            .iter()
            .filter(|bit| **bit != bit.plain())
            .filter(|bit| logic(&nodes[bit.node()]).is_none() || needed.contains(&bit.plain()));
        covered.len() as u64 + inverters.count() as u64
    }

    /// The bits that must be there outside of look-up tables. A carry takes both summands, or one of them and whether it
    /// passes, which is a gate more in `graph`.
    fn needed(&self, device: LutDevice, live: &[bool], graph: &mut Graph) -> BTreeSet<Bit> {
        let mut needed: BTreeSet<Bit> = self.roots().collect();
        for (node, live) in self.graph.nodes().iter().zip(live) {
            let (Node::Gate(Gate::ChainSum | Gate::ChainCarry, [left, right, carry]), true) = (node, live) else {
                continue;
            };
            needed.insert(*carry);
            needed.extend(match device {
                LutDevice::Ice40 => [*left, *right],
                LutDevice::UltrascalePlus => {
                    let summand = if *left == left.plain() { left } else { right };
                    [*summand, graph.xor(*left, *right)]
                }
            });
        }
        needed.retain(|bit| bit.constant().is_none());
        needed
    }

    /// Chains of at least `stages` flip-flops that nothing reads but the next, and the last of them.
    fn shift_chains(&self, stages: usize) -> Vec<Vec<Bit>> {
        let loads = self.loads();
        let positions: HashMap<Bit, &FlipFlop> =
            self.flip_flops.iter().map(|flip_flop| (flip_flop.state, flip_flop)).collect();
        let before = |flip_flop: &FlipFlop| {
            let before = *positions.get(&flip_flop.next)?;
            let alike = before.enable == flip_flop.enable && before.reset.is_none() && flip_flop.reset.is_none();
            (alike && loads[before.state.node()] == 1).then_some(before)
        };
        let inner: BTreeSet<Bit> = self.flip_flops.iter().filter_map(before).map(|flip_flop| flip_flop.state).collect();
        let ends = self.flip_flops.iter().filter(|flip_flop| !inner.contains(&flip_flop.state));
        let chain = |end: &FlipFlop| -> Vec<Bit> {
            std::iter::successors(Some(end), |flip_flop| before(flip_flop)).map(|flip_flop| flip_flop.state).collect()
        };
        ends.map(chain).filter(|chain| chain.len() >= stages).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Design, ModuleBuilder, Value, uint};

    fn counts(logic: impl Fn(&ModuleBuilder) -> Value) -> [GateCount; 2] {
        let m = ModuleBuilder::new("counted", "Logic between ports.");
        let result = logic(&m);
        m.output("y", &result);
        let design = Design::new(m.finish()).expect("a sound design");
        LutDevice::ALL.map(|device| design.lut_count(&[], device))
    }

    /// The ninth sum is the carry that leaves the chain; UltraScale+ says in a table of its own whether a carry passes.
    #[test]
    fn an_adder_is_a_chain() {
        let [small, large] = counts(|m| &m.input("a", uint(8)) + &m.input("b", uint(8)));
        assert_eq!((small[Gate::Lut as usize], small[Gate::ChainSum as usize]), (0, 9));
        assert_eq!((large[Gate::Lut as usize], large[Gate::ChainSum as usize]), (8, 9));
    }

    #[test]
    fn a_table_holds_what_its_inputs_can_say() {
        let choice = |m: &ModuleBuilder| {
            let words = m.input("words", uint(4));
            m.input("index", uint(2)).select(&(0..4).map(|place| words.slice(place, 1)).collect::<Vec<_>>())
        };
        assert_eq!(counts(choice).map(|count| count[Gate::Lut as usize]), [3, 1]);
        let all = |m: &ModuleBuilder| m.input("x", uint(6)).all();
        assert_eq!(counts(all).map(|count| count[Gate::Lut as usize]), [2, 1]);
    }

    #[test]
    fn tables_of_few_inputs_are_cheap_on_ultrascale() {
        let all = |m: &ModuleBuilder| m.input("x", uint(8)).all();
        // One of six inputs and two of two, not one of five and one of four.
        assert_eq!(counts(all).map(|count| count[Gate::Lut as usize]), [3, 3]);
    }

    #[test]
    fn only_ultrascale_shifts_in_tables() {
        let delayed = |m: &ModuleBuilder| {
            (0..5).fold(m.input("x", uint(3)), |x, stage| m.delay(&format!("stage{stage}"), &x, None))
        };
        let [small, large] = counts(delayed);
        assert_eq!((small[Gate::ShiftLut as usize], small[Gate::Register as usize]), (0, 15));
        assert_eq!((large[Gate::ShiftLut as usize], large[Gate::Register as usize]), (3, 0));
    }

    #[test]
    fn memories_stay_memories() {
        let stored = |m: &ModuleBuilder| {
            let memory = m.memory("words", uint(14), 32);
            let (address, enables) = (m.input("address", uint(5)), m.input("enables", uint(2)));
            memory.write(&enables.bit(0), &address, &m.input("data", uint(14)));
            memory.read("word", &enables.bit(1), &address)
        };
        let [small, large] = counts(stored);
        // Twice the word, the address, and two flags: reading before writing around a block.
        assert_eq!((small[Gate::MemoryLut as usize], small[Gate::Register as usize]), (0, 2 * 14 + 5 + 2));
        assert_eq!((large[Gate::MemoryLut as usize], large[Gate::EnabledRegister as usize]), (8, 14));
    }
}
