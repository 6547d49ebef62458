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
use crate::arith::reduction::{Adders, Term};
use crate::census::copies;
use tritloom_hdl::{Affine, Census, Lanes, ModuleBuilder, Value, uint};

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
    let bits = geometry.resolved_bits();
    let totals = m.lanes("totals", uint(bits), columns);
    m.repeat("total_column", columns, |column| {
        let of_layer = |layer: u32| sums.lane(column + layer * columns);
        let of_layers: Vec<Value> = (0..layers).map(of_layer).collect();
        totals.drive(column, &total(m, "layers", &of_layers, geometry.kept_magnitude(), bits));
    });
    (*totals).clone()
}

/// The sum of a row's activations over all layers.
pub(super) fn activations_across_layers(m: &ModuleBuilder, geometry: &Geometry, sums: &Lanes) -> Value {
    if geometry.layers() == 1 {
        return sums.lane(0);
    }
    let (magnitude, bits) = (geometry.kept_activation_magnitude(), geometry.activation_sum_bits());
    m.wire("activation_sum", &total(m, "activation_layers", &sums.iter(), magnitude, bits))
}

/// The sum of words, each within a magnitude, in so many bits.
fn total(m: &ModuleBuilder, name: &str, words: &[Value], magnitude: u64, bits: u32) -> Value {
    let terms: Vec<Term> = words.iter().map(|word| Term { word: word.as_signed(), carry: None }).collect();
    let total = Adders::TwoWords.tree(m, name, &terms, magnitude).word;
    let total = if total.width() > bits { total.wrap(bits) } else { total.extend(bits) };
    total.as_unsigned()
}

/// The primitives of [`across_layers`] and [`activations_across_layers`].
pub(super) fn census(geometry: &Geometry) -> Census {
    let tree = |magnitude: u64| Adders::TwoWords.census(geometry.layers().into(), magnitude, false);
    let mut census = copies(&tree(geometry.kept_magnitude()), geometry.columns.into());
    census.add_census(&tree(geometry.kept_activation_magnitude()), geometry.zero_points.is_some().into());
    census
}
