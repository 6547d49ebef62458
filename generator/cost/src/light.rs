//! Light syntheses of many configurations: what closed forms are fitted to, since real synthesis takes seconds a point.

use crate::form::{PartFeatures, part_features};
use crate::point::gate_count;
use crate::sample::draw_sized;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use tritloom_datapath::family::Family;
use tritloom_hdl::{GateCount, LutDevice};

/// Configurations of each family.
const DRAWS: usize = 300;

/// No seed of measured points, so that they are others.
const SEED: u64 = 0x11687;

/// Bits of primitives: closed forms must hold for large tiles too.
const SIZES: Range<f64> = 300.0..20_000.0;

/// By family, primitives of parts beside gates of configurations.
pub type Light = BTreeMap<String, Vec<(PartFeatures, GateCount)>>;

/// Draws configurations of every family and counts their gates, or the cells that they take of a device.
pub fn light(families: &[&'static dyn Family], device: Option<LutDevice>) -> Light {
    let own = |family: &'static dyn Family| -> Vec<(PartFeatures, GateCount)> {
        let samples = draw_sized(&[family], DRAWS, SEED, SIZES, &BTreeSet::new()).into_iter();
        let counted = samples.filter_map(|sample| {
            let hardware = family.hardware(&sample.parameters).ok()?;
            Some((part_features(&family.census_by_part(&sample.parameters)), gate_count(&hardware, device)))
        });
        counted.collect()
    };
    families.iter().map(|family| (family.name().to_owned(), own(*family))).collect()
}
