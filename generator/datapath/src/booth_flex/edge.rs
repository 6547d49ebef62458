//! What is made of operands once, at the edges: activations for every digit of a lane, digits of weights.

use super::lane::{ModeSet, Source};
use super::parameters::{ActivationSign, Config, Weights};
use crate::arith::five_trit;
use crate::arith::recode::booth;
use crate::arith::recode::digit_product;
use crate::array::Geometry;
use crate::census::{copies, sum_of};
use std::collections::BTreeSet;
use tritloom_hdl::{Affine, Census, Lanes, Module, ModuleBuilder, Primitive, Value, uint};

/// Bits of the activations of one lane behind the edge, and of their triples.
pub(super) fn row_lane_bits(config: &Config) -> u32 {
    let words = config.activations();
    let triples = config.lane.triples().into_iter().map(|source| words[source].width + 2);
    words.iter().map(|word| word.width).chain(triples).sum()
}

/// Whether the row's edge does anything.
pub(super) fn has_row_edge(config: &Config) -> bool {
    row_lane_bits(config) != config.geometry.activation_bits
}

/// Whether the row's edge masks what lies beyond the inner dimension: where a place has the same bits in every mode.
pub(super) fn masks(config: &Config) -> bool {
    has_row_edge(config) && config.geometry.common_activation().is_some()
}

/// From a row's activations to those of every digit of every lane: in a mode in which several digits belong to one
/// weight, they all get its activation, so that elements choose nothing.
///
/// What lies beyond the inner dimension is masked here as well ([`masks`]): where an activation is chosen by a line of the
/// mode anyway, its mask is one gate to that line.
pub(super) fn row_edge(config: &Config) -> Module {
    let Geometry { depth, activation_bits, .. } = config.geometry;
    let m = ModuleBuilder::new(
        format!("booth_flex_row_a{activation_bits}_d{depth}_{}", config.name()),
        "The activations of each lane, one for each weight that the lane may hold; zero beyond the inner dimension.",
    );
    m.parameter("activation bits", activation_bits);
    m.parameter("lanes", depth);
    let places = config.geometry.most_places();
    let activations = m.input_lanes("activations", uint(activation_bits), places, "first place lowest");
    let within = masks(config).then(|| m.input_lanes("within_inner", uint(1), places, "within the inner dimension"));
    let incoming = Incoming { activations, within, control: control(&m, config) };
    let prepared = m.lanes("lanes", uint(row_lane_bits(config)), depth);
    m.repeat("lane", depth, |lane| {
        prepared.drive(lane, &lane_activations(&m, config, &incoming, &lane.into()));
    });
    m.output_lanes("prepared", &prepared, "for each lane its activations and three times some of them");
    m.finish()
}

/// The ports of a row's edge.
struct Incoming {
    activations: Lanes,
    /// Where the activations must be masked.
    within: Option<Lanes>,
    control: Option<Value>,
}

fn lane_activations(m: &ModuleBuilder, config: &Config, incoming: &Incoming, lane: &Affine) -> Value {
    let (shapes, control) = (config.activations(), incoming.control.as_ref());
    let place = |slot: u32| lane.clone() + slot * config.geometry.depth;
    let within = |slot: u32| incoming.within.as_ref().map(|within| within.lane(place(slot)));
    let activation = |slot: u32| with_sign(m, config, control, &incoming.activations.lane(place(slot)));
    let typed = |word: &Value| if shapes[0].signed { word.as_signed() } else { word.clone() };
    // That of the lowest digit is always that of the first weight.
    let own = match within(0) {
        Some(within) => activation(0).as_unsigned() & within.replicate(shapes[0].width),
        None => activation(0).as_unsigned(),
    };
    let own = m.wire("activation0", &own);
    let mut words = vec![own.clone()];
    for (number, (sources, shape)) in config.lane.activations().iter().zip(&shapes).enumerate().skip(1) {
        let choice = |&(Source { slot, shift }, set): &(Source, ModeSet)| {
            let line = config.lines.line(control, set)?;
            let (gate, word) = match within(slot) {
                _ if slot == 0 => (line, typed(&own)),
                Some(within) => (line & within, activation(slot)),
                None => (line, activation(slot)),
            };
            Some((gate, word.shift_left(shift).extend(shape.width).as_unsigned()))
        };
        let choices: Vec<(Value, Value)> = sources.iter().filter_map(choice).collect();
        let chosen = m.one_hot(&choices.iter().map(|(gate, word)| (gate, word)).collect::<Vec<_>>());
        words.push(m.wire(&format!("activation{number}"), &chosen));
    }
    for source in config.lane.triples() {
        words.push(m.wire(&format!("triple{source}"), &digit_product::triple(&typed(&words[source])).as_unsigned()));
    }
    m.concat(&words.iter().rev().collect::<Vec<_>>())
}

/// An activation as elements see it: where the mode decides about its sign, with one of its own.
fn with_sign(m: &ModuleBuilder, config: &Config, control: Option<&Value>, activation: &Value) -> Value {
    match config.sign {
        ActivationSign::Signed => activation.as_signed(),
        ActivationSign::Unsigned => activation.clone(),
        ActivationSign::RunTime => {
            let top = activation.top_bit();
            let sign = config.lines.line(control, config.signed).map_or(top.clone(), |signed| top & signed);
            m.concat(&[&sign, activation]).as_signed()
        }
    }
}

/// The primitives of [`row_edge`], and the bits that it makes.
pub(super) fn row_edge_census(config: &Config) -> Option<(Census, u32)> {
    if !has_row_edge(config) {
        return None;
    }
    let mut lane = Census::default();
    let (activations, shapes) = (config.lane.activations(), config.activations());
    let masked = u64::from(masks(config));
    lane.add(Primitive::AndOr, masked, shapes[0].width.into());
    for (sources, shape) in activations.iter().zip(&shapes).skip(1) {
        lane.add(Primitive::AndOr, 2 * sources.len() as u64 - 1, shape.width.into());
    }
    let gates: BTreeSet<(u32, ModeSet)> =
        activations.iter().flatten().map(|(source, set)| (source.slot, *set)).collect();
    lane.add(Primitive::AndOr, masked * gates.iter().filter(|(slot, _)| *slot > 0).count() as u64, 1);
    if config.sign == ActivationSign::RunTime {
        let slots: BTreeSet<u32> = activations.iter().flatten().map(|(source, _)| source.slot).collect();
        lane.add(Primitive::AndOr, slots.len() as u64, 1);
    }
    for source in config.lane.triples() {
        lane.add_census(&digit_product::triple_census(shapes[source]), 1);
    }
    Some((copies(&lane, config.geometry.depth.into()), config.geometry.depth * row_lane_bits(config)))
}

/// Bits of the weights of one lane behind the edge.
pub(super) fn column_lane_bits(config: &Config) -> u32 {
    match config.recoding_at_edge && !config.lane.ternary_only {
        true => config.lane.digits * config.lane.digit_set().bits(),
        false => config.lane.bits,
    }
}

/// Whether the column's edge does anything.
pub(super) fn has_column_edge(config: &Config) -> bool {
    config.five_trits || config.recoding_at_edge && !config.lane.ternary_only
}

/// From a column's weights to the digits of each lane, or to weights two bits a trit.
pub(super) fn column_edge(config: &Config) -> Module {
    let (depth, lane) = (config.geometry.depth, &config.lane);
    let m = ModuleBuilder::new(
        format!("booth_flex_column_d{depth}_{}", config.name()),
        "The weights of one column, lane by lane, as elements take them.",
    );
    m.parameter("lanes", depth);
    m.parameter("bits of a lane", lane.bits);
    let weights = m.documented_input("weights", uint(config.geometry.column_bits()), "");
    let control = control(&m, config);
    let lanes = unpacked(&m, config, control.as_ref(), &weights);
    let prepared = match config.recoding_at_edge {
        true => recoded(&m, config, control.as_ref(), &lanes),
        false => lanes,
    };
    m.output_lanes("prepared", &prepared, "first lane lowest");
    m.finish()
}

/// The weights of each lane, ternary ones two bits each.
fn unpacked(m: &ModuleBuilder, config: &Config, control: Option<&Value>, weights: &Value) -> Lanes {
    let (depth, bits) = (config.geometry.depth, config.lane.bits);
    let whole = || weights.slice(0, depth * bits).lanes(uint(bits), depth);
    if !config.five_trits {
        return whole();
    }
    let slots = config.lane.cut(Weights::Ternary).slots;
    let packed = weights.slice(0, five_trit::bits(slots * depth));
    let trits = m.wire("unpacked", &five_trit::decoded(m, &packed, slots * depth)).lanes(uint(2), slots * depth);
    let lanes = m.lanes("lane_weights", uint(bits), depth);
    m.repeat("lane", depth, |lane| {
        let codes: Vec<Value> = (0..slots).rev().map(|slot| trits.lane(lane + slot * depth)).collect();
        let codes = m.concat(&codes.iter().collect::<Vec<_>>()).extend(bits);
        let mut choices = vec![(codes, config.ternary)];
        if !config.lane.ternary_only {
            choices.push((whole().lane(lane), config.every_mode() & !config.ternary));
        }
        lanes.drive(lane, &config.lines.choose(m, control, &choices));
    });
    (*lanes).clone()
}

/// The digits of each lane's weights; a ternary weight is its digit.
pub(super) fn recoded(m: &ModuleBuilder, config: &Config, control: Option<&Value>, weights: &Lanes) -> Lanes {
    if config.lane.ternary_only {
        return weights.clone();
    }
    let bits = config.lane.digits * config.lane.digit_set().bits();
    let digits = m.lanes("digits", uint(bits), config.geometry.depth);
    let recoder = recoder(config);
    m.repeat("recoded_lane", config.geometry.depth, |lane| {
        let instance = m.instance("recoder", &recoder);
        instance.connect("weight", &weights.lane(lane));
        control.iter().for_each(|control| {
            instance.connect("control", control);
        });
        digits.drive(lane, &instance.output("digits"));
    });
    (*digits).clone()
}

/// The digits of one lane: those of Booth, but where another weight begins the bit below counts as zero, and where a
/// weight ends its sign goes on.
fn recoder(config: &Config) -> Module {
    let lane = &config.lane;
    let (radix, set) = (lane.radix(), lane.digit_set());
    let m = ModuleBuilder::new(
        format!("booth_flex_recoder_{}", config.name()),
        "The Booth digits of the weights of one lane, which the mode cuts apart.",
    );
    m.parameter("bits of a lane", lane.bits);
    m.parameter("radix", 1 << radix.step());
    let weight = m.input("weight", uint(lane.bits));
    let control = control(&m, config);
    let window_bits = radix.step() + 1;
    let windows = m.lanes("windows", uint(1), window_bits * lane.digits);
    for (digit, offset) in (0..lane.digits).flat_map(|digit| (0..window_bits).map(move |offset| (digit, offset))) {
        let choices: Vec<_> = lane.window(digit, offset).iter().map(|&(bit, set)| (weight.bit(bit), set)).collect();
        let bit = match choices.is_empty() {
            true => m.uint(0, 1),
            false => config.lines.choose(&m, control.as_ref(), &choices),
        };
        windows.drive(digit * window_bits + offset, &bit);
    }
    let digits = m.lanes("recoded", uint(set.bits()), lane.digits);
    m.repeat("digit", lane.digits, |position| {
        let window: Vec<Value> = (0..window_bits).map(|offset| windows.lane(position * window_bits + offset)).collect();
        digits.drive(position, &booth::digit(&m, "digit", radix, &window).pack(&m));
    });
    m.output_lanes("digits", &digits, "negate above one-hot magnitudes, the least significant digit first");
    m.finish()
}

/// The lines of the mode, where there are several.
fn control(m: &ModuleBuilder, config: &Config) -> Option<Value> {
    config.geometry.has_modes().then(|| m.documented_input("control", uint(config.lines.count()), "lines of the mode"))
}

/// The primitives of [`recoded`].
pub(super) fn recoded_census(config: &Config) -> Census {
    let lane = &config.lane;
    if lane.ternary_only {
        return Census::default();
    }
    let mut one = copies(&booth::digit_census(lane.radix()), lane.digits.into());
    // Where windows overlap, the same choice is made once.
    let windows = (0..lane.digits).flat_map(|digit| (0..=lane.radix().step()).map(move |offset| (digit, offset)));
    let choices: BTreeSet<Vec<(u32, ModeSet)>> = windows.map(|(digit, offset)| lane.window(digit, offset)).collect();
    for choice in choices.iter().filter(|choice| !choice.is_empty()) {
        let sets: Vec<ModeSet> = choice.iter().map(|(_, set)| *set).collect();
        one.add_census(&config.lines.choose_census(&sets, 1), 1);
    }
    copies(&one, config.geometry.depth.into())
}

/// The primitives of [`column_edge`], and the bits that it makes.
pub(super) fn column_edge_census(config: &Config) -> Option<(Census, u32)> {
    if !has_column_edge(config) {
        return None;
    }
    let depth = config.geometry.depth;
    let mut census = if config.recoding_at_edge { recoded_census(config) } else { Census::default() };
    if config.five_trits {
        census.add_census(&five_trit::census(config.lane.cut(Weights::Ternary).slots * depth), 1);
        let gates = if config.lane.ternary_only { 0 } else { 3 };
        census.add_census(&sum_of(&[(Primitive::AndOr, gates * u64::from(depth), config.lane.bits)]), 1);
    }
    Some((census, depth * column_lane_bits(config)))
}
