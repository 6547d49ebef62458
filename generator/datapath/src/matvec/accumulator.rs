//! Where running sums live between beats.

use super::geometry::{Accumulation, Geometry};
use crate::arith::adder::{CarryOut, FinalAdder};
use tritloom_hdl::{LaneWire, Lanes, ModuleBuilder, Staged, Value, sint, uint};

/// What the accumulators see of a beat, in the stage of its sum and in the one before.
pub(super) struct Beat<'a> {
    /// The stage of its sum.
    pub stage: u32,
    /// A beat is there.
    pub valid: &'a Staged,
    /// It begins new sums.
    pub first: &'a Staged,
    /// It is their last.
    pub last: &'a Staged,
    /// Its tile of outputs, or its vector, where sums are kept in a memory.
    pub tile: &'a Staged,
}

/// Drives `bases`, to which the ports add, from their `sums` of earlier beats. Sums begin at zero with the first
/// beat of a run, so nothing needs clearing between runs. Gives the sums of the last beat, out of their register, where
/// something reads them: the next beat, or the adders of [`completed`].
pub(super) fn accumulators(
    m: &ModuleBuilder,
    geometry: &Geometry,
    bases: Option<&LaneWire>,
    sums: &Lanes,
    beat: &Beat<'_>,
    advance: &Value,
) -> Option<Lanes> {
    if bases.is_none() && geometry.accumulation() == Accumulation::Resolved {
        return None;
    }
    let shape = geometry.sum_shape();
    let taken = m.wire("sum_valid", &(advance & beat.valid.at(beat.stage)));
    let sum = m.register("accumulator", uint(shape.width * geometry.ports));
    sum.enable(&taken).next(&sums.flat().as_unsigned());
    if let Some(bases) = bases {
        let kept = match geometry.kept_sums() {
            None => sum.value().clone(),
            Some(words) => stored(m, words, sum.value(), &sums.flat().as_unsigned(), beat, advance),
        };
        let kept = kept.lanes(shape, geometry.ports);
        let keep = m.wire("continue_sum", &!beat.first.at(beat.stage));
        m.repeat("base", geometry.ports, |port| {
            let base = kept.lane(port).as_unsigned() & keep.replicate(shape.width);
            bases.drive(port, &if shape.signed { base.as_signed() } else { base });
        });
    }
    Some(sum.value().lanes(shape, geometry.ports))
}

/// The completed sums, a word a port: what the ports give, or one stage later, in which the accumulators hold their last
/// sums, the two words of these through an adder a port.
///
/// The adders are not shared: where a run is one tile of inputs long, every port completes a sum in every cycle.
pub(super) fn completed(m: &ModuleBuilder, geometry: &Geometry, sums: &Lanes, accumulated: Option<Lanes>) -> Lanes {
    let (Accumulation::CarrySave, Some(accumulated)) = (geometry.accumulation(), accumulated) else {
        return sums.clone();
    };
    let width = geometry.accumulator_bits();
    let resolved = m.lanes("resolved", sint(width), geometry.ports);
    m.repeat("resolved_port", geometry.ports, |port| {
        let words = accumulated.lane(port);
        let rows = (&words.slice(0, width), &words.slice(width, width));
        let sum = FinalAdder::Synthesiser.add(m, "resolve", rows, &m.uint(0, 1), CarryOut::Dropped);
        resolved.drive(port, &sum.as_signed());
    });
    (*resolved).clone()
}

/// A memory keeps the sums of all output tiles, or of all vectors. A word that is written while it is read, as happens in
/// runs of a single tile or vector, comes from the register of the last sum instead.
fn stored(m: &ModuleBuilder, words: u32, last_sum: &Value, sums: &Value, beat: &Beat<'_>, advance: &Value) -> Value {
    let (coming, stage, tile) = (beat.stage - 1, beat.stage, beat.tile);
    let coming_tile = tile.at(coming);
    let memory = m.memory("sums", sums.shape(), words);
    let store = m.wire("store_sum", &(advance & beat.valid.at(stage) & !beat.last.at(stage)));
    memory.write(&store, &tile.at(stage), sums);
    let fetch = m.wire("fetch_sum", &(advance & beat.valid.at(coming) & !beat.first.at(coming)));
    let fetched = memory.read("fetched", &fetch, &coming_tile);
    let same = m.wire("same_tile", &(beat.valid.at(stage) & coming_tile.equals(&tile.at(stage))));
    // No enable: in a stall the flag goes on to compare its beat with the one behind it instead of the one before. Both
    // say the same, since the beats of a run either all have one tile or never the same one twice in a row; and the
    // first beats of a run, which may have the tile of a run before, read no sum.
    let forward = m.delay("forward", &same, None);
    forward.mux(last_sum, &fetched)
}
