//! The resolved shape of a core: what the parameters say and every width that follows from them.

use crate::arith::bit_heap::Tree;
use crate::arith::reduction::Adders;
use crate::sequencer::{InnerStep, Nest, Passes};
use tritloom_formats::{WeightFormat, WordLayout, key};
use tritloom_hdl::{Shape, bits_for, sint, uint};

/// Which operand stays in place while the other passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoopOrder {
    /// One accumulator a port; the activations pass once for each tile of outputs, from a buffer after the first.
    OutputStationary,
    /// One accumulator an output, in a memory; each tile of activations stays while all outputs pass.
    TableStationary,
    /// One accumulator a port and vector, in a memory; each tile of weights stays while all vectors pass.
    WeightStationary,
}

/// How the terms of a port are added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReductionStyle {
    /// Carry-propagate adders in a balanced tree.
    Tree(Adders),
    /// A compressor tree, the accumulator among its words.
    Compressed(Tree, Accumulation),
}

/// What an accumulator holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accumulation {
    /// The sum: carries propagate in every cycle.
    Resolved,
    /// Two words whose sum it is: carries propagate once a result, in a stage of its own behind the accumulator.
    CarrySave,
}

/// Whether a register stands between a port's tree and its accumulator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartialSum {
    /// Tree and accumulation in one cycle.
    Wired,
    /// A cycle each.
    Registered,
}

/// The shape of a core. All counts are at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Geometry {
    /// Bits of a signed activation.
    pub activation_bits: u32,
    /// Activations that one key addresses (mu).
    pub group_size: u32,
    /// Groups that enter per cycle (L).
    pub tables: u32,
    /// Outputs served per cycle (K).
    pub ports: u32,
    /// Packing of the weight stream.
    pub weights: WeightFormat,
    /// What is stationary.
    pub loop_order: LoopOrder,
    /// How terms are added.
    pub reduction: ReductionStyle,
    /// Where a cycle ends.
    pub partial_sum: PartialSum,
    /// The longest input vector (N).
    pub max_inputs: u32,
    /// The longest output vector (M).
    pub max_outputs: u32,
    /// The most vectors that meet a matrix in a run: one but in weight-stationary order.
    pub max_vectors: u32,
}

impl Geometry {
    /// Activations that enter per cycle.
    pub fn lanes(&self) -> u32 {
        self.group_size * self.tables
    }

    /// The layout of the weights of one port in one beat.
    pub fn word_layout(&self) -> WordLayout {
        WordLayout::new(self.weights, self.group_size, self.tables)
            .expect("group sizes are checked before a geometry is made")
    }

    /// Bits of the weights of one port in one beat.
    pub fn word_bits(&self) -> u32 {
        self.word_layout().bits()
    }

    /// Bits of the keys of one port in one beat.
    pub fn key_bits(&self) -> u32 {
        key::bits(self.group_size) * self.tables
    }

    /// The exact width of a sum of `max_inputs` products: each lies within `-2^(b-1) ..= 2^(b-1)`.
    pub fn accumulator_bits(&self) -> u32 {
        self.activation_bits + self.max_inputs.ilog2() + 1
    }

    /// The order that the hardware follows. Where one dimension is always a single tile orders are the same, and this is
    /// the one that keeps nothing in a memory.
    pub(crate) fn order(&self) -> LoopOrder {
        let single_row = self.output_tiles(self.max_outputs) == 1;
        match self.loop_order {
            LoopOrder::OutputStationary if self.single_tile() && !single_row => LoopOrder::TableStationary,
            LoopOrder::TableStationary if single_row => LoopOrder::OutputStationary,
            LoopOrder::WeightStationary if self.max_vectors == 1 => LoopOrder::OutputStationary,
            order => order,
        }
    }

    /// What an accumulator holds.
    pub fn accumulation(&self) -> Accumulation {
        match self.reduction {
            ReductionStyle::Tree(_) => Accumulation::Resolved,
            ReductionStyle::Compressed(_, accumulation) => accumulation,
        }
    }

    /// Whether every run is one tile of inputs long. A beat then completes its sums, and no sum is added to.
    pub fn single_tile(&self) -> bool {
        self.max_inputs <= self.lanes()
    }

    /// Words of a running sum, each of [`Geometry::accumulator_bits`].
    pub fn sum_words(&self) -> u32 {
        match self.accumulation() {
            Accumulation::Resolved => 1,
            Accumulation::CarrySave => 2,
        }
    }

    /// Words that a port adds its terms to.
    pub(crate) fn base_words(&self) -> u32 {
        if self.single_tile() { 0 } else { self.sum_words() }
    }

    /// What a port takes as its accumulator and gives as its sum: one signed word, or the two words of a carry-save
    /// sum side by side.
    pub fn sum_shape(&self) -> Shape {
        match self.accumulation() {
            Accumulation::Resolved => sint(self.accumulator_bits()),
            Accumulation::CarrySave => uint(self.sum_words() * self.accumulator_bits()),
        }
    }

    /// Bits of a run-time number of inputs.
    pub fn input_count_bits(&self) -> u32 {
        bits_for(u64::from(self.max_inputs))
    }

    /// Bits of a run-time number of outputs.
    pub fn output_count_bits(&self) -> u32 {
        bits_for(u64::from(self.max_outputs))
    }

    /// Bits of a run-time number of vectors.
    pub fn vector_count_bits(&self) -> u32 {
        bits_for(u64::from(self.max_vectors))
    }

    /// How many sums a port keeps in a memory, where it does.
    pub fn kept_sums(&self) -> Option<u32> {
        match self.order() {
            _ if self.single_tile() => None,
            LoopOrder::OutputStationary => None,
            LoopOrder::TableStationary => Some(self.nest().kept_tiles()),
            LoopOrder::WeightStationary => Some(self.max_vectors),
        }
    }

    /// Output and weight stationary: inputs run inside outputs. Table stationary: the reverse.
    pub(crate) fn nest(&self) -> Nest {
        let (inputs, outputs) = ((self.max_inputs, self.lanes()), (self.max_outputs, self.ports));
        let ((inner_max, inner_step), (outer_max, outer_step)) = match self.order() {
            LoopOrder::OutputStationary | LoopOrder::WeightStationary => (inputs, outputs),
            LoopOrder::TableStationary => (outputs, inputs),
        };
        let keeps_tiles = match self.order() {
            LoopOrder::OutputStationary => self.replays(),
            LoopOrder::TableStationary => !self.single_tile(),
            LoopOrder::WeightStationary => false,
        };
        Nest {
            inner_max,
            inner_step: InnerStep::Fixed(inner_step),
            outer_max,
            outer_step,
            passes: Passes::Fixed(1),
            back_to_back: true,
            keeps_tiles,
        }
    }

    /// Whether every beat brings activations in output-stationary order: where all outputs fit one tile, or a single
    /// vector comes anew for each.
    pub(crate) fn always_fresh(&self) -> bool {
        let anew = self.loop_order == LoopOrder::WeightStationary;
        self.order() == LoopOrder::OutputStationary && (anew || self.output_tiles(self.max_outputs) == 1)
    }

    /// Whether a buffer gives activations back.
    pub(crate) fn replays(&self) -> bool {
        self.order() == LoopOrder::OutputStationary && !self.always_fresh()
    }

    /// Beats that cover `inputs` activations.
    pub fn input_tiles(&self, inputs: u32) -> u32 {
        inputs.div_ceil(self.lanes()).max(1)
    }

    /// Beats that cover `outputs` results.
    pub fn output_tiles(&self, outputs: u32) -> u32 {
        outputs.div_ceil(self.ports).max(1)
    }

    /// The largest magnitude of a product: that of the most negative activation.
    pub fn activation_magnitude(&self) -> u64 {
        1 << (self.activation_bits - 1)
    }

    /// The largest magnitude of a sum of a group, or of its negation.
    pub fn group_magnitude(&self) -> u64 {
        u64::from(self.group_size) * self.activation_magnitude()
    }

    /// The part of a module name that shows how a port adds.
    pub fn sum_suffix(&self) -> String {
        let style = match self.reduction {
            ReductionStyle::Tree(adders) => {
                let tree = if adders == Adders::ThreeWords { "ter" } else { "bal" };
                format!("{tree}{}", if self.partial_sum == PartialSum::Registered { "_pr" } else { "" })
            }
            ReductionStyle::Compressed(tree, Accumulation::Resolved) => format!("csa_{}", tree.name()),
            ReductionStyle::Compressed(tree, Accumulation::CarrySave) => format!("csa_{}_two_words", tree.name()),
        };
        if self.single_tile() { format!("{style}_once") } else { style }
    }

    /// The part of a module name that shows every parameter that all cores have.
    pub fn name_suffix(&self) -> String {
        let order = match self.loop_order {
            LoopOrder::OutputStationary => "os".to_string(),
            LoopOrder::TableStationary => "ts".to_string(),
            LoopOrder::WeightStationary => format!("ws{}", self.max_vectors),
        };
        let weights = match self.weights {
            WeightFormat::Key => "key",
            WeightFormat::TwoBit => "w2",
            WeightFormat::FiveTrit => "w5",
        };
        format!(
            "a{}_g{}_t{}_p{}_{weights}_{order}_{}_n{}_m{}",
            self.activation_bits,
            self.group_size,
            self.tables,
            self.ports,
            self.sum_suffix(),
            self.max_inputs,
            self.max_outputs
        )
    }
}
