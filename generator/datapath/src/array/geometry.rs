//! The resolved shape of an array: what the parameters say and every width that follows from them.

use super::mode::{Mode, Operand};
use super::planes;
use super::zero_points::ZeroPoints;
use crate::arith::adder::FinalAdder;
use crate::arith::bit_heap::Carries;
use crate::arith::reduction::bits_up_to;
use crate::sequencer::{InnerStep, Nest, Passes};
use tritloom_hdl::{Shape, bits_for, sint};

/// How an element keeps its sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SumForm {
    /// One word.
    Resolved,
    /// A word, and carries that are still to be added to it.
    CarrySave(Carries),
    /// Two words for each digit position of the weights: not even a shift is in an element.
    ByPosition(Positions),
}

impl SumForm {
    /// Two words: no carry propagates in an element.
    pub const CARRY_SAVE: SumForm = SumForm::CarrySave(Carries::Everywhere);
}

/// How many bits a sum has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SumWidth {
    /// As many as the longest sum of a run needs.
    Exact,
    /// So many as it leaves, to compare with designs that have no other.
    Fixed(u32),
    /// As many as the longest sum needs of products of that magnitude, which may be those of several runs: one in that mode adds
    /// to the sums of the run before.
    OverRuns {
        /// The greatest magnitude of a product.
        magnitude: u64,
        /// The mode.
        mode: usize,
    },
}

/// How operands get to elements and sums from them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topology {
    /// A row's activations and a column's weights are seen by all of its elements at once.
    Broadcast,
    /// Broadcast matrices one behind the other, each over places of its own of the inner dimension; their sums are added
    /// as they leave (`cube.rs`).
    Cube {
        /// How many.
        layers: u32,
    },
    /// Multiplier-adder trees side by side, which see the same activations: a broadcast matrix of one row, whose elements
    /// add `depth` products to a sum.
    Tree,
    /// As broadcast; complete sums leave through the accumulators before the next tile begins.
    Draining,
    /// Operands pass from element to element, sums stay until they are complete.
    OutputStationary,
    /// Weights stay, a row's activations are seen by all of its elements at once, sums pass from row to row; sums over several
    /// tiles of the inner dimension are added up in a memory.
    WeightStationary {
        /// The most rows of a run.
        max_rows: u32,
    },
}

/// The digits of a weight: digit i weighs `2^(step * i)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Positions {
    /// How many.
    pub count: u32,
    /// Bits from one to the next.
    pub step: u32,
    /// The greatest magnitude of a digit.
    pub reach: u32,
}

/// Where weights stay and a feeder deals vectors out digit by digit, over as many cycles as they ask for: what it deals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dealt {
    /// The most digits of a row of the array at a time.
    pub digits: u32,
    /// The greatest magnitude of one, as elements multiply with it.
    pub reach: u64,
    /// The most cycles of a pass of a vector.
    pub most_cycles: u32,
    /// Bits by which sums of the passes of a vector move up before those of the next; 0 where it has one.
    pub step: u32,
}

/// The shape of an array. All counts are at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Geometry {
    /// How operands get to elements and sums from them.
    pub topology: Topology,
    /// Rows of the result computed at once.
    pub rows: u32,
    /// Columns of the result computed at once.
    pub columns: u32,
    /// Products of numbers of full width that an element adds per cycle.
    pub depth: u32,
    /// Bits of an activation of full width.
    pub activation_bits: u32,
    /// Bits of a weight of full width.
    pub weight_bits: u32,
    /// What a run may multiply, at least one; with several a run says which, by its place here.
    pub modes: Vec<Mode>,
    /// How often the operands of a tile of columns enter whole; with several an element learns when a further pass begins
    /// ([`super::Element::element`]). Operands that enter bit by bit have the passes of their mode ([`Mode::passes`]). Of vectors
    /// that are dealt out, how often the feeder sees each, which elements do not learn.
    pub passes: u32,
    /// Whether, before a feeder, the next beat waits in registers while one is dealt out, so that no path leads from what is
    /// dealt out to what enters. Operands that enter whole several times must wait.
    pub beat_waits: bool,
    /// Where weights stay and vectors are dealt out, how.
    pub dealt: Option<Dealt>,
    /// Registers inside an element between its operands and its sum.
    pub element_stages: u32,
    /// Where operands stand for what they are less zero points of their run.
    pub zero_points: Option<ZeroPoints>,
    /// What a sum takes.
    pub sum_width: SumWidth,
    /// How elements keep their sums.
    pub sum_form: SumForm,
    /// What adds the two words of a sum behind the array.
    pub resolve: FinalAdder,
    /// The longest inner dimension of a run.
    pub max_inner: u32,
    /// The most columns of a run.
    pub max_columns: u32,
}

impl Geometry {
    /// An activation.
    pub fn activation(&self) -> Shape {
        sint(self.activation_bits)
    }

    /// A weight.
    pub fn weight(&self) -> Shape {
        sint(self.weight_bits)
    }

    /// Whether a run says what it multiplies.
    pub fn has_modes(&self) -> bool {
        self.modes.len() > 1
    }

    /// Bits of the number of a mode.
    pub fn mode_bits(&self) -> u32 {
        bits_for(self.modes.len() as u64 - 1)
    }

    /// Bits of a beat of activations for one row.
    pub fn row_bits(&self) -> u32 {
        self.modes.iter().map(|mode| mode.activation.bits(mode.places)).max().unwrap_or(1)
    }

    /// Bits of a beat of weights for one column.
    pub fn column_bits(&self) -> u32 {
        self.modes.iter().map(|mode| mode.weight.bits(mode.places)).max().unwrap_or(1)
    }

    /// Numbers of the same width that follow one another in a row's or a column's part of a beat: its places, where there
    /// is one way to lay them out, else the whole.
    pub fn lanes(&self, operand: fn(&Mode) -> &Operand) -> u32 {
        match &self.modes[..] {
            [mode] if operand(mode).is_dense() => mode.places,
            _ => 1,
        }
    }

    /// The most places of the inner dimension that pass in a beat, in each part of it.
    pub fn most_places(&self) -> u32 {
        self.modes.iter().map(|mode| mode.places).max().unwrap_or(1)
    }

    /// How activations lie in a part of a beat of any mode, where all modes agree on the bits of every place.
    pub(crate) fn common_activation(&self) -> Option<Operand> {
        let layout = |operand: &Operand| (operand.numbers.bits(), operand.lanes, operand.lane_bits, operand.pitch);
        let first = self.modes.first()?.activation;
        let dense = layout(&Operand::dense(first.numbers));
        self.modes.iter().all(|mode| layout(&mode.activation) == dense).then_some(first)
    }

    /// Whether each part of a beat begins at the same place of the inner dimension in every mode: a part begins where the one
    /// before ends.
    pub(super) fn parts_agree(&self) -> bool {
        self.inner_parts() == 1 || self.modes.iter().all(|mode| mode.places == self.most_places())
    }

    /// The largest magnitude of a product.
    pub fn product_magnitude(&self) -> u64 {
        self.modes.iter().map(Mode::product_magnitude).max().unwrap_or(1)
    }

    /// Bits that hold every sum of `max_inner` products.
    pub fn exact_sum_bits(&self) -> u32 {
        bits_up_to(self.product_magnitude() * u64::from(self.max_inner))
    }

    /// Bits of a sum as it leaves.
    pub fn sum_bits(&self) -> u32 {
        match self.sum_width {
            SumWidth::Exact => self.exact_sum_bits(),
            SumWidth::Fixed(bits) => bits,
            SumWidth::OverRuns { magnitude, .. } => bits_up_to(magnitude * u64::from(self.max_inner)),
        }
    }

    /// Bits of sums before they leave, where these are given. Digit positions have exact words, and so has their sum; where a
    /// sum has a single beat, nothing wider is ever added to.
    fn given_kept_bits(&self) -> Option<u32> {
        let by_position = matches!(self.sum_form, SumForm::ByPosition(_));
        match self.sum_width {
            SumWidth::Fixed(bits) if !by_position && self.adds_beats() => Some(bits),
            SumWidth::Exact | SumWidth::Fixed(_) | SumWidth::OverRuns { .. } => None,
        }
    }

    /// Where runs in a mode add to the sums of the one before, that mode.
    pub(super) fn adding_mode(&self) -> Option<usize> {
        if let SumWidth::OverRuns { mode, .. } = self.sum_width { Some(mode) } else { None }
    }

    /// Where weights stay, whether sums may be those of several tiles of the inner dimension, or of runs, so that they are added up
    /// in a memory.
    pub(super) fn has_partial_sums(&self) -> bool {
        self.adds_beats() || self.adding_mode().is_some()
    }

    /// Whether a sum may have several beats or, where weights stay, several tiles of the inner dimension.
    fn adds_beats(&self) -> bool {
        (0..self.modes.len()).any(|mode| self.max_inner > self.tile_places(mode))
    }

    /// Bits of a sum in one word, before it leaves.
    pub(super) fn resolved_bits(&self) -> u32 {
        match self.sum_width {
            SumWidth::OverRuns { .. } => self.sum_bits(),
            SumWidth::Exact | SumWidth::Fixed(_) => self.given_kept_bits().unwrap_or_else(|| self.exact_sum_bits()),
        }
    }

    /// Bits of a number of the result: of a sum, where zero points do not change it.
    pub fn result_bits(&self) -> u32 {
        self.zero_points.map_or_else(|| self.sum_bits(), |zero_points| zero_points.result_bits(self.max_inner))
    }

    /// Matrices of elements one behind the other.
    pub fn layers(&self) -> u32 {
        if let Topology::Cube { layers } = self.topology { layers } else { 1 }
    }

    /// Parts of a beat of activations, one behind the other along the inner dimension: layers, or rows of an array in which
    /// weights stay.
    pub fn inner_parts(&self) -> u32 {
        match self.topology {
            Topology::WeightStationary { .. } => self.rows,
            _ => self.layers(),
        }
    }

    /// Rows that see the same part of the inner dimension, each the activations of a vector of its own.
    pub fn rows_of_a_part(&self) -> u32 {
        self.operand_rows() / self.inner_parts()
    }

    /// Rows of all layers, which take a part of a beat of activations each, layer by layer.
    pub fn operand_rows(&self) -> u32 {
        self.rows * self.layers()
    }

    /// Columns of all layers, which take a part of a beat of weights each, layer by layer.
    pub fn operand_columns(&self) -> u32 {
        self.columns * self.layers()
    }

    /// Places of the inner dimension over which a sum goes in an element, in a mode.
    fn summed_places(&self, mode: usize) -> u32 {
        let tile = self.tile_places(mode);
        match self.topology {
            Topology::Broadcast | Topology::Tree | Topology::Draining | Topology::OutputStationary => self.max_inner,
            Topology::Cube { .. } => (self.max_inner.div_ceil(tile) * self.modes[mode].places).min(self.max_inner),
            Topology::WeightStationary { .. } => self.max_inner.min(tile),
        }
    }

    /// The greatest magnitude of a sum in an element of numbers of a magnitude.
    fn summed_magnitude(&self, magnitude: impl Fn(&Mode) -> u64) -> u64 {
        let of_mode = |(number, mode)| magnitude(mode) * u64::from(self.summed_places(number));
        self.modes.iter().enumerate().map(of_mode).max().unwrap_or(1)
    }

    /// The greatest magnitude of a sum in an element: where vectors pass several times, of one pass.
    pub(super) fn kept_magnitude(&self) -> u64 {
        match self.dealt {
            Some(Dealt { digits, reach, .. }) => {
                u64::from(self.rows * digits)
                    * reach
                    * self.modes.iter().map(|mode| mode.weight.numbers.magnitude()).max().unwrap_or(1)
            }
            None if self.vectors_have_passes() => self.summed_magnitude(Mode::pass_magnitude),
            None => self.tile_magnitude(),
        }
    }

    /// The greatest magnitude of a sum over all passes of what an element sums over.
    fn tile_magnitude(&self) -> u64 {
        let exact = || match self.sum_width {
            SumWidth::OverRuns { magnitude, .. } => self.summed_magnitude(|_| magnitude),
            SumWidth::Exact | SumWidth::Fixed(_) => self.summed_magnitude(Mode::product_magnitude),
        };
        self.given_kept_bits().map_or_else(exact, |bits| (1 << (bits - 1)) - 1)
    }

    /// Bits of a sum as elements keep it.
    pub fn kept_bits(&self) -> u32 {
        match self.keeps_signed_sums() {
            true => bits_up_to(self.kept_magnitude()),
            false => bits_for(self.kept_magnitude()),
        }
    }

    /// Whether sums in elements have a sign: sums of a pass of bits may have none.
    pub(super) fn keeps_signed_sums(&self) -> bool {
        let by_plane = self.vectors_have_passes() && self.dealt.is_none();
        !by_plane || self.modes.iter().any(Mode::is_signed_in_a_pass)
    }

    /// Where weights stay, bits of the sums of a vector over a tile of the inner dimension.
    pub(super) fn tile_sum_bits(&self) -> u32 {
        bits_up_to(self.tile_magnitude())
    }

    /// The greatest magnitude of an activation of any mode.
    fn activation_magnitude(&self) -> u64 {
        self.modes.iter().map(|mode| mode.activation.numbers.magnitude()).max().unwrap_or(1)
    }

    /// Columns beside those of elements that add up activations: one a layer, where there are zero points.
    pub(super) fn activation_sum_columns(&self) -> u32 {
        if self.zero_points.is_some() { self.layers() } else { 0 }
    }

    /// The greatest magnitude of the sum of activations that meet one column of elements.
    pub(super) fn kept_activation_magnitude(&self) -> u64 {
        self.summed_magnitude(|mode| mode.activation.numbers.magnitude())
    }

    /// Bits of the sum of activations beside a row of elements of one layer.
    pub fn kept_activation_bits(&self) -> u32 {
        bits_up_to(self.kept_activation_magnitude())
    }

    /// Bits of the sum of a row's activations.
    pub(super) fn activation_sum_bits(&self) -> u32 {
        bits_up_to(self.activation_magnitude() * u64::from(self.max_inner))
    }

    /// Places of the inner dimension that pass before its next step.
    pub fn tile_places(&self, mode: usize) -> u32 {
        self.inner_parts() * self.modes[mode].places
    }

    /// The most rows of a run.
    pub fn most_rows(&self) -> u32 {
        match self.topology {
            Topology::WeightStationary { max_rows } => max_rows,
            _ => self.rows,
        }
    }

    /// Bits of each of the two words of a position: one more than the longest sum of its largest products needs, for
    /// `merge.rs`.
    pub fn position_bits(&self, positions: &Positions) -> u32 {
        let product = u64::from(positions.reach) << (self.activation_bits - 1);
        bits_up_to(self.summed_magnitude(|_| product)) + 1
    }

    /// Bits of the sum of one element as it leaves the element.
    pub fn element_bits(&self) -> u32 {
        match &self.sum_form {
            SumForm::Resolved => self.kept_bits(),
            SumForm::CarrySave(carries) => self.kept_bits() + carries.count(self.kept_bits()),
            SumForm::ByPosition(positions) => 2 * positions.count * self.position_bits(positions),
        }
    }

    /// Bits of the words, one or two, whose addition is its sum.
    pub(super) fn word_bits(&self) -> u32 {
        match self.sum_form {
            SumForm::Resolved => self.kept_bits(),
            SumForm::CarrySave(_) | SumForm::ByPosition(_) => 2 * self.kept_bits(),
        }
    }

    /// The stage in which registers or a feeder hold a beat for the elements: that of the streams is zero.
    pub(super) fn held_stage(&self) -> u32 {
        1 + u32::from(self.beat_waits)
    }

    /// Whether sums are cleared when the last row of their tile leaves, and elements add in every cycle in which nothing else
    /// becomes of them: nothing tells them that a sum begins.
    pub(super) fn clears_sums(&self) -> bool {
        self.beat_waits && self.topology == Topology::Draining
    }

    /// How many cycles early elements are told what to do where nothing ever waits. Columns hold it in registers of their
    /// own; with operands out of a feeder elements do, if what is dealt out passes a stage in them, and columns before them,
    /// if beats wait.
    pub(super) fn told_early(&self, fed: bool) -> u32 {
        let in_elements = u32::from(self.element_stages > 0);
        match self.topology {
            Topology::Draining if fed => in_elements + u32::from(self.beat_waits),
            Topology::Draining => 1,
            _ => 0,
        }
    }

    /// Elements.
    pub fn elements(&self) -> u32 {
        self.rows * self.columns * self.layers()
    }

    /// Bits of a run-time number of rows.
    pub fn row_count_bits(&self) -> u32 {
        bits_for(self.most_rows().into())
    }

    /// Steps of the inner dimension run inside tiles of columns. Where sums drain, a run is accepted behind the one before:
    /// its beats cannot enter until rows have left.
    pub(crate) fn nest(&self) -> Nest {
        Nest {
            inner_max: self.max_inner,
            inner_step: self.inner_step(),
            outer_max: self.max_columns,
            outer_step: self.columns,
            passes: match self.topology {
                Topology::WeightStationary { .. } => Passes::Fixed(1),
                _ if self.has_planes() => Passes::PerRun,
                _ => Passes::Fixed(self.passes),
            },
            back_to_back: self.topology != Topology::Draining,
            keeps_tiles: false,
        }
    }

    /// Whether elements see operands plane by plane.
    pub fn has_planes(&self) -> bool {
        self.modes.iter().any(|mode| mode.passes() > 1)
    }

    /// Whether weights stay and elements see operands plane by plane, or digits of vectors that are dealt out: a vector passes
    /// them in several cycles, and the sums of its passes are added behind the array.
    pub(super) fn vectors_have_passes(&self) -> bool {
        let stay = matches!(self.topology, Topology::WeightStationary { .. });
        stay && (self.has_planes() || self.dealt.is_some())
    }

    /// Bits by which sums move up between the passes of a vector that weigh less and less.
    pub(super) fn pass_step(&self) -> u32 {
        self.dealt.map_or_else(|| planes::step(self), |dealt| dealt.step)
    }

    /// Where weights stay, how many beats of activations a vector of a mode is: one where it stands at the stream while it
    /// passes several times.
    pub(super) fn beats_of_a_vector(&self, mode: usize) -> u32 {
        match self.modes[mode].activation.numbers.enter_by_plane() {
            true => self.modes[mode].passes(),
            false => 1,
        }
    }

    /// Whether operands of a tile enter several times, or vectors pass several times.
    pub fn has_passes(&self) -> bool {
        self.passes > 1 || self.has_planes()
    }

    /// Cycles of a tile in which sums move up and nothing is added: one before each pass but the first. Sums of operands
    /// that enter bit by bit move up as the first products of a pass are added, and those of vectors behind the array.
    pub fn cycles_between_passes(&self) -> u64 {
        if self.dealt.is_some() { 0 } else { u64::from(self.passes) - 1 }
    }

    /// How often the operands of a tile enter in a mode or, where weights stay, a vector passes.
    pub fn passes_of(&self, mode: usize) -> u32 {
        self.passes * self.modes[mode].passes()
    }

    /// The mode whose products are the largest, of several the last.
    pub fn widest_mode(&self) -> usize {
        (0..self.modes.len()).max_by_key(|mode| self.modes[*mode].product_magnitude()).unwrap_or(0)
    }

    /// The most planes that either side has.
    pub(crate) fn most_planes(&self) -> [u32; 2] {
        let most = |planes: fn(&Mode) -> u32| self.modes.iter().map(planes).max().unwrap_or(1);
        [most(|mode| mode.activation.numbers.planes()), most(|mode| mode.weight.numbers.planes())]
    }

    fn inner_step(&self) -> InnerStep {
        let steps = || (0..self.modes.len()).map(|mode| self.tile_places(mode));
        match (steps().min().unwrap_or(1), steps().max().unwrap_or(1)) {
            (least, most) if most == least => InnerStep::Fixed(most),
            (least, most) => InnerStep::PerRun { least, most },
        }
    }

    /// Beats that cover an inner dimension of `inner` in a mode.
    pub fn inner_tiles(&self, mode: usize, inner: u32) -> u32 {
        inner.div_ceil(self.tile_places(mode)).max(1)
    }

    /// Tiles that cover `columns`.
    pub fn column_tiles(&self, columns: u32) -> u32 {
        columns.div_ceil(self.columns).max(1)
    }

    /// The part of a module name that shows every parameter that all arrays have.
    pub fn name_suffix(&self) -> String {
        let Geometry { rows, columns, depth, activation_bits, weight_bits, max_inner, max_columns, .. } = self;
        let sum = self.sum_bits();
        let stages = if self.element_stages > 0 { format!("_p{}", self.element_stages) } else { String::new() };
        let resolve = match self.sum_form {
            SumForm::Resolved => String::new(),
            SumForm::CarrySave(_) | SumForm::ByPosition(_) => format!("_{}", self.resolve.short_name()),
        };
        let topology = match self.topology {
            Topology::Broadcast => String::new(),
            Topology::Cube { layers } => format!("cube{layers}_"),
            Topology::Tree => "tree_".to_string(),
            Topology::Draining => "draining_".to_string(),
            Topology::OutputStationary => "systolic_".to_string(),
            Topology::WeightStationary { max_rows } => format!("stationary_m{max_rows}_"),
        };
        format!(
            "{topology}a{activation_bits}_w{weight_bits}_{rows}x{columns}x{depth}{stages}_s{sum}{resolve}_k{max_inner}_n{max_columns}"
        )
    }
}
