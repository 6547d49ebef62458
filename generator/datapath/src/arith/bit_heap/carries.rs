//! Which carries a compression leaves, beside a bit of the sum in each column.

use crate::census::sum_of;
use tritloom_hdl::Primitive::{AndOr, Xor};
use tritloom_hdl::{Census, Module, ModuleBuilder, Value, uint};

/// In which columns carries may be left.
///
/// A sum that is added to again and again is wider than what is added. Its upper columns hold a bit of the sum, the ones of
/// sign extension and what comes out of the column below: carries pass through several of them in the time that the lower
/// columns take for their products, and need no register in each (known as high-radix carry-save).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Carries {
    /// One in every column: two rows.
    #[default]
    Everywhere,
    /// One in every column below this one, none from there on: a sum that leaves it at most one bit.
    Below(u32),
    /// Below `from` one in every column. From there on two in every `spacing`-th, and none between: as the ones take part, two
    /// may come out of a column.
    Apart {
        /// The first column with two; at least one.
        from: u32,
        /// Columns from one with two to the next; at least two.
        spacing: u32,
    },
}

impl Carries {
    /// How many may be left in a column.
    pub fn of_column(self, column: u32) -> u32 {
        match self {
            Carries::Apart { from, spacing } if column >= from => {
                2 * u32::from((column - from).is_multiple_of(spacing))
            }
            Carries::Below(end) => u32::from(column < end),
            Carries::Everywhere | Carries::Apart { .. } => 1,
        }
    }

    /// The columns of all of them in a sum of so many bits, the lowest first.
    pub fn columns(self, bits: u32) -> impl Iterator<Item = u32> {
        (0..bits).flat_map(move |column| std::iter::repeat_n(column, self.of_column(column) as usize))
    }

    /// How many there are in a sum of so many bits.
    pub fn count(self, bits: u32) -> u32 {
        (0..bits).map(|column| self.of_column(column)).sum()
    }

    /// What a port holds of a sum with these carries.
    pub fn layout(self) -> &'static str {
        match self {
            Carries::Everywhere => "two words of a sum",
            Carries::Below(_) | Carries::Apart { .. } => {
                "a word of a sum, above it its carries, the lowest column first"
            }
        }
    }

    /// Says in the header of a module which columns of its sum, of so many bits, have carries.
    pub fn note(self, m: &ModuleBuilder, bits: u32) {
        if let Carries::Apart { spacing, .. } = self {
            m.parameter("lowest column with two carries", self.dense_below(bits));
            m.parameter("columns to the next", spacing);
            m.parameter("carries of a column", "1 below these columns, 0 between them");
        }
    }

    /// From `sum`, a word of `bits` bits and above it packed carries, to `words`, two words of that many bits with the same sum,
    /// the carries in their columns: a full adder where there are two.
    pub fn two_words(self, bits: u32) -> Module {
        let spacing = if let Carries::Apart { spacing, .. } = self { spacing } else { 1 };
        let dense = self.dense_below(bits);
        let m = ModuleBuilder::new(
            format!("carries_in_place_w{bits}_f{dense}_c{spacing}"),
            "Two words of a sum from its word and its carries.",
        );
        m.parameter("bits of a word of the sum", bits);
        self.note(&m, bits);
        let packed = m.documented_input("sum", uint(bits + self.count(bits)), self.layout());
        let (mut sum, mut carries) = (vec![packed.slice(0, dense)], vec![packed.slice(bits, dense)]);
        let mut above = bits + dense;
        for column in (dense..bits).step_by(spacing as usize) {
            let [first, second] = [0, 1].map(|number| packed.bit(above + number));
            let propagate = m.wire(&format!("propagate{column}"), &(&first ^ &second));
            let bit = packed.bit(column);
            sum.push(&propagate ^ &bit);
            carries.push(m.uint(0, 1));
            above += 2;
            let between = (bits - column - 1).min(spacing - 1);
            if between > 0 {
                sum.push(packed.slice(column + 1, between));
                carries.push(m.wire(&format!("carry{}", column + 1), &((first & second) | (bit & &propagate))));
            }
            if between > 1 {
                carries.push(m.uint(0, between - 1));
            }
        }
        let words: Vec<&Value> = carries.iter().rev().chain(sum.iter().rev()).collect();
        m.documented_output("words", &m.concat(&words), "two words of the sum, that of its carries above");
        m.finish()
    }

    /// The primitives of [`Carries::two_words`].
    pub fn census(self, bits: u32) -> Census {
        let pairs = (0..bits).filter(|&column| self.of_column(column) == 2);
        let with_carry = pairs.clone().filter(|column| column + 1 < bits).count() as u64;
        sum_of(&[(Xor, 2 * pairs.count() as u64, 1), (AndOr, 3 * with_carry, 1)])
    }

    /// The first column that is not as with carries everywhere.
    pub(super) fn dense_below(self, bits: u32) -> u32 {
        match self {
            Carries::Everywhere => bits,
            Carries::Below(end) => end.min(bits),
            Carries::Apart { from, .. } => from.min(bits),
        }
    }
}
