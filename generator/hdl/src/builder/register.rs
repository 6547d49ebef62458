//! Registers.

use super::value::Value;
use super::ModuleBuilder;
use crate::bits::Bits;
use crate::design::{Item, NodeKind, Register, RegisterId};
use crate::diagnostic::{Code, Location};
use crate::shape::{Shape, uint};

/// A register whose next value, enable and reset are still to be given; dereferences to its present value.
#[derive(Clone)]
pub struct RegisterBuilder {
    id: RegisterId,
    value: Value,
}

impl ModuleBuilder {
    /// Declares a register. Without [`RegisterBuilder::reset`] it is a datapath register and starts unknown.
    #[track_caller]
    pub fn register(&self, name: &str, shape: Shape) -> RegisterBuilder {
        self.register_stage(name, 1, shape, Location::caller())
    }

    /// A datapath register that follows `value` by one cycle, or holds while `enable` is zero.
    #[track_caller]
    pub fn delay(&self, name: &str, value: &Value, enable: Option<&Value>) -> Value {
        let location = Location::caller();
        let register = self.register_stage(name, 1, value.shape(), location);
        register.set_next(value, location);
        if let Some(enable) = enable {
            register.set_enable(enable, location);
        }
        register.value
    }

    pub(super) fn register_stage(&self, name: &str, stage: u32, shape: Shape, location: Location) -> RegisterBuilder {
        self.shared.check_width(shape, location);
        let (name, scope) = (name.to_string(), self.shared.scope());
        let id = self.shared.edit(|data| {
            let (next, enable, reset) = (None, None, None);
            data.registers.push(Register { name, stage, shape, next, enable, reset, scope, location });
            RegisterId(data.registers.len() as u32 - 1)
        });
        self.shared.item(Item::Register(id));
        let value = self.shared.node(NodeKind::Register(id), shape, location);
        RegisterBuilder { id, value }
    }
}

impl RegisterBuilder {
    /// The value taken at each enabled clock edge; the shapes must be equal.
    #[track_caller]
    pub fn next(&self, value: &Value) {
        self.set_next(value, Location::caller());
    }

    /// Takes the next value only where `enable` is one.
    #[track_caller]
    pub fn enable(&self, enable: &Value) -> &RegisterBuilder {
        self.set_enable(enable, Location::caller());
        self
    }

    /// Makes it a control register: reset sets it to `value`.
    #[track_caller]
    pub fn reset(&self, value: u64) -> &RegisterBuilder {
        let (width, location) = (self.value.width(), Location::caller());
        if width < 64 && value >= 1 << width {
            let message = format!("the reset value {value} does not fit {}", self.value.shape());
            self.value.shared.problem(Code::ConstantTooWide, "", message, location);
        }
        self.value.shared.edit(|data| data.registers[self.id.index()].reset = Some(Bits::from_u64(value, width)));
        self
    }

    /// The present value.
    pub fn value(&self) -> &Value {
        &self.value
    }

    pub(super) fn set_next(&self, value: &Value, location: Location) {
        let shared = &self.value.shared;
        let sound = shared.expect_shape(value, self.value.shape(), "the next value", location)
            && shared.check_operands(&[value], location);
        let id = if sound { value.id } else { shared.invalid(self.value.shape(), location).id };
        let before = shared.edit(|data| data.registers[self.id.index()].next.replace(id));
        if before.is_some() {
            self.twice("next value", location);
        }
    }

    pub(super) fn set_enable(&self, enable: &Value, location: Location) {
        let shared = &self.value.shared;
        if shared.expect_shape(enable, uint(1), "the enable", location) && shared.check_operands(&[enable], location) {
            let before = shared.edit(|data| data.registers[self.id.index()].enable.replace(enable.id));
            if before.is_some() {
                self.twice("enable", location);
            }
        }
    }

    fn twice(&self, what: &str, location: Location) {
        let name = self.value.shared.edit(|data| data.registers[self.id.index()].name.clone());
        let message = format!("the {what} of register `{name}` is given twice");
        self.value.shared.problem(Code::DrivenTwice, &name, message, location);
    }
}

impl std::ops::Deref for RegisterBuilder {
    type Target = Value;

    fn deref(&self) -> &Value {
        &self.value
    }
}
