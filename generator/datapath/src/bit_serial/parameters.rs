//! Parameters of the family, and what they resolve to.

use crate::arith::bit_heap::Tree;
use crate::arith::bit_heap::parameters::{COMPRESSION, COUNTERS};
use crate::array::{self, Geometry, Mode, Numbers, Operand, SumForm, SumWidth, Topology};
use crate::parameter::{Parameter, Parameters, Problem};
use tritloom_hdl::Shape;

const SIGNS: &[(&str, &str)] = &[("signed", "two's complement"), ("unsigned", "from zero up")];

pub(super) const TABLE: &[Parameter] = &[
    Parameter::choice(
        "serial",
        &[
            ("weights", "a bit of every weight a cycle, whole activations (UNPU)"),
            ("activations", "a bit of every activation a cycle, whole weights (Stripes)"),
            ("both", "a bit of every activation and of every weight a cycle (Loom)"),
        ],
        Some("weights"),
        "what enters bit by bit",
    ),
    Parameter::integer("activation_bits", 1, 16, Some(8), "bits of the widest activations: at least 2 where serial"),
    Parameter::integer("weight_bits", 1, 16, Some(8), "bits of the widest weights: at least 2 where serial"),
    Parameter::choice("activation_sign", SIGNS, Some("signed"), "whether activations may be negative"),
    Parameter::choice("weight_sign", SIGNS, Some("signed"), "whether weights may be negative"),
    array::ANY_TOPOLOGY,
    array::LAYERS,
    array::ROWS,
    array::COLUMNS,
    array::DEPTH,
    COMPRESSION,
    COUNTERS,
    array::RESOLVE,
    array::MAX_INNER,
    array::MAX_COLUMNS,
    array::MAX_ROWS,
];

/// One side of a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Activation,
    Weight,
}

/// What enters bit by bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Serial {
    One(Side),
    Both,
}

/// The resolved configuration.
#[derive(Clone, Debug)]
pub(super) struct Config {
    pub geometry: Geometry,
    pub serial: Serial,
    /// The widest numbers.
    pub activation: Shape,
    pub weight: Shape,
    pub tree: Tree,
}

impl Config {
    pub fn new(parameters: &Parameters) -> Config {
        let number = |name: &str| parameters.integer(name) as u32;
        let shape = |of: &str| Shape {
            width: number(&format!("{of}_bits")),
            signed: parameters.choice(&format!("{of}_sign")) == "signed",
        };
        let (activation, weight) = (shape("activation"), shape("weight"));
        let serial = match parameters.choice("serial") {
            "activations" => Serial::One(Side::Activation),
            "both" => Serial::Both,
            _ => Serial::One(Side::Weight),
        };
        let depth = number("depth");
        let topology = array::topology(parameters);
        let geometry = Geometry {
            topology,
            rows: array::rows(parameters),
            columns: number("columns"),
            depth,
            activation_bits: activation.width,
            weight_bits: weight.width,
            modes: modes(serial, activation, weight, (depth, weights_stay(&topology))),
            passes: 1,
            beat_waits: false,
            dealt: None,
            element_stages: 0,
            zero_points: None,
            sum_width: SumWidth::Exact,
            sum_form: SumForm::CARRY_SAVE,
            resolve: array::resolve(parameters),
            max_inner: number("max_inner"),
            max_columns: number("max_columns"),
        };
        Config { geometry, serial, activation, weight, tree: Tree::new(parameters) }
    }

    /// The widest numbers of a side.
    pub fn shape(&self, side: Side) -> Shape {
        match side {
            Side::Activation => self.activation,
            Side::Weight => self.weight,
        }
    }

    /// Whether a side enters bit by bit.
    pub fn is_serial(&self, side: Side) -> bool {
        self.serial == Serial::Both || self.serial == Serial::One(side)
    }

    /// The part of a module name that shows the numbers and what is serial.
    pub fn numbers_name(&self) -> String {
        let serial = match self.serial {
            Serial::One(Side::Activation) => "activations",
            Serial::One(Side::Weight) => "weights",
            Serial::Both => "both",
        };
        let name = |Shape { width, signed }: Shape| format!("{width}{}", if signed { "s" } else { "u" });
        format!("{serial}_a{}_w{}", name(self.activation), name(self.weight))
    }

    /// Whether the sums of elements leave through one another.
    pub fn drains(&self) -> bool {
        self.geometry.topology == Topology::Draining
    }

    /// Whether elements pass sums on instead of keeping them.
    pub fn passes_sums(&self) -> bool {
        weights_stay(&self.geometry.topology)
    }
}

fn weights_stay(topology: &Topology) -> bool {
    matches!(topology, Topology::WeightStationary { .. })
}

/// Every precision of the serial sides, up to the widest; those of the weights next to one another. Weights that stay enter whole,
/// each in the low bits of a place of the widest.
fn modes(serial: Serial, activation: Shape, weight: Shape, (depth, weights_stay): (u32, bool)) -> Vec<Mode> {
    let operands = |side: Side, shape: Shape| -> Vec<Operand> {
        let narrowed = |width: u32| match weights_stay && side == Side::Weight {
            true => {
                let numbers = Numbers::Digits(Shape { width, ..shape }, 1);
                Operand { pitch: shape.width, ..Operand::dense(numbers) }
            }
            false => Operand::dense(Numbers::Planes(Shape { width, ..shape })),
        };
        match serial {
            Serial::One(of) if of != side => vec![Operand::dense(Numbers::Integers(shape))],
            Serial::One(_) | Serial::Both => (1..=shape.width).map(narrowed).collect(),
        }
    };
    let bits = |operand: &Operand| match operand.numbers {
        Numbers::Planes(shape) | Numbers::Digits(shape, _) | Numbers::Integers(shape) => shape.width,
        other => other.bits(),
    };
    let weights = operands(Side::Weight, weight);
    let mode = |activation: Operand, weight: Operand| Mode {
        name: format!("{}x{}", bits(&activation), bits(&weight)),
        activation,
        weight,
        places: depth,
    };
    let activations = operands(Side::Activation, activation);
    activations.into_iter().flat_map(|activation| weights.iter().map(move |&weight| mode(activation, weight))).collect()
}

/// Rules between the parameters.
pub(super) fn legality(parameters: &Parameters) -> Vec<Problem> {
    let config = Config::new(parameters);
    let mut problems = Vec::new();
    for (code, name, side) in [("C0271", "activation_bits", Side::Activation), ("C0272", "weight_bits", Side::Weight)] {
        if config.is_serial(side) && config.shape(side).width < 2 {
            let message = "numbers of a single bit have nothing to be taken one after the other".to_string();
            problems.push(Problem::rule(code, name, message, "2 to 16").involving(&["serial"]).nearest(2));
        }
    }
    problems.extend(array::legality(&config.geometry));
    problems
}
