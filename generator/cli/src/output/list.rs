//! The list that every output holds of its own files, by which those of somebody else are told from them.

use super::{Files, Spools};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};

/// The list's name in the folder; `sha256sum --check` reads it.
pub const LIST_FILE: &str = "files.sha256";

/// The file that tags a folder as a cache, and how it begins.
const CACHE_TAG: &str = "CACHEDIR.TAG";
const CACHE_SIGNATURE: &[u8] = b"Signature: 8a477f597d28d172789f06886806bc55";

/// Bytes of a file that are read at once.
const HASHED_AT_ONCE: usize = 1 << 16;

/// The digits of a hash in the list.
const HASH_DIGITS: usize = 64;

/// Something in a folder that would be lost with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Foreign {
    /// A file, a link, or a folder of which nothing is listed.
    Unlisted(String),
    /// A listed file that holds something else now.
    Changed(String),
    /// No list: nothing says what is whose.
    NoList,
}

impl fmt::Display for Foreign {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Foreign::Unlisted(path) => write!(formatter, "`{path}` is not listed in `{LIST_FILE}`"),
            Foreign::Changed(path) => write!(formatter, "`{path}` was changed since"),
            Foreign::NoList => write!(formatter, "there is no `{LIST_FILE}`, by which tritloom knows its own files"),
        }
    }
}

/// The list of a folder's files: a line of hash and path for each.
pub fn text(files: &Files, spools: &Spools) -> io::Result<String> {
    let mut hashes: BTreeMap<&Path, String> = files.iter().map(|(path, bytes)| (path.as_path(), hash(bytes))).collect();
    for (path, spool) in spools {
        hashes.insert(path, hash_of(spool)?);
    }
    Ok(hashes.iter().map(|(path, hash)| format!("{hash}  {}\n", path.display())).collect())
}

/// What a folder holds beside the files in its list, in order; without a list that is everything. A line that is none of
/// a list's is a change of the list.
pub fn foreign(folder: &Path) -> io::Result<Vec<Foreign>> {
    let (text, there) = match fs::read(folder.join(LIST_FILE)) {
        Ok(bytes) => (String::from_utf8_lossy(&bytes).into_owned(), true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => (String::new(), false),
        Err(error) => return Err(error),
    };
    let list: BTreeMap<PathBuf, &str> = text.lines().filter_map(listed).collect();
    let whole = !list.is_empty() && text.lines().all(|line| listed(line).is_some());
    let mut search = Search { list, whole, found: Vec::new() };
    search.folder(folder, Path::new(""))?;
    if !there && !search.found.is_empty() {
        search.found.insert(0, Foreign::NoList);
    }
    Ok(search.found)
}

/// The path and the hash of a line of a list.
fn listed(line: &str) -> Option<(PathBuf, &str)> {
    let (hash, path) = line.split_once("  ")?;
    (hash.len() == HASH_DIGITS).then(|| (PathBuf::from(path), hash))
}

/// Whether a folder is tagged as one that its maker can make again, as the Cache Directory Tagging Specification
/// (bford.info/cachedir) has it; the bench's Makefile tags its `build/`.
fn is_cache(folder: &Path) -> bool {
    fs::read(folder.join(CACHE_TAG)).is_ok_and(|tag| tag.starts_with(CACHE_SIGNATURE))
}

fn hash(bytes: &[u8]) -> String {
    format!("{:x}", Sha256::digest(bytes))
}

/// The hash of all of a file, which need not fit into memory.
fn hash_of(mut file: &File) -> io::Result<String> {
    let (mut hasher, mut block) = (Sha256::new(), vec![0; HASHED_AT_ONCE]);
    file.rewind()?;
    loop {
        match file.read(&mut block)? {
            0 => return Ok(format!("{:x}", hasher.finalize())),
            length => hasher.update(&block[..length]),
        }
    }
}

struct Search<'a> {
    list: BTreeMap<PathBuf, &'a str>,
    /// Whether every line of the list is one.
    whole: bool,
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
        } else if name == Path::new(LIST_FILE) && kind.is_file() {
            // It cannot list itself.
            if !self.whole {
                self.found.push(Foreign::Changed(name.display().to_string()));
            }
        } else if let Some(listed) = self.list.get(&name).filter(|_| kind.is_file()) {
            if hash_of(&File::open(path)?)? != **listed {
                self.found.push(Foreign::Changed(name.display().to_string()));
            }
        } else {
            self.found.push(Foreign::Unlisted(name.display().to_string()));
        }
        Ok(())
    }
}
