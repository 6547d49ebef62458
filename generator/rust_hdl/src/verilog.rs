//! The Verilog of a part: an instance of the core, and the core's modules.

use rust_hdl_core::prelude::Wrapper;
use sha2::{Digest, Sha256};
use std::fmt::Write;
use tritloom_emit::verilog::{CLOCK, Identity, RESET, emit, port_name};
use tritloom_hdl::Design;

/// The wrapper: the part's ports carry the core's bare names.
pub(crate) fn wrapper(design: &Design, identity: &Identity) -> Wrapper {
    let top = design.top();
    let ports = top.ports.iter().map(|port| (port_name(port), port.name.as_str()));
    let pins: Vec<String> = [(CLOCK.to_owned(), "clock"), (RESET.to_owned(), "reset_n")]
        .into_iter()
        .chain(ports)
        .map(|(port, signal)| format!("  .{port}({signal})"))
        .collect();
    let code = format!("{} u_core (\n{}\n);\n", top.name, pins.join(",\n"));
    let cores = emit(design, identity).files.iter().map(|(file, text)| once(file, text)).collect();
    Wrapper { code, cores }
}

/// A module that a tool reads once, however many parts print it: `rust_hdl` repeats it for each. Its guard names the
/// content, so that two modules of one name that differ meet as an error of the tool.
fn once(file: &str, text: &str) -> String {
    let module = file.trim_end_matches(".v");
    let body: Vec<&str> = text.lines().skip_while(|line| line.starts_with("//")).collect();
    let digest = Sha256::digest(body.join("\n"));
    let digest = digest[..8].iter().fold(String::new(), |mut hex, byte| {
        _ = write!(hex, "{byte:02x}");
        hex
    });
    format!("\n`ifndef TRITLOOM_{module}_{digest}\n`define TRITLOOM_{module}_{digest}\n{text}`endif\n")
}

#[cfg(test)]
mod tests {
    use super::once;

    #[test]
    fn a_guard_names_the_content_and_not_the_remarks_above_it() {
        let guard = |text| once("adder.v", text).lines().nth(1).map(str::to_owned);
        let (first, second) = ("// of one design\n\nmodule adder;\n", "// of another\n\nmodule adder;\n");
        assert_eq!(guard(first), guard(second));
        assert_ne!(guard(first), guard("// of one design\n\nmodule adder; // other\n"));
    }
}
