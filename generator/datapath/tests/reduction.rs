//! The sum of a port: no adder that is not needed, and no chain of adders.

mod common;

use common::{configuration, family, hardware, part, paths};
use tritloom_hdl::{Design, Module, NodeKind, PathWeights, Primitive};

/// The port of a core with so many terms a cycle.
fn port(name: &str, terms: u32, settings: &str) -> Module {
    let family = family(name);
    let (lanes, prefix) = match name {
        // Two tiles of inputs: with one there is nothing to add to.
        "ternary_lut" => (format!("group_size: 3, tables: {terms}, max_inputs: {}", 6 * terms), "lut_port".to_string()),
        _ => (format!("lanes: {terms}, max_inputs: {}", 2 * terms), format!("{name}_port")),
    };
    let design = hardware(family, &configuration(family, &format!("{lanes}, {settings}")));
    part(&design, &prefix).expect("a port")
}

/// The most bitwise gates of two operands one behind the other.
fn gates_deep(module: Module) -> u32 {
    let mut weights = PathWeights::default();
    let gates = [Primitive::AndOr, Primitive::Xor].map(|gate| gate as usize);
    gates.iter().for_each(|&gate| weights.levels[gate].count = 1.0);
    let path = Design::new(module).expect("a sound design").longest_path(&weights);
    gates.iter().map(|&gate| path.levels[gate].count).sum::<f64>() as u32
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
        assert_eq!(paths::adders(&port("tint", terms, "accumulation: resolved")).len(), 1, "{terms} terms");
        assert_eq!(paths::adders(&port("tint", terms, "accumulation: carry_save")).len(), 0, "{terms} terms");
    }
}

#[test]
fn exactly_one_adder_of_a_port_reads_the_accumulator() {
    for terms in 1..=20 {
        for name in ["ternary_lut", "sign_flip", "multiplier"] {
            for reduction in ["balanced", "ternary", "carry_save"] {
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
fn compressors_form_a_tree() {
    for terms in 1..=40 {
        for (name, settings) in [
            ("ternary_lut", "reduction: carry_save"),
            ("sign_flip", "reduction: carry_save"),
            ("multiplier", "reduction: carry_save"),
            ("tint", "accumulation: resolved"),
            ("tint", "accumulation: carry_save"),
        ] {
            // The lowest column holds a bit of each term, its carry, the words of the accumulator, and a constant.
            let levels = dadda_levels(2 * terms + 3);
            // Three gates a level, and before the tree the selection and the inversion of a term.
            let depth = gates_deep(port(name, terms, settings));
            assert!(depth <= 3 * levels + 2, "{name}, {terms} terms: {depth} gates for {levels} levels");
        }
    }
}

/// Levels of full adders from columns of `height` bits to two: 3, 4, 6, 9, 13, ... take one more each.
fn dadda_levels(height: u32) -> u32 {
    std::iter::successors(Some(2), |below| Some(below * 3 / 2)).take_while(|&below| below < height).count() as u32
}

#[test]
fn no_tree_of_the_ternary_core_is_deeper_than_the_smallest() {
    let depth = |settings: &str| gates_deep(port("tint", 32, settings));
    let dadda = depth("compression: dadda");
    assert!(depth("compression: wallace") <= dadda);
    assert!(depth("compression: arrival") <= dadda);
}
