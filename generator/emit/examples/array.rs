//! Elaboration and emission of systolic arrays from 4 x 4 to 64 x 64: symbolic loops make them equally large.
//!
//! `cargo run --release -p tritloom-emit --example array [FOLDER]` prints the table, and writes the largest array
//! into the folder where one is named.

use std::io::Write;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use tritloom_emit::verilog::{Identity, emit};
use tritloom_hdl::{Design, Module, ModuleBuilder, sint, uint};

const OPERAND_BITS: u32 = 8;
const SUM_BITS: u32 = 16;
const REPETITIONS: u32 = 20;

/// One output-stationary element: multiplies, accumulates, hands both operands on.
fn element() -> Module {
    let m = ModuleBuilder::new("mac_element", "Multiplies, accumulates, and hands both operands on.");
    let clear = m.input("clear", uint(1));
    let left = m.input("left", sint(OPERAND_BITS));
    let above = m.input("above", sint(OPERAND_BITS));
    let product = m.wire("product", &(&left * &above));
    let sum = m.register("sum", sint(SUM_BITS));
    let total = m.wire("total", &(sum.value() + &product)).wrap(SUM_BITS);
    sum.next(&clear.mux(&product, &total));
    m.output("right", &m.delay("right", &left, None));
    m.output("below", &m.delay("below", &above, None));
    m.output("sum", &sum);
    m.finish()
}

/// Rows by columns of elements, operands entering at the left and at the top.
fn array(rows: u32, columns: u32) -> Module {
    let m = ModuleBuilder::new(format!("mac_array_{rows}x{columns}"), "An output-stationary systolic array.");
    let operand = sint(OPERAND_BITS);
    let clear = m.input("clear", uint(1));
    let left = m.input_lanes("left", operand, rows, "one operand a row");
    let above = m.input_lanes("above", operand, columns, "one operand a column");
    let horizontal = m.lanes("horizontal", operand, rows * (columns + 1));
    let vertical = m.lanes("vertical", operand, (rows + 1) * columns);
    let sums = m.lanes("sums", sint(SUM_BITS), rows * columns);
    m.repeat("left_edge", rows, |row| horizontal.drive(row * (columns + 1), &left.lane(row)));
    m.repeat("top_edge", columns, |column| vertical.drive(column, &above.lane(column)));
    let element = element();
    m.repeat("row", rows, |row| {
        m.repeat("column", columns, |column| {
            let here = m.instance("element", &element);
            here.connect("clear", &clear);
            here.connect("left", &horizontal.lane(row * (columns + 1) + column));
            here.connect("above", &vertical.lane(row * columns + column));
            horizontal.drive(row * (columns + 1) + column + 1, &here.output("right"));
            vertical.drive((row + 1) * columns + column, &here.output("below"));
            sums.drive(row * columns + column, &here.output("sum"));
        });
    });
    m.output_lanes("sums", &sums, "row by row");
    m.finish()
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut output = std::io::stdout().lock();
    writeln!(output, "| array | build, check (us) | print (us) | lines | bytes |\n|---|---|---|---|---|")?;
    let identity = Identity {
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        design_name: "array".to_owned(),
        config_hash: "none".to_owned(),
    };
    for size in [4, 8, 16, 32, 64] {
        let (mut elaboration, mut emission) = (Duration::MAX, Duration::MAX);
        let mut files = None;
        for _ in 0..REPETITIONS {
            let start = Instant::now();
            let design = Design::new(array(size, size))?;
            elaboration = elaboration.min(start.elapsed());
            let start = Instant::now();
            files = Some(emit(&design, &identity).files);
            emission = emission.min(start.elapsed());
        }
        let files = files.unwrap_or_default();
        let lines: usize = files.values().map(|text| text.lines().count()).sum();
        let bytes: usize = files.values().map(String::len).sum();
        let (elaboration, emission) = (elaboration.as_micros(), emission.as_micros());
        writeln!(output, "| {size} x {size} | {elaboration} | {emission} | {lines} | {bytes} |")?;
        if let Some(folder) = std::env::args().nth(1).map(PathBuf::from) {
            std::fs::create_dir_all(&folder)?;
            files.iter().try_for_each(|(name, text)| std::fs::write(folder.join(name), text))?;
        }
    }
    Ok(())
}
