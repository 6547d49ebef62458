//! Parameters of the family, and what they resolve to.

use super::RADIX;
use crate::arith::bit_heap::Tree;
use crate::arith::bit_heap::parameters::{COMPRESSION, COUNTERS};
use crate::array::{self, Geometry, SumForm};
use crate::parameter::{Parameter, Parameters};
use tritloom_hdl::{Shape, sint};

pub(super) const TABLE: &[Parameter] = &[
    array::ROWS,
    array::COLUMNS,
    array::DEPTH,
    array::ACTIVATION,
    array::WEIGHT,
    Parameter::choice(
        "zero_digits",
        &[
            ("worked", "a cycle like others: as many cycles for every beat"),
            ("skipped", "a position at which every weight of a beat has a zero takes no cycle"),
        ],
        Some("worked"),
        "what becomes of digits that are zero",
    ),
    Parameter::choice(
        "accumulation",
        &[
            ("resolved", "one word: an adder in the loop"),
            ("carry_save", "two words: a compressor tree in the loop, an adder a column behind the array"),
        ],
        Some("resolved"),
        "what an element keeps of its sum",
    ),
    array::ACCUMULATOR,
    COMPRESSION,
    COUNTERS,
    array::RESOLVE,
    array::MAX_INNER,
    array::MAX_COLUMNS,
];

/// The resolved configuration.
#[derive(Clone, Debug)]
pub(super) struct Config {
    pub geometry: Geometry,
    /// Positions at which all digits are zero take no cycle.
    pub skips: bool,
    /// Elements keep two words, and add no carries up.
    pub carry_save: bool,
    pub tree: Tree,
}

impl Config {
    /// Digits of a weight.
    pub fn digits(&self) -> u32 {
        RADIX.digits(self.geometry.weight())
    }

    /// Bits of an activation as elements see it: moved up by as much as the top digit weighs.
    pub fn moved_bits(&self) -> u32 {
        self.geometry.activation_bits + RADIX.step() * (self.digits() - 1)
    }

    /// Such an activation.
    pub fn moved(&self) -> Shape {
        sint(self.moved_bits())
    }

    /// The part of an element's name that shows how it adds.
    pub fn element_name(&self) -> String {
        match self.carry_save {
            false => "resolved".to_string(),
            true => format!("carry_save_{}", self.tree.name()),
        }
    }

    /// The part of a module name that shows the parameters of the family.
    pub fn name(&self) -> String {
        let skip = if self.skips { "_skip" } else { "" };
        format!("{}{skip}", self.element_name())
    }
}

pub(super) fn config(parameters: &Parameters) -> Config {
    let carry_save = parameters.choice("accumulation") == "carry_save";
    let sum_form = if carry_save { SumForm::CarrySave } else { SumForm::Resolved };
    Config {
        geometry: array::geometry(parameters, sum_form),
        skips: parameters.choice("zero_digits") == "skipped",
        carry_save,
        tree: Tree::new(parameters),
    }
}
