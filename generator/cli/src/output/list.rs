//! The list that every output holds of its own files, by which those of somebody else are told from them.

use super::Files;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The list's name in the folder; `sha256sum --check` reads it.
pub const LIST_FILE: &str = "files.sha256";

/// The file that tags a folder as a cache, and how it begins.
const CACHE_TAG: &str = "CACHEDIR.TAG";
const CACHE_SIGNATURE: &[u8] = b"Signature: 8a477f597d28d172789f06886806bc55";

/// The digits of a hash in the list.
const HASH_DIGITS: usize = 64;

/// Something in a folder that would be lost with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Foreign {
    /// A file, a link, or a folder of which nothing is listed.
    Unlisted(String),
    /// A listed file that holds something else now.
    Changed(String),
}

impl fmt::Display for Foreign {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Foreign::Unlisted(path) => write!(formatter, "`{path}` is not from tritloom"),
            Foreign::Changed(path) => write!(formatter, "`{path}` was changed since"),
        }
    }
}

/// The list of `files`: a line of hash and path for each.
pub fn text(files: &Files) -> String {
    files.iter().map(|(path, bytes)| format!("{}  {}\n", hash(bytes), path.display())).collect()
}

/// What a folder holds beside the files in its list, in order; without a list that is everything.
pub fn foreign(folder: &Path) -> io::Result<Vec<Foreign>> {
    let text = match fs::read_to_string(folder.join(LIST_FILE)) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        // Not even text: it is somebody else's.
        Err(error) if error.kind() == io::ErrorKind::InvalidData => String::new(),
        Err(error) => return Err(error),
    };
    let mut search = Search { list: parse(&text), found: Vec::new() };
    search.folder(folder, Path::new(""))?;
    Ok(search.found)
}

/// Paths with their hashes; empty where a line is no line of a list.
fn parse(text: &str) -> BTreeMap<PathBuf, &str> {
    let line = |line| -> Option<(PathBuf, &str)> {
        let (hash, path) = str::split_once(line, "  ")?;
        (hash.len() == HASH_DIGITS).then(|| (PathBuf::from(path), hash))
    };
    text.lines().map(line).collect::<Option<_>>().unwrap_or_default()
}

/// Whether a folder is tagged as one that its maker can make again, as the Cache Directory Tagging Specification
/// (bford.info/cachedir) has it; the bench's Makefile tags its `build/`.
fn is_cache(folder: &Path) -> bool {
    fs::read(folder.join(CACHE_TAG)).is_ok_and(|tag| tag.starts_with(CACHE_SIGNATURE))
}

fn hash(bytes: &[u8]) -> String {
    format!("{:x}", Sha256::digest(bytes))
}

struct Search<'a> {
    list: BTreeMap<PathBuf, &'a str>,
    found: Vec<Foreign>,
}

impl Search<'_> {
    /// Goes through `folder`, whose path in the output is `inside`.
    fn folder(&mut self, folder: &Path, inside: &Path) -> io::Result<()> {
        let entries = fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.file_name()));
        for name in entries.collect::<io::Result<BTreeSet<_>>>()? {
            self.entry(&folder.join(&name), inside.join(&name))?;
        }
        Ok(())
    }

    fn entry(&mut self, path: &Path, name: PathBuf) -> io::Result<()> {
        let kind = fs::symlink_metadata(path)?;
        if kind.is_dir() {
            if self.list.keys().any(|listed| listed.starts_with(&name)) {
                return self.folder(path, &name);
            }
            if is_cache(path) {
                return Ok(());
            }
            self.found.push(Foreign::Unlisted(format!("{}/", name.display())));
        } else if name == Path::new(LIST_FILE) && !self.list.is_empty() {
            // It cannot list itself.
        } else if let Some(listed) = self.list.get(&name).filter(|_| kind.is_file()) {
            if hash(&fs::read(path)?) != **listed {
                self.found.push(Foreign::Changed(name.display().to_string()));
            }
        } else {
            self.found.push(Foreign::Unlisted(name.display().to_string()));
        }
        Ok(())
    }
}
