//! A vector of equal lanes: one flat value, lane 0 in the least significant bits.

use super::index::Affine;
use super::value::Value;
use crate::design::{NodeKind, WireId};
use crate::diagnostic::{Code, Location};
use crate::shape::{Shape, uint};

/// Equal lanes side by side.
#[derive(Clone, Debug)]
pub struct Lanes {
    flat: Value,
    shape: Shape,
    count: u32,
}

impl Lanes {
    pub(super) fn new(flat: Value, shape: Shape, count: u32) -> Lanes {
        Lanes { flat, shape, count }
    }

    /// All lanes as one value.
    pub fn flat(&self) -> &Value {
        &self.flat
    }

    /// The shape of one lane.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// How many lanes.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// Lane `index`, a number or an expression over loop indices.
    #[track_caller]
    pub fn lane(&self, index: impl Into<Affine>) -> Value {
        let (index, location) = (index.into(), Location::caller());
        let shared = &self.flat.shared;
        let (lowest, highest) = shared.range(&index);
        if lowest < 0 || highest >= i64::from(self.count) {
            let message = format!("lanes {lowest} to {highest} of {} lanes", self.count);
            return shared.refuse(Code::BitsOutOfRange, message, self.shape, location);
        }
        match index.as_constant() {
            Some(lane) => {
                let lane = self.flat.slice(lane as u32 * self.shape.width, self.shape.width);
                if self.shape.signed { lane.as_signed() } else { lane }
            }
            None => self.flat.apply(NodeKind::Lane { of: self.flat.id, index }, self.shape, &[], location),
        }
    }

    /// Every lane, lane 0 first: for irregular structure.
    #[track_caller]
    pub fn iter(&self) -> Vec<Value> {
        (0..self.count).map(|lane| self.lane(lane)).collect()
    }
}

impl Value {
    /// This value read as `count` lanes of `shape`; the widths must agree.
    #[track_caller]
    pub fn lanes(&self, shape: Shape, count: u32) -> Lanes {
        let location = Location::caller();
        let width = u64::from(shape.width) * u64::from(count);
        if width != u64::from(self.width()) {
            let message = format!("{count} lanes of {shape} are {width} bits, the value is {}", self.shape());
            self.shared.problem(Code::WidthMismatch, "", message, location);
        }
        let flat = if count == 1 { self.clone() } else { self.as_unsigned() };
        Lanes { flat, shape, count }
    }
}

/// A wire that is driven lane by lane; dereferences to its lanes.
pub struct LaneWire {
    pub(super) wire: WireId,
    pub(super) lanes: Lanes,
}

impl LaneWire {
    /// Drives lane `index`, a number or an expression over loop indices.
    #[track_caller]
    pub fn drive(&self, index: impl Into<Affine>, value: &Value) {
        let (index, location) = (index.into(), Location::caller());
        let shared = &self.lanes.flat.shared;
        let (lowest, highest) = shared.range(&index);
        if lowest < 0 || highest >= i64::from(self.lanes.count) {
            let message = format!("lanes {lowest} to {highest} of {} lanes are driven", self.lanes.count);
            shared.problem(Code::BitsOutOfRange, "", message, location);
            return;
        }
        let whole = self.lanes.count == 1;
        let lane = (!whole).then_some(index);
        if shared.expect_shape(value, self.lanes.shape, "the driver", location) {
            shared.drive(self.wire, lane, value, location);
        } else {
            shared.drive(self.wire, lane, &shared.invalid(uint(1), location), location);
        }
    }
}

impl std::ops::Deref for LaneWire {
    type Target = Lanes;

    fn deref(&self) -> &Lanes {
        &self.lanes
    }
}
