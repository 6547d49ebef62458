//! The primitives of the multiplier core in closed form.

use super::{PRODUCT_ARRIVAL, WEIGHT_BITS};
use crate::census::{Parts, sum_of};
use crate::matvec::{self, ElementCensus, Geometry};
use tritloom_hdl::Primitive;

pub(super) fn census_by_part(geometry: &Geometry) -> Parts {
    let product_bits = geometry.activation_bits * WEIGHT_BITS;
    let element = ElementCensus {
        preparation: None,
        prepare_stages: 0,
        terms: ("multiply", sum_of(&[(Primitive::Multiplier, geometry.lanes().into(), product_bits)])),
        magnitude: geometry.activation_magnitude(),
        arrival: PRODUCT_ARRIVAL,
        owing: false,
    };
    matvec::census_by_part(geometry, &element)
}
