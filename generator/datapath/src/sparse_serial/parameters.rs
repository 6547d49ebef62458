//! Parameters of the family, and what they resolve to.

use crate::arith::bit_heap::Tree;
use crate::arith::bit_heap::parameters::{COMPRESSION, COUNTERS};
use crate::arith::recode::canonical;
use crate::array::{self, Dealt, Geometry, SumForm, Topology};
use crate::parameter::{Parameter, Parameters, Problem};
use tritloom_hdl::{Shape, bits_for};

pub(super) const TABLE: &[Parameter] = &[
    Parameter::choice(
        "serial",
        &[
            ("weights", "a digit of each weight times a whole activation"),
            ("activations", "a digit of each activation times a whole weight (Pragmatic)"),
            ("both", "a digit of each activation times one of each weight (Laconic)"),
        ],
        Some("activations"),
        "what is taken digit by digit",
    ),
    array::TOPOLOGY_OF_PASSING_SUMS,
    array::LAYERS,
    array::ROWS,
    array::COLUMNS,
    array::DEPTH,
    array::ACTIVATION,
    array::WEIGHT,
    array::ACCUMULATOR,
    COMPRESSION,
    COUNTERS,
    array::RESOLVE,
    array::MAX_INNER,
    array::MAX_COLUMNS,
    array::MAX_ROWS,
];

/// What is taken digit by digit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Serial {
    Weights,
    Activations,
    Both,
}

/// How numbers of a side get to the elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// As they are.
    Whole,
    /// A digit a cycle, told by its position: elements move what it meets up by it.
    Position,
    /// A digit a cycle, told as a power of two: what elements move up.
    Power,
}

/// The resolved configuration.
#[derive(Clone, Debug)]
pub(super) struct Config {
    pub geometry: Geometry,
    pub serial: Serial,
    pub tree: Tree,
}

impl Config {
    pub fn new(parameters: &Parameters) -> Config {
        let serial = match parameters.choice("serial") {
            "weights" => Serial::Weights,
            "both" => Serial::Both,
            _ => Serial::Activations,
        };
        let geometry = array::geometry(parameters, SumForm::CARRY_SAVE);
        let mut config = Config { geometry, serial, tree: Tree::new(parameters) };
        if let Topology::WeightStationary { .. } = config.geometry.topology {
            let (digits, count) = (config.geometry.depth, config.activations().digits());
            let (reach, most_cycles) = (1 << (count - 1), count.div_ceil(2));
            config.geometry.dealt = Some(Dealt { digits, reach, most_cycles, step: 0 });
        }
        config
    }

    /// Whether elements pass sums on instead of keeping them.
    pub fn passes_sums(&self) -> bool {
        self.geometry.dealt.is_some()
    }

    /// The activations, and how they get to the elements.
    pub fn activations(&self) -> Numbers {
        let form = match self.serial {
            Serial::Weights => Form::Whole,
            Serial::Activations => Form::Position,
            Serial::Both => Form::Power,
        };
        Numbers { shape: self.geometry.activation(), form }
    }

    /// The weights, and how they get to the elements.
    pub fn weights(&self) -> Numbers {
        let form = if self.serial == Serial::Activations { Form::Whole } else { Form::Position };
        Numbers { shape: self.geometry.weight(), form }
    }

    /// The side that is told by positions, and the one that elements move up.
    pub fn positions_and_moved(&self) -> [Numbers; 2] {
        match self.serial {
            Serial::Activations => [self.activations(), self.weights()],
            Serial::Weights | Serial::Both => [self.weights(), self.activations()],
        }
    }

    /// Bits that a row and a column see.
    pub fn dealt_bits(&self) -> [u32; 2] {
        [self.activations(), self.weights()].map(|numbers| self.geometry.depth * numbers.dealt_bits())
    }

    /// The part of an element's name that shows the parameters of the family.
    pub fn element_name(&self) -> String {
        format!("{}{}", self.name(), if self.passes_sums() { "_passing" } else { "" })
    }

    /// The part of a module name that shows the parameters of the family.
    pub fn name(&self) -> String {
        let serial = match self.serial {
            Serial::Weights => "weights",
            Serial::Activations => "activations",
            Serial::Both => "both",
        };
        format!("{serial}_{}", self.tree.name())
    }
}

/// The numbers of a side.
#[derive(Clone, Copy, Debug)]
pub(super) struct Numbers {
    pub shape: Shape,
    pub form: Form,
}

impl Numbers {
    /// Digits of a number.
    pub fn digits(&self) -> u32 {
        canonical::digits(self.shape)
    }

    /// Bits of the position of a digit.
    pub fn position_bits(&self) -> u32 {
        bits_for(u64::from(self.digits()) - 1)
    }

    /// Bits that elements see of a place: of a digit its position, whether there is one, and its sign on top, or its power
    /// of two, zero where there is none, and its sign on top.
    pub fn dealt_bits(&self) -> u32 {
        match self.form {
            Form::Whole => self.shape.width,
            Form::Position => self.position_bits() + 2,
            Form::Power => self.digits() + 1,
        }
    }
}

/// Rules between the parameters.
pub(super) fn legality(parameters: &Parameters) -> Vec<Problem> {
    let config = Config::new(parameters);
    let mut problems = array::legality(&config.geometry);
    if config.passes_sums() && config.serial != Serial::Activations {
        let message = "weights that stay are seen whole: digits are those of the vectors that pass";
        let problem = Problem::rule("C0282", "serial", message, "activations");
        problems.push(problem.involving(&["topology"]).nearest("activations"));
    }
    if problems.is_empty() {
        // Inside the feeder stand all digits of a beat, two bits each.
        let geometry = &config.geometry;
        let [row, column] = config.dealt_bits();
        let digits = [2 * geometry.row_bits(), 2 * geometry.column_bits()];
        problems.extend(array::bus_legality(geometry, [row.max(digits[0]), column.max(digits[1])]));
    }
    problems
}
