//! Compression column by column, the earliest bits first; carries join the next column when they are made.

use super::draft::Draft;
use super::plan::BitId;
use super::{Carries, Compression, Counter};

/// Columns from the bottom, each until it holds two bits; those above the ones that leave a carry each as [`settle`] says.
///
/// A full adder takes two bits off a column. Where the number to take is odd, a half adder comes first, over the
/// earliest two bits, so that its carry is early too: behind the full adders, the next column would wait for it.
pub(super) fn compress(mut draft: Draft, carries: Carries, compression: &Compression) -> Draft {
    let has_half_adders = compression.counters.contains(&Counter::HalfAdder);
    for column in 0..carries.dense_below(draft.columns.len() as u32) as usize {
        let mut pool = std::mem::take(&mut draft.columns[column]);
        if has_half_adders && pool.len() > 2 && pool.len() % 2 == 1 {
            add_earliest(&mut draft, Counter::HalfAdder, column, &mut pool);
        }
        while pool.len() > 2 {
            add_earliest(&mut draft, Counter::FullAdder, column, &mut pool);
        }
        draft.columns[column] = pool;
    }
    settle(draft, carries)
}

/// The columns above those that leave a carry each, from the bottom, each until it holds a bit of the sum and the carries that
/// may be left over; the others pass through the columns above. Full adders first: with the constant they are two gates.
pub(super) fn settle(mut draft: Draft, carries: Carries) -> Draft {
    for column in carries.dense_below(draft.columns.len() as u32) as usize..draft.columns.len() {
        let mut pool = std::mem::take(&mut draft.columns[column]);
        let left = 1 + carries.of_column(column as u32) as usize;
        while pool.len() > left {
            let counter = if pool.len() - left == 1 { Counter::HalfAdder } else { Counter::FullAdder };
            add_earliest(&mut draft, counter, column, &mut pool);
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
