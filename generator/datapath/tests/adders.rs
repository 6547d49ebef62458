//! Trees of adders of two and of three words: either is exact in every family that has the choice, counted, and shows in the
//! names of modules where it makes a difference.

mod common;

use common::{check, configuration, family, hardware, paths};
use tritloom_datapath::parameter::Parameters;
use tritloom_datapath::registry;
use tritloom_hdl::Design;

/// Families and settings under which adders add up a number of terms from one on.
const WITH_ADDERS: &[(&str, &str)] = &[
    ("bit_weight", "step: baseline, activation: int4, weight: int8"),
    ("bit_weight", "step: baseline, topology: weight_stationary, rows: 2, max_rows: 3"),
    ("bit_weight", "step: baseline, topology: draining, rows: 2, accumulator: bits32"),
    ("nested", "activation_bits: 5, weight_bits: 6, draft_bits: 2"),
    ("nested", "slicing: floor, activation_bits: 4, weight_bits: 8, draft_bits: 4, topology: output_stationary"),
    ("bit_slice", "activation_bits: 4, weight_bits: 4"),
    ("bit_slice", "activation_bits: 4, weight_bits: 2, zero_points: true, activation_sign: unsigned"),
    ("bit_slice", "activation_bits: 4, weight_bits: 4, zero_points: true, shift: element"),
    ("booth_flex_serial", "weight: int4"),
    ("booth_flex_serial", "weight: int8, shift: edge, zero_digits: skipped"),
    ("booth_flex_serial", "weight: int4, accumulation: carry_save"),
];

/// Settings under which a compressor tree adds, or nothing.
const WITHOUT_ADDERS: &[(&str, &str)] = &[
    ("bit_weight", "step: opt1"),
    ("bit_weight", "step: opt2"),
    ("bit_weight", "step: opt4e, group: 2"),
    ("bit_slice", "activation_bits: 4, weight_bits: 4, shift: element"),
    ("booth_flex_serial", "shift: edge, accumulation: carry_save"),
];

/// The configuration with adders of two words, and that with adders of three.
fn both(name: &str, settings: &str, depth: u32) -> [Parameters; 2] {
    ["two_words", "three_words"].map(|adders| {
        let sizes = format!("columns: 2, depth: {depth}, max_inner: 128, max_columns: 3");
        configuration(family(name), &format!("{sizes}, {settings}, adders: {adders}"))
    })
}

fn designs(name: &str, settings: &str, depth: u32) -> [Design; 2] {
    both(name, settings, depth).map(|parameters| hardware(family(name), &parameters))
}

fn adders(design: &Design) -> usize {
    design.modules.iter().map(|module| paths::adders(module).len()).sum()
}

#[test]
fn either_adders_are_exact() {
    for (name, settings) in WITH_ADDERS {
        for depth in [2, 3, 5, 10] {
            both(name, settings, depth).iter().for_each(|parameters| check(family(name), parameters, depth.into()));
        }
    }
}

#[test]
fn either_adders_are_counted() {
    for (name, settings) in WITH_ADDERS {
        for depth in 1..=12 {
            for parameters in both(name, settings, depth) {
                let counted = hardware(family(name), &parameters).census();
                let (formula, counted) = (family(name).census(&parameters), counted);
                assert!(formula.iter().eq(counted.iter()), "{}", parameters.canonical_text());
            }
        }
    }
}

/// Three terms are the fewest that an adder of three words adds.
#[test]
fn adders_of_three_words_are_fewer_and_modules_with_them_have_other_names() {
    for (name, settings) in WITH_ADDERS {
        for depth in [3, 7, 8] {
            let [two, three] = designs(name, settings, depth);
            assert!(adders(&three) < adders(&two), "{name}: {settings}, depth {depth}");
            for module in &three.modules {
                let same_name = two.modules.iter().filter(|other| other.name == module.name);
                same_name.for_each(|other| assert_eq!(format!("{other:?}"), format!("{module:?}"), "{}", module.name));
            }
        }
    }
}

#[test]
fn where_a_compressor_tree_adds_they_make_no_difference() {
    for (name, settings) in WITHOUT_ADDERS {
        let [two, three] = designs(name, settings, 5);
        assert_eq!(format!("{two:?}"), format!("{three:?}"), "{name}: {settings}");
    }
}

/// Of every family that has the choice something stands in the lists above.
#[test]
fn every_family_with_the_choice_is_tried() {
    for family in registry::families() {
        let has_choice = family.parameters().iter().any(|parameter| parameter.name == "adders");
        let tried = WITH_ADDERS.iter().any(|(name, _)| *name == family.name());
        assert_eq!(has_choice, tried, "{}", family.name());
    }
}
