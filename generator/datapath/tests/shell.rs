//! The corners of streams and schedule, on cores so small that every one of them is met.

mod common;

use common::jobs::{Job, scenario, stalled};
use common::{check_scenarios, configuration, geometry, matvec_families};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tritloom_datapath::family::Family;
use tritloom_datapath::matvec::Geometry;
use tritloom_datapath::parameter::Parameters;

/// Cores of one or two lanes and ports, of one or more tiles in each dimension, of every schedule.
fn each_tiny_core(mut test: impl FnMut(&'static dyn Family, &Parameters, &Geometry)) {
    let sizes = [(1, 1, 1, 1), (1, 1, 3, 1), (1, 1, 1, 3), (2, 1, 2, 3), (1, 2, 3, 2), (2, 2, 5, 5)];
    for family in matvec_families() {
        let schedules: &[&str] = match family.name() {
            "tint" => &[
                "accumulation: resolved",
                "accumulation: carry_save",
                "loop_order: table_stationary",
                "loop_order: table_stationary, accumulation: carry_save",
                "loop_order: weight_stationary, max_vectors: 1",
                "loop_order: weight_stationary, max_vectors: 3",
            ],
            _ => &[
                "partial_sum: wired",
                "partial_sum: registered",
                "reduction: carry_save",
                "loop_order: table_stationary",
                "loop_order: table_stationary, partial_sum: registered",
            ],
        };
        let (lanes_name, tables): (&str, &[&str]) = match family.name() {
            "ternary_lut" => ("tables", &["table: wired", "table: registered"]),
            _ => ("lanes", &["ports: 1"]),
        };
        for ((lanes, ports, inputs, outputs), schedule) in
            sizes.into_iter().flat_map(|size| schedules.iter().map(move |schedule| (size, schedule)))
        {
            for table in tables {
                let size =
                    format!("{lanes_name}: {lanes}, ports: {ports}, max_inputs: {inputs}, max_outputs: {outputs}");
                let parameters = configuration(family, &format!("{table}, {size}, {schedule}"));
                test(family, &parameters, &geometry(family, &parameters));
            }
        }
    }
}

/// Every size from nothing to the maximum, in an order of its own, twice.
fn every_size(geometry: &Geometry, random: &mut impl Rng) -> Vec<Job> {
    let mut sizes: Vec<(u32, u32)> = (0..=geometry.max_inputs)
        .flat_map(|inputs| (0..=geometry.max_outputs).map(move |outputs| (inputs, outputs)))
        .collect();
    sizes.extend(sizes.clone());
    for last in (1..sizes.len()).rev() {
        sizes.swap(last, random.random_range(0..=last));
    }
    sizes.into_iter().map(|(inputs, outputs)| Job::random(inputs, outputs, geometry.activation_bits, random)).collect()
}

#[test]
fn runs_of_every_size_follow_one_another_without_a_bubble() {
    let mut random = ChaCha8Rng::seed_from_u64(61);
    each_tiny_core(|family, parameters, geometry| {
        let jobs = every_size(geometry, &mut random);
        let mut scenario = scenario(geometry, &jobs, &mut random);
        // A cycle for the first run to be accepted, one a weight beat, and the latency of the last.
        let tiles = |length: usize, tile: u32| (length as u64).div_ceil(tile.into()).max(1);
        let beats =
            |job: &Job| tiles(job.activations.len(), geometry.lanes()) * tiles(job.weights.len(), geometry.ports);
        let beats: u64 = jobs.iter().map(beats).sum();
        scenario.cycles = Some(1 + beats + family.timing(parameters).latency_cycles);
        check_scenarios(family, parameters, &[scenario], 61);
    });
}

#[test]
fn every_pattern_of_back_pressure_is_survived() {
    let mut random = ChaCha8Rng::seed_from_u64(67);
    each_tiny_core(|family, parameters, geometry| {
        let jobs = every_size(geometry, &mut random);
        let full = scenario(geometry, &jobs, &mut random);
        // Every pattern of five cycles in which the receiver is ready at all, and some longer ones.
        let patterns = (1..32u64).map(|pattern| (0..12).fold(0, |whole, copy| whole | pattern << (5 * copy)));
        let random_patterns: Vec<u64> = (0..6).map(|_| random.random::<u64>() | 1).collect();
        let scenarios: Vec<_> = patterns
            .chain(random_patterns)
            .flat_map(|ready| {
                let mut blocked = full.clone();
                blocked.ready = vec![ready];
                [blocked, stalled(full.clone(), ready, &mut random)]
            })
            .collect();
        check_scenarios(family, parameters, &scenarios, 67);
    });
}

#[test]
fn a_reset_in_any_cycle_of_a_run_leaves_nothing_behind() {
    let mut random = ChaCha8Rng::seed_from_u64(71);
    each_tiny_core(|family, parameters, geometry| {
        let jobs = every_size(geometry, &mut random);
        let mut scenarios = Vec::new();
        for cycle in 1..12 {
            let mut aborted = stalled(scenario(geometry, &jobs, &mut random), random.random::<u64>() | 2, &mut random);
            aborted.abort_after = Some(cycle);
            scenarios.extend([aborted, scenario(geometry, &jobs[..4.min(jobs.len())], &mut random)]);
        }
        check_scenarios(family, parameters, &scenarios, 71);
    });
}
