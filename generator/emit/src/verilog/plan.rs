//! Which expressions get a name of their own, and why.
//!
//! An expression is printed inside its only reader unless Verilog or the reader's eye forbids it: a sum must be
//! the root of an assignment, only names have bit selects, a `case` needs a variable, and what is read several
//! times or grows long is easier to read under a name.

use super::chain::Chains;
use super::connect::Connections;
use super::demand::{Demand, operand_demands, root_demands};
use super::extent::Extent;
use super::reading::{Class, Reading};
use super::suspects::Suspects;
use super::syntax::Signal;
use tritloom_hdl::{Affine, Bits, NodeId, NodeKind, RegisterId, WireId};

/// More than these in a condition, an index or a connection get a name.
const LONGEST_CONDITION: u32 = 2;
/// A module, and the names that its expressions are read by.
pub(super) struct Plan<'a> {
    pub reading: Reading<'a>,
    pub chains: Chains,
    pub connections: Connections,
    /// Nodes that a tool may find to be constant.
    pub suspects: Suspects,
    named: Vec<Option<Signal>>,
    hints: Vec<Option<String>>,
    /// Arithmetic that is printed by the slice that wraps it.
    bypassed: Vec<bool>,
}

/// What the readers of one node ask of it.
#[derive(Clone, Default)]
struct Wishes {
    /// At least one is an assignment of the whole.
    root: bool,
    /// Must be a name or a part of one.
    selected: bool,
    /// Must not be an operator.
    primary: bool,
    /// Must be short.
    short: bool,
    /// Registers that take it as it is.
    next: Vec<RegisterId>,
    /// A wire of the design that is this value.
    wire: Option<WireId>,
    /// From the place where it is read.
    hint: Option<String>,
}

/// Where the bits of a part come from.
pub(super) enum Source {
    /// A node, whole.
    Whole(NodeId),
    /// Bits from `low` on of a node that has a name.
    Named(NodeId, Affine),
    /// Known bits.
    Constant(Bits),
}

impl<'a> Plan<'a> {
    pub fn new(reading: Reading<'a>, chains: Chains) -> Plan<'a> {
        let count = reading.module.nodes.len();
        let extents = Extent::of_all(&reading);
        let (connections, suspects) = (Connections::new(&reading), Suspects::new(&reading));
        let (named, hints, bypassed) = (vec![None; count], vec![None; count], vec![false; count]);
        let mut plan = Plan { reading, chains, connections, suspects, named, hints, bypassed };
        let mut wishes = vec![Wishes::default(); count];
        for (id, demand) in root_demands(&plan.reading) {
            plan.note(&mut wishes, id, demand);
        }
        // Readers stand behind what they read: from the last node on, all wishes are known when one is decided.
        for id in (0..count as u32).rev().map(NodeId) {
            if !plan.reading.is_live(id) || plan.bypassed[id.index()] {
                continue;
            }
            let wish = std::mem::take(&mut wishes[id.index()]);
            plan.decide(id, wish, &extents);
            if let Some(of) = plan.reading.wrapped(id) {
                plan.bypassed[of.index()] = true;
            }
            for (operand, demand) in operand_demands(&plan, id) {
                plan.note(&mut wishes, operand, demand);
            }
        }
        plan
    }

    /// The signal that a node is read by, when it is not printed inside its reader.
    pub fn signal(&self, id: NodeId) -> Option<Signal> {
        let id = self.reading.alias(id);
        match self.reading.node(id).kind {
            NodeKind::Input(port) => Some(Signal::Port(port)),
            NodeKind::Wire(wire) => Some(Signal::Wire(wire)),
            NodeKind::Register(register) => Some(Signal::Register(register)),
            NodeKind::MemoryRead { memory, port } => Some(Signal::MemoryRead(memory, port)),
            NodeKind::InstanceOutput { instance, port } => Some(Signal::InstanceOutput(instance, port)),
            _ => self.named[id.index()],
        }
    }

    /// Nodes that get a name made from their content or place.
    pub fn named_nodes(&self) -> impl Iterator<Item = NodeId> {
        (0..self.named.len() as u32).map(NodeId).filter(|id| self.named[id.index()] == Some(Signal::Node(*id)))
    }

    /// The name that the place where a node is read suggests.
    pub fn hint(&self, id: NodeId) -> Option<&str> {
        self.hints[id.index()].as_deref()
    }

    /// Whether a node is printed as a `case` statement. One whose index reads nothing that changes would never
    /// run in an event-driven simulator.
    pub fn is_case(&self, id: NodeId) -> bool {
        let id = self.reading.alias(id);
        let index = match &self.reading.node(id).kind {
            NodeKind::Select { index, .. } | NodeKind::Table { index, .. } => *index,
            _ => return false,
        };
        let mut changes = false;
        self.value(index).visit(&mut |reference| changes |= !self.is_parameter(reference.signal));
        self.reading.class(id) == Class::Case && changes
    }

    fn is_parameter(&self, signal: Signal) -> bool {
        matches!(signal, Signal::Node(id) if matches!(self.reading.node(id).kind, NodeKind::Index(_)))
    }

    /// The node that defines a wire which is a variable, because a `case` assigns it.
    pub fn case_of_wire(&self, wire: WireId) -> Option<NodeId> {
        let [drive] = self.reading.module.wires[wire.index()].drives.as_slice() else { return None };
        let id = self.reading.alias(drive.value);
        (self.named[id.index()] == Some(Signal::Wire(wire)) && self.is_case(id)).then_some(id)
    }

    /// Where bits of a node can be read; the error is the node that needs a name first.
    pub fn source(&self, of: NodeId, low: Affine, width: u32) -> Result<Source, NodeId> {
        let reading = &self.reading;
        let (mut of, mut low) = (reading.alias(of), low);
        loop {
            let fixed = low.as_constant();
            if fixed == Some(0) && width == reading.shape(of).width {
                return Ok(Source::Whole(of));
            }
            if let (Some(bits), Some(low)) = (reading.constant(of), fixed) {
                return Ok(Source::Constant(bits.slice(low as u32, width)));
            }
            if self.signal(of).is_some() {
                return Ok(Source::Named(of, low));
            }
            let inner = match &reading.node(of).kind {
                NodeKind::Slice { of: inner, low: offset } if reading.wrapped(of).is_none() => {
                    low = low + *offset;
                    Some(*inner)
                }
                NodeKind::Lane { of: inner, index } => {
                    low = low + index.clone() * reading.shape(of).width;
                    Some(*inner)
                }
                NodeKind::Extend(inner) => {
                    let inside = |low: i64| low + i64::from(width) <= i64::from(reading.shape(*inner).width);
                    fixed.is_some_and(inside).then_some(*inner)
                }
                NodeKind::Concat(parts) => fixed.and_then(|fixed| {
                    let (part, within) = reading.part_with(parts, fixed as u32, width)?;
                    low = Affine::from(within);
                    Some(part)
                }),
                _ => None,
            };
            of = reading.alias(inner.ok_or(of)?);
        }
    }

    fn note(&self, wishes: &mut [Wishes], id: NodeId, demand: Demand) {
        let id = self.reading.alias(id);
        let wish = &mut wishes[id.index()];
        match demand {
            Demand::Inline => {}
            Demand::Root(hint) => {
                wish.root = true;
                wish.hint = wish.hint.take().or(hint);
            }
            Demand::Wire(wire) => {
                wish.root = true;
                wish.wire = wish.wire.or(Some(wire));
            }
            Demand::Next(register, hint) => {
                wish.next.push(register);
                wish.hint = Some(hint);
            }
            Demand::Primary => wish.primary = true,
            Demand::Short(hint) => {
                wish.short = true;
                wish.hint = wish.hint.take().or(hint);
            }
            Demand::Name => wish.selected = true,
            Demand::Bits { low, width } => {
                if let Err(blocker) = self.source(id, low, width) {
                    wishes[blocker.index()].selected = true;
                }
            }
        }
    }

    fn decide(&mut self, id: NodeId, wish: Wishes, extents: &[Extent]) {
        let (shared, class) = (self.reading.uses(id) > 1, self.reading.class(id));
        let wire = wish.wire.filter(|wire| {
            let visible = self.reading.module.wires[wire.index()].scope == self.reading.node(id).scope;
            class != Class::Leaf
                && if shared { visible && is_immediate(&self.reading, *wire) } else { class == Class::Case }
        });
        if let Some(wire) = wire {
            self.named[id.index()] = Some(Signal::Wire(wire));
            return;
        }
        if self.needs_name(id, class, shared, &wish, &extents[id.index()]) {
            self.named[id.index()] = Some(Signal::Node(id));
            let one_register = wish.next.len() == 1;
            self.hints[id.index()] = wish.hint.filter(|_| one_register || (!shared && wish.next.is_empty()));
        }
    }

    fn needs_name(&self, id: NodeId, class: Class, shared: bool, wish: &Wishes, extent: &Extent) -> bool {
        let only_root = wish.root && !shared;
        let long = extent.is_long() && !only_root;
        match class {
            Class::Leaf => wish.selected || matches!(self.reading.node(id).kind, NodeKind::Index(_)),
            Class::Case => true,
            Class::Arithmetic => !only_root,
            Class::Wiring => {
                wish.selected || long || (shared && !extent.trivial) || (wish.short && extent.size > LONGEST_CONDITION)
            }
            Class::Logic => {
                wish.selected
                    || wish.primary
                    || long
                    || !wish.next.is_empty()
                    || (shared && !extent.trivial)
                    || (wish.short && extent.size > LONGEST_CONDITION)
            }
        }
    }
}

/// Whether the declaration of a wire holds its driver.
pub(super) fn is_immediate(reading: &Reading, wire: WireId) -> bool {
    let drives = &reading.module.wires[wire.index()].drives;
    drives.len() == 1 && drives[0].lane.is_none() && !reading.is_driven_apart(wire)
}
