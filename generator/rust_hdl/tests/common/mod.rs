//! Outside tools.

#![allow(dead_code, clippy::print_stderr, reason = "no test uses all of it")]

use std::path::Path;
use tritloom_flow::{Verilator, tools};

/// Whether all of `names` are installed. A test that skips says so; TRITLOOM_REQUIRE_TOOLS=1 forbids it.
pub fn has(names: &[&str]) -> bool {
    let missing: Vec<&&str> = names.iter().filter(|name| tools::find(name).is_none()).collect();
    if missing.is_empty() {
        return true;
    }
    let required = std::env::var("TRITLOOM_REQUIRE_TOOLS").is_ok_and(|value| value == "1");
    assert!(!required, "{missing:?} missing, and TRITLOOM_REQUIRE_TOOLS=1");
    eprintln!("SKIPPED, NOTHING TESTED: {missing:?} missing");
    false
}

/// Verilator with a cache that lasts from run to run, or nothing where it is not installed.
pub fn verilator() -> Option<Verilator> {
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache");
    has(&["verilator", "g++"]).then(|| Verilator::open(&cache, 2).expect("the cache opens"))
}
