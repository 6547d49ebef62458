//! Multipliers made of recoders and digit products are multipliers, proven by Yosys; all recoders are free of lint.

#![allow(missing_docs)]

mod common;

use std::fs;
use std::process::Command;

use common::{has, verilator};
use tritloom_datapath::arith::recode::booth::{self, Radix};
use tritloom_datapath::arith::recode::pending::{Order, next_pending};
use tritloom_datapath::arith::recode::{Digit, DigitSet, Multiples, canonical, digit_product, ent, leading_one};
use tritloom_datapath::interface::Interface;
use tritloom_emit::verilog::{Identity, emit};
use tritloom_flow::{Design, Sources, side_by_side};
use tritloom_hdl::{Module, ModuleBuilder, Shape, Value, sint, uint};

const RADICES: [Radix; 2] = [Radix::Four, Radix::Eight];

/// A way to cut a weight into digits.
#[derive(Clone, Copy, Debug)]
enum Recoding {
    Booth(Radix),
    Ent,
    Canonical,
}

const RECODINGS: [Recoding; 4] =
    [Recoding::Booth(Radix::Four), Recoding::Booth(Radix::Eight), Recoding::Ent, Recoding::Canonical];

impl Recoding {
    /// Bits of weight to a digit.
    fn step(self) -> u32 {
        match self {
            Recoding::Booth(radix) => radix.step(),
            Recoding::Ent => 2,
            Recoding::Canonical => 1,
        }
    }

    /// The digits of `weight`, through the recoder's module.
    fn digits(self, m: &ModuleBuilder, weight: &Value) -> Vec<Digit> {
        let recoder = |module: &Module| {
            let recoder = m.instance("recoder", module);
            recoder.connect("weight", weight);
            recoder
        };
        let unpacked = |module: &Module, set: DigitSet| {
            let lanes = recoder(module).output_lanes("digits", uint(set.bits()));
            lanes.iter().iter().map(|packed| Digit::unpack(set, packed)).collect()
        };
        match self {
            Recoding::Booth(radix) => unpacked(&booth::recoder(radix, weight.shape()), radix.digit_set()),
            Recoding::Canonical => unpacked(&canonical::recoder(weight.shape()), DigitSet::Ternary),
            Recoding::Ent => {
                let recoder = recoder(&ent::recoder(weight.shape()));
                let sign = weight.shape().signed.then(|| recoder.output("sign"));
                let codes = recoder.output_lanes("codes", uint(ent::CODE_BITS)).iter();
                let digit =
                    |(place, code): (usize, &Value)| ent::digit(m, &format!("digit{place}"), code, sign.as_ref());
                codes.iter().enumerate().map(digit).collect()
            }
        }
    }

    fn multiples(self, m: &ModuleBuilder, activation: &Value) -> Multiples {
        match self {
            Recoding::Canonical => Multiples::up_to_one(activation),
            Recoding::Booth(Radix::Four) | Recoding::Ent => Multiples::up_to_two(activation),
            Recoding::Booth(Radix::Eight) => {
                Multiples::up_to_four(activation, &m.wire("triple", &digit_product::triple(activation)))
            }
        }
    }
}

/// `weight * activation` as the plain sum of its digit products. With a `skew` of one every digit weighs as if digits
/// took a bit more than they do, which is wrong.
fn multiplier(recoding: Recoding, weight: Shape, activation: Shape, skew: u32) -> Module {
    let m = ModuleBuilder::new("digit_multiplier", "A product as the sum of digit products.");
    let (w, x) = (m.input("weight", weight), m.input("activation", activation));
    let multiples = recoding.multiples(&m, &x);
    let width = weight.width + activation.width;
    let mut sum = m.sint(0, width);
    for (place, digit) in recoding.digits(&m, &w).iter().enumerate() {
        let name = format!("product{place}");
        let product = digit_product::product(&m, &name, digit, &multiples);
        let carry = product.carry.expect("a product owes a carry").to_signed();
        let value = m.wire(&format!("{name}_value"), &(product.word + carry));
        let shifted = value.shift_left((recoding.step() + skew) * place as u32);
        sum = fitted(&(sum + fitted(&shifted, width)), width);
    }
    m.output("product", &sum);
    m.finish()
}

/// The value modulo `2^width`.
fn fitted(value: &Value, width: u32) -> Value {
    value.extend(value.width().max(width)).wrap(width)
}

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

/// Whether Yosys proves a multiplier right, for all operands; otherwise it has found some for which it is wrong.
fn is_proven(recoding: Recoding, weight: Shape, activation: Shape, skew: u32) -> bool {
    let (top, mut files) = emitted(multiplier(recoding, weight, activation, skew));
    files.insert("reference.v".to_owned(), reference(weight, activation));
    let folder = tempfile::tempdir().expect("a directory");
    files.iter().for_each(|(name, text)| fs::write(folder.path().join(name), text).expect("a file"));
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    let script = format!(
        "read_verilog {}; proc; miter -equiv -flatten {top} reference miter; hierarchy -top miter; flatten; opt; \
         sat -prove trigger 0 miter",
        names.join(" ")
    );
    let output = Command::new("yosys").args(["-p", &script]).current_dir(folder.path()).output().expect("yosys starts");
    let said = String::from_utf8_lossy(&output.stdout);
    let (proven, refuted) = (said.contains("no model found: SUCCESS!"), said.contains("model found: FAIL!"));
    let subject = format!("{recoding:?}, {weight} by {activation}");
    assert!(output.status.success() && proven != refuted, "{subject}: {said}");
    proven
}

#[test]
fn multipliers_made_of_digits_equal_the_product() {
    if !has(&["yosys"]) {
        return;
    }
    let shapes = (4..=6).flat_map(|width| [(sint(width), sint(width)), (uint(width), uint(width))]);
    let shapes = shapes.chain([(sint(4), sint(7)), (uint(7), uint(4))]);
    let problems: Vec<_> = shapes.flat_map(|(w, x)| RECODINGS.map(|recoding| (recoding, w, x))).collect();
    side_by_side(2, &problems, |&(recoding, weight, activation)| {
        assert!(is_proven(recoding, weight, activation, 0), "{recoding:?}, {weight} by {activation}");
    });
}

#[test]
fn a_broken_multiplier_is_refuted() {
    if !has(&["yosys"]) {
        return;
    }
    for recoding in RECODINGS {
        assert!(!is_proven(recoding, sint(4), sint(4), 1), "{recoding:?}");
        assert!(!is_proven(recoding, uint(4), uint(4), 1), "{recoding:?}");
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
