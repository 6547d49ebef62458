//! One port: picks an entry of every table, negates it where the key says so, and adds all to the accumulator.

use crate::arith::selector::zero_or_word;
use crate::matvec::{Geometry, PartialSum, Terms, port_sum};
use tritloom_formats::key;
use tritloom_hdl::{Module, ModuleBuilder, Shape, Value, bits_for, uint};

/// From a key and the entries of its group to the term: a signed word and the carry that it owes.
pub(crate) type Selection<'a> = &'a dyn Fn(&ModuleBuilder, &Value, &Value) -> (Value, Value);

/// The port of any core whose weights pick one of the sums of a group: the sign-flip core is the one with
/// groups of a single activation.
///
/// Negation inverts the picked word and owes a carry, which a free carry-in of the reduction takes: the smallest
/// entry has no negative in its own width, its complement has.
pub(crate) fn selecting_port(family: &str, geometry: &Geometry, entry: Shape) -> Module {
    let selection: Selection = &|m, key, group| selected(m, key, group, geometry.group_size, entry);
    port(family, geometry, entry, selection, selection_arrival(geometry))
}

/// A port whose terms are made so, there so many gate delays behind the keys.
pub(crate) fn port(family: &str, geometry: &Geometry, entry: Shape, selection: Selection, arrival: u32) -> Module {
    let (group_size, tables) = (geometry.group_size, geometry.tables);
    let width = geometry.accumulator_bits();
    let m = ModuleBuilder::new(
        format!("{family}_a{}_g{group_size}_t{tables}_s{width}_{}", geometry.activation_bits, geometry.sum_suffix()),
        format!("One output: picks a signed sum from each of {tables} groups and adds them to the accumulator."),
    );
    m.parameter("activation bits", geometry.activation_bits);
    m.parameter("group size", group_size);
    m.parameter("groups", tables);
    m.parameter("sum bits", width);
    let registered = geometry.partial_sum == PartialSum::Registered;
    let advance = registered.then(|| m.documented_input("advance", uint(1), "all stages move on"));
    let entries = key::entries(group_size);
    let read = if group_size == 1 { "activations, the first lowest" } else { "the sums of each group" };
    let prepared = m.input_lanes("prepared", uint(entries * entry.width), tables, read);
    let keys = m.input_lanes("keys", uint(key::bits(group_size)), tables, "sign above magnitude");
    let accumulator = || m.documented_input("base", geometry.sum_shape(), "the accumulator");
    let base = (!geometry.single_tile()).then(accumulator);

    m.section("Terms");
    let terms = m.lanes("terms", entry, tables);
    let negatives = m.lanes("negatives", uint(1), tables);
    m.repeat("group", tables, |group| {
        let (word, carry) = selection(&m, &keys.lane(group), &prepared.lane(group));
        negatives.drive(group, &carry);
        terms.drive(group, &word);
    });

    m.section("Sum");
    let magnitude = geometry.group_magnitude();
    let terms = Terms { words: &terms, carries: Some(&negatives), magnitude, arrival };
    m.output("sum", &port_sum(&m, geometry, &terms, base.as_ref(), advance.as_ref()));
    m.finish()
}

/// The sum that a `key` names, from the entries of its `group` side by side, entry 1 lowest: a signed word, and the carry
/// that it owes. A key whose magnitude is above the number of entries gives any word.
pub fn selected(m: &ModuleBuilder, key: &Value, group: &Value, group_size: u32, entry: Shape) -> (Value, Value) {
    let negative = key.top_bit();
    let magnitude = key.wrap(key::magnitude_bits(group_size));
    let picked = pick(m, &magnitude, group, key::entries(group_size), entry);
    ((picked ^ negative.replicate(entry.width)).as_signed(), negative)
}

/// Gate delays of a picked and inverted entry: a gate alone or a level of multiplexers for each bit of the index, and the
/// exclusive OR.
pub(crate) fn selection_arrival(geometry: &Geometry) -> u32 {
    const AND: u32 = 1;
    const MULTIPLEXER: u32 = 2;
    const XOR: u32 = 2;
    match key::entries(geometry.group_size) {
        1 => AND + XOR,
        entries => MULTIPLEXER * bits_for(entries.into()) + XOR,
    }
}

fn pick(m: &ModuleBuilder, magnitude: &Value, group: &Value, entries: u32, entry: Shape) -> Value {
    if entries == 1 {
        return group & magnitude.replicate(entry.width);
    }
    let selector = m.instance("pick", &zero_or_word(entries, entry.width));
    selector.connect("index", magnitude).connect("words", group);
    selector.output("word").as_unsigned()
}
