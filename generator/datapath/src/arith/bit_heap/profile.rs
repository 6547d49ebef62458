//! What a heap holds, without the signals: enough to plan its compression and to know its cost.

use super::Carries;

/// Bits by column with their arrivals, and one constant; modulo `2^width`.
///
/// Words that are added as such are kept as words, for Wallace's order: a profile without signals has to be given the same ones as
/// the heap that it stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// By column, the arrivals of its bits.
    columns: Vec<Vec<u32>>,
    words: Vec<Vec<(u32, u32)>>,
    /// By column, the bits of the constant.
    constant: Vec<bool>,
    inverted_signs: u64,
    bias: i128,
    carries: Carries,
}

impl Profile {
    /// The profile of an empty heap.
    pub fn new(width: u32) -> Profile {
        let width = width as usize;
        Profile {
            columns: vec![Vec::new(); width],
            words: Vec::new(),
            constant: vec![false; width],
            inverted_signs: 0,
            bias: 0,
            carries: Carries::default(),
        }
    }

    /// In bits.
    pub fn width(&self) -> u32 {
        self.columns.len() as u32
    }

    /// By column, the arrivals of its bits in the order in which they were added.
    pub fn columns(&self) -> &[Vec<u32>] {
        &self.columns
    }

    /// Bits that were added together, each by its column and its place there; the columns of a word ascend.
    pub(super) fn words(&self) -> &[Vec<(u32, u32)>] {
        &self.words
    }

    /// By column, the bits of the constant.
    pub fn constant(&self) -> &[bool] {
        &self.constant
    }

    /// Sign bits that enter the heap inverted.
    pub fn inverted_signs(&self) -> u64 {
        self.inverted_signs
    }

    /// By how much the sum is too large, for the sake of words without a sign ([`Profile::add_biased`]).
    pub fn bias(&self) -> i128 {
        self.bias
    }

    /// In which columns carries may be left over.
    pub fn carries(&self) -> Carries {
        self.carries
    }

    /// Says in which columns carries may be left over.
    pub fn leave(&mut self, carries: Carries) {
        self.carries = carries;
    }

    /// One bit times `2^column`.
    pub fn add_bit(&mut self, column: u32, arrival: u32) {
        self.add_bits([column], arrival);
    }

    /// An unsigned value of `bits` bits, times `2^shift`.
    pub fn add_unsigned(&mut self, bits: u32, shift: u32, arrival: u32) {
        self.add_bits(shift..shift + bits, arrival);
    }

    /// A bit in each of the columns, which do not descend: of one word, but for those in a column that comes again.
    pub fn add_bits(&mut self, columns: impl IntoIterator<Item = u32>, arrival: u32) {
        self.add_arriving(columns.into_iter().map(|column| (column, arrival)));
    }

    /// The same, each with the column an arrival.
    pub fn add_arriving(&mut self, bits: impl IntoIterator<Item = (u32, u32)>) {
        let mut words: Vec<Vec<(u32, u32)>> = Vec::new();
        for (column, arrival) in bits {
            let Some(bits) = self.columns.get_mut(column as usize) else { break };
            let bit = (column, bits.len() as u32);
            bits.push(arrival);
            match words.iter_mut().find(|word| word.last().is_none_or(|&(below, _)| below < column)) {
                Some(word) => word.push(bit),
                None => words.push(vec![bit]),
            }
        }
        self.words.append(&mut words);
    }

    /// A signed value of `bits` bits, times `2^shift`.
    pub fn add_signed(&mut self, bits: u32, shift: u32, arrival: u32) {
        self.add_unsigned(bits, shift, arrival);
        let sign = shift + bits - 1;
        if self.inverts_sign(sign) {
            self.inverted_signs += 1;
            self.add_constant(-1, sign);
        }
    }

    /// A signed value of `bits` bits plus `2^(bits - 1)`, times `2^shift`: that is the value with its sign inverted, and not
    /// negative. In the top column and beyond plus and minus are the same, and nothing is added.
    pub fn add_biased(&mut self, bits: u32, shift: u32, arrival: u32) {
        self.add_unsigned(bits, shift, arrival);
        let sign = shift + bits - 1;
        if self.inverts_sign(sign) {
            self.inverted_signs += 1;
            self.add_bias(1 << sign);
        }
    }

    /// Says that what has been added is too large by this.
    pub fn add_bias(&mut self, excess: i128) {
        self.bias += excess;
    }

    /// Subtracts by how much the sum is too large.
    pub fn take_back_bias(&mut self) {
        let bias = std::mem::take(&mut self.bias);
        self.add_constant(-bias, 0);
    }

    /// A number times `2^shift`.
    pub fn add_constant(&mut self, value: i128, shift: u32) {
        let mut carry = false;
        for (position, bit) in self.constant.iter_mut().skip(shift as usize).enumerate() {
            let ones = [*bit, value >> position.min(127) & 1 == 1, carry].into_iter().filter(|one| *one).count();
            *bit = ones % 2 == 1;
            carry = ones >= 2;
        }
    }

    /// Whether a sign bit of that weight is inverted: not in the top column, where `-2^c` and `2^c` are the same, nor
    /// beyond it.
    pub(super) fn inverts_sign(&self, column: u32) -> bool {
        column + 1 < self.width()
    }
}
