//! Comparisons: operands brought to one width, and to one signedness where order is asked for.

use super::super::literal::literal;
use super::super::plan::Plan;
use super::super::syntax::Expression;
use super::infix;
use tritloom_hdl::{Bits, NodeId, Operator, sint};

impl Plan<'_> {
    pub(super) fn comparison(&self, operator: Operator, left: NodeId, right: NodeId) -> Expression {
        let width = self.compared_width(operator, left, right);
        let guarded = self.suspects.may_decide(&self.reading, operator, left, right);
        let operand = |id: NodeId| {
            let (value, signed) = (self.resized(id, width), self.reading.shape(id).signed);
            match operator {
                // Patterns of equal width are equal whatever their signedness.
                Operator::Equal | Operator::NotEqual => value,
                _ if signed => value.typed(sint(width)),
                _ if guarded => inside(value),
                _ => value.typed(self.reading.shape(id)),
            }
        };
        // A constant reads best on the right.
        match self.reading.constant(left) {
            Some(_) => Expression::Operation(mirrored(operator), vec![operand(right), operand(left)]),
            None => Expression::Operation(infix(operator), vec![operand(left), operand(right)]),
        }
    }

    /// How wide the operands of a comparison are printed: one bit more where a signed one may be constant and at
    /// an end of its range.
    pub fn compared_width(&self, operator: Operator, left: NodeId, right: NodeId) -> u32 {
        let shape = self.reading.shape(left);
        let guarded = shape.signed && self.suspects.may_decide(&self.reading, operator, left, right);
        shape.width.max(self.reading.shape(right).width) + u32::from(guarded)
    }
}

/// The same order with `01` on top of each operand: none is all zeros or all ones, whatever constant it may be.
fn inside(value: Expression) -> Expression {
    Expression::concat(vec![literal(&Bits::from_u64(1, 2), false), value])
}

/// The comparison with its operands exchanged.
fn mirrored(operator: Operator) -> &'static str {
    match operator {
        Operator::Less => ">",
        Operator::LessEqual => ">=",
        operator => infix(operator),
    }
}
