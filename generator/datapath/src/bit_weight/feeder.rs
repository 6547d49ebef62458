//! What stands before serial elements: the digits of one position at the edge of a column, and what holds a beat and
//! deals its digits out.

use super::element::{RADIX, positions};
use super::encoder::{Ahead, DIGITS, Taken, Time, dealer, digit_shape};
use super::parameters::Config;
use crate::arith::recode::{Digit, booth};
use crate::array::{FeederPorts, Geometry};
use crate::words::counted;
use tritloom_hdl::{LaneWire, Lanes, Module, ModuleBuilder, Value, uint};

/// From the weights of a column to their digits at the position of a pass, the highest position in the first pass.
pub(super) fn edge(config: &Config) -> Module {
    let Geometry { depth, weight_bits, .. } = config.geometry;
    let count = positions(config.geometry.weight()).count;
    let m = ModuleBuilder::new(
        format!("digit_edge_w{weight_bits}_d{depth}"),
        format!("Of {} of {weight_bits} bits the Booth digits at one position.", counted(depth, "weight")),
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
    let to_column = match config.elements_find_digits() {
        true => 1 + depth * digit,
        false => config.groups().iter().map(|group| group.len() as u32 + digit).sum(),
    };
    [depth * activation_bits, to_column]
}

/// Holds a beat until every group of every column has dealt out its last digit. Whether digits are left is found a cycle
/// ahead, of the beat that waits and of what is left of the one that is held.
pub(super) fn feeder(config: &Config) -> Module {
    if config.has_one_place() {
        return feeder_of_one_place(config);
    }
    let (rows, columns) = (config.geometry.operand_rows(), config.geometry.operand_columns());
    let m = builder(config, "Holds a beat of operands until the last of its digits that are not zero is dealt out.");
    let ports = declare_ports(&m, config);
    let more_next = m.forward("more_next", uint(1));
    let taken = match config.drains() {
        true => Taken::Always { enters: m.documented_input("enters", uint(1), "a beat enters where there is room") },
        false => Taken::With(Taken::advance(&m)),
    };
    let time = Time { more_next: (*more_next).clone(), taken };
    let held = m.lanes("held", ports.activations.shape(), rows);
    m.repeat("row", rows, |row| {
        let room = time.room(&m, "row");
        held.drive(row, &m.delay("held_activations", &ports.activations.lane(row), Some(&room.enable)));
    });
    let groups = uint(config.groups().len() as u32);
    let columns = Columns {
        dealt: m.lanes("dealt", uint(dealt_bits(config)[1]), columns),
        more_enter: m.lanes("more_enter", groups, columns),
        more_left: m.lanes("more_left", groups, columns),
    };
    match config.elements_find_digits() {
        true => digits_as_they_are(&m, &ports.weights, &time, &columns),
        false => next_digits(&m, config, &ports.weights, &time, &columns),
    }
    let more = m.register("more", uint(1));
    time.taken.advances().iter().for_each(|advance| _ = more.enable(advance));
    more.reset(0).next(&more_next);
    let (enter, left) = (columns.more_enter.flat().any(), columns.more_left.flat().any());
    more_next.drive(&((&ports.load & enter) | (more.value() & left)));
    FeederPorts::deal(&m, &held, &columns.dealt);
    m.documented_output("more", &more_next, "digits are left behind the next cycle");
    m.finish()
}

fn builder(config: &Config, summary: &str) -> ModuleBuilder {
    let Geometry { depth, activation_bits, .. } = config.geometry;
    let (rows, columns) = (config.geometry.operand_rows(), config.geometry.operand_columns());
    let name = format!("sparse_feeder_{}_a{activation_bits}_{rows}x{columns}x{depth}", config.element_name());
    ModuleBuilder::new(name, summary)
}

fn declare_ports(m: &ModuleBuilder, config: &Config) -> FeederPorts {
    let Geometry { depth, activation_bits, .. } = config.geometry;
    let bits = [activation_bits, digit_shape().width].map(|bits| bits * depth);
    FeederPorts::declare(m, &config.geometry, bits, "digits, first column lowest")
}

/// The same of a single place, which is dealt out in a cycle: nothing is ever left. In an array that drains nothing is selected
/// where no beat enters.
fn feeder_of_one_place(config: &Config) -> Module {
    let columns = config.geometry.operand_columns();
    let m = builder(config, "Holds a beat of operands of one place, and says which of its digits are not zero.");
    let ports = declare_ports(&m, config);
    let enable = (!config.drains()).then_some(&ports.load);
    let rows = &ports.activations;
    let held = m.delay("held_activations", rows.flat(), enable).lanes(rows.shape(), rows.count());
    let dealt = m.lanes("dealt", uint(dealt_bits(config)[1]), columns);
    m.repeat("column", columns, |column| {
        let digit = ports.weights.lane(column);
        let non_zero = Digit::unpack(DIGITS, &digit).non_zero(&m);
        let entering = if config.drains() { &ports.load & non_zero } else { non_zero };
        let select = m.delay("selected", &entering, enable);
        let digit = m.delay("held_digit", &digit, enable) & select.replicate(digit_shape().width);
        dealt.drive(column, &m.concat(&[&select, &digit]));
    });
    FeederPorts::deal(&m, &held, &dealt);
    m.finish()
}

/// What is found for each column.
struct Columns {
    dealt: LaneWire,
    /// Of each group, whether more than one digit enters.
    more_enter: LaneWire,
    /// The same of what is left behind the digit of this cycle.
    more_left: LaneWire,
}

/// For elements that look for their next digit themselves; what the feeder finds tells it when they are done.
fn digits_as_they_are(m: &ModuleBuilder, entering: &Lanes, time: &Time, columns: &Columns) {
    let places = entering.shape().width / digit_shape().width;
    m.repeat("column", entering.count(), |column| {
        let room = time.room(m, "column");
        let fresh = match &time.taken {
            Taken::Always { enters } => &room.spent & enters,
            Taken::With(_) => room.spent.clone(),
        };
        let fresh = m.delay("fresh", &fresh, time.taken.advances());
        let digits = entering.lane(column);
        let ahead = Ahead::of(m, &digits.lanes(digit_shape(), places), time, &room);
        let held = m.delay("held_digits", &digits, Some(&room.enable));
        columns.dealt.drive(column, &m.concat(&[&fresh, &held]));
        columns.more_enter.drive(column, &ahead.entering.more());
        columns.more_left.drive(column, &ahead.left.more());
    });
}

/// The next digit of each group, and the place that it belongs to.
fn next_digits(m: &ModuleBuilder, config: &Config, entering: &Lanes, time: &Time, columns: &Columns) {
    let bits = digit_shape().width;
    m.repeat("column", entering.count(), |column| {
        let digits = entering.lane(column);
        let (mut dealt, mut enter, mut left) = (Vec::new(), Vec::new(), Vec::new());
        for (number, group) in config.groups().into_iter().enumerate() {
            let places = group.len() as u32;
            let always = time.taken.advances().is_none();
            let instance = m.instance(&format!("dealer{number}"), &dealer(places, always));
            instance.connect("more_next", &time.more_next);
            match &time.taken {
                Taken::Always { enters } => instance.connect("enters", enters),
                Taken::With(advance) => instance.connect("advance", advance),
            };
            instance.connect("digits", &digits.slice(group.start * bits, places * bits));
            dealt.extend([instance.output("digit"), instance.output("select")]);
            enter.push(instance.output("more_enter"));
            left.push(instance.output("more_left"));
        }
        let joined = |parts: &[Value]| m.concat(&parts.iter().rev().collect::<Vec<_>>());
        columns.dealt.drive(column, &joined(&dealt));
        columns.more_enter.drive(column, &joined(&enter));
        columns.more_left.drive(column, &joined(&left));
    });
}
