//! The module under construction, shared between its handles; every check made while building.

use super::Index;
use super::index::Affine;
use super::value::Value;
use crate::bits::Bits;
use crate::design::{Drive, Item, Loop, LoopId, ModuleData, Node, NodeId, NodeKind, WireId};
use crate::diagnostic::{Code, Diagnostic, Location};
use crate::shape::{MAXIMUM_ITERATIONS, MAXIMUM_LOOP_COUNT, MAXIMUM_WIDTH, Shape, uint};
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

    /// The module as described so far; what follows through other handles is not part of it.
    pub fn take(self, location: Location) -> ModuleData {
        let inner = self.scope().map(|of| self.edit(|data| data.loops[of.index()].name.clone()));
        if let Some(name) = inner {
            let message = format!("the module is finished inside its loop `{name}`");
            self.problem(Code::EscapedLoop, "", message, location);
        }
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
        let around: u64 = self.edit(|data| {
            let around = data.loops_between(parent, None);
            around.iter().map(|of| u64::from(data.loops[of.index()].count)).product()
        });
        let defect = loop_defect(count, around * u64::from(count));
        let count = if defect.is_some() { 1 } else { count };
        if let Some(message) = defect {
            self.problem(Code::LoopCount, name, message, location);
        }
        let mut state = self.0.borrow_mut();
        let id = LoopId(state.data.loops.len() as u32);
        state.data.loops.push(Loop { name: name.to_string(), count, body: Vec::new(), parent, location });
        let outside = std::mem::take(&mut state.data.body);
        state.open.push((id, outside));
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

    /// The smallest and the largest value of an index expression; `None`, and a defect, where it depends on a loop
    /// that is not around this place.
    pub fn range(&self, affine: &Affine, location: Location) -> Option<(i128, i128)> {
        let state = self.0.borrow();
        let is_open = |of: LoopId| state.open.iter().any(|open| open.0 == of);
        if affine.terms.iter().any(|term| !is_open(term.0)) {
            drop(state);
            self.problem(Code::EscapedLoop, "", "the index of a loop is used outside it".into(), location);
            return None;
        }
        let constant = i128::from(affine.constant);
        Some(affine.terms.iter().fold((constant, constant), |(low, high), &(of, factor)| {
            let end = i128::from(factor) * (i128::from(state.data.loops[of.index()].count) - 1);
            (low + end.min(0), high + end.max(0))
        }))
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

    /// A value that stands for one that could not be made. Nothing that follows from it is reported; its shape is
    /// a guess, but a legal one, so that widths computed from it do not overflow.
    pub fn invalid(&self, shape: Shape, location: Location) -> Value {
        let shape = Shape { width: shape.width.clamp(1, MAXIMUM_WIDTH), ..shape };
        let id = self.edit(|data| {
            data.nodes.push(Node { kind: NodeKind::Invalid, shape, scope: None, location });
            NodeId(data.nodes.len() as u32 - 1)
        });
        Value { shared: self.clone(), id, shape }
    }

    /// Whether a value, of this module or another, stands for one that could not be made.
    pub fn is_invalid(value: &Value) -> bool {
        matches!(value.shared.0.borrow().data.node(value.id).kind, NodeKind::Invalid)
    }

    /// Whether all values are of this module, usable here and valid; defects are recorded, but those of an invalid
    /// value have been, where it was made.
    pub fn check_operands(&self, values: &[&Value], location: Location) -> bool {
        let defects: Vec<_> = values.iter().filter_map(|value| self.misuse(value)).collect();
        let valid = !values.iter().any(|value| Shared::is_invalid(value));
        let sound = defects.is_empty() && valid;
        for (code, message) in defects {
            self.problem(code, "", message, location);
        }
        sound
    }

    fn misuse(&self, value: &Value) -> Option<(Code, String)> {
        if !self.same(&value.shared) {
            let other = value.shared.0.borrow().data.name.clone();
            return Some((Code::ForeignValue, format!("a value of module `{other}` is used here")));
        }
        let state = self.0.borrow();
        let scope = state.data.node(value.id).scope?;
        let current = state.open.last().map(|open| open.0);
        let name = &state.data.loops[scope.index()].name;
        let escaped = !state.data.is_within(current, Some(scope));
        escaped.then(|| (Code::EscapedLoop, format!("a value that belongs to the loop `{name}` is used outside it")))
    }

    /// Whether a value has a shape. Asked of sound values only.
    pub fn expect_shape(&self, value: &Value, shape: Shape, what: &str, location: Location) -> bool {
        let found = value.shape();
        if found != shape {
            let code = if found.width == shape.width { Code::SignMismatch } else { Code::WidthMismatch };
            self.problem(code, "", format!("{what} is {found} where {shape} is needed"), location);
        }
        found == shape
    }

    /// The node of that kind, made if it is not there yet. Operands must have been checked.
    pub fn node(&self, kind: NodeKind, shape: Shape, location: Location) -> Value {
        let mut state = self.0.borrow_mut();
        let key = (kind, shape);
        if let Some(&id) = state.interned.get(&key) {
            return Value { shared: self.clone(), id, shape };
        }
        let scope = state.data.scope_of(&key.0);
        let id = NodeId(state.data.nodes.len() as u32);
        state.data.nodes.push(Node { kind: key.0.clone(), shape, scope, location });
        state.interned.insert(key, id);
        Value { shared: self.clone(), id, shape }
    }

    /// Adds a driver of a given shape to a wire; says whether it is sound. A refused value still drives, so that
    /// the one defect is not reported as a missing driver too.
    pub fn drive(&self, wire: WireId, lane: Option<Affine>, value: &Value, shape: Shape, location: Location) -> bool {
        let what = format!("the driver of wire `{}`", self.edit(|data| data.wires[wire.index()].name.clone()));
        let sound = self.check_operands(&[value], location) && self.expect_shape(value, shape, &what, location);
        let id = if sound { value.id } else { self.invalid(shape, location).id };
        let whole = lane.is_none();
        let drive = Drive { lane, value: id, scope: self.scope(), location };
        let (position, declared_last) = self.edit(|data| {
            let drives = &mut data.wires[wire.index()].drives;
            drives.push(drive);
            (drives.len() as u32 - 1, data.body.last() == Some(&Item::Wire(wire)))
        });
        // A whole drive that follows its declaration at once is part of it in the text.
        if !(declared_last && position == 0 && whole) {
            self.item(Item::Drive(wire, position));
        }
        sound
    }

    /// Notes that a wire is driven in a way that was refused.
    pub fn drive_unknown(&self, wire: WireId, location: Location) {
        let drive = Drive { lane: None, value: self.invalid(uint(1), location).id, scope: self.scope(), location };
        self.edit(|data| data.wires[wire.index()].drives.push(drive));
    }

    /// The bits of a constant value.
    pub fn constant_bits(&self, id: NodeId) -> Option<Bits> {
        match &self.0.borrow().data.node(id).kind {
            NodeKind::Constant(bits) => Some(bits.clone()),
            _ => None,
        }
    }

    /// The shape of a node.
    pub fn shape(&self, id: NodeId) -> Shape {
        self.0.borrow().data.node(id).shape
    }

    /// What a slice is taken from, so that slices of slices are one.
    pub fn slice_source(&self, id: NodeId) -> Option<(NodeId, u32)> {
        match self.0.borrow().data.node(id).kind {
            NodeKind::Slice { of, low } => Some((of, low)),
            _ => None,
        }
    }
}

/// Why a loop of `count` iterations, whose body stands `iterations` times with the loops around it, is refused.
fn loop_defect(count: u32, iterations: u64) -> Option<String> {
    if !(1..=MAXIMUM_LOOP_COUNT).contains(&count) {
        Some(format!("a loop of {count} iterations; legal are 1 to {MAXIMUM_LOOP_COUNT}, as many as tools unroll"))
    } else if iterations > MAXIMUM_ITERATIONS {
        Some(format!("a loop whose body stands {iterations} times; legal are at most {MAXIMUM_ITERATIONS}"))
    } else {
        None
    }
}
