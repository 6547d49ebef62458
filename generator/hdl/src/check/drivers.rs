//! Every wire lane, register, instance input and memory has exactly one driver, in a scope that may drive it.

use super::Report;
use crate::builder::Affine;
use crate::design::{LoopId, ModuleData, NodeId, PortKind, Wire};
use crate::diagnostic::{Code, Location};

pub(super) fn check(module: &ModuleData, sound: bool, report: &mut Report) {
    for wire in &module.wires {
        check_wire(module, wire, sound, report);
    }
    for register in &module.registers {
        if register.next.is_none() && sound {
            let message = format!("register `{}` has no next value", register.name);
            report.add(Code::Undriven, &register.name, register.location, message);
        }
        for driver in register.next.iter().chain(&register.enable) {
            check_scope(module, *driver, register.scope, &register.name, register.location, report);
        }
    }
    for memory in &module.memories {
        if (memory.contents.is_none() && memory.write.is_none()) || memory.reads.is_empty() {
            let missing = if memory.reads.is_empty() { "read" } else { "write" };
            let message = format!("memory `{}` has no {missing} port", memory.name);
            if sound {
                report.add(Code::Undriven, &memory.name, memory.location, message);
            }
        }
        let writes = memory.write.iter().flat_map(|port| [port.enable, port.address, port.data]);
        let reads = memory.reads.iter().flat_map(|port| [port.enable, port.address]);
        for driver in writes.chain(reads) {
            check_scope(module, driver, memory.scope, &memory.name, memory.location, report);
        }
    }
    check_instances(module, sound, report);
    for port in &module.ports {
        if let PortKind::Output(driver) = port.kind {
            check_scope(module, driver, None, &port.name, port.location, report);
        }
    }
}

fn check_instances(module: &ModuleData, sound: bool, report: &mut Report) {
    for instance in &module.instances {
        for (position, port) in instance.module.ports.iter().enumerate() {
            let connected = instance.inputs.iter().any(|input| input.0.index() == position);
            if port.kind == PortKind::Input && !connected && sound {
                let message = format!("input `{}` of instance `{}` is not connected", port.name, instance.name);
                report.add(Code::Undriven, &instance.name, instance.location, message);
            }
        }
        for &(_, driver) in &instance.inputs {
            check_scope(module, driver, instance.scope, &instance.name, instance.location, report);
        }
    }
}

/// What drives something declared in `scope` must exist there.
fn check_scope(
    module: &ModuleData,
    driver: NodeId,
    scope: Option<LoopId>,
    name: &str,
    location: Location,
    report: &mut Report,
) {
    let source = module.node(driver).scope;
    if !module.is_within(scope, source) {
        let inner = source.map_or("", |of| module.loops[of.index()].name.as_str());
        let message = format!("`{name}` stands outside the loop `{inner}` whose value drives it");
        report.add(Code::EscapedLoop, name, location, message);
    }
}

fn check_wire(module: &ModuleData, wire: &Wire, sound: bool, report: &mut Report) {
    for drive in &wire.drives {
        if !module.is_within(drive.scope, wire.scope) {
            let message = format!("wire `{}` belongs to a loop and is driven outside it", wire.name);
            report.add(Code::EscapedLoop, &wire.name, drive.location, message);
            return;
        }
    }
    if !sound || covers_exactly(module, wire) {
        return;
    }
    let drivers = count_drivers(module, wire);
    let plain = wire.lanes == 1;
    if let Some(lane) = drivers.iter().position(|&count| count == 0) {
        let lane = if plain { String::new() } else { format!("lane {lane} of ") };
        report.add(Code::Undriven, &wire.name, wire.location, format!("{lane}wire `{}` has no driver", wire.name));
    }
    if let Some(lane) = drivers.iter().position(|&count| count > 1) {
        let lines: Vec<String> = wire.drives.iter().map(|drive| drive.location.to_string()).collect();
        let part = if plain { String::new() } else { format!("lane {lane} of ") };
        let message =
            format!("{part}wire `{}` has {} drivers, at {}", wire.name, drivers[lane], lines.join(" and "));
        report.add(Code::DrivenTwice, &wire.name, wire.location, message);
    }
}

/// The common case without counting: one driver whose index runs through all lanes, each once.
fn covers_exactly(module: &ModuleData, wire: &Wire) -> bool {
    let [drive] = wire.drives.as_slice() else { return false };
    let loops = loops_between(module, drive.scope, wire.scope);
    let Some(lane) = &drive.lane else {
        return loops.iter().all(|of| module.loops[of.index()].count == 1);
    };
    let mut terms: Vec<(i64, i64)> =
        lane.terms.iter().map(|&(of, factor)| (factor, i64::from(module.loops[of.index()].count))).collect();
    terms.sort_unstable();
    let mut stride = 1;
    for &(factor, count) in &terms {
        if factor != stride {
            return false;
        }
        stride *= count;
    }
    lane.constant == 0
        && stride == i64::from(wire.lanes)
        && lane.terms.len() == loops.len()
        && loops.iter().all(|of| lane.terms.iter().any(|term| term.0 == *of))
}

/// Drivers of each lane, in the first iteration of the loops around the wire's declaration.
fn count_drivers(module: &ModuleData, wire: &Wire) -> Vec<u32> {
    let mut drivers = vec![0; wire.lanes as usize];
    for drive in &wire.drives {
        let loops = loops_between(module, drive.scope, wire.scope);
        for_each_iteration(module, &loops, |indices| match &drive.lane {
            None => drivers.iter_mut().for_each(|count| *count += 1),
            Some(lane) => {
                let index = at(lane, &loops, indices);
                if let Some(count) = usize::try_from(index).ok().and_then(|lane| drivers.get_mut(lane)) {
                    *count += 1;
                }
            }
        });
    }
    drivers
}

fn at(lane: &Affine, loops: &[LoopId], indices: &[i64]) -> i64 {
    lane.at(|of| loops.iter().position(|candidate| *candidate == of).map_or(0, |position| indices[position]))
}

/// The loops from `outer` (excluded) to `inner` (included), outermost first.
pub(super) fn loops_between(module: &ModuleData, inner: Option<LoopId>, outer: Option<LoopId>) -> Vec<LoopId> {
    let mut loops = Vec::new();
    let mut scope = inner;
    while let Some(current) = scope.filter(|_| scope != outer) {
        loops.push(current);
        scope = module.loops[current.index()].parent;
    }
    loops.reverse();
    loops
}

/// Calls `visit` with the indices of every iteration of nested loops, the innermost running fastest.
pub(super) fn for_each_iteration(module: &ModuleData, loops: &[LoopId], mut visit: impl FnMut(&[i64])) {
    let counts: Vec<i64> = loops.iter().map(|of| i64::from(module.loops[of.index()].count)).collect();
    if counts.contains(&0) {
        return;
    }
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
