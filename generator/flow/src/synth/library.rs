//! A Liberty file that synthesis can use.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use super::script::{LIBRARY, SURROUNDINGS};
use crate::Sources;
use crate::cache::hash;
use crate::error::FlowError;
use crate::files::write_all;
use crate::liberty::Library;
use crate::process::finish_reading;
use crate::tools::require;

/// What a file packed with gzip begins with (RFC 1952).
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// A library with its text, and what surrounds a design: the cell that drives inputs and the load of outputs.
#[derive(Clone, Debug)]
pub struct CellLibrary {
    /// What stands in it.
    pub cells: Library,
    /// The buffer that drives inputs.
    pub driver: String,
    /// What every output drives: an input of [`CellLibrary::nand2`].
    pub output_load_ff: f64,
    /// The NAND2 of unit drive.
    pub nand2: String,
    /// Its area.
    pub nand2_area_um2: f64,
    path: PathBuf,
    text: Arc<str>,
    hash: String,
}

impl CellLibrary {
    /// Reads a file, packed with gzip or not. It is refused where it is no Liberty file or lacks cells that every
    /// design needs.
    pub fn open(path: &Path) -> Result<CellLibrary, FlowError> {
        let bytes = fs::read(path).map_err(|error| unreadable(path, &error))?;
        if bytes.starts_with(&GZIP) {
            return CellLibrary::new(path, &unpacked(path)?);
        }
        let text = String::from_utf8(bytes).map_err(|error| {
            let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
            refusal(path, vec![format!("line {line}: this is neither UTF-8 text nor packed with gzip")])
        })?;
        CellLibrary::new(path, &text)
    }

    /// A library of this text, which came from `path`.
    pub fn new(path: &Path, text: &str) -> Result<CellLibrary, FlowError> {
        let refusal = |reasons| refusal(path, reasons);
        let cells = Library::read(text).map_err(|error| refusal(vec![error.to_string()]))?;
        let missing = cells.missing_cells();
        if !missing.is_empty() {
            return Err(refusal(
                missing
                    .iter()
                    .map(|what| format!("it has no {}", what.trim_start_matches("a ").trim_start_matches("an ")))
                    .collect(),
            ));
        }
        let (Some((nand2, gate)), Some((driver, _))) = (cells.nand2(), cells.input_driver()) else {
            return Err(refusal(vec!["it has no gates".to_owned()]));
        };
        let (nand2, nand2_area_um2, driver) = (nand2.to_owned(), gate.area_um2, driver.to_owned());
        if nand2_area_um2 <= 0.0 {
            return Err(refusal(vec![format!("the area of `{nand2}` is {nand2_area_um2}")]));
        }
        Ok(CellLibrary {
            output_load_ff: cells.output_load_ff().unwrap_or(0.0),
            driver,
            nand2,
            nand2_area_um2,
            cells,
            path: path.to_owned(),
            text: text.into(),
            hash: hash([text]),
        })
    }

    /// Of the text.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// What ABC is told about the surroundings.
    pub(super) fn surroundings(&self) -> String {
        format!("set_driving_cell {}\nset_load {} [all_outputs]\n", self.driver, self.output_load_ff)
    }

    /// Writes what the scripts read.
    pub(super) fn place(&self, folder: &Path) -> Result<(), FlowError> {
        let files = [(LIBRARY, self.text.to_string()), (SURROUNDINGS, self.surroundings())];
        write_all(folder, &files.map(|(name, text)| (name.to_owned(), text)).into_iter().collect::<Sources>())
    }

    /// The failure of Yosys, or what the library lacks where that is the reason.
    pub(super) fn blamed(&self, error: FlowError) -> FlowError {
        let FlowError::Failed { output, .. } = &error else { return error };
        let register = output.lines().find(|line| line.contains("cannot be legalized"));
        match register.and_then(|line| line.split_once("(type ")).and_then(|(_, rest)| rest.split_once(')')) {
            Some((kind, _)) => self.lacks(kind),
            None => error,
        }
    }

    /// The error of a netlist whose simulation needs more of a cell than is said of it.
    pub(super) fn cannot_simulate(&self, kind: &str, reason: &str) -> FlowError {
        refusal(&self.path, vec![format!("its cell `{kind}` cannot be simulated to measure energy: {reason}")])
    }

    /// The error of a design that needs more than is there.
    pub(super) fn lacks(&self, kind: &str) -> FlowError {
        let reason = format!("it has no cell for `{kind}` of Yosys, which the design needs");
        refusal(&self.path, vec![reason])
    }
}

fn refusal(path: &Path, reasons: Vec<String>) -> FlowError {
    FlowError::Library { path: path.to_owned(), reasons }
}

fn unreadable(path: &Path, error: &io::Error) -> FlowError {
    refusal(path, vec![format!("it cannot be read: {error}")])
}

fn unpacked(path: &Path) -> Result<String, FlowError> {
    // Told by its name, gzip would ask for the right suffix.
    let file = fs::File::open(path).map_err(|error| unreadable(path, &error))?;
    let finished = finish_reading("gzip", Command::new(require("gzip")?).arg("-dc"), file.into())?;
    match finished.status.success() {
        true => Ok(finished.stdout),
        false => Err(refusal(path, vec![format!("it cannot be unpacked: {}", finished.stderr.trim())])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Stdio;

    #[test]
    fn a_library_is_packed_or_not_whatever_its_name_is() {
        let cells = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cells.lib");
        let folder = tempfile::tempdir().expect("a folder");
        let file = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            fs::write(&path, bytes).expect("written");
            CellLibrary::open(&path)
        };
        let plain = fs::read(&cells).expect("the library of tests");
        let input = Stdio::from(fs::File::open(&cells).expect("open"));
        let packed = Command::new("gzip").arg("-c").stdin(input).output().expect("gzip").stdout;
        let hash = CellLibrary::open(&cells).expect("a library").hash;
        for (name, bytes) in [("packed.lib", &packed), ("packed.lib.gz", &packed), ("plain.lib.gz", &plain)] {
            assert_eq!(file(name, bytes).expect("a library").hash, hash, "{name}");
        }
        let reason = |bytes: &[u8]| file("damaged.lib", bytes).expect_err("damaged").to_string();
        assert!(reason(&packed[..packed.len() / 2]).contains("cannot be unpacked"));
        assert!(reason(b"library (a) {\n\xff }").contains("line 2: this is neither UTF-8 text nor packed"));
    }
}
