//! What designs take: `cost` and `synth`.

use crate::common::{CELLS, TUTORIAL, document, text, text_of, tritloom, tritloom_with};
use std::path::Path;

#[test]
fn a_design_is_synthesised_in_cells_by_hierarchy() {
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("synthesis-cache");
    let arguments = ["synth", TUTORIAL, "--liberty", CELLS, "--format", "json", "--quiet"];
    let output = tritloom_with(&[("TRITLOOM_CACHE", &cache)], &arguments);
    if std::env::var("TRITLOOM_REQUIRE_TOOLS").is_err() && text(&output.stdout).contains("not installed") {
        return;
    }
    let document = document(&output);
    let design = &document["designs"][0];
    let number = |value: &serde_json::Value| value.as_f64().expect("a number");
    let areas = design["best"]["modules"].as_object().expect("modules").values();
    let sum: f64 = areas.map(|module| number(&module["total_area_um2"])).sum();
    let area = number(&design["best"]["area_um2"]);
    assert!(area > 0.0 && (sum - area).abs() < 1e-6, "{document:#}");
    // The NAND2 of the library has 2 um2.
    assert_eq!(number(&design["nand2_equivalents"]) * 2.0, area);
    let all = design["settings"].as_array().expect("settings");
    assert!(all.iter().all(|result| number(&result["area_um2"]) >= area));
}

/// What gates take adds up, and their clock is the one that synthesis knows.
#[test]
fn the_energy_of_gates_is_measured() {
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("synthesis-cache");
    let arguments = ["synth", TUTORIAL, "--liberty", CELLS, "--energy", "--format", "json", "--quiet"];
    let output = tritloom_with(&[("TRITLOOM_CACHE", &cache)], &arguments);
    if std::env::var("TRITLOOM_REQUIRE_TOOLS").is_err() && text(&output.stdout).contains("not installed") {
        return;
    }
    let document = document(&output);
    let (best, energy) = (&document["designs"][0]["best"], &document["designs"][0]["energy"]);
    let number = |value: &serde_json::Value| value.as_f64().expect("a number");
    let [cycle, clock, leakage] =
        ["energy_a_cycle_fj", "clock_energy_a_cycle_fj", "leakage_energy_a_cycle_fj"].map(|key| number(&energy[key]));
    assert_eq!(clock, number(&best["clock_energy_fj"]), "{document:#}");
    assert_eq!(number(&energy["period_ps"]), number(&best["timing"]["delay_ps"]));
    assert!((leakage - 1e-6 * number(&best["leakage_nw"]) * number(&energy["period_ps"])).abs() < 1e-9);
    assert!(cycle > clock + leakage && clock > 0.0 && leakage > 0.0, "{energy:#}");
    let product = number(&energy["energy_a_product_fj"]) * number(&energy["products_a_cycle"]);
    assert!((product - cycle).abs() < 1e-6 * cycle, "{energy:#}");
}

/// A Yosys that fails on one of two designs.
#[test]
#[cfg(unix)]
fn a_design_that_a_tool_fails_on_does_not_lose_the_others() {
    use std::os::unix::fs::PermissionsExt;
    let search_path = std::env::var_os("PATH").expect("a search path");
    let find =
        |name: &str| std::env::split_paths(&search_path).map(|folder| folder.join(name)).find(|path| path.exists());
    let Some(yosys) = find("yosys") else {
        assert!(std::env::var("TRITLOOM_REQUIRE_TOOLS").is_err(), "yosys is not installed");
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let fails = format!(
        "#!/bin/sh\nif ls tint*.v >/dev/null 2>&1; then echo 'ERROR: no more memory'; exit 1; fi\nexec '{}' \"$@\"\n",
        yosys.display()
    );
    // No package of Python takes the place of the program.
    for (name, script) in [("yosys", fails.as_str()), ("python3", "#!/bin/sh\nexit 1\n")] {
        let path = folder.path().join(name);
        std::fs::write(&path, script).expect("written");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("made a program");
    }
    let folders = [folder.path().to_owned()].into_iter().chain(std::env::split_paths(&search_path));
    let search_path = std::env::join_paths(folders).expect("a search path");
    let cache = folder.path().join("cache");
    let variables = [
        ("PATH", Path::new(&search_path)),
        ("HOME", folder.path()),
        ("XDG_DATA_HOME", folder.path()),
        ("TRITLOOM_CACHE", &cache),
    ];
    let designs = ["synth", "--fpga", "ice40", "--quiet", "../../designs/tint.yaml", TUTORIAL];
    let output = tritloom_with(&variables, &designs);
    assert_eq!(output.status.code(), Some(2), "{}", text_of(&output));
    insta::assert_snapshot!("a_design_that_a_tool_fails_on", text_of(&output));
    assert!(text(&output.stdout).contains("tutorial") && !text(&output.stdout).contains("tint"));
    let output = tritloom_with(&variables, &[&designs[..], &["--format", "json"]].concat());
    let document = document(&output);
    assert_eq!((&document["status"], document["designs"].as_array().map(Vec::len)), (&"incomplete".into(), Some(1)));
    assert!(document["errors"][0].to_string().contains("while synthesising `tint`"), "{document:#}");
}

#[test]
fn energy_is_measured_of_whole_designs_in_modes_that_they_have() {
    let flexible = "../../designs/booth_flex.yaml";
    let module = "plain_adder_w28";
    let told = [vec![flexible, "--energy", "--module", module], vec![flexible, TUTORIAL, "--energy", "--mode", "int9"]]
        .map(|more| {
            let output = tritloom(&[vec!["synth", "--liberty", CELLS], more].concat());
            assert_eq!(output.status.code(), Some(2));
            text_of(&output)
        });
    insta::assert_snapshot!("energy_that_cannot_be_measured", told.concat());
}

#[test]
fn calmer_signs_take_less_energy() {
    let energy_fj = |signs: &[&str]| {
        let cost = ["cost", TUTORIAL, "--technology", "unit", "--format", "json"];
        let document = document(&tritloom(&[&cost[..], signs].concat()));
        document["designs"][0]["total"]["energy_a_cycle_fj"].as_f64().expect("an energy")
    };
    let random = energy_fj(&[]);
    // Where signs change as often as other bits toggle it is all the same how many bits repeat them.
    assert_eq!(energy_fj(&["--sign-bits", "0.5"]), random);
    let calm = ["--sign-bits", "0.5", "--sign-changes", "0"];
    let streamed = energy_fj(&calm);
    let held = energy_fj(&[&calm[..], &["--weight-sign-changes", "0"]].concat());
    assert!(held < streamed && streamed < random, "{held} {streamed} {random}");
}

#[test]
fn an_estimate_is_told_by_parts_with_its_baselines_and_a_network() {
    let output = tritloom(&["cost", TUTORIAL, "--technology", "unit", "--network", "bitllama_3m", "--format", "json"]);
    let document = document(&output);
    let design = &document["designs"][0];
    let area = |value: &serde_json::Value| value["area_um2"].as_f64().expect("a number");
    let parts: f64 = design["parts"].as_array().expect("parts").iter().map(area).sum();
    assert!(parts > 0.0 && (parts - area(&design["total"])).abs() < 1e-6);
    let products = |total: &serde_json::Value| total["products_a_cycle"].as_f64().expect("a number");
    let baselines = design["baselines"].as_array().expect("baselines");
    assert!(baselines.iter().all(|baseline| products(&baseline["total"]) == products(&design["total"])));
    assert!(baselines.len() == 2 && design["total"]["network"]["tokens_per_s"].as_f64() > Some(0.0));
}

/// Modes of several throughputs, weights that stay for many vectors, modes without a baseline, none at all.
#[test]
fn baselines_are_told_at_the_throughput_that_they_share() {
    let names = ["bit_slice", "bit_planes_w2a8", "booth_flex", "attention", "tint_weight_stationary", "nested"];
    let designs = names.map(|name| format!("../../designs/{name}.yaml"));
    let words: Vec<&str> =
        ["cost", "--technology", "unit"].into_iter().chain(designs.iter().map(String::as_str)).collect();
    let output = tritloom(&words);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let mut told = vec![];
    for line in text(&output.stdout).lines() {
        if line.ends_with(" in unit") || line.starts_with("at equal throughput") || line == "no baseline" {
            told.push(line);
        }
    }
    insta::assert_snapshot!("throughput_of_baselines", told.join("\n"));
    let document = document(&tritloom(&[&words[..], &["--format", "json"]].concat()));
    for design in document["designs"].as_array().expect("a list") {
        let total = &design["total"];
        for baseline in design["baselines"].as_array().expect("a list") {
            assert_eq!(baseline["products_a_cycle"], baseline["total"]["products_a_cycle"], "{design:#}");
            assert_ne!(&baseline["total"], total, "{design:#}");
            assert!(
                baseline["modes"] != serde_json::json!([]) || baseline["products_a_cycle"] == total["products_a_cycle"]
            );
        }
    }
}

#[test]
fn weights_and_buffers_are_told_beside_products() {
    let output = tritloom(&["cost", TUTORIAL, "--technology", "unit", "--format", "json"]);
    let document = document(&output);
    let (design, total) = (&document["designs"][0], &document["designs"][0]["total"]);
    let number = |value: &serde_json::Value| value.as_u64().expect("a number");
    let stored = |part: &serde_json::Value| number(&part["memory_bits"]) + number(&part["register_bits"]);
    let parts = design["parts"].as_array().expect("parts").iter().filter(|part| part["part"] != "control");
    assert_eq!(number(&total["buffer_bits"]), parts.map(stored).sum::<u64>());
    // 4 activations for each of 4 ports.
    assert_eq!((&total["products_a_cycle"], &total["weights_a_cycle"]), (&16.0.into(), &16.0.into()));
    let shown = tritloom(&["cost", TUTORIAL, "--technology", "unit"]);
    let line = format!(
        "a cycle: products 16, weights 16, weight bits {}\nbuffer bits: {}, the memories and registers of all parts but the \
         control\n",
        total["weight_bits_a_cycle"].as_f64().expect("a number"),
        total["buffer_bits"]
    );
    assert!(text(&shown.stdout).contains(&line), "{}", text(&shown.stdout));
}

#[test]
fn what_synth_cannot_do_is_refused() {
    for (arguments, code) in [
        (&["synth", TUTORIAL, "--liberty", "nowhere.lib"][..], "T0003"),
        (&["synth", TUTORIAL, "--liberty", TUTORIAL], "T0003"),
        (&["synth", TUTORIAL, "--liberty", CELLS, "--module", "nowhere"], "U0005"),
        (&["synth", TUTORIAL], "U0001"),
        (&["synth", TUTORIAL, "--liberty", CELLS, "--clock-ps", "-5"], "U0001"),
        (&["synth", TUTORIAL, "--liberty", CELLS, "--fpga", "ice40"], "U0001"),
        (&["synth", TUTORIAL, "--fpga", "ice40", "--energy"], "U0001"),
        (&["synth", TUTORIAL, "--liberty", CELLS, "--mode", "int8"], "U0001"),
    ] {
        let output = tritloom(&[arguments, &["--format", "json", "--quiet"]].concat());
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert_eq!(document(&output)["errors"][0]["code"], code, "{arguments:?}");
    }
}

#[test]
fn activity_is_measured_and_stands_beside_that_by_statistics() {
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("activity-cache");
    let cost = |more: &[&str]| {
        let arguments = ["cost", TUTORIAL, "--technology", "unit", "--clock-mhz", "1000", "--format", "json"];
        tritloom_with(&[("TRITLOOM_CACHE", &cache)], &[&arguments[..], more].concat())
    };
    let output = cost(&["--activity", "measured"]);
    if std::env::var("TRITLOOM_REQUIRE_TOOLS").is_err() && text(&output.stdout).contains("not installed") {
        return;
    }
    let (measured, by_statistics) = (document(&output), document(&cost(&[])));
    let number = |value: &serde_json::Value| value.as_f64().expect("a number");
    let energy = |document: &serde_json::Value| number(&document["designs"][0]["total"]["energy_a_cycle_fj"]);
    let activity = &measured["designs"][0]["activity"];
    assert_eq!(number(&activity["statistical_energy_a_cycle_fj"]), energy(&by_statistics));
    let toggles = number(&activity["toggles_a_cycle"]);
    assert!(toggles > 0.05 && toggles < 0.6 && number(&activity["cycles"]) > 100.0, "{activity:#}");
    // What differs is the energy of toggles alone.
    let total = &measured["designs"][0]["total"];
    let difference = (toggles - number(&activity["statistical_toggles_a_cycle"])) * number(&total["toggle_energy_fj"]);
    assert!((energy(&measured) - energy(&by_statistics) - difference).abs() < 1e-6, "{measured:#}");
    assert!(by_statistics["designs"][0]["activity"].is_null());
    let shares = activity["modules"].as_array().expect("a list").iter().map(|one| number(&one["share_of_energy"]));
    assert!((shares.sum::<f64>() - 1.0).abs() < 1e-9);
}

#[test]
fn activity_that_cannot_be_measured_is_an_error() {
    let nothing = tempfile::tempdir().expect("a folder");
    let output = tritloom_with(&[("PATH", nothing.path())], &["cost", TUTORIAL, "--activity", "measured"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("verilator is not installed"), "{}", text(&output.stderr));
    let output = tritloom(&["cost", TUTORIAL, "--activity", "measured", "--technology", "ice40"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("ice40 knows no energies"), "{}", text(&output.stderr));
    let flexible = "../../designs/booth_flex.yaml";
    let told = [&[flexible, "--mode", "int8"][..], &[flexible, TUTORIAL, "--mode", "int9", "--activity", "measured"]]
        .map(|more| text_of(&tritloom(&[&["cost"], more].concat())));
    insta::assert_snapshot!("activity_that_cannot_be_measured", told.concat());
}
