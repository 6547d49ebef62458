//! Parameters of the family, and what they resolve to.

use super::{element, feeder, serial};
use crate::arith::bit_heap::parameters::{COMPRESSION, COUNTERS};
use crate::arith::bit_heap::{Carries, Tree};
use crate::arith::reduction::{ADDERS, Adders, bits_up_to};
use crate::array::{self, Dealt, Geometry, SumForm, Topology};
use crate::parameter::{Parameter, Parameters, Problem};
use std::ops::Range;
use tritloom_hdl::Shape;

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
            ("opt3", "one digit a cycle, zeros skipped: each element looks for the next digit of its column itself"),
            ("opt4c", "the same, looked for once a column, before its elements"),
            ("opt4e", "a digit of each `group` of places a cycle, looked for once a column, into one sum"),
        ],
        Some("opt1"),
        "how far the carries are moved out of the loop",
    ),
    array::ANY_TOPOLOGY,
    array::LAYERS,
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
            ("ent", "once a column, EN-T digits: two wires for two bits of weight and a sign run through the array"),
            ("element", "in every element; the weights run through the array as they are"),
        ],
        Some("edge"),
        "where weights become digits; no effect on the baseline",
    ),
    Parameter::integer(
        "group",
        2,
        16,
        Some(4),
        "places of which an element takes a digit a cycle with `step: opt4e`; with opt3 and opt4c these are all `depth`",
    ),
    ADDERS,
    COMPRESSION,
    COUNTERS,
    Parameter::integer(
        "carry_spacing",
        1,
        16,
        Some(1),
        "columns of a sum above its products from those in which carries wait to the next, with `step: opt1`: 1, in every one, or 3 and more; no effect otherwise",
    ),
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
    Opt3,
    Opt4c,
    Opt4e,
}

/// Where weights become digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Recoding {
    /// At the edge of the array, Booth's.
    Edge,
    /// At the edge of the array, EN-T.
    Ent,
    /// In elements, Booth's.
    Element,
}

/// The resolved configuration.
#[derive(Clone, Debug)]
pub(super) struct Config {
    pub geometry: Geometry,
    pub step: Step,
    pub recoding: Recoding,
    /// The most places of a group of which an element takes a digit a cycle.
    pub group: u32,
    /// Of the baseline.
    pub adders: Adders,
    pub tree: Tree,
}

impl Config {
    /// Whether elements pass sums on instead of keeping them.
    pub fn passes_sums(&self) -> bool {
        matches!(self.geometry.topology, Topology::WeightStationary { .. })
    }

    /// Whether elements take the sum of the one below.
    pub fn drains(&self) -> bool {
        self.geometry.topology == Topology::Draining
    }

    /// Whether there are digits, and they are made at the edge.
    pub fn recodes_at_edge(&self) -> bool {
        self.is_serial() || (self.step != Step::Baseline && self.recoding != Recoding::Element)
    }

    /// A number of the side that becomes digits: weights, or the vectors that pass weights that stay and are taken digit by
    /// digit.
    pub fn recoded(&self) -> Shape {
        if self.is_serial() && self.passes_sums() { self.geometry.activation() } else { self.geometry.weight() }
    }

    /// A number of the side that meets single digits.
    pub fn whole(&self) -> Shape {
        if self.passes_sums() { self.geometry.weight() } else { self.geometry.activation() }
    }

    /// Whose digits those of a weight are.
    pub fn digits_word(&self) -> &'static str {
        if self.recoding == Recoding::Ent { "EN-T" } else { "Booth" }
    }

    /// Whether digits are added one after the other.
    pub fn is_serial(&self) -> bool {
        matches!(self.step, Step::Opt3 | Step::Opt4c | Step::Opt4e)
    }

    /// Whether serial elements see one place, so that there is no digit to look for: a beat takes a cycle.
    pub fn has_one_place(&self) -> bool {
        self.geometry.depth == 1
    }

    /// Whether elements look for the next digit themselves.
    pub fn elements_find_digits(&self) -> bool {
        self.step == Step::Opt3 && !self.has_one_place()
    }

    /// The places of each group of which a serial element takes a digit a cycle.
    pub fn groups(&self) -> Vec<Range<u32>> {
        let (depth, most) = (self.geometry.depth, self.group as usize);
        (0..depth).step_by(most).map(|first| first..(first + self.group).min(depth)).collect()
    }

    /// The part of an element's name that shows the parameters of the family.
    pub fn element_name(&self) -> String {
        let passing = match self.geometry.topology {
            Topology::WeightStationary { .. } => "_passing",
            Topology::Draining => "_draining",
            Topology::Broadcast | Topology::Cube { .. } | Topology::Tree | Topology::OutputStationary => "",
        };
        format!("{}{passing}", self.name())
    }

    /// The part of a module name that shows the parameters of the family.
    pub fn name(&self) -> String {
        let place = match self.recoding {
            Recoding::Edge => "edge",
            Recoding::Ent => "ent",
            Recoding::Element => "element",
        };
        match self.step {
            Step::Baseline => format!("baseline{}", self.adders.name_suffix()),
            Step::Opt1 => {
                let apart = match self.geometry.sum_form {
                    SumForm::CarrySave(Carries::Apart { spacing, .. }) => format!("_c{spacing}"),
                    _ => String::new(),
                };
                format!("opt1_{place}_{}{apart}", self.tree.name())
            }
            Step::Opt2 => format!("opt2_{place}_{}", self.tree.name()),
            Step::Opt3 => format!("opt3_{}", self.tree.name()),
            Step::Opt4c => format!("opt4c_{}", self.tree.name()),
            Step::Opt4e => format!("opt4e_g{}_{}", self.group, self.tree.name()),
        }
    }
}

pub(super) fn config(parameters: &Parameters) -> Config {
    let step = match parameters.choice("step") {
        "baseline" => Step::Baseline,
        "opt2" => Step::Opt2,
        "opt3" => Step::Opt3,
        "opt4c" => Step::Opt4c,
        "opt4e" => Step::Opt4e,
        _ => Step::Opt1,
    };
    let mut geometry = array::geometry(parameters, SumForm::Resolved);
    geometry.sum_form = match step {
        Step::Baseline => SumForm::Resolved,
        Step::Opt1 => SumForm::CarrySave(carries(&geometry, parameters.integer("carry_spacing") as u32)),
        Step::Opt3 | Step::Opt4c | Step::Opt4e => SumForm::CARRY_SAVE,
        Step::Opt2 => SumForm::ByPosition(element::positions(geometry.weight())),
    };
    let recoding = match parameters.choice("recoding") {
        "ent" => Recoding::Ent,
        "element" => Recoding::Element,
        _ => Recoding::Edge,
    };
    let group = if step == Step::Opt4e { parameters.integer("group") as u32 } else { geometry.depth };
    let mut config =
        Config { geometry, step, recoding, group, adders: Adders::new(parameters), tree: Tree::new(parameters) };
    if config.is_serial() {
        config.geometry.passes = element::positions(config.recoded()).count;
        config.geometry.beat_waits = true;
        config.geometry.element_stages = serial::STAGES;
        let digits = config.groups().len() as u32;
        let most_cycles = config.group.min(config.geometry.depth);
        let dealt = Dealt { digits, reach: 2, most_cycles, step: element::RADIX.step() };
        config.geometry.dealt = config.passes_sums().then_some(dealt);
    }
    config
}

/// Where the carries of a sum wait: apart in the columns above those that the products of a cycle reach, if that saves any.
fn carries(geometry: &Geometry, spacing: u32) -> Carries {
    let products = geometry.product_magnitude() * u64::from(geometry.depth);
    let apart = Carries::Apart { from: bits_up_to(products) - 1, spacing };
    let bits = geometry.kept_bits();
    if spacing > 1 && apart.count(bits) < bits { apart } else { Carries::Everywhere }
}

/// Rules between the parameters.
pub(super) fn legality(parameters: &Parameters) -> Vec<Problem> {
    let config = config(parameters);
    let mut problems = array::legality(&config.geometry);
    if config.step == Step::Opt1 && parameters.integer("carry_spacing") == 2 {
        let message = "two carries in every second column are as many as one in every column: nothing is saved";
        problems.push(Problem::rule("C0232", "carry_spacing", message, "1, or 3 to 16").nearest(3));
    }
    if !config.is_serial() {
        return problems;
    }
    if problems.is_empty() {
        problems.extend(match config.passes_sums() {
            true => array::bus_legality(&config.geometry, feeder::dealt_bits(&config)),
            false => array::feeder_legality(&config.geometry, feeder::dealt_bits(&config)),
        });
    }
    problems
}
