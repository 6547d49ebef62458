//! The only place that prints: results on standard output, everything else on standard error.

use crate::arguments::Format;
use crate::commands::{Report, Verdict};
use crate::diagnostic::Diagnostic;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// How often a bar is drawn anew.
const TICK: Duration = Duration::from_millis(200);

/// How a user wants to be told.
#[derive(Clone, Copy, Debug)]
pub struct Terminal {
    /// Text for people or one JSON document.
    pub format: Format,
    /// Results and errors only.
    pub quiet: bool,
}

impl Terminal {
    /// Prints the outcome of a command. 0: done; 1: the design, or for `doctor` a tool, failed; 2: the
    /// request was wrong or the surroundings do not allow it.
    pub fn finish(&self, command: Option<&str>, outcome: Result<Report, Vec<Diagnostic>>) -> ExitCode {
        match outcome {
            Ok(report) => {
                let printed = match self.format {
                    Format::Text => print(&report.text),
                    Format::Json => print_json(&report.json),
                };
                if printed.is_err() {
                    return ExitCode::from(2);
                }
                match report.verdict {
                    Verdict::Passed => ExitCode::SUCCESS,
                    Verdict::Failed => ExitCode::from(1),
                    Verdict::Unknown(failures) => {
                        if self.format == Format::Text {
                            print_error(&refusal(&failures));
                        }
                        ExitCode::from(2)
                    }
                }
            }
            Err(diagnostics) => {
                match self.format {
                    Format::Text => print_error(&refusal(&diagnostics)),
                    Format::Json => _ = print_json(&refusal_json(command, &diagnostics)),
                }
                ExitCode::from(2)
            }
        }
    }

    /// A remark on the side, such as a default that was chosen.
    pub fn note(&self, text: &str) {
        if !self.quiet {
            print_error(&format!("{text}\n"));
        }
    }

    /// Text of a result that comes bit by bit; in JSON it is in the document at the end.
    pub fn stream(&self, text: &str) {
        if self.format == Format::Text {
            _ = print(text);
        }
    }

    /// The same for many small steps: a bar, or nothing where nobody watches.
    pub fn bar(&self, what: &str, length: usize) -> Progress {
        let mut progress = self.progress(what, length);
        progress.plain = false;
        progress
    }

    /// A bar over `length` steps of `what`, or plain lines where nobody watches.
    pub fn progress(&self, what: &str, length: usize) -> Progress {
        let watched = io::stderr().is_terminal();
        let bar = (!self.quiet && watched).then(|| {
            let style = ProgressStyle::with_template("{prefix} {bar:32} {pos}/{len} {elapsed} {wide_msg}");
            let bar = ProgressBar::new(length as u64).with_prefix(what.to_string());
            let bar = bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            // A step may take a minute: the clock shows that something is going on.
            bar.enable_steady_tick(TICK);
            bar
        });
        Progress { what: what.to_string(), length, done: AtomicUsize::new(0), bar, plain: !self.quiet && !watched }
    }
}

/// Work that takes its time.
pub struct Progress {
    what: String,
    length: usize,
    done: AtomicUsize,
    bar: Option<ProgressBar>,
    plain: bool,
}

impl Progress {
    /// One more step is done, on whatever thread.
    pub fn step(&self, name: &str) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        if let Some(bar) = &self.bar {
            bar.set_message(name.to_string());
            bar.inc(1);
        }
        if self.plain {
            print_error(&format!("{} {}/{}: {name}\n", self.what, done, self.length));
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn refusal(diagnostics: &[Diagnostic]) -> String {
    let mut text: String = diagnostics.iter().map(|diagnostic| diagnostic.render() + "\n").collect();
    if diagnostics.len() > 1 {
        text += &format!("{} errors\n", diagnostics.len());
    }
    text
}

fn refusal_json(command: Option<&str>, diagnostics: &[Diagnostic]) -> Value {
    let errors: Vec<Value> = diagnostics.iter().map(Diagnostic::to_json).collect();
    json!({"command": command, "status": "refused", "errors": errors})
}

/// A result that could not be printed; it has been told.
struct Unprinted;

fn print_json(document: &Value) -> Result<(), Unprinted> {
    print(&format!("{document:#}\n"))
}

/// A reader that has seen enough closes the pipe: that is no error.
fn print(text: &str) -> Result<(), Unprinted> {
    let mut output = io::stdout().lock();
    match output.write_all(text.as_bytes()).and_then(|()| output.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            print_error(&format!("error: the result cannot be printed: {error}\n"));
            Err(Unprinted)
        }
        _ => Ok(()),
    }
}

// Where even an error cannot be told there is nobody left to tell it to.

fn print_error(text: &str) {
    _ = io::stderr().lock().write_all(text.as_bytes());
}

/// What clap has to say: help and version on standard output, a wrong command line on standard error.
pub fn print_help(error: &clap::Error) -> ExitCode {
    let text = error.render().to_string();
    if error.use_stderr() {
        print_error(&text);
        return ExitCode::from(2);
    }
    print(&text).map_or(ExitCode::from(2), |()| ExitCode::SUCCESS)
}
