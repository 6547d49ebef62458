//! Wires whose lanes depend on one another, as in `chain[i + 1] = f(chain[i])`.
//!
//! No lane depends on itself, but the vector taken whole does: event-driven tools then evaluate it again and
//! again, and Verilator says so (UNOPTFLAT). Such a wire is printed as one net for each lane, inside a
//! `generate` loop of its own, and read as `gen_chain[lane].value`.

use super::reading::Reading;
use std::collections::{BTreeMap, BTreeSet};
use tritloom_hdl::{Affine, ModuleData, NodeId, NodeKind, PortId, PortKind, Wire, WireId};

/// For each module emitted so far, by name: which inputs each output depends on within the cycle.
#[derive(Default)]
pub(super) struct Paths {
    of: BTreeMap<String, BTreeMap<PortId, BTreeSet<PortId>>>,
}

/// For each wire that is printed in pieces: the width of a piece.
pub(super) type Chains = BTreeMap<WireId, u32>;

impl Paths {
    /// The chained wires of a module whose children have been here before.
    pub fn visit(&mut self, reading: &Reading) -> Chains {
        let module = reading.module;
        let mut chains = Chains::new();
        for (position, wire) in module.wires.iter().enumerate().filter(|(_, wire)| wire.lanes > 1) {
            let id = WireId(position as u32);
            let drivers = wire.drives.iter().map(|drive| drive.value);
            let reached = self.reach(module, drivers);
            let itself = |node: &NodeId| module.node(*node).kind == NodeKind::Wire(id);
            if wire.drives.iter().any(|drive| drive.lane.is_some()) && reached.iter().any(itself) {
                chains.insert(id, piece_width(reading, id, wire));
            }
        }
        let paths = self.port_paths(module);
        self.of.insert(module.name.clone(), paths);
        chains
    }

    fn port_paths(&self, module: &ModuleData) -> BTreeMap<PortId, BTreeSet<PortId>> {
        let mut paths = BTreeMap::new();
        for (position, port) in module.ports.iter().enumerate() {
            if let PortKind::Output(driver) = port.kind {
                let inputs = self.reach(module, [driver]).into_iter().filter_map(|node| match module.node(node).kind {
                    NodeKind::Input(input) => Some(input),
                    _ => None,
                });
                paths.insert(PortId(position as u32), inputs.collect());
            }
        }
        paths
    }

    /// Every node that some of `starts` depend on within the cycle.
    fn reach(&self, module: &ModuleData, starts: impl IntoIterator<Item = NodeId>) -> Vec<NodeId> {
        let mut seen = vec![false; module.nodes.len()];
        let mut reached = Vec::new();
        let mut stack: Vec<NodeId> = starts.into_iter().collect();
        while let Some(id) = stack.pop() {
            if std::mem::replace(&mut seen[id.index()], true) {
                continue;
            }
            reached.push(id);
            match &module.node(id).kind {
                NodeKind::Wire(wire) => stack.extend(module.wires[wire.index()].drives.iter().map(|drive| drive.value)),
                NodeKind::InstanceOutput { instance, port } => {
                    let instance = &module.instances[instance.index()];
                    let sources = self.of.get(&instance.module.name).and_then(|paths| paths.get(port));
                    let reaches = |input: &PortId| sources.is_some_and(|sources| sources.contains(input));
                    stack.extend(instance.inputs.iter().filter(|input| reaches(&input.0)).map(|input| input.1));
                }
                kind => stack.extend(kind.operands()),
            }
        }
        reached
    }
}

/// As wide as a lane; narrower where the lanes are also read as narrower ones by a loop.
fn piece_width(reading: &Reading, id: WireId, wire: &Wire) -> u32 {
    let mut width = u64::from(wire.shape.width / wire.lanes);
    for position in 0..reading.module.nodes.len() as u32 {
        if let NodeKind::Lane { of, index } = &reading.node(NodeId(position)).kind
            && is_part_of(reading, *of, id)
        {
            let lane = u64::from(reading.shape(NodeId(position)).width);
            width = index.terms.iter().fold(width, |width, term| divisor(width, lane * term.1.unsigned_abs()));
        }
    }
    width as u32
}

/// Whether a node is a wire or cut out of it.
fn is_part_of(reading: &Reading, mut node: NodeId, wire: WireId) -> bool {
    loop {
        match &reading.node(node).kind {
            NodeKind::Slice { of, .. } | NodeKind::Lane { of, .. } => node = *of,
            kind => return *kind == NodeKind::Wire(wire),
        }
    }
}

fn divisor(left: u64, right: u64) -> u64 {
    if right == 0 { left } else { divisor(right, left % right) }
}

/// Bits of a chained wire as bits of its pieces, the lowest first: piece, first bit in it, number of bits.
/// `None` where a loop's index moves the bits by less than a piece.
pub(super) fn pieces(piece: u32, low: &Affine, width: u32) -> Option<Vec<(Affine, u32, u32)>> {
    let piece = i64::from(piece);
    if low.terms.iter().any(|term| term.1 % piece != 0) {
        return None;
    }
    let terms: Vec<_> = low.terms.iter().map(|&(of, factor)| (of, factor / piece)).collect();
    let mut found = Vec::new();
    let (mut position, end) = (low.constant, low.constant + i64::from(width));
    while position < end {
        let (number, offset) = (position.div_euclid(piece), position.rem_euclid(piece));
        let length = (piece - offset).min(end - position);
        found.push((Affine { constant: number, terms: terms.clone() }, offset as u32, length as u32));
        position += length;
    }
    Some(found)
}
