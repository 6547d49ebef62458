//! The primitives of the sign-flip core in closed form: those of a look-up-table core whose tables are activations.

use crate::census::Parts;
use crate::matvec::{self, ElementCensus, Geometry};
use crate::ternary_lut::{selection, selection_arrival};

pub(super) fn census_by_part(geometry: &Geometry) -> Parts {
    let element = ElementCensus {
        preparation: None,
        prepare_stages: 0,
        terms: ("select", selection(geometry)),
        magnitude: geometry.activation_magnitude(),
        arrival: selection_arrival(geometry),
        owing: true,
    };
    matvec::census_by_part(geometry, &element)
}
