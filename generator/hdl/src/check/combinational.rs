//! Values that depend on themselves within one cycle.
//!
//! Each module is searched twice at most: first with every vector taken whole, which is cheap and clears nearly
//! every design whatever its array sizes; only where that finds a cycle, again with loops unrolled and lanes
//! apart, since `chain[i + 1] = f(chain[i])` is no loop. Instances count by the paths of their module, from whole
//! port to whole port.

use super::Report;
use super::drivers::for_each_iteration;
use crate::design::{InstanceId, LoopId, ModuleData, NodeId, NodeKind, PortId, PortKind, WireId};
use crate::diagnostic::Code;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// For each module checked so far, by name: which inputs each output depends on within the cycle.
#[derive(Default)]
pub(super) struct Paths {
    of: HashMap<String, BTreeMap<PortId, BTreeSet<PortId>>>,
}

/// More loops than these in one module have a common cause.
const MOST_CYCLES: usize = 10;

/// A node in one iteration of the loops that it depends on, outermost first.
type Vertex = (NodeId, Vec<u32>);

impl Paths {
    pub(super) fn check(&mut self, module: &ModuleData, report: &mut Report) {
        let coarse = Graph { module, paths: self, unrolled: None };
        if !coarse.cycles(1).is_empty() {
            let unrolled = Graph { module, paths: self, unrolled: Some(drivers_by_lane(module)) };
            unrolled.cycles(MOST_CYCLES).iter().for_each(|cycle| report_cycle(module, cycle, report));
        }
        let paths = coarse.port_paths();
        self.of.insert(module.name.clone(), paths);
    }
}

fn report_cycle(module: &ModuleData, cycle: &[Vertex], report: &mut Report) {
    let mut named: Vec<(NodeId, String)> =
        cycle.iter().filter_map(|vertex| name_of(module, vertex.0).map(|name| (vertex.0, name))).collect();
    named.dedup_by(|left, right| left.1 == right.1);
    if named.len() > 1 && named[0].1 == named[named.len() - 1].1 {
        named.pop();
    }
    // Back edges lead through wires and instances only: there is a name on every cycle.
    let Some((start, name)) = named.first().cloned() else { return };
    let names: Vec<String> = named.into_iter().map(|(_, name)| name).collect();
    let message = format!("a combinational loop through {}; a register must break it", names.join(" <- "));
    let node = module.node(start);
    report.add(Code::CombinationalLoop, node.scope, &name, node.location, message);
}

fn name_of(module: &ModuleData, id: NodeId) -> Option<String> {
    match &module.node(id).kind {
        NodeKind::Wire(wire) => Some(module.wires[wire.index()].name.clone()),
        NodeKind::Slice { of, .. } | NodeKind::Lane { of, .. } => match module.node(*of).kind {
            NodeKind::Wire(wire) => Some(module.wires[wire.index()].name.clone()),
            _ => None,
        },
        NodeKind::InstanceOutput { instance, port } => {
            let instance = &module.instances[instance.index()];
            Some(format!("{}.{}", instance.name, instance.module.ports[port.index()].name))
        }
        _ => None,
    }
}

/// Drivers of each lane of a wire: the value and the iteration in which it stands.
type LaneDrivers = HashMap<WireId, Vec<Vec<(NodeId, Vec<u32>)>>>;

/// For wires driven lane by lane. Iterations are those of the loops between the wire's scope and the drive's; which
/// lane a drive means never depends on loops around the wire.
fn drivers_by_lane(module: &ModuleData) -> LaneDrivers {
    let mut drivers = LaneDrivers::new();
    for (position, wire) in module.wires.iter().enumerate().filter(|(_, wire)| wire.lanes > 1) {
        let mut lanes = vec![Vec::new(); wire.lanes as usize];
        for drive in &wire.drives {
            let loops = module.loops_between(drive.scope, wire.scope);
            for_each_iteration(module, &loops, |indices| {
                let iteration: Vec<u32> = indices.iter().map(|&index| index as u32).collect();
                match &drive.lane {
                    None => lanes.iter_mut().for_each(|lane| lane.push((drive.value, iteration.clone()))),
                    Some(lane) => {
                        let lane = usize::try_from(lane.at(|of| index_of(&loops, &iteration, of)));
                        if let Some(lane) = lane.ok().and_then(|lane| lanes.get_mut(lane)) {
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

/// The index of a loop in an iteration of nested loops; zero for others.
fn index_of(loops: &[LoopId], iteration: &[u32], of: LoopId) -> i64 {
    loops.iter().zip(iteration).find(|(known, _)| **known == of).map_or(0, |(_, index)| i64::from(*index))
}

struct Graph<'a> {
    module: &'a ModuleData,
    paths: &'a Paths,
    unrolled: Option<LaneDrivers>,
}

impl Graph<'_> {
    /// Cycles that have no node in common, up to so many. Depth first with a stack of its own: logic may be deep.
    fn cycles(&self, most: usize) -> Vec<Vec<Vertex>> {
        let mut cycles: Vec<Vec<Vertex>> = Vec::new();
        let mut known: HashSet<NodeId> = HashSet::new();
        let mut done: HashMap<Vertex, bool> = HashMap::new();
        for root in self.roots() {
            let mut stack = vec![(root, None::<std::vec::IntoIter<Vertex>>)];
            while let Some((vertex, pending)) = stack.last_mut() {
                if pending.is_none() {
                    if done.contains_key(vertex) {
                        stack.pop();
                        continue;
                    }
                    done.insert(vertex.clone(), false);
                    *pending = Some(self.dependencies(vertex).into_iter());
                }
                match pending.as_mut().and_then(Iterator::next) {
                    None => {
                        let vertex = vertex.clone();
                        done.insert(vertex, true);
                        stack.pop();
                    }
                    Some(next) if done.get(&next) == Some(&false) => {
                        let start = stack.iter().position(|entry| entry.0 == next).unwrap_or(0);
                        let cycle = stack[start..].iter().map(|entry| entry.0.clone());
                        if stack[start..].iter().all(|entry| !known.contains(&entry.0.0)) {
                            cycles.push(cycle.collect());
                            known.extend(stack[start..].iter().map(|entry| entry.0.0));
                        }
                        if cycles.len() == most {
                            return cycles;
                        }
                    }
                    Some(next) => stack.push((next, None)),
                }
            }
        }
        cycles
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
                let loops = self.module.loops_between(node.scope, None);
                for_each_iteration(self.module, &loops, |indices| {
                    roots.push((id, indices.iter().map(|&index| index as u32).collect()));
                });
            }
        }
        roots
    }

    fn dependencies(&self, (id, iteration): &Vertex) -> Vec<Vertex> {
        let node = self.module.node(*id);
        match &node.kind {
            NodeKind::Wire(wire) => self.drivers(*wire, 0, node.shape.width, iteration),
            NodeKind::InstanceOutput { instance, port } => self.through_instance(*instance, *port, iteration),
            NodeKind::Slice { of, low } => self.part(*of, *low, node.shape.width, iteration),
            NodeKind::Lane { of, index } => {
                let loops = self.module.loops_between(node.scope, None);
                let lane = index.at(|of| index_of(&loops, iteration, of));
                self.part(*of, lane as u32 * node.shape.width, node.shape.width, iteration)
            }
            kind => kind.operands().into_iter().map(|operand| self.operand(operand, iteration)).collect(),
        }
    }

    /// An operand in the iteration of its user, less the loops that it does not depend on.
    fn operand(&self, id: NodeId, iteration: &[u32]) -> Vertex {
        if self.unrolled.is_none() {
            return (id, Vec::new());
        }
        let depth = self.module.loops_between(self.module.node(id).scope, None).len();
        (id, iteration[..depth.min(iteration.len())].to_vec())
    }

    /// Bits of a node: of a wire, the drivers of just those lanes.
    fn part(&self, of: NodeId, low: u32, width: u32, iteration: &[u32]) -> Vec<Vertex> {
        match self.module.node(of).kind {
            NodeKind::Wire(wire) => self.drivers(wire, low, width, iteration),
            _ => vec![self.operand(of, iteration)],
        }
    }

    /// What drives bits of a wire that is read in an iteration of a scope nested in its own.
    fn drivers(&self, id: WireId, low: u32, width: u32, iteration: &[u32]) -> Vec<Vertex> {
        let wire = &self.module.wires[id.index()];
        let Some(by_lane) = &self.unrolled else {
            return wire.drives.iter().map(|drive| (drive.value, Vec::new())).collect();
        };
        let depth = self.module.loops_between(wire.scope, None).len();
        let outer = &iteration[..depth.min(iteration.len())];
        let Some(lanes) = by_lane.get(&id) else {
            return wire.drives.iter().map(|drive| self.operand(drive.value, outer)).collect();
        };
        let lane_width = wire.shape.width / wire.lanes;
        let range = (low / lane_width) as usize..(low + width).div_ceil(lane_width) as usize;
        let place = |(value, inner): &(NodeId, Vec<u32>)| self.operand(*value, &[outer, inner].concat());
        lanes[range].iter().flatten().map(place).collect()
    }

    fn through_instance(&self, id: InstanceId, port: PortId, iteration: &[u32]) -> Vec<Vertex> {
        let instance = &self.module.instances[id.index()];
        let paths = self.paths.of.get(&instance.module.name);
        let sources = paths.and_then(|paths| paths.get(&port));
        let reached = |input: &PortId| sources.is_some_and(|sources| sources.contains(input));
        let inputs = instance.inputs.iter().filter(|(input, _)| reached(input));
        inputs.map(|(_, driver)| self.operand(*driver, iteration)).collect()
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
