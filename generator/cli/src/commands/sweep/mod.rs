//! `tritloom sweep SPACE`: the Pareto front of a space of configurations.

mod explain;
mod failures;
mod journal;
mod nothing;
mod points;
mod results;
#[cfg(test)]
mod tests;
mod verify;

use super::{Report, Verdict, counted, load_all, table};
use crate::arguments::{Points, Search as SearchMode, Sweep};
use crate::config::{Configuration, Sweeps, load_space};
use crate::diagnostic::{Diagnostic, code};
use crate::environment::jobs;
use crate::output::{Files, Spools, Target};
use crate::terminal::Terminal;
use journal::Journal;
use results::Results;
use serde_json::json;
use std::collections::BTreeMap;
use std::path::PathBuf;
use tritloom_datapath::family::Family;
use tritloom_search::{Mode, Outcome, Region, Search, Shard, Space, SpaceError, TooLarge, Verdict as Judgement};

/// More configurations of a front than this are counted on the terminal, and stand in the files.
const SHOWN: usize = 40;

/// What helps against large spaces.
const FEWER_VALUES: &str = "take the values that matter, or ranges with `times: 2`";

impl From<SearchMode> for Mode {
    fn from(mode: SearchMode) -> Mode {
        match mode {
            SearchMode::Exhaustive => Mode::Exhaustive,
            SearchMode::Pruned => Mode::Pruned,
        }
    }
}

/// Searches the space in each of its technologies.
pub fn sweep(
    arguments: &Sweep,
    families: &[&'static dyn Family],
    terminal: &Terminal,
) -> Result<Report, Vec<Diagnostic>> {
    let sweeps = load_space(&arguments.space, families)?;
    too_large(arguments, &sweeps)?;
    let read = [arguments.space.clone()];
    let explained = load_all(arguments.explain.as_slice(), families)?;
    let target = arguments.out.as_deref().map(|folder| Target::new(folder, &read)).transpose()?;
    let verifies = arguments.verify_front.is_some();
    let cells = verifies.then(|| verify::target(arguments, &sweeps.spaces, terminal)).transpose()?;
    let (mut text, mut documents, mut sound) = (String::new(), vec![], true);
    let (mut files, mut spools) = (Files::new(), Spools::new());
    for space in &sweeps.spaces {
        let (search, mut results, explanation) = search(arguments, &sweeps, space, explained.first(), terminal)?;
        text += &shown(&results);
        let folder = match sweeps.spaces.len() {
            1 => PathBuf::new(),
            _ => PathBuf::from(&space.model.technology.name),
        };
        if let Some(cells) = &cells {
            results.verified = verify::verify(arguments, cells, (space, &results), &folder, terminal)?;
            text += &verify::shown(&results.verified);
        }
        text += &explanation;
        if let (Points::All, Some(target)) = (arguments.points, &target) {
            let threads = arguments.threads.unwrap_or_else(jobs);
            let all = points::write(&search, &mut results, threads, (target, &folder, &mut spools), terminal)?;
            text += &format!("{} in points.csv and points.parquet\n", counted(all as u64, "configuration"));
        }
        sound &= results.verified.iter().all(verify::Verified::is_sound);
        results.files(&mut files, &folder);
        documents.push(results.json());
    }
    if let Some(target) = target {
        files.insert(PathBuf::from("space.yaml"), sweeps.text.clone().into_bytes());
        target.write_all(files, spools)?;
    }
    let (status, verdict) = if sound { ("ok", Verdict::Passed) } else { ("failed", Verdict::Failed) };
    let json = json!({"command": "sweep", "status": status, "sweeps": documents});
    Ok(Report { text, json, verdict })
}

/// Numbers of configurations have 64 bits, and tables of all of them an end.
fn too_large(arguments: &Sweep, sweeps: &Sweeps) -> Result<(), Vec<Diagnostic>> {
    match sweeps.spaces.first().map(Space::size) {
        Some(None) => {
            let message = "the space has more than 2^64 configurations";
            Err(vec![Diagnostic::new(code::RANGE, message).note(FEWER_VALUES)])
        }
        Some(Some(size)) if arguments.points == Points::All && size > points::MOST => {
            let shown = arguments.space.display();
            let message = format!("the space of `{shown}` has {size} configurations, too many for `--points all`");
            let diagnostic = Diagnostic::new(code::RANGE, message).legal(format!("at most {}", points::MOST));
            Err(vec![diagnostic.note(FEWER_VALUES).note("or leave out `--points`: the front is found in any space")])
        }
        _ => Ok(()),
    }
}

fn search<'a>(
    arguments: &Sweep,
    sweeps: &Sweeps,
    space: &'a Space,
    explained: Option<&Configuration>,
    terminal: &Terminal,
) -> Result<(Search<'a>, Results, String), Vec<Diagnostic>> {
    let shard = arguments.shard.unwrap_or(Shard::WHOLE);
    let (search, outcome) = settled(arguments, sweeps, space, shard, terminal)?;
    if outcome.front.is_empty() && shard == Shard::WHOLE {
        return Err(nothing::reasons(&arguments.space, sweeps, &search));
    }
    let explanation = explained.map(|configuration| explain::explain(&search, &outcome, configuration)).transpose()?;
    let mut results =
        Results::new(&sweeps.name, &search, outcome).map_err(|reason| vec![Diagnostic::new(code::DEFECT, reason)])?;
    results.explanation.clone_from(&explanation);
    Ok((search, results, explanation.map_or(String::new(), |text| format!("\n{text}"))))
}

/// Searches, anew without what has failed on the front, until all of the front can be evaluated.
fn settled<'a>(
    arguments: &Sweep,
    sweeps: &Sweeps,
    space: &'a Space,
    shard: Shard,
    terminal: &Terminal,
) -> Result<(Search<'a>, Outcome), Vec<Diagnostic>> {
    let technology = &space.model.technology;
    let mut journal = match &arguments.journal {
        Some(folder) => Journal::open(folder, &identity(sweeps, arguments), technology, shard, terminal)?,
        None => Journal::default(),
    };
    loop {
        let tables = terminal.bar("tables", space.regions.len());
        let ready = |region: &Region| tables.step(region.family.name());
        let search = Search::knowing(space, arguments.mode.into(), &journal.failed, &ready)
            .map_err(|errors| errors.iter().map(|error| unsearchable(error, sweeps, space)).collect::<Vec<_>>())?;
        drop(tables);
        let done = journal.begin(&search, terminal)?;
        let progress = terminal.bar("sweep", search.chunks().div_ceil(shard.of));
        let record = |chunk: usize, found: &_| {
            progress.step(&technology.name);
            journal.record(chunk, found)
        };
        let threads = arguments.threads.unwrap_or_else(jobs);
        let outcome = search.run(threads, shard, &done, &record)?;
        drop(progress);
        let failed = failed(&search, &outcome)?;
        if failed.is_empty() {
            return Ok((search, outcome));
        }
        let count = counted(failed.len() as u64, "configuration");
        terminal.note(&format!("{count} of the front cannot be evaluated: searching anew without"));
        journal.fail(&failed)?;
    }
}

/// Members of a front that cannot be evaluated, and why.
fn failed(search: &Search, outcome: &Outcome) -> Result<BTreeMap<u64, String>, Vec<Diagnostic>> {
    let mut failed = BTreeMap::new();
    for member in &outcome.front {
        match search.verdict(member) {
            Judgement::Confirmed => {}
            Judgement::Failed(reason) => _ = failed.insert(member.number, reason),
            Judgement::Contradicted => {
                let message = format!(
                    "configuration {} is not what its tables say: a defect of tritloom, please report it",
                    member.number
                );
                return Err(vec![Diagnostic::new(code::DEFECT, message)]);
            }
        }
    }
    Ok(failed)
}

/// What a journal belongs to: another text, mode or version is another search.
fn identity(sweeps: &Sweeps, arguments: &Sweep) -> String {
    format!("{} {} {}", env!("CARGO_PKG_VERSION"), Mode::from(arguments.mode).name(), sweeps.text)
}

/// Why a space cannot be searched: a table too large. Its expressions have been checked when it was read.
fn unsearchable(error: &SpaceError, sweeps: &Sweeps, space: &Space) -> Diagnostic {
    let SpaceError::Region(position, TooLarge { what, axes, points, most }) = error else {
        return Diagnostic::new(code::DEFECT, format!("{error:?}"));
    };
    let region = &space.regions[*position];
    let family = region.family.name();
    let count = |axis: &usize| region.axes[*axis].values.len();
    let name = |axis: &usize| region.axes[*axis].parameter.name;
    let each: Vec<String> = axes.iter().map(|axis| format!("{} values of {}", count(axis), name(axis))).collect();
    let message =
        format!("{what} of `{family}` takes a table of {points} combinations, which is not worth waiting for");
    let longest = axes.iter().max_by_key(|axis| count(axis));
    let diagnostic = Diagnostic {
        excerpt: longest.and_then(|axis| sweeps.axes[*position].get(*axis)).cloned(),
        key: longest.map(|axis| format!("families.{family}.{}", name(axis))),
        value: Some(each.join(", ")),
        ..Diagnostic::new(code::RANGE, message)
    };
    diagnostic.legal(format!("at most {most} combinations of these values")).note(FEWER_VALUES)
}

fn shown(results: &Results) -> String {
    let mut text = format!("{} in {}\n", results.name, results.technology);
    if results.outcome.front.is_empty() {
        text += "nothing of the front is in this shard\n";
    } else {
        text += &table(&results.header(), results.rows().take(SHOWN));
    }
    let front = results.outcome.front.len();
    if front > SHOWN {
        text += &format!("and {} more: `--out` writes all of them\n", front - SHOWN);
    }
    let counts = &results.outcome.counts;
    let share = 100.0 * counts.visited() as f64 / results.configurations.max(1) as f64;
    text += &format!(
        "{} on the front of {}; {} evaluated ({share:.3} %), of which {} break a rule or a constraint\n",
        counted(front as u64, "configuration"),
        results.configurations,
        counts.visited(),
        counts.unsuitable,
    );
    if results.mode == Mode::Pruned {
        text += &format!(
            "bounds ruled out {} for rules and constraints, {} for better ones\n",
            counts.ruled_out, counts.dominated
        );
    }
    failures::told(&results.failures).iter().for_each(|line| text += &format!("{line}\n"));
    text
}
