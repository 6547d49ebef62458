//! Whether drivers cover the lanes of a wire, each lane once, told from their index expressions without running
//! through the iterations: an array of any size costs the same.

use crate::builder::Affine;
use crate::design::{Drive, LoopId, ModuleData, Wire};

/// The lanes that one driver drives: `first + sum of stride * i` with each `i` below its count.
struct Pattern {
    first: i64,
    /// Strides and counts, the largest stride first; strides are positive, or zero where a loop repeats a lane.
    terms: Vec<(i64, i64)>,
}

/// Whether each lane certainly has one driver. Where lanes are dealt out in a way that is no interval, nor the same
/// arrangement of intervals over and over, the answer is no although it may be so.
pub(super) fn is_exact(module: &ModuleData, wire: &Wire) -> bool {
    let patterns = wire.drives.iter().map(|drive| Pattern::of(module, wire, drive)).collect();
    fill(patterns, i64::from(wire.lanes))
}

fn fill(mut patterns: Vec<Pattern>, lanes: i64) -> bool {
    let common = patterns.first().and_then(|pattern| pattern.terms.first().copied());
    let repeats = |(stride, count): (i64, i64)| {
        stride * count == lanes
            && count > 1
            && patterns
                .iter()
                .all(|pattern| pattern.terms.first() == Some(&(stride, count)) && pattern.rest_fits(stride))
    };
    if let Some((stride, _)) = common.filter(|&term| repeats(term)) {
        for pattern in &mut patterns {
            pattern.terms.remove(0);
        }
        return fill(patterns, stride);
    }
    let intervals: Option<Vec<(i64, i64)>> = patterns.iter().map(Pattern::interval).collect();
    let Some(mut intervals) = intervals else { return false };
    intervals.sort_unstable();
    let end = intervals.iter().try_fold(0, |end, &(first, length)| (first == end).then_some(end + length));
    end == Some(lanes)
}

impl Pattern {
    fn of(module: &ModuleData, wire: &Wire, drive: &Drive) -> Pattern {
        let whole = Affine::default();
        let lane = drive.lane.as_ref().unwrap_or(&whole);
        let mut first = lane.constant;
        let mut terms = Vec::new();
        for of in module.loops_between(drive.scope, wire.scope) {
            let count = i64::from(module.loops[of.index()].count);
            let factor = factor_of(lane, of);
            // A loop that runs downwards drives what one that runs upwards does.
            first += (factor * (count - 1)).min(0);
            terms.push((factor.abs(), count));
        }
        terms.sort_unstable_by_key(|term| std::cmp::Reverse(*term));
        Pattern { first, terms: merged(terms) }
    }

    /// Whether all but the first term lie within `0 .. end`.
    fn rest_fits(&self, end: i64) -> bool {
        let last = self.first + self.terms[1..].iter().map(|(stride, count)| stride * (count - 1)).sum::<i64>();
        self.first >= 0 && last < end
    }

    /// First lane and length, where it drives neighbours.
    fn interval(&self) -> Option<(i64, i64)> {
        match self.terms.as_slice() {
            [] => Some((self.first, 1)),
            [(1, count)] => Some((self.first, *count)),
            _ => None,
        }
    }
}

fn factor_of(lane: &Affine, of: LoopId) -> i64 {
    lane.terms.iter().filter(|term| term.0 == of).map(|term| term.1).sum()
}

/// Rows of neighbours that follow one another without gap are one row.
fn merged(terms: Vec<(i64, i64)>) -> Vec<(i64, i64)> {
    let mut merged: Vec<(i64, i64)> = Vec::new();
    for (stride, count) in terms {
        match merged.last_mut() {
            Some(outer) if outer.0 == stride * count => *outer = (stride, outer.1 * count),
            _ => merged.push((stride, count)),
        }
    }
    merged
}
