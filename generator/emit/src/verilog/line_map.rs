//! From lines of the emitted text to lines of the Rust source that described the hardware.

use std::collections::BTreeMap;
use tritloom_hdl::Location;

/// For each file, the Rust line behind each line that has one; lines count from 1.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineMap {
    /// By file name, then by line.
    pub files: BTreeMap<String, BTreeMap<u32, Location>>,
}

impl LineMap {
    /// The Rust line behind a line of a file.
    pub fn look_up(&self, file: &str, line: u32) -> Option<Location> {
        self.files.get(file)?.get(&line).copied()
    }

    /// The text of `linemap.json`: `{"file.v": {"12": "source.rs:34"}}`.
    pub fn to_json(&self) -> String {
        let text = |lines: &BTreeMap<u32, Location>| -> BTreeMap<u32, String> {
            lines.iter().map(|(line, location)| (*line, location.to_string())).collect()
        };
        let files: BTreeMap<&String, _> = self.files.iter().map(|(file, lines)| (file, text(lines))).collect();
        // Maps of strings always have a JSON form.
        serde_json::to_string_pretty(&files).unwrap_or_default() + "\n"
    }
}
