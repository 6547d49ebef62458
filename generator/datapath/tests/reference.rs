//! The golden model behind a core's streams answers what the scenarios of its family expect, which are made the other way
//! round: from matrices to beats.

#![expect(clippy::print_stdout, reason = "a failing test shows its seeds")]

mod common;

use common::random_configurations;
use tritloom_datapath::family::Family;
use tritloom_datapath::interface::{Field, Scenario};
use tritloom_datapath::parameter::Parameters;
use tritloom_datapath::reference::{Input, Reference};
use tritloom_datapath::registry;
use tritloom_hdl::Bits;

const CONFIGURATIONS: usize = 12;

fn check(family: &dyn Family, parameters: &Parameters, seed: u64) -> Option<()> {
    let mut reference = Reference::new(family, parameters)?;
    for Scenario { name, inputs, outputs, abort_after, .. } in family.scenarios(parameters, seed) {
        for (input, beats) in Input::ALL.into_iter().zip(inputs) {
            beats.into_iter().for_each(|(_, beat)| reference.take(input, beat));
        }
        for (number, expected) in outputs[0].iter().enumerate() {
            let shown = || format!("{} {name}, result {number}\n{}", family.name(), parameters.canonical_text());
            assert_eq!(reference.result().as_ref(), Some(expected), "{}", shown());
            reference.pass();
        }
        assert_eq!(reference.result(), None, "{} {name}: every run is over", family.name());
        if abort_after.is_some() {
            reference.reset();
        }
    }
    Some(())
}

#[test]
fn beats_are_answered_as_the_matrices_that_they_were_made_of() {
    let mut checked = Vec::new();
    for family in registry::families() {
        println!("{}: {CONFIGURATIONS} configurations from seed 7", family.name());
        let configurations = random_configurations(*family, registry::SIMULATION_CAPS, 7).take(CONFIGURATIONS);
        if configurations.filter_map(|parameters| check(*family, &parameters, 7)).count() > 0 {
            checked.push(family.name());
        }
    }
    let arrays = ["booth_flex", "booth_flex_serial", "bit_weight", "bit_slice", "bit_serial", "sparse_serial"];
    for family in ["ternary_lut", "tint", "sign_flip"].into_iter().chain(arrays) {
        assert!(checked.contains(&family), "{family} among {checked:?}");
    }
}

/// Whatever stands on the wires: every field of every stream full of ones, several runs of it.
#[test]
fn what_no_core_is_made_for_has_no_answer() {
    for family in registry::families() {
        for parameters in random_configurations(*family, registry::SIMULATION_CAPS, 8).take(CONFIGURATIONS) {
            let Some(mut reference) = Reference::new(*family, &parameters) else { continue };
            for (input, stream) in Input::ALL.into_iter().zip(family.interface(&parameters).streams) {
                let ones = |field: &Field| Bits::from_i128(-1, field.width);
                (0..3).for_each(|_| reference.take(input, stream.fields.iter().map(ones).collect()));
            }
            for _ in 0..100 {
                reference.result();
                reference.pass();
            }
        }
    }
}
