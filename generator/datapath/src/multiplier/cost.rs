//! The primitives of the multiplier core in closed form.

use super::{PRODUCT_ARRIVAL, WEIGHT_BITS};
use crate::census::{Parts, products};
use crate::matvec::{self, ElementCensus, Geometry};

pub(super) fn census_by_part(geometry: &Geometry) -> Parts {
    let element = ElementCensus {
        preparation: None,
        prepare_stages: 0,
        terms: ("multiply", products(geometry.lanes().into(), [geometry.activation_bits, WEIGHT_BITS])),
        magnitude: geometry.activation_magnitude(),
        arrival: PRODUCT_ARRIVAL,
        owing: false,
    };
    matvec::census_by_part(geometry, &element)
}
