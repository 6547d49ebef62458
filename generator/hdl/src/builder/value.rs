//! A value of an open module, and other views of its bits. Operators are in `operation` and `expression`.

use super::state::Shared;
use crate::bits::Bits;
use crate::design::{NodeId, NodeKind, Operator};
use crate::diagnostic::{Code, Location};
use crate::shape::{MAXIMUM_WIDTH, Shape, sint, uint};
use std::fmt;

/// A value of a module under construction: a handle, cheap to clone.
#[derive(Clone)]
pub struct Value {
    pub(super) shared: Shared,
    pub(super) id: NodeId,
    pub(super) shape: Shape,
}

impl fmt::Debug for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "node {}: {}", self.id.0, self.shape)
    }
}

impl Value {
    /// Width and signedness.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// In bits.
    pub fn width(&self) -> u32 {
        self.shape.width
    }

    /// Bits `low .. low + width`, unsigned.
    #[track_caller]
    pub fn slice(&self, low: u32, width: u32) -> Value {
        self.cut(low, uint(width), Location::caller())
    }

    /// One bit.
    #[track_caller]
    pub fn bit(&self, position: u32) -> Value {
        self.cut(position, uint(1), Location::caller())
    }

    /// The top bit: the sign of a signed value.
    #[track_caller]
    pub fn top_bit(&self) -> Value {
        self.cut(self.width() - 1, uint(1), Location::caller())
    }

    /// Whether `next` is the bits that follow these in the same value.
    pub fn is_below(&self, next: &Value) -> bool {
        let [(of, low), (next_of, next_low)] = [self, next].map(Value::source);
        of == next_of && low + self.width() == next_low
    }

    /// Neighbours in one value, the highest first, as one slice of it.
    pub(super) fn joined(neighbours: &[&Value], location: Location) -> Value {
        let lowest = neighbours[neighbours.len() - 1];
        if neighbours.len() == 1 {
            return lowest.clone();
        }
        let (of, low) = lowest.source();
        let width = neighbours.iter().map(|part| part.width()).sum();
        let whole = Value { shared: lowest.shared.clone(), id: of, shape: lowest.shared.shape(of) };
        whole.cut(low, uint(width), location)
    }

    /// The node that holds its bits, and the lowest of them there.
    pub fn source(&self) -> (NodeId, u32) {
        self.shared.slice_source(self.id).unwrap_or((self.id, 0))
    }

    /// The same pattern read as two's complement.
    #[track_caller]
    pub fn as_signed(&self) -> Value {
        self.cut(0, sint(self.width()), Location::caller())
    }

    /// The same pattern read as unsigned.
    #[track_caller]
    pub fn as_unsigned(&self) -> Value {
        self.cut(0, uint(self.width()), Location::caller())
    }

    /// The same value as a signed one: an unsigned value gets one more bit.
    #[track_caller]
    pub fn to_signed(&self) -> Value {
        if self.shape.signed { self.clone() } else { self.grown(self.width() + 1, Location::caller()).as_signed() }
    }

    /// The same value in `width` bits, which must not be fewer.
    #[track_caller]
    pub fn extend(&self, width: u32) -> Value {
        self.grown(width, Location::caller())
    }

    /// The low `width` bits: the value modulo `2^width`. Says that higher bits are dropped on purpose.
    #[track_caller]
    pub fn wrap(&self, width: u32) -> Value {
        let (location, target) = (Location::caller(), Shape { width, ..self.shape });
        if width > self.width() {
            let message = format!("wrap of {} to {width} bits; use `extend`", self.shape);
            return self.refuse(Code::WouldLoseBits, message, target, location);
        }
        self.cut(0, target, location)
    }

    /// Without the low `count` bits: the value divided by `2^count`, rounded towards minus infinity.
    #[track_caller]
    pub fn truncate(&self, count: u32) -> Value {
        let location = Location::caller();
        if count >= self.width() {
            let message = format!("truncation of {} by {count} bits leaves nothing", self.shape);
            return self.refuse(Code::BitsOutOfRange, message, self.shape, location);
        }
        self.cut(count, Shape { width: self.width() - count, ..self.shape }, location)
    }

    /// The nearest value that `width` bits of the same signedness hold.
    #[track_caller]
    pub fn saturate(&self, width: u32) -> Value {
        let (location, target) = (Location::caller(), Shape { width, ..self.shape });
        if width == 0 || width > self.width() {
            let message = format!("saturation of {} to {width} bits", self.shape);
            return self.refuse(Code::WouldLoseBits, message, target, location);
        }
        if width == self.width() {
            return self.clone();
        }
        let bound = |pattern: Bits| self.shared.node(NodeKind::Constant(pattern), target, location);
        let mut highest = Bits::zero(width);
        (0..width - u32::from(self.shape.signed)).for_each(|position| highest.set_bit(position, true));
        let highest = bound(highest);
        let inside = self.cut(0, target, location);
        let above = highest.grown(self.width(), location).binary(Operator::Less, self, location);
        let clamped = above.choose(&highest, &inside, location);
        if !self.shape.signed {
            return clamped;
        }
        let mut lowest = Bits::zero(width);
        lowest.set_bit(width - 1, true);
        let lowest = bound(lowest);
        let below = self.binary(Operator::Less, &lowest.grown(self.width(), location), location);
        below.choose(&lowest, &clamped, location)
    }

    /// The value times `2^count`, `count` bits wider.
    #[track_caller]
    pub fn shift_left(&self, count: u32) -> Value {
        let location = Location::caller();
        if count == 0 {
            return self.clone();
        }
        let width = u64::from(self.width()) + u64::from(count);
        if width > u64::from(MAXIMUM_WIDTH) {
            return self.refuse_width(width, location);
        }
        let zeros = self.shared.node(NodeKind::Constant(Bits::zero(count)), uint(count), location);
        let shape = Shape { width: width as u32, ..self.shape };
        self.unary(NodeKind::Concat(vec![self.id, zeros.id]), shape, location)
    }

    /// `count` copies of the pattern side by side.
    #[track_caller]
    pub fn replicate(&self, count: u32) -> Value {
        let location = Location::caller();
        let width = u64::from(self.width()) * u64::from(count);
        if width == 0 || width > u64::from(MAXIMUM_WIDTH) {
            return self.refuse_width(width, location);
        }
        if count == 1 {
            return self.as_unsigned();
        }
        self.unary(NodeKind::Concat(vec![self.id; count as usize]), uint(width as u32), location)
    }

    /// Bits of the pattern as a value of `shape`, from bit `low` up.
    pub(super) fn cut(&self, low: u32, shape: Shape, location: Location) -> Value {
        let end = u64::from(low) + u64::from(shape.width);
        if shape.width == 0 || end > u64::from(self.width()) {
            let message = format!("bits {low} to {end} (excluded) of {}", self.shape);
            return self.refuse(Code::BitsOutOfRange, message, shape, location);
        }
        if shape == self.shape {
            return self.clone();
        }
        if !self.shared.check_operands(&[self], location) {
            return self.shared.invalid(shape, location);
        }
        if let Some(bits) = self.shared.constant_bits(self.id) {
            return self.shared.node(NodeKind::Constant(bits.slice(low, shape.width)), shape, location);
        }
        let (of, offset) = self.source();
        self.shared.node(NodeKind::Slice { of, low: offset + low }, shape, location)
    }

    /// The same value in as many bits or more.
    pub(super) fn grown(&self, width: u32, location: Location) -> Value {
        let shape = Shape { width, ..self.shape };
        if width < self.width() {
            let message = format!("extension of {} to {width} bits; use `wrap` or `saturate`", self.shape);
            return self.refuse(Code::WouldLoseBits, message, shape, location);
        }
        if width > MAXIMUM_WIDTH {
            return self.refuse_width(u64::from(width), location);
        }
        if width == self.width() {
            return self.clone();
        }
        self.unary(NodeKind::Extend(self.id), shape, location)
    }

    /// Records a defect in the use of this value, unless it is invalid itself.
    pub(super) fn refuse(&self, code: Code, message: String, shape: Shape, location: Location) -> Value {
        if !Shared::is_invalid(self) {
            self.shared.problem(code, "", message, location);
        }
        self.shared.invalid(shape, location)
    }

    pub(super) fn refuse_width(&self, width: u64, location: Location) -> Value {
        let message = format!("a width of {width} bits; legal are 1 to {MAXIMUM_WIDTH}");
        self.refuse(Code::WidthOutOfRange, message, uint(1), location)
    }
}
