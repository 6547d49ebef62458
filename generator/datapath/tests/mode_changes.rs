//! From every precision to every other without a bubble, where the bench of a core takes only some of the changes.
//!
//! All of them with TRITLOOM_EVERY_MODE_CHANGE, which takes minutes; otherwise those from a few precisions.

mod common;

use common::{configuration, family, hardware};
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
