//! Configurations looked at here or by others: a folder with the list, tasks that work on shares of it, their journals
//! gathered.

use super::counted;
use super::examine::{Finding, Tools, source};
use super::measure::Target;
use super::work::folder::Folder;
use crate::arguments::{Cells, Engine, Engines};
use crate::config::Configuration;
use crate::diagnostic::{Diagnostic, code};
use crate::environment::{synthesiser, tool_failure};
use crate::output::unwritable;
use crate::output::write_file;
use crate::terminal::{Progress, Terminal};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;
use tritloom_flow::FlowError;
use tritloom_flow::slurm::{Job, Slurm, States, is_active, log, quoted};
use tritloom_search::Shard;

/// More tasks than these only where they are asked for: each takes a while to start.
const MOST_TASKS: usize = 64;

/// Beside the list.
const SCRIPT: &str = "array.sbatch";

/// More tasks than these are counted.
const NAMED: usize = 10;

/// How long to wait before Slurm is asked again, at first and at most.
const PAUSES: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(10));

/// How often in a row Slurm may not answer: its controller may be busy.
const PATIENCE: usize = 20;

/// What tools say of each configuration. Another engine than this process gets the list in `part` of its folder; it does
/// what no journal there holds.
pub fn examine(
    engines: &Engines,
    (target, cells): (&Target, &Cells),
    part: &Path,
    configurations: &[Configuration],
    terminal: &Terminal,
) -> Result<Vec<Finding>, Vec<Diagnostic>> {
    let engine = engines.engine.unwrap_or(Engine::Local);
    if engine == Engine::Local {
        return Tools::new(target)?.examine(configurations, terminal);
    }
    let path = engines.engine_dir.iter().flat_map(|folder| folder.components()).chain(part.components()).collect();
    let folder = Folder::place(path, cells, source(target, &synthesiser()?), configurations)?;
    let tasks = engines.tasks.unwrap_or(MOST_TASKS).min(configurations.len()).max(1);
    if !folder.missing(&folder.findings()?).is_empty() {
        match engine {
            Engine::Slurm => Array { folder: &folder, tasks, engines, terminal }.run()?,
            Engine::Local | Engine::Shards => return Err(vec![by_hand(&folder, tasks)?]),
        }
    }
    let mut findings = folder.findings()?;
    Ok(folder.names().filter_map(|name| findings.remove(name)).collect())
}

/// What to do for whoever has another scheduler.
fn by_hand(folder: &Folder, tasks: usize) -> Result<Diagnostic, Vec<Diagnostic>> {
    let missing = folder.missing(&folder.findings()?).len() as u64;
    let shown = quoted(&folder.path().display().to_string());
    let diagnostic = Diagnostic::new(code::ENGINE, format!("{} to be examined", counted(missing, "configuration")));
    let diagnostic = diagnostic.note(format!("run `tritloom work {shown} --shard I/{tasks}` for I from 1 to {tasks}"));
    Ok(diagnostic.note("the same command again gathers the results"))
}

/// An array of tasks in Slurm.
struct Array<'a> {
    folder: &'a Folder,
    tasks: usize,
    engines: &'a Engines,
    terminal: &'a Terminal,
}

impl Array<'_> {
    /// Submits what is missing, unless an earlier command has, and waits for it.
    fn run(&self) -> Result<(), Vec<Diagnostic>> {
        let slurm = Slurm::open().map_err(|error| vec![tool_failure(&error)])?;
        let name = format!("tritloom-{}", self.folder.identity());
        let job = match slurm.at_work(&name).map_err(refused)? {
            Some(job) => {
                self.terminal.note(&format!("job {job} of an earlier command is at work on it: waiting for it"));
                job
            }
            None => self.submit(&slurm, name)?,
        };
        let states = self.wait(&slurm, &job)?;
        let missing = self.folder.missing(&self.folder.findings()?).len();
        if missing == 0 { Ok(()) } else { Err(vec![self.incomplete(&job, &states, missing)]) }
    }

    fn submit(&self, slurm: &Slurm, name: String) -> Result<String, Vec<Diagnostic>> {
        let own = std::env::current_exe().map_err(|error| unwritable(self.folder.path(), &error))?;
        let job = Job {
            name,
            tasks: self.tasks_with_work()?,
            at_a_time: self.engines.at_a_time,
            partition: self.engines.partition.clone(),
            command: format!(
                "{} work . --shard \"$SLURM_ARRAY_TASK_ID/{}\"",
                quoted(&own.display().to_string()),
                self.tasks
            ),
        };
        write_file(&self.folder.path().join(SCRIPT), job.script().as_bytes())?;
        let number = slurm.submit(self.folder.path(), SCRIPT).map_err(refused)?;
        let count = counted(job.tasks.len() as u64, "task");
        self.terminal
            .note(&format!("job {number} has {count}: it goes on without this command, `scancel {number}` ends it"));
        Ok(number)
    }

    fn shard(&self, task: usize) -> Shard {
        Shard { rest: task - 1, of: self.tasks }
    }

    /// The tasks in whose share something is missing, from one.
    fn tasks_with_work(&self) -> Result<Vec<usize>, Vec<Diagnostic>> {
        let findings = self.folder.findings()?;
        let missing: BTreeSet<&String> = self.folder.missing(&findings).into_iter().collect();
        let has_work = |task: &usize| self.folder.share(self.shard(*task)).iter().any(|name| missing.contains(name));
        Ok((1..=self.tasks).filter(has_work).collect())
    }

    /// Until no task waits or runs; returns the last known state of each.
    fn wait(&self, slurm: &Slurm, job: &str) -> Result<States, Vec<Diagnostic>> {
        let progress = self.terminal.progress("slurm", self.folder.names().count());
        let (mut known, mut states, mut failures) = (BTreeSet::new(), States::new(), 0);
        let (mut pause, longest) = PAUSES;
        loop {
            let active = match slurm.states(job) {
                Ok(found) => {
                    failures = 0;
                    let active = found.values().any(|state| is_active(state));
                    states.extend(found);
                    active
                }
                Err(error) => {
                    failures += 1;
                    if failures > PATIENCE {
                        return Err(refused(error));
                    }
                    true
                }
            };
            self.show(&progress, &mut known)?;
            if !active {
                return Ok(states);
            }
            sleep(pause);
            pause = (pause * 2).min(longest);
        }
    }

    /// A step for each finding that is new.
    fn show(&self, progress: &Progress, known: &mut BTreeSet<String>) -> Result<(), Vec<Diagnostic>> {
        for name in self.folder.findings()?.into_keys() {
            if known.insert(name.clone()) {
                progress.step(&name);
            }
        }
        Ok(())
    }

    /// What each task with something missing has to say.
    fn incomplete(&self, job: &str, states: &States, missing: usize) -> Diagnostic {
        let message = format!("job {job} has left {} without a result", counted(missing as u64, "configuration"));
        let tasks = self.tasks_with_work().unwrap_or_default();
        let notes = tasks.iter().take(NAMED).map(|task| {
            let state = match states.get(task).map(String::as_str) {
                Some(state) if is_active(state) => "no longer known to Slurm",
                Some(state) => state,
                None => "not known to Slurm",
            };
            let log = self.folder.path().join(log(job, &task.to_string()));
            format!("task {job}_{task}: {state}, {}", last_words(&log))
        });
        let diagnostic = notes.fold(Diagnostic::new(code::ENGINE, message), Diagnostic::note);
        let diagnostic = match tasks.len().saturating_sub(NAMED) {
            0 => diagnostic,
            more => diagnostic.note(format!("and {}", counted(more as u64, "more task"))),
        };
        diagnostic.note("the same command again submits what is missing, and nothing else")
    }
}

/// A log, and how it ends.
fn last_words(log: &PathBuf) -> String {
    let shown = log.display();
    let text = fs::read(log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    match text.lines().rev().find(|line| !line.trim().is_empty()) {
        Some(line) => format!("log {shown}, which ends: {}", line.trim()),
        None => format!("no word in its log {shown}"),
    }
}

/// Slurm's own words.
fn refused(error: FlowError) -> Vec<Diagnostic> {
    let text = error.to_string();
    let mut lines = text.lines();
    let diagnostic = Diagnostic::new(code::ENGINE, lines.next().unwrap_or_default());
    vec![lines.fold(diagnostic, Diagnostic::note)]
}
