//! What stands before serial elements: the digits of one position at the edge of a column, and what holds a beat and
//! deals its digits out.

use super::element::{RADIX, positions};
use super::encoder::{digit_shape, encoder, registered_encoder};
use super::parameters::{Config, Step};
use crate::arith::recode::booth;
use crate::array::{FeederPorts, Geometry};
use tritloom_hdl::{Lanes, Module, ModuleBuilder, Value, uint};

/// From the weights of a column to their digits at the position of a pass, the highest position in the first pass.
pub(super) fn edge(config: &Config) -> Module {
    let Geometry { depth, weight_bits, .. } = config.geometry;
    let count = positions(config.geometry.weight()).count;
    let m = ModuleBuilder::new(
        format!("digit_edge_w{weight_bits}_d{depth}"),
        format!("Of {depth} weights of {weight_bits} bits the Booth digits at one position."),
    );
    m.parameter("weight bits", weight_bits);
    m.parameter("places", depth);
    let weights = m.input_lanes("weights", uint(weight_bits), depth, "first place lowest");
    let pass = m.input_lanes("pass", uint(1), count, "a one at the pass: the highest position in the first").iter();
    let digits = m.lanes("digits", digit_shape(), depth);
    m.repeat("place", depth, |place| {
        let padded = weights.lane(place).shift_left(1);
        let windows: Vec<Value> =
            (0..count).rev().map(|position| padded.slice(position * RADIX.step(), RADIX.step() + 1)).collect();
        let window = m.wire("window", &m.one_hot(&pass.iter().zip(&windows).collect::<Vec<_>>()));
        let bits: Vec<Value> = (0..=RADIX.step()).map(|bit| window.bit(bit)).collect();
        digits.drive(place, &booth::digit(&m, "digit", RADIX, &bits).pack(&m));
    });
    m.output_lanes("prepared", &digits, "a digit of each weight");
    m.finish()
}

/// Bits that a row and a column see: activations of all places; digits of all of them under a bit that says they are
/// fresh or, of each group, a digit under the selection of its place.
pub(super) fn dealt_bits(config: &Config) -> [u32; 2] {
    let Geometry { depth, activation_bits, .. } = config.geometry;
    let digit = digit_shape().width;
    let to_column = match config.step {
        Step::Opt3 => 1 + depth * digit,
        _ => config.groups().iter().map(|group| group.len() as u32 + digit).sum(),
    };
    [depth * activation_bits, to_column]
}

/// Holds a beat until every group of every column has dealt out its last digit.
pub(super) fn feeder(config: &Config) -> Module {
    let Geometry { depth, activation_bits, .. } = config.geometry;
    let (rows, columns) = (config.geometry.operand_rows(), config.geometry.operand_columns());
    let m = ModuleBuilder::new(
        format!("sparse_feeder_{}_a{activation_bits}_{rows}x{columns}x{depth}", config.name()),
        "Holds a beat of operands until the last of its digits that are not zero is dealt out.",
    );
    let bits = [activation_bits, digit_shape().width].map(|bits| bits * depth);
    let ports = FeederPorts::declare(&m, &config.geometry, bits, "digits, first column lowest");
    let held = ports.held(&m, "held_activations", &ports.activations);
    let (dealt, spent) = match config.step {
        Step::Opt3 => digits_as_they_are(&m, config, &ports),
        _ => next_digits(&m, config, &ports),
    };
    FeederPorts::deal(&m, &held, &dealt, &spent);
    m.finish()
}

/// For elements that look for their next digit themselves; what the feeder finds tells it when they are done.
fn digits_as_they_are(m: &ModuleBuilder, config: &Config, ports: &FeederPorts) -> (Lanes, Value) {
    let (columns, depth) = (config.geometry.operand_columns(), config.geometry.depth);
    let change = m.wire("change", &(&ports.load | &ports.step));
    let fresh = m.delay("fresh", &ports.load, Some(&change));
    let digits = m.delay("held_digits", ports.weights.flat(), Some(&ports.load)).lanes(ports.weights.shape(), columns);
    let dealt = m.lanes("dealt", uint(digits.shape().width + 1), columns);
    let spent = m.lanes("spent_column", uint(1), columns);
    let module = encoder(depth);
    m.repeat("column", columns, |column| {
        let instance = m.instance("encoder", &module);
        instance.connect("fresh", &fresh).connect("step", &ports.step).connect("digits", &digits.lane(column));
        spent.drive(column, &instance.output("spent"));
        dealt.drive(column, &m.concat(&[&fresh, &digits.lane(column)]));
    });
    ((*dealt).clone(), spent.flat().all())
}

/// The next digit of each group, and the place that it belongs to.
fn next_digits(m: &ModuleBuilder, config: &Config, ports: &FeederPorts) -> (Lanes, Value) {
    let columns = config.geometry.operand_columns();
    let change = m.wire("change", &(&ports.load | &ports.step));
    let dealt = m.lanes("dealt", uint(dealt_bits(config)[1]), columns);
    let groups = config.groups();
    let spent = m.lanes("spent_column", uint(groups.len() as u32), columns);
    m.repeat("column", columns, |column| {
        let digits = ports.weights.lane(column);
        let (mut parts, mut done) = (Vec::new(), Vec::new());
        for (number, group) in groups.iter().enumerate() {
            let (bits, places) = (digit_shape().width, group.len() as u32);
            let instance = m.instance(&format!("encoder{number}"), &registered_encoder(places));
            instance.connect("load", &ports.load).connect("change", &change);
            instance.connect("digits", &digits.slice(group.start * bits, places * bits));
            parts.extend([instance.output("digit"), instance.output("select")]);
            done.push(instance.output("spent"));
        }
        dealt.drive(column, &m.concat(&parts.iter().rev().collect::<Vec<_>>()));
        spent.drive(column, &m.concat(&done.iter().rev().collect::<Vec<_>>()));
    });
    ((*dealt).clone(), spent.flat().all())
}
