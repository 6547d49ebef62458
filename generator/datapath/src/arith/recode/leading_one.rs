//! The position of the most significant one.

use tritloom_hdl::{Census, Lanes, Module, ModuleBuilder, Primitive, bits_for, uint};

/// From `value` of 2 to 64 bits to the `position` of its most significant one, and `found`, whether it has one; the
/// position is zero where it has none.
///
/// A tree: of two neighbours the upper is kept where it holds a one, the lower otherwise, and that choice is the next
/// bit of the position. It is `ceil(log2 width)` multiplexers deep; the width need not be a power of two.
pub fn leading_one(width: u32) -> Module {
    let m = ModuleBuilder::new(format!("leading_one_w{width}"), "The position of the most significant one.");
    m.parameter("width", width);
    let value = m.input("value", uint(width));
    m.comment("Of two neighbours the upper is kept where it holds a one; that choice is a bit of the position.");
    let mut found = value.lanes(uint(1), width);
    let mut positions = None;
    for level in 1..=bits_for(u64::from(width) - 1) {
        let (next_found, next_positions) = merge(&m, level, &found, positions.as_ref());
        (found, positions) = (next_found, Some(next_positions));
    }
    if let Some(positions) = positions {
        m.output("position", positions.flat());
    }
    m.output("found", found.flat());
    m.finish()
}

/// One level of the tree; lanes without a neighbour, the top ones of an odd number, move up with a zero on top.
fn merge(m: &ModuleBuilder, level: u32, found: &Lanes, positions: Option<&Lanes>) -> (Lanes, Lanes) {
    let (pairs, count) = (found.count() / 2, found.count().div_ceil(2));
    let next_found = m.lanes(&format!("found{level}"), uint(1), count);
    let next_positions = m.lanes(&format!("position{level}"), uint(level), count);
    m.repeat(&format!("pair{level}"), pairs, |pair| {
        let (upper, lower) = (found.lane(pair * 2 + 1), found.lane(pair * 2));
        next_found.drive(pair, &(&upper | lower));
        let position = match positions {
            Some(below) => m.concat(&[&upper, &upper.mux(&below.lane(pair * 2 + 1), &below.lane(pair * 2))]),
            None => upper,
        };
        next_positions.drive(pair, &position);
    });
    if count > pairs {
        next_found.drive(pairs, &found.lane(2 * pairs));
        let position = positions.map_or(m.uint(0, level), |below| below.lane(2 * pairs).extend(level));
        next_positions.drive(pairs, &position);
    }
    ((*next_found).clone(), (*next_positions).clone())
}

/// The primitives of [`leading_one`]: level l merges pairs of positions of l - 1 bits; each merge loses a lane.
pub fn leading_one_census(width: u32) -> Census {
    let mut census = Census::default();
    let mut lanes = u64::from(width);
    for position_bits in 0..bits_for(u64::from(width) - 1) {
        census.add(Primitive::Multiplexer, lanes / 2, position_bits.into());
        lanes = lanes.div_ceil(2);
    }
    census.add(Primitive::AndOr, u64::from(width) - 1, 1);
    census
}
