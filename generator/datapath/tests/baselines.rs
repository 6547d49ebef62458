//! The baselines of a look-up-table core do the same work at equal throughput.

mod common;

use common::jobs::{Job, scenario};
use common::{check_scenarios, configuration, family, geometry, random_configurations};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use tritloom_datapath::family::Timing;
use tritloom_datapath::interface::Scenario;
use tritloom_datapath::matvec::LoopOrder;
use tritloom_datapath::registry;

const CAPS: &[(&str, u64)] = &[("tables", 4), ("ports", 5), ("max_inputs", 100), ("max_outputs", 30)];

/// The formula up to the latency.
fn run_length(timing: &Timing) -> &str {
    timing.formula.split("; a result").next().unwrap_or_default()
}

#[test]
fn baselines_compute_the_same_in_the_same_schedule() {
    let core = family("ternary_lut");
    let mut random = ChaCha8Rng::seed_from_u64(81);
    for parameters in random_configurations(core, CAPS, 83).take(40) {
        let (shape, timing) = (geometry(core, &parameters), core.timing(&parameters));
        let jobs = [(shape.max_inputs, shape.max_outputs), (shape.max_inputs / 2, shape.max_outputs / 2)]
            .map(|(inputs, outputs)| Job::random(inputs, outputs, shape.activation_bits, &mut random));
        let expected = scenario(&shape, &jobs, &mut random);
        check_scenarios(core, &parameters, std::slice::from_ref(&expected), 85);

        // Tables take a stage when registered, and one between two levels of adders when pipelined.
        let inside = if parameters.choice("build") == "pipelined" { [0, 0, 1, 1, 2, 2] } else { [0; 6] };
        let behind = u64::from(parameters.choice("table") == "registered");
        let table_stages = inside[shape.group_size as usize - 1] + behind;
        let baselines = core.baselines(&parameters);
        let names: Vec<&str> = baselines.iter().map(|(family, _)| family.name()).collect();
        assert_eq!(names, ["sign_flip", "multiplier"]);
        for (baseline, parameters) in baselines {
            let own = baseline.timing(&parameters);
            assert_eq!(own.weights_per_beat, timing.weights_per_beat);
            assert_eq!(run_length(&own), run_length(&timing));
            assert_eq!(own.latency_cycles + table_stages, timing.latency_cycles);
            let same = scenario(&geometry(baseline, &parameters), &jobs, &mut random);
            assert_eq!(same.outputs, expected.outputs, "the same beats of results");
            check_scenarios(baseline, &parameters, &[same], 85);
        }
    }
}

#[test]
fn the_ternary_core_computes_what_its_baselines_compute() {
    let core = family("tint");
    let mut random = ChaCha8Rng::seed_from_u64(87);
    let caps = &[("lanes", 9), ("ports", 5), ("max_inputs", 100), ("max_outputs", 30)];
    for parameters in random_configurations(core, caps, 89).take(40) {
        let (shape, timing) = (geometry(core, &parameters), core.timing(&parameters));
        let jobs = [Job::random(shape.max_inputs, shape.max_outputs, shape.activation_bits, &mut random)];
        let expected = scenario(&shape, &jobs, &mut random);
        check_scenarios(core, &parameters, std::slice::from_ref(&expected), 91);

        let behind = u64::from(parameters.choice("accumulation") == "carry_save");
        let baselines = core.baselines(&parameters);
        let names: Vec<&str> = baselines.iter().map(|(family, _)| family.name()).collect();
        assert_eq!(names, ["sign_flip", "multiplier"]);
        if shape.loop_order == LoopOrder::WeightStationary {
            // Others know nothing of vectors.
            continue;
        }
        for (baseline, own) in baselines {
            assert_eq!(own.choice("weights"), parameters.choice("weights"));
            assert_eq!(run_length(&baseline.timing(&own)), run_length(&timing));
            assert_eq!(baseline.timing(&own).latency_cycles + behind, timing.latency_cycles);
            // The same streams: the very beats.
            check_scenarios(baseline, &own, &[Scenario { cycles: None, ..expected.clone() }], 91);
        }
    }
}

#[test]
fn baselines_have_none_of_their_own() {
    for name in ["sign_flip", "multiplier"] {
        let baseline = registry::find(name).expect("registered");
        let parameters = configuration(baseline, "lanes: 4, ports: 2, max_inputs: 4, max_outputs: 4");
        assert_eq!(baseline.baselines(&parameters).len(), 0);
    }
}
