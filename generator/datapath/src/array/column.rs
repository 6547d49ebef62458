//! What columns of elements are made from, whatever the topology.

use super::geometry::Geometry;
use super::operands::{Operands, port_bits};
use tritloom_hdl::{InstanceBuilder, Lanes, Module, ModuleBuilder, Value, uint};

/// What the elements of an array see in the cycle of the first of them.
pub(super) struct Beat {
    /// The name of the array.
    pub name: String,
    pub element: Module,
    /// What adds up the activations of a row, where there are zero points.
    pub activation_sum: Option<Module>,
    pub operands: Operands,
    pub signals: Signals,
    /// There is something to add; `None` where that goes without saying ([`Geometry::clears_sums`]).
    pub accumulate: Option<Value>,
}

impl Beat {
    /// Whether the element adds in every cycle, so that it must be given zeros where there is nothing to add.
    pub fn adds_always(&self) -> bool {
        self.element.port("enable").is_none()
    }

    /// The name of the module of a column of elements.
    pub fn column_name(&self) -> String {
        format!("{}_column", self.name)
    }

    /// The name of the module of the column that adds up activations.
    pub fn sum_column_name(&self) -> String {
        format!("{}_activation_sums", self.name)
    }
}

/// What goes with the operands: the inputs of an element beside them, by name.
#[derive(Clone)]
pub(super) struct Signals {
    values: Vec<(&'static str, Value)>,
}

impl Signals {
    /// Of `values`, those that the element has an input for.
    pub fn new(element: &Module, values: Vec<(&'static str, Value)>) -> Signals {
        Signals { values: values.into_iter().filter(|(name, _)| element.port(name).is_some()).collect() }
    }

    /// One of them, if it is told.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.values.iter().find(|(told, _)| *told == name).map(|(_, value)| value)
    }

    /// Declares them as inputs of a module.
    pub fn declare(&self, m: &ModuleBuilder) -> Signals {
        let input = |(name, value): &(&'static str, Value)| (*name, m.input(name, value.shape()));
        Signals { values: self.values.iter().map(input).collect() }
    }

    /// The same a cycle later.
    pub fn held(&self, m: &ModuleBuilder) -> Signals {
        let held = |(name, value): &(&'static str, Value)| (*name, m.delay(&format!("held_{name}"), value, None));
        Signals { values: self.values.iter().map(held).collect() }
    }

    /// Connects them to an instance.
    pub fn connect(&self, instance: &InstanceBuilder) {
        for (name, value) in &self.values {
            instance.connect(name, value);
        }
    }

    /// Bits of all of them.
    pub fn bits(&self) -> u32 {
        self.values.iter().map(|(_, value)| value.width()).sum()
    }

    /// All of them as one value.
    pub fn packed(&self, m: &ModuleBuilder) -> Value {
        m.concat(&self.values.iter().map(|(_, value)| value).collect::<Vec<_>>())
    }

    /// The same out of such a value. Nothing begins, is added or moves on but while `moving`.
    pub fn unpacked(&self, packed: &Value, moving: &Value) -> Signals {
        let mut above = packed.width();
        let mut part = |(name, value): &(&'static str, Value)| {
            above -= value.width();
            let seen = packed.slice(above, value.width());
            (*name, if name.starts_with("control") { seen } else { seen & moving })
        };
        Signals { values: self.values.iter().map(&mut part).collect() }
    }
}

/// Operands where `open`, zeros where not.
pub(super) fn gated(m: &ModuleBuilder, name: &str, operands: &Lanes, open: &Value) -> Lanes {
    let gated = m.lanes(name, operands.shape(), operands.count());
    m.repeat(&format!("{name}_row"), operands.count(), |row| {
        gated.drive(row, &(operands.lane(row) & open.replicate(operands.shape().width)));
    });
    (*gated).clone()
}

/// The port through which activations enter a column.
pub(super) fn activation_port(m: &ModuleBuilder, element: &Module, rows: u32) -> Lanes {
    m.input_lanes("activations", uint(port_bits(element, "activations")), rows, "first row lowest")
}

/// The port through which weights enter a column.
pub(super) fn weight_port(m: &ModuleBuilder, element: &Module) -> Value {
    m.input("weights", uint(port_bits(element, "weights")))
}

/// What goes with the operands, for closed forms.
pub(super) struct SignalCensus {
    /// Elements must be given zeros where there is nothing to add.
    pub adds_always: bool,
    /// Bits of all signals.
    pub bits: u32,
    /// Bits that count only while time goes on.
    pub gated: u32,
}

impl SignalCensus {
    /// Of elements in such an array, with so many bits of control where it has several modes.
    pub fn new(geometry: &Geometry, adds_always: bool, control_bits: u32) -> SignalCensus {
        let begins = 1 + u32::from(geometry.has_passes());
        let gated = begins + u32::from(!adds_always) + u32::from(geometry.element_stages > 0);
        let control = if geometry.has_modes() { control_bits } else { 0 };
        SignalCensus { adds_always, bits: gated + control, gated }
    }
}
