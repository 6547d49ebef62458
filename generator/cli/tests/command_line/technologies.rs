//! Technologies: those that the program has, those of files, and which cells they are held to.

use crate::common::{CELLS, TUTORIAL, document, text, text_of, tritloom, tritloom_with};
use std::fs;
use std::path::Path;

#[test]
fn cells_of_an_fpga_are_estimated_without_areas() {
    for technology in ["ice40", "ultrascale_plus"] {
        let document = document(&tritloom(&["cost", TUTORIAL, "--technology", technology, "--format", "json"]));
        let total = &document["designs"][0]["total"];
        assert!(total["luts"].as_f64() > Some(0.0) && total["registers"].as_f64() > Some(0.0), "{total:#}");
        assert_eq!((total["area_um2"].as_f64(), &total["energy_a_cycle_fj"]), (Some(0.0), &serde_json::Value::Null));
    }
}

#[test]
fn what_cost_does_not_know_is_refused() {
    for (arguments, code) in [
        (&["cost", TUTORIAL, "--technology", "asap8"][..], "T0004"),
        (&["cost", TUTORIAL, "--technology", TUTORIAL], "T0004"),
        (&["cost", TUTORIAL, "--technology", "src"], "C0001"),
        (&["cost", TUTORIAL, "--network", "bitllama"], "T0005"),
        (&["cost", TUTORIAL, "--zero-weights", "1.5"], "U0001"),
        (&["cost", TUTORIAL, "--clock-mhz", "0"], "U0001"),
        (&["validate", "--technology", "unit", "--liberty", "nowhere.lib"], "T0003"),
    ] {
        let output = tritloom(&[arguments, &["--format", "json", "--quiet"]].concat());
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert_eq!(document(&output)["errors"][0]["code"], code, "{arguments:?}");
    }
}

/// By whatever command, and whether a name or a file was meant.
#[test]
fn what_is_not_there_is_told_with_where_it_was_looked_for_and_what_there_is() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (missing, nowhere) = (path("asap7.yml"), path("nowhere/mine.yaml"));
    fs::write(path("mine.yaml"), "").expect("written");
    let mut told = String::new();
    for arguments in [
        &["describe", "./nope.yaml"][..],
        &["describe", "asap"],
        &["describe", &path("mien.yaml")],
        &["cost", TUTORIAL, "--technology", "./nope.yaml"],
        &["cost", TUTORIAL, "--technology", &missing],
        &["cost", TUTORIAL, "--network", "bitlama_3m"],
        &["cost", TUTORIAL, "--network", &nowhere],
        &["validate", "--technology", "asap8", "--liberty", CELLS],
        &["calibrate", "--refit", "sky13", "--out", "technology.yaml"],
    ] {
        let output = tritloom(arguments);
        assert_eq!((output.status.code(), text(&output.stdout)), (Some(2), ""), "{arguments:?}");
        told += text(&output.stderr);
    }
    let told = told.replace(&*folder.path().to_string_lossy(), "/folder").replace(env!("CARGO_MANIFEST_DIR"), "/here");
    insta::assert_snapshot!("not_there", told);
}

/// In the form of other errors, not in that of the reader of YAML.
#[test]
fn what_is_no_technology_and_no_network_is_told_with_its_place() {
    for option in ["--technology", "--network"] {
        let document = document(&tritloom(&["cost", TUTORIAL, option, TUTORIAL, "--format", "json"]));
        let error = &document["errors"][0];
        assert!(error["line"].as_u64() > Some(0) && error["source"].as_str().is_some(), "{error:#}");
        assert!(error["legal"].as_str().is_some() && error.get("notes").is_none(), "{error:#}");
        assert!(!error["message"].as_str().expect("a message").contains("<input>"), "{error:#}");
    }
}

#[test]
fn estimates_stand_beside_synthesis() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let plot = folder.join("scatter.svg");
    let shown = plot.display().to_string();
    let arguments = ["validate", "--technology", "unit", "--liberty", CELLS, "-n", "2", "--plot", &shown];
    let output = tritloom_with(
        &[("TRITLOOM_CACHE", &folder.join("synthesis-cache"))],
        &[&arguments[..], &["--format", "json", "--quiet"]].concat(),
    );
    if std::env::var("TRITLOOM_REQUIRE_TOOLS").is_err() && text(&output.stdout).contains("not installed") {
        return;
    }
    let document = document(&output);
    assert_eq!(document["statistics"]["area_um2"]["points"], 2, "{document:#}");
    let estimate = &document["designs"][0]["quantities"]["area_um2"];
    assert!(estimate["estimate"].as_f64() > Some(0.0) && estimate["measured"].as_f64() > Some(0.0));
    assert!(fs::read_to_string(&plot).expect("a plot").contains("<circle"));
}

/// What a technology estimates is held to nothing else, in `validate` and in `sweep --verify-front`: told before anything is
/// searched or synthesised.
#[test]
fn a_technology_is_held_to_its_own_cells_alone() {
    let space = Path::new(env!("CARGO_TARGET_TMPDIR")).join("other_cells.yaml");
    let shown = space.display().to_string();
    let (cells, device) = (["--liberty", CELLS], ["--fpga", "ice40"]);
    let cases = [("gt2n", cells), ("ice40", cells), ("ultrascale_plus", device), ("asap7", device)];
    let told = cases.map(|(technology, target)| {
        let text = format!(
            "name: one\ntechnology: {technology}\nclock: 1 GHz\nfamilies: {{sign_flip: {{lanes: [1, 2]}}}}\n\
             objectives: [products_per_cycle]\n"
        );
        fs::write(&space, text).expect("written");
        let validated = tritloom(&[&["validate", "--technology", technology, "-n", "1"][..], &target].concat());
        let swept = tritloom(&[&["sweep", &shown, "--verify-front", "1"][..], &target].concat());
        assert_eq!((validated.status.code(), swept.status.code()), (Some(2), Some(2)), "{technology}");
        assert!(validated.stdout.is_empty() && swept.stdout.is_empty(), "{technology}");
        assert_eq!(text_of(&validated), text_of(&swept));
        text_of(&validated)
    });
    insta::assert_snapshot!("technologies_of_other_cells", told.concat());
}

/// A file without the hash is believed, and that is said.
#[test]
fn a_technology_of_an_unknown_library_is_remarked_on() {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("unknown_library.yaml");
    let shipped = fs::read_to_string("../../designs/technology/gt2n.yaml").expect("a technology");
    let without: Vec<&str> = shipped.lines().filter(|line| !line.contains("library_hash")).collect();
    fs::write(&file, without.join("\n")).expect("written");
    let shown = file.display().to_string();
    let nowhere = [("PATH", Path::new("/nowhere"))];
    let output = tritloom_with(&nowhere, &["validate", "--technology", &shown, "-n", "1", "--liberty", CELLS]);
    let remark = "the technology gt2n does not say whether it is fitted to `";
    assert!(text_of(&output).starts_with(remark), "{}", text_of(&output));
}
