//! The longest path through gates.

use super::graph::Node;
use super::{Gate, Gates, live};

/// What is passed on a path: gates by kind, the flip-flop that it begins in among them, and loads.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct GatePath {
    /// By kind, in the order of [`Gate::ALL`].
    pub gates: [f64; Gate::ALL.len()],
    /// The sum of the binary logarithms of how many loads the signals have.
    pub fan_out_doublings: f64,
}

/// What each part of a [`GatePath`] takes.
pub type GateWeights = GatePath;

impl GatePath {
    /// How long it is.
    pub fn length(&self, weights: &GateWeights) -> f64 {
        let gates: f64 = self.gates.iter().zip(&weights.gates).map(|(own, weight)| own * weight).sum();
        gates + self.fan_out_doublings * weights.fan_out_doublings
    }
}

impl Gates {
    /// How many gates and flip-flops read each node.
    pub(super) fn loads(&self) -> Vec<u32> {
        let nodes = self.graph.nodes();
        let live = live(&self.graph, self.roots());
        let mut loads = vec![0; nodes.len()];
        for (node, live) in nodes.iter().zip(live) {
            if let (Node::Gate(gate, operands), true) = (node, live) {
                let two = matches!(gate, Gate::And | Gate::Xor | Gate::ProductAnd);
                operands[..if two { 2 } else { 3 }].iter().for_each(|operand| loads[operand.node()] += 1);
            }
        }
        self.roots().for_each(|root| loads[root.node()] += 1);
        loads
    }

    /// The longest path between registers, inputs and outputs.
    pub fn longest_path(&self, weights: &GateWeights) -> GatePath {
        let nodes = self.graph.nodes();
        let loads = self.loads();
        let load = |node: usize| f64::from(loads[node].max(1)).log2() * weights.fan_out_doublings;
        let mut starts = vec![None; nodes.len()];
        self.flip_flops.iter().for_each(|flip_flop| starts[flip_flop.state.node()] = Some(flip_flop.kind()));
        let mut arrival: Vec<f64> = vec![0.0; nodes.len()];
        let mut from = vec![usize::MAX; nodes.len()];
        for (position, node) in nodes.iter().enumerate() {
            arrival[position] = match node {
                Node::Source => starts[position].map_or(0.0, |kind: Gate| weights.gates[kind as usize]),
                Node::Gate(gate, operands) => {
                    let latest =
                        operands.iter().max_by(|left, right| arrival[left.node()].total_cmp(&arrival[right.node()]));
                    from[position] = latest.map_or(0, |bit| bit.node());
                    arrival[from[position]] + weights.gates[*gate as usize]
                }
            } + load(position);
        }
        let end = self.roots().map(|root| root.node()).max_by(|left, right| arrival[*left].total_cmp(&arrival[*right]));
        let mut path = GatePath::default();
        let mut current = end.unwrap_or(0);
        loop {
            path.fan_out_doublings += f64::from(loads[current].max(1)).log2();
            match nodes[current] {
                Node::Source => {
                    if let Some(kind) = starts[current] {
                        path.gates[kind as usize] += 1.0;
                    }
                    return path;
                }
                Node::Gate(gate, _) => path.gates[gate as usize] += 1.0,
            }
            current = from[current];
        }
    }
}
