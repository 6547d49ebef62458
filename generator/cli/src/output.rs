//! A whole folder is written at once or not at all, and nothing is replaced that tritloom has not written.

use crate::config::{LOCK_BEGINNING, LOCK_FILE};
use crate::diagnostic::{Diagnostic, code};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// The files of a folder: paths relative to it, and their bytes.
pub type Files = BTreeMap<PathBuf, Vec<u8>>;

/// Makes `target` hold exactly `files`.
///
/// They are written into a folder beside it, which then takes its name; an older output of tritloom is moved
/// out of the way first, moved back if anything fails, and deleted last.
pub fn write_folder(target: &Path, files: &Files) -> Result<(), Vec<Diagnostic>> {
    let shown = target.display().to_string();
    let target = placed(target).map_err(|error| unwritable(&shown, &error))?;
    let existing = inspect(&target, &shown)?;
    let parent = target.parent().unwrap_or(Path::new("/"));
    let result = (|| {
        fs::create_dir_all(parent)?;
        // Beside the target, so that the renames stay on one file system.
        let workshop = tempfile::Builder::new().prefix(".tritloom-").tempdir_in(parent)?;
        let fresh = workshop.path().join("new");
        write_files(&fresh, files)?;
        if existing { exchange(workshop, &fresh, &target) } else { fs::rename(&fresh, &target) }
    })();
    result.map_err(|error| unwritable(&shown, &error))
}

/// The target as an absolute path, links followed as far as there is something.
fn placed(target: &Path) -> io::Result<PathBuf> {
    if target.exists() { target.canonicalize() } else { std::path::absolute(target) }
}

/// Whether there is an output to replace; an error if there is anything else.
fn inspect(target: &Path, shown: &str) -> Result<bool, Vec<Diagnostic>> {
    let in_the_way =
        |what: &str, note: &str| vec![Diagnostic::new(code::IN_THE_WAY, format!("`{shown}` {what}")).note(note)];
    let kind = match fs::symlink_metadata(target) {
        Ok(kind) => kind,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(unwritable(shown, &error)),
    };
    if !kind.is_dir() {
        return Err(in_the_way("is there and is no folder", "name another folder with --out"));
    }
    if std::env::current_dir().is_ok_and(|current| current.starts_with(target)) {
        return Err(in_the_way("is the current folder or around it", "name a folder inside it with --out"));
    }
    let mut entries = fs::read_dir(target).map_err(|error| unwritable(shown, &error))?;
    if entries.next().is_some() && !is_ours(target) {
        let note = format!("an output of tritloom holds a `{LOCK_FILE}`; this folder is left as it is");
        return Err(in_the_way("holds files that tritloom has not written", &note));
    }
    Ok(true)
}

/// Whether tritloom has written a folder: its lock file says so.
fn is_ours(folder: &Path) -> bool {
    let mut beginning = Vec::new();
    let read = File::open(folder.join(LOCK_FILE))
        .and_then(|file| file.take(LOCK_BEGINNING.len() as u64).read_to_end(&mut beginning));
    read.is_ok() && beginning == LOCK_BEGINNING.as_bytes()
}

fn write_files(folder: &Path, files: &Files) -> io::Result<()> {
    fs::create_dir(folder)?;
    for (path, bytes) in files {
        let path = folder.join(path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(path, bytes)?;
    }
    Ok(())
}

/// Puts `fresh` in the place of `target`; the older one ends in the workshop and is deleted with it.
fn exchange(workshop: TempDir, fresh: &Path, target: &Path) -> io::Result<()> {
    let aside = workshop.path().join("old");
    fs::rename(target, &aside)?;
    let Err(error) = fs::rename(fresh, target) else { return Ok(()) };
    if fs::rename(&aside, target).is_err() {
        // The older output exists only here now: it must outlive the workshop.
        let kept = workshop.keep().join("old");
        let message = format!("{error}; the older output is in `{}`", kept.display());
        return Err(io::Error::new(error.kind(), message));
    }
    Err(error)
}

fn unwritable(shown: &str, error: &io::Error) -> Vec<Diagnostic> {
    vec![Diagnostic::new(code::UNWRITABLE, format!("`{shown}` cannot be written: {error}"))]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(texts: &[(&str, &str)]) -> Files {
        let lock = (PathBuf::from(LOCK_FILE), format!("{LOCK_BEGINNING} 1.0\n").into_bytes());
        texts.iter().map(|(path, text)| (PathBuf::from(path), text.as_bytes().to_vec())).chain([lock]).collect()
    }

    /// Every file and folder below a folder.
    fn listing(folder: &Path) -> Vec<String> {
        let mut found = Vec::new();
        for entry in fs::read_dir(folder).expect("readable").map(|entry| entry.expect("entry").path()) {
            let name = entry.file_name().expect("named").to_string_lossy().into_owned();
            if entry.is_dir() {
                found.extend(listing(&entry).into_iter().map(|inner| format!("{name}/{inner}")));
            }
            found.push(name);
        }
        found.sort();
        found
    }

    #[test]
    fn a_folder_is_created_with_its_parents_and_replaced_whole() {
        let root = tempfile::tempdir().expect("temporary folder");
        let target = root.path().join("a/b/out");
        write_folder(&target, &files(&[("rtl/x.v", "x"), ("filelist.f", "rtl/x.v")])).expect("written");
        assert_eq!(listing(&target), [LOCK_FILE, "filelist.f", "rtl", "rtl/x.v"]);
        write_folder(&target, &files(&[("rtl/y.v", "y")])).expect("replaced");
        assert_eq!(listing(&target), [LOCK_FILE, "rtl", "rtl/y.v"]);
        assert_eq!(listing(&root.path().join("a/b")).len(), 4, "nothing is left beside it");
    }

    #[test]
    fn others_files_are_never_touched() {
        let root = tempfile::tempdir().expect("temporary folder");
        let folder = root.path().join("thesis");
        fs::create_dir(&folder).expect("created");
        fs::write(folder.join("thesis.tex"), "years").expect("written");
        fs::write(root.path().join("file"), "text").expect("written");
        for target in [folder.clone(), root.path().join("file")] {
            assert_eq!(write_folder(&target, &files(&[])).map_err(|problems| problems[0].code), Err(code::IN_THE_WAY));
        }
        // A lock file of somebody else does not count.
        fs::write(folder.join(LOCK_FILE), "packages: []").expect("written");
        assert_eq!(write_folder(&folder, &files(&[])).map_err(|problems| problems[0].code), Err(code::IN_THE_WAY));
        assert_eq!(listing(root.path()), ["file", "thesis", "thesis/config.lock.yaml", "thesis/thesis.tex"]);
    }

    #[test]
    fn an_empty_folder_is_filled() {
        let root = tempfile::tempdir().expect("temporary folder");
        let target = root.path().join("out");
        fs::create_dir(&target).expect("created");
        write_folder(&target, &files(&[("x", "x")])).expect("written");
        assert_eq!(listing(root.path()), ["out", "out/config.lock.yaml", "out/x"]);
    }

    #[test]
    fn a_failure_leaves_the_older_output_as_it_was() {
        let root = tempfile::tempdir().expect("temporary folder");
        let target = root.path().join("out");
        write_folder(&target, &files(&[("x", "old")])).expect("written");
        // A file cannot be a folder as well: the writing fails half-way.
        let impossible = files(&[("x", "new"), ("x/y", "new")]);
        assert_eq!(write_folder(&target, &impossible).map_err(|problems| problems[0].code), Err(code::UNWRITABLE));
        assert_eq!(fs::read_to_string(target.join("x")).expect("readable"), "old");
        assert_eq!(listing(root.path()), ["out", "out/config.lock.yaml", "out/x"]);
    }

    #[test]
    fn a_parent_that_is_a_file_is_a_plain_error() {
        let root = tempfile::tempdir().expect("temporary folder");
        fs::write(root.path().join("file"), "text").expect("written");
        let problems = write_folder(&root.path().join("file/out"), &files(&[])).expect_err("refused");
        assert_eq!(problems[0].code, code::UNWRITABLE);
        assert!(problems[0].message.contains("Not a directory"), "{}", problems[0].message);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_followed_and_a_broken_one_is_in_the_way() {
        use std::os::unix::fs::symlink;
        let root = tempfile::tempdir().expect("temporary folder");
        let real = root.path().join("real");
        write_folder(&real, &files(&[("x", "old")])).expect("written");
        symlink(&real, root.path().join("link")).expect("linked");
        write_folder(&root.path().join("link"), &files(&[("y", "new")])).expect("replaced");
        assert_eq!(listing(&real), [LOCK_FILE, "y"]);
        symlink(root.path().join("nowhere"), root.path().join("broken")).expect("linked");
        let problems = write_folder(&root.path().join("broken"), &files(&[])).expect_err("refused");
        assert_eq!(problems[0].code, code::IN_THE_WAY);
    }
}
