//! Slurm: arrays of tasks on the nodes of a cluster that share a folder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::FlowError;
use crate::process::{finish, succeed};
use crate::tools::require;

/// What Slurm says of a task that will not run again.
const ENDED: [&str; 10] = [
    "BOOT_FAIL",
    "CANCELLED",
    "COMPLETED",
    "DEADLINE",
    "FAILED",
    "NODE_FAIL",
    "OUT_OF_MEMORY",
    "PREEMPTED",
    "REVOKED",
    "TIMEOUT",
];

/// How Slurm answers for a job that ended some minutes ago.
const FORGOTTEN: &str = "Invalid job id specified";

/// An array of tasks that differ in their number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// One word; [`Slurm::at_work`] finds the job by it.
    pub name: String,
    /// The numbers, in order.
    pub tasks: Vec<usize>,
    /// How many may run at the same time.
    pub at_a_time: Option<usize>,
    /// Where; Slurm's default without it.
    pub partition: Option<String>,
    /// The program of every task, and its arguments: words that the shell expands, `$SLURM_ARRAY_TASK_ID` among them.
    pub command: String,
}

impl Job {
    /// The script for `sbatch`, which runs in the folder that it is submitted from and has a folder `logs` there.
    pub fn script(&self) -> String {
        let at_a_time = self.at_a_time.map(|tasks| format!("%{tasks}")).unwrap_or_default();
        let partition = self.partition.as_ref().map(|name| format!("#SBATCH --partition={name}\n")).unwrap_or_default();
        format!(
            "#!/bin/sh\n\
             #SBATCH --job-name={}\n\
             #SBATCH --array={}{at_a_time}\n\
             {partition}\
             #SBATCH --nodes=1\n\
             #SBATCH --ntasks=1\n\
             #SBATCH --output={}\n\
             #SBATCH --open-mode=append\n\
             #SBATCH --requeue\n\
             exec {}\n",
            self.name,
            ranges(&self.tasks),
            log("%A", "%a"),
            self.command
        )
    }
}

/// Numbers in order, as `1-3,5`.
fn ranges(numbers: &[usize]) -> String {
    let mut ranges: Vec<(usize, usize)> = vec![];
    for &number in numbers {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            _ => ranges.push((number, number)),
        }
    }
    let shown =
        |(first, last): &(usize, usize)| if first == last { format!("{first}") } else { format!("{first}-{last}") };
    ranges.iter().map(shown).collect::<Vec<_>>().join(",")
}

/// Where a task writes what it has to say, in the folder that its job was submitted from.
pub fn log(job: &str, task: &str) -> String {
    format!("logs/{job}_{task}.log")
}

/// A word of a command as the shell reads it.
pub fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// What Slurm says of the tasks that it knows, by their number.
pub type States = BTreeMap<usize, String>;

/// Whether a task waits or runs.
pub fn is_active(state: &str) -> bool {
    !ENDED.contains(&state)
}

/// The commands of Slurm.
pub struct Slurm {
    sbatch: PathBuf,
    squeue: PathBuf,
}

impl Slurm {
    /// Those in the search path.
    pub fn open() -> Result<Slurm, FlowError> {
        Ok(Slurm { sbatch: require("sbatch")?, squeue: require("squeue")? })
    }

    /// Submits a script of `folder` from there; returns the number of the job.
    pub fn submit(&self, folder: &Path, script: &str) -> Result<String, FlowError> {
        let said = succeed("sbatch", Command::new(&self.sbatch).current_dir(folder).args(["--parsable", script]))?;
        let number = said.trim().split(';').next().unwrap_or_default();
        match number.parse::<u64>() {
            Ok(_) => Ok(number.to_owned()),
            Err(_) => Err(FlowError::answer("sbatch", format!("it names no job: `{}`", said.trim()))),
        }
    }

    /// The number of the user's job of a name that waits or runs.
    pub fn at_work(&self, name: &str) -> Result<Option<String>, FlowError> {
        let name = format!("--name={name}");
        let said = succeed("squeue", Command::new(&self.squeue).args(["--noheader", "--me", &name, "--format=%F"]))?;
        Ok(said.split_whitespace().next().map(str::to_owned))
    }

    /// The states of a job's tasks; those that ended some minutes ago are forgotten.
    pub fn states(&self, job: &str) -> Result<States, FlowError> {
        let job = format!("--jobs={job}");
        let options = ["--noheader", "--array", "--states=all", &job, "--format=%K %T"];
        let finished = finish("squeue", Command::new(&self.squeue).args(options))?;
        if !finished.status.success() {
            let forgotten = finished.stderr.contains(FORGOTTEN);
            return if forgotten { Ok(States::new()) } else { Err(finished.failed("squeue")) };
        }
        let state = |line: &str| {
            let (task, state) = line.trim().split_once(' ')?;
            Some((task.parse().ok()?, state.to_owned()))
        };
        Ok(finished.stdout.lines().filter_map(state).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_is_a_script() {
        let command = format!("{} work . --shard \"$SLURM_ARRAY_TASK_ID/9\"", quoted("/opt/it's/tritloom"));
        let job = Job {
            name: "tritloom-1f".to_owned(),
            tasks: vec![1, 2, 3, 5, 8, 9],
            at_a_time: Some(4),
            partition: Some("long".to_owned()),
            command,
        };
        let expected = r#"#!/bin/sh
#SBATCH --job-name=tritloom-1f
#SBATCH --array=1-3,5,8-9%4
#SBATCH --partition=long
#SBATCH --nodes=1
#SBATCH --ntasks=1
#SBATCH --output=logs/%A_%a.log
#SBATCH --open-mode=append
#SBATCH --requeue
exec '/opt/it'\''s/tritloom' work . --shard "$SLURM_ARRAY_TASK_ID/9"
"#;
        assert_eq!(job.script(), expected);
        let plain = Job { at_a_time: None, partition: None, tasks: vec![7], ..job }.script();
        assert!(plain.contains("--array=7\n") && !plain.contains("partition"), "{plain}");
    }
}
