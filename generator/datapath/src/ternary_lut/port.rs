//! One port: picks an entry of every table, negates it where the key says so, and adds all to the accumulator.

use crate::arith::reduction::{Term, balanced, carry_save};
use crate::arith::selector::zero_or_word;
use crate::matvec::{Geometry, PartialSum, ReductionStyle};
use tritloom_formats::key;
use tritloom_hdl::{Lanes, Module, ModuleBuilder, Shape, Value, sint, uint};

/// The port of any core whose weights pick one of the sums of a group: the sign-flip core is the one with
/// groups of a single activation.
///
/// Negation inverts the picked word and owes a carry, which a free carry-in of the reduction takes: the smallest
/// entry has no negative in its own width, its complement has.
pub(crate) fn selecting_port(family: &str, geometry: &Geometry, entry: Shape) -> Module {
    let (group_size, tables) = (geometry.group_size, geometry.tables);
    let style = match (geometry.reduction, geometry.partial_sum) {
        (ReductionStyle::CarrySave, _) => "csa",
        (ReductionStyle::Balanced, PartialSum::Wired) => "bal",
        (ReductionStyle::Balanced, PartialSum::Registered) => "bal_pr",
    };
    let width = geometry.accumulator_bits();
    let m = ModuleBuilder::new(
        format!("{family}_a{}_g{group_size}_t{tables}_s{width}_{style}", geometry.activation_bits),
        format!("One output: picks a signed sum from each of {tables} groups and adds them to the accumulator."),
    );
    m.parameter("activation bits", geometry.activation_bits);
    m.parameter("group size", group_size);
    m.parameter("groups", tables);
    m.parameter("sum bits", width);
    let registered = geometry.partial_sum == PartialSum::Registered;
    let advance = registered.then(|| m.documented_input("advance", uint(1), "all stages move on"));
    let entries = key::entries(group_size);
    let prepared = m.input_lanes("prepared", uint(entries * entry.width), tables, "the sums of each group");
    let keys = m.input_lanes("keys", uint(key::bits(group_size)), tables, "sign above magnitude");
    let base = m.documented_input("base", sint(width), "the accumulator");

    m.section("Terms");
    let terms = m.lanes("terms", entry, tables);
    let negatives = m.lanes("negatives", uint(1), tables);
    m.repeat("group", tables, |group| {
        let negative = keys.lane(group).top_bit();
        let magnitude = keys.lane(group).wrap(key::magnitude_bits(group_size));
        let picked = pick(&m, &magnitude, &prepared.lane(group), entries, entry);
        negatives.drive(group, &negative);
        terms.drive(group, &(picked ^ negative.replicate(entry.width)).as_signed());
    });

    m.section("Sum");
    let magnitude = u64::from(group_size) * geometry.activation_magnitude();
    let sum = match geometry.reduction {
        ReductionStyle::Balanced => balanced_sum(&m, &terms, Some(&negatives), magnitude, &base, advance.as_ref()),
        ReductionStyle::CarrySave => carry_save_sum(&m, &terms, Some(&negatives), &base),
    };
    m.output("sum", &sum);
    m.finish()
}

fn pick(m: &ModuleBuilder, magnitude: &Value, group: &Value, entries: u32, entry: Shape) -> Value {
    if entries == 1 {
        return group & magnitude.replicate(entry.width);
    }
    let selector = m.instance("pick", &zero_or_word(entries, entry.width));
    selector.connect("index", magnitude).connect("words", group);
    selector.output("word").as_unsigned()
}

/// Tree, register where asked for, accumulation; the accumulating adder takes the last carry.
pub(crate) fn balanced_sum(
    m: &ModuleBuilder,
    terms: &Lanes,
    carries: Option<&Lanes>,
    magnitude: u64,
    base: &Value,
    advance: Option<&Value>,
) -> Value {
    let carries: Vec<Option<Value>> = match carries {
        Some(carries) => carries.iter().into_iter().map(Some).collect(),
        None => vec![None; terms.count() as usize],
    };
    let terms: Vec<Term> =
        terms.iter().into_iter().zip(carries).map(|(word, carry)| Term { word, carry }).collect();
    let mut partial = balanced(m, "sum", &terms, magnitude);
    if let Some(advance) = advance {
        partial.word = m.delay("partial", &partial.word, Some(advance));
        partial.carries = partial.carries.iter().map(|carry| m.delay("partial_carry", carry, Some(advance))).collect();
    }
    let total = match partial.carries.first() {
        Some(carry) => base.add_with_carry(&partial.word, carry),
        None => base + &partial.word,
    };
    m.wire("total", &total).wrap(base.width())
}

/// Terms and accumulator through compressor rows and one adder, modulo the accumulator's range, which the exact
/// result never leaves.
pub(crate) fn carry_save_sum(m: &ModuleBuilder, terms: &Lanes, carries: Option<&Lanes>, base: &Value) -> Value {
    let extend = |(position, term): (usize, Value)| {
        let wide = term.extend(base.width().max(term.width())).wrap(base.width());
        m.wire(&format!("term{position}"), &wide)
    };
    let mut words: Vec<Value> = terms.iter().into_iter().enumerate().map(extend).collect();
    words.push(base.clone());
    let carries = carries.map(|carries| carries.iter()).unwrap_or_default();
    carry_save(m, &words, &carries)
}
