//! Arrays in which weights stay, with elements of several modes: exact with every way to build these.

mod common;

use common::{check, configuration, family, words};

/// Multiplies with every combination of the words of four parameters of two words each, in the sizes that go with the number of one.
fn are_exact(name: &str, parameters: [&str; 4], sizes: impl Fn(usize) -> Vec<String>) {
    let family = family(name);
    let built = combinations(name, &parameters);
    assert_eq!(built.len(), 16);
    for (number, built) in built.iter().enumerate() {
        for size in sizes(number) {
            let settings = format!("topology: weight_stationary, {size}{built}");
            check(family, &configuration(family, &settings), number as u64);
        }
    }
}

/// Every combination of the words of these parameters.
fn combinations(name: &str, parameters: &[&str]) -> Vec<String> {
    let family = family(name);
    let more = |known: Vec<String>, parameter: &&str| {
        let words = words(family, parameter);
        known.iter().flat_map(|known| words.iter().map(move |word| format!("{known}, {parameter}: {word}"))).collect()
    };
    parameters.iter().fold(vec![String::new()], more)
}

#[test]
fn booth_lanes_are_exact_with_every_pipeline() {
    let sizes = [
        "rows: 3, columns: 2, depth: 1, max_inner: 30, max_columns: 5, max_rows: 4, activation: int4",
        "rows: 1, columns: 1, depth: 3, max_inner: 40, max_columns: 2, max_rows: 3, weight: int16, activation: int4",
        "rows: 2, columns: 2, depth: 2, max_inner: 16, max_columns: 4, max_rows: 5, activation_sign: run_time",
    ];
    are_exact("booth_flex", ["radix", "recoding", "shift", "accumulation"], |number| {
        let size = |pipeline: usize| sizes[(number + pipeline) % sizes.len()];
        (0..=2).map(|pipeline| format!("{}, pipeline: {pipeline}", size(pipeline))).collect()
    });
}

#[test]
fn slices_are_exact_with_every_sign_and_with_zero_points() {
    let sizes = [
        "rows: 3, columns: 2, depth: 2, activation_bits: 4, weight_bits: 6, max_inner: 60, max_columns: 5, max_rows: 4",
        "rows: 1, columns: 1, depth: 2, activation_bits: 8, weight_bits: 2, max_inner: 20, max_columns: 2, max_rows: 1",
        "rows: 2, columns: 3, depth: 1, activation_bits: 2, weight_bits: 4, max_inner: 4, max_columns: 4, max_rows: 3",
    ];
    are_exact("bit_slice", ["shift", "activation_sign", "weight_sign", "zero_points"], |_| {
        sizes.map(|size| format!("{size}, activation_slice: bits2, weight_slice: bits2")).to_vec()
    });
}

/// Multiplies with every setting in every size.
fn all_are_exact(name: &str, built: &[String], sizes: &[&str]) {
    let family = family(name);
    let members = built.iter().flat_map(|built| sizes.iter().map(move |size| format!("{size}{built}")));
    for (seed, settings) in members.enumerate() {
        check(family, &configuration(family, &format!("topology: weight_stationary, {settings}")), seed as u64);
    }
}

#[test]
fn bits_are_exact_with_either_side_serial_and_every_sign() {
    let sizes = [
        "rows: 3, columns: 2, depth: 2, activation_bits: 4, weight_bits: 6, max_inner: 60, max_columns: 5, max_rows: 4",
        "rows: 1, columns: 1, depth: 1, activation_bits: 8, weight_bits: 3, max_inner: 20, max_columns: 2, max_rows: 1",
        "rows: 2, columns: 3, depth: 3, activation_bits: 2, weight_bits: 4, max_inner: 6, max_columns: 4, max_rows: 3",
    ];
    let built = combinations("bit_serial", &["serial", "activation_sign", "weight_sign"]);
    assert_eq!(built.len(), 12);
    all_are_exact("bit_serial", &built, &sizes);
}

#[test]
fn booth_digits_one_after_the_other_are_exact_in_every_width() {
    let sizes = [
        "rows: 3, columns: 2, depth: 2, activation: int4, weight: int8, max_inner: 60, max_columns: 5, max_rows: 4",
        "rows: 1, columns: 1, depth: 3, activation: int8, weight: int16, max_inner: 40, max_columns: 2, max_rows: 1",
        "rows: 2, columns: 3, depth: 1, activation: int16, weight: int4, max_inner: 2, max_columns: 4, max_rows: 3",
    ];
    let built = combinations("booth_flex_serial", &["accumulation", "accumulator", "adders"]);
    assert_eq!(built.len(), 8);
    all_are_exact("booth_flex_serial", &built, &sizes);
}

#[test]
fn digits_that_are_not_zero_are_exact_one_after_the_other() {
    let sizes = [
        "rows: 3, columns: 2, depth: 2, activation: int4, weight: int8, max_inner: 60, max_columns: 5, max_rows: 4",
        "rows: 1, columns: 1, depth: 1, activation: int8, weight: int4, max_inner: 20, max_columns: 2, max_rows: 1",
        "rows: 2, columns: 3, depth: 3, activation: int16, weight: int4, max_inner: 6, max_columns: 4, max_rows: 3",
        "rows: 4, columns: 2, depth: 4, activation: int8, weight: int8, max_inner: 64, max_columns: 4, max_rows: 6",
    ];
    let steps = ["step: opt3", "step: opt4c", "step: opt4e, group: 2"].map(|step| ("bit_weight", step));
    for (name, settings) in steps.into_iter().chain([("sparse_serial", "serial: activations")]) {
        let built: Vec<String> =
            combinations(name, &["accumulator"]).iter().map(|built| format!("{built}, {settings}")).collect();
        all_are_exact(name, &built, &sizes);
    }
}
