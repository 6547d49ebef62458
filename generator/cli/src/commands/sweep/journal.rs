//! The journal of a sweep: what is in it need not be searched again, whenever the sweep was killed.
//!
//! A record for each chunk: what it has come to. Objectives are written as the bits of their floating-point numbers.

use crate::diagnostic::Diagnostic;
use crate::records::{self, Records, unwritable};
use crate::terminal::Terminal;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use tritloom_search::{Counts, Failure, Found, Member, Search, Shard};

/// The form of the lines; another form gets another number.
const FORM: u32 = 2;

/// What has been searched before, and where more is added.
pub struct Journal {
    /// By chunk.
    pub done: BTreeMap<usize, Found>,
    file: Option<Records>,
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
        let header = json!({
            "journal": FORM, "technology": technology.name, "chunks": search.chunks(),
            "search": format!("{:x}", Sha256::digest(format!("{identity}{}", technology.write()))),
        });
        let prefix = format!("{}.", technology.name);
        let own = folder.join(format!("{prefix}{}-of-{}.journal", shard.rest + 1, shard.of));
        let (file, kept) = Records::open(own.clone(), &header, terminal)?;
        if kept.records.is_empty() {
            file.append(&failures(search))?;
        }
        let mut records = kept.records;
        for path in records::files(folder, &prefix)?.iter().filter(|path| **path != own) {
            records.extend(records::read(path, &header)?.records);
        }
        let done = records.iter().filter_map(found).filter(|(chunk, _)| *chunk < search.chunks());
        Ok(Journal { done: done.collect(), file: Some(file) })
    }

    /// Adds what a chunk has come to.
    pub fn record(&self, chunk: usize, found: &Found) -> Result<(), Vec<Diagnostic>> {
        let Some(file) = &self.file else { return Ok(()) };
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
        file.append(&[json!({"chunk": chunk, "counts": counts, "members": members})])
    }
}

/// What could not be evaluated, for whoever reads the journal.
fn failures(search: &Search) -> Vec<Value> {
    let plans = search.plans().iter().zip(&search.space.regions);
    let failures = plans.flat_map(|(plan, region)| plan.failures().iter().map(move |failure| (region, failure)));
    failures.map(|(region, failure)| json!({"failed": failure_json(region, failure)})).collect()
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
