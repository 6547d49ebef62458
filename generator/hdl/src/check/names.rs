//! Names: legal, no keywords, unique in their module.

use super::Report;
use crate::design::ModuleData;
use crate::diagnostic::{Code, Location};
use crate::keyword::{is_keyword, refusal};
use std::collections::BTreeMap;

pub(super) fn check(module: &ModuleData, report: &mut Report) {
    check_name("module", &module.name, module.location, report);
    let mut seen = BTreeMap::new();
    for (class, name, location) in given_names(module) {
        check_name(class, &name, location, report);
        let key = (namespace(class), name.clone());
        if let Some(first) = seen.insert(key, location) {
            let message = format!("{class} `{name}` has the name of another one, from {first}");
            report.add(Code::DuplicateName, &name, location, message);
        }
    }
}

fn check_name(class: &str, name: &str, location: Location, report: &mut Report) {
    // The others stand in the emitted text with an affix, which makes no keyword of them.
    let bare = matches!(class, "module" | "port" | "wire" | "loop");
    if bare && is_keyword(name) {
        let message = format!(
            "{class} `{name}` is a keyword of Verilog or SystemVerilog; names are never changed in silence: \
             try `{name}_value` or `{name}_{class}`"
        );
        report.add(Code::Keyword, name, location, message);
    } else if let Some(reason) = refusal(name) {
        report.add(Code::IllegalName, name, location, format!("{class} name `{name}`: {reason}"));
    }
}

/// Emitted names of different classes differ by their affixes, those of one namespace do not.
fn namespace(class: &str) -> &str {
    match class {
        "loop" => "wire",
        "read port" => "register",
        other => other,
    }
}

fn given_names(module: &ModuleData) -> Vec<(&'static str, String, Location)> {
    let mut names = Vec::new();
    names.extend(module.ports.iter().map(|port| ("port", port.name.clone(), port.location)));
    names.extend(module.wires.iter().map(|wire| ("wire", wire.name.clone(), wire.location)));
    for register in &module.registers {
        if register.stage == 1 {
            names.push(("register", register.name.clone(), register.location));
        }
    }
    for memory in &module.memories {
        names.push(("memory", memory.name.clone(), memory.location));
        let read = |port: &crate::design::MemoryRead| format!("{}_{}", memory.name, port.name);
        names.extend(memory.reads.iter().map(|port| ("read port", read(port), memory.location)));
    }
    names.extend(module.instances.iter().map(|instance| ("instance", instance.name.clone(), instance.location)));
    names.extend(module.loops.iter().map(|repeat| ("loop", repeat.name.clone(), repeat.location)));
    names
}
