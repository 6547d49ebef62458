//! The two-dimensional broadcast matrix: all elements of a row see its activations at once, all of a column its weights.
//! A complete tile of sums is captured at once, and moves out row by row.

use super::column::{Beat, activation_port, gated, weight_port};
use super::cube::{activations_across_layers, each_layer};
use super::geometry::Geometry;
use super::operands::port_bits;
use super::results::{Completed, Row, kept, resolved};
use super::zero_points::Correction;
use crate::census::sum_of;
use tritloom_hdl::Primitive::{Adder, AndOr, Comparator, EnabledRegister, Inverter, Multiplexer, ResetRegister};
use tritloom_hdl::{
    Affine, Census, ForwardWire, InstanceBuilder, Lanes, Module, ModuleBuilder, RegisterBuilder, Value, uint,
};

/// The elements, and the way of captured tiles out of them. Holds the array back where a tile is complete while the one
/// before is still under way.
pub(super) fn rows(
    m: &ModuleBuilder,
    geometry: &Geometry,
    (beat, completed): (&Beat, &Completed),
    ready: &Value,
    advance: &ForwardWire,
) -> Row {
    let row_bits = geometry.row_count_bits();
    let valid = m.register("result_valid", uint(1));
    let rows_left = (geometry.rows > 1).then(|| m.register("rows_left", uint(row_bits)));
    let is_last = |left: &RegisterBuilder| m.wire("last_row", &left.value().less_equal(&m.uint(1, row_bits)));
    let last_row = rows_left.as_ref().map(is_last);
    let left = last_row.as_ref().map_or_else(|| ready.clone(), |last_row| ready & last_row);
    let occupied = m.wire("occupied", &(valid.value() & !left));
    advance.drive(&!(&completed.complete & &occupied));
    let capture = m.wire("capture", &(&completed.complete & !&occupied));
    valid.reset(0).next(&(&capture | &occupied));

    let change = rows_left.map(|rows_left| {
        let taken = m.wire("row_taken", &(valid.value() & ready));
        let change = m.wire("capture_or_shift", &(&capture | &taken));
        let one_less = (rows_left.value() - m.uint(1, row_bits)).wrap(row_bits).as_unsigned();
        rows_left.enable(&change).next(&capture.mux(&completed.rows, &one_less));
        change
    });
    let last_tile = m.delay("result_last_tile", &completed.last_tile, Some(&capture));
    let columns_left = m.delay("result_columns_left", &completed.columns_left, Some(&capture));
    let last = last_row.as_ref().map_or(last_tile.clone(), |last_row| m.wire("row_is_last", &(last_row & &last_tile)));
    let sums = columns(m, geometry, beat, &capture, change.as_ref());
    let activation_sum = sums.activations.map(|sums| activations_across_layers(m, geometry, &sums));
    Row {
        valid: valid.value().clone(),
        sums: resolved(m, geometry, &sums.products),
        keep: kept(m, geometry, &columns_left),
        last,
        correction: activation_sum.map(|activation_sum| Correction { activation_sum, ends_tile: last_row }),
    }
}

/// The first of the captured rows, layer by layer.
struct CapturedRow {
    products: Lanes,
    /// Of activations, where there are zero points.
    activations: Option<Lanes>,
}

/// The columns; gives the first of the captured rows, which move up with `change` where there are several.
fn columns(
    m: &ModuleBuilder,
    geometry: &Geometry,
    beat: &Beat,
    capture: &Value,
    change: Option<&Value>,
) -> CapturedRow {
    let activations = match &beat.accumulate {
        Some(accumulate) if beat.adds_always() => gated(m, "activations_to_add", &beat.operands.rows, accumulate),
        _ => beat.operands.rows.clone(),
    };
    let Geometry { rows, columns, .. } = *geometry;
    let module = column(geometry, beat, (&beat.column_name(), &beat.element));
    let sums = m.lanes("sums", uint(geometry.element_bits()), geometry.operand_columns());
    let activation_sums = beat.activation_sum.as_ref().map(|adder| {
        let module = column(geometry, beat, (&beat.sum_column_name(), adder));
        (module, m.lanes("activation_sums", uint(geometry.kept_activation_bits()), geometry.layers()))
    });
    let connect_signals = |instance: &InstanceBuilder| {
        beat.signals.connect(instance);
        instance.connect("capture", capture);
        if let Some(change) = change {
            instance.connect("change", change);
        }
    };
    let of_layer = activations.flat().lanes(uint(activations.shape().width * rows), geometry.layers());
    let layer = |layer: Affine| {
        m.repeat("column", columns, |column| {
            let column = layer.clone() * columns + column;
            let instance = m.instance("column", &module);
            instance.connect("activations", &of_layer.lane(layer.clone()));
            instance.connect("weights", &beat.operands.columns.lane(column.clone()));
            connect_signals(&instance);
            sums.drive(column, &instance.output("sum"));
        });
        if let Some((module, sums)) = &activation_sums {
            let instance = m.instance("activation_sums_of_rows", module);
            instance.connect("activations", &of_layer.lane(layer.clone()));
            connect_signals(&instance);
            sums.drive(layer, &instance.output("sum"));
        }
    };
    each_layer(m, geometry, "layer", layer);
    CapturedRow { products: (*sums).clone(), activations: activation_sums.map(|(_, sums)| (*sums).clone()) }
}

/// Elements one below the other, and what is captured of them; also where they add up activations and see no weights.
fn column(geometry: &Geometry, beat: &Beat, (name, element): (&str, &Module)) -> Module {
    let rows = geometry.rows;
    let m = ModuleBuilder::new(name, "A column of elements, and its captured sums on their way out.");
    m.parameter("rows", rows);
    let activations = activation_port(&m, element, rows);
    let weights = element.port("weights").map(|_| weight_port(&m, element));
    let signals = beat.signals.declare(&m);
    let capture = m.documented_input("capture", uint(1), "the sums are complete");
    let sums = m.lanes("sums", uint(port_bits(element, "sum")), rows);
    m.repeat("row", rows, |row| {
        let instance = m.instance("element", element);
        instance.connect("activations", &activations.lane(row));
        if let Some(weights) = &weights {
            instance.connect("weights", weights);
        }
        signals.connect(&instance);
        sums.drive(row, &instance.output("sum"));
    });
    m.documented_output("sum", &first_row(&m, &sums, &capture), "of the first captured row");
    m.finish()
}

/// The captured sums, which move up by one with each row that is taken.
fn first_row(m: &ModuleBuilder, sums: &Lanes, capture: &Value) -> Value {
    let (bits, rows) = (sums.shape().width, sums.count());
    if rows == 1 {
        return m.delay("captured", sums.flat(), Some(capture));
    }
    let change = m.documented_input("change", uint(1), "sums are captured, or move up");
    let captured = m.register("captured", uint(bits * rows));
    let held = captured.value().lanes(uint(bits), rows);
    let next = m.lanes("captured_next", uint(bits), rows);
    m.repeat("moved_row", rows - 1, |row| {
        next.drive(row, &capture.mux(&sums.lane(row), &held.lane(row + 1)));
    });
    next.drive(rows - 1, &sums.lane(rows - 1));
    captured.enable(&change).next(next.flat());
    held.lane(0)
}

/// The primitives between the operands of a beat and the rows of a tile, elements apart; `row_bits` are those of a row's
/// activations where elements must be given zeros.
pub(super) fn census(geometry: &Geometry, row_bits: Option<u32>) -> Census {
    let Geometry { rows, .. } = *geometry;
    let columns = geometry.operand_columns();
    let (counted, bits) = (geometry.row_count_bits(), geometry.element_bits());
    let several = u64::from(rows > 1);
    let (sum_columns, sum_bits) = (geometry.activation_sum_columns(), geometry.kept_activation_bits());
    sum_of(&[
        (AndOr, row_bits.map_or(0, |_| geometry.operand_rows().into()), row_bits.unwrap_or(0)), // activations to add
        (AndOr, u64::from(row_bits.is_some()), 1),                                              // first to add
        (AndOr, 4, 1),                  // occupied, advance, capture, next valid
        (Inverter, 3, 1),               // of the last row, of advance, of occupied
        (ResetRegister, 1, 1),          // valid
        (Comparator, several, counted), // last row
        (AndOr, 4 * several, 1),        // left, taken, change, last
        (Adder, several, counted + 1),  // one row less
        (Multiplexer, several, counted),
        (EnabledRegister, several, counted),                // rows left
        (EnabledRegister, 1, geometry.nest().outer_bits()), // columns left
        (EnabledRegister, 1, 1),                            // last tile
        (Multiplexer, (columns * (rows - 1)).into(), bits), // captured or moved up
        (EnabledRegister, columns.into(), rows * bits),     // captured
        (Multiplexer, (sum_columns * (rows - 1)).into(), sum_bits),
        (EnabledRegister, sum_columns.into(), rows * sum_bits),
    ])
}
