//! What the program has under a name, or a user in a file: technologies, networks.

use crate::config::Source;
use crate::diagnostic::{Diagnostic, code};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf, absolute};
use tritloom_cost::TechnologyError;
use tritloom_datapath::parameter::closest;

/// No technology comes near it.
const MAXIMUM_BYTES: u64 = 1 << 26;

/// The text under a name that is shipped, or that of a file; `missing` is what to say where there is neither.
pub fn read(
    wanted: &str,
    shipped: &[(&str, &str)],
    missing: impl FnOnce() -> Diagnostic,
) -> Result<String, Vec<Diagnostic>> {
    if let Some((_, text)) = shipped.iter().find(|(name, _)| *name == wanted) {
        return Ok((*text).to_owned());
    }
    let mut text = String::new();
    let read = File::open(wanted).and_then(|file| file.take(MAXIMUM_BYTES + 1).read_to_string(&mut text));
    match read {
        Ok(length) if length as u64 <= MAXIMUM_BYTES => Ok(text),
        Ok(_) => {
            let message = format!("`{wanted}` has more than {MAXIMUM_BYTES} bytes");
            Err(vec![Diagnostic::new(code::NOT_TEXT, message).legal(format!("at most {MAXIMUM_BYTES} bytes of YAML"))])
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Err(vec![missing()]),
        Err(error) => Err(vec![Diagnostic::unreadable(wanted, &error)]),
    }
}

/// Neither is there: `what` it might have been, which names there are, and what a file would have to be.
pub fn missing(code: &'static str, what: &str, wanted: &str, names: &[&str], file: &str) -> Diagnostic {
    let diagnostic = Diagnostic::new(code, format!("there is no {what} and no file `{wanted}`"));
    let diagnostic = diagnostic.legal(format!("{}, or {file}", names.join(", "))).suggestion(likely(wanted, names));
    match absolute(wanted) {
        Ok(path) => diagnostic.note(format!("a file was looked for at {}", path.display())),
        Err(_) => diagnostic,
    }
}

/// A file beside the one that is not there, or a name.
fn likely(wanted: &str, names: &[&str]) -> Option<String> {
    let path = Path::new(wanted);
    let stem = stem(path);
    let files = beside(path);
    let nearest = closest(&stem, files.keys().map(String::as_str));
    let file = nearest.and_then(|stem| files.get(stem)).map(|file| file.display().to_string());
    let name = || closest(wanted, names.iter().copied()).or_else(|| closest(&stem, names.iter().copied()));
    file.or_else(|| name().map(str::to_owned))
}

/// The files of YAML in the folder of a path, under their names without the ending.
fn beside(path: &Path) -> BTreeMap<String, PathBuf> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let files = entries.map(|entry| path.with_file_name(entry.file_name()));
    let is_yaml = |file: &PathBuf| file.extension().is_some_and(|ending| ending == "yaml" || ending == "yml");
    files.filter(is_yaml).map(|file| (stem(&file), file)).collect()
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// What is wrong with the text of a file, and where.
pub fn refused(code: &'static str, what: &str, file: &str, text: &str, error: &TechnologyError) -> Diagnostic {
    let diagnostic = Diagnostic::new(code, format!("`{file}` is no {what}: {}", error.message));
    match error.place {
        Some((line, column)) => diagnostic.at(Source::new(file, text).excerpt(line, column, 1)),
        None => diagnostic,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_is_told_with_where_it_was_looked_for_and_what_there_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name).display().to_string();
        ["mine_7nm.yaml", "notes.txt"].iter().for_each(|name| fs::write(path(name), "").expect("written"));
        let told = ["asap", "asap7.yml", "nothing", ""].map(str::to_owned).into_iter();
        let told = told.chain(["mine_7m.yaml", "asap7.yaml", "notes.tx", "nowhere/x.yaml"].map(path)).map(|wanted| {
            let names = ["unit", "asap7", "sky130"];
            missing(code::TECHNOLOGY, "technology", &wanted, &names, "a file of `tritloom calibrate`").render()
        });
        let here = std::env::current_dir().expect("known").display().to_string();
        let told: String = told.collect();
        insta::assert_snapshot!(told.replace(&*folder.path().to_string_lossy(), "/folder").replace(&here, "/here"));
    }
}
