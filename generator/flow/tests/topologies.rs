//! Loops stay loops: large arrays of every topology are a few hundred lines of Verilog, and free of lint.
//!
//! With TRITLOOM_LARGE_CUBE the lint of 4,096 carry-save elements too, which takes Verilator minutes and gigabytes.

mod common;

use tritloom_datapath::family::Family;
use tritloom_datapath::parameter::{Domain, Given};
use tritloom_datapath::registry;
use tritloom_flow::Design;
use tritloom_flow::check::sources;

/// Lines of all modules of an array together.
const FEW_HUNDRED_LINES: usize = 1000;

/// Lines where 64 products, and those of 64 Booth lanes of three modes and of one digit, are added up in compressor trees, by order.
const TREE_LINES: [(&str, [usize; 3]); 3] =
    [("dadda", [1600, 1700, 1250]), ("wallace", [1250, 1700, 950]), ("arrival", [1900, 1950, 1200])];

/// An array of `bit_weight` of this topology.
fn array(topology: &str, step: &str, sizes: &[(&str, u64)]) -> Design {
    design("bit_weight", &[("topology", topology), ("step", step), ("compression", "wallace")], sizes)
}

fn design(family: &str, words: &[(&str, &str)], sizes: &[(&str, u64)]) -> Design {
    let family = registry::find(family).expect("registered");
    let words = words.iter().map(|&(name, word)| (name, Given::from(word)));
    let given = words.chain(sizes.iter().map(|&(name, size)| (name, Given::from(size))));
    let parameters = registry::resolve(family, given).expect("legal");
    let hardware = family.hardware(&parameters).expect("sound");
    Design {
        top: hardware.top().name.clone(),
        interface: family.interface(&parameters),
        rtl: sources(&hardware),
        mutant_width: None,
    }
}

#[test]
fn large_arrays_of_every_topology_are_a_few_hundred_lines_free_of_lint() {
    let square: &[(&str, u64)] = &[("rows", 64), ("columns", 64)];
    let mut designs: Vec<Design> = ["broadcast", "draining", "output_stationary", "weight_stationary"]
        .map(|topology| array(topology, "baseline", square))
        .into();
    designs.push(array("tree", "baseline", &[("columns", 64), ("depth", 64)]));
    designs.push(array("cube", "baseline", &[("layers", 4), ("rows", 16), ("columns", 16)]));
    let carry_save =
        [array("broadcast", "opt1", square), array("cube", "opt1", &[("layers", 16), ("rows", 16), ("columns", 16)])];
    for Design { top, rtl, .. } in designs.iter().chain(&carry_save) {
        let lines: usize = rtl.values().map(|text| text.lines().count()).sum();
        assert!(lines < FEW_HUNDRED_LINES, "{top}: {lines} lines");
    }
    for (compression, most) in TREE_LINES {
        let words = |step| [("topology", "tree"), ("compression", compression)].into_iter().chain(step);
        let steps =
            [("bit_weight", Some(("step", "opt1"))), ("booth_flex", None), ("booth_flex", Some(("weight", "ternary")))];
        for ((family, step), most) in steps.into_iter().zip(most) {
            let words: Vec<_> = words(step).collect();
            let tree = |columns: u64| design(family, &words, &[("columns", columns), ("depth", 64)]);
            let large = tree(64);
            let lines: usize = large.rtl.values().map(|text| text.lines().count()).sum();
            assert!(lines < most, "{}: {lines} lines", large.top);
            // Modules of 4 columns are those of 64, and Verilator reads them in a tenth of the time: one order is read whole.
            designs.push(if (family, compression) == ("bit_weight", "wallace") { large } else { tree(4) });
        }
    }
    if std::env::var("TRITLOOM_LARGE_CUBE").is_ok() {
        designs.extend(carry_save);
    }
    let Some(verilator) = common::verilator() else { return };
    for Design { top, rtl, .. } in &designs {
        assert_eq!(verilator.lint(rtl, top).expect("it runs"), [], "{top}");
    }
}

/// Lines of an array itself, its top module and its column; elements, edges and feeders are modules of their own.
const LINES_OF_ARRAY: usize = 850;

#[test]
fn arrays_around_every_element_are_a_few_hundred_lines() {
    let choices = |family: &dyn Family, name: &str| {
        family.parameters().iter().find(|parameter| parameter.name == name).map_or(vec![], |parameter| {
            let Domain::Choice(words) = parameter.domain else { return vec![] };
            words.iter().map(|&(word, _)| word).collect::<Vec<_>>()
        })
    };
    let mut arrays = 0;
    for &family in registry::families() {
        let steps = choices(family, "step");
        let steps: Vec<_> = if steps.is_empty() { vec![None] } else { steps.into_iter().map(Some).collect() };
        for topology in choices(family, "topology") {
            for step in &steps {
                let words = [("topology", topology)].into_iter().chain(step.map(|step| ("step", step)));
                let words = words.map(|(name, word)| (name, Given::from(word)));
                let sizes = [("rows", 64), ("columns", 64)].map(|(name, size)| (name, Given::from(size)));
                // Some families refuse a topology, and some arrays of this size are too wide.
                let Ok(parameters) = registry::resolve(family, words.chain(sizes)) else { continue };
                let hardware = family.hardware(&parameters).expect("sound");
                let top = &hardware.top().name;
                let own = |name: &str| name == format!("{top}.v") || name.ends_with("_column.v");
                let rtl = sources(&hardware);
                let lines = rtl.iter().filter(|(name, _)| own(name)).map(|(_, text)| text.lines().count());
                let lines: usize = lines.sum();
                assert!((200..LINES_OF_ARRAY).contains(&lines), "{top}: {lines} lines");
                arrays += 1;
            }
        }
    }
    assert!(arrays > 60, "only {arrays} arrays are legal");
}

/// Lines of `bit_slice` with depth 4 and with depth 16, shifted in elements and gathered, by order: products, shifters and trees of
/// a place stand there once.
const SLICE_LINES: [(&str, [[usize; 2]; 2]); 3] = [
    ("dadda", [[1400, 1150], [2000, 1250]]),
    ("wallace", [[1350, 1150], [1800, 1250]]),
    ("arrival", [[1550, 1300], [2300, 1400]]),
];

#[test]
fn elements_of_many_slices_write_a_place_once_free_of_lint() {
    let mut small = vec![];
    for (compression, most) in SLICE_LINES {
        for (depth, most) in [4, 16].into_iter().zip(most) {
            for (shift, most) in ["element", "gathered"].into_iter().zip(most) {
                let words = [("shift", shift), ("compression", compression)];
                let large = design("bit_slice", &words, &[("rows", 64), ("columns", 64), ("depth", depth)]);
                let lines: usize = large.rtl.values().map(|text| text.lines().count()).sum();
                assert!(lines < most, "{}: {lines} lines", large.top);
            }
        }
        let sizes = [("rows", 1), ("columns", 2), ("depth", 5)];
        small.extend(
            ["element", "gathered"]
                .map(|shift| design("bit_slice", &[("shift", shift), ("compression", compression)], &sizes)),
        );
    }
    let Some(verilator) = common::verilator() else { return };
    for Design { top, rtl, .. } in &small {
        assert_eq!(verilator.lint(rtl, top).expect("it runs"), [], "{top}");
    }
}
