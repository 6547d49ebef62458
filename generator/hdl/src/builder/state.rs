//! The module under construction, shared between its handles; every check made while building.

use super::index::Affine;
use super::value::Value;
use super::Index;
use crate::bits::Bits;
use crate::design::{Drive, Item, Loop, LoopId, ModuleData, Node, NodeId, NodeKind, WireId};
use crate::diagnostic::{Code, Diagnostic, Location};
use crate::shape::{MAXIMUM_WIDTH, Shape, uint};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

#[derive(Clone)]
pub(super) struct Shared(Rc<RefCell<State>>);

struct State {
    data: ModuleData,
    /// Looked up only, never walked: equal nodes are one node.
    interned: HashMap<(NodeKind, Shape), NodeId>,
    /// The open loops, outermost first, each with the items written before it was opened.
    open: Vec<(LoopId, Vec<Item>)>,
}

impl Shared {
    pub fn new(name: String, summary: String, location: Location) -> Shared {
        let data = ModuleData {
            name,
            summary,
            parameters: Vec::new(),
            ports: Vec::new(),
            nodes: Vec::new(),
            wires: Vec::new(),
            registers: Vec::new(),
            memories: Vec::new(),
            instances: Vec::new(),
            loops: Vec::new(),
            body: Vec::new(),
            location,
            problems: Vec::new(),
        };
        Shared(Rc::new(RefCell::new(State { data, interned: HashMap::new(), open: Vec::new() })))
    }

    pub fn edit<R>(&self, change: impl FnOnce(&mut ModuleData) -> R) -> R {
        change(&mut self.0.borrow_mut().data)
    }

    pub fn take(self) -> ModuleData {
        self.0.borrow().data.clone()
    }

    pub fn same(&self, other: &Shared) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }

    pub fn item(&self, item: Item) {
        self.edit(|data| data.body.push(item));
    }

    pub fn scope(&self) -> Option<LoopId> {
        self.0.borrow().open.last().map(|open| open.0)
    }

    pub fn open_loop(&self, name: &str, count: u32, location: Location) -> Index {
        let parent = self.scope();
        let mut state = self.0.borrow_mut();
        let id = LoopId(state.data.loops.len() as u32);
        state.data.loops.push(Loop { name: name.to_string(), count, body: Vec::new(), parent, location });
        let outside = std::mem::take(&mut state.data.body);
        state.open.push((id, outside));
        drop(state);
        if count == 0 {
            self.problem(Code::EmptyList, name, "a loop of no iterations".into(), location);
        }
        Index { of: Some(id) }
    }

    pub fn close_loop(&self) {
        let mut state = self.0.borrow_mut();
        if let Some((id, outside)) = state.open.pop() {
            let body = std::mem::replace(&mut state.data.body, outside);
            state.data.loops[id.index()].body = body;
            state.data.body.push(Item::Loop(id));
        }
    }

    /// The smallest and the largest value of an index expression.
    pub fn range(&self, affine: &Affine) -> (i64, i64) {
        let state = self.0.borrow();
        affine.terms.iter().fold((affine.constant, affine.constant), |(low, high), &(of, factor)| {
            let end = factor * (i64::from(state.data.loops[of.index()].count) - 1);
            (low + end.min(0), high + end.max(0))
        })
    }

    pub fn problem(&self, code: Code, name: &str, message: String, location: Location) {
        let mut state = self.0.borrow_mut();
        let mut path: Vec<String> =
            state.open.iter().map(|open| state.data.loops[open.0.index()].name.clone()).collect();
        if !name.is_empty() {
            path.push(name.to_string());
        }
        let path = path.join(".");
        state.data.problems.push(Diagnostic { code, path, location, message });
    }

    /// Records a defect and gives a value that stands for the missing one.
    pub fn refuse(&self, code: Code, message: String, shape: Shape, location: Location) -> Value {
        self.problem(code, "", message, location);
        self.invalid(shape, location)
    }

    pub fn refuse_width(&self, width: u64, location: Location) -> Value {
        let message = format!("a width of {width} bits; legal are 1 to {MAXIMUM_WIDTH}");
        self.refuse(Code::WidthOutOfRange, message, uint(1), location)
    }

    pub fn check_width(&self, shape: Shape, location: Location) -> bool {
        let legal = (1..=MAXIMUM_WIDTH).contains(&shape.width);
        if !legal {
            self.refuse_width(u64::from(shape.width), location);
        }
        legal
    }

    pub fn invalid(&self, shape: Shape, location: Location) -> Value {
        let id = self.edit(|data| {
            data.nodes.push(Node { kind: NodeKind::Invalid, shape, scope: None, location });
            NodeId(data.nodes.len() as u32 - 1)
        });
        Value { shared: self.clone(), id, shape }
    }

    /// Whether all values are of this module, usable here and sound; defects are recorded, but those of a value
    /// that is already invalid only once, where it was made.
    pub fn check_operands(&self, values: &[&Value], location: Location) -> bool {
        let mut sound = true;
        for value in values {
            if !self.same(&value.shared) {
                let other = value.shared.0.borrow().data.name.clone();
                self.problem(Code::ForeignValue, "", format!("a value of module `{other}` is used here"), location);
                sound = false;
                continue;
            }
            let escaped = {
                let state = self.0.borrow();
                let node = state.data.node(value.id);
                sound &= node.kind != NodeKind::Invalid;
                let current = state.open.last().map(|open| open.0);
                let outside = !state.data.is_within(current, node.scope);
                outside.then(|| node.scope.map(|scope| state.data.loops[scope.index()].name.clone())).flatten()
            };
            if let Some(name) = escaped {
                let message = format!("a value that belongs to the loop `{name}` is used outside it");
                self.problem(Code::EscapedLoop, "", message, location);
                sound = false;
            }
        }
        sound
    }

    pub fn expect_shape(&self, value: &Value, shape: Shape, what: &str, location: Location) -> bool {
        let found = value.shape();
        if found == shape {
            return true;
        }
        let code = if found.width == shape.width { Code::SignMismatch } else { Code::WidthMismatch };
        self.problem(code, "", format!("{what} is {found} where {shape} is needed"), location);
        false
    }

    /// The node of that kind, made if it is not there yet. Operands must have been checked.
    pub fn node(&self, kind: NodeKind, shape: Shape, location: Location) -> Value {
        let mut state = self.0.borrow_mut();
        let key = (kind, shape);
        if let Some(&id) = state.interned.get(&key) {
            return Value { shared: self.clone(), id, shape };
        }
        let scope = scope_of(&state.data, &key.0);
        let id = NodeId(state.data.nodes.len() as u32);
        state.data.nodes.push(Node { kind: key.0.clone(), shape, scope, location });
        state.interned.insert(key, id);
        Value { shared: self.clone(), id, shape }
    }

    /// Adds a driver to a wire.
    pub fn drive(&self, wire: WireId, lane: Option<Affine>, value: &Value, location: Location) {
        // A refused value still drives, so that the one defect is not reported as a missing driver too.
        let sound = self.check_operands(&[value], location);
        let id = if sound { value.id } else { self.invalid(value.shape(), location).id };
        let drive = Drive { lane, value: id, scope: self.scope(), location };
        let (position, declared_last) = self.edit(|data| {
            let drives = &mut data.wires[wire.index()].drives;
            drives.push(drive);
            (drives.len() as u32 - 1, data.body.last() == Some(&Item::Wire(wire)))
        });
        // A whole drive that follows its declaration at once is part of it in the text.
        let immediate = declared_last && position == 0 && self.edit(|data| data.wires[wire.index()].drives[0].lane.is_none());
        if !immediate {
            self.item(Item::Drive(wire, position));
        }
    }

    /// The bits of a constant value.
    pub fn constant_bits(&self, id: NodeId) -> Option<Bits> {
        match &self.0.borrow().data.node(id).kind {
            NodeKind::Constant(bits) => Some(bits.clone()),
            _ => None,
        }
    }

    /// What a slice is taken from, so that slices of slices are one.
    pub fn slice_source(&self, id: NodeId) -> Option<(NodeId, u32)> {
        match self.0.borrow().data.node(id).kind {
            NodeKind::Slice { of, low } => Some((of, low)),
            _ => None,
        }
    }
}

fn scope_of(data: &ModuleData, kind: &NodeKind) -> Option<LoopId> {
    let deeper = |left: Option<LoopId>, right: Option<LoopId>| if data.is_within(right, left) { right } else { left };
    let own = match kind {
        NodeKind::Wire(id) => data.wires[id.index()].scope,
        NodeKind::Register(id) => data.registers[id.index()].scope,
        NodeKind::MemoryRead { memory, .. } => data.memories[memory.index()].scope,
        NodeKind::InstanceOutput { instance, .. } => data.instances[instance.index()].scope,
        NodeKind::Index(affine) | NodeKind::Lane { index: affine, .. } => {
            affine.terms.iter().fold(None, |scope, term| deeper(scope, Some(term.0)))
        }
        _ => None,
    };
    kind.operands().into_iter().fold(own, |scope, operand| deeper(scope, data.node(operand).scope))
}
