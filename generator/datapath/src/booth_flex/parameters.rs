//! Parameters of the family, and what they resolve to.

use super::BoothFlex;
use super::edge::{column_lane_bits, row_lane_bits};
use super::lane::{Cut, Lane, Lines, ModeSet};
use crate::arith::bit_heap::Tree;
use crate::arith::bit_heap::parameters::{COMPRESSION, COUNTERS};
use crate::arith::recode::booth::Radix;
use crate::array::{self, Geometry, Mode, Numbers, Operand, SumForm, Topology};
use crate::family::Family;
use crate::parameter::{Parameter, Parameters, Problem};
use tritloom_hdl::{Shape, sint, uint};

/// Lanes of the largest element.
const MOST_LANES: u64 = 256;

pub(super) const TABLE: &[Parameter] = &[
    array::TOPOLOGY_OF_PASSING_SUMS,
    array::LAYERS,
    array::ROWS,
    array::COLUMNS,
    Parameter::integer(
        "depth",
        1,
        MOST_LANES,
        Some(8),
        "lanes of an element: products by weights of full width that it adds per cycle",
    ),
    Parameter::choice(
        "activation",
        &[("int4", "4 bits"), ("int8", "8 bits"), ("int16", "16 bits")],
        Some("int8"),
        "width of the activations",
    ),
    Parameter::choice(
        "activation_sign",
        &[
            ("signed", "two's complement"),
            ("unsigned", "no sign"),
            ("run_time", "as the mode says: one bit more for each activation in the array"),
        ],
        Some("signed"),
        "whether activations have a sign",
    ),
    Parameter::choice(
        "weight",
        &[
            ("int4", "signed, 4 bits"),
            ("int8", "signed, 8 bits"),
            ("int16", "signed, 16 bits"),
            ("ternary", "one digit a lane: a ternary array, to compare with"),
        ],
        Some("int8"),
        "type of the widest weights, those of a lane that is not cut apart",
    ),
    Parameter::flag("int8_weights", Some(false), "a mode of two int8 weights a lane, where int16 is the widest"),
    Parameter::flag("int4_weights", Some(true), "a mode of int4 weights, where wider ones are the widest"),
    Parameter::flag("int2_weights", Some(false), "a mode of weights from -2 to 1, one a digit"),
    Parameter::flag("ternary_weights", Some(true), "a mode of ternary weights, one a digit"),
    Parameter::choice(
        "ternary_packing",
        &[
            ("two_bit", "two's complement, two bits a weight: they select the digit as they are"),
            ("five_trit", "five weights a byte, with decoders at the edge"),
        ],
        Some("two_bit"),
        "packing of ternary weights",
    ),
    Parameter::choice(
        "radix",
        &[
            ("radix4", "two bits of weight a digit"),
            ("radix8", "three bits of weight a digit: fewer products, and three times the activation made at the edge"),
        ],
        Some("radix4"),
        "radix of the Booth digits",
    ),
    Parameter::choice(
        "recoding",
        &[
            ("edge", "once a column; the digits run through the array"),
            ("element", "in every element; the weights run through the array as they are"),
        ],
        Some("edge"),
        "where weights become Booth digits",
    ),
    Parameter::choice(
        "shift",
        &[
            ("element", "the sum of the products of a digit of all lanes: smaller from two lanes on"),
            ("edge", "the activations, once a row: smaller with one lane"),
        ],
        Some("element"),
        "what is moved up to the place of a digit in the weights of the mode",
    ),
    COMPRESSION,
    COUNTERS,
    Parameter::choice(
        "accumulation",
        &[
            ("resolved", "one word: the adder is in the loop"),
            ("carry_save", "two words: carries propagate once a result, behind the array"),
        ],
        Some("resolved"),
        "what an element keeps of its sum",
    ),
    Parameter::integer(
        "pipeline",
        0,
        2,
        Some(0),
        "registers inside an element: one behind its products' sum, a second behind the sums of each digit",
    ),
    array::ACCUMULATOR,
    Parameter {
        effect: "adder that makes one word of a sum: one a column behind the array, or one an element",
        ..array::RESOLVE
    },
    array::MAX_INNER,
    array::MAX_COLUMNS,
    array::MAX_ROWS,
];

pub(super) const CONTRACT: &str = "\
result[m][n] = sum over k of activation[m][k] * weight[n][k], exact for every legal input in every mode.

Streams, tiles and schedule are those of bit_weight, with a field `mode` behind the others of the run stream where there
is more than one. Modes are numbered in this order: the widest weights, then int8, int4, int2 and ternary as far as they
are chosen; with `activation_sign: run_time` all of them again for unsigned activations. Runs of any modes follow one
another without a bubble; a run of one tile is the least that has a mode of its own.

Each element has `depth` lanes of as many digits as the widest weight has. A mode whose weights have k digits puts
floor(digits / k) weights into a lane, so that a beat takes so many times `depth` places of the inner dimension: with int8
lanes of radix 4, 1 for int8, 2 for int4, 4 for int2 and ternary. Place p of a row lies at bit p * (bits of an activation);
that of a column in lane p mod depth, slot p / depth, the slots of a lane following one another from its lowest bit.
Ternary weights are in two's complement of two bits, or with `ternary_packing: five_trit` five in a byte, place after
place. Two-bit weights select their digit as they are: code 10 means -2. Bits that a mode does not use, and places beyond
the run, are ignored.

Latency: 3 cycles (operand register, sum, capture), one more for each of `pipeline`, and `columns` more with `topology:
output_stationary`. With `topology: weight_stationary` streams and tiles are those of bit_weight with it, each row of the
array a part of the inner dimension as long as a beat of the mode; latency rows + 2, one more for each of `pipeline`, for
carry-save sums and for partial sums in a memory.";

/// Weights of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weights {
    /// Signed, of so many bits.
    Integers(u32),
    Ternary,
}

impl Weights {
    /// Bits of one in a lane.
    pub fn bits(self) -> u32 {
        match self {
            Weights::Integers(bits) => bits,
            Weights::Ternary => 2,
        }
    }

    fn name(self, signed_activations: bool) -> &'static str {
        match (self, signed_activations) {
            (Weights::Integers(16), true) => "int16",
            (Weights::Integers(8), true) => "int8",
            (Weights::Integers(4), true) => "int4",
            (Weights::Integers(_), true) => "int2",
            (Weights::Ternary, true) => "ternary",
            (Weights::Integers(16), false) => "unsigned_int16",
            (Weights::Integers(8), false) => "unsigned_int8",
            (Weights::Integers(4), false) => "unsigned_int4",
            (Weights::Integers(_), false) => "unsigned_int2",
            (Weights::Ternary, false) => "unsigned_ternary",
        }
    }
}

/// Whether activations have a sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ActivationSign {
    Signed,
    Unsigned,
    RunTime,
}

/// The resolved configuration.
#[derive(Clone, Debug)]
pub(super) struct Config {
    pub geometry: Geometry,
    pub sign: ActivationSign,
    /// The modes with signed activations.
    pub signed: ModeSet,
    /// The modes with ternary weights.
    pub ternary: ModeSet,
    pub lane: Lane,
    pub lines: Lines,
    pub five_trits: bool,
    pub recoding_at_edge: bool,
    pub tree: Tree,
    /// Whether an element keeps two words.
    pub carry_save: bool,
    name: String,
}

impl Config {
    /// An activation as elements see it: with a sign of its own where the mode decides about the sign.
    pub fn activation(&self) -> Shape {
        let bits = self.geometry.activation_bits;
        match self.sign {
            ActivationSign::Signed => sint(bits),
            ActivationSign::Unsigned => uint(bits),
            ActivationSign::RunTime => sint(bits + 1),
        }
    }

    /// Every mode.
    pub fn every_mode(&self) -> ModeSet {
        (1 << self.lane.modes()) - 1
    }

    /// The activations that elements see of a lane.
    pub fn activations(&self) -> Vec<Shape> {
        let Shape { width, signed } = self.activation();
        self.lane.widenings().into_iter().map(|bits| Shape { width: width + bits, signed }).collect()
    }

    /// Bits of a product of a digit.
    pub fn product_bits(&self, digit: u32) -> u32 {
        self.lane.digit_set().product_bits(self.activations()[self.lane.activation_of(digit)])
    }

    /// Whether elements pass sums on instead of keeping them.
    pub fn passes_sums(&self) -> bool {
        matches!(self.geometry.topology, Topology::WeightStationary { .. })
    }

    /// The part of module names that shows the parameters of the family.
    pub fn name(&self) -> &str {
        &self.name
    }
}

pub(super) fn config(parameters: &Parameters) -> Config {
    let carry_save = parameters.choice("accumulation") == "carry_save";
    let mut geometry = array::geometry(parameters, if carry_save { SumForm::CARRY_SAVE } else { SumForm::Resolved });
    let sign = match parameters.choice("activation_sign") {
        "unsigned" => ActivationSign::Unsigned,
        "run_time" => ActivationSign::RunTime,
        _ => ActivationSign::Signed,
    };
    let radix = if parameters.choice("radix") == "radix8" { Radix::Eight } else { Radix::Four };
    let kinds = kinds(parameters);
    let five_trits = parameters.choice("ternary_packing") == "five_trit" && kinds.contains(&Weights::Ternary);
    geometry.weight_bits = kinds[0].bits();
    geometry.element_stages = parameters.integer("pipeline") as u32;
    let choices = mode_choices(&kinds, sign);
    let at_edge = parameters.choice("shift") == "edge";
    let lane = Lane::new(radix, at_edge, kinds[0], choices.iter().map(|&(weights, _)| weights));
    let mode = |&(weights, signed): &(Weights, bool)| mode(&geometry, &lane, weights, signed, five_trits);
    geometry.modes = choices.iter().map(mode).collect();
    let tree = Tree::new(parameters);
    let mut config = Config {
        sign,
        signed: mode_set(&choices, |(_, signed)| signed),
        ternary: mode_set(&choices, |(weights, _)| weights == Weights::Ternary),
        lines: Lines::new(0, std::iter::empty()),
        lane,
        five_trits,
        recoding_at_edge: parameters.choice("recoding") == "edge",
        tree,
        carry_save,
        name: name(parameters, &kinds, sign, five_trits, tree),
        geometry,
    };
    config.lines = lines(&config);
    config
}

/// The modes that are so.
fn mode_set(choices: &[(Weights, bool)], is_so: fn((Weights, bool)) -> bool) -> ModeSet {
    (0..).zip(choices).map(|(mode, &choice)| u32::from(is_so(choice)) << mode).sum()
}

/// Every line that something in the array needs.
fn lines(config: &Config) -> Lines {
    let packing = config.five_trits.then_some([config.ternary, config.every_mode() & !config.ternary]);
    let sets = config.lane.sets().into_iter().chain([config.signed]).chain(packing.into_iter().flatten());
    Lines::new(config.lane.modes(), sets)
}

/// The kinds of weights, the widest first.
fn kinds(parameters: &Parameters) -> Vec<Weights> {
    let widest = match parameters.choice("weight") {
        "int4" => Weights::Integers(4),
        "int16" => Weights::Integers(16),
        "ternary" => return vec![Weights::Ternary],
        _ => Weights::Integers(8),
    };
    let narrower = [
        ("int8_weights", Weights::Integers(8)),
        ("int4_weights", Weights::Integers(4)),
        ("int2_weights", Weights::Integers(2)),
        ("ternary_weights", Weights::Ternary),
    ];
    let chosen = narrower.iter().filter(|(flag, weights)| parameters.flag(flag) && weights.bits() < widest.bits());
    std::iter::once(widest).chain(chosen.map(|(_, weights)| *weights)).collect()
}

/// By mode, its weights and whether its activations have a sign.
fn mode_choices(kinds: &[Weights], sign: ActivationSign) -> Vec<(Weights, bool)> {
    let signs: &[bool] = match sign {
        ActivationSign::Signed => &[true],
        ActivationSign::Unsigned => &[false],
        ActivationSign::RunTime => &[true, false],
    };
    signs.iter().flat_map(|&signed| kinds.iter().map(move |&weights| (weights, signed))).collect()
}

fn mode(geometry: &Geometry, lane: &Lane, weights: Weights, signed: bool, five_trits: bool) -> Mode {
    let activation = Shape { width: geometry.activation_bits, signed };
    let numbers = match weights {
        Weights::Integers(bits) => Numbers::Integers(sint(bits)),
        Weights::Ternary if five_trits => Numbers::FiveTrits,
        Weights::Ternary => Numbers::Trits,
    };
    let Cut { slots, .. } = lane.cut(weights);
    Mode {
        name: weights.name(signed).to_string(),
        activation: Operand::dense(Numbers::Integers(activation)),
        weight: Operand { numbers, lanes: geometry.depth, lane_bits: lane.bits, pitch: weights.bits() },
        places: geometry.depth * slots,
    }
}

fn name(parameters: &Parameters, kinds: &[Weights], sign: ActivationSign, five_trits: bool, tree: Tree) -> String {
    let kinds: Vec<&str> = kinds.iter().map(|weights| weights.name(true)).collect();
    let sign = match sign {
        ActivationSign::Signed => "signed",
        ActivationSign::Unsigned => "unsigned",
        ActivationSign::RunTime => "any_sign",
    };
    let packing = if five_trits { "_five_trit" } else { "" };
    let (radix, recoding) = (parameters.choice("radix"), parameters.choice("recoding"));
    let shift = if parameters.choice("shift") == "edge" { "_shift_edge" } else { "" };
    let resolve = match parameters.choice("resolve") {
        "synthesiser" => String::new(),
        adder => format!("_{adder}"),
    };
    format!(
        "{}_{sign}{packing}_{radix}_{recoding}{shift}_{}_{}{resolve}",
        kinds.join("_"),
        tree.name(),
        parameters.choice("accumulation")
    )
}

/// Rules beyond those of every array: what the edges make must fit a bus too.
pub(super) fn legality(config: &Config) -> Vec<Problem> {
    let depth = config.geometry.depth;
    let mut problems = array::legality(&config.geometry);
    let seen = [depth * row_lane_bits(config), depth * column_lane_bits(config)];
    if problems.is_empty() {
        problems.extend(array::bus_legality(&config.geometry, seen));
    }
    problems
}

/// Two arrays that share the modes among them, one for the widest weights and one for ternary ones; and the array for
/// the widest weights so often that it does as many ternary products. What has no other weights is its own array for the
/// widest.
pub(super) fn baselines(parameters: &Parameters) -> Vec<(&'static dyn Family, Parameters)> {
    let config = config(parameters);
    if !config.geometry.has_modes() {
        return Vec::new();
    }
    let flags = ["int8_weights", "int4_weights", "int2_weights", "ternary_weights"];
    let plain = flags.iter().fold(parameters.clone(), |plain, flag| plain.with(flag, false));
    let depth = u64::from(config.geometry.depth * config.lane.cut(Weights::Ternary).slots);
    let mut baselines = vec![plain.clone()];
    if config.ternary != 0 && depth <= MOST_LANES {
        baselines.extend([parameters.with("weight", "ternary").with("depth", depth), plain.with("depth", depth)]);
    }
    let suits = |other: &Parameters| other != parameters && BoothFlex.legality(other).is_empty();
    baselines.into_iter().filter(suits).map(|parameters| (&BoothFlex as &dyn Family, parameters)).collect()
}
