//! The multiplier core: each activation is multiplied by its two-bit weight. The second baseline.

mod cost;

use crate::census::Parts;
use crate::family::{Family, Timing};
use crate::interface::{Interface, Scenario};
use crate::matvec::{self, Element, Geometry, PartialSum, Prepared, Terms, port_sum};
use crate::parameter::{Parameter, Parameters, Problem};
use crate::sign_flip::{CONTRACT, PARAMETERS, geometry};
use crate::typical::Work;
use crate::words::counted;
use tritloom_hdl::{Design, Diagnostics, Lanes, Module, ModuleBuilder, Value, sint, uint};

/// The family.
pub struct Multiplier;

/// Bits of a weight in two's complement.
const WEIGHT_BITS: u32 = 2;
/// Gate delays of a product. Its structure is left to synthesis: taken as one that picks `x`, `-x` or zero.
const PRODUCT_ARRIVAL: u32 = 3;

struct MultiplierElement(Geometry);

impl Family for Multiplier {
    fn name(&self) -> &'static str {
        "multiplier"
    }

    fn summary(&self) -> &'static str {
        "multiplier core: each activation is multiplied by its two-bit weight (baseline)"
    }

    fn contract(&self) -> &'static str {
        CONTRACT
    }

    fn parameters(&self) -> &'static [Parameter] {
        PARAMETERS
    }

    fn legality(&self, parameters: &Parameters) -> Vec<Problem> {
        let geometry = geometry(parameters);
        let mut problems = matvec::legality(&geometry, &["lanes"]);
        let product_bits = u64::from(geometry.activation_bits + 1);
        let bus = matvec::too_wide("lanes", "the bus of a port's products", product_bits, geometry.lanes().into());
        problems.extend(bus.map(|problem| problem.involving(&["activation"])));
        problems
    }

    fn hardware(&self, parameters: &Parameters) -> Result<Design, Diagnostics> {
        let geometry = geometry(parameters);
        matvec::build(&geometry, &MultiplierElement(geometry))
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

impl Element for MultiplierElement {
    fn top_name(&self) -> String {
        format!("multiplier_{}", self.0.name_suffix())
    }

    fn summary(&self) -> String {
        format!(
            "Multiplies a ternary matrix by a vector of {}-bit integers: {} for each output, {} a cycle.",
            self.0.activation_bits,
            counted(self.0.lanes(), "multiplier"),
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
        port(&self.0)
    }
}

/// One port: products, their sum and the accumulator. The key of a single weight, sign above magnitude, is that
/// weight in two's complement: the sign weighs -2, the magnitude 1.
fn port(geometry: &Geometry) -> Module {
    let (lanes, bits, width) = (geometry.lanes(), geometry.activation_bits, geometry.accumulator_bits());
    let m = ModuleBuilder::new(
        format!("multiplier_port_a{bits}_l{lanes}_s{width}_{}", geometry.sum_suffix()),
        format!("One output: multiplies {lanes} activations by their weights and adds them to the accumulator."),
    );
    m.parameter("activation bits", bits);
    m.parameter("lanes", lanes);
    m.parameter("sum bits", width);
    let registered = geometry.partial_sum == PartialSum::Registered;
    let advance = registered.then(|| m.documented_input("advance", uint(1), "all stages move on"));
    let prepared = m.input_lanes("prepared", uint(bits), lanes, "activations, the first lowest");
    let keys = m.input_lanes("keys", uint(WEIGHT_BITS), lanes, "weights in two's complement, the first lowest");
    let accumulator = || m.documented_input("base", geometry.sum_shape(), "the accumulator");
    let base = (!geometry.single_tile()).then(accumulator);

    m.section("Products");
    m.comment("A weight is -1, 0 or 1, never -2: a product needs one bit more than its activation.");
    let products = m.lanes("products", sint(bits + 1), lanes);
    m.repeat("lane", lanes, |lane| {
        let (activation, weight) = (prepared.lane(lane).as_signed(), keys.lane(lane).as_signed());
        let product = m.wire("product", &(activation * weight));
        products.drive(lane, &product.wrap(bits + 1));
    });

    m.section("Sum");
    let magnitude = geometry.activation_magnitude();
    let terms = Terms { words: &products, carries: None, magnitude, arrival: PRODUCT_ARRIVAL };
    m.output("sum", &port_sum(&m, geometry, &terms, base.as_ref(), advance.as_ref()));
    m.finish()
}
