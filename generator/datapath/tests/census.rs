//! The closed-form census equals the census of the elaborated hardware, primitive by primitive.

#![expect(clippy::print_stdout, reason = "a failing test shows its seeds")]

mod common;

use common::{alone, family, geometry, hardware, legal_configuration, part, random_configurations, words};
use tritloom_datapath::family::Family;
use tritloom_datapath::parameter::{Domain, Given, Parameter, Parameters};
use tritloom_datapath::registry;
use tritloom_hdl::{Census, Design, Primitive, Tally};

/// Loops make wide designs as cheap to elaborate as narrow ones; trees and tables are written out.
const CAPS: &[(&str, u64)] = &[("tables", 40), ("lanes", 100), ("ports", 300), ("depth", SHALLOW_DEPTH)];
const SHALLOW_DEPTH: u64 = 4;
const MOST_DEPTH: u64 = 48;
/// Configurations of a family deeper than the cap.
const DEEP_CONFIGURATIONS: usize = 20;

fn compare(family: &dyn Family, parameters: &Parameters) {
    let tallies = |census: &Census| census.iter().collect::<Vec<(Primitive, Tally)>>();
    let (formula, counted) = (family.census(parameters), hardware(family, parameters).census());
    let shown = parameters.canonical_text();
    assert_eq!(tallies(&formula), tallies(&counted), "{}: formula left, elaborated right\n{shown}", family.name());
}

#[test]
fn random_configurations_count_what_the_formula_says() {
    for (position, family) in registry::families().iter().enumerate() {
        let seed = 2000 + position as u64;
        println!("{}: 200 configurations from seed {seed}", family.name());
        random_configurations(*family, CAPS, seed).take(200).for_each(|parameters| compare(*family, &parameters));
    }
}

/// Arrays of deep elements: the caps of the others are below most of the depths that are legal.
#[test]
fn deep_elements_count_what_the_formula_says() {
    let has_depth = |family: &&&dyn Family| family.parameters().iter().any(|parameter| parameter.name == "depth");
    for (position, family) in registry::families().iter().enumerate().filter(|(_, family)| has_depth(family)) {
        let seed = 2200 + position as u64;
        let drawn = random_configurations(*family, &[("depth", MOST_DEPTH)], seed).take(200);
        let is_deep = |parameters: &Parameters| parameters.integer("depth") > SHALLOW_DEPTH;
        let deep: Vec<Parameters> = drawn.filter(is_deep).take(DEEP_CONFIGURATIONS).collect();
        println!("{}: {DEEP_CONFIGURATIONS} configurations from seed {seed}", family.name());
        assert_eq!(deep.len(), DEEP_CONFIGURATIONS, "{}: hardly any is deep", family.name());
        deep.iter().for_each(|parameters| compare(*family, parameters));
    }
}

#[test]
fn extremes_count_what_the_formula_says() {
    for family in registry::families() {
        for sizes in extreme_sizes(family.name()) {
            for choices in every_choice_pair(*family) {
                legal_configuration(*family, &format!("{sizes}, {choices}"))
                    .iter()
                    .for_each(|parameters| compare(*family, parameters));
            }
        }
    }
}

/// One of everything; one pass; one tile; counts whose every value is below the tile; long vectors.
fn extreme_sizes(family: &str) -> Vec<String> {
    if family == "binary" {
        return vec![
            "width: 1".to_string(),
            "width: 2, columns: 5, max_inner: 2, max_columns: 5".to_string(),
            "width: 64, columns: 4, max_inner: 64, max_columns: 7".to_string(),
            "width: 65, columns: 3, max_inner: 127, max_columns: 3".to_string(),
            "width: 4096, columns: 2, max_inner: 65536, max_columns: 65536".to_string(),
        ];
    }
    if family == "nested" {
        return vec![
            "max_inner: 1".to_string(),
            "weight_bits: 8, draft_bits: 7, rows: 3, columns: 5, depth: 2, max_inner: 2, max_columns: 5".to_string(),
            "activation_bits: 16, weight_bits: 16, draft_bits: 2, depth: 3, max_inner: 65536".to_string(),
        ];
    }
    if family == "bit_slice" {
        return vec![
            "activation_bits: 8, weight_bits: 8, max_inner: 64".to_string(),
            "activation_bits: 16, weight_bits: 8, rows: 3, columns: 2, depth: 2, max_inner: 256, max_columns: 2"
                .to_string(),
            "activation_bits: 8, weight_bits: 16, max_inner: 65536, max_columns: 65536".to_string(),
        ];
    }
    if family == "bit_serial" {
        return vec![
            "activation_bits: 2, weight_bits: 2, max_inner: 1".to_string(),
            "activation_bits: 3, weight_bits: 16, rows: 1, columns: 5, depth: 2, max_inner: 2, max_columns: 5"
                .to_string(),
            "activation_bits: 16, weight_bits: 3, rows: 3, columns: 4, depth: 3, max_inner: 10, max_columns: 7"
                .to_string(),
            "activation_bits: 16, weight_bits: 16, rows: 4, columns: 1, max_inner: 65536, max_columns: 65536"
                .to_string(),
        ];
    }
    if ["bit_weight", "booth_flex_serial", "sparse_serial"].contains(&family) {
        return vec![
            "max_inner: 1".to_string(),
            "rows: 1, columns: 5, depth: 2, max_inner: 2, max_columns: 5".to_string(),
            "rows: 3, columns: 4, depth: 3, max_inner: 10, max_columns: 7".to_string(),
            "rows: 4, columns: 1, depth: 1, max_inner: 65536, max_columns: 65536".to_string(),
        ];
    }
    if family == "booth_flex" {
        return vec![
            "max_inner: 8".to_string(),
            "rows: 3, columns: 5, depth: 2, max_inner: 16, max_columns: 5".to_string(),
            "rows: 1, columns: 4, depth: 3, pipeline: 1, max_inner: 25, max_columns: 7".to_string(),
            "rows: 4, columns: 1, depth: 1, pipeline: 2, max_inner: 256, max_columns: 65536".to_string(),
        ];
    }
    if family == "leading_one" {
        return vec![
            "lanes: 1, max_head_size: 1, max_keys: 2, max_k: 1".to_string(),
            "lanes: 5, max_head_size: 5, max_keys: 3, max_k: 2".to_string(),
            "lanes: 3, max_head_size: 7, max_keys: 5, max_k: 5".to_string(),
            "lanes: 1, max_head_size: 1024, max_keys: 65536, max_k: 512".to_string(),
        ];
    }
    let lanes: Vec<String> = match family {
        "ternary_lut" => (1..=6).map(|group_size| format!("group_size: {group_size}")).collect(),
        _ => [1, 2, 3, 6].iter().map(|lanes| format!("lanes: {lanes}")).collect(),
    };
    let sizes = [
        "ports: 1, max_inputs: 6, max_outputs: 1",
        "ports: 5, max_inputs: 6, max_outputs: 5",
        "ports: 5, max_inputs: 7, max_outputs: 7",
        "ports: 4, max_inputs: 8, max_outputs: 8",
        "ports: 7, max_inputs: 65536, max_outputs: 65536",
    ];
    sizes.iter().flat_map(|sizes| lanes.iter().map(move |lanes| format!("{sizes}, {lanes}"))).collect()
}

#[test]
fn what_is_legal_can_be_built_up_to_the_widest_buses() {
    // Beside the limit of 65,536 bits, on both sides of it.
    let sizes =
        [(1, 3855), (1, 3856), (1, 4096), (5, 3000), (100, 400), (128, 256), (204, 200), (1024, 32), (1024, 40)];
    let mut built = 0;
    for name in ["sign_flip", "tint", "multiplier"] {
        let family = family(name);
        for ((ports, lanes), weights) in sizes.into_iter().flat_map(|size| [(size, "two_bit"), (size, "five_trit")]) {
            for activation in ["int8", "int16"] {
                let given = [("ports", ports), ("lanes", lanes), ("max_outputs", 1024)];
                let numbers = given.map(|(name, value): (&str, u64)| (name, Given::from(value)));
                let choices =
                    [("weights", weights), ("activation", activation)].map(|(name, word)| (name, Given::from(word)));
                if let Ok(parameters) = registry::resolve(family, numbers.into_iter().chain(choices)) {
                    compare(family, &parameters);
                    built += 1;
                }
            }
        }
    }
    assert!(built > 20, "only {built} of these are legal");
}

/// Each loop order, step or kind of result, or word of the first choice, with each choice of each other parameter.
fn every_choice_pair(family: &dyn Family) -> Vec<String> {
    let is_choice = |parameter: &&Parameter| matches!(parameter.domain, Domain::Choice(_));
    let choices: Vec<&str> = family.parameters().iter().filter(is_choice).map(|parameter| parameter.name).collect();
    let lead = choices.iter().find(|name| ["loop_order", "step", "result", "zero_digits"].contains(name));
    let leading = lead.or(choices.first()).expect("a choice");
    let mut pairs = Vec::new();
    for (name, lead) in choices.iter().flat_map(|name| words(family, leading).into_iter().map(move |lead| (name, lead)))
    {
        pairs.extend(words(family, name).into_iter().map(|word| format!("{leading}: {lead}, {name}: {word}")));
    }
    pairs
}

#[test]
fn parts_count_what_their_modules_hold() {
    let family = family("ternary_lut");
    for parameters in random_configurations(family, CAPS, 2100).take(60) {
        let (parts, geometry) = (family.census_by_part(&parameters), geometry(family, &parameters));
        let design = hardware(family, &parameters);
        let names: Vec<&str> = parts.iter().map(|(name, _)| *name).collect();
        let expected = ["control", "activations", "tables", "decode", "select", "reduction", "accumulate", "results"];
        assert_eq!(names, expected);
        let part = |name: &str| &parts[names.iter().position(|known| *known == name).expect("a part")].1;

        let tables = inside(&design, "ternary_table", geometry.tables);
        assert_eq!(part("tables").get(Primitive::Adder), tables.get(Primitive::Adder));
        assert_eq!(part("select").get(Primitive::Multiplexer), {
            let picks = inside(&design, "zero_or_word", geometry.tables * geometry.ports);
            picks.get(Primitive::Multiplexer)
        });
        let ports = inside(&design, "lut_port", geometry.ports);
        for primitive in [Primitive::Adder, Primitive::AndOr, Primitive::Xor, Primitive::EnabledRegister] {
            let mut together = part("select").clone();
            together.add_census(part("reduction"), 1);
            if primitive == Primitive::Adder {
                let adders = part("accumulate").get(primitive);
                together.add(primitive, adders.count, adders.bits / adders.count.max(1));
            }
            assert_eq!(together.get(primitive), ports.get(primitive), "{}", parameters.canonical_text());
        }
        let decoders = inside(&design, &format!("{}_to_keys", geometry.weights), geometry.ports);
        for primitive in [Primitive::Table, Primitive::Adder, Primitive::Xor, Primitive::Comparator] {
            assert_eq!(part("decode").get(primitive), decoders.get(primitive), "{}", parameters.canonical_text());
        }
    }
}

/// `times` the census of the only module whose name starts so, the modules below it included; nothing without one.
fn inside(design: &Design, prefix: &str, times: u32) -> Census {
    let mut product = Census::default();
    if let Some(module) = part(design, prefix) {
        product.add_census(&alone(&module).census(), times.into());
    }
    product
}
