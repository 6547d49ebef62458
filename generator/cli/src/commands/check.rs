//! `tritloom check CONFIG...`: designs are built with their benches and run.

use super::{Report, Verdict, load_all};
use crate::arguments::{Check, Simulator};
use crate::built::Built;
use crate::config::parameter_object;
use crate::diagnostic::Diagnostic;
use crate::environment::{tool_failure, verilator};
use crate::output::write_folder;
use crate::terminal::Terminal;
use serde_json::{Value, json};
use tritloom_datapath::family::Family;
use tritloom_datapath::rehearsal::rehearse;
use tritloom_flow::check::{Outcome, Score, Task};
use tritloom_flow::{FlowError, Verilator, tools};
use tritloom_hdl::Mutant;

/// What became of one design.
struct Checked {
    verdict: Verdict,
    /// One line, or several where it failed.
    text: String,
    /// The same for programs.
    json: Value,
}

/// All designs are read before the first is built; one failure does not stop the others.
pub fn check(
    arguments: &Check,
    families: &[&'static dyn Family],
    terminal: &Terminal,
) -> Result<Report, Vec<Diagnostic>> {
    let configurations = load_all(&arguments.configs, families)?;
    let designs = configurations.iter().map(Built::new).collect::<Result<Vec<_>, _>>()?;
    if let Some(folder) = &arguments.keep {
        for design in &designs {
            let name = format!("{}-{}", design.configuration.name, &design.configuration.hash()[..8]);
            write_folder(&folder.join(name), &design.bench_folder(arguments.seed))?;
        }
    }
    let checked = match simulator(arguments, terminal) {
        Simulator::Verilator => by_verilator(&designs, arguments, terminal)?,
        Simulator::Evaluator => by_evaluator(&designs, arguments, terminal),
    };
    Ok(report(arguments, &designs, &checked))
}

/// Verilator where it is found.
fn simulator(arguments: &Check, terminal: &Terminal) -> Simulator {
    arguments.simulator.unwrap_or_else(|| {
        if tools::find("verilator").is_some() {
            return Simulator::Verilator;
        }
        terminal.note("Verilator is not installed: checked in the evaluator instead, the Verilog itself is not run");
        Simulator::Evaluator
    })
}

fn tasks(designs: &[Built], seed: u64) -> Vec<Task> {
    let task = |design: &Built| Task {
        hardware: design.hardware.clone(),
        interface: design.interface.clone(),
        scenarios: design.scenarios(seed),
    };
    designs.iter().map(task).collect()
}

fn by_verilator(designs: &[Built], arguments: &Check, terminal: &Terminal) -> Result<Vec<Checked>, Vec<Diagnostic>> {
    let verilator = verilator().map_err(|error| tool_failure(&error))?;
    let tasks = tasks(designs, arguments.seed);
    let progress = terminal.progress("check", designs.len());
    let name = |position: usize| designs[position].configuration.name.as_str();
    let outcomes = verilator.check(&tasks, arguments.seed as u32, |position| progress.step(name(position)));
    drop(progress);
    let mut checked: Vec<Checked> =
        designs.iter().zip(&outcomes).map(|(design, outcome)| judged(design, outcome)).collect();
    if arguments.mutate > 0 {
        for (position, task) in tasks.iter().enumerate() {
            if checked[position].verdict == Verdict::Passed {
                let score = score(&verilator, task, arguments, terminal)?;
                checked[position].add_score(&score);
            }
        }
    }
    Ok(checked)
}

fn score(verilator: &Verilator, task: &Task, arguments: &Check, terminal: &Terminal) -> Result<Score, Vec<Diagnostic>> {
    let progress = terminal.bar("mutants", arguments.mutate as usize);
    let done = |number: u32| progress.step(&number.to_string());
    let score = verilator.mutation_score(task, arguments.mutate, arguments.seed as u32, done);
    score.map_err(|error| tool_failure(&error))
}

fn judged(design: &Built, outcome: &Result<Outcome, FlowError>) -> Checked {
    let name = &design.configuration.name;
    match outcome {
        Err(error) => Checked {
            verdict: Verdict::Failed,
            text: format!("{name}: FAILED: {error}"),
            json: json!({"error": error.to_string()}),
        },
        Ok(outcome) => {
            let report = &outcome.report;
            let word = if outcome.passed() { "passed" } else { "FAILED" };
            let mut text = format!(
                "{name}: {word}: {} scenarios, {} result beats compared in {} cycles, {} lint warnings",
                report.scenarios,
                report.beats_compared,
                report.cycles,
                outcome.findings.len()
            );
            outcome.findings.iter().for_each(|finding| text += &format!("\n  {finding}"));
            report.failures.iter().for_each(|failure| text += &format!("\n  {failure}"));
            let findings: Vec<String> = outcome.findings.iter().map(ToString::to_string).collect();
            let verdict = if outcome.passed() { Verdict::Passed } else { Verdict::Failed };
            Checked { verdict, text, json: json!({"simulator": "verilator", "lint": findings, "bench": report}) }
        }
    }
}

impl Checked {
    fn add_score(&mut self, score: &Score) {
        let (caught, effective) = (score.caught(), score.effective());
        let percent = |of: usize| 100.0 * caught as f64 / of.max(1) as f64;
        self.text += &format!("\n  mutants: {caught} of {} caught ({:.1} %)", score.mutants, percent(score.mutants));
        let equivalent = score.mutants - effective;
        self.text += &format!(", {:.1} % without {equivalent} proven equivalent", percent(effective));
        for (survivor, equivalent) in &score.survivors {
            let kind = if *equivalent { "equivalent" } else { "survivor" };
            self.text += &format!("\n  {kind} {}: {}: {}", survivor.number, survivor.module, survivor.description);
        }
        let survivors: Vec<Value> = score.survivors.iter().map(survivor_json).collect();
        self.json["mutation"] =
            json!({"mutants": score.mutants, "caught": caught, "equivalent": equivalent, "survivors": survivors});
    }
}

fn survivor_json((survivor, equivalent): &(Mutant, bool)) -> Value {
    json!({
        "number": survivor.number,
        "module": survivor.module,
        "location": survivor.location.to_string(),
        "description": survivor.description,
        "proven_equivalent": equivalent,
    })
}

fn by_evaluator(designs: &[Built], arguments: &Check, terminal: &Terminal) -> Vec<Checked> {
    if arguments.mutate > 0 {
        terminal.note("--mutate needs Verilator and is left out");
    }
    let progress = terminal.progress("check", designs.len());
    let check = |design: &Built| {
        let checked = rehearsed(design, arguments.seed);
        progress.step(&design.configuration.name);
        checked
    };
    designs.iter().map(check).collect()
}

fn rehearsed(design: &Built, seed: u64) -> Checked {
    let name = &design.configuration.name;
    match rehearse(&design.hardware, &design.interface, &design.scenarios(seed), seed) {
        Err(error) => Checked {
            verdict: Verdict::Failed,
            text: format!("{name}: FAILED: {error}"),
            json: json!({"error": error.to_string()}),
        },
        Ok(report) => {
            let passed = report.failures.is_empty();
            let word = if passed { "passed" } else { "FAILED" };
            let mut text = format!(
                "{name}: {word} in the evaluator: {} result beats compared in {} cycles",
                report.beats, report.cycles
            );
            let failures: Vec<String> = report
                .failures
                .iter()
                .map(|failure| format!("scenario {}, cycle {}: {}", failure.scenario, failure.cycle, failure.message))
                .collect();
            failures.iter().for_each(|failure| text += &format!("\n  {failure}"));
            let verdict = if passed { Verdict::Passed } else { Verdict::Failed };
            let json = json!({
                "simulator": "evaluator",
                "beats_compared": report.beats,
                "cycles": report.cycles,
                "failures": failures,
            });
            Checked { verdict, text, json }
        }
    }
}

fn report(arguments: &Check, designs: &[Built], checked: &[Checked]) -> Report {
    let failed = checked.iter().filter(|design| design.verdict == Verdict::Failed).count();
    let verdict = if failed == 0 { Verdict::Passed } else { Verdict::Failed };
    let mut text: String = checked.iter().map(|design| design.text.trim_end().to_string() + "\n").collect();
    text += &format!("{} designs checked with seed {}, {failed} failed\n", checked.len(), arguments.seed);
    let entries: Vec<Value> = designs.iter().zip(checked).map(entry).collect();
    let status = if failed == 0 { "ok" } else { "failed" };
    let json = json!({"command": "check", "status": status, "seed": arguments.seed, "designs": entries});
    Report { text, json, verdict }
}

fn entry((design, checked): (&Built, &Checked)) -> Value {
    let configuration = &design.configuration;
    json!({
        "design": configuration.name,
        "family": configuration.family.name(),
        "hash": configuration.hash(),
        "top": design.top(),
        "parameters": parameter_object(&configuration.parameters),
        "passed": checked.verdict == Verdict::Passed,
        "detail": checked.json,
    })
}
