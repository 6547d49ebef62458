//! `tritloom work DIR`: a task of an engine. It looks at one configuration of its share after the other, and appends what
//! tools say of each to its journal.

pub mod folder;

use super::examine::Tools;
use super::{Report, counted};
use crate::arguments::Work;
use crate::diagnostic::Diagnostic;
use crate::terminal::Terminal;
use folder::Folder;
use serde_json::json;
use std::slice;
use tritloom_datapath::family::Family;

/// Leaves out what some journal holds. A configuration that fails is a result like another: the share is worked through.
pub fn work(
    arguments: &Work,
    families: &[&'static dyn Family],
    terminal: &Terminal,
) -> Result<Report, Vec<Diagnostic>> {
    let folder = Folder::open(&arguments.folder)?;
    let target = folder.target()?;
    let tools = Tools::new(&target)?;
    folder.suits(&tools.source())?;
    let journal = folder.journal(arguments.shard, terminal)?;
    let share = folder.share(arguments.shard);
    let missing = folder.missing(&folder.findings()?);
    let missing: Vec<&String> = share.iter().copied().filter(|name| missing.contains(name)).collect();
    let progress = terminal.progress("work", missing.len());
    let silent = Terminal { quiet: true, ..*terminal };
    for name in &missing {
        let configuration = folder.configuration(name, families)?;
        for finding in tools.examine(slice::from_ref(&configuration), &silent)? {
            journal.append(&[finding.record(name)])?;
        }
        progress.step(name);
    }
    drop(progress);
    let (all, new) = (share.len(), missing.len());
    let text =
        format!("{} in this share: {new} examined, {} known before\n", counted(all as u64, "configuration"), all - new);
    Ok(Report::passed(text, json!({"command": "work", "status": "ok", "share": all, "examined": new})))
}
