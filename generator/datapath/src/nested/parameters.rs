//! Parameters of the family, and what they resolve to.

use super::slices::Slicing;
use crate::arith::adder::FinalAdder;
use crate::arith::reduction::{ADDERS, Adders};
use crate::array::{self, Geometry, Mode, Numbers, Operand, SumForm, SumWidth, Topology};
use crate::parameter::{Parameter, Parameters, Problem};
use tritloom_hdl::sint;

pub(super) const TABLE: &[Parameter] = &[
    Parameter::choice(
        "slicing",
        &[
            ("floor", "the top bits as they are: the rest is never negative"),
            (
                "rounded",
                "the nearest multiple: the rest has a sign, and one bit more than it leaves out (LSB-augmented)",
            ),
        ],
        Some("rounded"),
        "how a weight is cut into its draft and the rest",
    ),
    Parameter::integer("activation_bits", 2, 16, Some(8), "signed activations"),
    Parameter::integer("weight_bits", 2, 16, Some(8), "signed weights, whole"),
    Parameter::integer("draft_bits", 1, 15, Some(4), "bits of a draft weight, the top ones: fewer than weight_bits"),
    array::TOPOLOGY_OF_PASSING_SUMS,
    array::LAYERS,
    array::ROWS,
    array::COLUMNS,
    array::DEPTH,
    ADDERS,
    array::MAX_INNER,
    array::MAX_COLUMNS,
    array::MAX_ROWS,
];

/// The modes of a run, by their number.
pub const DRAFT: usize = 0;
/// Adds the rest to the sums that the elements hold.
pub const REST: usize = 1;

/// The resolved configuration.
#[derive(Clone, Debug)]
pub(super) struct Config {
    pub geometry: Geometry,
    pub slicing: Slicing,
    /// Of the products of a cycle.
    pub adders: Adders,
}

impl Config {
    pub fn new(parameters: &Parameters) -> Config {
        let number = |name: &str| parameters.integer(name) as u32;
        let slicing = Slicing {
            weight_bits: number("weight_bits"),
            draft_bits: number("draft_bits"),
            rounded: parameters.choice("slicing") == "rounded",
        };
        let (depth, activation_bits, max_inner) = (number("depth"), number("activation_bits"), number("max_inner"));
        let mode = |name: &str, weight| Mode {
            name: name.to_string(),
            activation: Operand::dense(Numbers::Integers(sint(activation_bits))),
            weight: Operand::dense(Numbers::Integers(weight)),
            places: depth,
        };
        let magnitude = 1u64 << (activation_bits + slicing.weight_bits - 2);
        Config {
            geometry: Geometry {
                topology: array::topology(parameters),
                rows: array::rows(parameters),
                columns: number("columns"),
                depth,
                activation_bits,
                weight_bits: slicing.weight_bits,
                modes: vec![mode("draft", slicing.draft()), mode("rest", slicing.rest())],
                passes: 1,
                beat_waits: false,
                dealt: None,
                element_stages: 0,
                zero_points: None,
                sum_width: SumWidth::OverRuns { magnitude, mode: REST },
                sum_form: SumForm::Resolved,
                resolve: FinalAdder::Synthesiser,
                max_inner,
                max_columns: number("max_columns"),
            },
            slicing,
            adders: Adders::new(parameters),
        }
    }

    /// Whether elements pass sums on instead of keeping them.
    pub fn passes_sums(&self) -> bool {
        matches!(self.geometry.topology, Topology::WeightStationary { .. })
    }

    /// Bits that the multipliers take of a weight: those of its wider slice, signed.
    pub fn slice_bits(&self) -> u32 {
        self.slicing.draft_bits.max(self.slicing.dropped_bits() + 1)
    }

    /// The part of a module name that shows the parameters of the family.
    pub fn name(&self) -> String {
        let slicing = if self.slicing.rounded { "rounded" } else { "floor" };
        let (activation, weight) = (self.geometry.activation_bits, self.slicing.weight_bits);
        let adders = self.adders.name_suffix();
        format!("{slicing}_a{activation}_w{weight}_r{}{adders}", self.slicing.draft_bits)
    }

    /// The greatest magnitude of a product of an activation and a slice.
    pub fn slice_product_magnitude(&self) -> u64 {
        1 << (self.geometry.activation_bits + self.slice_bits() - 2)
    }
}

/// Rules between the parameters.
pub(super) fn legality(parameters: &Parameters) -> Vec<Problem> {
    let (weight, draft) = (parameters.integer("weight_bits"), parameters.integer("draft_bits"));
    if draft >= weight {
        let message = format!("a draft of {draft} bits leaves no rest of {weight}");
        let problem = Problem::rule("C0261", "draft_bits", message, format!("at most {}", weight - 1));
        return vec![problem.involving(&["weight_bits"]).nearest(weight - 1)];
    }
    array::legality(&Config::new(parameters).geometry)
}
