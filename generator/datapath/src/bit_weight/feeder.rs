//! What stands before serial elements: the digits of one position at the edge of a column, and what holds a beat and
//! deals its digits out.

use super::element::{RADIX, positions};
use super::encoder::{Ahead, DIGITS, Taken, Time, dealer, digit_shape};
use super::parameters::Config;
use crate::arith::recode::{Digit, booth};
use crate::array::{FeederPorts, Geometry, feeder_size};
use crate::words::counted;
use tritloom_hdl::{LaneWire, Lanes, Module, ModuleBuilder, Value, uint};

/// From the weights of a column, or where weights stay the activations of a row, to their digits at the position of a pass,
/// the highest position in the first pass.
pub(super) fn edge(config: &Config) -> Module {
    let (depth, recoded) = (config.geometry.depth, config.recoded());
    let (bits, count) = (recoded.width, positions(recoded).count);
    let (letter, operands, operand) =
        if config.passes_sums() { ("a", "activations", "activation") } else { ("w", "weights", "weight") };
    let m = ModuleBuilder::new(
        format!("digit_edge_{letter}{bits}_d{depth}"),
        format!("Of {} of {bits} bits the Booth digits at one position.", counted(depth, operand)),
    );
    m.parameter(&format!("{operand} bits"), bits);
    m.parameter("places", depth);
    let numbers = m.input_lanes(operands, uint(bits), depth, "first place lowest");
    let pass = m.input_lanes("pass", uint(1), count, "a one at the pass: the highest position in the first").iter();
    let digits = m.lanes("digits", digit_shape(), depth);
    m.repeat("place", depth, |place| {
        let padded = numbers.lane(place).shift_left(1);
        let windows: Vec<Value> =
            (0..count).rev().map(|position| padded.slice(position * RADIX.step(), RADIX.step() + 1)).collect();
        let window = m.wire("window", &m.one_hot(&pass.iter().zip(&windows).collect::<Vec<_>>()));
        let bits: Vec<Value> = (0..=RADIX.step()).map(|bit| window.bit(bit)).collect();
        digits.drive(place, &booth::digit(&m, "digit", RADIX, &bits).pack(&m));
    });
    m.output_lanes("prepared", &digits, &format!("a digit of each {operand}"));
    m.finish()
}

/// Bits that a row and a column see of a beat: activations of all places; digits of all of them under a bit that says they are
/// fresh or, of each group, a digit under the selection of its place. Where weights stay a row sees the digits, those that elements
/// look for themselves under a one, and a column whole weights.
pub(super) fn dealt_bits(config: &Config) -> [u32; 2] {
    let (depth, digit) = (config.geometry.depth, digit_shape().width);
    let digits = match config.elements_find_digits() {
        true => 1 + depth * digit + u32::from(config.passes_sums()),
        false => config.groups().iter().map(|group| group.len() as u32 + digit).sum(),
    };
    let whole = depth * config.whole().width;
    if config.passes_sums() { [digits, whole] } else { [whole, digits] }
}

/// Bits of the digits that a feeder deals to a lane.
fn digit_bits(config: &Config) -> u32 {
    let [row, column] = dealt_bits(config);
    if config.passes_sums() { row } else { column }
}

/// Lanes that are dealt digits.
pub(super) fn digit_lanes(config: &Config) -> u32 {
    if config.passes_sums() { config.geometry.rows } else { config.geometry.operand_columns() }
}

/// Holds a beat until every group of every column has dealt out its last digit. Whether digits are left is found a cycle
/// ahead, of the beat that waits and of what is left of the one that is held.
pub(super) fn feeder(config: &Config) -> Module {
    if config.has_one_place() {
        return feeder_of_one_place(config);
    }
    let m = builder(config, "Holds a beat of operands until the last of its digits that are not zero is dealt out.");
    let ports = declare_ports(&m, config);
    let more_next = m.forward("more_next", uint(1));
    let taken = match config.drains() {
        true => Taken::Always { enters: m.documented_input("enters", uint(1), "a beat enters where there is room") },
        false => Taken::With(Taken::advance(&m)),
    };
    let time = Time { more_next: (*more_next).clone(), taken };
    let held = ports.weights.as_ref().map(|_| {
        let rows = ports.activations.count();
        let held = m.lanes("held", ports.activations.shape(), rows);
        m.repeat("row", rows, |row| {
            let room = time.room(&m, "row");
            held.drive(row, &m.delay("held_activations", &ports.activations.lane(row), Some(&room.enable)));
        });
        (*held).clone()
    });
    let (groups, lanes) = (uint(config.groups().len() as u32), digit_lanes(config));
    let found = Found {
        dealt: m.lanes("dealt", uint(digit_bits(config)), lanes),
        more_enter: m.lanes("more_enter", groups, lanes),
        more_left: m.lanes("more_left", groups, lanes),
    };
    let digits = digits_of(&ports);
    match config.elements_find_digits() {
        true => digits_as_they_are(&m, config, digits, &time, &found),
        false => next_digits(&m, config, digits, &time, &found),
    }
    let more = m.register("more", uint(1));
    time.taken.advances().iter().for_each(|advance| _ = more.enable(advance));
    more.reset(0).next(&more_next);
    let (enter, left) = (found.more_enter.flat().any(), found.more_left.flat().any());
    more_next.drive(&((&ports.load & enter) | (more.value() & left)));
    deal(&m, held.as_ref(), &found.dealt);
    m.documented_output("more", &more_next, "digits are left behind the next cycle");
    m.finish()
}

/// The digits that enter: of weights, or of the vector that passes weights that stay.
fn digits_of(ports: &FeederPorts) -> &Lanes {
    ports.weights.as_ref().unwrap_or(&ports.activations)
}

/// Gives digits to columns beside held activations, or to rows where weights stay.
fn deal(m: &ModuleBuilder, held: Option<&Lanes>, dealt: &Lanes) {
    match held {
        Some(held) => FeederPorts::deal(m, held, Some(dealt)),
        None => FeederPorts::deal(m, dealt, None),
    }
}

fn builder(config: &Config, summary: &str) -> ModuleBuilder {
    let (bits, size) = (config.geometry.activation_bits, feeder_size(&config.geometry));
    ModuleBuilder::new(format!("sparse_feeder_{}_a{bits}_{size}", config.element_name()), summary)
}

fn declare_ports(m: &ModuleBuilder, config: &Config) -> FeederPorts {
    let Geometry { depth, activation_bits, .. } = config.geometry;
    let digits = digit_shape().width;
    let row = if config.passes_sums() { digits } else { activation_bits };
    FeederPorts::declare(m, &config.geometry, [row * depth, digits * depth], "digits, first column lowest")
}

/// The same of a single place, which is dealt out in a cycle: nothing is ever left. In an array that drains nothing is selected
/// where no beat enters.
fn feeder_of_one_place(config: &Config) -> Module {
    let m = builder(config, "Holds a beat of operands of one place, and says which of its digits are not zero.");
    let ports = declare_ports(&m, config);
    let enable = (!config.drains()).then_some(&ports.load);
    let rows = &ports.activations;
    let held = ports
        .weights
        .as_ref()
        .map(|_| m.delay("held_activations", rows.flat(), enable).lanes(rows.shape(), rows.count()));
    let (digits, lanes) = (digits_of(&ports), digit_lanes(config));
    let dealt = m.lanes("dealt", uint(digit_bits(config)), lanes);
    m.repeat(lane_name(config), lanes, |lane| {
        let digit = digits.lane(lane);
        let non_zero = Digit::unpack(DIGITS, &digit).non_zero(&m);
        let entering = if config.drains() { &ports.load & non_zero } else { non_zero };
        let select = m.delay("selected", &entering, enable);
        let digit = m.delay("held_digit", &digit, enable) & select.replicate(digit_shape().width);
        dealt.drive(lane, &m.concat(&[&select, &digit]));
    });
    deal(&m, held.as_ref(), &dealt);
    m.finish()
}

/// What is found for each column, or row.
struct Found {
    dealt: LaneWire,
    /// Of each group, whether more than one digit enters.
    more_enter: LaneWire,
    /// The same of what is left behind the digit of this cycle.
    more_left: LaneWire,
}

/// For elements that look for their next digit themselves; what the feeder finds tells it when they are done.
fn digits_as_they_are(m: &ModuleBuilder, config: &Config, entering: &Lanes, time: &Time, found: &Found) {
    let places = entering.shape().width / digit_shape().width;
    let lane = lane_name(config);
    m.repeat(lane, entering.count(), |column| {
        let room = time.room(m, lane);
        let fresh = match &time.taken {
            Taken::Always { enters } => &room.spent & enters,
            Taken::With(_) => room.spent.clone(),
        };
        let fresh = m.delay("fresh", &fresh, time.taken.advances());
        let digits = entering.lane(column);
        let ahead = Ahead::of(m, &digits.lanes(digit_shape(), places), time, &room);
        let held = m.delay("held_digits", &digits, Some(&room.enable));
        let told = if config.passes_sums() { m.concat(&[&m.uint(1, 1), &fresh]) } else { fresh };
        found.dealt.drive(column, &m.concat(&[&told, &held]));
        found.more_enter.drive(column, &ahead.entering.more());
        found.more_left.drive(column, &ahead.left.more());
    });
}

/// What a lane of digits is for.
fn lane_name(config: &Config) -> &'static str {
    if config.passes_sums() { "row" } else { "column" }
}

/// The next digit of each group, and the place that it belongs to.
fn next_digits(m: &ModuleBuilder, config: &Config, entering: &Lanes, time: &Time, found: &Found) {
    let bits = digit_shape().width;
    m.repeat(lane_name(config), entering.count(), |column| {
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
        found.dealt.drive(column, &joined(&dealt));
        found.more_enter.drive(column, &joined(&enter));
        found.more_left.drive(column, &joined(&left));
    });
}
