//! Where running sums live between beats.

use super::geometry::{Geometry, LoopOrder};
use tritloom_hdl::{LaneWire, Lanes, ModuleBuilder, Value, sint, uint};

/// What the accumulators see of a beat: one stage before its sum, and in the stage of its sum.
pub(super) struct Beat {
    /// One stage before: a beat is there.
    pub coming: Value,
    /// One stage before: it begins new sums.
    pub coming_first: Value,
    /// One stage before: its tile of outputs.
    pub coming_tile: Value,
    /// A beat is there.
    pub valid: Value,
    /// It begins new sums.
    pub first: Value,
    /// It completes them.
    pub last: Value,
    /// Its tile of outputs.
    pub tile: Value,
}

/// Drives `bases`, to which the ports add, from their `sums` of earlier beats. Sums begin at zero with the first
/// beat of a run, so nothing needs clearing between runs.
pub(super) fn accumulators(
    m: &ModuleBuilder,
    geometry: &Geometry,
    bases: &LaneWire,
    sums: &Lanes,
    beat: &Beat,
    advance: &Value,
) {
    let width = geometry.accumulator_bits();
    let taken = m.wire("sum_valid", &(advance & &beat.valid));
    let sum = m.register("accumulator", uint(width * geometry.ports));
    sum.enable(&taken).next(&sums.flat().as_unsigned());
    let kept = match geometry.loop_order {
        LoopOrder::OutputStationary => sum.value().clone(),
        LoopOrder::TableStationary => stored(m, geometry, sum.value(), &sums.flat().as_unsigned(), beat, advance),
    };
    let kept = kept.lanes(sint(width), geometry.ports);
    let keep = m.wire("continue_sum", &!&beat.first);
    m.repeat("base", geometry.ports, |port| {
        let gate = keep.replicate(width);
        bases.drive(port, &(kept.lane(port).as_unsigned() & gate).as_signed());
    });
}

/// Table stationary: a memory keeps the sums of all output tiles. A word that is written while it is read, as
/// happens in runs of a single output tile, comes from the register of the last sum instead.
fn stored(
    m: &ModuleBuilder,
    geometry: &Geometry,
    last_sum: &Value,
    sums: &Value,
    beat: &Beat,
    advance: &Value,
) -> Value {
    let memory = m.memory("sums", sums.shape(), geometry.nest().kept_tiles());
    let store = m.wire("store_sum", &(advance & &beat.valid & !&beat.last));
    memory.write(&store, &beat.tile, sums);
    let fetch = m.wire("fetch_sum", &(advance & &beat.coming & !&beat.coming_first));
    let fetched = memory.read("fetched", &fetch, &beat.coming_tile);
    let same = m.wire("same_tile", &(&beat.valid & beat.coming_tile.equals(&beat.tile)));
    let forward = m.delay("forward", &same, Some(advance));
    forward.mux(last_sum, &fetched)
}
