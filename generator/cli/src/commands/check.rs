//! `tritloom check CONFIG...`: designs are built with their benches and run.

use super::{Report, Verdict, load_all, not_available};
use crate::arguments::Check;
use crate::config::{Configuration, parameter_object};
use crate::diagnostic::Diagnostic;
use crate::terminal::{Progress, Terminal};
use serde_json::{Value, json};
use tritloom_datapath::family::Family;

/// What became of one design.
pub struct Checked {
    /// Whether every result was right.
    pub verdict: Verdict,
    /// One line, or several where it failed.
    pub text: String,
    /// The same for programs: an object.
    pub json: Value,
}

/// All designs are read before the first is built; one failure does not stop the others.
pub fn check(
    arguments: &Check,
    families: &[&'static dyn Family],
    terminal: &Terminal,
) -> Result<Report, Vec<Diagnostic>> {
    let configurations = load_all(&arguments.configs, families)?;
    let progress = terminal.progress("check", configurations.len());
    let checked = simulate(&configurations, arguments, &progress)?;
    drop(progress);
    Ok(report(arguments, &configurations, &checked))
}

/// SEAM: one [`Checked`] for each configuration, in their order.
///
/// To connect: the bench of `tritloom_emit`, built and run by `tritloom_flow`, with `arguments.seed`, `mutate`,
/// `keep` and `simulator` (none: Verilator where it is found, the evaluator elsewhere, which deserves a note);
/// `progress.step(name)` once a design. Designs of different files may share a name: `keep` needs their hashes too.
fn simulate(
    _configurations: &[Configuration],
    _arguments: &Check,
    _progress: &Progress,
) -> Result<Vec<Checked>, Vec<Diagnostic>> {
    Err(not_available("the simulation"))
}

fn report(arguments: &Check, configurations: &[Configuration], checked: &[Checked]) -> Report {
    let failed = checked.iter().filter(|design| design.verdict == Verdict::Failed).count();
    let verdict = if failed == 0 { Verdict::Passed } else { Verdict::Failed };
    let mut text: String = checked.iter().map(|design| design.text.trim_end().to_string() + "\n").collect();
    text += &format!("{} designs checked with seed {}, {failed} failed\n", checked.len(), arguments.seed);
    let designs: Vec<Value> = configurations.iter().zip(checked).map(entry).collect();
    let status = if failed == 0 { "ok" } else { "failed" };
    let json = json!({"command": "check", "status": status, "seed": arguments.seed, "designs": designs});
    Report { text, json, verdict }
}

fn entry((configuration, checked): (&Configuration, &Checked)) -> Value {
    json!({
        "design": configuration.name,
        "family": configuration.family.name(),
        "hash": configuration.hash(),
        "parameters": parameter_object(&configuration.parameters),
        "passed": checked.verdict == Verdict::Passed,
        "detail": checked.json,
    })
}
