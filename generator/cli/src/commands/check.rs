//! `tritloom check CONFIG...`: designs are built with their benches and run.

use super::{Report, Verdict, counted, load_all};
use crate::arguments::{Check, Simulator};
use crate::built::Built;
use crate::config::parameter_object;
use crate::diagnostic::{Diagnostic, code};
use crate::environment::{tool_failure, verilator};
use crate::output::Target;
use crate::terminal::Terminal;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
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

/// All designs are read before the first is built; one failure does not stop the others, nor does one of a tool, which
/// says nothing about a design.
pub fn check(
    arguments: &Check,
    families: &[&'static dyn Family],
    terminal: &Terminal,
) -> Result<Report, Vec<Diagnostic>> {
    let configurations = load_all(&arguments.configs, families)?;
    let designs = configurations.iter().map(Built::new).collect::<Result<Vec<_>, _>>()?;
    let engine = engine(arguments)?;
    if let Some(folder) = &arguments.keep {
        keep(folder, &designs, arguments)?;
    }
    let checked = match &engine {
        Engine::Verilator(verilator) => by_verilator(verilator, &designs, arguments, terminal),
        Engine::Evaluator { .. } => by_evaluator(&designs, arguments, terminal),
    };
    Ok(report(arguments, &engine, &designs, &checked))
}

/// Writes a folder for each design, or none where one of them would replace something else.
fn keep(folder: &Path, designs: &[Built], arguments: &Check) -> Result<(), Vec<Diagnostic>> {
    // A design that is named twice has one folder.
    let mut kept = BTreeMap::new();
    for design in designs {
        let name = format!("{}-{}", design.configuration.name, &design.configuration.hash()[..8]);
        kept.insert(folder.join(name), design);
    }
    let (mut targets, mut problems) = (Vec::new(), Vec::new());
    for (path, design) in kept {
        match Target::new(&path, &arguments.configs) {
            Ok(target) => targets.push((target, design)),
            Err(found) => problems.extend(found),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    targets.iter().try_for_each(|(target, design)| target.write(design.bench_folder(arguments.seed)).map(drop))
}

/// What a result without Verilator must say.
const FALLBACK: &str = "Verilator is not installed: checked in the evaluator, the Verilog itself was not run";

/// What runs the designs.
enum Engine {
    Verilator(Verilator),
    Evaluator {
        /// Why it is not Verilator, where nobody asked for the evaluator.
        fallback: Option<&'static str>,
    },
}

impl Engine {
    fn name(&self) -> &'static str {
        match self {
            Engine::Verilator(_) => "verilator",
            Engine::Evaluator { .. } => "evaluator",
        }
    }

    fn fallback(&self) -> Option<&'static str> {
        match self {
            Engine::Verilator(_) => None,
            Engine::Evaluator { fallback } => *fallback,
        }
    }
}

/// Verilator where it is found, unless the user wants it otherwise.
fn engine(arguments: &Check) -> Result<Engine, Vec<Diagnostic>> {
    let fallback = match arguments.simulator {
        Some(Simulator::Evaluator) => None,
        None if tools::find("verilator").is_none() => Some(FALLBACK),
        Some(Simulator::Verilator) | None => return verilator().map(Engine::Verilator),
    };
    if arguments.mutate == 0 {
        return Ok(Engine::Evaluator { fallback });
    }
    let refusal = Diagnostic::new(code::NEEDS_VERILATOR, "`--mutate` breaks the Verilog, which only Verilator runs");
    Err(vec![match fallback {
        None => refusal.note("leave out `--simulator evaluator`, or `--mutate`"),
        Some(_) => refusal.note("Verilator is not installed; `tritloom doctor` says how to install it"),
    }])
}

fn tasks(designs: &[Built], seed: u64) -> Vec<Task> {
    let task = |design: &Built| Task {
        hardware: design.hardware.clone(),
        interface: design.interface.clone(),
        scenarios: design.scenarios(seed),
    };
    designs.iter().map(task).collect()
}

fn by_verilator(verilator: &Verilator, designs: &[Built], arguments: &Check, terminal: &Terminal) -> Vec<Checked> {
    let tasks = tasks(designs, arguments.seed);
    let progress = terminal.progress("check", designs.len());
    let name = |position: usize| designs[position].configuration.name.as_str();
    let outcomes = verilator.check(&tasks, arguments.seed as u32, |position| progress.step(name(position)));
    drop(progress);
    let mut checked: Vec<Checked> =
        outcomes.iter().enumerate().map(|(at, outcome)| judged(name(at), outcome)).collect();
    if arguments.mutate > 0 {
        for (position, task) in tasks.iter().enumerate() {
            if checked[position].verdict == Verdict::Passed {
                match score(verilator, task, arguments, terminal) {
                    Ok(score) => checked[position].add_score(&score),
                    Err(error) => checked[position].add_failed_score(&error),
                }
            }
        }
    }
    checked
}

fn score(verilator: &Verilator, task: &Task, arguments: &Check, terminal: &Terminal) -> Result<Score, FlowError> {
    let progress = terminal.bar("mutants", arguments.mutate as usize);
    let done = |number: u32| progress.step(&number.to_string());
    verilator.mutation_score(task, arguments.mutate, arguments.seed as u32, done)
}

/// What failed outside the designs, each thing once.
fn tool_failures(checked: &[Checked]) -> Vec<Diagnostic> {
    let mut failures = Vec::new();
    for design in checked {
        if let Verdict::Unknown(found) = &design.verdict {
            let fresh: Vec<_> = found.iter().filter(|failure| !failures.contains(*failure)).cloned().collect();
            failures.extend(fresh);
        }
    }
    failures
}

fn judged(name: &str, outcome: &Result<Outcome, FlowError>) -> Checked {
    match outcome {
        Err(error) => {
            let json = json!({"error": error.to_string()});
            if error.is_about_design() {
                return Checked { verdict: Verdict::Failed, text: format!("{name}: FAILED: {error}"), json };
            }
            let verdict = Verdict::Unknown(vec![tool_failure(error)]);
            Checked { verdict, text: format!("{name}: not checked, a tool failed"), json }
        }
        Ok(outcome) => {
            let report = &outcome.report;
            let word = if outcome.passed() { "passed" } else { "FAILED" };
            let mut text = format!(
                "{name}: {word}: {}, {} compared in {}, {}",
                counted(report.scenarios, "scenario"),
                counted(report.beats_compared, "result beat"),
                counted(report.cycles, "cycle"),
                counted(outcome.findings.len() as u64, "lint warning")
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
            let Mutant { number, module, description, location, .. } = survivor;
            self.text += &format!("\n  {kind} {number}: {module}: {description}, built at {location}");
        }
        let survivors: Vec<Value> = score.survivors.iter().map(survivor_json).collect();
        self.json["mutation"] =
            json!({"mutants": score.mutants, "caught": caught, "equivalent": equivalent, "survivors": survivors});
    }

    /// The design passed, but what its bench is worth is not known.
    fn add_failed_score(&mut self, error: &FlowError) {
        self.verdict = Verdict::Unknown(vec![tool_failure(error)]);
        self.text += "\n  mutants: not run, a tool failed";
        self.json["mutation"] = json!({"error": error.to_string()});
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
                "{name}: {word} in the evaluator: {} compared in {}",
                counted(report.beats, "result beat"),
                counted(report.cycles, "cycle")
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

fn report(arguments: &Check, engine: &Engine, designs: &[Built], checked: &[Checked]) -> Report {
    let failed = checked.iter().filter(|design| design.verdict == Verdict::Failed).count();
    let failures = tool_failures(checked);
    let errors: Vec<Value> = failures.iter().map(Diagnostic::to_json).collect();
    let (verdict, status) = match failed {
        _ if !failures.is_empty() => (Verdict::Unknown(failures), "incomplete"),
        0 => (Verdict::Passed, "ok"),
        _ => (Verdict::Failed, "failed"),
    };
    let mut text: String = checked.iter().map(|design| design.text.trim_end().to_string() + "\n").collect();
    let known = checked.iter().filter(|design| !matches!(design.verdict, Verdict::Unknown(_))).count();
    text += &format!("{} checked with seed {}, {failed} failed", counted(known as u64, "design"), arguments.seed);
    text += &if known < checked.len() { format!(", {} not known\n", checked.len() - known) } else { "\n".into() };
    text.extend(engine.fallback().map(|fallback| format!("{fallback}\n")));
    let entries: Vec<Value> = designs.iter().zip(checked).map(entry).collect();
    let json = json!({
        "command": "check",
        "status": status,
        "seed": arguments.seed,
        "simulator": engine.name(),
        "fallback": engine.fallback(),
        "designs": entries,
        "errors": errors,
    });
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tool_that_fails_for_one_design_hides_no_verdict_on_another() {
        let error = FlowError::Answer { tool: "bench".into(), reason: "it died".into() };
        let unknown = judged("first", &Err(error.clone()));
        let failed = judged("second", &Err(FlowError::Misbehaved { reason: "no progress".into() }));
        let arguments = Check { configs: Vec::new(), keep: None, mutate: 0, seed: 1, simulator: None };
        let engine = Engine::Evaluator { fallback: None };
        let report = report(&arguments, &engine, &[], &[unknown, failed]);
        insta::assert_snapshot!(report.text);
        assert_eq!(report.verdict, Verdict::Unknown(vec![tool_failure(&error)]));
        assert_eq!(report.json["errors"][0]["code"], "T0001");
    }
}
