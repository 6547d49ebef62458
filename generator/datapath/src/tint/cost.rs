//! The primitives of the core in closed form: lanes are those of the sign-flip core.

use crate::census::Parts;
use crate::matvec::{self, ElementCensus, Geometry};
use crate::ternary_lut::{selection, selection_arrival};

pub(super) fn census_by_part(geometry: &Geometry) -> Parts {
    let element = ElementCensus {
        preparation: None,
        prepare_stages: 0,
        terms: ("add or subtract", selection(geometry)),
        magnitude: geometry.activation_magnitude(),
        arrival: selection_arrival(geometry),
        owing: true,
    };
    matvec::census_by_part(geometry, &element)
}
