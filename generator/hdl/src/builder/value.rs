//! A value of an open module, and the operators on it.

use super::state::Shared;
use crate::bits::Bits;
use crate::design::{NodeId, NodeKind, Operator, Reduction, WireId};
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
        let location = Location::caller();
        if width > self.width() {
            let message = format!("wrap of {} to {width} bits; use `extend`", self.shape);
            return self.shared.refuse(Code::WouldLoseBits, message, Shape { width, ..self.shape }, location);
        }
        self.cut(0, Shape { width, ..self.shape }, location)
    }

    /// Without the low `count` bits: the value divided by `2^count`, rounded towards minus infinity.
    #[track_caller]
    pub fn truncate(&self, count: u32) -> Value {
        let location = Location::caller();
        if count >= self.width() {
            let message = format!("truncation of {} by {count} bits leaves nothing", self.shape);
            return self.shared.refuse(Code::BitsOutOfRange, message, self.shape, location);
        }
        self.cut(count, Shape { width: self.width() - count, ..self.shape }, location)
    }

    /// The nearest value that `width` bits of the same signedness hold.
    #[track_caller]
    pub fn saturate(&self, width: u32) -> Value {
        let location = Location::caller();
        let target = Shape { width, ..self.shape };
        if width == 0 || width > self.width() {
            let message = format!("saturation of {} to {width} bits", self.shape);
            return self.shared.refuse(Code::WouldLoseBits, message, self.shape, location);
        }
        if width == self.width() {
            return self.clone();
        }
        let bound = |pattern: Bits, shape: Shape| self.shared.node(NodeKind::Constant(pattern), shape, location);
        let mut highest = Bits::zero(width);
        (0..width - u32::from(self.shape.signed)).for_each(|position| highest.set_bit(position, true));
        let highest = bound(highest, target);
        let inside = self.cut(0, target, location);
        let above = highest.grown(self.width(), location).binary(Operator::Less, self, location);
        let clamped = above.choose(&highest, &inside, location);
        if !self.shape.signed {
            return clamped;
        }
        let mut lowest = Bits::zero(width);
        lowest.set_bit(width - 1, true);
        let lowest = bound(lowest, target);
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
            return self.shared.refuse_width(width, location);
        }
        let zeros = self.shared.node(NodeKind::Constant(Bits::zero(count)), uint(count), location);
        let shape = Shape { width: width as u32, ..self.shape };
        self.apply(NodeKind::Concat(vec![self.id, zeros.id]), shape, &[], location)
    }

    /// `count` copies of the pattern side by side.
    #[track_caller]
    pub fn replicate(&self, count: u32) -> Value {
        let location = Location::caller();
        let width = u64::from(self.width()) * u64::from(count);
        if width == 0 || width > u64::from(MAXIMUM_WIDTH) {
            return self.shared.refuse_width(width, location);
        }
        if count == 1 {
            return self.as_unsigned();
        }
        let kind = NodeKind::Concat(vec![self.id; count as usize]);
        self.apply(kind, uint(width as u32), &[], location)
    }

    /// The sum with a carry-in of one bit; one bit wider than the wider operand.
    #[track_caller]
    pub fn add_with_carry(&self, right: &Value, carry: &Value) -> Value {
        let location = Location::caller();
        let shape = Shape { width: self.width().max(right.width()) + 1, ..self.shape };
        let sound = self.same_sign(right, location)
            && self.shared.expect_shape(carry, uint(1), "the carry", location)
            && self.shared.check_width(shape, location);
        if !sound {
            return self.shared.invalid(shape, location);
        }
        let kind = NodeKind::AddCarry { left: self.id, right: right.id, carry: carry.id };
        self.apply(kind, shape, &[right, carry], location)
    }

    /// Whether the values are equal.
    #[track_caller]
    pub fn equals(&self, right: &Value) -> Value {
        self.binary(Operator::Equal, right, Location::caller())
    }

    /// Whether the values differ.
    #[track_caller]
    pub fn differs(&self, right: &Value) -> Value {
        self.binary(Operator::NotEqual, right, Location::caller())
    }

    /// Whether this value is less than `right`.
    #[track_caller]
    pub fn less(&self, right: &Value) -> Value {
        self.binary(Operator::Less, right, Location::caller())
    }

    /// Whether this value is at most `right`.
    #[track_caller]
    pub fn less_equal(&self, right: &Value) -> Value {
        self.binary(Operator::LessEqual, right, Location::caller())
    }

    /// Whether all bits are one.
    #[track_caller]
    pub fn all(&self) -> Value {
        self.apply(NodeKind::Reduce(Reduction::And, self.id), uint(1), &[], Location::caller())
    }

    /// Whether any bit is one.
    #[track_caller]
    pub fn any(&self) -> Value {
        self.apply(NodeKind::Reduce(Reduction::Or, self.id), uint(1), &[], Location::caller())
    }

    /// Whether the number of ones is odd.
    #[track_caller]
    pub fn parity(&self) -> Value {
        self.apply(NodeKind::Reduce(Reduction::Xor, self.id), uint(1), &[], Location::caller())
    }

    /// The number of ones.
    #[track_caller]
    pub fn popcount(&self) -> Value {
        let shape = uint(crate::shape::bits_for(u64::from(self.width())));
        self.apply(NodeKind::Popcount(self.id), shape, &[], Location::caller())
    }

    /// `on_true` where this bit is one, `on_false` where it is zero.
    #[track_caller]
    pub fn mux(&self, on_true: &Value, on_false: &Value) -> Value {
        self.choose(on_true, on_false, Location::caller())
    }

    /// The value at the place that this unsigned index names; beyond the end, the last.
    #[track_caller]
    pub fn select(&self, values: &[Value]) -> Value {
        let location = Location::caller();
        let Some(first) = values.first() else {
            return self.shared.refuse(Code::EmptyList, "select among no values".into(), uint(1), location);
        };
        let operands: Vec<&Value> = values.iter().collect();
        let sound = self.unsigned_index(location)
            && operands.iter().all(|value| self.shared.expect_shape(value, first.shape, "a value", location));
        if !sound {
            return self.shared.invalid(first.shape, location);
        }
        let kind = NodeKind::Select { index: self.id, values: values.iter().map(|value| value.id).collect() };
        self.apply(kind, first.shape, &operands, location)
    }

    /// The constant at the place that this unsigned index names; beyond the end, zero.
    #[track_caller]
    pub fn table(&self, entries: &[Bits], shape: Shape) -> Value {
        let location = Location::caller();
        if entries.is_empty() {
            return self.shared.refuse(Code::EmptyList, "a table of no entries".into(), shape, location);
        }
        if let Some(entry) = entries.iter().find(|entry| entry.width() != shape.width) {
            let message = format!("a table entry has {} bits where {shape} is needed", entry.width());
            return self.shared.refuse(Code::WidthMismatch, message, shape, location);
        }
        if !self.unsigned_index(location) {
            return self.shared.invalid(shape, location);
        }
        self.apply(NodeKind::Table { index: self.id, entries: entries.to_vec() }, shape, &[], location)
    }

    pub(super) fn binary(&self, operator: Operator, right: &Value, location: Location) -> Value {
        let widest = self.width().max(right.width());
        let shape = match operator {
            Operator::Add => Shape { width: widest + 1, ..self.shape },
            Operator::Subtract => sint(widest + 1),
            Operator::Multiply => Shape { width: self.width() + right.width(), ..self.shape },
            Operator::And | Operator::Or | Operator::Xor => self.shape,
            Operator::Equal | Operator::NotEqual | Operator::Less | Operator::LessEqual => uint(1),
        };
        let bitwise = matches!(operator, Operator::And | Operator::Or | Operator::Xor);
        let sound = self.same_sign(right, location)
            && (!bitwise || self.shared.expect_shape(right, self.shape, "the right operand", location))
            && self.shared.check_width(shape, location);
        if !sound {
            return self.shared.invalid(shape, location);
        }
        self.apply(NodeKind::Binary(operator, self.id, right.id), shape, &[right], location)
    }

    fn cut(&self, low: u32, shape: Shape, location: Location) -> Value {
        if shape.width == 0 || u64::from(low) + u64::from(shape.width) > u64::from(self.width()) {
            let (first, last) = (low, u64::from(low) + u64::from(shape.width));
            let message = format!("bits {first} to {last} (excluded) of {}", self.shape);
            return self.shared.refuse(Code::BitsOutOfRange, message, shape, location);
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
        let (of, offset) = self.shared.slice_source(self.id).unwrap_or((self.id, 0));
        self.shared.node(NodeKind::Slice { of, low: offset + low }, shape, location)
    }

    fn grown(&self, width: u32, location: Location) -> Value {
        let shape = Shape { width, ..self.shape };
        if width < self.width() {
            let message = format!("extension of {} to {width} bits; use `wrap` or `saturate`", self.shape);
            return self.shared.refuse(Code::WouldLoseBits, message, shape, location);
        }
        if width == self.width() || !self.shared.check_width(shape, location) {
            return self.clone();
        }
        self.apply(NodeKind::Extend(self.id), shape, &[], location)
    }

    fn choose(&self, on_true: &Value, on_false: &Value, location: Location) -> Value {
        let sound = self.shared.expect_shape(self, uint(1), "the select", location)
            && self.shared.expect_shape(on_false, on_true.shape, "the value when zero", location);
        if !sound {
            return self.shared.invalid(on_true.shape, location);
        }
        if on_true.id == on_false.id && on_true.shared.same(&on_false.shared) {
            return on_true.clone();
        }
        let kind = NodeKind::Mux { select: self.id, on_true: on_true.id, on_false: on_false.id };
        self.apply(kind, on_true.shape, &[on_true, on_false], location)
    }

    pub(super) fn apply(&self, kind: NodeKind, shape: Shape, others: &[&Value], location: Location) -> Value {
        let operands: Vec<&Value> = std::iter::once(self).chain(others.iter().copied()).collect();
        if !self.shared.check_operands(&operands, location) {
            return self.shared.invalid(shape, location);
        }
        self.shared.node(kind, shape, location)
    }

    fn unsigned_index(&self, location: Location) -> bool {
        if self.shape.signed {
            let message = format!("the index is {} where an unsigned value is needed", self.shape);
            self.shared.problem(Code::SignMismatch, "", message, location);
        }
        !self.shape.signed
    }

    fn same_sign(&self, right: &Value, location: Location) -> bool {
        let equal = self.shape.signed == right.shape.signed;
        if !equal {
            let message = format!(
                "{} meets {}; say which reading is meant with `to_signed`, `as_signed` or `as_unsigned`",
                self.shape, right.shape
            );
            self.shared.problem(Code::SignMismatch, "", message, location);
        }
        equal
    }
}

/// A wire that was read before it is driven; dereferences to its value.
pub struct ForwardWire {
    pub(super) wire: WireId,
    pub(super) value: Value,
}

impl ForwardWire {
    /// Drives the whole wire; the shapes must be equal.
    #[track_caller]
    pub fn drive(&self, value: &Value) {
        let (location, shared) = (Location::caller(), &self.value.shared);
        if shared.expect_shape(value, self.value.shape, "the driver", location) {
            shared.drive(self.wire, None, value, location);
        } else {
            shared.drive(self.wire, None, &shared.invalid(self.value.shape, location), location);
        }
    }
}

impl std::ops::Deref for ForwardWire {
    type Target = Value;

    fn deref(&self) -> &Value {
        &self.value
    }
}
