//! Whether a defect changes what its module does at all: proven by Yosys, registers matched by name.

use std::fmt::Write;
use std::process::Command;

use tempfile::TempDir;
use tritloom_hdl::{Design, MUTANT_PORT, ModuleData, Mutant, PortKind};

use crate::Sources;
use crate::error::FlowError;
use crate::files::write_all;
use crate::process::finish;
use crate::tools::require;

/// Seconds after which a proof is given up.
const PATIENCE_SECONDS: u32 = 60;

/// Whether a design does the same with a defect awake and asleep, whatever its inputs and state: proven for the module
/// with the defect or, where that holds only for what its surroundings feed it, for the whole design. A proof that
/// fails or takes too long counts as no.
pub fn is_equivalent(broken: &Design, sources: &Sources, mutant: &Mutant) -> Result<bool, FlowError> {
    let name = format!("{}_mutants", mutant.module);
    let own = broken.modules.iter().find(|module| module.name == name).map(AsRef::as_ref);
    for module in own.into_iter().chain([broken.top()]) {
        if is_proven(module, sources, mutant)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn is_proven(module: &ModuleData, sources: &Sources, mutant: &Mutant) -> Result<bool, FlowError> {
    let folder = TempDir::new().map_err(FlowError::file("create a directory in", &std::env::temp_dir()))?;
    write_all(folder.path(), sources)?;
    let mut wrappers = Sources::new();
    wrappers.insert("wrappers.v".to_owned(), wrapper(module, "gold", 0) + &wrapper(module, "gate", mutant.number));
    write_all(folder.path(), &wrappers)?;
    let files: Vec<&str> = sources.keys().map(String::as_str).collect();
    let script = format!(
        "read_verilog {} wrappers.v; proc; flatten; memory -nomap; opt_clean; \
         equiv_make gold gate both; hierarchy -top both; opt -full; equiv_simple; equiv_induct; equiv_status -assert",
        files.join(" ")
    );
    let mut command = Command::new("timeout");
    command.arg(PATIENCE_SECONDS.to_string()).arg(require("yosys")?).args(["-q", "-p", &script]);
    let finished = finish("yosys", command.current_dir(folder.path()))?;
    Ok(finished.status.success())
}

/// The module with its selecting input tied.
fn wrapper(module: &ModuleData, name: &str, number: u32) -> String {
    let mut ports = vec![];
    if module.is_sequential() {
        ports.push(("input", 1, "clk_i".to_owned()));
    }
    if module.has_reset() {
        ports.push(("input", 1, "rst_ni".to_owned()));
    }
    let mut ties = String::new();
    for port in &module.ports {
        let (direction, suffix) = if port.kind == PortKind::Input { ("input", "i") } else { ("output", "o") };
        let full = format!("{}_{suffix}", port.name);
        if port.name == MUTANT_PORT {
            ties = format!("    .{full}({}'d{number})", port.shape.width);
        } else {
            ports.push((direction, port.shape.width, full));
        }
    }
    let mut text = format!("module {name} (\n");
    for (position, (direction, width, full)) in ports.iter().enumerate() {
        let comma = if position + 1 < ports.len() { "," } else { "" };
        _ = writeln!(text, "  {direction} wire [{}:0] {full}{comma}", width - 1);
    }
    _ = writeln!(text, ");\n  {} u_dut (", module.name);
    ports.iter().for_each(|(_, _, full)| _ = writeln!(text, "    .{full}({full}),"));
    text + &ties + "\n  );\nendmodule\n"
}
