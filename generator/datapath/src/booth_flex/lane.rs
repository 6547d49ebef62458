//! How the digits of a lane are shared out in each mode, and the lines that tell the hardware.
//!
//! A lane takes one weight of full width, or several narrower ones side by side in the same bits: a weight of k digits
//! has every k-th run of digits to itself. Three things follow from a mode for a digit: whose activation it takes, where
//! its window over the weight's bits ends, and how far its product is shifted.

use super::parameters::Weights;
use crate::arith::recode::DigitSet;
use crate::arith::recode::booth::Radix;
use crate::census::sum_of;
use tritloom_hdl::{Bits, Census, ModuleBuilder, Primitive, Value, sint, uint};

/// A set of modes, a bit each.
pub(super) type ModeSet = u32;

/// How a lane is cut in one mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cut {
    /// Bits of a weight.
    pub weight_bits: u32,
    /// Digits of a weight.
    pub digits: u32,
    /// Weights.
    pub slots: u32,
}

/// What a digit takes of a lane's activations: whose, and how far it has been moved up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Source {
    /// The weight of the lane that the activation belongs to.
    pub slot: u32,
    /// Bits by which it is moved up at the edge.
    pub shift: u32,
}

/// A lane, cut or not.
#[derive(Clone, Debug)]
pub(super) struct Lane {
    radix: Radix,
    /// Activations are moved up to the weights of digits, once a row; otherwise products are.
    pub at_edge: bool,
    /// Weights are trits and digits as they are.
    pub ternary_only: bool,
    /// Bits of weights.
    pub bits: u32,
    /// Digits.
    pub digits: u32,
    /// By mode.
    cuts: Vec<Cut>,
}

impl Lane {
    /// A lane for the widest weights, and by mode the weights that it must take.
    pub fn new(radix: Radix, at_edge: bool, widest: Weights, modes: impl Iterator<Item = Weights>) -> Lane {
        let ternary_only = widest == Weights::Ternary;
        let bits = widest.bits();
        let digits = radix.digits(sint(bits));
        let mut lane = Lane { radix, at_edge, ternary_only, bits, digits, cuts: Vec::new() };
        lane.cuts = modes.map(|weights| lane.cut(weights)).collect();
        lane
    }

    /// How it is cut for such weights.
    pub fn cut(&self, weights: Weights) -> Cut {
        let digits = self.radix.digits(sint(weights.bits()));
        Cut { weight_bits: weights.bits(), digits, slots: self.digits / digits }
    }

    /// The digits that there are.
    pub fn digit_set(&self) -> DigitSet {
        if self.ternary_only { DigitSet::Ternary } else { self.radix.digit_set() }
    }

    /// The radix of the digits.
    pub fn radix(&self) -> Radix {
        self.radix
    }

    /// Modes.
    pub fn modes(&self) -> usize {
        self.cuts.len()
    }

    /// Every set of modes that the digits' places in their weights depend on.
    pub fn sets(&self) -> Vec<ModeSet> {
        let mut sets: Vec<ModeSet> = self.activations().into_iter().flatten().map(|(_, set)| set).collect();
        for digit in 0..self.digits {
            let windows = (0..=self.radix.step()).flat_map(|offset| self.window(digit, offset));
            sets.extend(self.shifts(digit).into_iter().chain(windows).map(|(_, set)| set));
        }
        sets
    }

    /// In a mode, the weight of the lane that a digit belongs to; none where it is left over.
    fn slot(&self, mode: usize, digit: u32) -> Option<u32> {
        let Cut { digits, slots, .. } = self.cuts[mode];
        (digit < digits * slots).then(|| digit / digits)
    }

    /// In a mode, the lowest bit of a digit's place in its weight; none where it is left over.
    fn place(&self, mode: usize, digit: u32) -> Option<u32> {
        self.slot(mode, digit).map(|_| self.radix.step() * (digit % self.cuts[mode].digits))
    }

    /// The part of a digit's place that is the same in every mode: shifting by it costs nothing.
    fn common_place(&self, digit: u32) -> u32 {
        (0..self.cuts.len()).filter_map(|mode| self.place(mode, digit)).min().unwrap_or(0)
    }

    /// In a mode, how far the product of a digit is shifted.
    pub fn shift(&self, mode: usize, digit: u32) -> u32 {
        if self.at_edge { self.common_place(digit) } else { self.place(mode, digit).unwrap_or(0) }
    }

    /// In a mode, what a digit takes; none where it is left over.
    fn source(&self, mode: usize, digit: u32) -> Option<Source> {
        let (slot, place) = (self.slot(mode, digit)?, self.place(mode, digit)?);
        let shift = if self.at_edge { place - self.common_place(digit) } else { 0 };
        Some(Source { slot, shift })
    }

    /// How far the product of a digit is shifted, and in which modes.
    pub fn shifts(&self, digit: u32) -> Vec<(u32, ModeSet)> {
        sets((0..self.cuts.len()).map(|mode| Some(self.shift(mode, digit))))
    }

    /// Which bit of the lane a bit of a digit's window is, and in which modes; zero in the others. The window's lowest
    /// bit, that of the digit below, has `offset` 0.
    pub fn window(&self, digit: u32, offset: u32) -> Vec<(u32, ModeSet)> {
        let bit = |mode: usize| {
            let slot = self.slot(mode, digit)?;
            let Cut { weight_bits, digits, .. } = self.cuts[mode];
            let place = (self.radix.step() * (digit % digits) + offset).checked_sub(1)?;
            Some(slot * weight_bits + place.min(weight_bits - 1))
        };
        sets((0..self.cuts.len()).map(bit))
    }

    /// By activation that is prepared for a lane, what it may be, and in which modes.
    pub fn activations(&self) -> Vec<Vec<(Source, ModeSet)>> {
        self.shared_sources().iter().map(|sources| sets(sources.iter().copied())).collect()
    }

    /// By activation that is prepared for a lane, the bits by which it is wider than those that come.
    pub fn widenings(&self) -> Vec<u32> {
        let most = |sources: Vec<(Source, ModeSet)>| sources.iter().map(|(source, _)| source.shift).max().unwrap_or(0);
        self.activations().into_iter().map(most).collect()
    }

    /// Which of [`Lane::activations`] a digit takes.
    pub fn activation_of(&self, digit: u32) -> usize {
        self.agreeing(digit, |_| true)
    }

    /// Which of [`Lane::activations`] a digit takes three times: a digit of a weight of two bits is never so large.
    pub fn triple_of(&self, digit: u32) -> usize {
        // Moved up, a word and three times another one need not be of one width.
        if self.at_edge { self.activation_of(digit) } else { self.agreeing(digit, |cut| cut.weight_bits > 2) }
    }

    /// Those of [`Lane::activations`] of which the triple is needed.
    pub fn triples(&self) -> Vec<usize> {
        if self.digit_set() != DigitSet::Radix8 {
            return Vec::new();
        }
        let mut triples: Vec<usize> = (0..self.digits).map(|digit| self.triple_of(digit)).collect();
        triples.sort_unstable();
        triples.dedup();
        triples
    }

    /// The first prepared activation that is what the digit takes in every mode that matters.
    fn agreeing(&self, digit: u32, matters: impl Fn(&Cut) -> bool) -> usize {
        let agrees = |sources: &Vec<Option<Source>>| {
            (0..self.cuts.len())
                .filter(|&mode| matters(&self.cuts[mode]))
                .all(|mode| self.source(mode, digit).is_none_or(|source| sources[mode] == Some(source)))
        };
        self.shared_sources().iter().position(agrees).unwrap_or_default()
    }

    /// The different sequences of sources, by mode, that digits take their activations from.
    fn shared_sources(&self) -> Vec<Vec<Option<Source>>> {
        let mut shared: Vec<Vec<Option<Source>>> = Vec::new();
        for digit in 0..self.digits {
            let sources: Vec<Option<Source>> = (0..self.cuts.len()).map(|mode| self.source(mode, digit)).collect();
            let covers = |other: &Vec<Option<Source>>| {
                sources.iter().zip(other).all(|(source, other)| source.is_none() || source == other)
            };
            if !shared.iter().any(covers) {
                shared.push(sources);
            }
        }
        shared
    }
}

/// The different values by mode, each with the modes that have it.
fn sets<T: Copy + PartialEq>(by_mode: impl Iterator<Item = Option<T>>) -> Vec<(T, ModeSet)> {
    let mut sets: Vec<(T, ModeSet)> = Vec::new();
    for (mode, value) in by_mode.enumerate() {
        let Some(value) = value else { continue };
        match sets.iter_mut().find(|(known, _)| *known == value) {
            Some((_, set)) => *set |= 1 << mode,
            None => sets.push((value, 1 << mode)),
        }
    }
    sets
}

/// The lines that tell the hardware about the mode: each is one in the modes of a set.
#[derive(Clone, Debug)]
pub(super) struct Lines {
    every_mode: ModeSet,
    modes: u32,
    sets: Vec<ModeSet>,
}

impl Lines {
    /// A line for each different set of some modes, of so many.
    pub fn new(modes: usize, sets: impl Iterator<Item = ModeSet>) -> Lines {
        let every_mode = (1 << modes) - 1;
        let mut lines = Lines { every_mode, modes: modes as u32, sets: Vec::new() };
        let mut sets: Vec<ModeSet> = sets.filter(|&set| !lines.is_constant(set)).collect();
        // The other way round, the table of the lines of two modes could be that of their places, and be one with it.
        sets.sort_unstable_by(|one, other| other.cmp(one));
        sets.dedup();
        lines.sets = sets;
        lines
    }

    /// How many there are.
    pub fn count(&self) -> u32 {
        self.sets.len() as u32
    }

    /// All lines from the number of a mode.
    pub fn decode(&self, m: &ModuleBuilder, mode: &Value) -> Value {
        let named = |&set: &ModeSet| {
            let modes = (0..self.modes).filter(|mode| set >> mode & 1 == 1);
            modes.map(|mode| mode.to_string()).collect::<Vec<_>>().join(" or ")
        };
        let names: Vec<String> = self.sets.iter().map(named).collect();
        m.comment(&format!("Lines of the mode, the lowest first: {}.", names.join(", ")));
        let entry = |mode: u32| {
            let lines = (0..).zip(&self.sets).map(|(line, set)| u64::from(set >> mode & 1) << line);
            Bits::from_u64(lines.sum(), self.count())
        };
        mode.table(&(0..self.modes).map(entry).collect::<Vec<_>>(), uint(self.count()))
    }

    /// The primitives of [`Lines::decode`].
    pub fn decode_census(&self) -> Census {
        sum_of(&[(Primitive::Table, 1, self.count() * self.modes)])
    }

    /// Whether a set needs no line.
    pub fn is_constant(&self, set: ModeSet) -> bool {
        set == 0 || set == self.every_mode
    }

    /// The line of a set, out of all; none where the set is none or every mode.
    pub fn line(&self, control: Option<&Value>, set: ModeSet) -> Option<Value> {
        let position = self.sets.iter().position(|&known| known == set)?;
        control.map(|control| control.bit(position as u32))
    }

    /// The value whose set holds the mode; zero where none does.
    pub fn choose(&self, m: &ModuleBuilder, control: Option<&Value>, choices: &[(Value, ModeSet)]) -> Value {
        if let [(value, set)] = choices
            && *set == self.every_mode
        {
            return value.clone();
        }
        let lines: Vec<Option<Value>> = choices.iter().map(|(_, set)| self.line(control, *set)).collect();
        let pairs = lines.iter().zip(choices).filter_map(|(line, (value, _))| Some((line.as_ref()?, value)));
        m.one_hot(&pairs.collect::<Vec<_>>())
    }

    /// The primitives of [`Lines::choose`].
    pub fn choose_census(&self, sets: &[ModeSet], bits: u32) -> Census {
        match sets {
            [only] if *only == self.every_mode => Census::default(),
            _ => sum_of(&[(Primitive::AndOr, 2 * sets.len() as u64 - 1, bits)]),
        }
    }
}
