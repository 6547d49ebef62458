//! Lines of text with indentation, each with the Rust line that it comes from.

use std::collections::BTreeMap;
use tritloom_hdl::Location;

/// No line is longer where it can be broken.
pub(super) const COLUMNS: usize = 100;

/// Text under construction.
#[derive(Default)]
pub(super) struct Text {
    lines: Vec<String>,
    origins: BTreeMap<u32, Location>,
    indent: usize,
    origin: Option<Location>,
}

impl Text {
    /// The Rust line behind the lines that follow.
    pub fn at(&mut self, origin: Option<Location>) {
        self.origin = origin;
    }

    /// One line, indented.
    pub fn line(&mut self, line: impl AsRef<str>) {
        self.lines.push(format!("{:indent$}{}", "", line.as_ref(), indent = self.indent));
        if let Some(origin) = self.origin {
            self.origins.insert(self.lines.len() as u32, origin);
        }
    }

    /// One empty line, unless there is one already or a block has just been opened.
    pub fn blank(&mut self) {
        let opened = |line: &String| line.is_empty() || line.contains(" begin : ");
        if !self.lines.last().is_none_or(opened) {
            self.lines.push(String::new());
        }
    }

    /// What follows stands `steps` steps further to the right.
    pub fn indent(&mut self, steps: usize) {
        self.indent += 2 * steps;
    }

    /// Takes back [`Text::indent`].
    pub fn outdent(&mut self, steps: usize) {
        self.indent = self.indent.saturating_sub(2 * steps);
    }

    /// The columns that are left on a line.
    pub fn room(&self) -> usize {
        COLUMNS.saturating_sub(self.indent)
    }

    /// Whether a line fits.
    pub fn fits(&self, line: &str) -> bool {
        line.chars().count() <= self.room()
    }

    /// Words of a remark as lines that begin with `lead`.
    pub fn wrapped(&mut self, lead: &str, remark: &str) {
        let mut line = String::new();
        for word in remark.split_whitespace() {
            let longer = if line.is_empty() { format!("{lead}{}", harmless(word)) } else { format!("{line} {word}") };
            if !line.is_empty() && !self.fits(&longer) {
                self.line(&line);
                line = format!("{lead}{}", harmless(word));
            } else {
                line = longer;
            }
        }
        if !line.is_empty() {
            self.line(line);
        }
    }

    /// The text and the Rust lines, by line from 1.
    pub fn finish(self) -> (String, BTreeMap<u32, Location>) {
        (self.lines.join("\n") + "\n", self.origins)
    }
}

/// Tools take a remark that begins with their name as an order: it gets brackets.
fn harmless(word: &str) -> String {
    let plain = word.trim_matches(|letter: char| !letter.is_ascii_alphanumeric()).to_ascii_lowercase();
    let order = ["verilator", "synopsys", "synthesis", "pragma", "ambit", "cadence", "xilinx", "altera", "vcs"];
    if order.iter().any(|tool| plain.starts_with(tool)) { format!("({word})") } else { word.to_string() }
}
