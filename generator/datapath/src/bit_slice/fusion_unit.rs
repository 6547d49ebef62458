//! BitFusion's fusion unit: the grid of one product of full width, each slice product shifted, and their sum as two words.

use super::grid::{Grid, place_value_census, places};
use super::parameters::Config;
use crate::arith::bit_heap::{BitHeap, Blocks, PartialSum, Profile};
use tritloom_hdl::{Census, Lanes, Module, ModuleBuilder, uint};

/// The units of an element that shifts every slice product, where they are several and hold several products each: others join
/// the sum of the element without one.
pub(super) fn units(config: &Config) -> Option<Blocks> {
    let depth = config.geometry.depth;
    let is_block = config.shift_in_element && depth > 1 && places(config).count() > 1;
    is_block.then_some(Blocks { count: depth, lanes: 1 })
}

/// Adds what the units leave to the heap of an element.
pub(super) fn add_units(m: &ModuleBuilder, config: &Config, (units, grid): (Blocks, &Grid), heap: &mut BitHeap) {
    m.section("Fusion units");
    let (of_activation, of_weight) = (config.activation.count(), config.weight.count());
    let activations = regrouped(&grid.activations, of_activation);
    let weights = regrouped(&grid.weights, of_activation * of_weight);
    units.join(m, (&sum(config), &fusion_unit(config)), ("sum", &[0]), heap, |unit, _, number| {
        let row = |row: u32| activations.lane(number + row * units.count);
        let rows: Vec<_> = (0..of_weight).rev().map(row).collect();
        unit.connect("activations", &m.concat(&rows.iter().collect::<Vec<_>>()));
        unit.connect("weights", &weights.lane(number));
        if let Some(word) = &grid.word_of_mode {
            unit.connect("control", word);
        }
    });
}

/// So many neighbours as one lane.
fn regrouped(lanes: &Lanes, neighbours: u32) -> Lanes {
    lanes.flat().lanes(uint(neighbours * lanes.shape().width), lanes.count() / neighbours)
}

fn fusion_unit(config: &Config) -> Module {
    let Config { activation, weight, tree, .. } = config;
    let m = ModuleBuilder::new(
        format!("fusion_unit_{}_{}_{}", activation.name("a"), weight.name("w"), tree.name()),
        "One product of the widest numbers or several of narrow ones, added up to two words.",
    );
    m.parameter("slices of an activation", activation.count());
    m.parameter("slices of a weight", weight.count());
    let grid = Grid::declare(&m, config, 1);
    let products = grid.products(&m, config);
    let mut heap = BitHeap::new(profile(config).width());
    m.section("Place values");
    grid.place_values(&m, config, &products).iter().for_each(|worth| heap.add_biased(worth, 0, 0));
    m.section("Sum");
    sum(config).finish(m, &heap)
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

/// What a unit leaves.
pub(super) fn sum(config: &Config) -> PartialSum {
    PartialSum::new(&profile(config), &config.tree.compression())
}

/// The shifters of a unit.
pub(super) fn shifters(config: &Config) -> Census {
    words(config).1
}
