//! Light syntheses of many configurations: what closed forms are fitted to, since real synthesis takes seconds a point.

use crate::form::{PartFeatures, part_features};
use crate::point::gate_count;
use crate::sample::{Sample, Sizes, draw};
use std::collections::{BTreeMap, BTreeSet};
use tritloom_datapath::family::Family;
use tritloom_hdl::{Design, GateCount, Gates, LutDevice};

/// Configurations of each family by their sizes: closed forms must hold for small tiles with large memories and for
/// large tiles.
const DRAWS: [(usize, Sizes); 2] = [(450, Sizes { bits: 300.0..20_000.0, ..Sizes::SMALL }), (150, Sizes::LARGE)];

/// Of how many of the first ones delays are wanted: their gates are held in memory.
const TIMED_DRAWS: usize = 150;

/// No seed of measured points, so that they are others.
const SEED: u64 = 0x11687;

/// The [`light`] syntheses of each family.
pub type Light = BTreeMap<String, Vec<LightSynthesis>>;

/// A configuration beside its light synthesis.
pub struct LightSynthesis {
    /// Primitives of its parts.
    pub parts: PartFeatures,
    /// Its gates, or the cells that it takes of a device.
    pub gates: GateCount,
    /// The design as it is written, and all of it in gates, of the first configurations for standard cells.
    pub timed: Option<(Design, Gates)>,
}

/// Draws configurations of a family and counts their gates, or the cells that they take of a device.
pub fn light(family: &'static dyn Family, device: Option<LutDevice>) -> Vec<LightSynthesis> {
    let samples = DRAWS.iter().flat_map(|(count, sizes)| draw(&[family], *count, SEED, sizes, &BTreeSet::new()));
    let is_timed = |number: usize| number < TIMED_DRAWS && device.is_none();
    samples.enumerate().filter_map(|(number, sample)| synthesis(&sample, device, is_timed(number))).collect()
}

fn synthesis(sample: &Sample, device: Option<LutDevice>, is_timed: bool) -> Option<LightSynthesis> {
    let Sample { family, parameters } = sample;
    let hardware = family.hardware(parameters).ok()?;
    let (parts, gates) = (part_features(&family.census_by_part(parameters)), gate_count(&hardware, device));
    let timed = is_timed.then(|| {
        let gates = hardware.gates();
        (hardware, gates)
    });
    Some(LightSynthesis { parts, gates, timed })
}
