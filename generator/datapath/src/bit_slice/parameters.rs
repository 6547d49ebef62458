//! Parameters of the family, and what they resolve to.

use super::edge::edge_census;
use super::slicing::{Side, Slicing, modes};
use crate::arith::adder::FinalAdder;
use crate::arith::bit_heap::Tree;
use crate::arith::bit_heap::parameters::{COMPRESSION, COUNTERS};
use crate::arith::reduction::{ADDERS, Adders, bits_up_to};
use crate::array::{self, Geometry, SumForm, SumWidth, Topology, ZeroPoints};
use crate::parameter::{Parameter, Parameters, Problem};

const SLICES: &[(&str, &str)] = &[("bits1", "1 bit"), ("bits2", "2 bits"), ("bits4", "4 bits"), ("bits8", "8 bits")];
const SIGNS: &[(&str, &str)] = &[("signed", "two's complement"), ("unsigned", "from zero up")];

pub(super) const TABLE: &[Parameter] = &[
    Parameter::choice(
        "shift",
        &[
            ("element", "slice products are shifted before those of `depth` products are added together (BitFusion)"),
            (
                "gathered",
                "slice products of equal place values are added over `depth` first and shifted once (BitBlade)",
            ),
        ],
        Some("gathered"),
        "where slice products get their place values",
    ),
    Parameter::choice("activation_slice", SLICES, Some("bits2"), "width of a slice of an activation"),
    Parameter::choice("weight_slice", SLICES, Some("bits2"), "width of a slice of a weight"),
    Parameter::integer("activation_bits", 1, 16, Some(8), "the widest activations: a multiple of their slices"),
    Parameter::integer("weight_bits", 1, 16, Some(8), "the widest weights: a multiple of their slices"),
    Parameter::choice("activation_sign", SIGNS, Some("signed"), "whether activations may be negative"),
    Parameter::choice("weight_sign", SIGNS, Some("signed"), "whether weights may be negative"),
    Parameter::flag(
        "zero_points",
        Some(false),
        "numbers stand for what they are less a zero point, one for activations and one for the weights of a column",
    ),
    array::TOPOLOGY_OF_PASSING_SUMS,
    array::LAYERS,
    array::ROWS,
    array::COLUMNS,
    array::DEPTH,
    ADDERS,
    COMPRESSION,
    COUNTERS,
    array::MAX_INNER,
    array::MAX_COLUMNS,
    array::MAX_ROWS,
];

/// Slice products of an element: more are more text than tools like to read.
const MOST_PRODUCTS: u32 = 1024;

/// The resolved configuration.
#[derive(Clone, Debug)]
pub(super) struct Config {
    pub geometry: Geometry,
    pub activation: Slicing,
    pub weight: Slicing,
    /// Whether slice products are shifted before they are added over the places of an element.
    pub shift_in_element: bool,
    /// Of the sums of gathered products, and of those of activations.
    pub adders: Adders,
    pub tree: Tree,
}

impl Config {
    pub fn new(parameters: &Parameters) -> Config {
        let number = |name: &str| parameters.integer(name) as u32;
        let slicing = |of: &str| Slicing {
            bits: number(&format!("{of}_bits")),
            slice: match parameters.choice(&format!("{of}_slice")) {
                "bits1" => 1,
                "bits2" => 2,
                "bits4" => 4,
                _ => 8,
            },
            signed: parameters.choice(&format!("{of}_sign")) == "signed",
        };
        let (activation, weight, depth) = (slicing("activation"), slicing("weight"), number("depth"));
        Config {
            geometry: Geometry {
                topology: array::topology(parameters),
                rows: array::rows(parameters),
                columns: number("columns"),
                depth,
                activation_bits: activation.bits,
                weight_bits: weight.bits,
                modes: modes(activation, weight, depth),
                passes: 1,
                beat_waits: false,
                dealt: None,
                element_stages: 1,
                zero_points: parameters
                    .flag("zero_points")
                    .then(|| ZeroPoints { activation: activation.widest(), weight: weight.widest() }),
                sum_width: SumWidth::Exact,
                sum_form: SumForm::Resolved,
                resolve: FinalAdder::Synthesiser,
                max_inner: number("max_inner"),
                max_columns: number("max_columns"),
            },
            activation,
            weight,
            shift_in_element: parameters.choice("shift") == "element",
            adders: Adders::new(parameters),
            tree: Tree::new(parameters),
        }
    }

    /// Whether elements pass sums on instead of keeping them.
    pub fn passes_sums(&self) -> bool {
        matches!(self.geometry.topology, Topology::WeightStationary { .. })
    }

    /// The part of a module name that shows it.
    pub fn passing(&self) -> &'static str {
        if self.passes_sums() { "_passing" } else { "" }
    }

    /// How the numbers of a side are cut.
    pub fn slicing(&self, side: Side) -> &Slicing {
        match side {
            Side::Activation => &self.activation,
            Side::Weight => &self.weight,
        }
    }

    /// Slices of the activations of full width that meet a weight in an element: those of all its places.
    pub fn activation_slices(&self) -> u32 {
        self.geometry.depth * self.activation.count()
    }

    /// The greatest magnitude of a slice product.
    pub fn product_magnitude(&self) -> u64 {
        self.activation.magnitude() * self.weight.magnitude()
    }

    /// Bits of a slice product.
    pub fn product_bits(&self) -> u32 {
        bits_up_to(self.product_magnitude())
    }

    /// Whether adders add up products or activations: otherwise all products enter the compressor tree.
    fn has_adders(&self) -> bool {
        !self.shift_in_element || self.geometry.zero_points.is_some()
    }

    /// The part of a module name that shows the parameters of the family.
    pub fn name(&self) -> String {
        let shift = if self.shift_in_element { "element" } else { "gathered" };
        let (activation, weight) = (self.activation.name("a"), self.weight.name("w"));
        let adders = if self.has_adders() { self.adders.name_suffix() } else { "" };
        format!("{shift}_{activation}_{weight}{adders}_{}", self.tree.name())
    }
}

/// Rules between the parameters.
pub(super) fn legality(parameters: &Parameters) -> Vec<Problem> {
    let config = Config::new(parameters);
    let sides = [
        ("C0251", "activation_bits", "activation_slice", config.activation),
        ("C0252", "weight_bits", "weight_slice", config.weight),
    ];
    let mut problems: Vec<Problem> = Vec::new();
    for (code, bits, slice, slicing) in sides {
        if !slicing.bits.is_multiple_of(slicing.slice) {
            let message = format!("{} bits are no whole number of slices of {}", slicing.bits, slicing.slice);
            let legal = format!("a multiple of {}", slicing.slice);
            let nearest = slicing.bits.next_multiple_of(slicing.slice);
            problems.push(Problem::rule(code, bits, message, legal).involving(&[slice]).nearest(nearest));
        }
    }
    if !problems.is_empty() {
        return problems;
    }
    let products = config.activation_slices() * config.weight.count();
    if products > MOST_PRODUCTS {
        // At least 4: a product of the widest numbers has 16 by 16 slices at most.
        let most = MOST_PRODUCTS / (config.activation.count() * config.weight.count());
        let message = format!("an element would have {products} multipliers of slices, over {MOST_PRODUCTS}");
        let involved = ["activation_bits", "weight_bits", "activation_slice", "weight_slice"];
        let problem = Problem::rule("C0253", "depth", message, format!("at most {most} with these slices"));
        return vec![problem.involving(&involved).nearest(most)];
    }
    problems.extend(array::legality(&config.geometry));
    if problems.is_empty() {
        let prepared = [Side::Activation, Side::Weight].map(|side| edge_census(&config, side).1);
        problems.extend(array::bus_legality(&config.geometry, prepared));
    }
    problems
}
