//! From nodes of the design to Verilog expressions that mean the same.
//!
//! Every expression has exactly the width of its node by itself, so that nothing depends on Verilog's rules of
//! context, but for arithmetic: a sum is assigned to one bit more than its operands have. Where signedness
//! matters, in comparisons and arithmetic, operands are brought to the signedness of their shape.

mod arithmetic;
mod comparison;
mod part;
mod statement;

use super::literal::literal;
use super::plan::Plan;
use super::reading::{Class, is_comparison};
use super::syntax::{Expression, Part, Reference, Signal};
use tritloom_hdl::{Affine, Bits, NodeId, NodeKind, Operator, Reduction, Register, Shape, bits_for, uint};

impl Plan<'_> {
    /// What a node is read as.
    pub fn value(&self, id: NodeId) -> Expression {
        let shape = self.reading.shape(id);
        match (self.reading.constant(id), self.signal(id)) {
            (Some(bits), _) => literal(bits, shape.signed),
            (None, Some(signal)) => self.whole(signal),
            (None, None) => self.definition(id),
        }
    }

    /// What a node is read as where it says which bit or which word: never negative.
    pub fn index(&self, id: NodeId) -> Expression {
        self.value(id).typed(self.reading.shape(id))
    }

    /// The expression behind a node, whatever its name.
    pub fn definition(&self, id: NodeId) -> Expression {
        let reading = &self.reading;
        let id = reading.alias(id);
        let shape = reading.shape(id);
        if let Some(bits) = reading.constant(id) {
            return literal(bits, shape.signed);
        }
        if let Some(of) = reading.wrapped(id) {
            return self.arithmetic(of, Some(shape.width));
        }
        if reading.class(id) == Class::Arithmetic {
            return self.arithmetic(id, None);
        }
        match &reading.node(id).kind {
            NodeKind::Not(of) => Expression::not(self.value(*of)),
            NodeKind::Reduce(reduction, of) => Expression::Unary(prefix(*reduction), Box::new(self.value(*of))),
            NodeKind::Binary(operator, left, right) if is_comparison(*operator) => {
                self.comparison(*operator, *left, *right)
            }
            NodeKind::Binary(operator, left, right) => {
                let operands = [*left, *right].map(|operand| self.value(operand));
                Expression::chain(infix(*operator), operands)
            }
            NodeKind::Slice { .. } | NodeKind::Lane { .. } => self.part_of(id),
            NodeKind::Concat(parts) => Expression::concat(parts.iter().map(|part| self.value(*part)).collect()),
            NodeKind::Extend(of) => self.resized(*of, shape.width),
            NodeKind::Mux { select, on_true, on_false } => {
                Expression::choose(self.value(*select), self.value(*on_true), self.value(*on_false))
            }
            NodeKind::OneHot { selects, values } => self.one_hot(selects, values, shape.width),
            NodeKind::Select { .. } | NodeKind::Table { .. } => self.choice(id),
            // Leaves have a signal; a checked design has no invalid node.
            _ => literal(&Bits::zero(shape.width), shape.signed),
        }
    }

    /// All of a signal; of a delay line the oldest value.
    pub fn whole(&self, signal: Signal) -> Expression {
        let Shape { width, signed } = self.declared(signal);
        match self.delay_line(signal) {
            Some(_) => self.bits_of_signal(signal, Affine::from(0), width),
            None => Expression::whole(signal, signed),
        }
    }

    /// The delay line that a signal is.
    pub fn delay_line(&self, signal: Signal) -> Option<&Register> {
        let Signal::Register(id) = signal else { return None };
        Some(&self.reading.module.registers[id.index()]).filter(|register| register.is_delay_line())
    }

    /// The shape that a signal is declared with; of a delay line that of a value, which is a part of a vector.
    pub fn declared(&self, signal: Signal) -> Shape {
        let module = self.reading.module;
        match signal {
            Signal::Clock | Signal::Reset => uint(1),
            Signal::Port(port) => module.ports[port.index()].shape,
            Signal::Wire(wire) => module.wires[wire.index()].shape,
            Signal::Pieces(wire) => uint(self.chains.get(&wire).copied().unwrap_or(1)),
            Signal::Register(register) => {
                let register = &module.registers[register.index()];
                Shape { signed: register.shape.signed && !register.is_delay_line(), ..register.shape }
            }
            Signal::Words(memory) | Signal::MemoryRead(memory, _) => module.memories[memory.index()].shape,
            Signal::InstanceOutput(instance, port) => {
                module.instances[instance.index()].module.ports[port.index()].shape
            }
            Signal::Node(id) => self.reading.shape(id),
            Signal::CountOnes(width) => uint(bits_for(u64::from(width))),
        }
    }

    /// The values of a `case` in label order, and the value for all other labels.
    pub fn case_values(&self, id: NodeId) -> (Vec<Expression>, Expression) {
        let id = self.reading.alias(id);
        let shape = self.reading.shape(id);
        let reachable = |index: &NodeId, count: usize| {
            let width = self.reading.shape(*index).width;
            if width < usize::BITS - 1 { count.min(1 << width) } else { count }
        };
        match &self.reading.node(id).kind {
            NodeKind::Select { index, values } => {
                let mut values: Vec<_> =
                    values[..reachable(index, values.len())].iter().map(|value| self.value(*value)).collect();
                let last = values.pop().unwrap_or_else(|| literal(&Bits::zero(shape.width), shape.signed));
                (values, last)
            }
            NodeKind::Table { index, entries } => {
                let entries = &entries[..reachable(index, entries.len())];
                let values = entries.iter().map(|entry| literal(entry, shape.signed)).collect();
                (values, literal(&Bits::zero(shape.width), shape.signed))
            }
            _ => (Vec::new(), self.value(id)),
        }
    }

    /// A select that needs no `case`: of one bit of a vector, or by an index that is constant in each iteration.
    fn choice(&self, id: NodeId) -> Expression {
        let (NodeKind::Select { index, .. } | NodeKind::Table { index, .. }) = &self.reading.node(id).kind else {
            return self.value(id);
        };
        if let Some(of) = self.reading.bit_select(id)
            && let Some(signal) = self.signal(of)
        {
            let part = Part::Bit(Box::new(self.index(*index)));
            return Expression::Read(Reference { signal, piece: None, part, declared_signed: false });
        }
        let width = self.reading.shape(*index).width;
        let (values, otherwise) = self.case_values(id);
        let label = |position: usize| literal(&Bits::from_u64(position as u64, width), false);
        let case = |(position, value)| (Expression::Operation("==", vec![self.value(*index), label(position)]), value);
        Expression::Choose(values.into_iter().enumerate().map(case).collect(), Box::new(otherwise))
    }

    fn one_hot(&self, selects: &[NodeId], values: &[NodeId], width: u32) -> Expression {
        let gated = |(select, value): (&NodeId, &NodeId)| {
            let select = self.value(*select);
            let mask = if width == 1 { select } else { Expression::Replicate(width, Box::new(select)) };
            Expression::Operation("&", vec![mask, self.value(*value)])
        };
        let mut terms: Vec<Expression> = selects.iter().zip(values).map(gated).collect();
        match terms.len() {
            1 => terms.remove(0),
            _ => Expression::Operation("|", terms),
        }
    }
}

fn prefix(reduction: Reduction) -> &'static str {
    match reduction {
        Reduction::And => "&",
        Reduction::Or => "|",
        Reduction::Xor => "^",
    }
}

fn infix(operator: Operator) -> &'static str {
    match operator {
        Operator::Add => "+",
        Operator::Subtract => "-",
        Operator::Multiply => "*",
        Operator::And => "&",
        Operator::Or => "|",
        Operator::Xor => "^",
        Operator::Equal => "==",
        Operator::NotEqual => "!=",
        Operator::Less => "<",
        Operator::LessEqual => "<=",
    }
}
