//! Files, with errors that name them.

use std::fs;
use std::path::Path;

use crate::Sources;
use crate::error::FlowError;

/// Writes every file into `folder`, with the folders in its name.
pub(crate) fn write_all(folder: &Path, files: &Sources) -> Result<(), FlowError> {
    for (name, text) in files {
        let path = folder.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(FlowError::file("create", parent))?;
        }
        fs::write(&path, text).map_err(FlowError::file("write", &path))?;
    }
    Ok(())
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
