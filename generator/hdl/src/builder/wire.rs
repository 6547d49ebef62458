//! Wires: named values, driven at once, later, or lane by lane.

use super::ModuleBuilder;
use super::index::Affine;
use super::lanes::Lanes;
use super::state::Shared;
use super::value::Value;
use crate::design::{Item, NodeKind, Wire, WireId};
use crate::diagnostic::Location;
use crate::shape::{MAXIMUM_WIDTH, Shape, uint};

impl ModuleBuilder {
    /// Declares a wire and drives it at once: gives `value` a name in the emitted text.
    #[track_caller]
    pub fn wire(&self, name: &str, value: &Value) -> Value {
        let location = Location::caller();
        let wire = self.declare(name, value.shape(), 1, location);
        let sound = self.shared.drive(wire, None, value, value.shape(), location);
        if sound { self.read(wire, value.shape(), location) } else { self.shared.invalid(value.shape(), location) }
    }

    /// Declares a wire that is read before it is driven.
    #[track_caller]
    pub fn forward(&self, name: &str, shape: Shape) -> ForwardWire {
        let location = Location::caller();
        if !self.shared.check_width(shape, location) {
            let wire = self.declare_unknown(name, location);
            return ForwardWire { wire, value: self.shared.invalid(uint(1), location) };
        }
        let wire = self.declare(name, shape, 1, location);
        ForwardWire { wire, value: self.read(wire, shape, location) }
    }

    /// Declares a wire of `count` lanes of `shape` that is driven lane by lane.
    #[track_caller]
    pub fn lanes(&self, name: &str, shape: Shape, count: u32) -> LaneWire {
        let location = Location::caller();
        let Some(flat) = self.flat(shape, count, location) else {
            let wire = self.declare_unknown(name, location);
            return LaneWire { wire, lanes: Lanes::new(self.shared.invalid(uint(1), location), shape, count) };
        };
        let wire = self.declare(name, flat, count, location);
        LaneWire { wire, lanes: Lanes::new(self.read(wire, flat, location), shape, count) }
    }

    /// The shape of lanes side by side; `None`, and a defect, where that is no legal width.
    pub(super) fn flat(&self, shape: Shape, count: u32, location: Location) -> Option<Shape> {
        let width = u64::from(shape.width) * u64::from(count);
        if !(1..=u64::from(MAXIMUM_WIDTH)).contains(&width) {
            self.shared.refuse_width(width, location);
            return None;
        }
        Some(if count == 1 { shape } else { uint(width as u32) })
    }

    fn declare(&self, name: &str, shape: Shape, lanes: u32, location: Location) -> WireId {
        let (name, scope) = (name.to_string(), self.shared.scope());
        let id = self.shared.edit(|data| {
            data.wires.push(Wire { name, shape, lanes, drives: Vec::new(), scope, location });
            WireId(data.wires.len() as u32 - 1)
        });
        self.shared.item(Item::Wire(id));
        id
    }

    /// A wire whose shape was refused is there all the same, so that its name is checked.
    fn declare_unknown(&self, name: &str, location: Location) -> WireId {
        let wire = self.declare(name, uint(1), 1, location);
        self.shared.drive_unknown(wire, location);
        wire
    }

    fn read(&self, wire: WireId, shape: Shape, location: Location) -> Value {
        self.shared.node(NodeKind::Wire(wire), shape, location)
    }
}

/// A wire that was read before it is driven; dereferences to its value.
pub struct ForwardWire {
    wire: WireId,
    value: Value,
}

impl ForwardWire {
    /// Drives the whole wire; the shapes must be equal.
    #[track_caller]
    pub fn drive(&self, value: &Value) {
        if !Shared::is_invalid(&self.value) {
            self.value.shared.drive(self.wire, None, value, self.value.shape, Location::caller());
        }
    }
}

impl std::ops::Deref for ForwardWire {
    type Target = Value;

    fn deref(&self) -> &Value {
        &self.value
    }
}

/// A wire that is driven lane by lane; dereferences to its lanes.
pub struct LaneWire {
    wire: WireId,
    lanes: Lanes,
}

impl LaneWire {
    /// Drives lane `index`, a number or an expression over loop indices.
    #[track_caller]
    pub fn drive(&self, index: impl Into<Affine>, value: &Value) {
        let (index, location) = (index.into(), Location::caller());
        let flat = self.lanes.flat();
        if Shared::is_invalid(flat) {
            return;
        }
        if !self.lanes.holds(&index, "driven", location) {
            flat.shared.drive_unknown(self.wire, location);
            return;
        }
        let lane = (self.lanes.count() > 1).then_some(index);
        flat.shared.drive(self.wire, lane, value, self.lanes.shape(), location);
    }
}

impl std::ops::Deref for LaneWire {
    type Target = Lanes;

    fn deref(&self) -> &Lanes {
        &self.lanes
    }
}
