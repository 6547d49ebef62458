//! Rules between parameters: each names what is wrong, and what it calls the nearest legal value is legal.

mod common;

use common::family;
use tritloom_datapath::parameter::{Given, Problem};
use tritloom_datapath::registry;

fn problems(name: &str, settings: &[(&'static str, Given)]) -> Vec<Problem> {
    registry::resolve(family(name), settings.iter().cloned()).err().unwrap_or_default()
}

/// What a family says of settings, of which one rule is broken, and of the settings with the nearest legal value.
fn broken(name: &str, code: &str, settings: &[(&'static str, Given)]) {
    let found = problems(name, settings);
    let codes: Vec<&str> = found.iter().map(|problem| problem.code).collect();
    assert_eq!(codes, [code], "{name} {settings:?}");
    let (parameter, nearest) = (found[0].parameter.expect("a parameter"), found[0].nearest.clone().expect("a value"));
    let nearest = match nearest.parse::<u64>() {
        Ok(number) => Given::from(number),
        Err(_) => Given::from(nearest.as_str()),
    };
    let mended = settings.iter().filter(|(name, _)| *name != parameter).cloned();
    let mended: Vec<_> = mended.chain([(parameter, nearest)]).collect();
    assert_eq!(problems(name, &mended), [], "{name} {mended:?}");
}

#[test]
fn every_broken_rule_is_named_with_a_way_out() {
    let number = |value: u64| Given::from(value);
    broken("binary", "C0241", &[("width", number(512)), ("max_inner", number(300))]);
    broken("binary", "C0242", &[("columns", number(8)), ("max_columns", number(5))]);
    broken("binary", "C0243", &[("width", number(4096)), ("columns", number(17))]);
    let word = |word: &str| Given::from(word);
    broken("bit_weight", "C0232", &[("carry_spacing", number(2))]);
    let tables =
        [("tables", number(1024)), ("group_size", number(6)), ("max_inputs", number(8192)), ("ports", number(1))];
    broken("ternary_lut", "C0204", &tables);
    broken("bit_slice", "C0251", &[("activation_bits", number(7))]);
    broken("bit_slice", "C0252", &[("weight_bits", number(1)), ("weight_slice", Given::from("bits8"))]);
    let skipped = [("topology", word("weight_stationary")), ("zero_digits", word("skipped"))];
    broken("booth_flex_serial", "C0281", &skipped);
    let of_both = [("topology", word("weight_stationary")), ("serial", word("both"))];
    broken("sparse_serial", "C0282", &of_both);
    broken("nested", "C0261", &[("weight_bits", number(4)), ("draft_bits", number(4))]);
}

#[test]
fn arrays_beyond_what_tools_take_are_refused() {
    let number = |value: u64| Given::from(value);
    broken("booth_flex_serial", "C0215", &[("columns", number(64)), ("depth", number(64))]);
    let moved_activations =
        [("shift", "edge".into()), ("weight", "int4".into()), ("rows", number(120)), ("depth", number(47))];
    broken("booth_flex_serial", "C0215", &moved_activations);
    broken("bit_weight", "C0215", &[("step", "opt3".into()), ("columns", number(64)), ("depth", number(64))]);
    let cube = [("topology", Given::from("cube")), ("rows", number(79)), ("layers", number(47))];
    let narrow = [("activation_bits", 1), ("weight_bits", 3)].map(|(name, value)| (name, number(value)));
    broken("bit_serial", "C0215", &[&cube[..], &narrow[..]].concat());
    let sizes = [("rows", 64), ("columns", 16), ("depth", 16), ("activation_bits", 16), ("max_columns", 16)];
    broken("bit_slice", "C0214", &sizes.map(|(name, value)| (name, number(value))));
    // Six rows of 256 sums of 48 bits wait for the receiver.
    let staying =
        [("topology", "weight_stationary".into()), ("activation", "int16".into()), ("weight", "int16".into())];
    let long = [("rows", 2), ("columns", 256), ("max_inner", 65_536)].map(|(name, value)| (name, number(value)));
    broken("bit_weight", "C0214", &[&staying[..], &long[..]].concat());
    // The weights of a column of 256 rows of 64 stand side by side.
    let deep = [("rows", 256), ("columns", 1), ("depth", 64), ("max_inner", 32_768)]
        .map(|(name, value)| (name, number(value)));
    let narrow = [("topology", "weight_stationary".into()), ("activation", "int4".into()), ("step", "baseline".into())];
    broken("bit_weight", "C0214", &[&narrow[..], &deep[..]].concat());
}

/// Activations reach the elements of a row by registers of each column, not by a bus between the columns.
#[test]
fn arrays_of_64_by_64_elements_are_legal_where_weights_stay() {
    let number = |value: u64| Given::from(value);
    let sizes = [("rows", number(64)), ("columns", number(64)), ("topology", "weight_stationary".into())];
    for (family, depth) in [("bit_weight", 1), ("booth_flex", 8), ("bit_slice", 1), ("nested", 1)] {
        assert_eq!(problems(family, &[&sizes[..], &[("depth", number(depth))]].concat()), [], "{family}");
    }
}

/// Where fewer rows or columns do not help, another key of the product is the one to change.
#[test]
fn the_key_to_change_is_one_that_helps() {
    let number = |value: u64| Given::from(value);
    let wide = [("columns", number(256)), ("depth", number(64)), ("topology", "output_stationary".into())];
    let long = [("layers", number(64)), ("depth", number(64)), ("topology", "cube".into())];
    let serial = [("serial", "weights".into()), ("activation_bits", number(16)), ("weight_bits", number(2))];
    broken("bit_serial", "C0214", &[&wide[..], &serial[..]].concat());
    broken(
        "booth_flex_serial",
        "C0215",
        &[
            &long[..],
            &[("activation", "int4".into()), ("weight", "int4".into()), ("rows", number(1)), ("columns", number(1))],
        ]
        .concat(),
    );
}

#[test]
fn several_broken_rules_come_at_once() {
    let settings = [("activation_bits", Given::from(7)), ("weight_bits", Given::from(5)), ("rows", Given::from(2))];
    let codes: Vec<&str> = problems("bit_slice", &settings).iter().map(|problem| problem.code).collect();
    assert_eq!(codes, ["C0251", "C0252"]);
}

#[test]
fn an_element_of_too_many_multipliers_is_refused() {
    let places = |depth: u64| ("depth", Given::from(depth));
    let slices = [("activation_slice", Given::from("bits1")), ("weight_slice", Given::from("bits1"))];
    broken("bit_slice", "C0253", &[&slices[..], &[places(17)]].concat());
    let widest = [("activation_bits", Given::from(16)), ("weight_bits", Given::from(16))];
    let settings = [&slices[..], &widest[..], &[places(64)]].concat();
    let found = problems("bit_slice", &settings);
    let [problem] = &found[..] else { panic!("{found:?}") };
    assert_eq!((problem.code, problem.parameter), ("C0253", Some("depth")));
    assert_eq!(problem.message, "an element would have 16384 multipliers of slices, over 1024");
    assert_eq!((&problem.legal[..], problem.nearest.as_deref()), ("at most 4 with these slices", Some("4")));
    broken("bit_slice", "C0253", &settings);
}
