//! What must hold of estimates, fits and draws, whatever the technology.

#![allow(missing_docs)]

use std::collections::{BTreeMap, BTreeSet};
use tritloom_cost::{
    FamilyForms, Light, Network, Platform, Point, Quantity, Sample, Sizes, Technology, buffer_bits, draw, evaluate,
    features, gate_count, light, part_features, storage_by_part,
};
use tritloom_datapath::parameter::{Domain, ParameterValue};
use tritloom_datapath::registry;
use tritloom_hdl::{Levels, Primitive};

fn samples(count: usize, seed: u64) -> Vec<Sample> {
    draw(registry::families(), count, seed, &Sizes::SMALL, &BTreeSet::new())
}

#[test]
fn the_parts_are_the_whole() {
    let technology = Technology::unit();
    for Sample { family, parameters } in samples(60, 5) {
        let total = evaluate(&technology, family, &parameters).total().area_um2;
        let whole =
            technology.amount(Quantity::AreaUm2, family.name(), &family.census_by_part(&parameters)).expect("known");
        assert!((total - whole).abs() < 1e-9 * whole && whole > 0.0, "{total} in parts, {whole} as a whole");
    }
}

/// In one of the modes of what they are compared with.
#[test]
fn baselines_do_as_many_products_a_cycle_and_are_others() {
    let mut compared = BTreeMap::new();
    for Sample { family, parameters } in samples(780, 13) {
        let modes = family.timing(&parameters).products_by_mode(&family.modes(&parameters));
        for (other, others) in family.baselines(&parameters) {
            let products = other.timing(&others).products_a_cycle();
            let (name, others_name) = (family.name(), other.name());
            assert!(
                modes.iter().any(|(_, own)| *own == products),
                "{name} {}: {products} {others_name}",
                parameters.canonical_text()
            );
            assert!(others_name != name || others != parameters, "{name} {}", parameters.canonical_text());
            *compared.entry(name).or_insert(0) += 1;
        }
    }
    let families: Vec<&str> = compared.keys().copied().collect();
    assert_eq!(families, ["bit_slice", "bit_weight", "booth_flex", "ternary_lut", "tint"]);
    assert!(compared.values().all(|count| *count > 5), "{compared:?}");
}

#[test]
fn what_parts_store_is_what_the_hardware_stores() {
    let mut memories = 0;
    for Sample { family, parameters } in samples(60, 14) {
        let (census, parts) =
            (family.hardware(&parameters).expect("sound").census(), storage_by_part(family, &parameters));
        let bits = |primitive| census.get(primitive).bits;
        let memory_bits: u64 = parts.iter().map(|(_, storage)| storage.memory_bits).sum();
        let register_bits: u64 = parts.iter().map(|(_, storage)| storage.register_bits).sum();
        assert_eq!(memory_bits, bits(Primitive::Memory));
        let registers = [Primitive::Register, Primitive::EnabledRegister, Primitive::ResetRegister];
        assert_eq!(register_bits, registers.map(bits).iter().sum::<u64>());
        assert!((1..memory_bits + register_bits).contains(&buffer_bits(&parts)), "{} {parts:?}", family.name());
        memories += u32::from(memory_bits > 0);
    }
    assert!(memories > 5, "{memories}");
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
            // A tree is one row, whatever `rows` says.
            let is = |name: &str, word: &str| parameters.get(name).is_some_and(|value| value.to_string() == word);
            if is("topology", "tree") && parameter.name == "rows" {
                continue;
            }
            // Once a beat holds all places, a sum is as wide as it is, and no longer 32 bits.
            if is("accumulator", "bits32") && ["depth", "rows"].contains(&parameter.name) {
                continue;
            }
            let larger = parameters.with(parameter.name, 2 * value);
            // A tile that holds all outputs needs no memory for partial sums.
            let words = |parameters| family.census(parameters).get(Primitive::Memory).bits;
            if family.legality(&larger).is_empty() && words(&larger) >= words(&parameters) {
                let larger_um2 = evaluate(&technology, family, &larger).total().area_um2;
                assert!(larger_um2 > area_um2, "{}: {} {value} doubled", family.name(), parameter.name);
                grown += 1;
            }
        }
    }
    assert!(grown > 100, "only {grown} could grow");
}

/// What gates take in the technology of the points below, in the order of `Gate::ALL`.
const KNOWN: [f64; 12] = [0.05, 0.1, 0.09, 0.12, 0.3, 0.1, 0.2, 0.4, 0.4, 0.5, 0.35, 0.45];

/// Points that known figures for gates make.
fn points(samples: &[Sample]) -> Vec<Point> {
    let point = |sample: &Sample| {
        let features = features(&sample.family.census(&sample.parameters));
        let gates = gate_count(&sample.family.hardware(&sample.parameters).expect("sound"), None);
        let area_um2 = gates.iter().zip(KNOWN).map(|(count, area_um2)| *count as f64 * area_um2).sum();
        let quantities = BTreeMap::from([(Quantity::AreaUm2, area_um2)]);
        Point { identity: sample.identity(), features, gates, quantities }
    };
    samples.iter().map(point).collect()
}

#[test]
fn a_fit_predicts_what_known_gates_have_made() {
    let family = registry::find("binary").expect("a family");
    let light = Light::from([("binary".to_owned(), light(family, None))]);
    assert!(light["binary"].len() > 250, "only {} light syntheses", light["binary"].len());
    let mut technology = Technology::of_points("known", vec![], None, points(&samples(110, 7)));
    technology.fit(Quantity::AreaUm2, &[], &vec![None; 110], &light);
    let fit = technology.fits[&Quantity::AreaUm2];
    assert!(fit.points == 110 && fit.mean_error < 0.01 && fit.kendall > 0.99, "{fit:?}");
    for (point, sample) in points(&draw(&[family], 10, 8, &Sizes::SMALL, &BTreeSet::new())).iter().zip(draw(
        &[family],
        10,
        8,
        &Sizes::SMALL,
        &BTreeSet::new(),
    )) {
        let area_um2 = point.quantities[&Quantity::AreaUm2];
        let light = technology.light_amount(Quantity::AreaUm2, &point.gates).expect("known");
        assert!((light / area_um2 - 1.0).abs() < 0.02, "{}: {light} of {area_um2}", point.identity);
        let closed = technology
            .amount(Quantity::AreaUm2, "binary", &sample.family.census_by_part(&sample.parameters))
            .expect("known");
        assert!((closed / area_um2 - 1.0).abs() < 0.1, "{}: {closed} of {area_um2}", point.identity);
    }
}

#[test]
fn an_identity_is_read_back() {
    for sample in samples(45, 11) {
        let read = Sample::of_identity(registry::families(), &sample.identity()).expect("a configuration");
        assert_eq!(read.identity(), sample.identity());
    }
    assert!(Sample::of_identity(registry::families(), "block adder 4").is_none());
    assert!(Sample::of_identity(registry::families(), "tint: {lanes: 0}").is_none());
}

#[test]
fn closed_forms_tell_folds_that_are_left_out() {
    let family = registry::find("binary").expect("a family");
    let light = Light::from([("binary".to_owned(), light(family, None))]);
    let samples = draw(&[family], 40, 7, &Sizes::SMALL, &BTreeSet::new());
    let parts = |sample: &Sample| Some(part_features(&family.census_by_part(&sample.parameters)));
    let parts: Vec<_> = samples.iter().map(parts).collect();
    let mut fitted = Technology::of_points("known", vec![], None, points(&samples));
    fitted.fit(Quantity::AreaUm2, &[], &parts, &light);
    assert!(fitted.closed_fits[&Quantity::AreaUm2].mean_error < 0.05, "{:?}", fitted.closed_fits);
}

#[test]
fn large_draws_are_large_in_every_family() {
    for Sample { family, parameters } in draw(registry::families(), 26, 3, &Sizes::LARGE, &BTreeSet::new()) {
        let bits = family.census(&parameters).bits();
        assert!((6400..=50_000).contains(&bits), "{}: {bits} bits", family.name());
    }
}

#[test]
fn a_refined_estimate_has_the_amounts_of_the_light_synthesis_in_the_same_parts() {
    let technology = Technology::unit();
    for Sample { family, parameters } in samples(11, 10) {
        let hardware = family.hardware(&parameters).expect("sound");
        let closed = evaluate(&technology, family, &parameters);
        let refined = closed.clone().refined(&technology, &hardware);
        let light = technology.light_amount(Quantity::AreaUm2, &gate_count(&hardware, None)).expect("known");
        assert!((refined.total().area_um2 / light - 1.0).abs() < 1e-9);
        for ((name, part), (_, finer)) in closed.parts.iter().zip(&refined.parts) {
            let share = |part: f64, total: f64| part / total;
            let (own, finer) = (share(part.area_um2, closed.total().area_um2), share(finer.area_um2, light));
            assert!((own - finer).abs() < 1e-9, "{name}: {own} and {finer}");
        }
    }
}

#[test]
fn a_draw_leaves_out_what_it_is_told_and_does_not_depend_on_other_families() {
    let all = samples(45, 9);
    let identities: BTreeSet<String> = all.iter().map(Sample::identity).collect();
    assert_eq!(identities.len(), 45, "nothing is drawn twice");
    let others = draw(registry::families(), 45, 9, &Sizes::SMALL, &identities);
    assert!(others.iter().all(|sample| !identities.contains(&sample.identity())));
    let family = registry::families()[0];
    let alone = draw(&[family], 3, 9, &Sizes::SMALL, &BTreeSet::new());
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
    let delays_ps = |lanes: u64| {
        let given = [("lanes", lanes), ("ports", 2), ("max_inputs", 64), ("max_outputs", 8)];
        let parameters = registry::resolve(family, given).expect("legal");
        let hardware = family.hardware(&parameters).expect("sound");
        [technology.delay_ps("sign_flip", &hardware), technology.light_delay_ps("sign_flip", &hardware.gates())]
    };
    for (short, long) in delays_ps(2).into_iter().zip(delays_ps(32)) {
        assert!(short.is_some() && short < long, "{short:?} ps for 2 lanes, {long:?} ps for 32");
    }
}

#[test]
fn what_is_known_of_the_delays_of_a_family_is_of_it_alone() {
    let mut technology = Technology::unit();
    let family = registry::find("sign_flip").expect("a family");
    let given = [("lanes", 4u64), ("ports", 2), ("max_inputs", 64), ("max_outputs", 8)];
    let hardware = family.hardware(&registry::resolve(family, given).expect("legal")).expect("sound");
    let delays_ps = |technology: &Technology, family| {
        [technology.delay_ps(family, &hardware), technology.light_delay_ps(family, &hardware.gates())]
            .map(|delay_ps| delay_ps.expect("known"))
    };
    let [written, light] = delays_ps(&technology, "sign_flip");
    let mut delay = technology.delay.expect("known");
    delay
        .levels
        .iter_mut()
        .for_each(|levels| *levels = Levels { count: 2.0 * levels.count, doublings: 2.0 * levels.doublings });
    delay.fan_out_doubling *= 2.0;
    let own = FamilyForms { delay: Some(delay), gate_delay_factor: Some(0.5), ..FamilyForms::default() };
    technology.families.insert("sign_flip".to_owned(), own);
    assert_eq!(delays_ps(&technology, "sign_flip"), [2.0 * written, 0.5 * light]);
    assert_eq!(delays_ps(&technology, "tint"), [written, light]);
}
