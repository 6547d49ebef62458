//! Starting processes, and doing several things at a time.

use std::panic::resume_unwind;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{ScopedJoinHandle, scope};

use crate::error::FlowError;

/// What a process left.
pub(crate) struct Finished {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs `command` to its end, whatever the end is.
pub(crate) fn finish(tool: &str, command: &mut Command) -> Result<Finished, FlowError> {
    finish_reading(tool, command, Stdio::null())
}

/// The same with something to read.
pub(crate) fn finish_reading(tool: &str, command: &mut Command, input: Stdio) -> Result<Finished, FlowError> {
    let output = command
        .stdin(input)
        .env("LC_ALL", "C")
        .output()
        .map_err(|error| FlowError::Start { tool: tool.to_owned(), reason: error.to_string() })?;
    Ok(Finished {
        status: output.status,
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    })
}

/// Runs `command` to its end, which must be a good one; returns what it wrote to its standard output.
pub(crate) fn succeed(tool: &str, command: &mut Command) -> Result<String, FlowError> {
    let finished = finish(tool, command)?;
    if finished.status.success() { Ok(finished.stdout) } else { Err(finished.failed(tool)) }
}

impl Finished {
    pub(crate) fn failed(self, tool: &str) -> FlowError {
        FlowError::Failed { tool: tool.to_owned(), status: self.status.to_string(), output: self.stdout + &self.stderr }
    }
}

/// Does `work` on every item, on up to `jobs` threads; results are in the order of the items.
pub fn side_by_side<T: Sync, R: Send>(jobs: usize, items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let worker = || {
        let mut results = vec![];
        while let Some((index, item)) = take_next(&next, items) {
            results.push((index, work(item)));
        }
        results
    };
    let mut results = scope(|scope| {
        let workers: Vec<_> = (0..jobs.clamp(1, items.len().max(1))).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().flat_map(join).collect::<Vec<_>>()
    });
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}

fn take_next<'a, T>(next: &AtomicUsize, items: &'a [T]) -> Option<(usize, &'a T)> {
    let index = next.fetch_add(1, Ordering::Relaxed);
    items.get(index).map(|item| (index, item))
}

/// The result of a thread; its panic, a defect, goes on in this one.
pub(crate) fn join<R>(handle: ScopedJoinHandle<'_, R>) -> R {
    handle.join().unwrap_or_else(|panic| resume_unwind(panic))
}
