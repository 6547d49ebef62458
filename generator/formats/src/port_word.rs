//! Port words: the weights that one read port of a core takes in one cycle, as one vector of bits.
//!
//! A word holds the weights of `tables * group_size` consecutive inputs (the lanes) of one output column.
//! What comes first stands in the least significant bits.
//!
//! | format | layout | bits |
//! |---|---|---|
//! | `key` | a [`Key`] for each group | tables * [`key::bits`] |
//! | `two_bit` | [`TwoBitCode::TwosComplement`] for each weight | 2 * lanes |
//! | `five_trit` | the bytes of [`five_trit`]: the first weight of a byte is its highest digit | 8 * ceil(lanes / 5) |
//!
//! ```
//! use tritloom_formats::{WeightFormat, WordLayout};
//!
//! // Two tables of two inputs: the keys of (+1, -1) and (0, -1) are 2, and 1 with the sign in bit 3.
//! let layout = WordLayout::new(WeightFormat::Key, 2, 2)?;
//! let word = layout.pack(&[1, -1, 0, -1])?;
//! assert_eq!((layout.bits(), word.limbs()), (8, &[0b1001_0010][..]));
//! assert_eq!(layout.unpack(&word)?, [1, -1, 0, -1]);
//! # Ok::<(), tritloom_formats::FormatError>(())
//! ```

use crate::{FormatError, Key, TwoBitCode, check, five_trit, key};
use std::fmt;
use std::str::FromStr;

const TWO_BIT: TwoBitCode = TwoBitCode::TwosComplement;

/// The formats of a core's weight stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum WeightFormat {
    /// Sign and magnitude of each group.
    Key,
    /// Two's complement of each weight.
    TwoBit,
    /// Five weights a byte, whatever the groups are.
    FiveTrit,
}

impl WeightFormat {
    /// All formats, in the order in which they are documented.
    pub const ALL: [WeightFormat; 3] = [WeightFormat::Key, WeightFormat::TwoBit, WeightFormat::FiveTrit];

    /// The name in configurations.
    pub fn name(self) -> &'static str {
        match self {
            WeightFormat::Key => "key",
            WeightFormat::TwoBit => "two_bit",
            WeightFormat::FiveTrit => "five_trit",
        }
    }
}

impl fmt::Display for WeightFormat {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// A name that no weight format has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownFormat {
    /// The name.
    pub found: String,
}

impl fmt::Display for UnknownFormat {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = WeightFormat::ALL.map(WeightFormat::name).join(", ");
        write!(formatter, "expected a weight format ({names}), found `{}`", self.found)
    }
}

impl std::error::Error for UnknownFormat {}

impl FromStr for WeightFormat {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<WeightFormat, UnknownFormat> {
        WeightFormat::ALL
            .into_iter()
            .find(|format| format.name() == text)
            .ok_or_else(|| UnknownFormat { found: text.to_string() })
    }
}

/// A vector of bits, least significant first. Bits beyond the width are zero.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PortWord {
    width_bits: u32,
    limbs: Vec<u64>,
}

impl PortWord {
    /// `width_bits` zero bits.
    pub fn zero(width_bits: u32) -> PortWord {
        PortWord { width_bits, limbs: vec![0; width_bits.div_ceil(64) as usize] }
    }

    /// A word from its limbs, the least significant first.
    ///
    /// # Errors
    /// `WordWidth` unless there are exactly ceil(width / 64) limbs with zeros beyond the width.
    pub fn from_limbs(width_bits: u32, limbs: Vec<u64>) -> Result<PortWord, FormatError> {
        let capacity = 64 * limbs.len() as u64;
        let used = capacity - limbs.last().map_or(0, |limb| u64::from(limb.leading_zeros()));
        let found = if limbs.len() == width_bits.div_ceil(64) as usize { used } else { capacity };
        if found > width_bits.into() || capacity < width_bits.into() {
            return Err(FormatError::WordWidth { expected: width_bits.to_string(), found });
        }
        Ok(PortWord { width_bits, limbs })
    }

    /// The number of bits.
    pub fn width_bits(&self) -> u32 {
        self.width_bits
    }

    /// The bits in limbs of 64, the least significant first.
    pub fn limbs(&self) -> &[u64] {
        &self.limbs
    }

    /// Bit `position`; false beyond the width.
    pub fn bit(&self, position: u32) -> bool {
        self.limbs.get(position as usize / 64).is_some_and(|limb| limb >> (position % 64) & 1 == 1)
    }

    /// Puts `width` bits, at most 32, into the zeros from bit `low` up, all within the word.
    fn put(&mut self, low: u32, code: u32, width: u32) {
        let (limb, shift) = (low as usize / 64, low % 64);
        self.limbs[limb] |= u64::from(code) << shift;
        if shift + width > 64 {
            self.limbs[limb + 1] |= u64::from(code) >> (64 - shift);
        }
    }

    /// `width` bits, at most 32, from bit `low` up, all within the word.
    fn get(&self, low: u32, width: u32) -> u32 {
        let (limb, shift) = (low as usize / 64, low % 64);
        let mut bits = self.limbs[limb] >> shift;
        if shift + width > 64 {
            bits |= self.limbs[limb + 1] << (64 - shift);
        }
        (bits & ((1 << width) - 1)) as u32
    }
}

/// The layout of a port's words: a format, and the shape of the core that reads them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WordLayout {
    format: WeightFormat,
    group_size: u32,
    tables: u32,
    bits: u32,
}

impl WordLayout {
    /// The words of a port that reads `tables` tables of `group_size` inputs each.
    ///
    /// # Errors
    /// `GroupSize` outside of 1 to 6; `WordWidth` for a word of no bits or of 2^32 and more.
    pub fn new(format: WeightFormat, group_size: u32, tables: u32) -> Result<WordLayout, FormatError> {
        key::check_group_size(group_size)?;
        let mut layout = WordLayout { format, group_size, tables, bits: 0 };
        let codes = layout.lanes().div_ceil(layout.weights_per_code());
        let bits = codes as u64 * u64::from(layout.code_bits());
        layout.bits = u32::try_from(bits).unwrap_or(0);
        if layout.bits == 0 {
            return Err(FormatError::WordWidth { expected: "1 to 2^32 - 1".to_string(), found: bits });
        }
        Ok(layout)
    }

    /// The width of a word, in bits.
    pub fn bits(&self) -> u32 {
        self.bits
    }

    /// The number of weights in a word.
    pub fn lanes(&self) -> usize {
        self.tables as usize * self.group_size as usize
    }

    /// The format of the words.
    pub fn format(&self) -> WeightFormat {
        self.format
    }

    /// Packs the weights of one word, exactly one a lane; a caller whose column ends earlier fills it with 0.
    ///
    /// # Errors
    /// `WeightCount`, `NotTernary`.
    pub fn pack(&self, trits: &[i8]) -> Result<PortWord, FormatError> {
        if trits.len() != self.lanes() {
            return Err(FormatError::WeightCount { expected: self.lanes().to_string(), found: trits.len() });
        }
        check::ternary(trits)?;
        let mut word = PortWord::zero(self.bits);
        for (low, chunk) in self.places().zip(trits.chunks(self.weights_per_code())) {
            word.put(low, self.code(chunk)?, self.code_bits());
        }
        Ok(word)
    }

    /// Unpacks the weights of one word, one a lane.
    ///
    /// # Errors
    /// `WordWidth` for a word of another width; `IllegalCode` as the format defines it.
    pub fn unpack(&self, word: &PortWord) -> Result<Vec<i8>, FormatError> {
        if word.width_bits != self.bits {
            return Err(FormatError::WordWidth { expected: self.bits.to_string(), found: word.width_bits.into() });
        }
        let mut trits = Vec::with_capacity(self.lanes());
        for low in self.places() {
            let count = self.weights_per_code().min(self.lanes() - trits.len());
            let chunk = self.weights(word.get(low, self.code_bits()), count);
            trits.extend(chunk.map_err(|error| error.moved_bits(low as usize))?);
        }
        Ok(trits)
    }

    /// The lowest bits of the codes.
    fn places(&self) -> impl Iterator<Item = u32> + use<> {
        (0..self.bits).step_by(self.code_bits() as usize)
    }

    fn code_bits(&self) -> u32 {
        match self.format {
            WeightFormat::Key => key::bits(self.group_size),
            WeightFormat::TwoBit => 2,
            WeightFormat::FiveTrit => 8,
        }
    }

    fn weights_per_code(&self) -> usize {
        match self.format {
            WeightFormat::Key => self.group_size as usize,
            WeightFormat::TwoBit => 1,
            WeightFormat::FiveTrit => five_trit::WEIGHTS_PER_BYTE,
        }
    }

    /// The code of up to `weights_per_code` weights.
    fn code(&self, chunk: &[i8]) -> Result<u32, FormatError> {
        match self.format {
            WeightFormat::Key => key::encode(chunk).map(Key::to_code),
            WeightFormat::TwoBit => Ok(chunk.iter().map(|&trit| u32::from(TWO_BIT.pack(trit))).sum()),
            WeightFormat::FiveTrit => Ok(five_trit::pack(chunk).into()),
        }
    }

    /// The first `count` weights of a code, which has no others.
    fn weights(&self, code: u32, count: usize) -> Result<Vec<i8>, FormatError> {
        match self.format {
            WeightFormat::Key => Key::from_code(self.group_size, code).map(Key::decode),
            WeightFormat::TwoBit => TWO_BIT.unpack(code as u8).map(|trit| vec![trit]),
            WeightFormat::FiveTrit => five_trit::unpack(code as u8, count),
        }
    }
}

#[cfg(test)]
#[path = "port_word_tests.rs"]
mod tests;
