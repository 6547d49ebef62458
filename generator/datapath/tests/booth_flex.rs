//! One lane that is cut apart multiplies every pair of operands, in every mode.

mod common;

use common::{check, check_scenarios, configuration, family, hardware};
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tritloom_datapath::arith::adder::FinalAdder;
use tritloom_datapath::array::{Geometry, Mode, Numbers, SumForm, SumWidth, Topology, beats, interface};
use tritloom_datapath::interface::Scenario;

/// Sums of a beat each, without a pause: every activation by every weight of a mode, at every place of one lane.
fn every_pair(geometry: &Geometry, number: usize) -> Scenario {
    let Mode { activation, weight, places, .. } = &geometry.modes[number];
    let all = |numbers: Numbers| (numbers.range().0..=numbers.range().1).collect::<Vec<i32>>();
    let (activations, weights) = (all(activation.numbers), all(weight.numbers));
    let mut pairs: Vec<(i32, i32)> = activations.iter().flat_map(|&x| weights.iter().map(move |&w| (x, w))).collect();
    let (mut inputs, mut outputs) = (vec![Vec::new(); 3], Vec::new());
    let mut random = ChaCha8Rng::seed_from_u64(number as u64);
    let mut noise = |below: u64| random.random_range(0..below);
    // A place meets the pairs in an order of its own, so that products of one beat differ.
    let mut orders: Vec<Vec<(i32, i32)>> = Vec::new();
    for place in 0..*places {
        pairs.shuffle(&mut ChaCha8Rng::seed_from_u64(place.into()));
        orders.push(pairs.clone());
    }
    for beat in 0..pairs.len() {
        let of_beat: Vec<(i32, i32)> = orders.iter().map(|order| order[beat]).collect();
        let rows = vec![of_beat.iter().map(|pair| pair.0).collect::<Vec<i32>>()];
        let columns = vec![of_beat.iter().map(|pair| pair.1).collect::<Vec<i32>>()];
        inputs[0].push((0, beats::run(geometry, number, *places, 1, 1)));
        for operands in beats::operands(geometry, number, (&rows, &columns), *places, 0, &mut noise) {
            inputs[1].push((0, operands.activation_beat(geometry, &mut noise)));
            inputs[2].push((0, operands.weight_beat(geometry, &mut noise)));
        }
        let sum: i128 = of_beat.iter().map(|&(x, w)| i128::from(x) * i128::from(w)).sum();
        outputs.extend(beats::results(geometry, &[vec![sum]], 1));
    }
    let (name, ready) = (format!("every_pair_{number}"), vec![u64::MAX]);
    Scenario { name, inputs, outputs: vec![outputs], ready, abort_after: None, cycles: None }
}

/// The shape of a core of one lane, with the modes that the family states.
fn one_lane(modes: Vec<Mode>, max_inner: u32) -> Geometry {
    Geometry {
        topology: Topology::Broadcast,
        rows: 1,
        columns: 1,
        depth: 1,
        activation_bits: 8,
        weight_bits: 8,
        modes,
        passes: 1,
        beat_waits: false,
        dealt: None,
        element_stages: 0,
        zero_points: None,
        sum_width: SumWidth::Exact,
        sum_form: SumForm::Resolved,
        resolve: FinalAdder::Synthesiser,
        max_inner,
        max_columns: 1,
    }
}

#[test]
fn one_lane_multiplies_every_pair_in_every_mode() {
    let family = family("booth_flex");
    for settings in ["radix: radix4", "shift: edge", "radix: radix8, accumulation: carry_save, recoding: element"] {
        let parameters = configuration(family, &format!("{settings}, depth: 1, max_inner: 4"));
        let geometry = one_lane(family.modes(&parameters), 4);
        assert_eq!(interface(&geometry), family.interface(&parameters));
        let names: Vec<&str> = geometry.modes.iter().map(|mode| mode.name.as_str()).collect();
        assert_eq!(names, ["int8", "int4", "ternary"]);
        let scenarios: Vec<Scenario> = (0..3).map(|mode| every_pair(&geometry, mode)).collect();
        let pairs: Vec<usize> = scenarios.iter().map(|scenario| scenario.outputs[0].len()).collect();
        assert_eq!(pairs, [65_536, 4096, 768]);
        check_scenarios(family, &parameters, &scenarios, 11);
    }
}

#[test]
fn sums_of_many_lanes_are_exact_in_blocks() {
    let family = family("booth_flex");
    let plain = "int4_weights: false, ternary_weights: false";
    // Of each, whether there are blocks, of words as such too.
    let sizes = [
        ("depth: 31, rows: 2, activation: int4", [false, false]),
        ("depth: 33, rows: 1, weight: int4, pipeline: 1", [false, false]),
        ("depth: 36, rows: 1, activation: int4, radix: radix8, pipeline: 2", [true, false]),
        ("depth: 64, rows: 1, activation_sign: run_time, recoding: element, accumulation: carry_save", [true, false]),
        ("depth: 69, rows: 1, weight: int16, int2_weights: true, activation: int4", [true, true]),
        ("depth: 64, rows: 1, weight: ternary", [true, false]),
        ("depth: 37, rows: 1, weight: ternary, pipeline: 1, activation_sign: unsigned", [true, false]),
        (&format!("depth: 32, rows: 1, {plain}"), [true, true]),
        (&format!("depth: 41, rows: 1, {plain}, weight: int16, accumulation: carry_save, pipeline: 1"), [true, true]),
        ("depth: 40, rows: 1, shift: edge, radix: radix8", [true, false]),
        ("depth: 34, rows: 1, shift: edge, pipeline: 1, accumulator: bits32", [true, false]),
    ];
    for (seed, (size, has_blocks)) in sizes.into_iter().enumerate() {
        for (compression, topology) in [("dadda", "tree"), ("arrival", "broadcast"), ("wallace", "weight_stationary")] {
            let more = "columns: 1, max_inner: 600, max_columns: 2, max_rows: 2";
            let settings = format!("{size}, compression: {compression}, topology: {topology}, {more}");
            let parameters = configuration(family, &settings);
            check(family, &parameters, seed as u64);
            let modules = hardware(family, &parameters).modules;
            let has_block = modules.iter().any(|module| module.name.starts_with("digit_block"));
            assert_eq!(has_block, has_blocks[usize::from(compression == "wallace")], "{settings}");
        }
    }
}

#[test]
fn a_static_subset_has_no_multiplexer_of_modes() {
    let family = family("booth_flex");
    let all = configuration(family, "depth: 2, max_inner: 8");
    let plain = all.with("int4_weights", false).with("ternary_weights", false);
    assert_eq!(family.modes(&plain), []);
    let names = |parameters| -> Vec<&str> {
        let parts = family.census_by_part(parameters);
        parts.into_iter().filter(|(_, census)| census.iter().next().is_some()).map(|(name, _)| name).collect()
    };
    let cut = ["row edge", "shifts"];
    assert!(cut.iter().all(|part| names(&all).contains(part) && !names(&plain).contains(part)));
    assert!(hardware(family, &plain).top().port("run_mode").is_none());
}
