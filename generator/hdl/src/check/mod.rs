//! Everything that must hold before a design is emitted, evaluated or costed; all defects at once.

mod combinational;
mod cover;
mod drivers;
mod names;
mod sharing;

use crate::design::{Design, LoopId, Module, ModuleData};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Location};
use std::collections::BTreeSet;

impl Design {
    /// Checks the hierarchy below `top`.
    ///
    /// Equal modules are shared: two modules of one name must have one structure, whatever Rust lines built them.
    /// On success the modules stand children first, each once, whatever the number of instances.
    ///
    /// Combinational loops are told from mere chains lane by lane where wires are read by lanes or slices; other
    /// vectors, ports included, count as a whole: an instance's output depends on all bits of the input ports that
    /// its module combines with any of the output's bits, and on no others.
    pub fn new(top: Module) -> Result<Design, Diagnostics> {
        let mut found = Vec::new();
        let modules = sharing::collect(&top, &mut found);
        let mut paths = combinational::Paths::default();
        for (module, path) in &modules {
            let mut report = Report { module, path, found: &mut found };
            module.problems.iter().for_each(|problem| report.built(problem));
            names::check(module, &mut report);
            drivers::check(module, &mut report);
            paths.check(module, &mut report);
        }
        if found.is_empty() {
            return Ok(Design { modules: modules.into_iter().map(|(module, _)| module).collect() });
        }
        // One line of Rust may build the same defect many times over.
        let mut seen = BTreeSet::new();
        found.retain(|diagnostic| seen.insert(diagnostic.clone()));
        Err(Diagnostics(found))
    }
}

/// Collects the defects of one module.
struct Report<'a> {
    module: &'a ModuleData,
    /// Of its first instance.
    path: &'a str,
    found: &'a mut Vec<Diagnostic>,
}

impl Report<'_> {
    /// Whether such a defect was noticed while building: then what follows from it is noise.
    fn knows(&self, code: Code) -> bool {
        self.module.problems.iter().any(|problem| problem.code == code)
    }

    /// A defect of something of that name in a scope; no name stands for the module itself.
    fn add(&mut self, code: Code, scope: Option<LoopId>, name: &str, location: Location, message: String) {
        let loops = self.module.loop_names(scope);
        let parts = std::iter::once(self.path).chain(loops).chain((!name.is_empty()).then_some(name));
        let path = parts.collect::<Vec<_>>().join(".");
        self.found.push(Diagnostic { code, path, location, message });
    }

    /// A defect that was noticed while building, with a path from the module on.
    fn built(&mut self, problem: &Diagnostic) {
        self.add(problem.code, None, &problem.path, problem.location, problem.message.clone());
    }
}
