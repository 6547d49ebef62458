//! The results' way out: rows of a tile, one a beat.

use super::cube::{self, across_layers};
use super::geometry::{Geometry, SumForm, Topology};
use super::merge::{merge, merge_census};
use super::zero_points::{self, Correction};
use super::{resolving, settling};
use crate::arith::adder::CarryOut;
use crate::arith::bit_heap::Carries;
use crate::arith::thermometer::{thermometer, thermometer_census};
use tritloom_hdl::Primitive::AndOr;
use tritloom_hdl::{Census, Lanes, ModuleBuilder, Value, sint, uint};

/// A tile behind its last beat.
pub(super) struct Completed {
    /// The tile is complete in this cycle or, where it drains, in the next.
    pub complete: Value,
    /// How many rows the run has.
    pub rows: Value,
    /// Columns of the run that are left, this tile included.
    pub columns_left: Value,
    /// It is the last tile of its run.
    pub last_tile: Value,
}

/// A row of a tile.
pub(super) struct Row {
    /// There is one.
    pub valid: Value,
    /// The sum of each column.
    pub sums: Lanes,
    /// Which columns are within the run.
    pub keep: Value,
    /// It is the last of its run.
    pub last: Value,
    /// Where there are zero points.
    pub correction: Option<Correction>,
}

/// Drives the result stream.
pub(super) fn results(m: &ModuleBuilder, geometry: &Geometry, row: &Row) {
    stream(m, geometry, &row.valid, (&row.sums, &row.keep), &row.last);
}

/// Which columns are within the run, where so many of it are left, those of this tile included.
pub(super) fn kept(m: &ModuleBuilder, geometry: &Geometry, columns_left: &Value) -> Value {
    thermometer(m, "within_columns", columns_left, geometry.columns)
}

/// Drives the result stream: one word a column, zero where it is not kept.
pub(super) fn stream(
    m: &ModuleBuilder,
    geometry: &Geometry,
    valid: &Value,
    (sums, keep): (&Lanes, &Value),
    last: &Value,
) {
    m.documented_output("result_valid", valid, "");
    let (columns, bits) = (geometry.columns, geometry.result_bits());
    let data = m.lanes("kept", sint(bits), columns);
    m.comment("Lanes beyond the run's columns are zero, and their keep bits too.");
    let keep = keep.lanes(uint(1), columns);
    m.repeat("result_lane", columns, |column| {
        let sum = sums.lane(column).as_signed().extend(bits).as_unsigned();
        data.drive(column, &(sum & keep.lane(column).replicate(bits)).as_signed());
    });
    m.output_lanes("result_data", &data, "first column lowest");
    m.output_lanes("result_keep", &keep, "");
    m.output("result_last", last);
}

/// The sums of each column in one word, from what elements keep; as wide, unless those of several layers are added.
pub(super) fn resolved(m: &ModuleBuilder, geometry: &Geometry, kept: &Lanes) -> Lanes {
    across_layers(m, geometry, &in_one_word(m, geometry, kept))
}

fn in_one_word(m: &ModuleBuilder, geometry: &Geometry, kept: &Lanes) -> Lanes {
    if geometry.sum_form == SumForm::Resolved {
        return kept.clone();
    }
    let (bits, columns) = (geometry.kept_bits(), geometry.operand_columns());
    let sums = m.lanes("resolved_sums", uint(bits), columns);
    m.repeat("resolved_column", columns, |column| {
        let words = words(m, geometry, &kept.lane(column));
        let rows = (&words.slice(0, bits), &words.slice(bits, bits));
        sums.drive(column, &geometry.resolve.add(m, "resolve", rows, &m.uint(0, 1), CarryOut::Dropped));
    });
    (*sums).clone()
}

/// The two words of a sum from what an element keeps; that as it is where it is one word.
pub(super) fn words(m: &ModuleBuilder, geometry: &Geometry, kept: &Value) -> Value {
    let module = match &geometry.sum_form {
        SumForm::Resolved | SumForm::CarrySave(Carries::Everywhere) => return kept.clone(),
        SumForm::CarrySave(Carries::Below(_)) => unreachable!("no family keeps sums in this form"),
        SumForm::CarrySave(carries @ Carries::Apart { .. }) => carries.two_words(geometry.kept_bits()),
        SumForm::ByPosition(positions) => merge(geometry, positions),
    };
    let instance = m.instance("merge", &module);
    instance.connect("sum", kept);
    instance.output("words")
}

/// The primitives of [`results`] and [`resolved`]: mask, merge and adder of each column.
pub(super) fn census(geometry: &Geometry) -> Census {
    let columns = geometry.operand_columns().into();
    let mut census = thermometer_census(geometry.nest().outer_bits(), geometry.columns);
    census.add(AndOr, geometry.columns.into(), geometry.result_bits().into()); // mask
    census.add_census(&zero_points::census(geometry), 1);
    census.add_census(&cube::census(geometry), 1);
    match &geometry.sum_form {
        SumForm::Resolved => return census,
        SumForm::CarrySave(carries) => census.add_census(&carries.census(geometry.kept_bits()), columns),
        SumForm::ByPosition(positions) => census.add_census(&merge_census(geometry, positions), columns),
    }
    match geometry.topology {
        Topology::Draining => census.add_census(&settling::census(geometry), 1),
        Topology::WeightStationary { .. } => census.add_census(&resolving::census(geometry), 1),
        Topology::Broadcast | Topology::Cube { .. } | Topology::Tree | Topology::OutputStationary => {
            census.add_census(&geometry.resolve.census(geometry.kept_bits(), CarryOut::Dropped), columns);
        }
    }
    census
}
