//! The same cells in the language of tritloom, from the parts that the families are made of, with the ports of
//! [`super::cells`].

use super::Cell;
use tritloom_datapath::arith::recode::booth::{self, Radix};
use tritloom_datapath::arith::recode::{Multiples, digit_product};
use tritloom_datapath::ternary_lut::{Build, selected, table};
use tritloom_emit::verilog::{Identity, emit};
use tritloom_flow::Sources;
use tritloom_hdl::{Design, Module, ModuleBuilder, Value, sint, uint};

/// The name of the module, beside `top`, which is `rust_hdl`'s.
pub const OURS: &str = "second_opinion_cell";

/// The Verilog of a cell for operands of `width` bits.
pub fn verilog(cell: Cell, width: u32) -> Sources {
    let module = match cell {
        Cell::BoothPartialProduct => booth_partial_product(width),
        Cell::KeyDecode => key_decode(width),
        Cell::Table => table_cell(width),
    };
    let identity = Identity {
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        design_name: "second_opinion".to_owned(),
        config_hash: "none".to_owned(),
    };
    emit(&Design::new(module).unwrap_or_else(|defects| panic!("{defects}")), &identity).files
}

fn booth_partial_product(width: u32) -> Module {
    let m = ModuleBuilder::new(OURS, "A Booth digit times an activation.");
    let (window, activation) = (m.input("window", uint(3)), m.input("activation", sint(width)));
    let window: Vec<Value> = (0..3).map(|position| window.bit(position)).collect();
    let digit = booth::digit(&m, "digit", Radix::Four, &window);
    let product = digit_product::product(&m, "product", &digit, &Multiples::up_to_two(&activation));
    m.output("partial", &(product.word + product.carry.expect("a product owes a carry").to_signed()));
    m.finish()
}

fn key_decode(width: u32) -> Module {
    let m = ModuleBuilder::new(OURS, "The sum that a key names.");
    let key = m.input("key", uint(4));
    let words = [1, 2, 3, 4].map(|magnitude| m.input(&format!("word{magnitude}"), uint(width)));
    let group = m.concat(&words.iter().rev().collect::<Vec<_>>());
    let (word, carry) = selected(&m, &key, &group, 2, sint(width));
    let value = m.wire("value", &(word + carry.to_signed())).as_unsigned();
    let legal = key.wrap(3).less_equal(&m.uint(4, 3));
    m.output("value", &(value & legal.replicate(width + 1)));
    m.finish()
}

fn table_cell(width: u32) -> Module {
    let m = ModuleBuilder::new(OURS, "Every sum of two activations with a leading plus.");
    let (first, second) = (m.input("first", uint(width)), m.input("second", uint(width)));
    let sums = m.instance("table", &table(2, width, Build::Minimal));
    sums.connect("activations", &m.concat(&[&second, &first]));
    let entries = sums.output_lanes("entries", sint(width + 1)).iter();
    for (name, entry) in ["sum_0p", "sum_pm", "sum_p0", "sum_pp"].iter().zip(&entries) {
        m.output(name, entry);
    }
    m.finish()
}
