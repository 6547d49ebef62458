//! Energies of mapped netlists: by hand, by the clock, and not at all where results are wrong.

#![allow(missing_docs)]

mod common;

use std::path::Path;

use common::{has, sources, stream, verilator};
use tritloom_datapath::interface::{Direction, Interface, Scenario};
use tritloom_datapath::registry;
use tritloom_datapath::typical::Work;
use tritloom_flow::check::sources as verilog;
use tritloom_flow::synth::{CellLibrary, Energy, Setting, Stimulus, Synthesiser, Task};
use tritloom_flow::{FlowError, Verilator};
use tritloom_hdl::Bits;

const LIBRARY: &str = include_str!("cells.lib");

fn tools(cache: &Path) -> Option<(Synthesiser, Verilator)> {
    let verilator = verilator()?;
    has(&["yosys", "yosys-abc"]).then(|| (Synthesiser::open(cache, 2).expect("the cache opens"), verilator))
}

fn library() -> CellLibrary {
    CellLibrary::new(Path::new("cells.lib"), LIBRARY).expect("a library that will do")
}

fn measure(task: &Task, stimulus: &Stimulus) -> Option<Result<(Energy, f64), FlowError>> {
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("synthesis-cache");
    let (synthesiser, verilator) = tools(&cache)?;
    let made = synthesiser.cells(task, &library(), None, &[Setting::Plain]).expect("it synthesises");
    let energy = synthesiser.energy(&verilator, task, &library(), (None, Setting::Plain), stimulus);
    Some(energy.map(|energy| (energy, made.best().clock_energy_fj)))
}

/// Two inverters, and a register that changes in every cycle.
const INVERTERS: &str = "\
module inverters (
  input wire clk_i, input wire rst_ni,
  input wire a_valid_i, output wire a_ready_o, input wire [1:0] a_data_i,
  output wire b_valid_o, input wire b_ready_i, output wire [1:0] b_data_o, output wire b_phase_o
);
  reg phase;
  always @(posedge clk_i or negedge rst_ni) if (!rst_ni) phase <= 1'b0; else phase <= ~phase;
  assign a_ready_o = b_ready_i;
  assign b_valid_o = a_valid_i;
  assign b_data_o = ~a_data_i;
  assign b_phase_o = phase;
endmodule
";

fn inverted(verilog: &str) -> Option<Result<(Energy, f64), FlowError>> {
    let streams = vec![
        stream("a", Direction::Input, &[("data", 2)]),
        stream("b", Direction::Output, &[("data", 2), ("phase", 1)]),
    ];
    let sent = [0, 1, 3, 2, 2, 1];
    let beat = |(cycle, data): (usize, &u64)| vec![Bits::from_u64(3 - data, 2), Bits::from_u64(cycle as u64 % 2, 1)];
    let scenario = Scenario {
        name: "by_hand".to_owned(),
        inputs: vec![sent.iter().map(|data| (0, vec![Bits::from_u64(*data, 2)])).collect()],
        outputs: vec![sent.iter().enumerate().map(beat).collect()],
        ready: vec![u64::MAX],
        abort_after: None,
        cycles: Some(6),
    };
    let (interface, work) = (Interface { streams }, Work { scenario, products: 12, mode: None });
    let task = Task { sources: sources(&[("inverters.v", verilog)]), top: "inverters".to_owned(), kept: vec![] };
    measure(&task, &Stimulus { interface: &interface, work: &work, seed: 1 })
}

/// An input pin of the library has 1 fF, its voltage is 1 V: a toggle of a pin takes half a femtojoule.
#[test]
fn toggles_and_energies_are_those_counted_by_hand() {
    let Some(measured) = inverted(INVERTERS) else { return };
    let (energy, clock_energy_fj) = measured.expect("its results are right");
    // Six samples; the data of either side, the register and its complement toggle five times, the reset never.
    assert_eq!((energy.cycles, energy.products, energy.nets, energy.toggles), (5, 12, 7, 20), "{energy:?}");
    // A pin on the data before the inverters, on the register and on its complement; two edges at one flip-flop.
    assert_eq!((energy.toggle_energy_fj, energy.clock_energy_fj, clock_energy_fj), (7.5, 1.0, 1.0), "{energy:?}");
    assert_eq!((energy.dynamic_a_cycle_fj(), energy.products_a_cycle()), (2.5, 2.4));
    assert_eq!(energy.toggles_a_cycle(), 20.0 / 35.0);
}

#[test]
fn gates_with_a_wrong_result_have_no_energy() {
    let Some(measured) = inverted(&INVERTERS.replace("~a_data_i", "a_data_i")) else { return };
    let error = measured.expect_err("nothing is inverted");
    assert!(matches!(&error, FlowError::Misbehaved { reason } if reason.contains("scenario=by_hand")), "{error}");
}

/// A core gives golden results as gates too, and what was measured is not measured again.
#[test]
fn the_clock_takes_what_synthesis_says() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("energy-cache");
    let Some((synthesiser, verilator)) = tools(&folder) else { return };
    let family = registry::find("sign_flip").expect("a family");
    let given = [("lanes", 2_u64), ("ports", 1), ("max_inputs", 16), ("max_outputs", 2)];
    let parameters = registry::resolve(family, given).expect("legal");
    let (hardware, interface) = (family.hardware(&parameters).expect("sound"), family.interface(&parameters));
    let work = family.typical_work(&parameters, None, 1);
    let task = Task { sources: verilog(&hardware), top: hardware.top().name.clone(), kept: vec![] };
    let made = synthesiser.cells(&task, &library(), None, &[Setting::Plain]).expect("it synthesises");
    let stimulus = Stimulus { interface: &interface, work: &work, seed: 1 };
    let entries = || std::fs::read_dir(folder.join("synthesis")).map_or(0, Iterator::count);
    let measure = || synthesiser.energy(&verilator, &task, &library(), (None, Setting::Plain), &stimulus);
    let (energy, count) = (measure().expect("measured"), entries());
    assert_eq!(energy.clock_energy_fj, made.best().clock_energy_fj);
    assert_eq!(energy.products, work.products);
    assert!(energy.toggles_a_cycle() > 0.05 && energy.toggles_a_cycle() < 1.0, "{energy:?}");
    assert_eq!((measure().expect("kept"), entries()), (energy, count));
}
