//! A directory of things that were expensive to make, each under the hash of all that it was made from.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::error::FlowError;

/// Where things are made.
const NEW: &str = "new";

/// Where empty files stand that processes lock.
const LOCKS: &str = "lock";

/// More of these than processes can be using belong to nobody.
const LEFT_BEHIND: usize = 1000;

/// Entries are directories `kind/key`. An entry appears complete or not at all: it is made beside and
/// renamed, so processes that make the same one at once do no harm.
#[derive(Clone, Debug)]
pub(crate) struct Cache {
    root: PathBuf,
}

impl Cache {
    pub(crate) fn open(root: &Path) -> Result<Cache, FlowError> {
        for folder in [NEW, LOCKS] {
            fs::create_dir_all(root.join(folder)).map_err(FlowError::file("create", root))?;
        }
        let root = root.canonicalize().map_err(FlowError::file("open", root))?;
        Ok(Cache { root })
    }

    /// The entry, if it is there. Using one keeps it from being dropped.
    pub(crate) fn find(&self, kind: &str, key: &str) -> Option<PathBuf> {
        let path = self.root.join(kind).join(key);
        // A cache that cannot be written to can still be used.
        File::open(&path).map(|entry| entry.set_modified(SystemTime::now())).is_ok().then_some(path)
    }

    /// The entry; `make` fills the directory it is given when there is none yet.
    pub(crate) fn entry(
        &self,
        kind: &str,
        key: &str,
        make: impl FnOnce(&Path) -> Result<(), FlowError>,
    ) -> Result<PathBuf, FlowError> {
        let _turn = match self.find(kind, key) {
            Some(path) => return Ok(path),
            None => self.turn(key)?,
        };
        if let Some(path) = self.find(kind, key) {
            return Ok(path);
        }
        let made = self.scratch()?;
        make(made.path())?;
        self.adopt(kind, key, made.path())
    }

    /// Waits until nobody else has a turn with the same key, in this process or another; the turn ends when the
    /// value is dropped. It saves doing work twice. Where locks do not work, work is done twice and no harm done.
    pub(crate) fn turn(&self, key: &str) -> Result<File, FlowError> {
        let path = self.root.join(LOCKS).join(key);
        let file = File::create(&path).map_err(FlowError::file("create", &path))?;
        let _ = file.lock();
        Ok(file)
    }

    /// A directory in the cache's file system that goes away when it is dropped.
    pub(crate) fn scratch(&self) -> Result<TempDir, FlowError> {
        let parent = self.root.join(NEW);
        TempDir::new_in(&parent).map_err(FlowError::file("create a directory in", &parent))
    }

    /// Makes `made`, a complete directory inside the cache's file system, the entry.
    fn adopt(&self, kind: &str, key: &str, made: &Path) -> Result<PathBuf, FlowError> {
        let path = self.root.join(kind).join(key);
        fs::create_dir_all(self.root.join(kind)).map_err(FlowError::file("create", &path))?;
        match fs::rename(made, &path) {
            // Another process was quicker with the same thing.
            Err(_) if path.exists() => Ok(path),
            outcome => outcome.map(|()| path.clone()).map_err(FlowError::file("create", &path)),
        }
    }

    /// Drops all but the `keep` last used entries of a kind, and what killed processes left behind. What cannot be
    /// dropped stays.
    pub(crate) fn trim(&self, kind: &str, keep: usize) {
        self.drop_oldest(kind, keep);
        self.drop_oldest(NEW, LEFT_BEHIND);
        self.drop_oldest(LOCKS, LEFT_BEHIND);
    }

    fn drop_oldest(&self, kind: &str, keep: usize) {
        let Ok(folder) = fs::read_dir(self.root.join(kind)) else { return };
        let age = |path: &Path| fs::metadata(path).and_then(|entry| entry.modified()).ok();
        let mut entries: Vec<_> = folder.flatten().map(|entry| (age(&entry.path()), entry.path())).collect();
        entries.sort();
        for (_, path) in entries.iter().rev().skip(keep) {
            let _ = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
        }
    }
}

/// The hash of a sequence of texts, as 32 hexadecimal digits.
pub(crate) fn hash<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let mut state = Sha256::new();
    for part in parts {
        // The length keeps ("ab", "c") and ("a", "bc") apart.
        state.update((part.len() as u64).to_le_bytes());
        state.update(part);
    }
    state.finalize()[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}
