//! Tests of the emitted text: by topic, by the tools that read it, and of the promises about names and order.

mod designs;

use super::{Identity, emit};

fn identity() -> Identity {
    Identity { tool_version: "0.1.0".into(), design_name: "topic".into(), config_hash: "0123456789abcdef".into() }
}

#[test]
fn dump() {
    let only = std::env::var("ONLY").unwrap_or_default();
    for (name, module) in designs::all() {
        if !only.is_empty() && only != name {
            continue;
        }
        let design = designs::checked(module);
        let emission = emit(&design, &identity());
        let folder = format!("/tmp/emitdev/out/{name}");
        std::fs::create_dir_all(&folder).unwrap();
        for (file, text) in &emission.files {
            std::fs::write(format!("{folder}/{file}"), text).unwrap();
        }
        std::fs::write(format!("{folder}/filelist.f"), &emission.filelist).unwrap();
    }
}
