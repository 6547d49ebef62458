//! Which carries a compression leaves, beside a bit of the sum in each column.

use crate::census::sum_of;
use tritloom_hdl::Primitive::{AndOr, Xor};
use tritloom_hdl::{Census, ModuleBuilder, Value};

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
    /// Below `from` one in every column. From there on two in every `spacing`-th, and none between: as the ones take part, two
    /// may come out of a column.
    Apart {
        /// The first column with two.
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

    /// Two rows of `bits` bits out of a word of that many, and above it packed carries: a full adder where there are two.
    #[track_caller]
    pub fn two_rows(self, m: &ModuleBuilder, packed: &Value, bits: u32) -> (Value, Value) {
        if self == Carries::Everywhere {
            return (packed.slice(0, bits), packed.slice(bits, bits));
        }
        let (mut sum, mut carries) = (Vec::new(), vec![m.uint(0, 1); bits as usize + 1]);
        let mut above = bits;
        for column in 0..bits {
            let (bit, left) = (packed.bit(column), self.of_column(column));
            sum.push(match left {
                2 => {
                    let (bit, carry) = full_adder(m, column, &bit, [packed.bit(above), packed.bit(above + 1)]);
                    carries[column as usize + 1] = carry;
                    bit
                }
                _ => bit,
            });
            if left == 1 {
                carries[column as usize] = packed.bit(above);
            }
            above += left;
        }
        carries.truncate(bits as usize);
        let [sum, carries] = [sum, carries].map(|bits| m.concat(&bits.iter().rev().collect::<Vec<_>>()));
        (sum, carries)
    }

    /// The primitives of [`Carries::two_rows`].
    pub fn census(self, bits: u32) -> Census {
        let pairs = (0..bits).filter(|&column| self.of_column(column) == 2);
        let with_carry = pairs.clone().filter(|column| column + 1 < bits).count() as u64;
        sum_of(&[(Xor, 2 * pairs.count() as u64, 1), (AndOr, 3 * with_carry, 1)])
    }

    /// The first column that is not as with carries everywhere.
    pub(super) fn dense_below(self, bits: u32) -> u32 {
        match self {
            Carries::Everywhere => bits,
            Carries::Apart { from, .. } => from.min(bits),
        }
    }
}

#[track_caller]
fn full_adder(m: &ModuleBuilder, column: u32, sum: &Value, [first, second]: [Value; 2]) -> (Value, Value) {
    let propagate = m.wire(&format!("propagate{column}"), &(&first ^ &second));
    (&propagate ^ sum, (first & second) | (sum & &propagate))
}
