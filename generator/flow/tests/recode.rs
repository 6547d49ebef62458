//! Multipliers made of recoders and digit products are multipliers, proven by ABC; all recoders are free of lint.

#![allow(missing_docs)]

mod common;
#[path = "../../datapath/tests/common/digit_multiplier.rs"]
mod digit_multiplier;

use common::{has, verilator};
use digit_multiplier::{RECODINGS, Recoding, multiplier};
use tritloom_datapath::arith::recode::booth::{self, Radix};
use tritloom_datapath::arith::recode::pending::{Order, next_pending};
use tritloom_datapath::arith::recode::{DigitSet, canonical, digit_product, ent, leading_one};
use tritloom_datapath::interface::Interface;
use tritloom_emit::verilog::{Identity, emit};
use tritloom_flow::yosys::{Verdict, compare};
use tritloom_flow::{Design, Sources, side_by_side};
use tritloom_hdl::{Module, Shape, sint, uint};

const PATIENCE_SECONDS: u32 = 300;

const RADICES: [Radix; 2] = [Radix::Four, Radix::Eight];

fn emitted(module: Module) -> (String, Sources) {
    let design = tritloom_hdl::Design::new(module).unwrap_or_else(|defects| panic!("{defects}"));
    let identity = Identity {
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        design_name: "recode".to_owned(),
        config_hash: "none".to_owned(),
    };
    (design.top().name.clone(), emit(&design, &identity).files)
}

/// The multiplication that Verilog itself knows.
fn reference(weight: Shape, activation: Shape) -> String {
    let sign = if weight.signed { "signed " } else { "" };
    let (w, x) = (weight.width - 1, activation.width - 1);
    format!(
        "module reference (\n  input wire {sign}[{w}:0] weight_i,\n  input wire {sign}[{x}:0] activation_i,\n  \
         output wire {sign}[{}:0] product_o\n);\n  assign product_o = weight_i * activation_i;\nendmodule\n",
        w + x + 1
    )
}

/// Whether a multiplier is one, for all operands.
fn verdict(recoding: Recoding, weight: Shape, activation: Shape, skew: u32) -> Verdict {
    let (top, mut files) = emitted(multiplier(recoding, weight, activation, skew));
    files.insert("reference.v".to_owned(), reference(weight, activation));
    compare(&files, "reference", &top, PATIENCE_SECONDS).expect("yosys and ABC answer")
}

fn assert_proven(shapes: impl Iterator<Item = (Shape, Shape)>) {
    if !has(&["yosys", "yosys-abc"]) {
        return;
    }
    let problems: Vec<_> = shapes.flat_map(|(w, x)| RECODINGS.map(|recoding| (recoding, w, x))).collect();
    side_by_side(2, &problems, |&(recoding, weight, activation)| {
        let verdict = verdict(recoding, weight, activation, 0);
        assert_eq!(verdict, Verdict::Equal, "{recoding:?}, {weight} by {activation}");
    });
}

#[test]
fn multipliers_made_of_digits_equal_the_product() {
    let square = (4..=6).flat_map(|width| [(sint(width), sint(width)), (uint(width), uint(width))]);
    assert_proven(square.chain([(sint(4), sint(7)), (uint(7), uint(4))]));
}

/// Minutes: only where TRITLOOM_LONG_PROOFS=1 (`scripts/figures proofs`).
#[test]
fn multipliers_of_int8_made_of_digits_equal_the_product() {
    if std::env::var("TRITLOOM_LONG_PROOFS").is_ok_and(|value| value == "1") {
        assert_proven([(sint(8), sint(8))].into_iter());
    }
}

#[test]
fn a_broken_multiplier_is_refuted() {
    if !has(&["yosys", "yosys-abc"]) {
        return;
    }
    for recoding in RECODINGS {
        for operand in [sint(4), uint(4)] {
            assert_eq!(verdict(recoding, operand, operand, 1), Verdict::Different, "{recoding:?}, {operand}");
        }
    }
}

/// Every recoder, for weights of `width` bits.
fn recoders(width: u32) -> Vec<Module> {
    let of_weights = |weight: Shape| {
        let products = [DigitSet::Ternary, DigitSet::Radix4, DigitSet::Radix8];
        let booth = RADICES.map(|radix| booth::recoder(radix, weight));
        let products = products.map(|set| digit_product::multiplier(set, weight));
        booth.into_iter().chain(products).chain([ent::recoder(weight), canonical::recoder(weight)])
    };
    let pending = [Order::LowestFirst, Order::HighestFirst].map(|order| next_pending(order, width));
    let parts = of_weights(sint(width)).chain(of_weights(uint(width))).chain(pending);
    parts.chain([leading_one::leading_one(width)]).collect()
}

#[test]
fn recoders_and_multipliers_are_free_of_lint() {
    let Some(verilator) = verilator() else { return };
    let widths = [2, 3, 4, 5, 7, 8, 9, 16, 31, 32];
    let modules = widths.into_iter().flat_map(recoders).chain([leading_one::leading_one(64)]);
    let design = |(top, rtl)| Design { top, interface: Interface { streams: vec![] }, rtl, mutant_width: None };
    let designs: Vec<Design> = modules.map(|module| design(emitted(module))).collect();
    for (design, findings) in designs.iter().zip(verilator.lint_all(&designs)) {
        let text = design.rtl.values().cloned().collect::<String>();
        assert_eq!(findings.expect("it runs"), [], "{}\n{text}", design.top);
    }
    for recoding in RECODINGS {
        let (top, rtl) = emitted(multiplier(recoding, sint(5), sint(6), 0));
        assert_eq!(verilator.lint(&rtl, &top).expect("it runs"), [], "{recoding:?}");
    }
}
