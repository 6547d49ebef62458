//! Synthesis: areas that add up, delays that grow, a cache that keeps, libraries that are refused.

#![allow(missing_docs)]

mod common;

use std::path::Path;

use common::{has, sources};
use tritloom_flow::synth::{CellLibrary, Device, Setting, Synthesiser, Task};
use tritloom_flow::{FlowError, Sources};

const LIBRARY: &str = include_str!("cells.lib");

fn synthesiser() -> Option<Synthesiser> {
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("synthesis-cache");
    has(&["yosys", "yosys-abc"]).then(|| Synthesiser::open(&cache, 2).expect("the cache opens"))
}

fn library() -> CellLibrary {
    CellLibrary::new(Path::new("cells.lib"), LIBRARY).expect("a library that will do")
}

/// Two registered adders of `width` bits, each a module of its own.
fn adders(width: u32) -> Sources {
    let high = width - 1;
    let half = format!(
        "module half (input wire clk_i, input wire rst_ni, input wire [{high}:0] a_i, output reg [{high}:0] sum_q);\n  \
         always @(posedge clk_i or negedge rst_ni)\n    if (!rst_ni) sum_q <= 0; else sum_q <= sum_q + a_i;\nendmodule\n"
    );
    let top = format!(
        "module top (input wire clk_i, input wire rst_ni, input wire [{high}:0] a_i, output wire [{high}:0] b_o);\n  \
         wire [{high}:0] middle;\n  half u_first (.clk_i(clk_i), .rst_ni(rst_ni), .a_i(a_i), .sum_q(middle));\n  \
         half u_second (.clk_i(clk_i), .rst_ni(rst_ni), .a_i(middle), .sum_q(b_o));\nendmodule\n"
    );
    sources(&[("half.v", &half), ("top.v", &top)])
}

fn task(width: u32, kept: &[&str]) -> Task {
    let kept = kept.iter().map(|module| (*module).to_owned()).collect();
    Task { sources: adders(width), top: "top".to_owned(), kept }
}

#[test]
fn areas_of_modules_add_up_and_registers_are_told_apart() {
    let Some(synthesiser) = synthesiser() else { return };
    let made = synthesiser.cells(&task(8, &["half"]), &library(), None, &[Setting::Plain]).expect("it synthesises");
    let best = made.best();
    assert_eq!((best.registers, best.sequential_area_um2), (16, 16.0 * 8.0));
    assert_eq!((best.modules["half"].uses, best.modules["top"].own_area_um2), (2, 0.0));
    let sum: f64 = best.modules.values().map(|module| module.total_area_um2).sum();
    assert!((sum - best.area_um2).abs() < 1e-9 && best.area_um2 > best.sequential_area_um2, "{best:#?}");
    let flat = synthesiser.cells(&task(8, &[]), &library(), None, &[Setting::Plain]).expect("it synthesises");
    assert_eq!(flat.best().modules.len(), 1);
}

#[test]
fn a_longer_carry_chain_is_slower_and_its_signals_are_named() {
    let Some(synthesiser) = synthesiser() else { return };
    let delay_ps = |width| {
        let made = synthesiser.cells(&task(width, &[]), &library(), None, &[Setting::Plain]).expect("it synthesises");
        let timing = made.best().timing.clone().expect("it has gates");
        assert!(timing.path.iter().all(|name| !name.contains('$')), "{:?}", timing.path);
        assert!(timing.path.iter().any(|name| name.contains('[')), "{:?}", timing.path);
        timing.delay_ps
    };
    let (short, long) = (delay_ps(4), delay_ps(12));
    assert!(long > 1.5 * short, "{short} ps for 4 bits, {long} ps for 12");
}

#[test]
fn the_settings_are_ranked() {
    let Some(synthesiser) = synthesiser() else { return };
    let settings = synthesiser.settings(None);
    let made = synthesiser.cells(&task(8, &[]), &library(), None, &settings).expect("it synthesises");
    assert_eq!(made.results.len(), settings.len());
    assert!(made.results.is_sorted_by(|left, right| left.area_um2 <= right.area_um2));
    let late = synthesiser.cells(&task(8, &[]), &library(), Some(1), &settings).expect("it synthesises");
    let delay_ps = |index: usize| late.results[index].timing.as_ref().expect("it has gates").delay_ps;
    assert!((1..settings.len()).all(|index| delay_ps(0) <= delay_ps(index)), "none meets 1 ps: the quickest is best");
}

#[test]
fn what_was_synthesised_is_not_synthesised_again() {
    let folder = tempfile::tempdir().expect("a directory");
    if !has(&["yosys", "yosys-abc"]) {
        return;
    }
    let synthesiser = Synthesiser::open(folder.path(), 1).expect("the cache opens");
    let entries = || std::fs::read_dir(folder.path().join("synthesis")).map_or(0, Iterator::count);
    let run =
        |width| synthesiser.cells(&task(width, &[]), &library(), None, &[Setting::Plain]).expect("it synthesises");
    let first = run(3);
    assert_eq!((run(3), entries()), (first, 1));
    run(4);
    assert_eq!(entries(), 2);
}

#[test]
fn an_adder_for_a_clock_is_no_chain_of_carries() {
    let Some(synthesiser) = synthesiser() else { return };
    let clock_ps = Some(1);
    let delay_ps = |width, setting| {
        let made = synthesiser.cells(&task(width, &[]), &library(), clock_ps, &[setting]).expect("it synthesises");
        made.best().timing.as_ref().expect("a path").delay_ps
    };
    let growth = |setting| delay_ps(32, setting) / delay_ps(8, setting);
    assert!(
        growth(Setting::Depth) < 2.0 && growth(Setting::Plain) > 2.0,
        "a chain of 32 carries is four times as long"
    );
    assert!(synthesiser.settings(clock_ps).contains(&Setting::Depth));
    assert!(!synthesiser.settings(None).contains(&Setting::Depth), "it is never the smallest");
}

#[test]
fn fpga_cells_are_counted() {
    let Some(synthesiser) = synthesiser() else { return };
    for device in [Device::Xilinx, Device::Ice40, Device::Ecp5] {
        let result = synthesiser.device(&task(8, &[]), device, true).expect("it synthesises");
        assert_eq!(result.registers, 16, "{device:?}: {result:?}");
        assert!(result.luts + result.carry_bits >= 16, "{device:?}: {result:?}");
        assert_eq!((result.multipliers, result.block_memories), (0, 0), "{device:?}: {result:?}");
    }
    let product = "module top (input wire [7:0] a_i, input wire [7:0] b_i, output wire [15:0] y_o);\n  \
                   assign y_o = a_i * b_i;\nendmodule\n";
    let task = Task { sources: sources(&[("top.v", product)]), top: "top".to_owned(), kept: vec![] };
    let multipliers = |allowed| synthesiser.device(&task, Device::Xilinx, allowed).expect("it synthesises").multipliers;
    assert_eq!((multipliers(true), multipliers(false)), (1, 0));
}

#[test]
fn a_library_without_the_needed_cells_is_refused_by_name() {
    let without = |cell: &str| {
        let start = LIBRARY.find(&format!("  cell ({cell})")).expect("the cell");
        let length = LIBRARY[start + 1..].find("\n  cell (").map_or(LIBRARY.len() - start - 2, |length| length + 2);
        let text = LIBRARY[..start].to_owned() + &LIBRARY[start + length..];
        CellLibrary::new(Path::new("my.lib"), &text)
    };
    let error = without("nand2_1").expect_err("no NAND2");
    assert_eq!(error.to_string(), "my.lib cannot be used: it has no two-input NAND");
    assert!(without("xor2_1").is_ok());
    let error = CellLibrary::new(Path::new("my.lib"), "library (a) {\n area").expect_err("no Liberty");
    assert!(error.to_string().starts_with("my.lib cannot be used: line 2"), "{error}");
    assert!(matches!(CellLibrary::open(Path::new("nowhere.lib")), Err(FlowError::Library { .. })));
    let Some(synthesiser) = synthesiser() else { return };
    let library = without("dffr_1").expect("no reset is needed by every design");
    let error = synthesiser.cells(&task(4, &[]), &library, None, &[Setting::Plain]).expect_err("a reset is needed");
    assert!(matches!(&error, FlowError::Library { reasons, .. } if reasons[0].contains("DFF")), "{error}");
}
