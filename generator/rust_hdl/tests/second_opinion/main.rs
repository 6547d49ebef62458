//! A second opinion on leaf cells: written once more in `rust_hdl`, right in integers, and equal to tritloom's Verilog,
//! proven by Yosys for all operands.

#![allow(missing_docs)]

mod cells;
#[path = "../common/mod.rs"]
mod common;
mod model;
mod ours;

use cells::{BoothPartialProduct, KeyDecode, TableCell};
use std::fmt;
use tritloom_flow::{Sources, side_by_side, yosys};
use tritloom_rust_hdl::prelude::*;
use yosys::Verdict;

/// A cell that has a second opinion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cell {
    BoothPartialProduct,
    KeyDecode,
    Table,
}

const CELLS: [Cell; 3] = [Cell::BoothPartialProduct, Cell::KeyDecode, Cell::Table];

/// Seconds after which a proof is given up.
const PATIENCE_SECONDS: u32 = 60;

/// A width for which there is no second opinion: const generics must be listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct NotCovered {
    cell: Cell,
    width: u32,
}

impl fmt::Display for NotCovered {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (least, greatest) = (WIDTHS[0], WIDTHS[WIDTHS.len() - 1]);
        write!(formatter, "{:?} of {} bits is not covered: {least} to {greatest} bits are", self.cell, self.width)
    }
}

macro_rules! covered {
    ($($width:literal)*) => {
        const WIDTHS: &[u32] = &[$($width),*];

        /// The cell as `rust_hdl` prints it, once its simulator and the integer model agree.
        fn second_opinion(cell: Cell, width: u32) -> Result<String, NotCovered> {
            match width {
                $($width => Ok(cell.modelled::<$width, { $width + 1 }, { $width + 2 }>()),)*
                _ => Err(NotCovered { cell, width }),
            }
        }
    };
}

covered! {
    4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39 40 41 42 43 44
    45 46 47 48
}

impl Cell {
    fn modelled<const W: usize, const S: usize, const P: usize>(self) -> String {
        match self {
            Cell::BoothPartialProduct => modelled(BoothPartialProduct::<W, P>::new(), model::booth_partial_product),
            Cell::KeyDecode => modelled(KeyDecode::<W, S>::new(), model::key_decode),
            Cell::Table => modelled(TableCell::<W, S>::new(), model::table),
        }
    }
}

fn modelled<B: Block>(mut cell: B, model: fn(&mut B)) -> String {
    cell.connect_all();
    model(&mut cell);
    generate_verilog(&cell)
}

/// Whether `text`, module `top`, is tritloom's cell.
fn proof(cell: Cell, width: u32, text: String) -> Verdict {
    let mut files: Sources = ours::verilog(cell, width);
    files.insert("top.v".to_owned(), text);
    yosys::compare(&files, "top", ours::OURS, PATIENCE_SECONDS).expect("it runs")
}

#[test]
fn every_width_is_right_in_integers_and_proven_equal() {
    let yosys = common::has(&["yosys", "yosys-abc"]);
    let problems: Vec<(Cell, u32)> =
        CELLS.iter().flat_map(|&cell| WIDTHS.iter().map(move |&width| (cell, width))).collect();
    let verdicts = side_by_side(2, &problems, |&(cell, width)| {
        let text = second_opinion(cell, width).unwrap_or_else(|gap| panic!("{gap}"));
        yosys.then(|| proof(cell, width, text))
    });
    for (problem, verdict) in problems.iter().zip(verdicts) {
        assert!(verdict.is_none_or(|verdict| verdict == Verdict::Equal), "{problem:?}: {verdict:?}");
    }
}

#[test]
fn a_wrong_cell_is_told_apart() {
    if !common::has(&["yosys", "yosys-abc"]) {
        return;
    }
    for cell in CELLS {
        let text = second_opinion(cell, 9).expect("covered");
        let wrong = text.replacen(" - ", " + ", 1);
        assert_ne!(text, wrong);
        assert_eq!(proof(cell, 9, wrong), Verdict::Different, "{cell:?}");
    }
}

#[test]
fn a_width_outside_of_the_list_is_reported() {
    for (width, cell) in [3, 49].into_iter().zip(CELLS) {
        assert_eq!(second_opinion(cell, width), Err(NotCovered { cell, width }));
    }
    let said = NotCovered { cell: Cell::Table, width: 64 }.to_string();
    assert_eq!(said, "Table of 64 bits is not covered: 4 to 48 bits are");
}
