//! Shared parts of datapaths: free of lint, and proven equal to a plain sum.

mod common;

use std::fmt::Write;

use common::subject::{Subject, assert_proven};
use common::{has, verilator};
use tritloom_datapath::arith::adder::{CarryOut, FinalAdder};
use tritloom_datapath::arith::bit_heap::{BitHeap, Compression, Counter, Order};
use tritloom_datapath::arith::reduction::{Adders, Term};
use tritloom_datapath::interface::Interface;
use tritloom_flow::yosys::Verdict;
use tritloom_flow::{Design, side_by_side};
use tritloom_hdl::{ModuleBuilder, Shape, sint, uint};

const ADDERS: [FinalAdder; 6] = [
    FinalAdder::Synthesiser,
    FinalAdder::Ripple,
    FinalAdder::Sklansky,
    FinalAdder::BrentKung,
    FinalAdder::KoggeStone,
    FinalAdder::CarrySelect { block: 4 },
];

fn adder(kind: FinalAdder, width: u32, carry_out: CarryOut) -> Subject {
    let top = if carry_out == CarryOut::Kept { width } else { width - 1 };
    let plain = format!(
        "module plain (input [{0}:0] a_i, input [{0}:0] b_i, input carry_i, output [{top}:0] sum_o);\n  \
         assign sum_o = a_i + b_i + carry_i;\nendmodule\n",
        width - 1
    );
    Subject { module: kind.module(width, carry_out), plain }
}

fn adders() -> Vec<Subject> {
    let of =
        |kind| [1, 2, 7, 8, 16].map(|width| [CarryOut::Dropped, CarryOut::Kept].map(|carry| adder(kind, width, carry)));
    ADDERS.into_iter().flat_map(of).flatten().collect()
}

/// What is added up: values of that shape, shifted left, and a constant.
struct Sum {
    name: &'static str,
    width: u32,
    terms: Vec<(Shape, u32)>,
    constant: i32,
}

impl Sum {
    fn subject(&self, number: usize, compression: &Compression, adder: FinalAdder) -> Subject {
        let name = format!("{}_{:?}_{number}", self.name, compression.order).to_lowercase();
        let m = ModuleBuilder::new(name, "A sum of terms.");
        let mut heap = BitHeap::new(self.width);
        for (number, &(shape, shift)) in self.terms.iter().enumerate() {
            let term = m.input(&format!("t{number}"), shape);
            if shape.signed { heap.add_signed(&term, shift, 0) } else { heap.add_unsigned(&term, shift, 0) }
        }
        heap.add_constant(self.constant.into(), 0);
        let rows = heap.reduce(&m, "heap", compression);
        let sum = adder.add(&m, "final_adder", (&rows.0, &rows.1), &m.uint(0, 1), CarryOut::Dropped);
        m.output("sum", &sum);
        Subject { module: m.finish(), plain: self.plain() }
    }

    /// In 32-bit signed arithmetic throughout: an unsigned term would make the whole expression unsigned.
    fn plain(&self) -> String {
        let mut text = format!("module plain (output [{}:0] sum_o", self.width - 1);
        let mut sum = format!("{}", self.constant);
        for (number, (shape, shift)) in self.terms.iter().enumerate() {
            let sign = if shape.signed { "signed " } else { "" };
            _ = write!(text, ", input {sign}[{}:0] t{number}_i", shape.width - 1);
            let term = if shape.signed { format!("t{number}_i") } else { format!("$signed({{1'b0, t{number}_i}})") };
            _ = write!(sum, " + ({term} * {})", 1 << shift);
        }
        text + &format!(");\n  wire signed [31:0] sum = {sum};\n  assign sum_o = sum;\nendmodule\n")
    }
}

fn heaps() -> Vec<Subject> {
    let signed_mix = vec![(sint(5), 0), (sint(4), 2), (uint(5), 1), (sint(3), 3), (uint(2), 0)];
    let sums = [
        Sum { name: "six_nibbles", width: 7, terms: vec![(uint(4), 0); 6], constant: 0 },
        Sum { name: "signed_mix", width: 9, terms: signed_mix, constant: -37 },
        Sum { name: "top_signs", width: 4, terms: vec![(sint(4), 0), (sint(3), 1), (sint(2), 2)], constant: 5 },
    ];
    let counters: [&[Counter]; 4] =
        [&[Counter::HalfAdder], &[Counter::FourTwo], &[Counter::SixThree], &[Counter::SevenThree]];
    let mut subjects = vec![];
    for sum in &sums {
        for order in [Order::Dadda, Order::Wallace, Order::Arrival] {
            for (number, counters) in counters.iter().enumerate() {
                let compression = Compression { counters: counters.to_vec(), order };
                subjects.push(sum.subject(number, &compression, ADDERS[(number + 1) % ADDERS.len()]));
            }
        }
    }
    subjects
}

/// A tree of adders over so many words of three bits, each with a carry of its own where they are `owing`.
fn tree(adders: Adders, terms: usize, owing: bool) -> Subject {
    let m = ModuleBuilder::new(
        format!("tree_{terms}_{owing}{}", adders.name_suffix()),
        "A sum of words in a tree of adders.",
    );
    let mut text = String::from("module plain (output [7:0] sum_o");
    let mut sum = String::from("0");
    let mut inputs = vec![];
    for number in 0..terms {
        _ = write!(text, ", input signed [2:0] t{number}_i");
        _ = write!(sum, " + t{number}_i");
        let word = m.input(&format!("t{number}"), sint(3));
        let carry = owing.then(|| {
            _ = write!(text, ", input c{number}_i");
            _ = write!(sum, " + $signed({{1'b0, c{number}_i}})");
            m.input(&format!("c{number}"), uint(1))
        });
        inputs.push(Term { word, carry });
    }
    let total = adders.tree(&m, "sum", &inputs, 4);
    let total =
        total.carry.map_or(total.word.clone(), |carry| total.word.add_with_carry(&m.uint(0, 1).to_signed(), &carry));
    m.output("sum", &total.extend(8).as_unsigned());
    let plain = text + &format!(");\n  wire signed [31:0] sum = {sum};\n  assign sum_o = sum;\nendmodule\n");
    Subject { module: m.finish(), plain }
}

fn trees() -> Vec<Subject> {
    let of = |adders| (2..=8).flat_map(move |terms| [false, true].map(|owing| tree(adders, terms, owing)));
    [Adders::TwoWords, Adders::ThreeWords].into_iter().flat_map(of).collect()
}

#[test]
fn adders_trees_and_heaps_are_free_of_lint() {
    let Some(verilator) = verilator() else { return };
    let design = |subject: Subject| Design {
        top: subject.module.name.clone(),
        interface: Interface { streams: vec![] },
        rtl: subject.sources(),
        mutant_width: None,
    };
    let designs: Vec<Design> = adders().into_iter().chain(trees()).chain(heaps()).map(design).collect();
    for (design, findings) in designs.iter().zip(verilator.lint_all(&designs)) {
        assert_eq!(findings.expect("it runs"), [], "{}", design.top);
    }
}

#[test]
fn adders_are_proven_equal_to_a_plain_sum() {
    assert_proven(&adders());
}

#[test]
fn trees_are_proven_equal_to_a_plain_sum() {
    assert_proven(&trees());
}

#[test]
fn heaps_are_proven_equal_to_a_plain_sum() {
    assert_proven(&heaps());
}

#[test]
fn broken_adders_trees_and_heaps_are_refuted() {
    if !has(&["yosys", "yosys-abc"]) {
        return;
    }
    let verdict =
        |subject: &Subject, from: &str, to: &str| subject.verdict(subject.broken(&subject.module.name, from, to));
    for kind in [FinalAdder::Ripple, FinalAdder::Sklansky, FinalAdder::BrentKung, FinalAdder::KoggeStone] {
        let subject = adder(kind, 16, CarryOut::Kept);
        assert_eq!(verdict(&subject, " | ", " & "), Verdict::Different, "{}", subject.module.name);
    }
    let select = adder(FinalAdder::CarrySelect { block: 4 }, 16, CarryOut::Kept);
    assert_eq!(verdict(&select, "4'd1", "4'd0"), Verdict::Different);
    let sums: Vec<Subject> = heaps().into_iter().chain([tree(Adders::ThreeWords, 5, true)]).collect();
    side_by_side(2, &sums, |subject| {
        assert_eq!(verdict(subject, " ^ ", " & "), Verdict::Different, "{}", subject.module.name);
    });
}
