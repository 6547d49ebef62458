//! Rows of a grid: words that share a digit of one side. They are moved up by their digits of the other side and added up to
//! two words, which are moved up by the digit that they share. Two words take fewer shifters than all.
//!
//! Words are biased, and a sum that is moved up has a larger bias, which would be another constant in every mode. So a row is
//! made too large by `2^W - 1`, with W columns of carries. Moved up by d of up to D columns, the carries leave D columns free, d
//! below and the others above. Ones in them make the row too large by `2^(W + D) - 1`, whatever d is.

use super::grid::{Grid, Words, shifted, shifted_census};
use super::parameters::Config;
use super::slicing::{Side, Slicing};
use crate::arith::bit_heap::{BitHeap, Carries, Compression, Plan, Profile};
use tritloom_hdl::{Affine, Census, LaneWire, ModuleBuilder, Value, bits_for, uint};

/// Fewer words are no more than what a sum leaves of them.
const LEAST_WORDS: u32 = 3;

/// What a sum leaves, and whether ones come into the columns that moving it up leaves free.
const WORDS: [(&str, bool); 2] = [("sum", false), ("carries", true)];

/// Gate delays of a stage of a shifter.
const SHIFTER_STAGE: u32 = 2;

/// The rows of a grid.
pub(super) struct Rows<'a> {
    config: &'a Config,
    /// Of the digits that the words of a row have.
    along: Side,
    /// Of the digit that they share.
    across: Side,
    /// By how much biased words are too large.
    words_bias: u64,
    /// W.
    carry_bits: u32,
    shifters: Census,
    plan: Plan,
}

impl Rows<'_> {
    /// Of a grid of words of so many bits: along the side with more digits. `None` where rows would hold too few words, or there
    /// is but one row.
    pub fn new(config: &Config, word_bits: u32) -> Option<Rows<'_>> {
        let has_more_weights = config.weight.count() > config.activation.count();
        let (along, across) =
            if has_more_weights { (Side::Weight, Side::Activation) } else { (Side::Activation, Side::Weight) };
        let words = config.slicing(along).count();
        if words < LEAST_WORDS || config.slicing(across).count() < 2 {
            return None;
        }
        let mut shifters = Census::default();
        let word_bits = |position| shifted_census(config.slicing(along), position, word_bits, &mut shifters);
        let words: Vec<u32> = (0..words).map(word_bits).collect();
        let words_bias = words.iter().map(|bits| 1 << (bits - 1)).sum();
        let carry_bits = bits_for(words_bias);
        let mut profile = Profile::new(carry_bits + 1);
        profile.leave(Carries::Below(carry_bits));
        words.iter().for_each(|&bits| profile.add_biased(bits, 0, 0));
        profile.add_constant(added_bias(carry_bits, words_bias), 0);
        let plan = Plan::new(&profile, &compression(config));
        Some(Rows { config, along, across, words_bias, carry_bits, shifters, plan })
    }

    /// How many there are in a grid.
    pub fn count(&self) -> u32 {
        self.digits_across().count()
    }

    /// The most that the rows of a grid are together, moved up.
    pub fn most(&self) -> u64 {
        let row = |position| {
            let above = self.digits_across().most_moved(position);
            (self.words_bias << above) + (1 << (self.carry_bits + above)) - 1
        };
        (0..self.count()).map(row).sum()
    }

    /// Shifters of a grid's words and rows.
    pub fn shifters(&self) -> Census {
        let mut census = Census::default();
        census.add_census(&self.shifters, self.count().into());
        for position in 0..self.count() {
            for word in 0..WORDS.len() {
                shifted_census(self.digits_across(), position, self.bits(word), &mut census);
            }
        }
        census
    }

    /// The primitives of a grid's sums.
    pub fn reduction(&self) -> Census {
        let mut census = Census::default();
        census.add_census(&self.plan.census(), self.count().into());
        census
    }

    /// Lanes for the sums and the carries of the rows of so many grids.
    pub fn lanes(&self, m: &ModuleBuilder, grids: u32) -> [LaneWire; 2] {
        [0, 1].map(|word| m.lanes(&format!("row_{}", WORDS[word].0), uint(self.bits(word)), grids * self.count()))
    }

    /// Adds up each row of a grid.
    pub fn add_up(&self, m: &ModuleBuilder, (grid, words): (&Grid, &Words), number: &Affine, lanes: &[LaneWire; 2]) {
        m.comment(&format!("A row has the words that share a digit of {}s.", self.across.name()));
        m.repeat("row", self.count(), |row| {
            let mut heap = BitHeap::new(self.carry_bits + 1);
            heap.leave(Carries::Below(self.carry_bits));
            for position in 0..self.digits_along().count() {
                let word = match self.along {
                    Side::Activation => words.at(number.clone(), position, row),
                    Side::Weight => words.at(number.clone(), row, position),
                };
                let digit = grid.digit(m, self.config, self.along, position);
                let moved_up = shifted(m, &format!("worth_{position}"), self.digits_along(), position, word, &digit);
                heap.add_biased(&moved_up, 0, 0);
            }
            heap.add_constant(added_bias(self.carry_bits, self.words_bias), 0);
            let (sum, carries) = heap.reduce(m, "words", &compression(self.config));
            let lane = number.clone() * self.count() + row;
            lanes[0].drive(lane.clone(), &sum);
            lanes[1].drive(lane, &carries);
        });
    }

    /// Adds the rows of a grid to a heap, moved up.
    pub fn join(&self, m: &ModuleBuilder, grid: &Grid, number: &Affine, lanes: &[LaneWire; 2], heap: &mut BitHeap) {
        m.comment("Ones in the columns that moving a row up leaves free keep by how much it is too large the same in every mode.");
        for position in 0..self.count() {
            let digit = grid.digit(m, self.config, self.across, position);
            for (word, (name, fill)) in WORDS.into_iter().enumerate() {
                let value = lanes[word].lane(number.clone() * self.count() + position);
                let name = format!("row{position}_{name}");
                let value = filled(m, &name, self.digits_across(), position, value, (fill, &digit));
                heap.add_columns(&value, &self.columns(position, word));
            }
            heap.add_bias(self.moved_bias(position));
        }
    }

    /// The same for a profile.
    pub fn join_profile(&self, profile: &mut Profile) {
        for position in 0..self.count() {
            (0..WORDS.len()).for_each(|word| profile.add_arriving(self.columns(position, word)));
            profile.add_bias(self.moved_bias(position));
        }
    }

    /// By how much a row that is moved up is too large, in every mode.
    fn moved_bias(&self, position: u32) -> i128 {
        (1 << (self.carry_bits + self.digits_across().most_moved(position))) - 1
    }

    /// The columns in which a word of a row, moved up, may have a one, and when it arrives there.
    fn columns(&self, position: u32, word: usize) -> Vec<(u32, u32)> {
        let moves = self.digits_across().moves(position);
        let (bits, (_, fill)) = (self.bits(word), WORDS[word]);
        let shifter = SHIFTER_STAGE * self.digits_across().shifter(position, bits).len() as u32;
        let arrival = |column: u32| {
            let of_mode = |columns: &u32| match column.checked_sub(*columns).filter(|from| *from < bits) {
                Some(from) => Some(self.plan.bit(*self.plan.rows[from as usize].get(word)?).arrival),
                None => fill.then_some(0),
            };
            let latest = moves.iter().filter_map(of_mode).max()?;
            Some((column, latest + shifter))
        };
        (0..bits + self.digits_across().most_moved(position)).filter_map(arrival).collect()
    }

    /// Bits of a word of a row.
    fn bits(&self, word: usize) -> u32 {
        if word == 0 { self.carry_bits + 1 } else { self.carry_bits }
    }

    fn digits_along(&self) -> &Slicing {
        self.config.slicing(self.along)
    }

    fn digits_across(&self) -> &Slicing {
        self.config.slicing(self.across)
    }
}

/// Half adders take nothing off a sum that joins another one.
fn compression(config: &Config) -> Compression {
    config.tree.compression().without_half_adders()
}

/// What makes words that are too large by `words_bias` too large by `2^carry_bits - 1`.
fn added_bias(carry_bits: u32, words_bias: u64) -> i128 {
    (1 << carry_bits) - 1 - i128::from(words_bias)
}

/// A word of a row times `2^(slice * d)`, where d is the digit that the row shares, and `fill` in each column that is free.
fn filled(
    m: &ModuleBuilder,
    name: &str,
    slicing: &Slicing,
    position: u32,
    word: Value,
    (fill, digit): (bool, &impl Fn(u32) -> Value),
) -> Value {
    slicing.shifter(position, word.width()).into_iter().fold(word, |word, (bit, columns, width)| {
        let free = |columns: u32| m.uint(if fill { (1_u64 << columns) - 1 } else { 0 }, columns);
        let moved = m.concat(&[&word, &free(columns)]).slice(0, width);
        let chosen = digit(bit).mux(&moved, &m.concat(&[&free(width - word.width()), &word]));
        m.wire(&format!("{name}_w{width}"), &chosen)
    })
}
