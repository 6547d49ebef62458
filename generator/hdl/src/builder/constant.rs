//! Values known before the circuit runs.

use super::ModuleBuilder;
use super::index::Affine;
use super::value::Value;
use crate::bits::Bits;
use crate::design::NodeKind;
use crate::diagnostic::{Code, Location};
use crate::shape::{Shape, sint, uint};

impl ModuleBuilder {
    /// The unsigned constant `value` in `width` bits.
    #[track_caller]
    pub fn uint(&self, value: u64, width: u32) -> Value {
        self.number(i128::from(value), uint(width), Location::caller())
    }

    /// The signed constant `value` in `width` bits.
    #[track_caller]
    pub fn sint(&self, value: i64, width: u32) -> Value {
        self.number(i128::from(value), sint(width), Location::caller())
    }

    /// A constant of any width from its bit pattern.
    #[track_caller]
    pub fn constant(&self, bits: Bits, signed: bool) -> Value {
        let (shape, location) = (Shape { width: bits.width(), signed }, Location::caller());
        if !self.shared.check_width(shape, location) {
            return self.shared.invalid(shape, location);
        }
        self.shared.node(NodeKind::Constant(bits), shape, location)
    }

    /// The value of a loop index expression, as an unsigned constant of each iteration.
    #[track_caller]
    pub fn index(&self, index: impl Into<Affine>, width: u32) -> Value {
        let (affine, shape, location) = (index.into(), uint(width), Location::caller());
        let range = self.shared.range(&affine, location);
        let Some((lowest, highest)) = range.filter(|_| self.shared.check_width(shape, location)) else {
            return self.shared.invalid(shape, location);
        };
        if let Some(value) = affine.as_constant() {
            return self.number(i128::from(value), shape, location);
        }
        if !fits(lowest, shape) || !fits(highest, shape) {
            let message = format!("the index runs from {lowest} to {highest}, which {shape} does not hold");
            return self.shared.refuse(Code::ConstantTooWide, message, shape, location);
        }
        self.shared.node(NodeKind::Index(affine), shape, location)
    }

    fn number(&self, value: i128, shape: Shape, location: Location) -> Value {
        if !self.shared.check_width(shape, location) {
            return self.shared.invalid(shape, location);
        }
        if !fits(value, shape) {
            let message = format!("the constant {value} does not fit {shape}");
            return self.shared.refuse(Code::ConstantTooWide, message, shape, location);
        }
        self.shared.node(NodeKind::Constant(Bits::from_i128(value, shape.width)), shape, location)
    }
}

/// Whether a shape of a legal width holds a value of at most 65 bits.
fn fits(value: i128, shape: Shape) -> bool {
    let span = 1i128 << (shape.width - u32::from(shape.signed)).min(100);
    let lowest = if shape.signed { -span } else { 0 };
    (lowest..span).contains(&value)
}
