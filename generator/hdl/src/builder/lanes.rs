//! A vector of equal lanes: one flat value, lane 0 in the least significant bits.

use super::index::Affine;
use super::state::Shared;
use super::value::Value;
use crate::design::NodeKind;
use crate::diagnostic::{Code, Location};
use crate::shape::{MAXIMUM_WIDTH, Shape};

/// Equal lanes side by side.
#[derive(Clone, Debug)]
pub struct Lanes {
    flat: Value,
    shape: Shape,
    count: u32,
}

impl Lanes {
    /// The flat value is as wide as all lanes together, or invalid; then the number of lanes is but a guess.
    pub(super) fn new(flat: Value, shape: Shape, count: u32) -> Lanes {
        let count = if Shared::is_invalid(&flat) { count.min(MAXIMUM_WIDTH) } else { count };
        Lanes { flat, shape, count }
    }

    /// All lanes as one value: unsigned, but what is read as a single lane stays as it is.
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
        if !shared.check_operands(&[&self.flat], location) || !self.holds(&index, "read", location) {
            return shared.invalid(self.shape, location);
        }
        match index.as_constant() {
            Some(lane) => self.flat.cut(lane as u32 * self.shape.width, self.shape, location),
            None => shared.node(NodeKind::Lane { of: self.flat.id, index }, self.shape, location),
        }
    }

    /// Every lane, lane 0 first: for irregular structure.
    #[track_caller]
    pub fn iter(&self) -> Vec<Value> {
        (0..self.count).map(|lane| self.lane(lane)).collect()
    }

    /// Whether an index names one of the lanes, in every iteration; the defect is recorded.
    pub(super) fn holds(&self, index: &Affine, done: &str, location: Location) -> bool {
        let shared = &self.flat.shared;
        let Some((lowest, highest)) = shared.range(index, location) else { return false };
        let inside = lowest >= 0 && highest < i128::from(self.count);
        if !inside {
            let lanes = match (lowest, highest) {
                _ if lowest == i128::from(i64::MIN) => "a lane whose number left 64 bits is".to_string(),
                _ if lowest == highest => format!("lane {lowest} is"),
                _ => format!("lanes {lowest} to {highest} are"),
            };
            shared.problem(Code::BitsOutOfRange, "", format!("{lanes} {done}; there are {}", self.count), location);
        }
        inside
    }
}

impl Value {
    /// This value read as `count` lanes of `shape`; the widths must agree.
    #[track_caller]
    pub fn lanes(&self, shape: Shape, count: u32) -> Lanes {
        let location = Location::caller();
        let width = u64::from(shape.width) * u64::from(count);
        let flat = if Shared::is_invalid(self) || count == 1 && shape.width == self.width() {
            self.clone()
        } else if width != u64::from(self.width()) {
            let message = format!("{count} lanes of {shape} are {width} bits, the value is {}", self.shape());
            self.refuse(Code::WidthMismatch, message, self.shape(), location)
        } else {
            self.as_unsigned()
        };
        Lanes::new(flat, shape, count)
    }
}
