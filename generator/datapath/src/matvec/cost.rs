//! The primitives of a core in closed form: one equation for each file of this room, in the order of its text.

use super::decoder::{TABLE_TRITS, has_decoder};
use super::geometry::{Accumulation, Geometry, LoopOrder, PartialSum, ReductionStyle};
use super::shell::{result_stage, sum_stage};
use super::sum::{OWED_BITS, profile};
use super::vectors::{index_bits, vector_counter_census};
use crate::arith::bit_heap::Plan;
use crate::arith::five_trit::{self, TRITS_A_BYTE};
use crate::arith::reduction::{bits_up_to, partial_bits};
use crate::census::{Parts, copies, sum_of};
use crate::replay::replayed_census;
use crate::sequencer::sequencer_census;
use tritloom_formats::{WeightFormat, key};
use tritloom_hdl::Census;
use tritloom_hdl::Primitive::{
    Adder, AndOr, Comparator, EnabledRegister, Inverter, Memory, Multiplexer, Register, ResetRegister, Table, Xor,
};

/// What an element adds to the shell.
pub struct ElementCensus {
    /// Name and primitives of what is derived once for all ports; `None` where they read the activations themselves.
    pub preparation: Option<(&'static str, Census)>,
    /// Register stages of the preparation.
    pub prepare_stages: u32,
    /// Name and primitives of one port before its sum.
    pub terms: (&'static str, Census),
    /// Bound of a term of the sum: see [`super::Terms`].
    pub magnitude: u64,
    /// When the terms are there: see [`super::Terms`].
    pub arrival: u32,
    /// Whether the terms owe a carry.
    pub owing: bool,
}

/// Every part of the core around an element, in the order in which data passes.
pub fn census_by_part(geometry: &Geometry, element: &ElementCensus) -> Parts {
    let ports = geometry.ports.into();
    let mut parts =
        vec![("control", control(geometry, element.prepare_stages)), ("activations", activations(geometry))];
    parts.extend(element.preparation.clone());
    parts.push(("decode", decode(geometry, element.prepare_stages)));
    parts.push((element.terms.0, copies(&element.terms.1, ports)));
    parts.push(("reduction", copies(&reduction(geometry, element), ports)));
    parts.push(match geometry.single_tile() {
        true => ("complete", complete(geometry, element)),
        false => ("accumulate", accumulate(geometry)),
    });
    parts.push(("results", results(geometry)));
    parts
}

/// The sequencer, the handshake, what travels with a beat, and the back-pressure of the results.
fn control(geometry: &Geometry, prepare_stages: u32) -> Census {
    let (sums_at, results_at) = (sum_stage(geometry, prepare_stages), result_stage(geometry, prepare_stages));
    let nest = geometry.nest();
    let mut census = sequencer_census(&nest);
    census.add_census(&handshake(), 1);
    let beat = sum_of(&[
        (ResetRegister, 1, 1),                              // valid
        (EnabledRegister, 2, 1),                            // last, last output
        (EnabledRegister, 1, geometry.output_count_bits()), // outputs left
    ]);
    census.add_census(&beat, results_at.into());
    if !geometry.single_tile() {
        census.add(EnabledRegister, sums_at.into(), 1); // first
    }
    if geometry.kept_sums().is_some() {
        census.add(EnabledRegister, sums_at.into(), kept_bits(geometry).into());
    }
    if geometry.order() == LoopOrder::WeightStationary {
        census.add_census(&vector_counter_census(geometry.max_vectors), 1);
        census.add(AndOr, 3, 1); // start, step of the tiles, last output
    }
    census
}

/// Bits of the number of a kept sum.
fn kept_bits(geometry: &Geometry) -> u32 {
    match geometry.order() {
        LoopOrder::WeightStationary => index_bits(geometry.max_vectors),
        LoopOrder::OutputStationary | LoopOrder::TableStationary => geometry.nest().tile_bits(),
    }
}

fn handshake() -> Census {
    sum_of(&[
        (AndOr, 6, 1),         // able, supplied, issue 2, the two readies
        (Inverter, 1, 1),      // of fresh
        (AndOr, 5, 1),         // blocked, complete, advance, emit, next result valid
        (Inverter, 3, 1),      // of result ready, the stall, blocked
        (ResetRegister, 1, 1), // result valid
    ])
}

/// Mask, register, and where activations pass more than once the buffer that gives them back.
fn activations(geometry: &Geometry) -> Census {
    let lanes = geometry.lanes();
    let beat_bits = lanes * geometry.activation_bits;
    let mut census = sum_of(&[
        (Comparator, lanes.into(), geometry.input_count_bits()), // lanes within x
        (AndOr, lanes.into(), geometry.activation_bits),         // mask
        (AndOr, 1, 1),                                           // load
    ]);
    match geometry.replays() {
        true => census.add_census(&replayed_census(geometry.nest().kept_tiles(), beat_bits), 1),
        false => census.add(EnabledRegister, 1, beat_bits.into()),
    }
    census
}

/// The weight register, the decoders, and the keys' way through the stages of the preparation.
fn decode(geometry: &Geometry, prepare_stages: u32) -> Census {
    let word_bits = geometry.word_bits() * geometry.ports;
    let key_bits = geometry.key_bits() * geometry.ports;
    let mut census = sum_of(&[(EnabledRegister, 1, word_bits), (EnabledRegister, prepare_stages.into(), key_bits)]);
    if geometry.order() == LoopOrder::WeightStationary {
        census.add(AndOr, 1, 1); // load
    }
    if has_decoder(geometry) {
        census.add_census(&decoder(geometry), geometry.ports.into());
    }
    census
}

/// The decoder of one port.
fn decoder(geometry: &Geometry) -> Census {
    let (group_size, tables) = (geometry.group_size, geometry.tables.into());
    let five_trit = geometry.weights == WeightFormat::FiveTrit;
    if five_trit && group_size == TRITS_A_BYTE {
        // Negative, larger and smaller, difference.
        return copies(&sum_of(&[(Comparator, 1, 8), (Multiplexer, 2, 8), (Adder, 1, 9)]), tables);
    }
    let mut census = if five_trit { five_trit::census(geometry.lanes()) } else { Census::default() };
    if group_size > 1 {
        census.add_census(&key_encoder(group_size), tables);
    }
    census
}

/// A table for each three trits, the sum of the tables, and its magnitude.
fn key_encoder(group_size: u32) -> Census {
    let head = group_size.min(TABLE_TRITS);
    let tail = group_size - head;
    let part_bits = |trits: u32, weight: u32| bits_up_to((key::entries(trits) * weight).into());
    let (head_bits, tail_bits) = (part_bits(head, 3u32.pow(tail)), part_bits(tail, 1));
    let (two_parts, magnitude) = (u64::from(tail > 0), key::magnitude_bits(group_size));
    sum_of(&[
        (Table, 1, head_bits << (2 * head)),
        (Table, two_parts, tail_bits << (2 * tail)),
        (Adder, two_parts, head_bits + 1), // sum of the parts
        (Xor, 1, magnitude),               // flipped
        (Adder, 1, magnitude + 1),         // magnitude
    ])
}

/// The tree of one port, without the adder that makes one word of terms and accumulator.
fn reduction(geometry: &Geometry, element: &ElementCensus) -> Census {
    let (terms, magnitude, owing) = (geometry.tables.into(), element.magnitude, element.owing);
    let mut census = match geometry.reduction {
        ReductionStyle::Tree(adders) => adders.census(terms, magnitude, owing),
        ReductionStyle::Compressed(tree, _) => Plan::new(&profile(geometry, element), &tree.compression()).census(),
    };
    if geometry.partial_sum == PartialSum::Registered {
        census.add(EnabledRegister, 1, partial_bits(terms, magnitude, owing).into());
        census.add(EnabledRegister, owing.into(), 1);
    }
    census
}

/// One adder a port, in the loop or behind it, the register of the last sums, and in table-stationary order the memory
/// of all sums.
fn accumulate(geometry: &Geometry) -> Census {
    let (ports, bits) = (u64::from(geometry.ports), geometry.sum_shape().width);
    let all_bits = bits * geometry.ports;
    let mut census = sum_of(&[
        (Adder, ports, geometry.accumulator_bits() + 1), // total
        (AndOr, 1, 1),                                   // sum valid
        (EnabledRegister, 1, all_bits),                  // accumulator
        (Inverter, 1, 1),                                // continue
        (AndOr, ports, bits),                            // base
    ]);
    if let Some(kept) = geometry.kept_sums() {
        let stored = sum_of(&[
            (Memory, 1, kept * all_bits),
            (AndOr, 4, 1),                        // store, fetch 2, same tile
            (Inverter, 2, 1),                     // of last, coming first
            (Comparator, 1, kept_bits(geometry)), // same tile
            (Register, 1, 1),                     // forward
            (Multiplexer, 1, all_bits),           // last sum or fetched
        ]);
        census.add_census(&stored, 1);
    }
    census
}

/// What makes a sum of a single tile one word.
fn complete(geometry: &Geometry, element: &ElementCensus) -> Census {
    let (ports, bits) = (u64::from(geometry.ports), geometry.accumulator_bits() + 1);
    let partial = partial_bits(geometry.tables.into(), element.magnitude, element.owing);
    match (geometry.reduction, geometry.accumulation()) {
        (ReductionStyle::Tree(_), _) if !element.owing => Census::default(),
        (ReductionStyle::Tree(_), _) => sum_of(&[(Adder, ports, partial.max(OWED_BITS) + 1)]),
        (ReductionStyle::Compressed(..), Accumulation::Resolved) => sum_of(&[(Adder, ports, bits)]),
        (ReductionStyle::Compressed(..), Accumulation::CarrySave) => sum_of(&[
            (Adder, ports, bits),
            (AndOr, 1, 1), // sum valid
            (EnabledRegister, 1, geometry.sum_shape().width * geometry.ports),
        ]),
    }
}

/// The result register and its mask.
fn results(geometry: &Geometry) -> Census {
    let (ports, bits) = (u64::from(geometry.ports), geometry.accumulator_bits());
    sum_of(&[
        (Comparator, ports, geometry.output_count_bits()), // lanes within y
        (AndOr, ports, bits),                              // mask
        (EnabledRegister, 1, bits * geometry.ports),       // data
        (EnabledRegister, 1, geometry.ports),              // keep
        (EnabledRegister, 1, 1),                           // last
    ])
}
