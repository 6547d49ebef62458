//! From every mode to every other without a bubble: benches meet each change or, where there are very many, some of them.
//!
//! All changes of precision of the core with most of them with TRITLOOM_EVERY_MODE_CHANGE, which takes minutes; otherwise those
//! from a few precisions.

mod common;

use common::{configuration, family, hardware};
use std::collections::BTreeSet;
use tritloom_datapath::array;
use tritloom_datapath::bit_serial::geometry;
use tritloom_datapath::rehearsal::rehearse;

/// Of the modes from which changes are taken without the variable, every so many.
const EVERY: usize = 100;

#[test]
fn every_pair_of_precisions_changes_to_every_other() {
    let family = family("bit_serial");
    let sizes =
        "serial: both, activation_bits: 16, weight_bits: 16, depth: 2, columns: 1, max_inner: 64, max_columns: 4";
    let parameters = configuration(family, sizes);
    let (core, geometry) = (hardware(family, &parameters), geometry(&parameters));
    let every = if std::env::var("TRITLOOM_EVERY_MODE_CHANGE").is_ok() { 1 } else { EVERY };
    assert_eq!(geometry.modes.len(), 256);
    for from in (0..geometry.modes.len()).rev().step_by(every) {
        let scenario = array::mode_changes(&geometry, &|_| 1, from, from as u64);
        let report = rehearse(&core, &array::interface(&geometry), &[scenario], 1).expect("every port is there");
        assert_eq!(report.failures, [], "from {}", geometry.modes[from].name);
    }
}

#[test]
fn benches_go_from_every_mode_to_every_other_at_full_speed() {
    let of_bytes = "activation_bits: 8, weight_bits: 8, max_inner: 64";
    let cores = [
        ("bit_slice", format!("{of_bytes}, activation_slice: bits2, weight_slice: bits2"), 9),
        ("bit_slice", format!("{of_bytes}, activation_slice: bits1, weight_slice: bits1"), 16),
        ("booth_flex", "activation_sign: run_time, max_inner: 64".to_string(), 6),
        ("nested", format!("{of_bytes}, draft_bits: 4, slicing: floor"), 2),
        ("nested", format!("{of_bytes}, draft_bits: 4, slicing: rounded"), 2),
    ];
    let topologies = ["topology: broadcast", "topology: weight_stationary, max_rows: 3"];
    for ((name, settings, modes), topology) in cores.iter().flat_map(|core| topologies.map(|topology| (core, topology)))
    {
        let family = family(name);
        let parameters = configuration(family, &format!("{settings}, {topology}"));
        let runs = &family.interface(&parameters).streams[0];
        let field = runs.fields.iter().position(|field| field.name == "mode").expect("runs say their mode");
        let mut changes = BTreeSet::new();
        for scenario in family.scenarios(&parameters, 1).iter().filter(|scenario| scenario.cycles.is_some()) {
            let modes: Vec<Option<u64>> = scenario.inputs[0].iter().map(|(_, run)| run[field].to_u64()).collect();
            changes.extend(modes.windows(2).filter(|pair| pair[0] != pair[1]).map(|pair| (pair[0], pair[1])));
        }
        assert_eq!(changes.len(), modes * (modes - 1), "{name}: {settings}, {topology}");
    }
}
