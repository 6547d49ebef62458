//! One core as a part: what it refuses, when its results come, how it is printed.

#![allow(missing_docs)]

#[path = "bindings/tutorial.rs"]
mod tutorial;

mod common;

use tritloom_datapath::registry;
use tritloom_flow::{Sources, icarus};
use tritloom_rust_hdl::prelude::*;

mod misfit {
    use super::tutorial::CONFIGURATION;
    use tritloom_rust_hdl::prelude::*;

    part! {
        pub struct Core: CONFIGURATION {
            pub clock: Signal<In, Clock>,
            pub reset_n: Signal<In, Bit>,
            pub run_valid: Signal<In, Bit>,
            pub run_ready: Signal<In, Bit>,
            pub run_inputs: Signal<In, Bits<7>>,
            pub run_outputs: Signal<In, Bits<8>>,
            pub activation_valid: Signal<In, Bit>,
            pub activation_ready: Signal<Out, Bit>,
            pub activation_data: Signal<In, Bits<32>>,
            pub weight_valid: Signal<In, Bit>,
            pub weight_ready: Signal<Out, Bit>,
            pub weight_data: Signal<In, Bits<32>>,
            pub result_valid: Signal<Out, Bit>,
            pub result_ready: Signal<In, Bit>,
            pub result_data: Signal<Out, Bits<64>>,
            pub result_last: Signal<Out, Bit>,
            pub result_first: Signal<Out, Bit>,
        }
    }
}

#[test]
fn every_port_that_differs_is_named_with_both_shapes() {
    let error = misfit::Core::new().err().expect("refused");
    let expected = "core `tutorial`: the ports of its part are not its own:
  `run_ready`: an input of 1 bit in the part, an output of 1 bit in the core
  `run_outputs`: an input of 8 bits in the part, an input of 7 bits in the core
  `result_data`: an output of 64 bits in the part, an output of 60 bits in the core
  `result_keep`: missing in the part, an output of 4 bits in the core
  `result_first`: an output of 1 bit in the part, missing in the core";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn a_configuration_without_a_core_is_refused() {
    let refused = |configuration: Configuration| Socket::new(&configuration, &[]).err().expect("refused").to_string();
    let unknown = Configuration { family: "ternary_luck", ..tutorial::CONFIGURATION };
    assert_eq!(refused(unknown), "core `tutorial`: this build of tritloom has no family `ternary_luck`");
    let parameters = &[("group_size", Value::Integer(9)), ("tabels", Value::Integer(2))];
    let said = refused(Configuration { parameters, ..tutorial::CONFIGURATION });
    assert!(said.contains("`group_size` is too large") && said.contains("tabels"), "{said}");
}

type Core = tutorial::Core;

fn tick(bench: &mut Sim<Core>, mut core: Box<Core>) -> Result<Box<Core>, SimError> {
    for level in [true, false] {
        core.clock.next = level.into();
        core = bench.wait(1, core)?;
    }
    Ok(core)
}

#[test]
fn a_result_comes_the_stated_number_of_cycles_after_its_last_beat() {
    let family = registry::find(tutorial::CONFIGURATION.family).expect("a family");
    let latency = family.timing(&tutorial::CONFIGURATION.parameters().expect("legal")).latency_cycles;
    let mut simulation = Simulation::new();
    simulation.add_testbench(move |mut bench: Sim<Core>| {
        let mut core = bench.init()?;
        core = tick(&mut bench, core)?;
        core.reset_n.next = true;
        // Four outputs of four activations, all weights +1: magnitude 1 * 3 + 1 of every group of two.
        core.run_valid.next = true;
        core.run_inputs.next = bits(4);
        core.run_outputs.next = bits(4);
        core.activation_valid.next = true;
        core.activation_data.next = bits(0x0403_0201);
        core.weight_valid.next = true;
        core.weight_data.next = bits(0x4444_4444);
        core.result_ready.next = true;
        core = bench.wait(1, core)?;
        while !core.weight_ready.val() {
            core = tick(&mut bench, core)?;
            core.run_valid.next = false;
        }
        for cycle in 0..latency {
            assert!(!core.result_valid.val(), "valid after {cycle} cycles");
            core = tick(&mut bench, core)?;
            core.activation_valid.next = false;
            core.weight_valid.next = false;
            core = bench.wait(1, core)?;
        }
        assert!(core.result_valid.val() && core.result_last.val());
        assert_eq!(core.result_keep.val(), bits(0b1111));
        let ten_four_times = (0..4).map(|output| 10 << (15 * output)).sum();
        assert_eq!(core.result_data.val(), bits(ten_four_times));
        bench.done(core)
    });
    simulation.run(Box::new(Core::new().expect("the binding fits")), 1000).expect("no assertion fails");
}

/// The same core twice, unwired.
#[derive(LogicBlock)]
struct Twice {
    first: Core,
    second: Core,
}

impl Logic for Twice {
    #[hdl_gen]
    fn update(&mut self) {}
}

#[test]
fn a_core_that_stands_twice_is_read_once() {
    if !common::has(&["iverilog"]) {
        return;
    }
    let core = || Core::new().expect("the binding fits");
    let mut twice = Twice { first: core(), second: core() };
    twice.connect_all();
    let text = generate_verilog_unchecked(&twice);
    let top = "module ternary_lut_a8_g2_t2_p4_key_os_bal_n64_m64_tr_bal (";
    assert_eq!(text.matches(top).count(), 2, "rust_hdl prints it for each part");
    let files = Sources::from_iter([("twice.v".to_owned(), text)]);
    icarus::run(&files, "top").expect("no module is declared twice");
}
