//! The primitives of the core in closed form.

use super::lane;
use crate::census::Parts;
use crate::matvec::{self, ElementCensus, Geometry};

pub(super) fn census_by_part(geometry: &Geometry) -> Parts {
    let element = ElementCensus {
        preparation: None,
        prepare_stages: 0,
        terms: ("add or subtract", lane::census(geometry.lanes(), geometry.activation_bits)),
        magnitude: geometry.activation_magnitude(),
        arrival: lane::ARRIVAL,
        owing: true,
    };
    matvec::census_by_part(geometry, &element)
}
