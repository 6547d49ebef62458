//! `tritloom sweep` as a user meets it: wrong spaces, the same bytes however it is run, and what a kill leaves behind; and
//! `tritloom verify`, which has the same engines.

use assert_cmd::Command;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{self, Output, Stdio};

const SPACE: &str = "\
name: small
technology: unit
clock: 1 GHz
families:
  ternary_lut: {group_size: [1, 2, 3, 5], tables: {from: 1, to: 40}, ports: {from: 1, to: 64, times: 2}, \
weights: [key, two_bit], reduction: [balanced, carry_save], partial_sum: [wired, registered], max_inputs: 128}
  sign_flip: {lanes: {from: 1, to: 60}, ports: {from: 1, to: 64}}
constraints: [\"area < 0.03 mm2\", tables * group_size >= ports]
objectives: [area, throughput, weight_bandwidth]
";

const WRONG: &str = "\
name: wrong
clok: 1 GHz
technology: unit
families:
  ternary_lut: {tabels: 3, tables: {from: 9, to: 3}, ports: [1, 2, 2], group_size: [1, 9], activation: [], weights: key2}
  sign_flop: {lanes: 3}
constraints:
  - area < 3 ns
  - \"tables * > 3\"
  - 5 parsecs < area
objectives: [aera]
";

const MISFITS: &str = "\
name: misfits
technology: unit
clock: 2 ns
families: {ternary_lut: {tables: [1, 2]}, sign_flip: {lanes: [2, 4]}}
constraints:
  - area < 3 ns
  - tables * grup_size == ports
  - weights == key2
  - tables
  - tokens_per_s > 20
objectives: [area, \"tables < 3\", 'prots', \"3\", 2 * period]
";

const ODD: &str = "\
name: odd
technology: [unit, unit]
clock: 1e30 GHz
families:
  - ternary_lut: {tables: {from: 1, to: 8}, group_size: [1, 2]}
  - ternary_lut: {tables: [8, 9], ports: [32, 64], group_size: 2}
  - sign_flip: {lanes: {from: 0, to: 8, times: 2}}
constraints: [area / 0 < 3, area / (2 - 2) < 3 um2, area < 3 ns]
objectives: [area, 2 * area, '2*area', area]
";

fn tritloom(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::cargo_bin("tritloom").expect("built");
    command.current_dir(folder).arg("sweep").args(arguments).output().expect("started")
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("text")
}

fn folder(space: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("space.yaml"), space).expect("written");
    folder
}

/// The files of a folder that a sweep has written.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry"));
    let mut files: Vec<(String, Vec<u8>)> = entries
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path()).expect("a file")))
        .collect();
    files.sort();
    files
}

fn sweep(folder: &Path, out: &str, more: &[&str]) -> Vec<(String, Vec<u8>)> {
    let output = tritloom(folder, &[&["space.yaml", "--out", out][..], more].concat());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    files(&folder.join(out))
}

#[test]
fn wrong_spaces_are_refused_with_everything_that_is_wrong() {
    for (name, space) in [
        ("wrong", WRONG),
        ("misfits", MISFITS),
        ("odd", ODD),
        ("odd_settled", &ODD.replace("1e30", "1").replace(", unit", "")),
    ] {
        let output = tritloom(folder(space).path(), &["space.yaml"]);
        assert_eq!(output.status.code(), Some(2));
        insta::assert_snapshot!(name, text(&output.stderr));
    }
}

#[test]
fn regions_of_one_configuration_are_compared() {
    let space = "name: baselines\ntechnology: unit\nclock: 1 GHz\nfamilies: {sign_flip: {lanes: 4}, multiplier: {lanes: 4}, \
                 ternary_lut: {tables: 2, group_size: 2}}\nobjectives: [area]\n";
    let output = tritloom(folder(space).path(), &["space.yaml", "--mode", "exhaustive"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(
        text(&output.stdout).contains("1 configuration on the front of 3; 3 evaluated"),
        "{}",
        text(&output.stdout)
    );
}

#[test]
fn a_space_of_which_nothing_is_left_says_why() {
    let output = tritloom(folder(&SPACE.replace("0.03 mm2", "3 um2")).path(), &["space.yaml"]);
    assert_eq!(output.status.code(), Some(2));
    insta::assert_snapshot!("nothing_meets_the_constraints", text(&output.stderr));
    let sides = "constraints: [\"area < 3 um2\", throughput > weight_bandwidth, lanes == 61 or ports > 70]";
    let output = tritloom(
        folder(&SPACE.replace("constraints: [\"area < 0.03 mm2\", tables * group_size >= ports]", sides)).path(),
        &["space.yaml"],
    );
    insta::assert_snapshot!("how_far_constraints_are", text(&output.stderr));
    let illegal =
        "name: a\ntechnology: unit\nfamilies: {sign_flip: {lanes: [200, 300], max_inputs: 100}}\nobjectives: [area]\n";
    let output = tritloom(folder(illegal).path(), &["space.yaml"]);
    assert_eq!(output.status.code(), Some(2));
    insta::assert_snapshot!("nothing_is_legal", text(&output.stderr));
}

/// Of a rule, of a part of the model, and of the list of chunks; each at once.
#[test]
fn a_space_that_takes_too_large_tables_is_refused_before_they_are_made() {
    let space = "name: large\ntechnology: unit\nclock: 1 GHz\nfamilies:\n  sign_flip:\n    lanes: {from: 1, to: 1024}\n    \
                 max_inputs: {from: 1, to: 65536}\n  ternary_lut:\n    group_size: [2, 3]\n    tables: {from: 1, to: 64}\n    \
                 ports: {from: 1, to: 64}\n    max_inputs: {from: 1, to: 64}\n    max_outputs: {from: 1, to: 64}\nobjectives: [area]\n";
    let output = tritloom(folder(space).path(), &["space.yaml"]);
    assert_eq!(output.status.code(), Some(2));
    insta::assert_snapshot!("too_large_tables", text(&output.stderr));
}

#[test]
fn the_same_front_comes_of_both_modes_and_the_same_bytes_of_any_number_of_threads() {
    let folder = folder(SPACE);
    let one = sweep(folder.path(), "one", &["--threads", "1"]);
    assert_eq!(sweep(folder.path(), "three", &["--threads", "3"]), one);
    let exhaustive = sweep(folder.path(), "exhaustive", &["--mode", "exhaustive"]);
    let csv = |files: &[(String, Vec<u8>)]| files.iter().find(|(name, _)| name == "front.csv").cloned();
    assert!(csv(&one).is_some_and(|(_, bytes)| bytes.len() > 1000));
    assert_eq!(csv(&exhaustive), csv(&one));
}

#[test]
fn a_killed_sweep_goes_on_and_ends_with_the_same_bytes() {
    let space = SPACE
        .replace("ports: {from: 1, to: 64, times: 2}", "ports: {from: 1, to: 64}, activation: [int4, int8, int16]");
    let folder = folder(&space);
    let mode = ["--mode", "exhaustive", "--threads", "1"];
    let whole = sweep(folder.path(), "whole", &mode);
    let journal = folder.path().join("journal/unit.1-of-1.journal");
    let lines = || fs::read_to_string(&journal).map_or(0, |text| text.lines().count());
    let mut command = process::Command::new(assert_cmd::cargo::cargo_bin("tritloom"));
    command.current_dir(folder.path()).args(["sweep", "space.yaml", "--journal", "journal"]).args(mode);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("started");
    while lines() < 4 && child.try_wait().expect("known").is_none() {
        std::thread::yield_now();
    }
    child.kill().expect("killed");
    child.wait().expect("ended");
    let before = fs::read_to_string(&journal).expect("a journal");
    let resumed = sweep(folder.path(), "resumed", &[&mode[..], &["--journal", "journal"]].concat());
    assert_eq!(resumed, whole);
    let after = fs::read_to_string(&journal).expect("a journal");
    let whole_lines = before.rfind('\n').map_or(0, |end| end + 1);
    assert!(after.starts_with(&before[..whole_lines]) && after.len() > before.len());
    let mut records: Vec<&str> = after.lines().collect();
    let count = records.len();
    records.sort_unstable();
    records.dedup();
    assert_eq!(records.len(), count, "nothing is in the journal twice");
    // A journal of which everything is known adds nothing.
    assert_eq!(sweep(folder.path(), "again", &[&mode[..], &["--journal", "journal"]].concat()), whole);
    assert_eq!(fs::read_to_string(&journal).expect("a journal"), after);
}

#[test]
fn a_truncated_journal_is_continued_and_a_damaged_one_refused() {
    let folder = folder(SPACE);
    let arguments = ["--journal", "journal", "--threads", "1"];
    let whole = sweep(folder.path(), "whole", &arguments);
    let journal = folder.path().join("journal/unit.1-of-1.journal");
    let text_of = fs::read_to_string(&journal).expect("a journal");
    fs::write(&journal, &text_of[..text_of.len() * 2 / 3]).expect("written");
    let output = tritloom(folder.path(), &[&["space.yaml", "--out", "cut"][..], &arguments].concat());
    let remark = "the last line of `journal/unit.1-of-1.journal` was incomplete and has been dropped\n";
    assert_eq!(text(&output.stderr), remark);
    assert_eq!(files(&folder.path().join("cut")), whole);
    fs::write(&journal, text_of.replacen("counts", "count5", 2)).expect("written");
    let output = tritloom(folder.path(), &[&["space.yaml"][..], &arguments].concat());
    assert_eq!(output.status.code(), Some(2));
    insta::assert_snapshot!("damaged_journal", text(&output.stderr));
    // The first line says what the journal belongs to: a bit of it that has changed is damage like any other.
    let mut flipped = text_of.clone().into_bytes();
    flipped[30] ^= 1;
    fs::write(&journal, flipped).expect("written");
    let output = tritloom(folder.path(), &[&["space.yaml"][..], &arguments].concat());
    assert_eq!(output.status.code(), Some(2));
    insta::assert_snapshot!("damaged_header", text(&output.stderr));
    fs::write(&journal, &text_of).expect("written");
    fs::write(folder.path().join("space.yaml"), SPACE.replace("0.03", "0.04")).expect("written");
    let output = tritloom(folder.path(), &[&["space.yaml"][..], &arguments].concat());
    assert!(text(&output.stderr).contains("the journal of something else"));
}

#[test]
fn shards_are_gathered_to_the_same_front() {
    let folder = folder(SPACE);
    let whole = sweep(folder.path(), "whole", &[]);
    for shard in ["1/3", "2/3", "3/3"] {
        sweep(folder.path(), "part", &["--journal", "journal", "--shard", shard]);
    }
    // What a shard had not written whole is searched again, and that is said.
    let cut = folder.path().join("journal/unit.2-of-3.journal");
    let written = fs::read_to_string(&cut).expect("a journal");
    fs::write(&cut, &written[..written.len() - 5]).expect("written");
    let output = tritloom(folder.path(), &["space.yaml", "--journal", "journal", "--out", "gathered"]);
    let remark = "the last line of `journal/unit.2-of-3.journal` is incomplete and is left out\n";
    assert_eq!(text(&output.stderr), remark);
    let gathered = files(&folder.path().join("gathered"));
    let csv = |files: &[(String, Vec<u8>)]| files.iter().find(|(name, _)| name == "front.csv").cloned();
    assert_eq!(csv(&gathered), csv(&whole));
}

#[test]
fn every_configuration_that_meets_the_constraints_is_written_on_demand() {
    let folder = folder(SPACE);
    let sample = sweep(folder.path(), "sample", &["--mode", "exhaustive"]);
    let all = sweep(folder.path(), "all", &["--points", "all", "--threads", "1"]);
    assert_eq!(sweep(folder.path(), "again", &["--points", "all", "--threads", "3"]), all);
    let file = |files: &[(String, Vec<u8>)], name: &str| {
        let found = files.iter().find(|(found, _)| found == name).unwrap_or_else(|| panic!("no {name}"));
        found.1.clone()
    };
    let table = |files: &[(String, Vec<u8>)], name: &str| -> Vec<String> {
        String::from_utf8(file(files, name)).expect("text").lines().map(str::to_owned).collect()
    };
    let (points, front) = (table(&all, "points.csv"), table(&sample, "front.csv"));
    assert_eq!(table(&all, "front.csv"), front);
    // The search counts what is suitable by itself, without writing any of it.
    let document: serde_json::Value = serde_json::from_slice(&file(&sample, "sweep.json")).expect("JSON");
    assert_eq!(document["counts"]["suitable"], points.len() - 1);
    type Row<'a> = BTreeMap<&'a str, &'a str>;
    fn rows(table: &[String]) -> Vec<Row<'_>> {
        let head = || table[0].split(',');
        table[1..].iter().map(|line| head().zip(line.split(',')).collect()).collect()
    }
    let (points, front) = (rows(&points), rows(&front));
    let members: Vec<&Row> = points.iter().filter(|row| row["front"] == "1").collect();
    assert_eq!(members.len(), front.len());
    // Tables of the front have no columns for parameters of families that are not on it.
    for (member, row) in members.iter().zip(&front) {
        row.iter().for_each(|(column, value)| assert_eq!(member[column], *value, "{member:?}"));
    }
    let value = |row: &Row, name: &str| row[name].parse::<f64>().ok();
    let mut last = None;
    for row in &points {
        let number = value(row, "number");
        assert!(number > last && value(row, "area_um2") < Some(0.03e6), "{row:?}");
        let lanes = value(row, "tables").zip(value(row, "group_size")).map(|(tables, size)| tables * size);
        assert!(lanes.is_none_or(|lanes| Some(lanes) >= value(row, "ports")), "{row:?}");
        last = number;
    }
    assert!(file(&all, "points.parquet").ends_with(b"PAR1"));
}

#[test]
fn a_space_too_large_to_be_written_whole_is_refused_before_it_is_searched() {
    let space = SPACE.replace("to: 40}", "to: 1024}").replace("to: 64, times: 2}", "to: 64}");
    let folder = folder(&space);
    let refused = tritloom(folder.path(), &["space.yaml", "--points", "all", "--out", "all"]);
    assert_eq!(refused.status.code(), Some(2));
    insta::assert_snapshot!("too_large_for_all_points", text(&refused.stderr));
    assert!(!folder.path().join("all").exists());
}

const ONE: &str = "\
name: one
architecture:
  ternary_lut: {group_size: 3, tables: TABLES, ports: 8, weights: two_bit, max_inputs: 128}
";

#[test]
fn a_configuration_is_explained() {
    let folder = folder(SPACE);
    let explained = |tables: &str| {
        fs::write(folder.path().join("one.yaml"), ONE.replace("TABLES", tables)).expect("written");
        let output = tritloom(folder.path(), &["space.yaml", "--explain", "one.yaml"]);
        let told = text(&output.stdout).rsplit("\n\n").next().unwrap_or_default().to_owned();
        format!("{told}{}", text(&output.stderr))
    };
    insta::assert_snapshot!("explained", [explained("8"), explained("40"), explained("41")].join("\n"));
}

const TINY: &str = "\
name: tiny
technology: unit
clock: 1 GHz
families: {sign_flip: {lanes: [1, 2], ports: [1, 2], max_inputs: 8, max_outputs: 8}}
objectives: [area, throughput]
";

#[test]
fn a_front_is_verified_by_tools() {
    let folder = folder(TINY);
    let cells = Path::new(env!("CARGO_MANIFEST_DIR")).join("../flow/tests/cells.lib");
    let cells = cells.to_str().expect("text");
    let output =
        tritloom(folder.path(), &["space.yaml", "--verify-front", "2", "--liberty", cells, "--format", "json"]);
    if std::env::var("TRITLOOM_REQUIRE_TOOLS").is_err() && text(&output.stdout).contains("not installed") {
        return;
    }
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).expect("one JSON document");
    let verified = document["sweeps"][0]["verified"].as_array().expect("a list").clone();
    let areas: Vec<_> = verified.iter().filter(|entry| entry["quantity"] == "area_um2").collect();
    assert_eq!(areas.len(), 2, "{document:#}");
    for entry in areas {
        assert_eq!((&entry["check"], &entry["lint_warnings"]), (&"passed".into(), &0.into()));
        assert!(entry["measured"].as_f64().is_some_and(|area| area > 0.0), "{entry}");
        let pair = |quantity: &str| {
            let of = |one: &&serde_json::Value| one["number"] == entry["number"] && one["quantity"] == quantity;
            let found = verified.iter().find(of).unwrap_or_else(|| panic!("no {quantity}: {document:#}"));
            ["estimate", "measured"].map(|key| found[key].as_f64().expect("a number"))
        };
        // At 1 GHz a nanowatt is a thousandth of a femtojoule a cycle.
        let [toggles, clock, leakage] = ["toggle_energy_fj", "clock_energy_fj", "leakage_nw"].map(pair);
        let energy = pair("energy_fj_per_cycle");
        let of_toggles = |side: usize| (energy[side] - clock[side] - 1e-3 * leakage[side]) / toggles[side];
        let [estimate, netlist] = [0, 1].map(of_toggles);
        // The toggles of a net in a cycle are the same in both: a half behind operands, less behind zeros.
        assert!((estimate - netlist).abs() < 1e-6 && (0.05..0.5).contains(&netlist), "{estimate} {netlist}");
        assert!(energy[0] != energy[1], "{energy:?}");
    }
}

#[test]
fn signs_of_operands_reach_the_energies_of_a_space() {
    let energies = |signs: &str| {
        let folder = folder(&TINY.replace("families:", &format!("{signs}\nfamilies:")));
        let front =
            sweep(folder.path(), "out", &[]).into_iter().find(|(name, _)| name == "front.csv").expect("a table");
        let table = String::from_utf8(front.1).expect("text");
        let column =
            table.split('\n').next().and_then(|head| head.split(',').position(|name| name == "energy_fj_per_cycle"));
        let cell =
            |line: &str| line.split(',').nth(column.expect("a column")).and_then(|cell| cell.parse::<f64>().ok());
        table.lines().skip(1).map(|line| cell(line).expect("a number")).collect::<Vec<_>>()
    };
    let random = energies("sign_bits: 0.25");
    let streamed = energies("sign_bits: 0.25\nsign_changes: 0");
    let held = energies("sign_bits: 0.25\nsign_changes: 0\nweight_sign_changes: 0");
    assert!(random.len() > 1 && random == energies("sign_bits: 0.75"), "{random:?}");
    for ((held, streamed), random) in held.iter().zip(&streamed).zip(&random) {
        assert!(held < streamed && streamed < random, "{held} {streamed} {random}");
    }
}

#[test]
fn technologies_have_a_folder_each_and_parquet_holds_as_many_rows_as_csv() {
    let folder = folder(&TINY.replace("technology: unit", "technology: [unit, asap7]"));
    let output = tritloom(folder.path(), &["space.yaml", "--out", "out"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let out = folder.path().join("out");
    for technology in ["unit", "asap7"] {
        let csv = fs::read_to_string(out.join(technology).join("front.csv")).expect("a table");
        assert!(csv.starts_with("number,family,lanes,ports,activation"), "{csv}");
        assert!(csv.contains(",area_um2,") && csv.lines().count() > 1, "{csv}");
        assert!(csv.contains(",leakage_nw,") && !csv.contains("leakage_in_nw"), "{csv}");
        let parquet = fs::read(out.join(technology).join("front.parquet")).expect("a table");
        assert!(parquet.starts_with(b"PAR1") && parquet.ends_with(b"PAR1"));
    }
}

#[test]
fn without_a_clock_a_configuration_runs_at_its_own_longest_path() {
    let space = "name: own\ntechnology: unit\nfamilies:\n  sign_flip: {lanes: [4, 8, 16], ports: [1, 4], max_inputs: 64}\n\
                 objectives: [area, throughput]\n";
    let folder = folder(space);
    for mode in ["pruned", "exhaustive"] {
        let found = tritloom(folder.path(), &["space.yaml", "--mode", mode, "--out", mode]);
        assert!(found.status.success(), "{}", text(&found.stderr));
    }
    let front = |mode: &str| fs::read_to_string(folder.path().join(mode).join("front.csv")).expect("a front");
    let front_text = front("pruned");
    assert_eq!(front_text, front("exhaustive"));
    let mut rows = front_text.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let head = rows.next().expect("a head");
    let column = |name: &str| head.iter().position(|column| *column == name).expect("a column");
    let [delay, products, throughput] = ["delay_ps", "products_per_cycle", "throughput_gop_per_s"].map(column);
    let mut count = 0;
    for row in rows {
        let number = |at: usize| row[at].parse::<f64>().expect("a number");
        let expected = 1e3 * number(products) / number(delay);
        assert!((number(throughput) / expected - 1.0).abs() < 1e-9, "{row:?}");
        count += 1;
    }
    assert!(count > 1);
}

#[test]
fn an_expression_of_any_length_is_read_or_refused() {
    for (word, terms) in [("and", 20_000), ("and", 240), ("or", 60_000)] {
        let constraint = vec!["lanes > 0"; terms].join(&format!(" {word} "));
        let space = format!(
            "name: long\ntechnology: unit\nclock: 1 GHz\nfamilies:\n  sign_flip: {{lanes: [4, 8]}}\n\
             constraints: ['{constraint}']\nobjectives: [area]\n"
        );
        let found = tritloom(folder(&space).path(), &["space.yaml"]);
        let expected = if terms < 250 { 0 } else { 2 };
        assert_eq!(found.status.code(), Some(expected), "{terms}: {}", text(&found.stderr));
        assert!(terms < 250 || text(&found.stderr).contains("is too long"));
    }
}

/// Runs the tasks of a job one after another, like a cluster of one node; with a file `killed` beside it, all but the
/// last. Options are two: `--parsable` and the script.
const SBATCH: &str = r#"#!/bin/sh
here=$(dirname "$0")
: >"$here/states"
for range in $(sed -n 's/^#SBATCH --array=//p' "$2" | sed 's/%.*//' | tr , ' '); do
  for task in $(seq "${range%-*}" "${range#*-}"); do
    if [ -e "$here/killed" ] && [ "$task" = "${range#*-}" ]; then
      echo Killed >"logs/42_$task.log"
      echo "$task FAILED" >>"$here/states"
    else
      SLURM_ARRAY_TASK_ID=$task sh "$2" >"logs/42_$task.log" 2>&1 || cat "logs/42_$task.log" >&2
      echo "$task COMPLETED" >>"$here/states"
    fi
  done
done
echo 42
"#;

const SQUEUE: &str = "#!/bin/sh\ncase \"$*\" in *--jobs=42*) cat \"$(dirname \"$0\")/states\" ;; esac\n";

const REFUSAL: &str = "#!/bin/sh\necho sbatch: error: invalid partition specified: nowhere >&2\n\
    echo sbatch: error: Batch job submission failed: Invalid partition name specified >&2\nexit 1\n";

/// A folder whose programs come first, with a fake Slurm in it.
fn slurm(folder: &Path, sbatch: &str) -> OsString {
    let bin = folder.join("bin");
    fs::create_dir_all(&bin).expect("a folder");
    for (name, text) in [("sbatch", sbatch), ("squeue", SQUEUE)] {
        fs::write(bin.join(name), text).expect("written");
        fs::set_permissions(bin.join(name), fs::Permissions::from_mode(0o755)).expect("executable");
    }
    let path = std::env::var_os("PATH").expect("a path");
    std::env::join_paths([bin].into_iter().chain(std::env::split_paths(&path))).expect("a path")
}

/// `sweep --verify-front`, or `None` where the tools for it are missing.
fn verify(folder: &Path, path: &OsStr, arguments: &[&str]) -> Option<Output> {
    let cells = Path::new(env!("CARGO_MANIFEST_DIR")).join("../flow/tests/cells.lib");
    let cells = cells.to_str().expect("text");
    let mut command = Command::cargo_bin("tritloom").expect("built");
    command.current_dir(folder).env("PATH", path).args(["sweep", "space.yaml", "--verify-front", "--liberty", cells]);
    let output = command.args(["--quiet"]).args(arguments).output().expect("started");
    let missing = ["verilator", "yosys"].iter().any(|tool| text(&output.stderr).contains(&format!("{tool} is not")));
    (std::env::var("TRITLOOM_REQUIRE_TOOLS").is_ok() || !missing).then_some(output)
}

#[test]
fn slurm_does_what_is_missing_and_comes_to_the_same_bytes() {
    let folder = folder(TINY);
    let path = slurm(folder.path(), SBATCH);
    let by_slurm = ["--engine", "slurm", "--engine-dir", "engine", "--tasks", "2", "--at-a-time", "1"];
    let run = |more: &[&str]| verify(folder.path(), &path, &[&by_slurm[..], more].concat());
    let Some(local) = verify(folder.path(), &path, &["--out", "local"]) else { return };
    assert_eq!(local.status.code(), Some(0), "{}", text(&local.stderr));
    // A task that is killed is told of, and nothing is written.
    fs::write(folder.path().join("bin/killed"), "").expect("written");
    let killed = run(&["--out", "slurm"]).expect("tools");
    assert_eq!(killed.status.code(), Some(2), "{}", text(&killed.stderr));
    insta::assert_snapshot!("killed_task", text(&killed.stderr));
    assert!(!folder.path().join("slurm").exists());
    let script = fs::read_to_string(folder.path().join("engine/array.sbatch")).expect("a script");
    assert!(script.contains("--array=1-2%1\n"), "{script}");
    // The same command again does the rest alone.
    fs::remove_file(folder.path().join("bin/killed")).expect("removed");
    let journal = folder.path().join("engine/journals/1-of-2.journal");
    let before = fs::read_to_string(&journal).expect("a journal");
    let whole = run(&["--out", "slurm"]).expect("tools");
    assert_eq!(whole.status.code(), Some(0), "{}", text(&whole.stderr));
    assert_eq!(files(&folder.path().join("slurm")), files(&folder.path().join("local")));
    assert_eq!(fs::read_to_string(&journal).expect("a journal"), before);
    let script = fs::read_to_string(folder.path().join("engine/array.sbatch")).expect("a script");
    assert!(script.contains("--array=2%1\n"), "{script}");
    // What is known needs no Slurm; a journal that somebody has changed is refused, as is the list of another front.
    slurm(folder.path(), REFUSAL);
    assert_eq!(run(&[]).expect("tools").status.code(), Some(0));
    fs::write(&journal, before.replacen("lint", "l1nt", 1)).expect("written");
    let damaged = run(&[]).expect("tools");
    assert_eq!(damaged.status.code(), Some(2));
    assert!(text(&damaged.stderr).contains("1-of-2.journal` is damaged: line 2"), "{}", text(&damaged.stderr));
    fs::write(folder.path().join("space.yaml"), TINY.replace("ports: [1, 2]", "ports: 1")).expect("written");
    let other = run(&[]).expect("tools");
    assert_eq!(other.status.code(), Some(2));
    assert!(text(&other.stderr).contains("`engine` holds another list"), "{}", text(&other.stderr));
}

#[test]
fn what_slurm_refuses_is_told_in_its_words() {
    let folder = folder(TINY);
    let path = slurm(folder.path(), REFUSAL);
    let arguments = ["--engine", "slurm", "--engine-dir", "engine", "--partition", "nowhere"];
    let Some(refused) = verify(folder.path(), &path, &arguments) else { return };
    assert_eq!(refused.status.code(), Some(2));
    insta::assert_snapshot!("refused_by_slurm", text(&refused.stderr));
}

#[test]
fn a_list_of_designs_is_verified_here_and_by_slurm_alike() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, lanes) in [("one", 1), ("two", 2)] {
        let design = format!(
            "name: {name}\narchitecture:\n  sign_flip: {{lanes: {lanes}, ports: 1, max_inputs: 8, max_outputs: 8}}\n"
        );
        fs::write(folder.path().join(format!("{name}.yaml")), design).expect("written");
    }
    let path = slurm(folder.path(), SBATCH);
    let cells = Path::new(env!("CARGO_MANIFEST_DIR")).join("../flow/tests/cells.lib");
    let verify = |designs: &[&str], more: &[&str]| {
        let mut command = Command::cargo_bin("tritloom").expect("built");
        command.current_dir(folder.path()).env("PATH", &path).arg("verify").args(designs).arg("--liberty").arg(&cells);
        command.args(["--quiet", "--format", "json"]).args(more).output().expect("started")
    };
    let local = verify(&["one.yaml", "two.yaml"], &[]);
    if std::env::var("TRITLOOM_REQUIRE_TOOLS").is_err() && text(&local.stdout).contains("is not installed") {
        return;
    }
    assert_eq!(local.status.code(), Some(0), "{}{}", text(&local.stdout), text(&local.stderr));
    let document: serde_json::Value = serde_json::from_slice(&local.stdout).expect("one JSON document");
    let [one, two] = [0, 1].map(|place| &document["designs"][place]);
    assert_eq!((&one["design"], &one["check"], &one["passed"]), (&"one".into(), &"passed".into(), &true.into()));
    let area = |design: &serde_json::Value| design["measured"]["area_um2"].as_f64().expect("an area");
    assert!(area(two) > area(one) && two["measured"]["delay_ps"].is_number(), "{document:#}");
    // A task that is killed is told of, and the same command again does the rest alone.
    let by_slurm = ["--engine", "slurm", "--engine-dir", "engine"];
    fs::write(folder.path().join("bin/killed"), "").expect("written");
    let killed = verify(&["one.yaml", "two.yaml"], &by_slurm);
    assert_eq!(killed.status.code(), Some(2));
    assert!(text(&killed.stdout).contains("task 42_2: FAILED"), "{}", text(&killed.stdout));
    fs::remove_file(folder.path().join("bin/killed")).expect("removed");
    let whole = verify(&["one.yaml", "two.yaml"], &by_slurm);
    assert_eq!((whole.status.code(), text(&whole.stdout)), (Some(0), text(&local.stdout)));
    let script = fs::read_to_string(folder.path().join("engine/array.sbatch")).expect("a script");
    assert!(script.contains("--array=2\n"), "{script}");
    // Journals know designs by their names, and another list needs another folder.
    let other = verify(&["two.yaml"], &by_slurm);
    assert!(text(&other.stdout).contains("`engine` holds another list"), "{}", text(&other.stdout));
    let twice = verify(&["one.yaml", "two.yaml", "one.yaml"], &by_slurm);
    assert_eq!(twice.status.code(), Some(2));
    let twice: serde_json::Value = serde_json::from_slice(&twice.stdout).expect("one JSON document");
    assert_eq!(twice["errors"][0]["code"], "U0006");
    assert_eq!(twice["errors"][0]["message"], "`one.yaml` has the name of `one.yaml`: `one`");
}

#[test]
fn shares_are_worked_through_by_any_scheduler_and_gathered() {
    let folder = folder(TINY);
    let path = std::env::var_os("PATH").expect("a path");
    let arguments = ["--engine", "shards", "--engine-dir", "engine", "--tasks", "2", "--out", "shards"];
    let Some(listed) = verify(folder.path(), &path, &arguments) else { return };
    assert_eq!(listed.status.code(), Some(2));
    insta::assert_snapshot!("shares_to_be_done", text(&listed.stderr));
    let work = |shard: &str| {
        let mut command = Command::cargo_bin("tritloom").expect("built");
        command.current_dir(folder.path()).args(["work", "engine", "--shard", shard]).output().expect("started")
    };
    // Two cannot take the same share.
    let taken = fs::File::create(folder.path().join("engine/journals/1-of-2.journal")).expect("a journal");
    taken.lock().expect("locked");
    let refused = work("1/2");
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("is being written by another process"), "{}", text(&refused.stderr));
    drop(taken);
    for (shard, said) in [("1/2", ": 2 examined, 0"), ("2/2", ": 1 examined, 0"), ("1/1", ": 0 examined, 3")] {
        let output = work(shard);
        assert!(text(&output.stdout).contains(said), "{shard}: {}{}", text(&output.stdout), text(&output.stderr));
    }
    let gathered = verify(folder.path(), &path, &arguments).expect("tools");
    assert_eq!(gathered.status.code(), Some(0), "{}", text(&gathered.stderr));
    let local = verify(folder.path(), &path, &["--out", "local"]).expect("tools");
    assert_eq!(local.status.code(), Some(0), "{}", text(&local.stderr));
    assert_eq!(files(&folder.path().join("shards")), files(&folder.path().join("local")));
    // Measurements of different tools do not belong together.
    let list = folder.path().join("engine/list/list.json");
    let written = fs::read_to_string(&list).expect("a list");
    fs::write(&list, written.replace("\"Yosys ", "\"Yosys of another machine ")).expect("written");
    let refused = work("1/2");
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("yosys: \"Yosys of another machine"), "{}", text(&refused.stderr));
}
