//! Reduced products, chains, counts and a decoder, proven equal to what plain Verilog says of them.

#![allow(missing_docs)]

mod common;
#[path = "../../datapath/tests/common/digit_multiplier.rs"]
mod digit_multiplier;
#[path = "../../datapath/tests/common/reduced_product.rs"]
mod reduced_product;

use common::has;
use common::subject::{Subject, assert_proven};
use reduced_product::{reductions, ways};
use tritloom_datapath::arith::bit_heap::{Counter, Order, Tree};
use tritloom_datapath::arith::five_trit;
use tritloom_datapath::arith::popcount::popcount;
use tritloom_datapath::arith::recode::leading_one::leading_one;
use tritloom_datapath::arith::recode::pending::{self, next_pending};
use tritloom_flow::side_by_side;
use tritloom_flow::yosys::Verdict;
use tritloom_hdl::{ModuleBuilder, bits_for, uint};

/// Bits of the operands of a reduced product.
const OPERAND_BITS: u32 = 5;

fn reduced_products() -> Vec<Subject> {
    let subject = |compression: &_, (rows, carries): (reduced_product::Rows, _)| {
        let sign = if rows.operand(OPERAND_BITS).signed { "signed " } else { "" };
        let (operand, product) = (OPERAND_BITS - 1, 2 * OPERAND_BITS - 1);
        let plain = format!(
            "module plain (input {sign}[{operand}:0] weight_i, input {sign}[{operand}:0] activation_i, \
             output {sign}[{product}:0] product_o);\n  assign product_o = weight_i * activation_i;\nendmodule\n"
        );
        Subject { module: rows.multiplier(OPERAND_BITS, compression, carries), plain }
    };
    let of = |compression| ways(OPERAND_BITS).map(|way| subject(&compression, way));
    reductions().flat_map(of).collect()
}

fn next_of(order: pending::Order, count: u32) -> Subject {
    let (top, index) = (count - 1, bits_for(u64::from(count) - 1) - 1);
    // The last that is seen counts.
    let places = match order {
        pending::Order::LowestFirst => format!("i = {top}; i >= 0; i = i - 1"),
        pending::Order::HighestFirst => format!("i = 0; i < {count}; i = i + 1"),
    };
    let plain = format!(
        "module plain (input [{top}:0] pending_i, output reg [{top}:0] select_o, output reg [{index}:0] index_o,
  output [{top}:0] remaining_o, output any_o);
  integer i;
  always @* begin
    index_o = 0;
    select_o = 0;
    for ({places})
      if (pending_i[i]) begin
        index_o = i;
        select_o = 1 << i;
      end
  end
  assign remaining_o = pending_i - select_o;
  assign any_o = pending_i != 0;
endmodule
"
    );
    Subject { module: next_pending(order, count), plain }
}

fn leading(width: u32) -> Subject {
    let (top, position) = (width - 1, bits_for(u64::from(width) - 1) - 1);
    let plain = format!(
        "module plain (input [{top}:0] value_i, output reg [{position}:0] position_o, output found_o);
  integer i;
  always @* begin
    position_o = 0;
    for (i = 0; i < {width}; i = i + 1)
      if (value_i[i]) position_o = i;
  end
  assign found_o = value_i != 0;
endmodule
"
    );
    Subject { module: leading_one(width), plain }
}

fn chains() -> Vec<Subject> {
    let orders = [pending::Order::LowestFirst, pending::Order::HighestFirst];
    let next = (2..=16).flat_map(|count| orders.map(|order| next_of(order, count)));
    next.chain((2..=16).chain([31, 32, 64]).map(leading)).collect()
}

fn count(width: u32, tree: Tree) -> Subject {
    let bits: Vec<String> = (0..width).map(|position| format!("bits_i[{position}]")).collect();
    let plain = format!(
        "module plain (input [{}:0] bits_i, output [{}:0] count_o);\n  wire [31:0] count = {};\n  \
         assign count_o = count;\nendmodule\n",
        width - 1,
        bits_for(width.into()) - 1,
        bits.join(" + ")
    );
    Subject { module: popcount(width, tree), plain }
}

fn counts() -> Vec<Subject> {
    let larger = [None, Some(Counter::FourTwo), Some(Counter::SixThree), Some(Counter::SevenThree)];
    let of =
        |order| larger.into_iter().flat_map(move |larger| [8, 15].map(|width| count(width, Tree { order, larger })));
    let trees = [Order::Dadda, Order::Wallace, Order::Arrival].into_iter().flat_map(of);
    trees.chain((1..=7).map(|width| count(width, Tree::DADDA))).collect()
}

/// Trits from bytes by division: the first trit is the most significant digit of base three.
fn decoder(trits: u32) -> Subject {
    let m = ModuleBuilder::new("decoder", "Trits that share bytes.");
    let word = m.input("word", uint(five_trit::bits(trits)));
    m.output("trits", &five_trit::decoded(&m, &word, trits));
    let trit = |number: u32| {
        let (byte, divisor) = (format!("word_i[{} +: 8]", number / 5 * 8), 3u32.pow(4 - number % 5));
        format!(
            "  assign trits_o[{} +: 2] = {byte} < 8'd243 ? {byte} / 8'd{divisor} % 8'd3 - 8'd1 : 8'd0;\n",
            2 * number
        )
    };
    let plain = format!(
        "module plain (input [{}:0] word_i, output [{}:0] trits_o);\n{}endmodule\n",
        five_trit::bits(trits) - 1,
        2 * trits - 1,
        (0..trits).map(trit).collect::<String>()
    );
    Subject { module: m.finish(), plain }
}

#[test]
fn reduced_products_are_proven_equal_to_the_product() {
    assert_proven(&reduced_products());
}

#[test]
fn chains_are_proven_equal_to_a_loop() {
    assert_proven(&chains());
}

#[test]
fn counts_are_proven_equal_to_a_plain_sum() {
    assert_proven(&counts());
}

#[test]
fn decoders_of_trits_are_proven_equal_to_divisions() {
    assert_proven(&[decoder(five_trit::TRITS_A_BYTE)]);
}

#[test]
fn broken_parts_are_refuted() {
    if !has(&["yosys", "yosys-abc"]) {
        return;
    }
    let last = |subjects: Vec<Subject>| subjects.into_iter().next_back().expect("some");
    let cases = [
        (last(reduced_products()), "reduced_product", " ^ ", " & "),
        (last(reduced_products()), "carries_in_place_w10_f5_c3", " ^ ", " & "),
        (next_of(pending::Order::LowestFirst, 9), "next_pending_n9_lowest", " | ", " & "),
        (next_of(pending::Order::HighestFirst, 9), "next_pending_n9_highest", " | ", " & "),
        (leading(13), "leading_one_w13", " | ", " & "),
        (count(15, Tree::DADDA), "popcount_n15_dadda", " ^ ", " & "),
        (decoder(5), "five_trit_decoder", "10'd341", "10'd340"),
    ];
    side_by_side(2, &cases, |(subject, file, from, to)| {
        assert_eq!(subject.verdict(subject.broken(file, from, to)), Verdict::Different, "{file}");
    });
}
