//! The verdict on designs: emitted, linted, built together, run against their scenarios, and broken on purpose.

use tritloom_datapath::interface::{Interface, Scenario};
use tritloom_emit::verilog::{Identity, emit};
use tritloom_hdl::{Design as Hardware, Mutant, bits_for, mutate};

use crate::Sources;
use crate::bench::{BenchReport, RunOptions};
use crate::build::{Design, Optimisation, Verilator};
use crate::equivalence::is_equivalent;
use crate::error::FlowError;
use crate::lint::Finding;
use crate::process::side_by_side;
use crate::tools;

/// A design and what it must do.
pub struct Task {
    /// The hardware.
    pub hardware: Hardware,
    /// Its streams.
    pub interface: Interface,
    /// What to send and what must come.
    pub scenarios: Vec<Scenario>,
}

/// What became of a task.
#[derive(Debug)]
pub struct Outcome {
    /// What the linter found.
    pub findings: Vec<Finding>,
    /// The bench's report.
    pub report: BenchReport,
}

impl Outcome {
    /// No warning and no failure.
    pub fn passed(&self) -> bool {
        self.findings.is_empty() && self.report.passed()
    }
}

/// How many broken designs the bench caught.
#[derive(Debug)]
pub struct Score {
    /// Defects tried.
    pub mutants: usize,
    /// Those that no scenario noticed, and whether the module with the defect is proven to do the same.
    pub survivors: Vec<(Mutant, bool)>,
}

impl Score {
    /// Defects that change what their module does, as far as is known.
    pub fn effective(&self) -> usize {
        self.mutants - self.survivors.iter().filter(|(_, equivalent)| *equivalent).count()
    }

    /// Defects that a scenario noticed.
    pub fn caught(&self) -> usize {
        self.mutants - self.survivors.len()
    }
}

/// Verilog of a design whose headers name no configuration, so that equal modules of several designs are equal text.
pub fn sources(hardware: &Hardware) -> Sources {
    let anonymous = Identity {
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        design_name: "check".to_owned(),
        config_hash: "none".to_owned(),
    };
    emit(hardware, &anonymous).files
}

impl Verilator {
    /// Lints, builds and runs every task; `done` is told the position of each as it ends. One that cannot be built
    /// does not keep the others from being checked.
    pub fn check(&self, tasks: &[Task], seed: u32, done: impl Fn(usize) + Sync) -> Vec<Result<Outcome, FlowError>> {
        let designs: Vec<Design> = tasks.iter().map(|task| design(&task.hardware, &task.interface, None)).collect();
        let models = self.build(&designs, Optimisation::Check);
        let findings = self.lint_all(&designs);
        let positions: Vec<usize> = (0..tasks.len()).collect();
        side_by_side(self.jobs, &positions, |&position| {
            let outcome = models[position].clone().and_then(|model| {
                let findings = findings[position].clone()?;
                let options = RunOptions { seed, ..RunOptions::default() };
                Ok(Outcome { findings, report: model.check(&tasks[position].scenarios, &options)? })
            });
            done(position);
            outcome
        })
    }

    /// Breaks a design in `count` ways, one at a time, and sees which of them the scenarios notice. All defects stand
    /// dormant in one build.
    pub fn mutation_score(
        &self,
        task: &Task,
        count: u32,
        seed: u32,
        done: impl Fn(u32) + Sync,
    ) -> Result<Score, FlowError> {
        let mutants = mutate(&task.hardware, count, seed.into());
        let width = bits_for(mutants.mutants.len() as u64);
        let broken = design(&mutants.design, &task.interface, Some(width));
        let model = self.build(&[broken], Optimisation::Check).remove(0)?;
        let vectors = model.vectors(&task.scenarios)?;
        let survivors = side_by_side(self.jobs, &mutants.mutants, |mutant| {
            let options = RunOptions {
                seed,
                mutant: mutant.number,
                stop_after: 1,
                watchdog_cycles: 2000,
                ..RunOptions::default()
            };
            let report = model.run(&vectors, &options);
            done(mutant.number);
            report.map(|report| report.passed().then(|| mutant.clone()))
        });
        let survivors: Vec<Mutant> =
            survivors.into_iter().collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect();
        let proven = match tools::find("yosys") {
            None => vec![Ok(false); survivors.len()],
            Some(_) => side_by_side(self.jobs, &survivors, |mutant| is_equivalent(&mutants.design, task, mutant)),
        };
        let proven = proven.into_iter().collect::<Result<Vec<_>, _>>()?;
        Ok(Score { mutants: mutants.mutants.len(), survivors: survivors.into_iter().zip(proven).collect() })
    }
}

/// The design as it is simulated.
pub fn design(hardware: &Hardware, interface: &Interface, mutant_width: Option<u32>) -> Design {
    let top = hardware.top().name.clone();
    Design { top, interface: interface.clone(), rtl: sources(hardware), mutant_width }
}
