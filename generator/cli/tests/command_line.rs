//! The binary as a user meets it: exit codes, what goes to which stream, and both formats.

use assert_cmd::Command;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::Output;
use tritloom_datapath::family::Family;
use tritloom_datapath::registry::{families, random_legal};
use tritloom_search::QUANTITIES;

const TUTORIAL: &str = "../../designs/tutorial.yaml";

fn tritloom(arguments: &[&str]) -> Output {
    tritloom_with(&[], arguments)
}

/// With variables of the environment.
fn tritloom_with(variables: &[(&str, &Path)], arguments: &[&str]) -> Output {
    let mut command = Command::cargo_bin("tritloom").expect("built");
    command.current_dir(env!("CARGO_MANIFEST_DIR")).envs(variables.iter().copied());
    command.args(arguments).output().expect("started")
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("text")
}

fn text_of(output: &Output) -> String {
    text(&output.stderr).to_owned()
}

/// Standard output, which must be one JSON document.
fn document(output: &Output) -> serde_json::Value {
    assert_eq!(text(&output.stderr), "");
    serde_json::from_slice(&output.stdout).expect("one JSON document")
}

#[test]
fn commands_without_a_design_succeed_in_both_formats() {
    for command in [&["list"][..], &["schema"]] {
        let output = tritloom(command);
        assert_eq!(output.status.code(), Some(0), "{command:?}: {}", text(&output.stderr));
        let output = tritloom(&[command, &["--format", "json"]].concat());
        assert_eq!(output.status.code(), Some(0), "{command:?}");
        assert!(document(&output).is_object());
    }
    assert_eq!(tritloom(&["schema"]).stdout, tritloom(&["--format=json", "schema"]).stdout);
}

/// The cells of the flow's own tests.
const CELLS: &str = "../flow/tests/cells.lib";

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
fn numbers_below_zero_are_numbers_out_of_range() {
    for arguments in [
        &["synth", TUTORIAL, "--liberty", CELLS, "--clock-ps", "-5"][..],
        &["cost", TUTORIAL, "--clock-mhz", "-5"],
        &["sweep", TUTORIAL, "--liberty", CELLS, "--verify-front", "0"],
        &["run", TUTORIAL, "--tokens", "-5"],
    ] {
        let output = tritloom(arguments);
        let [.., option, value] = arguments else { panic!("arguments") };
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let start = format!("error: invalid value '{value}' for '{option}");
        assert!(text(&output.stderr).starts_with(&start), "{}", text(&output.stderr));
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

#[test]
fn what_synth_cannot_do_is_refused() {
    for (arguments, code) in [
        (&["synth", TUTORIAL, "--liberty", "nowhere.lib"][..], "T0003"),
        (&["synth", TUTORIAL, "--liberty", TUTORIAL], "T0003"),
        (&["synth", TUTORIAL, "--liberty", CELLS, "--module", "nowhere"], "U0005"),
        (&["synth", TUTORIAL], "U0001"),
        (&["synth", TUTORIAL, "--liberty", CELLS, "--clock-ps", "-5"], "U0001"),
        (&["synth", TUTORIAL, "--liberty", CELLS, "--fpga", "ice40"], "U0001"),
    ] {
        let output = tritloom(&[arguments, &["--format", "json", "--quiet"]].concat());
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert_eq!(document(&output)["errors"][0]["code"], code, "{arguments:?}");
    }
}

#[test]
fn every_listed_family_is_described_and_in_the_schema() {
    let schema = document(&tritloom(&["schema"]));
    for family in document(&tritloom(&["list", "--format", "json"]))["families"].as_array().expect("a list") {
        let name = family["name"].as_str().expect("a name");
        let page = document(&tritloom(&["describe", name, "--format", "json"]));
        let parameters = page["parameters"].as_array().expect("a list");
        let properties = &schema["properties"]["architecture"]["properties"][name]["properties"];
        assert_eq!(properties.as_object().map(|properties| properties.len()), Some(parameters.len()), "{name}");
        let described = tritloom(&["describe", name]);
        assert!(
            parameters
                .iter()
                .all(|parameter| text(&described.stdout).contains(parameter["name"].as_str().expect("a name")))
        );
    }
}

#[test]
fn help_and_version_are_results() {
    for arguments in [&["--help"][..], &["--version"], &["help", "check"], &["generate", "--help"]] {
        let output = tritloom(arguments);
        assert_eq!(output.status.code(), Some(0));
        assert!(!output.stdout.is_empty() && output.stderr.is_empty());
    }
}

#[test]
fn a_wrong_command_line_is_refused_in_the_form_it_asks_for() {
    for arguments in [&[][..], &["chekc"], &["check"], &["generate", "a.yaml"], &["check", "a.yaml", "--seed", "x"]] {
        let output = tritloom(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty() && !output.stderr.is_empty());
    }
    let output = tritloom(&["chekc", "--format", "json"]);
    assert_eq!(output.status.code(), Some(2));
    let document = document(&output);
    assert_eq!(document["errors"][0]["code"], "U0001");
    assert!(document["errors"][0]["message"].as_str().is_some_and(|message| message.contains("chekc")));
}

#[test]
fn a_wrong_configuration_is_refused_with_every_problem_and_nothing_is_written() {
    let out = tempfile::tempdir().expect("temporary folder");
    let target = out.path().join("out");
    let target = target.to_str().expect("text");
    for command in [
        &["generate", "tests/wrong/name_number.yaml", "--out", target][..],
        &["check", "tests/wrong/name_number.yaml"],
        &["run", "tests/wrong/name_number.yaml"],
    ] {
        let output = tritloom(command);
        assert_eq!(output.status.code(), Some(2), "{command:?}");
        assert!(output.stdout.is_empty());
        assert!(text(&output.stderr).contains("error[C0107]: `name` takes a word, not an integer"));
        assert!(text(&output.stderr).contains("--> tests/wrong/name_number.yaml:1:7"));
        let document = document(&tritloom(&[command, &["--format", "json"]].concat()));
        assert_eq!(document["command"], command[0]);
        assert_eq!(document["status"], "refused");
        let first = &document["errors"][0];
        assert_eq!((&first["line"], &first["column"], &first["nearest"]), (&1.into(), &7.into(), &"design_32".into()));
    }
    assert!(!Path::new(target).exists());
}

#[test]
fn the_problems_of_all_files_come_at_once() {
    let output =
        tritloom(&["check", "tests/wrong/syntax_tab.yaml", "missing.yaml", "tests/wrong/word.yaml", "--format=json"]);
    let document = document(&output);
    let errors = document["errors"].as_array().expect("a list");
    let codes: Vec<&str> = errors.iter().filter_map(|error| error["code"].as_str()).collect();
    assert_eq!(codes, ["C0003", "C0001", "C0103"]);
}

#[test]
fn an_unknown_family_is_refused() {
    let output = tritloom(&["describe", "no_such_family"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("error[U0002]: there is no family and no technology `no_such_family`"));
}

/// The core of the tutorial and its two baselines, whole: a change of any of them must be seen to be meant.
#[test]
fn the_verilog_of_the_tutorial_is_as_it_was() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let out = folder.path().join("tutorial");
    let generated = tritloom(&["generate", TUTORIAL, "--out", out.to_str().expect("text"), "--baselines"]);
    assert!(generated.status.success(), "{}", text(&generated.stderr));
    let mut golden = String::new();
    for (name, folder) in ["", "baselines/sign_flip", "baselines/multiplier"].map(|name| (name, out.join(name))) {
        for file in fs::read_to_string(folder.join("filelist.f")).expect("a list").lines() {
            golden += &format!("==> {name}/{file}\n{}", fs::read_to_string(folder.join(file)).expect("listed"));
        }
    }
    insta::assert_snapshot!(golden);
    let readme = include_str!("../../../README.md");
    let (_, shown) = readme.split_once("```verilog\n").expect("Verilog in the README");
    let (shown, _) = shown.split_once("```").expect("its end");
    assert!(golden.contains(shown), "the README shows other Verilog than is generated");
}

#[test]
fn an_output_is_replaced_until_somebody_works_in_it() {
    let root = tempfile::tempdir().expect("temporary folder");
    let config = root.path().join("tutorial.yaml");
    fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join(TUTORIAL), &config).expect("copied");
    let out = root.path().join("out");
    let generate = |config: &Path, out: &Path| {
        tritloom(&["generate", config.to_str().expect("text"), "--out", out.to_str().expect("text")])
    };
    for _ in 0..2 {
        assert_eq!(generate(&config, &out).status.code(), Some(0));
    }
    fs::write(out.join("synthesis.tcl"), "mine").expect("written");
    let refused = generate(&config, &out);
    assert_eq!(refused.status.code(), Some(2));
    assert!(
        text(&refused.stderr).contains("`synthesis.tcl` is not listed in `files.sha256`"),
        "{}",
        text(&refused.stderr)
    );
    assert_eq!(fs::read_to_string(out.join("synthesis.tcl")).expect("readable"), "mine");
    // The configuration itself, beside other files or as the lock file of the output.
    for (config, out) in [(&config, root.path()), (&out.join("config.lock.yaml"), &out)] {
        let refused = generate(config, out);
        assert_eq!(refused.status.code(), Some(2));
        assert!(text(&refused.stderr).contains("lies inside it"), "{}", text(&refused.stderr));
        assert!(config.exists());
    }
}

#[test]
fn kept_folders_are_written_all_or_none() {
    let root = tempfile::tempdir().expect("temporary folder");
    let kept = root.path().join("kept");
    let check = |designs: &[&str]| {
        let options = ["--simulator", "evaluator", "--keep", kept.to_str().expect("text")];
        tritloom(&[&["check"], designs, &options].concat())
    };
    assert_eq!(check(&["tests/wrong/rule.yaml"]).status.code(), Some(2));
    assert!(!kept.exists(), "there was nothing to put there");
    let folders =
        || fs::read_dir(&kept).expect("readable").map(|entry| entry.expect("entry").path()).collect::<Vec<_>>();
    let output = check(&[TUTORIAL, TUTORIAL]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("2 designs checked"), "{}", text(&output.stdout));
    let [folder] = &folders()[..] else { panic!("one folder for one design") };
    fs::write(folder.join("notes.txt"), "mine").expect("written");
    let output = check(&[TUTORIAL, "../../designs/tellme.yaml"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("`notes.txt` is not listed in `files.sha256`"));
    assert_eq!(folders().len(), 1);
}

#[test]
fn without_verilator_the_result_says_so() {
    let nothing = tempfile::tempdir().expect("temporary folder");
    let bare = |arguments: &[&str]| tritloom_with(&[("PATH", nothing.path())], arguments);
    let output = bare(&["check", TUTORIAL, "--quiet"]);
    assert_eq!(output.status.code(), Some(0));
    let expected = "1 design checked with seed 1, 0 failed\n\
                    Verilator is not installed: checked in the evaluator, the Verilog itself was not run\n";
    assert!(text(&output.stdout).ends_with(expected), "{}", text(&output.stdout));
    let document = document(&bare(&["check", TUTORIAL, "--quiet", "--format=json"]));
    assert_eq!(document["simulator"], "evaluator");
    assert!(document["fallback"].as_str().is_some_and(|reason| reason.contains("not installed")));
    assert_eq!(bare(&["check", TUTORIAL, "--simulator", "verilator"]).status.code(), Some(2));
    assert_eq!(bare(&["doctor"]).status.code(), Some(1));
    for options in [&["--mutate", "3"][..], &["--mutate", "3", "--simulator", "evaluator"]] {
        let output = bare(&[&["check", TUTORIAL], options].concat());
        assert_eq!(output.status.code(), Some(2));
        assert!(text(&output.stderr).contains("error[U0004]: `--mutate`"), "{}", text(&output.stderr));
    }
}

/// A folder with programs that say `verilator` and `g++` and do little more.
#[cfg(unix)]
fn impostors(verilator: &str) -> tempfile::TempDir {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("temporary folder");
    for (name, script) in [("verilator", verilator), ("g++", "echo g++ 12.2.0")] {
        let path = folder.path().join(name);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("made executable");
    }
    folder
}

#[cfg(unix)]
#[test]
fn a_tool_that_cannot_be_used_is_no_failure_of_the_design() {
    let cache = tempfile::tempdir().expect("temporary folder");
    let unwritable = "echo Verilator 5.006; echo VERILATOR_ROOT = ${0%/*}; \
                      case $* in -V|--version) ;; *) echo '%Error: Cannot write obj_dir/x.cpp' >&2; exit 1;; esac";
    for (script, word, code, message) in [
        ("echo Verilator 4.038 2020-07-11", "too old", 1, "verilator is too old"),
        ("exit 3", "broken", 1, "verilator failed (exit status: 3)"),
        (unwritable, "found", 0, "verilator failed (exit status: 1)"),
    ] {
        let tools = impostors(script);
        fs::create_dir(tools.path().join("include")).expect("created");
        let variables = [("PATH", tools.path()), ("TRITLOOM_CACHE", cache.path())];
        let doctor = tritloom_with(&variables, &["doctor"]);
        assert!(text(&doctor.stdout).starts_with(word), "{}", text(&doctor.stdout));
        assert_eq!(doctor.status.code(), Some(code), "{script}");
        let check = tritloom_with(&variables, &["check", TUTORIAL]);
        assert_eq!(check.status.code(), Some(2), "{}", text(&check.stdout));
        let expected = format!("error[T0001]: {message}");
        assert!(text(&check.stderr).contains(&expected), "{}", text(&check.stderr));
    }
    // Where a tool fails on the way, what is known of each design is told all the same.
    let tools = impostors(unwritable);
    fs::create_dir(tools.path().join("include")).expect("created");
    let variables = [("PATH", tools.path()), ("TRITLOOM_CACHE", cache.path())];
    let check = tritloom_with(&variables, &["check", TUTORIAL, "--format", "json", "--quiet"]);
    assert_eq!(check.status.code(), Some(2));
    let document = document(&check);
    assert_eq!((&document["status"], &document["errors"][0]["code"]), (&"incomplete".into(), &"T0001".into()));
    assert_eq!(document["designs"][0]["passed"], false);
    // The tools would do, but there is nowhere to keep anything.
    fs::write(cache.path().join("file"), "").expect("written");
    let tools = impostors(unwritable);
    fs::create_dir(tools.path().join("include")).expect("created");
    let variables = [("PATH", tools.path()), ("TRITLOOM_CACHE", &cache.path().join("file"))];
    let check = tritloom_with(&variables, &["check", TUTORIAL]);
    assert_eq!(check.status.code(), Some(2));
    assert!(text(&check.stderr).contains("error[T0002]: cannot create "), "{}", text(&check.stderr));
}

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
    assert!(told.contains("computes no ternary matrix products"), "{told}");
}

/// A sweep's document of one family with two configurations, one of them on the front.
const SWEEP: &str = r#"{
  "name": "small", "technology": "unit", "mode": "exhaustive", "objectives": [{"text": "throughput", "better": "high"}],
  "counts": {"configurations": 2, "visited": 2, "suitable": 2, "front": 1},
  "quantities": [{"name": "area_um2", "quantity": "area", "unit": "um2", "better": "low"},
                 {"name": "throughput_gop_per_s", "quantity": "throughput", "unit": "Gop/s",
                  "better": "high"}],
  "groups": [{"family": "sign_flip", "parameters": ["lanes", "ports"], "points": [
    {"number": 0, "front": true, "parameters": [4, 2], "values": [10.5, 8]},
    {"number": 1, "front": false, "parameters": [4, 4], "values": [20.5, 8]}]}],
  "verified": [{"number": 0, "quantity": "area_um2", "estimate": 10.5, "measured": 11.5},
               {"number": 0, "quantity": "energy_fj_per_cycle", "estimate": 90.5, "measured": 91.5},
               {"number": 1, "failure": "no such cell", "check": "failed", "lint_warnings": 0}]
}"#;

#[test]
fn a_report_is_one_page_and_what_makes_none_is_refused() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let path = |name: &str| folder.path().join(name);
    let page = path("page.html");
    fs::create_dir(path("sweep")).expect("created");
    fs::write(path("sweep/sweep.json"), SWEEP).expect("written");
    let report = |input: &Path| {
        let arguments = ["report", &input.display().to_string(), "--out", &page.display().to_string()];
        tritloom_with(&[("XDG_DATA_HOME", folder.path())], &[&arguments[..], &["--network", "bitllama_3m"]].concat())
    };
    let refused = report(&path("sweep"));
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("scripts/setup report"), "{}", text(&refused.stderr));
    install_echarts(folder.path(), "/* the library */");
    let written = report(Path::new("tests/validation.json"));
    assert!(written.status.success(), "{}", text(&written.stderr));
    let html = fs::read_to_string(&page).expect("a page");
    for part in ["delay in unit", "\"family\":\"multiplier\"", "\"estimate\":1188.25,\"measured\":1210.5"] {
        assert!(html.contains(part), "{part}");
    }
    let written = report(&path("sweep"));
    assert!(written.status.success(), "{}", text(&written.stderr));
    let html = fs::read_to_string(&page).expect("a page");
    let energy = "{\"quantity\":\"energy in unit\",\"unit\":\"fJ per cycle\"";
    for part in [
        "/* the library */",
        "small in unit",
        "sign_flip_0",
        "\"measured\":11.5",
        "\"axes\":[1,0]",
        "peak_gop_per_s",
        energy,
    ] {
        assert!(html.contains(part), "{part}");
    }
    for (name, document, reason) in [
        ("cost.json", r#"{"command": "cost"}"#, "it is of `cost`"),
        ("half.json", &SWEEP[..200], "EOF"),
        ("family.json", &SWEEP.replace("sign_flip", "sign_flop"), "there is no such family"),
        ("value.json", &SWEEP.replace("[4, 2]", "[4, 0]"), "sign_flip_0` is no configuration"),
    ] {
        fs::write(path(name), document).expect("written");
        let refused = report(&path(name));
        assert_eq!(refused.status.code(), Some(2), "{name}");
        let told = text(&refused.stderr);
        assert!(told.contains("error[T0006]") && told.contains(reason), "{name}: {told}");
    }
    let sweep = path("sweep").display().to_string();
    let shown = page.display().to_string();
    for (arguments, reason) in [
        (["report", &sweep, &sweep, "--out", &shown], "a report shows one sweep"),
        (["report", &sweep, "--points=0", "--out", &shown], "a whole number from 1 on"),
    ] {
        let refused = tritloom_with(&[("XDG_DATA_HOME", folder.path())], &arguments);
        assert_eq!(refused.status.code(), Some(2));
        assert!(text(&refused.stderr).contains(reason), "{}", text(&refused.stderr));
    }
    assert_eq!(fs::read_to_string(&page).expect("still there"), html);
}

/// What stands for the plotting library in a user's folder of data.
fn install_echarts(data: &Path, text: &str) {
    let folder = data.join("tritloom/echarts/node_modules/echarts/dist");
    fs::create_dir_all(&folder).expect("created");
    fs::write(folder.join("echarts.min.js"), text).expect("written");
}

/// What every page is held to, and a little more than Apache ECharts takes of it.
const MOST_BYTES: usize = 5_000_000;
const LIBRARY_BYTES: usize = 1_200_000;

/// A sweep's document that is as hard to put down in few bytes as can be: random configurations, all on the front, and random
/// values of all quantities that there are.
fn random_sweep(family: &dyn Family, points: u64, rng: &mut ChaCha8Rng) -> Value {
    let quantity = |name: &str| json!({"name": name, "quantity": name, "unit": "um2", "better": "low"});
    let quantities: Vec<Value> = QUANTITIES.iter().map(|one| quantity(one.column_name)).collect();
    let mut point = |number: u64| {
        let parameters = random_legal(family, rng);
        let setting = |text: String| serde_json::from_str(&text).unwrap_or(Value::from(text));
        let parameters: Vec<Value> = parameters.iter().map(|(_, value)| setting(value.to_string())).collect();
        let values: Vec<f64> = QUANTITIES.iter().map(|_| 10f64.powf(rng.random_range(-3.0..9.0))).collect();
        json!({"number": number, "front": true, "parameters": parameters, "values": values})
    };
    let points: Vec<Value> = (0..points).map(&mut point).collect();
    let names: Vec<&str> = family.parameters().iter().map(|parameter| parameter.name).collect();
    json!({
        "name": "most", "technology": "unit", "mode": "exhaustive", "objectives": [{"text": "area", "better": "low"}],
        "counts": {"configurations": points.len(), "visited": points.len(), "front": points.len()},
        "quantities": quantities,
        "groups": [{"family": family.name(), "parameters": names, "points": points}],
    })
}

#[test]
fn a_page_of_ten_thousand_configurations_with_the_most_parameters_is_light() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let family = families().iter().max_by_key(|family| family.parameters().len()).expect("families");
    // One more than are shown, so that the page says what it leaves out.
    let sweep = random_sweep(*family, 10_001, &mut ChaCha8Rng::seed_from_u64(1));
    fs::write(path("sweep.json"), sweep.to_string()).expect("written");
    install_echarts(folder.path(), &" ".repeat(LIBRARY_BYTES));
    let arguments = ["report", &path("sweep.json"), "--out", &path("page.html"), "--network", "bitnet_2b4t"];
    let written = tritloom_with(&[("XDG_DATA_HOME", folder.path())], &[&arguments[..], &["--format=json"]].concat());
    let told = document(&written);
    assert_eq!(told["points"], 10_000, "{told}");
    let page = fs::read_to_string(path("page.html")).expect("a page");
    assert!(page.len() > 2 * LIBRARY_BYTES && page.len() < MOST_BYTES, "{}: {} bytes", family.name(), page.len());
    for part in ["Shown are 10000 of the 10001 of the front", "\"size\":10000", "peak_gop_per_s"] {
        assert!(page.contains(part), "{part}");
    }
}

#[test]
fn plots_show_the_columns_that_are_asked_for() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    fs::create_dir(path("sweep")).expect("created");
    fs::write(path("sweep/sweep.json"), SWEEP).expect("written");
    let plots = |axes: &[&str]| {
        let arguments = ["report", &path("sweep"), "--plots", &path("plots"), "--network", "bitllama_3m"];
        tritloom(&[&arguments, axes].concat())
    };
    let written = plots(&[]);
    assert!(written.status.success(), "{}", text(&written.stderr));
    let plot = |name: &str| fs::read_to_string(path("plots") + "/" + name).expect("a plot");
    // The front as a dot, the other configuration as a ring; which is which a test of pixels would have to say.
    for (name, parts) in [
        ("configurations.svg", &["throughput_gop_per_s", "area_um2", "sign_flip", "small in unit"][..]),
        ("estimates.svg", &["area in unit", "estimate (um2)", "synthesis (um2)"]),
        ("parts.svg", &["sign_flip_0", "control", "um2"]),
        ("roofline.svg", &["ops/byte", "sign_flip"]),
    ] {
        let drawn = plot(name);
        parts.iter().for_each(|part| assert!(drawn.contains(part), "{name}: {part}"));
    }
    assert_eq!(plot("configurations.svg").matches("<circle").count(), 3, "two configurations and the legend");
    let written = plots(&["--x", "ports", "--color", "ports"]);
    assert!(written.status.success(), "{}", text(&written.stderr));
    let drawn = plot("configurations.svg");
    ["ports 2", "ports 4"].iter().for_each(|part| assert!(drawn.contains(part), "{part}"));
    let refused = plots(&["--x", "prots", "--y", "delay"]);
    assert_eq!(refused.status.code(), Some(2));
    let told = text(&refused.stderr);
    assert!(told.contains("`--x prots`") && told.contains("`ports`") && told.contains("`--y delay`"), "{told}");
    let with_word = SWEEP.replace(r#""ports"]"#, r#""ports", "reduction"]"#);
    let with_word = with_word.replace("[4, 2]", r#"[4, 2, "balanced"]"#).replace("[4, 4]", r#"[4, 4, "balanced"]"#);
    fs::write(path("sweep/sweep.json"), with_word).expect("written");
    let refused = plots(&["--x", "reduction"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("no configuration has a number there"), "{}", text(&refused.stderr));
    assert_eq!(plot("configurations.svg"), drawn);
}

#[test]
fn the_bindings_that_the_socket_is_tested_with_are_those_that_generate_writes() {
    let bindings = "../rust_hdl/tests/bindings";
    let flex = format!("{bindings}/flex.yaml");
    for (name, config) in [("tutorial", TUTORIAL), ("flex", &flex)] {
        let folder = tempfile::tempdir().expect("a folder");
        let out = folder.path().join(name);
        let output = tritloom(&["generate", config, "--out", out.to_str().expect("text"), "--rust-hdl"]);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("{bindings}/{name}.rs"));
        let kept = fs::read_to_string(&path).expect("it is there");
        let written = fs::read_to_string(out.join(format!("rust_hdl/{name}.rs"))).expect("it was written");
        assert_eq!(kept, written, "put what `generate {config} --rust-hdl` writes into {bindings}/{name}.rs");
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
}
