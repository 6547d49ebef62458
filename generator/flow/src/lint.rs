//! What Verilator has to say about a design.

use std::fmt;
use std::process::Command;

use crate::Sources;
use crate::build::{Design, Verilator};
use crate::error::FlowError;
use crate::files::write_all;
use crate::group::groups;
use crate::process::{Finished, finish, side_by_side};

/// One warning or error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Whether it is more than a warning.
    pub error: bool,
    /// Verilator's name for it, such as `WIDTH`; empty for errors without one.
    pub code: String,
    /// The file, empty where none is named.
    pub file: String,
    /// The line in it, from 1; 0 where none is named.
    pub line: u32,
    /// What is wrong, on one line or several.
    pub message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = if self.error { "error" } else { "warning" };
        let code = if self.code.is_empty() { String::new() } else { format!("[{}]", self.code) };
        write!(formatter, "{}:{}: {severity}{code}: {}", self.file, self.line, self.message)
    }
}

impl Verilator {
    /// Everything that `verilator --lint-only -Wall` finds in `rtl` under module `top`.
    pub fn lint(&self, rtl: &Sources, top: &str) -> Result<Vec<Finding>, FlowError> {
        self.lint_with(rtl, &["--top-module", top])
    }

    /// The findings in the files of each design. To start Verilator takes longer than to read a small design: many
    /// are read at once, with a top each.
    pub fn lint_all(&self, designs: &[Design]) -> Vec<Result<Vec<Finding>, FlowError>> {
        let sources: Vec<&Sources> = designs.iter().map(|design| &design.rtl).collect();
        let batches = groups(&sources, self.jobs);
        let found = side_by_side(self.jobs, &batches, |batch| {
            let members: Vec<&Design> = batch.iter().map(|&position| &designs[position]).collect();
            self.lint_batch(&members)
        });
        let mut found: Vec<(usize, _)> = batches.into_iter().flatten().zip(found.into_iter().flatten()).collect();
        found.sort_by_key(|(position, _)| *position);
        found.into_iter().map(|(_, findings)| findings).collect()
    }

    fn lint_batch(&self, members: &[&Design]) -> Vec<Result<Vec<Finding>, FlowError>> {
        let alone = || members.iter().map(|member| self.lint(&member.rtl, &member.top)).collect();
        if members.len() == 1 {
            return alone();
        }
        let rtl: Sources = members.iter().flat_map(|member| member.rtl.clone()).collect();
        match self.lint_with(&rtl, &["-Wno-MULTITOP"]) {
            // An error in one design hides what is wrong with the others; a finding without a file is anybody's.
            Ok(found) if found.iter().any(|finding| finding.error || !rtl.contains_key(&finding.file)) => alone(),
            Ok(found) => {
                let of = |member: &&Design| {
                    found.iter().filter(|finding| member.rtl.contains_key(&finding.file)).cloned().collect()
                };
                members.iter().map(|member| Ok(of(member))).collect()
            }
            Err(_) => alone(),
        }
    }

    fn lint_with(&self, rtl: &Sources, flags: &[&str]) -> Result<Vec<Finding>, FlowError> {
        let folder = self.cache.scratch()?;
        write_all(folder.path(), rtl)?;
        let mut command = Command::new(&self.program);
        command.current_dir(folder.path()).args(["--lint-only", "-Wall"]).args(flags).args(rtl.keys());
        let finished = finish("verilator", &mut command)?;
        let findings = findings(&finished.stderr);
        if finished.status.success() || is_verdict(&finished, &findings, rtl) {
            Ok(findings)
        } else {
            Err(finished.failed("verilator"))
        }
    }
}

/// Whether a run of Verilator that failed did so for what is in `files`. Warnings alone fail a lint run too.
fn is_verdict(finished: &Finished, findings: &[Finding], files: &Sources) -> bool {
    let severe = findings.iter().any(|finding| finding.error);
    let found = findings.iter().any(|finding| finding.error == severe && files.contains_key(&finding.file));
    found && finished.status.code().is_some()
}

/// What a run of Verilator on `files` that failed means: a design refused, or a tool that does not work.
pub(crate) fn failure(finished: Finished, files: &Sources) -> FlowError {
    if is_verdict(&finished, &findings(&finished.stderr), files) {
        FlowError::Refused { tool: "verilator".to_owned(), output: finished.stderr }
    } else {
        finished.failed("verilator")
    }
}

/// A finding begins with `%Warning` or `%Error`; indented lines behind it belong to it, but those that begin with
/// dots are advice on how to silence it.
fn findings(output: &str) -> Vec<Finding> {
    let mut findings: Vec<Finding> = vec![];
    for line in output.lines() {
        if let Some(finding) = head(line) {
            findings.push(finding);
        } else if let Some(finding) = findings.last_mut().filter(|_| line.starts_with(' ')) {
            if line.trim_start().starts_with("... ") {
                continue;
            }
            finding.message += "\n";
            finding.message += line;
        }
    }
    // The last line only counts what stands above it.
    findings.retain(|finding| !finding.message.starts_with("Exiting due to "));
    findings
}

/// `%Warning-WIDTH: adder.v:12:3: message`, where the code and the place may be missing.
fn head(line: &str) -> Option<Finding> {
    let rest = line.strip_prefix('%')?;
    let (kind, text) = rest.split_once(": ")?;
    let (severity, code) = kind.split_once('-').unwrap_or((kind, ""));
    let (file, line, message) = place(text).unwrap_or(("", 0, text));
    Some(Finding {
        error: severity == "Error",
        code: code.to_owned(),
        file: file.to_owned(),
        line,
        message: message.to_owned(),
    })
}

fn place(text: &str) -> Option<(&str, u32, &str)> {
    let (place, message) = text.split_once(": ")?;
    let mut parts = place.split(':');
    let (file, line) = (parts.next()?, parts.next()?.parse().ok()?);
    Some((file, line, message.trim_start()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_have_code_place_and_context() {
        let output = "%Warning-WIDTH: adder.v:12:3: Operator ADD expects 8 bits\n   12 |  a + b\n      |    ^\n\
                      %Error: adder.v:3:1: syntax error, unexpected wire\n\
                      %Error-PINNOTFOUND: top.v:9:5: Pin not found: 'x'\n\
                      %Error: Cannot find file: nothing.v\n\
                      %Error: Exiting due to 4 error(s)\n        ... See the manual\n";
        let found = findings(output);
        let brief: Vec<String> =
            found.iter().map(|finding| finding.to_string().lines().next().unwrap_or("").to_owned()).collect();
        assert_eq!(
            brief,
            [
                "adder.v:12: warning[WIDTH]: Operator ADD expects 8 bits",
                "adder.v:3: error: syntax error, unexpected wire",
                "top.v:9: error[PINNOTFOUND]: Pin not found: 'x'",
                ":0: error: Cannot find file: nothing.v",
            ]
        );
        assert!(found[0].message.ends_with('^'));
    }
}
