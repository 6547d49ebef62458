//! A `rust_hdl` design with two generated cores and registers of its own: in `rust_hdl`'s simulator, against the golden
//! models, and cycle by cycle against Verilator.

#![allow(missing_docs)]

#[path = "../bindings/flex.rs"]
mod flex;
#[path = "../bindings/tutorial.rs"]
mod lut;

#[path = "../common/mod.rs"]
mod common;
mod lockstep;
mod top;
mod traffic;

use lockstep::Cycle;
use std::sync::{Arc, Mutex};
use top::TwoCores;
use traffic::{Ports, Traffic};
use tritloom_flow::{BenchReport, Sources, Verilator, icarus, yosys};
use tritloom_hdl::Bits;
use tritloom_rust_hdl::prelude::*;
use tritloom_rust_hdl::{Direction, PortShape};

const SEED: u64 = 1;
const CORES: [(&str, Configuration); 2] = [("lut", lut::CONFIGURATION), ("flex", flex::CONFIGURATION)];

/// So many cycles in `rust_hdl`'s simulator, from a reset; results are compared with the golden models.
fn simulated(cycles: usize) -> Vec<Cycle> {
    let record = Arc::new(Mutex::new(Vec::new()));
    let written = Arc::clone(&record);
    let mut simulation = Simulation::new();
    simulation.add_testbench(move |mut bench: Sim<TwoCores>| {
        let mut traffic = Traffic::new(&CORES, cycles, SEED);
        let mut design = bench.init()?;
        for reset_n in [false, false, true] {
            design.reset_n.next = reset_n;
            design = tick(&mut bench, design)?;
        }
        for _ in 0..cycles {
            traffic.drive(&mut design.ports());
            design = bench.wait(1, design)?;
            traffic.pass(&mut design.ports());
            written.lock().expect("one thread writes").push(cycle(&mut design.ports()));
            design = tick(&mut bench, design)?;
        }
        for (stream, beats) in traffic.passed() {
            assert!(beats > cycles / 100, "only {beats} beats passed on {stream}");
        }
        bench.done(design)
    });
    let design = TwoCores::new().expect("the bindings fit");
    simulation.run(Box::new(design), u64::MAX - 1).expect("no assertion fails");
    Arc::into_inner(record).expect("the simulation is over").into_inner().expect("no writer panicked")
}

fn tick(bench: &mut Sim<TwoCores>, mut design: Box<TwoCores>) -> Result<Box<TwoCores>, SimError> {
    for level in [true, false] {
        design.clock.next = level.into();
        design = bench.wait(1, design)?;
    }
    Ok(design)
}

fn cycle(ports: &mut Ports<'_>) -> Cycle {
    let of = |side: Direction| -> Bits {
        let ports = ports.iter().filter(|(_, port)| port.shape().direction == side);
        let values: Vec<Bits> = ports.map(|(_, port)| Bits::from_limbs(&port.limbs(), port.shape().width)).collect();
        Bits::join(&values)
    };
    Cycle { inputs: of(Direction::Input), outputs: of(Direction::Output) }
}

fn shapes(design: &mut TwoCores) -> Vec<(&'static str, PortShape)> {
    design.ports().into_iter().map(|(name, port)| (name, port.shape())).collect()
}

/// The design as `rust_hdl` prints it.
fn verilog() -> String {
    let mut design = TwoCores::new().expect("the bindings fit");
    design.connect_all();
    generate_verilog(&design)
}

fn compared(verilator: &Verilator, cycles: &[Cycle]) -> BenchReport {
    let ports = shapes(&mut TwoCores::new().expect("the bindings fit"));
    lockstep::run(verilator, &verilog(), &ports, cycles)
}

#[test]
fn twenty_thousand_cycles_agree_with_the_golden_models_and_with_verilator() {
    let cycles = simulated(20_000);
    let Some(verilator) = common::verilator() else { return };
    let report = compared(&verilator, &cycles);
    assert!(report.passed(), "{report:?}");
    assert_eq!((cycles.len(), report.beats_compared), (20_000, 20_000));
}

#[test]
fn the_comparison_sees_a_single_wrong_bit() {
    let Some(verilator) = common::verilator() else { return };
    let mut cycles = simulated(500);
    let outputs = &mut cycles[499].outputs;
    outputs.set_bit(0, !outputs.bit(0));
    assert_eq!(compared(&verilator, &cycles).failure_count, 1);
}

/// A module a file, each once.
fn by_module(text: &str) -> Sources {
    let modules = text.split_inclusive("endmodule").filter_map(|part| {
        let module = &part[part.find("\nmodule ")? + 1..];
        let name = module["module ".len()..].split(['(', ' ']).next()?;
        Some((format!("{name}.v"), format!("{module}\n")))
    });
    modules.collect()
}

#[test]
fn lint_finds_nothing_in_the_whole_and_other_tools_read_it() {
    let Some(verilator) = common::verilator() else { return };
    let text = verilog();
    let found = |files: &Sources| verilator.lint(files, "top").expect("it runs");
    assert_eq!(found(&by_module(&text)), []);
    // As one text, all that is to say is that it holds several modules.
    let files = Sources::from_iter([("top.v".to_owned(), text)]);
    let codes: Vec<String> = found(&files).into_iter().map(|finding| finding.code).collect();
    assert_eq!(codes, ["DECLFILENAME"]);
    if common::has(&["yosys", "iverilog"]) {
        assert_eq!(yosys::read_check(&files, "top").expect("it runs").errors, [] as [String; 0]);
        icarus::run(&files, "top").expect("it compiles");
    }
}
