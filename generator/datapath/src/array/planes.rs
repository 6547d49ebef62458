//! Operands that elements see plane by plane: which planes a pass takes, and what its products weigh.
//!
//! The pairs of planes of one weight follow one another, the heaviest first ([`super::Mode::planes`]), so that a sum moves
//! up by a single digit, and only where the weight changes. Planes are bits that enter one after the other or, where weights
//! stay, digits of them that elements are told to take.

use super::geometry::Geometry;
use super::mode::Mode;
use super::schedule::EnteringPass;
use crate::census::sum_of;
use tritloom_hdl::Primitive::{Adder, AndOr, Comparator, Inverter, Multiplexer, Reduction, ResetRegister, Table};
use tritloom_hdl::{Bits, Census, Module, ModuleBuilder, Value, bits_for, uint};

/// The sides of which a pass takes one plane of several.
enum Walk {
    /// One of them: the most planes.
    One(u32),
    /// Both: the most planes of activations and of weights.
    Both([u32; 2]),
}

impl Walk {
    fn new(geometry: &Geometry) -> Walk {
        match geometry.most_planes() {
            [1, planes] | [planes, 1] => Walk::One(planes),
            both => Walk::Both(both),
        }
    }

    /// Bits of the number of the top plane of each side, the activations first.
    fn bits(&self) -> Vec<u32> {
        let bits = |planes: &u32| bits_for(u64::from(*planes) - 1);
        match self {
            Walk::One(planes) => vec![bits(planes)],
            Walk::Both(planes) => planes.iter().map(bits).collect(),
        }
    }
}

/// Says in the header of a module how modes are numbered.
pub(super) fn note_modes(m: &ModuleBuilder, geometry: &Geometry) {
    let number = match geometry.most_planes() {
        [1, _] if step(geometry) > 1 => format!("bits of a weight / {} - 1", step(geometry)),
        [1, _] => "bits of a weight - 1".to_string(),
        [_, 1] => "bits of an activation - 1".to_string(),
        [_, planes] => format!("{planes} * (bits of an activation - 1) + bits of a weight - 1"),
    };
    m.parameter("mode of a run", number);
    if let Some(Mode { activation, weight, .. }) = geometry.modes.last() {
        m.parameter("activations of a run", activation.numbers.name_up_to());
        m.parameter("weights of a run", weight.numbers.name_up_to());
    }
    match geometry.vectors_have_passes() {
        true => m.parameter("passes of a vector", "one for each pair of planes"),
        false => m.parameter("passes of the operands of a tile", "one for each pair of their planes of bits"),
    }
}

/// Bits from a plane to the next.
pub(super) fn step(geometry: &Geometry) -> u32 {
    let step = |mode: &Mode| mode.activation.numbers.digit_bits().max(mode.weight.numbers.digit_bits());
    geometry.modes.iter().map(step).max().unwrap_or(1)
}

/// Of each mode the numbers of the top planes, the weights' lowest.
fn tops_of_modes(geometry: &Geometry) -> Vec<Bits> {
    let bits: Vec<u32> = Walk::new(geometry).bits().into_iter().rev().collect();
    let [activations, weights] = geometry.most_planes();
    let entry = |mode: &Mode| {
        let sides = [(mode.weight.numbers.planes(), weights), (mode.activation.numbers.planes(), activations)];
        let serial = sides.into_iter().filter(|(_, most)| *most > 1).map(|(planes, _)| planes);
        let tops = serial.zip(&bits).map(|(planes, bits)| Bits::from_u64(u64::from(planes - 1), *bits));
        Bits::join(&tops.collect::<Vec<_>>())
    };
    geometry.modes.iter().map(entry).collect()
}

/// Whether the number of a mode is that of its top planes: always with one side, with both where the weights have a power
/// of two of planes.
fn numbered_by_tops(tops: &[Bits]) -> bool {
    (0..).zip(tops).all(|(number, tops)| tops.to_u64() == Some(number))
}

/// The numbers of the top planes of a mode, the weights' lowest.
pub(super) fn tops(m: &ModuleBuilder, geometry: &Geometry, mode: &Value) -> Value {
    let tops = tops_of_modes(geometry);
    let bits = Walk::new(geometry).bits().iter().sum();
    if numbered_by_tops(&tops) { mode.clone() } else { m.wire("top_planes", &mode.table(&tops, uint(bits))) }
}

/// The pass that enters, in a run with these top planes; `ends` where its last beat does.
pub(super) fn entering(m: &ModuleBuilder, geometry: &Geometry, tops: &Value, ends: &Value) -> EnteringPass {
    let walk = Walk::new(geometry);
    let held = held_planes(geometry);
    let module = match walk {
        Walk::One(_) => one_side(walk.bits()[0], held),
        Walk::Both(_) => both_sides(walk.bits()[0], walk.bits()[1], held),
    };
    let planes = m.instance("planes", &module);
    planes.connect("tops", tops).connect("ends", ends);
    EnteringPass {
        told: planes.output("top"),
        first: planes.output("first"),
        last: planes.output("last"),
        moves_up: planes.output("moves_up"),
        taken: held.map(|_| planes.output("taken")),
    }
}

/// The planes of weights that stay, of which elements are told to take one.
fn held_planes(geometry: &Geometry) -> Option<u32> {
    let [_, weights] = geometry.most_planes();
    (geometry.vectors_have_passes() && weights > 1).then_some(weights)
}

/// Where elements are told which plane of the weights to take, so many of them: a one at that plane.
pub(super) fn taken_bits(geometry: &Geometry) -> u32 {
    held_planes(geometry).unwrap_or(0)
}

/// Whether the products of the pass that enters count negative, where they ever do and not just in the first.
pub(super) fn negative(m: &ModuleBuilder, geometry: &Geometry, pass: &EnteringPass) -> Option<Value> {
    match signed_sides(geometry)[..] {
        _ if first_is_negative(geometry) => None,
        [] => None,
        [top] => Some(pass.told.bit(top)),
        _ => Some(m.wire("negative", &(pass.told.bit(0) ^ pass.told.bit(1)))),
    }
}

/// Whether the products of the first pass count negative, and no others: planes of one side, the top one of which is of signs.
pub(super) fn first_is_negative(geometry: &Geometry) -> bool {
    has_negative(geometry) && matches!(Walk::new(geometry), Walk::One(_))
}

/// Of the sides of several planes, the activations first, those whose top plane counts negative, by number.
fn signed_sides(geometry: &Geometry) -> Vec<u32> {
    let Some(mode) = geometry.modes.last() else { return Vec::new() };
    let sides = [mode.activation.numbers, mode.weight.numbers].into_iter().zip(geometry.most_planes());
    let serial = (0..).zip(sides.filter(|(_, planes)| *planes > 1));
    serial.filter(|(_, (numbers, _))| numbers.top_plane_is_negative()).map(|(side, _)| side).collect()
}

/// Whether sums move up in some passes only: else they do in all but the first of a vector.
pub(super) fn says_what_moves_up(geometry: &Geometry) -> bool {
    matches!(Walk::new(geometry), Walk::Both(_))
}

/// Whether products count negative where the signs of the planes of both sides differ.
pub(super) fn sides_differ(geometry: &Geometry) -> bool {
    signed_sides(geometry).len() > 1
}

/// Whether products of a pass may count negative.
pub(super) fn has_negative(geometry: &Geometry) -> bool {
    !signed_sides(geometry).is_empty()
}

/// A one at the plane of weights that a pass takes, so many below the top one.
fn taken(m: &ModuleBuilder, (top, below): (&Value, &Value), planes: u32) {
    let number = m.wire("taken_number", &(top - below).wrap(top.width()).as_unsigned());
    let entries: Vec<Bits> = (0..planes).map(|plane| Bits::from_u64(1 << plane, planes)).collect();
    let taken = m.wire("taken_plane", &number.table(&entries, uint(planes)));
    m.documented_output("taken", &taken, "a one at the plane of the weights");
}

/// The primitives of [`taken`], of a number of so many bits.
fn taken_census(planes: u32, bits: u32) -> Census {
    sum_of(&[(Adder, 1, bits + 1), (Table, 1, planes * planes)])
}

/// One plane after the other, the top one first; of weights that stay, `held` planes, which one to take.
fn one_side(bits: u32, held: Option<u32>) -> Module {
    let suffix = held.map_or(String::new(), |planes| format!("_of{planes}"));
    let name = format!("planes_b{bits}{suffix}");
    let m = ModuleBuilder::new(name, "Counts through the planes of one operand.");
    let tops = m.documented_input("tops", uint(bits), "the number of the top plane");
    let ends = m.documented_input("ends", uint(1), "the last beat of the pass enters");
    let below = m.register("below_top", uint(bits));
    let last = m.wire("last_plane", &below.value().equals(&tops));
    let next = (below.value() + m.uint(1, 1)).wrap(bits).as_unsigned();
    below.enable(&ends).reset(0).next(&last.mux(&m.uint(0, bits), &next));
    let further = m.wire("further", &below.value().any());
    let top = m.wire("top_plane", &!&further);
    m.documented_output("top", &top, "the top plane enters");
    m.output("first", &top);
    m.output("last", &last);
    m.documented_output("moves_up", &further, "what was added before weighs a plane more");
    held.iter().for_each(|planes| taken(&m, (&tops, below.value()), *planes));
    m.finish()
}

/// Pairs of planes, all of one weight before those of half of it: the activations' plane moves down and the weights' one
/// up, until either has no further plane.
fn both_sides(activation_bits: u32, weight_bits: u32, held: Option<u32>) -> Module {
    let suffix = held.map_or(String::new(), |planes| format!("_of{planes}"));
    let m = ModuleBuilder::new(
        format!("plane_pairs_a{activation_bits}_w{weight_bits}{suffix}"),
        "Counts through the pairs of planes of bits of two operands, the heaviest pair first.",
    );
    let tops = m.documented_input("tops", uint(activation_bits + weight_bits), "of the top planes, weights lowest");
    let ends = m.documented_input("ends", uint(1), "the last beat of the pass enters");
    let top_activation = tops.slice(weight_bits, activation_bits);
    let top_weight = tops.slice(0, weight_bits);
    let counter = |name: &str, bits: u32| {
        let counter = m.register(name, uint(bits));
        counter.enable(&ends).reset(0);
        counter
    };
    m.comment("Planes below the top ones: of this pass, and of the first pass of its weight.");
    let [activation, first_activation] = ["activation", "first_activation"].map(|name| counter(name, activation_bits));
    let [weight, first_weight] = ["weight", "first_weight"].map(|name| counter(name, weight_bits));
    let lowest_activation = m.wire("lowest_activation", &activation.value().equals(&top_activation));
    let lowest_weight = m.wire("lowest_weight", &weight.value().equals(&top_weight));
    let top_of_activation = m.wire("top_of_activation", &!activation.value().any());
    let top_of_weight = m.wire("top_of_weight", &!weight.value().any());
    let last = m.wire("last_pair", &(&lowest_activation & &lowest_weight));
    let weight_ends = m.wire("weight_ends", &(&lowest_activation | &top_of_weight));

    m.section("Next pair");
    let turned = m.wire("turned", &first_weight.value().equals(&top_weight));
    let up = |value: &Value, by: &Value| (value + by).wrap(value.width()).as_unsigned();
    let straight = !&turned;
    let below_first_activation = m.wire("next_first_activation", &up(&first_activation, &turned));
    let below_first_weight = m.wire("next_first_weight", &up(&first_weight, &straight));
    let further = m.wire("further", &!&last);
    let kept = |name: &str, value: Value| m.wire(name, &(&value & further.replicate(value.width())));
    let start_activation = kept("start_activation", weight_ends.mux(&below_first_activation, &first_activation));
    let start_weight = kept("start_weight", weight_ends.mux(&below_first_weight, &first_weight));
    let one = m.uint(1, 1);
    let less_weight = (weight.value() - m.uint(1, weight_bits)).wrap(weight_bits).as_unsigned();
    activation.next(&weight_ends.mux(&start_activation, &up(&activation, &one)));
    weight.next(&weight_ends.mux(&start_weight, &less_weight));
    first_activation.next(&start_activation);
    first_weight.next(&start_weight);
    let moves_up = m.register("moves_up_next", uint(1));
    moves_up.enable(&ends).reset(0).next(&(&weight_ends & &further));

    m.documented_output(
        "top",
        &m.concat(&[&top_of_weight, &top_of_activation]),
        "top planes enter, activations lowest",
    );
    m.output("first", &m.wire("first_pair", &(&top_of_activation & &top_of_weight)));
    m.output("last", &last);
    m.documented_output("moves_up", &moves_up, "what was added before weighs a plane more");
    held.iter().for_each(|planes| taken(&m, (&top_weight, weight.value()), *planes));
    m.finish()
}

/// The primitives of [`tops`] and [`entering`], and what says that a pass ends or, where vectors have passes, a vector does.
pub(super) fn census(geometry: &Geometry) -> Census {
    let walk = Walk::new(geometry);
    let bits = walk.bits();
    let table = u64::from(!numbered_by_tops(&tops_of_modes(geometry)));
    let mut census = sum_of(&[
        (AndOr, 1, 1), // pass or vector ends
        (Table, table, bits.iter().sum::<u32>() * geometry.modes.len() as u32),
    ]);
    census.add_census(
        &match walk {
            Walk::One(_) => one_side_census(bits[0]),
            Walk::Both(_) => both_sides_census(bits[0], bits[1]),
        },
        1,
    );
    if let (Some(planes), Some(bits)) = (held_planes(geometry), bits.last()) {
        census.add_census(&taken_census(planes, *bits), 1);
    }
    census
}

fn one_side_census(bits: u32) -> Census {
    sum_of(&[
        (ResetRegister, 1, bits),
        (Comparator, 1, bits), // last
        (Adder, 1, bits + 1),
        (Multiplexer, 1, bits),
        (Reduction, 1, bits),
        (Inverter, 1, 1), // top
    ])
}

fn both_sides_census(activation: u32, weight: u32) -> Census {
    sum_of(&[
        (ResetRegister, 2, activation),
        (ResetRegister, 2, weight),
        (ResetRegister, 1, 1),       // moves up
        (Comparator, 1, activation), // lowest activation
        (Comparator, 2, weight),     // lowest weight, turned
        (Reduction, 1, activation),
        (Reduction, 1, weight),
        (Adder, 2, activation + 1),
        (Adder, 2, weight + 1),
        (Multiplexer, 2, activation),
        (Multiplexer, 2, weight),
        (AndOr, 1, activation), // start anew
        (AndOr, 1, weight),
        (AndOr, 4, 1),    // last, weight ends, moves up, first
        (Inverter, 4, 1), // top twice, turned, last
    ])
}
