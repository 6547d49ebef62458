//! One operator on random values.

use super::sketch::Sketch;
use crate::bits::Bits;
use crate::builder::Value;
use crate::shape::{Shape, uint};

impl Sketch<'_> {
    /// Adds the result of one operator, sometimes with a name of its own.
    pub(super) fn operator(&mut self) {
        let result = match self.random.below(8) {
            0 | 1 => self.arithmetic(),
            2 => self.comparison(),
            3 => self.bitwise(),
            4 => self.unary(),
            5 => self.choice(),
            6 => self.look_up(),
            _ => self.rearrangement(),
        };
        let result = if self.chance(2) {
            let name = self.name("w");
            self.builder.wire(&name, &result)
        } else {
            result
        };
        self.add(result);
    }

    /// Two values of equal signedness.
    fn pair(&mut self) -> (Value, Value) {
        let (left, right) = (self.any(), self.any());
        match (left.shape().signed == right.shape().signed, self.chance(2)) {
            (true, _) => (left, right),
            (false, true) => (left.to_signed(), right.to_signed()),
            (false, false) => (left.as_unsigned(), right.as_unsigned()),
        }
    }

    fn arithmetic(&mut self) -> Value {
        let (left, right) = self.pair();
        match self.random.below(5) {
            0 => &left + &right,
            1 => &left - &right,
            2 | 3 => &left * &right,
            _ => {
                let carry = self.bit();
                left.add_with_carry(&right, &carry)
            }
        }
    }

    fn comparison(&mut self) -> Value {
        let (left, right) = self.pair();
        match self.random.below(4) {
            0 => left.equals(&right),
            1 => left.differs(&right),
            2 => left.less(&right),
            _ => left.less_equal(&right),
        }
    }

    fn bitwise(&mut self) -> Value {
        let left = self.any();
        let right = self.value(left.shape());
        match self.random.below(4) {
            0 => &left & &right,
            1 => &left | &right,
            2 => &left ^ &right,
            _ => !&left,
        }
    }

    fn unary(&mut self) -> Value {
        let value = self.any();
        match self.random.below(7) {
            0 => value.all(),
            1 => value.any(),
            2 => value.parity(),
            3 => value.popcount(),
            4 => value.top_bit(),
            _ => -&value,
        }
    }

    fn choice(&mut self) -> Value {
        let shape = self.shape(super::WIDEST);
        let count = 1 + self.random.below(6);
        let values: Vec<Value> = (0..count).map(|_| self.value(shape)).collect();
        match self.random.below(3) {
            0 => {
                let select = self.bit();
                select.mux(&values[0], &values[values.len() - 1])
            }
            1 => {
                let selects: Vec<Value> = values.iter().map(|_| self.bit()).collect();
                let choices: Vec<(&Value, &Value)> = selects.iter().zip(&values).collect();
                self.builder.one_hot(&choices)
            }
            _ => self.index(4).select(&values),
        }
    }

    fn look_up(&mut self) -> Value {
        let shape = self.shape(super::WIDEST);
        let entries: Vec<Bits> = (0..1 + self.random.below(20)).map(|_| self.random.bits(shape.width)).collect();
        self.index(5).table(&entries, shape)
    }

    /// Mostly few bits, sometimes far more than the list is long.
    fn index(&mut self, most_bits: u32) -> Value {
        let width = if self.chance(10) { 60 + self.random.below(20) } else { 1 + self.random.below(most_bits) };
        self.value(uint(width))
    }

    fn rearrangement(&mut self) -> Value {
        let value = self.any();
        let width = value.width();
        match self.random.below(8) {
            0 => value.extend(width + self.random.below(30)),
            1 => value.shift_left(self.random.below(20)),
            2 => value.wrap(1 + self.random.below(width)),
            3 => value.truncate(self.random.below(width)),
            4 => value.saturate(1 + self.random.below(width)),
            5 => value.slice(width / 3, 1 + self.random.below(width - width / 3)),
            6 => {
                let shape = Shape { width: 1 + self.random.below(30), ..value.shape() };
                let constant = self.random.bits(shape.width);
                let constant = self.builder.constant(constant, shape.signed);
                &value + &constant
            }
            _ => {
                let (left, right) = (self.any(), self.any());
                self.builder.concat(&[&left, &value, &right])
            }
        }
    }
}
