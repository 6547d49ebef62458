//! Compression column by column, the earliest bits first; carries join the next column when they are made.

use super::draft::Draft;
use super::plan::BitId;
use super::{Compression, Counter};

/// Columns from the bottom, each until it holds two bits.
///
/// A full adder takes two bits off a column. Where the number to take is odd, a half adder comes first, over the
/// earliest two bits, so that its carry is early too: behind the full adders, the next column would wait for it.
pub(super) fn compress(mut draft: Draft, compression: &Compression) -> Draft {
    let has_half_adders = compression.counters.contains(&Counter::HalfAdder);
    for column in 0..draft.columns.len() {
        let mut pool = std::mem::take(&mut draft.columns[column]);
        if has_half_adders && pool.len() > 2 && pool.len() % 2 == 1 {
            add_earliest(&mut draft, Counter::HalfAdder, column, &mut pool);
        }
        while pool.len() > 2 {
            add_earliest(&mut draft, Counter::FullAdder, column, &mut pool);
        }
        draft.columns[column] = pool;
    }
    draft
}

/// Replaces the earliest bits of the pool by their sum and gives their carry to the next column.
fn add_earliest(draft: &mut Draft, counter: Counter, column: usize, pool: &mut Vec<BitId>) {
    draft.sort_by_arrival(pool);
    let inputs: Vec<BitId> = pool.drain(..counter.inputs()).collect();
    let stage = 1 + inputs.iter().map(|&id| draft.bit(id).stage).max().unwrap_or(0);
    for id in draft.place(counter, stage, column as u32, &inputs).bits {
        let target = draft.bit(id).column as usize;
        let bits = if target == column { &mut *pool } else { &mut draft.columns[target] };
        bits.push(id);
    }
}
