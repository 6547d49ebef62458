//! `run`: a language model whose products a design computes.

use crate::common::{TUTORIAL, text, tritloom, tritloom_with};
use std::fs;

#[test]
fn a_design_too_small_for_the_model_is_told_before_anything_is_built() {
    let root = tempfile::tempdir().expect("temporary folder");
    let config = root.path().join("small.yaml");
    let keys = ["lanes: 4", "ports: 4", "activation: int4", "max_inputs: 40", "max_outputs: 0x10"];
    let design = format!("name: tiny\narchitecture:\n  sign_flip:\n    {}\n", keys.join("\n    "));
    fs::write(&config, design).expect("written");
    // Without Verilator: the simulation is not even looked for.
    let output = tritloom_with(&[("PATH", root.path())], &["run", config.to_str().expect("text"), "--quiet"]);
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(2), ""));
    let folder = format!("{}/", root.path().display());
    insta::assert_snapshot!(text(&output.stderr).replace(&folder, ""));
}

#[test]
fn a_model_that_is_not_there_is_a_problem_of_the_model() {
    let output = tritloom(&["run", TUTORIAL, "--model", "nowhere", "--quiet"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).starts_with("error[M0001]: `nowhere/model.bin` cannot be read: No such file"));
}

#[test]
fn an_array_that_cannot_compute_the_attention_is_told_before_anything_is_built() {
    let root = tempfile::tempdir().expect("temporary folder");
    let small = root.path().join("small.yaml");
    let design = "name: small_array\narchitecture:\n  bit_weight: {max_inner: 8, max_columns: 9}\n";
    fs::write(&small, design).expect("written");
    let refused = |attention: &str| {
        let command = ["run", "../../designs/story.yaml", "--attention", attention, "--quiet"];
        let output = tritloom_with(&[("PATH", root.path())], &command);
        assert_eq!((output.status.code(), text(&output.stdout)), (Some(2), ""));
        text(&output.stderr).to_string()
    };
    let told = refused(TUTORIAL);
    assert!(told.starts_with("error[U0003]: `tutorial` computes no products of matrices of signed bytes"), "{told}");
    let told = refused(small.to_str().expect("text"));
    for name in ["max_inner: 8", "max_columns: 9"] {
        let message = format!("error[M0002]: `{name}` is too small for the model: attention has rows of ");
        assert!(told.contains(&message), "{told}");
    }
}

#[test]
fn an_array_computes_the_ternary_products_too_where_it_is_large_enough() {
    let root = tempfile::tempdir().expect("temporary folder");
    let design = |name: &str, text: &str| {
        let path = root.path().join(format!("{name}.yaml"));
        fs::write(&path, format!("name: {name}\narchitecture:\n  {text}\n")).expect("written");
        path.to_str().expect("text").to_string()
    };
    let refused = |config: &str| {
        let output = tritloom_with(&[("PATH", root.path())], &["run", config, "--quiet"]);
        assert_eq!((output.status.code(), text(&output.stdout)), (Some(2), ""));
        text(&output.stderr).to_string()
    };
    let told = refused(&design("small_array", "booth_flex: {max_inner: 95, max_columns: 63}"));
    for (size, needed) in [("max_inner: 95", "96 columns"), ("max_columns: 63", "96 rows")] {
        let message = format!("error[M0002]: `{size}` is too small for the model: a matrix has {needed}");
        assert!(told.contains(&message), "{told}");
    }
    // What is missing now is the simulation.
    let told = refused(&design("large_array", "booth_flex: {max_inner: 96, max_columns: 96}"));
    assert!(told.starts_with("error[T0001]"), "{told}");
    let told = refused(&design("narrow_array", "bit_slice: {activation_bits: 4, weight_bits: 4}"));
    assert!(told.starts_with("error[U0003]: the model's activations are signed and have 8 bits"), "{told}");
    // Weights of 2 bits are a mode of arrays that take them bit by bit.
    let told = refused(&design("serial_array", "bit_serial: {max_inner: 96, max_columns: 96}"));
    assert!(told.starts_with("error[T0001]"), "{told}");
}

#[test]
fn a_design_that_computes_no_ternary_products_is_told_why() {
    let root = tempfile::tempdir().expect("temporary folder");
    let refused = |architecture: &str| {
        let config = root.path().join("told.yaml");
        fs::write(&config, format!("name: told\narchitecture:\n  {architecture}\n")).expect("written");
        let output = tritloom(&["run", config.to_str().expect("text"), "--quiet"]);
        assert_eq!((output.status.code(), text(&output.stdout)), (Some(2), ""));
        text(&output.stderr).replace(&format!("{}/", root.path().display()), "")
    };
    let bits = "activation_slice: bits1, weight_slice: bits1, activation_bits: 6, weight_bits: 6";
    let told = [
        format!("bit_slice: {{zero_points: true, {bits}, activation_sign: unsigned, weight_sign: unsigned}}"),
        "bit_serial: {activation_sign: unsigned}".to_string(),
        "binary: {}".to_string(),
    ];
    insta::assert_snapshot!(told.map(|architecture| refused(&architecture)).join("\n"));
}
