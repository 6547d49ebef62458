//! Random legal configurations of every family compute what plain integers compute, in the schedule that they state.
//!
//! `TRITLOOM_RANDOM_CONFIGS` says how many of each family.

#![expect(clippy::print_stdout, reason = "a failing test shows its seeds")]

mod common;

use common::{check, random_configurations};
use tritloom_datapath::registry;

#[test]
fn random_configurations_compute_exactly() {
    let count = std::env::var("TRITLOOM_RANDOM_CONFIGS").ok().and_then(|text| text.parse().ok()).unwrap_or(60);
    for (position, family) in registry::families().iter().enumerate() {
        let seed = 9000 + position as u64;
        println!("{}: {count} configurations from seed {seed}", family.name());
        for (number, parameters) in
            random_configurations(*family, registry::SIMULATION_CAPS, seed).take(count).enumerate()
        {
            check(*family, &parameters, number as u64);
        }
    }
}
