//! The results' way out: a tile of sums is captured at once and shifted out row by row.

use super::geometry::{Geometry, SumForm};
use super::merge::merge;
use crate::arith::adder::CarryOut;
use tritloom_hdl::{ForwardWire, Lanes, ModuleBuilder, Value, sint, uint};

/// A tile of sums behind its last beat.
pub(super) struct Completed {
    /// The tile is complete in this cycle.
    pub complete: Value,
    /// The sums, row by row.
    pub sums: Lanes,
    /// How many rows the run has.
    pub rows: Value,
    /// Columns of the run that are left, this tile included.
    pub columns_left: Value,
    /// It is the last tile of its run.
    pub last_tile: Value,
}

/// Captures completed tiles and drives the result stream; holds the array back where a tile is complete while the one
/// before is still under way.
pub(super) fn results(
    m: &ModuleBuilder,
    geometry: &Geometry,
    completed: &Completed,
    ready: &Value,
    advance: &ForwardWire,
) {
    let row_bits = geometry.row_count_bits();
    let valid = m.register("result_valid", uint(1));
    let rows_left = m.register("rows_left", uint(row_bits));
    let last_row = m.wire("last_row", &rows_left.value().less_equal(&m.uint(1, row_bits)));
    let taken = m.wire("row_taken", &(valid.value() & ready));
    let occupied = m.wire("occupied", &(valid.value() & !(ready & &last_row)));
    advance.drive(&!(&completed.complete & &occupied));
    let capture = m.wire("capture", &(&completed.complete & !&occupied));
    valid.reset(0).next(&(&capture | &occupied));

    let change = m.wire("capture_or_shift", &(&capture | &taken));
    let one_less = (rows_left.value() - m.uint(1, row_bits)).wrap(row_bits).as_unsigned();
    rows_left.enable(&change).next(&capture.mux(&completed.rows, &one_less));
    let columns_left = m.delay("result_columns_left", &completed.columns_left, Some(&capture));
    let last_tile = m.delay("result_last_tile", &completed.last_tile, Some(&capture));
    let row = first_row(m, geometry, &completed.sums, &capture, &change);

    m.documented_output("result_valid", &valid, "");
    lanes(m, geometry, &row, &columns_left);
    m.output("result_last", &(&last_row & &last_tile));
}

/// The captured sums, the rows of which move up by one with each that is taken; gives the first.
fn first_row(m: &ModuleBuilder, geometry: &Geometry, sums: &Lanes, capture: &Value, change: &Value) -> Value {
    let bits = geometry.columns * sums.shape().width;
    if geometry.rows == 1 {
        return m.delay("captured", sums.flat(), Some(capture));
    }
    let captured = m.register("captured", uint(bits * geometry.rows));
    let (held, new) = (captured.value().lanes(uint(bits), geometry.rows), sums.flat().lanes(uint(bits), geometry.rows));
    let next = m.lanes("captured_next", uint(bits), geometry.rows);
    m.repeat("moved_row", geometry.rows - 1, |row| {
        next.drive(row, &capture.mux(&new.lane(row), &held.lane(row + 1)));
    });
    next.drive(geometry.rows - 1, &new.lane(geometry.rows - 1));
    captured.enable(change).next(next.flat());
    held.lane(0)
}

/// One word a column, zero beyond the run's columns.
fn lanes(m: &ModuleBuilder, geometry: &Geometry, row: &Value, columns_left: &Value) {
    let (columns, bits) = (geometry.columns, geometry.sum_bits());
    let words = row.lanes(uint(geometry.element_bits()), columns);
    let keep = m.lanes("keep", uint(1), columns);
    let data = m.lanes("kept", sint(bits), columns);
    m.comment("Lanes beyond the run's columns are zero, and their keep bits too.");
    m.repeat("result_lane", columns, |column| {
        let within = m.wire("within_columns", &m.index(column, columns_left.width()).less(columns_left));
        keep.drive(column, &within);
        let sum = resolved(m, geometry, &words.lane(column));
        data.drive(column, &(sum & within.replicate(bits)).as_signed());
    });
    m.output_lanes("result_data", &data, "first column lowest");
    m.output_lanes("result_keep", &keep, "");
}

fn resolved(m: &ModuleBuilder, geometry: &Geometry, sum: &Value) -> Value {
    let bits = geometry.sum_bits();
    let words = match &geometry.sum_form {
        SumForm::Resolved => return sum.clone(),
        SumForm::CarrySave => sum.clone(),
        SumForm::ByPosition(positions) => {
            let merge = m.instance("merge", &merge(geometry, positions));
            merge.connect("sum", sum);
            merge.output("words")
        }
    };
    let rows = (&words.slice(0, bits), &words.slice(bits, bits));
    geometry.resolve.add(m, "resolve", rows, &m.uint(0, 1), CarryOut::Dropped)
}
