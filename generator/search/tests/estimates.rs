//! A prepared estimator says of every configuration what direct evaluation says.

#![allow(missing_docs)]

mod common;

use common::frail::Frail;
use common::{drawn_region, integers, model, region, words};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tritloom_cost::Technology;
use tritloom_datapath::registry;
use tritloom_search::{Estimate, Estimator, Expression, Model, Objective, Region, Space, parse, quantities};

const ICE40: &str = include_str!("../../../designs/technology/ice40.yaml");

/// Straight from the census and from the hardware.
fn direct(model: Model, region: &Region, all: &[Vec<usize>]) -> Vec<Option<Estimate>> {
    let tree = parse("latency").expect("an expression");
    let expression = Expression { text: "latency".to_owned(), tree };
    let objectives = vec![Objective { expression, more_is_better: false }];
    let space = Space { regions: vec![region.clone()], constraints: vec![], objectives, model };
    let one = |digits: &Vec<usize>| {
        let parameters = region.parameters(digits);
        if !region.family.legality(&parameters).is_empty() {
            return None;
        }
        let known = quantities(&space, region.family, &parameters, true).ok()?;
        let of = |name: &str| known.iter().find(|(quantity, _)| quantity.name == name).map(|(_, value)| *value);
        Some(Estimate {
            area_um2: of("area"),
            delay_ps: of("delay"),
            energy_fj: of("energy"),
            throughput_gop_per_s: of("throughput"),
            luts: of("luts"),
            registers: of("registers"),
        })
    };
    all.iter().map(one).collect()
}

/// Two axes of each family, so that delays need few elaborations.
#[test]
fn an_estimate_is_what_direct_evaluation_says_of_every_family() {
    for (seed, family) in (0_u64..).zip(registry::families()) {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let region = drawn_region(family.name(), 2, &mut rng);
        let size = region.size().expect("small");
        let all: Vec<Vec<usize>> = (0..size).map(|number| region.digits(number)).collect();
        let own = Model { period_ps: None, ..model() };
        let estimator = Estimator::prepare(&region, &own).expect("small tables");
        let estimates: Vec<Option<Estimate>> = all.iter().map(|digits| estimator.estimate(digits)).collect();
        assert_eq!(estimates, direct(own, &region, &all), "seed {seed} {}", family.name());
        for estimate in estimates.into_iter().flatten() {
            assert!(estimate.delay_ps.is_some_and(|delay_ps| delay_ps > 0.0), "{} {estimate:?}", family.name());
            assert!(
                estimate.area_um2.is_some() && estimate.energy_fj.is_some() && estimate.throughput_gop_per_s.is_some()
            );
        }
    }
}

#[test]
fn an_fpga_has_tables_and_no_area() {
    let region = region(
        "ternary_lut",
        &[
            ("tables", integers([1, 3, 8])),
            ("ports", integers(1..=20)),
            ("activation", words(&["int4", "int8"])),
            ("group_size", integers([1, 3])),
        ],
    );
    let model = || Model { technology: Technology::read(ICE40).expect("a technology"), ..common::model() };
    let all: Vec<Vec<usize>> = (0..region.size().expect("small")).map(|number| region.digits(number)).collect();
    let estimator = Estimator::prepare(&region, &model()).expect("small tables");
    let estimates: Vec<Option<Estimate>> = all.iter().map(|digits| estimator.estimate(digits)).collect();
    assert_eq!(estimates, direct(model(), &region, &all));
    let first = estimates.into_iter().flatten().next().expect("one is legal");
    assert!(
        first.luts.is_some_and(|luts| luts > 0.0) && first.registers.is_some() && first.area_um2.is_none(),
        "{first:?}"
    );
}

static FRAIL: Frail = Frail { census_fails: |parameters| parameters.integer("lanes") == 3, ..Frail::SOUND };

#[test]
fn what_fails_has_no_estimate_and_a_reason() {
    let mut region = region(
        "sign_flip",
        &[("lanes", integers(1..=8)), ("ports", integers([1, 2])), ("max_inputs", integers([64, 65]))],
    );
    region.family = &FRAIL;
    let estimator = Estimator::prepare(&region, &model()).expect("small tables");
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    for _ in 0..100 {
        let digits: Vec<usize> = region.lengths().iter().map(|length| rng.random_range(0..*length)).collect();
        assert_eq!(estimator.estimate(&digits).is_none(), digits[0] == 2, "{digits:?}");
    }
    assert_eq!(estimator.failures().len(), 1);
}
