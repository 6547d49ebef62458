//! Wallace's order: stage by stage, three words become two.

use std::collections::BTreeMap;

use super::draft::Draft;
use super::greedy::settle;
use super::plan::{BitId, Origin};
use super::{Compression, Counter, Profile};

/// Bits in neighbouring columns.
#[derive(Clone)]
struct Word {
    low: u32,
    bits: Vec<BitId>,
}

impl Word {
    /// The column above.
    fn end(&self) -> u32 {
        self.low + self.bits.len() as u32
    }

    fn bit(&self, column: u32) -> Option<BitId> {
        self.bits.get(column.checked_sub(self.low)? as usize).copied()
    }
}

/// Which three words meet.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Grouping {
    /// Those of one shape, then what is left of each: adders side by side are alike.
    Shapes,
    /// Neighbours, whatever their shape, in as few rows as the most bits of a column, by full and half adders only: with both no
    /// stage more than Dadda promises.
    Rows,
}

/// Stages until no column holds more than two bits; then the columns above those that leave a carry each.
pub(super) fn compress(profile: &Profile, compression: &Compression, grouping: Grouping) -> Draft {
    let dense = profile.carries().dense_below(profile.width());
    let mut tree = WordTree { draft: Draft::new(profile), compression, dense, grouping };
    let mut words = tree.words(profile);
    for stage in 1.. {
        if height(&words) <= 2 {
            break;
        }
        words = tree.stage(stage, words);
    }
    for word in words {
        (word.low..).zip(word.bits).for_each(|(column, bit)| tree.draft.columns[column as usize].push(bit));
    }
    settle(tree.draft, profile.carries())
}

/// The most bits of a column.
fn height(words: &[Word]) -> usize {
    let mut heights = BTreeMap::<u32, usize>::new();
    for word in words {
        (word.low..word.end()).for_each(|column| *heights.entry(column).or_default() += 1);
    }
    heights.into_values().max().unwrap_or(0)
}

struct WordTree<'a> {
    draft: Draft,
    compression: &'a Compression,
    /// What stands in this column or above waits.
    dense: u32,
    grouping: Grouping,
}

impl WordTree<'_> {
    /// The words of the heap and the ones of its constant; these bits leave the draft.
    fn words(&mut self, profile: &Profile) -> Vec<Word> {
        let dense = self.dense as usize;
        let heap: Vec<Vec<BitId>> = self.draft.columns[..dense].iter_mut().map(std::mem::take).collect();
        let is_one = |id: &&BitId| self.draft.bit(**id).origin == Origin::One;
        let ones = (0..).zip(&heap).filter_map(|(column, bits)| Some((column, *bits.iter().rfind(is_one)?)));
        let mut words = runs(ones.collect());
        for word in profile.words() {
            let dense = word.iter().filter(|&&(column, _)| column < self.dense);
            words.extend(runs(dense.map(|&(column, row)| (column, heap[column as usize][row as usize])).collect()));
        }
        words
    }

    /// What a stage leaves of words.
    fn stage(&mut self, stage: u32, words: Vec<Word>) -> Vec<Word> {
        let (mut next, rest) = match self.grouping {
            Grouping::Shapes => self.count_shapes(stage, words),
            Grouping::Rows => (vec![], words),
        };
        for three in rows(rest).chunks(3) {
            match three {
                [first, second, third] => next.extend(self.add(stage, [first, second, third])),
                less => next.extend(less.iter().flatten().cloned()),
            }
        }
        next
    }

    /// Words of one shape by counters side by side, in each column the same ones; and the words that are left.
    fn count_shapes(&mut self, stage: u32, words: Vec<Word>) -> (Vec<Word>, Vec<Word>) {
        let mut shapes = BTreeMap::<_, Vec<Word>>::new();
        for word in words {
            let arrival = word.bits.iter().map(|&id| self.draft.bit(id).arrival).max();
            shapes.entry((word.low, word.end(), arrival)).or_default().push(word);
        }
        let (mut next, mut rest) = (Vec::new(), Vec::new());
        for mut words in shapes.into_values() {
            while let Some(counter) = self.compression.largest(words.len()) {
                let groups = words.len() / counter.inputs();
                let waiting = words.split_off(groups * counter.inputs());
                // The first of a third, or of what a counter takes: operands of neighbours then stand side by side.
                for first in 0..groups {
                    let group: Vec<&Word> = words.iter().skip(first).step_by(groups).collect();
                    next.extend(self.count(stage, counter, &group));
                }
                words = waiting;
            }
            rest.append(&mut words);
        }
        (next, rest)
    }

    /// Counters of one kind over words of one shape.
    fn count(&mut self, stage: u32, counter: Counter, words: &[&Word]) -> Vec<Word> {
        let mut made = Made::default();
        let mut sideways = None;
        for column in words[0].low..words[0].end() {
            let mut inputs: Vec<BitId> = words.iter().filter_map(|word| word.bit(column)).collect();
            inputs.extend(sideways.take());
            let outputs = self.draft.place(counter, stage, column, &inputs);
            self.keep_all(&mut made, column, outputs.bits);
            sideways = outputs.sideways;
        }
        sideways.into_iter().for_each(|id| self.keep(&mut made, 2, id));
        made.words()
    }

    /// Full adders where three rows have a bit. Where two have, the carry from below is the third and a half adder takes two, and
    /// where there is none both stay as they are.
    fn add(&mut self, stage: u32, rows: [&Vec<Word>; 3]) -> Vec<Word> {
        let low = rows.iter().flat_map(|row| row.iter()).map(|word| word.low).min().unwrap_or(0);
        let end = rows.iter().flat_map(|row| row.iter()).map(Word::end).max().unwrap_or(0);
        let (mut made, mut has_carry) = (Made::default(), false);
        for column in low..end {
            let bits: Vec<BitId> = rows.iter().flat_map(|row| row.iter()).filter_map(|word| word.bit(column)).collect();
            let counter = match bits.len() {
                3 => Some(Counter::FullAdder),
                2 if has_carry && self.compression.counters.contains(&Counter::HalfAdder) => Some(Counter::HalfAdder),
                _ => None,
            };
            match counter {
                Some(counter) => {
                    let outputs = self.draft.place(counter, stage, column, &bits);
                    self.keep_all(&mut made, column, outputs.bits);
                }
                None => {
                    let beside_carry = if has_carry { [0, 2] } else { [0, 1] };
                    bits.into_iter().zip(beside_carry).for_each(|(id, word)| made.push(word, column, id));
                }
            }
            has_carry = counter.is_some();
        }
        made.words()
    }

    /// What counters of a column leave: sums, carries and carries of carries.
    fn keep_all(&mut self, made: &mut Made, column: u32, bits: Vec<BitId>) {
        for id in bits {
            let word = self.draft.bit(id).column - column;
            self.keep(made, word, id);
        }
    }

    /// A bit that counters leave; too high to be added yet, it goes back to the draft.
    fn keep(&mut self, made: &mut Made, word: u32, id: BitId) {
        let column = self.draft.bit(id).column;
        match column < self.dense {
            true => made.push(word, column, id),
            false => self.draft.columns[column as usize].push(id),
        }
    }
}

/// What counters side by side leave: up to three words, which may have gaps.
#[derive(Default)]
struct Made([Vec<(u32, BitId)>; 3]);

impl Made {
    fn push(&mut self, word: u32, column: u32, id: BitId) {
        self.0[word as usize].push((column, id));
    }

    fn words(self) -> Vec<Word> {
        self.0.into_iter().flat_map(runs).collect()
    }
}

/// Bits by ascending column as words without gaps.
fn runs(bits: Vec<(u32, BitId)>) -> Vec<Word> {
    let neighbours = bits.chunk_by(|(below, _), (column, _)| below + 1 == *column);
    neighbours.map(|run| Word { low: run[0].0, bits: run.iter().map(|&(_, id)| id).collect() }).collect()
}

/// Words that share no column in one row: as few rows as the most words of a column.
fn rows(mut words: Vec<Word>) -> Vec<Vec<Word>> {
    words.sort_by_key(|word| (word.low, word.end()));
    let mut rows: Vec<Vec<Word>> = Vec::new();
    for word in words {
        match rows.iter_mut().find(|row| row.last().is_none_or(|below| below.end() <= word.low)) {
            Some(row) => row.push(word),
            None => rows.push(vec![word]),
        }
    }
    rows
}
