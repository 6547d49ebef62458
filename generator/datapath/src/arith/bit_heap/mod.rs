//! Sums of many operands: bits gathered by weight, compressed to two rows by counters of gates.
//!
//! A [`BitHeap`] collects bits; [`BitHeap::reduce`] leaves two rows for a final adder ([`super::adder`]). What meets
//! where is a [`Plan`], made from a [`Profile`] (how many bits each column holds, and when they arrive) and a
//! [`Compression`] alone; the hardware follows the plan, and so do its census and its arrival.
//!
//! ```
//! use tritloom_datapath::arith::adder::{CarryOut, FinalAdder};
//! use tritloom_datapath::arith::bit_heap::{BitHeap, Compression, Order};
//! use tritloom_hdl::{Design, ModuleBuilder, sint, uint};
//!
//! let m = ModuleBuilder::new("sum_w10", "a + 4 b - 100 modulo 2^10.");
//! let (a, b) = (m.input("a", sint(8)), m.input("b", uint(6)));
//! let mut heap = BitHeap::new(10);
//! heap.add_signed(&a, 0, 0);
//! heap.add_unsigned(&b, 2, 0);
//! heap.add_constant(-100, 0);
//! let rows = heap.reduce(&m, "heap", &Compression::full_and_half_adders(Order::Dadda));
//! m.output("sum", &FinalAdder::Sklansky.add(&m, "sum", (&rows.0, &rows.1), &m.uint(0, 1), CarryOut::Dropped));
//! assert!(Design::new(m.finish()).is_ok());
//! ```

mod adder_rows;
mod blocks;
mod carries;
mod compression;
mod dadda;
mod draft;
mod greedy;
mod hardware;
pub mod parameters;
mod partial_sum;
mod plan;
mod profile;
mod wallace;

pub use blocks::Blocks;
pub use carries::Carries;
pub use compression::{Compression, Counter, Order};
pub use parameters::Tree;
pub use partial_sum::PartialSum;
pub use plan::{Adder, Bit, BitId, Operands, Origin, Plan};
pub use profile::Profile;

use tritloom_hdl::{ModuleBuilder, Value, uint};

/// A sum modulo `2^width` that is still to be added up: bits by column, where a bit of column `c` weighs `2^c`, and
/// one constant.
///
/// Arrivals are in gate delays (see [`Plan`]). What weighs `2^width` or more is dropped. Bits should be different
/// signals: where the same ones meet twice, equal gates become one, and the census of the plan is an upper bound.
#[derive(Clone)]
pub struct BitHeap {
    profile: Profile,
    /// By column, in the order of the profile; signs as they are.
    bits: Vec<Vec<Value>>,
    /// Words whose sign is to be inverted.
    signed: Vec<SignedWord>,
}

/// A word whose sign is to be inverted, and where its bits stand in the heap.
#[derive(Clone)]
struct SignedWord {
    word: Value,
    low: u32,
    /// By bit, its place in its column.
    places: Vec<usize>,
}

impl BitHeap {
    /// An empty heap: zero.
    pub fn new(width: u32) -> BitHeap {
        BitHeap { profile: Profile::new(width), bits: vec![Vec::new(); width as usize], signed: Vec::new() }
    }

    /// How many bits each column holds, and when they arrive.
    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    /// Adds one bit times `2^column`. A wider value is a defect of the design.
    #[track_caller]
    pub fn add_bit(&mut self, bit: &Value, column: u32, arrival: u32) {
        self.profile.add_bit(column, arrival);
        self.push(&bit.as_unsigned().lanes(uint(1), 1).lane(0), column);
    }

    /// Adds a bit of `value`, the lowest first, in each of the columns, which do not descend ([`Profile::add_bits`]). More
    /// columns than bits are a defect of the design.
    #[track_caller]
    pub fn add_bits(&mut self, value: &Value, columns: &[u32], arrival: u32) {
        self.profile.add_bits(columns.iter().copied(), arrival);
        (0..).zip(columns).for_each(|(position, &column)| self.push(&value.bit(position), column));
    }

    /// The same, each with the column an arrival.
    #[track_caller]
    pub fn add_arriving(&mut self, value: &Value, bits: &[(u32, u32)]) {
        self.profile.add_arriving(bits.iter().copied());
        (0..).zip(bits).for_each(|(position, &(column, _))| self.push(&value.bit(position), column));
    }

    /// Adds the bits of `value` that stand in some columns, each with its arrival.
    #[track_caller]
    pub fn add_columns(&mut self, value: &Value, columns: &[(u32, u32)]) {
        self.profile.add_arriving(columns.iter().copied());
        columns.iter().for_each(|&(column, _)| self.push(&value.bit(column), column));
    }

    /// Adds the pattern of `value`, read as unsigned, times `2^shift`.
    #[track_caller]
    pub fn add_unsigned(&mut self, value: &Value, shift: u32, arrival: u32) {
        self.profile.add_unsigned(value.width(), shift, arrival);
        self.push_bits(value, value.width(), shift);
    }

    /// Adds the pattern of `value`, read as two's complement, times `2^shift`.
    ///
    /// The sign is not extended by copies: `-s` is `!s - 1`, so the inverted sign bit stands in its own column, and
    /// the ones to subtract join the constant of the heap. In the top column minus and plus are the same.
    #[track_caller]
    pub fn add_signed(&mut self, value: &Value, shift: u32, arrival: u32) {
        self.profile.add_signed(value.width(), shift, arrival);
        self.push_signed(value, shift);
    }

    /// Adds the pattern of `value`, read as two's complement, plus `2^(width - 1)`, times `2^shift`: where the heap is wider than
    /// what is added, nothing that is added is negative ([`Profile::add_biased`]).
    #[track_caller]
    pub fn add_biased(&mut self, value: &Value, shift: u32, arrival: u32) {
        self.profile.add_biased(value.width(), shift, arrival);
        self.push_signed(value, shift);
    }

    /// Says that what has been added is too large by this.
    pub fn add_bias(&mut self, excess: i128) {
        self.profile.add_bias(excess);
    }

    /// Subtracts by how much the sum is too large.
    pub fn take_back_bias(&mut self) {
        self.profile.take_back_bias();
    }

    /// Adds `value * 2^shift`.
    pub fn add_constant(&mut self, value: i128, shift: u32) {
        self.profile.add_constant(value, shift);
    }

    /// Which bits meet in which adders.
    pub fn plan(&self, compression: &Compression) -> Plan {
        Plan::new(&self.profile, compression)
    }

    /// Says in which columns carries may be left over.
    pub fn leave(&mut self, carries: Carries) {
        self.profile.leave(carries);
    }

    /// A row as wide as the heap, and the carries that are left, packed, the lowest first ([`Carries::columns`]): their sum
    /// modulo `2^width` is the heap's. With carries everywhere these are two rows, each as wide as the heap.
    ///
    /// Adders of one kind whose operands stand side by side, in neighbouring columns or in words side by side, are one operation
    /// on words. Wires are named after their stage and lowest column, and numbered there: `<name>_stage<s>_col<c>_sum<n>`,
    /// `..._carry<n>` and, for the exclusive OR of the first two of three operands, `..._propagate<n>`; operands that are no
    /// slice of a value `..._a<n>`, `..._b<n>`, `..._c<n>`; words side by side of which the signs are inverted `<name>_biased<n>`; the rows
    /// `<name>_row0` and `<name>_row1`. Where a column has no carry, there is a zero.
    #[track_caller]
    pub fn reduce(&self, m: &ModuleBuilder, name: &str, compression: &Compression) -> (Value, Value) {
        hardware::build(m, name, &self.plan(compression), &self.biased(m, name))
    }

    /// The bits by column, signs inverted: of words side by side, such as lanes, in one loop.
    #[track_caller]
    fn biased(&self, m: &ModuleBuilder, name: &str) -> Vec<Vec<Value>> {
        let mut bits = self.bits.clone();
        let mut signed: Vec<&SignedWord> = self.signed.iter().collect();
        signed.sort_by_key(|signed| signed.word.source());
        let beside = |one: &&SignedWord, next: &&SignedWord| {
            one.word.width() == next.word.width() && one.word.is_below(&next.word)
        };
        for (number, neighbours) in signed.chunk_by(beside).enumerate() {
            for (signed, word) in neighbours.iter().zip(biased_words(m, name, number, neighbours)) {
                for ((column, bit), &place) in (signed.low as usize..).zip(word).zip(&signed.places) {
                    bits[column][place] = bit;
                }
            }
        }
        bits
    }

    /// Pushes the bits of a word whose sign is inverted, but for one in the top column or beyond.
    #[track_caller]
    fn push_signed(&mut self, value: &Value, shift: u32) {
        if self.profile.inverts_sign(shift + value.width() - 1) {
            let columns = &self.bits[shift as usize..(shift + value.width()) as usize];
            let places = columns.iter().map(Vec::len).collect();
            self.signed.push(SignedWord { word: value.as_unsigned(), low: shift, places });
        }
        self.push_bits(value, value.width(), shift);
    }

    #[track_caller]
    fn push_bits(&mut self, value: &Value, count: u32, shift: u32) {
        (0..count).for_each(|position| self.push(&value.bit(position), shift + position));
    }

    fn push(&mut self, bit: &Value, column: u32) {
        if let Some(bits) = self.bits.get_mut(column as usize) {
            bits.push(bit.clone());
        }
    }
}

/// The bits of words side by side, their signs inverted.
#[track_caller]
fn biased_words(m: &ModuleBuilder, heap: &str, number: usize, words: &[&SignedWord]) -> Vec<Vec<Value>> {
    let bits = |word: &Value| (0..word.width()).map(|position| word.bit(position)).collect::<Vec<_>>();
    let (first, count) = (&words[0].word, words.len() as u32);
    if count == 1 {
        let mut bits = bits(first);
        if let Some(sign) = bits.last_mut() {
            *sign = !&*sign;
        }
        return vec![bits];
    }
    m.comment("Signs inverted: a constant of the sum takes back what that adds.");
    let (shape, name) = (uint(first.width()), format!("{heap}_biased{number}"));
    let together = m.concat(&words.iter().rev().map(|signed| &signed.word).collect::<Vec<_>>()).lanes(shape, count);
    if shape.width == 1 {
        let inverted = m.wire(&name, &!together.flat());
        return (0..count).map(|number| vec![inverted.bit(number)]).collect();
    }
    let biased = m.lanes(&name, shape, count);
    m.repeat(&format!("{heap}_word{number}"), count, |number| {
        let word = together.lane(number);
        biased.drive(number, &m.concat(&[&!word.top_bit(), &word.slice(0, shape.width - 1)]));
    });
    biased.iter().iter().map(bits).collect()
}
