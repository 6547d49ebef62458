//! Parameters of the family, and the shape of a core that they make.

use crate::arith::bit_heap::Tree;
use crate::arith::bit_heap::parameters::{COMPRESSION, COUNTERS};
use crate::parameter::{Parameter, Parameters, Problem};
use crate::sequencer::{InnerStep, Nest, Passes};
use tritloom_hdl::{MAXIMUM_WIDTH, bits_for};

pub(super) const TABLE: &[Parameter] = &[
    Parameter::choice(
        "result",
        &[
            ("dot_product", "of vectors of -1 and +1: twice the places that agree, less all places"),
            ("distance", "the number of places that differ (Hamming)"),
            ("threshold", "one bit: whether at least as many places agree as a stream says for each column"),
        ],
        Some("dot_product"),
        "what is made of the population count behind the sums",
    ),
    Parameter::integer("width", 1, 4096, Some(256), "places of a vector that enter per cycle"),
    Parameter::integer("columns", 1, 256, Some(8), "columns of weights that a vector of activations meets at once"),
    COMPRESSION,
    COUNTERS,
    Parameter::integer("max_inner", 1, 65_536, Some(4096), "longest vector of a run (K): sets the width of the sums"),
    Parameter::integer("max_columns", 1, 65_536, Some(4096), "most columns of a run (N)"),
];

/// What is made of a population count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The dot product of vectors of -1 and +1.
    DotProduct,
    /// How many places differ.
    Distance,
    /// Whether enough places agree.
    Threshold,
}

/// The shape of a core. All counts are at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// What comes out.
    pub outcome: Outcome,
    /// Places per cycle.
    pub width: u32,
    /// Columns at once.
    pub columns: u32,
    /// The trees that count.
    pub tree: Tree,
    /// The longest vector.
    pub max_inner: u32,
    /// The most columns of a run.
    pub max_columns: u32,
}

impl Shape {
    /// What the parameters say.
    pub(super) fn new(parameters: &Parameters) -> Shape {
        let number = |name: &str| parameters.integer(name) as u32;
        Shape {
            outcome: match parameters.choice("result") {
                "distance" => Outcome::Distance,
                "threshold" => Outcome::Threshold,
                _ => Outcome::DotProduct,
            },
            width: number("width"),
            columns: number("columns"),
            tree: Tree::new(parameters),
            max_inner: number("max_inner"),
            max_columns: number("max_columns"),
        }
    }

    /// Bits of a count of places.
    pub fn count_bits(&self) -> u32 {
        bits_for(self.max_inner.into())
    }

    /// Bits of a result.
    pub fn result_bits(&self) -> u32 {
        match self.outcome {
            Outcome::DotProduct => self.count_bits() + 1,
            Outcome::Distance => self.count_bits(),
            Outcome::Threshold => 1,
        }
    }

    /// Beats of places within tiles of columns.
    pub(crate) fn nest(&self) -> Nest {
        Nest {
            inner_max: self.max_inner,
            inner_step: InnerStep::Fixed(self.width),
            outer_max: self.max_columns,
            outer_step: self.columns,
            passes: Passes::Fixed(1),
            back_to_back: true,
            keeps_tiles: false,
        }
    }

    /// Beats that cover vectors of `inner` places.
    pub fn inner_tiles(&self, inner: u32) -> u32 {
        inner.div_ceil(self.width).max(1)
    }

    /// Tiles that cover `columns`.
    pub fn column_tiles(&self, columns: u32) -> u32 {
        columns.div_ceil(self.columns).max(1)
    }

    /// The name of the top module, every parameter in it.
    pub(super) fn top_name(&self) -> String {
        let outcome = match self.outcome {
            Outcome::DotProduct => "dot_product",
            Outcome::Distance => "distance",
            Outcome::Threshold => "threshold",
        };
        let Shape { width, columns, tree, max_inner, max_columns, .. } = self;
        format!("binary_{outcome}_{width}x{columns}_{}_k{max_inner}_n{max_columns}", tree.name())
    }
}

/// Rules between the parameters.
pub(super) fn legality(shape: &Shape) -> Vec<Problem> {
    let mut problems = Vec::new();
    let Shape { width, columns, max_inner, max_columns, .. } = *shape;
    if width > max_inner {
        let message = format!("{width} places enter per cycle, more than the longest vector has");
        let problem = Problem::rule("C0241", "width", message, format!("at most max_inner ({max_inner})"));
        problems.push(problem.involving(&["max_inner"]).nearest(max_inner));
    }
    if columns > max_columns {
        let message = format!("{columns} columns are met at once, more than max_columns");
        let problem = Problem::rule("C0242", "columns", message, format!("at most max_columns ({max_columns})"));
        problems.push(problem.involving(&["max_columns"]).nearest(max_columns));
    }
    if width * columns > MAXIMUM_WIDTH {
        let bits = width * columns;
        let message =
            format!("the weight bus would be {bits} bits wide, over the {MAXIMUM_WIDTH} that tools must accept");
        let most = MAXIMUM_WIDTH / width;
        let problem = Problem::rule("C0243", "columns", message, format!("at most {most} with this width"));
        problems.push(problem.involving(&["width"]).nearest(most));
    }
    problems
}
