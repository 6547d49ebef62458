//! Every wire lane, register, instance input and memory has exactly one driver, in a scope that may drive it.

use super::{Report, cover};
use crate::builder::Affine;
use crate::design::{Instance, LoopId, Memory, ModuleData, NodeId, NodeKind, PortKind, Wire};
use crate::diagnostic::{Code, Location};

pub(super) fn check(module: &ModuleData, report: &mut Report) {
    for wire in &module.wires {
        check_wire(module, wire, report);
    }
    for register in &module.registers {
        let (name, location) = (register.name.as_str(), register.location);
        if register.next.is_none() {
            report.add(Code::Undriven, register.scope, name, location, format!("register `{name}` has no next value"));
        }
        for driver in register.next.iter().chain(&register.enable) {
            check_scope(module, *driver, Target { scope: register.scope, name, location }, report);
        }
    }
    for memory in &module.memories {
        check_memory(module, memory, report);
    }
    for instance in &module.instances {
        check_instance(module, instance, report);
    }
    for port in &module.ports {
        if let PortKind::Output(driver) = port.kind {
            check_scope(module, driver, Target { scope: None, name: &port.name, location: port.location }, report);
        }
    }
}

fn check_memory(module: &ModuleData, memory: &Memory, report: &mut Report) {
    let target = Target { scope: memory.scope, name: &memory.name, location: memory.location };
    let unwritten = memory.contents.is_none() && memory.write.is_none();
    for (port, missing) in [("write", unwritten), ("read", memory.reads.is_empty())] {
        if missing {
            let message = format!("memory `{}` has no {port} port", memory.name);
            report.add(Code::Undriven, memory.scope, &memory.name, memory.location, message);
        }
    }
    let writes = memory.write.iter().flat_map(|port| [port.enable, port.address, port.data]);
    let reads = memory.reads.iter().flat_map(|port| [port.enable, port.address]);
    for driver in writes.chain(reads) {
        check_scope(module, driver, target, report);
    }
}

fn check_instance(module: &ModuleData, instance: &Instance, report: &mut Report) {
    let target = Target { scope: instance.scope, name: &instance.name, location: instance.location };
    for (position, port) in instance.module.ports.iter().enumerate() {
        let connected = instance.inputs.iter().any(|input| input.0.index() == position);
        // A misspelt port is reported as such, not as two defects.
        if port.kind == PortKind::Input && !connected && !report.knows(Code::NoSuchPort) {
            let message = format!("input `{}` of instance `{}` is not connected", port.name, instance.name);
            report.add(Code::Undriven, instance.scope, &instance.name, instance.location, message);
        }
    }
    for &(_, driver) in &instance.inputs {
        check_scope(module, driver, target, report);
    }
}

/// Something that is driven.
#[derive(Clone, Copy)]
struct Target<'a> {
    scope: Option<LoopId>,
    name: &'a str,
    location: Location,
}

/// What drives something declared in a scope must exist there.
fn check_scope(module: &ModuleData, driver: NodeId, target: Target, report: &mut Report) {
    let Target { scope, name, location } = target;
    let source = module.node(driver).scope;
    if !module.is_within(scope, source) {
        let inner = source.map_or("", |of| module.loops[of.index()].name.as_str());
        let message = format!("`{name}` stands outside the loop `{inner}` whose value drives it");
        report.add(Code::EscapedLoop, scope, name, location, message);
    }
}

fn check_wire(module: &ModuleData, wire: &Wire, report: &mut Report) {
    for drive in &wire.drives {
        let around = module.loops_between(wire.scope, None);
        let outer = |lane: &Affine| lane.terms.iter().map(|term| term.0).find(|of| around.contains(of));
        let message = if !module.is_within(drive.scope, wire.scope) {
            format!("wire `{}` belongs to a loop and is driven outside it", wire.name)
        } else if let Some(of) = drive.lane.as_ref().and_then(outer) {
            let name = &module.loops[of.index()].name;
            format!(
                "wire `{}` is another one in each iteration of `{name}`, which its lanes cannot depend on",
                wire.name
            )
        } else {
            continue;
        };
        return report.add(Code::EscapedLoop, wire.scope, &wire.name, drive.location, message);
    }
    let refused = wire.drives.iter().any(|drive| module.node(drive.value).kind == NodeKind::Invalid);
    if !refused && !report.knows(Code::LoopCount) && !cover::is_exact(module, wire) {
        count_drivers(module, wire, report);
    }
}

/// The exact answer, lane by lane, with the number of a lane that is wrong.
fn count_drivers(module: &ModuleData, wire: &Wire, report: &mut Report) {
    let drivers = drivers_of_lanes(module, wire);
    let part = |lane: usize| if wire.lanes == 1 { String::new() } else { format!("lane {lane} of ") };
    if let Some(lane) = drivers.iter().position(|&count| count == 0) {
        let message = format!("{}wire `{}` has no driver", part(lane), wire.name);
        report.add(Code::Undriven, wire.scope, &wire.name, wire.location, message);
    }
    if let Some(lane) = drivers.iter().position(|&count| count > 1) {
        let lines: Vec<String> = wire.drives.iter().map(|drive| drive.location.to_string()).collect();
        let (count, lines) = (drivers[lane], lines.join(" and "));
        let message = format!("{}wire `{}` has {count} drivers, at {lines}", part(lane), wire.name);
        report.add(Code::DrivenTwice, wire.scope, &wire.name, wire.location, message);
    }
}

/// Drivers of each lane, the same in each iteration of the loops around the declaration.
fn drivers_of_lanes(module: &ModuleData, wire: &Wire) -> Vec<u32> {
    let mut drivers = vec![0; wire.lanes as usize];
    for drive in &wire.drives {
        let loops = module.loops_between(drive.scope, wire.scope);
        for_each_iteration(module, &loops, |indices| match &drive.lane {
            None => drivers.iter_mut().for_each(|count| *count += 1),
            Some(lane) => {
                let index_of = |of| loops.iter().zip(indices).find(|(known, _)| **known == of).map_or(0, |(_, at)| *at);
                let lane = usize::try_from(lane.at(index_of));
                if let Some(count) = lane.ok().and_then(|lane| drivers.get_mut(lane)) {
                    *count += 1;
                }
            }
        });
    }
    drivers
}

/// Calls `visit` with the indices of every iteration of nested loops, the innermost running fastest.
pub(super) fn for_each_iteration(module: &ModuleData, loops: &[LoopId], mut visit: impl FnMut(&[i64])) {
    let counts: Vec<i64> = loops.iter().map(|of| i64::from(module.loops[of.index()].count)).collect();
    let mut indices = vec![0; counts.len()];
    loop {
        visit(&indices);
        let Some(position) = (0..counts.len()).rev().find(|&position| indices[position] + 1 < counts[position]) else {
            return;
        };
        indices[position] += 1;
        indices[position + 1..].fill(0);
    }
}
