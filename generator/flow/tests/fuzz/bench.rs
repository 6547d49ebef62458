//! A bench in Verilog for many designs at once, the same for every simulator.

use super::subject::Subject;
use std::fmt::Write;
use tritloom_hdl::{Bits, StateKind};

/// The bench's file.
pub const FILE: &str = "bench.sv";

/// The bench's top module.
pub const TOP: &str = "bench";

/// The file from which the bench reads the stimulus of a design.
pub fn stimulus_file(position: usize) -> String {
    format!("stimulus{position}.hex")
}

/// One line for each cycle.
pub fn stimulus(subject: &Subject) -> String {
    subject.stimulus.iter().map(|bits| bits.to_hex() + "\n").collect()
}

/// The bench: each design in a module of its own, one clock for all.
pub fn text(subjects: &[Subject], cycles: usize) -> String {
    let mut text = String::new();
    for (position, subject) in subjects.iter().enumerate() {
        text += &design_bench(position, subject, cycles);
    }
    let instances = |_: &str| -> String {
        let line = |position| format!("  bench{position} b{position} (.clk(clk), .show(show), .cycle(cycle));\n");
        (0..subjects.len()).map(line).collect()
    };
    text + &format!(
        "module {TOP};\n  reg clk = 1'b0;\n  reg show = 1'b0;\n  reg [31:0] cycle = 32'd0;\n{}  \
         initial begin\n    #1;\n    repeat ({cycles}) begin\n      \
         #1 show = 1'b1;\n      #1 clk = 1'b1;\n      #1 clk = 1'b0;\n      show = 1'b0;\n      \
         #1 cycle = cycle + 32'd1;\n    end\n    $finish;\n  end\nendmodule\n",
        instances("")
    )
}

/// Outputs show after inputs have settled and before the clock edge.
fn design_bench(position: usize, subject: &Subject, cycles: usize) -> String {
    let (inputs, outputs) = (subject.stimulus[0].width(), subject.expected[0].width());
    format!(
        "module bench{position} (input wire clk, input wire show, input wire [31:0] cycle);\n  \
         reg [{}:0] stimulus [0:{}];\n  wire [{}:0] now = stimulus[cycle];\n  wire [{}:0] found;\n  \
         {} dut (\n{}\n  );\n  initial begin\n    $readmemh(\"{}\", stimulus);\n{}  end\n  \
         always @(posedge show) $display(\"{position} %0d %h\", cycle, found);\nendmodule\n\n",
        inputs - 1,
        cycles,
        inputs - 1,
        outputs - 1,
        subject.top(),
        connections(subject).join(",\n"),
        stimulus_file(position),
        deposits(subject)
    )
}

fn connections(subject: &Subject) -> Vec<String> {
    let mut lines = Vec::new();
    let top = subject.design.top();
    if top.is_sequential() {
        lines.push("    .clk_i(clk)".to_string());
    }
    if top.has_reset() {
        lines.push("    .rst_ni(now[0])".to_string());
    }
    for (inputs, vector, suffix, mut low) in [(true, "now", "i", 1), (false, "found", "o", 0)] {
        for (name, shape) in subject.ports(inputs) {
            lines.push(format!("    .{name}_{suffix}({vector}[{}:{low}])", low + shape.width - 1));
            low += shape.width;
        }
    }
    lines
}

/// Puts every element of state where the evaluator started.
fn deposits(subject: &Subject) -> String {
    let mut text = String::new();
    for (kind, path, value) in &subject.state {
        let _ = writeln!(text, "    dut.{} = {};", verilog_path(*kind, path), literal(value));
    }
    text
}

/// From the evaluator's path to that in the emitted text.
fn verilog_path(kind: StateKind, path: &str) -> String {
    let (around, name) = match kind {
        StateKind::ReadPort => {
            let (memory, port) = path.rsplit_once('.').expect("a memory and its port");
            let (around, memory) = memory.rsplit_once('.').unwrap_or(("", memory));
            (around, format!("{memory}_{port}_q"))
        }
        StateKind::Word(address) => {
            let (around, memory) = path.rsplit_once('.').unwrap_or(("", path));
            (around, format!("{memory}_mem[{address}]"))
        }
        StateKind::ControlRegister | StateKind::DataRegister => {
            let (around, register) = path.rsplit_once('.').unwrap_or(("", path));
            match register.split_once('#') {
                Some((name, stage)) => (around, format!("{name}_q{stage}")),
                None => (around, format!("{register}_q")),
            }
        }
    };
    let scope = |scope: &str| if scope.ends_with(']') { format!("gen_{scope}.") } else { format!("u_{scope}.") };
    let around: String = around.split('.').filter(|part| !part.is_empty()).map(scope).collect();
    around + &name
}

fn literal(value: &Bits) -> String {
    format!("{}'h{}", value.width(), value.to_hex())
}
