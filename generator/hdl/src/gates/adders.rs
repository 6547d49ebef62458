//! Full adders that are written gate by gate, as compressor trees have them, found among the gates.
//!
//! Synthesis maps such an adder as a whole: what its gates take elsewhere says little of it.

use super::graph::{Bit, Node};
use super::{Gate, Gates};

impl Gates {
    /// The kind of each gate and where it is a part of a larger one none. Of a full adder (`a & b | c & (a ^ b)` and
    /// `a ^ b ^ c`) its last gates are the carry and the sum; gates before these that nothing else reads are parts.
    pub(super) fn kinds(&self, live: &[bool]) -> Vec<Option<Gate>> {
        let nodes = self.graph.nodes();
        let kind = |(node, live): (&Node, &bool)| match node {
            Node::Gate(gate, _) if *live => Some(*gate),
            _ => None,
        };
        let mut kinds: Vec<Option<Gate>> = nodes.iter().zip(live).map(kind).collect();
        let loads = self.loads();
        for position in (0..nodes.len()).filter(|position| live[*position]) {
            let Some(carry) = self.written_carry(position) else { continue };
            kinds[position] = Some(Gate::Carry);
            for product in carry.products {
                if loads[product.node()] == 1 {
                    kinds[product.node()] = None;
                }
            }
            let sum = self.graph.known_xor(carry.propagate, carry.third).filter(|sum| live[sum.node()]);
            if let Some(sum) = sum {
                kinds[sum.node()] = Some(Gate::Sum);
                if loads[carry.propagate.node()] == 2 {
                    kinds[carry.propagate.node()] = None;
                }
            }
        }
        kinds
    }

    /// The carry that a gate gives, inverted, where it is written as such.
    fn written_carry(&self, position: usize) -> Option<WrittenCarry> {
        let products = self.operands(Gate::And, position)?;
        let both = |bit: Bit| bit.is_inverted().then(|| self.operands(Gate::And, bit.node())).flatten();
        let (one, other) = (both(products[0])?, both(products[1])?);
        let found = |pair: [Bit; 2], [left, right]: [Bit; 2]| {
            let is_propagate = |bit: Bit| self.graph.known_xor(pair[0], pair[1]) == Some(bit);
            let third = if is_propagate(left) { Some((left, right)) } else { None };
            third.or_else(|| is_propagate(right).then_some((right, left)))
        };
        let (propagate, third) = found(one, other).or_else(|| found(other, one))?;
        Some(WrittenCarry { products, propagate, third })
    }

    fn operands(&self, wanted: Gate, position: usize) -> Option<[Bit; 2]> {
        match self.graph.nodes()[position] {
            Node::Gate(gate, [left, right, _]) if gate == wanted => Some([left, right]),
            _ => None,
        }
    }
}

/// `products[0] | products[1]`, of which one is of two bits, and the other of a third and of whether one of the two is one.
struct WrittenCarry {
    products: [Bit; 2],
    propagate: Bit,
    third: Bit,
}
