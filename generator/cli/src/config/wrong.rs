//! Wrong files and what is said about them: a snapshot of every diagnostic.

use super::{Configuration, Source, reader};
use crate::diagnostic::{Diagnostic, code};
use crate::testing::FAMILIES;
use std::fs;
use std::path::Path;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/wrong");

#[test]
fn every_wrong_file_is_refused_as_recorded() {
    let mut names: Vec<String> = fs::read_dir(FOLDER)
        .expect("the folder of wrong files")
        .map(|entry| entry.expect("entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    for name in names {
        let text = fs::read_to_string(Path::new(FOLDER).join(&name)).expect("text");
        let problems = reader::read(&Source::new(&*name, &text), FAMILIES).err().expect("refused");
        let rendered: Vec<String> = problems.iter().map(Diagnostic::render).collect();
        insta::assert_snapshot!(name.trim_end_matches(".yaml"), rendered.join("\n"));
    }
}

#[test]
fn what_is_no_text_file_is_refused_without_reading_on() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let write = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).expect("written");
    write("latin.yaml", b"# a\nname: \xe9\n");
    write("huge.yaml", &vec![b'a'; 3 << 20]);
    for (name, expected, place) in [
        ("latin.yaml", code::NOT_TEXT, Some((2, 7))),
        ("huge.yaml", code::NOT_TEXT, None),
        ("missing.yaml", code::UNREADABLE, None),
        ("", code::UNREADABLE, None),
    ] {
        let problems = Configuration::load(&folder.path().join(name), FAMILIES).err().expect("refused");
        assert_eq!(problems.iter().map(|problem| problem.code).collect::<Vec<_>>(), [expected], "{name}");
        assert_eq!(problems[0].legal.is_some(), expected == code::NOT_TEXT, "{name}");
        assert_eq!(problems[0].excerpt.as_ref().map(|place| (place.line, place.column)), place, "{name}");
    }
}

#[test]
fn a_byte_order_mark_is_no_mistake() {
    let text = "\u{feff}name: a\narchitecture: {toy_flip: {}}\n";
    assert!(reader::read(&Source::new("a.yaml", text), FAMILIES).is_ok());
}

/// Cuts and repeats: whatever comes out, it is read or refused, and every place lies in the file.
#[test]
fn damaged_files_never_panic() {
    for entry in fs::read_dir(FOLDER).expect("the folder of wrong files") {
        let text = fs::read_to_string(entry.expect("entry").path()).expect("text");
        for cut in (0..text.len()).filter(|cut| text.is_char_boundary(*cut)) {
            for damaged in [text[..cut].to_string(), text[cut..].to_string(), format!("{}{text}", &text[..cut])] {
                for problem in reader::read(&Source::new("a.yaml", &damaged), FAMILIES).err().unwrap_or_default() {
                    assert!(!problem.render().is_empty());
                    let excerpt = problem.excerpt.expect("a place");
                    assert!(excerpt.line <= damaged.lines().count() + 1, "{damaged}");
                }
            }
        }
    }
}

#[test]
fn programs_are_told_the_same() {
    let text = fs::read_to_string(Path::new(FOLDER).join("everything.yaml")).expect("text");
    let problems = reader::read(&Source::new("everything.yaml", &text), FAMILIES).err().expect("refused");
    let documents: Vec<String> = problems.iter().map(|problem| format!("{:#}", problem.to_json())).collect();
    insta::assert_snapshot!(documents.join("\n"));
}
