//! The same design in Verilator, cycle by cycle: a beat of the harness is a cycle, all inputs in and all outputs out.

use tritloom_datapath::interface::{Beat, Direction, Interface, Scenario, Stream};
use tritloom_flow::{BenchReport, Design, Optimisation, RunOptions, Sources, Verilator};
use tritloom_hdl::Bits;
use tritloom_rust_hdl::PortShape;

/// Name and shape of every port but clock and reset.
pub type Ports = Vec<(&'static str, PortShape)>;

/// What all inputs and all outputs were in a cycle, the first port lowest.
pub struct Cycle {
    pub inputs: Bits,
    pub outputs: Bits,
}

/// Runs the design `top` in `verilog` through `cycles`, from a reset; every output must be the same in every cycle.
pub fn run(verilator: &Verilator, verilog: &str, ports: &Ports, cycles: &[Cycle]) -> BenchReport {
    let stream = |name: &str, direction, width| Stream::new(name, direction, &[("data", width)]);
    let (inputs, outputs) = (width(ports, Direction::Input), width(ports, Direction::Output));
    let streams = vec![stream("in", Direction::Input, inputs), stream("out", Direction::Output, outputs)];
    let files = [("two_cores.v", verilog.to_owned()), ("lockstep.v", lockstep(ports))];
    let design = Design {
        top: "lockstep".to_owned(),
        interface: Interface { streams },
        rtl: files.into_iter().map(|(name, text)| (name.to_owned(), text)).collect::<Sources>(),
        mutant_width: None,
    };
    let beats = |side: fn(&Cycle) -> &Bits| cycles.iter().map(move |cycle| -> Beat { vec![side(cycle).clone()] });
    let scenario = Scenario {
        name: "lockstep".to_owned(),
        inputs: vec![beats(|cycle| &cycle.inputs).map(|beat| (0, beat)).collect()],
        outputs: vec![beats(|cycle| &cycle.outputs).collect()],
        ready: vec![u64::MAX],
        abort_after: None,
        cycles: Some(cycles.len() as u64),
    };
    let model = verilator.build(&[design], Optimisation::Check).remove(0).expect("it builds");
    model.check(&[scenario], &RunOptions::default()).expect("it runs")
}

fn width(ports: &Ports, side: Direction) -> u32 {
    ports.iter().filter(|(_, shape)| shape.direction == side).map(|(_, shape)| shape.width).sum()
}

/// A module around the design that takes a beat and gives a beat in every cycle; without one all inputs are zero.
fn lockstep(ports: &Ports) -> String {
    let (inputs, outputs) = (width(ports, Direction::Input), width(ports, Direction::Output));
    let (mut input, mut output) = (0, 0);
    let pins: String = ports
        .iter()
        .map(|(name, shape)| {
            let (vector, low) = match shape.direction {
                Direction::Input => ("inputs", &mut input),
                Direction::Output => ("out_data_o", &mut output),
            };
            *low += shape.width;
            format!(",\n    .{name}({vector}[{}:{}])", *low - 1, *low - shape.width)
        })
        .collect();
    format!(
        "module lockstep (\n  input wire clk_i,\n  input wire rst_ni,\n  input wire in_valid_i,\n  \
         output wire in_ready_o,\n  input wire [{0}:0] in_data_i,\n  output wire out_valid_o,\n  \
         input wire out_ready_i,\n  output wire [{1}:0] out_data_o\n);\n  \
         wire [{0}:0] inputs = in_data_i & {{{inputs}{{in_valid_i}}}};\n  assign in_ready_o = out_ready_i;\n  \
         assign out_valid_o = in_valid_i;\n  top u_top (\n    .clock(clk_i),\n    .reset_n(rst_ni){pins}\n  );\nendmodule\n",
        inputs - 1,
        outputs - 1
    )
}
