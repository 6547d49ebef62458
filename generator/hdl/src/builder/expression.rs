//! `+ - * & | ^ !` and unary minus on values and on references to them.

use super::value::Value;
use crate::design::{NodeKind, Operator};
use crate::diagnostic::Location;
use crate::shape::sint;
use std::ops::{Add, BitAnd, BitOr, BitXor, Mul, Neg, Not, Sub};

macro_rules! binary_operators {
    ($($trait:ident $method:ident $operator:ident;)*) => {$(
        impl $trait<&Value> for &Value {
            type Output = Value;
            #[track_caller]
            fn $method(self, right: &Value) -> Value {
                self.binary(Operator::$operator, right, Location::caller())
            }
        }
        impl $trait<Value> for &Value {
            type Output = Value;
            #[track_caller]
            fn $method(self, right: Value) -> Value {
                self.binary(Operator::$operator, &right, Location::caller())
            }
        }
        impl $trait<&Value> for Value {
            type Output = Value;
            #[track_caller]
            fn $method(self, right: &Value) -> Value {
                self.binary(Operator::$operator, right, Location::caller())
            }
        }
        impl $trait<Value> for Value {
            type Output = Value;
            #[track_caller]
            fn $method(self, right: Value) -> Value {
                self.binary(Operator::$operator, &right, Location::caller())
            }
        }
    )*};
}

binary_operators! {
    Add add Add;
    Sub sub Subtract;
    Mul mul Multiply;
    BitAnd bitand And;
    BitOr bitor Or;
    BitXor bitxor Xor;
}

impl Not for &Value {
    type Output = Value;
    #[track_caller]
    fn not(self) -> Value {
        self.unary(NodeKind::Not(self.id), self.shape, Location::caller())
    }
}

impl Not for Value {
    type Output = Value;
    #[track_caller]
    fn not(self) -> Value {
        !&self
    }
}

impl Neg for &Value {
    type Output = Value;
    #[track_caller]
    fn neg(self) -> Value {
        let shape = sint(self.width() + 1);
        self.unary(NodeKind::Negate(self.id), shape, Location::caller())
    }
}

impl Neg for Value {
    type Output = Value;
    #[track_caller]
    fn neg(self) -> Value {
        -&self
    }
}
