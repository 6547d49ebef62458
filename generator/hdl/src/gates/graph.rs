//! A graph of gates that never holds the same gate twice, nor one whose value follows from a constant.

use super::Gate;
use std::collections::HashMap;
use std::ops::Not;

/// A bit: what a gate gives, or its inverse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bit(u32);

impl Bit {
    /// The constant zero.
    pub const ZERO: Bit = Bit(0);
    /// The constant one.
    pub const ONE: Bit = Bit(1);

    /// The position of the gate in [`Graph::nodes`].
    pub fn node(self) -> usize {
        (self.0 >> 1) as usize
    }

    pub(super) fn is_inverted(self) -> bool {
        self.0 & 1 == 1
    }

    pub(super) fn plain(self) -> Bit {
        Bit(self.0 & !1)
    }

    fn inverted_if(self, inverted: bool) -> Bit {
        Bit(self.0 ^ u32::from(inverted))
    }

    /// The value of a constant.
    pub fn constant(self) -> Option<bool> {
        (self.node() == 0).then_some(self.is_inverted())
    }
}

impl From<bool> for Bit {
    fn from(value: bool) -> Bit {
        Bit::ZERO.inverted_if(value)
    }
}

impl Not for Bit {
    type Output = Bit;

    fn not(self) -> Bit {
        self.inverted_if(true)
    }
}

/// What stands at a place of the graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Node {
    /// The constant zero, or a bit whose origin is not in the graph: an input, a register, a memory.
    Source,
    /// A gate with its operands; two-operand gates repeat the second.
    Gate(Gate, [Bit; 3]),
}

/// What carries that propagate are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Carries {
    /// Full adders one behind the other: as few gates as an adder takes.
    Ripple,
    /// A prefix tree, as Yosys makes it (Brent and Kung, IEEE Transactions on Computers, 1982): as deep as an adder is.
    Prefix,
    /// Chains of a device; other adders are made of plain gates.
    Chains,
}

/// Gates, operands before their users.
#[derive(Clone, Debug)]
pub struct Graph {
    nodes: Vec<Node>,
    known: HashMap<(Gate, [Bit; 3]), Bit>,
    /// Whether gates are made for a product: see [`Gate`].
    pub(super) in_product: bool,
    /// What carries that propagate are made of.
    pub(super) carries: Carries,
}

impl Graph {
    pub(super) fn new(carries: Carries) -> Graph {
        Graph { nodes: vec![Node::Source], known: HashMap::new(), in_product: false, carries }
    }

    pub(super) fn has_chains(&self) -> bool {
        self.carries == Carries::Chains
    }

    /// Every gate, and at the first place the constant zero.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    pub(super) fn source(&mut self) -> Bit {
        self.nodes.push(Node::Source);
        Bit(2 * (self.nodes.len() as u32 - 1))
    }

    fn gate(&mut self, gate: Gate, operands: [Bit; 3]) -> Bit {
        let gate = if self.in_product && !self.has_chains() { gate.of_product() } else { gate };
        let next = Bit(2 * self.nodes.len() as u32);
        let bit = *self.known.entry((gate, operands)).or_insert(next);
        if bit == next {
            self.nodes.push(Node::Gate(gate, operands));
        }
        bit
    }

    pub(super) fn and(&mut self, left: Bit, right: Bit) -> Bit {
        let (low, high) = (left.min(right), left.max(right));
        match low.constant() {
            Some(value) => {
                if value {
                    high
                } else {
                    Bit::ZERO
                }
            }
            None if low == high => low,
            None if low == !high => Bit::ZERO,
            None => self.gate(Gate::And, [low, high, high]),
        }
    }

    pub(super) fn or(&mut self, left: Bit, right: Bit) -> Bit {
        !self.and(!left, !right)
    }

    pub(super) fn xor(&mut self, left: Bit, right: Bit) -> Bit {
        let inverted = left.is_inverted() != right.is_inverted();
        let (left, right) = (left.plain(), right.plain());
        let (low, high) = (left.min(right), left.max(right));
        let plain = if low == Bit::ZERO {
            high
        } else if low == high {
            Bit::ZERO
        } else {
            self.gate(Gate::Xor, [low, high, high])
        };
        plain.inverted_if(inverted)
    }

    /// The exclusive OR of two bits, where there is a gate for it.
    pub(super) fn known_xor(&self, left: Bit, right: Bit) -> Option<Bit> {
        let inverted = left.is_inverted() != right.is_inverted();
        let (low, high) = (left.plain().min(right.plain()), left.plain().max(right.plain()));
        self.known.get(&(Gate::Xor, [low, high, high])).map(|bit| bit.inverted_if(inverted))
    }

    pub(super) fn mux(&mut self, select: Bit, on_true: Bit, on_false: Bit) -> Bit {
        if select.is_inverted() {
            return self.mux(!select, on_false, on_true);
        }
        if select == Bit::ZERO {
            return on_false;
        }
        if on_true == on_false {
            return on_true;
        }
        if on_true == !on_false {
            return self.xor(select, on_false);
        }
        match (self.under(select, on_true, true).constant(), self.under(select, on_false, false).constant()) {
            (Some(true), _) => self.or(select, on_false),
            (Some(false), _) => self.and(!select, on_false),
            (_, Some(true)) => self.or(!select, on_true),
            (_, Some(false)) => self.and(select, on_true),
            _ => {
                let inverted = on_true.is_inverted();
                let operands = [select, on_true.inverted_if(inverted), on_false.inverted_if(inverted)];
                self.gate(Gate::Mux, operands).inverted_if(inverted)
            }
        }
    }

    /// What a bit is where `select` has a value.
    fn under(&self, select: Bit, bit: Bit, value: bool) -> Bit {
        if bit.plain() == select { Bit::from(value != bit.is_inverted()) } else { bit }
    }

    /// The sum of three bits without its carry.
    pub(super) fn sum(&mut self, operands: [Bit; 3]) -> Bit {
        let inverted = operands.iter().filter(|bit| bit.is_inverted()).count() % 2 == 1;
        let mut plain = operands.map(Bit::plain);
        plain.sort_unstable();
        let [a, b, c] = plain;
        let bit = if a == Bit::ZERO || a == b || b == c || self.has_chains() {
            let pair = self.xor(a, b);
            self.xor(pair, c)
        } else {
            self.gate(Gate::Sum, plain)
        };
        bit.inverted_if(inverted)
    }

    /// The carry of three bits: whether two of them are one.
    pub(super) fn carry(&mut self, mut operands: [Bit; 3]) -> Bit {
        operands.sort_unstable();
        let [a, b, c] = operands;
        match a.constant() {
            Some(false) => return self.and(b, c),
            Some(true) => return self.or(b, c),
            None => {}
        }
        for (one, other, third) in [(a, b, c), (b, c, a)] {
            if one.plain() == other.plain() {
                return if one == other { one } else { third };
            }
        }
        if self.has_chains() {
            let propagate = self.xor(a, b);
            return self.mux(propagate, c, a);
        }
        let inverted = operands.iter().filter(|bit| bit.is_inverted()).count() > 1;
        self.gate(Gate::Carry, operands.map(|bit| bit.inverted_if(inverted))).inverted_if(inverted)
    }

    /// Sum and carry at a place of a carry chain, which begins where the carry is no longer known.
    pub(super) fn link(&mut self, left: Bit, right: Bit, carry: Bit) -> (Bit, Bit) {
        let begins = carry.constant().is_some();
        if !self.has_chains() || begins && (left.constant().is_some() || right.constant().is_some()) {
            return (self.sum([left, right, carry]), self.carry([left, right, carry]));
        }
        let operands = [left, right, carry];
        (self.gate(Gate::ChainSum, operands), self.gate(Gate::ChainCarry, operands))
    }
}
