//! Fronts by both modes are those by definition.

#![allow(missing_docs)]

mod common;

use common::{by_definition, integers, region, space, words};
use std::collections::BTreeMap;
use std::convert::Infallible;
use tritloom_search::{Found, Mode, Outcome, Search, Shard, Space, Verdict};

fn run(space: &Space, mode: Mode, threads: usize) -> Outcome {
    let search = Search::new(space, mode).expect("sound expressions");
    let keep = |_: usize, _: &Found| Ok::<(), Infallible>(());
    let outcome = search.run(threads, Shard::WHOLE, &BTreeMap::new(), &keep).expect("kept");
    assert!(outcome.front.iter().all(|member| search.verdict(member) == Verdict::Confirmed));
    outcome
}

fn spaces() -> Vec<(&'static str, Space)> {
    let lut = || {
        region(
            "ternary_lut",
            &[
                ("group_size", integers([1, 2, 3, 5])),
                ("tables", integers([1, 2, 3, 4, 8, 40])),
                ("ports", integers([1, 2, 5, 8, 64])),
                ("activation", words(&["int4", "int8"])),
                ("reduction", words(&["balanced", "carry_save"])),
                ("partial_sum", words(&["wired", "registered"])),
                ("loop_order", words(&["output_stationary", "table_stationary"])),
                ("max_inputs", integers([64, 100])),
                ("max_outputs", integers([5, 60])),
            ],
        )
    };
    let flip = || region("sign_flip", &[("lanes", integers(1..=30)), ("ports", integers(1..=9))]);
    let array = || {
        region(
            "bit_weight",
            &[
                ("rows", integers(1..=4)),
                ("columns", integers([1, 2, 3, 5, 8])),
                ("depth", integers(1..=3)),
                ("topology", words(&["broadcast", "output_stationary", "weight_stationary"])),
            ],
        )
    };
    vec![
        ("two objectives", space(vec![lut()], &[], &["area", "throughput"])),
        ("ties", space(vec![lut()], &["activation == int4"], &["products_per_cycle", "latency"])),
        ("one objective", space(vec![flip()], &["products_per_cycle >= 20"], &["area_per_op"])),
        (
            "families side by side",
            space(
                vec![flip(), lut(), flip()],
                &["tables * group_size == ports or ports < 3", "area < 0.02 mm2"],
                &["area", "energy_per_op", "tokens_per_s", "weight_bandwidth"],
            ),
        ),
        ("array", space(vec![array()], &[], &["area_per_op", "energy", "throughput"])),
        ("all at once", space(vec![array(), flip()], &[], &["tokens_per_s_per_mm2_per_w", "power", "latency"])),
        ("nothing is suitable", space(vec![flip()], &["area < 1 um2"], &["area"])),
    ]
}

#[test]
fn both_modes_find_the_front_by_definition_on_any_number_of_threads() {
    for (name, space) in spaces() {
        let expected = by_definition(&space);
        assert_eq!(expected.is_empty(), name == "nothing is suitable", "{name}");
        let exhaustive = run(&space, Mode::Exhaustive, 1);
        assert_eq!(exhaustive.front, expected, "{name}, exhaustive");
        assert_eq!(Some(exhaustive.counts.visited()), space.size(), "{name}");
        let pruned = run(&space, Mode::Pruned, 1);
        assert_eq!(pruned.front, expected, "{name}, pruned");
        for mode in [Mode::Exhaustive, Mode::Pruned] {
            assert_eq!(run(&space, mode, 3), if mode == Mode::Pruned { pruned.clone() } else { exhaustive.clone() });
        }
    }
}
