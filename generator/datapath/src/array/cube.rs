//! The third dimension of a cube: layers are broadcast matrices one behind the other along the inner dimension.
//!
//! ```text
//!  places 0, 1, ...  ─► layer 0: elements keep sums ─► captured, shifted out ─┐
//!  the next places   ─► layer 1: elements keep sums ─► captured, shifted out ─┼─► + ─► result
//!  ...                                                                       ─┘
//! ```
//!
//! Each layer sums over places of its own, so that its elements keep narrower sums; those of one row of all layers are
//! added as it leaves, once a column.

use super::geometry::Geometry;
use crate::arith::reduction::{Term, balanced, balanced_census};
use crate::census::copies;
use tritloom_hdl::{Affine, Census, Lanes, ModuleBuilder, uint};

/// What `body` describes for a layer, given its number, for each.
pub(super) fn each_layer(m: &ModuleBuilder, geometry: &Geometry, name: &str, body: impl Fn(Affine)) {
    match geometry.layers() {
        1 => body(Affine::from(0)),
        layers => m.repeat(name, layers, |layer| body(layer.into())),
    }
}

/// The sums of each column over all layers, from those of every layer, each in one word.
pub(super) fn across_layers(m: &ModuleBuilder, geometry: &Geometry, sums: &Lanes) -> Lanes {
    let (layers, columns) = (geometry.layers(), geometry.columns);
    if layers == 1 {
        return sums.clone();
    }
    let bits = geometry.sum_bits();
    let totals = m.lanes("totals", uint(bits), columns);
    m.repeat("total_column", columns, |column| {
        let term = |layer: u32| Term { word: sums.lane(column + layer * columns).as_signed(), carry: None };
        let terms: Vec<Term> = (0..layers).map(term).collect();
        let total = balanced(m, "layers", &terms, geometry.kept_magnitude()).word;
        let total = if total.width() > bits { total.wrap(bits) } else { total.extend(bits) };
        totals.drive(column, &total.as_unsigned());
    });
    (*totals).clone()
}

/// The primitives of [`across_layers`].
pub(super) fn census(geometry: &Geometry) -> Census {
    let tree = balanced_census(geometry.layers().into(), geometry.kept_magnitude(), false);
    copies(&tree, geometry.columns.into())
}
