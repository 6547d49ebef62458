//! Light syntheses of many configurations: what closed forms are fitted to, since real synthesis takes seconds a point.

use crate::form::{Features, features};
use crate::point::gate_count;
use crate::sample::draw;
use std::collections::{BTreeMap, BTreeSet};
use tritloom_datapath::family::Family;
use tritloom_hdl::GateCount;

/// Configurations of each family.
const DRAWS: usize = 300;

/// No seed of measured points, so that they are others.
const SEED: u64 = 0x11687;

/// By family, primitives beside gates of configurations.
pub type Light = BTreeMap<String, Vec<(Features, GateCount)>>;

/// Draws configurations of every family and counts their gates.
pub fn light(families: &[&'static dyn Family]) -> Light {
    let own = |family: &'static dyn Family| -> Vec<(Features, GateCount)> {
        let samples = draw(&[family], DRAWS, SEED, &BTreeSet::new()).into_iter();
        let counted = samples.filter_map(|sample| {
            let hardware = family.hardware(&sample.parameters).ok()?;
            Some((features(&family.census(&sample.parameters)), gate_count(&hardware)))
        });
        counted.collect()
    };
    families.iter().map(|family| (family.name().to_owned(), own(*family))).collect()
}
