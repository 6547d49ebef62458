//! Sums that are compressed apart and join another one.

use super::{BitHeap, Compression, Plan, Profile, hardware};
use tritloom_hdl::{Census, LaneWire, Module, ModuleBuilder, Value, bits_for, uint};

/// The ports of a module that makes a partial sum.
pub(super) const WORDS: [&str; 2] = ["sum", "carries"];

/// A sum of numbers none of which is negative, compressed to two words that join another heap.
///
/// Two words of a signed sum could not be extended: what they add up to is the sum modulo a power of two only. So signed numbers
/// are [biased](BitHeap::add_biased), and the heap that the words join takes back what that adds. It is as wide as all that
/// is added together ([`PartialSum::bits`]): no carry leaves it, and the words add up to the sum itself.
pub struct PartialSum {
    plan: Plan,
    bias: i128,
}

impl PartialSum {
    /// Bits of the sum of biased words and of a carry beside each: by word its lowest column and its bits.
    pub fn bits(words: impl IntoIterator<Item = (u32, u32)>) -> u32 {
        // With its carry, a word is at most the power of two above it.
        bits_for(words.into_iter().map(|(low, bits)| 1 << (low + bits)).sum())
    }

    /// The sum of what a heap holds.
    pub fn new(heap: &Profile, compression: &Compression) -> PartialSum {
        PartialSum { plan: Plan::new(heap, compression), bias: heap.bias() }
    }

    /// The primitives of its compression.
    pub fn census(&self) -> Census {
        self.plan.census()
    }

    /// By how much the words add up to too much.
    pub fn bias(&self) -> i128 {
        self.bias
    }

    /// Lanes for the words of so many sums: `<name>_sum` and, where a column is left with two bits, `<name>_carries`.
    #[track_caller]
    pub fn lanes(&self, m: &ModuleBuilder, name: &str, sums: u32) -> Vec<LaneWire> {
        let words = WORDS.iter().zip(self.words());
        words.map(|(word, bits)| m.lanes(&format!("{name}_{word}"), uint(bits.len() as u32), sums)).collect()
    }

    /// The words, from the compression of its heap, whose wires [`BitHeap::reduce`] names.
    #[track_caller]
    pub fn reduce(&self, m: &ModuleBuilder, name: &str, heap: &BitHeap) -> Vec<Value> {
        hardware::build_packed(m, name, &self.plan, &heap.biased(m, name))
    }

    /// Finishes a module with the compression of its heap: outputs `sum` and, where a column is left with two bits, `carries`.
    #[track_caller]
    pub fn finish(&self, m: ModuleBuilder, heap: &BitHeap) -> Module {
        m.parameter("the sum is too large by", self.bias);
        let words = self.reduce(&m, "heap", heap);
        for ((name, word), bits) in WORDS.iter().zip(words).zip(self.words()) {
            let columns: Vec<u32> = bits.iter().map(|&(column, _)| column).collect();
            m.documented_output(name, &word, &format!("bits of {}", ranges(&columns)));
        }
        m.finish()
    }

    /// Adds `2^shift` times the words to another heap.
    #[track_caller]
    pub fn join(&self, heap: &mut BitHeap, words: &[Value], shift: u32) {
        self.words().iter().zip(words).for_each(|(bits, word)| heap.add_arriving(word, &moved_up(bits, shift)));
        heap.add_constant(-self.bias, shift);
    }

    /// The same of each of some [lanes](PartialSum::lanes), given the shift of its number.
    #[track_caller]
    pub fn join_lanes(&self, heap: &mut BitHeap, lanes: &[LaneWire], shift: impl Fn(u32) -> u32) {
        for number in 0..lanes.first().map_or(0, |words| words.count()) {
            let words: Vec<Value> = lanes.iter().map(|words| words.lane(number)).collect();
            self.join(heap, &words, shift(number));
        }
    }

    /// Adds `2^shift` times the words to the profile of another heap.
    pub fn join_profile(&self, profile: &mut Profile, shift: u32) {
        self.words().iter().for_each(|bits| profile.add_arriving(moved_up(bits, shift)));
        profile.add_constant(-self.bias, shift);
    }

    /// By word, column and arrival of each of its bits.
    pub(super) fn words(&self) -> Vec<Vec<(u32, u32)>> {
        let bits_of = |row: usize| {
            let bits = (0..).zip(&self.plan.rows).filter_map(move |(column, bits)| Some((column, *bits.get(row)?)));
            bits.map(|(column, id)| (column, self.plan.bit(id).arrival)).collect::<Vec<_>>()
        };
        [0, 1].map(bits_of).into_iter().filter(|bits| !bits.is_empty()).collect()
    }
}

fn moved_up(bits: &[(u32, u32)], shift: u32) -> Vec<(u32, u32)> {
    bits.iter().map(|&(column, arrival)| (column + shift, arrival)).collect()
}

/// Columns as text: those between the first and last of neighbours are not named.
fn ranges(columns: &[u32]) -> String {
    let runs = columns.chunk_by(|below, column| below + 1 == *column).map(|run| match run {
        [first, .., last] => format!("{first} to {last}"),
        _ => run[0].to_string(),
    });
    format!("columns {}", runs.collect::<Vec<_>>().join(", "))
}
