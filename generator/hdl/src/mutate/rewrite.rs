//! A module with dormant defects: each broken value stands beside the sound one, and a multiplexer chooses.

use super::MUTANT_PORT;
use super::defect::{Defect, Fault};
use crate::bits::Bits;
use crate::design::{Module, ModuleData, Node, NodeId, NodeKind, Operator, Port, PortId, PortKind, RegisterId};
use crate::diagnostic::Location;
use crate::shape::{Shape, uint};
use std::collections::BTreeMap;

/// The module with the numbered defects, and an input of `width` bits that wakes one of them. Instances of modules in
/// `renewed` become instances of these.
pub(super) fn rewrite(
    module: &ModuleData,
    defects: &[(u32, Defect)],
    width: u32,
    renewed: &BTreeMap<String, Module>,
) -> ModuleData {
    let mut rewriter = Rewriter::new(module, width);
    for position in 0..module.nodes.len() {
        let id = NodeId(position as u32);
        let here = defects.iter().filter(|(_, defect)| defect.node() == Some(id));
        rewriter.copy(id, here);
    }
    rewriter.reconnect(renewed);
    for (number, defect) in defects {
        match defect {
            Defect::AlwaysEnabled(register) => rewriter.always_enable(*register, *number),
            Defect::NeverEnabled(register) => rewriter.never_enable(*register, *number),
            _ => {}
        }
    }
    rewriter.new
}

struct Rewriter<'a> {
    old: &'a ModuleData,
    new: ModuleData,
    /// Where the readers of an old node now look.
    moved: Vec<NodeId>,
    mutant: NodeId,
    width: u32,
    location: Location,
}

impl<'a> Rewriter<'a> {
    fn new(old: &'a ModuleData, width: u32) -> Rewriter<'a> {
        let mut new = ModuleData { name: format!("{}_mutants", old.name), nodes: Vec::new(), ..old.clone() };
        let location = old.location;
        new.ports.push(Port {
            name: MUTANT_PORT.to_string(),
            kind: PortKind::Input,
            shape: uint(width),
            lanes: 1,
            comment: "wakes a defect; 0: none".to_string(),
            location,
        });
        let port = PortId(new.ports.len() as u32 - 1);
        let mut rewriter = Rewriter { old, new, moved: Vec::new(), mutant: NodeId(0), width, location };
        rewriter.mutant = rewriter.push(NodeKind::Input(port), uint(width), None);
        rewriter
    }

    fn push(&mut self, kind: NodeKind, shape: Shape, like: Option<NodeId>) -> NodeId {
        let (scope, location) =
            like.map_or((None, self.location), |node| (self.old.node(node).scope, self.old.node(node).location));
        self.new.nodes.push(Node { kind, shape, scope, location });
        NodeId(self.new.nodes.len() as u32 - 1)
    }

    /// Whether defect `number` is awake.
    fn awake(&mut self, number: u32) -> NodeId {
        let number = self.push(NodeKind::Constant(Bits::from_u64(number.into(), self.width)), uint(self.width), None);
        self.push(NodeKind::Binary(Operator::Equal, self.mutant, number), uint(1), None)
    }

    fn copy<'d>(&mut self, id: NodeId, defects: impl Iterator<Item = &'d (u32, Defect)>) {
        let node = self.old.node(id);
        let moved = &self.moved;
        let kind = node.kind.map_operands(|operand| moved[operand.index()]);
        let mut current = self.push(kind.clone(), node.shape, Some(id));
        for (number, defect) in defects {
            let broken = self.broken(id, &kind, current, defect);
            let select = self.awake(*number);
            let choice = NodeKind::Mux { select, on_true: broken, on_false: current };
            current = self.push(choice, node.shape, Some(id));
        }
        self.moved.push(current);
    }

    /// The broken value, of the shape of the sound one. `kind` has its operands already moved.
    fn broken(&mut self, id: NodeId, kind: &NodeKind, sound: NodeId, defect: &Defect) -> NodeId {
        let shape = self.old.node(id).shape;
        match (defect, kind) {
            (Defect::Operator(_, other), NodeKind::Binary(_, left, right)) => {
                let natural = self.natural_shape(*other, *left, *right);
                let value = self.push(NodeKind::Binary(*other, *left, *right), natural, Some(id));
                self.fit(value, natural, shape, id)
            }
            (Defect::CarryLost(_), NodeKind::AddCarry { left, right, .. }) => {
                self.push(NodeKind::Binary(Operator::Add, *left, *right), shape, Some(id))
            }
            (Defect::Reduction(_, other), NodeKind::Reduce(_, of)) => {
                self.push(NodeKind::Reduce(*other, *of), shape, Some(id))
            }
            (Defect::BranchesExchanged(_), NodeKind::Mux { select, on_true, on_false }) => {
                let kind = NodeKind::Mux { select: *select, on_true: *on_false, on_false: *on_true };
                self.push(kind, shape, Some(id))
            }
            (Defect::SliceMoved(_, low), NodeKind::Slice { of, .. }) => {
                self.push(NodeKind::Slice { of: *of, low: *low }, shape, Some(id))
            }
            (Defect::ExtensionExchanged(_), NodeKind::Extend(of)) => self.other_extension(*of, shape, id),
            (Defect::TableBit(_, entry, bit), NodeKind::Table { index, entries }) => {
                let mut entries = entries.clone();
                let entry = &mut entries[*entry as usize];
                entry.set_bit(*bit, !entry.bit(*bit));
                self.push(NodeKind::Table { index: *index, entries }, shape, Some(id))
            }
            (Defect::Bit(_, bit, fault), _) => self.faulty_bit(sound, *bit, *fault, shape, id),
            (Defect::WrongValue(_, instead), _) => self.moved[instead.index()],
            _ => sound,
        }
    }

    fn natural_shape(&self, operator: Operator, left: NodeId, right: NodeId) -> Shape {
        let (left, right) = (self.new.node(left).shape, self.new.node(right).shape);
        let widest = left.width.max(right.width);
        match operator {
            Operator::Add => Shape { width: widest + 1, ..left },
            Operator::Subtract => Shape { width: widest + 1, signed: true },
            Operator::Multiply => Shape { width: left.width + right.width, ..left },
            Operator::And | Operator::Or | Operator::Xor => left,
            Operator::Equal | Operator::NotEqual | Operator::Less | Operator::LessEqual => uint(1),
        }
    }

    /// A value in another shape, which is at least as wide.
    fn fit(&mut self, value: NodeId, from: Shape, to: Shape, like: NodeId) -> NodeId {
        let wide = Shape { width: to.width, ..from };
        let value = if from == wide { value } else { self.push(NodeKind::Extend(value), wide, Some(like)) };
        if wide == to { value } else { self.push(NodeKind::Slice { of: value, low: 0 }, to, Some(like)) }
    }

    fn other_extension(&mut self, of: NodeId, shape: Shape, like: NodeId) -> NodeId {
        let narrow = self.new.node(of).shape;
        let other = Shape { signed: !narrow.signed, ..narrow };
        let reread = self.push(NodeKind::Slice { of, low: 0 }, other, Some(like));
        let wide = Shape { signed: other.signed, ..shape };
        let extended = self.push(NodeKind::Extend(reread), wide, Some(like));
        self.push(NodeKind::Slice { of: extended, low: 0 }, shape, Some(like))
    }

    fn faulty_bit(&mut self, sound: NodeId, bit: u32, fault: Fault, shape: Shape, like: NodeId) -> NodeId {
        let mut mask = Bits::zero(shape.width);
        (0..shape.width).for_each(|position| {
            mask.set_bit(position, (position == bit) != matches!(fault, Fault::StuckAtZero));
        });
        let operator = match fault {
            Fault::StuckAtZero => Operator::And,
            Fault::StuckAtOne => Operator::Or,
            Fault::Inverted => Operator::Xor,
        };
        let mask = self.push(NodeKind::Constant(mask), shape, None);
        self.push(NodeKind::Binary(operator, sound, mask), shape, Some(like))
    }

    /// Points everything that reads nodes at their new places.
    fn reconnect(&mut self, renewed: &BTreeMap<String, Module>) {
        let moved = &self.moved;
        self.new.redirect(|id| moved[id.index()]);
        for instance in &mut self.new.instances {
            if let Some(module) = renewed.get(&instance.module.name) {
                let port = PortId(module.ports.len() as u32 - 1);
                instance.module = module.clone();
                instance.inputs.push((port, self.mutant));
            }
        }
    }

    fn always_enable(&mut self, id: RegisterId, number: u32) {
        let Some(enable) = self.new.registers[id.index()].enable else { return };
        let awake = self.awake(number);
        self.enable_by(id, NodeKind::Binary(Operator::Or, enable, awake));
    }

    fn never_enable(&mut self, id: RegisterId, number: u32) {
        let awake = self.awake(number);
        let asleep = self.push(NodeKind::Not(awake), uint(1), None);
        match self.new.registers[id.index()].enable {
            Some(enable) => self.enable_by(id, NodeKind::Binary(Operator::And, enable, asleep)),
            None => self.new.registers[id.index()].enable = Some(asleep),
        }
    }

    /// Gives a register another enable, made of its own.
    fn enable_by(&mut self, id: RegisterId, kind: NodeKind) {
        let scope = self.new.scope_of(&kind);
        let enable = self.push(kind, uint(1), None);
        self.new.nodes[enable.index()].scope = scope;
        self.new.registers[id.index()].enable = Some(enable);
    }
}
