//! Parameters of the family, and what they resolve to.

use super::RADIX;
use crate::arith::bit_heap::Tree;
use crate::arith::bit_heap::parameters::{COMPRESSION, COUNTERS};
use crate::arith::reduction::{ADDERS, Adders, partial_bits};
use crate::array::{self, Geometry, Mode, Numbers, Operand, SumForm, Topology};
use crate::parameter::{Parameter, Parameters, Problem};
use tritloom_hdl::{Shape, bits_for, sint};

pub(super) const TABLE: &[Parameter] = &[
    array::TOPOLOGY_OF_PASSING_SUMS,
    array::LAYERS,
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
        "shift",
        &[
            ("element", "the sum of an element's products: smaller where depth is 2 or more"),
            ("edge", "the activations, once a row: smaller and faster where depth is 1"),
        ],
        Some("element"),
        "what is moved up to the position of the digits; no effect with `topology: weight_stationary`, where sums are, behind the array",
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
    ADDERS,
    COMPRESSION,
    COUNTERS,
    array::RESOLVE,
    array::MAX_INNER,
    array::MAX_COLUMNS,
    array::MAX_ROWS,
];

/// What is moved up to the position of the digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shift {
    /// The sum of an element's products.
    Element,
    /// Activations, once a row.
    Edge,
    /// Sums of the passes of a vector, behind an array in which weights stay.
    Behind,
}

/// The resolved configuration.
#[derive(Clone, Debug)]
pub(super) struct Config {
    pub geometry: Geometry,
    /// Positions at which all digits are zero take no cycle.
    pub skips: bool,
    pub shift: Shift,
    /// Elements keep two words, and add no carries up.
    pub carry_save: bool,
    /// Of the sum of an element's products.
    pub adders: Adders,
    pub tree: Tree,
}

/// The widths that a run may name, by the digits of a weight.
const PRECISIONS: [&str; 8] = ["int2", "int4", "int6", "int8", "int10", "int12", "int14", "int16"];

impl Config {
    /// Digits of a weight of full width.
    pub fn digits(&self) -> u32 {
        RADIX.digits(self.geometry.weight())
    }

    /// Bits of the number of a digit.
    pub fn position_bits(&self) -> u32 {
        bits_for(u64::from(self.digits()) - 1)
    }

    /// Bits by which the top digit is moved up.
    pub fn furthest(&self) -> u32 {
        RADIX.step() * (self.digits() - 1)
    }

    /// Whether activations are moved up, at the edge of the array.
    pub fn at_edge(&self) -> bool {
        self.shift == Shift::Edge
    }

    /// Whether elements pass sums on instead of keeping them.
    pub fn passes_sums(&self) -> bool {
        self.shift == Shift::Behind
    }

    /// An activation as elements see it.
    pub fn seen_activation(&self) -> Shape {
        sint(self.geometry.activation_bits + if self.at_edge() { self.furthest() } else { 0 })
    }

    /// The greatest magnitude of a digit's product as it enters the sum of an element's products.
    pub fn term_magnitude(&self) -> u64 {
        self.geometry.product_magnitude() >> if self.at_edge() { 0 } else { self.furthest() }
    }

    /// What enters the sum of an element in a cycle: how many words, and the bits of each.
    pub fn terms(&self) -> (u32, u32) {
        let depth = self.geometry.depth;
        let word = |count: u32| partial_bits(count.into(), self.term_magnitude(), true);
        match self.shift {
            Shift::Element => (1, word(depth) + self.furthest()),
            Shift::Edge | Shift::Behind => (depth, word(1)),
        }
    }

    /// Bits that the feeder deals to a row and to a column.
    pub fn dealt_bits(&self) -> [u32; 2] {
        let depth = self.geometry.depth;
        let position = if self.at_edge() { 0 } else { self.position_bits() };
        [depth * self.seen_activation().width, depth * RADIX.digit_set().bits() + position]
    }

    /// Whether adders add products up: otherwise all of them enter the compressor tree.
    fn has_adders(&self) -> bool {
        !(self.shift != Shift::Element && self.carry_save)
    }

    /// The part of an element's name that shows how it adds.
    pub fn element_name(&self) -> String {
        let shift = match self.shift {
            Shift::Element => "element",
            Shift::Edge => "edge",
            Shift::Behind => "passing",
        };
        let adders = if self.has_adders() { self.adders.name_suffix() } else { "" };
        match self.carry_save {
            false => format!("{shift}_resolved{adders}"),
            true => format!("{shift}{adders}_carry_save_{}", self.tree.name()),
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
    let sum_form = if carry_save { SumForm::CARRY_SAVE } else { SumForm::Resolved };
    let mut geometry = array::geometry(parameters, sum_form);
    let digits = RADIX.digits(geometry.weight()) as usize;
    let weights_stay = matches!(geometry.topology, Topology::WeightStationary { .. });
    let modes = PRECISIONS[..digits].iter().zip(1..);
    geometry.modes = modes.map(|(name, digits)| mode(&geometry, name, (digits, weights_stay))).collect();
    Config {
        geometry,
        skips: parameters.choice("zero_digits") == "skipped",
        shift: match parameters.choice("shift") {
            _ if weights_stay => Shift::Behind,
            "edge" => Shift::Edge,
            _ => Shift::Element,
        },
        carry_save,
        adders: Adders::new(parameters),
        tree: Tree::new(parameters),
    }
}

/// Weights of so many digits, each in the low bits of a place as wide as the widest.
fn mode(geometry: &Geometry, name: &str, (digits, weights_stay): (u32, bool)) -> Mode {
    let shape = sint(RADIX.step() * digits);
    let numbers = if weights_stay { Numbers::Digits(shape, RADIX.step()) } else { Numbers::Integers(shape) };
    Mode {
        name: name.to_string(),
        activation: Operand::dense(Numbers::Integers(geometry.activation())),
        weight: Operand { numbers, lanes: 1, lane_bits: 0, pitch: geometry.weight_bits },
        places: geometry.depth,
    }
}

/// Rules between the parameters.
pub(super) fn legality(parameters: &Parameters) -> Vec<Problem> {
    let config = config(parameters);
    let mut problems = array::legality(&config.geometry);
    if config.passes_sums() {
        if config.skips {
            let message = "where weights stay a whole tile of them takes the same positions, and hardly one is zero in all of them";
            let problem = Problem::rule("C0281", "zero_digits", message, "worked");
            problems.push(problem.involving(&["topology"]).nearest("worked"));
        }
        return problems;
    }
    if problems.is_empty() {
        problems.extend(array::feeder_legality(&config.geometry, config.dealt_bits()));
        let rows = config.at_edge().then_some(("rows", config.geometry.rows));
        problems.extend(rows.and_then(|rows| array::feeder_loop_legality(&config.geometry, "activations", rows)));
    }
    problems
}
