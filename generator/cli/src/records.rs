//! Files to which records are appended, so that whoever writes one may be killed at any moment.
//!
//! A record is a line: a checksum, and a document. The first says what the file belongs to. Whoever appends holds a lock
//! on the file, so that nothing is added twice by two that do the same.

use crate::diagnostic::{Diagnostic, code};
use crate::output::unwritable;
use crate::terminal::Terminal;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// A file that is appended to.
pub struct Records {
    path: PathBuf,
    file: Mutex<File>,
}

/// What a file holds.
pub struct Kept {
    /// Behind the first.
    pub records: Vec<Value>,
    /// Bytes of whole records, where something else follows.
    truncated: Option<u64>,
}

impl Kept {
    /// Whether the last line is no whole record: its writer was killed, or is about to write the rest.
    pub fn is_incomplete(&self) -> bool {
        self.truncated.is_some()
    }
}

impl Records {
    /// Opens a file to go on behind what it holds, or a new one; `header` is what it must begin with. What stands behind
    /// the last whole record is cut off.
    pub fn open(path: PathBuf, header: &Value, terminal: &Terminal) -> Result<(Records, Kept), Vec<Diagnostic>> {
        let failed = |error| unwritable(&path, &error);
        let mut file = OpenOptions::new().create(true).append(true).open(&path).map_err(failed)?;
        if let Err(TryLockError::WouldBlock) = file.try_lock() {
            let message = format!("`{}` is being written by another process", path.display());
            return Err(vec![Diagnostic::new(code::JOURNAL, message).note("let it end, or name another folder")]);
        }
        let kept = read(&path, header)?;
        if let Some(length) = kept.truncated {
            let shown = path.display();
            terminal.note(&format!("the last line of `{shown}` was incomplete and has been dropped"));
            file.set_len(length).map_err(failed)?;
        }
        if file.metadata().map_err(failed)?.len() == 0 {
            file.write_all(line(header).as_bytes()).map_err(failed)?;
        }
        Ok((Records { path, file: Mutex::new(file) }, kept))
    }

    /// Appends records: one write, so that whoever is killed leaves whole lines but for the last.
    pub fn append(&self, records: &[Value]) -> Result<(), Vec<Diagnostic>> {
        let text: String = records.iter().map(line).collect();
        let mut file = self.file.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        file.write_all(text.as_bytes()).map_err(|error| unwritable(&self.path, &error))
    }
}

/// Reads a file's records. Only what follows the last line break may be incomplete: a line that does not fit its
/// checksum has been changed by somebody else.
pub fn read(path: &Path, header: &Value) -> Result<Kept, Vec<Diagnostic>> {
    let shown = path.display();
    let bytes = fs::read(path).map_err(|error| vec![Diagnostic::unreadable(&shown, &error)])?;
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |position| position + 1);
    let text = String::from_utf8_lossy(&bytes[..whole]);
    let mut lines = text.lines();
    let damage = |number: usize, note: String| {
        let message = format!("`{shown}` is damaged: line {number} does not fit its checksum");
        vec![Diagnostic::new(code::JOURNAL, message).note(note)]
    };
    if let Some(first) = lines.next() {
        let found = verified(first);
        if found.is_none() {
            let note = "what it belongs to stands there: name another folder, or delete it to begin anew";
            return Err(damage(1, note.to_owned()));
        }
        if found.as_ref() != Some(header) {
            let message = format!("`{shown}` is the journal of something else");
            let note = "what it was made for, or the version of tritloom, is another: name another folder";
            return Err(vec![Diagnostic::new(code::JOURNAL, message).note(note)]);
        }
    }
    let record = |(number, line): (usize, &str)| {
        let note = || format!("what stands before is whole: cut the file off before line {number} to go on from there");
        verified(line).ok_or_else(|| damage(number, note()))
    };
    let records = (2..).zip(lines).map(record).collect::<Result<_, _>>()?;
    Ok(Kept { records, truncated: (whole < bytes.len()).then_some(whole as u64) })
}

/// The files of a folder that hold records and whose name begins with `prefix`, by name.
pub fn files(folder: &Path, prefix: &str) -> Result<Vec<PathBuf>, Vec<Diagnostic>> {
    let entries = fs::read_dir(folder).map_err(|error| unwritable(folder, &error))?;
    let names = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = names.filter(|name| name.starts_with(prefix) && name.ends_with(".journal")).collect();
    names.sort();
    Ok(names.into_iter().map(|name| folder.join(name)).collect())
}

fn line(record: &Value) -> String {
    let text = record.to_string();
    format!("{} {text}\n", checksum(&text))
}

fn checksum(text: &str) -> String {
    format!("{:x}", Sha256::digest(text))[..16].to_owned()
}

/// The record of a line whose checksum fits.
fn verified(line: &str) -> Option<Value> {
    let (sum, text) = line.split_once(' ')?;
    if checksum(text) != sum {
        return None;
    }
    serde_json::from_str(text).ok()
}
