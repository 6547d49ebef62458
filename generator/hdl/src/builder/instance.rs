//! Uses of other modules.

use super::ModuleBuilder;
use super::lanes::Lanes;
use super::value::Value;
use crate::design::{Instance, InstanceId, Item, Module, NodeKind, Port, PortId, PortKind};
use crate::diagnostic::{Code, Location};
use crate::shape::{Shape, uint};

/// An instance whose inputs are still to be connected.
pub struct InstanceBuilder {
    id: InstanceId,
    parent: ModuleBuilder,
    module: Module,
    name: String,
}

impl ModuleBuilder {
    /// Instantiates a module; inside [`ModuleBuilder::repeat`], once in each iteration.
    #[track_caller]
    pub fn instance(&self, name: &str, module: &Module) -> InstanceBuilder {
        let (location, scope) = (Location::caller(), self.shared.scope());
        let record = Instance { name: name.to_string(), module: module.clone(), inputs: Vec::new(), scope, location };
        let id = self.shared.edit(|data| {
            data.instances.push(record);
            InstanceId(data.instances.len() as u32 - 1)
        });
        self.shared.item(Item::Instance(id));
        InstanceBuilder { id, parent: self.clone(), module: module.clone(), name: name.to_string() }
    }
}

impl InstanceBuilder {
    /// Connects an input port; the shapes must be equal.
    #[track_caller]
    pub fn connect(&self, port: &str, value: &Value) -> &InstanceBuilder {
        let (location, shared) = (Location::caller(), &self.parent.shared);
        let Some(id) = self.find(port, false, location) else { return self };
        let what = format!("the value for port `{port}` of instance `{}`", self.name);
        let expected = self.module.ports[id.index()].shape;
        let sound = shared.check_operands(&[value], location) && shared.expect_shape(value, expected, &what, location);
        let driver = if sound { value.id } else { shared.invalid(expected, location).id };
        let twice = shared.edit(|data| {
            let inputs = &mut data.instances[self.id.index()].inputs;
            let twice = inputs.iter().any(|input| input.0 == id);
            inputs.push((id, driver));
            twice
        });
        if twice {
            let message = format!("input `{port}` of instance `{}` is connected twice", self.name);
            shared.problem(Code::DrivenTwice, &self.name, message, location);
        }
        self
    }

    /// The value of an output port.
    #[track_caller]
    pub fn output(&self, port: &str) -> Value {
        let (location, shared) = (Location::caller(), &self.parent.shared);
        let Some(id) = self.find(port, true, location) else { return shared.invalid(uint(1), location) };
        let Port { shape, kind, .. } = self.module.ports[id.index()];
        // Of an output that the module's author got wrong, not even the shape is known.
        if matches!(kind, PortKind::Output(driver) if self.module.node(driver).kind == NodeKind::Invalid) {
            return shared.invalid(shape, location);
        }
        shared.node(NodeKind::InstanceOutput { instance: self.id, port: id }, shape, location)
    }

    /// The value of an output port, read as lanes of `shape`.
    #[track_caller]
    pub fn output_lanes(&self, port: &str, shape: Shape) -> Lanes {
        let value = self.output(port);
        let count = (value.width() / shape.width.max(1)).max(1);
        value.lanes(shape, count)
    }

    fn find(&self, port: &str, output: bool, location: Location) -> Option<PortId> {
        let matches = |id: &PortId| matches!(self.module.ports[id.index()].kind, PortKind::Output(_)) == output;
        let found = self.module.port(port).filter(matches);
        if found.is_none() {
            let direction = if output { "output" } else { "input" };
            let known: Vec<&str> = (0..self.module.ports.len() as u32)
                .filter(|&position| matches(&PortId(position)))
                .map(|position| self.module.ports[position as usize].name.as_str())
                .collect();
            let known = if known.is_empty() { "none".to_string() } else { known.join(", ") };
            let module = &self.module.name;
            let message = format!("module `{module}` has no {direction} `{port}`; its {direction}s are: {known}");
            self.parent.shared.problem(Code::NoSuchPort, &self.name, message, location);
        }
        found
    }
}
