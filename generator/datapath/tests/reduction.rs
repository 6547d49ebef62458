//! The sum of a port: no adder that is not needed, and no chain of adders.

mod common;

use common::{configuration, family, hardware, part, paths};
use tritloom_hdl::{Module, NodeKind};

/// The port of a core with so many terms a cycle.
fn port(name: &str, terms: u32, settings: &str) -> Module {
    let family = family(name);
    let (lanes, prefix) = match name {
        "ternary_lut" => (format!("group_size: 3, tables: {terms}, max_inputs: {}", 3 * terms), "lut_port"),
        _ => (
            format!("lanes: {terms}, max_inputs: {terms}"),
            if name == "sign_flip" { "sign_flip_port" } else { "multiplier_port" },
        ),
    };
    let design = hardware(family, &configuration(family, &format!("{lanes}, {settings}")));
    part(&design, prefix).expect("a port")
}

fn ceil_log2(count: u32) -> u32 {
    (0..).find(|&bits| 1 << bits >= count).unwrap_or(0)
}

#[test]
fn a_port_has_as_many_adders_as_terms_and_each_absorbs_a_carry() {
    for terms in 1..=20 {
        for name in ["ternary_lut", "sign_flip"] {
            for partial_sum in ["wired", "registered"] {
                let port = port(name, terms, &format!("partial_sum: {partial_sum}"));
                let adders = paths::adders(&port);
                assert_eq!(adders.len() as u32, terms, "{name}, {terms} terms");
                let absorbs = |id: &&tritloom_hdl::NodeId| matches!(port.node(**id).kind, NodeKind::AddCarry { .. });
                assert_eq!(adders.iter().filter(absorbs).count() as u32, terms, "{name}, {terms} terms");
            }
        }
        assert_eq!(paths::adders(&port("multiplier", terms, "")).len() as u32, terms);
    }
}

#[test]
fn carry_save_leaves_one_adder() {
    for terms in 1..=20 {
        for name in ["ternary_lut", "sign_flip", "multiplier"] {
            assert_eq!(paths::adders(&port(name, terms, "reduction: carry_save")).len(), 1, "{name}, {terms} terms");
        }
    }
}

#[test]
fn exactly_one_adder_of_a_port_reads_the_accumulator() {
    for terms in 1..=20 {
        for name in ["ternary_lut", "sign_flip", "multiplier"] {
            for reduction in ["balanced", "carry_save"] {
                let port = port(name, terms, &format!("reduction: {reduction}"));
                let reading = paths::adders(&port).into_iter().filter(|&id| paths::reads(&port, id, "base"));
                assert_eq!(reading.count(), 1, "{name}, {terms} terms, {reduction}");
            }
        }
    }
}

#[test]
fn adders_form_a_tree() {
    for terms in 1..=40 {
        for name in ["ternary_lut", "sign_flip", "multiplier"] {
            let depth = paths::depth(&port(name, terms, ""), paths::is_adder);
            assert_eq!(depth, ceil_log2(terms) + 1, "{name}, {terms} terms");
        }
    }
}

#[test]
fn compressor_rows_form_a_tree() {
    for terms in 1..=40 {
        // Each level makes two words of three.
        let (mut words, mut levels) = (terms + 1, 0);
        while words > 2 {
            words -= words / 3;
            levels += 1;
        }
        for name in ["ternary_lut", "sign_flip", "multiplier"] {
            // Three gates a row, and before the rows the selection and the inversion of a term.
            let depth = paths::depth(&port(name, terms, "reduction: carry_save"), paths::is_gate);
            assert!(depth <= 3 * levels + 2, "{name}, {terms} terms: {depth} gates for {levels} levels");
        }
    }
}
