//! Whether a defect changes what its module does at all: proven by Yosys, registers matched by name.

use std::fmt::Write;
use std::process::Command;

use tempfile::TempDir;
use tritloom_hdl::{Design, MUTANT_PORT, ModuleData, Mutant, PortKind, recode};

use crate::Sources;
use crate::check::{Task, sources};
use crate::correspondence::correspondence;
use crate::error::FlowError;
use crate::files::write_all;
use crate::process::finish;
use crate::tools::require;

/// Processor seconds after which a proof is given up.
const PATIENCE_SECONDS: u32 = 60;

/// Whether a design does the same with a defect awake and asleep, whatever its inputs and state: proven for the module
/// with the defect, where that holds only for what its surroundings feed it for the whole design, or for the whole
/// design with the broken one's state in another code. A proof that fails or takes too long counts as no.
///
/// The code, for instance of a counter that visits the words of a memory in another order, is a guess from `task`'s
/// scenarios. A wrong guess proves nothing wrong: [`recode`] changes no design's behaviour.
pub fn is_equivalent(broken: &Design, task: &Task, mutant: &Mutant) -> Result<bool, FlowError> {
    let plain = sources(broken);
    let own = format!("{}_mutants", mutant.module);
    let modules = broken.modules.iter().filter(|module| module.name == own).map(AsRef::as_ref);
    for module in modules.chain([broken.top()]) {
        let wrappers = wrapper(module, "gold", 0) + &wrapper(module, "gate", mutant.number);
        if is_proven(&plain, wrappers, Matched::EveryName)? {
            return Ok(true);
        }
    }
    let recoded = recode(broken, "_recoded", &correspondence(broken, task, mutant.number));
    let wrappers = wrapper(broken.top(), "gold", 0) + &wrapper(recoded.top(), "gate", mutant.number);
    is_proven(&plain.into_iter().chain(sources(&recoded)).collect(), wrappers, Matched::StateOnly)
}

/// What a proof goes by, beside memories and outputs.
enum Matched {
    /// Registers and named wires: small steps, but a wire that differs where nobody looks ends the proof.
    EveryName,
    /// Registers, which the emitter calls `_q`, `_q2` and so on.
    StateOnly,
}

/// Whether the modules `gold` and `gate` of `wrappers` do the same: where all matched signals agree in one cycle, they
/// agree in the next, whatever state that is and whatever comes in. So the two never part, having begun alike.
fn is_proven(rtl: &Sources, wrappers: String, matched: Matched) -> Result<bool, FlowError> {
    let folder = TempDir::new().map_err(FlowError::file("create a directory in", &std::env::temp_dir()))?;
    write_all(folder.path(), rtl)?;
    write_all(folder.path(), &Sources::from([("wrappers.v".to_owned(), wrappers)]))?;
    let files: Vec<&str> = rtl.keys().map(String::as_str).collect();
    let hide = match matched {
        Matched::EveryName => "",
        Matched::StateOnly => "rename -hide w:* w:*_q w:*_q? %u w:*_q?? %u %d;",
    };
    let script = format!(
        "read_verilog {} wrappers.v; proc -norom; flatten; delete gold gate %u %n; {hide} memory_collect; opt_clean; \
         equiv_make gold gate both; hierarchy -top both; opt_expr; opt_merge; opt_clean; \
         equiv_simple; equiv_induct -seq 1; equiv_status -assert",
        files.join(" ")
    );
    let mut command = Command::new("prlimit");
    command.arg(format!("--cpu={PATIENCE_SECONDS}")).arg(require("yosys")?).args(["-q", "-p", &script]);
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
