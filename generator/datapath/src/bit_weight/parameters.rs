//! Parameters of the family, and what they resolve to.

use crate::arith::bit_heap::{Compression, Counter, Order};
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
    Parameter::choice(
        "compression",
        &[
            ("dadda", "as few counters as possible, stage by stage"),
            ("wallace", "as many counters as fit, stage by stage"),
            ("arrival", "the earliest bits first"),
        ],
        Some("dadda"),
        "order of the compressor tree; no effect on the baseline",
    ),
    Parameter::choice(
        "counters",
        &[
            ("three_two", "full and half adders"),
            ("four_two", "4:2 counters beside them"),
            ("six_three", "6:3 counters beside them"),
            ("seven_three", "7:3 counters beside them"),
        ],
        Some("three_two"),
        "largest counter of the compressor tree; no effect on the baseline",
    ),
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
#[derive(Clone, Debug)]
pub(super) struct Config {
    pub geometry: Geometry,
    pub step: Step,
    pub recoding_at_edge: bool,
    pub compression: Compression,
    compression_name: String,
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
                format!("opt1_{place}_{}", self.compression_name)
            }
        }
    }
}

pub(super) fn config(parameters: &Parameters) -> Config {
    let step = if parameters.choice("step") == "baseline" { Step::Baseline } else { Step::Opt1 };
    let sum_form = if step == Step::Baseline { SumForm::Resolved } else { SumForm::CarrySave };
    let (order, counters) = (parameters.choice("compression"), parameters.choice("counters"));
    let larger = match counters {
        "four_two" => Some((Counter::FourTwo, "42")),
        "six_three" => Some((Counter::SixThree, "63")),
        "seven_three" => Some((Counter::SevenThree, "73")),
        _ => None,
    };
    let mut compression = Compression::full_and_half_adders(match order {
        "wallace" => Order::Wallace,
        "arrival" => Order::Arrival,
        _ => Order::Dadda,
    });
    compression.counters.extend(larger.map(|(counter, _)| counter));
    Config {
        geometry: array::geometry(parameters, sum_form),
        step,
        recoding_at_edge: parameters.choice("recoding") == "edge",
        compression,
        compression_name: format!("{order}{}", larger.map_or("", |(_, name)| name)),
    }
}
