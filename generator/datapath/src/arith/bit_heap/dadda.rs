//! Dadda's order: stage by stage, what a stage makes waits for the next.

use super::draft::Draft;
use super::greedy::settle;
use super::plan::BitId;
use super::{Carries, Compression, Counter};

/// Stages until no column holds more than two bits; then the columns above those that leave a carry each.
pub(super) fn compress(mut draft: Draft, carries: Carries, compression: &Compression) -> Draft {
    let dense = carries.dense_below(draft.columns.len() as u32) as usize;
    for stage in 1.. {
        let height = draft.columns[..dense].iter().map(Vec::len).max().unwrap_or(0);
        if height <= 2 {
            break;
        }
        Stage::new(&mut draft, compression, stage, compression.target(height)).run(dense);
    }
    settle(draft, carries)
}

struct Stage<'a> {
    draft: &'a mut Draft,
    compression: &'a Compression,
    number: u32,
    /// What every column is reduced to.
    target: usize,
    /// By column, what this stage leaves to the next.
    left: Vec<Vec<BitId>>,
    /// By column, carries that a 4:2 of this stage may take; the others are left to the next.
    sideways: Vec<Vec<BitId>>,
}

impl Stage<'_> {
    fn new<'a>(draft: &'a mut Draft, compression: &'a Compression, number: u32, target: usize) -> Stage<'a> {
        let empty = vec![Vec::new(); draft.columns.len()];
        Stage { draft, compression, number, target, left: empty.clone(), sideways: empty }
    }

    /// Runs over the lowest columns; what stands above waits.
    fn run(mut self, columns: usize) {
        for column in columns..self.left.len() {
            self.left[column] = std::mem::take(&mut self.draft.columns[column]);
        }
        for column in 0..columns {
            let mut waiting = std::mem::take(&mut self.draft.columns[column]);
            self.draft.sort_by_arrival(&mut waiting);
            while let Some(counter) = self.next_counter(column, waiting.len()) {
                let rest = waiting.split_off(counter.inputs());
                self.place(counter, column, std::mem::replace(&mut waiting, rest));
            }
            self.left[column].append(&mut waiting);
            let unused = std::mem::take(&mut self.sideways[column]);
            self.left[column].extend(unused);
        }
        if let Some(above) = self.sideways.get_mut(columns) {
            self.left[columns].append(above);
        }
        self.draft.columns = self.left;
    }

    fn next_counter(&self, column: usize, waiting: usize) -> Option<Counter> {
        let sideways = self.sideways[column].len();
        let height = self.left[column].len() + waiting + sideways;
        self.compression.fitting(height.saturating_sub(self.target), waiting, sideways)
    }

    fn place(&mut self, counter: Counter, column: usize, mut inputs: Vec<BitId>) {
        if counter == Counter::FourTwo {
            inputs.extend(self.sideways[column].pop());
        }
        let outputs = self.draft.place(counter, self.number, column as u32, &inputs);
        for id in outputs.bits {
            let column = self.draft.bit(id).column as usize;
            self.left[column].push(id);
        }
        if let Some(id) = outputs.sideways {
            self.sideways[column + 1].push(id);
        }
    }
}
