//! `tritloom generate CONFIG --out DIR`: a design as files.

use super::{Report, counted};
use crate::arguments::Generate;
use crate::built::Built;
use crate::config::Configuration;
use crate::diagnostic::Diagnostic;
use crate::output::Target;
use serde_json::json;
use std::path::{Path, PathBuf};
use tritloom_datapath::family::Family;

/// Everything is made before anything is written.
pub fn generate(arguments: &Generate, families: &[&'static dyn Family]) -> Result<Report, Vec<Diagnostic>> {
    let configuration = Configuration::load(&arguments.config, families)?;
    let built = Built::new(&configuration)?;
    let mut files = built.folder();
    if arguments.rust_hdl {
        files.extend([built.binding()]);
    }
    if arguments.baselines {
        for (word, baseline) in configuration.baselines() {
            let folder = Path::new("baselines").join(word);
            files.extend(Built::new(&baseline)?.folder().into_iter().map(|(path, bytes)| (folder.join(path), bytes)));
        }
    }
    let written = Target::new(&arguments.out, std::slice::from_ref(&arguments.config))?.write(files)?;
    Ok(report(&configuration, &arguments.out, &written))
}

fn report(configuration: &Configuration, out: &Path, written: &[PathBuf]) -> Report {
    let paths: Vec<String> = written.iter().map(|path| path.display().to_string()).collect();
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
    Report::passed(format!("{name}: {} in {folder}\n", counted(paths.len() as u64, "file")), json)
}
