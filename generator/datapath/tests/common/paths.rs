//! Adders and registers on the paths through one module.

use tritloom_hdl::{Drive, ModuleData, NodeId, NodeKind, Operator, PortKind};

/// Whether a node is a carry-propagate adder.
pub fn is_adder(kind: &NodeKind) -> bool {
    match kind {
        NodeKind::AddCarry { .. } | NodeKind::Negate(_) => true,
        NodeKind::Binary(operator, ..) => matches!(operator, Operator::Add | Operator::Subtract),
        _ => false,
    }
}

/// Whether a node is a bitwise gate of two operands.
pub fn is_gate(kind: &NodeKind) -> bool {
    matches!(kind, NodeKind::Binary(Operator::And | Operator::Or | Operator::Xor, ..))
}

/// The nodes of a module that are adders.
pub fn adders(module: &ModuleData) -> Vec<NodeId> {
    let nodes = (0..module.nodes.len() as u32).map(NodeId);
    nodes.filter(|&id| is_adder(&module.node(id).kind)).collect()
}

/// The most nodes for which `counts` holds between any two of: inputs, registers, outputs.
pub fn depth(module: &ModuleData, counts: fn(&NodeKind) -> bool) -> u32 {
    let nexts = module.registers.iter().filter_map(|register| register.next);
    let ends: Vec<NodeId> = drivers(module).chain(nexts).collect();
    let mut walk = Walk::new(module, counts, false);
    ends.into_iter().filter_map(|end| walk.span(end)).map(|(_, most)| most).max().unwrap_or(0)
}

/// The fewest and the most registers on any path from an input to an output.
pub fn registers(module: &ModuleData) -> (u32, u32) {
    let mut walk = Walk::new(module, |kind| matches!(kind, NodeKind::Register(_)), true);
    let spans: Vec<(u32, u32)> = drivers(module).filter_map(|end| walk.span(end)).collect();
    let fewest = spans.iter().map(|span| span.0).min().unwrap_or(0);
    (fewest, spans.iter().map(|span| span.1).max().unwrap_or(0))
}

/// When the latest output of a module of gates is there, in gate delays of the unit-gate model, where input `t<i>`
/// arrives at `arrivals[i]`; `None` where no output depends on one. Bit by bit.
pub fn arrival(module: &ModuleData, arrivals: &[u32]) -> Option<u32> {
    let mut known: Vec<Vec<Option<u32>>> = Vec::new();
    for node in &module.nodes {
        let width = node.shape.width as usize;
        let later = |left: NodeId, right: NodeId, delay: u32| {
            let bits = known[left.index()].iter().zip(&known[right.index()]);
            bits.map(|(left, right)| Some((*left).max(*right)? + delay)).collect()
        };
        let bits: Vec<Option<u32>> = match &node.kind {
            NodeKind::Input(port) => vec![arrivals.get(port.index()).copied(); width],
            NodeKind::Wire(wire) => match &module.wires[wire.index()].drives[..] {
                [Drive { lane: None, value, .. }] => known[value.index()].clone(),
                drives => panic!("{} drivers", drives.len()),
            },
            NodeKind::Binary(Operator::And | Operator::Or, left, right) => later(*left, *right, 1),
            NodeKind::Binary(Operator::Xor, left, right) => later(*left, *right, 2),
            NodeKind::Not(of) => known[of.index()].clone(),
            NodeKind::Slice { of, low } => known[of.index()][*low as usize..][..width].to_vec(),
            NodeKind::Concat(parts) => parts.iter().rev().flat_map(|part| known[part.index()].clone()).collect(),
            NodeKind::Constant(_) => vec![None; width],
            kind => panic!("no gate: {kind:?}"),
        };
        known.push(bits);
    }
    drivers(module).flat_map(|driver| known[driver.index()].iter().copied()).flatten().max()
}

/// Whether `input` reaches a node without passing a register.
pub fn reads(module: &ModuleData, id: NodeId, input: &str) -> bool {
    let port = module.port(input).unwrap_or_else(|| panic!("no port `{input}`"));
    let mut seen = vec![false; module.nodes.len()];
    let mut pending = vec![id];
    while let Some(id) = pending.pop() {
        if module.node(id).kind == NodeKind::Input(port) {
            return true;
        }
        if !std::mem::replace(&mut seen[id.index()], true) {
            pending.extend(sources(module, id, false));
        }
    }
    false
}

fn drivers(module: &ModuleData) -> impl Iterator<Item = NodeId> {
    module.ports.iter().filter_map(|port| match port.kind {
        PortKind::Output(driver) => Some(driver),
        PortKind::Input => None,
    })
}

/// What a node is computed from; instances count as wiring.
fn sources(module: &ModuleData, id: NodeId, through_registers: bool) -> Vec<NodeId> {
    match &module.node(id).kind {
        NodeKind::Wire(wire) => module.wires[wire.index()].drives.iter().map(|drive| drive.value).collect(),
        NodeKind::Register(register) if through_registers => {
            module.registers[register.index()].next.into_iter().collect()
        }
        NodeKind::InstanceOutput { instance, .. } => {
            module.instances[instance.index()].inputs.iter().map(|input| input.1).collect()
        }
        kind => kind.operands(),
    }
}

struct Walk<'a> {
    module: &'a ModuleData,
    counts: fn(&NodeKind) -> bool,
    through_registers: bool,
    /// By node: not visited, or what was found.
    known: Vec<Option<Option<(u32, u32)>>>,
}

impl Walk<'_> {
    fn new(module: &ModuleData, counts: fn(&NodeKind) -> bool, through_registers: bool) -> Walk<'_> {
        Walk { module, counts, through_registers, known: vec![None; module.nodes.len()] }
    }

    /// The fewest and the most counted nodes on a path that ends here; `None` where no path begins.
    fn span(&mut self, id: NodeId) -> Option<(u32, u32)> {
        if let Some(known) = self.known[id.index()] {
            return known;
        }
        let kind = &self.module.node(id).kind;
        let own = u32::from((self.counts)(kind));
        let begins = match kind {
            NodeKind::Input(_) => true,
            NodeKind::Register(_) => !self.through_registers,
            _ => false,
        };
        let mut span = begins.then_some((0, 0));
        for source in sources(self.module, id, self.through_registers) {
            if let Some((fewest, most)) = self.span(source) {
                let (low, high) = span.unwrap_or((fewest, most));
                span = Some((low.min(fewest), high.max(most)));
            }
        }
        let found = span.map(|(fewest, most)| (fewest + own, most + own));
        self.known[id.index()] = Some(found);
        found
    }
}
