//! Tables say of every configuration what direct evaluation says, and bounds hold.

#![allow(missing_docs)]

mod common;

use common::{drawn_region, integers, region, space, words};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::cell::RefCell;
use std::collections::BTreeMap;
use tritloom_datapath::registry;
use tritloom_search::{Index, Mode, Reason, Region, Search, trace};

/// Quantities that together read every column.
const EVERYTHING: [&str; 6] = ["area", "energy", "throughput", "weight_bandwidth", "latency", "tokens_per_s"];

#[test]
fn every_family_is_tabulated_exactly() {
    for (seed, family) in (0_u64..).zip(registry::families()) {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let space = space(vec![drawn_region(family.name(), 6, &mut rng)], &[], &EVERYTHING);
        let search = Search::new(&space, Mode::Exhaustive).expect("sound expressions");
        let question = &space.questions().expect("sound expressions")[0];
        let (plan, region) = (&search.plans()[0], &space.regions[0]);
        let (columns, mut compared) = (question.columns.all(), 0);
        for _ in 0..3000 {
            let digits: Vec<usize> = plan.lengths.iter().map(|length| rng.random_range(0..*length)).collect();
            let parameters = region.parameters(&digits);
            let tabulated = plan.tables.columns(&digits, plan.columns);
            let legal = family.legality(&parameters).is_empty();
            assert_eq!(tabulated[columns.len()] == 0.0, legal, "seed {seed} {} {parameters:?}", family.name());
            if legal {
                let direct = space.model.columns(*family, &parameters, columns).expect("evaluated");
                assert_eq!(tabulated[..columns.len()], direct, "seed {seed} {} {parameters:?}", family.name());
                compared += 1;
            }
        }
        assert!(compared > 100, "seed {seed} {}: {compared}", family.name());
    }
}

#[test]
fn regions_are_told_of_as_their_tables_are_filled() {
    let regions = ["sign_flip", "ternary_lut", "tint"].map(|family| region(family, &[("ports", integers([1, 2, 4]))]));
    let space = space(regions.to_vec(), &[], &["area"]);
    let told = RefCell::new(vec![]);
    let ready = |region: &Region| told.borrow_mut().push(region.family.name());
    Search::knowing(&space, Mode::Pruned, &BTreeMap::new(), &ready).expect("sound expressions");
    assert_eq!(told.into_inner(), ["sign_flip", "ternary_lut", "tint"]);
}

#[test]
fn what_bounds_rule_out_is_not_better_than_they_say() {
    let axes = [
        ("group_size", integers([1, 2, 3, 5])),
        ("tables", integers([1, 2, 3, 4, 8, 40])),
        ("ports", integers([1, 2, 5, 8, 64])),
        ("activation", words(&["int4", "int8"])),
        ("reduction", words(&["balanced", "carry_save"])),
        ("partial_sum", words(&["wired", "registered"])),
        ("loop_order", words(&["output_stationary", "table_stationary"])),
        ("max_inputs", integers([64, 100])),
    ];
    let constraints = ["area < 0.02 mm2", "latency <= 4 or ports > 2"];
    let space = space(vec![region("ternary_lut", &axes)], &constraints, &["area", "throughput", "energy_per_op"]);
    let search = Search::new(&space, Mode::Pruned).expect("sound expressions");
    let plan = &search.plans()[0];
    let known = Index::new(plan.seeds.members());
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    let mut draw = || -> Vec<usize> { plan.lengths.iter().map(|length| rng.random_range(0..*length)).collect() };
    let (mut dominated, mut constrained) = (0, 0);
    for _ in 0..400 {
        let digits = draw();
        let Some(exclusion) = trace(plan, &digits, &known) else { continue };
        for _ in 0..60 {
            let mut inside = draw();
            exclusion.decided.iter().for_each(|axis| inside[*axis] = digits[*axis]);
            match (&exclusion.reason, plan.judge(&inside)) {
                (_, None) => {}
                (Reason::Dominated { least, .. }, Some(objectives)) => {
                    dominated += 1;
                    let holds = least.iter().zip(&objectives).all(|(least, objective)| least <= objective);
                    assert!(holds, "{digits:?} {inside:?} {least:?} {objectives:?}");
                }
                (reason, Some(_)) => panic!("{digits:?} {inside:?} is suitable, and excluded by {reason:?}"),
            }
            constrained += usize::from(!matches!(exclusion.reason, Reason::Dominated { .. }));
        }
    }
    assert!(dominated > 1000 && constrained > 1000, "{dominated} {constrained}");
}
