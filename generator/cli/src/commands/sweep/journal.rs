//! The journal of a sweep: what is in it need not be searched again, whenever the sweep was killed.
//!
//! A record for each chunk: what it has come to. Objectives are written as the bits of their floating-point numbers.
//! Where a member of a front has failed, a record says so, and the search begins anew without it: every record names the
//! failures that were known when it was written, and counts for who knows the same.

use super::failures;
use crate::commands::counted;
use crate::diagnostic::Diagnostic;
use crate::output::unwritable;
use crate::records::{self, Records};
use crate::terminal::Terminal;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use tritloom_cost::Technology;
use tritloom_search::{Counts, Found, Member, Search, Shard};

/// The form of the lines; another form gets another number.
const FORM: u32 = 3;

/// What has been searched before, and where more is added.
#[derive(Default)]
pub struct Journal {
    /// Configurations that have failed on a front, by their number, and why.
    pub failed: BTreeMap<u64, String>,
    /// As they were read.
    records: Vec<Value>,
    /// Nothing is kept without one.
    file: Option<Records>,
}

impl Journal {
    /// Reads every journal of this search in a folder, those of shards included, and goes on with that of `shard`.
    pub fn open(
        folder: &Path,
        identity: &str,
        technology: &Technology,
        shard: Shard,
        terminal: &Terminal,
    ) -> Result<Journal, Vec<Diagnostic>> {
        fs::create_dir_all(folder).map_err(|error| unwritable(folder, &error))?;
        let header = json!({
            "journal": FORM, "technology": technology.name,
            "search": format!("{:x}", Sha256::digest(format!("{identity}{}", technology.write()))),
        });
        let prefix = format!("{}.", technology.name);
        let own = folder.join(format!("{prefix}{}-of-{}.journal", shard.rest + 1, shard.of));
        let (file, kept) = Records::open(own.clone(), &header, terminal)?;
        let mut records = kept.records;
        for path in records::files(folder, &prefix)?.iter().filter(|path| **path != own) {
            let kept = records::read(path, &header)?;
            if kept.is_incomplete() {
                terminal.note(&format!("the last line of `{}` is incomplete and is left out", path.display()));
            }
            records.extend(kept.records);
        }
        let failed = records.iter().filter_map(failed).flatten().collect();
        Ok(Journal { failed, records, file: Some(file) })
    }

    /// Adds what a search could not evaluate, unless that is there; and says which chunks have been searched. Those that
    /// others have searched who knew other failures must be searched again.
    pub fn begin(&self, search: &Search, terminal: &Terminal) -> Result<BTreeMap<usize, Found>, Vec<Diagnostic>> {
        let without = self.without();
        let own = || self.records.iter().filter(|record| record["without"] == without);
        let chunks = |record: &&Value| record.get("chunk").is_some();
        let others = self.records.iter().filter(chunks).count() - own().filter(chunks).count();
        if others > 0 {
            let count = counted(others as u64, "chunk");
            terminal.note(&format!("{count} of the journals knew other failures than all of them do: searched again"));
        }
        let failures = failures::json(search);
        if !failures.is_empty() && !own().any(|record| record.get("failures").is_some()) {
            self.append(json!({"failures": failures}))?;
        }
        Ok(own().filter_map(found).filter(|(chunk, _)| *chunk < search.chunks()).collect())
    }

    /// Adds what a chunk has come to.
    pub fn record(&self, chunk: usize, found: &Found) -> Result<(), Vec<Diagnostic>> {
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
        self.append(json!({"chunk": chunk, "counts": counts, "members": members}))
    }

    /// Adds members of a front that have failed, each with its reason: one record, so that a kill leaves all or none.
    pub fn fail(&mut self, failed: &BTreeMap<u64, String>) -> Result<(), Vec<Diagnostic>> {
        self.append(json!({"failed": failed}))?;
        self.failed.extend(failed.clone());
        Ok(())
    }

    fn without(&self) -> Value {
        self.failed.keys().copied().collect()
    }

    fn append(&self, mut record: Value) -> Result<(), Vec<Diagnostic>> {
        let Some(file) = &self.file else { return Ok(()) };
        record["without"] = self.without();
        file.append(&[record])
    }
}

/// The numbers of a record of failures, which JSON has as text, and the reasons.
fn failed(record: &Value) -> Option<BTreeMap<u64, String>> {
    let failures = record.get("failed")?.as_object()?.iter();
    failures.map(|(number, reason)| Some((number.parse().ok()?, reason.as_str()?.to_owned()))).collect()
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
