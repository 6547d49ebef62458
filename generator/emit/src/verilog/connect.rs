//! Outputs of instances that are connected straight to what they drive, without a net between: a lane of a wire,
//! a wire or an output port that nothing but this output drives.

use super::reading::Reading;
use std::collections::{BTreeMap, BTreeSet};
use tritloom_hdl::{InstanceId, Item, NodeKind, PortId, PortKind, WireId};

/// What an instance output drives by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Target {
    /// The driver of a wire at that position.
    Drive(WireId, u32),
    /// An output port of the module.
    Port(PortId),
}

/// The straight connections of a module, by instance output; each target once.
#[derive(Default)]
pub(super) struct Connections {
    by_output: BTreeMap<(InstanceId, PortId), Target>,
    targets: BTreeSet<Target>,
}

impl Connections {
    pub fn new(reading: &Reading) -> Connections {
        let module = reading.module;
        let mut connections = Connections::default();
        connections.add_drives(reading, &module.body);
        module.loops.iter().for_each(|repeat| connections.add_drives(reading, &repeat.body));
        for (position, port) in module.ports.iter().enumerate() {
            if let PortKind::Output(driver) = port.kind
                && let Some(output) = single_output(reading, driver)
                && module.instances[output.0.index()].scope.is_none()
            {
                connections.add(output, Target::Port(PortId(position as u32)));
            }
        }
        connections
    }

    /// What an output of an instance is connected to.
    pub fn of(&self, instance: InstanceId, port: PortId) -> Option<Target> {
        self.by_output.get(&(instance, port)).copied()
    }

    /// Whether an instance drives it.
    pub fn drives(&self, target: Target) -> bool {
        self.targets.contains(&target)
    }

    /// Where driver and instance stand in one scope and one section, and no remark is about the driver alone.
    fn add_drives(&mut self, reading: &Reading, items: &[Item]) {
        let mut seen = BTreeSet::new();
        let mut previous: Option<&Item> = None;
        for item in items {
            let driver = match item {
                Item::Section(_) => {
                    seen.clear();
                    None
                }
                Item::Instance(instance) => {
                    seen.insert(*instance);
                    None
                }
                Item::Wire(wire) if !reading.is_driven_apart(*wire) => Some((*wire, 0)),
                Item::Drive(wire, position) => Some((*wire, *position)),
                _ => None,
            };
            if let Some((wire, position)) = driver
                && !matches!(previous, Some(Item::Comment(_)))
                && let Some(drive) = reading.module.wires[wire.index()].drives.get(position as usize)
                && let Some(output) = single_output(reading, drive.value)
                && seen.contains(&output.0)
            {
                self.add(output, Target::Drive(wire, position));
            }
            previous = Some(item);
        }
    }

    fn add(&mut self, output: (InstanceId, PortId), target: Target) {
        self.by_output.insert(output, target);
        self.targets.insert(target);
    }
}

/// The instance output behind a node that nothing else reads.
fn single_output(reading: &Reading, driver: tritloom_hdl::NodeId) -> Option<(InstanceId, PortId)> {
    match reading.node(reading.alias(driver)).kind {
        NodeKind::InstanceOutput { instance, port } if reading.uses(driver) == 1 => Some((instance, port)),
        _ => None,
    }
}
