//! Values that depend on themselves within one cycle.
//!
//! Each module is searched twice at most: first with every vector taken whole, which is cheap and clears nearly
//! every design whatever its array sizes; only where that finds a cycle, again with loops unrolled and lanes
//! apart, since `chain[i + 1] = f(chain[i])` is no loop. Instances count by the paths of their module.

use super::Report;
use super::drivers::{for_each_iteration, loops_between};
use crate::design::{InstanceId, LoopId, ModuleData, NodeId, NodeKind, PortId, PortKind, WireId};
use crate::diagnostic::Code;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// For each module checked so far, by name: which inputs each output depends on within the cycle.
#[derive(Default)]
pub(super) struct Paths {
    of: HashMap<String, BTreeMap<PortId, BTreeSet<PortId>>>,
}

/// A node in one iteration of the loops that it depends on, outermost first.
type Vertex = (NodeId, Vec<u32>);

impl Paths {
    pub(super) fn check(&mut self, module: &ModuleData, report: &mut Report) {
        let coarse = Graph { module, paths: self, unrolled: None };
        let cycle = coarse.cycle().and_then(|_| {
            let unrolled = Graph { module, paths: self, unrolled: Some(drivers_by_lane(module)) };
            unrolled.cycle()
        });
        if let Some(cycle) = cycle {
            report_cycle(module, &cycle, report);
        }
        let paths = coarse.port_paths();
        self.of.insert(module.name.clone(), paths);
    }
}

fn report_cycle(module: &ModuleData, cycle: &[Vertex], report: &mut Report) {
    let mut names: Vec<String> = cycle.iter().filter_map(|vertex| name_of(module, vertex.0)).collect();
    names.dedup();
    let start = cycle.iter().find(|vertex| name_of(module, vertex.0).is_some()).unwrap_or(&cycle[0]);
    let name = name_of(module, start.0).unwrap_or_default();
    let message = format!("a combinational loop through {}; a register must break it", names.join(" <- "));
    report.add(Code::CombinationalLoop, &name, module.node(start.0).location, message);
}

fn name_of(module: &ModuleData, id: NodeId) -> Option<String> {
    match &module.node(id).kind {
        NodeKind::Wire(wire) => Some(module.wires[wire.index()].name.clone()),
        NodeKind::InstanceOutput { instance, port } => {
            let instance = &module.instances[instance.index()];
            Some(format!("{}.{}", instance.name, instance.module.ports[port.index()].name))
        }
        _ => None,
    }
}

/// Drivers of each lane of a wire: the value and the iteration in which it stands.
type LaneDrivers = HashMap<WireId, Vec<Vec<(NodeId, Vec<u32>)>>>;

/// For wires driven lane by lane. Iterations are of the drive's scope; wires inside loops share one table, with
/// the outer indices at zero, which is exact because lanes never depend on loops around the declaration.
fn drivers_by_lane(module: &ModuleData) -> LaneDrivers {
    let mut drivers = LaneDrivers::new();
    for (position, wire) in module.wires.iter().enumerate().filter(|(_, wire)| wire.lanes > 1) {
        let mut lanes = vec![Vec::new(); wire.lanes as usize];
        for drive in &wire.drives {
            let loops = loops_between(module, drive.scope, wire.scope);
            for_each_iteration(module, &loops, |indices| {
                let iteration: Vec<u32> = indices.iter().map(|&index| index as u32).collect();
                let index_of = |of| loops.iter().position(|candidate| *candidate == of).map_or(0, |at| indices[at]);
                match &drive.lane {
                    None => lanes.iter_mut().for_each(|lane| lane.push((drive.value, iteration.clone()))),
                    Some(lane) => {
                        if let Some(lane) = usize::try_from(lane.at(index_of)).ok().and_then(|at| lanes.get_mut(at)) {
                            lane.push((drive.value, iteration));
                        }
                    }
                }
            });
        }
        drivers.insert(WireId(position as u32), lanes);
    }
    drivers
}

struct Graph<'a> {
    module: &'a ModuleData,
    paths: &'a Paths,
    unrolled: Option<LaneDrivers>,
}

impl Graph<'_> {
    /// A cycle, if there is one. Depth first with a stack of its own: logic may be deep.
    fn cycle(&self) -> Option<Vec<Vertex>> {
        let mut done: HashMap<Vertex, bool> = HashMap::new();
        for root in self.roots() {
            let mut stack = vec![(root.clone(), None::<std::vec::IntoIter<Vertex>>)];
            while let Some((vertex, pending)) = stack.last_mut() {
                if pending.is_none() {
                    if done.contains_key(vertex) {
                        stack.pop();
                        continue;
                    }
                    done.insert(vertex.clone(), false);
                    *pending = Some(self.dependencies(vertex).into_iter());
                }
                let next = pending.as_mut().and_then(Iterator::next);
                match next {
                    None => {
                        let vertex = vertex.clone();
                        done.insert(vertex, true);
                        stack.pop();
                    }
                    Some(next) if done.get(&next) == Some(&false) => {
                        let start = stack.iter().position(|entry| entry.0 == next).unwrap_or(0);
                        return Some(stack[start..].iter().map(|entry| entry.0.clone()).collect());
                    }
                    Some(next) => stack.push((next, None)),
                }
            }
        }
        None
    }

    /// Nodes that can lie on a cycle, or lead to one: wires and instance outputs, in every iteration.
    fn roots(&self) -> Vec<Vertex> {
        let mut roots = Vec::new();
        for (position, node) in self.module.nodes.iter().enumerate() {
            if matches!(node.kind, NodeKind::Wire(_) | NodeKind::InstanceOutput { .. } | NodeKind::Lane { .. }) {
                let id = NodeId(position as u32);
                if self.unrolled.is_none() {
                    roots.push((id, Vec::new()));
                    continue;
                }
                let loops = loops_between(self.module, node.scope, None);
                for_each_iteration(self.module, &loops, |indices| {
                    roots.push((id, indices.iter().map(|&index| index as u32).collect()));
                });
            }
        }
        roots
    }

    fn dependencies(&self, (id, iteration): &Vertex) -> Vec<Vertex> {
        let module = self.module;
        let node = module.node(*id);
        let lane_width = |wire: WireId| {
            let wire = &module.wires[wire.index()];
            wire.shape.width / wire.lanes
        };
        match &node.kind {
            NodeKind::Wire(wire) => {
                self.drivers(*wire, 0, module.wires[wire.index()].lanes, iteration, node.scope)
            }
            NodeKind::InstanceOutput { instance, port } => self.through_instance(*instance, *port, iteration),
            NodeKind::Slice { of, low } => match module.node(*of).kind {
                NodeKind::Wire(wire) if self.unrolled.is_some() => {
                    let width = lane_width(wire);
                    let (first, last) = (low / width, (low + node.shape.width - 1) / width);
                    self.drivers(wire, first, last - first + 1, iteration, node.scope)
                }
                _ => vec![self.operand(*of, iteration, node.scope)],
            },
            NodeKind::Lane { of, index } => match module.node(*of).kind {
                NodeKind::Wire(wire) if self.unrolled.is_some() => {
                    let loops = loops_between(module, node.scope, None);
                    let index_of = |of| {
                        loops.iter().position(|candidate| *candidate == of).map_or(0, |at| i64::from(iteration[at]))
                    };
                    let (ours, theirs) = (node.shape.width, lane_width(wire));
                    let low = index.at(index_of) as u32 * ours;
                    let (first, last) = (low / theirs, (low + ours - 1) / theirs);
                    self.drivers(wire, first, last - first + 1, iteration, node.scope)
                }
                _ => vec![self.operand(*of, iteration, node.scope)],
            },
            kind => kind.operands().into_iter().map(|operand| self.operand(operand, iteration, node.scope)).collect(),
        }
    }

    /// An operand in the iteration of its user, less the loops that it does not depend on.
    fn operand(&self, id: NodeId, iteration: &[u32], scope: Option<LoopId>) -> Vertex {
        if self.unrolled.is_none() {
            return (id, Vec::new());
        }
        debug_assert!(self.module.is_within(scope, self.module.node(id).scope));
        let depth = loops_between(self.module, self.module.node(id).scope, None).len();
        (id, iteration[..depth.min(iteration.len())].to_vec())
    }

    /// What drives `count` lanes of a wire from `first` on, read in an iteration of `scope`.
    fn drivers(&self, id: WireId, first: u32, count: u32, iteration: &[u32], scope: Option<LoopId>) -> Vec<Vertex> {
        let wire = &self.module.wires[id.index()];
        let Some(by_lane) = &self.unrolled else {
            return wire.drives.iter().map(|drive| (drive.value, Vec::new())).collect();
        };
        debug_assert!(self.module.is_within(scope, wire.scope));
        let outer = loops_between(self.module, wire.scope, None).len();
        let outer = &iteration[..outer.min(iteration.len())];
        let at = |value: NodeId, inner: &[u32]| {
            let depth = loops_between(self.module, self.module.node(value).scope, None).len();
            let full: Vec<u32> = outer.iter().chain(inner).copied().take(depth).collect();
            (value, full)
        };
        match by_lane.get(&id) {
            None => wire.drives.iter().map(|drive| at(drive.value, &[])).collect(),
            Some(lanes) => {
                let range = first as usize..(first + count).min(wire.lanes) as usize;
                lanes[range].iter().flatten().map(|(value, inner)| at(*value, inner)).collect()
            }
        }
    }

    fn through_instance(&self, id: InstanceId, port: PortId, iteration: &[u32]) -> Vec<Vertex> {
        let instance = &self.module.instances[id.index()];
        let paths = self.paths.of.get(&instance.module.name);
        let sources = paths.and_then(|paths| paths.get(&port));
        let reached = |input: &PortId| sources.is_some_and(|sources| sources.contains(input));
        let inputs = instance.inputs.iter().filter(|(input, _)| reached(input));
        inputs.map(|(_, driver)| self.operand(*driver, iteration, instance.scope)).collect()
    }

    /// Which inputs each output depends on within the cycle, vectors taken whole.
    fn port_paths(&self) -> BTreeMap<PortId, BTreeSet<PortId>> {
        let mut paths = BTreeMap::new();
        for (position, port) in self.module.ports.iter().enumerate() {
            let PortKind::Output(driver) = port.kind else { continue };
            let mut seen = vec![false; self.module.nodes.len()];
            let mut reached = BTreeSet::new();
            let mut stack = vec![driver];
            while let Some(id) = stack.pop() {
                if std::mem::replace(&mut seen[id.index()], true) {
                    continue;
                }
                if let NodeKind::Input(input) = self.module.node(id).kind {
                    reached.insert(input);
                }
                stack.extend(self.dependencies(&(id, Vec::new())).into_iter().map(|vertex| vertex.0));
            }
            paths.insert(PortId(position as u32), reached);
        }
        paths
    }
}
