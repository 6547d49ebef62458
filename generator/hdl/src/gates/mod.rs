//! A design bit by bit: what a light synthesis makes of it, in process and within milliseconds.
//!
//! Hierarchy and loops are unrolled, constants are propagated through gates and registers, equal gates and equal
//! registers are one, and what nothing reads is left out. What remains is close to what synthesis has before it maps
//! gates to cells. It is not an optimiser: gates are counted as the operators of the design make them.

mod adders;
mod arithmetic;
mod blast;
mod graph;
mod luts;
mod memory;
mod path;
mod state;
mod summands;

use graph::Carries;
pub use graph::{Bit, Graph, Node};
pub use luts::LutDevice;
pub use path::{GatePath, GateWeights};

use crate::design::Design;
use blast::Blaster;
use std::collections::{BTreeMap, HashMap};

/// Kinds of gates and of state. Gates of multiplications are told apart: synthesis has other ways to build these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Gate {
    /// AND of two bits, either of them and the result inverted or not: an OR as well.
    And,
    /// Exclusive OR of two bits.
    Xor,
    /// Choice of one of two bits.
    Mux,
    /// Sum of three bits.
    Sum,
    /// Carry of three bits.
    Carry,
    /// AND of a multiplication.
    ProductAnd,
    /// Sum of a multiplication.
    ProductSum,
    /// Carry of a multiplication.
    ProductCarry,
    /// Flip-flop without enable or reset.
    Register,
    /// Flip-flop with enable.
    EnabledRegister,
    /// Flip-flop with reset.
    ResetRegister,
    /// Flip-flop with enable and reset.
    EnabledResetRegister,
    /// Look-up table, in place of the gates of an FPGA.
    Lut,
    /// Sum at a place of a carry chain of an FPGA.
    ChainSum,
    /// Carry at a place of a carry chain of an FPGA.
    ChainCarry,
    /// Look-up table of an FPGA that is memory.
    MemoryLut,
    /// Look-up table of an FPGA that is a shift register.
    ShiftLut,
}

impl Gate {
    /// Every kind, in the order of a [`GateCount`].
    pub const ALL: [Gate; 17] = [
        Gate::And,
        Gate::Xor,
        Gate::Mux,
        Gate::Sum,
        Gate::Carry,
        Gate::ProductAnd,
        Gate::ProductSum,
        Gate::ProductCarry,
        Gate::Register,
        Gate::EnabledRegister,
        Gate::ResetRegister,
        Gate::EnabledResetRegister,
        Gate::Lut,
        Gate::ChainSum,
        Gate::ChainCarry,
        Gate::MemoryLut,
        Gate::ShiftLut,
    ];

    fn of_product(self) -> Gate {
        match self {
            Gate::And => Gate::ProductAnd,
            Gate::Sum => Gate::ProductSum,
            Gate::Carry => Gate::ProductCarry,
            other => other,
        }
    }
}

/// How many gates of each kind, in the order of [`Gate::ALL`].
pub type GateCount = [u64; Gate::ALL.len()];

/// One flip-flop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FlipFlop {
    /// What it takes.
    pub next: Bit,
    /// Whether it takes it; the constant one where it always does.
    pub enable: Bit,
    /// The value that reset sets.
    pub reset: Option<bool>,
    /// What it gives.
    pub state: Bit,
}

impl FlipFlop {
    fn kind(&self) -> Gate {
        match (self.enable != Bit::ONE, self.reset.is_some()) {
            (false, false) => Gate::Register,
            (true, false) => Gate::EnabledRegister,
            (false, true) => Gate::ResetRegister,
            (true, true) => Gate::EnabledResetRegister,
        }
    }
}

/// The gates of a design, or of one module with what is flat in it.
#[derive(Clone, Debug)]
pub struct Gates {
    /// All gates, dead ones too.
    pub graph: Graph,
    /// The bits of the input ports, port after port.
    pub inputs: Vec<Bit>,
    /// The flip-flops that something reads.
    pub flip_flops: Vec<FlipFlop>,
    /// Bits that leave: outputs, and inputs of modules and memories that stay what they are.
    pub outputs: Vec<Bit>,
    /// Look-up tables that are memory.
    pub memory_luts: u64,
}

impl Gates {
    /// Bits from which everything that lives is reached.
    fn roots(&self) -> impl Iterator<Item = Bit> {
        let state = self.flip_flops.iter().flat_map(|flip_flop| [flip_flop.next, flip_flop.enable]);
        self.outputs.iter().copied().chain(state)
    }

    /// Leaves out flip-flops that nothing reads but themselves and others of the kind.
    fn drop_unread(&mut self) {
        let positions: HashMap<usize, usize> = self
            .flip_flops
            .iter()
            .enumerate()
            .map(|(position, flip_flop)| (flip_flop.state.node(), position))
            .collect();
        let nodes = self.graph.nodes();
        let mut live = vec![false; nodes.len()];
        let mut stack: Vec<usize> = self.outputs.iter().map(|bit| bit.node()).collect();
        while let Some(node) = stack.pop() {
            if std::mem::replace(&mut live[node], true) {
                continue;
            }
            if let Some(flip_flop) = positions.get(&node).map(|position| self.flip_flops[*position]) {
                stack.extend([flip_flop.next.node(), flip_flop.enable.node()]);
            }
            if let Node::Gate(_, operands) = nodes[node] {
                stack.extend(operands.iter().map(|operand| operand.node()));
            }
        }
        self.flip_flops.retain(|flip_flop| live[flip_flop.state.node()]);
    }

    /// How many gates something reads; the gates of a full adder that is written gate by gate are one sum and one carry.
    pub fn count(&self) -> GateCount {
        let mut count = [0; Gate::ALL.len()];
        let live = live(&self.graph, self.roots());
        self.kinds(&live).into_iter().flatten().for_each(|kind| count[kind as usize] += 1);
        self.flip_flops.iter().for_each(|flip_flop| count[flip_flop.kind() as usize] += 1);
        count
    }
}

fn live(graph: &Graph, roots: impl Iterator<Item = Bit>) -> Vec<bool> {
    let nodes = graph.nodes();
    let mut live = vec![false; nodes.len()];
    roots.for_each(|root| live[root.node()] = true);
    for position in (0..nodes.len()).rev() {
        if let (true, Node::Gate(_, operands)) = (live[position], nodes[position]) {
            operands.iter().for_each(|operand| live[operand.node()] = true);
        }
    }
    live
}

impl Design {
    /// The gates of the whole design, flat, where adders and comparisons are prefix trees: what its delay follows from.
    pub fn gates(&self) -> Gates {
        Blaster::new(self, &[], None, Carries::Prefix).gates()
    }

    /// The gates of the top and of each module in `kept`, which stay modules: with how often each stands in the design.
    /// For a device carries stay in chains, and what it has memory for stays memory.
    pub fn gates_by_module(&self, kept: &[String], device: Option<LutDevice>) -> Vec<(u64, Gates)> {
        let carries = if device.is_some() { Carries::Chains } else { Carries::Ripple };
        let mut found = vec![];
        for (name, uses) in self.uses(kept) {
            let Some(position) = self.modules.iter().position(|module| module.name == name) else { continue };
            let part = Design { modules: self.modules[..=position].to_vec() };
            found.push((uses, Blaster::new(&part, kept, device, carries).gates()));
        }
        found
    }

    /// How many gates the design has where the modules in `kept` stay modules.
    pub fn gate_count(&self, kept: &[String]) -> GateCount {
        let mut total = [0; Gate::ALL.len()];
        for (uses, gates) in self.gates_by_module(kept, None) {
            total.iter_mut().zip(gates.count()).for_each(|(own, count)| *own += uses * count);
        }
        total
    }

    /// How many cells of an FPGA the design takes where the modules in `kept` stay modules; products take no multiplier
    /// blocks.
    pub fn lut_count(&self, kept: &[String], device: LutDevice) -> GateCount {
        let mut total = [0; Gate::ALL.len()];
        for (uses, gates) in self.gates_by_module(kept, Some(device)) {
            total.iter_mut().zip(gates.lut_count(device)).for_each(|(own, count)| *own += uses * count);
        }
        total
    }

    /// How often the top and each module in `kept` stand in the design.
    fn uses(&self, kept: &[String]) -> BTreeMap<String, u64> {
        let mut all: BTreeMap<&str, u64> = BTreeMap::from([(self.top().name.as_str(), 1)]);
        for module in self.modules.iter().rev() {
            let own = all.get(module.name.as_str()).copied().unwrap_or(0);
            for instance in &module.instances {
                let loops = module.loops_between(instance.scope, None).into_iter();
                let times: u64 = loops.map(|of| u64::from(module.loops[of.index()].count)).product();
                *all.entry(instance.module.name.as_str()).or_default() += own * times;
            }
        }
        let stays = |name: &str| name == self.top().name || kept.iter().any(|kept| kept == name);
        all.into_iter().filter(|(name, _)| stays(name)).map(|(name, uses)| (name.to_owned(), uses)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::design::PortKind;
    use crate::evaluate::Evaluator;
    use crate::random::Random;
    use crate::{Bits, ModuleBuilder, arbitrary, uint};

    /// Values of gates, cycle by cycle.
    struct Simulation<'a> {
        gates: &'a Gates,
        values: Vec<bool>,
    }

    impl Simulation<'_> {
        fn get(&self, bit: Bit) -> bool {
            self.values[bit.node()] != (bit != bit.plain())
        }

        fn settle(&mut self, inputs: &[bool]) {
            self.gates.inputs.iter().zip(inputs).for_each(|(bit, value)| self.values[bit.node()] = *value);
            for (position, node) in self.gates.graph.nodes().iter().enumerate() {
                if let Node::Gate(gate, operands) = node {
                    let [a, b, c] = operands.map(|bit| self.get(bit));
                    self.values[position] = match gate {
                        Gate::And | Gate::ProductAnd => a && b,
                        Gate::Xor => a != b,
                        Gate::ChainSum => a ^ b ^ c,
                        Gate::ChainCarry => u8::from(a) + u8::from(b) + u8::from(c) > 1,
                        Gate::Mux => {
                            if a {
                                b
                            } else {
                                c
                            }
                        }
                        Gate::Sum | Gate::ProductSum => a ^ b ^ c,
                        Gate::Carry | Gate::ProductCarry => a && b || c && (a || b),
                        other => panic!("{other:?} is no gate"),
                    };
                }
            }
        }

        fn clock(&mut self) {
            let taken: Vec<(usize, bool)> = self
                .gates
                .flip_flops
                .iter()
                .filter(|flip_flop| self.get(flip_flop.enable))
                .map(|flip_flop| (flip_flop.state.node(), self.get(flip_flop.next)))
                .collect();
            taken.into_iter().for_each(|(node, value)| self.values[node] = value);
        }
    }

    /// Before anything is known of flip-flops: state that starts unknown starts as zeros here and in the evaluator.
    #[test]
    fn gates_compute_what_the_design_does() {
        let kinds = [
            (None, Carries::Ripple),
            (None, Carries::Prefix),
            (Some(LutDevice::Ice40), Carries::Chains),
            (Some(LutDevice::UltrascalePlus), Carries::Chains),
        ];
        for (seed, (device, carries)) in (0..120).flat_map(|seed| kinds.map(|kind| (seed, kind))) {
            let design = arbitrary::design("gates", seed);
            let mut blaster = Blaster::new(&design, &[], device, carries);
            // Only then is known what is read once.
            blaster.build();
            let (flip_flops, outputs) = blaster.build();
            if !blaster.into_memories.is_empty() {
                continue;
            }
            let gates = blaster.finish(flip_flops, outputs);
            let mut simulation = Simulation { gates: &gates, values: vec![false; gates.graph.nodes().len()] };
            for flip_flop in &gates.flip_flops {
                simulation.values[flip_flop.state.node()] = flip_flop.reset.unwrap_or(false);
            }
            let mut evaluator = Evaluator::new(&design);
            let mut random = Random::new(seed);
            let ports: Vec<(String, u32)> =
                evaluator.inputs().map(|(name, shape)| (name.to_owned(), shape.width)).collect();
            let results: Vec<String> = evaluator.outputs().map(|(name, _)| name.to_owned()).collect();
            for cycle in 0..12 {
                let mut inputs = vec![];
                for port in design.top().ports.iter().filter(|port| port.kind == PortKind::Input) {
                    let value = random.bits(port.shape.width);
                    inputs.extend((0..value.width()).map(|position| value.bit(position)));
                    if ports.iter().any(|(name, _)| *name == port.name) {
                        evaluator.set(&port.name, &value).expect("a port");
                    }
                }
                simulation.settle(&inputs);
                let expected: Vec<bool> = results
                    .iter()
                    .map(|port| evaluator.get(port).expect("a port"))
                    .flat_map(|value: Bits| (0..value.width()).map(move |position| value.bit(position)))
                    .collect();
                let found: Vec<bool> = gates.outputs.iter().map(|bit| simulation.get(*bit)).collect();
                assert_eq!(found, expected, "seed {seed}, {carries:?}, {device:?}, cycle {cycle}");
                simulation.clock();
                evaluator.clock();
            }
        }
    }

    fn count(gates: &GateCount, gate: Gate) -> u64 {
        gates[gate as usize]
    }

    #[test]
    fn constants_equal_registers_and_what_is_unread_take_nothing() {
        let m = ModuleBuilder::new("folded", "An adder of zero, a register twice, one of a constant, one unread.");
        let x = m.input("x", uint(8));
        let zero = m.delay("zero", &m.constant(Bits::zero(8), false), None);
        let sum = (&x + &zero).wrap(8);
        let first = m.delay("first", &sum, None);
        let second = m.delay("second", &x, None);
        m.delay("unread", &first, None);
        m.output("y", &(&first ^ &second));
        m.output("z", &(&first & &x));
        let design = Design::new(m.finish()).expect("a sound design");
        let gates = design.gate_count(&[]);
        assert_eq!(count(&gates, Gate::Register), 8, "one register of eight bits: {gates:?}");
        assert_eq!((count(&gates, Gate::And), count(&gates, Gate::Xor), count(&gates, Gate::Sum)), (8, 0, 0));
    }

    #[test]
    fn full_adders_written_gate_by_gate_are_sums_and_carries() {
        let m = ModuleBuilder::new("row", "A row of carry-save adders, and a half adder.");
        let [a, b, c] = ["a", "b", "c"].map(|name| m.input(name, uint(8)));
        let propagate = &a ^ &b;
        m.output("sum", &(&propagate ^ &c));
        m.output("carry", &(&(&a & &b) | &(&c & &propagate)));
        m.output("half", &(&a ^ &c));
        m.output("half_carry", &(&a & &c));
        let gates = Design::new(m.finish()).expect("a sound design").gate_count(&[]);
        let found = [Gate::Sum, Gate::Carry, Gate::Xor, Gate::And].map(|gate| count(&gates, gate));
        assert_eq!(found, [8, 8, 8, 8]);
    }

    #[test]
    fn gates_of_a_full_adder_that_others_read_are_counted_too() {
        let m = ModuleBuilder::new("read", "A full adder whose propagate and generate bits leave, without a sum.");
        let [a, b, c] = ["a", "b", "c"].map(|name| m.input(name, uint(1)));
        let (propagate, both) = (&a ^ &b, &a & &b);
        m.output("carry", &(&both | &(&c & &propagate)));
        m.output("propagate", &propagate);
        m.output("both", &both);
        let gates = Design::new(m.finish()).expect("a sound design").gate_count(&[]);
        let found = [Gate::Sum, Gate::Carry, Gate::Xor, Gate::And].map(|gate| count(&gates, gate));
        assert_eq!(found, [0, 1, 1, 1]);
    }

    #[test]
    fn modules_that_stay_modules_count_once_for_each_use() {
        let child = {
            let m = ModuleBuilder::new("child", "A register.");
            let x = m.input("x", uint(4));
            m.output("y", &m.delay("kept", &x, None));
            m.finish()
        };
        let m = ModuleBuilder::new("parent", "Two of them with equal inputs.");
        let x = m.input("x", uint(4));
        let outputs: Vec<_> = ["one", "other"]
            .into_iter()
            .map(|name| {
                let instance = m.instance(name, &child);
                instance.connect("x", &x);
                instance.output("y")
            })
            .collect();
        m.output("both", &(&outputs[0] & &outputs[1]));
        let design = Design::new(m.finish()).expect("a sound design");
        let of = |kept: &[String]| count(&design.gate_count(kept), Gate::Register);
        assert_eq!((of(&[]), of(&["child".to_owned()])), (4, 8));
    }

    #[test]
    fn the_longest_path_follows_the_weights() {
        let m = ModuleBuilder::new("paths", "A sum of four bits.");
        let (a, b) = (m.input("a", uint(4)), m.input("b", uint(4)));
        m.output("sum", &(&a + &b));
        let design = Design::new(m.finish()).expect("a sound design");
        let longest = |and, xor| {
            let mut weights = GateWeights::default();
            weights.gates[Gate::And as usize] = and;
            weights.gates[Gate::Xor as usize] = xor;
            let path = design.gates().longest_path(&weights);
            (path.gates[Gate::And as usize], path.gates[Gate::Xor as usize])
        };
        // The lowest bits make a carry, which passes two levels of the tree, an AND and an OR each, into a sum.
        assert_eq!(longest(10.0, 1.0), (5.0, 1.0));
        // It begins where a bit propagates it: an exclusive OR instead of the first AND.
        assert_eq!(longest(1.0, 10.0), (4.0, 2.0));
    }
}
