//! The design as a value: modules of nodes, a small closed set of node kinds, and the order in which they stand.
//!
//! Everything is public so that emitters, the cost model and the evaluator can walk it; it is only made by
//! [`crate::ModuleBuilder`] and only trusted once [`Design::new`] has checked it.

use crate::bits::Bits;
use crate::builder::Affine;
use crate::diagnostic::{Diagnostic, Location};
use crate::shape::Shape;
use std::sync::Arc;

macro_rules! identifiers {
    ($($name:ident $what:literal;)*) => {
        $(#[doc = $what]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub u32);

        impl $name {
            /// As an index into the module's list.
            pub fn index(self) -> usize {
                self.0 as usize
            }
        })*
    };
}

identifiers! {
    NodeId "Position in [`ModuleData::nodes`].";
    PortId "Position in [`ModuleData::ports`].";
    WireId "Position in [`ModuleData::wires`].";
    RegisterId "Position in [`ModuleData::registers`].";
    MemoryId "Position in [`ModuleData::memories`].";
    InstanceId "Position in [`ModuleData::instances`].";
    LoopId "Position in [`ModuleData::loops`].";
}

/// A checked hierarchy of modules.
#[derive(Clone, Debug)]
pub struct Design {
    /// Every module once, children before parents; the last one is the top.
    pub modules: Vec<Module>,
}

/// A module, shared between its instances.
pub type Module = Arc<ModuleData>;

/// One module: what stands in one Verilog file.
#[derive(Clone, Debug)]
pub struct ModuleData {
    /// Shows the parameters; unique in a design.
    pub name: String,
    /// What it does, for the reader of the emitted text; may have several lines.
    pub summary: String,
    /// Names and values of the parameters it was built from, for the header.
    pub parameters: Vec<(String, String)>,
    /// In declaration order.
    pub ports: Vec<Port>,
    /// Expression nodes; an operand always stands before its user, but for wires, registers and instances.
    pub nodes: Vec<Node>,
    /// Named values with one or many drivers.
    pub wires: Vec<Wire>,
    /// State.
    pub registers: Vec<Register>,
    /// Synchronous-read memories.
    pub memories: Vec<Memory>,
    /// Uses of other modules.
    pub instances: Vec<Instance>,
    /// Regular structure.
    pub loops: Vec<Loop>,
    /// The module's text order.
    pub body: Vec<Item>,
    /// Where the builder was opened.
    pub location: Location,
    /// What was wrong already while building.
    pub problems: Vec<Diagnostic>,
}

/// A port. Names are bare: an emitter adds direction suffixes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Port {
    /// Without suffix.
    pub name: String,
    /// Input or output.
    pub kind: PortKind,
    /// Of the whole port.
    pub shape: Shape,
    /// How many equal lanes it is read as; 1 for a plain value.
    pub lanes: u32,
    /// For the reader; may be empty.
    pub comment: String,
    /// Where it was declared.
    pub location: Location,
}

/// Direction, and what drives an output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PortKind {
    /// Driven from outside.
    Input,
    /// Driven by a node of the module's outermost scope.
    Output(NodeId),
}

/// One value of one expression.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Node {
    /// The operator and its operands.
    pub kind: NodeKind,
    /// Exact width and signedness of the result.
    pub shape: Shape,
    /// The innermost loop that it depends on.
    pub scope: Option<LoopId>,
    /// The Rust line that built it first.
    pub location: Location,
}

/// The closed set of operators. Widths are exact; `value` below is the integer that an operand stands for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum NodeKind {
    /// Stands for a value whose construction failed; never in a checked design.
    Invalid,
    /// An input port, whole.
    Input(PortId),
    /// A constant.
    Constant(Bits),
    /// The value of a loop's index expression, a constant of each iteration.
    Index(Affine),
    /// Each bit inverted.
    Not(NodeId),
    /// Minus the value: signed, one bit wider.
    Negate(NodeId),
    /// All bits combined into one.
    Reduce(Reduction, NodeId),
    /// The number of ones.
    Popcount(NodeId),
    /// See [`Operator`] for widths.
    Binary(Operator, NodeId, NodeId),
    /// `left + right + carry` (carry one unsigned bit); one bit wider than the wider operand.
    AddCarry {
        /// First summand.
        left: NodeId,
        /// Second summand, of the same signedness.
        right: NodeId,
        /// Added with weight one.
        carry: NodeId,
    },
    /// Bits `low ..` of a node's pattern, as many as the shape has; also reinterprets the sign.
    Slice {
        /// Taken from.
        of: NodeId,
        /// The lowest bit taken.
        low: u32,
    },
    /// Patterns side by side, the FIRST in the MOST significant bits; the shape may be signed.
    Concat(Vec<NodeId>),
    /// The same value in more bits; signedness unchanged.
    Extend(NodeId),
    /// One of two values of equal shape.
    Mux {
        /// One bit.
        select: NodeId,
        /// When `select` is one.
        on_true: NodeId,
        /// When `select` is zero.
        on_false: NodeId,
    },
    /// The OR of all values whose select bit is one; zero when none is.
    OneHot {
        /// One bit each.
        selects: Vec<NodeId>,
        /// Of equal shape, as many.
        values: Vec<NodeId>,
    },
    /// The value at the place that an unsigned index names; beyond the end, the LAST value.
    Select {
        /// Unsigned.
        index: NodeId,
        /// Of equal shape, at least one.
        values: Vec<NodeId>,
    },
    /// The constant at the place that an unsigned index names; beyond the end, zero.
    Table {
        /// Unsigned.
        index: NodeId,
        /// Each as wide as the shape.
        entries: Vec<Bits>,
    },
    /// Lane `index` of a node, lanes as wide as the shape; the index depends on a loop.
    Lane {
        /// Taken from.
        of: NodeId,
        /// In lanes.
        index: Affine,
    },
    /// A wire, whole.
    Wire(WireId),
    /// A register's present value; of a delay line the oldest.
    Register(RegisterId),
    /// What read port `port` of a memory fetched in the cycle of its last enabled read.
    MemoryRead {
        /// The memory.
        memory: MemoryId,
        /// Position in [`Memory::reads`].
        port: u32,
    },
    /// An output of an instance.
    InstanceOutput {
        /// The instance.
        instance: InstanceId,
        /// An output port of its module.
        port: PortId,
    },
}

/// Ways to combine all bits into one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reduction {
    /// All ones.
    And,
    /// Any one.
    Or,
    /// Odd number of ones.
    Xor,
}

/// Operators with two operands of the same signedness.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operator {
    /// One bit wider than the wider operand.
    Add,
    /// Signed, one bit wider than the wider operand.
    Subtract,
    /// As wide as both operands together.
    Multiply,
    /// Bit by bit, equal shapes.
    And,
    /// Bit by bit, equal shapes.
    Or,
    /// Bit by bit, equal shapes.
    Xor,
    /// One bit; compares values, widths may differ.
    Equal,
    /// One bit; compares values, widths may differ.
    NotEqual,
    /// One bit; compares values, widths may differ.
    Less,
    /// One bit; compares values, widths may differ.
    LessEqual,
}

/// A named value, driven whole or lane by lane, from any scope nested in its own.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Wire {
    /// Given name.
    pub name: String,
    /// Of the whole wire.
    pub shape: Shape,
    /// How many equal lanes it is driven and read as; 1 for a plain value.
    pub lanes: u32,
    /// Every lane has exactly one, in every iteration.
    pub drives: Vec<Drive>,
    /// The scope it is declared in.
    pub scope: Option<LoopId>,
    /// Where it was declared.
    pub location: Location,
}

/// One driver of a wire.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Drive {
    /// The lane; `None` drives the whole wire.
    pub lane: Option<Affine>,
    /// As wide as the lane, or the wire.
    pub value: NodeId,
    /// The scope in which it stands.
    pub scope: Option<LoopId>,
    /// Where it was written.
    pub location: Location,
}

/// State that takes `next` at each rising clock edge at which `enable` is one.
///
/// A register of several cycles is a delay line: as many registers one behind the other, with one enable. It gives the value
/// of so many enabled edges ago.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Register {
    /// Given name, without suffix.
    pub name: String,
    /// 1, or n for the n-th delay of the same name in a pipeline.
    pub stage: u32,
    /// Of the value.
    pub shape: Shape,
    /// Enabled clock edges from `next` to the present value: at least 1 in every iteration of the loops that it depends on.
    pub cycles: Affine,
    /// The value taken; always there in a checked design.
    pub next: Option<NodeId>,
    /// One bit; `None` takes `next` at every edge.
    pub enable: Option<NodeId>,
    /// Control registers have a value that the asynchronous, active-low reset sets; datapath registers
    /// and delay lines none.
    pub reset: Option<Bits>,
    /// The scope it is declared in.
    pub scope: Option<LoopId>,
    /// Where it was declared.
    pub location: Location,
}

/// A memory with synchronous read ports and at most one write port; a read in the cycle of a write to the same
/// address gives the OLD word. Addresses must stay below the depth.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Memory {
    /// Given name.
    pub name: String,
    /// Of a word.
    pub shape: Shape,
    /// Words.
    pub depth: u32,
    /// Contents of a ROM, as many words as the depth; `None` for a RAM, whose contents start unknown.
    pub contents: Option<Vec<Bits>>,
    /// For a RAM.
    pub write: Option<MemoryWrite>,
    /// At least one.
    pub reads: Vec<MemoryRead>,
    /// The scope it is declared in.
    pub scope: Option<LoopId>,
    /// Where it was declared.
    pub location: Location,
}

/// The write port of a memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MemoryWrite {
    /// One bit.
    pub enable: NodeId,
    /// Unsigned.
    pub address: NodeId,
    /// Of the word's shape.
    pub data: NodeId,
}

/// A read port of a memory: the word appears in the next cycle and stays until the next enabled read.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MemoryRead {
    /// Given name.
    pub name: String,
    /// One bit.
    pub enable: NodeId,
    /// Unsigned.
    pub address: NodeId,
}

/// One use of a module, in each iteration of the loops around it.
#[derive(Clone, Debug)]
pub struct Instance {
    /// Given name, without prefix.
    pub name: String,
    /// What it is an instance of.
    pub module: Module,
    /// By port of the module; every input has one in a checked design.
    pub inputs: Vec<(PortId, NodeId)>,
    /// The scope it stands in.
    pub scope: Option<LoopId>,
    /// Where it was made.
    pub location: Location,
}

/// Regular structure, described once with a symbolic index that runs from 0 to `count` - 1.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Loop {
    /// Given name: of the index and, with a prefix, of the block.
    pub name: String,
    /// Iterations, at least one.
    pub count: u32,
    /// What stands in it.
    pub body: Vec<Item>,
    /// The loop around it.
    pub parent: Option<LoopId>,
    /// Where it was opened.
    pub location: Location,
}

/// One element of a module's text order.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Item {
    /// A banner for the reader.
    Section(String),
    /// A remark for the reader, about what follows.
    Comment(String),
    /// Declaration of a wire; with its driver, where that is its only one and whole and given at once.
    Wire(WireId),
    /// A driver that stands apart from the declaration: position in [`Wire::drives`].
    Drive(WireId, u32),
    /// A register.
    Register(RegisterId),
    /// A memory.
    Memory(MemoryId),
    /// An instance.
    Instance(InstanceId),
    /// A loop.
    Loop(LoopId),
}

impl Design {
    /// The module that is nobody's child.
    pub fn top(&self) -> &ModuleData {
        self.modules.last().expect("a checked design has a top module")
    }
}

impl Register {
    /// Whether it is more than one register in some iteration.
    pub fn is_delay_line(&self) -> bool {
        self.cycles.as_constant() != Some(1)
    }
}

impl ModuleData {
    /// The node with that identifier.
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.index()]
    }

    /// Points everything but the nodes themselves at other nodes.
    pub(crate) fn redirect(&mut self, to: impl Fn(NodeId) -> NodeId) {
        let at = |id: &mut NodeId| *id = to(*id);
        for port in &mut self.ports {
            if let PortKind::Output(driver) = &mut port.kind {
                at(driver);
            }
        }
        self.wires.iter_mut().flat_map(|wire| &mut wire.drives).for_each(|drive| at(&mut drive.value));
        for register in &mut self.registers {
            register.next.iter_mut().chain(&mut register.enable).for_each(at);
        }
        for memory in &mut self.memories {
            if let Some(port) = &mut memory.write {
                [&mut port.enable, &mut port.address, &mut port.data].into_iter().for_each(at);
            }
            memory.reads.iter_mut().flat_map(|port| [&mut port.enable, &mut port.address]).for_each(at);
        }
        self.instances.iter_mut().flat_map(|instance| &mut instance.inputs).for_each(|input| at(&mut input.1));
    }

    /// Looks a port up by its bare name.
    pub fn port(&self, name: &str) -> Option<PortId> {
        self.ports.iter().position(|port| port.name == name).map(|position| PortId(position as u32))
    }

    /// Whether `inner` is `outer` or nested in it; `None` is the module itself.
    pub fn is_within(&self, inner: Option<LoopId>, outer: Option<LoopId>) -> bool {
        let Some(outer) = outer else { return true };
        let mut scope = inner;
        while let Some(current) = scope {
            if current == outer {
                return true;
            }
            scope = self.loops[current.index()].parent;
        }
        false
    }

    /// The loops from `outer` (excluded) to `inner` (included), outermost first.
    pub fn loops_between(&self, inner: Option<LoopId>, outer: Option<LoopId>) -> Vec<LoopId> {
        let mut loops = Vec::new();
        let mut scope = inner;
        while let Some(current) = scope.filter(|_| scope != outer) {
            loops.push(current);
            scope = self.loops[current.index()].parent;
        }
        loops.reverse();
        loops
    }

    /// The names of the loops around a scope, outermost first, itself included.
    pub fn loop_names(&self, scope: Option<LoopId>) -> impl Iterator<Item = &str> {
        self.loops_between(scope, None).into_iter().map(|of| self.loops[of.index()].name.as_str())
    }

    /// The innermost loop that a node of that kind depends on.
    pub(crate) fn scope_of(&self, kind: &NodeKind) -> Option<LoopId> {
        let deeper =
            |left: Option<LoopId>, right: Option<LoopId>| if self.is_within(right, left) { right } else { left };
        let own = match kind {
            NodeKind::Wire(id) => self.wires[id.index()].scope,
            NodeKind::Register(id) => self.registers[id.index()].scope,
            NodeKind::MemoryRead { memory, .. } => self.memories[memory.index()].scope,
            NodeKind::InstanceOutput { instance, .. } => self.instances[instance.index()].scope,
            NodeKind::Index(affine) | NodeKind::Lane { index: affine, .. } => {
                affine.terms.iter().fold(None, |scope, term| deeper(scope, Some(term.0)))
            }
            _ => None,
        };
        kind.operands().into_iter().fold(own, |scope, operand| deeper(scope, self.node(operand).scope))
    }

    /// Whether it, or a module below it, holds state: then it has the ports of clock and reset.
    pub fn is_sequential(&self) -> bool {
        !self.registers.is_empty()
            || !self.memories.is_empty()
            || self.instances.iter().any(|instance| instance.module.is_sequential())
    }

    /// Whether it, or a module below it, holds a register with reset.
    pub fn has_reset(&self) -> bool {
        self.registers.iter().any(|register| register.reset.is_some())
            || self.instances.iter().any(|instance| instance.module.has_reset())
    }
}

impl NodeKind {
    /// The same operator on other operands.
    pub(crate) fn map_operands(&self, map: impl Fn(NodeId) -> NodeId) -> NodeKind {
        let mut kind = self.clone();
        match &mut kind {
            NodeKind::Invalid
            | NodeKind::Input(_)
            | NodeKind::Constant(_)
            | NodeKind::Index(_)
            | NodeKind::Wire(_)
            | NodeKind::Register(_)
            | NodeKind::MemoryRead { .. }
            | NodeKind::InstanceOutput { .. } => {}
            NodeKind::Not(a)
            | NodeKind::Negate(a)
            | NodeKind::Reduce(_, a)
            | NodeKind::Popcount(a)
            | NodeKind::Extend(a) => {
                *a = map(*a);
            }
            NodeKind::Slice { of: a, .. } | NodeKind::Lane { of: a, .. } | NodeKind::Table { index: a, .. } => {
                *a = map(*a)
            }
            NodeKind::Binary(_, a, b) => (*a, *b) = (map(*a), map(*b)),
            NodeKind::AddCarry { left: a, right: b, carry: c }
            | NodeKind::Mux { select: a, on_true: b, on_false: c } => {
                (*a, *b, *c) = (map(*a), map(*b), map(*c));
            }
            NodeKind::Concat(parts) => parts.iter_mut().for_each(|part| *part = map(*part)),
            NodeKind::OneHot { selects, values } => {
                selects.iter_mut().chain(values).for_each(|operand| *operand = map(*operand));
            }
            NodeKind::Select { index, values } => {
                *index = map(*index);
                values.iter_mut().for_each(|operand| *operand = map(*operand));
            }
        }
        kind
    }

    /// The nodes it reads within the same cycle, in operand order. Wires, registers, memories and instances
    /// read through their own records.
    pub fn operands(&self) -> Vec<NodeId> {
        match self {
            NodeKind::Invalid
            | NodeKind::Input(_)
            | NodeKind::Constant(_)
            | NodeKind::Index(_)
            | NodeKind::Wire(_)
            | NodeKind::Register(_)
            | NodeKind::MemoryRead { .. }
            | NodeKind::InstanceOutput { .. } => Vec::new(),
            NodeKind::Not(a)
            | NodeKind::Negate(a)
            | NodeKind::Reduce(_, a)
            | NodeKind::Popcount(a)
            | NodeKind::Extend(a) => {
                vec![*a]
            }
            NodeKind::Slice { of, .. } | NodeKind::Lane { of, .. } => vec![*of],
            NodeKind::Binary(_, a, b) => vec![*a, *b],
            NodeKind::AddCarry { left, right, carry } => vec![*left, *right, *carry],
            NodeKind::Concat(parts) => parts.clone(),
            NodeKind::Mux { select, on_true, on_false } => vec![*select, *on_true, *on_false],
            NodeKind::OneHot { selects, values } => selects.iter().chain(values).copied().collect(),
            NodeKind::Select { index, values } => std::iter::once(*index).chain(values.iter().copied()).collect(),
            NodeKind::Table { index, .. } => vec![*index],
        }
    }
}
