//! Parameters of the family, and what they resolve to.

use crate::arith::bit_heap::Tree;
use crate::arith::bit_heap::parameters::{COMPRESSION, COUNTERS};
use crate::array::{self, Geometry, SumForm};
use crate::parameter::{Parameter, Parameters};

pub(super) const TABLE: &[Parameter] = &[
    Parameter::choice(
        "step",
        &[
            ("baseline", "a multiplier and a carry-propagate addition into the sum in each cycle"),
            (
                "opt1",
                "digit products and the two words of the sum in one compressor tree; carries propagate once a result",
            ),
        ],
        Some("opt1"),
        "how far the carries are moved out of the loop",
    ),
    array::ROWS,
    array::COLUMNS,
    array::DEPTH,
    array::ACTIVATION,
    array::WEIGHT,
    array::ACCUMULATOR,
    Parameter::choice(
        "recoding",
        &[
            ("edge", "once a column; three wires for two bits of weight run through the array"),
            ("element", "in every element; the weights run through the array as they are"),
        ],
        Some("edge"),
        "where weights become Booth digits; no effect on the baseline",
    ),
    COMPRESSION,
    COUNTERS,
    array::RESOLVE,
    array::MAX_INNER,
    array::MAX_COLUMNS,
];

/// How far the carries are moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Baseline,
    Opt1,
}

/// The resolved configuration.
#[derive(Clone, Copy, Debug)]
pub(super) struct Config {
    pub geometry: Geometry,
    pub step: Step,
    pub recoding_at_edge: bool,
    pub tree: Tree,
}

impl Config {
    /// Whether there are digits, and they are made at the edge.
    pub fn recodes_at_edge(&self) -> bool {
        self.step == Step::Opt1 && self.recoding_at_edge
    }

    /// The part of a module name that shows the parameters of the family.
    pub fn name(&self) -> String {
        match self.step {
            Step::Baseline => "baseline".to_string(),
            Step::Opt1 => {
                let place = if self.recoding_at_edge { "edge" } else { "element" };
                format!("opt1_{place}_{}", self.tree.name())
            }
        }
    }
}

pub(super) fn config(parameters: &Parameters) -> Config {
    let step = if parameters.choice("step") == "baseline" { Step::Baseline } else { Step::Opt1 };
    let sum_form = if step == Step::Baseline { SumForm::Resolved } else { SumForm::CarrySave };
    Config {
        geometry: array::geometry(parameters, sum_form),
        step,
        recoding_at_edge: parameters.choice("recoding") == "edge",
        tree: Tree::new(parameters),
    }
}
