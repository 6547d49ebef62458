//! The journal of a sweep: what is in it need not be searched again, whenever the sweep was killed.
//!
//! A text file to which whole lines are appended, each with a checksum in front. The first says what the journal
//! belongs to, each other what a chunk has come to. Objectives are written as the bits of their floating-point numbers.

use super::unwritable;
use crate::diagnostic::{Diagnostic, code};
use crate::terminal::Terminal;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use tritloom_search::{Counts, Failure, Found, Member, Search, Shard};

/// The form of the lines; another form gets another number.
const FORM: u32 = 1;

/// What has been searched before, and where more is added.
pub struct Journal {
    /// By chunk.
    pub done: BTreeMap<usize, Found>,
    file: Option<(PathBuf, Mutex<File>)>,
}

impl Journal {
    /// Nothing is known, nothing is kept.
    pub fn none() -> Journal {
        Journal { done: BTreeMap::new(), file: None }
    }

    /// Reads every journal of this search in a folder, those of shards included, and goes on with that of `shard`.
    pub fn open(
        folder: &Path,
        identity: &str,
        search: &Search,
        shard: Shard,
        terminal: &Terminal,
    ) -> Result<Journal, Vec<Diagnostic>> {
        fs::create_dir_all(folder).map_err(|error| unwritable(folder, &error))?;
        let technology = &search.space.model.technology;
        let header = line(&json!({
            "journal": FORM, "technology": technology.name, "chunks": search.chunks(),
            "search": format!("{:x}", Sha256::digest(format!("{identity}{}", technology.write()))),
        }));
        let prefix = format!("{}.", technology.name);
        let own = folder.join(format!("{prefix}{}-of-{}.journal", shard.rest + 1, shard.of));
        let mut done = BTreeMap::new();
        for path in journals(folder, &prefix)? {
            let kept = read(&path, &header, search.chunks(), &mut done)?;
            if path == own
                && let Some(length) = kept.truncated
            {
                terminal.note(&format!(
                    "`{}` ends in the middle of a record: it goes on behind the last whole one",
                    path.display()
                ));
                let file = OpenOptions::new().write(true).open(&path).map_err(|error| unwritable(&path, &error))?;
                file.set_len(length).map_err(|error| unwritable(&path, &error))?;
            }
        }
        let fresh = fs::metadata(&own).map_or(true, |file| file.len() == 0);
        let file = OpenOptions::new().create(true).append(true).open(&own);
        let mut file = file.map_err(|error| unwritable(&own, &error))?;
        if fresh {
            let failures = search.plans().iter().zip(&search.space.regions);
            let failures = failures.flat_map(|(plan, region)| {
                plan.failures().iter().map(move |failure| line(&json!({"failed": failure_json(region, failure)})))
            });
            let text: String = std::iter::once(header).chain(failures).collect();
            file.write_all(text.as_bytes()).map_err(|error| unwritable(&own, &error))?;
        }
        Ok(Journal { done, file: Some((own, Mutex::new(file))) })
    }

    /// Adds what a chunk has come to: one write, so that a killed sweep leaves whole lines but for the last.
    pub fn record(&self, chunk: usize, found: &Found) -> Result<(), Vec<Diagnostic>> {
        let Some((path, file)) = &self.file else { return Ok(()) };
        let Counts { suitable, unsuitable, ruled_out, dominated } = found.counts;
        let members: Vec<Value> = found
            .members
            .iter()
            .map(|member| {
                let bits = member.objectives.iter().map(|objective| objective.to_bits());
                json!([member.number, bits.collect::<Vec<_>>()])
            })
            .collect();
        let counts = [suitable, unsuitable, ruled_out, dominated];
        let text = line(&json!({"chunk": chunk, "counts": counts, "members": members}));
        let mut file = file.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        file.write_all(text.as_bytes()).map_err(|error| unwritable(path, &error))
    }
}

/// What could not be evaluated: the parameters that matter, and why.
pub fn failure_json(region: &tritloom_search::Region, failure: &Failure) -> Value {
    let parameters = failure.axes.iter().map(|axis| {
        let axis_of = &region.axes[*axis];
        (axis_of.parameter.name.to_owned(), axis_of.values[failure.digits[*axis]].to_string().into())
    });
    let parameters: serde_json::Map<String, Value> = parameters.collect();
    json!({"family": region.family.name(), "parameters": parameters, "reason": failure.reason})
}

fn line(record: &Value) -> String {
    let text = record.to_string();
    format!("{} {text}\n", checksum(&text))
}

fn checksum(text: &str) -> String {
    format!("{:x}", Sha256::digest(text))[..16].to_owned()
}

/// The journals of a technology, by name.
fn journals(folder: &Path, prefix: &str) -> Result<Vec<PathBuf>, Vec<Diagnostic>> {
    let entries = fs::read_dir(folder).map_err(|error| unwritable(folder, &error))?;
    let names = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = names.filter(|name| name.starts_with(prefix) && name.ends_with(".journal")).collect();
    names.sort();
    Ok(names.into_iter().map(|name| folder.join(name)).collect())
}

struct Kept {
    /// Bytes of whole records, where something else follows.
    truncated: Option<u64>,
}

/// Reads a journal's records. Only what follows the last line break may be incomplete: a line that does not fit its
/// checksum has been changed by somebody else.
fn read(path: &Path, header: &str, chunks: usize, done: &mut BTreeMap<usize, Found>) -> Result<Kept, Vec<Diagnostic>> {
    let shown = path.display();
    let bytes = fs::read(path)
        .map_err(|error| vec![Diagnostic::new(code::UNREADABLE, format!("`{shown}` cannot be read: {error}"))])?;
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |position| position + 1);
    let text = String::from_utf8_lossy(&bytes[..whole]);
    for (number, record) in (1..).zip(text.lines()) {
        if number == 1 && record != header.trim_end() {
            let message = format!("`{shown}` is the journal of another sweep");
            let note = "the space, its technology, the mode or the version of tritloom is another: name another folder";
            return Err(vec![Diagnostic::new(code::JOURNAL, message).note(note)]);
        }
        let Some(record) = verified(record) else {
            let message = format!("`{shown}` is damaged: line {number} does not fit its checksum");
            let note =
                format!("what stands before is whole: cut the file off before line {number} to go on from there");
            return Err(vec![Diagnostic::new(code::JOURNAL, message).note(note)]);
        };
        if let Some((chunk, found)) = found(&record).filter(|(chunk, _)| *chunk < chunks) {
            done.insert(chunk, found);
        }
    }
    Ok(Kept { truncated: (whole < bytes.len()).then_some(whole as u64) })
}

/// The record of a line whose checksum fits.
fn verified(line: &str) -> Option<Value> {
    let (sum, text) = line.split_once(' ')?;
    if checksum(text) != sum {
        return None;
    }
    serde_json::from_str(text).ok()
}

fn found(record: &Value) -> Option<(usize, Found)> {
    let chunk = record.get("chunk")?.as_u64()? as usize;
    let counts: Vec<u64> = record.get("counts")?.as_array()?.iter().filter_map(Value::as_u64).collect();
    let [suitable, unsuitable, ruled_out, dominated] = counts[..] else { return None };
    let member = |value: &Value| {
        let bits = value.get(1)?.as_array()?.iter().map(|bits| Some(f64::from_bits(bits.as_u64()?)));
        Some(Member { number: value.get(0)?.as_u64()?, objectives: bits.collect::<Option<_>>()? })
    };
    let members = record.get("members")?.as_array()?.iter().map(member).collect::<Option<_>>()?;
    Some((chunk, Found { members, counts: Counts { suitable, unsuitable, ruled_out, dominated } }))
}
