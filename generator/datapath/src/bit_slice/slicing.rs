//! How numbers are cut into slices, and what a run makes of the slices of an element.
//!
//! An element multiplies a grid of slices: `i` counts the slices of its activations, `j` those of a weight. In a mode of
//! activations of m slices and weights of n, the grid falls apart into blocks of m x n, and each block is a product of its
//! own: slice i is digit `i mod m` of an activation, slice j digit `j mod n` of a weight, and their product counts
//! `2^(slice_a * (i mod m) + slice_w * (j mod n))`. The block with corner (i, j) reads its activation from row j of the
//! activation bus and its weight from row i of the weight bus; the other slices of a block read what their corner reads.

use crate::array::{Mode, Numbers, Operand};
use tritloom_hdl::{Bits, ModuleBuilder, Shape, Value, uint};

/// How the numbers of one side are cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Slicing {
    /// Bits of the widest number.
    pub bits: u32,
    /// Bits of a slice.
    pub slice: u32,
    /// Whether numbers may be negative: the top slice of one then is.
    pub signed: bool,
}

impl Slicing {
    /// Slices of the widest number.
    pub fn count(&self) -> u32 {
        self.bits / self.slice
    }

    /// Of how many slices a number may be, the most first: blocks must fill the grid.
    pub fn sizes(&self) -> Vec<u32> {
        (1..=self.count()).rev().filter(|size| self.count().is_multiple_of(*size)).collect()
    }

    /// Bits of a slice on its way to the elements: where the same slice is the top one in some modes only, a sign bit
    /// more.
    pub fn prepared_bits(&self) -> u32 {
        self.slice + u32::from(self.changes_sign())
    }

    /// Whether slices are signed in some modes only.
    pub fn changes_sign(&self) -> bool {
        self.signed && self.count() > 1
    }

    /// A prepared slice as a signed number.
    pub fn number(&self, slice: &Value) -> Value {
        if self.signed { slice.as_signed() } else { slice.as_unsigned().to_signed() }
    }

    /// The greatest magnitude of a slice.
    pub fn magnitude(&self) -> u64 {
        if self.signed && self.count() == 1 { 1 << (self.slice - 1) } else { (1 << self.slice) - 1 }
    }

    /// Which bits the number of a digit has that is at `position` in the widest number.
    pub fn digit_bits(&self, position: u32) -> Vec<u32> {
        let digits: Vec<u32> = self.sizes().iter().map(|size| position % size).collect();
        (0..u32::BITS).filter(|bit| digits.iter().any(|digit| digit >> bit & 1 == 1)).collect()
    }

    /// By how many columns the digits at `position` move a word up, in any mode.
    pub fn moves(&self, position: u32) -> Vec<u32> {
        self.sizes().iter().map(|size| position % size * self.slice).collect()
    }

    /// By how many columns they move it up at most.
    pub fn most_moved(&self, position: u32) -> u32 {
        self.moves(position).into_iter().max().unwrap_or(0)
    }

    /// The stages of a shifter for a word of so many bits: the bit of the digit, the columns that it moves the word up, and how
    /// wide what the stage leaves is. The largest digit may be less than all bits of digits together.
    pub fn shifter(&self, position: u32, bits: u32) -> Vec<(u32, u32, u32)> {
        let (most, mut width) = (bits + self.most_moved(position), bits);
        let stage = |bit: u32| {
            let columns = self.slice << bit;
            width = (width + columns).min(most);
            (bit, columns, width)
        };
        self.digit_bits(position).into_iter().map(stage).collect()
    }

    /// A word for names of modules.
    pub fn name(&self, prefix: &str) -> String {
        format!("{prefix}{}{}_by{}", self.bits, if self.signed { "s" } else { "u" }, self.slice)
    }

    /// A number of full width.
    pub fn widest(&self) -> Shape {
        Shape { width: self.bits, signed: self.signed }
    }

    fn numbers(&self, slices: u32) -> Numbers {
        Numbers::Integers(Shape { width: slices * self.slice, signed: self.signed })
    }
}

/// What the elements may multiply: numbers of every width that fills the grid, the widest activations first.
pub(super) fn modes(activation: Slicing, weight: Slicing, depth: u32) -> Vec<Mode> {
    let slices = depth * activation.count();
    let mode = |(m, n): (u32, u32)| {
        let lanes = slices / m;
        Mode {
            name: format!("{}x{}", m * activation.slice, n * weight.slice),
            activation: Operand {
                numbers: activation.numbers(m),
                lanes,
                lane_bits: m * activation.slice,
                pitch: n * slices * activation.slice,
            },
            weight: Operand { numbers: weight.numbers(n), lanes, lane_bits: m * weight.bits, pitch: n * weight.slice },
            places: lanes * (weight.count() / n),
        }
    };
    sizes(activation, weight).into_iter().map(mode).collect()
}

/// The blocks of each mode.
fn sizes(activation: Slicing, weight: Slicing) -> Vec<(u32, u32)> {
    let weights = weight.sizes();
    activation.sizes().into_iter().flat_map(|m| weights.iter().map(move |&n| (m, n))).collect()
}

/// What the elements and the edges must know of a mode, a bit each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signal {
    /// Numbers are of so many slices.
    Size(Side, u32),
    /// The slice there is the top one of its number.
    Top(Side, u32),
    /// That bit of the number of the digit that the slice there is.
    Digit(Side, u32, u32),
}

/// Activations or weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Activation,
    Weight,
}

impl Side {
    /// What one of its numbers is called.
    pub fn name(self) -> &'static str {
        match self {
            Side::Activation => "activation",
            Side::Weight => "weight",
        }
    }
}

impl Signal {
    fn holds(self, (m, n): (u32, u32)) -> bool {
        let size = |side| if side == Side::Activation { m } else { n };
        match self {
            Signal::Size(side, slices) => size(side) == slices,
            Signal::Top(side, position) => (position + 1).is_multiple_of(size(side)),
            Signal::Digit(side, position, bit) => ((position % size(side)) >> bit) & 1 == 1,
        }
    }
}

/// The word that a mode is decoded to.
#[derive(Clone, Debug)]
pub(super) struct Control {
    signals: Vec<Signal>,
    modes: Vec<(u32, u32)>,
}

impl Control {
    pub fn new(activation: Slicing, weight: Slicing) -> Control {
        let mut signals = Vec::new();
        for (side, slicing) in [(Side::Activation, activation), (Side::Weight, weight)] {
            signals.extend(larger_sizes(&slicing).map(|size| Signal::Size(side, size)));
            if slicing.changes_sign() {
                signals.extend((0..slicing.count() - 1).map(|position| Signal::Top(side, position)));
            }
            for position in 0..slicing.count() {
                signals.extend(slicing.digit_bits(position).iter().map(|&bit| Signal::Digit(side, position, bit)));
            }
        }
        Control { signals, modes: sizes(activation, weight) }
    }

    /// Bits of the word.
    pub fn bits(&self) -> u32 {
        self.signals.len() as u32
    }

    /// Modes.
    pub fn modes(&self) -> usize {
        self.modes.len()
    }

    /// The word of a mode.
    pub fn decode(&self, mode: &Value) -> Value {
        let word = |sizes: &(u32, u32)| {
            let mut word = Bits::zero(self.bits());
            (0..).zip(&self.signals).for_each(|(position, signal)| word.set_bit(position, signal.holds(*sizes)));
            word
        };
        mode.table(&self.modes.iter().map(word).collect::<Vec<_>>(), uint(self.bits()))
    }

    /// A signal of the word; one that is the same in every mode is not in it.
    pub fn signal(&self, m: &ModuleBuilder, word: Option<&Value>, signal: Signal) -> Value {
        let position = self.signals.iter().position(|known| *known == signal);
        match (word, position) {
            (Some(word), Some(position)) => word.bit(position as u32),
            _ => m.uint(self.modes.iter().all(|sizes| signal.holds(*sizes)).into(), 1),
        }
    }
}

/// Sizes above one slice, where slices must read what their corner reads.
pub(super) fn larger_sizes(slicing: &Slicing) -> impl Iterator<Item = u32> + use<> {
    slicing.sizes().into_iter().filter(|&size| size > 1)
}
