//! What holds a beat and deals it out digit by digit.

use super::RADIX;
use super::parameters::Config;
use crate::arith::recode::booth;
use crate::arith::recode::pending::{Order, next_pending};
use crate::array::Geometry;
use tritloom_hdl::{Bits, Lanes, Module, ModuleBuilder, Value, uint};

pub(super) fn feeder(config: &Config) -> Module {
    if config.skips { skipping(config) } else { in_order(config) }
}

/// Bits of the window that a digit is read from.
const WINDOW: u32 = 3;

/// A one for each digit that the weights of a mode have beyond one.
pub(super) fn further_digits(m: &ModuleBuilder, config: &Config, mode: &Value) -> Value {
    let bits = config.digits() - 1;
    let ones: Vec<Bits> = (0..config.digits()).map(|further| Bits::from_u64((1 << further) - 1, bits)).collect();
    m.wire("further_digits", &mode.table(&ones, uint(bits)))
}

struct Ports {
    load: Value,
    step: Value,
    /// [`further_digits`] of the beat that enters.
    further: Value,
    /// An activation a lane.
    activations: Lanes,
    /// A weight a lane.
    weights: Lanes,
}

impl Ports {
    fn declare(m: &ModuleBuilder, config: &Config) -> Ports {
        let Geometry { depth, activation_bits, weight_bits, .. } = config.geometry;
        let (rows, columns) = (config.geometry.operand_rows(), config.geometry.operand_columns());
        m.parameter("rows", rows);
        m.parameter("columns", columns);
        m.parameter("places", depth);
        m.parameter("activation bits", activation_bits);
        m.parameter("weight bits", weight_bits);
        Ports {
            load: m.documented_input("load", uint(1), "a beat enters"),
            step: m.documented_input("step", uint(1), "the digits of this cycle are taken"),
            further: m.documented_input("control", uint(config.digits() - 1), "a one for each digit beyond the first"),
            activations: m.input_lanes("activations", uint(activation_bits), rows * depth, "first row lowest"),
            weights: m.input_lanes("weights", uint(weight_bits), columns * depth, "first column lowest"),
        }
    }
}

fn name(config: &Config, kind: &str) -> String {
    let Geometry { depth, activation_bits, weight_bits, .. } = config.geometry;
    let (rows, columns) = (config.geometry.operand_rows(), config.geometry.operand_columns());
    format!("{kind}_feeder_a{activation_bits}_w{weight_bits}_{rows}x{columns}x{depth}")
}

/// Digits one after the other, the lowest first: weights move down and activations up by a digit a cycle.
fn in_order(config: &Config) -> Module {
    let m = ModuleBuilder::new(
        name(config, "digit"),
        "Holds a beat of operands and deals out a Booth digit of each weight a cycle, the lowest first.",
    );
    let ports = Ports::declare(&m, config);
    let change = m.wire("change", &(&ports.load | &ports.step));
    let weights = &ports.weights;
    let windows = m.register("windows", uint((weights.shape().width + 1) * weights.count()));
    let held = windows.value().lanes(uint(weights.shape().width + 1), weights.count());
    let next = m.lanes("windows_next", held.shape(), held.count());
    m.comment("Each weight stands above the bit below its present digit.");
    m.repeat("next_weight", held.count(), |place| {
        let entering = weights.lane(place).shift_left(1);
        let below = held.lane(place).truncate(RADIX.step()).extend(held.shape().width);
        next.drive(place, &ports.load.mux(&entering, &below));
    });
    windows.enable(&change).next(next.flat());

    m.comment("A one for each digit that is left behind that of this cycle.");
    let behind_bits = config.digits() - 1;
    let behind = m.register("behind", uint(behind_bits));
    let fewer = match behind_bits {
        1 => m.uint(0, 1),
        bits => behind.value().truncate(1).extend(bits),
    };
    behind.enable(&change).next(&ports.load.mux(&ports.further, &fewer));

    let digits = digits(&m, &held);
    match config.at_edge() {
        true => deal(&m, config, &climbing(&m, config, &ports, &change), &digits, None),
        false => {
            let position = m.register("position", uint(config.position_bits()));
            let next = (position.value() + m.uint(1, 1)).wrap(config.position_bits());
            position.enable(&change).next(&ports.load.mux(&m.uint(0, config.position_bits()), &next));
            deal(&m, config, &held_while(&m, "held_activations", &ports.activations, &ports), &digits, Some(&position));
        }
    }
    m.output("spent", &!behind.value().bit(0));
    m.finish()
}

/// Activations that move up by a digit a cycle.
fn climbing(m: &ModuleBuilder, config: &Config, ports: &Ports, change: &Value) -> Lanes {
    let (shape, count) = (uint(config.seen_activation().width), ports.activations.count());
    let multiples = m.register("multiples", uint(shape.width * count));
    let held = multiples.value().lanes(shape, count);
    let next = m.lanes("multiples_next", shape, count);
    m.repeat("next_multiple", count, |place| {
        let entering = moved(config, &ports.activations.lane(place).as_signed(), 0);
        let above = held.lane(place).shift_left(RADIX.step()).wrap(shape.width);
        next.drive(place, &ports.load.mux(&entering, &above));
    });
    multiples.enable(change).next(next.flat());
    held
}

/// Operands as they entered.
fn held_while(m: &ModuleBuilder, name: &str, lanes: &Lanes, ports: &Ports) -> Lanes {
    m.delay(name, lanes.flat(), Some(&ports.load)).lanes(lanes.shape(), lanes.count())
}

/// What rows and columns see: columns the position too, where it is theirs to care for.
fn deal(m: &ModuleBuilder, config: &Config, activations: &Lanes, digits: &Lanes, position: Option<&Value>) {
    let (columns, depth) = (config.geometry.operand_columns(), config.geometry.depth);
    let remark = if position.is_some() { "first row lowest" } else { "times the weight of the digit" };
    m.output_lanes("to_rows", activations, remark);
    let of_column = digits.flat().lanes(uint(digits.shape().width * depth), columns);
    let Some(position) = position else {
        return m.output_lanes("to_columns", &of_column, "a digit of each weight");
    };
    let dealt = m.lanes("dealt", uint(of_column.shape().width + position.width()), columns);
    m.repeat("dealt_column", columns, |column| {
        dealt.drive(column, &m.concat(&[position, &of_column.lane(column)]));
    });
    m.output_lanes("to_columns", &dealt, "a digit of each weight, and above them their position");
}

fn digits(m: &ModuleBuilder, windows: &Lanes) -> Lanes {
    let digits = m.lanes("digits", uint(RADIX.digit_set().bits()), windows.count());
    m.repeat("digit", windows.count(), |place| {
        let window = windows.lane(place);
        let bits: Vec<Value> = (0..WINDOW).map(|bit| window.bit(bit)).collect();
        digits.drive(place, &booth::digit(m, "digit", RADIX, &bits).pack(m));
    });
    (*digits).clone()
}

/// Only the positions at which some weight has a digit other than zero, the lowest first. The next position is found a
/// cycle ahead, of the entering beat before it is held, so that its selection comes out of a register.
fn skipping(config: &Config) -> Module {
    let m = ModuleBuilder::new(
        name(config, "skipping"),
        "Holds a beat of operands and deals out, a position a cycle, the Booth digits of its weights; positions at \
         which all of them are zero are left out.",
    );
    let ports = Ports::declare(&m, config);
    let change = m.wire("change", &(&ports.load | &ports.step));
    m.section("Next position");
    let entering = worked_positions(&m, config, &ports);
    let remaining = m.register("remaining", uint(config.digits()));
    let pending = m.wire("pending", &ports.load.mux(&entering, &remaining));
    let next = m.instance("next_position", &next_pending(Order::LowestFirst, config.digits()));
    next.connect("pending", &pending);
    remaining.enable(&change).next(&next.output("remaining"));
    let select = m.delay("select", &next.output("select"), Some(&change)).lanes(uint(1), config.digits()).iter();

    m.section("Operands");
    let activations = held_while(&m, "held_activations", &ports.activations, &ports);
    let weights = held_while(&m, "held_weights", &ports.weights, &ports);
    let windows = m.lanes("windows", uint(WINDOW), weights.count());
    m.repeat("window", weights.count(), |place| {
        let padded = weights.lane(place).shift_left(1);
        let all: Vec<Value> = (0..config.digits()).map(|digit| padded.slice(digit * RADIX.step(), WINDOW)).collect();
        windows.drive(place, &m.one_hot(&select.iter().zip(&all).collect::<Vec<_>>()));
    });
    let digits = digits(&m, &windows);
    match config.at_edge() {
        true => deal(&m, config, &multiples(&m, config, &select, &activations), &digits, None),
        false => {
            let position = m.delay("position", &next.output("index"), Some(&change));
            deal(&m, config, &activations, &digits, Some(&position));
        }
    }
    m.output("spent", &!remaining.value().any());
    m.finish()
}

/// Activations times the weight of the selected digit.
fn multiples(m: &ModuleBuilder, config: &Config, select: &[Value], activations: &Lanes) -> Lanes {
    let multiples = m.lanes("multiples", uint(config.seen_activation().width), activations.count());
    m.repeat("multiple", activations.count(), |place| {
        let x = activations.lane(place).as_signed();
        let moved: Vec<Value> = (0..config.digits()).map(|digit| moved(config, &x, digit)).collect();
        multiples.drive(place, &m.one_hot(&select.iter().zip(&moved).collect::<Vec<_>>()));
    });
    (*multiples).clone()
}

/// An activation times the weight of a digit.
fn moved(config: &Config, activation: &Value, digit: u32) -> Value {
    activation.shift_left(digit * RADIX.step()).extend(config.seen_activation().width).as_unsigned()
}

/// A bit for each position at which some weight has a digit other than zero: not all bits of its window are equal.
fn worked_positions(m: &ModuleBuilder, config: &Config, ports: &Ports) -> Value {
    let weights = &ports.weights;
    let (digits, places) = (config.digits(), weights.count());
    let non_zero = m.lanes("non_zero", uint(1), digits * places);
    m.repeat("weight", places, |place| {
        let padded = m.wire("padded", &weights.lane(place).shift_left(1)).lanes(uint(1), weights.shape().width + 1);
        m.repeat("position", digits, |position| {
            let bit = |offset: u32| padded.lane(position * RADIX.step() + offset);
            let differ = (bit(0) ^ bit(1)) | (bit(1) ^ bit(2));
            non_zero.drive(position * places + place, &differ);
        });
    });
    let by_position = non_zero.flat().lanes(uint(places), digits);
    let worked = m.lanes("worked", uint(1), digits);
    m.repeat("worked_position", digits, |position| worked.drive(position, &by_position.lane(position).any()));
    worked.flat() & m.concat(&[&ports.further, &m.uint(1, 1)])
}
