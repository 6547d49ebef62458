//! The ways in which a design is broken.

use crate::census::live;
use crate::design::{ModuleData, NodeId, NodeKind, Operator, Reduction, RegisterId};
use crate::diagnostic::Location;
use crate::random::Random;

/// One place and what goes wrong there.
#[derive(Clone, Debug)]
pub(super) enum Defect {
    /// An operator of two operands is another one.
    Operator(NodeId, Operator),
    /// An adder has lost its carry.
    CarryLost(NodeId),
    /// A reduction is another one.
    Reduction(NodeId, Reduction),
    /// The branches of a multiplexer are exchanged.
    BranchesExchanged(NodeId),
    /// A slice is taken one bit too high or too low.
    SliceMoved(NodeId, u32),
    /// A sign extension pads with zeros, or a zero extension copies the top bit.
    ExtensionExchanged(NodeId),
    /// A bit of a table entry is inverted.
    TableBit(NodeId, u32, u32),
    /// A bit of a value, a constant's too, is wrong.
    Bit(NodeId, u32, Fault),
    /// Another register of equal shape is read instead.
    WrongValue(NodeId, NodeId),
    /// A register takes its next value always.
    AlwaysEnabled(RegisterId),
    /// A register never takes its next value.
    NeverEnabled(RegisterId),
}

/// What is wrong with a bit.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fault {
    /// It is always zero.
    StuckAtZero,
    /// It is always one.
    StuckAtOne,
    /// It is inverted.
    Inverted,
}

/// Every defect that a module offers; where a node offers one for each of many bits, one bit at random.
pub(super) fn candidates(module: &ModuleData, random: &mut Random) -> Vec<Defect> {
    let mut defects = Vec::new();
    for (position, is_live) in live(module).into_iter().enumerate() {
        if is_live {
            of_node(module, NodeId(position as u32), random, &mut defects);
        }
    }
    for (position, register) in module.registers.iter().enumerate() {
        let id = RegisterId(position as u32);
        defects.push(Defect::NeverEnabled(id));
        if register.enable.is_some() {
            defects.push(Defect::AlwaysEnabled(id));
        }
    }
    defects
}

fn of_node(module: &ModuleData, id: NodeId, random: &mut Random, defects: &mut Vec<Defect>) {
    let node = module.node(id);
    let bit = random.below(node.shape.width);
    let fault = [Fault::StuckAtZero, Fault::StuckAtOne, Fault::Inverted][random.below(3) as usize];
    match &node.kind {
        // An operator on a value and itself has few others that differ.
        NodeKind::Binary(operator, left, right) if left != right => {
            defects.extend(exchanges(*operator).iter().map(|other| Defect::Operator(id, *other)));
        }
        NodeKind::AddCarry { .. } => defects.push(Defect::CarryLost(id)),
        NodeKind::Reduce(reduction, of) if module.node(*of).shape.width > 1 => {
            let other = if *reduction == Reduction::Or { Reduction::And } else { Reduction::Or };
            defects.push(Defect::Reduction(id, other));
        }
        NodeKind::Mux { .. } => defects.push(Defect::BranchesExchanged(id)),
        NodeKind::Slice { of, low } => {
            let end = low + node.shape.width;
            if end < module.node(*of).shape.width {
                defects.push(Defect::SliceMoved(id, low + 1));
            }
            if *low > 0 {
                defects.push(Defect::SliceMoved(id, low - 1));
            }
        }
        NodeKind::Extend(_) => defects.push(Defect::ExtensionExchanged(id)),
        NodeKind::Table { entries, .. } => {
            defects.push(Defect::TableBit(id, random.below(entries.len() as u32), bit));
        }
        NodeKind::Register(_) => defects.extend(wrong_register(module, id)),
        _ => {}
    }
    // A fault of a whole vector that drives itself lane by lane would close a loop that is none.
    if matches!(node.kind, NodeKind::Wire(wire) if module.wires[wire.index()].lanes > 1) {
        return;
    }
    let fault = if matches!(node.kind, NodeKind::Constant(_) | NodeKind::Index(_)) { Fault::Inverted } else { fault };
    defects.push(Defect::Bit(id, bit, fault));
}

fn exchanges(operator: Operator) -> &'static [Operator] {
    match operator {
        Operator::Add => &[Operator::Subtract],
        Operator::Subtract => &[Operator::Add],
        Operator::Multiply => &[Operator::Add],
        Operator::And => &[Operator::Or, Operator::Xor],
        Operator::Or => &[Operator::And, Operator::Xor],
        Operator::Xor => &[Operator::Or, Operator::And],
        Operator::Equal => &[Operator::NotEqual],
        Operator::NotEqual => &[Operator::Equal],
        Operator::Less => &[Operator::LessEqual],
        Operator::LessEqual => &[Operator::Less],
    }
}

/// A register read before this one: reading state instead of state closes no combinational loop.
fn wrong_register(module: &ModuleData, id: NodeId) -> Option<Defect> {
    let node = module.node(id);
    let fits = |candidate: &NodeId| {
        let other = module.node(*candidate);
        matches!(other.kind, NodeKind::Register(_))
            && other.shape == node.shape
            && module.is_within(node.scope, other.scope)
    };
    (0..id.0).rev().map(NodeId).find(fits).map(|instead| Defect::WrongValue(id, instead))
}

impl Defect {
    /// Where it sorts in its module: in the order of the nodes.
    pub fn order(&self) -> (u32, u32) {
        match self {
            Defect::AlwaysEnabled(register) | Defect::NeverEnabled(register) => (1, register.0),
            _ => (0, self.node().map_or(0, |node| node.0)),
        }
    }

    /// The node that it breaks.
    pub fn node(&self) -> Option<NodeId> {
        match self {
            Defect::Operator(node, _)
            | Defect::CarryLost(node)
            | Defect::Reduction(node, _)
            | Defect::BranchesExchanged(node)
            | Defect::SliceMoved(node, _)
            | Defect::ExtensionExchanged(node)
            | Defect::TableBit(node, ..)
            | Defect::Bit(node, ..)
            | Defect::WrongValue(node, _) => Some(*node),
            Defect::AlwaysEnabled(_) | Defect::NeverEnabled(_) => None,
        }
    }

    /// The Rust line of what it breaks.
    pub fn location(&self, module: &ModuleData) -> Location {
        match self {
            Defect::AlwaysEnabled(register) | Defect::NeverEnabled(register) => {
                module.registers[register.index()].location
            }
            _ => self.node().map_or(module.location, |node| module.node(node).location),
        }
    }

    /// What it does, in words.
    pub fn describe(&self, module: &ModuleData) -> String {
        let name = |id: &NodeId| name_of(module, *id);
        match self {
            Defect::Operator(node, other) => match module.node(*node).kind {
                NodeKind::Binary(operator, ..) => format!("{operator:?} becomes {other:?} in {}", name(node)),
                _ => format!("an operator becomes {other:?} in {}", name(node)),
            },
            Defect::CarryLost(node) => format!("the carry of {} is lost", name(node)),
            Defect::Reduction(node, other) => format!("the reduction {} becomes {other:?}", name(node)),
            Defect::BranchesExchanged(node) => format!("the branches of {} are exchanged", name(node)),
            Defect::SliceMoved(node, low) => format!("{} begins at bit {low}", name(node)),
            Defect::ExtensionExchanged(node) => format!("{} is extended with the wrong bit", name(node)),
            Defect::TableBit(node, entry, bit) => format!("bit {bit} of entry {entry} of {} is inverted", name(node)),
            Defect::Bit(node, bit, fault) => {
                let what = match fault {
                    Fault::StuckAtZero => "is stuck at zero",
                    Fault::StuckAtOne => "is stuck at one",
                    Fault::Inverted => "is inverted",
                };
                format!("bit {bit} of {} {what}", name(node))
            }
            Defect::WrongValue(node, instead) => format!("{} is read instead of {}", name(instead), name(node)),
            Defect::AlwaysEnabled(id) => {
                format!("register {} takes its next value always", module.registers[id.index()].name)
            }
            Defect::NeverEnabled(id) => {
                format!("register {} never takes its next value", module.registers[id.index()].name)
            }
        }
    }
}

/// A name for a reader: its own where it has one, else its kind.
fn name_of(module: &ModuleData, id: NodeId) -> String {
    match &module.node(id).kind {
        NodeKind::Input(port) => format!("input {}", module.ports[port.index()].name),
        NodeKind::Wire(wire) => format!("wire {}", module.wires[wire.index()].name),
        NodeKind::Register(register) => format!("register {}", module.registers[register.index()].name),
        NodeKind::MemoryRead { memory, .. } => format!("a word of memory {}", module.memories[memory.index()].name),
        NodeKind::InstanceOutput { instance, port } => {
            let instance = &module.instances[instance.index()];
            format!("output {}.{}", instance.name, instance.module.ports[port.index()].name)
        }
        NodeKind::Constant(bits) => format!("the constant {bits:?}"),
        NodeKind::Slice { of, low } => format!("the slice of {} from bit {low}", name_of(module, *of)),
        NodeKind::Lane { of, .. } => format!("a lane of {}", name_of(module, *of)),
        kind => {
            let text = format!("{kind:?}");
            let word: String = text.chars().take_while(|letter| letter.is_alphanumeric()).collect();
            format!("a node {word} of {}", module.node(id).shape)
        }
    }
}
