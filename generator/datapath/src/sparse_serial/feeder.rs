//! What holds a beat and deals out the digits of its numbers that are not zero.

use super::parameters::{Config, Form, Numbers, Serial};
use crate::arith::recode::pending::{Order, next_pending, next_pending_census};
use crate::arith::recode::{DigitSet, canonical};
use crate::array::{FeederPorts, Geometry, feeder_size};
use crate::census::{copies, sum_of};
use tritloom_hdl::Primitive::{AndOr, EnabledRegister, Inverter, Multiplexer, Reduction};
use tritloom_hdl::{Census, Lanes, Module, ModuleBuilder, Value, uint};

/// Canonical digits of one number, those that are not zero, the lowest first, out of registers.
///
/// A digit is found a cycle ahead, of a number that `load` lets in before it is held. One that is told as a power of two
/// comes again from its lowest digit with `restart`.
fn dealer(numbers: Numbers) -> Module {
    let (count, power) = (numbers.digits(), numbers.form == Form::Power);
    let kind = if power { "power" } else { "position" };
    let m = ModuleBuilder::new(
        format!("{kind}_dealer_w{}", numbers.shape.width),
        "Holds a number and deals out those of its canonical digits that are not zero, one a cycle.",
    );
    m.parameter("bits of the number", numbers.shape.width);
    let load = m.documented_input("load", uint(1), "a number enters");
    let change = m.documented_input("change", uint(1), "a number enters, or the digit of this cycle is taken");
    let restart = power.then(|| m.documented_input("restart", uint(1), "the lowest digit follows that of this cycle"));
    let recoder = m.instance("recoder", &canonical::recoder(numbers.shape));
    recoder.connect("weight", &m.input("number", uint(numbers.shape.width)).as_signed());
    let digits = recoder.output_lanes("digits", uint(DigitSet::Ternary.bits()));
    let bits = |position: u32| {
        let bits: Vec<Value> = digits.iter().iter().rev().map(|digit| digit.bit(position)).collect();
        m.concat(&bits.iter().collect::<Vec<_>>())
    };
    let entering = m.wire("entering", &bits(0));
    let entering_signs = m.wire("entering_signs", &bits(1));
    let held_signs = m.delay("held_signs", &entering_signs, Some(&load));
    let remaining = m.register("remaining", uint(count));
    let left = match &restart {
        Some(restart) => restart.mux(&m.delay("held", &entering, Some(&load)), &remaining),
        None => remaining.value().clone(),
    };
    let next = m.instance("next_digit", &next_pending(Order::LowestFirst, count));
    next.connect("pending", &m.wire("pending", &load.mux(&entering, &left)));
    remaining.enable(&change).next(&next.output("remaining"));
    let (select, signs) = (next.output("select"), m.wire("signs", &load.mux(&entering_signs, &held_signs)));
    let negative = m.delay("negative", &(&signs & &select).any(), Some(&change));
    let digit = match power {
        true => m.delay("power", &select, Some(&change)),
        false => {
            let some = m.delay("some", &next.output("any"), Some(&change));
            m.concat(&[&some, &m.delay("position", &next.output("index"), Some(&change))])
        }
    };
    let told = if power { "its power of two" } else { "its position, above it whether there is one" };
    m.documented_output("digit", &m.concat(&[&negative, &digit]), &format!("{told}, its sign on top"));
    m.output("spent", &!remaining.value().any());
    m.finish()
}

fn dealer_census(numbers: Numbers) -> Census {
    let (count, power) = (numbers.digits(), numbers.form == Form::Power);
    let again = u64::from(power);
    let mut census = sum_of(&[
        (EnabledRegister, 2 + again, count), // signs, remaining, held
        (Multiplexer, 2 + again, count),     // left, pending, signs
        (AndOr, 1, count),                   // sign
        (Reduction, 2, count),               // sign, spent
        (Inverter, 1, 1),
        (EnabledRegister, 1, 1),         // negative
        (EnabledRegister, again, count), // power
        (EnabledRegister, 1 - again, 1), // some
        (EnabledRegister, 1 - again, numbers.position_bits()),
    ]);
    census.add_census(&canonical::recoder_census(numbers.shape), 1);
    census.add_census(&next_pending_census(count), 1);
    census
}

/// What one side of the array is dealt.
struct Dealt {
    lanes: Lanes,
    /// No number has a digit behind that of this cycle.
    spent: Value,
}

/// Digits of all numbers of a side, so many vectors of `depth`.
fn digits(
    m: &ModuleBuilder,
    numbers: Numbers,
    (name, incoming): (&str, &Lanes),
    ports: &FeederPorts,
    taken: &Value,
) -> Dealt {
    let (vectors, module) = (incoming.count(), dealer(numbers));
    let change = m.wire(&format!("{name}_change"), &(&ports.load | taken));
    let depth = incoming.shape().width / numbers.shape.width;
    let bits = numbers.dealt_bits();
    let dealt = m.lanes(&format!("{name}_dealt"), uint(bits), vectors * depth);
    let spent = m.lanes(&format!("{name}_spent"), uint(1), vectors * depth);
    let restart = (numbers.form == Form::Power).then(|| m.forward(&format!("{name}_restart"), uint(1)));
    m.repeat(name, vectors, |vector| {
        let places = incoming.lane(vector).lanes(uint(numbers.shape.width), depth);
        m.repeat(&format!("{name}_place"), depth, |place| {
            let instance = m.instance(&format!("{name}_dealer"), &module);
            instance.connect("load", &ports.load).connect("change", &change).connect("number", &places.lane(place));
            restart.iter().for_each(|restart| {
                instance.connect("restart", restart);
            });
            dealt.drive(vector * depth + place, &instance.output("digit"));
            spent.drive(vector * depth + place, &instance.output("spent"));
        });
    });
    let spent = m.wire(&format!("{name}_all_spent"), &spent.flat().all());
    restart.iter().for_each(|restart| restart.drive(&spent));
    Dealt { lanes: dealt.flat().lanes(uint(bits * depth), vectors), spent }
}

/// Holds a beat until the last digit of all, or pair of digits, is dealt out.
pub(super) fn feeder(config: &Config) -> Module {
    let Geometry { depth, activation_bits, weight_bits, .. } = config.geometry;
    let weights = if config.passes_sums() { String::new() } else { format!("_w{weight_bits}") };
    let size = feeder_size(&config.geometry);
    let m = ModuleBuilder::new(
        format!("sparse_feeder_{}_a{activation_bits}{weights}_{size}", config.name()),
        "Holds a beat of operands until the last of its digits that are not zero is dealt out.",
    );
    let bits = [activation_bits, weight_bits].map(|bits| bits * depth);
    let ports = FeederPorts::declare(&m, &config.geometry, bits, "first column lowest");
    let step = m.documented_input("step", uint(1), "the digits of this cycle are taken");
    let of_rows = |taken: &Value| digits(&m, config.activations(), ("activation", &ports.activations), &ports, taken);
    let Some(weights) = &ports.weights else {
        let rows = of_rows(&step);
        FeederPorts::deal(&m, &rows.lanes, None);
        m.output("spent", &rows.spent);
        return m.finish();
    };
    let of_columns = |taken: &Value| digits(&m, config.weights(), ("weight", weights), &ports, taken);
    let (rows, columns, spent) = match config.serial {
        Serial::Weights => {
            let columns = of_columns(&step);
            (ports.held(&m, "held_activations", &ports.activations), columns.lanes, columns.spent)
        }
        Serial::Activations => {
            let rows = of_rows(&step);
            (rows.lanes, ports.held(&m, "held_weights", weights), rows.spent)
        }
        Serial::Both => {
            m.comment("Every digit of the activations meets a digit of the weights before the next of these.");
            let rows = of_rows(&step);
            let columns = of_columns(&m.wire("next_weight_digit", &(&step & &rows.spent)));
            let spent = &rows.spent & &columns.spent;
            (rows.lanes, columns.lanes, spent)
        }
    };
    FeederPorts::deal(&m, &rows, Some(&columns));
    m.output("spent", &spent);
    m.finish()
}

/// The primitives of [`feeder`].
pub(super) fn census(config: &Config) -> Census {
    let (rows, columns, depth) =
        (config.geometry.operand_rows(), config.geometry.operand_columns(), config.geometry.depth);
    let mut census = Census::default();
    let sides = [(config.activations(), rows * depth), (config.weights(), columns * depth)];
    for (numbers, count) in sides.into_iter().take(if config.passes_sums() { 1 } else { 2 }) {
        match numbers.form {
            Form::Whole => census.add(EnabledRegister, 1, (count * numbers.shape.width).into()),
            Form::Position | Form::Power => {
                census.add_census(&copies(&dealer_census(numbers), count.into()), 1);
                census.add(AndOr, 1, 1); // change
                census.add(Reduction, 1, count.into());
            }
        }
    }
    census.add(AndOr, if config.serial == Serial::Both { 2 } else { 0 }, 1); // next weight digit, spent
    census
}
