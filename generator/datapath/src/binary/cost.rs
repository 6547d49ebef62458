//! The primitives of a core in closed form, in the order of the text of `hardware`.

use super::hardware::SUM_STAGE;
use super::parameters::{Outcome, Shape};
use crate::arith::popcount::popcount_census;
use crate::arith::thermometer::thermometer_census;
use crate::census::{Parts, copies, sum_of};
use crate::sequencer::sequencer_census;
use tritloom_hdl::Primitive::{Adder, AndOr, Comparator, EnabledRegister, Inverter, ResetRegister, Xor};
use tritloom_hdl::{Census, bits_for};

pub(super) fn census_by_part(shape: &Shape) -> Parts {
    vec![
        ("control", control(shape)),
        ("agreements", agreements(shape)),
        ("population counts", copies(&popcount_census(shape.width, shape.tree), shape.columns.into())),
        ("accumulate", accumulate(shape)),
        ("results", results(shape)),
    ]
}

/// The sequencer, the joining of the operand streams, and what travels with a beat.
fn control(shape: &Shape) -> Census {
    let (nest, stages) = (shape.nest(), u64::from(SUM_STAGE));
    let mut census = sequencer_census(&nest);
    let (starts, inner_stages) = if shape.outcome == Outcome::DotProduct { (1, stages + 1) } else { (0, 0) };
    let own = sum_of(&[
        (AndOr, 4 + starts, 1),           // able, the ready of weights, issue, the other ready, start
        (ResetRegister, stages, 1),       // valid
        (EnabledRegister, stages - 1, 1), // first
        (EnabledRegister, 2 * stages, 1), // last, last tile
        (EnabledRegister, stages, nest.outer_bits()), // columns left
        (EnabledRegister, inner_stages, nest.inner_bits()), // length of the vectors
    ]);
    census.add_census(&own, 1);
    census
}

/// Comparison and mask of every place, and their register.
fn agreements(shape: &Shape) -> Census {
    let (width, columns) = (shape.width, shape.columns.into());
    let inverted = if shape.outcome == Outcome::Distance { 0 } else { columns };
    let mut census = thermometer_census(shape.nest().inner_bits(), width);
    let own = sum_of(&[
        (Xor, columns, width),
        (Inverter, inverted, width),
        (AndOr, columns, width),
        (EnabledRegister, 1, width * shape.columns),
    ]);
    census.add_census(&own, 1);
    census
}

fn accumulate(shape: &Shape) -> Census {
    let (bits, columns) = (shape.count_bits(), shape.columns);
    sum_of(&[
        (EnabledRegister, 1, bits_for(shape.width.into()) * columns), // counts of a beat
        (AndOr, 1, 1),                                                // enable
        (Inverter, 1, 1),                                             // of first
        (AndOr, columns.into(), bits),                                // base
        (Adder, columns.into(), bits + 1),
        (EnabledRegister, 1, bits * columns),
    ])
}

fn results(shape: &Shape) -> Census {
    let (columns, bits) = (shape.columns, shape.result_bits());
    let mut census = thermometer_census(shape.nest().outer_bits(), columns);
    let per_column = u64::from(columns);
    let own = sum_of(&[
        (ResetRegister, 1, 1),                // valid
        (AndOr, 5, 1),                        // complete, occupied, advance, capture, next valid
        (Inverter, 3, 1),                     // of ready, of the stall, of blocked
        (AndOr, per_column, bits),            // mask
        (EnabledRegister, 1, bits * columns), // results
        (EnabledRegister, 1, columns),        // keep
        (EnabledRegister, 1, 1),              // last tile
    ]);
    census.add_census(&own, 1);
    let outcome = match shape.outcome {
        Outcome::DotProduct => sum_of(&[(Adder, per_column, shape.count_bits() + 2)]),
        Outcome::Distance => Census::default(),
        Outcome::Threshold => sum_of(&[
            (Comparator, per_column, shape.count_bits()),
            (AndOr, 2, 1),    // ready of thresholds, blocked
            (Inverter, 2, 1), // of the threshold's valid, of occupied
        ]),
    };
    census.add_census(&outcome, 1);
    census
}
