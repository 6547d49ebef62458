//! A whole folder is written at once or not at all, and nothing is lost that tritloom has not written.

mod list;

use crate::diagnostic::{Diagnostic, code};
use list::{Foreign, LIST_FILE};
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Seek, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// The files of a folder: paths relative to it, and their bytes.
pub type Files = BTreeMap<PathBuf, Vec<u8>>;

/// Those of its files that are too large to be held, each in a [`Target::spool`] of its own.
pub type Spools = BTreeMap<PathBuf, fs::File>;

/// More than this many paths in the way are counted, not named.
const NAMED: usize = 5;

/// A folder to write in whose place nothing stands but an older output, unchanged.
#[derive(Debug)]
pub struct Target {
    /// Absolute, links followed as far as there is something.
    path: PathBuf,
    /// As the user named it.
    shown: PathBuf,
    /// Whether there is an older output, or an empty folder, to replace.
    existing: bool,
}

impl Target {
    /// Looks at what is there. The files in `read` are those that the command reads: they must not be replaced.
    pub fn new(folder: &Path, read: &[PathBuf]) -> Result<Target, Vec<Diagnostic>> {
        let placed = if folder.exists() { folder.canonicalize() } else { std::path::absolute(folder) };
        let path = placed.map_err(|error| unwritable(folder, &error))?;
        let mut target = Target { path, shown: folder.to_owned(), existing: false };
        target.existing = target.inspect(read)?;
        Ok(target)
    }

    /// Whether there is a folder to replace; an error if anything would be lost.
    fn inspect(&self, read: &[PathBuf]) -> Result<bool, Vec<Diagnostic>> {
        let kind = match fs::symlink_metadata(&self.path) {
            Ok(kind) => kind,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(unwritable(&self.shown, &error)),
        };
        if !kind.is_dir() {
            return Err(self.in_the_way("is there and is no folder", "name another folder"));
        }
        if std::env::current_dir().is_ok_and(|current| current.starts_with(&self.path)) {
            return Err(self.in_the_way("is the current folder or around it", "name a folder inside it"));
        }
        let inside = |file: &&PathBuf| file.canonicalize().is_ok_and(|file| file.starts_with(&self.path));
        if let Some(file) = read.iter().find(inside) {
            let what = format!("is replaced as a whole, and `{}` lies inside it", file.display());
            return Err(self.in_the_way(&what, "name another folder, or move the configuration out of this one"));
        }
        let foreign = list::foreign(&self.path).map_err(|error| unwritable(&self.shown, &error))?;
        if foreign.is_empty() { Ok(true) } else { Err(self.would_lose(&foreign)) }
    }

    /// Makes the folder hold exactly `files` and a list of them; returns the paths of all.
    ///
    /// They are written into a folder on the same file system, which then takes the name; an older output is moved
    /// out of the way first, moved back if anything fails, and deleted last.
    pub fn write(&self, files: Files) -> Result<Vec<PathBuf>, Vec<Diagnostic>> {
        self.write_all(files, Spools::new())
    }

    /// The same with large files.
    pub fn write_all(&self, mut files: Files, spools: Spools) -> Result<Vec<PathBuf>, Vec<Diagnostic>> {
        let list = list::text(&files, &spools).map_err(|error| unwritable(&self.shown, &error))?;
        files.insert(PathBuf::from(LIST_FILE), list.into_bytes());
        self.place(&files, &spools)?;
        Ok(files.into_keys().chain(spools.into_keys()).collect())
    }

    /// A file for what is too large to be held. It has no name: nothing is left of it where the command is killed.
    pub fn spool(&self) -> Result<fs::File, Vec<Diagnostic>> {
        tempfile::tempfile_in(self.home()).map_err(|error| self.unplaced(&error))
    }

    /// The nearest folder that is there: what is created inside it shares its file system.
    fn home(&self) -> &Path {
        let parent = self.parent();
        parent.ancestors().find(|folder| folder.exists()).unwrap_or(parent)
    }

    fn parent(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new("/"))
    }

    /// The error's own text names a temporary file, which is nobody's business.
    fn unplaced(&self, error: &io::Error) -> Vec<Diagnostic> {
        uncreated(&self.shown, self.home(), &io::Error::from(error.kind()))
    }

    fn place(&self, files: &Files, spools: &Spools) -> Result<(), Vec<Diagnostic>> {
        let workshop = tempfile::Builder::new().prefix(".tritloom-").tempdir_in(self.home());
        let workshop = workshop.map_err(|error| self.unplaced(&error))?;
        let fresh = workshop.path().join("new");
        self.write_files(&fresh, files, spools)?;
        fs::create_dir_all(self.parent()).map_err(|error| unwritable(&self.shown, &error))?;
        if self.existing {
            return self.exchange(workshop, &fresh);
        }
        fs::rename(&fresh, &self.path).map_err(|error| unwritable(&self.shown, &error))
    }

    fn write_files(&self, folder: &Path, files: &Files, spools: &Spools) -> Result<(), Vec<Diagnostic>> {
        let write = |name: &Path, write: &dyn Fn(&Path) -> io::Result<()>| {
            let path = folder.join(name);
            let written = fs::create_dir_all(path.parent().unwrap_or(folder)).and_then(|()| write(&path));
            written.map_err(|error| unwritable(&self.shown.join(name), &error))
        };
        files.iter().try_for_each(|(name, bytes)| write(name, &|path| fs::write(path, bytes)))?;
        spools.iter().try_for_each(|(name, spool)| write(name, &|path| copy(spool, path)))
    }

    /// Puts `fresh` in the place of the older output, which ends in the workshop and is deleted with it.
    fn exchange(&self, workshop: TempDir, fresh: &Path) -> Result<(), Vec<Diagnostic>> {
        let aside = workshop.path().join("old");
        fs::rename(&self.path, &aside).map_err(|error| unwritable(&self.shown, &error))?;
        let Err(error) = fs::rename(fresh, &self.path) else { return Ok(()) };
        let mut problems = unwritable(&self.shown, &error);
        if fs::rename(&aside, &self.path).is_err() {
            // The older output exists only here now: it must outlive the workshop.
            let kept = workshop.keep().join("old");
            problems.push(Diagnostic::new(code::UNWRITABLE, format!("the older output is in `{}`", kept.display())));
        }
        Err(problems)
    }

    fn in_the_way(&self, what: &str, remedy: &str) -> Vec<Diagnostic> {
        vec![Diagnostic::new(code::IN_THE_WAY, format!("`{}` {what}", self.shown.display())).note(remedy)]
    }

    fn would_lose(&self, foreign: &[Foreign]) -> Vec<Diagnostic> {
        let message = format!("`{}` is replaced as a whole, and holds what would be lost", self.shown.display());
        let mut problem = Diagnostic::new(code::IN_THE_WAY, message);
        problem.notes = foreign.iter().take(NAMED).map(Foreign::to_string).collect();
        if foreign.len() > NAMED {
            problem = problem.note(format!("and {} more", foreign.len() - NAMED));
        }
        vec![problem.note("name another folder, or move these out of this one; it is left as it is")]
    }
}

/// Copies all of a file.
fn copy(mut spool: &fs::File, path: &Path) -> io::Result<()> {
    spool.rewind()?;
    io::copy(&mut spool, &mut fs::File::create(path)?).map(drop)
}

/// Refuses a file that [`write_file`] could not write, before the work of hours is done for it, and one that the command
/// reads.
pub fn check_file<'a>(path: &Path, mut read: impl Iterator<Item = &'a Path>) -> Result<(), Vec<Diagnostic>> {
    replaceable(path)?;
    let own = path.canonicalize().ok();
    if own.is_some() && read.any(|file| file.canonicalize().ok() == own) {
        let message = format!("`{}` is read: what stands in it would be lost", path.display());
        return Err(vec![Diagnostic::new(code::IN_THE_WAY, message).note("name another file")]);
    }
    let probe = tempfile::Builder::new().prefix(".tritloom-").tempfile_in(parent(path));
    probe.map(drop).map_err(|error| unwritable(path, &error.kind().into()))
}

/// Refuses what is there and no plain file, as a folder or a device, and a name that no file can have.
fn replaceable(path: &Path) -> Result<(), Vec<Diagnostic>> {
    match fs::metadata(path) {
        Ok(there) if !there.is_file() => {
            let message = format!("`{}` is there and is no plain file", path.display());
            Err(vec![Diagnostic::new(code::IN_THE_WAY, message).note("name another file")])
        }
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(unwritable(path, &error)),
        _ => Ok(()),
    }
}

/// Writes one file, whole or not at all.
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<(), Vec<Diagnostic>> {
    replaceable(path)?;
    // The error's own text may name the temporary file, which is nobody's business.
    let failed = |error: io::Error| unwritable(path, &io::Error::from(error.kind()));
    let mut file = tempfile::Builder::new().prefix(".tritloom-").tempfile_in(parent(path)).map_err(failed)?;
    file.write_all(bytes).map_err(failed)?;
    // What is private by default is not meant to be.
    fs::set_permissions(file.path(), fs::Permissions::from_mode(0o644)).map_err(failed)?;
    file.persist(path).map(drop).map_err(|error| failed(error.error))
}

/// A file or folder that cannot be written, why, and what can be done.
pub fn unwritable(path: &Path, error: &io::Error) -> Vec<Diagnostic> {
    uncreated(path, parent(path), error)
}

/// The same where `folder` was to take what is new.
fn uncreated(path: &Path, folder: &Path, error: &io::Error) -> Vec<Diagnostic> {
    let shown = folder.display();
    let (reason, remedy) = match error.kind() {
        io::ErrorKind::NotFound if !folder.exists() => {
            (format!("there is no folder `{shown}`"), "create it, or name another place")
        }
        // As `/proc`.
        io::ErrorKind::NotFound => (format!("`{shown}` takes no new files"), "name a place outside of it"),
        io::ErrorKind::NotADirectory => {
            let file = folder.ancestors().find(|above| above.exists()).unwrap_or(folder);
            (format!("`{}` is no folder", file.display()), "name another place")
        }
        io::ErrorKind::AlreadyExists => ("it is there and is no folder".to_owned(), "name another place"),
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            (error.kind().to_string(), "name a place that you may write to")
        }
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            (error.kind().to_string(), "make room, or name another place")
        }
        _ => (error.to_string(), "name another place"),
    };
    let message = format!("`{}` cannot be written: {reason}", path.display());
    vec![Diagnostic::new(code::UNWRITABLE, message).note(remedy)]
}

/// The folder of a file.
fn parent(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(texts: &[(&str, &str)]) -> Files {
        texts.iter().map(|(path, text)| (PathBuf::from(path), text.as_bytes().to_vec())).collect()
    }

    fn write_folder(target: &Path, files: Files) -> Result<Vec<PathBuf>, Vec<Diagnostic>> {
        Target::new(target, &[])?.write(files)
    }

    fn refusal(target: &Path, files: Files) -> Diagnostic {
        write_folder(target, files).expect_err("refused").remove(0)
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
        let written = write_folder(&target, files(&[("rtl/x.v", "x"), ("filelist.f", "rtl/x.v")])).expect("written");
        assert_eq!(written, ["filelist.f", LIST_FILE, "rtl/x.v"].map(PathBuf::from));
        assert_eq!(listing(&target), ["filelist.f", LIST_FILE, "rtl", "rtl/x.v"]);
        write_folder(&target, files(&[("rtl/y.v", "y")])).expect("replaced");
        assert_eq!(listing(&target), [LIST_FILE, "rtl", "rtl/y.v"]);
        assert_eq!(listing(root.path()).len(), 6, "nothing is left beside it");
    }

    #[test]
    fn others_files_are_never_touched() {
        let root = tempfile::tempdir().expect("temporary folder");
        let folder = root.path().join("thesis");
        fs::create_dir(&folder).expect("created");
        fs::write(folder.join("thesis.tex"), "years").expect("written");
        fs::write(root.path().join("file"), "text").expect("written");
        for target in [folder.clone(), root.path().join("file")] {
            assert_eq!(refusal(&target, files(&[])).code, code::IN_THE_WAY);
        }
        // A list of somebody else does not count, nor does an empty one.
        for list in ["thesis.tex\n", "", "\u{0}"] {
            fs::write(folder.join(LIST_FILE), list).expect("written");
            assert_eq!(refusal(&folder, files(&[])).code, code::IN_THE_WAY);
        }
        assert_eq!(listing(root.path()), ["file", "thesis", "thesis/files.sha256", "thesis/thesis.tex"]);
    }

    #[test]
    fn what_came_into_an_older_output_is_named_and_kept() {
        let root = tempfile::tempdir().expect("temporary folder");
        let target = root.path().join("out");
        let old = files(&[("rtl/x.v", "x"), ("rtl/y.v", "y"), ("filelist.f", "rtl/x.v")]);
        write_folder(&target, old.clone()).expect("written");
        fs::write(target.join("rtl/x.v"), "x by hand").expect("written");
        fs::write(target.join("rtl/notes.txt"), "mine").expect("written");
        fs::create_dir_all(target.join("build/deep")).expect("created");
        // What is gone is no loss.
        fs::remove_file(target.join("rtl/y.v")).expect("removed");
        let before = listing(&target);
        let rendered = refusal(&target, old.clone()).render();
        insta::assert_snapshot!(rendered.replace(&*root.path().to_string_lossy(), "."));
        assert_eq!(listing(&target), before);
        for number in 0..9 {
            fs::write(target.join(format!("{number}")), "mine").expect("written");
        }
        let notes = refusal(&target, old.clone()).notes;
        assert_eq!((notes.len(), &*notes[NAMED]), (NAMED + 2, "and 7 more"));
        fs::remove_dir_all(&target).expect("removed");
        write_folder(&target, old).expect("written");
    }

    /// What is still listed is still known.
    #[test]
    fn a_list_that_was_changed_or_is_gone_is_told() {
        let root = tempfile::tempdir().expect("temporary folder");
        let target = root.path().join("out");
        write_folder(&target, files(&[("x.v", "x")])).expect("written");
        let list = target.join(LIST_FILE);
        let whole = fs::read_to_string(&list).expect("a list");
        fs::write(&list, format!("{whole}mine\n")).expect("written");
        let changed = refusal(&target, files(&[])).notes;
        assert_eq!(changed[0], "`files.sha256` was changed since");
        fs::remove_file(&list).expect("removed");
        let gone = refusal(&target, files(&[])).notes;
        assert!(gone[0].starts_with("there is no `files.sha256`"), "{gone:?}");
        assert_eq!((gone.len(), &*gone[1]), (3, "`x.v` is not listed in `files.sha256`"));
    }

    #[test]
    fn what_a_build_can_make_again_is_no_loss() {
        let root = tempfile::tempdir().expect("temporary folder");
        let target = root.path().join("out");
        write_folder(&target, files(&[("Makefile", "check:")])).expect("written");
        fs::create_dir(target.join("build")).expect("created");
        fs::write(target.join("build/bench.o"), "object").expect("written");
        let tag = target.join("build/CACHEDIR.TAG");
        fs::write(&tag, "Signature: of somebody else").expect("written");
        assert_eq!(refusal(&target, files(&[])).code, code::IN_THE_WAY);
        fs::write(&tag, "Signature: 8a477f597d28d172789f06886806bc55\n").expect("written");
        write_folder(&target, files(&[("Makefile", "check:")])).expect("replaced");
        assert_eq!(listing(&target), ["Makefile", LIST_FILE]);
    }

    #[test]
    fn a_folder_around_what_is_read_is_refused() {
        let root = tempfile::tempdir().expect("temporary folder");
        let target = root.path().join("out");
        let config = target.join("a.yaml");
        write_folder(&target, files(&[("a.yaml", "name: a")])).expect("written");
        let problems = Target::new(&target, std::slice::from_ref(&config)).expect_err("refused");
        let rendered = problems[0].render();
        insta::assert_snapshot!(rendered.replace(&*root.path().to_string_lossy(), "."));
        assert!(Target::new(&root.path().join("out2"), &[config]).is_ok());
    }

    #[test]
    fn an_empty_folder_is_filled() {
        let root = tempfile::tempdir().expect("temporary folder");
        let target = root.path().join("out");
        fs::create_dir(&target).expect("created");
        write_folder(&target, files(&[("x", "x")])).expect("written");
        assert_eq!(listing(root.path()), ["out", "out/files.sha256", "out/x"]);
    }

    #[test]
    fn a_failure_leaves_everything_as_it_was() {
        let root = tempfile::tempdir().expect("temporary folder");
        let target = root.path().join("out");
        write_folder(&target, files(&[("x", "old")])).expect("written");
        // A file cannot be a folder as well: the writing fails half-way.
        let impossible = files(&[("x", "new"), ("x/y", "new")]);
        let problem = refusal(&target, impossible.clone());
        assert_eq!(problem.code, code::UNWRITABLE);
        assert!(problem.message.contains("/out/x/y` cannot be written"), "{}", problem.message);
        assert_eq!(fs::read_to_string(target.join("x")).expect("readable"), "old");
        refusal(&root.path().join("new/deep/out"), impossible);
        assert_eq!(listing(root.path()), ["out", "out/files.sha256", "out/x"]);
    }

    #[test]
    fn a_file_is_replaced_whole_or_stays_as_it_was() {
        let root = tempfile::tempdir().expect("temporary folder");
        let file = root.path().join("page.html");
        write_file(&file, b"old").expect("written");
        write_file(&file, b"new").expect("replaced");
        assert_eq!(fs::read(&file).expect("readable"), b"new");
        let problem = write_file(&root.path().join("no/page.html"), b"x").expect_err("refused").remove(0);
        assert_eq!(problem.code, code::UNWRITABLE);
        assert!(!problem.message.contains(".tritloom-"), "{}", problem.message);
        assert_eq!(listing(root.path()), ["page.html"]);
    }

    /// With why, and what can be done; temporary files are nobody's business.
    #[test]
    fn what_cannot_be_written_is_told_with_its_reason() {
        let root = tempfile::tempdir().expect("temporary folder");
        fs::write(root.path().join("file"), "text").expect("written");
        let path = |name: &str| root.path().join(name);
        let long = path(&"x".repeat(300));
        let folders = [path("file/out"), path("file/new/out"), long.clone(), "/proc/new/out".into()];
        let folders = folders.iter().map(|folder| refusal(folder, files(&[("x", "x")])));
        let _socket = std::os::unix::net::UnixListener::bind(path("socket")).expect("bound");
        let files = [
            path("file"),
            path("file/page"),
            path("no/page"),
            path(""),
            path("socket"),
            long.clone(),
            "/proc/page".into(),
        ];
        let files = files.iter().map(|file| {
            let problem = check_file(file, [path("file").as_path()].into_iter()).expect_err("refused").remove(0);
            assert!(file == &path("file") || write_file(file, b"x").is_err());
            problem
        });
        let journal = unwritable(&path("file"), &fs::create_dir_all(path("file")).expect_err("a file")).remove(0);
        let rendered: String = folders.chain(files).chain([journal]).map(|problem| problem.render()).collect();
        let long = long.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        insta::assert_snapshot!(rendered.replace(&*root.path().to_string_lossy(), ".").replace(&long, "LONG"));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_followed_and_a_broken_one_is_in_the_way() {
        use std::os::unix::fs::symlink;
        let root = tempfile::tempdir().expect("temporary folder");
        let real = root.path().join("real");
        write_folder(&real, files(&[("x", "old")])).expect("written");
        symlink(&real, root.path().join("link")).expect("linked");
        write_folder(&root.path().join("link"), files(&[("y", "new")])).expect("replaced");
        assert_eq!(listing(&real), [LIST_FILE, "y"]);
        symlink(root.path().join("nowhere"), root.path().join("broken")).expect("linked");
        assert_eq!(refusal(&root.path().join("broken"), files(&[])).code, code::IN_THE_WAY);
    }
}
