//! The steps of `bit_weight`: exact on every topology that they have, the serial ones in as many cycles as plain integers
//! say.

mod common;

use common::{alone, check, configuration, family, hardware, part, words};
use tritloom_datapath::array::OperandBeat;
use tritloom_datapath::bit_weight::beat_cycles;
use tritloom_datapath::rehearsal::rehearse;
use tritloom_hdl::Primitive::{AndOr, EnabledRegister, Register, ResetRegister};

const SERIAL: [&str; 3] = ["opt3", "opt4c", "opt4e"];

#[test]
fn serial_steps_are_exact_in_every_size() {
    let sizes = [
        "rows: 2, columns: 3, depth: 4, group: 2, max_inner: 20, max_columns: 7",
        "rows: 3, columns: 1, depth: 5, group: 3, max_inner: 11, max_columns: 2, weight: int16, activation: int4",
        "rows: 1, columns: 2, depth: 3, group: 2, max_inner: 9, max_columns: 5, activation: int16, accumulator: bits32",
        "rows: 2, columns: 2, depth: 1, max_inner: 5, max_columns: 3, weight: int4",
    ];
    for (seed, size) in sizes.iter().enumerate() {
        for step in SERIAL {
            for topology in ["broadcast", "draining", "output_stationary"] {
                for compression in ["dadda", "arrival"] {
                    let settings = format!("{size}, step: {step}, topology: {topology}, compression: {compression}");
                    let family = family("bit_weight");
                    check(family, &configuration(family, &settings), seed as u64);
                }
            }
        }
    }
}

#[test]
fn every_step_is_exact_on_every_topology_that_it_has() {
    let sizes = [
        "rows: 3, columns: 2, max_inner: 9, max_columns: 5, max_rows: 4",
        "rows: 1, columns: 3, depth: 2, max_inner: 6, max_columns: 7, weight: int16",
        "rows: 2, columns: 2, depth: 2, max_inner: 9, max_columns: 3, activation: int16, weight: int16",
        "rows: 4, columns: 1, depth: 3, max_inner: 12, max_columns: 2, activation: int4",
    ];
    let topologies = ["broadcast", "cube", "tree", "draining", "output_stationary", "weight_stationary"];
    let family = family("bit_weight");
    for (seed, size) in sizes.iter().enumerate() {
        for step in ["baseline", "opt1", "opt2", "opt3", "opt4c", "opt4e"] {
            for topology in topologies {
                let settings = format!("{size}, step: {step}, topology: {topology}");
                check(family, &configuration(family, &settings), seed as u64);
            }
        }
    }
}

#[test]
fn products_of_many_places_are_exact_in_blocks() {
    let family = family("bit_weight");
    // Of each, whether a sum over one digit position has several blocks where words are not added as such.
    let sizes = [
        ("depth: 32, rows: 2, activation: int4, weight: int4", false),
        ("depth: 33, rows: 2, recoding: ent", false),
        ("depth: 61, rows: 1, weight: int16, recoding: element, carry_spacing: 4", true),
        ("depth: 64, rows: 1, activation: int16", true),
    ];
    let more = "columns: 1, max_inner: 130, max_columns: 2, max_rows: 2";
    let places: [&[(&str, &str)]; 3] = [
        &[("opt1", "tree"), ("opt1", "weight_stationary")],
        &[("opt2", "cube")],
        &[("opt1", "draining"), ("opt2", "broadcast")],
    ];
    for (seed, (size, several)) in sizes.into_iter().enumerate() {
        for (compression, steps) in words(family, "compression").into_iter().zip(places) {
            for (step, topology) in steps {
                let built = format!("step: {step}, topology: {topology}, compression: {compression}");
                let settings = format!("{size}, {built}, {more}");
                let parameters = configuration(family, &settings);
                check(family, &parameters, seed as u64);
                let has_blocks = part(&hardware(family, &parameters), "product_block").is_some();
                assert_eq!(has_blocks, *step == "opt1" || (several && compression != "wallace"), "{settings}");
            }
        }
    }
}

#[test]
fn every_recoding_and_every_final_adder_is_exact() {
    let family = family("bit_weight");
    let resolves = words(family, "resolve");
    let recodings = words(family, "recoding");
    assert!(resolves.contains(&"carry_select") && recodings.contains(&"ent"));
    let sizes = [
        "rows: 3, columns: 2, depth: 1, max_inner: 9, max_columns: 5, max_rows: 4, weight: int4",
        "rows: 2, columns: 1, depth: 2, max_inner: 6, max_columns: 3, weight: int16",
    ];
    // Each behind the array, in segments that drain, and in segments that pass.
    for topology in ["broadcast", "draining", "weight_stationary"] {
        for (seed, (size, step)) in sizes.iter().zip(["opt1", "opt2"]).enumerate() {
            for (number, resolve) in resolves.iter().enumerate() {
                let recoding = recodings[(number + seed) % recodings.len()];
                let settings =
                    format!("{size}, step: {step}, topology: {topology}, resolve: {resolve}, recoding: {recoding}");
                check(family, &configuration(family, &settings), seed as u64);
            }
        }
    }
}

/// Positions are kept in exact words, and so is a sum of one beat: what is 32 bits wide is the result alone, and the mask
/// before it.
#[test]
fn where_no_sum_grows_fixed_bits_cost_a_wider_mask_alone() {
    let family = family("bit_weight");
    let all = ["broadcast", "cube", "tree", "draining", "output_stationary", "weight_stationary"];
    // 20 products of at most 64 take 12 bits, 4 take 10.
    let positions = all.map(|topology| ("opt2", topology, "depth: 1, max_inner: 20", 12));
    let one_beat = ["baseline", "opt1"].map(|step| (step, "tree", "depth: 4, max_inner: 4", 10));
    for (step, topology, sizes, bits) in positions.into_iter().chain(one_beat) {
        let with = |accumulator: &str| {
            let operands = "activation: int4, weight: int4, rows: 2, columns: 3, max_columns: 7";
            let settings =
                format!("step: {step}, topology: {topology}, accumulator: {accumulator}, {sizes}, {operands}");
            configuration(family, &settings)
        };
        check(family, &with("bits32"), 1);
        let mut census = hardware(family, &with("exact")).census();
        census.add(AndOr, 3, 32 - bits);
        assert_eq!(hardware(family, &with("bits32")).census().bits(), census.bits(), "{step}, {topology}");
    }
}

#[test]
fn a_beat_takes_a_cycle_for_each_digit_that_is_not_zero() {
    let cycles = |settings: &str, pass: u32, weights: Vec<Vec<i32>>| {
        let parameters = configuration(family("bit_weight"), &format!("max_inner: 8, depth: 4, {settings}"));
        let places = weights[0].len() as u32;
        beat_cycles(&parameters, &OperandBeat { mode: 0, pass, activations: Vec::new(), weights, places })
    };
    // 0x44 is 1 0 1 0 in digits of radix 4, the highest first; 1 is 0 0 0 1; 8 is 0 1 -2 0.
    let weights = || vec![vec![0x44, 1, 8, 0]];
    let opt4c = |pass| cycles("step: opt4c", pass, weights());
    assert_eq!([opt4c(0), opt4c(1), opt4c(2), opt4c(3)], [1, 1, 2, 1]);
    let opt4e = |pass| cycles("step: opt4e, group: 2", pass, weights());
    assert_eq!([opt4e(0), opt4e(1), opt4e(2), opt4e(3)], [1, 1, 1, 1]);
    assert_eq!(cycles("step: opt3", 3, vec![vec![0; 4], vec![-1; 4]]), 4);
    assert_eq!(cycles("step: opt1", 0, vec![vec![-1; 4]]), 1);
}

#[test]
fn one_place_is_held_and_nothing_is_said_to_be_left_of_it() {
    for step in SERIAL {
        for topology in ["broadcast", "draining"] {
            let settings = format!("step: {step}, topology: {topology}, rows: 2, columns: 3, depth: 1, max_columns: 3");
            let design = hardware(family("bit_weight"), &configuration(family("bit_weight"), &settings));
            for absent in ["digit_dealer", "sparse_encoder", "next_pending"] {
                assert!(design.modules.iter().all(|module| !module.name.starts_with(absent)), "{absent}: {settings}");
            }
            let census = alone(&part(&design, "sparse_feeder").expect("a feeder")).census();
            let bits = [Register, EnabledRegister, ResetRegister].map(|register| census.get(register).bits);
            // Two activations; three digits in three bits, with a bit that says whether they are zero.
            assert_eq!(bits.iter().sum::<u64>(), 2 * 8 + 3 * (3 + 1), "{settings}");
        }
    }
}

#[test]
fn no_run_takes_longer_than_its_beats_at_most() {
    for settings in
        ["depth: 1, step: opt4c", "depth: 5, step: opt4c", "depth: 5, step: opt3", "depth: 5, step: opt4e, group: 2"]
    {
        let sizes = format!("rows: 1, columns: 2, max_inner: 40, max_columns: 7, {settings}");
        let (family, parameters) = (family("bit_weight"), configuration(family("bit_weight"), &sizes));
        let timing = family.timing(&parameters);
        for scenario in family.scenarios(&parameters, 1) {
            let beats = scenario.inputs[2].len() as u64;
            let most = timing.latency_cycles + timing.pace.most_cycles * beats + 1;
            assert!(scenario.cycles.is_none_or(|cycles| cycles <= most), "{settings}: {}", scenario.name);
        }
    }
}

#[test]
fn a_cycle_more_or_less_is_seen() {
    let family = family("bit_weight");
    let settings = "rows: 2, columns: 1, depth: 4, max_inner: 20, max_columns: 7, step: opt4c";
    let parameters = configuration(family, settings);
    let (design, interface) = (hardware(family, &parameters), family.interface(&parameters));
    for late in [-1, 1] {
        let mut scenarios = family.scenarios(&parameters, 1);
        scenarios.retain(|scenario| scenario.cycles.is_some());
        assert!(scenarios.len() > 10, "only {} scenarios are held to the cycle", scenarios.len());
        for scenario in &mut scenarios {
            scenario.cycles = scenario.cycles.map(|cycles| cycles.saturating_add_signed(late));
            let report = rehearse(&design, &interface, std::slice::from_ref(scenario), 1).expect("every port is there");
            assert_ne!(report.failures, [], "{}", scenario.name);
        }
    }
}
