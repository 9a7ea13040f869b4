//! Unix tells what a name stands for before anything is opened.

use std::fs::{File, metadata};
use std::io;
use std::path::Path;

/// Opened for writing, if there is something of that name which is no file.
pub(in crate::save) fn open(path: &Path) -> Option<io::Result<File>> {
    let there = metadata(path).ok()?;
    (!there.is_file()).then(|| File::options().write(true).open(path))
}
