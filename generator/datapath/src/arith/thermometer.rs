//! Counts as thermometers: which of many places lie below a count.

use tritloom_hdl::{Census, ModuleBuilder, Primitive, Value, bits_for};

/// One bit for each of `places` places, place 0 lowest: whether its number is less than the unsigned `count`. Wires are
/// named `<name>_...`, the result `name`.
///
/// Built by doubling: below `2^k + c` lie the first `2^k` places and `c` of the next, so a bit of the count extends a
/// thermometer of the bits below it by an OR and an AND a place. A comparator a place costs as many gates as the count
/// has bits.
#[track_caller]
pub fn thermometer(m: &ModuleBuilder, name: &str, count: &Value, places: u32) -> Value {
    let reachable = reachable(count.width(), places);
    let levels = bits_for(reachable.into());
    let mut within = count.bit(0);
    for level in 1..levels {
        let (bit, below, above) = (count.bit(level), full(level), places_above(level, levels, reachable));
        let low = &within | bit.replicate(below);
        let high = (above > 0).then(|| within.slice(0, above) & bit.replicate(above));
        let parts: Vec<&Value> = high.iter().chain([&bit, &low]).collect();
        within = m.wire(&format!("{name}_{}", below + 1 + above), &m.concat(&parts));
    }
    let higher = count.width() - levels;
    if higher > 0 {
        within = &within | count.slice(levels, higher).any().replicate(places);
    }
    m.wire(name, &within.extend(places))
}

/// The primitives of [`thermometer`] over a count of `count_bits`.
pub fn thermometer_census(count_bits: u32, places: u32) -> Census {
    let places = reachable(count_bits, places);
    let levels = bits_for(places.into());
    let mut census = Census::default();
    for level in 1..levels {
        census.add(Primitive::AndOr, 1, full(level).into());
        census.add(Primitive::AndOr, 1, places_above(level, levels, places).into());
    }
    let higher = count_bits - levels;
    if higher > 0 {
        census.add(Primitive::Reduction, 1, higher.into());
        census.add(Primitive::AndOr, 1, places.into());
    }
    census
}

/// The places that lie below the largest count of so many bits: if not all, the count is too short to have bits for more.
fn reachable(count_bits: u32, places: u32) -> u32 {
    places.min(full(count_bits.min(31)))
}

/// Places of a thermometer of `levels` bits: the last of `2^levels` is below no count of so many bits.
fn full(levels: u32) -> u32 {
    (1 << levels) - 1
}

/// Places beyond `2^level` that bit `level` of the count adds.
fn places_above(level: u32, levels: u32, places: u32) -> u32 {
    let wanted = if level + 1 == levels { places } else { full(level + 1) };
    wanted - full(level) - 1
}
