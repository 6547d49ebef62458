//! A directory of things that were expensive to make, each under the hash of all that it was made from.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::error::FlowError;

/// Where things are made.
const NEW: &str = "new";

/// Where empty files stand that processes lock.
const LOCKS: &str = "lock";

/// The file in every entry that lists the others: a line of hash, size and name for each.
const SEAL: &str = "seal";

/// More of these than processes can be using belong to nobody.
const LEFT_BEHIND: usize = 1000;

/// Entries are directories `kind/key`. An entry appears complete or not at all: it is made beside and
/// renamed, so processes that make the same one at once do no harm. One that was damaged later, by a full disk or by
/// hand, counts as absent and is replaced.
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

    /// The entry, if it is there and sound. Using one keeps it from being dropped.
    pub(crate) fn find(&self, kind: &str, key: &str) -> Option<PathBuf> {
        let path = self.root.join(kind).join(key);
        // A cache that cannot be written to can still be used.
        let _ = File::open(&path).ok()?.set_modified(SystemTime::now());
        is_sound(&path).then_some(path)
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
        seal(made.path()).map_err(FlowError::file("write in", &self.root))?;
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
        let unwritable = || FlowError::file("create", &path);
        let Err(error) = fs::rename(made, &path) else { return Ok(path) };
        if let Some(path) = self.find(kind, key) {
            // Another process was quicker with the same thing.
            return Ok(path);
        }
        if !path.exists() {
            return Err(unwritable()(error));
        }
        // What is in the way is damaged.
        let aside = self.scratch()?;
        fs::rename(&path, aside.path().join(key)).map_err(unwritable())?;
        fs::rename(made, &path).map_err(unwritable())?;
        Ok(path)
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

/// Lists what an entry holds.
fn seal(entry: &Path) -> io::Result<()> {
    let mut text = String::new();
    for file in fs::read_dir(entry)? {
        let file = file?;
        let (digest, length) = (digest(&file.path())?, file.metadata()?.len());
        text += &format!("{digest} {length} {}\n", file.file_name().to_string_lossy());
    }
    fs::write(entry.join(SEAL), text)
}

/// Whether an entry holds all that its list says, unchanged.
fn is_sound(entry: &Path) -> bool {
    let is_as_listed = |line: &str| {
        let mut words = line.splitn(3, ' ');
        let (Some(hash), Some(length), Some(name)) = (words.next(), words.next(), words.next()) else { return false };
        let path = entry.join(name);
        // A length that differs spares the reading.
        fs::metadata(&path).is_ok_and(|file| file.len().to_string() == length)
            && digest(&path).is_ok_and(|digest| digest == hash)
    };
    fs::read_to_string(entry.join(SEAL)).is_ok_and(|text| !text.is_empty() && text.lines().all(is_as_listed))
}

/// The hash of a file.
fn digest(path: &Path) -> io::Result<String> {
    Ok(format!("{:x}", Sha256::digest(fs::read(path)?)))
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes over an entry's file and says whether the entry was made anew.
    fn is_remade(cache: &Cache, damage: impl FnOnce(&Path)) -> bool {
        let make = |folder: &Path| fs::write(folder.join("part"), "sound").map_err(FlowError::file("write", folder));
        let entry = cache.entry("kind", "key", make).expect("it is made");
        damage(&entry);
        let mut remade = false;
        let again = cache.entry("kind", "key", |folder| {
            remade = true;
            make(folder)
        });
        assert_eq!(fs::read_to_string(again.expect("it is there").join("part")).expect("readable"), "sound");
        remade
    }

    #[test]
    fn a_damaged_entry_is_replaced() {
        let folder = tempfile::tempdir().expect("a directory");
        let cache = Cache::open(folder.path()).expect("it opens");
        assert!(!is_remade(&cache, |_| ()));
        assert!(is_remade(&cache, |entry| fs::write(entry.join("part"), "soun").expect("truncated")));
        assert!(is_remade(&cache, |entry| fs::write(entry.join("part"), "sand!").expect("garbage")));
        assert!(is_remade(&cache, |entry| fs::write(entry.join(SEAL), "").expect("an empty seal")));
        assert!(is_remade(&cache, |entry| fs::remove_file(entry.join(SEAL)).expect("an entry of an older version")));
        assert!(is_remade(&cache, |entry| fs::remove_file(entry.join("part")).expect("removed")));
        assert_eq!(fs::read_dir(folder.path().join(NEW)).expect("readable").count(), 0);
    }
}
