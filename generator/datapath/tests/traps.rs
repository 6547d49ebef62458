//! One test for each defect of a published design that the look-up-table core must never repeat, by the numbers of
//! the list in the design notes. Other files of this folder go deeper into some of them.

mod common;

use common::jobs::{Job, scenario, stalled};
use common::{check_scenarios, configuration, family, geometry, hardware, matvec_families, part, paths};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use tritloom_datapath::family::Family;
use tritloom_datapath::parameter::Parameters;

/// Each family, with as many lanes as a group of three on two tables has, and `settings`, in both loop orders.
fn each_core(settings: &str, mut test: impl FnMut(&'static dyn Family, Parameters)) {
    for family in matvec_families() {
        let lanes = if family.name() == "ternary_lut" { "group_size: 3, tables: 2" } else { "lanes: 6" };
        for order in ["output_stationary", "table_stationary"] {
            test(family, configuration(family, &format!("{lanes}, loop_order: {order}, {settings}")));
        }
    }
}

/// Accumulators that are not cleared between two runs; results valid only in the first done cycle.
#[test]
fn trap_1_runs_leave_nothing_behind_and_results_wait() {
    let mut random = ChaCha8Rng::seed_from_u64(101);
    each_core("ports: 3, max_inputs: 20, max_outputs: 10", |family, parameters| {
        let geometry = geometry(family, &parameters);
        let mut jobs: Vec<Job> = (0..3).map(|_| Job::uniform(20, 10, 1, 127)).collect();
        jobs.extend((0..3).map(|_| Job::uniform(1, 1, -1, 1)));
        let runs = scenario(&geometry, &jobs, &mut random);
        // Ready in one of 64 cycles: a result that does not wait is lost, and the bench sees it withdrawn.
        let patient = stalled(runs.clone(), 1 << 40, &mut random);
        check_scenarios(family, &parameters, &[runs, patient], 101);
    });
}

/// Adders of more than one stage without matching delays on the other paths.
#[test]
fn trap_2_paths_that_meet_are_equally_long() {
    let mut random = ChaCha8Rng::seed_from_u64(102);
    for group_size in 3..=6 {
        let shape = format!("group_size: {group_size}, tables: 2, ports: 2, max_inputs: 60, max_outputs: 6");
        let stages = if group_size > 4 { 2 } else { 1 };
        for (table, partial_sum) in [("wired", "wired"), ("registered", "wired"), ("registered", "registered")] {
            let family = family("ternary_lut");
            let settings = format!("{shape}, build: pipelined, table: {table}, partial_sum: {partial_sum}");
            let parameters = configuration(family, &settings);
            let table = part(&hardware(family, &parameters), "ternary_table").expect("a table");
            assert_eq!(paths::registers(&table), (stages, stages), "mu {group_size}");
            // Other activations and other weights in every cycle: whatever is a cycle off meets the wrong partner.
            let geometry = geometry(family, &parameters);
            let jobs: Vec<Job> = (0..4).map(|_| Job::random(60, 6, 8, &mut random)).collect();
            let runs = scenario(&geometry, &jobs, &mut random);
            let gaps = stalled(runs.clone(), 0x5a3c_96e1_d278_4b0f, &mut random);
            check_scenarios(family, &parameters, &[runs, gaps], 102);
        }
    }
}

/// One accumulate adder per output column instead of per read port.
#[test]
fn trap_3_there_is_one_accumulate_adder_per_port() {
    for (ports, max_outputs) in [(1, 1), (1, 64), (4, 4), (4, 64), (4, 4096)] {
        each_core(&format!("ports: {ports}, max_inputs: 64, max_outputs: {max_outputs}"), |family, parameters| {
            let design = hardware(family, &parameters);
            let top = design.top();
            assert_eq!(paths::adders(top).len(), 0, "{}: the shell itself adds nothing", top.name);
            let uses = top.instances.iter().filter(|instance| instance.module.port("base").is_some());
            let mut accumulate_adders = 0;
            for port in uses {
                let copies = port.scope.map_or(1, |of| top.loops[of.index()].count as usize);
                let adders = paths::adders(&port.module);
                let reading = adders.into_iter().filter(|&id| paths::reads(&port.module, id, "base"));
                accumulate_adders += copies * reading.count();
            }
            assert_eq!(accumulate_adders, ports, "{}", top.name);
        });
    }
}

/// Negating the smallest entry overflows in the entry's own width.
#[test]
fn trap_4_the_smallest_entry_has_its_negation() {
    let mut random = ChaCha8Rng::seed_from_u64(104);
    let family = family("ternary_lut");
    for group_size in 1..=6 {
        for (activation, smallest) in [("int4", -8), ("int8", -128), ("int16", -32768)] {
            for reduction in ["balanced", "ternary", "carry_save"] {
                let lanes = 3 * group_size;
                let shape =
                    format!("group_size: {group_size}, tables: 3, ports: 2, max_inputs: {lanes}, max_outputs: 2");
                let settings = format!("{shape}, activation: {activation}, reduction: {reduction}");
                let parameters = configuration(family, &settings);
                let jobs = [Job::uniform(lanes, 2, -1, smallest), Job::uniform(group_size, 2, -1, smallest)];
                assert_eq!(jobs[0].results()[0], -i64::from(smallest) * i64::from(lanes));
                let scenario = scenario(&geometry(family, &parameters), &jobs, &mut random);
                check_scenarios(family, &parameters, &[scenario], 104);
            }
        }
    }
}

/// Fixed 32-bit accumulators and negations; entries of b + mu - 1 bits.
#[test]
fn trap_5_widths_follow_from_the_configuration() {
    for (max_inputs, more) in [(6, 3), (7, 3), (8, 4), (4095, 12), (4096, 13), (65_536, 17)] {
        for (activation, bits) in [("int4", 4), ("int8", 8), ("int16", 16)] {
            let settings = format!("max_inputs: {max_inputs}, activation: {activation}");
            each_core(&settings, |family, parameters| {
                let design = hardware(family, &parameters);
                let width = |module: &tritloom_hdl::ModuleData, port: &str| {
                    module.port(port).map(|id| module.ports[id.index()].shape.width / module.ports[id.index()].lanes)
                };
                assert_eq!(width(design.top(), "result_data"), Some(bits + more));
                if let Some(table) = part(&design, "ternary_table") {
                    // mu = 3: not the two bits more that b + mu - 1 gives by chance, see mu = 4 below.
                    assert_eq!(width(&table, "entries"), Some(bits + 2));
                }
                let widest = design
                    .modules
                    .iter()
                    .flat_map(|module| paths::adders(module).into_iter().map(|id| module.node(id).shape.width));
                // A single tile is added to no accumulator.
                let single = geometry(family, &parameters).single_tile();
                assert!(single || widest.max() == Some(bits + more + 1), "{settings}");
            });
        }
    }
    let four = configuration(family("ternary_lut"), "group_size: 4, max_inputs: 4, activation: int8");
    let table = part(&hardware(family("ternary_lut"), &four), "ternary_table").expect("a table");
    assert_eq!(table.ports[table.port("entries").expect("entries").index()].shape.width, 40 * (8 + 2));
}

/// A linear chain of adders for the partial sums of all tables.
#[test]
fn trap_6_partial_sums_form_a_tree() {
    for (tables, levels) in [(1, 0), (2, 1), (3, 2), (4, 2), (5, 3), (8, 3), (9, 4), (32, 5), (33, 6)] {
        for reduction in ["balanced", "carry_save"] {
            let settings = format!("group_size: 2, tables: {tables}, max_inputs: 66, reduction: {reduction}");
            let design = hardware(family("ternary_lut"), &configuration(family("ternary_lut"), &settings));
            let port = part(&design, "lut_port").expect("a port");
            assert!(paths::depth(&port, paths::is_adder) <= levels + 1, "{settings}");
            // Compressors win a third of the words a level: under twice the levels of a tree of adders.
            assert!(paths::depth(&port, paths::is_gate) <= 3 * 2 * (levels + 1) + 2, "{settings}");
        }
    }
}

/// Dimensions frozen at generation, so that sizes which the tile does not divide give garbage.
#[test]
fn trap_7_every_size_up_to_the_maximum_is_exact() {
    let mut random = ChaCha8Rng::seed_from_u64(107);
    each_core("ports: 3, max_inputs: 13, max_outputs: 7", |family, parameters| {
        let geometry = geometry(family, &parameters);
        let sizes = (0..=13).flat_map(|inputs| (0..=7).map(move |outputs| (inputs, outputs)));
        let jobs: Vec<Job> = sizes.map(|(inputs, outputs)| Job::random(inputs, outputs, 8, &mut random)).collect();
        check_scenarios(family, &parameters, &[scenario(&geometry, &jobs, &mut random)], 107);
    });
}
