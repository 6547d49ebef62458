//! The primitives of the unit in closed form, in the order in which data passes.

use super::code::{CODE_BITS, OPERAND_BITS, encoder_census};
use super::parameters::Config;
use super::ranking::ranking_census;
use super::score::{products_census, reduction_census};
use crate::census::{Parts, copies, sum_of};
use crate::replay::replayed_census;
use crate::sequencer::{always_at_most, sequencer_census};
use tritloom_hdl::Census;
use tritloom_hdl::Primitive::{
    Adder, AndOr, Comparator, EnabledRegister, Inverter, Multiplexer, Reduction, ResetRegister,
};

pub(super) fn census_by_part(config: &Config) -> Parts {
    vec![
        ("control", control(config)),
        ("codes", codes(config)),
        ("products", products_census(config)),
        ("reduction", reduction_census(config)),
        ("ranking", ranking_census(config)),
        ("results", results(config)),
    ]
}

/// The sequencer, the joining of the streams, and what travels with a beat.
fn control(config: &Config) -> Census {
    let nest = config.nest();
    let mut census = sequencer_census(&nest);
    let run_bits = [config.score_bits(), config.k_bits(), 1];
    run_bits.iter().for_each(|&bits| census.add(EnabledRegister, 3, bits.into()));
    let entry = sum_of(&[
        (Inverter, 1, 1),                  // of fresh
        (AndOr, 7, 1),                     // able, supplied, issue 2, the readies, start
        (ResetRegister, 2, 1),             // valid
        (EnabledRegister, 1, 1),           // first
        (EnabledRegister, 6, 1),           // last, last key, counts
        (Reduction, 1, nest.outer_bits()), // counts
        (AndOr, 2, 1),                     // enable of the score, complete
    ]);
    census.add_census(&entry, 1);
    census
}

/// Mask, encoders, and the registers and the memory of codes.
fn codes(config: &Config) -> Census {
    let (lanes, nest) = (config.lanes, config.nest());
    let beat_bits = CODE_BITS * lanes;
    let mut census = copies(&encoder_census(), 2 * u64::from(lanes));
    let mask = sum_of(&[
        (Comparator, lanes.into(), nest.inner_bits()), // places within the head
        (AndOr, lanes.into(), OPERAND_BITS),           // mask
        (AndOr, 1, 1),                                 // load
        (EnabledRegister, 1, beat_bits),               // keys
    ]);
    census.add_census(&mask, 1);
    match config.one_tile() {
        true => census.add(EnabledRegister, 1, beat_bits.into()),
        false => census.add_census(&replayed_census(nest.kept_tiles(), beat_bits), 1),
    }
    census
}

/// Who survives, the index, the way out of the ranking, and the result register.
fn results(config: &Config) -> Census {
    let (score, index, k) = (config.score_bits(), config.index_bits(), config.k_bits());
    let compared = u64::from(!always_at_most(1, k));
    sum_of(&[
        (Inverter, 2, 1),            // of result valid, of free
        (AndOr, 1, 1),               // free
        (Adder, 1, index + 1),       // next index
        (Inverter, 1, 1),            // of last key
        (AndOr, 1, index),           // index begins anew
        (ResetRegister, 1, index),   // index
        (AndOr, 1, 1),               // its enable
        (Comparator, 1, score),      // above the threshold
        (AndOr, 2, 1),               // survives
        (Inverter, 1, 1),            // of ranked
        (AndOr, 3, 1),               // tell at once
        (AndOr, 3, 1),               // blocked
        (Inverter, 1, 1),            // advance
        (AndOr, 2, 1),               // emit key, ranks
        (AndOr, 3, 1),               // emit best, told, insert
        (AndOr, 4, 1),               // begin 2, telling 2
        (Inverter, 1, 1),            // of told
        (ResetRegister, 2, 1),       // telling, result valid
        (Adder, 1, k + 1),           // one less
        (Multiplexer, 1, k),         // k left
        (EnabledRegister, 1, k),     // k left
        (AndOr, 1, 1),               // its enable
        (Comparator, compared, k),   // at most one is left
        (Inverter, 1, 1),            // of second
        (AndOr, 1, 1),               // last best
        (AndOr, 2, 1),               // emit, next result valid
        (Reduction, 1, k),           // within k
        (AndOr, 1, 1),               // best within k
        (Multiplexer, 2, 1),         // keep, last
        (Multiplexer, 1, index),     // told index
        (Multiplexer, 1, score),     // told score
        (AndOr, 1, index),           // index where kept
        (AndOr, 1, score),           // score where kept
        (EnabledRegister, 1, index), // result
        (EnabledRegister, 1, score), // result
        (EnabledRegister, 2, 1),     // keep, last
    ])
}
