//! Everything that must hold before a design is emitted, evaluated or costed; all defects at once.

mod combinational;
mod drivers;
mod names;

use crate::design::{Design, Module, ModuleData};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Location};
use indexmap::IndexMap;
use std::sync::Arc;

impl Design {
    /// Checks the hierarchy below `top`.
    ///
    /// Equal modules are shared: two modules of one name must have one structure. On success the modules stand
    /// children first, each once, whatever the number of instances.
    pub fn new(top: Module) -> Result<Design, Diagnostics> {
        let mut report = Report::default();
        let mut modules = IndexMap::new();
        collect(&top, &top.name, &mut modules, &mut report);
        let mut paths = combinational::Paths::default();
        for (module, path) in modules.values() {
            report.path = path.clone();
            module.problems.iter().for_each(|problem| report.prefixed(problem));
            // A module with defects of construction has invalid nodes: what follows from them is noise.
            let sound = module.problems.is_empty();
            names::check(module, &mut report);
            drivers::check(module, sound, &mut report);
            paths.check(module, &mut report);
        }
        if report.found.is_empty() {
            Ok(Design { modules: modules.into_values().map(|(module, _)| module).collect() })
        } else {
            report.found.dedup();
            Err(Diagnostics(report.found))
        }
    }
}

/// Collects defects of one module after another.
#[derive(Default)]
struct Report {
    found: Vec<Diagnostic>,
    /// The hierarchical path of the module under check.
    path: String,
}

impl Report {
    fn add(&mut self, code: Code, name: &str, location: Location, message: String) {
        let path = if name.is_empty() { self.path.clone() } else { format!("{}.{name}", self.path) };
        self.found.push(Diagnostic { code, path, location, message });
    }

    fn prefixed(&mut self, problem: &Diagnostic) {
        self.add(problem.code, &problem.path, problem.location, problem.message.clone());
    }
}

/// Children before parents, each module once, with the path of its first instance.
fn collect(module: &Module, path: &str, modules: &mut IndexMap<String, (Module, String)>, report: &mut Report) {
    if let Some((known, _)) = modules.get(&module.name) {
        if !Arc::ptr_eq(known, module) && !same_structure(known, module) {
            report.path = path.to_string();
            let message = format!(
                "two different modules are named `{}`, the other from {}; a name must show every parameter",
                module.name, known.location
            );
            report.add(Code::ModuleClash, "", module.location, message);
        }
        return;
    }
    for instance in &module.instances {
        collect(&instance.module, &format!("{path}.{}", instance.name), modules, report);
    }
    modules.insert(module.name.clone(), (module.clone(), path.to_string()));
}

/// Equality of everything that reaches the emitted text; the children are compared by their own names.
fn same_structure(left: &ModuleData, right: &ModuleData) -> bool {
    let instances = |module: &ModuleData| -> Vec<_> {
        let entry = |instance: &crate::design::Instance| {
            (instance.name.clone(), instance.module.name.clone(), instance.inputs.clone(), instance.scope)
        };
        module.instances.iter().map(entry).collect()
    };
    left.ports == right.ports
        && left.nodes == right.nodes
        && left.wires == right.wires
        && left.registers == right.registers
        && left.memories == right.memories
        && left.loops == right.loops
        && left.body == right.body
        && instances(left) == instances(right)
}
