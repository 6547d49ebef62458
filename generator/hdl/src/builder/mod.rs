//! Describing a module: the handle, its ports, its text order. What is being described is in `state`, with every
//! check that can be made at once; the other files hold what can be described.

mod constant;
mod expression;
mod index;
mod instance;
mod lanes;
mod memory;
mod operation;
mod pipeline;
mod register;
mod state;
mod value;
mod wire;

pub use index::{Affine, Index};
pub use instance::InstanceBuilder;
pub use lanes::Lanes;
pub use memory::MemoryBuilder;
pub use pipeline::{Pipeline, Staged};
pub use register::RegisterBuilder;
pub use value::Value;
pub use wire::{ForwardWire, LaneWire};

use crate::design::{Item, Module, NodeKind, Port, PortId, PortKind};
use crate::diagnostic::{Code, Location};
use crate::shape::{MAXIMUM_WIDTH, Shape, uint};
use state::Shared;
use std::sync::Arc;

/// An open module. Clones are handles to the same module.
///
/// ```
/// use tritloom_hdl::{Design, Evaluator, Bits, ModuleBuilder, sint};
///
/// let m = ModuleBuilder::new("difference_w8", "The difference of two signed values.");
/// let (a, b) = (m.input("a", sint(8)), m.input("b", sint(8)));
/// m.output("difference", &(&a - &b));
/// let design = Design::new(m.finish()).expect("a legal design");
/// assert_eq!(design.top().ports[2].shape, sint(9));
/// ```
#[derive(Clone)]
pub struct ModuleBuilder {
    shared: Shared,
}

impl ModuleBuilder {
    /// Opens a module. Its name must show its parameters: it is unique in a design. What is longer than
    /// [`LONGEST_MODULE_NAME`] ends in a hash of the whole instead.
    #[track_caller]
    pub fn new(name: impl Into<String>, summary: impl Into<String>) -> ModuleBuilder {
        ModuleBuilder { shared: Shared::new(bounded(name.into()), summary.into(), Location::caller()) }
    }

    /// Notes a parameter that the module was built from, for the header of the emitted text.
    pub fn parameter(&self, name: &str, value: impl ToString) {
        self.shared.edit(|data| data.parameters.push((name.to_string(), value.to_string())));
    }

    /// Declares an input port and gives its value.
    #[track_caller]
    pub fn input(&self, name: &str, shape: Shape) -> Value {
        self.documented_input(name, shape, "")
    }

    /// Declares an input port with a remark for the reader.
    #[track_caller]
    pub fn documented_input(&self, name: &str, shape: Shape, comment: &str) -> Value {
        let location = Location::caller();
        let legal = self.shared.check_width(shape, location);
        self.input_port(name, legal.then_some(shape), 1, comment, location)
    }

    /// Declares an input port of `count` lanes of `shape`, lane 0 in the least significant bits.
    #[track_caller]
    pub fn input_lanes(&self, name: &str, shape: Shape, count: u32, comment: &str) -> Lanes {
        let location = Location::caller();
        let flat = self.flat(shape, count, location);
        Lanes::new(self.input_port(name, flat, count, comment, location), shape, count)
    }

    /// Declares an output port and what drives it.
    #[track_caller]
    pub fn output(&self, name: &str, value: &Value) {
        self.documented_output(name, value, "");
    }

    /// Declares an output port with a remark for the reader.
    #[track_caller]
    pub fn documented_output(&self, name: &str, value: &Value, comment: &str) {
        self.output_port(name, value, 1, comment, Location::caller());
    }

    /// Declares an output port of lanes, lane 0 in the least significant bits.
    #[track_caller]
    pub fn output_lanes(&self, name: &str, lanes: &Lanes, comment: &str) {
        self.output_port(name, lanes.flat(), lanes.count(), comment, Location::caller());
    }

    /// Puts ports into this order; those not named follow in the order of their declaration.
    pub fn port_order(&self, names: &[&str]) {
        self.shared.edit(|data| {
            let place = |port: &Port| names.iter().position(|name| *name == port.name).unwrap_or(names.len());
            let mut order: Vec<usize> = (0..data.ports.len()).collect();
            order.sort_by_key(|&position| place(&data.ports[position]));
            data.ports = order.iter().map(|&position| data.ports[position].clone()).collect();
            for node in &mut data.nodes {
                if let NodeKind::Input(port) = &mut node.kind {
                    let moved = order.iter().position(|&position| position == port.index());
                    *port = PortId(moved.unwrap_or_default() as u32);
                }
            }
        });
    }

    /// Writes a banner into the emitted text.
    pub fn section(&self, title: &str) {
        self.shared.item(Item::Section(title.to_string()));
    }

    /// Writes a remark into the emitted text, about what follows.
    pub fn comment(&self, text: &str) {
        self.shared.item(Item::Comment(text.to_string()));
    }

    /// Regular structure: what `body` describes stands `count` times, with a symbolic index. What stands once
    /// stands in the surrounding scope, without a loop.
    #[track_caller]
    pub fn repeat(&self, name: &str, count: u32, body: impl FnOnce(Index)) {
        let location = Location::caller();
        if count == 1 {
            return body(Index { of: None });
        }
        let index = self.shared.open_loop(name, count, location);
        body(index);
        self.shared.close_loop();
    }

    /// Several values side by side, the FIRST in the MOST significant bits. Neighbours that follow one another in the same value
    /// are one slice of it.
    #[track_caller]
    pub fn concat(&self, parts: &[&Value]) -> Value {
        let location = Location::caller();
        let width: u64 = parts.iter().map(|part| u64::from(part.width())).sum();
        if !self.shared.check_operands(parts, location) {
            return self.shared.invalid(uint(width.clamp(1, u64::from(MAXIMUM_WIDTH)) as u32), location);
        }
        if width > u64::from(MAXIMUM_WIDTH) {
            return self.shared.refuse_width(width, location);
        }
        let slices = parts.chunk_by(|above, below| below.is_below(above));
        let slices: Vec<Value> = slices.map(|neighbours| Value::joined(neighbours, location)).collect();
        match &slices[..] {
            [] => self.shared.refuse(Code::EmptyList, "concatenation of nothing".into(), uint(1), location),
            [only] => only.as_unsigned(),
            several => {
                let ids = several.iter().map(|slice| slice.id).collect();
                self.shared.node(NodeKind::Concat(ids), uint(width as u32), location)
            }
        }
    }

    /// The OR of all values whose select bit is one; zero when none is.
    #[track_caller]
    pub fn one_hot(&self, choices: &[(&Value, &Value)]) -> Value {
        let location = Location::caller();
        let selects: Vec<&Value> = choices.iter().map(|choice| choice.0).collect();
        let values: Vec<&Value> = choices.iter().map(|choice| choice.1).collect();
        let Some(first) = values.first() else {
            return self.shared.refuse(Code::EmptyList, "one-hot select of nothing".into(), uint(1), location);
        };
        let operands: Vec<&Value> = selects.iter().chain(&values).copied().collect();
        let sound = self.shared.check_operands(&operands, location)
            && selects.iter().all(|select| self.shared.expect_shape(select, uint(1), "a select bit", location))
            && values.iter().all(|value| self.shared.expect_shape(value, first.shape(), "a value", location));
        if !sound {
            return self.shared.invalid(first.shape(), location);
        }
        let ids = |list: &[&Value]| list.iter().map(|value| value.id).collect();
        let kind = NodeKind::OneHot { selects: ids(&selects), values: ids(&values) };
        self.shared.node(kind, first.shape(), location)
    }

    /// Closes the module. Defects found while building are reported by [`crate::Design::new`].
    #[track_caller]
    pub fn finish(self) -> Module {
        Arc::new(self.shared.take(Location::caller()))
    }

    /// A port whose shape was refused is there all the same: it is not missing.
    fn input_port(&self, name: &str, shape: Option<Shape>, lanes: u32, comment: &str, location: Location) -> Value {
        let Some(shape) = shape else {
            self.push_port(name, PortKind::Input, uint(1), 1, comment, location);
            return self.shared.invalid(uint(1), location);
        };
        let port = self.push_port(name, PortKind::Input, shape, lanes, comment, location);
        self.shared.node(NodeKind::Input(port), shape, location)
    }

    /// A port whose value was refused is there all the same: it is not missing.
    fn output_port(&self, name: &str, value: &Value, lanes: u32, comment: &str, location: Location) {
        let sound = self.shared.check_operands(&[value], location);
        let driver = if sound { value.id } else { self.shared.invalid(value.shape(), location).id };
        self.push_port(name, PortKind::Output(driver), value.shape(), lanes, comment, location);
    }

    fn push_port(&self, name: &str, kind: PortKind, shape: Shape, lanes: u32, comment: &str, at: Location) -> PortId {
        let (name, comment) = (name.to_string(), comment.to_string());
        self.shared.edit(|data| {
            data.ports.push(Port { name, kind, shape, lanes, comment, location: at });
            PortId(data.ports.len() as u32 - 1)
        })
    }
}

/// Characters of a module's name: an instance of it in nested loops has to fit into a line of 100 columns.
pub const LONGEST_MODULE_NAME: usize = 80;

/// What a longer name keeps of its beginning and of its end, which says what part of a design it is.
const KEPT: (usize, usize) = (42, 28);

/// A name within [`LONGEST_MODULE_NAME`]; a longer one has the 32-bit FNV-1a hash of all of it in its middle.
fn bounded(name: String) -> String {
    if name.len() <= LONGEST_MODULE_NAME {
        return name;
    }
    let hash = name.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    let beginning: String = name.chars().take(KEPT.0).collect();
    let end: String = name.chars().skip(name.chars().count() - KEPT.1).collect();
    // Both end with a whole word, where there are words.
    let beginning = beginning.rsplit_once('_').map_or(&*beginning, |(words, _)| words);
    let end = end.split_once('_').map_or(&*end, |(_, words)| words);
    format!("{}_{hash:08x}_{}", beginning.trim_end_matches('_'), end.trim_start_matches('_'))
}
