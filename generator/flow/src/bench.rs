//! Running a model's bench and reading its verdict.

use std::fmt;
use std::io::Write;
use std::process::Command;

use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;
use tritloom_datapath::interface::Scenario;
use tritloom_emit::bench::{DesignUnderTest, vectors};

use crate::build::Model;
use crate::error::FlowError;
use crate::process::{Finished, finish};

/// How to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunOptions {
    /// For the first values of registers without reset, and the noise on inputs that are not valid.
    pub seed: u32,
    /// The defect to select, 0 for none.
    pub mutant: u32,
    /// Cycles without progress that count as a hang.
    pub watchdog_cycles: u32,
    /// Cycles to watch for surplus beats after each scenario.
    pub settle_cycles: u32,
    /// Stop after the scenario in which so many failures are reached; no more are described.
    pub stop_after: u32,
}

impl Default for RunOptions {
    fn default() -> RunOptions {
        RunOptions { seed: 1, mutant: 0, watchdog_cycles: 10_000, settle_cycles: 64, stop_after: 10 }
    }
}

/// The verdict of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BenchReport {
    /// The design's top module.
    pub design: String,
    /// As in [`RunOptions`].
    pub seed: u32,
    /// As in [`RunOptions`].
    pub mutant: u32,
    /// How many scenarios ran.
    pub scenarios: u64,
    /// How many output beats were compared.
    pub beats_compared: u64,
    /// How many cycles that took, resets not counted.
    pub cycles: u64,
    /// All failures, those that are not described too.
    pub failure_count: u64,
    /// The first failures.
    pub failures: Vec<Failure>,
}

impl BenchReport {
    /// Whether everything agreed; something was compared then.
    pub fn passed(&self) -> bool {
        self.failure_count == 0
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// In what way.
    pub kind: FailureKind,
    /// In which scenario; empty for a crash.
    pub scenario: String,
    /// On which stream; empty for a latency and a crash.
    pub stream: String,
    /// At which beat of the stream, from 0.
    pub beat: u64,
    /// In which cycle of the scenario.
    pub cycle: u64,
    /// In which field, where only one differs.
    pub field: String,
    /// The highest and ...
    pub high: u32,
    /// ... the lowest bit of `expected` and `got` in the field.
    pub low: u32,
    /// Hexadecimal digits; cycles, in decimal, for a latency.
    pub expected: String,
    /// The same; the program's last words for a crash.
    pub got: String,
}

/// In what way something is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FailureKind {
    /// A field of a beat differs.
    Mismatch,
    /// A beat came that nobody expects.
    Extra,
    /// Nothing moves any more, and a beat has not come.
    Missing,
    /// Nothing moves any more, and a beat has not been taken.
    Stuck,
    /// Valid fell before the beat was taken.
    Withdrawn,
    /// The payload changed before the beat was taken.
    Unstable,
    /// The run took another number of cycles than stated.
    Latency,
    /// The simulation died, as it does when logic feeds back on itself and does not settle.
    Crash,
}

impl fmt::Display for FailureKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            FailureKind::Mismatch => "mismatch",
            FailureKind::Extra => "extra",
            FailureKind::Missing => "missing",
            FailureKind::Stuck => "stuck",
            FailureKind::Withdrawn => "withdrawn",
            FailureKind::Unstable => "unstable",
            FailureKind::Latency => "latency",
            FailureKind::Crash => "crash",
        })
    }
}

impl fmt::Display for Failure {
    /// One line, the same as the bench itself prints.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.kind)?;
        let words = [("scenario", &self.scenario), ("stream", &self.stream)];
        for (name, value) in words.iter().filter(|(_, value)| !value.is_empty()) {
            write!(formatter, " {name}={value}")?;
        }
        if !self.stream.is_empty() {
            write!(formatter, " beat={}", self.beat)?;
        }
        if !self.field.is_empty() {
            write!(formatter, " field={}[{}:{}]", self.field, self.high, self.low)?;
        }
        let words = [("expected", &self.expected), ("got", &self.got)];
        for (name, value) in words.iter().filter(|(_, value)| !value.is_empty()) {
            write!(formatter, " {name}={value}")?;
        }
        write!(formatter, " cycle={}", self.cycle)
    }
}

/// Scenarios on disk, as long as the value lives.
#[derive(Debug)]
pub struct Vectors {
    file: NamedTempFile,
}

impl Model {
    /// Writes scenarios for this model; they serve any number of runs.
    pub fn vectors(&self, scenarios: &[Scenario]) -> Result<Vectors, FlowError> {
        let design = DesignUnderTest { top: &self.top, interface: &self.interface, mutant_width: None };
        let folder = std::env::temp_dir();
        let mut file = NamedTempFile::new_in(&folder).map_err(FlowError::file("create a file in", &folder))?;
        let text = vectors(&design, scenarios);
        file.write_all(text.as_bytes()).map_err(FlowError::file("write a file in", &folder))?;
        Ok(Vectors { file })
    }

    /// Runs the bench. A design that fails is a report with failures in it, not an error.
    pub fn run(&self, vectors: &Vectors, options: &RunOptions) -> Result<BenchReport, FlowError> {
        self.finished(&mut self.command(vectors, options), options)
    }

    pub(crate) fn command(&self, vectors: &Vectors, options: &RunOptions) -> Command {
        let mut command = Command::new(&self.program);
        command.arg("--json").args(["--design", &self.top]).arg("--vectors").arg(vectors.file.path());
        let numbers = [
            ("--seed", options.seed),
            ("--mutant", options.mutant),
            ("--watchdog", options.watchdog_cycles),
            ("--settle", options.settle_cycles),
            ("--stop-after", options.stop_after),
        ];
        for (name, value) in numbers {
            command.arg(name).arg(value.to_string());
        }
        command
    }

    pub(crate) fn finished(&self, command: &mut Command, options: &RunOptions) -> Result<BenchReport, FlowError> {
        let tool = format!("the bench {}", self.program.display());
        let finished = finish(&tool, command)?;
        match finished.status.code() {
            Some(0 | 1) => serde_json::from_str(&finished.stdout).map_err(|error| FlowError::answer(&tool, error)),
            Some(_) => Err(finished.failed(&tool)),
            None => Ok(self.crash(options, &finished)),
        }
    }

    /// Writes `scenarios` and runs them once.
    pub fn check(&self, scenarios: &[Scenario], options: &RunOptions) -> Result<BenchReport, FlowError> {
        self.run(&self.vectors(scenarios)?, options)
    }

    /// A signal ended the simulation.
    fn crash(&self, options: &RunOptions, finished: &Finished) -> BenchReport {
        let words = format!("{} {}", finished.status, finished.stderr.replace('\n', " "));
        let failure = Failure {
            kind: FailureKind::Crash,
            scenario: String::new(),
            stream: String::new(),
            beat: 0,
            cycle: 0,
            field: String::new(),
            high: 0,
            low: 0,
            expected: String::new(),
            got: words.trim().to_owned(),
        };
        BenchReport {
            design: self.top.clone(),
            seed: options.seed,
            mutant: options.mutant,
            scenarios: 0,
            beats_compared: 0,
            cycles: 0,
            failure_count: 1,
            failures: vec![failure],
        }
    }
}
