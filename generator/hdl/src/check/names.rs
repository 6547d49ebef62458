//! Names: legal, no keywords, unique in their module.

use super::Report;
use crate::design::{LoopId, Memory, ModuleData, PortKind};
use crate::diagnostic::{Code, Location};
use crate::keyword::{is_keyword, refusal};
use std::collections::BTreeMap;

/// A name that was given to something.
struct Given {
    class: &'static str,
    name: String,
    scope: Option<LoopId>,
    location: Location,
}

pub(super) fn check(module: &ModuleData, report: &mut Report) {
    check_name(&Given::new("module", &module.name, None, module.location), "", report);
    let mut seen = BTreeMap::new();
    for given in given_names(module) {
        check_name(&given, &given.name, report);
        if let Some(first) = seen.insert((given.namespace(), given.name.clone()), given.location) {
            let message = format!("{} `{}` has the name of another one, from {first}", given.class, given.name);
            report.add(Code::DuplicateName, given.scope, &given.name, given.location, message);
        }
    }
    for port in module.ports.iter().filter(|port| port.kind == PortKind::Input && port.name == "clk") {
        let message = "port `clk` stands in every module with state, without being declared".into();
        report.add(Code::IllegalName, None, &port.name, port.location, message);
    }
}

fn check_name(given: &Given, path: &str, report: &mut Report) {
    let Given { class, name, scope, location } = given;
    // The others stand in the emitted text with an affix, which makes no keyword of them.
    let bare = matches!(*class, "module" | "port" | "wire" | "loop");
    if bare && is_keyword(name) {
        let message = format!(
            "{class} `{name}` is a keyword of Verilog or SystemVerilog; names are never changed in silence: \
             try `{name}_value` or `{name}_{class}`"
        );
        report.add(Code::Keyword, *scope, path, *location, message);
    } else if let Some(reason) = refusal(name) {
        report.add(Code::IllegalName, *scope, path, *location, format!("{class} name `{name}`: {reason}"));
    }
}

impl Given {
    fn new(class: &'static str, name: &str, scope: Option<LoopId>, location: Location) -> Given {
        Given { class, name: name.to_string(), scope, location }
    }

    /// Emitted names of different classes differ by their affixes, those of one namespace do not.
    fn namespace(&self) -> &'static str {
        match self.class {
            "loop" => "wire",
            "read port" => "register",
            other => other,
        }
    }
}

fn given_names(module: &ModuleData) -> Vec<Given> {
    let mut names = Vec::new();
    names.extend(module.ports.iter().map(|port| Given::new("port", &port.name, None, port.location)));
    names.extend(module.wires.iter().map(|wire| Given::new("wire", &wire.name, wire.scope, wire.location)));
    // Later stages of a pipeline share the name of the first.
    let registers = module.registers.iter().filter(|register| register.stage == 1);
    names.extend(registers.map(|each| Given::new("register", &each.name, each.scope, each.location)));
    for memory in &module.memories {
        names.push(Given::new("memory", &memory.name, memory.scope, memory.location));
        names.extend(read_port_names(memory));
    }
    names.extend(module.instances.iter().map(|each| Given::new("instance", &each.name, each.scope, each.location)));
    names.extend(module.loops.iter().map(|each| Given::new("loop", &each.name, each.parent, each.location)));
    names
}

/// A read port is called after its memory, whose own name is reported where it is wrong.
fn read_port_names(memory: &Memory) -> impl Iterator<Item = Given> {
    let ports = memory.reads.iter().filter(|_| refusal(&memory.name).is_none());
    ports.map(|port| Given::new("read port", &format!("{}_{}", memory.name, port.name), memory.scope, memory.location))
}
