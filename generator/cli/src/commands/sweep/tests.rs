//! Sweeps of a family with defects.

use super::sweep;
use crate::arguments::{Arguments, Command};
use crate::commands::{Report, Verdict};
use crate::diagnostic::Diagnostic;
use crate::terminal::Terminal;
use crate::testing::frail::Frail;
use clap::Parser;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

const SPACE: &str = "\
name: frail
technology: unit
clock: 1 GHz
families:
  frail: {lanes: {from: 1, to: 200}, ports: {from: 1, to: 60}, activation: [int4, int8, int16], max_inputs: [256, 300]}
constraints: [lanes <= 137, ports <= 41]
objectives: [area, throughput]
";

/// Some fail for one parameter; and the fastest does, which no sample meets.
static FRAIL: Frail = Frail {
    census_fails: |parameters| {
        let [lanes, ports, inputs] = ["lanes", "ports", "max_inputs"].map(|name| parameters.integer(name));
        lanes == 7 || (lanes, ports, inputs) == (137, 41, 256) && parameters.choice("activation") == "int4"
    },
    ..Frail::SOUND
};

static BROKEN: Frail = Frail { census_fails: |_| true, ..Frail::SOUND };

static WITHOUT_HARDWARE: Frail =
    Frail { hardware_fails: |parameters| parameters.integer("lanes") == 2, ..Frail::SOUND };

fn run(folder: &Path, family: &'static Frail, more: &str) -> Result<Report, Vec<Diagnostic>> {
    let space = folder.join("space.yaml");
    let shown = more.replace("FOLDER", folder.to_str().expect("text"));
    let words = ["tritloom", "sweep", space.to_str().expect("text")].into_iter().chain(shown.split_whitespace());
    let arguments = Arguments::try_parse_from(words).expect("arguments");
    let Command::Sweep(arguments) = arguments.command else { panic!("another command") };
    let terminal = Terminal { format: crate::arguments::Format::Text, quiet: true };
    sweep(&arguments, &[family], &terminal)
}

fn folder(space: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("space.yaml"), space).expect("written");
    folder
}

type Files = BTreeMap<String, Vec<u8>>;

/// What a sweep writes.
fn written(folder: &Path, out: &str, more: &str) -> Files {
    told_and_written(folder, out, more).1
}

/// What it tells as well.
fn told_and_written(folder: &Path, out: &str, more: &str) -> (String, Files) {
    let report = run(folder, &FRAIL, &format!("--out FOLDER/{out} {more}")).expect("found");
    let entries = fs::read_dir(folder.join(out)).expect("a folder").map(|entry| entry.expect("an entry"));
    let entries = entries
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path()).expect("a file")));
    (report.text, entries.collect())
}

#[test]
fn what_fails_is_recorded_and_the_front_is_found_by_both_modes_on_any_number_of_threads() {
    let folder = folder(SPACE);
    let one = written(folder.path(), "one", "--threads 1");
    assert_eq!(written(folder.path(), "three", "--threads 3"), one);
    let exhaustive = written(folder.path(), "exhaustive", "--mode exhaustive");
    assert_eq!(exhaustive["front.csv"], one["front.csv"]);
    let failures = String::from_utf8(one["failures.csv"].clone()).expect("text");
    let reason = "\"a defect of tritloom, please report it: no census, \"\"alas\"\"\"";
    let mut lines = failures.lines();
    assert_eq!(lines.next(), Some("family,lanes,ports,activation,max_inputs,reason"));
    assert_eq!(lines.next(), Some(&*format!("frail,7,,,,{reason}")));
    assert_eq!(lines.next(), Some(&*format!("frail,137,41,int4,256,{reason}")));
    assert_eq!(lines.next(), None);
    assert!(one["failures.parquet"].starts_with(b"PAR1"));
    let text = run(folder.path(), &FRAIL, "").expect("found").text;
    assert!(text.contains("frail has failed (2 combinations such as lanes: 7): a defect of tritloom"), "{text}");
}

#[test]
fn all_points_are_those_that_can_be_evaluated() {
    let folder = folder(SPACE);
    let sample = written(folder.path(), "sample", "");
    let (told, all) = told_and_written(folder.path(), "all", "--points all");
    assert_eq!(all["failures.csv"], sample["failures.csv"]);
    // 137 lanes but those of 7, 41 ports, and six others each; the one that fails by itself is left out. They take more
    // than one group of rows.
    let rows = 136 * 41 * 6 - 1;
    assert_eq!(String::from_utf8_lossy(&all["points.csv"]).lines().count(), 1 + rows);
    assert!(told.contains(&format!("{rows} configurations in points.csv and points.parquet")), "{told}");
}

/// Wherever the journal ends, what comes of it is the same, and nothing is in it twice.
#[test]
fn a_sweep_with_failures_goes_on_where_it_was_killed() {
    let folder = folder(SPACE);
    let whole = written(folder.path(), "whole", "--threads 1 --journal FOLDER/journal");
    let journal = folder.path().join("journal/unit.1-of-1.journal");
    let text = fs::read_to_string(&journal).expect("a journal");
    assert_eq!(text.matches("\"failed\":{").count(), 1, "one member of the first front has failed");
    let starts: Vec<usize> = text.match_indices('\n').map(|(end, _)| end + 1).collect();
    let failed =
        starts.iter().position(|start| text[*start..].lines().next().is_some_and(|line| line.contains("\"failed\":{")));
    let failed = failed.expect("a record");
    for cut in [starts[failed / 2] + 9, starts[failed] + 30, starts[failed + 3]] {
        fs::write(&journal, &text[..cut]).expect("written");
        assert_eq!(written(folder.path(), "resumed", "--threads 1 --journal FOLDER/journal"), whole, "cut at {cut}");
        assert_eq!(fs::read_to_string(&journal).expect("a journal"), text, "cut at {cut}");
    }
}

#[test]
fn a_sweep_in_which_everything_fails_says_so() {
    let folder = folder(&SPACE.replace("constraints: [lanes <= 137, ports <= 41]\n", ""));
    for mode in ["pruned", "exhaustive"] {
        let Err(wrong) = run(folder.path(), &BROKEN, &format!("--mode {mode}")) else { panic!("something is found") };
        let [diagnostic] = &wrong[..] else { panic!("{wrong:?}") };
        assert!(diagnostic.message.starts_with("every legal configuration of `"), "{diagnostic:?}");
        assert!(diagnostic.message.ends_with("has failed: none could be evaluated"), "{diagnostic:?}");
        let reason = "frail has failed (always): a defect of tritloom, please report it: no census, \"alas\"";
        assert_eq!(diagnostic.notes, [reason]);
    }
}

#[test]
fn a_member_of_the_front_without_hardware_does_not_keep_the_others_from_being_verified() {
    let folder = folder(
        "name: frail\ntechnology: unit\nclock: 1 GHz\n\
         families: {frail: {lanes: [1, 2, 3], ports: 1, max_inputs: 8, max_outputs: 8}}\nobjectives: [area, throughput]\n",
    );
    let cells = Path::new(env!("CARGO_MANIFEST_DIR")).join("../flow/tests/cells.lib");
    let more = format!("--verify-front --liberty {}", cells.display());
    let report = match run(folder.path(), &WITHOUT_HARDWARE, &more) {
        Err(wrong)
            if std::env::var("TRITLOOM_REQUIRE_TOOLS").is_err()
                && wrong.iter().all(|diagnostic| diagnostic.message.contains("is not installed")) =>
        {
            return;
        }
        found => found.expect("verified"),
    };
    assert!(report.verdict == Verdict::Failed);
    let verified = report.json["sweeps"][0]["verified"].as_array().expect("a list").clone();
    let failed: Vec<_> = verified.iter().filter(|entry| entry.get("failure").is_some()).collect();
    assert_eq!(failed.len(), 1, "{verified:?}");
    assert_eq!(failed[0]["failure"], "a defect of tritloom, please report it: no hardware of 2 lanes");
    let sound = verified.iter().filter(|entry| entry["check"] == "passed" && entry["quantity"] == "area_um2");
    assert_eq!(sound.count(), 2, "{verified:?}");
}
