//! Files, with errors that name them.

use std::fs;
use std::path::Path;

use crate::Sources;
use crate::error::FlowError;

/// Writes every file into `folder`, a temporary one, with the folders in its name. An error names the folder around
/// it, which the user knows.
pub(crate) fn write_all(folder: &Path, files: &Sources) -> Result<(), FlowError> {
    for (name, text) in files {
        let path = folder.join(name);
        let written = fs::create_dir_all(path.parent().unwrap_or(folder)).and_then(|()| fs::write(&path, text));
        written.map_err(FlowError::file("write in", surroundings(folder)))?;
    }
    Ok(())
}

/// The folder that a temporary one stands in.
pub(crate) fn surroundings(folder: &Path) -> &Path {
    folder.parent().unwrap_or(folder)
}

pub(crate) fn read(path: &Path) -> Result<String, FlowError> {
    fs::read_to_string(path).map_err(FlowError::file("read", path))
}

/// The bytes of all files in `folder`, those of folders inside it not counted.
pub(crate) fn size(folder: &Path) -> Result<u64, FlowError> {
    let unreadable = || FlowError::file("read", folder);
    let entries: Result<Vec<_>, _> = fs::read_dir(folder).map_err(unreadable())?.collect();
    let entries = entries.map_err(unreadable())?;
    let sizes: Result<Vec<u64>, _> = entries.iter().map(|entry| entry.metadata().map(|file| file.len())).collect();
    Ok(sizes.map_err(unreadable())?.iter().sum())
}
