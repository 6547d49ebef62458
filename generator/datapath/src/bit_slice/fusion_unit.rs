//! BitFusion's fusion unit: the slice products of one product of full width, each shifted, and their sum as two words.

use super::grid::{Grid, Place, place_value_census, places};
use super::parameters::Config;
use crate::arith::bit_heap::{BitHeap, PartialSum, Profile};
use tritloom_hdl::{Census, Lanes, ModuleBuilder};

/// Whether an element is made of units: where each shifts its products, there are several, and they hold several products each.
pub(super) fn are_in(config: &Config) -> bool {
    config.shift_in_element && config.geometry.depth > 1 && places(config).count() > 1
}

/// Adds what the units leave to the heap of an element. They are no modules: what buffers the mode must see all that it drives.
pub(super) fn add_units(m: &ModuleBuilder, config: &Config, (grid, products): (&Grid, &Lanes), heap: &mut BitHeap) {
    m.section("Fusion units");
    let (units, slices) = (config.geometry.depth, config.activation.count());
    let sum = sum(config);
    m.comment(&format!(
        "Each leaves two words, whose sum is too large by {}: a constant of the sum takes that back for all of them.",
        sum.bias()
    ));
    let left = sum.lanes(m, "unit", units);
    m.repeat("unit", units, |unit| {
        let product = |place: Place| products.lane(unit * slices + place.weight * units * slices + place.activation);
        let mut heap = BitHeap::new(profile(config).width());
        grid.place_values(m, config, product).iter().for_each(|worth| heap.add_biased(worth, 0, 0));
        let words = sum.reduce(m, "unit", &heap);
        left.iter().zip(words).for_each(|(lanes, word)| lanes.drive(unit, &word));
    });
    sum.join_lanes(heap, &left, |_| 0);
}

/// Bits of the words that a unit adds up, and their shifters.
fn words(config: &Config) -> (Vec<u32>, Census) {
    let mut shifters = Census::default();
    let word = |place| place_value_census(config, place, config.product_bits(), &mut shifters);
    (places(config).map(word).collect(), shifters)
}

/// What the heap of a unit holds. Words are biased behind their shifters, so that the bias is the same in every mode.
fn profile(config: &Config) -> Profile {
    let (words, _) = words(config);
    let mut profile = Profile::new(PartialSum::bits(words.iter().map(|&bits| (0, bits))));
    words.into_iter().for_each(|bits| profile.add_biased(bits, 0, 0));
    profile
}

/// What a unit leaves. Half adders take nothing off a sum: where each unit had its own, an element would be larger than one in
/// which all products are added together.
pub(super) fn sum(config: &Config) -> PartialSum {
    PartialSum::new(&profile(config), &config.tree.compression().without_half_adders())
}

/// The shifters of a unit.
pub(super) fn shifters(config: &Config) -> Census {
    words(config).1
}
