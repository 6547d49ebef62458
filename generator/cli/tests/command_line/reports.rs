//! `report`: pages and plots.

use crate::common::{document, text, tritloom, tritloom_with};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use tritloom_datapath::family::Family;
use tritloom_datapath::registry::{families, random_legal};
use tritloom_search::QUANTITIES;

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
        (["report", &sweep, "--points=0", "--out", &shown], "a whole number from 1 to"),
        (["report", &sweep, "--points=9", "--out", &format!("{sweep}/sweep.json")], "would be lost"),
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
