//! Modules by name: equal ones are one, different ones of one name are a defect.

use crate::design::{Instance, Module, ModuleData};
use crate::diagnostic::{Code, Diagnostic, Location};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Every module below `top` and itself, children before parents, each once, with the path of its first instance.
pub(super) fn collect(top: &Module, found: &mut Vec<Diagnostic>) -> Vec<(Module, String)> {
    let mut collection = Collection { modules: Vec::new(), by_name: HashMap::new(), visited: HashSet::new(), found };
    collection.visit(top, top.name.clone());
    collection.modules
}

struct Collection<'a> {
    /// One of each name, and those that clash with one, so that their other defects are found as well.
    modules: Vec<(Module, String)>,
    /// Looked up only: the first of each name.
    by_name: HashMap<String, usize>,
    /// Looked up only: a module with many instances is visited once.
    visited: HashSet<*const ModuleData>,
    found: &'a mut Vec<Diagnostic>,
}

impl Collection<'_> {
    fn visit(&mut self, module: &Module, path: String) {
        if !self.visited.insert(Arc::as_ptr(module)) {
            return;
        }
        // The children of a module that is known already, too: its own structure names them only.
        for instance in &module.instances {
            let loops = module.loop_names(instance.scope);
            let parts = std::iter::once(path.as_str()).chain(loops).chain([instance.name.as_str()]);
            self.visit(&instance.module, parts.collect::<Vec<_>>().join("."));
        }
        match self.by_name.get(&module.name).map(|&position| &self.modules[position]) {
            None => drop(self.by_name.insert(module.name.clone(), self.modules.len())),
            Some((known, _)) if is_same(known, module) => return,
            Some((known, elsewhere)) => self.found.push(Diagnostic {
                code: Code::ModuleClash,
                path: path.clone(),
                location: module.location,
                message: format!(
                    "two different modules are named `{}`, the other at `{elsewhere}` from {}; \
                     a name must show every parameter",
                    module.name, known.location
                ),
            }),
        }
        self.modules.push((module.clone(), path));
    }
}

/// Equality of everything that reaches the emitted text. The Rust lines do not: a helper may be called from many.
fn is_same(left: &ModuleData, right: &ModuleData) -> bool {
    let (left, right) = (without_locations(left), without_locations(right));
    let same_instances = left.instances.len() == right.instances.len()
        && left.instances.iter().zip(&right.instances).all(|(left, right)| is_same_instance(left, right));
    same_instances
        && left.summary == right.summary
        && left.parameters == right.parameters
        && left.ports == right.ports
        && left.nodes == right.nodes
        && left.wires == right.wires
        && left.registers == right.registers
        && left.memories == right.memories
        && left.loops == right.loops
        && left.body == right.body
}

/// Modules of one name are compared when they are visited.
fn is_same_instance(left: &Instance, right: &Instance) -> bool {
    left.name == right.name
        && left.module.name == right.module.name
        && left.inputs == right.inputs
        && left.scope == right.scope
}

fn without_locations(module: &ModuleData) -> ModuleData {
    let nowhere = Location { file: "", line: 0 };
    let mut copy = module.clone();
    copy.ports.iter_mut().for_each(|port| port.location = nowhere);
    copy.nodes.iter_mut().for_each(|node| node.location = nowhere);
    copy.wires.iter_mut().for_each(|wire| wire.location = nowhere);
    copy.wires.iter_mut().flat_map(|wire| &mut wire.drives).for_each(|drive| drive.location = nowhere);
    copy.registers.iter_mut().for_each(|register| register.location = nowhere);
    copy.memories.iter_mut().for_each(|memory| memory.location = nowhere);
    copy.loops.iter_mut().for_each(|repeat| repeat.location = nowhere);
    copy
}
