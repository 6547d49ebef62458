//! Verilog around many designs at once, the same for every tool: a top with all of them side by side, and a bench
//! that shows their outputs in every cycle.

use super::subject::Subject;
use std::fmt::Write;
use tritloom_emit::verilog::port_name;
use tritloom_hdl::{Bits, PortKind, StateKind};

/// The module that holds all designs.
pub const SUBJECTS: &str = "subjects";

/// The bench around it.
pub const BENCH: &str = "bench";

/// The module that holds all designs: of each, the inputs are one vector and the outputs another.
pub fn subjects_module(subjects: &[Subject]) -> String {
    let mut ports = Vec::new();
    if subjects.iter().any(|subject| subject.design.top().is_sequential()) {
        ports.push("  input wire clk_i".to_string());
    }
    let mut instances = String::new();
    for (position, subject) in subjects.iter().enumerate() {
        ports.push(format!("  input wire [{}:0] x{position}_i", subject.stimulus[0].width() - 1));
        ports.push(format!("  output wire [{}:0] y{position}_o", subject.expected[0].width() - 1));
        let lines = connections(position, subject).join(",\n");
        instances += &format!("\n  {} u{position} (\n{lines}\n  );\n", subject.top());
    }
    format!("module {SUBJECTS} (\n{}\n);\n{instances}endmodule\n", ports.join(",\n"))
}

fn connections(position: usize, subject: &Subject) -> Vec<String> {
    let top = subject.design.top();
    let mut lines = Vec::new();
    if top.is_sequential() {
        lines.push("    .clk_i(clk_i)".to_string());
    }
    let (mut input, mut output) = (0, 0);
    if top.has_reset() {
        lines.push(format!("    .rst_ni(x{position}_i[0])"));
        input = 1;
    }
    for port in &top.ports {
        let (vector, low) = if port.kind == PortKind::Input { ("x", &mut input) } else { ("y", &mut output) };
        let suffix = if port.kind == PortKind::Input { "i" } else { "o" };
        let high = *low + port.shape.width - 1;
        lines.push(format!("    .{}({vector}{position}_{suffix}[{high}:{low}])", port_name(port)));
        *low = high + 1;
    }
    lines
}

/// The bench: plain Verilog-2005 with one clock for all.
pub fn bench_module(subjects: &[Subject], cycles: usize) -> String {
    let mut text = format!("module {BENCH};\n  reg clk = 1'b0;\n  integer cycle;\n\n");
    let (mut connections, mut drive, mut show) = (Vec::new(), String::new(), String::new());
    if subjects.iter().any(|subject| subject.design.top().is_sequential()) {
        connections.push("    .clk_i(clk)".to_string());
    }
    for (position, subject) in subjects.iter().enumerate() {
        let (inputs, outputs) = (subject.stimulus[0].width() - 1, subject.expected[0].width() - 1);
        let last = cycles - 1;
        let _ = writeln!(text, "  reg [{inputs}:0] stimulus{position} [0:{last}];");
        let _ = writeln!(text, "  reg [{inputs}:0] x{position} = {};", literal(&subject.stimulus[0]));
        let _ = writeln!(text, "  wire [{outputs}:0] y{position};");
        let _ =
            write!(text, "  initial begin\n{}{}  end\n\n", stimulus(position, subject), deposits(position, subject));
        connections.push(format!("    .x{position}_i(x{position}),\n    .y{position}_o(y{position})"));
        let _ = writeln!(drive, "      x{position} = stimulus{position}[cycle];");
        let _ = writeln!(show, "      $display(\"{position} %0d %h\", cycle, y{position});");
    }
    let connections = connections.join(",\n");
    text + &format!(
        "  {SUBJECTS} dut (\n{connections}\n  );\n\n  initial begin\n    #1;\n    \
         for (cycle = 0; cycle < {cycles}; cycle = cycle + 1) begin\n{drive}      #1;\n{show}      \
         clk = 1'b1;\n      #1 clk = 1'b0;\n    end\n    $finish;\n  end\nendmodule\n"
    )
}

fn stimulus(position: usize, subject: &Subject) -> String {
    let line = |(cycle, value)| format!("    stimulus{position}[{cycle}] = {};\n", literal(value));
    subject.stimulus.iter().enumerate().map(line).collect()
}

/// Puts every element of state where the evaluator started.
fn deposits(position: usize, subject: &Subject) -> String {
    let line = |(kind, path, value): &(StateKind, String, Bits)| {
        format!("    dut.u{position}.{} = {};\n", verilog_path(*kind, path), literal(value))
    };
    subject.state.iter().map(line).collect()
}

/// From the evaluator's path of an element of state to that in the emitted text.
fn verilog_path(kind: StateKind, path: &str) -> String {
    let (around, own) = path.rsplit_once('.').unwrap_or(("", path));
    let (around, name) = match kind {
        StateKind::ReadPort => {
            let (around, memory) = around.rsplit_once('.').unwrap_or(("", around));
            (around, format!("{memory}_{own}_q"))
        }
        StateKind::Word(address) => (around, format!("{own}_mem[{address}]")),
        StateKind::ControlRegister | StateKind::DataRegister => match own.split_once('#') {
            Some((name, stage)) => (around, format!("{name}_q{stage}")),
            None => (around, format!("{own}_q")),
        },
    };
    let scope = |scope: &str| if scope.ends_with(']') { format!("gen_{scope}.") } else { format!("u_{scope}.") };
    let around: String = around.split('.').filter(|part| !part.is_empty()).map(scope).collect();
    around + &name
}

fn literal(value: &Bits) -> String {
    format!("{}'h{}", value.width(), value.to_hex())
}
