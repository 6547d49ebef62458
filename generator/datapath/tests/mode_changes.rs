//! From every mode to every other without a bubble: benches meet each change or, where there are very many, some of them.
//!
//! All changes of precision of the core with most of them with TRITLOOM_EVERY_MODE_CHANGE, which takes minutes; otherwise those
//! from a few precisions.

mod common;

use common::{configuration, family, hardware};
use std::collections::BTreeSet;
use tritloom_datapath::array;
use tritloom_datapath::rehearsal::rehearse;

/// Of the modes from which changes are taken without the variable, every so many.
const EVERY: usize = 100;

/// From each `every`th mode to each other and back, exact and to the cycle.
fn changes_from_modes(name: &str, settings: &str, modes: usize, every: usize) {
    let family = family(name);
    let parameters = configuration(family, settings);
    let geometry = family.matrix_product(&parameters).expect("an array");
    let core = hardware(family, &parameters);
    assert_eq!(geometry.modes.len(), modes);
    for from in (0..modes).rev().step_by(every) {
        let scenario = array::mode_changes(&geometry, &|_| 1, from, from as u64);
        let report = rehearse(&core, &array::interface(&geometry), &[scenario], 1).expect("every port is there");
        assert_eq!(report.failures, [], "{name}, {settings}: from {}", geometry.modes[from].name);
    }
}

#[test]
fn every_pair_of_precisions_changes_to_every_other() {
    let every = if std::env::var("TRITLOOM_EVERY_MODE_CHANGE").is_ok() { 1 } else { EVERY };
    let sizes =
        "serial: both, activation_bits: 16, weight_bits: 16, depth: 2, columns: 1, max_inner: 64, max_columns: 4";
    changes_from_modes("bit_serial", sizes, 256, every);
}

#[test]
fn every_precision_changes_to_every_other_where_weights_stay() {
    let sizes = "topology: weight_stationary, rows: 2, depth: 2, columns: 2, max_columns: 2";
    for (name, settings, modes) in [
        ("bit_serial", "serial: weights, activation_bits: 4, weight_bits: 7", 7),
        ("bit_serial", "serial: activations, activation_bits: 7, weight_bits: 4", 7),
        ("bit_serial", "serial: both, activation_bits: 3, weight_bits: 4", 12),
        ("bit_serial", "serial: both, activation_bits: 4, weight_bits: 3, weight_sign: unsigned", 12),
        ("booth_flex_serial", "activation: int4, weight: int16", 8),
        ("booth_flex_serial", "activation: int8, weight: int16, accumulation: carry_save", 8),
    ] {
        // Sums of a tile alone, and of several in a memory.
        for more in ["max_inner: 4, max_rows: 3", "max_inner: 12, max_rows: 1"] {
            changes_from_modes(name, &format!("{sizes}, {settings}, {more}"), modes, 1);
        }
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
        ("bit_serial", format!("{of_bytes}, serial: weights"), 8),
        ("bit_serial", format!("{of_bytes}, serial: activations"), 8),
        ("bit_serial", "activation_bits: 4, weight_bits: 3, serial: both, max_inner: 64".to_string(), 12),
        ("booth_flex_serial", "weight: int16, max_inner: 64".to_string(), 8),
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
