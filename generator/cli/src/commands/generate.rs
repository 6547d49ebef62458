//! `tritloom generate CONFIG --out DIR`: a design as files.

use super::{Report, not_available};
use crate::arguments::Generate;
use crate::config::{Configuration, LOCK_FILE};
use crate::diagnostic::Diagnostic;
use crate::output::{Files, write_folder};
use serde_json::json;
use std::path::{Path, PathBuf};
use tritloom_datapath::family::Family;

/// Everything is made before anything is written.
pub fn generate(arguments: &Generate, families: &[&'static dyn Family]) -> Result<Report, Vec<Diagnostic>> {
    let configuration = Configuration::load(&arguments.config, families)?;
    let mut files = folder_of(&configuration)?;
    if arguments.baselines {
        for baseline in configuration.baselines() {
            let folder = Path::new("baselines").join(baseline.family.name());
            files.extend(folder_of(&baseline)?.into_iter().map(|(path, bytes)| (folder.join(path), bytes)));
        }
    }
    write_folder(&arguments.out, &files)?;
    Ok(report(&configuration, &arguments.out, &files))
}

/// The files of one design, its lock file among them.
fn folder_of(configuration: &Configuration) -> Result<Files, Vec<Diagnostic>> {
    let mut files = emit(configuration)?;
    files.insert(PathBuf::from(LOCK_FILE), configuration.lock_text().into_bytes());
    Ok(files)
}

/// SEAM: the checked design becomes files.
///
/// To connect: the emitters of `tritloom_emit` on the design, given `configuration.name` and `configuration.hash()`.
fn emit(configuration: &Configuration) -> Result<Files, Vec<Diagnostic>> {
    let _design = configuration.hardware()?;
    Err(not_available("the Verilog emitter"))
}

fn report(configuration: &Configuration, out: &Path, files: &Files) -> Report {
    let paths: Vec<String> = files.keys().map(|path| path.display().to_string()).collect();
    let (name, folder) = (&configuration.name, out.display().to_string());
    let json = json!({
        "command": "generate",
        "status": "ok",
        "design": name,
        "family": configuration.family.name(),
        "hash": configuration.hash(),
        "folder": folder,
        "files": paths,
    });
    Report::passed(format!("{name}: {} files in {folder}\n", paths.len()), json)
}
