//! The ternary core in the manner of VitaLLM's TINT (arXiv 2604.27396): lanes that add, subtract or leave out an
//! activation, and one compressor tree a port over all lanes and the accumulator.
//!
//! ```text
//!  activations ────► & plus ──┬► or ──┐            ┌► sum word ───┐
//!              └─► ! ─► & minus ┘     ├► compressor│              ├► adder ─► result
//!  minus (the carries owed) ──────────┤    tree    └► carry word ─┘
//!  accumulator: one word or two ──────┘
//! ```

mod cost;
mod lane;
mod parameters;

use crate::census::Parts;
use crate::family::{Family, Timing};
use crate::interface::{Interface, Scenario};
use crate::matvec::{self, Element, Geometry, LoopOrder, Prepared};
use crate::parameter::{Parameter, Parameters, Problem};
use crate::sign_flip;
use crate::ternary_lut;
use crate::typical::Work;
use crate::words::counted;
use parameters::geometry;
use tritloom_hdl::{Design, Diagnostics, Lanes, Module, ModuleBuilder, Value, sint};

/// The family.
pub struct Tint;

struct TintElement(Geometry);

impl Family for Tint {
    fn name(&self) -> &'static str {
        "tint"
    }

    fn summary(&self) -> &'static str {
        "ternary core: conditional add and subtract lanes into one compressor tree a port (VitaLLM's TINT)"
    }

    fn contract(&self) -> &'static str {
        parameters::CONTRACT
    }

    fn parameters(&self) -> &'static [Parameter] {
        parameters::TABLE
    }

    fn legality(&self, parameters: &Parameters) -> Vec<Problem> {
        matvec::legality(&geometry(parameters), &["lanes"])
    }

    fn hardware(&self, parameters: &Parameters) -> Result<Design, Diagnostics> {
        let geometry = geometry(parameters);
        matvec::build(&geometry, &TintElement(geometry))
    }

    fn interface(&self, parameters: &Parameters) -> Interface {
        matvec::interface(&geometry(parameters))
    }

    fn timing(&self, parameters: &Parameters) -> Timing {
        matvec::timing(&geometry(parameters), 0)
    }

    fn census_by_part(&self, parameters: &Parameters) -> Parts {
        cost::census_by_part(&geometry(parameters))
    }

    fn scenarios(&self, parameters: &Parameters, seed: u64) -> Vec<Scenario> {
        matvec::scenarios(&geometry(parameters), &self.timing(parameters), seed)
    }

    fn typical_work(&self, parameters: &Parameters, _mode: Option<usize>, seed: u64) -> Work {
        matvec::typical_work(&geometry(parameters), &self.timing(parameters), seed)
    }

    fn ternary_product(&self, parameters: &Parameters) -> Option<Geometry> {
        Some(geometry(parameters))
    }

    fn baselines(&self, parameters: &Parameters) -> Vec<(&'static dyn Family, Parameters)> {
        let parameters = match geometry(parameters).loop_order {
            LoopOrder::WeightStationary => parameters.clone().with("loop_order", "output_stationary"),
            LoopOrder::OutputStationary | LoopOrder::TableStationary => parameters.clone(),
        };
        sign_flip::cores_without_groups(&parameters, parameters.integer("lanes"))
    }
}

impl Element for TintElement {
    fn top_name(&self) -> String {
        format!("tint_{}", self.0.name_suffix())
    }

    fn summary(&self) -> String {
        format!(
            "Multiplies a ternary matrix by a vector of {}-bit integers: {} of them enter a compressor tree as they \
             are, inverted or not at all, for {} a cycle.",
            self.0.activation_bits,
            self.0.lanes(),
            counted(self.0.ports, "output")
        )
    }

    fn prepare(&self, _m: &ModuleBuilder, activations: &Lanes, _advance: &Value) -> Prepared {
        Prepared(activations.flat().clone())
    }

    fn prepare_stages(&self) -> u32 {
        0
    }

    fn port(&self) -> Module {
        ternary_lut::port("tint_port", &self.0, sint(self.0.activation_bits), &lane::term, lane::ARRIVAL)
    }
}
