//! The primitives of an array in closed form, in the order of the text of this room.

use super::geometry::{Geometry, SumForm};
use super::merge::merge_census;
use crate::arith::adder::CarryOut;
use crate::census::{Parts, copies, sum_of};
use crate::sequencer::sequencer_census;
use tritloom_hdl::Census;
use tritloom_hdl::Primitive::{Adder, AndOr, Comparator, EnabledRegister, Inverter, Multiplexer, ResetRegister};

/// What an element adds to the array.
pub struct ElementCensus {
    /// The primitives at the edge of one column, and the bits that they make of a column's weights; `None` where elements
    /// take the weights as they come.
    pub edge: Option<(Census, u32)>,
    /// The parts of one element by name.
    pub parts: Parts,
}

/// Every part of the array around an element, in the order in which data passes.
pub fn census_by_part(geometry: &Geometry, element: ElementCensus) -> Parts {
    let columns = geometry.columns.into();
    let mut parts = vec![("control", control(geometry))];
    let column_bits = match &element.edge {
        None => geometry.weight_bits * geometry.depth,
        Some((_, bits)) => *bits,
    };
    parts.push(("operands", operands(geometry, column_bits)));
    parts.extend(element.edge.map(|(edge, _)| ("edge", copies(&edge, columns))));
    let elements = geometry.elements().into();
    parts.extend(element.parts.into_iter().map(|(name, census)| (name, copies(&census, elements))));
    parts.push(("results", results(geometry)));
    parts
}

/// The sequencer, the joining of the operand streams, and what travels with a beat.
fn control(geometry: &Geometry) -> Census {
    let nest = geometry.nest();
    let mut census = sequencer_census(&nest);
    census.add_census(
        &sum_of(&[
            (AndOr, 5, 1), // able, the ready of weights, issue, the other ready, start
            (EnabledRegister, 1, geometry.row_count_bits()), // rows of the run
            (ResetRegister, 2, 1), // valid
            (EnabledRegister, 2, 1), // last
            (EnabledRegister, 1, 1), // first
            (EnabledRegister, 2, 1), // last tile
            (EnabledRegister, 2, nest.outer_bits()), // columns left
            (EnabledRegister, 2, geometry.row_count_bits()), // rows
            (AndOr, 2, 1), // accumulate, complete
        ]),
        1,
    );
    census
}

/// Mask and registers of the operands.
fn operands(geometry: &Geometry, column_bits: u32) -> Census {
    let places = geometry.rows * geometry.depth;
    sum_of(&[
        (Comparator, geometry.depth.into(), geometry.nest().inner_bits()), // places within the run
        (AndOr, places.into(), geometry.activation_bits),                  // mask
        (EnabledRegister, 1, places * geometry.activation_bits),
        (EnabledRegister, 1, geometry.columns * column_bits),
    ])
}

/// The captured tile, its way out, and the adders behind it.
fn results(geometry: &Geometry) -> Census {
    let (rows, columns, bits) = (geometry.rows, geometry.columns, geometry.sum_bits());
    let row_bits = columns * geometry.element_bits();
    let count_bits = geometry.row_count_bits();
    let mut census = sum_of(&[
        (Comparator, 1, count_bits), // last row
        (AndOr, 8, 1),               // taken, occupied 2, advance, capture, next valid, change, last
        (Inverter, 3, 1),            // of the last row, of advance, of occupied
        (ResetRegister, 1, 1),       // valid
        (Adder, 1, count_bits + 1),  // one row less
        (Multiplexer, 1, count_bits),
        (EnabledRegister, 1, count_bits),                           // rows left
        (EnabledRegister, 1, geometry.nest().outer_bits()),         // columns left
        (EnabledRegister, 1, 1),                                    // last tile
        (Multiplexer, (rows - 1).into(), row_bits),                 // captured or moved up
        (EnabledRegister, 1, rows * row_bits),                      // captured
        (Comparator, columns.into(), geometry.nest().outer_bits()), // columns within the run
        (AndOr, columns.into(), bits),                              // mask
    ]);
    if let SumForm::ByPosition(positions) = &geometry.sum_form {
        census.add_census(&merge_census(geometry, positions), columns.into());
    }
    if geometry.sum_form != SumForm::Resolved {
        census.add_census(&geometry.resolve.census(bits, CarryOut::Dropped), columns.into());
    }
    census
}
