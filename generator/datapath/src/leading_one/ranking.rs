//! The best candidates so far, in order: an insertion sorter of one cycle a candidate.

use super::parameters::Config;
use crate::census::{copies, sum_of};
use tritloom_hdl::Primitive::{AndOr, Comparator, EnabledRegister, Inverter, Multiplexer, ResetRegister};
use tritloom_hdl::{Census, Module, ModuleBuilder, sint, uint};

/// Every entry compares its score with the candidate's. Those ahead of it stay, those behind move down by one, and the
/// candidate takes the place between. Shifted, all move up by one.
///
/// Inputs `insert` with `score` and `index`, `shift` and with it `clear`, which empties the ranking; `insert` and `shift`
/// exclude one another. Outputs `best` and `score`, `index` of it, and whether there is a `second`.
pub(super) fn ranking(config: &Config) -> Module {
    let (entries, score_bits, index_bits) = (config.max_k, config.score_bits(), config.index_bits());
    let m = ModuleBuilder::new(
        format!("ranking_k{entries}_s{score_bits}_i{index_bits}"),
        format!("Keeps the best {entries} of a stream of scores, in order; of equal ones the earlier is the better."),
    );
    m.parameter("entries", entries);
    m.parameter("score bits", score_bits);
    m.parameter("index bits", index_bits);
    let insert = m.documented_input("insert", uint(1), "a candidate");
    let score = m.input("score", sint(score_bits));
    let index = m.input("index", uint(index_bits));
    let shift = m.documented_input("shift", uint(1), "the best leaves");
    let clear = m.documented_input("clear", uint(1), "and so do all others");

    m.section("Entries");
    m.comment("Entry i is lane i + 1: above the best stands the candidate, below the last nobody.");
    let candidate = m.concat(&[&index, &score.as_unsigned()]);
    let valid = m.lanes("valid", uint(1), entries + 2);
    let held = m.lanes("held", candidate.shape(), entries + 2);
    let ahead = m.lanes("ahead", uint(1), entries + 1);
    valid.drive(0, &m.uint(1, 1));
    held.drive(0, &candidate);
    ahead.drive(0, &m.uint(1, 1));
    valid.drive(entries + 1, &m.uint(0, 1));
    held.drive(entries + 1, &m.uint(0, candidate.width()));
    let move_valid = m.wire("move_valid", &(&insert | &shift));
    let stay_valid = m.wire("stay_valid", &!&clear);
    m.repeat("entry", entries, |entry| {
        let entry_valid = m.register("entry_valid", uint(1));
        let entry_held = m.register("entry_held", candidate.shape());
        let entry_score = entry_held.value().slice(0, score_bits).as_signed();
        let entry_ahead = m.wire("entry_ahead", &(entry_valid.value() & score.less_equal(&entry_score)));
        let moved = m.wire("moved", &(&shift | (&insert & !&entry_ahead)));
        let from_above = ahead.lane(entry).mux(&candidate, &held.lane(entry));
        entry_held.enable(&moved).next(&shift.mux(&held.lane(entry + 2), &from_above));
        let moved_valid = shift.mux(&valid.lane(entry + 2), &valid.lane(entry));
        entry_valid.reset(0).enable(&move_valid).next(&(moved_valid & &stay_valid));
        valid.drive(entry + 1, &entry_valid);
        held.drive(entry + 1, &entry_held);
        ahead.drive(entry + 1, &entry_ahead);
    });

    m.section("Outputs");
    let best = held.lane(1);
    m.documented_output("best", &valid.lane(1), "there is a best");
    m.output("best_score", &best.slice(0, score_bits).as_signed());
    m.output("best_index", &best.slice(score_bits, index_bits));
    m.documented_output("second", &valid.lane(2), "there is another behind it");
    m.finish()
}

/// The primitives of [`ranking`].
pub(super) fn ranking_census(config: &Config) -> Census {
    let bits = config.score_bits() + config.index_bits();
    let entry = sum_of(&[
        (Comparator, 1, config.score_bits()),
        (AndOr, 4, 1),              // ahead, moved 2, valid
        (Inverter, 1, 1),           // of ahead
        (Multiplexer, 2, bits),     // candidate or above, above or below
        (Multiplexer, 1, 1),        // valid: above or below
        (EnabledRegister, 1, bits), // held
        (ResetRegister, 1, 1),      // valid
    ]);
    let mut census = copies(&entry, config.max_k.into());
    census.add(AndOr, 1, 1); // move valid
    census.add(Inverter, 1, 1); // of clear
    census
}
