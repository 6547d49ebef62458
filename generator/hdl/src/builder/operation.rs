//! Named operators on values; those with symbols are in `expression`.

use super::value::Value;
use crate::bits::Bits;
use crate::design::{NodeId, NodeKind, Operator, Reduction};
use crate::diagnostic::{Code, Location};
use crate::shape::{Shape, bits_for, sint, uint};

impl Value {
    /// The sum with a carry-in of one bit; one bit wider than the wider operand.
    #[track_caller]
    pub fn add_with_carry(&self, right: &Value, carry: &Value) -> Value {
        let location = Location::caller();
        let shape = Shape { width: self.width().max(right.width()) + 1, ..self.shape };
        let sound = self.sound_with(&[right, carry], location)
            && self.same_sign(right, location)
            && self.shared.expect_shape(carry, uint(1), "the carry", location)
            && self.shared.check_width(shape, location);
        let kind = NodeKind::AddCarry { left: self.id, right: right.id, carry: carry.id };
        self.node_if(sound, kind, shape, location)
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
        self.unary(NodeKind::Reduce(Reduction::And, self.id), uint(1), Location::caller())
    }

    /// Whether any bit is one.
    #[track_caller]
    pub fn any(&self) -> Value {
        self.unary(NodeKind::Reduce(Reduction::Or, self.id), uint(1), Location::caller())
    }

    /// Whether the number of ones is odd.
    #[track_caller]
    pub fn parity(&self) -> Value {
        self.unary(NodeKind::Reduce(Reduction::Xor, self.id), uint(1), Location::caller())
    }

    /// The number of ones.
    #[track_caller]
    pub fn popcount(&self) -> Value {
        let shape = uint(bits_for(u64::from(self.width())));
        self.unary(NodeKind::Popcount(self.id), shape, Location::caller())
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
            return self.refuse(Code::EmptyList, "select among no values".into(), uint(1), location);
        };
        let operands: Vec<&Value> = values.iter().collect();
        let sound = self.sound_with(&operands, location)
            && self.is_unsigned_index(location)
            && operands.iter().all(|value| self.shared.expect_shape(value, first.shape, "a value", location));
        let values: Vec<NodeId> = values.iter().map(|value| value.id).collect();
        self.node_if(sound, NodeKind::Select { index: self.id, values }, first.shape, location)
    }

    /// The constant at the place that this unsigned index names; beyond the end, zero.
    #[track_caller]
    pub fn table(&self, entries: &[Bits], shape: Shape) -> Value {
        let location = Location::caller();
        if entries.is_empty() {
            return self.refuse(Code::EmptyList, "a table of no entries".into(), shape, location);
        }
        if let Some(entry) = entries.iter().find(|entry| entry.width() != shape.width) {
            let message = format!("a table entry has {} bits where {shape} is needed", entry.width());
            return self.refuse(Code::WidthMismatch, message, shape, location);
        }
        let sound = self.sound_with(&[], location)
            && self.is_unsigned_index(location)
            && self.shared.check_width(shape, location);
        self.node_if(sound, NodeKind::Table { index: self.id, entries: entries.to_vec() }, shape, location)
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
        let sound = self.sound_with(&[right], location)
            && self.same_sign(right, location)
            && (!bitwise || self.shared.expect_shape(right, self.shape, "the right operand", location))
            && self.shared.check_width(shape, location);
        self.node_if(sound, NodeKind::Binary(operator, self.id, right.id), shape, location)
    }

    pub(super) fn choose(&self, on_true: &Value, on_false: &Value, location: Location) -> Value {
        let sound = self.sound_with(&[on_true, on_false], location)
            && self.shared.expect_shape(self, uint(1), "the select", location)
            && self.shared.expect_shape(on_false, on_true.shape, "the value when zero", location);
        if sound && on_true.id == on_false.id {
            return on_true.clone();
        }
        let kind = NodeKind::Mux { select: self.id, on_true: on_true.id, on_false: on_false.id };
        self.node_if(sound, kind, on_true.shape, location)
    }

    /// The node over this operand alone.
    pub(super) fn unary(&self, kind: NodeKind, shape: Shape, location: Location) -> Value {
        let sound = self.sound_with(&[], location) && self.shared.check_width(shape, location);
        self.node_if(sound, kind, shape, location)
    }

    /// Whether this and other operands may be used here. Asked before their shapes are compared, since the shape
    /// of an invalid value is but a guess.
    fn sound_with(&self, others: &[&Value], location: Location) -> bool {
        let operands: Vec<&Value> = std::iter::once(self).chain(others.iter().copied()).collect();
        self.shared.check_operands(&operands, location)
    }

    fn node_if(&self, sound: bool, kind: NodeKind, shape: Shape, location: Location) -> Value {
        if sound { self.shared.node(kind, shape, location) } else { self.shared.invalid(shape, location) }
    }

    fn is_unsigned_index(&self, location: Location) -> bool {
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
