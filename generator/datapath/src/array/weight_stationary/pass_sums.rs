//! Sums of the passes of a vector, added as they leave the columns.
//!
//! Passes whose products weigh most come first, so that what is there moves up before products of less weight are added.
//! Planes of sign bits are subtracted here: elements know no sign.

use super::super::geometry::Geometry;
use super::super::planes;
use super::told::says_what_moves_up;
use crate::census::{copies, sum_of};
use tritloom_hdl::Primitive::{Adder, AndOr, EnabledRegister, Inverter, Multiplexer, Xor};
use tritloom_hdl::{Census, Lanes, ModuleBuilder, Value, uint};

/// What becomes of a row of sums of a pass.
pub(super) struct PassSums {
    /// It arrives.
    pub arriving: Value,
    /// It is that of the first pass of its vector.
    pub first: Value,
    /// What is there weighs a digit more; `None`: always, or never where all digits have their weight.
    pub moves_up: Option<Value>,
    /// It is subtracted; `None`: never.
    pub negative: Option<Value>,
}

/// A row of sums of a pass that arrives, added to those of the passes before, a cycle later.
pub(super) fn added(m: &ModuleBuilder, geometry: &Geometry, sums: &Lanes, what: &PassSums) -> Lanes {
    let (columns, bits) = (geometry.columns, geometry.tile_sum_bits());
    let (step, keep) = (geometry.pass_step(), m.wire("keeps_passes", &!&what.first));
    let of_passes = m.lanes("sums_of_passes", uint(bits), columns);
    m.repeat("column_of_passes", columns, |column| {
        let sum = m.register("sum_of_passes", uint(bits));
        let kept = m.wire("passes_before", &(sum.value() & keep.replicate(bits)));
        let moved = if step > 0 { kept.shift_left(step).wrap(bits).as_unsigned() } else { kept.clone() };
        let base = match &what.moves_up {
            Some(moves_up) => m.wire("moved_up", &moves_up.mux(&moved, &kept)),
            None => moved,
        };
        let pass = sums.lane(column);
        let pass = if geometry.keeps_signed_sums() { pass.as_signed() } else { pass.to_signed() };
        let total = match &what.negative {
            None => base.as_signed() + pass,
            Some(negative) => {
                let signed = m.wire("signed_pass", &(pass.as_unsigned() ^ negative.replicate(pass.width())));
                base.as_signed().add_with_carry(&signed.as_signed(), negative)
            }
        };
        sum.enable(&what.arriving).next(&total.wrap(bits).as_unsigned());
        of_passes.drive(column, sum.value());
    });
    (*of_passes).clone()
}

/// The primitives of [`added`].
pub(super) fn census(geometry: &Geometry) -> Census {
    let bits = geometry.tile_sum_bits();
    let moves = u64::from(says_what_moves_up(geometry));
    let negative = u64::from(planes::has_negative(geometry));
    let column = sum_of(&[
        (AndOr, 1, bits), // passes before
        (Multiplexer, moves, bits),
        (Xor, negative, geometry.kept_bits() + u32::from(!geometry.keeps_signed_sums())),
        (Adder, 1, bits + 1),
        (EnabledRegister, 1, bits),
    ]);
    let mut census = copies(&column, geometry.columns.into());
    census.add(Inverter, 1, 1); // of the first pass
    census
}
