//! How the nodes of a module are read before anything is printed: which ones are but another view of an operand,
//! which are constants in disguise, and which are used how often.

use super::range::Range;
use std::collections::BTreeSet;
use tritloom_hdl::{
    Affine, Bits, Item, ModuleData, Node, NodeId, NodeKind, Operator, PortKind, RegisterId, Shape, WireId,
};

/// What kind of text a node needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// A name or a literal.
    Leaf,
    /// Bits in another order: no operator.
    Wiring,
    /// Operators whose operands are as wide as the result, or that have one bit.
    Logic,
    /// A result wider than its operands: must be the root of an assignment, which widens the operands.
    Arithmetic,
    /// A `case`: needs a variable.
    Case,
}

/// A module and what a first look at its nodes finds.
pub(super) struct Reading<'a> {
    /// Which.
    pub module: &'a ModuleData,
    aliases: Vec<NodeId>,
    folded: Vec<Option<Bits>>,
    live: Vec<bool>,
    uses: Vec<u32>,
    /// Wires whose first driver stands behind the declaration.
    driven_apart: BTreeSet<WireId>,
}

impl<'a> Reading<'a> {
    pub fn new(module: &'a ModuleData) -> Reading<'a> {
        let count = module.nodes.len();
        let mut reading = Reading {
            module,
            aliases: Vec::with_capacity(count),
            folded: Vec::with_capacity(count),
            live: vec![false; count],
            uses: vec![0; count],
            driven_apart: driven_apart(module),
        };
        for id in (0..count as u32).map(NodeId) {
            // In this order: an alias may follow from a folded comparison, all of them from earlier nodes.
            reading.aliases.push(id);
            reading.folded.push(None);
            reading.folded[id.index()] = reading.fold(id);
            reading.aliases[id.index()] = reading.find_alias(id);
        }
        reading.count_uses();
        reading
    }

    pub fn node(&self, id: NodeId) -> &'a Node {
        self.module.node(id)
    }

    pub fn shape(&self, id: NodeId) -> Shape {
        self.node(id).shape
    }

    /// The node whose bit pattern this one shows unchanged; often itself.
    pub fn alias(&self, id: NodeId) -> NodeId {
        self.aliases[id.index()]
    }

    /// Whether any root of the module reads it. Only nodes that stand for themselves are live, not their aliases.
    pub fn is_live(&self, id: NodeId) -> bool {
        self.live[id.index()]
    }

    /// How many operands and roots read it.
    pub fn uses(&self, id: NodeId) -> u32 {
        self.uses[self.alias(id).index()]
    }

    /// Whether a register is several, one behind the other.
    pub fn is_delay_line(&self, register: RegisterId) -> bool {
        self.module.registers[register.index()].is_delay_line()
    }

    /// Whether the first driver of a wire is not given with its declaration.
    pub fn is_driven_apart(&self, wire: WireId) -> bool {
        self.driven_apart.contains(&wire)
    }

    /// The bits of a constant, of what is made of constants without an operator, or of a comparison whose result
    /// the operands' shapes decide.
    pub fn constant(&self, id: NodeId) -> Option<&Bits> {
        let id = self.alias(id);
        match &self.node(id).kind {
            NodeKind::Constant(bits) => Some(bits),
            _ => self.folded[id.index()].as_ref(),
        }
    }

    /// Whether it is one named thing of the design, or a constant.
    pub fn is_leaf(&self, id: NodeId) -> bool {
        self.class(id) == Class::Leaf
    }

    /// What kind of text it needs.
    pub fn class(&self, id: NodeId) -> Class {
        if self.constant(id).is_some() {
            return Class::Leaf;
        }
        match &self.node(self.alias(id)).kind {
            NodeKind::Invalid
            | NodeKind::Input(_)
            | NodeKind::Constant(_)
            | NodeKind::Index(_)
            | NodeKind::Wire(_)
            | NodeKind::Register(_)
            | NodeKind::MemoryRead { .. }
            | NodeKind::InstanceOutput { .. } => Class::Leaf,
            NodeKind::Slice { .. } if self.wrapped(id).is_some() => Class::Logic,
            NodeKind::Slice { .. } | NodeKind::Lane { .. } | NodeKind::Concat(_) | NodeKind::Extend(_) => Class::Wiring,
            NodeKind::Negate(_) | NodeKind::Popcount(_) | NodeKind::AddCarry { .. } => Class::Arithmetic,
            NodeKind::Binary(Operator::Add | Operator::Subtract | Operator::Multiply, ..) => Class::Arithmetic,
            NodeKind::Select { .. } if self.bit_select(id).is_some() => Class::Logic,
            NodeKind::Select { .. } | NodeKind::Table { .. } => Class::Case,
            NodeKind::Not(_) | NodeKind::Reduce(..) | NodeKind::Binary(..) | NodeKind::Mux { .. } => Class::Logic,
            NodeKind::OneHot { .. } => Class::Logic,
        }
    }

    /// For the low bits of a sum, difference or product that nothing else reads: that arithmetic node. Verilog
    /// computes it modulo the width, as in `count + 8'd1`, without a wire for the bits dropped.
    pub fn wrapped(&self, id: NodeId) -> Option<NodeId> {
        let NodeKind::Slice { of, low: 0 } = self.node(self.alias(id)).kind else { return None };
        let of = self.alias(of);
        let modular = matches!(
            self.node(of).kind,
            NodeKind::Negate(_)
                | NodeKind::AddCarry { .. }
                | NodeKind::Binary(Operator::Add | Operator::Subtract | Operator::Multiply, ..)
        );
        (modular && self.uses(of) == 1).then_some(of)
    }

    /// For a select among all bits of one vector in order, by an index that counts just those: the vector. What leaves a delay
    /// line is none: it is a part of one.
    pub fn bit_select(&self, id: NodeId) -> Option<NodeId> {
        let NodeKind::Select { index, values } = &self.node(self.alias(id)).kind else { return None };
        let index_width = self.shape(*index).width;
        let bit_of = |value: &NodeId| match self.node(self.alias(*value)).kind {
            NodeKind::Slice { of, low } if self.shape(*value).width == 1 => Some((self.alias(of), low)),
            _ => None,
        };
        let (of, _) = bit_of(values.first()?)?;
        if let NodeKind::Register(register) = self.node(of).kind
            && self.is_delay_line(register)
        {
            return None;
        }
        let all = index_width < 32 && values.len() == 1 << index_width && self.shape(of).width == 1 << index_width;
        let in_order = |(position, value): (usize, &NodeId)| bit_of(value) == Some((of, position as u32));
        (all && values.iter().enumerate().all(in_order)).then_some(of)
    }

    /// The smallest and the largest value of an index expression.
    pub fn index_range(&self, affine: &Affine) -> (i64, i64) {
        affine.terms.iter().fold((affine.constant, affine.constant), |(lowest, highest), &(of, factor)| {
            let reach = factor * (i64::from(self.module.loops[of.index()].count) - 1);
            (lowest + reach.min(0), highest + reach.max(0))
        })
    }

    /// The nodes that the text of this one reads.
    pub fn operands(&self, id: NodeId) -> Vec<NodeId> {
        let id = self.alias(id);
        if self.folded[id.index()].is_some() {
            return Vec::new();
        }
        self.node(id).kind.operands().into_iter().map(|operand| self.alias(operand)).collect()
    }

    /// Everything that must be printed, whatever else is: what drives the outputs, wires, registers, memories
    /// and instances.
    pub fn roots(&self) -> Vec<NodeId> {
        let module = self.module;
        let outputs = module.ports.iter().filter_map(|port| match port.kind {
            PortKind::Output(driver) => Some(driver),
            PortKind::Input => None,
        });
        let drives = module.wires.iter().flat_map(|wire| wire.drives.iter().map(|drive| drive.value));
        let registers =
            module.registers.iter().flat_map(|register| register.next.iter().chain(&register.enable).copied());
        let memories = module.memories.iter().flat_map(|memory| {
            let write = memory.write.iter().flat_map(|port| [port.enable, port.address, port.data]);
            write.chain(memory.reads.iter().flat_map(|port| [port.enable, port.address])).collect::<Vec<_>>()
        });
        let instances = module.instances.iter().flat_map(|instance| instance.inputs.iter().map(|input| input.1));
        outputs.chain(drives).chain(registers).chain(memories).chain(instances).collect()
    }

    fn count_uses(&mut self) {
        let roots: Vec<NodeId> = self.roots().into_iter().map(|root| self.alias(root)).collect();
        let mut stack = Vec::new();
        for root in roots {
            self.uses[root.index()] += 1;
            stack.push(root);
        }
        while let Some(id) = stack.pop() {
            if std::mem::replace(&mut self.live[id.index()], true) {
                continue;
            }
            for operand in self.operands(id) {
                self.uses[operand.index()] += 1;
                stack.push(operand);
            }
        }
    }

    fn find_alias(&self, id: NodeId) -> NodeId {
        let shape = self.shape(id);
        let same = match &self.node(id).kind {
            NodeKind::Slice { of, .. } | NodeKind::Lane { of, .. } if self.shape(*of).width == shape.width => *of,
            NodeKind::Reduce(_, of) | NodeKind::Popcount(of) if self.shape(*of).width == 1 => *of,
            NodeKind::Select { values, .. } if values.len() == 1 => values[0],
            NodeKind::Mux { select, on_true, on_false } => match self.constant(*select) {
                Some(bits) => *if bits.bit(0) { on_true } else { on_false },
                None => id,
            },
            _ => id,
        };
        self.alias(same)
    }

    fn fold(&self, id: NodeId) -> Option<Bits> {
        match self.node(id).kind {
            NodeKind::Binary(operator, left, right) if is_comparison(operator) => {
                self.fold_comparison(operator, left, right).map(|result| Bits::from_u64(u64::from(result), 1))
            }
            NodeKind::Slice { of, low } => {
                let width = self.shape(id).width;
                let (origin, low) = self.origin(of, low, width);
                self.constant(origin).map(|bits| bits.slice(low, width))
            }
            NodeKind::Extend(of) => {
                let signed = self.shape(of).signed;
                self.constant(of).map(|bits| extended(bits, self.shape(id).width, signed))
            }
            NodeKind::Concat(ref parts) => {
                let parts: Option<Vec<Bits>> = parts.iter().rev().map(|part| self.constant(*part).cloned()).collect();
                parts.map(|parts| Bits::join(&parts))
            }
            _ => None,
        }
    }

    /// What `width` bits of a node from `low` on are bits of, past concatenations and extensions, and from where.
    fn origin(&self, mut id: NodeId, mut low: u32, width: u32) -> (NodeId, u32) {
        loop {
            id = self.alias(id);
            let inner = match &self.node(id).kind {
                NodeKind::Concat(parts) => self.part_with(parts, low, width),
                NodeKind::Extend(of) if low + width <= self.shape(*of).width => Some((*of, low)),
                NodeKind::Slice { of, low: base } => Some((*of, base + low)),
                _ => None,
            };
            let Some(found) = inner else { return (id, low) };
            (id, low) = found;
        }
    }

    /// The one part of a concatenation that holds `width` bits from `low` on, and where in it they begin.
    pub fn part_with(&self, parts: &[NodeId], low: u32, width: u32) -> Option<(NodeId, u32)> {
        let mut base = 0;
        for &part in parts.iter().rev() {
            let end = base + self.shape(part).width;
            if low < end {
                return (low + width <= end).then_some((part, low - base));
            }
            base = end;
        }
        None
    }

    /// The result of a comparison that does not depend on the operands' values: lint tools warn of those.
    fn fold_comparison(&self, operator: Operator, left: NodeId, right: NodeId) -> Option<bool> {
        if self.alias(left) == self.alias(right) {
            return Some(matches!(operator, Operator::Equal | Operator::LessEqual));
        }
        let (left, right) = (self.range(left), self.range(right));
        let (below, at_most) = (left.highest < right.lowest, left.highest <= right.lowest);
        let (above, at_least) = (left.lowest > right.highest, left.lowest >= right.highest);
        let decided = |yes: bool, no: bool| (yes || no).then_some(yes);
        match operator {
            Operator::Less => decided(below, at_least),
            Operator::LessEqual => decided(at_most, above),
            Operator::Equal => decided(at_most && at_least, below || above),
            _ => decided(below || above, at_most && at_least),
        }
    }

    /// What a node can be, as far as shapes and constants say.
    fn range(&self, id: NodeId) -> Range {
        let shape = self.shape(id);
        if let Some(bits) = self.constant(id) {
            return Range::single(bits, shape.signed);
        }
        // An extended value has the range of what it was extended from.
        if let NodeKind::Extend(of) = self.node(self.alias(id)).kind
            && (self.shape(of).signed == shape.signed || !self.shape(of).signed)
        {
            return Range::of(self.shape(of));
        }
        Range::of(shape)
    }
}

/// Operators whose result is one bit, whatever the operands.
pub(super) fn is_comparison(operator: Operator) -> bool {
    matches!(operator, Operator::Equal | Operator::NotEqual | Operator::Less | Operator::LessEqual)
}

/// The same value in more bits.
pub(super) fn extended(bits: &Bits, width: u32, signed: bool) -> Bits {
    let mut wide = bits.slice(0, width);
    if signed && bits.bit(bits.width() - 1) {
        (bits.width()..width).for_each(|position| wide.set_bit(position, true));
    }
    wide
}

fn driven_apart(module: &ModuleData) -> BTreeSet<WireId> {
    let items = module.loops.iter().flat_map(|repeat| &repeat.body).chain(&module.body);
    items.filter_map(|item| if let Item::Drive(wire, 0) = item { Some(*wire) } else { None }).collect()
}
