//! A simulation that stays up.

#![allow(missing_docs)]

mod common;

use common::{echo, echo_beats, verilator};
use tritloom_flow::{Feed, Optimisation, RunResult, Simulation};

#[test]
fn runs_follow_one_another_from_banks_and_inline() {
    let Some(verilator) = verilator() else { return };
    let model = verilator.build(&[echo()], Optimisation::Check).remove(0).expect("it builds");
    let mut simulation = Simulation::start(&model, 5).expect("it starts");
    let (first, second) = (echo_beats(1, 100), echo_beats(2, 3));
    simulation.store(7, 0, &first).expect("it stores");
    for times in 1..4 {
        let banked = simulation.run(&[Feed::Bank { bank: 7, times }], &[100 * times]).expect("it runs");
        let expected = vec![vec![first.clone(); times as usize].concat()];
        assert_eq!(banked, RunResult { outputs: expected, cycles: 100 * u64::from(times) + 1 });
        let inline = simulation.run(&[Feed::Beats(&second)], &[3]).expect("it runs");
        assert_eq!(inline, RunResult { outputs: vec![second.clone()], cycles: 4 });
    }
}

#[test]
fn a_refused_run_says_why_and_the_next_one_works() {
    let Some(verilator) = verilator() else { return };
    let model = verilator.build(&[echo()], Optimisation::Check).remove(0).expect("it builds");
    let mut simulation = Simulation::start(&model, 5).expect("it starts");
    let beats = echo_beats(3, 4);

    let unknown = simulation.run(&[Feed::Bank { bank: 9, times: 1 }], &[1]).expect_err("bank 9 is empty").to_string();
    assert!(unknown.contains("bank 9 holds nothing for in"), "{unknown}");
    let hung = simulation.run(&[Feed::Beats(&beats)], &[5]).expect_err("only four beats come");
    assert!(hung.is_about_design());
    let hung = hung.to_string();
    assert!(hung.contains("no progress") && hung.contains("in 4 of 4 beats out 4 of 5 beats"), "{hung}");
    let surplus = simulation.run(&[Feed::Beats(&beats)], &[2]).expect_err("four beats come").to_string();
    assert!(surplus.contains("surplus"), "{surplus}");
    let misfit = simulation.run(&[Feed::Beats(&[vec![]])], &[1]).expect_err("no fields").to_string();
    assert!(misfit.contains("does not fit stream in"), "{misfit}");

    let sound = simulation.run(&[Feed::Beats(&beats)], &[4]).expect("it runs again");
    assert_eq!(sound.outputs, [beats]);
}
