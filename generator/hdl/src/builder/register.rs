//! Registers, alone and one behind the other.

use super::ModuleBuilder;
use super::index::Affine;
use super::state::Shared;
use super::value::Value;
use crate::bits::Bits;
use crate::design::{Item, NodeKind, Register, RegisterId};
use crate::diagnostic::{Code, Location};
use crate::shape::{MAXIMUM_WIDTH, Shape, uint};

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
        self.new_register(name, 1, shape, Affine::from(1), Location::caller())
    }

    /// A datapath register that follows `value` by one cycle, or holds while `enable` is zero.
    #[track_caller]
    pub fn delay(&self, name: &str, value: &Value, enable: Option<&Value>) -> Value {
        self.registers_in_line(name, value, Affine::from(1), enable, Location::caller())
    }

    /// The value of `cycles` clock edges ago, counting those at which `enable` is one: as many datapath registers one behind
    /// the other. The number of cycles may depend on the indices of the loops around, and is at least 1 in every iteration.
    ///
    /// ```
    /// use tritloom_hdl::{Design, ModuleBuilder, uint};
    ///
    /// let m = ModuleBuilder::new("skew_4x8", "Lane i comes out i + 1 cycles later.");
    /// let x = m.input_lanes("x", uint(8), 4, "");
    /// let skewed = m.lanes("skewed", uint(8), 4);
    /// m.repeat("lane", 4, |lane| skewed.drive(lane, &m.delay_line("late", &x.lane(lane), lane + 1, None)));
    /// m.output_lanes("y", &skewed, "");
    /// let design = Design::new(m.finish()).expect("a legal design");
    /// assert_eq!(design.census().bits(), 8 * (1 + 2 + 3 + 4));
    /// ```
    #[track_caller]
    pub fn delay_line(&self, name: &str, value: &Value, cycles: impl Into<Affine>, enable: Option<&Value>) -> Value {
        let (cycles, location) = (cycles.into(), Location::caller());
        match self.is_delay(name, &cycles, value.shape(), location) {
            true => self.registers_in_line(name, value, cycles, enable, location),
            false => self.shared.invalid(value.shape(), location),
        }
    }

    /// Whether a value can be on its way for so many cycles; the defect is recorded.
    fn is_delay(&self, name: &str, cycles: &Affine, shape: Shape, location: Location) -> bool {
        let Some((fewest, most)) = self.shared.range(cycles, location) else { return false };
        // All that is on its way is one vector of the emitted text.
        let limit = i128::from(MAXIMUM_WIDTH / shape.width.max(1));
        let legal = fewest >= 1 && most <= limit;
        if !legal {
            let found = match (fewest, most) {
                _ if fewest == i128::from(i64::MIN) => "a number of cycles that left 64 bits".to_string(),
                _ if fewest == most => format!("{fewest} cycles"),
                _ => format!("{fewest} to {most} cycles"),
            };
            let message = format!("delay line `{name}` of {shape} has {found}; legal are 1 to {limit}");
            self.shared.problem(Code::DelayLength, name, message, location);
        }
        legal
    }

    fn registers_in_line(
        &self,
        name: &str,
        value: &Value,
        cycles: Affine,
        enable: Option<&Value>,
        location: Location,
    ) -> Value {
        let register = self.new_register(name, 1, value.shape(), cycles, location);
        let sound = register.set_next(value, location);
        if let Some(enable) = enable {
            register.set_enable(enable, location);
        }
        if sound { register.value } else { self.shared.invalid(value.shape(), location) }
    }

    pub(super) fn new_register(
        &self,
        name: &str,
        stage: u32,
        shape: Shape,
        cycles: Affine,
        location: Location,
    ) -> RegisterBuilder {
        let legal = self.shared.check_width(shape, location);
        let shape = if legal { shape } else { uint(1) };
        let (name, scope) = (name.to_string(), self.shared.scope());
        let id = self.shared.edit(|data| {
            let (next, enable, reset) = (None, None, None);
            data.registers.push(Register { name, stage, shape, cycles, next, enable, reset, scope, location });
            RegisterId(data.registers.len() as u32 - 1)
        });
        self.shared.item(Item::Register(id));
        let value = match legal {
            true => self.shared.node(NodeKind::Register(id), shape, location),
            false => self.shared.invalid(shape, location),
        };
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
            let (name, shape) = (self.name(), self.value.shape());
            let message = format!("the reset value {value} of register `{name}` does not fit {shape}");
            self.value.refuse(Code::ConstantTooWide, message, shape, location);
        }
        self.value.shared.edit(|data| data.registers[self.id.index()].reset = Some(Bits::from_u64(value, width)));
        self
    }

    /// The present value.
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// Says whether the next value is sound.
    pub(super) fn set_next(&self, value: &Value, location: Location) -> bool {
        let shared = &self.value.shared;
        let sound = self.expect(value, self.value.shape(), "the next value", location);
        let id = if sound { value.id } else { shared.invalid(self.value.shape(), location).id };
        let before = shared.edit(|data| data.registers[self.id.index()].next.replace(id));
        if before.is_some() {
            self.twice("next value", location);
        }
        sound
    }

    pub(super) fn set_enable(&self, enable: &Value, location: Location) {
        if self.expect(enable, uint(1), "the enable", location) {
            let before = self.value.shared.edit(|data| data.registers[self.id.index()].enable.replace(enable.id));
            if before.is_some() {
                self.twice("enable", location);
            }
        }
    }

    fn expect(&self, value: &Value, shape: Shape, what: &str, location: Location) -> bool {
        let shared = &self.value.shared;
        let what = format!("{what} of register `{}`", self.name());
        shared.check_operands(&[value], location)
            && !Shared::is_invalid(&self.value)
            && shared.expect_shape(value, shape, &what, location)
    }

    fn name(&self) -> String {
        self.value.shared.edit(|data| data.registers[self.id.index()].name.clone())
    }

    fn twice(&self, what: &str, location: Location) {
        let name = self.name();
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
