//! Parameters of the family, and what they resolve to.

use super::element;
use crate::arith::bit_heap::Tree;
use crate::arith::bit_heap::parameters::{COMPRESSION, COUNTERS};
use crate::array::{self, Geometry, SumForm, Topology};
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
            (
                "opt2",
                "digit products of equal weight in sums of their own; shifted and merged once a result, behind the array",
            ),
        ],
        Some("opt1"),
        "how far the carries are moved out of the loop",
    ),
    array::ANY_TOPOLOGY,
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
    array::MAX_ROWS,
];

/// How far the carries are moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Baseline,
    Opt1,
    Opt2,
}

/// The resolved configuration.
#[derive(Clone, Debug)]
pub(super) struct Config {
    pub geometry: Geometry,
    pub step: Step,
    pub recoding_at_edge: bool,
    pub tree: Tree,
}

impl Config {
    /// Whether elements pass sums on instead of keeping them.
    pub fn passes_sums(&self) -> bool {
        matches!(self.geometry.topology, Topology::WeightStationary { .. })
    }

    /// Whether there are digits, and they are made at the edge.
    pub fn recodes_at_edge(&self) -> bool {
        self.step != Step::Baseline && self.recoding_at_edge
    }

    /// The part of a module name that shows the parameters of the family.
    pub fn name(&self) -> String {
        let passing = if self.passes_sums() { "_passing" } else { "" };
        let place = if self.recoding_at_edge { "edge" } else { "element" };
        match self.step {
            Step::Baseline => format!("baseline{passing}"),
            Step::Opt1 => format!("opt1_{place}_{}{passing}", self.tree.name()),
            Step::Opt2 => format!("opt2_{place}_{}{passing}", self.tree.name()),
        }
    }
}

pub(super) fn config(parameters: &Parameters) -> Config {
    let step = match parameters.choice("step") {
        "baseline" => Step::Baseline,
        "opt2" => Step::Opt2,
        _ => Step::Opt1,
    };
    let mut geometry = array::geometry(parameters, SumForm::Resolved);
    geometry.sum_form = match step {
        Step::Baseline => SumForm::Resolved,
        Step::Opt1 => SumForm::CarrySave,
        Step::Opt2 => SumForm::ByPosition(element::positions(geometry.weight())),
    };
    let recoding_at_edge = parameters.choice("recoding") == "edge";
    Config { geometry, step, recoding_at_edge, tree: Tree::new(parameters) }
}
