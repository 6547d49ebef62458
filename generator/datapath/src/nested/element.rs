//! The hardware of the family: slices of weights at the edge, and an element that multiplies by one slice a cycle.

use super::parameters::Config;
use crate::arith::reduction::{Term, partial_bits};
use crate::array::Geometry;
use crate::census::{Parts, products, sum_of};
use crate::words::counted;
use tritloom_hdl::Primitive::{Adder, AndOr, EnabledRegister, Inverter, Multiplexer};
use tritloom_hdl::{Census, Module, ModuleBuilder, Value, sint, uint};

/// Bits of the sum of a beat's products, before it is moved up.
fn partial_sum_bits(config: &Config) -> u32 {
    partial_bits(config.geometry.depth.into(), config.slice_product_magnitude(), false)
}

/// From the slices of a column's weights, drafts or rests, to signed numbers of one width; `None` where they are such.
pub(super) fn column_edge(config: &Config) -> Option<Module> {
    let (depth, bits) = (config.geometry.depth, config.slice_bits());
    let (draft, rest) = (config.slicing.draft(), config.slicing.rest());
    if draft == rest {
        return None;
    }
    let m = ModuleBuilder::new(
        format!("nested_slices_{}_d{depth}", config.name()),
        "Brings drafts and rests of weights to one width.",
    );
    m.parameter("places", depth);
    m.parameter("bits of a draft", draft.width);
    m.parameter("bits of a rest", rest.width);
    let weights = m.input("weights", uint(config.geometry.column_bits()));
    let is_rest = m.documented_input("control", uint(1), "rests, not drafts");
    let packed = |width: u32| weights.slice(0, width * depth).lanes(uint(width), depth);
    let (drafts, rests) = (packed(draft.width), packed(rest.width));
    let prepared = m.lanes("slices", sint(bits), depth);
    m.repeat("place", depth, |place| {
        let draft = drafts.lane(place).as_signed().extend(bits);
        let rest = rests.lane(place);
        let rest = if config.slicing.rounded { rest.as_signed() } else { rest.to_signed() }.extend(bits);
        prepared.drive(place, &is_rest.mux(&rest, &draft));
    });
    m.output("prepared", &prepared.flat().as_unsigned());
    Some(m.finish())
}

/// The primitives of [`column_edge`], and the bits that it gives.
pub(super) fn column_edge_census(config: &Config) -> Option<(Census, u32)> {
    let (depth, bits) = (config.geometry.depth, config.slice_bits());
    let differ = config.slicing.draft() != config.slicing.rest();
    differ.then(|| (sum_of(&[(Multiplexer, depth.into(), bits)]), depth * bits))
}

/// A multiplier a place, a tree of adders, and a sum that a rest is added to.
pub(super) fn element(config: &Config) -> Module {
    let geometry = &config.geometry;
    let Geometry { depth, activation_bits, .. } = *geometry;
    let (width, bits) = (geometry.kept_bits(), config.slice_bits());
    let m = ModuleBuilder::new(
        format!(
            "nested_element_{}_d{depth}_s{width}{}",
            config.name(),
            if config.passes_sums() { "_passing" } else { "" }
        ),
        format!("Adds {} of activations and slices of weights to a sum in each cycle.", counted(depth, "product")),
    );
    m.parameter("activation bits", activation_bits);
    m.parameter("bits of a slice", bits);
    m.parameter("products a cycle", depth);
    m.parameter("sum bits", width);
    let activations = m.input_lanes("activations", uint(activation_bits), depth, "first place lowest");
    let weights = m.input_lanes("weights", uint(bits), depth, "a slice of each");
    let is_rest = m.documented_input("control", uint(1), "slices are rests, not drafts");

    let product_bits = partial_bits(1, config.slice_product_magnitude(), false);
    let products = m.lanes("products", sint(product_bits), depth);
    m.repeat("place", depth, |place| {
        let product = m.wire("product", &(activations.lane(place).as_signed() * weights.lane(place).as_signed()));
        products.drive(place, &product.wrap(product_bits));
    });
    let terms: Vec<Term> = products.iter().into_iter().map(|word| Term { word, carry: None }).collect();
    let partial = config.adders.tree(&m, "sum", &terms, config.slice_product_magnitude()).word;
    let moved = partial.shift_left(config.slicing.dropped_bits());
    let worth = m.wire("worth", &is_rest.mux(&partial.extend(moved.width()), &moved));

    if config.passes_sums() {
        let addend = m.input("addend", uint(width)).as_signed();
        m.output("sum", &m.wire("total", &(addend + &worth)).wrap(width).as_unsigned());
        return m.finish();
    }
    let first = m.documented_input("first", uint(1), "a sum of drafts begins anew");
    let enable = m.documented_input("enable", uint(1), "a beat is added");
    let sum = m.register("sum", sint(width));
    let anew: Value = m.wire("anew", &(&first & !&is_rest));
    let base = m.wire("base", &(sum.value().as_unsigned() & (!&anew).replicate(width)).as_signed());
    let total = m.wire("total", &(&base + &worth));
    sum.enable(&enable).next(&total.wrap(width));
    m.output("sum", &sum.value().as_unsigned());
    m.finish()
}

/// The parts of [`element`].
pub(super) fn element_census(config: &Config) -> Parts {
    let geometry = &config.geometry;
    let (depth, width) = (u64::from(geometry.depth), geometry.kept_bits());
    let moved_bits = partial_sum_bits(config) + config.slicing.dropped_bits();
    let keeps = u64::from(!config.passes_sums());
    let accumulate = sum_of(&[
        (Inverter, 2 * keeps, 1),              // of rest, of anew
        (AndOr, keeps, 1),                     // anew
        (AndOr, keeps, width),                 // base
        (Adder, 1, width.max(moved_bits) + 1), // total
        (EnabledRegister, keeps, width),
    ]);
    vec![
        ("multiply", products(depth, [geometry.activation_bits, config.slice_bits()])),
        ("reduction", config.adders.census(depth, config.slice_product_magnitude(), false)),
        ("shift", sum_of(&[(Multiplexer, 1, moved_bits)])),
        ("accumulate", accumulate),
    ]
}
