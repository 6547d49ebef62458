//! Defects proven harmless, and harmful ones that the same prover refuses.

#![allow(missing_docs)]

mod common;

use common::has;
use tritloom_datapath::registry;
use tritloom_datapath::rehearsal::rehearse_in;
use tritloom_flow::check::Task;
use tritloom_flow::equivalence::is_equivalent;
use tritloom_hdl::{Bits, Evaluator, MUTANT_PORT, Mutant, Mutants, bits_for, mutate};

/// More than the little core offers.
const MANY: u32 = 10_000;
/// Defects that a scenario catches, put to the prover all the same.
const REFUSALS: u32 = 8;

/// A core with a buffer of eight words, which a counter addresses.
fn little_core() -> Task {
    let family = registry::find("sign_flip").expect("a family");
    let sizes = [("lanes", 1), ("ports", 1), ("max_inputs", 8u64), ("max_outputs", 3)];
    let parameters = registry::resolve(family, sizes).expect("a legal configuration");
    Task {
        hardware: family.hardware(&parameters).expect("sound hardware"),
        interface: family.interface(&parameters),
        scenarios: family.scenarios(&parameters, 1),
    }
}

fn is_caught(broken: &Mutants, task: &Task, mutant: &Mutant) -> bool {
    let mut evaluator = Evaluator::new(&broken.design);
    evaluator.randomise(1);
    let width = bits_for(broken.mutants.len() as u64);
    evaluator.set(MUTANT_PORT, &Bits::from_u64(mutant.number.into(), width)).expect("the selecting input");
    let rehearsal = rehearse_in(&mut evaluator, &task.interface, &task.scenarios, |_| ()).expect("every port is there");
    !rehearsal.failures.is_empty()
}

#[test]
fn a_buffer_visited_in_another_order_is_proven_and_a_word_used_twice_is_not() {
    if !has(&["yosys"]) {
        return;
    }
    let task = little_core();
    let broken = mutate(&task.hardware, MANY, 1);
    let of_the_sequencer = |mutant: &&Mutant| mutant.module.starts_with("tile_sequencer");
    let (mut proven, mut refused) = (Vec::new(), 0);
    for mutant in broken.mutants.iter().filter(of_the_sequencer) {
        let caught = is_caught(&broken, &task, mutant);
        if caught && refused == REFUSALS {
            continue;
        }
        let equivalent = is_equivalent(&broken.design, &task, mutant).expect("yosys runs");
        assert!(!(equivalent && caught), "proven, and yet caught: {mutant:?}");
        if equivalent { proven.push(mutant.description.as_str()) } else { refused += u32::from(caught) }
    }
    assert_eq!(refused, REFUSALS);
    for order in ["Add becomes Subtract", "bit 0 of the constant 3'h0 is inverted"] {
        assert!(proven.iter().any(|description| description.starts_with(order)), "{order} is not among {proven:#?}");
    }
}
