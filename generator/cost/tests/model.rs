//! What must hold of estimates, fits and draws, whatever the technology.

#![allow(missing_docs)]

use std::collections::{BTreeMap, BTreeSet};
use tritloom_cost::{FEATURES, Network, Platform, Point, Quantity, Sample, Technology, draw, evaluate, features};
use tritloom_datapath::parameter::{Domain, ParameterValue};
use tritloom_datapath::registry;

fn samples(count: usize, seed: u64) -> Vec<Sample> {
    draw(registry::families(), count, seed, &BTreeSet::new())
}

#[test]
fn the_parts_are_the_whole() {
    let technology = Technology::unit();
    for Sample { family, parameters } in samples(60, 5) {
        let total = evaluate(&technology, family, &parameters).total().area_um2;
        let whole = technology.amount(Quantity::AreaUm2, family.name(), &family.census(&parameters)).expect("known");
        assert!((total - whole).abs() < 1e-9 * whole && whole > 0.0, "{total} in parts, {whole} as a whole");
    }
}

/// Sizes of the tile, whose growth costs hardware in every family.
const SIZES: [&str; 6] = ["tables", "lanes", "ports", "rows", "columns", "depth"];

#[test]
fn a_larger_tile_is_never_smaller() {
    let technology = Technology::unit();
    let mut grown = 0;
    for Sample { family, parameters } in samples(90, 6) {
        let area_um2 = evaluate(&technology, family, &parameters).total().area_um2;
        for (parameter, value) in parameters.iter() {
            let (Domain::Integer { maximum, .. }, ParameterValue::Integer(value)) = (parameter.domain, value) else {
                continue;
            };
            if !SIZES.contains(&parameter.name) || 2 * value > maximum {
                continue;
            }
            let larger = parameters.with(parameter.name, 2 * value);
            if family.legality(&larger).is_empty() {
                let larger_um2 = evaluate(&technology, family, &larger).total().area_um2;
                assert!(larger_um2 > area_um2, "{}: {} {value} doubled", family.name(), parameter.name);
                grown += 1;
            }
        }
    }
    assert!(grown > 100, "only {grown} could grow");
}

/// Points that a known form makes.
fn points(samples: &[Sample], form: &[f64; FEATURES]) -> Vec<Point> {
    let point = |sample: &Sample| {
        let features = features(&sample.family.census(&sample.parameters));
        let area_um2 = features.iter().zip(form).map(|(feature, coefficient)| feature * coefficient).sum();
        Point { identity: sample.identity(), features, quantities: BTreeMap::from([(Quantity::AreaUm2, area_um2)]) }
    };
    samples.iter().map(point).collect()
}

#[test]
fn a_fit_predicts_what_a_known_form_has_made() {
    let mut form = [0.0; FEATURES];
    (0..FEATURES).filter(|position| position % 2 == 1).for_each(|position| form[position] = 0.1 * position as f64);
    let technology = Technology::fitted("known", vec![], points(&samples(100, 7), &form), &[]);
    let fit = technology.fits[&Quantity::AreaUm2];
    assert!(fit.points == 100 && fit.mean_error < 0.01 && fit.kendall > 0.99, "{fit:?}");
    for (point, sample) in points(&samples(30, 8), &form).iter().zip(samples(30, 8)) {
        let census = sample.family.census(&sample.parameters);
        let error = technology.amount(Quantity::AreaUm2, sample.family.name(), &census).expect("known")
            / point.quantities[&Quantity::AreaUm2]
            - 1.0;
        assert!(error.abs() < 0.05, "{}: {error}", point.identity);
    }
}

#[test]
fn a_draw_leaves_out_what_it_is_told_and_does_not_depend_on_other_families() {
    let all = samples(45, 9);
    let identities: BTreeSet<String> = all.iter().map(Sample::identity).collect();
    assert_eq!(identities.len(), 45, "nothing is drawn twice");
    let others = draw(registry::families(), 45, 9, &identities);
    assert!(others.iter().all(|sample| !identities.contains(&sample.identity())));
    let family = registry::families()[0];
    let alone = draw(&[family], 3, 9, &BTreeSet::new());
    assert!(alone.iter().all(|sample| identities.contains(&sample.identity())));
}

/// The cycles that the network took on this core in simulation: 3,352 a token (README.md, the story).
#[test]
fn the_cycles_of_a_token_are_those_of_the_simulation() {
    let network = Network::read(include_str!("../../../designs/networks/bitllama_3m.yaml")).expect("a network");
    let family = registry::find("ternary_lut").expect("a family");
    let given = [("group_size", 4u64), ("tables", 8), ("ports", 32), ("max_inputs", 256), ("max_outputs", 256)];
    let numbers = given.map(|(name, value)| (name, tritloom_datapath::parameter::Given::from(value)));
    let words = [("table", "registered"), ("weights", "key"), ("partial_sum", "registered")]
        .map(|(name, word)| (name, word.into()));
    let parameters = registry::resolve(family, numbers.into_iter().chain(words)).expect("legal");
    let platform = Platform { clock_mhz: 500.0, bandwidth_gb_per_s: 100.0 };
    let estimate = network.estimate(family, &parameters, &platform);
    assert_eq!((estimate.weights, estimate.cycles_a_token, estimate.weight_bits_a_token), (3_145_728, 3352, 5_505_024));
}

#[test]
fn a_delay_follows_the_hardware() {
    let technology = Technology::unit();
    let family = registry::find("sign_flip").expect("a family");
    let delay_ps = |lanes: u64| {
        let given = [("lanes", lanes), ("ports", 2), ("max_inputs", 64), ("max_outputs", 8)];
        let parameters = registry::resolve(family, given).expect("legal");
        technology.delay_ps("sign_flip", &family.hardware(&parameters).expect("sound")).expect("known")
    };
    let (short, long) = (delay_ps(2), delay_ps(32));
    assert!(short < long, "{short} ps for 2 lanes, {long} ps for 32");
}
