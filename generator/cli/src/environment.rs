//! What the environment says: where to keep what was built, and how much to do at a time.

use crate::diagnostic::{Diagnostic, code};
use std::env;
use std::path::PathBuf;
use std::thread::available_parallelism;
use tritloom_flow::{FlowError, Verilator};

/// `TRITLOOM_CACHE`, or `tritloom` in the user's cache folder, or in the folder for temporary files.
fn cache_folder() -> PathBuf {
    let given = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    given("TRITLOOM_CACHE")
        .or_else(|| given("XDG_CACHE_HOME").map(|folder| folder.join("tritloom")))
        .or_else(|| given("HOME").map(|folder| folder.join(".cache").join("tritloom")))
        .unwrap_or_else(|| env::temp_dir().join("tritloom-cache"))
}

/// Verilator with the user's cache, as many jobs at a time as there are processors.
pub fn verilator() -> Result<Verilator, FlowError> {
    Verilator::open(&cache_folder(), available_parallelism().map_or(1, usize::from))
}

/// A failure of an outside tool, told with what it printed.
pub fn tool_failure(error: &FlowError) -> Vec<Diagnostic> {
    let text = error.to_string();
    let mut lines = text.lines();
    let diagnostic = Diagnostic::new(code::TOOL, lines.next().unwrap_or_default());
    let diagnostic = lines.fold(diagnostic, Diagnostic::note);
    vec![diagnostic.note("`tritloom doctor` says which tools are there and how to install the others")]
}
