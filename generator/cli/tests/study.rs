//! What `scripts/study` says of its estimates.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

/// Stands for tritloom: a sweep of three configurations, two of them on the front and synthesised.
const SWEEP: &str = r#"#!/bin/sh
while [ "$1" != --out ]; do shift; done
mkdir -p "$2"
cat >"$2/sweep.json" <<'JSON'
{"quantities": [{"name": "area_um2"}, {"name": "products_per_cycle"}],
 "groups": [{"family": "ternary_lut",
             "parameters": ["group_size", "tables", "ports", "table", "reduction", "weights"],
             "points": [
  {"number": 3, "front": true, "parameters": [2, 4, 8, "wired", "carry_save", "key"], "values": [60, 64]},
  {"number": 4, "front": false, "parameters": [2, 4, 9, "wired", "carry_save", "key"], "values": [1, 72]},
  {"number": 5, "front": true, "parameters": [2, 4, 16, "wired", "carry_save", "key"], "values": [210, 128]}]}],
 "verified": [{"number": 3, "quantity": "area_um2", "measured": 80}, {"number": 3, "quantity": "delay_ps", "measured": 7},
              {"number": 5, "quantity": "area_um2", "measured": 200}]}
JSON
"#;

#[test]
fn a_study_tells_what_its_estimates_are_off_by() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = folder.path().join("tritloom");
    fs::write(&program, SWEEP).expect("written");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("executable");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/study");
    let study = Command::new(script).args(["tile_shape", "unit", "cells.lib"]).env("TRITLOOM", &program).output();
    let study = match study {
        Err(_) if std::env::var("TRITLOOM_REQUIRE_TOOLS").is_err() => return,
        study => study.expect("Python"),
    };
    let told = String::from_utf8(study.stdout).expect("text");
    // A quarter too small and a twentieth too large.
    let end = "| front | 2 | 4 | 16 | wired | carry_save | key | 128 | 210 | 200 | 1.56 |\n\n\
               estimated areas of 2 designs: mean |error| 15.0 %, worst -25.0 %\n";
    assert!(told.ends_with(end), "{told}{}", String::from_utf8_lossy(&study.stderr));
}
