//! The sign-flip core: each activation is added, subtracted or left out. It is the look-up-table core with groups
//! of one, and the baseline that every report prints beside it.

mod cost;

use crate::census::Parts;
use crate::family::{Family, Timing};
use crate::interface::{Interface, Scenario};
use crate::matvec::{self, Addition, Element, Geometry, Prepared};
use crate::multiplier::Multiplier;
use crate::parameter::{Given, Parameter, ParameterValue, Parameters, Problem};
use crate::registry;
use crate::ternary_lut::selecting_port;
use crate::typical::Work;
use crate::words::counted;
use tritloom_hdl::{Design, Diagnostics, Lanes, MAXIMUM_LOOP_COUNT, Module, ModuleBuilder, Value, sint};

/// The family.
pub struct SignFlip;

/// Activations per cycle, of the baselines: every lane is an iteration of one loop.
pub(crate) const LANES: Parameter =
    Parameter::integer("lanes", 1, MAXIMUM_LOOP_COUNT as u64, Some(32), "activations that enter per cycle");

/// The weight packings of cores without groups.
pub(crate) const WEIGHTS: Parameter = Parameter::choice(
    "weights",
    &[("two_bit", "two's complement, two bits a weight: no decoder"), ("five_trit", "five weights a byte")],
    Some("two_bit"),
    "packing of the weight stream; a decoder stands in front of the ports",
);

pub(crate) const PARAMETERS: &[Parameter] = &[
    LANES,
    matvec::PORTS,
    matvec::ACTIVATION,
    matvec::REDUCTION,
    matvec::PARTIAL_SUM,
    matvec::LOOP_ORDER,
    WEIGHTS,
    matvec::MAX_INPUTS,
    matvec::MAX_OUTPUTS,
];

pub(crate) const CONTRACT: &str = "\
y[m] = sum over n of w[m][n] * x[n], with w in {-1, 0, +1}, exact for every legal input.

Streams, order of beats, masking and schedule are those of ternary_lut with lanes = tables * group_size, so that
a core can be exchanged for the other where the weight packing is the same. Latency: 1 (entry) + 1 with a
registered partial sum + 1 (result) cycles from the weight beat that completes a result; one beat a cycle.";

/// The geometry of a core without groups.
pub(crate) fn geometry(parameters: &Parameters) -> Geometry {
    let weights = matvec::weight_format(parameters.choice("weights"));
    matvec::geometry(parameters, 1, parameters.integer("lanes") as u32, weights, Addition::new(parameters))
}

/// The sign-flip core and the multiplier core with the tile, streams and schedule of a core of these `parameters` and so
/// many `lanes`: baselines of other families. What they do not say has its default. One whose buses would be too wide is
/// left out: beyond 32,768 weights a cycle, at two bits for each, both are.
pub(crate) fn cores_without_groups(parameters: &Parameters, lanes: u64) -> Vec<(&'static dyn Family, Parameters)> {
    // Without groups a key is two bits: the two-bit code.
    let weights = match parameters.choice("weights") {
        "five_trit" => "five_trit",
        _ => "two_bit",
    };
    let own =
        PARAMETERS.iter().map(|parameter| parameter.name).filter(|name| ![LANES.name, WEIGHTS.name].contains(name));
    let common = own.filter_map(|name| Some((name, Given::from(parameters.get(name)?.clone()))));
    let mut given: Vec<(&str, Given)> = common.collect();
    given.push((LANES.name, ParameterValue::Integer(lanes).into()));
    given.push((WEIGHTS.name, Given::from(weights)));
    let families: [&'static dyn Family; 2] = [&SignFlip, &Multiplier];
    let resolved = |family| Some((family, registry::resolve(family, given.clone()).ok()?));
    families.into_iter().filter_map(resolved).collect()
}

struct SignFlipElement(Geometry);

impl Family for SignFlip {
    fn name(&self) -> &'static str {
        "sign_flip"
    }

    fn summary(&self) -> &'static str {
        "sign-flip core: each activation is added, subtracted or left out (baseline)"
    }

    fn contract(&self) -> &'static str {
        CONTRACT
    }

    fn parameters(&self) -> &'static [Parameter] {
        PARAMETERS
    }

    fn legality(&self, parameters: &Parameters) -> Vec<Problem> {
        matvec::legality(&geometry(parameters), &["lanes"])
    }

    fn hardware(&self, parameters: &Parameters) -> Result<Design, Diagnostics> {
        let geometry = geometry(parameters);
        matvec::build(&geometry, &SignFlipElement(geometry))
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

    fn baselines(&self, _parameters: &Parameters) -> Vec<(&'static dyn Family, Parameters)> {
        Vec::new()
    }
}

impl Element for SignFlipElement {
    fn top_name(&self) -> String {
        format!("sign_flip_{}", self.0.name_suffix())
    }

    fn summary(&self) -> String {
        format!(
            "Multiplies a ternary matrix by a vector of {}-bit integers: {} of them are added, subtracted or left out \
             for {} a cycle.",
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
        selecting_port("sign_flip_port", &self.0, sint(self.0.activation_bits))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry;

    #[test]
    fn the_most_lanes_are_the_longest_loop() {
        let resolve = |lanes: u32| registry::resolve(&SignFlip, [("lanes", u64::from(lanes)), ("ports", 1)]);
        let most = resolve(MAXIMUM_LOOP_COUNT).expect("legal");
        assert!(SignFlip.hardware(&most).is_ok());
        let problems = resolve(MAXIMUM_LOOP_COUNT + 1).expect_err("refused");
        assert_eq!(problems[0].nearest.as_deref(), Some("3072"));
    }
}
