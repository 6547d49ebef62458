//! A dot-product array whose Booth lanes can be cut apart at run time (the BoothFlex core of VitaLLM, arXiv 2604.27396).
//!
//! ```text
//!  a lane of int8 weights, radix 4:      mode int8        int4             ternary, int2
//!  digit 3 takes the activation of       weight 0, << 6   weight 1, << 2   weight 3
//!  digit 2                               weight 0, << 4   weight 1         weight 2
//!  digit 1                               weight 0, << 2   weight 0, << 2   weight 1
//!  digit 0                               weight 0         weight 0         weight 0
//! ```
//!
//! `lane.rs` says how digits are shared out, `edge.rs` gives every digit its activation and makes the digits, `element.rs`
//! multiplies and adds, `digit_sum.rs` and `digit_blocks.rs` what is of one digit.

mod cost;
mod digit_blocks;
mod digit_sum;
mod edge;
mod element;
mod lane;
mod parameters;

use crate::array::{self, ArrayFamily, ElementCensus, Geometry};
use crate::family::Family;
use crate::parameter::{Parameter, Parameters, Problem};
use crate::words::counted;
use parameters::{Config, config};
use tritloom_hdl::{Module, ModuleBuilder, Value};

/// The family.
pub struct BoothFlex;

pub(crate) struct Element(Config);

impl ArrayFamily for BoothFlex {
    type Element = Element;

    fn name(&self) -> &'static str {
        "booth_flex"
    }

    fn summary(&self) -> &'static str {
        "dot-product array of Booth lanes that run-time modes cut apart: one int8, two int4 or four ternary products each"
    }

    fn contract(&self) -> &'static str {
        parameters::CONTRACT
    }

    fn parameters(&self) -> &'static [Parameter] {
        parameters::TABLE
    }

    fn legality(&self, parameters: &Parameters) -> Vec<Problem> {
        parameters::legality(&config(parameters))
    }

    fn element(&self, parameters: &Parameters) -> Element {
        Element(config(parameters))
    }

    fn baselines(&self, parameters: &Parameters) -> Vec<(&'static dyn Family, Parameters)> {
        parameters::baselines(parameters)
    }
}

impl array::Element for Element {
    fn geometry(&self) -> &Geometry {
        &self.0.geometry
    }

    fn census(&self) -> ElementCensus {
        cost::census(&self.0)
    }

    fn top_name(&self) -> String {
        format!("booth_flex_{}_{}", self.0.name(), self.0.geometry.name_suffix())
    }

    fn summary(&self) -> String {
        let Geometry { rows, columns, depth, .. } = self.0.geometry;
        format!(
            "Multiplies two matrices: {rows} x {columns} elements of {}, which a run's mode cuts into as many \
             products as it has weights a lane.",
            counted(depth, "Booth lane")
        )
    }

    fn control(&self, m: &ModuleBuilder, mode: &Value) -> Value {
        self.0.lines.decode(m, mode)
    }

    fn row_edge(&self) -> Option<Module> {
        edge::has_row_edge(&self.0).then(|| edge::row_edge(&self.0))
    }

    fn column_edge(&self) -> Option<Module> {
        edge::has_column_edge(&self.0).then(|| edge::column_edge(&self.0))
    }

    fn element(&self) -> Module {
        element::element(&self.0)
    }
}
