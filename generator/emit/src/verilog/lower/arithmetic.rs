//! Sums, differences, products and counts.

use super::super::demand::{LONGEST_BIT_SUM, OperandWidths};
use super::super::literal::{literal, without_minus};
use super::super::plan::Plan;
use super::super::reading::extended;
use super::super::syntax::Expression;
use super::infix;
use tritloom_hdl::{Affine, Bits, NodeId, NodeKind, Operator};

impl Plan<'_> {
    /// The text of an arithmetic node: widened by the assignment it is the root of, or, wrapped to `wrap` bits,
    /// of just that width by itself.
    pub(super) fn arithmetic(&self, id: NodeId, wrap: Option<u32>) -> Expression {
        let widths = OperandWidths::of(&self.reading, id, wrap);
        // Modulo the width, and in products as wide as their operands, signedness makes no difference.
        let free = wrap.is_some() || widths.left == self.reading.shape(id).width;
        let operand = |of: NodeId, width: u32| {
            let value = self.resized(of, width);
            if free { value } else { value.typed(self.reading.shape(of)) }
        };
        match &self.reading.node(id).kind {
            NodeKind::Binary(operator, left, right) => {
                sum_or_product(*operator, operand(*left, widths.left), operand(*right, widths.right))
            }
            NodeKind::Negate(of) => Expression::Unary("-", Box::new(operand(*of, widths.left))),
            NodeKind::AddCarry { left, right, carry } => {
                let shape = self.reading.shape(*left);
                let signed = shape.signed && !free;
                // In a signed sum the carry needs a bit more: its own top bit would be a sign.
                let width = widths.left + u32::from(signed);
                let carry = self.zero_extended(*carry, width, signed);
                let summands = [operand(*left, widths.left), operand(*right, widths.right)];
                Expression::Operation("+", summands.into_iter().chain([carry]).collect())
            }
            NodeKind::Popcount(of) => self.count_of_ones(id, *of),
            _ => self.value(id),
        }
    }

    /// The pattern of a node's value in `width` bits: extended by its own signedness, or cut.
    pub(super) fn resized(&self, id: NodeId, width: u32) -> Expression {
        let shape = self.reading.shape(id);
        if width < shape.width {
            return self.bits(id, &Affine::from(0), width);
        }
        if width == shape.width {
            return self.value(id);
        }
        if let Some(bits) = self.reading.constant(id) {
            return literal(&extended(bits, width, shape.signed), shape.signed);
        }
        if !shape.signed {
            return self.zero_extended(id, width, false);
        }
        let missing = width - shape.width;
        if shape.width == 1 {
            return Expression::Replicate(width, Box::new(self.value(id)));
        }
        let sign = self.bits(id, &Affine::from(shape.width - 1), 1);
        let signs = if missing == 1 { sign } else { Expression::Replicate(missing, Box::new(sign)) };
        Expression::concat(vec![signs, self.value(id)])
    }

    fn zero_extended(&self, id: NodeId, width: u32, signed: bool) -> Expression {
        let own = self.reading.shape(id).width;
        let extended = match self.reading.constant(id) {
            Some(bits) => literal(&bits.slice(0, width), signed),
            None if own == width => self.value(id),
            None => Expression::concat(vec![literal(&Bits::zero(width - own), false), self.value(id)]),
        };
        if signed { extended.typed(tritloom_hdl::sint(width)) } else { extended }
    }

    /// Synthesis makes one compressor tree of such a sum, and of the function's loop too.
    fn count_of_ones(&self, id: NodeId, of: NodeId) -> Expression {
        let (width, count) = (self.reading.shape(id).width, self.reading.shape(of).width);
        if count > LONGEST_BIT_SUM {
            return Expression::CountOnes(count, Box::new(self.value(of)));
        }
        let zeros = literal(&Bits::zero(width - 1), false);
        let bit = |position: u32| Expression::concat(vec![zeros.clone(), self.bits(of, &Affine::from(position), 1)]);
        Expression::Operation("+", (0..count).rev().map(bit).collect())
    }
}

/// Minus a negative constant is plus its magnitude, and the other way round.
fn sum_or_product(operator: Operator, left: Expression, right: Expression) -> Expression {
    let (operator, right) = match (operator, without_minus(&right)) {
        (Operator::Add, Some(positive)) => (Operator::Subtract, positive),
        (Operator::Subtract, Some(positive)) => (Operator::Add, positive),
        _ => (operator, right),
    };
    Expression::Operation(infix(operator), vec![left, right])
}
